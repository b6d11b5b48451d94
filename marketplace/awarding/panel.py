"""Verbs of the panel (评审小组): appoint, declare interests, replace."""

from datetime import datetime

from flask_babel import gettext as _

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import User
from marketplace.awarding import mails, queries, rules
from marketplace.awarding.errors import (
    AlreadyOnPanel,
    BidderOnPanel,
    EndNeedsReason,
    NoSuchPerson,
    NotADeclaration,
    NotYetEvaluating,
    OutOfPanel,
    PanelAtWork,
    PanelTooSmall,
)
from marketplace.awarding.models import Conflict, PanelMember, SheetStatus
from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.procedures import citations
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Procurement, ProcurementStatus


def conflict_rule() -> str:
    """What a member declares, in the words of the rule with its source (回避)."""
    found = citations.rules()["avoid.conflict"]
    return f"{found.rule}({found.citation})"


def appoint(procurement: Procurement, email: str, *, expert: bool, by: Actor, at: datetime) -> PanelMember:
    """Appoint a registered person by e-mail; the person is told. Own people and experts from elsewhere alike.

    Raises: NotYetEvaluating before publication or after the end; NoSuchPerson; AlreadyOnPanel; BidderOnPanel.
    """
    if procurement.status not in (ProcurementStatus.PUBLISHED, ProcurementStatus.EVALUATING):
        raise NotYetEvaluating()
    person = accounts.user_by_email(email)
    if person is None or person.disabled_at is not None:
        raise NoSuchPerson()
    _check_no_bidder(procurement, person)
    row = PanelMember(
        procurement_id=procurement.id, user_id=person.id, expert=expert, appointed_by=by.user_id, appointed_at=at
    )
    if not db.add_once(row):
        raise AlreadyOnPanel()
    audit.record(by, "panel.appoint", row, at, procurement=procurement.id, person=person.id, expert=expert)
    mails.appointed(procurement, person, at)
    return row


def declare(member: PanelMember, conflict: Conflict, text: str, *, by: Actor, at: datetime) -> None:
    """A member says, once and after the bidders are known, whether there are interests; one with a conflict is out.

    Raises: NotFound for somebody else's seat; NotYetEvaluating before the opening; NotADeclaration; OutOfPanel; BidderOnPanel
    when one of a bidder's people says there are none.
    """
    member = db.session().get(PanelMember, member.id, with_for_update=True, populate_existing=True)
    if member is None or member.user_id != by.user_id:
        raise NotFound()
    if member.removed_at is not None:
        raise OutOfPanel()
    if queries.opened_round(member.procurement_id) is None:
        raise NotYetEvaluating()
    text = text.strip()
    declared_before = member.conflict != Conflict.UNDECLARED
    if declared_before or conflict == Conflict.UNDECLARED or (conflict == Conflict.DECLARED and not text):
        raise NotADeclaration()
    if conflict == Conflict.NONE:
        _check_no_bidder(procurements.procurement(member.procurement_id), accounts.user(by.user_id))
    member.conflict, member.conflict_text, member.declared_at = conflict, text, at
    db.session().flush()
    audit.record(by, "panel.declare", member, at, procurement=member.procurement_id, conflict=conflict.value)
    if conflict == Conflict.DECLARED:
        mails.conflict_declared(procurements.procurement(member.procurement_id), by, at)


def remove(procurement: Procurement, member: PanelMember, reason: str, *, by: Actor, at: datetime) -> None:
    """Take a member out with a reason, before any score of this person was submitted. The row stays.

    Raises: NotFound; EndNeedsReason; OutOfPanel; PanelAtWork.
    """
    if member.procurement_id != procurement.id:
        raise NotFound()
    if not reason.strip():
        raise EndNeedsReason()
    if member.removed_at is not None:
        raise OutOfPanel()
    if _has_submitted(member):
        raise PanelAtWork()
    member.removed_at, member.remove_reason = at, reason.strip()[:300]
    db.session().flush()
    audit.record(by, "panel.remove", member, at, procurement=procurement.id, reason=member.remove_reason)


def check_panel(procurement: Procurement) -> list[PanelMember]:
    """The members who judge, of a panel that is as the procedure asks and has declared.

    Raises: PanelTooSmall with the sentence, also while somebody has not declared.
    """
    members = [member for member, _user in queries.members_of(procurement.id)]
    definition = procurements.definition_of(procurement)
    if fault := rules.panel_fault(members, definition):
        raise PanelTooSmall(rule=fault)
    judging = [member for member in members if rules.is_judging(member)]
    if len(judging) < sum(map(rules.is_seated, members)):
        raise PanelTooSmall(rule=_("还有评审成员没有完成利害关系声明。"))
    return judging


def bidders_named(procurement: Procurement) -> list[dict[str, object]]:
    """Whom a member declares about: the bidders and their consortium members, as the opening record names them."""
    found: dict[str, dict[str, object]] = {}
    for one in procurements.rounds_of(procurement.id):
        for quote in one.record.get("quotes", []) if one.opened_at else []:
            if quote.get("supplier"):
                found[quote["supplier"]] = {"name": quote["supplier"], "with": quote.get("consortium", [])}
    return list(found.values())


def _check_no_bidder(procurement: Procurement, person: User) -> None:
    bidders = set(queries.bidder_ids(procurement.id))
    if any(org.id in bidders for _membership, org in accounts.memberships_of(person.id)):
        raise BidderOnPanel()


def _has_submitted(member: PanelMember) -> bool:
    rounds = procurements.rounds_of(member.procurement_id)
    lots = procurements.lots_of(member.procurement_id)
    sheets = [queries.sheets_of(lot.id, one.id).get(member.id) for lot in lots for one in rounds]
    return any(sheet is not None and sheet.status == SheetStatus.SUBMITTED for sheet in sheets)
