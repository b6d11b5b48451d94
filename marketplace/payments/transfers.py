"""Bank and treasury transfers: the payer shows a proof, the payee's side confirms it or refuses it with a reason."""

from datetime import datetime

from marketplace.kit import audit, clock, db
from marketplace.kit.files import StoredFile
from marketplace.kit.moves import NoSuchMove, move
from marketplace.kit.permissions import Actor
from marketplace.payments import mails, queries, settling
from marketplace.payments.errors import NotPayable, PaidBefore, ProofWaiting
from marketplace.payments.models import Payment, PaymentStatus, Route, TransferProof
from marketplace.payments.schemas import ProofForm


def send_proof(row: Payment, new: ProofForm, file: StoredFile | None, *, by: Actor, at: datetime) -> TransferProof:
    """The payer has transferred and shows it; from here on the amount is fixed.

    Raises: NotPayable for another route or a settled payment; PaidBefore for a day to come; ProofWaiting.
    """
    row = queries.payment(row.id, lock=True)
    if row.route != Route.TRANSFER or row.status not in (PaymentStatus.PLANNED, PaymentStatus.SENT):
        raise NotPayable()
    if new.paid_on > clock.local(at).date():
        raise PaidBefore()
    if queries.proof_waiting(row.id):
        raise ProofWaiting()
    if row.status == PaymentStatus.PLANNED:
        row.sent_at = at
        move(row, PaymentStatus.SENT, at)
    proof = TransferProof(
        payment_id=row.id, file_id=file.id if file else None, reference=new.reference, treasury=new.treasury,
        paid_on=new.paid_on, sent_by=by.user_id, sent_at=at,
    )  # fmt: skip
    db.session().add(proof)
    db.flush_or(ProofWaiting)
    audit.record(by, "transfer.proof", row, at, reference=proof.reference, paid_on=str(proof.paid_on))
    mails.proof_sent(row, proof, at)
    return proof


def confirm(row: Payment, *, by: Actor, at: datetime) -> None:
    """The payee's side has the money. Raises: NoSuchMove when no proof waits."""
    row, proof = _waiting(row)
    proof.confirmed, proof.decided_by, proof.decided_at = True, by.user_id, at
    row.captured_fen = row.amount_fen
    settling.pay_charges(row, at, reference=proof.reference)
    audit.record(by, "transfer.confirm", row, at, reference=proof.reference, amount_fen=row.amount_fen)


def refuse(row: Payment, why: str, *, by: Actor, at: datetime) -> None:
    """The payee's side does not find the money: the payment has failed, its charges are open again. Raises: NoSuchMove."""
    row, proof = _waiting(row)
    proof.confirmed, proof.why, proof.decided_by, proof.decided_at = False, why.strip()[:500], by.user_id, at
    settling.release(row, PaymentStatus.FAILED, at, proof.why)
    audit.record(by, "transfer.refuse", row, at, why=proof.why)
    mails.proof_refused(row, proof, at)


def _waiting(row: Payment) -> tuple[Payment, TransferProof]:
    row = queries.payment(row.id, lock=True)
    proof = queries.proof_waiting(row.id, lock=True)
    if proof is None or row.status != PaymentStatus.SENT:
        raise NoSuchMove(was=str(row.status), to=str(PaymentStatus.CONFIRMED))
    return row, proof
