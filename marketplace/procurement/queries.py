"""Reads of procurements: one's own, those one may take part in, and the parts of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Organisation, User
from marketplace.accounts.permissions import is_operator
from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.kit.files import StoredFile
from marketplace.kit.permissions import Actor
from marketplace.procedures import queries as procedures
from marketplace.procedures.schemas import ProcedureDefinition
from marketplace.procurement.models import (
    Lot,
    OpeningOfficer,
    Participant,
    Procurement,
    ProcurementAmendment,
    ProcurementFile,
    ProcurementInvitation,
    ProcurementQuestion,
    ProcurementVersion,
    Round,
    Visibility,
)


@dataclass(frozen=True)
class SeenQuestion:
    """A question as one reader sees it: never who asked, but whether it is the reader's own."""

    id: int
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    mine: bool


def obstacle(by: Actor) -> str:
    """What still stands between this person and dealing: "email", "organisation", or "" when nothing does."""
    if not by.approved:
        return "organisation"
    return "" if accounts.user(by.user_id).email_verified_at else "email"


def procurement(procurement_id: int, *, lock: bool = False) -> Procurement:
    """Whoever asks; `lock` before judging its status. Raises: NotFound."""
    return _one([Procurement.id == procurement_id], lock)


def own(procurement_id: int, actor: Actor, *, lock: bool = False) -> Procurement:
    """A procurement of the organisation acted for. Raises: NotFound, also for another organisation's."""
    return _one([Procurement.id == procurement_id, Procurement.owner_id == actor.organisation_id], lock)


def readable(actor: Actor | None) -> sa.ColumnElement[bool]:
    """The procurements somebody may read, as a condition: one's own; of others those published to everybody, to one's
    organisation by invitation, or naming oneself as opening officer; operators all that were published."""
    published = Procurement.version >= 1
    everybody = Procurement.visibility == Visibility.PUBLIC
    if actor is None:
        return sa.and_(published, everybody)
    if is_operator(actor):
        return published
    audience = [everybody, col(Procurement.id).in_(_as_officer(actor.user_id))]
    if actor.approved and actor.organisation_id is not None:
        audience.append(col(Procurement.id).in_(_invited(actor.organisation_id)))
    others = sa.and_(published, sa.or_(*audience))
    return others if actor.organisation_id is None else sa.or_(Procurement.owner_id == actor.organisation_id, others)


def readable_procurement(procurement_id: int, actor: Actor | None) -> Procurement:
    """A procurement this person may read. Raises: NotFound."""
    return _one([Procurement.id == procurement_id, readable(actor)], False)


def taking_part(procurement_id: int, actor: Actor, at: datetime) -> Procurement:
    """A published procurement of others that this supplier may take part in, or could while it ran: a public one, or one
    it is invited to. Whether quotes are still taken is asked of the round. Raises: NotFound."""
    audience = sa.or_(
        Procurement.visibility == Visibility.PUBLIC, col(Procurement.id).in_(_invited(actor.organisation_id or 0))
    )
    wanted = [
        Procurement.id == procurement_id, Procurement.version >= 1, Procurement.owner_id != actor.organisation_id,
        col(Procurement.published_at) <= at, audience,
    ]  # fmt: skip
    return _one(wanted, False)


def with_key(owner_id: int, form_key: str) -> Procurement | None:
    """The procurement a form was saved as, if it was."""
    wanted = (Procurement.owner_id == owner_id, Procurement.form_key == form_key)
    return db.session().exec(select(Procurement).where(*wanted)).first()


def definition_of(row: Procurement) -> ProcedureDefinition:
    """The settings of the procedure version it runs under."""
    return procedures.definition(procedures.procedure(row.procedure_id))


def lots_of(procurement_id: int) -> list[Lot]:
    """Its lots in their order."""
    return list(db.session().exec(select(Lot).where(Lot.procurement_id == procurement_id).order_by(col(Lot.number))))


def lot(lot_id: int) -> Lot:
    """One lot; the caller has its procurement through a door. Raises: NotFound."""
    found = db.session().get(Lot, lot_id)
    if found is None:
        raise NotFound()
    return found


def rounds_of(procurement_id: int) -> list[Round]:
    """Its rounds, the first one first."""
    return list(
        db.session().exec(select(Round).where(Round.procurement_id == procurement_id).order_by(col(Round.number)))
    )


def current_round(procurement_id: int, *, lock: bool = False, share: bool = False) -> Round:
    """The newest round. `lock` before changing or closing it, `share` before putting a quote in: many may share, and
    whoever closes waits for them. Raises: NotFound."""
    query = select(Round).where(Round.procurement_id == procurement_id).order_by(col(Round.number).desc()).limit(1)
    if lock or share:
        query = query.with_for_update(read=share).execution_options(populate_existing=True)
    found = db.session().exec(query).first()
    if found is None:
        raise NotFound()
    return found


def officers_of(round_id: int) -> list[tuple[OpeningOfficer, User]]:
    """Who may open a round, in the order of their appointment."""
    query = select(OpeningOfficer, User).join(User, User.id == OpeningOfficer.user_id)
    return list(db.session().exec(query.where(OpeningOfficer.round_id == round_id).order_by(OpeningOfficer.id)))


def invitations_of(procurement_id: int) -> list[tuple[ProcurementInvitation, Organisation]]:
    """Who is invited and why; for the owner and operators."""
    query = select(ProcurementInvitation, Organisation).join(
        Organisation, Organisation.id == ProcurementInvitation.supplier_id
    )
    wanted = ProcurementInvitation.procurement_id == procurement_id
    return list(db.session().exec(query.where(wanted).order_by(ProcurementInvitation.id)))


def invitation(procurement_id: int, supplier_id: int | None) -> ProcurementInvitation | None:
    """A supplier's own invitation."""
    wanted = (
        ProcurementInvitation.procurement_id == procurement_id,
        ProcurementInvitation.supplier_id == supplier_id,
    )
    return db.session().exec(select(ProcurementInvitation).where(*wanted)).first()


def participants_of(procurement_id: int) -> list[int]:
    """The suppliers that registered: for telling them, and for showing after the opening; never shown before."""
    query = select(Participant.supplier_id).where(Participant.procurement_id == procurement_id)
    return list(db.session().exec(query.order_by(Participant.id)))


def is_participant(procurement_id: int, supplier_id: int | None) -> bool:
    """Whether a supplier registered; asked by that supplier only."""
    wanted = (Participant.procurement_id == procurement_id, Participant.supplier_id == supplier_id)
    return db.session().exec(select(Participant.id).where(*wanted)).first() is not None


def audience_of(procurement_id: int) -> list[int]:
    """Whom changes are told to: the invited and the registered, each once."""
    invited = [org.id for _row, org in invitations_of(procurement_id)]
    return list(dict.fromkeys([*invited, *participants_of(procurement_id)]))


def versions_of(procurement_id: int) -> list[ProcurementVersion]:
    """Every published state, newest first."""
    query = select(ProcurementVersion).where(ProcurementVersion.procurement_id == procurement_id)
    return list(db.session().exec(query.order_by(col(ProcurementVersion.number).desc())))


def version(procurement_id: int, number: int) -> ProcurementVersion:
    """One of them. Raises: NotFound."""
    wanted = (ProcurementVersion.procurement_id == procurement_id, ProcurementVersion.number == number)
    found = db.session().exec(select(ProcurementVersion).where(*wanted)).first()
    if found is None:
        raise NotFound()
    return found


def files_of(procurement_id: int) -> list[tuple[ProcurementFile, StoredFile]]:
    """The documents that come with it now."""
    query = select(ProcurementFile, StoredFile).join(StoredFile, StoredFile.id == ProcurementFile.file_id)
    return list(
        db.session().exec(query.where(ProcurementFile.procurement_id == procurement_id).order_by(ProcurementFile.id))
    )


def amendment_of(procurement_id: int, *, lock: bool = False) -> ProcurementAmendment | None:
    """The amendment being written, if there is one; for the owner only."""
    return db.session().get(ProcurementAmendment, procurement_id, with_for_update=lock, populate_existing=lock)


def question(procurement_id: int, question_id: int) -> ProcurementQuestion:
    """A question to this procurement, for its owner to answer. Raises: NotFound."""
    found = db.session().get(ProcurementQuestion, question_id)
    if found is None or found.procurement_id != procurement_id:
        raise NotFound()
    return found


def question_with_text(procurement_id: int, asker_id: int, text: str) -> ProcurementQuestion | None:
    """The same question of the same organisation, if it was asked."""
    wanted = (
        ProcurementQuestion.procurement_id == procurement_id, ProcurementQuestion.asker_id == asker_id,
        ProcurementQuestion.text == text,
    )  # fmt: skip
    return db.session().exec(select(ProcurementQuestion).where(*wanted)).first()


def questions_of(procurement_id: int, actor: Actor | None) -> list[SeenQuestion]:
    """The questions as one reader sees them: the owner all, without who asked; others the answered and their own."""
    reader = actor.organisation_id if actor else None
    query = select(ProcurementQuestion, Procurement.owner_id).join(
        Procurement, Procurement.id == ProcurementQuestion.procurement_id
    )
    wanted = ProcurementQuestion.procurement_id == procurement_id
    found = []
    for row, owner_id in db.session().exec(query.where(wanted).order_by(ProcurementQuestion.id)):
        mine = reader is not None and row.asker_id == reader
        if mine or owner_id == reader or row.answered_at is not None:
            text = row.text if mine or row.answered_at is None else row.public_text
            found.append(SeenQuestion(row.id, text, row.asked_at, row.answer, row.answered_at, mine))
    return found


def procurements(ids: Sequence[int]) -> dict[int, Procurement]:
    """Procurements by id, whoever asks."""
    rows = db.session().exec(select(Procurement).where(col(Procurement.id).in_(set(ids))))
    return {row.id: row for row in rows}


def _one(terms: Sequence[Any], lock: bool) -> Procurement:
    query = select(Procurement).where(*terms)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session().exec(query).first()
    if found is None:
        raise NotFound()
    return found


def _invited(supplier_id: int) -> Any:
    return select(ProcurementInvitation.procurement_id).where(ProcurementInvitation.supplier_id == supplier_id)


def _as_officer(user_id: int) -> Any:
    query = select(Round.procurement_id).join(OpeningOfficer, OpeningOfficer.round_id == Round.id)
    return query.where(OpeningOfficer.user_id == user_id)
