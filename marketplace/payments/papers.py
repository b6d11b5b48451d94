"""Verbs about papers: billing details, and invoices asked for and written."""

from datetime import date, datetime

from sqlmodel import select

from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound
from marketplace.kit.files import StoredFile
from marketplace.kit.i18n import told as _
from marketplace.kit.moves import move
from marketplace.kit.permissions import Actor
from marketplace.payments import mails
from marketplace.payments.errors import InvoiceExists, NoBillingDetails
from marketplace.payments.models import Charge, ChargeStatus
from marketplace.payments.models_papers import BillingProfile, Invoice, InvoiceKind, InvoiceStatus
from marketplace.payments.schemas import BillingForm

_COPIED = ("title", "tax_number", "address", "phone", "email", "bank_name", "bank_account")


def profile_of(organisation_id: int) -> BillingProfile | None:
    """Where an organisation's invoices go and where it takes transfers, if it said so."""
    return db.session().exec(select(BillingProfile).where(BillingProfile.organisation_id == organisation_id)).first()


def save_profile(new: BillingForm, *, by: Actor, at: datetime) -> BillingProfile:
    """Write down one's own details; invoices asked for before keep what they had."""
    row = profile_of(by.organisation_id) or BillingProfile(
        organisation_id=by.organisation_id, created_at=at, updated_at=at
    )
    before = row.bank_account
    for name, value in new.model_dump().items():
        setattr(row, name, value)
    row.updated_at = at
    db.session().add(row)
    db.session().flush()
    audit.record(by, "billing.save", row, at, account_changed=before != row.bank_account)
    return row


def ask_invoice(charge: Charge, kind: InvoiceKind, *, by: Actor, at: datetime) -> Invoice:
    """The payer asks for an invoice over what was paid and not given back. Raises: NoBillingDetails, InvoiceExists."""
    profile = profile_of(by.organisation_id)
    if profile is None or not profile.title or not profile.tax_number:
        raise NoBillingDetails()
    amount = charge.amount_fen - charge.refunding_fen
    if charge.status != ChargeStatus.PAID or charge.deposit or amount <= 0:
        raise InvoiceExists()
    row = Invoice(
        charge_id=charge.id, payer_id=charge.payer_id, payee_id=charge.payee_id, kind=kind, amount_fen=amount,
        asked_by=by.user_id, created_at=at, updated_at=at, **{name: getattr(profile, name) for name in _COPIED},
    )  # fmt: skip
    db.session().add(row)
    db.flush_or(InvoiceExists)
    audit.record(by, "invoice.ask", row, at, charge=charge.id, amount_fen=amount)
    mails.invoice_asked(row.payee_id, row.id, row.title, at)
    return row


def issue(row: Invoice, number: str, issued_on: date, file: StoredFile | None, *, by: Actor, at: datetime) -> None:
    """The payee's side has written it. Raises: NoSuchMove."""
    row.number, row.issued_on, row.file_id = number, issued_on, file.id if file else None
    move(row, InvoiceStatus.ISSUED, at)
    audit.record(by, "invoice.issue", row, at, number=number)
    mails.invoice_answered(row.payer_id, row.charge_id, row.id, _("发票号码 %(number)s", number=number), at)


def refuse(row: Invoice, why: str, *, by: Actor, at: datetime) -> None:
    """The payee's side will not; the payer may correct its details and ask again. Raises: NoSuchMove."""
    row.why = why.strip()[:500]
    move(row, InvoiceStatus.REFUSED, at)
    audit.record(by, "invoice.refuse", row, at, why=row.why)
    mails.invoice_answered(row.payer_id, row.charge_id, row.id, _("未开具:%(why)s", why=row.why), at)


def invoice(invoice_id: int, *, lock: bool = False) -> Invoice:
    """`lock` before answering. Raises: NotFound."""
    found = db.session().get(Invoice, invoice_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound()
    return found


def invoices_of(charge_id: int) -> list[Invoice]:
    """The invoices asked for a charge, newest first."""
    return list(db.session().exec(select(Invoice).where(Invoice.charge_id == charge_id).order_by(Invoice.id.desc())))


def invoices_for(organisation_id: int, limit: int = 100) -> list[tuple[Invoice, Charge]]:
    """Invoices this organisation writes or gets: those that wait first."""
    mine = (Invoice.payee_id == organisation_id) | (Invoice.payer_id == organisation_id)
    query = select(Invoice, Charge).join(Charge, Charge.id == Invoice.charge_id).where(mine)
    return list(
        db.session().exec(query.order_by(Invoice.status != InvoiceStatus.ASKED, Invoice.id.desc()).limit(limit))
    )
