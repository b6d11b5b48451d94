"""What the accounts' tests share: fresh looks into the database and at the links people were mailed."""

import re

import pytest
from sqlmodel import select

from marketplace.accounts.models import Membership, Organisation, User
from marketplace.kit import db
from marketplace.kit.mail import OutboxMail


@pytest.fixture
def find(app):
    """`find(Table, column=value)` is the one such row, read anew; None when there is none."""

    def look(table, **wanted):
        with app.app_context(), db.reading() as session:
            query = select(table).where(*(getattr(table, name) == value for name, value in wanted.items()))
            return session.exec(query).one_or_none()

    return look


@pytest.fixture
def rows(app):
    """`rows(Table)` are all rows, read anew."""

    def look(table):
        with app.app_context(), db.reading() as session:
            return list(session.exec(select(table).order_by(table.id)))

    return look


@pytest.fixture
def link(rows):
    """`link("reset")` is the newest link of this kind that was mailed."""

    def newest(kind):
        found = [m for mail in rows(OutboxMail) for m in re.findall(rf"http://127.0.0.1:8000(/{kind}/\S+)", mail.body)]
        return found[-1]

    return newest


@pytest.fixture
def role_of(find):
    """`role_of(person, org)`: as what the person belongs; None when not at all."""

    def look(person: User, org: Organisation):
        row = find(Membership, user_id=person.id, organisation_id=org.id)
        return row and row.role

    return look
