"""Tables of cases: what an offer's words mean against what is asked."""

import pytest

from marketplace.matching import conditions, judging, scoring
from marketplace.matching.conditions import Conditions
from marketplace.matching.judging import State, Verdict
from marketplace.matching.offers import Fact, spec_facts
from marketplace.matching.scoring import Standing
from marketplace.reading.requirements import Requirement
from marketplace.taxonomy import queries as taxonomy
from tests.matching.worlds import names, offer

MET, NEAR, MISSED, ASK = State.MET, State.MARGINAL, State.MISSED, State.UNKNOWN
pytestmark = pytest.mark.usefixtures("known")


@pytest.fixture(scope="module")
def known(template_data, tmp_path_factory):
    """The reference data, read once for all the tables."""
    from marketplace.app import create_app
    from marketplace.settings import Settings

    folder = tmp_path_factory.mktemp("judging")
    (folder / "marketplace.db").write_bytes((template_data / "marketplace.db").read_bytes())
    app = create_app(Settings(data_dir=folder, seed_demo=False))
    with app.app_context():
        yield names()


def spec(name, unit="", **value):
    """One spec of a listing as the fact it is."""
    key = taxonomy.attribute_for(name, "3.4.6.01")
    row = {"name": name, "key": key.key if key else None, "unit": unit, **value}
    return spec_facts([row], "3.4.6.01", taxonomy.reference(), names().attributes)[0]


def ask(name, op, value, unit="", high=None, level="hard"):
    """A requirement as a need states it."""
    key = taxonomy.attribute_for(name, "3.4.6.01")
    return Requirement(name, key.key if key else "", op, value, unit, level, high)


def judged(requirement, *facts, **more):
    """The state an offer with these facts gets."""
    return judging.judge(requirement, offer(facts=tuple(facts), **more), names()).state


@pytest.mark.parametrize(
    ("op", "asked", "high", "offered", "state"),
    [
        (">=", 3000, None, {"value": 3000}, MET),
        (">=", 3000, None, {"value": 5000}, MET),
        (">=", 3000, None, {"value": 2700}, NEAR),
        (">=", 3000, None, {"value": 2699}, MISSED),
        (">=", 3000, None, {"min": 1000, "max": 3000}, MET),
        ("<=", 3000, None, {"value": 3000}, MET),
        ("<=", 3000, None, {"value": 3300}, NEAR),
        ("<=", 3000, None, {"value": 3301}, MISSED),
        ("=", 3000, None, {"value": 3050}, MET),
        ("between", 1000, 3000, {"min": 500, "max": 4000}, MET),
        ("between", 1000, 3000, {"min": 1500, "max": 4000}, MISSED),
        ("between", 1000, 3000, {"value": 2000}, MET),
        ("between", 1000, 3000, {"value": 950}, NEAR),
    ],
)
def test_a_number_is_judged_otherwise_than_the_sign_says(op, asked, high, offered, state):
    assert judged(ask("流量", op, asked, "m³/h", high), spec("流量", "m³/h", **offered)) is state


@pytest.mark.parametrize(
    ("asked", "unit", "offered", "offered_unit", "state"),
    [
        (3000, "m³/h", 850, "L/s", MET),
        (3000, "m³/h", 50, "m³/min", MET),
        (3000, "m³/h", 45, "m³/min", NEAR),
        (50, "m³/min", 3000, "m³/h", MET),
        (3000, "m³/h", 500, "L/s", MISSED),
    ],
)
def test_another_unit_is_not_converted(asked, unit, offered, offered_unit, state):
    assert judged(ask("流量", ">=", asked, unit), spec("流量", offered_unit, value=offered)) is state


@pytest.mark.parametrize(("offered", "state"), [(-40, MET), (-37, NEAR), (-36.9, MISSED), (-45, MET)])
def test_three_kelvin_are_not_the_margin_of_a_temperature(offered, state):
    assert judged(ask("适用低温", "<=", -40, "℃"), spec("适用低温", "℃", value=offered)) is state


@pytest.mark.parametrize("requirement", [
    ("流量", ">=", 3000, "m³/h"), ("防护等级", ">=", "IP55", ""), ("防爆等级", ">=", "Ex d IIB T4", ""),
    ("消防产品认证", "has", "消防产品认证", ""), ("材质", "in", ("铝合金", "玻璃钢"), ""), ("结构", "=", "拖车式", ""),
])  # fmt: skip
def test_a_listing_that_is_silent_fails(requirement):
    name, op, value, unit = requirement
    assert judged(ask(name, op, value, unit)) is ASK


@pytest.mark.parametrize(
    ("asked", "offered", "state"),
    [
        ("IP55", "IP55", MET), ("IP55", "IP67", MET), ("IP67", "IP65", MISSED), ("IP55", "IP47", MISSED),
        ("IP65", "IP6X", MISSED), ("IPX5", "IP45", MET),
    ],
)  # fmt: skip
def test_one_digit_of_a_protection_code_decides_alone(asked, offered, state):
    assert judged(ask("防护等级", ">=", asked), spec("防护等级", text=offered)) is state


@pytest.mark.parametrize(
    ("asked", "offered", "state"),
    [
        ("Ex d IIB T4", "Ex d IIC T6", MET), ("Ex d IIC T4", "Ex d IIB T4", MISSED), ("Ex d IIB T6", "Ex d IIB T4", MISSED),
        ("Ex d IIB T4", "Ex d I Mb", MISSED), ("Ex ia IIC T4", "Ex d IIC T4", MISSED), ("Ex ia IIC T4", "Ex ia IIC T4", MET),
        ("Ex ib IIB T4", "Ex ia IIC T4", MET), ("Ex d I", "Ex d I", MET),
    ],
)  # fmt: skip
def test_an_explosion_mark_is_met_by_a_weaker_one(asked, offered, state):
    assert judged(ask("防爆等级", ">=", asked), spec("防爆等级", text=offered)) is state


def test_a_listing_that_says_it_is_not_explosion_proof_is_asked_again():
    assert judged(ask("防爆等级", ">=", "Ex d IIB T4"), denies="非防爆场所使用") is MISSED


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"certificates": frozenset({"消防产品认证"})}, MET), ({"says": "已取得消防产品认证"}, MET),
        ({"says": "整机通过CCCF检验"}, MET), ({"says": "消防产品认证正在办理"}, MISSED), ({"denies": "未取得消防产品认证"}, MISSED),
        ({"says": "随车备件齐全"}, ASK),
    ],
)  # fmt: skip
def test_a_certificate_is_judged_by_its_name_alone(more, state):
    assert judged(ask("消防产品认证", "has", "消防产品认证"), **more) is state
    assert judged(ask("消防产品认证", "has", "CCCF"), **more) is state


@pytest.mark.parametrize(
    ("op", "value", "more", "state"),
    [
        ("in", ("铝合金", "玻璃钢"), {"facts": (Fact("", "材质", text="玻璃钢船体"),)}, MET),
        ("in", ("铝合金", "玻璃钢"), {"facts": (Fact("", "材质", text="橡胶"),)}, MISSED),
        ("in", ("铝合金", "玻璃钢"), {"says": "铝合金底板"}, MET),
        ("not", "拖车式", {"headline": "拖车式移动泵站"}, MISSED),
        ("not", "拖车式", {"headline": "车载移动泵站"}, MET),
    ],
)
def test_a_list_or_a_refusal_is_read_wrongly(op, value, more, state):
    assert judging.judge(ask("材质", op, value), offer(**more), names()).state is state


def verdicts(wanted, **more):
    """The states of the conditions by topic."""
    return {v.topic: v.state for v in conditions.judge(wanted, offer(**more))}


@pytest.mark.parametrize(
    ("mode", "more", "state"),
    [
        ("purchase", {}, MET), ("operating_lease", {}, MISSED), ("operating_lease", {"modes": frozenset({"rental_daily"})}, MET),
        ("service", {"modes": frozenset({"insurance"})}, MET), ("technology", {}, MISSED), ("technology", {"kind": "technology"}, MET),
        ("financing", {"kind": "finance", "modes": frozenset()}, MET),
    ],
)  # fmt: skip
def test_what_is_only_sold_can_be_leased(mode, more, state):
    assert verdicts(Conditions(mode), **more)["mode"] is state


@pytest.mark.parametrize(
    ("regions", "state"),
    [({"全国"}, MET), ({"江苏省", "河南省"}, MET), ({"江苏省"}, MISSED), (set(), ASK)],
)
def test_a_region_nobody_named_is_served(regions, state):
    assert verdicts(Conditions(province="河南省"), regions=frozenset(regions))["region"] is state


@pytest.mark.parametrize(
    ("lead", "stock", "state"),
    [(10, 0, MET), (12, 0, NEAR), (13, 0, MISSED), (None, 0, ASK), (60, 3, ASK), (60, 2, MISSED)],
)
def test_delivery_a_fifth_too_late_or_out_of_stock_is_judged_otherwise(lead, stock, state):
    wanted = Conditions(within_days=10, quantity=3, unit="辆")
    assert verdicts(wanted, lead_days=lead, stock=stock)["time"] is state


@pytest.mark.parametrize(
    ("budget", "price", "state"),
    [(300_00, 100_00, MET), (273_00, 100_00, NEAR), (272_00, 100_00, MISSED), (300_00, None, ASK)],
)
def test_a_tenth_is_not_the_margin_of_a_budget(budget, price, state):
    wanted = Conditions(budget_fen=budget, quantity=3, unit="辆")
    assert verdicts(wanted, price_fen=price)["budget"] is state


def test_a_price_for_another_unit_is_held_against_an_offer():
    wanted = Conditions(mode="operating_lease", budget_fen=1, quantity=30, unit="台·天")
    assert "budget" not in verdicts(wanted, unit="台", price_fen=10_000_00)


def test_machines_for_a_month_are_asked_for_as_thirty_machines():
    wanted = Conditions(within_days=3, quantity=30, unit="台·天")
    assert verdicts(wanted, lead_days=20, stock=1, unit="台·天")["time"] is ASK


@pytest.mark.parametrize(
    ("states", "standing"),
    [
        ([MET, MET], Standing.ELIGIBLE), ([MET, ASK], Standing.OPEN), ([NEAR, ASK], Standing.NEAR),
        ([NEAR, NEAR], Standing.EXCLUDED), ([MISSED, MET], Standing.EXCLUDED), ([], Standing.ELIGIBLE),
    ],
)  # fmt: skip
def test_a_standing_does_not_follow_from_the_hard_points(states, standing):
    assert scoring.standing([Verdict("x", state, "", "") for state in states]) is standing


def test_a_scored_point_that_is_missed_excludes_instead_of_costing_a_little():
    missed = [Verdict("x", MISSED, "", "", level) for level in ("scored", "plain")]
    assert scoring.standing(missed) is Standing.ELIGIBLE
    whole, less = (scoring.score(1.0, 1.0, points).total for points in ([], missed))
    assert whole == pytest.approx(1.0) and 0 < less < whole


def test_something_besides_its_parts_moves_a_score():
    points = [Verdict("x", ASK, "", ""), Verdict("y", MISSED, "", "", "scored")]
    score = scoring.score(0.9, 0.4, points)
    total = scoring.relevance(0.9, 0.4)
    for _name, factor in score.factors:
        total *= factor
    assert score.total == pytest.approx(total) and len(score.factors) == 2
