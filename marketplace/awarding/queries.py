"""Reads of evaluation and award; opened quotes come through the one door of the bidding room only."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col, select

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Organisation, User
from marketplace.awarding import rules
from marketplace.awarding.errors import DeclareFirst, NotYetEvaluating, OutOfPanel
from marketplace.awarding.models import (
    Award,
    Compliance,
    Conflict,
    Objection,
    PanelMember,
    PanelOpinion,
    Ranking,
    ScoreSheet,
)
from marketplace.bidding import queries as bidding
from marketplace.bidding.models import OpenedQuote, OpenedStatus
from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Procurement, ProcurementStatus, Round


@dataclass(frozen=True)
class Seat:
    """From where somebody looks at an evaluation: as one of the buyer's people, as a panel member, or as both."""

    procurement: Procurement
    member: PanelMember | None
    owner: bool

    @property
    def judges(self) -> bool:
        """Whether the person judges as a member without conflict."""
        return self.member is not None and rules.is_judging(self.member)

    @property
    def reads(self) -> bool:
        """Whether the person may read quotes: a member only after declaring none, whoever else is the buyer's."""
        return self.judges if self.member is not None else self.owner


def seat(procurement_id: int, actor: Actor, *, lock: bool = False) -> Seat:
    """The seat of this person. Raises: NotFound for everybody who has none."""
    procurement = procurements.procurement(procurement_id, lock=lock)
    member = member_of(procurement_id, actor.user_id)
    owner = actor.organisation_id is not None and procurement.owner_id == actor.organisation_id
    if member is None and not owner:
        raise NotFound()
    return Seat(procurement, member, owner)


def check_reads(one: Seat) -> None:
    """Raises: DeclareFirst for a member who has not declared; OutOfPanel for one with a conflict or replaced."""
    if one.reads:
        return
    undeclared = one.member is not None and one.member.removed_at is None and one.member.conflict == Conflict.UNDECLARED
    raise DeclareFirst() if undeclared else OutOfPanel()


def readable(one: Seat, current: Round, *, by: Actor | None, what: str) -> list[OpenedQuote]:
    """The quotes of a round that could be opened, in manifest order, through the one door.

    Pages say `by`, and the reading is noted; deeds say None, for they are audited themselves and the note, a transaction
    of its own, would wait for theirs.

    Raises: DeclareFirst; OutOfPanel; bidding.errors.QuotesStillSealed.
    """
    check_reads(one)
    quotes = bidding.readable_quotes(current.id, by=by, what=what)
    return [quote for quote in quotes if quote.status == OpenedStatus.OPENED]


def evaluated_round(procurement: Procurement) -> Round:
    """The round that is judged: the newest, once opened. Raises: NotYetEvaluating."""
    current = procurements.current_round(procurement.id)
    if current.opened_at is None:
        raise NotYetEvaluating()
    return current


def check_evaluating(procurement: Procurement) -> Round:
    """The round that is judged, of a procurement that goes on. Raises: NotYetEvaluating."""
    if procurement.status not in (ProcurementStatus.EVALUATING, ProcurementStatus.AWARDED):
        raise NotYetEvaluating()
    return evaluated_round(procurement)


def opened_round(procurement_id: int) -> Round | None:
    """The newest opened round, if there is one: what pages show while a final round is still collecting."""
    opened = [one for one in procurements.rounds_of(procurement_id) if one.opened_at is not None]
    return opened[-1] if opened else None


def bidder_ids(procurement_id: int) -> list[int]:
    """The suppliers whose quotes were opened in any round: who may object and is told. Nobody before an opening."""
    query = (
        select(OpenedQuote.supplier_id)
        .join(Round, Round.id == OpenedQuote.round_id)
        .where(Round.procurement_id == procurement_id, col(Round.opened_at).is_not(None))
        .where(col(OpenedQuote.supplier_id).is_not(None))
        .order_by(OpenedQuote.id)
    )
    return list(dict.fromkeys(db.session().exec(query)))


def names(ids: list[int]) -> dict[int, Organisation]:
    """Organisations by id."""
    return accounts.organisations(ids)


def compliances_of(round_id: int) -> dict[tuple[int, int], Compliance]:
    """The compliance sheets of a round by opened quote and lot."""
    query = select(Compliance).join(OpenedQuote, OpenedQuote.id == Compliance.opened_quote_id)
    rows = db.session().exec(query.where(OpenedQuote.round_id == round_id).order_by(Compliance.id))
    return {(row.opened_quote_id, row.lot_id): row for row in rows}


def compliance(compliance_id: int, procurement_id: int, *, lock: bool = False) -> tuple[Compliance, Round]:
    """One sheet of this procurement with its round. Raises: NotFound."""
    row = db.session().get(Compliance, compliance_id, with_for_update=lock, populate_existing=lock)
    found = db.session().get(OpenedQuote, row.opened_quote_id) if row else None
    current = db.session().get(Round, found.round_id) if found else None
    if row is None or current is None or current.procurement_id != procurement_id:
        raise NotFound()
    return row, current


def members_of(procurement_id: int) -> list[tuple[PanelMember, User]]:
    """Everybody ever appointed, in order."""
    query = select(PanelMember, User).join(User, User.id == PanelMember.user_id)
    return list(db.session().exec(query.where(PanelMember.procurement_id == procurement_id).order_by(PanelMember.id)))


def judges_of(procurement_id: int) -> list[PanelMember]:
    """The members who may judge."""
    return [member for member, _user in members_of(procurement_id) if rules.is_judging(member)]


def member_of(procurement_id: int, user_id: int) -> PanelMember | None:
    """This person as a member, whatever became of it."""
    wanted = (PanelMember.procurement_id == procurement_id, PanelMember.user_id == user_id)
    return db.session().exec(select(PanelMember).where(*wanted)).first()


def seats_of(user_id: int) -> list[tuple[PanelMember, Procurement]]:
    """The panels a person sits on, newest first."""
    query = select(PanelMember, Procurement).join(Procurement, Procurement.id == PanelMember.procurement_id)
    wanted = (PanelMember.user_id == user_id, col(PanelMember.removed_at).is_(None))
    return list(db.session().exec(query.where(*wanted).order_by(col(PanelMember.id).desc())))


def sheets_of(lot_id: int, round_id: int) -> dict[int, ScoreSheet]:
    """The score sheets of a lot by member. Their points are shown only as `sheets.revealed` allows."""
    wanted = (ScoreSheet.lot_id == lot_id, ScoreSheet.round_id == round_id)
    return {row.member_id: row for row in db.session().exec(select(ScoreSheet).where(*wanted))}


def opinions_of(lot_id: int, round_id: int, digest: str) -> dict[int, PanelOpinion]:
    """What members say of the order with this digest, by member."""
    wanted = (PanelOpinion.lot_id == lot_id, PanelOpinion.round_id == round_id, PanelOpinion.digest == digest)
    return {row.member_id: row for row in db.session().exec(select(PanelOpinion).where(*wanted))}


def opinions_ever(lot_id: int) -> list[PanelOpinion]:
    """Every opinion about a lot, for the file."""
    return list(db.session().exec(select(PanelOpinion).where(PanelOpinion.lot_id == lot_id).order_by(PanelOpinion.id)))


def rankings_of(lot_id: int) -> list[Ranking]:
    """Every conclusion about a lot, newest first."""
    return list(db.session().exec(select(Ranking).where(Ranking.lot_id == lot_id).order_by(col(Ranking.id).desc())))


def ranking(ranking_id: int) -> Ranking:
    """One conclusion. Raises: NotFound."""
    found = db.session().get(Ranking, ranking_id)
    if found is None:
        raise NotFound()
    return found


def awards_of(lot_id: int) -> list[Award]:
    """Every award of a lot, living or not, in order."""
    return list(db.session().exec(select(Award).where(Award.lot_id == lot_id).order_by(Award.id)))


def award(award_id: int, *, lock: bool = False) -> Award:
    """One award; the caller checks whose. Raises: NotFound."""
    found = db.session().get(Award, award_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def awards_to(supplier_id: int) -> list[Award]:
    """The awards a supplier ever got, newest first."""
    return list(db.session().exec(select(Award).where(Award.supplier_id == supplier_id).order_by(col(Award.id).desc())))


def objections_of(procurement_id: int, supplier_id: int | None = None) -> list[Objection]:
    """The objections to a procurement, or one supplier's, oldest first."""
    wanted = [Objection.procurement_id == procurement_id]
    if supplier_id is not None:
        wanted.append(Objection.supplier_id == supplier_id)
    return list(db.session().exec(select(Objection).where(*wanted).order_by(Objection.id)))


def objection(objection_id: int, procurement_id: int, *, lock: bool = False) -> Objection:
    """One objection of this procurement. Raises: NotFound."""
    found = db.session().get(Objection, objection_id, with_for_update=lock, populate_existing=lock)
    if found is None or found.procurement_id != procurement_id:
        raise NotFound()
    return found


def filed_count(owner_id: int) -> int:
    """How many objections wait for this buyer's answer."""
    query = select(sa.func.count(Objection.id)).join(Procurement, Procurement.id == Objection.procurement_id)
    return db.session().exec(query.where(Procurement.owner_id == owner_id, Objection.status == "filed")).one()
