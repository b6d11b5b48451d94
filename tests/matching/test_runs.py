"""What a judging keeps, what buyers decide about it, and what suppliers are told."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from marketplace.accounts.models import Notice
from marketplace.catalog import actions as catalog
from marketplace.kit import audit, db
from marketplace.kit.mail import OutboxMail
from marketplace.matching import choices, fairness, opportunities, queries, runs, scoring
from marketplace.matching.errors import NotAMatch, ReasonMissing
from marketplace.matching.matcher import Match, in_order
from marketplace.matching.models import Choice, MatchChoice, MatchRow, MatchRun, Opportunity, OpportunityStatus
from marketplace.matching.scoring import Score, Standing
from marketplace.needs import amending, invitations, opening
from marketplace.needs import queries as needs
from marketplace.needs.models import Need
from tests.catalog.worlds import form
from tests.conftest import NOON
from tests.matching.worlds import add_listing, make_world, matched, offer, opened
from tests.needs.worlds import make_draft, rows, stored

pytestmark = pytest.mark.usefixtures("context", "at_noon")


def listing_row(row):
    """The listing inside the transaction in force."""
    return db.session().get(type(row), row.id, populate_existing=True)


def kept(model, run):
    """Everything stored of a run's results."""
    return [row.model_dump() for row in rows(model, model.run_id == run.id)]


def told(need):
    """Tell of a need's newest runs; how many were told."""
    with db.transaction():
        return opportunities.tell_of_need(stored(need), list(queries.latest_runs(need.id).values()), at=NOON)


def test_a_run_does_not_keep_which_versions_it_judged():
    world = make_world(1)
    need = opened(world)
    (run,) = matched(need)
    (row,) = rows(MatchRow)
    assert (run.need_version, row.listing_version) == (1, world.listings[0].version)
    assert run.rules and run.types and row.verdicts and row.parts["factors"] is not None
    assert sum(run.counts.values()) == 1 and row.place == 1


def test_a_second_run_changes_the_first():
    world = make_world(1)
    need = opened(world)
    (first,) = matched(need)
    before = kept(MatchRow, first)
    with db.transaction():
        changed = form(model="LK-0", specs=[{"name": "额定排水流量", "value": 100, "unit": "m³/h"}])
        catalog.edit_listing(listing_row(world.listings[0]), changed, by=world.needs.sells[0], at=NOON)
    (second,) = matched(need, NOON + timedelta(hours=1))
    assert kept(MatchRow, first) == before and len(rows(MatchRun)) == 2
    (row,) = rows(MatchRow, MatchRow.run_id == second.id)
    assert row.listing_version == before[0]["listing_version"] + 1 and row.standing == Standing.EXCLUDED
    with db.reading():
        assert queries.latest_runs(need.id)[0].id == second.id


def test_items_of_a_need_share_one_run():
    world = make_world(1)
    items = [{"name": name, "class": "", "quantity": "1", "unit": "台"} for name in ("排水抢险车", "风力灭火机")]
    made = matched(opened(world, items=items, class_code="", requirements=[]))
    assert [run.item for run in made] == [0, 1] and made[0].types != made[1].types


def test_a_supplier_is_matched_with_its_own_need():
    world = make_world(1)
    need = opened(world)
    with db.transaction():
        stored(need).owner_id = world.suppliers[0].id
    matched(need)
    assert rows(MatchRow) == []


def test_a_listing_is_put_aside_without_a_reason():
    world = make_world(1)
    need, listing = opened(world), world.listings[0]
    matched(need)
    with pytest.raises(ReasonMissing), db.transaction():
        choices.choose(stored(need), listing.id, Choice.DISMISSED, "  ", by=world.by, at=NOON)
    with pytest.raises(sa.exc.IntegrityError), db.transaction() as session:
        values = {"need_id": need.id, "listing_id": listing.id, "user_id": world.by.user_id, "at": NOON}
        session.add(MatchChoice(choice=Choice.DISMISSED, **values))


def test_a_decision_is_kept_twice_or_without_a_trace():
    world = make_world(1)
    need, listing = opened(world), world.listings[0]
    matched(need)
    for choice, reason in ((Choice.SHORTLISTED, ""), (Choice.DISMISSED, "交货太慢")):
        with db.transaction():
            choices.choose(stored(need), listing.id, choice, reason, by=world.by, at=NOON)
    (row,) = rows(MatchChoice)
    assert (row.choice, row.reason) == (Choice.DISMISSED, "交货太慢")
    with db.transaction():
        assert choices.forget(stored(need), listing.id, by=world.by, at=NOON)
        assert not choices.forget(stored(need), listing.id, by=world.by, at=NOON)
    with db.reading():
        done = [entry.action for entry in audit.trail(need)]
    assert rows(MatchChoice) == [] and done[:3] == ["match.forget", "match.dismissed", "match.shortlisted"]


def test_a_listing_that_was_never_judged_is_shortlisted():
    world = make_world(1)
    need = opened(world)
    matched(need)
    later = add_listing(world)
    with pytest.raises(NotAMatch), db.transaction():
        choices.choose(stored(need), later.id, Choice.SHORTLISTED, by=world.by, at=NOON)


def test_a_supplier_is_told_of_a_need_twice():
    world = make_world(2)
    add_listing(world, model="LK-9")
    need = opened(world)
    matched(need)
    assert [told(need), told(need)] == [2, 0]
    notices = rows(Notice, Notice.link.startswith("/my/opportunities/"))
    assert len(rows(Opportunity)) == 2 and len({notice.link for notice in notices}) == 2
    assert len(notices) == len({(notice.link, notice.user_id) for notice in notices})


def test_a_supplier_is_told_of_its_own_need():
    world = make_world(1)
    need = opened(world)
    matched(need)
    with db.transaction():
        stored(need).owner_id = world.suppliers[0].id
    later = add_listing(world, model="LK-9")
    with db.transaction():
        assert opportunities.tell_of_listings([later.id], at=NOON) == 0


def test_a_listing_that_comes_later_is_not_told_of_an_open_need():
    world = make_world(1)
    need = opened(world)
    matched(need)
    later = add_listing(world, 0, model="LK-9")
    with db.transaction():
        assert opportunities.tell_of_listings([later.id], at=NOON) == 1
        assert opportunities.tell_of_listings([later.id], at=NOON) == 0
    (row,) = rows(Opportunity)
    assert (row.need_id, row.listing_id, row.need_version) == (need.id, later.id, 1)


@pytest.mark.parametrize("kind", ["invited", "draft", "closed"])
def test_a_need_that_is_not_open_to_everybody_tells_suppliers(kind):
    world = make_world(2)
    if kind == "draft":
        need = make_draft(world.by)
    elif kind == "invited":
        need = make_draft(world.by, visibility="invited")
        with db.transaction():
            invitations.invite(stored(need), [world.suppliers[0].id], by=world.by, at=NOON)
            opening.open_need(stored(need), by=world.by, at=NOON)
    else:
        need = opened(world)
        with db.transaction():
            amending.close_need(stored(need), "已采购完成", by=world.by, at=NOON)
    matched(need)
    later = add_listing(world, 1, model="LK-9")
    with db.transaction():
        assert opportunities.tell_of_listings([later.id], at=NOON) == 0
    assert told(need) == 0 and rows(Opportunity) == []


def test_a_need_that_nobody_fits_is_told():
    world = make_world(1, specs=[{"name": "额定排水流量", "value": 100, "unit": "m³/h"}])
    need = opened(world)
    matched(need)
    assert told(need) == 0


def test_interest_is_forgotten_or_noted_twice():
    world = make_world(1)
    need, by = opened(world), world.needs.sells[0]
    matched(need)
    told(need)

    def act(verb, **more):
        with db.transaction() as session:
            verb(session.exec(select(Opportunity)).one(), **more, by=by, at=NOON)

    for _twice in range(2):
        act(opportunities.show_interest, need=need)
    with db.reading():
        assert needs.follower(need.id, world.suppliers[0].id)
        assert queries.new_opportunities(world.suppliers[0].id) == 0
    act(opportunities.dismiss)
    (row,) = rows(Opportunity)
    assert row.status == OpportunityStatus.DISMISSED
    act(opportunities.show_interest, need=need)
    with db.reading():
        done = [entry.action for entry in audit.trail(row)]
    assert done == ["opportunity.interest", "opportunity.dismiss", "opportunity.interest"]


def digest(at=NOON):
    """Send what waits; how many suppliers got a mail."""
    with db.transaction():
        return opportunities.send_digests(at=at)


def mails():
    """The digests that wait to be sent, one for each text; every person of a supplier gets the same once."""
    waiting = rows(OutboxMail, OutboxMail.subject.contains("今日商机"))
    assert len(waiting) == len({mail.recipient for mail in waiting})
    return list({mail.body: mail for mail in waiting}.values())


def test_a_digest_names_an_opportunity_twice():
    world = make_world(1)
    need = opened(world)
    matched(need)
    told(need)
    assert [digest(), digest(), digest(NOON + timedelta(days=1))] == [1, 0, 0]
    assert len(mails()) == 1 and need.title in mails()[0].body


def test_a_digest_names_what_the_supplier_has_answered_or_what_is_over():
    world = make_world(1)
    first, second = opened(world, title="城市排水抢险车第一批"), opened(world, title="城市排水抢险车第二批")
    for need in (first, second):
        matched(need)
        told(need)
    with db.transaction() as session:
        answered = session.exec(select(Opportunity).where(Opportunity.need_id == first.id)).one()
        opportunities.dismiss(answered, by=world.needs.sells[0], at=NOON)
        amending.close_need(stored(second), "已采购完成", by=world.by, at=NOON)
    assert digest() == 0 and mails() == []


def test_a_digest_of_many_names_them_all():
    world = make_world(1)
    for n in range(11):
        need = opened(world, title=f"城市排水抢险车第{n:02d}批")
        matched(need)
        told(need)
    assert digest() == 1
    (mail,) = mails()
    assert mail.body.count("· ") == 8 and "另有 3 条" in mail.body and "11" in mail.subject


@dataclass(frozen=True)
class New:
    """Which of these matches are newcomers."""

    ids: frozenset[int]

    def __call__(self, match):
        return match.offer.listing_id in self.ids


def ranked(*scores, standing=Standing.ELIGIBLE):
    """Matches with these scores, ids from 1."""
    return [
        Match(replace(offer(), listing_id=n), standing, Score(score, score, score, ()), ())
        for n, score in enumerate(scores, 1)
    ]


@pytest.mark.parametrize(
    ("new", "last", "moved"),
    [
        ({12}, 0.5, True),  # three fifths of the tenth's 0.8 and more
        ({12}, 0.47, False),  # too far behind
        ({3, 12}, 0.5, False),  # one is there already
        (set(), 0.5, False),
    ],
)
def test_a_newcomer_takes_another_seat_than_the_last_of_the_first_page(new, last, moved):
    matches = ranked(*[0.8] * 11, last)
    seated, newcomer = fairness.seat_newcomer(matches, New(frozenset(new)))
    ids = [match.offer.listing_id for match in seated]
    assert sorted(ids) == list(range(1, 13)) and (newcomer is not None) is moved
    assert ids.index(12) == (9 if moved else 11)
    if moved:
        assert newcomer.score.total == last


def test_a_newcomer_that_does_not_meet_everything_is_seated():
    matches = ranked(*[0.8] * 11) + ranked(*[0.7] * 12, standing=Standing.OPEN)[11:]
    seated, newcomer = fairness.seat_newcomer(matches, New(frozenset({12})))
    assert newcomer is None and seated == matches


def test_equals_stand_by_age_or_name():
    ids = [match.offer.listing_id for match in sorted(ranked(*[0.5] * 40), key=in_order)]
    again = [match.offer.listing_id for match in sorted(ranked(*[0.5] * 40)[::-1], key=in_order)]
    assert ids == again and ids not in (sorted(ids), sorted(ids)[::-1])


def test_something_of_the_supplier_moves_a_score():
    world = make_world(2)
    with db.transaction() as session:
        rich = session.get(type(world.suppliers[0]), world.suppliers[0].id)
        rich.name, rich.city = "国家级领军装备集团股份有限公司", "北京市"
    matched(opened(world))
    one, other = sorted(rows(MatchRow), key=lambda row: row.supplier_id)
    assert (one.score, one.parts, one.standing) == (other.score, other.parts, other.standing)
    total = one.parts["relevance"]
    for _name, factor in one.parts["factors"]:
        total *= factor
    assert one.score == pytest.approx(total, abs=2e-3)


def test_the_rules_of_a_run_stay_the_same_when_they_change(monkeypatch, tmp_path):
    before = runs.fingerprint()
    file = tmp_path / "weights.toml"
    file.write_text(scoring.WEIGHTS.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    monkeypatch.setattr(scoring, "WEIGHTS", file)
    assert runs.fingerprint() != before


def test_an_amended_need_keeps_its_old_run_under_the_new_version():
    world = make_world(1)
    need = opened(world)
    (run,) = matched(need)
    with db.transaction() as session:
        session.get(Need, need.id).version = 2
    matched(need)
    assert [one.need_version for one in rows(MatchRun)] == [1, 2] and run.need_version == 1
