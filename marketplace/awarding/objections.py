"""Verbs of objections (质疑): bidders file within the time, the buyer answers with reasons."""

from datetime import datetime

from sqlmodel import select

from marketplace.awarding import awarding, mails, queries, rules
from marketplace.awarding.errors import AlreadyDecided, EndNeedsReason, ObjectionsClosed
from marketplace.awarding.models import Objection, ObjectionStatus
from marketplace.kit import audit, calendar, db
from marketplace.kit.calendar import Extra
from marketplace.kit.errors import NotFound
from marketplace.kit.i18n import told as _
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Procurement

REPLY_DAYS = 7


def is_open(procurement: Procurement, at: datetime) -> bool:
    """Whether the result may be doubted now."""
    until = procurement.objections_until
    return until is not None and at < until


def reply_by(row: Objection, extra: Extra) -> datetime:
    """Until when the buyer has to answer: seven working days after it was filed (政府采购法第53条)."""
    return calendar.end_of_working_days(row.filed_at, REPLY_DAYS, extra=extra)


def file(
    procurement: Procurement, lot_id: int | None, text: str, form_key: str, *, by: Actor, at: datetime
) -> Objection:
    """File an objection about a lot, or about all; the same form again is the same objection.

    Raises: NotFound for who did not bid; ObjectionsClosed; EndNeedsReason without words.
    """
    if by.organisation_id not in queries.bidder_ids(procurement.id):
        raise NotFound()
    if lot_id is not None and procurements.lot(lot_id).procurement_id != procurement.id:
        raise NotFound()
    known = _known(procurement.id, by.organisation_id, form_key)
    if known:
        return known
    procurement = procurements.procurement(procurement.id, lock=True)
    if not is_open(procurement, at):
        raise ObjectionsClosed(until=procurement.objections_until)
    if not text.strip():
        raise EndNeedsReason()
    row = Objection(
        procurement_id=procurement.id, lot_id=lot_id, supplier_id=by.organisation_id, user_id=by.user_id,
        form_key=form_key, text=text.strip()[:4000], filed_at=at, updated_at=at,
    )  # fmt: skip
    if not db.add_once(row):
        return _known(procurement.id, by.organisation_id, form_key) or row
    audit.record(by, "objection.file", row, at, procurement=procurement.id)
    mails.objection_filed(procurement, row, by, at)
    return row


def decide(procurement: Procurement, row: Objection, upheld: bool, reply: str, *, by: Actor, at: datetime) -> None:
    """Answer with reasons, once. Upheld: the living awards it is about are revoked, and the lot is evaluated again; those
    that were binding before it was filed stay.

    Raises: NotFound; AlreadyDecided; EndNeedsReason.
    """
    procurements.procurement(procurement.id, lock=True)
    row = queries.objection(row.id, procurement.id, lock=True)
    if row.status != ObjectionStatus.FILED:
        raise AlreadyDecided()
    if not reply.strip():
        raise EndNeedsReason()
    row.reply, row.decided_by, row.decided_at = reply.strip()[:4000], by.user_id, at
    move(row, ObjectionStatus.UPHELD if upheld else ObjectionStatus.REJECTED, at)
    db.session().flush()
    audit.record(by, "objection.decide", row, at, upheld=upheld)
    if upheld:
        reason = _("质疑成立:%(reply)s", reply=row.reply)[:500]
        for lot in procurements.lots_of(procurement.id):
            if row.lot_id in (None, lot.id):
                for award in rules.living(queries.awards_of(lot.id)):
                    if not awarding.is_bound(procurement, award, row.filed_at):
                        awarding.revoke(award, reason, by=by, at=at, doubted_at=row.filed_at)
    mails.objection_decided(procurement, row, at)


def _known(procurement_id: int, supplier_id: int | None, form_key: str) -> Objection | None:
    wanted = (
        Objection.procurement_id == procurement_id, Objection.supplier_id == supplier_id, Objection.form_key == form_key,
    )  # fmt: skip
    return db.session().exec(select(Objection).where(*wanted)).first()
