"""Verbs of sealed quotes: submitting, replacing, withdrawing, reconfirming, all until the deadline.

Sealing takes longer than storing, so it is done before the write transaction begins: `seal_…` read and seal, `submit` judges
by what is true then and stores.
"""

import secrets
from datetime import datetime
from typing import Any, NamedTuple

from marketplace.accounts import keys
from marketplace.bidding import queries, receipts, rules, seal
from marketplace.bidding.content import QuoteContent
from marketplace.bidding.errors import (
    AlreadyClosed,
    NotAskedAnyMore,
    NotComplete,
    NothingToSubmit,
    NotRegistered,
    RequestChanged,
    SupplierNotApproved,
    TooLate,
)
from marketplace.bidding.models import SealedQuote, SealedStatus
from marketplace.bidding.queries import Asked, Gate
from marketplace.kit import clock, db
from marketplace.kit.audit import AuditEntry
from marketplace.kit.boxes import Reader
from marketplace.kit.envelopes import Sealed
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.procurement.models import ProcurementStatus


class Ready(NamedTuple):
    """An envelope to be submitted, and the version of the request it answers."""

    procurement_id: int
    submission_key: str
    version: int
    sealed: Sealed


def seal_content(content: QuoteContent, submission_key: str, asked: Asked, *, by: Actor) -> Ready:
    """Seal a quote for the round as it stands now. Raises: NotComplete when it does not fit what is asked."""
    if rules.misfit(content, asked.procurement.arrangements, asked.lots):
        raise NotComplete()
    head, officers = _outside(asked, submission_key, by)
    own = keys.readers_of_organisation(by.organisation_id)
    sealed = seal.seal_quote(content, head, officers=officers, quorum=asked.round.quorum, own=own)
    return Ready(asked.procurement.id, submission_key, content.version, sealed)


def accept_sealed(data: bytes, submission_key: str, asked: Asked, *, by: Actor) -> Ready:
    """Take an envelope sealed elsewhere. Raises: NotSealed, with what is wrong, unless it is for exactly this round."""
    head, officers = _outside(asked, submission_key, by)
    sealed = seal.accept(data, head, officers, asked.round.quorum)
    return Ready(asked.procurement.id, submission_key, asked.procurement.version, sealed)


def seal_again(private: bytes, submission_key: str, asked: Asked, *, by: Actor) -> Ready:
    """Seal the standing quote's unchanged content for the version there is now.

    Raises: NothingToSubmit; NotForYourKey; NotComplete when what is asked has changed so that it no longer fits.
    """
    standing = queries.own_standing(asked.round, seal.bidder_tag(asked.procurement.id, by.organisation_id))
    if standing is None:
        raise NothingToSubmit()
    content = QuoteContent.model_validate(seal.read_own(standing.envelope, private))
    now = {"version": asked.procurement.version, "user_id": by.user_id, "user_name": by.name}
    return seal_content(content.model_copy(update=now), submission_key, asked, by=by)


def submit(ready: Ready, *, by: Actor, arrived: datetime, at: datetime) -> SealedQuote:
    """Store a sealed quote in place of the bidder's earlier one; the same submission again is the same quote.

    `arrived` is when the last byte was here. Raises: TooLate, AlreadyClosed, NotAskedAnyMore, NotRegistered,
    SupplierNotApproved; RequestChanged when the request is another one than the envelope was sealed for.
    """
    gate = queries.gate(ready.procurement_id, by.organisation_id)
    tag = seal.bidder_tag(ready.procurement_id, by.organisation_id)
    sent = queries.own_submissions(gate.procurement.id, tag)
    now = {row.submission_key: row for row in sent if row.round_id == gate.round.id}
    if ready.submission_key in now:
        return db.session().get_one(SealedQuote, now[ready.submission_key].id)
    _check(gate, by, arrived)
    _check_version(gate, ready.version)
    for row in now.values():
        if row.status == SealedStatus.SUBMITTED:
            move(db.session().get_one(SealedQuote, row.id, populate_existing=True), SealedStatus.REPLACED, at)
            db.session().flush()  # before the new one, for only one may stand
    sequence = max((row.sequence for row in sent), default=0) + 1
    quote = _stored(ready, gate, tag, sequence, arrived, at)
    db.session().add(quote)
    _note("sealed.submit", at)
    db.session().flush()
    return quote


def withdraw(procurement_id: int, *, by: Actor, arrived: datetime, at: datetime) -> SealedQuote:
    """Take the standing quote back; the draft stays. Raises: as `submit`; NothingToSubmit when none stands."""
    gate = queries.gate(procurement_id, by.organisation_id)
    _check(gate, by, arrived)
    standing = queries.own_standing(gate.round, seal.bidder_tag(procurement_id, by.organisation_id))
    if standing is None:
        raise NothingToSubmit()
    standing.withdrawn_at = at
    move(standing, SealedStatus.WITHDRAWN, at)
    _note("sealed.withdraw", at)
    db.session().flush()
    return standing


def to_the_millisecond(moment: datetime) -> str:
    """A moment in Shanghai as refusals name it."""
    return clock.local(moment).isoformat(sep=" ", timespec="milliseconds")[:-6]


def _outside(asked: Asked, submission_key: str, by: Actor) -> tuple[dict[str, Any], list[Reader]]:
    tag = seal.bidder_tag(asked.procurement.id, by.organisation_id)
    return seal.head_of(asked.procurement, asked.round, tag, submission_key), queries.officer_keys(asked.round.id)


def _check(gate: Gate, by: Actor, arrived: datetime) -> None:
    running = (ProcurementStatus.PUBLISHED, ProcurementStatus.EVALUATING)
    if gate.procurement.status not in running or gate.procurement.owner_id == by.organisation_id:
        raise NotAskedAnyMore()
    if arrived >= gate.round.quotes_until:
        raise TooLate(arrived=to_the_millisecond(arrived), deadline=to_the_millisecond(gate.round.quotes_until))
    if gate.closed:
        raise AlreadyClosed()
    if not gate.registered or not _admitted(gate, by):
        raise NotRegistered()
    if not gate.approved:
        raise SupplierNotApproved()


def _admitted(gate: Gate, by: Actor) -> bool:
    return gate.round.number == 1 or by.organisation_id in gate.round.admitted


def _check_version(gate: Gate, version: int) -> None:
    """The times and officers in the envelope's head change with the version only, or for the bidder's good."""
    if version != gate.procurement.version:
        since = queries.changes_since(gate.procurement.id, version)
        changes = [str(change["what"]) for row in since for change in row.changes]
        raise RequestChanged(version=gate.procurement.version, changes=changes)


def _stored(ready: Ready, gate: Gate, tag: str, sequence: int, arrived: datetime, at: datetime) -> SealedQuote:
    hashes = (ready.sealed.payload_hash, ready.sealed.digest)
    receipt = receipts.text_of(
        gate.procurement, gate.round, version=ready.version, sequence=sequence, hashes=hashes, arrived=arrived
    )
    return SealedQuote(
        id=secrets.token_hex(16), round_id=gate.round.id, bidder_tag=tag, sequence=sequence,
        submission_key=ready.submission_key, version=ready.version, envelope=ready.sealed.data,
        envelope_hash=ready.sealed.digest, content_hash=ready.sealed.payload_hash, receipt=receipt,
        signature=receipts.signed(receipt), arrived_at=arrived, updated_at=at,
    )  # fmt: skip


def _note(action: str, at: datetime) -> None:
    """On record that something was done; before the opening not even the record says by whom, or to which procurement."""
    db.session().add(AuditEntry(at=at, action=action, object_type=SealedQuote.__tablename__))
