"""A contract's text kept word for word, and who accepted it."""

from datetime import datetime

from marketplace.contracts import rules
from marketplace.contracts.models import Contract, ContractVersion, PartyRole, Signature
from marketplace.contracts.snapshots import content_of
from marketplace.kit import db
from marketplace.kit.permissions import Actor


def keep_version(row: Contract, why: str, at: datetime) -> ContractVersion:
    """Keep the text as it stands now; flushes, so that the text is whole."""
    db.session().flush()
    number = row.version + 1
    content = {**content_of(row), "version": number}
    version = ContractVersion(
        contract_id=row.id, number=number, content=content, hash=rules.canonical_hash(content), why=why, at=at
    )
    row.version = number
    db.session().add(version)
    db.session().flush()
    return version


def sign(row: Contract, version: ContractVersion, by: Actor, at: datetime, *, with_password: bool) -> Signature:
    """One side accepts a version; flush with a refusal for the twin that signs at this very moment."""
    signature = Signature(
        contract_id=row.id, version=version.number, organisation_id=by.organisation_id,
        role=PartyRole.BUYER if by.organisation_id == row.owner_id else PartyRole.SUPPLIER, user_id=by.user_id,
        name=by.name, hash=version.hash, with_password=with_password, at=at,
    )  # fmt: skip
    db.session().add(signature)
    return signature
