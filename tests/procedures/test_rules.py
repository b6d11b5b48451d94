"""Deadlines under each shipped procedure, and definitions that contradict themselves or the law."""

import tomllib
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from marketplace.kit import clock
from marketplace.procedures import actions, citations, labels, rules
from marketplace.procedures.schemas import Duration, ProcedureDefinition
from tests.conftest import ROOT

NOBODYS = {}


def shipped(code, **changes):
    """The shipped definition with some settings changed."""
    told = tomllib.loads((ROOT / "seed" / "procedures" / f"{code}.toml").read_text(encoding="utf-8"))
    return ProcedureDefinition.of({**told["definition"], **changes})


def moment(*parts):
    """A time in Shanghai, in UTC as everywhere."""
    return datetime(*parts, tzinfo=clock.SHANGHAI).astimezone(UTC)


def lasting(amount, unit="working_days"):
    return {"amount": amount, "unit": unit}


@pytest.mark.parametrize(
    ("code", "published", "emergency", "expected"),
    [
        ("formal_rfq", (2026, 11, 23, 9), False, (2026, 11, 26, 17)),
        ("formal_rfq", (2026, 11, 23, 9), True, (2026, 11, 26, 17)),  # the law knows no shorter time
        ("formal_rfq", (2026, 9, 30, 9), False, (2026, 10, 10, 17)),  # National Day, then a Saturday worked
        ("negotiation", (2026, 11, 27, 18), False, (2026, 12, 2, 17)),
        ("consultation", (2026, 11, 23, 9), False, (2026, 12, 3, 17)),
        ("consultation", (2026, 9, 21, 9), False, (2026, 10, 8, 17)),  # the tenth day is National Day
        ("emergency_call", (2026, 11, 28, 3, 15), False, (2026, 11, 29, 3, 15)),
        ("emergency_call", (2026, 11, 28, 3, 15), True, (2026, 11, 28, 5, 15)),
        ("market_inquiry", (2026, 11, 23, 9), False, (2026, 11, 23, 13)),
    ],
)
def test_the_earliest_deadline_leaves_less_than_the_law_asks(code, published, emergency, expected):
    found = rules.earliest_deadline(shipped(code), moment(*published), NOBODYS, emergency)
    assert found == moment(*expected)


def test_a_day_people_declared_off_is_counted():
    extra = {date(2026, 11, 24): False}
    assert rules.earliest_deadline(shipped("formal_rfq"), moment(2026, 11, 23, 9), extra) == moment(2026, 11, 27, 17)


def test_questions_end_too_late_or_too_early():
    deadline = moment(2026, 12, 1, 10)
    assert rules.question_cutoff(shipped("formal_rfq"), deadline, NOBODYS) == moment(2026, 11, 30, 17)
    assert rules.question_cutoff(shipped("consultation"), deadline, NOBODYS) == moment(2026, 11, 27, 17)
    assert rules.question_cutoff(shipped("emergency_call"), deadline, NOBODYS) == moment(2026, 12, 1, 9)
    assert rules.question_cutoff(shipped("market_inquiry"), deadline, NOBODYS) == deadline
    days = shipped("formal_rfq", question_margin=lasting(2, "days"))
    assert rules.question_cutoff(days, deadline, NOBODYS) == deadline - timedelta(days=2)


def test_an_amendment_leaves_too_little_time_or_takes_time_away():
    definition, deadline = shipped("formal_rfq"), moment(2026, 11, 27, 17)
    early = rules.deadline_after_amendment(definition, moment(2026, 11, 23, 9), deadline, NOBODYS)
    late = rules.deadline_after_amendment(definition, moment(2026, 11, 26, 9), deadline, NOBODYS)
    assert (early, late) == (deadline, moment(2026, 12, 1, 17))


def test_the_objection_period_is_not_seven_working_days():
    at = moment(2026, 11, 23, 9)
    assert rules.objection_end(shipped("formal_rfq"), at, NOBODYS) == moment(2026, 12, 2, 17)
    assert rules.objection_end(shipped("framework_calloff"), at, NOBODYS) == at


@pytest.mark.parametrize("code", actions.SHIPPED)
def test_a_shipped_procedure_has_faults_or_cites_a_rule_that_is_none(context, code):
    definition = shipped(code)
    assert rules.faults(definition) == []
    for citation in definition.citations.values():
        assert all(citations.rule(rule_id) for rule_id in citation.rule_ids)
    assert all(line.sentence and line.title for _heading, lines in labels.sections(definition) for line in lines)


def test_a_rule_of_a_setting_is_not_in_the_table():
    assert {r for ids in citations.FOR_SETTING.values() for r in ids} <= citations.rules().keys()
    assert citations.FOR_SETTING.keys() <= set(labels.CITED)


@pytest.mark.parametrize(
    ("code", "changes", "told"),
    [
        ("formal_rfq", {"min_time": lasting(2)}, "财政部令第74号第45条"),
        (
            "formal_rfq",
            {"min_time": lasting(3, "days")},
            "财政部令第74号第45条",
        ),  # three days are not three working days
        ("formal_rfq", {"min_time": lasting(48, "hours")}, "财政部令第74号第45条"),
        ("formal_rfq", {"min_suppliers": 2, "visibility": ["public"]}, "不少于3家(政府采购法第40条)"),
        ("formal_rfq", {"panel_min": 1}, "3人以上单数"),
        ("formal_rfq", {"panel_min": 4}, "最少人数是双数"),
        ("formal_rfq", {"publicity_days": lasting(5)}, "政府采购法第52条"),
        ("formal_rfq", {"publicity_days": lasting(0)}, "没有异议期"),
        ("formal_rfq", {"min_quotes": 5, "visibility": ["invited"]}, "多于最少邀请"),
        ("formal_rfq", {"usual_time": lasting(2)}, "短于最短时间"),
        ("formal_rfq", {"question_margin": lasting(3)}, "没有机会提问"),
        ("formal_rfq", {"extension_when_amended": lasting(20)}, "大幅延期"),
        ("formal_rfq", {"rounds": 2}, "不允许改变价格"),
        ("formal_rfq", {"price_changes": "final_round"}, "没有最后报价轮次"),
        ("formal_rfq", {"evaluation": "scored"}, "没有规定价格权重"),
        ("formal_rfq", {"price_weight_goods": {"low": 30, "high": 60}}, "不起作用"),
        ("formal_rfq", {"sealed": False}, "报价却不密封"),
        ("formal_rfq", {"sealed": False}, "没有开启记录"),
        ("formal_rfq", {"binding": False}, "却要公告成交"),
        ("formal_rfq", {"notices": ["published"]}, "却不公告成交"),
        ("formal_rfq", {"emergency_min_time": lasting(1, "hours")}, "不要求关联突发事件"),
        ("emergency_call", {"emergency_min_time": lasting(3)}, "反而长于平时"),
        ("emergency_call", {"review_after": False}, "没有规定事后复核"),
        ("consultation", {"min_time": lasting(9, "days")}, "财库〔2014〕214号第10条"),
        ("consultation", {"price_weight_goods": {"low": 20, "high": 60}}, "30%-60%"),
        ("consultation", {"price_weight_services": {"low": 10, "high": 31}}, "10%-30%"),
        ("consultation", {"panel_min": 0}, "没有评审小组"),
    ],
)
def test_a_contradiction_or_a_breach_is_not_told(context, code, changes, told):
    assert any(told in text for text in rules.faults(shipped(code, **changes)))


def test_a_longer_time_than_the_law_asks_is_a_fault(context):
    assert rules.faults(shipped("formal_rfq", min_time=lasting(5, "days"))) == []
    assert rules.faults(shipped("formal_rfq", publicity_days=lasting(10), min_suppliers=4)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"min_time": {"amount": -1, "unit": "days"}},
        {"min_time": {"amount": "3", "unit": "days"}},
        {"min_time": {"amount": 3, "unit": "weeks"}},
        {"officers_min": 1},
        {"quorum": 1},
        {"quorum": 3},
        {"binding": 1},
        {"rounds": 0},
        {"price_weight_goods": {"low": 60, "high": 30}},
        {"price_weight_goods": {"low": 60, "high": 101}},
        {"arrangements": []},
        {"arrangements": ["gift"]},
        {"visibility": []},
        {"budget_max_fen": 0},
        {"misspelt": True},
        {"citations": {"misspelt": {"text": "某法"}}},
        {"use": " "},
    ],
)
def test_an_impossible_definition_is_taken(context, changes):
    with pytest.raises(ValidationError):
        shipped("formal_rfq", **changes)


def test_the_order_of_ticks_makes_another_definition():
    one = shipped("formal_rfq", visibility=["invited", "public", "public"], notices=["awarded", "published"])
    assert one == shipped("formal_rfq", visibility=["public", "invited"], notices=["published", "awarded"])
    assert ProcedureDefinition.of(one.plain()) == one


def test_a_citation_in_free_words_means_rules_of_other_settings():
    assert citations.meant_by("panel_min", "依政府采购法第40条") == ("rfq.team",)
    assert citations.meant_by("min_suppliers", "依政府采购法第40条") == ("rfq.suppliers",)
    assert citations.meant_by("evaluation", "政府采购法实施条例第37条") == ("rfq.award",)
    assert citations.meant_by("min_time", "本县办法") == citations.meant_by("too_few", "政府采购法第40条") == ()


def test_a_period_does_not_say_its_unit(context):
    words = [
        Duration.model_validate_json(f'{{"amount": 3, "unit": "{u}"}}').words for u in ("working_days", "days", "hours")
    ]
    assert words == ["3 个工作日", "3 日", "3 小时"]


def test_changes_are_not_told_or_invented(context):
    old, new = shipped("formal_rfq"), shipped("formal_rfq", min_time=lasting(4), panel_odd=False)
    assert [what for what, _old, _new in labels.changes(old, new)] == ["最短报价时间", "评审小组人数"]
    assert labels.changes(old, old) == []
