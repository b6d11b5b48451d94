"""Who may open what: every address of the real platform, asked as every kind of person."""

import re

import pytest
from werkzeug.routing import IntegerConverter

from marketplace.accounts.models import OrganisationKind as Kind
from marketplace.accounts.models import Role
from marketplace.kit import db, permissions
from marketplace.kit.errors import Forbidden, NotFound
from marketplace.kit.permissions import Actor, Policy, SignInFirst, allow, can, check
from tests.factories.accounts import make_member, make_organisation

JSON = {"Accept": "application/json"}


def addresses(app, method):
    """Every (guard, address) of the platform that answers the method; ids that exist nowhere stand for rows."""
    for rule in app.url_map.iter_rules():
        if method in rule.methods:
            values = {name: _absent(rule._converters[name]) for name in rule.arguments}
            yield app.view_functions[rule.endpoint].guard, rule.build(values)[1]


def _absent(converter):
    if isinstance(converter, IntegerConverter):
        return min(987_654, converter.max or 987_654)
    return "no-such"


def test_an_address_says_neither_whom_it_is_for_nor_that_it_is_public(app):
    silent = [r.endpoint for r in app.url_map.iter_rules() if not hasattr(app.view_functions[r.endpoint], "guard")]
    assert silent == []


def test_an_address_asks_for_a_permission_nobody_declared(app):
    guards = {view.guard for view in app.view_functions.values()} - {""}
    assert guards and guards <= set(permissions._policies)


def test_a_page_that_was_forgotten_is_open(app, browser):
    app.add_url_rule("/forgotten", view_func=lambda: "secret", endpoint="forgotten")
    assert browser().get("/forgotten").status_code == 403


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_stranger_is_let_in_or_left_standing(app, browser, method):
    visitor, asked = browser(), 0
    visitor.refresh()
    for guard, address in addresses(app, method):
        if not guard:
            continue
        asked += 1
        data = {"csrf_token": visitor.token} if method == "POST" else None
        page = visitor.client.open(address, method=method, data=data)
        assert page.status_code == 303, address
        assert page.location.startswith("/sign-in?next="), address
        program = visitor.client.open(address, method=method, data=data, headers=JSON)
        assert program.status_code == 401 and program.json["title"] == "sign-in-first", address
    assert asked > 10


@pytest.fixture
def people(context):
    """One signed-in actor of every kind and role."""
    with db.transaction():
        orgs = {kind: make_organisation(kind) for kind in Kind}
        return [(make_member(org, role, demo=True), kind, role) for kind, org in orgs.items() for role in Role]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_role_opens_what_it_should_not(make_app, browser, people, kind):
    app, refused = browser().client.application, 0
    app.config["DEMO"] = True  # lets demo operators off one-time codes
    for person, of, role in people:
        if of != kind:
            continue
        visitor, actor = browser(person), Actor(person.id, 1, kind, role, True)
        visitor.refresh()
        for method in ("GET", "POST"):
            for guard, address in addresses(app, method):
                if guard and not permissions._policies[guard].who(actor):
                    data = {"csrf_token": visitor.token} if method == "POST" else None
                    answer = visitor.client.open(address, method=method, data=data)
                    assert answer.status_code == 403, (role, method, address)
                    refused += 1
    assert refused > 20


def test_a_role_that_may_sees_another_answer_than_not_found_for_what_is_not_there(app, browser, people):
    app.config["DEMO"] = True
    seen = 0
    for person, kind, role in people:
        if role != Role.ADMIN:
            continue
        visitor, actor = browser(person), Actor(person.id, 1, kind, role, True)
        for guard, address in addresses(app, "GET"):
            if guard and re.search("987654|no-such", address) and permissions._policies[guard].who(actor):
                assert visitor.get(address).status_code == 404, (kind, address)
                seen += 1
    assert seen > 5


def test_a_refusal_depends_on_the_row_before_the_role(monkeypatch):
    monkeypatch.setattr(permissions, "_policies", dict(permissions._policies))
    may = allow("test.edit", lambda actor: actor.role == "admin", lambda actor, row: row == actor.organisation_id)
    admin, member = Actor(1, 5, role="admin"), Actor(2, 5, role="member")
    check(may, 5, admin)
    check(may, None, admin)
    assert can(may, 5, admin) and not can(may, 6, admin) and not can(may, 5, member)
    for row in (5, 6, None):
        with pytest.raises(Forbidden):
            check(may, row, member)
    with pytest.raises(NotFound):
        check(may, 6, admin)
    with pytest.raises(Forbidden):
        check("test.unknown", None, admin)
    assert not can("test.unknown", None, admin)


def test_nobody_may_something(app):
    with app.test_request_context("/"):
        assert not can("self")
        with pytest.raises(SignInFirst):
            check("self")


def test_a_policy_can_be_changed_while_it_is_in_force():
    with pytest.raises(AttributeError):
        Policy(lambda actor: True).who = None
