"""Receipts: the platform's signed word that a sealed quote was here in time, checkable by anybody, offline too."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from marketplace.bidding import queries
from marketplace.bidding.models import SealedQuote
from marketplace.bidding.seal import bidder_tag, iso
from marketplace.kit import clock, signing
from marketplace.kit.errors import NotFound
from marketplace.procurement.models import Procurement, Round

HEADING = "sealed-quote-receipt v1"
LONGEST = 4096
_SIGNATURE = "signature: "
_LINE = re.compile(r"([a-z0-9-]+): (\S.*)")


@dataclass(frozen=True)
class Checked:
    """What checking a receipt found. `stored` is None unless the asker is the one it was given to."""

    genuine: bool
    facts: dict[str, str]
    stored: bool | None = None


def text_of(
    procurement: Procurement, current: Round, *, version: int, sequence: int, hashes: tuple[str, str], arrived: datetime
) -> str:
    """The canonical text: what was here, and when. `hashes` are of the content (salted) and of the envelope."""
    shanghai = clock.local(arrived).isoformat(sep=" ", timespec="microseconds")
    content_hash, envelope_hash = hashes
    lines = [
        HEADING, f"procurement: {procurement.number}", f"round: {current.number}", f"version: {version}",
        f"sequence: {sequence}", f"content-sha256: {content_hash}", f"envelope-sha256: {envelope_hash}",
        f"arrived: {iso(arrived)}", f"arrived-shanghai: {shanghai}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def signed(text: str) -> str:
    """The platform's signature of a receipt."""
    return signing.sign(text.encode())


def as_text(quote: SealedQuote) -> str:
    """The receipt as a file: the signed text and, as its last line, the signature."""
    return f"{quote.receipt}{_SIGNATURE}{quote.signature}\n"


def as_json(quote: SealedQuote) -> str:
    """The receipt for programs; `text` is what was signed, to the byte."""
    facts = facts_of(quote.receipt)
    return json.dumps({"text": quote.receipt, "signature": quote.signature, **facts}, ensure_ascii=False, indent=2)


def facts_of(text: str) -> dict[str, str]:
    """The lines of a receipt by their names; empty when it is none."""
    head, *lines = text.splitlines() or [""]
    found = [_LINE.fullmatch(line) for line in lines]
    return {m[1]: m[2] for m in found if m} if head == HEADING and all(found) else {}


def check(handed: str, supplier_id: int | None) -> Checked:
    """Whether a receipt, as either file, is the platform's; and, for whom it was given to, whether the envelope is kept."""
    text, signature = _taken_apart(handed)
    facts = facts_of(text)
    if not facts or not signing.is_ours(text.encode(), signature):
        return Checked(False, {})
    return Checked(True, facts, _is_stored(facts, supplier_id) if supplier_id else None)


def _taken_apart(handed: str) -> tuple[str, str]:
    handed = handed.replace("\r\n", "\n").strip()[:LONGEST]
    if handed.startswith("{"):
        try:
            told = json.loads(handed)
            return str(told["text"]), str(told["signature"])
        except (ValueError, KeyError, RecursionError):
            return "", ""
    text, found, signature = handed.rpartition(_SIGNATURE)
    return (text, signature.strip()) if found else ("", "")


def _is_stored(facts: dict[str, str], supplier_id: int) -> bool | None:
    procurement = queries.procurement_numbered(facts["procurement"])
    if procurement is None:
        return None
    try:
        quote = queries.own_quote(procurement.id, supplier_id, int(facts["sequence"]))
    except NotFound:
        return None  # given to somebody else: of whom nothing is said
    kept = sha256(quote.envelope).hexdigest()
    mine = quote.bidder_tag == bidder_tag(procurement.id, supplier_id) and quote.receipt.startswith(HEADING)
    return mine and kept == facts["envelope-sha256"]
