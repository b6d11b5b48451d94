"""What people are told about openings. Before an opening nobody is told anything about quotes."""

from datetime import datetime

from sqlmodel import select

from marketplace.accounts import actions
from marketplace.accounts import queries as accounts
from marketplace.bidding.models import OpenedQuote
from marketplace.kit import db
from marketplace.kit.i18n import told as _
from marketplace.procurement.models import Procurement, Round


def opened(procurement: Procurement, current: Round, at: datetime) -> None:
    """To the buyer's people and to everybody whose quote was opened: the record can be read."""
    subject = _("报价已开启:%(title)s", title=procurement.title)
    body = _(
        "采购项目 %(number)s 第 %(round)s 轮报价已开启,开启记录可供查阅。",
        number=procurement.number,
        round=current.number,
    )
    key = f"round-{current.id}-opened"
    people = accounts.people_of(procurement.owner_id)
    actions.tell(people, subject, body, f"/procurements/{procurement.id}", key=key, at=at)
    query = select(OpenedQuote.supplier_id).where(
        OpenedQuote.round_id == current.id, OpenedQuote.supplier_id.is_not(None)
    )
    for supplier_id in db.session().exec(query):
        people = accounts.people_of(supplier_id)
        actions.tell(people, subject, body, f"/tenders/{procurement.id}/record", key=key, at=at)
