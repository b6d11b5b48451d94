"""Open needs: amendments with their history, files, and how they end."""

import io
from datetime import timedelta

import pytest
from werkzeug.datastructures import FileStorage

from marketplace.accounts.errors import ReasonMissing
from marketplace.accounts.models import Notice
from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound, Stale
from marketplace.kit.files import StoredFile
from marketplace.kit.moves import NoSuchMove
from marketplace.kit.uploads import BadUpload
from marketplace.needs import amending, attachments, drafts, opening, queries, rules
from marketplace.needs.errors import (
    AmendmentsNeedAdministrator,
    BadCutOff,
    DatesPassed,
    FixedOnceOpen,
    NeedIncomplete,
    NotEditable,
    TooManyFiles,
)
from marketplace.needs.following import follow, unfollow
from marketplace.needs.models import Need, NeedFile, NeedStatus, NeedVersion
from marketplace.needs.signals import needs_changed
from tests.conftest import NOON
from tests.needs.worlds import colleague, make_draft, make_open, make_world, need_form, rows, stored, told

pytestmark = pytest.mark.usefixtures("context")
LATER = NOON + timedelta(hours=1)
MORE = [
    {"name": "额定排水流量", "op": ">=", "value": "3500", "unit": "m³/h", "level": "hard"},
    {"name": "防护等级", "op": ">=", "value": "IP55"},
]


def amend(need, by, why="现场复核后调整", at=LATER, **more):
    with db.transaction():
        return amending.amend_need(stored(need), need_form(**more), why, by=by, at=at)


def followed(need, *actors):
    with db.transaction():
        for actor in actors:
            follow(stored(need), by=actor, at=NOON)


def paper(name="参数表.pdf", content=b"%PDF-1.7 test"):
    return FileStorage(io.BytesIO(content), filename=name)


def test_an_amendment_leaves_no_history():
    world = make_world(0)
    row = make_open(world.writer)
    amend(row, world.chief, requirements=MORE, budget="400万元")
    first, second = sorted(rows(NeedVersion), key=lambda version: version.number)
    assert (first.valid_until, second.valid_from, second.valid_until) == (LATER, LATER, None)
    assert (second.number, second.why, second.user_id) == (2, "现场复核后调整", world.chief.user_id)
    assert first.content["budget_fen"] == 360_000_000 and second.content["budget_fen"] == 400_000_000
    (row,) = rows(Need)
    assert (row.status, row.version, row.budget_fen) == (NeedStatus.OPEN, 2, 400_000_000)
    with db.reading():
        assert audit.trail(row)[0].action == "need.amend" and audit.trail(row)[0].detail["version"] == 2


def test_what_changed_cannot_be_read():
    world = make_world(0)
    row = make_open(world.writer)
    found = amend(row, world.writer, requirements=MORE, budget="400万元", within_days="90")
    assert [(d.label, d.before, d.after) for d in found] == [
        ("合同签订后天数", "120 天内", "90 天内"),
        ("预算金额", "¥3,600,000", "¥4,000,000"),
        ("指标:额定排水流量", "≥ 3,000 m³/h ★", "≥ 3,500 m³/h ★"),
        ("指标:扬程", "≥ 15 m ▲", ""),
        ("指标:防护等级", "", "≥ IP55"),
    ]


def test_somebody_who_does_not_follow_is_told_or_a_follower_is_not():
    world = make_world(3)
    row = make_open(world.writer)
    followed(row, world.sells[0], world.sells[1], world.other)
    with db.transaction():
        unfollow(stored(row), by=world.sells[1], at=NOON)
    amend(row, world.writer, budget="400万元")
    assert {notice.user_id for notice in rows(Notice)} == {world.sells[0].user_id, world.other.user_id}
    (notice,) = told(world.sells[0])
    assert (
        "现场复核后调整" in notice.body
        and "¥3,600,000 → ¥4,000,000" in notice.body
        and notice.link == f"/needs/{row.id}"
    )


def test_an_amendment_without_a_reason_is_taken():
    world = make_world(0)
    row = make_open(world.writer)
    with pytest.raises(ReasonMissing):
        amend(row, world.writer, why="  ", budget="400万元")
    assert len(rows(NeedVersion)) == 1 and rows(Need)[0].budget_fen == 360_000_000


def test_saying_the_same_again_makes_a_version_and_mails():
    world = make_world(1)
    row = make_open(world.writer)
    followed(row, world.sells[0])
    assert amend(row, world.writer) == [] and len(rows(NeedVersion)) == 1 and told(world.sells[0]) == []


def test_two_people_amend_over_each_other():
    world = make_world(0)
    row = make_open(world.writer)
    seen = row.revision
    amend(row, world.writer, budget="400万元", revision=seen)
    with pytest.raises(Stale):
        amend(row, world.chief, budget="100万元", revision=seen)
    assert rows(Need)[0].budget_fen == 400_000_000 and len(rows(NeedVersion)) == 2


@pytest.mark.parametrize("more", [{"kind": "reserve", "mode": ""}, {"visibility": "invited"}])
def test_an_amendment_changes_who_may_read_it_or_what_it_is(more):
    world = make_world(0)
    row = make_open(world.writer)
    with pytest.raises(FixedOnceOpen):
        amend(row, world.writer, **more)


def test_an_amendment_takes_away_what_opening_asked_for_or_sets_a_day_that_has_passed():
    world = make_world(0)
    row = make_open(world.writer, questions_until="2026-11-24T12:00")
    with pytest.raises(NeedIncomplete):
        amend(row, world.writer, items=[], questions_until="2026-11-24T12:00")
    with pytest.raises(DatesPassed):
        amend(row, world.writer, questions_until="2026-11-22T12:00")
    late = NOON + timedelta(days=5)
    assert amend(
        row, world.writer, at=late, budget="1万元", questions_until="2026-11-24T12:00"
    )  # the old one may have passed


@pytest.mark.parametrize("ending", ["closed", "withdrawn", "draft"])
def test_a_need_that_is_not_open_is_amended(ending):
    world = make_world(0)
    row = make_draft(world.writer) if ending == "draft" else make_open(world.writer)
    with db.transaction():
        if ending == "closed":
            amending.close_need(stored(row), by=world.writer, at=NOON)
        if ending == "withdrawn":
            amending.withdraw_need(stored(row), "项目取消", by=world.writer, at=NOON)
    with pytest.raises(NotEditable):
        amend(row, world.writer, budget="400万元")
    with pytest.raises(NotEditable if ending != "draft" else NoSuchMove), db.transaction():
        attachments.attach_file(stored(row), paper(), by=world.writer, at=LATER, why="补充")
        amending.close_need(stored(row), by=world.writer, at=LATER)


def test_an_amendment_walks_around_the_approval():
    world = make_world(0)
    row = make_open(world.writer)
    with db.transaction():
        opening.set_policy(True, by=world.chief, at=NOON)
    with pytest.raises(AmendmentsNeedAdministrator):
        amend(row, world.writer, budget="1亿元")
    with pytest.raises(AmendmentsNeedAdministrator), db.transaction():
        attachments.attach_file(stored(row), paper(), by=world.writer, at=LATER, why="补充")
    assert amend(row, colleague(world), budget="400万元")


def test_more_time_for_questions_is_less_time_or_told_to_nobody():
    world = make_world(1)
    row = make_open(world.writer, questions_until="2026-11-24T12:00")
    followed(row, world.sells[0])
    for hours in (-48, 12):
        with pytest.raises(BadCutOff), db.transaction():
            amending.extend_questions(
                stored(row), row.questions_until + timedelta(hours=hours - 24), by=world.writer, at=LATER
            )
    late = NOON + timedelta(days=3)
    with db.transaction():
        amending.extend_questions(stored(row), late + timedelta(days=1), by=world.writer, at=late)
    assert rules.questions_open(rows(Need)[0], late) and rows(Need)[0].version == 2
    assert ["2026-11-24 12:00 → 2026-11-27 12:00" in notice.body for notice in told(world.sells[0])] == [True]


def test_a_need_without_a_cut_off_is_extended():
    world = make_world(0)
    row = make_open(world.writer)
    with pytest.raises(BadCutOff), db.transaction():
        amending.extend_questions(stored(row), LATER, by=world.writer, at=NOON)


def test_an_ended_need_is_gone_or_nobody_hears_of_it():
    world, heard = make_world(1), []

    def listen(_sender, ids):
        heard.append(ids)

    closed, withdrawn = make_open(world.writer, title="结束的"), make_open(world.writer, title="撤回的")
    followed(closed, world.sells[0])
    followed(withdrawn, world.sells[0])
    with needs_changed.connected_to(listen), db.transaction():
        amending.close_need(stored(closed), "已签约", by=world.writer, at=LATER)
        amending.withdraw_need(stored(withdrawn), "资金未落实", by=world.writer, at=LATER)
    assert heard == [[closed.id], [withdrawn.id]]
    assert sorted(notice.subject for notice in told(world.sells[0])) == ["需求已撤回:撤回的", "需求已结束:结束的"]
    assert {version.valid_until for version in rows(NeedVersion)} == {LATER}
    with db.reading():
        assert queries.readable_need(withdrawn.id, None).end_reason == "资金未落实"
    with pytest.raises(NoSuchMove), db.transaction():
        amending.close_need(stored(withdrawn), by=world.writer, at=LATER)


def test_an_open_need_is_withdrawn_without_a_reason():
    world = make_world(0)
    row = make_open(world.writer)
    with pytest.raises(ReasonMissing), db.transaction():
        amending.withdraw_need(stored(row), "", by=world.writer, at=LATER)
    assert rows(Need)[0].status == NeedStatus.OPEN


def test_a_file_of_a_draft_is_read_by_others_or_one_of_an_old_version_by_nobody():
    world = make_world(0)
    row = make_draft(world.writer)
    with db.transaction():
        first = attachments.attach_file(stored(row), paper(), "参数表", by=world.writer, at=NOON)
    (file,) = rows(StoredFile)
    assert not file.public
    with pytest.raises(NotFound), db.reading():
        queries.readable_file(row.id, file.token, world.other)
    with db.transaction():
        opening.open_need(stored(row), by=world.writer, at=NOON)
    with db.transaction():
        attachments.detach_file(stored(row), first.id, by=world.writer, at=LATER, why="参数表有误")
    assert rows(NeedFile) == [] and rows(Need)[0].version == 2
    with db.reading():
        assert queries.readable_file(row.id, file.token, None).id == file.id
    with pytest.raises(NotFound), db.reading():
        queries.readable_file(make_open(world.other, title="别的").id, file.token, None)


def test_a_file_that_never_was_public_becomes_readable_after_opening():
    world = make_world(0)
    row = make_draft(world.writer)
    with db.transaction():
        first = attachments.attach_file(stored(row), paper(), by=world.writer, at=NOON)
    with db.transaction():
        attachments.detach_file(stored(row), first.id, by=world.writer, at=NOON)
        opening.open_need(stored(row), by=world.writer, at=NOON)
    with pytest.raises(NotFound), db.reading():
        queries.readable_file(row.id, rows(StoredFile)[0].token, None)


def test_a_file_slips_into_an_open_need_without_amendment():
    world = make_world(1)
    row = make_open(world.writer)
    followed(row, world.sells[0])
    with pytest.raises(ReasonMissing), db.transaction():
        attachments.attach_file(stored(row), paper(), by=world.writer, at=LATER)
    with db.transaction():
        attachments.attach_file(stored(row), paper(), "参数表", by=world.writer, at=LATER, why="补充参数表")
    newest = max(rows(NeedVersion), key=lambda version: version.number)
    assert newest.number == 2 and newest.content["files"][0]["title"] == "参数表"
    assert ["附件:— → 参数表" in notice.body for notice in told(world.sells[0])] == [True]


def test_a_file_is_not_what_it_says_or_there_are_too_many_or_it_is_another_needs(monkeypatch):
    world = make_world(0)
    row, other = make_draft(world.writer), make_draft(world.writer, title="第二份")
    with pytest.raises(BadUpload), db.transaction():
        attachments.attach_file(stored(row), paper("x.pdf", b"MZ"), by=world.writer, at=NOON)
    with db.transaction():
        mine = attachments.attach_file(stored(row), paper(), by=world.writer, at=NOON)
    with pytest.raises(NotFound), db.transaction():
        attachments.detach_file(stored(other), mine.id, by=world.writer, at=NOON)
    monkeypatch.setattr(attachments, "MAX_FILES", 1)
    with pytest.raises(TooManyFiles), db.transaction():
        attachments.attach_file(stored(row), paper(), by=world.writer, at=NOON)


def test_who_adds_a_file_last_is_no_author_and_approves_it():
    world = make_world(0)
    with db.transaction():
        opening.set_policy(True, by=world.chief, at=NOON)
    row = make_draft(world.writer)
    with db.transaction():
        attachments.attach_file(stored(row), paper(), by=world.chief, at=NOON)
    with db.reading():
        assert not rules.may_approve(stored(row), world.chief)


def test_files_of_the_source_come_with_a_copy():
    world = make_world(0)
    row = make_draft(world.writer)
    with db.transaction():
        attachments.attach_file(stored(row), paper(), by=world.writer, at=NOON)
        copy, _new = drafts.copy_need(stored(row), by=world.writer, at=NOON)
    with db.reading():
        assert queries.files_of(copy.id) == []
