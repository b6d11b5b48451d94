"""Making the first operator, which no page can do."""

from marketplace.accounts import actions, membership, queries, rules
from marketplace.accounts.errors import AlreadyRegistered
from marketplace.accounts.models import Organisation, OrganisationKind, OrganisationStatus, Role
from marketplace.accounts.schemas import NewPerson
from marketplace.kit import audit, clock, db


def create_operator(email: str, name: str, password: str, organisation: str, uscc: str, *, demo: bool = False) -> None:
    """Make a verified person who administers the operating unit; the unit is made if its code is new.

    Raises: AlreadyRegistered when the code is that of another kind of organisation.
    """
    now, code = clock.now(), rules.clean_uscc(uscc)
    with db.transaction():
        org = queries.organisation_by_uscc(code)
        if org is None:
            org = Organisation(
                kind=OrganisationKind.OPERATOR, status=OrganisationStatus.APPROVED, name=organisation, uscc=code,
                uscc_doubtful=not rules.is_uscc_checked(code), demo=demo, created_at=now, updated_at=now,
            )  # fmt: skip
            db.session().add(org)
            db.session().flush()
            audit.record(None, "organisation.found", org, now)
        elif org.kind != OrganisationKind.OPERATOR:
            raise AlreadyRegistered(organisation_id=org.id)
        person = actions.register_person(
            NewPerson(email=email, name=name, password=password), at=now, verified=True, demo=demo
        )
        membership.add_member(org, person, Role.ADMIN, by=None, at=now)
