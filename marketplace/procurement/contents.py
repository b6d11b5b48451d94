"""What a procurement asks for as plain data: read from the rows, edited section by section, written back.

A draft is edited in its rows. Of a published procurement the same data waits as an amendment until it is told to everybody.
"""

import json
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict

from marketplace.kit import db
from marketplace.kit.permissions import Actor
from marketplace.procurement import queries
from marketplace.procurement.models import (
    Lot,
    OpeningOfficer,
    Procurement,
    ProcurementAmendment,
    ProcurementFile,
    ProcurementStatus,
    Visibility,
)

HEAD = (
    "title", "text", "category", "field_code", "province", "city", "place", "wanted_on", "incident_id", "incident_reason",
    "visibility", "arrangements", "period_months", "budget_fen", "budget_public", "criteria", "payment_terms",
    "acceptance_terms", "questions_until",
)  # fmt: skip
TIMES = ("quotes_until", "opens_at")
PARTS: dict[str, tuple[str, ...]] = {
    "head": (*HEAD[: HEAD.index("arrangements")], "budget_fen", "budget_public"),
    "terms": ("arrangements", "period_months", "payment_terms", "acceptance_terms"),
    "criteria": ("criteria",),
    "times": (*TIMES, "questions_until"),
}
"""What each section of the editor saves."""


class _Plain(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LotContent(_Plain):
    """A lot; its number is its place, from 1."""

    title: str
    items: list[dict[str, Any]] = []
    budget_fen: int | None = None


class FileContent(_Plain):
    """A document by the id of its stored file."""

    file_id: int
    title: str


class OfficerContent(_Plain):
    """An appointed officer; the key is copied (hex) with the confirmation."""

    user_id: int
    appointed_by: int
    appointed_at: datetime
    fingerprint: str | None = None
    public_key: str | None = None
    confirmed_at: datetime | None = None


class Content(_Plain):
    """Everything a buyer may edit."""

    title: str
    text: str = ""
    category: str = ""
    field_code: str = ""
    province: str = ""
    city: str = ""
    place: str = ""
    wanted_on: date | None = None
    incident_id: int | None = None
    incident_reason: str = ""
    visibility: Visibility = Visibility.INVITED
    arrangements: list[str] = []
    period_months: int = 1
    budget_fen: int | None = None
    budget_public: bool = True
    criteria: list[dict[str, Any]] = []
    payment_terms: str = ""
    acceptance_terms: str = ""
    questions_until: datetime | None = None
    quotes_until: datetime
    opens_at: datetime
    lots: list[LotContent] = []
    files: list[FileContent] = []
    officers: list[OfficerContent] = []


def of(procurement: Procurement) -> Content:
    """What stands in the rows now."""
    current = queries.current_round(procurement.id)
    return Content(
        **{name: getattr(procurement, name) for name in HEAD},
        **{name: getattr(current, name) for name in TIMES},
        lots=[
            LotContent(title=r.title, items=r.items, budget_fen=r.budget_fen) for r in queries.lots_of(procurement.id)
        ],
        files=[FileContent(file_id=row.file_id, title=row.title) for row, _file in queries.files_of(procurement.id)],
        officers=[_officer(row) for row, _user in queries.officers_of(current.id)],
    )


def digest(content: Content, part: str) -> str:
    """A mark of what a section, or "lot-2", says: whoever saves it over another state than the one shown is told."""
    if part.startswith("lot-"):
        place = int(part[4:]) - 1
        told: Any = content.lots[place].model_dump(mode="json") if 0 <= place < len(content.lots) else None
    else:
        told = content.model_dump(mode="json", include=set(PARTS[part]))
    return sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def being_edited(procurement: Procurement) -> Content:
    """What the buyer works on: the amendment being written if there is one, else what stands."""
    waiting = queries.amendment_of(procurement.id) if procurement.status != ProcurementStatus.DRAFT else None
    return Content.model_validate(waiting.content) if waiting else of(procurement)


def keep(procurement: Procurement, content: Content, *, by: Actor, at: datetime) -> None:
    """Put an edited content where it belongs: into a draft's rows, or into the amendment of a published procurement."""
    if procurement.status == ProcurementStatus.DRAFT:
        write(procurement, content, by=by, at=at)
        return
    row = queries.amendment_of(procurement.id, lock=True)
    if row is None:
        row = ProcurementAmendment(
            procurement_id=procurement.id, version=procurement.version, user_id=by.user_id, updated_at=at
        )
        db.session().add(row)
    row.content, row.user_id, row.updated_at = content.model_dump(mode="json"), by.user_id, at
    db.session().flush()


def write(procurement: Procurement, content: Content, *, by: Actor, at: datetime) -> None:
    """Write every part into its rows; flushes."""
    current = queries.current_round(procurement.id, lock=True)
    for name in HEAD:
        if getattr(procurement, name) != (value := getattr(content, name)):
            setattr(procurement, name, value)
    procurement.updated_at = at
    for name in TIMES:
        if getattr(current, name) != (value := getattr(content, name)):
            setattr(current, name, value)
    _write_lots(procurement, content, at)
    _write_files(procurement, content)
    _write_officers(current.id, content)
    db.session().flush()


def _write_lots(procurement: Procurement, content: Content, at: datetime) -> None:
    rows = queries.lots_of(procurement.id)
    for number, told in enumerate(content.lots, 1):
        if number > len(rows):
            row = Lot(procurement_id=procurement.id, number=number, title=told.title, updated_at=at)
            db.session().add(row)
        else:
            row = rows[number - 1]
        if (row.title, row.items, row.budget_fen) != (told.title, told.items, told.budget_fen):
            row.title, row.items, row.budget_fen, row.updated_at = told.title, told.items, told.budget_fen, at
    for row in rows[len(content.lots) :]:
        db.session().delete(row)


def _write_files(procurement: Procurement, content: Content) -> None:
    wanted = {one.file_id: one.title for one in content.files}
    known = {row.file_id: row for row, _file in queries.files_of(procurement.id)}
    for file_id, row in known.items():
        if file_id not in wanted:
            db.session().delete(row)
    for file_id, title in wanted.items():
        if file_id not in known:
            db.session().add(ProcurementFile(procurement_id=procurement.id, file_id=file_id, title=title))


def _write_officers(round_id: int, content: Content) -> None:
    wanted = {one.user_id: one for one in content.officers}
    known = {row.user_id: row for row, _user in queries.officers_of(round_id)}
    for user_id, row in known.items():
        if user_id not in wanted:
            db.session().delete(row)
    db.session().flush()  # a fingerprint stands once in a round
    for user_id, told in wanted.items():
        values = officer_values(told)
        row = known.get(user_id)
        if row is None:
            db.session().add(OpeningOfficer(round_id=round_id, user_id=user_id, **values))
            continue
        for name, value in values.items():
            if getattr(row, name) != value:
                setattr(row, name, value)


def officer_values(told: OfficerContent) -> dict[str, Any]:
    """The columns of an officer's row but for whose it is."""
    return {
        "appointed_by": told.appointed_by,
        "appointed_at": told.appointed_at,
        "fingerprint": told.fingerprint,
        "public_key": bytes.fromhex(told.public_key) if told.public_key else None,
        "confirmed_at": told.confirmed_at,
    }


def _officer(row: OpeningOfficer) -> OfficerContent:
    names = ("user_id", "appointed_by", "appointed_at", "fingerprint", "confirmed_at")
    values = {name: getattr(row, name) for name in names}
    return OfficerContent(**values, public_key=row.public_key.hex() if row.public_key else None)
