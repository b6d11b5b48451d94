"""How states of requests and answers read, and the notes everybody must see."""

from flask_babel import gettext as _

from marketplace.arrangements import rules as arrangements
from marketplace.kit.web import english
from marketplace.quoting.comparison import Standing
from marketplace.quoting.models import Quote, QuoteStatus
from marketplace.quoting.rules import State
from marketplace.taxonomy import queries as taxonomy


def state(code: str) -> tuple[str, str]:
    """A request's state in words, with the tone it is shown in."""
    return {
        State.OPEN: (_("答复中"), "ok"),
        State.ENDED: (_("已截止"), "mute"),
        State.CLOSED: (_("已提前截止"), "mute"),
        State.CANCELLED: (_("已取消"), "bad"),
    }[State(code)]


def standing(code: str) -> tuple[str, str]:
    """What a supplier has done, as the buyer reads it."""
    return {
        Standing.ANSWERED: (_("已报价"), "ok"),
        Standing.DECLINED: (_("已谢绝"), "mute"),
        Standing.WITHDRAWN: (_("已撤回"), "mute"),
        Standing.WAITING: (_("尚未答复"), "wait"),
        Standing.MISSING: (_("未报价"), "bad"),
    }[Standing(code)]


def own(quote: Quote | None) -> tuple[str, str]:
    """A supplier's own answer, as it reads it."""
    if quote is None:
        return _("未答复"), "wait"
    return {
        QuoteStatus.DRAFT: (_("草稿,未提交"), "wait"),
        QuoteStatus.SUBMITTED: (_("已报价"), "ok"),
        QuoteStatus.DECLINED: (_("已谢绝"), "mute"),
        QuoteStatus.WITHDRAWN: (_("已撤回"), "mute"),
    }[quote.status]


def category(code: str) -> str:
    """An emergency category in words."""
    found = next((row for row in taxonomy.categories() if row[0] == code), None)
    return (found[2] if english() else found[1]) if found else code


def arrangement(code: str) -> str:
    """A way of dealing in words."""
    kind = arrangements.kind(code)
    return (kind.name_en if english() else kind.name) if kind else code


def tax(included: bool | None, rate: int | None) -> str:
    """Whether prices include tax, and at what rate."""
    if included is None or rate is None:
        return "—"
    return _("含税(%(rate)s%%)", rate=rate) if included else _("不含税(税率 %(rate)s%%)", rate=rate)
