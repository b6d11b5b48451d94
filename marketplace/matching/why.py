"""Judging one supplier's own listings against one need now: what fits, what is missed, what to change. Pure reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _

from marketplace.catalog import queries as catalog
from marketplace.kit import clock
from marketplace.matching import matcher, opportunities, queries, reasons, relevance, runs, scoring
from marketplace.matching.asks import Ask
from marketplace.matching.judging import State, Verdict
from marketplace.matching.knowledge import Knowledge, knowledge
from marketplace.matching.matcher import Match
from marketplace.matching.models import MatchRun
from marketplace.matching.prepared import Prepared, prepare
from marketplace.matching.reasons import Reason
from marketplace.matching.scoring import Standing
from marketplace.needs import labels as needs_labels
from marketplace.needs.models import Need
from marketplace.reading.requirements import HAS, Requirement

JUDGED = 12
"""So many of a supplier's listings, those most about the need, are judged to find its best one."""
_ABOUT = runs.LEAST_RELEVANCE


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a need against a listing, with what its supplier can do about it; "" when nothing is to be done."""

    reason: Reason
    advice: str


@dataclass(frozen=True, slots=True)
class Fit:
    """A listing against one item of a need. `about` is false when it seems to be another kind of thing."""

    item: int
    title: str
    match: Match
    points: Sequence[Point]
    about: bool


@dataclass(frozen=True, slots=True)
class _Measured:
    """An ask as the need's newest run measured with it; without a run, as the listings themselves are measured."""

    ask: Ask
    best_words: float


def fit_of(need: Need, supplier_id: int, listing_id: int | None, *, at: datetime) -> tuple[Fit | None, list[int]]:
    """A supplier's listing against a need, and all its public listings, nearest to the need first.

    Without `listing_id`, or with one that is not its own public one, its best. None when it offers nothing publicly.
    """
    known = knowledge()
    offered = prepare(catalog.published_ids_of(supplier_id), known, clock.local(at).date())
    measured = _measured(need, list(offered.values()), known, at)
    near = {id_: max(_relevance(m, one, known) for m in measured) for id_, one in offered.items()}
    order = sorted(offered, key=lambda id_: (-near[id_], id_))
    wanted = [listing_id] if listing_id in offered else order[:JUDGED]
    fits = [_best(measured, offered[id_], known) for id_ in wanted]
    return min(fits, key=_order, default=None), order


def _measured(need: Need, offered: Sequence[Prepared], known: Knowledge, at: datetime) -> list[_Measured]:
    made = queries.latest_runs(need.id)
    return [
        _with_run(ask, made[ask.item]) if ask.item in made else _without_run(ask, offered, known)
        for ask in opportunities.asks_of_cached(need, known, at)
    ]


def _with_run(ask: Ask, run: MatchRun) -> _Measured:
    return _Measured(replace(ask, types=run.types), run.best_words)


def _without_run(ask: Ask, offered: Sequence[Prepared], known: Knowledge) -> _Measured:
    worth = relevance.worth(ask.tokens, known.classes.rarity)
    return _Measured(ask, max((relevance.by_words(worth, one.words) for one in offered), default=1.0))


def _relevance(measured: _Measured, one: Prepared, known: Knowledge) -> float:
    worth = relevance.worth(measured.ask.tokens, known.classes.rarity)
    by_words = min(1.0, relevance.by_words(worth, one.words) / (measured.best_words or 1.0))
    return scoring.relevance(relevance.by_type(measured.ask.types, one.words.types, known.nearness), by_words)


def _best(measured: Sequence[_Measured], one: Prepared, known: Knowledge) -> Fit:
    """The item of the need that a listing fits best."""
    return min((_fit(m.ask, matcher.judge(m.ask, one, m.best_words, known)) for m in measured), key=_order)


def _fit(ask: Ask, match: Match) -> Fit:
    asked: list[Requirement | None] = [*ask.requirements]
    asked += [None] * (len(match.verdicts) - len(asked))
    points = [
        Point(reasons.reason(runs.stored(verdict)), advice(verdict, requirement))
        for verdict, requirement in zip(match.verdicts, asked, strict=True)
    ]
    points.sort(key=lambda point: reasons.ORDER[point.reason.tone])
    about = scoring.relevance(match.score.by_type, match.score.by_words) >= _ABOUT
    return Fit(ask.item, ask.title, match, points, about)


def _order(fit: Fit) -> tuple[bool, bool, float, int]:
    return not fit.about, fit.match.standing is Standing.EXCLUDED, -fit.match.score.total, fit.match.offer.listing_id


def advice(verdict: Verdict, requirement: Requirement | None = None) -> str:
    """What the supplier can do about a verdict; "" when it is met. `requirement` is what was asked, if a requirement."""
    if verdict.state is State.MET:
        return ""
    if requirement is not None:
        return _on_requirement(verdict, requirement)
    return _on_condition(verdict)


def _on_requirement(verdict: Verdict, requirement: Requirement) -> str:
    if requirement.op == HAS:
        if verdict.state is State.UNKNOWN:
            return _("持有“%(name)s”的,请在“证书”中登记并上传扫描件。", name=requirement.name)
        return _("供给写明没有该证书;已取得的,请登记证书并修改说明。")
    if verdict.state is State.UNKNOWN:
        return _("请在供给的技术参数中写明“%(name)s”。", name=requirement.name)
    return _("参数填写有误的请更正;贵单位另有型号能满足的,请发布该型号。")


def _on_condition(verdict: Verdict) -> str:
    unsaid = verdict.state is State.UNKNOWN
    told: Mapping[str, str] = {
        "mode": _("确能以“%(mode)s”方式供应的,请在供给的“合作方式”中勾选。", mode=_mode(verdict)),
        "region": _("请填写服务区域。")
        if unsaid
        else _("确能供应到%(place)s的,请在服务区域中加上。", place=verdict.asked),
        "time": _time(verdict),
        "budget": _("请填写价格,或直接向采购单位说明报价。")
        if unsaid
        else _("按标价乘以数量超出预算;有批量价的,请向采购单位说明。"),
        "quantity": _("请更新库存和月产能,或说明可分批交付。"),
    }
    return told.get(verdict.topic, _("描述与实际不符的,请修改供给的名称或说明。"))


def _mode(verdict: Verdict) -> str:
    return needs_labels.mode(verdict.asked) if verdict.topic == "mode" else ""


def _time(verdict: Verdict) -> str:
    if verdict.state is not State.UNKNOWN:
        return _("确能更快交货的,请更新交货期;有现货的,请填写库存。")
    if verdict.offered:
        return _("交货期长于要求,但有现货:请说明现货几天可到。")
    return _("请填写交货期。")
