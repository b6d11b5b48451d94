"""Shapes that come in through the pages of financing."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from flask_babel import gettext as _
from pydantic import BeforeValidator, Field, model_validator

from marketplace.accounts.models import OrganisationKind
from marketplace.arrangements.terms import Interval, Timing
from marketplace.financing.models import ProductKind, Subject
from marketplace.financing.models_consortium import MemberRole
from marketplace.financing.rules import SUBJECTS, Criterion
from marketplace.kit.forms import Form, Yuan
from marketplace.kit.money import MAX_FEN
from marketplace.taxonomy import queries as taxonomy

ITEMS_MOST, DOCUMENTS_MOST, MEMBERS_MOST = 10, 12, 8
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，％", "0123456789.,%")


def _plain(value: Any) -> Any:
    return value.translate(_FULL_WIDTH).replace(",", "").removesuffix("%").strip() if isinstance(value, str) else value


Amount = Annotated[Yuan, Field(ge=0, le=MAX_FEN)]
Percent = Annotated[Decimal, BeforeValidator(_plain), Field(ge=0, le=100, decimal_places=4)]
Rate = Annotated[Decimal, BeforeValidator(_plain), Field(ge=0, le=36, decimal_places=4)]
Quantity = Annotated[Decimal, BeforeValidator(_plain), Field(gt=0, le=10_000_000, decimal_places=3)]
Months = Annotated[int, BeforeValidator(_plain), Field(ge=1, le=360)]
Key = Annotated[str, Field(min_length=8, max_length=40)]


class ProductTerms(Form):
    """What a product promises before anybody applies; what it leaves open is settled by the offer."""

    rate: Rate | None = None
    premium: Percent | None = None
    down: Percent | None = None
    every_months: Interval = 1
    timing: Timing = "arrears"
    decision_days: int = Field(default=10, ge=1, le=90)
    conditions: str = Field(default="", max_length=2000)


class ProductForm(ProductTerms):
    """A product as its institution fills it in: terms, then who may apply, then the papers, one per line."""

    kind: ProductKind
    open: bool = False
    applicants: list[OrganisationKind] = Field(default_factory=list)
    provinces: list[str] = Field(default_factory=list, max_length=40)
    classes: list[str] = Field(default_factory=list, max_length=60)
    amount_least: Amount | None = None
    amount_most: Amount | None = None
    months_least: Months | None = None
    months_most: Months | None = None
    years_least: int | None = Field(default=None, ge=0, le=100)
    people_least: int | None = Field(default=None, ge=1, le=1_000_000)
    base: Literal["declared", "confirmed"] | None = None
    order: bool = False
    documents: str = Field(default="", max_length=2000)

    @model_validator(mode="after")
    def _in_order(self) -> "ProductForm":
        for low, high in ((self.amount_least, self.amount_most), (self.months_least, self.months_most)):
            if low is not None and high is not None and low > high:
                raise ValueError(_("下限不能高于上限。"))
        if set(self.provinces) - set(taxonomy.provinces()) or any(not taxonomy.class_(code) for code in self.classes):
            raise ValueError(_("请从列出的选项中选择。"))
        if len(self.papers()) > DOCUMENTS_MOST or any(len(name) > 120 for name in self.papers()):
            raise ValueError(_("材料最多 %(n)s 项,每项不超过 120 字。", n=DOCUMENTS_MOST))
        return self

    def papers(self) -> list[str]:
        """The papers asked for, each once."""
        return list(dict.fromkeys(line.strip() for line in self.documents.splitlines() if line.strip()))

    def terms(self) -> dict[str, Any]:
        """The terms alone, as stored."""
        return self.model_dump(mode="json", include=set(ProductTerms.model_fields))

    def eligibility(self) -> list[dict[str, Any]]:
        """Who may apply, as rules.judge reads it; what is left open is no rule."""
        found: list[dict[str, Any]] = []
        for criterion, values in (
            (Criterion.APPLICANT, [kind.value for kind in self.applicants]), (Criterion.PROVINCE, self.provinces),
            (Criterion.EQUIPMENT, self.classes),
        ):  # fmt: skip
            if values:
                found.append({"criterion": criterion.value, "values": values})
        for criterion, low, high in (
            (Criterion.AMOUNT, self.amount_least, self.amount_most), (Criterion.MONTHS, self.months_least, self.months_most),
            (Criterion.YEARS, self.years_least, None), (Criterion.PEOPLE, self.people_least, None),
        ):  # fmt: skip
            bounds = {name: value for name, value in (("least", low), ("most", high)) if value is not None}
            if bounds:
                found.append({"criterion": criterion.value, **bounds})
        if self.base:
            found.append({"criterion": Criterion.BASE.value, "least": self.base})
        if self.order:
            found.append({"criterion": Criterion.ORDER.value})
        return found


class ItemForm(Form):
    """One thing to be financed or insured; its class by name or code. Empty ones are left out."""

    name: str = Field(default="", max_length=120)
    class_code: str = Field(default="", max_length=60)
    quantity: Quantity | None = None
    unit: str = Field(default="", max_length=20)
    price_fen: Amount | None = None

    @model_validator(mode="after")
    def _whole(self) -> "ItemForm":
        if not self.name and (self.quantity or self.price_fen):
            raise ValueError(_("请填写名称,或整行留空。"))
        if self.class_code and not taxonomy.class_(self.class_code):
            named = taxonomy.class_by_name(self.class_code)
            if named is None:
                raise ValueError(_("没有这个装备类别,请从列表中选择,或留空。"))
            self.class_code = named.code
        return self


class ApplicationForm(Form):
    """The one form. What a draft may still lack is said before it is sent."""

    form_key: Key = Field(default="unchanged")
    subject: Subject
    wanted: list[ProductKind] = Field(default_factory=list)
    title: str = Field(min_length=2, max_length=120)
    purpose: str = Field(default="", max_length=4000)
    amount_fen: Annotated[Amount, Field(gt=0)] | None = None
    months: Months | None = None
    province: str = Field(default="", max_length=30)
    founded_on: date | None = None
    people: int | None = Field(default=None, ge=1, le=1_000_000)
    revenue_fen: Amount | None = None
    security: str = Field(default="", max_length=500)
    items: list[ItemForm] = Field(default_factory=list)

    @model_validator(mode="after")
    def _of_one_subject(self) -> "ApplicationForm":
        if set(self.wanted) - set(SUBJECTS[self.subject]):
            raise ValueError(_("所选方式与申请类别不一致,请重新选择。"))
        if self.province and self.province not in taxonomy.provinces():
            raise ValueError(_("请从列出的选项中选择。"))
        return self


class OfferTerms(Form):
    """What an institution offers. `amount_fen` is financed, insured or vouched for; `rate` is nominal, percent a year."""

    kind: ProductKind
    amount_fen: Annotated[Amount, Field(gt=0)]
    months: Months
    rate: Rate | None = None
    repay: Literal["level", "bullet"] = "level"
    every_months: Interval = 1
    timing: Timing = "arrears"
    down: Annotated[Percent, Field(lt=100)] = Decimal(0)
    rent_fen: Amount | None = None
    transfer_fen: Amount = 0
    premium_fen: Amount | None = None
    deductible_fen: Amount = 0
    fee_fen: Amount = 0
    deposit_fen: Amount = 0

    @model_validator(mode="after")
    def _whole(self) -> "OfferTerms":
        kind = self.kind
        if kind in (ProductKind.LOAN, ProductKind.GUARANTEE) and self.rate is None:
            raise ValueError(_("请填写年利率或年费率。"))
        if kind == ProductKind.OPERATING_LEASE and not self.rent_fen:
            raise ValueError(_("请填写每期租金。"))
        if kind == ProductKind.FINANCE_LEASE and (self.rate is None) == (self.rent_fen is None):
            raise ValueError(_("年利率与每期租金须填且只填一项。"))
        if kind in SUBJECTS[Subject.COVER] and not self.premium_fen:
            raise ValueError(_("请填写每年保费。"))
        if kind in SUBJECTS[Subject.FUNDING] and self.months % self.every_months:
            raise ValueError(_("期限须为付款周期的整数倍。"))
        return self


class OfferForm(OfferTerms):
    """An offer with what goes beside its numbers."""

    form_key: Key
    conditions: str = Field(default="", max_length=2000)
    valid_until: date


class Reason(Form):
    """Why."""

    reason: str = Field(min_length=2, max_length=500)


class MessageForm(Form):
    """What is asked for, or answered."""

    form_key: Key
    text: str = Field(min_length=2, max_length=2000)


class MemberForm(Form):
    """One member of a consortium by its code or full name; empty ones are left out."""

    who: str = Field(default="", max_length=120)
    role: MemberRole | None = None
    duties: str = Field(default="", max_length=500)
    share: int | None = Field(default=None, ge=0, le=100)

    @model_validator(mode="after")
    def _whole(self) -> "MemberForm":
        if self.who and self.role is None:
            raise ValueError(_("请选择成员的角色。"))
        if not self.who and (self.role or self.duties or self.share is not None):
            raise ValueError(_("请填写成员单位,或整行留空。"))
        return self


class ConsortiumForm(Form):
    """An agreement as its leader writes it; the first member is the leader itself."""

    form_key: Key = Field(default="unchanged")
    title: str = Field(min_length=2, max_length=120)
    text: str = Field(default="", max_length=20_000)
    members: list[MemberForm] = Field(default_factory=list)
