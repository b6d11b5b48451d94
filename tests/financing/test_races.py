"""Many at once, on both databases: one offer is accepted, one form makes one row, an agreement becomes valid once."""

import threading

import pytest
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import select

from marketplace.financing import applications, consortia, queries, queries_consortium, reviewing
from marketplace.financing.models import FinanceApplication, FinanceOffer
from marketplace.financing.schemas import ConsortiumForm, MemberForm
from marketplace.financing.sources import Beginning
from marketplace.kit import db
from marketplace.kit.audit import AuditEntry
from marketplace.kit.errors import Refusal, Stale
from tests.conftest import NOON
from tests.financing.worlds import application_form, key, make_world, offer_form, offered, sent, status_of


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request):
    return request.param


@pytest.fixture
def race(app):
    """`race(run, count)` calls `run(number)` in so many threads at once; what each gave, or the code of its refusal."""

    def start(run, count):
        ready, results = threading.Barrier(count), [None] * count

        def one(number):
            ready.wait()
            try:
                with app.app_context(), db.transaction():
                    results[number] = run(number)
            except StaleDataError:
                results[number] = Stale.code
            except Refusal as refusal:
                results[number] = refusal.code
            except Exception as fault:
                results[number] = repr(fault)

        running = [threading.Thread(target=one, args=(n,)) for n in range(count)]
        [thread.start() for thread in running]
        [thread.join() for thread in running]
        return results

    return start


def actions_of(kind):
    with db.reading() as session:
        return session.exec(select(AuditEntry.action).where(AuditEntry.object_type == kind)).all()


def test_two_people_accept_two_offers_at_once(context, race, at_noon):
    world = make_world(4)
    _row, made = sent(world, 4)
    for place, one in enumerate(made):
        offered(world, one, place)

    def accept(number):
        row, one = queries.held(made[number].id, world.applies, institution=False)
        applications.accept(row, one, 1, by=world.applies, at=NOON)
        return "accepted"

    results = race(accept, 4)
    assert sorted(results) == ["accepted", *["already-accepted"] * 3]
    assert sorted(status_of(one) for one in made) == ["accepted", "not_chosen", "not_chosen", "not_chosen"]
    assert actions_of("finance_submission").count("finance.accept") == 1


def test_a_form_sent_by_many_hands_makes_more_than_one_row(context, race, at_noon):
    world, form = make_world(1), application_form()
    results = race(lambda _n: applications.begin(form, Beginning(), by=world.applies, at=NOON)[1], 4)
    assert results.count(True) == 1 and set(results) <= {True, False, "already-saved"}
    with db.reading() as session:
        assert len(session.exec(select(FinanceApplication)).all()) == 1
    _row, (one,) = sent(world, 1)
    offer = offer_form()

    def make(_number):
        return reviewing.offer(
            *queries.held(one.id, world.lends[0], institution=True), offer, by=world.lends[0], at=NOON
        ).number

    assert race(make, 4) == [1, 1, 1, 1]
    with db.reading() as session:
        assert len(session.exec(select(FinanceOffer)).all()) == 1


def test_an_offer_is_accepted_and_withdrawn_from_at_once(context, race, at_noon):
    world = make_world(1)
    row, (one,) = sent(world, 1)
    offered(world, one, 0)

    def act(number):
        held, sub = queries.held(one.id, world.applies, institution=False)
        if number:
            applications.withdraw_from(held, sub, "不需要了", by=world.applies, at=NOON)
        else:
            applications.accept(held, sub, 1, by=world.applies, at=NOON)
        return "done"

    assert sorted(race(act, 2)) == ["done", "no-such-move"]
    assert status_of(one) in ("accepted", "withdrawn")


def test_an_agreement_becomes_valid_never_or_twice_when_all_accept_at_once(context, race, at_noon):
    world = make_world(3)
    orgs, actors = [world.supplier, *world.institutions], [world.applies, *world.lends]
    members = [MemberForm(who=org.name, role="other") for org in orgs]
    form = ConsortiumForm(
        form_key=key(), title="四方联合体", text="各方自愿组成联合体,由牵头单位代表报价和签约。", members=members
    )
    with db.transaction():
        row, _new = consortia.begin(form, by=world.applies, at=NOON)
        version = consortia.offer(row, by=world.applies, at=NOON)

    def accept(number):
        held = queries_consortium.consortium_for(row.id, actors[number + 1], lock=True)
        return consortia.accept(held, version.hash, by=actors[number + 1], at=NOON).organisation_id

    assert sorted(race(accept, 3)) == sorted(org.id for org in world.institutions)
    assert actions_of("consortium").count("consortium.valid") == 1
