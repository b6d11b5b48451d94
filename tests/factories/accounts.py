"""People and organisations for tests; each `make_…` changes only what the test is about."""

from datetime import UTC, datetime
from itertools import count

from marketplace.accounts import keys, passwords, rules
from marketplace.accounts.models import Membership, Organisation, OrganisationKind, OrganisationStatus, Role, User
from marketplace.kit import db
from marketplace.kit.permissions import Actor

PASSWORD = "a-long-test-word-42"
_HASH = passwords.hash_password(PASSWORD)
_numbers = count(1)
LONG_AGO = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def make_uscc(number: int | None = None) -> str:
    """A code with a fitting check digit."""
    number = next(_numbers) if number is None else number
    body = f"91110000MA{number:07d}"
    return next(body + c for c in rules.USCC_ALPHABET if rules.is_uscc_checked(body + c))


def make_user(email: str = "", name: str = "测试员", **more) -> User:
    """A verified person with PASSWORD; call inside a transaction."""
    number = next(_numbers)
    values = {"email_verified_at": LONG_AGO, "created_at": LONG_AGO, "updated_at": LONG_AGO, **more}
    person = User(email=email or f"person{number}@test.example", name=name, password_hash=_HASH, **values)
    db.session().add(person)
    db.session().flush()
    return person


def make_key(person: User) -> bytes:
    """The person's private key; who has none gets it here, or at the first sign-in. Call inside a transaction."""
    return keys.ensure_key(person, PASSWORD, LONG_AGO)


def make_organisation(kind: OrganisationKind = OrganisationKind.SUPPLIER, name: str = "", **more) -> Organisation:
    """An approved organisation; call inside a transaction."""
    number = next(_numbers)
    values = {"status": OrganisationStatus.APPROVED, "province": "江苏省", "city": "徐州市", "uscc": make_uscc(number),
              "created_at": LONG_AGO, "updated_at": LONG_AGO, **more}  # fmt: skip
    org = Organisation(kind=kind, name=name or f"测试单位{number}有限公司", **values)
    db.session().add(org)
    db.session().flush()
    return org


def make_member(org: Organisation, role: Role = Role.ADMIN, **more) -> User:
    """A person with a role in the organisation."""
    person = make_user(**more)
    stamps = {"created_at": LONG_AGO, "updated_at": LONG_AGO}
    db.session().add(Membership(user_id=person.id, organisation_id=org.id, role=role, **stamps))
    db.session().flush()
    return person


def make_actor(org: Organisation, role: Role = Role.ADMIN, user: User | None = None) -> Actor:
    """An actor of the organisation for calling verbs directly."""
    user = user or make_member(org, role)
    approved = org.status == OrganisationStatus.APPROVED
    return Actor(user.id, org.id, org.kind, role, approved, user.name, org.name)


def make_world(*kinds: OrganisationKind) -> list[tuple[Organisation, User]]:
    """Commit one approved organisation with its administrator for each kind; returns the pairs."""
    with db.transaction():
        return [(org, make_member(org)) for org in [make_organisation(kind) for kind in kinds]]
