"""Amendments, more time, endings, the final round, reminders."""

from datetime import timedelta

import pytest
from sqlmodel import select

from marketplace.accounts import keys
from marketplace.accounts.errors import ReasonMissing
from marketplace.kit import clock, db
from marketplace.kit.moves import NoSuchMove, move
from marketplace.procurement import amending, contents, ending, jobs, officers, participation, queries, rounds
from marketplace.procurement.errors import (
    BadTime,
    DeadlinePassed,
    NoMoreRounds,
    NotEditable,
    NothingToAmend,
    NotReadyToPublish,
    TooFewOfficers,
)
from marketplace.procurement.models import (
    Lot,
    OpeningOfficer,
    ProcurementAmendment,
    ProcurementStatus,
    ProcurementVersion,
    Round,
    Visibility,
)
from marketplace.procurement.rules import Phase, phase_of
from tests.factories.accounts import PASSWORD, make_actor, make_key, make_member
from tests.procurement.worlds import (
    ITEM,
    LATER,
    deadline,
    edit,
    make_draft,
    make_published,
    make_world,
    rows,
    stored,
    stored_now,
    told,
)

pytestmark = pytest.mark.usefixtures("context")
MICROSECOND = timedelta(microseconds=1)


def amend(row, by, at=LATER, why="说明更正", **more):
    with db.transaction():
        return amending.amend(stored(row), why, by=by, at=at, **more)


def two(quantity):
    return [contents.LotContent(title="排水抢险车", items=[{**ITEM, "quantity": quantity}])]


def test_an_amendment_shows_before_it_is_told_or_stays_secret_after():
    world = make_world()
    row = make_published(world)
    edit(row, world.chief, LATER, lots=two(5), title="排水抢险车采购(更正)")
    with db.reading():
        assert queries.lots_of(row.id)[0].items[0]["quantity"] == 2 and stored(row).title == "排水抢险车采购"
    version = amend(row, world.chief)
    with db.reading():
        assert queries.lots_of(row.id)[0].items[0]["quantity"] == 5
    assert (version.number, version.reconfirm) == (2, True) and rows(ProcurementAmendment) == []
    assert {one["what"] for one in version.changes} == {"项目名称", "第 1 包第 1 项"}
    assert version.changes[1] | {"what": ""} == {
        "what": "",
        "before": "大流量排水抢险车 2 辆",
        "after": "大流量排水抢险车 5 辆",
    }
    assert stored_now(row).reconfirm_from == 2
    assert any("变更" in subject for subject in told(world.sells[0])) and not told(world.sells[3])


@pytest.mark.parametrize(
    ("change", "reconfirm"),
    [
        ({"text": "城区抢排,昼夜作业。"}, False),
        ({"title": "排水抢险车采购项目"}, False),
        ({"lots": two(3)}, True),
        ({"arrangements": ["operating_lease"]}, True),
        ({"period_months": 12}, True),
        ({"payment_terms": "货到付款。"}, True),
        ({"acceptance_terms": "到货验收。"}, True),
        ({"place": "仓库二号门"}, True),
        ({"budget_fen": 1_000_000_00}, True),
    ],
)
def test_a_substantive_change_lets_old_quotes_stand_or_a_word_does_not(change, reconfirm):
    world = make_world()
    row = make_published(world)
    edit(row, world.chief, LATER, **change)
    assert amend(row, world.chief).reconfirm is reconfirm
    assert stored_now(row).reconfirm_from == (2 if reconfirm else 1)


def test_a_buyer_cannot_ask_for_confirmation_of_a_change_of_words():
    world = make_world()
    row = make_published(world)
    edit(row, world.chief, LATER, text="另有含义的说明。")
    assert amend(row, world.chief, reconfirm=True).reconfirm and stored_now(row).reconfirm_from == 2


def test_a_late_substantive_amendment_leaves_too_little_time_or_a_word_moves_the_deadline():
    world = make_world()
    row = make_published(world)
    before = deadline(row)
    late = before - timedelta(hours=2)
    edit(row, world.chief, late, text="更正错字。")
    amend(row, world.chief, late)
    assert deadline(row) == before
    edit(row, world.chief, late, lots=two(4))
    with db.reading():
        assert amending.preview(stored(row), late).extended
    amend(row, world.chief, late)
    assert clock.local(deadline(row)).isoformat() == "2026-12-03T17:00:00+08:00"  # three working days after 11-30
    with db.reading():
        assert queries.current_round(row.id).opens_at > deadline(row) and stored(row).questions_until > late


def test_an_amendment_without_a_reason_a_change_or_after_the_deadline_is_told():
    world = make_world()
    row = make_published(world)
    with pytest.raises(NothingToAmend):
        amend(row, world.chief)
    edit(row, world.chief, LATER, text="更正。")
    with pytest.raises(ReasonMissing):
        amend(row, world.chief, why="  ")
    with pytest.raises(NotEditable):
        amend(row, world.chief, at=deadline(row))
    amend(row, world.chief, at=deadline(row) - MICROSECOND)


def test_an_amendment_takes_time_away_or_leaves_nothing_to_buy():
    world = make_world()
    row = make_published(world)
    edit(row, world.chief, LATER, quotes_until=deadline(row) - timedelta(hours=1), questions_until=None)
    with pytest.raises(NotReadyToPublish):
        amend(row, world.chief)
    edit(row, world.chief, LATER, quotes_until=deadline(row), lots=[])
    with pytest.raises(NotReadyToPublish):
        amend(row, world.chief)


def test_an_officer_is_replaced_without_reconfirmation_or_before_the_new_one_confirmed():
    world = make_world()
    row = make_published(world)
    with db.transaction():
        fresh = make_member(db.session().merge(world.buyer), name="赵科")
        make_key(fresh)
    with db.transaction():
        held = stored(row)
        officers.dismiss(held, world.second.user_id, by=world.chief, at=LATER)
        officers.appoint(held, fresh, by=world.chief, at=LATER)
    assert {one.user_id for one in rows(OpeningOfficer)} == {world.chief.user_id, world.second.user_id}
    with pytest.raises(NotReadyToPublish):
        amend(row, world.chief)
    with db.transaction():
        actor = make_actor(world.buyer, user=fresh)
        officers.confirm(stored(row), PASSWORD, by=actor, at=LATER)
    assert amend(row, world.chief).reconfirm
    assert {one.user_id for one in rows(OpeningOfficer)} == {world.chief.user_id, fresh.id}


def test_more_time_is_given_late_or_backwards_or_makes_quotes_invalid():
    world = make_world()
    row = make_published(world)
    until = deadline(row)

    def extend(to, at=LATER, why="供应商来函"):
        with db.transaction():
            return amending.extend(stored(row), to, why, by=world.chief, at=at)

    for to in (until, until - timedelta(days=1), until + timedelta(days=900)):
        with pytest.raises(BadTime):
            extend(to)
    with pytest.raises(DeadlinePassed):
        extend(until + timedelta(days=1), at=until)
    edit(row, world.chief, LATER, text="更正。")
    version = extend(until + timedelta(days=1), at=until - MICROSECOND)
    assert not version.reconfirm and deadline(row) == until + timedelta(days=1)
    assert amend(row, world.chief).number == 3 and deadline(row) == until + timedelta(days=1)


def test_a_cancelled_procurement_goes_on_or_ends_without_a_reason():
    world = make_world()
    row = make_published(world)
    with db.transaction(), pytest.raises(ReasonMissing):
        ending.cancel(stored(row), " ", by=world.chief, at=LATER)
    with db.transaction():
        ending.cancel(stored(row), "预算取消", by=world.chief, at=LATER)
    assert stored_now(row).status == ProcurementStatus.CANCELLED
    assert any("终止" in subject for subject in told(world.sells[1]))
    with db.transaction(), pytest.raises(NoSuchMove):
        ending.fail(stored(row), "再来一次", by=world.chief, at=LATER)


def test_a_failed_procurement_leaves_lots_open():
    world = make_world()
    row = make_published(world)
    with db.transaction():
        ending.fail(stored(row), "有效报价不足三家", by=world.chief, at=deadline(row))
    assert [(lot.status.value, lot.fail_reason) for lot in rows(Lot)] == [("failed", "有效报价不足三家")]


def test_an_abandoned_draft_tells_suppliers():
    world = make_world()
    row = make_draft(world)
    with db.transaction():
        ending.cancel(stored(row), "不再采购", by=world.chief, at=LATER)
    assert [told(actor) for actor in world.sells] == [[]] * 4 and rows(ProcurementVersion) == []


def opened(row, at):
    with db.transaction() as session:
        current = session.exec(select(Round).where(Round.procurement_id == row.id)).one()
        current.opened_at = at
        move(stored(row), ProcurementStatus.EVALUATING, at)


def final(world, row, admitted, until, at):
    with db.transaction():
        return rounds.begin_final_round(stored(row), admitted, until, by=world.chief, at=at)


def test_a_final_round_begins_without_an_opening_or_where_there_is_none():
    world = make_world()
    ids = [org.id for org in world.suppliers[:2]]
    only = make_published(world, "formal_rfq")
    row = make_published(world, "consultation")
    at = deadline(row) + timedelta(hours=1)
    with pytest.raises(NoMoreRounds):
        final(world, row, ids, at + timedelta(hours=2), at)
    opened(only, at)
    opened(row, at)
    with pytest.raises(NoMoreRounds):
        final(world, only, ids, at + timedelta(hours=2), at)
    with pytest.raises(BadTime):
        final(world, row, ids, at + timedelta(minutes=5), at)
    current = final(world, row, ids, at + timedelta(hours=2), at)
    assert (current.number, current.admitted, current.quorum) == (2, sorted(ids), 2)
    with db.reading():
        assert phase_of(stored(row), current, at) == Phase.COLLECTING
        assert len(queries.officers_of(current.id)) == 2
    assert any("最后报价" in s for s in told(world.sells[0])) and not any("最后报价" in s for s in told(world.sells[2]))
    with pytest.raises(NoMoreRounds):
        final(world, row, ids, at + timedelta(hours=2), at)


def test_a_final_round_is_sealed_to_a_lost_key():
    world = make_world()
    row = make_published(world, "consultation")
    at = deadline(row) + timedelta(hours=1)
    opened(row, at)
    with db.transaction():
        keys.replace_key(world.people[world.second.user_id], "another-long-word-43", at)
    with pytest.raises(TooFewOfficers):
        final(world, row, [world.suppliers[0].id], at + timedelta(hours=2), at)


def test_only_some_are_reminded_or_twice():
    world = make_world()
    row = make_published(world, visibility=Visibility.PUBLIC)
    with db.transaction():
        participation.register(row.id, by=world.sells[3], at=LATER)
    for hours in (30, 23, 1):
        at = deadline(row) - timedelta(hours=hours)
        with clock.set_clock(at), db.transaction():
            jobs.remind(at)
    counts = [sum("即将截止" in subject for subject in told(actor)) for actor in world.sells]
    assert counts == [1, 1, 1, 1]


def test_the_opening_time_passes_unnoticed():
    world = make_world()
    row = make_published(world)
    for minutes in (0, 2, 3):
        at = deadline(row) + timedelta(minutes=minutes)
        with clock.set_clock(at), db.transaction():
            jobs.opening_time(at)
    assert sum("已到开启时间" in subject for subject in told(world.second)) == 1
