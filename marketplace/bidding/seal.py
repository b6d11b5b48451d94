"""The one door of the seal: nothing else seals, reads or opens an envelope."""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from flask import current_app
from pydantic import ValidationError

from marketplace.bidding import rules
from marketplace.bidding.content import QuoteContent
from marketplace.bidding.errors import NotForYourKey, NotSealed, QuoteTooLong
from marketplace.bidding.models import OpenedStatus, SealedQuote
from marketplace.kit import db, envelopes
from marketplace.kit.boxes import Reader, public_of, reader_of
from marketplace.kit.envelopes import Sealed
from marketplace.kit.i18n import told as _
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Procurement, Round

PURPOSE, DRAFT = "quote", "draft"
_WRITTEN_BY_SEALING = {"payload_commit", "key_commit", "size"}


@dataclass(frozen=True)
class Read:
    """What an envelope turned out to hold: content that may count, or why it cannot."""

    status: OpenedStatus
    reason: str
    content: QuoteContent | None


def bidder_tag(procurement_id: int, organisation_id: int) -> str:
    """What stands in a sealed row in place of the supplier; without the platform's secret it names nobody."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, f"bidder|{procurement_id}|{organisation_id}".encode(), sha256).hexdigest()


def new_key() -> str:
    """The name of a submission to come: a form carries it, so that sending it twice is one quote."""
    return secrets.token_urlsafe(16)


def fingerprint_of(private: bytes) -> str:
    """The fingerprint of the key this private one belongs to."""
    return reader_of(public_of(private)).fingerprint


def head_of(procurement: Procurement, current: Round, tag: str, submission_key: str) -> dict[str, Any]:
    """What an envelope for this round says on its outside, bound to what is inside."""
    return {
        "purpose": PURPOSE,
        "procurement": procurement.number,
        "round": current.number,
        "version": procurement.version,
        "quotes_until": iso(current.quotes_until),
        "opens_at": iso(current.opens_at),
        "bidder_tag": tag,
        "submission_key": submission_key,
    }


def seal_draft(content: Mapping[str, Any], tag: str, own: Sequence[Reader]) -> Sealed:
    """Seal what is being written to the writer's own people only. Raises: QuoteTooLong."""
    return _sealed(envelopes.canonical(content), {"purpose": DRAFT, "bidder_tag": tag}, [], 0, own)


def seal_quote(
    content: QuoteContent, head: Mapping[str, Any], *, officers: Sequence[Reader], quorum: int, own: Sequence[Reader]
) -> Sealed:
    """Seal a quote to the quorum of the officers, and to each of its own people. Raises: QuoteTooLong."""
    return _sealed(content.model_dump_json().encode(), head, officers, quorum, own)


def accept(data: bytes, head: Mapping[str, Any], officers: Sequence[Reader], quorum: int) -> Sealed:
    """An envelope sealed elsewhere, if it is one for exactly this round; its key stays unknown here, so `key` is empty.

    Raises: NotSealed, with what is wrong.
    """
    try:
        envelope = envelopes.parse(data)
    except envelopes.Malformed as malformed:
        raise NotSealed(reason=malformed.reason) from malformed
    wanted = {**head, "officers": [officer.fingerprint for officer in officers], "quorum": quorum}
    said = {name: value for name, value in envelope.head.items() if name not in _WRITTEN_BY_SEALING}
    for name in sorted(wanted.keys() | said.keys()):
        if name not in said or name not in wanted or said[name] != wanted[name]:
            raise NotSealed(reason="head", field=name)
    return Sealed(data, envelope.digest, b"", envelope.head["payload_commit"])


def read_own(data: bytes, private: bytes) -> dict[str, Any]:
    """What one's own people wrote. Raises: NotForYourKey when it was sealed before this person's key was there."""
    try:
        envelope = envelopes.parse(data)
        return json.loads(envelopes.open_with_key(envelope, envelopes.own_key(envelope, private)))
    except (envelopes.CannotOpen, envelopes.Malformed, ValueError) as shut:
        raise NotForYourKey() from shut


def shares_for(quotes: Sequence[SealedQuote], private: bytes) -> dict[str, bytes]:
    """The officer's share of each quote's key; quotes that hold none for this key are left out."""
    found = {}
    for quote in quotes:
        try:
            found[quote.id] = envelopes.share_of(envelopes.parse(quote.envelope), private)
        except (envelopes.CannotOpen, envelopes.Malformed):
            continue
    return found


def open_quote(quote: SealedQuote, shares: Sequence[bytes]) -> Read | None:
    """What the officers' shares open and whether it may count; None when they do not open it."""
    try:
        envelope = envelopes.parse(quote.envelope)
        return _judged(quote, envelope.head, envelopes.open_with_shares(envelope, shares).payload)
    except (envelopes.CannotOpen, envelopes.Malformed):
        return None


def open_with_own(quote: SealedQuote, private: bytes) -> Read | None:
    """What the bidder's own key opens and whether it may count; None when it does not open it."""
    try:
        envelope = envelopes.parse(quote.envelope)
        payload = envelopes.open_with_key(envelope, envelopes.own_key(envelope, private))
    except (envelopes.CannotOpen, envelopes.Malformed):
        return None
    return _judged(quote, envelope.head, payload)


def seal_attachment(content: bytes) -> tuple[str, bytes]:
    """An attachment under a key of its own: the key (base64, to stand inside the quote) and the sealed bytes."""
    key = secrets.token_bytes(32)
    return base64.b64encode(key).decode(), envelopes.seal_file(key, 0, content)


def open_attachment(key: str, data: bytes) -> bytes | None:
    """The attachment; None when the key is not its key, or the bytes are damaged."""
    try:
        return envelopes.open_file(base64.b64decode(key), 0, data)
    except (envelopes.CannotOpen, ValueError):
        return None


def iso(moment: datetime) -> str:
    """A moment as envelopes and receipts write it: UTC with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _sealed(
    payload: bytes, head: Mapping[str, Any], officers: Sequence[Reader], quorum: int, own: Sequence[Reader]
) -> Sealed:
    try:
        return envelopes.seal(payload, dict(head), officers=officers, quorum=quorum, own=own)
    except envelopes.Malformed as too_large:
        raise QuoteTooLong() from too_large


def _judged(quote: SealedQuote, head: Mapping[str, Any], payload: bytes) -> Read:
    """Nobody could look before: an envelope sealed elsewhere may hold anything."""
    try:
        content = QuoteContent.model_validate_json(payload)
    except ValidationError:
        return Read(OpenedStatus.INVALID, _("内容不符合报价格式。"), None)
    current = db.session().get(Round, quote.round_id)
    procurement = db.session().get(Procurement, current.procurement_id)
    if bidder_tag(procurement.id, content.supplier_id) != quote.bidder_tag or head["bidder_tag"] != quote.bidder_tag:
        return Read(OpenedStatus.INVALID, _("内容中的供应商与提交者不一致。"), None)
    about = (procurement.number, current.number, quote.version)
    if (content.procurement, content.round, content.version) != about:
        return Read(OpenedStatus.INVALID, _("内容所答复的采购项目、轮次或版本不符。"), None)
    if fault := rules.misfit(content, procurement.arrangements, procurements.lots_of(procurement.id)):
        return Read(OpenedStatus.INVALID, fault, None)
    return Read(OpenedStatus.OPENED, "", content)
