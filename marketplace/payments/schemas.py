"""What comes in from the pages of the payments room."""

from datetime import date
from typing import Annotated

from flask_babel import gettext as _
from pydantic import Field, StringConstraints, field_validator

from marketplace.kit.forms import Form, Yuan
from marketplace.kit.money import MAX_FEN
from marketplace.payments.models import Route
from marketplace.payments.models_papers import InvoiceKind

Words = Annotated[str, StringConstraints(min_length=2, max_length=500)]


class StartForm(Form):
    """Which charges to pay, how; `key` comes with the page, so that sending it twice pays once."""

    charge: list[int] = Field(min_length=1, max_length=50)
    route: Route
    key: str = Field(min_length=8, max_length=40)


class ProofForm(Form):
    """A transfer's receipt: its number, its day, whether it came from the treasury (国库集中支付)."""

    reference: str = Field(min_length=4, max_length=80)
    paid_on: date
    treasury: bool = False


class ReasonForm(Form):
    """A reason."""

    reason: Words


class RefundForm(Form):
    """How much goes back, and why."""

    amount_fen: Yuan = Field(gt=0, le=MAX_FEN)
    reason: Words
    key: str = Field(min_length=8, max_length=40)


class DepositForm(Form):
    """How much of a deposit is kept, and why."""

    amount_fen: Yuan = Field(gt=0, le=MAX_FEN)
    reason: Words
    key: str = Field(min_length=8, max_length=40)


class ReferenceForm(Form):
    """The receipt number of a transfer made."""

    reference: str = Field(min_length=4, max_length=80)


class BillingForm(Form):
    """开票与收款信息. The account is digits, spaces are passed over."""

    title: str = Field(min_length=2, max_length=120)
    tax_number: str = Field(min_length=15, max_length=20, pattern=r"^[0-9A-Za-z]+$")
    address: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=30)
    email: str = Field(default="", max_length=254, pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$")
    bank_name: str = Field(default="", max_length=100)
    bank_account: str = Field(default="", max_length=40)
    account_holder: str = Field(default="", max_length=120)

    @field_validator("tax_number")
    @classmethod
    def tax_number_in_capitals(cls, value: str) -> str:
        """As printed."""
        return value.upper()

    @field_validator("bank_account")
    @classmethod
    def account_of_digits(cls, value: str) -> str:
        """Digits only."""
        value = value.replace(" ", "").replace("-", "")
        if value and not (value.isascii() and value.isdecimal() and 8 <= len(value) <= 30):
            raise ValueError(_("银行账号应为 8 至 30 位数字。"))
        return value


class InvoiceForm(Form):
    """Which kind of invoice."""

    kind: InvoiceKind


class IssueForm(Form):
    """发票号码: 8 digits of the older kind with its code before, or 20 of a fully digital one."""

    number: str = Field(pattern=r"^(\d{8}|\d{18}|\d{20})$")
    issued_on: date
