"""How plans read: what is proven, why something is missing, what keeps a listing out."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from marketplace.kit.web import show_number
from marketplace.matching import reasons
from marketplace.matching.plans import STEPS, Obstacle
from marketplace.matching.sourcing.shapes import Method, Note, NoteKind, Plan, Reason


def step(number: int) -> str:
    """A step between cheap and fast."""
    return [_("最省钱"), _("偏省钱"), _("兼顾"), _("偏快"), _("最快")][number]


def steps(numbers: Sequence[int]) -> str:
    """The steps that lead to one plan."""
    return " / ".join(step(number) for number in numbers)


def step_count() -> int:
    """How many there are."""
    return len(STEPS)


def percent(share: float) -> str:
    """0.0041 → "0.5%": rounded up to a tenth of a per cent, so that a bound is never told too small."""
    tenths = -int(-share * 1000 // 1)
    return f"{show_number(tenths / 10)}%"


def share(part: int, whole: int) -> str:
    """How much of the whole, in whole per cent, rounded down: 100% is all of it."""
    return f"{part * 100 // whole if whole else 100}%"


def proof(plan: Plan) -> tuple[str, str]:
    """What is proven about a plan, with the tone it is told in."""
    if not plan.lines and plan.reason == Reason.NONE:
        return _("当前条件下没有可编入的供给,已核对全部候选。"), "wait"
    if plan.reason == Reason.NONE:
        if plan.gap < 0.0005:
            return _("已求得最优方案:同样条件下没有更好的组合。"), "ok"
        return _("与最优方案相差不超过 %(gap)s(已证明)。", gap=percent(plan.gap)), "ok"
    why = {
        Reason.TIME: _("求解未在限时内完成"),
        Reason.SIZE: _("问题规模过大,求解未完成"),
        Reason.SOLVER: _("求解器目前不可用"),
    }.get(plan.reason, _("求解未完成"))
    if plan.method == Method.GREEDY:
        return _("%(why)s,采用贪心方案:逐家取当前最合适的供给,各项限制都满足,但不保证最优。", why=why), "wait"
    if plan.gap < 1:
        return _("%(why)s,取已找到的最好方案:与最优方案相差不超过 %(gap)s。", why=why, gap=percent(plan.gap)), "wait"
    return _("%(why)s,取已找到的最好方案:各项限制都满足,但不保证最优。", why=why), "wait"


def proof_of_shortfall(plan: Plan) -> str:
    """Whether somebody could deliver more; "" when nothing is missing."""
    if not plan.shortfall:
        return ""
    if plan.shortfall_gap <= 0:
        return _("缺口已证明:在这些限制下,没有任何组合能多供一件。")
    return _("缺口尚未完全证明:更好的组合最多还能多供总量的 %(share)s。", share=percent(plan.shortfall_gap))


def note(one: Note, unit: str) -> str:
    """A remark about a demand."""
    amount = f"{show_number(one.count)} {unit}".strip()
    return {
        NoteKind.NO_OFFER: _("没有可编入的供给,缺 %(amount)s。", amount=amount),
        NoteKind.TOO_LATE: _("候选供给都赶不上交货期,缺 %(amount)s。", amount=amount),
        NoteKind.SUPPLY: _("期限内能交付的已全部编入,仍缺 %(amount)s。", amount=amount),
        NoteKind.BUDGET: _("预算已用尽,仍缺 %(amount)s:增加预算还可以再补。", amount=amount),
        NoteKind.LIMITS: _("受份额或家数上限限制,仍缺 %(amount)s:放宽上限还可以再补。", amount=amount),
        NoteKind.MIN_ORDER: _("剩余 %(amount)s 低于各家起订量,未能编入。", amount=amount),
        NoteKind.SET_ASIDE: _("另有 %(n)s 件报价较高的供给未参与计算。", n=one.count),
    }[one.kind]


def obstacle(kind: str) -> str:
    """What keeps a listing out, with what would let it in."""
    return {
        Obstacle.PRICE: _("未标价:需询价后才能编入"),
        Obstacle.SUPPLY: _("未说明库存和月产能:需向供应商确认后才能编入"),
        Obstacle.UNIT: _("计量单位与需求不可换算:需人工核对"),
    }[Obstacle(kind)]


def km(distance: float | None) -> str:
    """A distance by road."""
    return _("距离未知") if distance is None else _("约 %(n)s km", n=show_number(int(distance)))


def whole_share(coverage: float) -> str:
    """0.9999 → "99%": rounded down, so that 100% is all of it."""
    return f"{int(coverage * 100 + 1e-9)}%"


def asks(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """What must be asked about a listing, in a few words."""
    return _few(reasons.questions(verdicts))


def lacks(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """What a listing misses by a little, in a few words."""
    return _few(reasons.in_the_way(verdicts))


def _few(found: Sequence[reasons.Reason], most: int = 2) -> str:
    told = " ".join(one.text for one in found[:most])
    return told if len(found) <= most else _("%(told)s 等 %(n)s 项", told=told, n=len(found))
