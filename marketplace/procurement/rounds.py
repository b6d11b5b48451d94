"""Verb of the final round: after the first quotes are opened, the admitted give their last price, sealed again."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from marketplace.kit import audit, db
from marketplace.kit.permissions import Actor
from marketplace.procurement import deadlines, mails, officers, queries
from marketplace.procurement.errors import BadTime, NoMoreRounds, NothingChosen
from marketplace.procurement.models import OpeningOfficer, Procurement, ProcurementStatus, Round
from marketplace.procurement.officers import Standing


def begin_final_round(
    procurement: Procurement, admitted: Sequence[int], quotes_until: datetime, opens_at: datetime | None = None,
    *, by: Actor, at: datetime,
) -> Round:  # fmt: skip
    """Ask the admitted suppliers for their final price; the same officers open it, without those whose key changed.

    Raises: NoMoreRounds unless the procedure has another and the last one is opened; NothingChosen without suppliers;
    BadTime; TooFewOfficers.
    """
    last = queries.current_round(procurement.id, lock=True)
    rounds = queries.definition_of(procurement).rounds
    if procurement.status != ProcurementStatus.EVALUATING or last.opened_at is None or last.number >= rounds:
        raise NoMoreRounds()
    if not admitted:
        raise NothingChosen()
    opens = opens_at or deadlines.opens_after(quotes_until)
    if quotes_until - at < deadlines.LEAST_FINAL or opens < deadlines.opens_after(quotes_until):
        raise BadTime(why=_("最后报价至少留 30 分钟,并在截止 1 分钟后开启。"))
    serving = [row for row, _user in queries.officers_of(last.id)]
    officers.check_quorum(serving, last.quorum)
    row = Round(
        procurement_id=procurement.id, number=last.number + 1, quotes_until=quotes_until, opens_at=opens,
        quorum=last.quorum, admitted=sorted(set(admitted)), created_at=at,
    )  # fmt: skip
    db.session().add(row)
    db.flush_or(NoMoreRounds)
    _carry_officers(row, serving)
    audit.record(by, "procurement.final_round", procurement, at, round=row.number, admitted=row.admitted)
    mails.final_round(procurement, row, at)
    return row


def _carry_officers(row: Round, serving: Sequence[OpeningOfficer]) -> None:
    standings = officers.standings(serving)
    names = ("user_id", "appointed_by", "appointed_at", "fingerprint", "public_key", "confirmed_at")
    for one in serving:
        if standings[one.user_id] == Standing.CONFIRMED:
            db.session().add(OpeningOfficer(round_id=row.id, **{name: getattr(one, name) for name in names}))
    db.session().flush()
