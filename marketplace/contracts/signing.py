"""Verbs of both sides about the text: offering, signing, sending back, and ending what was never signed."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from marketplace.accounts import passwords
from marketplace.accounts import queries as accounts
from marketplace.accounts.errors import WrongPassword
from marketplace.arrangements.terms import months_after
from marketplace.awarding.models import Award, AwardStatus
from marketplace.contracts import calling, charging, drafting, mails, queries, texts
from marketplace.contracts.errors import AlreadyConcluded, NotTheText, NotYetToConclude
from marketplace.contracts.models import (
    FRAMEWORKS,
    ChangeReason,
    Contract,
    ContractKind,
    ContractStatus,
    ContractVersion,
    Signature,
)
from marketplace.kit import audit, clock, db, throttle
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor


def check_password(by: Actor, password: str) -> None:
    """Whoever signs shows again to be the person signed in. Reads apart and counts tries: call before anything else.

    Raises: WrongPassword; TooMany.
    """
    throttle.count(f"sign|{by.user_id}", limit=10, minutes=15)
    with db.reading():
        person = accounts.user(by.user_id)
    if not passwords.is_right(password, person.password_hash):
        raise WrongPassword()


def offer(row: Contract, *, by: Actor, at: datetime) -> ContractVersion:
    """Fix the text, sign it for the buyer and lay it before the supplier. Moves: draft → offered.

    Raises: NotYetToConclude when something lacks or the award has fallen.
    """
    lacks = drafting.lacking(row)
    if lacks:
        raise NotYetToConclude(why=_("合同还缺少必填内容,请先补充。"), lacks=lacks)
    _check_award(row)
    version = texts.keep_version(row, "", at)
    move(row, ContractStatus.OFFERED, at)
    row.offered_at, row.returned_why = at, ""
    texts.sign(row, version, by, at, with_password=True)
    db.session().flush()
    audit.record(by, "contract.offer", row, at, version=row.version, hash=version.hash)
    mails.offered(row, at)
    return version


def accept(row: Contract, seen_hash: str, *, by: Actor, at: datetime, with_password: bool = True) -> Signature:
    """Sign for the supplier exactly the text that was seen: the contract is in force. Moves: offered → signed.

    Raises: NotTheText when another version is offered; NotYetToConclude when the award has fallen.
    """
    version = queries.version(row.id, row.version)
    if version.hash != seen_hash:
        raise NotTheText()
    _check_award(row)
    move(row, ContractStatus.SIGNED, at)
    signature = texts.sign(row, version, by, at, with_password=with_password)
    row.signed_at, row.first_amount_fen = at, row.amount_fen
    _set_days(row, at)
    db.flush_or(AlreadyConcluded)
    audit.record(by, "contract.sign", row, at, version=row.version, hash=version.hash)
    charging.raise_for(row, by=by, at=at)
    mails.signed(row, at)
    return signature


def send_back(row: Contract, why: str, *, by: Actor, at: datetime) -> None:
    """The supplier finds the text wrong. Moves: offered → draft; the buyer's signature stays with the old version."""
    move(row, ContractStatus.DRAFT, at)
    row.returned_why = why
    audit.record(by, "contract.send_back", row, at, version=row.version, why=why)
    mails.sent_back(row, at)


def take_back(row: Contract, *, by: Actor, at: datetime) -> None:
    """The buyer rewrites what the supplier has not signed. Moves: offered → draft."""
    move(row, ContractStatus.DRAFT, at)
    audit.record(by, "contract.take_back", row, at, version=row.version)
    mails.taken_back(row, at)


def end_unsigned(row: Contract, why: str, *, by: Actor, at: datetime) -> None:
    """Give up a contract nobody is bound by yet; what an order had taken goes back. Moves: draft | offered → terminated.

    Raises: NoSuchMove once signed.
    """
    told = row.status == ContractStatus.OFFERED
    if row.status not in (ContractStatus.DRAFT, ContractStatus.OFFERED):
        move(row, ContractStatus.DRAFT, at)  # refuses: what is signed ends by both sides' agreement
    row.end_code, row.end_reason, row.ended_at = ChangeReason.OTHER, why, at
    move(row, ContractStatus.TERMINATED, at)
    calling.give_back(row, at)
    audit.record(by, "contract.end_unsigned", row, at, why=why)
    if told:
        mails.ended(row, at)


def _check_award(row: Contract) -> None:
    if row.award_id is None:
        return
    award = db.session().get(Award, row.award_id, populate_existing=True)
    if award is None or award.status != AwardStatus.ACCEPTED:
        raise NotYetToConclude(why=_("成交结果已经改变,合同不能签署。"))


def _set_days(row: Contract, at: datetime) -> None:
    today = clock.local(at).date()
    if row.kind in FRAMEWORKS:
        row.valid_from = row.valid_from or today
        row.valid_until = row.valid_until or months_after(row.valid_from, row.period_months) - timedelta(days=1)
    if row.kind != ContractKind.ORDER:
        row.answer_by = None
    for step in queries.milestones_of(row.id):
        step.due_on = today + timedelta(days=step.after_days)
