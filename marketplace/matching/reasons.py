"""Verdicts and score parts as plain sentences, for and against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from marketplace.arrangements import rules as arrangements
from marketplace.kit.web import english
from marketplace.matching.judging import State
from marketplace.matching.scoring import Standing
from marketplace.needs import labels as needs_labels
from marketplace.needs.models import Mode
from marketplace.reading.requirements import HARD, SCORED


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence about one point. `name` is the point; `tone` is ok, ask, near or bad; `mark` ★, ▲ or ""."""

    name: str
    text: str
    tone: str
    mark: str
    asked: str
    offered: str


ORDER = {"bad": 0, "near": 1, "ask": 2, "ok": 3}
"""What speaks against an offer is told first."""


def reasons(verdicts: Iterable[Mapping[str, Any]]) -> list[Reason]:
    """Every verdict as a sentence, what speaks against it first."""
    return sorted(map(reason, verdicts), key=lambda one: (ORDER[one.tone], not one.mark))


def in_the_way(verdicts: Iterable[Mapping[str, Any]]) -> list[Reason]:
    """What keeps an offer from being eligible: missed by a little or altogether, hard points only."""
    return [r for v in verdicts if v["level"] == HARD for r in [reason(v)] if r.tone in ("bad", "near")]


def questions(verdicts: Iterable[Mapping[str, Any]]) -> list[Reason]:
    """What the listing is silent on: to be asked, not held against it."""
    return [one for one in map(reason, verdicts) if one.tone == "ask"]


def reason(verdict: Mapping[str, Any]) -> Reason:
    """One verdict, as kept, as a sentence."""
    state, topic = State(verdict["state"]), verdict["topic"]
    mark = {HARD: "★", SCORED: "▲"}.get(verdict["level"], "") if topic == "requirement" else ""
    tone = {State.MET: "ok", State.UNKNOWN: "ask", State.MARGINAL: "near", State.MISSED: "bad"}[state]
    asked, offered = _values(topic, verdict["asked"], verdict["offered"])
    name = _name(topic, verdict["name"])
    return Reason(name, _sentence(topic, state, name, asked, offered), tone, mark, asked, offered)


def _name(topic: str, name: str) -> str:
    return {
        "mode": _("供应方式"), "region": _("服务区域"), "time": _("交货期"), "budget": _("预算"), "quantity": _("数量"),
        "refused": _("不要的"), "feature": _("特征"), "denied": _("特征"),
    }.get(topic, name)  # fmt: skip


def _values(topic: str, asked: str, offered: str) -> tuple[str, str]:
    if topic == "mode":
        return _mode(asked), "、".join(_mode(code) for code in offered.split(",") if code)
    if topic == "time":
        return _("%(n)s 天内", n=asked), _("%(n)s 天", n=offered) if offered else ""
    if topic == "region":
        return asked, offered.replace(",", "、")
    return asked, offered


def _mode(code: str) -> str:
    if code in set(Mode):
        return needs_labels.mode(code)
    kind = arrangements.kind(code)
    return code if kind is None else kind.name_en if english() else kind.name


def _sentence(topic: str, state: State, name: str, asked: str, offered: str) -> str:
    if topic == "refused":
        return _("需求明确不要“%(asked)s”。", asked=asked)
    if topic == "feature" and not offered:
        return _("需求要“%(asked)s”,供给未写明,需询问。", asked=asked)
    if topic == "feature":
        return _("需求要“%(asked)s”,供给写明“%(offered)s”。", asked=asked, offered=offered)
    if topic == "denied":
        return _("供给写明没有或不是“%(asked)s”。", asked=asked)
    if state is State.UNKNOWN and topic == "time" and offered:
        return _("交货期要求 %(asked)s,供给为 %(offered)s但有现货,需询问现货几天可到。", asked=asked, offered=offered)
    if state is State.UNKNOWN:
        return _("%(name)s要求 %(asked)s,供给未写明,需询问。", name=name, asked=asked)
    words = {
        State.MET: _("%(name)s要求 %(asked)s,供给为 %(offered)s,满足。"),
        State.MARGINAL: _("%(name)s要求 %(asked)s,供给为 %(offered)s,略有不足。"),
        State.MISSED: _("%(name)s要求 %(asked)s,供给为 %(offered)s,不满足。"),
    }[state]
    return words % {"name": name, "asked": asked, "offered": offered or _("未写明")}


def standing_name(standing: str) -> str:
    """Where an offer stands, as people read it."""
    return {
        Standing.ELIGIBLE: _("符合"), Standing.OPEN: _("待补充"), Standing.NEAR: _("接近符合"), Standing.EXCLUDED: _("不符合"),
    }[Standing(standing)]  # fmt: skip


def factor_name(name: str) -> str:
    """Why a score was lowered, as people read it."""
    return {
        "near": _("一项必须要求略有不足"), "open": _("必须要求有未写明处"), "missed_soft": _("评分或一般要求未满足"),
        "unsaid_feature": _("要求的特征未写明"), "few_soft": _("三项以上评分或一般要求未满足"), "unsaid_soft": _("评分或一般要求未写明"),
        "stale": _("供应商超过半年没有确认"), "elsewhere": _("供应商不在本省"),
    }.get(name, name)  # fmt: skip


def summary(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """One line: how many points are met, open, missed."""
    counts = {state: sum(v["state"] == state for v in verdicts) for state in State}
    parts = [_("%(n)s 项满足", n=counts[State.MET])]
    if counts[State.UNKNOWN]:
        parts.append(_("%(n)s 项待询问", n=counts[State.UNKNOWN]))
    if counts[State.MARGINAL]:
        parts.append(_("%(n)s 项略差", n=counts[State.MARGINAL]))
    if counts[State.MISSED]:
        parts.append(_("%(n)s 项不满足", n=counts[State.MISSED]))
    return ",".join(parts)
