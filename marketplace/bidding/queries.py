"""Reads of quotes: a supplier's own by its tag, and the one door to opened content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import current_app
from sqlmodel import col, select

from marketplace.accounts.models import Organisation, OrganisationStatus
from marketplace.bidding.errors import NotRegistered, QuotesStillSealed
from marketplace.bidding.models import (
    ClosingManifest,
    OpenedQuote,
    QuoteDraft,
    QuoteReading,
    SealedFile,
    SealedQuote,
    SealedStatus,
)
from marketplace.bidding.seal import bidder_tag
from marketplace.kit import clock, db
from marketplace.kit.boxes import Reader
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Lot, OpeningOfficer, Participant, Procurement, ProcurementVersion, Round


class Gate(NamedTuple):
    """All a submission is judged by, read under the locks it needs."""

    procurement: Procurement
    round: Round
    registered: bool
    approved: bool
    closed: bool


@dataclass
class Asked:
    """What a quote answers: a procurement, its newest round and its lots."""

    procurement: Procurement
    round: Round
    lots: list[Lot]

    @cached_property
    def consortium(self) -> bool:
        """Whether several may quote together."""
        return procurements.definition_of(self.procurement).allows_consortium


class Submitting(NamedTuple):
    """All that sealing a draft needs, read at once: the last minute before a deadline has no time for more."""

    asked: Asked
    supplier: Organisation
    draft: QuoteDraft | None
    known: int | None


class OwnTender(NamedTuple):
    """A procurement the organisation takes part in, with its newest round and its own rows there."""

    procurement: Procurement
    round: Round
    draft: QuoteDraft | None
    quotes: list[SealedQuote]


def readable_quotes(round_id: int, *, by: Actor | None, what: str) -> list[OpenedQuote]:
    """The quotes of an opened round in the manifest's order: THE ONE DOOR to opened content.

    Notes who reads on which page or export (`what`), also when a page fails after; `by` is None for the platform itself,
    which is not noted. Raises: QuotesStillSealed before the round is opened.
    """
    current = db.session().get(Round, round_id)
    if current is None or current.opened_at is None:
        raise QuotesStillSealed()
    if by is not None:
        _note_reading(round_id, by, what, clock.now())
    return opened_in(round_id)


def opened_in(round_id: int) -> list[OpenedQuote]:
    """The rows of an opening in the manifest's order, for the rooms' own deeds; pages come through `readable_quotes`."""
    query = select(OpenedQuote).where(OpenedQuote.round_id == round_id).order_by(OpenedQuote.place)
    return list(db.session().exec(query))


def readings_of(round_ids: Sequence[int]) -> list[QuoteReading]:
    """Who read the opened quotes of these rounds, in order."""
    query = select(QuoteReading).where(QuoteReading.round_id.in_(list(round_ids))).order_by(QuoteReading.id)
    return list(db.session().exec(query))


def asked(procurement: Procurement) -> Asked:
    """What is asked now."""
    return Asked(procurement, procurements.current_round(procurement.id), procurements.lots_of(procurement.id))


def submitting(procurement_id: int, supplier_id: int, submission_key: str) -> Submitting:
    """What a submission of a registered supplier starts from; `known` is the sequence this key was submitted as, if it was.

    Raises: NotRegistered, also for a procurement there is not.
    """
    tag = bidder_tag(procurement_id, supplier_id)
    mine = (SealedQuote.bidder_tag == tag, SealedQuote.submission_key == submission_key)
    query = (
        select(Procurement, Round, Organisation, QuoteDraft, SealedQuote.sequence)
        .join(Round, Round.procurement_id == Procurement.id)
        .join(Participant, Participant.procurement_id == Procurement.id)
        .join(Organisation, Organisation.id == Participant.supplier_id)
        .join(QuoteDraft, sa.and_(QuoteDraft.round_id == Round.id, QuoteDraft.bidder_tag == tag), isouter=True)
        .join(SealedQuote, sa.and_(SealedQuote.round_id == Round.id, *mine), isouter=True)
        .where(Procurement.id == procurement_id, Participant.supplier_id == supplier_id)
        .order_by(col(Round.number).desc())
        .limit(1)
    )
    found = db.session().exec(query).first()
    if found is None:
        raise NotRegistered()
    procurement, current, supplier, draft, known = found
    return Submitting(Asked(procurement, current, procurements.lots_of(procurement_id)), supplier, draft, known)


def gate(procurement_id: int, supplier_id: int) -> Gate:
    """What a submission of this supplier is judged by, the round and the supplier's own registration locked.

    The round is shared, so that only its close waits; the registration is not, so that a supplier's clicks come one after
    the other. Raises: NotFound.
    """
    mine = (Participant.procurement_id == procurement_id, Participant.supplier_id == supplier_id)
    registered = db.session().exec(select(Participant.id).where(*mine).with_for_update()).first()
    current = procurements.current_round(procurement_id, share=True)
    closed = sa.exists().where(ClosingManifest.round_id == current.id)
    query = (  # asked once the lock is held: what was committed while we waited for it counts
        select(Procurement, Organisation.status, closed)
        .join(Organisation, Organisation.id == supplier_id)
        .where(Procurement.id == procurement_id)
        .execution_options(populate_existing=True)
    )
    procurement, status, is_closed = db.session().exec(query).one()
    approved = status == OrganisationStatus.APPROVED
    return Gate(procurement, current, registered is not None, approved, bool(is_closed))


def officer_keys(round_id: int) -> list[Reader]:
    """The confirmed officers' keys, in the order of their appointment."""
    wanted = (OpeningOfficer.round_id == round_id, col(OpeningOfficer.confirmed_at).is_not(None))
    query = select(OpeningOfficer.fingerprint, OpeningOfficer.public_key).where(*wanted).order_by(OpeningOfficer.id)
    return [Reader(fingerprint, public) for fingerprint, public in db.session().exec(query)]


def procurement_numbered(number: str) -> Procurement | None:
    """The procurement a receipt names."""
    return db.session().exec(select(Procurement).where(Procurement.number == number)).first()


def own_quotes(procurement_id: int, supplier_id: int) -> list[SealedQuote]:
    """A supplier's own submissions over all rounds, in their sequence."""
    query = select(SealedQuote).where(*_own(SealedQuote, procurement_id, supplier_id))
    return list(db.session().exec(query.order_by(SealedQuote.sequence)))


def own_quote(procurement_id: int, supplier_id: int, sequence: int) -> SealedQuote:
    """One of a supplier's own submissions. Raises: NotFound."""
    wanted = _own(SealedQuote, procurement_id, supplier_id)
    found = db.session().exec(select(SealedQuote).where(*wanted, SealedQuote.sequence == sequence)).first()
    if found is None:
        raise NotFound()
    return found


def own_standing(current: Round, tag: str) -> SealedQuote | None:
    """The bidder's quote of a round that counts as things stand."""
    wanted = (SealedQuote.round_id == current.id, SealedQuote.bidder_tag == tag)
    return db.session().exec(select(SealedQuote).where(*wanted, SealedQuote.status == SealedStatus.SUBMITTED)).first()


def own_with_key(current: Round, tag: str, submission_key: str) -> SealedQuote | None:
    """What a form was submitted as, if it was."""
    wanted = (SealedQuote.round_id == current.id, SealedQuote.bidder_tag == tag)
    return db.session().exec(select(SealedQuote).where(*wanted, SealedQuote.submission_key == submission_key)).first()


def own_submissions(procurement_id: int, tag: str) -> Sequence[Any]:
    """A bidder's submissions in all rounds, without their envelopes: id, round_id, sequence, submission_key, status."""
    columns = (
        SealedQuote.id,
        SealedQuote.round_id,
        SealedQuote.sequence,
        SealedQuote.submission_key,
        SealedQuote.status,
    )
    rounds = select(Round.id).where(Round.procurement_id == procurement_id)
    query = sa.select(*columns).where(SealedQuote.round_id.in_(rounds), SealedQuote.bidder_tag == tag)
    return db.session().execute(query).all()


def own_draft(current: Round, tag: str, *, lock: bool = False) -> QuoteDraft | None:
    """What the bidder is writing for a round."""
    query = select(QuoteDraft).where(QuoteDraft.round_id == current.id, QuoteDraft.bidder_tag == tag)
    return db.session().exec(query.with_for_update() if lock else query).first()


def own_file(procurement_id: int, supplier_id: int, file_id: str) -> SealedFile:
    """One of a supplier's own sealed attachments. Raises: NotFound."""
    query = select(SealedFile).where(*_own(SealedFile, procurement_id, supplier_id), SealedFile.id == file_id)
    found = db.session().exec(query).first()
    if found is None:
        raise NotFound()
    return found


def sealed_bytes(round_id: int, file_id: str) -> bytes:
    """The sealed bytes of an attachment a quote of this round names, perhaps from its bidder's quote of an earlier round.

    They open with the key that stands in the quote, and with nothing else. Raises: NotFound.
    """
    current = db.session().get(Round, round_id)
    rounds = select(Round.id).where(Round.procurement_id == current.procurement_id)
    row = db.session().exec(select(SealedFile).where(SealedFile.id == file_id, SealedFile.round_id.in_(rounds))).first()
    if row is None:
        raise NotFound()
    return stored(row)


def stored(row: SealedFile) -> bytes:
    """The sealed bytes of an attachment. Raises: NotFound when the store has lost them."""
    try:
        return current_app.extensions["files"].get(row.sha256)
    except FileNotFoundError as lost:
        raise NotFound() from lost


def opened_of(quote_id: str) -> OpenedQuote | None:
    """What the opening made of a supplier's own quote; None before the whole round is opened."""
    query = select(OpenedQuote).join(Round, Round.id == OpenedQuote.round_id)
    return db.session().exec(query.where(OpenedQuote.quote_id == quote_id, col(Round.opened_at).is_not(None))).first()


def own_tenders(supplier_id: int) -> list[OwnTender]:
    """Every procurement the supplier registered for, newest first, with its own draft and quotes and nobody else's."""
    query = (
        select(Procurement)
        .join(Participant, Participant.procurement_id == Procurement.id)
        .where(Participant.supplier_id == supplier_id)
        .order_by(col(Participant.at).desc(), col(Participant.id).desc())
    )
    found = list(db.session().exec(query))
    rounds = _rounds_of([row.id for row in found])
    tags = {bidder_tag(row.id, supplier_id): row.id for row in found}
    mine = [(table.round_id.in_(rounds), table.bidder_tag.in_(tags)) for table in (QuoteDraft, SealedQuote)]
    drafts = db.session().exec(select(QuoteDraft).where(*mine[0])).all()
    quotes = db.session().exec(select(SealedQuote).where(*mine[1]).order_by(SealedQuote.sequence)).all()
    newest = {row.procurement_id: row for row in rounds.values()}
    told = []
    for row in found:
        drafted = next((one for one in drafts if one.round_id == newest[row.id].id), None)
        sealed = [one for one in quotes if tags[one.bidder_tag] == row.id]
        told.append(OwnTender(row, newest[row.id], drafted, sealed))
    return told


def changes_since(procurement_id: int, version: int) -> list[ProcurementVersion]:
    """The versions after this one, in order."""
    wanted = (ProcurementVersion.procurement_id == procurement_id, ProcurementVersion.number > version)
    return list(db.session().exec(select(ProcurementVersion).where(*wanted).order_by(ProcurementVersion.number)))


def _rounds_of(procurement_ids: Sequence[int]) -> dict[int, Round]:
    query = select(Round).where(Round.procurement_id.in_(procurement_ids)).order_by(Round.number)
    return {row.id: row for row in db.session().exec(query)}


def _own(table: type[SealedQuote] | type[SealedFile], procurement_id: int, supplier_id: int) -> tuple[object, ...]:
    rounds = select(Round.id).where(Round.procurement_id == procurement_id)
    return table.round_id.in_(rounds), table.bidder_tag == bidder_tag(procurement_id, supplier_id)


def _note_reading(round_id: int, by: Actor, what: str, at: datetime) -> None:
    """In the transaction that is writing anyway; beside a reading one, in one of its own."""
    row = QuoteReading(
        round_id=round_id, user_id=by.user_id, organisation_id=by.organisation_id, what=what[:60], at=at
    )  # fmt: skip
    if db.unit().write:
        db.session().add(row)
        return
    with db.transaction() as session:
        session.add(row)
