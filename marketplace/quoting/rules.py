"""Pure decisions of quoting: deadlines in working days, whether a request is open, what a receipt says."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from flask_babel import gettext as _

from marketplace.kit.calendar import NOBODYS, Extra
from marketplace.procedures import rules as procedures
from marketplace.procedures.schemas import Duration, Unit
from marketplace.quoting.errors import BadAnswerBy, NoLongerOpen
from marketplace.quoting.models import Quote, QuoteLine, Request, RequestLine, RequestStatus

LONGEST_NOTICE = timedelta(days=180)
REMINDER = timedelta(hours=24)


class Times(NamedTuple):
    """The times of the market inquiry's procedure, with the days people entered in the working calendar."""

    usual: Duration = Duration(amount=3, unit=Unit.WORKING_DAYS)
    least: Duration = Duration(amount=4, unit=Unit.HOURS)
    extra: Extra = NOBODYS


STANDARD = Times()
"""What holds while no such procedure is in use, as before a platform is prepared."""


class State(StrEnum):
    """Where a request stands at a moment."""

    OPEN = "open"
    ENDED = "ended"
    CLOSED = "closed"
    CANCELLED = "cancelled"


def state_of(request: Request, at: datetime) -> State:
    """Open until the answer-by time, unless the buyer ended it; nothing has to happen for it to end."""
    if request.status == RequestStatus.SENT:
        return State.OPEN if at < request.answer_by else State.ENDED
    return State(request.status.value)


def check_open(request: Request, at: datetime) -> None:
    """Raises: NoLongerOpen from the answer-by time on, or when the buyer ended it."""
    if state_of(request, at) != State.OPEN:
        raise NoLongerOpen()


def default_answer_by(at: datetime, times: Times = STANDARD) -> datetime:
    """The usual time ahead; whole days end at closing time in Shanghai."""
    return procedures.end_of(times.usual, at, times.extra)


def check_answer_by(answer_by: datetime, at: datetime, times: Times = STANDARD) -> None:
    """Suppliers need time to answer. Raises: BadAnswerBy."""
    if answer_by < procedures.end_of(times.least, at, times.extra):
        raise BadAnswerBy(why=_("答复截止时间至少应在 %(time)s之后,以便供应商准备。", time=times.least.words))
    if answer_by - at > LONGEST_NOTICE:
        raise BadAnswerBy(why=_("答复截止时间不能超过 180 天。"))


def check_extension(request: Request, answer_by: datetime, at: datetime, times: Times = STANDARD) -> None:
    """An extension gives more time, never less. Raises: BadAnswerBy."""
    if answer_by <= request.answer_by:
        raise BadAnswerBy(why=_("新的截止时间应晚于原截止时间。"))
    check_answer_by(answer_by, at, times)


def named_in(text: str, names: Iterable[str]) -> bool:
    """Whether a text names one of these organisations, blanks not counting."""
    bare = "".join(text.split())
    return any("".join(name.split()) in bare for name in names if name.strip())


def taxed_fen(unit_price_fen: int, quote: Quote) -> int:
    """The unit price with tax, so that answers with and without tax compare; half a fen rounds up."""
    if quote.tax_included:
        return unit_price_fen
    return (unit_price_fen * (100 + (quote.tax_rate or 0)) + 50) // 100


def answer_content(quote: Quote, lines: list[tuple[RequestLine, QuoteLine]]) -> dict[str, Any]:
    """What a supplier says, as plain data: the terms and every line with the listing version it answers."""
    return {
        "valid_days": quote.valid_days,
        "tax_included": quote.tax_included,
        "tax_rate": quote.tax_rate,
        "note": quote.note,
        "lines": [_line_content(asked, answer) for asked, answer in lines],
    }


def content_total_fen(answer: dict[str, Any]) -> int:
    """What the priced lines of an answer's content come to, in the prices as quoted."""
    return sum((line["unit_price_fen"] or 0) * line["quantity"] for line in answer["lines"])


def receipt_hash(content: dict[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON: sorted keys, no blanks, UTF-8."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def receipt_number(request: Request, sequence: int, digest: str) -> str:
    """What one cites on the telephone; it tells nothing about other answers."""
    return f"{request.number}-{sequence}-{digest[:6].upper()}"


def _line_content(asked: RequestLine, answer: QuoteLine) -> dict[str, Any]:
    return {
        "listing_id": asked.listing_id,
        "version_number": asked.version_number,
        "name": asked.name,
        "model": asked.model,
        "quantity": asked.quantity,
        "unit": asked.unit,
        "unit_price_fen": answer.unit_price_fen,
        "delivery_days": answer.delivery_days,
        "note": answer.note,
    }
