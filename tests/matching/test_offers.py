"""What matching reads from a listing and from a need's own words, beyond plain figures."""

import pytest

from marketplace.matching import offers, reasons, refusals
from marketplace.matching.knowledge import knowledge
from marketplace.reading import features, requirements
from marketplace.reading.clauses import clauses

pytestmark = pytest.mark.usefixtures("context")


def test_the_sides_of_a_size_told_as_one_text_are_lost():
    known = knowledge()
    found = offers.spec_facts([{"name": "通道尺寸", "text": "600×500 mm"}], "", known.reference, known.attributes)
    told = {fact.name: fact.low for fact in found if fact.low is not None}
    assert told == {"通道宽度": pytest.approx(0.6), "通道高度": pytest.approx(0.5)}


def test_a_unit_told_once_behind_two_sides_is_lost():
    known = knowledge()
    [first, second] = offers.text_facts("过道宽六百、高五百毫米", "", known.reference, known.attributes)
    assert (first.low, second.low) == (pytest.approx(0.6), pytest.approx(0.5))


@pytest.mark.parametrize("text", ["不能接气管插管", "不带气管插管", "无气管插管"])
def test_a_feature_a_text_denies_is_taken_for_its_own(text):
    assert "ventilation" not in features.values_in(text, knowledge().features)


def test_a_wish_is_taken_back_by_a_word_of_the_clause_before():
    assert features.denied_wish(["防刺"], "扎不透,防刺服") == "防刺"
    assert features.denied_wish(["产生火花"], "严禁产生电火花") == ""


def test_a_title_that_refuses_a_feature_wants_it():
    title = "不要油管的剪子"
    found = refusals.read(title, clauses(f"{title}。要充电的"), {}, "", knowledge())
    assert "油管" not in found.wanted_text and "剪子" in found.wanted_text


def test_what_is_there_already_is_offered_again():
    found = refusals.read("广播", clauses("广播。背身上的喊话器有,担架也配齐了"), {}, "", knowledge())
    assert found.phrases == ("背身上的喊话器", "担架")


def test_a_figure_in_the_title_asks_for_nothing():
    known, title = knowledge(), "4kg干粉"
    likely = {"agent_mass": 1.0}
    [told] = requirements.required(f"{title}。灭火器", known.attributes, likely, {}, len(title))
    assert (told.key, told.op, told.value, told.unit) == ("agent_mass", ">=", 4, "kg")
    assert requirements.required(f"灭火器。{title}", known.attributes, likely, {}, 3) == []


def test_a_rate_told_as_so_much_in_one_second_asks_for_nothing():
    known = knowledge()
    [told] = requirements.required("一秒打十升", known.attributes, {"flow": 1.0}, {})
    assert (told.key, told.op, told.ends("volume_flow")) == ("flow", ">=", pytest.approx((36.0, 36.0)))


def test_a_feature_the_listing_is_silent_on_is_told_in_empty_quotes(app):
    verdict = {"name": "负压", "state": "unknown", "asked": "负压", "offered": "", "level": "hard", "topic": "feature"}
    with app.test_request_context():
        assert "“”" not in reasons.reason(verdict).text and "询问" in reasons.reason(verdict).text
