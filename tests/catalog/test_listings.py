"""A listing's life, each step the good way and refused."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from marketplace.accounts.errors import NotReady, ReasonMissing
from marketplace.accounts.models import Notice, OrganisationStatus
from marketplace.catalog import actions, queries
from marketplace.catalog.errors import ListingIncomplete, NotPublicThen, ReferenceTaken
from marketplace.catalog.models import Listing, ListingReview, ListingStatus, ReviewDecision
from marketplace.kit import db
from marketplace.kit.errors import NotFound, Stale
from marketplace.kit.moves import NoSuchMove
from tests.catalog.worlds import form, make_operator, make_published, make_supplier
from tests.factories.accounts import make_actor, make_organisation


@pytest.fixture
def trade(context, at_noon):
    """A supplier, an operator, a transaction."""
    with db.transaction():
        owner, by = make_supplier()
        yield owner, by, make_operator(), at_noon


def test_a_published_listing_is_public_and_a_draft_is_not(trade):
    owner, by, operator, at = trade
    draft = actions.create_listing(owner, form(), by=by, at=at)
    public = make_published(owner, by, operator, at)
    assert queries.listing_for(None, public.id)[0] is public
    with pytest.raises(NotFound):
        queries.listing_for(None, draft.id)
    assert queries.listing_for(by, draft.id)[0] is draft


def test_an_incomplete_listing_cannot_be_submitted_and_says_what_is_missing(trade):
    owner, by, _operator, at = trade
    row = actions.create_listing(owner, form(summary="", unit=""), by=by, at=at)
    with pytest.raises(ListingIncomplete) as refusal:
        actions.submit_listing(row, by=by, at=at)
    assert refusal.value.details["fields"] == ["summary", "unit"]
    assert row.status == ListingStatus.DRAFT


@pytest.mark.parametrize("status", [s for s in OrganisationStatus if s != OrganisationStatus.APPROVED])
def test_an_organisation_that_is_not_approved_cannot_submit(trade, status):
    owner, by, _operator, at = trade
    row = actions.create_listing(owner, form(), by=by, at=at)
    owner.status = status
    with pytest.raises(NotReady):
        actions.submit_listing(row, by=by, at=at)


def test_a_suspended_organisations_listings_vanish_and_come_back(trade):
    owner, by, operator, at = trade
    row = make_published(owner, by, operator, at)
    owner.status = OrganisationStatus.SUSPENDED
    with pytest.raises(NotFound):
        queries.listing_for(None, row.id)
    assert queries.public_listings([row.id]) == {}
    assert queries.search_in_database("排水") == ([], 0)
    owner.status = OrganisationStatus.APPROVED
    assert list(queries.public_listings([row.id])) == [row.id]


@pytest.mark.parametrize(
    ("start", "decision"),
    [
        (ListingStatus.DRAFT, ReviewDecision.APPROVE),
        (ListingStatus.DRAFT, ReviewDecision.SUSPEND),
        (ListingStatus.IN_REVIEW, ReviewDecision.SUSPEND),
        (ListingStatus.RETURNED, ReviewDecision.APPROVE),
        (ListingStatus.PUBLISHED, ReviewDecision.RETURN),
        (ListingStatus.WITHDRAWN, ReviewDecision.APPROVE),
        (ListingStatus.SUSPENDED, ReviewDecision.SUSPEND),
    ],
)
def test_an_operator_cannot_take_a_step_the_life_does_not_have(trade, start, decision):
    owner, by, operator, at = trade
    row = make_published(owner, by, operator, at)
    row.status = start
    with pytest.raises(NoSuchMove):
        actions.decide_listing(row, decision, "理由", by=operator, at=at)


@pytest.mark.parametrize("decision", [ReviewDecision.RETURN, ReviewDecision.SUSPEND, ReviewDecision.REINSTATE])
def test_a_decision_against_or_back_needs_a_reason(trade, decision):
    owner, by, operator, at = trade
    row = make_published(owner, by, operator, at)
    with pytest.raises(ReasonMissing):
        actions.decide_listing(row, decision, by=operator, at=at)


def test_a_decision_tells_the_suppliers_people_why(trade):
    owner, by, operator, at = trade
    row = actions.create_listing(owner, form(), by=by, at=at)
    actions.submit_listing(row, by=by, at=at)
    actions.decide_listing(row, ReviewDecision.RETURN, "图片与型号不符", by=operator, at=at)
    notice = db.session().exec(select(Notice).where(Notice.user_id == by.user_id)).one()
    assert "退回" in notice.subject and notice.body == "图片与型号不符" and notice.link.endswith(str(row.id))


def test_an_operator_cannot_approve_what_changed_under_their_eyes(trade):
    owner, by, operator, at = trade
    row = actions.create_listing(owner, form(), by=by, at=at)
    actions.submit_listing(row, by=by, at=at)
    seen = row.revision
    actions.edit_listing(row, form(name="另一台车"), by=by, at=at)
    db.session().flush()
    with pytest.raises(Stale):
        actions.decide_listing(row, ReviewDecision.APPROVE, by=operator, at=at, revision=seen)


def test_an_edit_of_a_published_listing_goes_live_and_waits_for_a_second_look(trade):
    owner, by, operator, at = trade
    row = make_published(owner, by, operator, at)
    assert queries.changed_since_review(1, 10) == ([], 0)
    actions.edit_listing(row, form(stock=7), by=by, at=at + timedelta(hours=1))
    assert (row.status, row.version, row.reviewed_version) == (ListingStatus.PUBLISHED, 2, 1)
    assert [listing.id for listing, _owner in queries.changed_since_review(1, 10)[0]] == [row.id]
    actions.decide_listing(row, ReviewDecision.KEEP, by=operator, at=at + timedelta(hours=2))
    assert queries.changed_since_review(1, 10)[1] == 0


def test_an_edit_without_a_change_makes_no_version_but_confirms(trade):
    owner, by, operator, at = trade
    row = make_published(owner, by, operator, at)
    later = at + timedelta(days=3)
    assert actions.edit_listing(row, form(), by=by, at=later) is False
    assert (row.version, row.confirmed_at) == (1, later)


def test_a_published_listing_cannot_lose_what_publication_needs(trade):
    owner, by, operator, at = trade
    row = make_published(owner, by, operator, at)
    with pytest.raises(ListingIncomplete):
        actions.edit_listing(row, form(description=""), by=by, at=at)
    assert row.description and row.version == 1


def test_of_two_editors_the_second_is_told_and_overwrites_nothing(trade):
    owner, by, _operator, at = trade
    row = actions.create_listing(owner, form(), by=by, at=at)
    seen = row.revision
    actions.edit_listing(row, form(stock=5), by=by, at=at, revision=seen)
    db.session().flush()
    with pytest.raises(Stale):
        actions.edit_listing(row, form(stock=9), by=by, at=at, revision=seen)
    assert row.stock == 5


def test_two_writers_at_the_same_moment_are_judged_by_the_database(app, at_noon):
    with app.app_context(), db.transaction():
        owner, by = make_supplier()
        listing_id = actions.create_listing(owner, form(), by=by, at=at_noon).id
    with app.app_context():
        with pytest.raises(sa.orm.exc.StaleDataError), db.transaction() as session:
            row = queries.listing(listing_id)
            session.connection().execute(sa.update(Listing).values(stock=1, revision=Listing.revision + 1))
            row.stock = 9
            session.flush()


def test_a_number_of_ones_own_belongs_to_one_listing_per_supplier(trade):
    owner, by, _operator, at = trade
    other, by_other = make_supplier()
    actions.create_listing(owner, form(external_ref="A-1"), by=by, at=at)
    actions.create_listing(owner, form(), by=by, at=at)
    actions.create_listing(owner, form(), by=by, at=at)  # no number: any number of times
    actions.create_listing(other, form(external_ref="A-1"), by=by_other, at=at)
    with pytest.raises(ReferenceTaken):
        actions.create_listing(owner, form(external_ref="A-1"), by=by, at=at)
    db.session().rollback()


def test_withdrawn_means_gone_and_the_way_back_leads_through_review(trade):
    owner, by, operator, at = trade
    row = make_published(owner, by, operator, at)
    actions.withdraw_listing(row, by=by, at=at)
    with pytest.raises(NotFound):
        queries.listing_for(None, row.id)
    with pytest.raises(NoSuchMove):
        actions.decide_listing(row, ReviewDecision.REINSTATE, "恢复", by=operator, at=at)
    actions.submit_listing(row, by=by, at=at)
    actions.decide_listing(row, ReviewDecision.APPROVE, by=operator, at=at)
    assert (row.status, row.version, row.published_at) == (ListingStatus.PUBLISHED, 2, at)


def test_confirming_renews_only_ones_own_published_listings(trade):
    owner, by, operator, at = trade
    other, by_other = make_supplier()
    mine = make_published(owner, by, operator, at)
    draft = actions.create_listing(owner, form(), by=by, at=at)
    theirs = make_published(other, by_other, operator, at)
    ids, later = [mine.id, draft.id, theirs.id], at + timedelta(days=100)
    assert actions.confirm_listings(owner, ids, by=by, at=later) == 1
    confirmed = {i: queries.listing(i).confirmed_at for i in ids}
    assert confirmed == {ids[0]: later, ids[1]: at, ids[2]: at}


def test_a_copy_is_a_draft_without_number_and_history(trade):
    owner, by, operator, at = trade
    row = make_published(owner, by, operator, at, external_ref="A-1")
    copy = actions.copy_listing(row, by=by, at=at)
    assert (copy.status, copy.version, copy.external_ref, copy.owner_id) == (ListingStatus.DRAFT, 0, "", owner.id)
    assert copy.specs == row.specs and copy.name != row.name


@pytest.mark.parametrize(
    "wrong",
    [
        {"price_kind": "band", "price_min_fen": 2, "price_max_fen": 1},
        {"price_kind": "fixed", "price_min_fen": -1},
        {"stock": -1},
        {"lead_time_days": -1},
        {"min_order": 0},
        {"price_kind": "request", "price_min_fen": 5},
        {"status": ListingStatus.PUBLISHED, "version": 0},
        {"reviewed_version": 1},
    ],
)
def test_the_database_refuses_what_cannot_be(trade, wrong):
    owner, _by, _operator, at = trade
    values = {"owner_id": owner.id, "kind": "product", "name": "车", "created_at": at, "updated_at": at, **wrong}
    db.session().add(Listing(**values))
    with pytest.raises(IntegrityError):
        db.session().flush()
    db.session().rollback()


def test_a_version_stays_as_it_was_and_is_found_by_number_and_day(trade):
    owner, by, operator, at = trade
    row = make_published(owner, by, operator, at)
    actions.edit_listing(row, form(stock=7), by=by, at=at + timedelta(days=10))
    actions.withdraw_listing(row, by=by, at=at + timedelta(days=20))
    assert [queries.version(row.id, n).content["stock"] for n in (1, 2)] == [2, 7]
    for days, number in ((0, 1), (9, 1), (10, 2), (19, 2)):
        day = (at + timedelta(days=days)).date()
        assert queries.version_at(row.id, queries.end_of_day(day)).number == number
    for days in (-1, 20, 400):
        with pytest.raises(NotPublicThen):
            queries.version_at(row.id, queries.end_of_day((at + timedelta(days=days)).date()))
    with pytest.raises(NotFound):
        queries.version(row.id, 3)


def test_a_listing_has_one_current_version_at_most(trade):
    owner, by, operator, at = trade
    row = make_published(owner, by, operator, at)
    for hours in range(1, 4):
        actions.edit_listing(row, form(stock=hours + 10), by=by, at=at + timedelta(hours=hours))
    ends = [version.valid_until for version, _name in queries.versions(row.id)]
    assert ends == [None, at + timedelta(hours=3), at + timedelta(hours=2), at + timedelta(hours=1)]


def test_versions_of_a_withdrawn_listing_stay_readable_for_approved_organisations_only(trade):
    owner, by, operator, at = trade
    row = make_published(owner, by, operator, at)
    buyer = make_actor(make_organisation("buyer"))
    newcomer = make_actor(make_organisation("buyer", status=OrganisationStatus.IN_REVIEW))
    actions.withdraw_listing(row, by=by, at=at)
    assert queries.history_for(buyer, row.id) is row
    for viewer in (None, newcomer):
        with pytest.raises(NotFound):
            queries.history_for(viewer, row.id)


def test_every_decision_is_kept(trade):
    owner, by, operator, at = trade
    row = make_published(owner, by, operator, at)
    actions.decide_listing(row, ReviewDecision.SUSPEND, "证书存疑", by=operator, at=at)
    actions.decide_listing(row, ReviewDecision.REINSTATE, "已补交", by=operator, at=at)
    kept = db.session().exec(select(ListingReview.decision).order_by(ListingReview.id)).all()
    assert kept == [ReviewDecision.APPROVE, ReviewDecision.SUSPEND, ReviewDecision.REINSTATE]
    assert row.version == 2


def test_the_search_without_an_engine_finds_all_words_and_only_public_listings(trade):
    owner, by, operator, at = trade
    row = make_published(owner, by, operator, at)
    actions.create_listing(owner, form(name="另一台排水车"), by=by, at=at)
    assert queries.search_in_database("排水 LK-3000") == ([row.id], 1)
    assert queries.search_in_database("排水 100%") == ([], 0)
    assert queries.search_in_database("", kind="service") == ([], 0)
    assert queries.search_in_database("", class_code="3.4") == ([row.id], 1)
    assert queries.search_in_database("", class_code="3.4.60") == ([], 0)
