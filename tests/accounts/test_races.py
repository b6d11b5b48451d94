"""Two at once, on both databases."""

import threading

import pyotp
import pytest
from sqlmodel import select

from marketplace.accounts import actions, keys, membership, passwords, queries
from marketplace.accounts.models import MailedToken, Membership, Role, TokenPurpose, User
from marketplace.kit import db
from marketplace.kit.errors import Refusal
from tests.conftest import NOON
from tests.factories.accounts import PASSWORD, make_actor, make_key, make_member, make_organisation

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request):
    return request.param


def at_once(app, deed, count=2):
    """What each of `count` simultaneous deeds gave: its result, or the refusal's code."""
    ready, results = threading.Barrier(count), [None] * count

    def run(number):
        ready.wait()
        try:
            with app.app_context(), db.transaction():
                results[number] = deed(number)
        except Refusal as refused:
            results[number] = refused.code
        except Exception as fault:
            results[number] = fault

    running = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    [thread.start() for thread in running]
    [thread.join() for thread in running]
    return results


@pytest.mark.parametrize("act", ["leave", "demote each other"])
def test_the_last_two_administrators_go_at_once(app, act):
    for _round in range(8):
        with app.app_context(), db.transaction():
            org = make_organisation()
            people = [make_member(org), make_member(org)]
            by = make_actor(org, user=people[0])
            ids = [membership_of(org, person) for person in people]

        def go(number, ids=ids, by=by):
            row = queries.membership(ids[number])
            if act == "leave":
                membership.remove_member(row, by=by, at=NOON)
            else:
                membership.change_role(row, Role.VIEWER, by=by, at=NOON)
            return "gone"

        assert sorted(at_once(app, go)) == ["gone", "last-administrator"]


def membership_of(org, person):
    wanted = (Membership.organisation_id == org.id, Membership.user_id == person.id)
    return db.session().exec(select(Membership.id).where(*wanted)).one()


def test_one_code_opens_two_sessions(app):
    for _round in range(5):
        with app.app_context(), db.transaction():
            person = make_member(make_organisation(), totp_secret=SECRET)
        code = pyotp.TOTP(SECRET).at(NOON)
        results = at_once(app, lambda _n, p=person, c=code: actions.is_right_code(queries.user(p.id), c, at=NOON), 4)
        assert sorted(results) == [False, False, False, True]


def test_one_reset_link_sets_two_passwords(app):
    with app.app_context(), db.transaction():
        person = make_member(make_organisation())
        token = actions.make_token(TokenPurpose.RESET_PASSWORD, person, at=NOON)
    results = at_once(app, lambda n: actions.reset_password(token, f"the-{n}th-of-new-words", at=NOON).id, 4)
    assert sorted(map(str, results)) == [str(person.id)] + ["dead-link"] * 3
    with app.app_context(), db.reading() as session:
        assert session.exec(select(MailedToken)).one().used_at == NOON


def test_one_address_makes_two_accounts(app):
    from marketplace.accounts.schemas import NewPerson

    new = NewPerson(email="one@test.example", name="王磊", password="a-long-test-word-42")
    results = at_once(app, lambda _n: actions.register_person(new, at=NOON).email, 4)
    assert sorted(results) == ["email-taken"] * 3 + ["one@test.example"]
    with app.app_context(), db.reading() as session:
        assert len(session.exec(select(User)).all()) == 1


def test_two_first_sign_ins_make_two_keys(app):
    for _round in range(5):
        with app.app_context(), db.transaction():
            person = make_member(make_organisation())
        opened = at_once(app, lambda _n, p=person: keys.ensure_key(queries.user(p.id), PASSWORD, NOON), 4)
        assert len(set(opened)) == 1 and isinstance(opened[0], bytes), opened


def test_two_changes_of_a_password_lock_the_key_under_another_than_is_asked_for(app):
    for _round in range(5):
        with app.app_context(), db.transaction():
            person = make_member(make_organisation())
            private = make_key(person)

        def change(n, person=person):
            actions.change_password(queries.user(person.id), f"the-{n}th-of-new-words", at=NOON, old_password=PASSWORD)
            return "done"

        assert sorted(at_once(app, change, 3)) == ["done", "wrong-password", "wrong-password"]
        with app.app_context(), db.reading():
            person = queries.user(person.id)
            [right] = [
                w for w in (f"the-{n}th-of-new-words" for n in range(3)) if passwords.is_right(w, person.password_hash)
            ]
            assert keys.unlock(person, right) == private
