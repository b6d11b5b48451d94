"""Many at once, on both databases: nothing is lost, nothing happens twice, nobody is told that the database is locked."""

import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from flask import session
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import select

from marketplace.accounts import queries as accounts
from marketplace.accounts.membership import answer_join, ask_to_join, review
from marketplace.accounts.models import JoinRequest, Membership, Notice, OrganisationStatus, Role
from marketplace.accounts.models import Review as OrganisationReview
from marketplace.catalog import actions as catalog
from marketplace.catalog.models import Listing
from marketplace.catalog.schemas import ListingForm
from marketplace.kit import clock, db, jobs, mail, throttle
from marketplace.kit.errors import Refusal, Stale
from marketplace.kit.jobs import Job, JobRun
from marketplace.kit.locks import try_lock
from marketplace.kit.mail import OutboxMail
from marketplace.kit.permissions import public
from marketplace.kit.throttle import Attempts, TooMany
from marketplace.quoting import answers, basket, queries, requests
from marketplace.quoting.models import BasketLine, Quote, QuoteRevision, Request
from marketplace.quoting.schemas import NewBasketLine
from tests.conftest import NOON, ROOT
from tests.factories.accounts import make_actor, make_organisation, make_user
from tests.factories.smtp import smtp_sink
from tests.quoting.worlds import fill_basket, make_world, new_request, quote_form, sent

THREADS, ROUNDS = 8, 50


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request):
    return request.param


@pytest.fixture
def race(app):
    """`race(run)` calls `run(number)` in several threads at once; returns what each gave or the refusal it met."""

    def start(run, threads=THREADS):
        ready, results = threading.Barrier(threads), [None] * threads

        def one(number):
            ready.wait()
            try:
                with app.app_context():
                    results[number] = run(number)
            except StaleDataError:
                results[number] = Stale()  # as kit.site answers
            except Exception as fault:
                results[number] = fault

        running = [threading.Thread(target=one, args=(n,)) for n in range(threads)]
        [thread.start() for thread in running]
        [thread.join() for thread in running]
        unforeseen = [r for r in results if isinstance(r, Exception) and not isinstance(r, Refusal)]
        assert unforeseen == []
        return results

    return start


def refusals(results):
    return [r.code for r in results if isinstance(r, Refusal)]


def all_of(kind):
    with db.reading() as session:
        return list(session.exec(select(kind)))


def test_a_writer_who_reads_first_loses_a_change_or_is_locked_out(context, race):
    with db.transaction():
        mail.post("a@test.example", "s", "b", key="k", at=NOON)

    def write(_number):
        for _n in range(ROUNDS):
            with db.transaction() as session:
                session.exec(select(OutboxMail).with_for_update()).one().tries += 1

    race(write)
    assert [row.tries for row in all_of(OutboxMail)] == [THREADS * ROUNDS]


def test_parallel_tries_are_counted_wrongly(context, race):
    def tries(_number):
        refused = 0
        for _n in range(ROUNDS):
            try:
                throttle.count("k", limit=100, minutes=15)
            except TooMany:
                refused += 1
        return refused

    with clock.set_clock(NOON):
        assert sum(race(tries)) == THREADS * ROUNDS - 100
    assert [row.count for row in all_of(Attempts)] == [THREADS * ROUNDS]


def test_one_slot_runs_twice(context, race):
    def effect(slot):
        mail.post("a@test.example", "s", "b", key=f"{slot}-{threading.get_ident()}", at=NOON)

    task = Job("race", "0 * * * *", effect, True)
    assert sorted(race(lambda _n: jobs.run_slot(task, NOON))) == [False] * (THREADS - 1) + [True]
    assert len(all_of(OutboxMail)) == 1 and len(all_of(JobRun)) == 1


def test_two_senders_send_the_same_mail(context, race):
    with smtp_sink() as sink:
        context.config["SMTP_URL"] = sink.url
        with db.transaction():
            for n in range(12):
                mail.post("a@test.example", "s", "b", key=str(n), at=NOON)
        assert sum(race(lambda _n: mail.send_waiting(), threads=3)) == 12
        assert len(sink.mails) == 12


def test_the_same_event_told_twice_at_once_is_told_twice_or_breaks_both(context, race):
    def tell(_number):
        with db.transaction():
            mail.post("a@test.example", "s", "b", key="same", at=NOON)

    race(tell)
    assert len(all_of(OutboxMail)) == 1


def test_a_double_click_on_the_basket_fails(context, race):
    world = make_world(1)
    new = NewBasketLine(listing_id=world.listings[0].id, quantity=3)

    def add(_number):
        with db.transaction():
            return basket.add_to_basket(new, by=world.asks, at=NOON)[0].quantity

    assert race(add) == [3] * THREADS
    assert len(all_of(BasketLine)) == 1


def test_a_form_sent_eight_times_makes_two_requests(context, race):
    world = make_world(3)
    new = new_request(fill_basket(world))

    def send(_number):
        with db.transaction():
            return requests.send_request(new, by=world.asks, at=NOON)[0].id

    results = race(send)
    [row] = all_of(Request)
    assert {r for r in results if isinstance(r, int)} == {row.id}
    assert set(refusals(results)) <= {"already-sent"}


def test_an_answer_given_eight_times_counts_twice(context, race):
    world = make_world(1)
    request = sent(world)

    def submit(number):
        with db.transaction():
            queries.request(request.id, lock=True)
            inquiry = queries.inquiry(request.id, world.suppliers[0].id, NOON)
            price = 100_00 if number % 2 else 200_00
            return answers.submit_quote(inquiry, quote_form(price, revision=0), by=world.sells[0], at=NOON).hash

    results = race(submit)
    [quote], [revision] = all_of(Quote), all_of(QuoteRevision)
    assert {r for r in results if isinstance(r, str)} == {revision.hash} == {quote.receipt_hash}
    assert set(refusals(results)) == {"stale"}


def test_an_answer_at_the_deadline_slips_past_the_buyer_who_closes(context, race):
    world = make_world(6)
    request = sent(world)

    def act(number):
        with db.transaction():
            row = queries.request(request.id, lock=True)
            if number == 6:
                requests.close_request(row, by=world.asks, at=NOON)
                return "closed"
            inquiry = queries.inquiry(request.id, world.suppliers[number].id, NOON)
            answers.submit_quote(inquiry, quote_form(100_00), by=world.sells[number], at=NOON)
            return "answered"

    results = race(act, threads=7)
    assert results.count("answered") == len(all_of(QuoteRevision)) and "closed" in results
    assert results.count("answered") + len(refusals(results)) == 6


@pytest.mark.parametrize(("late", "taken"), [(timedelta(microseconds=1), True), (timedelta(0), False)])
def test_the_deadline_falls_a_moment_early_or_late(context, late, taken):
    world = make_world(1)
    request = sent(world)
    moment = request.answer_by - late
    with db.transaction():
        inquiry = queries.inquiry(request.id, world.suppliers[0].id, moment)
        if taken:
            answers.submit_quote(inquiry, quote_form(100_00), by=world.sells[0], at=moment)
        else:
            with pytest.raises(Refusal):
                answers.submit_quote(inquiry, quote_form(100_00), by=world.sells[0], at=moment)


def test_two_editors_of_a_listing_overwrite_each_other(context, race):
    world = make_world(1)
    listing_id, actor = world.listings[0].id, world.sells[0]
    form = lambda n: ListingForm.model_construct(**{**ListingForm(name="水泵").__dict__, "summary": f"editor {n}"})
    with db.transaction() as session:
        row = session.get(Listing, listing_id)
        row.status, row.version = "draft", 0
    with db.reading() as session:
        seen = session.get(Listing, listing_id).revision

    def edit(number):
        with db.transaction() as session:
            return catalog.edit_listing(
                session.get(Listing, listing_id), form(number), by=actor, at=NOON, revision=seen
            )

    results = race(edit)
    assert results.count(True) == 1 and refusals(results) == ["stale"] * (THREADS - 1)


def test_two_operators_decide_differently_about_one_organisation(context, race):
    with db.transaction():
        org = make_organisation(status=OrganisationStatus.IN_REVIEW)
        operator = make_actor(make_organisation(kind="operator"))

    def decide(number):
        decision = OrganisationStatus.APPROVED if number % 2 else OrganisationStatus.REJECTED
        with db.transaction():
            review(accounts.organisation(org.id, lock=True), decision, "理由", by=operator, at=NOON)
            return decision

    results = race(decide)
    [row] = all_of(OrganisationReview)
    assert [r for r in results if isinstance(r, OrganisationStatus)] == [row.decision]


def test_somebody_is_let_in_and_turned_away(context, race):
    with db.transaction():
        org, person = make_organisation(), make_user()
        keeper = make_actor(org)
        row = ask_to_join(org, "", by=person, at=NOON)

    def answer(number):
        with db.transaction():
            answer_join(accounts.join_request(row.id, lock=True), bool(number % 2), Role.MEMBER, by=keeper, at=NOON)
            return True

    results = race(answer)
    assert results.count(True) == 1
    accepted = all_of(JoinRequest)[0].status == "accepted"
    assert accepted == any(m.user_id == person.id for m in all_of(Membership))
    assert len([n for n in all_of(Notice) if n.user_id == person.id]) == 1


HOLDER = """
import sys
from flask import Flask
from marketplace.kit import db, locks
app = Flask("holder")
app.config["DATA_DIR"] = sys.argv[1]
db.init_app(app, sys.argv[2])
with app.app_context(), locks.try_lock("race") as got:
    print(got, flush=True)
    sys.stdin.read()
"""


def test_a_lock_is_shared_or_outlives_its_killed_holder(context):
    settings = context.extensions["settings"]
    command = [sys.executable, "-c", HOLDER, str(settings.data_dir), settings.database]
    holder = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "True\n"
    with try_lock("race") as got:
        assert got is False
    with try_lock("other") as got:
        assert got is True
    holder.kill()
    holder.communicate()
    with try_lock("race", patience_seconds=5) as got:
        assert got is True
    with try_lock("race") as got:
        assert got is True


def test_a_lock_is_kept_after_its_work_failed(context):
    with pytest.raises(RuntimeError), try_lock("race"):
        raise RuntimeError
    with try_lock("race") as got:
        assert got is True


def test_a_browser_that_asks_twice_at_once_gets_an_error(app, race):
    def write():
        session["said"] = session.get("said", 0) + 1
        return "said"

    def end():
        session.clear()
        return "ended"

    for path, view in (("/write", write), ("/end", end)):
        app.add_url_rule(path, view_func=public(view))
    name = app.config["SESSION_COOKIE_NAME"]
    for turn in range(10):

        def ask(number, turn=turn):
            client = app.test_client()
            client.set_cookie(name, f"{turn}".zfill(40))
            return {client.get("/end" if number == 7 else "/write").status_code for _n in range(3)}

        assert race(ask) == [{200}] * THREADS
