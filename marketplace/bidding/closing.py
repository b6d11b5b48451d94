"""The close of a round: what stood at the deadline, written down once before anybody opens anything."""

import secrets
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlmodel import select

from marketplace.bidding.errors import StillCollecting
from marketplace.bidding.models import ClosingManifest, SealedQuote, SealedStatus
from marketplace.kit import audit, db, signing
from marketplace.procurement.models import Procurement, ProcurementStatus, Round
from marketplace.procurement.rules import DRAIN

HEAD_LINES = 4


def close_round(current: Round, *, at: datetime) -> ClosingManifest:
    """Write the round's manifest, or return the one there is. After it no quote is taken.

    The text has a head of four lines and one line per standing quote: its place, when its last byte was here, the version it answers and
    the SHA-256 of its envelope. The root is the SHA-256 of the text, so that `sha256sum` can check it.
    Raises: StillCollecting before the deadline and the drain have passed.
    """
    locked = db.session().get(Round, current.id, with_for_update=True, populate_existing=True)
    known = manifest_of(current.id)
    if known:
        return known
    if at < locked.quotes_until + DRAIN:
        raise StillCollecting()
    procurement = db.session().get(Procurement, locked.procurement_id)
    quotes = standing_quotes(locked.id)
    text = manifest_text(procurement.number, locked, quotes, secrets.token_hex(16))
    manifest = ClosingManifest(
        round_id=locked.id, text=text, root=sha256(text.encode()).hexdigest(), size=len(quotes),
        signature=signing.sign(text.encode()), made_at=at,
    )  # fmt: skip
    db.session().add(manifest)
    db.session().flush()
    audit.record(None, "round.closed", locked, at, root=manifest.root)
    return manifest


def manifest_of(round_id: int) -> ClosingManifest | None:
    """The round's manifest; None before it was written."""
    return db.session().exec(select(ClosingManifest).where(ClosingManifest.round_id == round_id)).first()


def standing_quotes(round_id: int) -> list[SealedQuote]:
    """The quotes that count at the close, in the order of their arrival. For the manifest and the opening only."""
    wanted = (SealedQuote.round_id == round_id, SealedQuote.status == SealedStatus.SUBMITTED)
    return list(db.session().exec(select(SealedQuote).where(*wanted).order_by(SealedQuote.arrived_at, SealedQuote.id)))


def manifest_text(number: str, current: Round, quotes: list[SealedQuote], salt: str) -> str:
    """The manifest in the form it is hashed and published; without the salt the root of an empty one could be guessed."""
    head = ["sealed-quotes-manifest v1", f"procurement {number} round {current.number}"]
    head += [f"closed {current.quotes_until.isoformat()}", f"salt {salt}"]
    lines = (f"{n} {q.arrived_at.isoformat()} {q.version} {q.envelope_hash}" for n, q in enumerate(quotes, 1))
    return "\n".join([*head, *lines]) + "\n"


def due_rounds(at: datetime) -> list[Round]:
    """Rounds whose drain has passed and that have no manifest yet."""
    done = sa.exists().where(ClosingManifest.round_id == Round.id)
    running = Procurement.status.in_((ProcurementStatus.PUBLISHED, ProcurementStatus.EVALUATING))
    query = select(Round).join(Procurement, Procurement.id == Round.procurement_id)
    return list(db.session().exec(query.where(running, Round.quotes_until <= at - DRAIN, sa.not_(done))))
