"""Naming a consortium in one's own sealed quote: its members are written into the draft, and nowhere else.

Nothing is noted or told: before the opening nobody may learn that a quote is being written, and by whom with whom.
"""

from datetime import datetime

from flask_babel import gettext as _

from marketplace.accounts import keys
from marketplace.bidding import drafts, seal, typed
from marketplace.bidding import queries as bidding
from marketplace.bidding.content import Party, PartyRole
from marketplace.bidding.drafts import Draft
from marketplace.financing.errors import NotNameable
from marketplace.financing.models_consortium import Consortium, ConsortiumStatus, MemberRole
from marketplace.financing.queries_consortium import members_of
from marketplace.kit.permissions import Actor
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Procurement


def parties_of(row: Consortium) -> list[Party]:
    """The members besides the leader as a quote names them; the user of the equipment is the buyer and no bidder."""
    return [
        Party(role=PartyRole(member.role.value), name=org.name, uscc=org.uscc, organisation_id=org.id, duties=member.duties,
              share=member.share)
        for member, org in members_of(row.id) if org.id != row.owner_id and member.role != MemberRole.USER
    ]  # fmt: skip


def open_tenders(actor: Actor, at: datetime) -> list[Procurement]:
    """Requests this organisation registered for that still take quotes and allow several to quote together."""
    mine = [one for one in bidding.own_tenders(actor.organisation_id or 0) if at < one.round.quotes_until]
    return [one.procurement for one in mine if procurements.definition_of(one.procurement).allows_consortium]


def name_in_draft(row: Consortium, procurement_id: int, *, by: Actor, at: datetime) -> None:
    """Write the members into the draft of one's own quote, in place of those typed there; the rest stays as it is.

    Raises: NotNameable unless the agreement is valid, the request takes such quotes, and the person's key is at hand.
    """
    if row.status != ConsortiumStatus.VALID:
        raise NotNameable(why=_("协议尚未由全体成员接受,还不能引用。"))
    procurement = next((one for one in open_tenders(by, at) if one.id == procurement_id), None)
    if procurement is None or row.owner_id != by.organisation_id:
        raise NotNameable(why=_("该采购不接受联合体报价,或报价已经截止。"))
    private = keys.held()
    if private is None:
        raise NotNameable(why=_("请先打开报价页并输入密码解锁,再回到这里引用。"))
    asked = bidding.asked(procurement)
    draft = drafts.read(asked.round, seal.bidder_tag(procurement.id, by.organisation_id), private)
    if draft is None:
        draft = Draft(typed=typed.fresh(asked), version=procurement.version)
    draft.typed = {name: text for name, text in draft.typed.items() if not name.startswith("party-")}
    for n, party in enumerate(parties_of(row)):
        told = party.model_dump(mode="json", include={"role", "name", "uscc", "duties", "share"})
        draft.typed |= {f"party-{n}-{name}": str(value) for name, value in told.items() if value not in (None, "")}
    drafts.save(procurement, asked.round, draft, by=by, at=at)
