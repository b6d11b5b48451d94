"""Pure decisions of quoting: deadlines in working days, whether a request is open, what a receipt says."""

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _

from marketplace.kit import clock
from marketplace.quoting.errors import BadAnswerBy, NoLongerOpen
from marketplace.quoting.models import Quote, QuoteLine, Request, RequestLine, RequestStatus

WORKING_DAYS = 3
CLOSING_TIME = time(17, 0)
LEAST_NOTICE = timedelta(hours=4)
LONGEST_NOTICE = timedelta(days=180)
REMINDER = timedelta(hours=24)


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


def add_working_days(day: date, count: int) -> date:
    """The day `count` working days later; only weekends are passed over, public holidays are not known."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def default_answer_by(at: datetime) -> datetime:
    """Three working days ahead at closing time in Shanghai."""
    day = add_working_days(clock.local(at).date(), WORKING_DAYS)
    return datetime.combine(day, CLOSING_TIME, tzinfo=clock.SHANGHAI).astimezone(at.tzinfo)


def check_answer_by(answer_by: datetime, at: datetime) -> None:
    """Suppliers need time to answer. Raises: BadAnswerBy."""
    if answer_by - at < LEAST_NOTICE:
        raise BadAnswerBy(why=_("答复截止时间至少应在 4 小时之后,以便供应商准备。"))
    if answer_by - at > LONGEST_NOTICE:
        raise BadAnswerBy(why=_("答复截止时间不能超过 180 天。"))


def check_extension(request: Request, answer_by: datetime, at: datetime) -> None:
    """An extension gives more time, never less. Raises: BadAnswerBy."""
    if answer_by <= request.answer_by:
        raise BadAnswerBy(why=_("新的截止时间应晚于原截止时间。"))
    check_answer_by(answer_by, at)


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
