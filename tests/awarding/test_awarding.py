"""Awards: who gets one, what everybody is told, and what happens when it falls through."""

import pytest
from sqlmodel import select

from marketplace.accounts.models import Notice
from marketplace.awarding import awarding, concluding, notice, objections, queries
from marketplace.awarding.awarding import Share
from marketplace.awarding.errors import (
    AlreadyAwarded,
    AlreadyDecided,
    AwardBinding,
    EndNeedsReason,
    LotHasAward,
    NotAwardable,
    NothingRanked,
    NotYetEvaluating,
    ObjectionsClosed,
    OtherPlaceNeedsReason,
    SplitNotAllowed,
)
from marketplace.awarding.models import Award, Objection
from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.kit.moves import NoSuchMove
from marketplace.procurement import ending
from marketplace.procurement.errors import StillAwarded
from marketplace.procurement.models import LotStatus, Procurement, ProcurementStatus
from tests.awarding.worlds import concluded, decide_all, make_world, ready_to_award
from tests.conftest import NOON

LATER = NOON.replace(hour=6)


def announce(world, *shares, lot=0, at=NOON):
    with db.transaction():
        return awarding.announce(world.seat(), world.lot(lot), shares, by=world.by, at=at)


def procurement(world):
    with db.transaction() as session:
        return session.get(Procurement, world.procurement.id)


def fresh(award):
    with db.transaction() as session:
        return session.get(Award, award.id)


def told(user):
    with db.transaction() as session:
        return [n for n in session.exec(select(Notice).where(Notice.user_id == user.id).order_by(Notice.id))]


def test_the_lowest_compliant_price_does_not_win_or_the_loser_reads_of_others(context):
    world = ready_to_award((900_00, 1000_00, 800_00, 700_00))
    [award] = announce(world, Share(world.quotes[3].id))
    assert (award.amount_fen, award.place, award.lines[0]["unit_price_fen"]) == (1400_00, 1, 700_00)
    row = procurement(world)
    assert row.status == ProcurementStatus.AWARDED and world.lot().status == LotStatus.AWARDED
    assert row.objections_until.date().isoformat() == "2026-12-02"
    [letter] = [n for n in told(world.users[0]) if n.subject.startswith("采购结果告知")]
    assert "示例供应03号有限公司,¥1,400" in letter.body and "排序第 3" in letter.body
    assert "示例供应01号" not in letter.body and "示例供应02号" not in letter.body and "¥2,000" not in letter.body
    assert any(n.subject.startswith("成交通知书") for n in told(world.users[3]))
    assert not any("成交" in n.subject for n in told(world.users[0]) if "告知" not in n.subject)


def test_a_rejected_bidder_is_told_anothers_reason_or_gets_an_award(context):
    world = make_world((900_00, 1000_00, 800_00, 700_00), judges=3)
    decide_all(world, rejected=[3])
    concluded(world)
    with pytest.raises(NotAwardable):
        announce(world, Share(world.quotes[3].id, "看着好"))
    announce(world, Share(world.quotes[2].id))
    [letter] = [n for n in told(world.users[3]) if n.subject.startswith("采购结果告知")]
    assert "未通过符合性审查:流量不足" in letter.body


def test_another_than_the_first_is_awarded_without_a_word(context):
    world = ready_to_award()
    with pytest.raises(OtherPlaceNeedsReason):
        announce(world, Share(world.quotes[0].id))
    assert announce(world, Share(world.quotes[0].id, "第一名书面说明不能按期交货"))[0].place == 2


def test_a_lot_is_awarded_twice_or_split_where_the_procedure_does_not_allow(context):
    world = ready_to_award()
    with pytest.raises(SplitNotAllowed):
        announce(world, Share(world.quotes[2].id, "", {0: 1}), Share(world.quotes[0].id, "分担", {0: 1}))
    announce(world, Share(world.quotes[2].id))
    with pytest.raises(AlreadyAwarded):
        announce(world, Share(world.quotes[0].id, "再来一次"))


def test_a_split_gives_more_than_is_asked_or_prices_it_wrongly(context):
    world = ready_to_award((900_00, 1000_00, 800_00), "emergency_call", quantity=10)
    with pytest.raises(SplitNotAllowed):
        announce(world, Share(world.quotes[2].id, "x", {0: 6}), Share(world.quotes[0].id, "x", {0: 5}))
    first, second = announce(
        world, Share(world.quotes[2].id, "分散风险", {0: 6}), Share(world.quotes[0].id, "分散风险", {0: 4})
    )
    assert (first.part, first.amount_fen, second.part, second.amount_fen) == (1, 4800_00, 2, 3600_00)
    with db.transaction():
        awarding.decline(second, "运力不足", by=world.sells[0], at=NOON)
    assert procurement(world).status == ProcurementStatus.EVALUATING and fresh(first).status == "announced"
    with pytest.raises(SplitNotAllowed):
        announce(world, Share(world.quotes[1].id, "补足", {0: 5}))
    [third] = announce(world, Share(world.quotes[1].id, "补足", {0: 4}))
    assert third.part == 2 and procurement(world).status == ProcurementStatus.AWARDED


def test_what_is_left_of_a_split_lot_keeps_it_open_for_ever(context):
    world = ready_to_award((900_00, 1000_00, 800_00), "emergency_call", quantity=10)
    _first, second = announce(world, Share(world.quotes[2].id, "x", {0: 6}), Share(world.quotes[0].id, "x", {0: 4}))
    with db.transaction():
        awarding.decline(second, "运力不足", by=world.sells[0], at=NOON)
    with db.transaction():
        awarding.leave_rest(world.procurement, world.lot(), by=world.by, at=NOON)
    assert procurement(world).status == ProcurementStatus.AWARDED


def test_a_procurement_is_awarded_before_its_last_lot_or_fails_with_one(context):
    world = ready_to_award(lots=2)
    announce(world, Share(world.quotes[2].id))
    assert procurement(world).status == ProcurementStatus.EVALUATING
    with pytest.raises(LotHasAward), db.transaction():
        awarding.fail_lot(world.procurement, world.lot(0), "不买了", by=world.by, at=NOON)
    with db.transaction():
        awarding.fail_lot(world.procurement, world.lot(1), "需求取消", by=world.by, at=NOON)
    assert procurement(world).status == ProcurementStatus.AWARDED and world.lot(1).status == LotStatus.FAILED


def test_a_procurement_goes_on_after_every_lot_has_failed(context):
    world = ready_to_award(lots=2)
    with pytest.raises(EndNeedsReason), db.transaction():
        awarding.fail_lot(world.procurement, world.lot(0), " ", by=world.by, at=NOON)
    with db.transaction():
        awarding.fail_all(world.procurement, "预算取消", by=world.by, at=NOON)
    row = procurement(world)
    assert row.status == ProcurementStatus.FAILED and row.end_reason == "预算取消"


def test_ending_everything_leaves_an_award_living(context):
    world = ready_to_award(lots=2)
    [award] = announce(world, Share(world.quotes[2].id))
    with pytest.raises(StillAwarded), db.transaction():
        ending.fail(world.seat().procurement, "预算取消", by=world.by, at=NOON)
    with db.transaction():
        awarding.fail_all(world.procurement, "预算取消", by=world.by, at=NOON)
    assert procurement(world).status == ProcurementStatus.FAILED
    assert fresh(award).status == "revoked" and fresh(award).end_reason == "预算取消"


def test_an_award_with_a_contract_ahead_is_taken_back(context):
    world = ready_to_award()
    [award] = announce(world, Share(world.quotes[2].id))
    until = procurement(world).objections_until
    with db.transaction():
        awarding.accept(award, by=world.sells[2], at=NOON)
        row = objections.file(world.procurement, None, "流量不足", "key-2222", by=world.sells[0], at=NOON)
    with pytest.raises(AwardBinding), db.transaction():
        awarding.revoke(award, "改变主意", by=world.by, at=until)
    with pytest.raises(AwardBinding), db.transaction():
        awarding.fail_all(world.procurement, "预算取消", by=world.by, at=until)
    with db.transaction():
        objections.decide(world.procurement, row, True, "经复核成立", by=world.by, at=until)
    assert fresh(award).status == "revoked"


def test_a_declined_award_stays_or_the_next_best_is_somebody_else(context):
    world = ready_to_award()
    [award] = announce(world, Share(world.quotes[2].id))
    with pytest.raises(EndNeedsReason), db.transaction():
        awarding.decline(award, "", by=world.sells[2], at=NOON)
    with db.transaction():
        awarding.decline(award, "产线检修", by=world.sells[2], at=NOON)
    assert world.lot().status == LotStatus.OPEN and procurement(world).objections_until is None
    with pytest.raises(NotAwardable):
        announce(world, Share(world.quotes[2].id, "再问一次"))
    [again] = announce(world, Share(world.quotes[0].id, "第 1 名放弃成交,按排序顺延"))
    with db.transaction():
        awarding.accept(again, by=world.sells[0], at=NOON)
    with pytest.raises(NoSuchMove), db.transaction():
        awarding.decline(again, "反悔", by=world.sells[0], at=NOON)


def test_an_award_follows_a_conclusion_that_was_overtaken(context):
    world = ready_to_award()
    [award] = announce(world, Share(world.quotes[2].id))
    with db.transaction():
        row = objections.file(
            world.procurement, world.lots[0].id, "成交供应商的流量不足", "key-1234", by=world.sells[0], at=LATER
        )
    with db.transaction():
        objections.decide(world.procurement, row, True, "经复核成立", by=world.by, at=LATER)
    assert fresh(award).status == "revoked" and "质疑成立" in fresh(award).end_reason
    assert procurement(world).status == ProcurementStatus.EVALUATING
    with pytest.raises(NothingRanked):
        announce(world, Share(world.quotes[0].id, "顺延"), at=LATER)
    with pytest.raises(AlreadyDecided), db.transaction():
        objections.decide(world.procurement, row, False, "改口", by=world.by, at=LATER)


def test_somebody_who_did_not_bid_objects_or_objects_too_late_or_twice(context):
    world = ready_to_award()
    with pytest.raises(ObjectionsClosed), db.transaction():
        objections.file(world.procurement, None, "还没有结果", "key-0000", by=world.sells[0], at=NOON)
    announce(world, Share(world.quotes[2].id))
    with pytest.raises(NotFound), db.transaction():
        objections.file(world.procurement, None, "我是采购人", "key-0000", by=world.by, at=NOON)
    for _n in range(2):
        with db.transaction():
            objections.file(world.procurement, None, "请求复核", "key-1111", by=world.sells[0], at=NOON)
    until = procurement(world).objections_until
    with pytest.raises(ObjectionsClosed), db.transaction():
        objections.file(world.procurement, None, "晚了", "key-2222", by=world.sells[1], at=until)
    with db.transaction() as session:
        assert len(session.exec(select(Objection)).all()) == 1


def test_a_rejected_objection_moves_anything(context):
    world = ready_to_award()
    [award] = announce(world, Share(world.quotes[2].id))
    with db.transaction():
        row = objections.file(world.procurement, None, "请求复核", "key-1111", by=world.sells[0], at=NOON)
    with db.transaction():
        objections.decide(world.procurement, row, False, "经复核不成立", by=world.by, at=LATER)
    assert fresh(award).status == "announced" and procurement(world).status == ProcurementStatus.AWARDED


def test_an_ended_procurement_is_awarded(context):
    world = ready_to_award()
    with db.transaction() as session:
        row = session.get(Procurement, world.procurement.id)
        row.status, row.end_reason = ProcurementStatus.CANCELLED, "取消"
    with pytest.raises(NotYetEvaluating):
        announce(world, Share(world.quotes[2].id))
    with db.transaction() as session:
        assert session.exec(select(Award)).all() == []


def test_a_bidders_own_view_shows_another(context):
    world = ready_to_award()
    with db.reading():
        assert notice.own_view(world.procurement, world.suppliers[0].id)[0].row is None
    announce(world, Share(world.quotes[2].id))
    with db.reading():
        [own] = notice.own_view(world.procurement, world.suppliers[0].id)
        assert notice.own_view(world.procurement, world.buyer.id) is None
    assert own.row["supplier_id"] == world.suppliers[0].id and "排序第 2" in own.sentence


def test_a_conclusion_is_drawn_over_a_living_award(context):
    world = ready_to_award()
    announce(world, Share(world.quotes[2].id))
    with pytest.raises(AlreadyAwarded):
        concluded(world)
    assert len(queries.rankings_of(world.lots[0].id)) == 1 and concluding.in_force(world.lots[0]) is not None
