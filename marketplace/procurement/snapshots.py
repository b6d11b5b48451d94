"""What suppliers read of a procurement, as one JSON value: kept by every version."""

from typing import Any

from marketplace.accounts import queries as accounts
from marketplace.kit import db
from marketplace.kit.files import StoredFile
from marketplace.needs.models import Incident, Need
from marketplace.procedures import queries as procedures
from marketplace.procurement import contents, queries
from marketplace.procurement.contents import Content, OfficerContent
from marketplace.procurement.models import Procurement

PLAIN = (
    "title", "text", "category", "field_code", "province", "city", "place", "wanted_on", "incident_reason", "visibility", "arrangements",
    "period_months", "criteria", "payment_terms", "acceptance_terms", "questions_until", "quotes_until", "opens_at",
)  # fmt: skip


def content_of(procurement: Procurement) -> dict[str, Any]:
    """Everything a supplier reads now: `PLAIN` (days and times as ISO texts), "number", "procedure", "need", "incident",
    "budget_fen" where it is public, "quorum", "lots", "files", and the "officers" who confirmed."""
    return reader_view(procurement, contents.of(procurement))


def reader_view(procurement: Procurement, content: Content) -> dict[str, Any]:
    """The same of a content that is not in force yet."""
    plain = content.model_dump(mode="json")
    shown = content.budget_public
    return {
        **{name: plain[name] for name in PLAIN},
        "number": procurement.number,
        "procedure": _procedure(procurement),
        "need": _need(procurement),
        "incident": _incident(content.incident_id),
        "budget_public": shown,
        "budget_fen": content.budget_fen if shown else None,
        "quorum": queries.current_round(procurement.id).quorum,
        "lots": [
            {"number": n, "title": lot.title, "budget_fen": lot.budget_fen if shown else None, "items": lot.items}
            for n, lot in enumerate(content.lots, 1)
        ],
        "files": [_file(one.file_id, one.title) for one in content.files],
        "officers": [_officer(one) for one in content.officers if one.confirmed_at is not None],
    }


def _procedure(procurement: Procurement) -> dict[str, Any]:
    row = procedures.procedure(procurement.procedure_id)
    return {"code": row.code, "name": row.name, "version": row.version}


def _need(procurement: Procurement) -> dict[str, Any] | None:
    need = db.session().get(Need, procurement.need_id) if procurement.need_id else None
    return {"number": need.number, "version": procurement.need_version} if need else None


def _incident(incident_id: int | None) -> str:
    found = db.session().get(Incident, incident_id) if incident_id else None
    return found.name if found else ""


def _file(file_id: int, title: str) -> dict[str, Any]:
    file = db.session().get(StoredFile, file_id)
    told = {
        "token": file.token,
        "name": file.name,
        "size": file.size,
        "media_type": file.media_type,
        "sha256": file.sha256,
    }
    return {"title": title, **told}


def _officer(one: OfficerContent) -> dict[str, Any]:
    person = accounts.user(one.user_id)
    memberships = accounts.memberships_of(person.id)
    organisation = memberships[0][1].name if memberships else ""
    return {"name": person.name, "organisation": organisation, "fingerprint": one.fingerprint}
