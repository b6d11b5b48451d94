"""Institutions' products: what an application is judged by; and the public page that says so."""

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts import labels as accounts
from marketplace.accounts.models import OrganisationKind
from marketplace.arrangements import labels as arrangements
from marketplace.catalog import queries as catalog
from marketplace.catalog.labels import class_name
from marketplace.catalog.models import Listing, ListingKind
from marketplace.financing import labels, products, queries
from marketplace.financing.errors import AlreadySaved
from marketplace.financing.models import FinanceProduct, ProductKind
from marketplace.financing.permissions import EDIT_PRODUCT, SEE_PRODUCTS
from marketplace.financing.rules import Criterion, subject_of
from marketplace.financing.schemas import ProductForm
from marketplace.financing.views import BIG, bp
from marketplace.kit import clock, forms
from marketplace.kit.errors import NotFound, Stale
from marketplace.kit.forms import Filled, yuan_text
from marketplace.kit.permissions import can, current_actor, guarded, public
from marketplace.kit.web import back_to, page
from marketplace.taxonomy import queries as taxonomy

LISTING = BIG.format("listing_id")


@bp.get("/financing/products")
@guarded(SEE_PRODUCTS)
def product_list() -> Response:
    """The institution's finance listings: which may be applied for, and which still need terms."""
    rows = queries.products_of(current_actor().organisation_id)
    return page("financing/products.html", rows=rows, labels=labels)


@bp.get(f"/financing/products/{LISTING}")
@guarded(SEE_PRODUCTS)
def product(listing_id: int) -> Response:
    """Terms, eligibility and papers of one product."""
    listing = _own_listing(listing_id)
    return _product_page(listing, Filled(_values(listing, queries.product_of(listing.id))))


@bp.post(f"/financing/products/{LISTING}")
@guarded(EDIT_PRODUCT)
def save_product(listing_id: int) -> Response:
    """Keep them."""
    listing = _own_listing(listing_id)
    form = forms.read(ProductForm, request.form)
    typed = request.form.get("revision", "")
    form.values["revision"] = typed
    if not form.data:
        return _product_page(listing, form, 422)
    revision = int(typed) if typed.isdecimal() and len(typed) < 10 else None
    try:
        products.save_product(listing, form.data, revision=revision, by=current_actor(), at=clock.now())
    except AlreadySaved as twin:
        raise Stale() from twin
    flash(_("已保存。之后的申请按新条件判断,已收到的申请仍按原条件。"), "ok")
    return back_to(url_for("financing.product_list"))


@bp.get(f"/listings/{LISTING}/financing")
@public
def terms(listing_id: int) -> Response:
    """What a product promises and asks, for everybody who may see its listing."""
    actor = current_actor()
    listing, owner = catalog.listing_for(actor, listing_id)
    row = queries.product_of(listing.id)
    if listing.kind != ListingKind.FINANCE:
        raise NotFound()
    rules = row.eligibility if row else []
    return page(
        "financing/terms.html", row=row, listing=listing, owner=owner, labels=labels, may=can("financing.apply"),
        subject=subject_of(row.kind) if row else None, takes=row is not None and row.open and catalog.is_public(listing, owner),
        rules=[(labels.criterion(one["criterion"]), labels.rule(one["criterion"], one)) for one in rules],
    )  # fmt: skip


def _own_listing(listing_id: int) -> Listing:
    listing = catalog.listing(listing_id)
    if listing.owner_id != current_actor().organisation_id or listing.kind != ListingKind.FINANCE:
        raise NotFound()
    return listing


def _values(listing: Listing, row: FinanceProduct | None) -> dict[str, Any]:
    """A product as it stands in the form; a new one with what its listing says."""
    if row is None:
        return {
            "kind": _first_kind(listing),
            "open": "1",
            "every_months": 1,
            "timing": "arrears",
            "decision_days": 10,
            "revision": "",
        }
    values: dict[str, Any] = {
        **row.terms,
        "kind": row.kind.value,
        "open": "1" if row.open else "",
        "revision": row.revision,
    }
    values["documents"] = "\n".join(row.documents)
    for rule in row.eligibility:
        code = rule["criterion"]
        if code in (Criterion.APPLICANT, Criterion.PROVINCE, Criterion.EQUIPMENT):
            name = {Criterion.APPLICANT: "applicants", Criterion.PROVINCE: "provinces", Criterion.EQUIPMENT: "classes"}[
                code
            ]
            values[name] = rule["values"]
        elif code in (Criterion.BASE, Criterion.ORDER):
            values[code] = rule.get("least", "1")
        else:
            show = yuan_text if code == Criterion.AMOUNT else str
            values |= {f"{code}_{end}": show(rule[end]) for end in ("least", "most") if end in rule}
    return values


def _first_kind(listing: Listing) -> str:
    offered = set(listing.arrangements)
    if "finance_lease" in offered:
        return ProductKind.FINANCE_LEASE.value
    if "operating_lease" in offered:
        return ProductKind.OPERATING_LEASE.value
    return ProductKind.OTHER_INSURANCE.value if "insurance" in offered else ProductKind.LOAN.value


def _product_page(listing: Listing, form: Filled, status: int = 200) -> Response:
    applicants = (
        OrganisationKind.SUPPLIER,
        OrganisationKind.BUYER,
        OrganisationKind.PARK,
        OrganisationKind.INSTITUTION,
    )
    groups = [node for node in taxonomy.classes() if node.kind == "product"]
    return page(
        "financing/product.html", status=status, listing=listing, form=form, may=can(EDIT_PRODUCT),
        kinds=[(kind.value, labels.kind(kind)) for kind in ProductKind], provinces=[(p, p) for p in taxonomy.provinces()],
        applicants=[(kind.value, accounts.kind(kind)) for kind in applicants], intervals=arrangements.intervals(),
        timings=arrangements.timings(), classes=[
            (class_name(group.code), [(node.code, class_name(node.code)) for node in taxonomy.classes(group.code)])
            for group in groups
        ],
    )  # fmt: skip
