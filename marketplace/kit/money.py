"""Money is integer fen; this is the only way in from text and the only way out to people."""

import re
from decimal import Decimal

MAX_FEN = 10**15  # ten trillion yuan: beyond any price here, inside 64 bits and inside exact doubles
_MAX_DIGITS = 24  # beyond these Decimal would round silently
_NUMBER = re.compile(r"^\d{1,3}(,\d{3})*(\.\d+)?$|^\d+(\.\d+)?$")
_SCALES = {"": 1, "元": 1, "万": 10_000, "万元": 10_000, "亿": 100_000_000, "亿元": 100_000_000}
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，￥", "0123456789.,¥")


class NotMoney(ValueError):
    """The text is not an amount of yuan."""


def parse_yuan(text: str) -> int:
    """Read an amount of yuan as people type it ("1,200.50", "３.５万元", "¥80") into fen.

    Raises: NotMoney for anything else: negative, fractions of a fen, other currencies, absurd sizes.
    """
    cleaned = text.translate(_FULL_WIDTH).replace(" ", "").removeprefix("¥")
    match = re.match(r"^([\d.,]+)(\D*)$", cleaned)
    if not match or len(match[1]) > _MAX_DIGITS or match[2] not in _SCALES or not _NUMBER.match(match[1]):
        raise NotMoney(text)
    return fen_from_yuan(Decimal(match[1].replace(",", "")) * _SCALES[match[2]])


def fen_from_yuan(yuan: int | float | str | Decimal) -> int:
    """Exact fen of a number of yuan. Raises: NotMoney when it is negative, not finite, or finer than a fen."""
    try:
        fen = Decimal(str(yuan)) * 100
    except ArithmeticError as fault:
        raise NotMoney(str(yuan)) from fault
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 <= fen <= MAX_FEN:
        raise NotMoney(str(yuan))
    return int(fen)


def format_fen(fen: int) -> str:
    """ "¥1,200.50"; whole yuan without decimals, so that columns of prices stay quiet."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}¥{yuan:,}.{rest:02d}" if rest else f"{sign}¥{yuan:,}"


def format_compact(fen: int) -> str:
    """ "¥128万" for cards and charts; at most two decimals, never more exact than it says."""
    for unit, size in (("亿", 10**10), ("万", 10**6)):
        if fen >= size:
            return f"¥{Decimal(fen) / size:.2f}".rstrip("0").rstrip(".") + unit
    return format_fen(fen)
