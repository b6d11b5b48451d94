"""The life of applications: drafts, sending, questions, offers, the one that is accepted, and what time ends."""

import io

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from werkzeug.datastructures import FileStorage

from marketplace.accounts.models import Notice, Organisation, OrganisationStatus
from marketplace.catalog.models import Listing, ListingStatus
from marketplace.financing import applications, attachments, fitting, jobs, products, queries, reviewing
from marketplace.financing.errors import (
    AlreadyAccepted,
    DoesNotFit,
    NotComplete,
    NothingChosen,
    NotOffered,
    NotYours,
    OfferLapsed,
    OfferReplaced,
)
from marketplace.financing.models import (
    ApplicationStatus,
    FinanceOffer,
    FinanceSubmission,
    Origin,
    ProductKind,
    SubmissionStatus,
)
from marketplace.financing.rows import Fit
from marketplace.financing.sources import Beginning
from marketplace.kit import clock, db
from marketplace.kit.audit import AuditEntry
from marketplace.kit.errors import NotFound, Stale
from marketplace.kit.moves import NoSuchMove
from tests.conftest import NOON
from tests.financing.worlds import (
    DAY,
    add_institution,
    application_form,
    drafted,
    key,
    make_world,
    message,
    offer_form,
    offered,
    product_form,
    sent,
    status_of,
)


def held(row_id):
    with db.reading():
        return queries.application(row_id)


def told(person):
    with db.reading() as session:
        return [one.subject for one in session.exec(select(Notice).where(Notice.user_id == person.id))]


def accepted(world, row, one, number=1, at=NOON):
    with db.transaction():
        row, one = queries.held(one.id, world.applies, institution=False)
        applications.accept(row, one, number, by=world.applies, at=at)


def test_a_form_sent_twice_makes_two_drafts(context, at_noon):
    world, form_key = make_world(1), key()
    assert drafted(world, form_key=form_key).id == drafted(world, form_key=form_key).id


def test_an_application_without_what_every_institution_needs_is_sent(context, at_noon):
    world = make_world(1)
    row = drafted(world, amount_fen=None, months=None, wanted=[])
    with db.transaction():
        with pytest.raises(NotComplete) as refusal:
            applications.send(queries.own(row.id, world.applies), [world.products[0].id], by=world.applies, at=NOON)
    assert refusal.value.details["lacks"] == ["wanted", "amount_fen", "months"]


def test_an_application_reaches_an_institution_that_excludes_it_or_does_not_offer(context, at_noon):
    world = make_world(1)
    with db.transaction():
        small = add_institution(world, "示例小额租赁有限公司", ProductKind.FINANCE_LEASE, amount_most=100_000_000)
        other = add_institution(world, "示例停办租赁有限公司", ProductKind.FINANCE_LEASE, open=False)
        hidden = add_institution(world, "示例下架租赁有限公司", ProductKind.FINANCE_LEASE)
        db.session().get(Listing, hidden.listing_id).status = ListingStatus.WITHDRAWN
    row = drafted(world)
    for product, refusal in ((small, DoesNotFit), (other, NotOffered), (hidden, NotOffered)):
        with db.transaction(), pytest.raises(refusal):
            applications.send(queries.own(row.id, world.applies), [product.id], by=world.applies, at=NOON)
    with db.transaction(), pytest.raises(NothingChosen):
        applications.send(queries.own(row.id, world.applies), [], by=world.applies, at=NOON)
    assert held(row.id).status == ApplicationStatus.DRAFT


def test_products_that_do_not_fit_come_first_or_go_unexplained(context, at_noon):
    world = make_world(1)
    with db.transaction():
        add_institution(world, "示例订单租赁有限公司", ProductKind.FINANCE_LEASE, order=True)
        add_institution(world, "示例小额租赁有限公司", ProductKind.FINANCE_LEASE, amount_most=100_000_000)
        add_institution(world, "示例保险有限公司", ProductKind.FIRST_SET)
    row = drafted(world)
    with db.reading():
        fits: list[Fit] = fitting.fits_for(queries.own(row.id, world.applies), NOON)
    assert [fit.standing.value for fit in fits] == ["fits", "open", "unfit"]
    assert [v.criterion.value for v in fits[1].questions] == ["order"]
    assert [v.criterion.value for v in fits[2].missed] == ["amount"]


def test_an_application_is_judged_by_what_a_product_became_later(context, at_noon):
    world = make_world(1)
    row, (one,) = sent(world, 1)
    with db.transaction():
        form = product_form(amount_most=100_000_000)
        listing = db.session().get(Listing, world.listings[0].id)
        products.save_product(listing, form, revision=1, by=world.lends[0], at=NOON)
    with db.reading():
        dossier = queries.dossiers([queries.submission(one.id)], NOON)[0]
        assert {v.state.value for v in dossier.verdicts} == {"met"} and dossier.submission.product["version"] == 1
    with db.transaction(), pytest.raises(Stale):
        products.save_product(
            db.session().get(Listing, world.listings[0].id), form, revision=1, by=world.lends[0], at=NOON
        )


def test_sending_twice_lays_an_application_before_an_institution_twice(context, at_noon):
    world = make_world(2)
    row, _made = sent(world, 1)
    with db.transaction():
        again = applications.send(
            queries.own(row.id, world.applies, lock=True), [p.id for p in world.products], by=world.applies, at=NOON
        )
    assert [one.institution_id for one in again] == [world.institutions[1].id]
    assert told(world.users[0]).count("收到金融保险申请:排水抢险车 2 辆融资") == 1
    assert told(world.supplier_user) == []


def test_what_institutions_judge_moves_under_their_hands(context, at_noon):
    world = make_world(1)
    row, _made = sent(world, 1)
    with db.transaction(), pytest.raises(NoSuchMove):
        applications.edit(queries.own(row.id, world.applies), application_form(amount_fen=1), by=world.applies, at=NOON)


def test_a_question_and_its_answer_go_missing(context, at_noon):
    world = make_world(1)
    row, (one,) = sent(world, 1)
    asked = message()
    for _twice in range(2):
        with db.transaction():
            reviewing.ask(*queries.held(one.id, world.lends[0], institution=True), asked, by=world.lends[0], at=NOON)
    assert status_of(one) == "asked" and "机构请补充材料:排水抢险车 2 辆融资" in told(world.supplier_user)
    paper = FileStorage(io.BytesIO(b"%PDF-1.4 report"), filename="审计报告.pdf")
    with db.transaction():
        held_row, sub = queries.held(one.id, world.applies, institution=False)
        applications.reply(held_row, sub, message("已补充"), [paper], by=world.applies, at=NOON + 3 * DAY)
        assert sub.answer_by > NOON + 10 * DAY
    assert status_of(one) == "in_review"
    with db.reading():
        assert [m.text for m in queries.messages_of([one.id])[one.id]] == ["请补充近两年审计报告", "已补充"]
        assert [f.name for _h, f in queries.files_of(row.id, one.id)] == ["审计报告.pdf"]


def test_one_institution_reads_what_another_was_given(context, at_noon):
    world = make_world(2)
    row, (first, second) = sent(world, 2)
    with db.transaction():
        held_row, sub = queries.held(first.id, world.applies, institution=False)
        paper = FileStorage(io.BytesIO(b"%PDF-1.4 x"), filename="只给一家.pdf")
        attachments.attach(held_row, [paper], "补充", by=world.applies, at=NOON, submission=sub)
    with db.transaction():
        with pytest.raises(NotFound):
            queries.held(first.id, world.lends[1], institution=True)
        with pytest.raises(NotFound):
            queries.held(first.id, world.buys, institution=False)
        with pytest.raises(NotFound):
            queries.own(row.id, world.lends[0])
        assert queries.files_of(row.id, second.id) == []
        assert len(queries.files_of(row.id, first.id)) == 1


def test_accepting_one_offer_leaves_the_others_waiting(context, at_noon):
    world = make_world(3)
    row, made = sent(world)
    offered(world, made[0], 0)
    offered(world, made[1], 1, rate="4.1")
    accepted(world, row, made[1])
    assert [status_of(one) for one in made] == ["not_chosen", "accepted", "not_chosen"]
    assert held(row.id).status == ApplicationStatus.ACCEPTED
    assert "方案已被接受:排水抢险车 2 辆融资" in told(world.users[1])
    assert "申请已选定其他方案:排水抢险车 2 辆融资" in told(world.users[2])
    with pytest.raises(AlreadyAccepted):
        accepted(world, row, made[0])
    with db.reading() as session:
        done = session.exec(select(AuditEntry.action).where(AuditEntry.object_type == "finance_submission")).all()
    assert done.count("finance.accept") == 1 and done.count("finance.not_chosen") == 2


def test_two_offers_of_one_application_are_accepted_by_the_database(context, at_noon):
    world = make_world(2)
    _row, made = sent(world, 2)
    with pytest.raises(IntegrityError), db.transaction() as session:
        for one in made:
            session.get(FinanceSubmission, one.id).status = SubmissionStatus.ACCEPTED
            session.flush()


def test_an_offer_the_applicant_has_not_seen_is_accepted(context, at_noon):
    world = make_world(1)
    row, (one,) = sent(world, 1)
    offered(world, one, 0)
    offered(world, one, 0, rate="9.9")
    with pytest.raises(OfferReplaced):
        accepted(world, row, one, 1)
    accepted(world, row, one, 2)
    assert status_of(one) == "accepted"


def test_an_offer_past_its_day_is_accepted(context, at_noon):
    world = make_world(1)
    row, (one,) = sent(world, 1)
    made = offered(world, one, 0)
    late = made.valid_until + DAY
    with pytest.raises(OfferLapsed):
        accepted(world, row, one, at=late)
    with clock.set_clock(late), db.transaction():
        assert jobs.record_lapsed(late) == "1 offers lapsed, 0 warned"
        assert jobs.record_lapsed(late) == "0 offers lapsed, 0 warned"
    assert status_of(one) == "lapsed" and "方案已失效:排水抢险车 2 辆融资" in told(world.users[0])
    offered(world, one, 0, at=late)
    accepted(world, row, one, 2, at=late)
    assert held(row.id).status == ApplicationStatus.ACCEPTED


def test_an_offer_of_a_suspended_institution_is_accepted(context, at_noon):
    world = make_world(1)
    row, (one,) = sent(world, 1)
    offered(world, one, 0)
    with db.transaction() as session:
        session.get(Organisation, world.institutions[0].id).status = OrganisationStatus.SUSPENDED
    with pytest.raises(NotOffered):
        accepted(world, row, one)
    assert held(row.id).status == ApplicationStatus.SENT


def test_an_applicant_is_warned_never_or_daily(context, at_noon):
    world = make_world(1)
    _row, (one,) = sent(world, 1)
    made = offered(world, one, 0)
    soon = made.valid_until - DAY
    with clock.set_clock(soon), db.transaction():
        assert jobs.record_lapsed(soon) == "0 offers lapsed, 1 warned"
        assert jobs.record_lapsed(soon) == "0 offers lapsed, 0 warned"
    assert told(world.supplier_user).count("方案即将失效:排水抢险车 2 辆融资") == 1


def test_an_institution_is_not_reminded_of_the_day_it_promised(context, at_noon):
    world = make_world(1, decision_days=2)
    _row, (one,) = sent(world, 1)
    with db.transaction():
        assert jobs.remind(NOON) == "0 institutions reminded"
    with clock.set_clock(one.answer_by), db.transaction():
        assert jobs.remind(NOON) == "1 institutions reminded"
        assert queries.inbox_counts(world.institutions[0].id, one.answer_by + DAY) == {
            "waiting": 1,
            "late": 1,
            "offered": 0,
        }


@pytest.mark.parametrize("more", [{"kind": "loan"}, {"valid_until": "2026-11-22"}, {"valid_until": "2027-11-22"}])
def test_an_offer_of_another_kind_or_without_a_sensible_day_is_made(context, at_noon, more):
    world = make_world(1)
    _row, (one,) = sent(world, 1)
    with db.transaction(), pytest.raises(NotYours):
        form = offer_form(**more)
        reviewing.offer(*queries.held(one.id, world.lends[0], institution=True), form, by=world.lends[0], at=NOON)


def test_a_standing_offer_is_taken_away_or_a_refusal_has_no_reason(context, at_noon):
    world = make_world(2)
    _row, made = sent(world, 2)
    offered(world, made[0], 0)
    with db.transaction(), pytest.raises(NoSuchMove):
        reviewing.decline(
            *queries.held(made[0].id, world.lends[0], institution=True), "不办了", by=world.lends[0], at=NOON
        )
    with db.transaction():
        reviewing.decline(
            *queries.held(made[1].id, world.lends[1], institution=True), "行业集中度已满", by=world.lends[1], at=NOON
        )
    assert status_of(made[1]) == "declined"
    with pytest.raises(IntegrityError), db.transaction() as session:
        session.get(FinanceSubmission, made[1].id).end_reason = ""
        session.flush()


def test_withdrawing_leaves_an_institution_at_work(context, at_noon):
    world = make_world(2)
    row, made = sent(world, 2)
    with db.transaction():
        held_row, sub = queries.held(made[0].id, world.applies, institution=False)
        applications.withdraw_from(held_row, sub, "已有意向", by=world.applies, at=NOON)
    assert [status_of(one) for one in made] == ["withdrawn", "sent"]
    with db.transaction():
        applications.withdraw(queries.own(row.id, world.applies, lock=True), "项目取消", by=world.applies, at=NOON)
    assert status_of(made[1]) == "withdrawn" and "申请已撤回:排水抢险车 2 辆融资" in told(world.users[1])


def test_an_institution_learns_which_request_is_being_quoted_for(context, at_noon):
    world = make_world(1)
    row = drafted(world, Beginning(Origin.TENDER, 7, "CG20261101-0001 某支队采购"))
    with db.transaction():
        (one,) = applications.send(
            queries.own(row.id, world.applies, lock=True), [world.products[0].id], by=world.applies, at=NOON
        )
    with db.reading():
        dossier = queries.dossiers([one], NOON)[0]
        assert dossier.shown_origin == "" and "CG2026" not in dossier.application.title
        assert all("CG2026" not in str(n.body) for n in db.session().exec(select(Notice)))


def test_the_figures_that_were_compared_are_not_kept(context, at_noon):
    world = make_world(1)
    _row, (one,) = sent(world, 1)
    made = offered(world, one, 0, fee_fen=3_000_000)
    with db.reading() as session:
        kept = session.get(FinanceOffer, made.id).figures
    assert kept["total_fen"] == sum(fen for _month, fen, _code in kept["payments"])
    assert kept["first_fen"] == 33_000_000 and 4.6 < float(kept["rate"]) < 7
