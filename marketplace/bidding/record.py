"""The opening record (开启记录): what was read out, by whom, with what can be checked against the manifest."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _
from sqlmodel import select

from marketplace.accounts import queries as accounts
from marketplace.bidding.models import ClosingManifest, OpenedQuote, OpenedStatus, SealedQuote
from marketplace.kit import db, signing
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Procurement, Round


@dataclass(frozen=True)
class Unread:
    """A quote that stays shut, and why."""

    status: OpenedStatus
    reason: str


def words_of(status: OpenedStatus) -> Unread:
    """Why a quote of the manifest was not opened, in words for the record."""
    reasons = {
        OpenedStatus.UNOPENABLE: _("开启人的密钥无法打开,且报价方未在补救时限内提供密钥。"),
        OpenedStatus.NOT_RECONFIRMED: _("采购文件变更后未重新确认,按撤回处理,未开启。"),
    }
    return Unread(status, reasons[status])


def write(procurement: Procurement, current: Round, manifest: ClosingManifest) -> None:
    """Put the record into the round, with its hash; called once, when every quote has a status."""
    current.record = {
        "procurement": procurement.number,
        "title": procurement.title,
        "round": current.number,
        "quotes_until": current.quotes_until.isoformat(),
        "opened_at": current.opened_at.isoformat(),
        "manifest_root": manifest.root,
        "officers": _officers(current),
        "quotes": _quotes(current),
    }
    current.record_hash = sha256(canonical(current.record)).hexdigest()


def canonical(value: dict[str, Any]) -> bytes:
    """Canonical JSON: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def signed(current: Round) -> dict[str, Any]:
    """The record with its hash and the platform's signature, as it is published."""
    return {
        "record": current.record,
        "sha256": current.record_hash,
        "signature": signing.sign(canonical(current.record)),
    }


def _officers(current: Round) -> list[dict[str, Any]]:
    officers = procurements.officers_of(current.id)
    return [
        {"name": user.name, "fingerprint": officer.fingerprint, "acted_at": _iso(officer.acted_at)}
        for officer, user in officers
    ]


def _quotes(current: Round) -> list[dict[str, Any]]:
    query = select(OpenedQuote, SealedQuote).join(SealedQuote, SealedQuote.id == OpenedQuote.quote_id)
    rows = list(db.session().exec(query.where(OpenedQuote.round_id == current.id).order_by(OpenedQuote.place)))
    names = accounts.organisations([row.supplier_id for row, _sealed in rows if row.supplier_id])
    return [_quote(row, sealed, names) for row, sealed in rows]


def _quote(row: OpenedQuote, sealed: SealedQuote, names: dict[int, Any]) -> dict[str, Any]:
    said = row.content
    told = {
        "place": row.place,
        "arrived_at": sealed.arrived_at.isoformat(),
        "envelope_sha256": sealed.envelope_hash,
        "content_sha256": sealed.content_hash,
        "status": row.status.value,
        "reason": row.reason,
    }
    if not said:
        return told
    supplier = names.get(row.supplier_id)
    return told | {
        "supplier": supplier.name if supplier else said["supplier_name"],
        "consortium": [party["name"] for party in said["consortium"]],
        "valid_until": said["valid_until"],
        "lots": [
            {
                "lot": lot["lot"],
                "kinds": [part["kind"] for part in lot["parts"]],
                "total_fen": row.totals[str(lot["lot"])],
            }
            for lot in said["lots"]
        ],
    }


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
