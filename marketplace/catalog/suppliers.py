"""Suppliers named in a file that an operator takes over: found by code or name, or made."""

from datetime import datetime
from hashlib import sha256

from sqlmodel import select

from marketplace.accounts import queries as people
from marketplace.accounts.models import Organisation, OrganisationKind, OrganisationStatus
from marketplace.accounts.rules import USCC_ALPHABET, clean_uscc, is_uscc_checked, is_uscc_shaped
from marketplace.kit import audit, db
from marketplace.kit.permissions import Actor

LISTERS = (OrganisationKind.SUPPLIER, OrganisationKind.INSTITUTION)


class Registry:
    """Remembers the suppliers of one import; `made` counts new ones, `bases` says where those say they belong."""

    def __init__(self, *, demo: bool, by: Actor | None, at: datetime) -> None:
        self.made, self.bases = 0, {}
        self._demo, self._by, self._at = demo, by, at
        self._known: dict[str, Organisation] = {}

    def supplier(self, told: dict[str, str]) -> Organisation | None:
        """The organisation meant; made, approved by the operator, when unknown. None when no name is told."""
        name = told.get("name", "")[:120]
        if len(name) < 2:
            return None
        if name not in self._known:
            self._known[name] = self._find(told, name) or self._make(told, name)
        return self._known[name]

    def _find(self, told: dict[str, str], name: str) -> Organisation | None:
        code = clean_uscc(told.get("uscc", ""))
        found = people.organisation_by_uscc(code) if code else None
        if found is None:
            query = select(Organisation).where(Organisation.name == name, Organisation.kind.in_(LISTERS))
            found = db.session().exec(query.order_by(Organisation.id)).first()
        return found if found is not None and found.kind in LISTERS else None

    def _make(self, told: dict[str, str], name: str) -> Organisation:
        code = clean_uscc(told.get("uscc", ""))
        if not is_uscc_shaped(code) or people.organisation_by_uscc(code):
            code = placeholder_uscc(name)
        org = Organisation(
            kind=OrganisationKind.SUPPLIER, status=OrganisationStatus.APPROVED, name=name, uscc=code,
            uscc_doubtful=not is_uscc_checked(code), province=told.get("province", "")[:30],
            city=told.get("city", "")[:40], demo=self._demo, created_at=self._at, updated_at=self._at,
        )  # fmt: skip
        db.session().add(org)
        db.session().flush()
        audit.record(self._by, "organisation.import", org, self._at)
        self.made += 1
        if told.get("base"):
            self.bases[org.id] = told["base"]
        return org


def placeholder_uscc(name: str) -> str:
    """A code for a supplier whose own is not known: the same for the same name, and never one that a real unit can bear,
    because its department digits are unused and its check digit does not fit."""
    turn = 0
    while True:
        number, body = int.from_bytes(sha256(f"{name}|{turn}".encode()).digest()), "YY"
        for _digit in range(15):
            number, place = divmod(number, len(USCC_ALPHABET))
            body += USCC_ALPHABET[place]
        code = next(body + last for last in USCC_ALPHABET if not is_uscc_checked(body + last))
        if people.organisation_by_uscc(code) is None:
            return code
        turn += 1
