"""What the kit's tests share: pages made for one test, and a look at the outbox."""

import pytest
from sqlmodel import select

from marketplace.kit import db
from marketplace.kit.mail import OutboxMail
from marketplace.kit.permissions import public


@pytest.fixture
def route(app):
    """`route("/path", view)` gives this test's platform a public page."""

    def add(path, view, methods=("GET", "POST")):
        app.add_url_rule(path, endpoint=path.strip("/"), view_func=public(view), methods=list(methods))

    return add


@pytest.fixture
def outbox(app):
    """`outbox()` reads all mails with fresh eyes."""

    def read():
        with app.app_context(), db.reading() as session:
            return list(session.exec(select(OutboxMail).order_by(OutboxMail.id)))

    return read
