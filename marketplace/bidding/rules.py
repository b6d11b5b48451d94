"""Pure decisions about quotes: whether a content fits what is asked, and where a supplier stands."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import ValidationError

from marketplace.arrangements import rules as arrangements
from marketplace.bidding.content import LotQuote, QuoteContent
from marketplace.bidding.models import OpenedQuote, OpenedStatus, SealedQuote, SealedStatus
from marketplace.kit.i18n import told as _
from marketplace.procurement.models import Lot

ADDED = ("service", "insurance")
"""Kinds that may come with another one, where the buyer asks for them too."""


class Stand(StrEnum):
    """How a supplier's quote of a round stands, for its own page."""

    NONE = "none"
    DRAFT = "draft"
    SEALED = "sealed"
    RECONFIRM = "reconfirm"
    WITHDRAWN = "withdrawn"
    OPENED = "opened"
    NOT_OPENED = "not_opened"


def stand(newest: SealedQuote | None, drafted: bool, opened: OpenedQuote | None, reconfirm_from: int) -> Stand:
    """Where a supplier stands in a round, from its newest submission, whether it has a draft, and what the opening made."""
    if opened is not None:
        return Stand.OPENED if opened.status == OpenedStatus.OPENED else Stand.NOT_OPENED
    if newest is None:
        return Stand.DRAFT if drafted else Stand.NONE
    if newest.status == SealedStatus.WITHDRAWN:
        return Stand.WITHDRAWN
    return Stand.RECONFIRM if newest.version < reconfirm_from else Stand.SEALED


def addable(main: str, allowed: Sequence[str]) -> list[str]:
    """The kinds that may come with this one."""
    return [code for code in ADDED if code in allowed and code != main]


def misfit(content: QuoteContent, allowed: Sequence[str], lots: Sequence[Lot]) -> str:
    """What keeps a content from answering these lots, in words; "" when it fits. Amounts need not be sensible."""
    asked = {lot.number: lot for lot in lots}
    numbers = [quoted.lot for quoted in content.lots]
    if len(set(numbers)) != len(numbers) or not asked.keys() >= set(numbers):
        return _("所报的包与采购文件不符。")
    for quoted in content.lots:
        items = asked[quoted.lot].items
        places = [line.item for line in quoted.lines]
        if len(set(places)) != len(places) or any(place >= len(items) for place in places):
            return _("第 %(lot)s 包的报价行与采购清单不符。", lot=quoted.lot)
        if all(line.unit_price_fen is None for line in quoted.lines):
            return _("第 %(lot)s 包没有报价。", lot=quoted.lot)
        if not _fit(quoted, allowed):
            return _("第 %(lot)s 包的交易方式或其条件与采购文件不符。", lot=quoted.lot)
    return ""


def _fit(quoted: LotQuote, allowed: Sequence[str]) -> bool:
    main, *others = quoted.parts
    codes = [part.kind for part in others]
    if main.kind not in allowed or len(set(codes)) != len(codes) or not set(codes) <= set(addable(main.kind, allowed)):
        return False
    try:
        for part in quoted.parts:
            arrangements.kind(part.kind).terms.model_validate(part.terms)
    except ValidationError:
        return False
    return main.price_fen is None and all(part.price_fen is not None for part in others)
