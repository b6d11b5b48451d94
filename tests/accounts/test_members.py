"""Members: invited, given roles, removed."""

import re
from datetime import timedelta

import pytest

from marketplace.accounts import membership
from marketplace.accounts.models import Membership, Notice, Role, User
from marketplace.kit import clock, db
from marketplace.kit.mail import OutboxMail
from tests.conftest import NOON
from tests.factories.accounts import PASSWORD, make_member, make_organisation, make_user


@pytest.fixture
def org(app):
    with app.app_context(), db.transaction():
        return make_organisation()


@pytest.fixture
def people(app, org):
    """The organisation's administrator, clerk and watcher."""
    with app.app_context(), db.transaction():
        return [make_member(org, role) for role in (Role.ADMIN, Role.MEMBER, Role.VIEWER)]


@pytest.fixture
def member_url(find, org):
    return lambda person: f"/organisation/members/{find(Membership, user_id=person.id, organisation_id=org.id).id}"


def invite(browser, keeper, email="guest@test.example", role="member"):
    return browser(keeper).post("/organisation/members/invite", email=email, role=role)


def test_a_newcomer_cannot_come_in_by_invitation(browser, people, org, link, find, role_of):
    assert invite(browser, people[0]).status_code == 303
    visitor = browser()
    assert org.name in visitor.get(link("invitation")).text
    faulty = visitor.post(link("invitation"), name="客", password="password123")
    assert faulty.status_code == 422 and find(User, email="guest@test.example") is None
    assert visitor.post(link("invitation"), name="客", password=PASSWORD, email="other@test.example").status_code == 303
    person = find(User, email="guest@test.example")
    assert role_of(person, org) == Role.MEMBER and person.email_verified_at is not None
    assert org.name in visitor.get("/organisation").text


def test_an_invitation_works_twice_or_for_ever(browser, people, link):
    with clock.set_clock(NOON):
        invite(browser, people[0])
    with clock.set_clock(NOON + timedelta(days=7, seconds=1)):
        assert browser().get(link("invitation")).status_code == 410
        assert browser().post(link("invitation"), name="客", password=PASSWORD).status_code == 410
    with clock.set_clock(NOON + timedelta(days=7)):
        assert browser().post(link("invitation"), name="客", password=PASSWORD).status_code == 303
        assert browser().post(link("invitation"), name="客", password=PASSWORD).status_code == 410


def test_somebody_known_needs_a_second_account_or_another_takes_the_place(app, browser, people, org, link, role_of):
    with app.app_context(), db.transaction():
        guest, other = make_user(email="guest@test.example"), make_user()
    invite(browser, people[0], role="admin")
    url = link("invitation")
    assert "请先登录" in browser().get(url).text
    for visitor in (browser(), browser(other)):
        assert visitor.post(url, name="客", password=PASSWORD).status_code == 422
    assert role_of(other, org) is None
    assert browser(guest).post(url).status_code == 303
    assert role_of(guest, org) == Role.ADMIN


def test_a_member_joins_again_by_invitation(browser, people, org, link, role_of):
    invite(browser, people[0], email=people[2].email, role="admin")
    assert browser(people[2]).post(link("invitation")).status_code == 409
    assert role_of(people[2], org) == Role.VIEWER


def test_a_verb_lets_somebody_in_with_anothers_invitation(app, browser, people, link):
    from marketplace.accounts.errors import DeadLink

    invite(browser, people[0])
    with app.app_context(), pytest.raises(DeadLink), db.transaction():
        membership.accept_invitation(link("invitation").rsplit("/", 1)[1], make_user(), at=clock.now())


@pytest.mark.parametrize(
    ("email", "role"), [("x", "member"), ("a@test.example\nBcc: b@c.cn", "member"), ("a@test.example", "owner")]
)
def test_a_faulty_invitation_is_mailed(browser, people, rows, email, role):
    assert invite(browser, people[0], email, role).status_code == 422
    assert rows(OutboxMail) == []


def test_others_than_administrators_invite_or_change_roles(browser, people, member_url, role_of, org):
    keeper, clerk, watcher = people
    for person in (clerk, watcher):
        assert invite(browser, person).status_code == 403
        assert browser(person).post(member_url(person), role="admin").status_code == 403
        assert browser(person).post(member_url(keeper), act="remove").status_code == 403
    assert [role_of(p, org) for p in people] == [Role.ADMIN, Role.MEMBER, Role.VIEWER]


def test_anothers_member_looks_different_from_none(app, browser, people, member_url):
    with app.app_context(), db.transaction():
        foreign_org = make_organisation()
        foreign, foreign_clerk = make_member(foreign_org), make_member(foreign_org, Role.MEMBER)
    for person, status in ((foreign, 404), (foreign_clerk, 403)):
        visitor, bodies = browser(person), set()
        for url in (member_url(people[1]), "/organisation/members/987654"):
            for form in ({"role": "admin"}, {"act": "remove"}):
                answer = visitor.post(url, **form)
                assert answer.status_code == status, url
                bodies.add(re.sub(r'nonce[-=]"?[\w-]+|inlineScriptNonce": "[\w-]+|/members/\d+', "", answer.text))
        assert len(bodies) == 1


def test_a_role_cannot_be_given_or_a_member_removed(browser, people, org, member_url, role_of):
    keeper, clerk, watcher = people
    visitor = browser(keeper)
    assert visitor.post(member_url(clerk), role="admin").status_code == 303
    assert visitor.post(member_url(watcher), act="remove").status_code == 303
    assert visitor.post(member_url(clerk), role="owner").status_code == 303
    assert [role_of(p, org) for p in people] == [Role.ADMIN, Role.ADMIN, None]


def test_somebody_cannot_leave(browser, people, org, member_url, role_of):
    watcher = people[2]
    assert browser(watcher).post(member_url(watcher), act="remove").location == "/desk"
    assert role_of(watcher, org) is None


def test_the_last_administrator_leaves_or_is_demoted(browser, people, org, member_url, role_of):
    keeper, clerk, _watcher = people
    visitor = browser(keeper)
    for form in ({"role": "member"}, {"role": "viewer"}, {"act": "remove"}):
        answer = visitor.post(member_url(keeper), **form)
        assert answer.status_code == 409 and "最后一位管理员" in answer.text
    assert role_of(keeper, org) == Role.ADMIN
    visitor.post(member_url(clerk), role="admin")
    assert visitor.post(member_url(keeper), role="member").status_code == 303
    assert visitor.post(member_url(clerk), role="member").status_code == 403


def test_the_same_event_is_told_twice(context, rows):
    from marketplace.accounts.actions import tell

    with db.transaction():
        person = make_user()
        for _n in range(2):
            tell([person, person], "主题", "正文", "/desk", key="event", at=NOON, by_mail=False)
        tell([person], "主题", "正文", "/desk", key="other", at=NOON)
    with db.transaction():
        tell([person], "主题", "正文", "/desk", key="event", at=NOON)
    assert [n.key for n in rows(Notice)] == ["event", "other"]
    assert [m.body for m in rows(OutboxMail)] == ["正文\n\nhttp://127.0.0.1:8000/desk"]
