"""A good write commits once; everything else leaves no trace."""

import pytest
import sqlalchemy as sa
from flask import Response
from sqlalchemy import event
from sqlmodel import select

from marketplace.kit import clock, db, mail
from marketplace.kit.errors import Refusal
from marketplace.kit.mail import OutboxMail


def post(key="k"):
    mail.post("a@test.example", "s", "b", key=key, at=clock.now())


@pytest.fixture
def commits(app):
    counted = []
    event.listen(app.extensions["database"].engine, "commit", counted.append)
    return counted


def test_a_good_write_commits_never_or_twice(app, route, browser, outbox, commits):
    def view():
        post()
        db.session().flush()
        return "ok"

    route("/t", view)
    visitor = browser()
    visitor.refresh()
    commits.clear()
    assert visitor.post("/t").status_code == 200
    assert [m.key for m in outbox()] == ["k"]
    assert len(commits) == 1


@pytest.mark.parametrize("status", [400, 404, 409, 422, 500])
def test_a_refused_write_leaves_something_or_tells_somebody(route, browser, outbox, status):
    told = []

    def view():
        post()
        db.after_commit(told.append, 1)
        return Response("no", status)

    route("/t", view)
    assert browser().post("/t").status_code == status
    assert outbox() == [] and told == []


@pytest.mark.parametrize(("fault", "status"), [(Refusal(), 409), (ZeroDivisionError(), 500)])
def test_a_write_that_breaks_leaves_something_or_tells_somebody(app, route, browser, outbox, fault, status):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    told = []

    def view():
        post()
        db.session().flush()
        db.after_commit(told.append, 1)
        raise fault

    route("/t", view)
    assert browser().post("/t").status_code == status
    assert outbox() == [] and told == []


def test_what_fails_after_the_commit_fails_the_page(route, browser, outbox):
    def view():
        post()
        db.after_commit(int, "no number")
        return "ok"

    route("/t", view)
    assert browser().post("/t").status_code == 200
    assert len(outbox()) == 1


def test_a_get_writes(route, browser, outbox):
    def view():
        post()
        db.session().flush()
        return "ok"

    route("/t", view)
    assert browser().get("/t").status_code == 200
    assert outbox() == []


def test_a_commit_the_database_refuses_looks_like_success(app, route, browser, outbox):
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def view():
        db.session().add_all(
            OutboxMail(key="same", recipient="", subject="", body="", next_try_at=clock.now(), created_at=clock.now())
            for _n in range(2)
        )
        return "ok"

    route("/t", view)
    assert browser().post("/t").status_code == 500
    assert outbox() == []


def test_the_slower_of_two_editors_wins_silently(app, route, browser, outbox):
    with app.app_context(), db.transaction():
        post()

    def view():
        row = db.session().exec(select(OutboxMail)).one()
        db.session().connection().execute(sa.delete(OutboxMail).where(OutboxMail.id == row.id))
        row.subject = "changed"
        return "ok"

    route("/t", view)
    answer = browser().post("/t")
    assert answer.status_code == 409 and "刚刚被他人修改" in answer.text
    assert [m.subject for m in outbox()] == ["s"]
