"""A supplier's own listings: the table, writing, previewing, handing in, withdrawing."""

from datetime import timedelta

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import queries as people
from marketplace.accounts.errors import NotReady
from marketplace.arrangements import rules as arrangements
from marketplace.catalog import actions, exports, labels, queries, rules, snapshots, specs
from marketplace.catalog.attachments import MAX_DOCUMENTS, MAX_IMAGES
from marketplace.catalog.errors import ListingIncomplete, ReferenceTaken
from marketplace.catalog.jobs import STALE_DAYS
from marketplace.catalog.models import Listing, ListingKind, ListingStatus, PriceKind
from marketplace.catalog.permissions import EDIT_LISTING, SEE_OWN_LISTINGS
from marketplace.catalog.schemas import NATIONWIDE, ListingForm, filled_from, sent_listing
from marketplace.catalog.views import ID, bp
from marketplace.catalog.views_public import product_page
from marketplace.kit import clock, db, forms, web
from marketplace.kit.errors import NotFound, Refusal, Stale
from marketplace.kit.forms import Filled
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.reading import library
from marketplace.taxonomy import queries as taxonomy
from marketplace.taxonomy.reference import ClassNode

PER_PAGE = 30
EXTRA_ROWS = 4


@bp.get("/desk/listings")
@guarded(SEE_OWN_LISTINGS)
def own_listings() -> Response:
    """The organisation's listings by state, with how complete each is."""
    owner_id, now = current_actor().organisation_id, clock.now()
    status, text, number = _asked_status(), request.args.get("q", "").strip()[:100], web.page_number()
    stale = request.args.get("stale") == "1"
    before = now - timedelta(days=STALE_DAYS)
    rows, total = queries.own_page(owner_id, status, text, number, PER_PAGE, stale_before=before if stale else None)
    counts = queries.counts_of([row.id for row in rows], owner_id)
    whole = {row.id: rules.completeness(row, actions.required_specs(row.class_code), counts[row.id]) for row in rows}
    return page(
        "catalog/desk_listings.html", rows=rows, whole=whole, counts=counts, status_chosen=status, text=text, stale=stale,
        by_status=queries.own_counts(owner_id), stale_count=queries.stale_count(owner_id, before), before=before,
        pages=web.Pages(number, PER_PAGE, total), statuses=list(ListingStatus), labels=labels, stale_days=STALE_DAYS,
        org=people.organisation(owner_id),
    )  # fmt: skip


@bp.get("/desk/listings/export.xlsx")
@guarded(SEE_OWN_LISTINGS)
def export_listings() -> Response:
    """What the table shows, on all its pages, in the columns of the import template."""
    rows = queries.own_all(current_actor().organisation_id, _asked_status(), request.args.get("q", "").strip()[:100])
    return xlsx(exports.listings_xlsx(rows), f"listings-{clock.today():%Y%m%d}.xlsx")


@bp.post("/desk/listings/bulk")
@guarded(EDIT_LISTING)
def bulk_listings() -> BaseResponse:
    """Confirm, hand in or withdraw the chosen listings; what cannot be is counted, not hidden."""
    actor, at, act = current_actor(), clock.now(), request.form.get("act", "")
    ids = [int(text) for text in request.form.getlist("id") if text.isdecimal() and len(text) < 10]
    owner = people.organisation(actor.organisation_id)
    if act in ("confirm", "confirm_all"):
        count = actions.confirm_listings(owner, None if act == "confirm_all" else ids, by=actor, at=at)
        flash(_("已确认 %(n)s 条供给的价格与库存仍然有效。", n=count), "ok")
        return back_to(web.safe_next(url_for("catalog.own_listings")))
    verbs = {"submit": actions.submit_listing, "withdraw": actions.withdraw_listing}
    if act not in verbs:
        raise NotFound()
    done, refused = 0, []
    for row in queries.own_listings(owner.id, ids):
        try:
            verbs[act](row, by=actor, at=at)
            done += 1
        except Refusal as refusal:
            refused.append(f"{row.name}:{refusal.message()}")
    flash(_("已处理 %(n)s 条。", n=done), "ok")
    for sentence in refused[:5]:
        flash(sentence, "wait")
    if len(refused) > 5:
        flash(_("另有 %(n)s 条未处理。", n=len(refused) - 5), "wait")
    return back_to(web.safe_next(url_for("catalog.own_listings")))


@bp.get("/desk/listings/new")
@guarded(EDIT_LISTING)
def new_listing() -> Response:
    """First the kind and the class, by search or tree; then the form that the class draws."""
    kind = _asked_kind()
    code, text = request.args.get("class_code", ""), request.args.get("q", "").strip()[:60]
    if taxonomy.class_(code) or request.args.get("class_code") == "none":
        return _form_page(None, Filled(values=_fresh_values(kind, code)))
    found = _search_classes(text) if text else []
    return page(
        "catalog/choose_class.html", kind=kind, kinds=list(ListingKind), labels=labels, text=text, found=found,
        taxonomy=taxonomy, org=people.organisation(current_actor().organisation_id),
    )  # fmt: skip


@bp.post("/desk/listings")
@guarded(EDIT_LISTING)
def create_listing() -> Response | BaseResponse:
    """Keep a new draft."""
    form = forms.read(ListingForm, sent_listing(request.form))
    if not form:
        return _form_page(None, form, 422)
    actor = current_actor()
    try:
        row = actions.create_listing(people.organisation(actor.organisation_id), form.data, by=actor, at=clock.now())
    except ReferenceTaken as taken:
        db.unit().rollback()
        return _form_page(None, form.fail("external_ref", taken.message()), 422)
    flash(_("草稿已保存。补充图片和证书后即可提交审核。"), "ok")
    return back_to(url_for("catalog.edit_listing", listing_id=row.id))


@bp.get(f"/desk/listings/{ID}")
@guarded(SEE_OWN_LISTINGS)
def edit_listing(listing_id: int) -> Response:
    """One own listing: what is missing, the form, pictures and papers."""
    row = own(listing_id)
    return _form_page(row, filled_from(row))


@bp.post(f"/desk/listings/{ID}")
@guarded(EDIT_LISTING)
def save_listing(listing_id: int) -> Response | BaseResponse:
    """Keep what was typed; published listings change at once."""
    row = own(listing_id, to_edit=True)
    form = forms.read(ListingForm, sent_listing(request.form))
    if not form:
        return _form_page(row, form, 422)
    try:
        changed = actions.edit_listing(row, form.data, by=current_actor(), at=clock.now(), revision=_revision())
    except ReferenceTaken as taken:
        db.unit().rollback()
        return _form_page(own(listing_id), form.fail("external_ref", taken.message()), 422)
    except ListingIncomplete as incomplete:
        for name, text in zip(incomplete.details["fields"], incomplete.details["missing"], strict=True):
            form.fail(name, _("已发布的信息不能缺少:%(names)s", names=text))
        return _form_page(row, form, 422)
    except Stale:
        message = _("同事刚刚保存过此信息。以下是您填写的内容;再次保存将覆盖对方的修改。")
        return _form_page(row, form.fail("", message), 409)
    if row.status == ListingStatus.PUBLISHED and changed:
        flash(_("已保存,公开页面已更新为第 %(n)s 版。", n=row.version), "ok")
    else:
        flash(_("已保存。") if changed else _("内容没有变化,已确认价格与库存仍然有效。"), "ok")
    if request.form.get("then") == "submit":
        _submit(row)
    return back_to(url_for("catalog.edit_listing", listing_id=row.id))


@bp.get(f"/desk/listings/{ID}/preview")
@guarded(SEE_OWN_LISTINGS)
def preview_listing(listing_id: int) -> Response:
    """The product page as buyers will see it."""
    row = own(listing_id)
    return product_page(row, snapshots.content_of(row, queries.owner_of(row)), preview=True)


@bp.post(f"/desk/listings/{ID}/submit")
@guarded(EDIT_LISTING)
def submit_listing(listing_id: int) -> BaseResponse:
    """Hand a listing to the operators."""
    row = own(listing_id, to_edit=True)
    _submit(row)
    return back_to(url_for("catalog.edit_listing", listing_id=row.id))


@bp.post(f"/desk/listings/{ID}/withdraw")
@guarded(EDIT_LISTING)
def withdraw_listing(listing_id: int) -> BaseResponse:
    """Take a listing out of sight."""
    row = own(listing_id, to_edit=True)
    actions.withdraw_listing(row, by=current_actor(), at=clock.now())
    flash(_("已下架。需要时可重新提交。"), "ok")
    return back_to(url_for("catalog.edit_listing", listing_id=row.id))


@bp.post(f"/desk/listings/{ID}/copy")
@guarded(EDIT_LISTING)
def copy_listing(listing_id: int) -> BaseResponse:
    """Begin a draft from this listing."""
    copy = actions.copy_listing(own(listing_id, to_edit=True), by=current_actor(), at=clock.now())
    flash(_("已复制为新草稿。"), "ok")
    return back_to(url_for("catalog.edit_listing", listing_id=copy.id))


def own(listing_id: int, *, to_edit: bool = False) -> Listing:
    """A listing of the organisation acted for. Raises: NotFound for others', as if absent."""
    row = queries.listing(listing_id)
    check(EDIT_LISTING if to_edit else SEE_OWN_LISTINGS, row)
    return row


def xlsx(content: bytes, name: str) -> Response:
    """A workbook to download."""
    response = Response(content, mimetype=exports.MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _submit(row: Listing) -> None:
    # What was typed stays saved when it cannot be handed in yet.
    try:
        actions.submit_listing(row, by=current_actor(), at=clock.now())
    except (ListingIncomplete, NotReady) as refusal:
        flash(refusal.message(), "wait")
    else:
        flash(_("已提交审核,结果会通知您。"), "ok")


def _form_page(row: Listing | None, form: Filled, status: int = 200) -> Response:
    code = form.get("class_code") or None
    typed = form.values.get("specs") or []
    fields = taxonomy.template(code or "")
    by_key = {spec.get("key"): spec for spec in specs.with_keys(typed, code) if spec.get("key")}
    own_rows = [spec for spec in specs.with_keys(typed, code) if spec.get("key") not in {f.key for f in fields}]
    counts = queries.counts_of([row.id], row.owner_id)[row.id] if row else {}
    return page(
        "catalog/edit.html", listing=row, form=form, fields=fields, by_key=by_key, own_rows=own_rows, specs=specs,
        labels=labels, options=_options(), class_groups=_class_groups(), class_code=code, extra=EXTRA_ROWS,
        whole=rules.completeness(row, actions.required_specs(row.class_code), counts) if row else None, counts=counts,
        images=queries.images(row.id) if row else [], documents=queries.documents(row.id) if row else [],
        certificates=queries.certificates(row.owner_id, row.id) if row else [], max_images=MAX_IMAGES,
        max_documents=MAX_DOCUMENTS, reviews=queries.reviews_of(row.id) if row else [], missing=_missing(row),
        certificate_kinds=[name for name, _aliases in taxonomy.certificate_kinds()], today=clock.today(),
        org=people.organisation(current_actor().organisation_id), status=status,
    )  # fmt: skip


def _options() -> dict[str, list[tuple[str, str]]]:
    events = [term.code for term in taxonomy.events() if term.detail.get("level") == "3"]
    return {
        "kind": [(kind, labels.kind(kind)) for kind in ListingKind],
        "price_kind": [(kind, labels.price_kind(kind)) for kind in PriceKind],
        "emergency_categories": [(code, labels.category(code)) for code, _name, _en in taxonomy.categories()],
        "field_codes": [(code, labels.field_of_use(code)) for code, _name, _en in taxonomy.fields()],
        "event_codes": [(code, labels.event(code)) for code in events],
        "arrangements": [(kind.code, labels.arrangement(kind.code)) for kind in arrangements.KINDS],
        "service_regions": [(name, name) for name in (NATIONWIDE, *taxonomy.provinces())],
    }


def _missing(row: Listing | None) -> list[str]:
    return [labels.field(name) for name in actions.lacking(row)] if row else []


def _class_groups() -> list[tuple[str, list[ClassNode]]]:
    groups: dict[str, list[ClassNode]] = {}
    for node in taxonomy.class_leaves():
        place = taxonomy.class_(node.path[min(1, len(node.path) - 1)])
        groups.setdefault(labels.class_name(place.code), []).append(node)
    return list(groups.items())


def _search_classes(text: str) -> list[ClassNode]:
    """Classes with every word in their name, then those with it in another name; only else what the words point at."""
    words, leaves = text.lower().split(), taxonomy.class_leaves()

    def has_all(names: tuple[str, ...]) -> bool:
        return all(any(word in name.lower() for name in names) for word in words)

    named = [node for node in leaves if has_all((node.name, node.name_en, node.code))]
    also = [node for node in leaves if node not in named and has_all((node.name, *node.aliases))]
    if named or also:
        return (named + also)[:40]
    return [node for node in map(taxonomy.class_, _meant(text)) if node]


def _meant(text: str) -> list[str]:
    return [guess.code for guess in library.class_reader().read([(text, 1.0)], 8)]


def _fresh_values(kind: ListingKind, code: str) -> dict:
    node = taxonomy.class_(code)
    values = {"kind": kind, "class_code": code if node else "", "price_kind": PriceKind.FIXED}
    if node:
        events = [taxonomy.event_category(event) for event in node.event_codes]
        values |= {"unit": node.unit, "field_codes": list(node.field_codes), "event_codes": list(node.event_codes)}
        values["emergency_categories"] = [code for code in dict.fromkeys(events) if code]
    values["service_regions"] = [NATIONWIDE]
    values["arrangements"] = {"service": ["service"], "finance": ["insurance"]}.get(kind, ["purchase"])
    return values


def _asked_status() -> ListingStatus | None:
    text = request.args.get("status", "")
    return ListingStatus(text) if text in set(ListingStatus) else None


def _asked_kind() -> ListingKind:
    text = request.args.get("kind", "")
    return ListingKind(text) if text in set(ListingKind) else ListingKind.PRODUCT


def _revision() -> int | None:
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None
