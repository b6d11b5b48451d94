"""What the payments room tells people: in the inbox and by mail, once per event."""

from datetime import datetime

from marketplace.accounts import queries as accounts
from marketplace.accounts.actions import tell
from marketplace.accounts.models import Role
from marketplace.kit.i18n import told as _
from marketplace.kit.money import format_fen
from marketplace.payments.models import Payment, Refund, TransferProof


def paid(row: Payment, at: datetime) -> None:
    """Both sides: the money has come in."""
    body = _("付款 %(number)s,金额 %(amount)s 已确认到账。", number=row.number, amount=format_fen(row.amount_fen))
    for organisation_id in (row.payer_id, row.payee_id):
        people = accounts.people_of(organisation_id)
        tell(people, _("款项已到账"), body, f"/payments/{row.id}", key=f"paid-{row.id}-{organisation_id}", at=at)


def proof_sent(row: Payment, proof: TransferProof, at: datetime) -> None:
    """The payee's side: a transfer waits for confirmation."""
    body = _("%(number)s,金额 %(amount)s,回单号 %(reference)s。请核对银行流水后确认或退回。",
             number=row.number, amount=format_fen(row.amount_fen), reference=proof.reference)  # fmt: skip
    people = accounts.people_of(row.payee_id)
    tell(people, _("收到转账凭证,请确认到账"), body, "/payments/transfers", key=f"proof-{proof.id}", at=at)


def proof_refused(row: Payment, proof: TransferProof, at: datetime) -> None:
    """The payer: the payee has not found the money."""
    body = _("%(number)s:%(why)s", number=row.number, why=proof.why)
    people = accounts.people_of(row.payer_id)
    tell(people, _("收款方未确认您的转账"), body, f"/payments/{row.id}", key=f"proof-refused-{proof.id}", at=at)


def refund_asked(row: Refund, at: datetime) -> None:
    """The payee's administrators: somebody has to approve."""
    body = _("%(number)s,金额 %(amount)s,理由:%(reason)s。需要 %(n)s 位管理员批准。",
             number=row.number, amount=format_fen(row.amount_fen), reason=row.reason, n=row.approvals_needed)  # fmt: skip
    people = [person for member, person in accounts.members_of(row.payee_id) if member.role == Role.ADMIN]
    tell(people, _("退款待批准"), body, f"/payments/refunds/{row.id}", key=f"refund-asked-{row.id}", at=at)


def refunded(row: Refund, at: datetime) -> None:
    """The payer: the money is back."""
    body = _("%(number)s,金额 %(amount)s 已退回。", number=row.number, amount=format_fen(row.amount_fen))
    people = accounts.people_of(row.payer_id)
    tell(people, _("退款已完成"), body, f"/payments/charges/{row.charge_id}", key=f"refunded-{row.id}", at=at)


def invoice_asked(payee_id: int, invoice_id: int, title: str, at: datetime) -> None:
    """The payee's side: an invoice is wanted."""
    people = accounts.people_of(payee_id)
    tell(
        people,
        _("收到开票申请"),
        _("抬头:%(title)s", title=title),
        "/payments/invoices",
        key=f"invoice-asked-{invoice_id}",
        at=at,
    )


def invoice_answered(payer_id: int, charge_id: int, invoice_id: int, words: str, at: datetime) -> None:
    """The payer: the invoice is there, or refused."""
    people = accounts.people_of(payer_id)
    tell(
        people,
        _("开票申请有了结果"),
        words,
        f"/payments/charges/{charge_id}",
        key=f"invoice-answered-{invoice_id}",
        at=at,
    )


def differences(count: int, at: datetime) -> None:
    """The operators: something has stood unexplained for more than a day. Once a day."""
    body = _("%(n)s 项对账差异超过 24 小时未处理。", n=count)
    tell(accounts.operators(), _("对账差异待处理"), body, "/operations/payments", key=f"differences-{at:%Y%m%d}", at=at)
