"""Compliance: what is proposed, and that a person decides."""

import pytest
from sqlmodel import select

from marketplace.awarding import awarding, checking, compliance, concluding, queries
from marketplace.awarding.awarding import Share
from marketplace.awarding.compliance import Decision
from marketplace.awarding.errors import (
    AlreadyAwarded,
    FinalRoundFirst,
    RejectionNeedsReason,
    StillPending,
    TooFewQuotes,
)
from marketplace.awarding.models import Compliance, Outcome
from marketplace.bidding.content import Answer, Meets
from marketplace.kit import db
from marketplace.procurement.models import Round
from tests.awarding.worlds import (
    FLOW,
    HEAD,
    decide_all,
    final_round,
    make_world,
    open_quote,
    quote_content,
    ready_to_award,
)
from tests.catalog.worlds import make_published
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_organisation


def add_quote(world, n, **more):
    """Commit one more opened quote of supplier `n`, at 700 yuan."""
    with db.transaction() as session:
        current = session.exec(select(Round)).first()
        place = len(world.quotes) + 1
        world.quotes.append(open_quote(world, current, quote_content(world, n, 700_00, **more), place))
    return world.quotes[-1]


def sheet_of(world, quote):
    with db.transaction():
        compliance.prefill(world.seat(), by=world.by, at=NOON)
    with db.transaction():
        return queries.compliances_of(quote.round_id)[quote.id, world.lots[0].id]


def verdicts(sheet):
    return [(row["name"], row["verdict"], row["source"]) for row in sheet.rows]


def test_a_clear_answer_is_doubted(context):
    world = make_world()
    sheet = sheet_of(world, world.quotes[0])
    assert verdicts(sheet) == [("报价", "meets", "quote"), ("额定流量", "meets", "quote"), ("扬程", "meets", "quote")]
    assert sheet.outcome == Outcome.PENDING


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ([], "unclear"),
        ([Answer(requirement=0, meets=Meets.NO, offered="2500 m³/h")], "fails"),
        ([Answer(requirement=0, meets=Meets.YES, offered="2500 m³/h")], "fails"),
        ([Answer(requirement=0, meets=Meets.YES, offered="50 m³/min")], "meets"),
        ([Answer(requirement=0, meets=Meets.YES, offered="见技术方案")], "meets"),
    ],
)
def test_what_a_supplier_claims_hides_what_it_states(context, answers, verdict):
    world = make_world((900_00, None))
    sheet = sheet_of(world, add_quote(world, 1, answers=answers))
    assert sheet.rows[1]["verdict"] == verdict


def test_a_price_that_leaves_an_item_out_goes_unnoticed(context):
    world = make_world((900_00, None), items=2)
    sheet = sheet_of(world, add_quote(world, 1, skip=[1]))
    assert ("报价", "fails", "quote") in verdicts(sheet)
    assert "未满足实质性要求" in checking.proposed_reason(sheet.rows)
    assert sheet.outcome == Outcome.PENDING


def test_a_price_over_the_budget_goes_unnoticed(context):
    world = make_world((900_00, 1000_00), budget=1900_00)
    assert [sheet_of(world, quote).rows[0]["verdict"] for quote in world.quotes] == ["meets", "fails"]


def test_the_listing_that_is_named_is_not_looked_at(context):
    world = make_world((900_00, None), requirements=(FLOW, HEAD))
    with db.transaction():
        operator = make_actor(make_organisation(kind="operator"))
        specs = [{"name": "额定流量", "key": "flow", "value": 2000.0, "unit": "m³/h"}]
        listing = make_published(
            world.suppliers[1], world.sells[1], operator, NOON.replace(year=2026, month=11, day=20), specs=specs
        )
    quote = add_quote(world, 1, listing_id=listing.id, answers=[Answer(requirement=0, meets=Meets.YES, offered="")])
    row = sheet_of(world, quote).rows[1]
    assert (row["verdict"], row["source"]) == ("unclear", "matching") and "2,000" in row["note"]


def test_another_suppliers_listing_speaks_for_a_quote(context):
    world = make_world((900_00, None))
    with db.transaction():
        operator = make_actor(make_organisation(kind="operator"))
        listing = make_published(world.suppliers[0], world.sells[0], operator, NOON.replace(day=20))
    row = sheet_of(world, add_quote(world, 1, listing_id=listing.id, answers=[])).rows[1]
    assert (row["verdict"], row["source"]) == ("unclear", "quote")


def test_prefilling_twice_overwrites_what_was_decided(context):
    world = make_world()
    sheet = sheet_of(world, world.quotes[0])
    with db.transaction():
        fresh, _current = queries.compliance(sheet.id, world.procurement.id)
        compliance.decide(
            world.seat(), fresh, Decision({1: ("fails", "复核")}, Outcome.REJECTED, "流量不足"), by=world.by, at=NOON
        )
    again = sheet_of(world, world.quotes[0])
    assert (
        again.outcome == Outcome.REJECTED and again.rows[1]["source"] == "buyer" and again.rows[2]["source"] == "quote"
    )
    assert len(queries.compliances_of(world.quotes[0].round_id)) == 3


def test_a_quote_is_rejected_without_a_reason(context):
    world = make_world()
    sheet = sheet_of(world, world.quotes[0])
    with pytest.raises(RejectionNeedsReason), db.transaction():
        fresh, _current = queries.compliance(sheet.id, world.procurement.id)
        compliance.decide(world.seat(), fresh, Decision({}, Outcome.REJECTED, "  "), by=world.by, at=NOON)


def test_a_verdict_changes_under_a_living_award(context):
    world = ready_to_award()
    with db.transaction():
        awarding.announce(world.seat(), world.lot(), [Share(world.quotes[2].id)], by=world.by, at=NOON)
    with pytest.raises(AlreadyAwarded), db.transaction() as session:
        row = session.exec(select(Compliance)).first()
        compliance.decide(world.seat(), row, Decision({}, Outcome.REJECTED, "晚了"), by=world.by, at=NOON)


def test_a_lot_is_ranked_before_everything_is_judged(context):
    world = make_world(judges=3)
    sheet_of(world, world.quotes[0])
    with pytest.raises(StillPending), db.transaction():
        concluding.propose(world.seat(), world.lot())


def test_a_procedure_with_a_final_round_ranks_first_prices(context):
    world = make_world(code="negotiation", judges=3)
    decide_all(world)
    with pytest.raises(FinalRoundFirst), db.transaction():
        concluding.propose(world.seat(), world.lot())
    final_round(world, (0, 700_00), (1, 650_00), (2, 790_00))
    decide_all(world)
    with db.transaction():
        rows = concluding.propose(world.seat(), world.lot()).rows
    assert [row["total_fen"] for row in rows] == [1300_00, 1400_00, 1580_00]


def test_two_go_on_to_final_prices_where_three_must(context):
    world = make_world(code="negotiation", judges=3)
    decide_all(world, rejected=[1])
    with pytest.raises(TooFewQuotes), db.transaction():
        compliance.admit(world.seat(), NOON.replace(day=25), by=world.by, at=NOON)


def test_what_a_person_decided_is_lost_in_the_final_round(context):
    world = make_world((900_00, 1000_00, 800_00), code="negotiation", judges=3)
    sheet = sheet_of(world, world.quotes[0])
    with db.transaction():
        fresh, _current = queries.compliance(sheet.id, world.procurement.id)
        compliance.decide(
            world.seat(), fresh, Decision({1: ("fails", "现场测试不足")}, Outcome.PENDING), by=world.by, at=NOON
        )
    [quote, *_others] = final_round(world, (0, 700_00), (1, 650_00), (2, 790_00))
    row = sheet_of(world, quote).rows[1]
    assert (row["verdict"], row["note"], row["source"]) == ("fails", "现场测试不足", "buyer")
