"""Verbs on procedures: take over shipped files, draft a version, put it in use, retire it."""

import tomllib
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from marketplace.kit import audit, db
from marketplace.kit.errors import Stale
from marketplace.kit.moves import NoSuchMove, move
from marketplace.kit.permissions import Actor
from marketplace.procedures import queries, rules
from marketplace.procedures.errors import BadProcedureFile, CodeTaken, StillNeeded, WarningsUnread
from marketplace.procedures.models import Procedure, ProcedureStatus
from marketplace.procedures.schemas import ProcedureDefinition

SHIPPED = ("market_inquiry", "formal_rfq", "negotiation", "consultation", "framework_calloff", "emergency_call")


def import_shipped(folder: Path, *, at: datetime) -> list[str]:
    """Take over the shipped files that are new or changed; returns their codes.

    A changed file becomes the next version. It is put in use at once where the version in use was shipped too; where
    people wrote it, or nothing is in use, it waits as a draft. While people have a draft open, the file waits.
    Raises: BadProcedureFile.
    """
    return [code for code in SHIPPED if _import_file(folder / f"{code}.toml", code, at)]


def _import_file(path: Path, code: str, at: datetime) -> bool:
    content = path.read_bytes()
    digest = sha256(content).hexdigest()
    versions = queries.versions(code)
    last = next((row for row in versions if row.source_hash), None)
    if (last and last.source_hash == digest) or any(row.status == ProcedureStatus.DRAFT for row in versions):
        return False
    told, definition = _read(path, content, code)
    row = _version(code, told["name"], told.get("name_en", ""), definition, at=at, number=_next(versions))
    row.source_hash = digest
    if not db.add_once(row):
        return False  # another process was first
    audit.record(None, "procedure.import", row, at, code=code, version=row.version)
    before = next((other for other in versions if other.status == ProcedureStatus.IN_USE), None)
    if not versions or (before and before.by_id is None):
        _replace(before, row, at)
    return True


def _read(path: Path, content: bytes, code: str) -> tuple[dict[str, Any], ProcedureDefinition]:
    try:
        told = tomllib.loads(content.decode())
        if told["code"] != code:
            raise ValueError(told["code"])
        return told, ProcedureDefinition.of(told["definition"])
    except (ValueError, KeyError, ValidationError) as fault:
        raise BadProcedureFile(file=path.name, fault=str(fault)) from fault


def draft(
    code: str, name: str, name_en: str, definition: ProcedureDefinition, why: str, *, by: Actor, at: datetime,
    seen: str = "",
) -> Procedure:  # fmt: skip
    """Write the draft of a procedure's next version, or the one people already work on; flushes.

    `seen` is the stamp of the newest version when the writer began. Raises: Stale when it has changed since.
    """
    versions = queries.versions(code)
    if seen and (not versions or rules.stamp(versions[0]) != seen):
        raise Stale()
    row = versions[0] if versions and versions[0].status == ProcedureStatus.DRAFT else None
    if row is None:
        row = _version(code, name, name_en, definition, at=at, number=_next(versions))
        db.session().add(row)
    row.name, row.name_en, row.definition, row.why = name, name_en, definition.plain(), why
    row.by_id, row.updated_at = by.user_id, at
    db.flush_or(Stale)
    audit.record(by, "procedure.draft", row, at, code=code, version=row.version, why=why)
    return row


def begin(
    code: str, name: str, name_en: str, definition: ProcedureDefinition, why: str, *, by: Actor, at: datetime
) -> Procedure:
    """Write the first draft of a procedure that is not there yet. Raises: CodeTaken."""
    if queries.versions(code):
        raise CodeTaken()
    row = _version(code, name, name_en, definition, at=at, number=1)
    row.why, row.by_id = why, by.user_id
    db.session().add(row)
    db.flush_or(CodeTaken)
    audit.record(by, "procedure.draft", row, at, code=code, version=1, why=why)
    return row


def put_in_use(row: Procedure, *, by: Actor, at: datetime, warnings_read: bool = False) -> None:
    """Draft → in use; the version in use until now retires, and what runs under it goes on under it.

    Raises: NoSuchMove; WarningsUnread when the definition has faults nobody says to have read.
    """
    found = rules.faults(queries.definition(row))
    if found and not warnings_read:
        raise WarningsUnread()
    _replace(queries.newest(row.code), row, at)
    audit.record(by, "procedure.use", row, at, code=row.code, version=row.version, warnings=found)


def discard(row: Procedure, *, by: Actor, at: datetime) -> None:
    """Draft → retired: it never comes into use. Raises: NoSuchMove."""
    if row.status != ProcedureStatus.DRAFT:
        raise NoSuchMove()
    move(row, ProcedureStatus.RETIRED, at)
    audit.record(by, "procedure.discard", row, at, code=row.code, version=row.version)


def retire(row: Procedure, why: str, *, by: Actor, at: datetime) -> None:
    """In use → retired: nobody begins with it any more; what runs goes on. Raises: NoSuchMove, StillNeeded."""
    if row.status != ProcedureStatus.IN_USE:
        raise NoSuchMove()
    if not rules.may_retire(row):
        raise StillNeeded()
    move(row, ProcedureStatus.RETIRED, at)
    audit.record(by, "procedure.retire", row, at, code=row.code, version=row.version, why=why)


def _replace(before: Procedure | None, row: Procedure, at: datetime) -> None:
    if before is not None:
        move(before, ProcedureStatus.RETIRED, at)
        db.session().flush()  # one version in use at a time: the old one leaves first
    move(row, ProcedureStatus.IN_USE, at)
    db.flush_or(Stale)


def _version(
    code: str, name: str, name_en: str, definition: ProcedureDefinition, *, at: datetime, number: int
) -> Procedure:
    return Procedure(
        code=code,
        version=number,
        name=name,
        name_en=name_en,
        definition=definition.plain(),
        created_at=at,
        updated_at=at,
    )


def _next(versions: list[Procedure]) -> int:
    return versions[0].version + 1 if versions else 1
