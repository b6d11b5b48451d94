"""The opening: named officers give their shares after the opening time; nothing shows before every quote has a status."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import select

from marketplace.bidding import closing, content, mails, record, seal
from marketplace.bidding.errors import KeyHasChanged, NotYetToOpen, OpeningStillRuns, QuoteDamaged
from marketplace.bidding.models import ClosingManifest, OpenedQuote, OpenedStatus, OpeningShare, SealedQuote
from marketplace.kit import audit, db
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import OpeningOfficer, Procurement, ProcurementStatus, Round
from marketplace.procurement.rules import Phase, may_open_from, round_phase

REMEDY = timedelta(minutes=30)
"""How long bidders whose quote would not open may hand in its key, once the quorum has acted."""


def give_shares(current: Round, officer: OpeningOfficer, private: bytes, *, by: Actor, at: datetime) -> int:
    """An officer's part in the opening; returns how many quotes still have no status. Doing it again is harmless.

    Raises: NotYetToOpen before the opening time; KeyHasChanged when the quotes were not sealed to this key.
    """
    _check_time(current, at)
    manifest = closing.close_round(current, at=at)
    if seal.fingerprint_of(private) != officer.fingerprint:
        raise KeyHasChanged()
    if officer.acted_at is None:
        quotes = _effective(current, closing.standing_quotes(current.id))
        for quote_id, share in seal.shares_for(quotes, private).items():
            db.session().add(OpeningShare(officer_id=officer.id, quote_id=quote_id, share=share, given_at=at))
        officer.acted_at = at
        db.session().flush()
        audit.record(by, "opening.shares", current, at, root=manifest.root)
    return _open_what_can(current, manifest, at)


def hand_in_key(current: Round, quote: SealedQuote, private: bytes, *, by: Actor, at: datetime) -> int:
    """A bidder opens its own quote that the officers' shares would not open; the committed content or nothing.

    Raises: NotYetToOpen before the quorum has acted; QuoteDamaged when this key does not open it either.
    """
    manifest = closing.manifest_of(current.id)
    if manifest is None or current.opened_at or not quorum_met(current):
        raise NotYetToOpen()
    said = seal.open_with_own(quote, private)
    if said is None:
        raise QuoteDamaged()
    place = [row.id for row in closing.standing_quotes(current.id)].index(quote.id) + 1
    _keep(current, quote, place, said, at)
    audit.record(by, "opening.key_handed_in", current, at)
    return _finish_if_all(current, manifest, at)


def conclude(current: Round, *, by: Actor, at: datetime) -> None:
    """End an opening in which some quotes would not open, after the time for remedy.

    Raises: OpeningStillRuns while officers are missing or the time for remedy runs.
    """
    manifest = closing.manifest_of(current.id)
    if manifest is None or not quorum_met(current) or at < remedy_until(current):
        raise OpeningStillRuns()
    known = opened_ids(current.id)
    for place, quote in enumerate(closing.standing_quotes(current.id), 1):
        if quote.id not in known:
            _keep(current, quote, place, record.words_of(OpenedStatus.UNOPENABLE), at)
    audit.record(by, "opening.concluded", current, at)
    _finish_if_all(current, manifest, at)


def quorum_met(current: Round) -> bool:
    """Whether enough officers have acted."""
    return (
        sum(officer.acted_at is not None for officer, _user in procurements.officers_of(current.id)) >= current.quorum
    )


def remedy_until(current: Round) -> datetime:
    """When the time for remedy ends: counted from the act that met the quorum."""
    acted = sorted(o.acted_at for o, _user in procurements.officers_of(current.id) if o.acted_at)
    return acted[current.quorum - 1] + REMEDY


def opened_ids(round_id: int) -> set[str]:
    """The quotes of a round that have a status."""
    return set(db.session().exec(select(OpenedQuote.quote_id).where(OpenedQuote.round_id == round_id)))


def _check_time(current: Round, at: datetime) -> None:
    phase = round_phase(current, at)
    if phase == Phase.EVALUATING:
        return
    if phase != Phase.TO_OPEN:
        raise NotYetToOpen(from_=may_open_from(current))
    procurement = db.session().get(Procurement, current.procurement_id)
    if procurement.status not in (ProcurementStatus.PUBLISHED, ProcurementStatus.EVALUATING):
        raise NotYetToOpen()


def _effective(current: Round, quotes: list[SealedQuote]) -> list[SealedQuote]:
    """Without those that answer terms which have changed since: they are never opened."""
    procurement = db.session().get(Procurement, current.procurement_id)
    return [quote for quote in quotes if quote.version >= procurement.reconfirm_from]


def _open_what_can(current: Round, manifest: ClosingManifest, at: datetime) -> int:
    if current.opened_at or not quorum_met(current):
        return 0 if current.opened_at else manifest.size
    known, quotes = opened_ids(current.id), closing.standing_quotes(current.id)
    effective = {quote.id for quote in _effective(current, quotes)}
    for place, quote in enumerate(quotes, 1):
        if quote.id in known:
            continue
        if quote.id not in effective:
            _keep(current, quote, place, record.words_of(OpenedStatus.NOT_RECONFIRMED), at)
            continue
        said = seal.open_quote(quote, _shares_of(quote))
        if said is not None:
            _keep(current, quote, place, said, at)
    return _finish_if_all(current, manifest, at)


def _shares_of(quote: SealedQuote) -> list[bytes]:
    query = select(OpeningShare.share).where(OpeningShare.quote_id == quote.id)
    return list(db.session().exec(query.order_by(OpeningShare.id)))


def _keep(current: Round, quote: SealedQuote, place: int, said: seal.Read | record.Unread, at: datetime) -> None:
    """Give a quote its status."""
    row = OpenedQuote(round_id=current.id, quote_id=quote.id, place=place, status=said.status, opened_at=at)
    row.reason = said.reason
    if isinstance(said, seal.Read) and said.content is not None:
        procurement = db.session().get(Procurement, current.procurement_id)
        row.supplier_id, row.content = said.content.supplier_id, said.content.model_dump(mode="json")
        row.totals = _totals(procurement, said.content)
    db.session().add(row)
    db.session().flush()


def _totals(procurement: Procurement, said: content.QuoteContent) -> dict[str, int]:
    asked = {lot.number: lot for lot in procurements.lots_of(procurement.id)}
    totals = {}
    for quoted in said.lots:
        quantities = content.quantities(asked[quoted.lot].items)
        totals[str(quoted.lot)] = content.total_fen(quoted, quantities, procurement.period_months)
    return totals


def _finish_if_all(current: Round, manifest: ClosingManifest, at: datetime) -> int:
    """Once every quote has a status: the record is written, the procurement goes on, everybody concerned is told."""
    count = select(sa.func.count()).where(OpenedQuote.round_id == current.id)
    left = manifest.size - db.session().exec(count).one()
    if left:
        return left
    procurement = db.session().get(Procurement, current.procurement_id)
    current.opened_at = at
    record.write(procurement, current, manifest)
    if procurement.status == ProcurementStatus.PUBLISHED:
        move(procurement, ProcurementStatus.EVALUATING, at)
    db.session().flush()
    audit.record(None, "round.opened", current, at, root=manifest.root, record=current.record_hash)
    mails.opened(procurement, current, at)
    return 0
