"""Pure decisions of financing: which product fits which application criterion by criterion, and until when things stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from marketplace.financing.models import ProductKind, Subject, SubmissionStatus
from marketplace.matching.judging import State

SUBJECTS: dict[Subject, tuple[ProductKind, ...]] = {
    Subject.FUNDING: (ProductKind.FINANCE_LEASE, ProductKind.OPERATING_LEASE, ProductKind.LOAN),
    Subject.COVER: (
        ProductKind.WORK_SAFETY, ProductKind.LIABILITY, ProductKind.QUALITY, ProductKind.PROPERTY,
        ProductKind.FIRST_SET, ProductKind.OTHER_INSURANCE,
    ),
    Subject.BOND: (ProductKind.GUARANTEE,),
}  # fmt: skip
WARNED_BEFORE = timedelta(days=2)
DECISION_DAYS = 10
"""Working days an institution has when its terms name none."""


class Criterion(StrEnum):
    """What a product may ask of an application."""

    KIND = "kind"
    APPLICANT = "applicant"
    PROVINCE = "province"
    EQUIPMENT = "equipment"
    AMOUNT = "amount"
    MONTHS = "months"
    YEARS = "years"
    PEOPLE = "people"
    BASE = "base"
    ORDER = "order"


class Standing(StrEnum):
    """How a product stands to an application as a whole."""

    FITS = "fits"
    OPEN = "open"
    UNFIT = "unfit"


@dataclass(frozen=True)
class Facts:
    """What is known of an application. None is not known; `classes` has a path of codes for each thing, None unsorted.

    `base` is "confirmed", "declared" or "". `order` says that a contract or an award here is behind it.
    """

    wanted: tuple[str, ...] = ()
    applicant: str = ""
    province: str = ""
    classes: tuple[tuple[str, ...] | None, ...] = ()
    amount_fen: int | None = None
    months: int | None = None
    years: int | None = None
    people: int | None = None
    base: str = ""
    order: bool = False


@dataclass(frozen=True)
class Verdict:
    """One judged criterion: the rule as it was ("values", "least", "most"), what the application says, how they compare."""

    criterion: Criterion
    state: State
    wants: Mapping[str, Any]
    has: Any = None

    def stored(self) -> dict[str, Any]:
        """As it is frozen with a submission."""
        return {
            "criterion": self.criterion.value,
            "state": self.state.value,
            "wants": dict(self.wants),
            "has": self.has,
        }


def verdict_of(stored: Mapping[str, Any]) -> Verdict:
    """A frozen verdict again."""
    return Verdict(Criterion(stored["criterion"]), State(stored["state"]), stored["wants"], stored["has"])


def judge(kind: ProductKind, eligibility: Sequence[Mapping[str, Any]], facts: Facts) -> list[Verdict]:
    """Every criterion of a product against an application; its kind first. What is not known is unknown, not missed."""
    rules = [{"criterion": Criterion.KIND, "values": [kind.value]}, *eligibility]
    found = []
    for rule in rules:
        criterion = Criterion(rule["criterion"])
        wants = {name: value for name, value in rule.items() if name != "criterion"}
        state, has = _JUDGES[criterion](wants, facts)
        found.append(Verdict(criterion, state, wants, has))
    return found


def standing(verdicts: Sequence[Verdict]) -> Standing:
    """Unfit when anything is missed, open when anything is unknown."""
    states = {verdict.state for verdict in verdicts}
    if State.MISSED in states:
        return Standing.UNFIT
    return Standing.OPEN if State.UNKNOWN in states else Standing.FITS


def _met(fits: bool) -> State:
    return State.MET if fits else State.MISSED


def _kind(wants: Mapping[str, Any], facts: Facts) -> tuple[State, Any]:
    if not facts.wanted:
        return State.UNKNOWN, []
    return _met(bool(set(wants["values"]) & set(facts.wanted))), list(facts.wanted)


def _one_of(fact: str) -> Any:
    def judged(wants: Mapping[str, Any], facts: Facts) -> tuple[State, Any]:
        has = getattr(facts, fact)
        return (_met(has in wants["values"]), has) if has else (State.UNKNOWN, None)

    return judged


def _equipment(wants: Mapping[str, Any], facts: Facts) -> tuple[State, Any]:
    """Each thing must be of one of the classes or below; a thing without a class may be, so it is asked."""
    accepted = set(wants["values"])
    leaves = [path[-1] for path in facts.classes if path]
    if any(path and not accepted & set(path) for path in facts.classes):
        return State.MISSED, leaves
    return (State.MET if facts.classes and None not in facts.classes else State.UNKNOWN), leaves


def _within(fact: str) -> Any:
    def judged(wants: Mapping[str, Any], facts: Facts) -> tuple[State, Any]:
        has = getattr(facts, fact)
        if has is None:
            return State.UNKNOWN, None
        low, high = wants.get("least"), wants.get("most")
        return _met((low is None or has >= low) and (high is None or has <= high)), has

    return judged


def _base(wants: Mapping[str, Any], facts: Facts) -> tuple[State, Any]:
    """An enterprise that belongs to no base does not; one whose base has not confirmed yet is asked."""
    if facts.base == "confirmed" or (facts.base and wants["least"] == "declared"):
        return State.MET, facts.base
    return (State.UNKNOWN if facts.base else State.MISSED), facts.base


def _order(_wants: Mapping[str, Any], facts: Facts) -> tuple[State, Any]:
    """A contract concluded elsewhere may be handed in, so none here is a question."""
    return (State.MET if facts.order else State.UNKNOWN), facts.order


_JUDGES = {
    Criterion.KIND: _kind, Criterion.APPLICANT: _one_of("applicant"), Criterion.PROVINCE: _one_of("province"),
    Criterion.EQUIPMENT: _equipment, Criterion.AMOUNT: _within("amount_fen"), Criterion.MONTHS: _within("months"),
    Criterion.YEARS: _within("years"), Criterion.PEOPLE: _within("people"), Criterion.BASE: _base, Criterion.ORDER: _order,
}  # fmt: skip


def years_since(founded_on: date | None, today: date) -> int | None:
    """Whole years in operation."""
    if founded_on is None:
        return None
    return today.year - founded_on.year - ((today.month, today.day) < (founded_on.month, founded_on.day))


def subject_of(kind: ProductKind) -> Subject:
    """What an application for this kind is about."""
    return next(subject for subject, kinds in SUBJECTS.items() if kind in kinds)


def state_of(status: SubmissionStatus, valid_until: datetime | None, at: datetime) -> SubmissionStatus:
    """What a submission is now: an offer past its time has lapsed, whether or not a job has recorded it."""
    if status == SubmissionStatus.OFFERED and valid_until is not None and at > valid_until:
        return SubmissionStatus.LAPSED
    return status


def waits_for_institution(status: SubmissionStatus) -> bool:
    """Whether the institution has to do something."""
    return status in (SubmissionStatus.SENT, SubmissionStatus.IN_REVIEW)


def shares_fit(shares: Sequence[int | None]) -> bool:
    """Shares are agreed for nobody, or make up the whole."""
    told = [share for share in shares if share is not None]
    return not told or sum(told) == 100
