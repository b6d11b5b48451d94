"""Shapes that come in through pages and files."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Any

from flask_babel import gettext as _
from pydantic import Field, ValidationInfo, field_validator, model_validator
from werkzeug.datastructures import MultiDict

from marketplace.arrangements import rules as arrangements
from marketplace.catalog import specs
from marketplace.catalog.models import Listing, ListingKind, PriceKind, ReviewDecision
from marketplace.kit.forms import Filled, Form, Yuan, yuan_text
from marketplace.kit.money import MAX_FEN
from marketplace.taxonomy import queries as taxonomy

NATIONWIDE = "全国"
MAX_COUNT = 2_000_000_000
MAX_SPECS = 60
CODES_CHECKED = {"codes_checked": True}
"""Validation context of whoever has looked the codes up already: an import of many rows."""
Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]
Fen = Annotated[Yuan, Field(ge=0, le=MAX_FEN)]


class ListingForm(Form):
    """A listing as typed, whether on the page or in a file. Prices are typed in yuan and kept in fen.

    Only the name is asked of a draft; what publication needs is `rules.missing`.
    """

    kind: ListingKind = ListingKind.PRODUCT
    class_code: str | None = Field(default=None, max_length=32)
    name: str = Field(min_length=2, max_length=120)
    name_en: str = Field(default="", max_length=160)
    model: str = Field(default="", max_length=80)
    summary: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=8000)
    emergency_categories: list[str] = Field(default_factory=list, max_length=4)
    field_codes: list[str] = Field(default_factory=list, max_length=6)
    event_codes: list[str] = Field(default_factory=list, max_length=60)
    price_kind: PriceKind = PriceKind.REQUEST
    price_min_fen: Fen | None = None
    price_max_fen: Fen | None = None
    unit: str = Field(default="", max_length=20)
    min_order: Annotated[int, Field(ge=1, le=MAX_COUNT)] | None = None
    stock: Count | None = None
    monthly_capacity: Count | None = None
    lead_time_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    service_regions: list[str] = Field(default_factory=list, max_length=40)
    arrangements: list[str] = Field(default_factory=list, max_length=20)
    external_ref: str = Field(default="", max_length=80)
    specs: list[dict[str, Any]] = Field(default_factory=list, max_length=MAX_SPECS)

    @field_validator("class_code")
    @classmethod
    def _known_class(cls, code: str | None, info: ValidationInfo) -> str | None:
        if code and info.context is not CODES_CHECKED and taxonomy.class_(code) is None:
            raise ValueError(_("没有此类别,请重新选择。"))
        return code or None

    @field_validator("emergency_categories", "field_codes", "event_codes", "service_regions", "arrangements")
    @classmethod
    def _known_codes(cls, codes: list[str], info: ValidationInfo) -> list[str]:
        checked = info.context is CODES_CHECKED
        unknown = [] if checked else [code for code in codes if code not in known_codes(info.field_name or "")]
        if unknown:
            raise ValueError(_("未知的选项:%(names)s", names="、".join(unknown)[:100]))
        return [NATIONWIDE] if NATIONWIDE in codes else list(dict.fromkeys(codes))

    @model_validator(mode="after")
    def _settle_price(self) -> "ListingForm":
        if self.price_kind == PriceKind.REQUEST:
            self.price_min_fen = self.price_max_fen = None
        elif self.price_kind == PriceKind.FIXED:
            self.price_max_fen = self.price_min_fen
        elif None not in (self.price_min_fen, self.price_max_fen) and self.price_max_fen < self.price_min_fen:
            raise ValueError(_("价格上限不能低于下限。"))
        return self


class CertificateForm(Form):
    """A certificate as typed."""

    kind: str = Field(min_length=1, max_length=80)
    number: str = Field(default="", max_length=80)
    issuer: str = Field(default="", max_length=120)
    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "CertificateForm":
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(_("有效期截止不能早于起始。"))
        return self


class ReviewForm(Form):
    """An operator's decision."""

    decision: ReviewDecision
    reason: str = Field(default="", max_length=1000)
    revision: int = Field(ge=0)


def known_codes(field: str) -> Collection[str]:
    """What a coded field may hold."""
    if field == "event_codes":
        return taxonomy.reference().events
    if field == "service_regions":
        return {NATIONWIDE, *taxonomy.provinces()}
    if field == "arrangements":
        return {kind.code for kind in arrangements.KINDS}
    return {row[0] for row in (taxonomy.categories() if field == "emergency_categories" else taxonomy.fields())}


def typed_specs(sent: MultiDict[str, str]) -> list[specs.Spec]:
    """The spec rows of the edit form: every row sends its name, value and unit; rows without a value are left out."""
    rows = zip(sent.getlist("spec_name"), sent.getlist("spec_value"), sent.getlist("spec_unit"), strict=False)
    return [
        specs.read_spec(name.strip()[:60], value[:300], unit[:20])
        for name, value, unit in rows
        if name.strip() and value.strip()
    ]


def sent_listing(sent: MultiDict[str, str]) -> dict[str, Any]:
    """What the edit form sent, ready for `forms.read`, with specs gathered from their rows."""
    many = ("emergency_categories", "field_codes", "event_codes", "service_regions", "arrangements")
    values: dict[str, Any] = {name: sent.get(name) for name in ListingForm.model_fields if name not in many}
    values.update({name: [value for value in sent.getlist(name) if value] for name in many})
    values["specs"] = typed_specs(sent)
    return values


def filled_from(listing: Listing) -> Filled[ListingForm]:
    """The edit form showing a stored listing."""
    values = {name: getattr(listing, name) for name in ListingForm.model_fields}
    high = listing.price_max_fen if listing.price_kind == PriceKind.BAND else None
    values |= {"price_min_fen": yuan_text(listing.price_min_fen), "price_max_fen": yuan_text(high)}
    return Filled(values=values)


def merged(row: Listing, form: ListingForm) -> ListingForm:
    """A stored listing with what a row of a file says put over it: an absent column or an empty cell changes nothing."""
    told = {name: getattr(form, name) for name in form.model_fields_set - {"price_min_fen", "price_max_fen"}}
    if "price_kind" in told:
        told |= {"price_min_fen": form.price_min_fen, "price_max_fen": form.price_max_fen}
    stored = {name: getattr(row, name) for name in ListingForm.model_fields}
    return ListingForm.model_validate(stored | told, context=CODES_CHECKED)
