"""Organisations: registered, reviewed, joined."""

import pytest

from marketplace.accounts import founding, membership
from marketplace.accounts.errors import AlreadyRegistered, ReasonMissing
from marketplace.accounts.models import JoinRequest, Notice, Organisation, Review, Role, User
from marketplace.accounts.models import OrganisationKind as Kind
from marketplace.accounts.models import OrganisationStatus as Status
from marketplace.kit import db
from marketplace.kit.audit import AuditEntry
from marketplace.kit.mail import OutboxMail
from marketplace.kit.moves import NoSuchMove
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_member, make_organisation, make_uscc, make_user

USCC, DOUBTFUL = "91350100M000100Y43", "91350100M0001TGQXM"
NEW = {"kind": "supplier", "name": "福州试水装备有限公司", "uscc": USCC, "province": "福建省"}


@pytest.fixture
def newcomer(app, browser):
    with app.app_context(), db.transaction():
        person = make_user()
    visitor = browser(person)
    visitor.person = person
    return visitor


@pytest.fixture
def operator(app):
    with app.app_context(), db.transaction():
        return make_member(make_organisation(Kind.OPERATOR), demo=True)


@pytest.fixture
def reviewer(app, browser, operator):
    app.config["DEMO"] = True
    return browser(operator)


def test_a_new_organisation_is_approved_at_once_or_nobody_hears_of_it(newcomer, find, rows, role_of, operator):
    answer = newcomer.post("/organisation/new", **NEW)
    assert answer.location == "/desk"
    org = find(Organisation, uscc=USCC)
    assert (org.status, org.uscc_doubtful, org.kind) == (Status.IN_REVIEW, False, Kind.SUPPLIER)
    assert role_of(newcomer.person, org) == Role.ADMIN
    assert [n.user_id for n in rows(Notice)] == [operator.id]
    assert NEW["name"] in newcomer.get("/organisation").text
    assert ("organisation.register", org.id) in [(e.action, e.object_id) for e in rows(AuditEntry)]


def test_a_lawful_code_with_an_odd_check_digit_is_refused_or_passes_unseen(newcomer, find):
    assert newcomer.post("/organisation/new", **{**NEW, "uscc": DOUBTFUL}).status_code == 303
    assert find(Organisation, uscc=DOUBTFUL).uscc_doubtful is True
    assert "校验位不符" in newcomer.get("/organisation").text


@pytest.mark.parametrize(
    ("field", "value"),
    [("uscc", "123"), ("uscc", ""), ("uscc", "I1350100M000100Y43"), ("kind", "bank"), ("name", "短"), ("province", ""),
     ("website", "javascript:alert(1)")],
)  # fmt: skip
def test_a_faulty_registration_is_taken(newcomer, rows, field, value):
    answer = newcomer.post("/organisation/new", **{**NEW, field: value})
    assert answer.status_code == 422 and f'id="e-{field}"' in answer.text
    assert rows(Organisation) == []


def test_somebody_registers_as_the_operator_or_as_approved(newcomer, find, rows):
    assert newcomer.post("/organisation/new", **{**NEW, "kind": "operator"}).status_code == 422
    assert rows(Organisation) == []
    newcomer.post("/organisation/new", **NEW, status="approved", demo="1", uscc_doubtful="0")
    org = find(Organisation, uscc=USCC)
    assert (org.status, org.demo) == (Status.IN_REVIEW, False)


def test_a_code_in_use_makes_a_second_organisation_or_a_dead_end(app, browser, newcomer, rows, role_of):
    with app.app_context(), db.transaction():
        org = make_organisation(uscc=USCC)
        keeper, clerk = make_member(org), make_member(org, Role.MEMBER)
    answer = newcomer.post("/organisation/new", **{**NEW, "uscc": " 91350100m000100y43"})
    assert answer.status_code == 422 and "申请加入" in answer.text and f'value="{org.id}"' in answer.text
    assert len(rows(Organisation)) == 1
    assert newcomer.post("/organisation/join", organisation_id=str(org.id), note="我是销售部王磊").status_code == 303
    assert [n.user_id for n in rows(Notice)] == [keeper.id]
    again = newcomer.post("/organisation/join", organisation_id=str(org.id))
    assert again.status_code == 409 and role_of(newcomer.person, org) is None
    [request] = rows(JoinRequest)
    assert "我是销售部王磊" in browser(keeper).get("/organisation/members").text
    assert browser(clerk).post(f"/organisation/join/{request.id}", act="accept").status_code == 403
    assert browser(keeper).post(f"/organisation/join/{request.id}", act="accept", role="viewer").status_code == 303
    assert role_of(newcomer.person, org) == Role.VIEWER
    assert browser(keeper).post(f"/organisation/join/{request.id}", act="decline").status_code == 409
    assert [n.subject for n in rows(Notice) if n.user_id == newcomer.person.id] == [f"您已加入 {org.name}"]


def test_somebody_declined_belongs_or_may_not_ask_again(app, browser, newcomer, rows, role_of):
    with app.app_context(), db.transaction():
        org, other = make_organisation(), make_organisation()
        keeper, foreign = make_member(org), make_member(other)
    newcomer.post("/organisation/join", organisation_id=str(org.id))
    [request] = rows(JoinRequest)
    others = browser(foreign).post(f"/organisation/join/{request.id}", act="accept")
    absent = browser(foreign).post("/organisation/join/987654", act="accept")
    assert others.status_code == absent.status_code == 404
    browser(keeper).post(f"/organisation/join/{request.id}", act="decline")
    assert role_of(newcomer.person, org) is None
    assert "未通过" in [n.subject for n in rows(Notice) if n.user_id == newcomer.person.id][0]
    assert newcomer.post("/organisation/join", organisation_id=str(org.id)).status_code == 303


@pytest.mark.parametrize("odd", ["", "x", "987654", "9" * 30])
def test_asking_to_join_nothing_breaks_the_page(newcomer, odd):
    assert newcomer.post("/organisation/join", organisation_id=odd).status_code == 404


@pytest.fixture
def waiting(app):
    """An organisation in review, with one who may work and one who only watches."""
    with app.app_context(), db.transaction():
        org = make_organisation(status=Status.IN_REVIEW)
        make_member(org, Role.VIEWER)
        return org, make_member(org)


@pytest.mark.parametrize(
    ("decision", "subject"),
    [(Status.APPROVED, "单位审核已通过"), (Status.RETURNED, "单位资料需要修改"), (Status.REJECTED, "单位审核未通过")],
)
def test_a_decision_changes_nothing_or_is_told_twice_or_to_nobody(reviewer, waiting, find, rows, decision, subject):
    org, keeper = waiting
    url = f"/operations/organisations/{org.id}"
    assert reviewer.post(url, decision=decision, reason="证照与名称不符").status_code == 303
    assert find(Organisation, id=org.id).status == decision
    assert reviewer.post(url, decision=decision, reason="再来一次").status_code == 409
    assert [(n.user_id, n.subject, n.body) for n in rows(Notice)] == [(keeper.id, subject, "证照与名称不符")]
    assert [m.recipient for m in rows(OutboxMail)] == [keeper.email]
    assert [(r.decision, r.reason) for r in rows(Review)] == [(decision, "证照与名称不符")]
    assert [e.detail["reason"] for e in rows(AuditEntry) if e.action == f"organisation.{decision}"] == [
        "证照与名称不符"
    ]


@pytest.mark.parametrize(
    ("was", "decision"),
    [(Status.IN_REVIEW, Status.RETURNED), (Status.IN_REVIEW, Status.REJECTED), (Status.APPROVED, Status.SUSPENDED),
     (Status.SUSPENDED, Status.APPROVED)],
)  # fmt: skip
@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001])
def test_a_decision_is_made_without_a_usable_reason(app, reviewer, find, rows, was, decision, reason):
    with app.app_context(), db.transaction():
        org = make_organisation(status=was)
    answer = reviewer.post(f"/operations/organisations/{org.id}", decision=decision, reason=reason)
    assert answer.status_code == 422 and 'id="e-reason"' in answer.text
    assert find(Organisation, id=org.id).status == was and rows(Review) == []


def test_a_first_approval_needs_a_reason_or_takes_an_endless_one(reviewer, waiting, find):
    org, _keeper = waiting
    url = f"/operations/organisations/{org.id}"
    assert reviewer.post(url, decision="approved", reason="x" * 1001).status_code == 422
    assert reviewer.post(url, decision="approved").status_code == 303
    assert find(Organisation, id=org.id).status == Status.APPROVED


@pytest.mark.parametrize(
    ("was", "decision", "status"),
    [("approved", "in_review", 409), ("rejected", "approved", 409), ("approved", "rejected", 409), ("in_review", "nonsense", 404),
     ("in_review", "", 404), ("returned", "approved", 409)],
)  # fmt: skip
def test_an_organisation_takes_a_step_its_life_does_not_know(app, reviewer, find, was, decision, status):
    with app.app_context(), db.transaction():
        org = make_organisation(status=was)
    answer = reviewer.post(f"/operations/organisations/{org.id}", decision=decision, reason="理由")
    assert answer.status_code == status and find(Organisation, id=org.id).status == was


def test_a_verb_decides_without_a_reason(app, waiting):
    with app.app_context(), db.transaction():
        org = db.session().merge(waiting[0])
        by = make_actor(make_organisation(Kind.OPERATOR))
        with pytest.raises(ReasonMissing):
            membership.review(org, Status.REJECTED, "", by=by, at=NOON)
        with pytest.raises(NoSuchMove):
            membership.review(org, Status.SUSPENDED, "理由", by=by, at=NOON)


def test_a_returned_organisation_stays_returned_after_its_correction(app, browser, find, rows, operator):
    with app.app_context(), db.transaction():
        org = make_organisation(status=Status.RETURNED)
        keeper = make_member(org)
    visitor = browser(keeper)
    faulty = visitor.post("/organisation/edit", name="短", province="江苏省")
    assert faulty.status_code == 422 and find(Organisation, id=org.id).status == Status.RETURNED
    assert (
        visitor.post(
            "/organisation/edit", name="改正之后有限公司", province="江苏省", uscc=USCC, kind="operator"
        ).status_code
        == 303
    )
    after = find(Organisation, id=org.id)
    assert (after.status, after.name, after.uscc, after.kind) == (
        Status.IN_REVIEW,
        "改正之后有限公司",
        org.uscc,
        org.kind,
    )
    assert [n.user_id for n in rows(Notice)] == [operator.id]
    changed = [e.detail["changed"] for e in rows(AuditEntry) if e.action == "organisation.edit"]
    assert (
        changed[0]["name"] == [org.name, "改正之后有限公司"] and "city" in changed[0] and "province" not in changed[0]
    )


def test_the_queue_of_reviews_hides_somebody_or_cannot_be_searched(app, reviewer, waiting):
    org, _keeper = waiting
    with app.app_context(), db.transaction():
        done = make_organisation(name="已经通过有限公司")
    page = reviewer.get("/operations/organisations").text
    assert org.name in page and done.name not in page
    assert done.name in reviewer.get(f"/operations/organisations?status=approved&q={done.uscc.lower()}").text
    assert done.name not in reviewer.get("/operations/organisations?status=&q=%25").text
    assert done.name in reviewer.get("/operations/organisations?status=&kind=supplier").text
    assert done.name not in reviewer.get("/operations/organisations?status=&kind=buyer").text


def test_the_first_operator_cannot_be_made_or_a_supplier_becomes_one(context, find, role_of):
    with db.transaction():
        supplier = make_organisation()
    founding.create_operator("first@test.example", "运营", "a-long-test-word-42", "平台运营中心", f" {USCC.lower()} ")
    org, person = find(Organisation, uscc=USCC), find(User, email="first@test.example")
    assert (org.kind, org.status, role_of(person, org)) == (Kind.OPERATOR, Status.APPROVED, Role.ADMIN)
    assert person.email_verified_at is not None
    founding.create_operator("second@test.example", "运营", "a-long-test-word-42", "平台运营中心", USCC)
    assert role_of(find(User, email="second@test.example"), org) == Role.ADMIN
    with pytest.raises(AlreadyRegistered):
        founding.create_operator("third@test.example", "运营", "a-long-test-word-42", "x", supplier.uscc)
    assert find(User, email="third@test.example") is None


def test_the_database_lets_two_organisations_share_a_code(context):
    from sqlalchemy.exc import IntegrityError

    code = make_uscc()
    with pytest.raises(IntegrityError), db.transaction():
        make_organisation(uscc=code)
        make_organisation(uscc=code)
