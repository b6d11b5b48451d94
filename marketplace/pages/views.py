"""Pages for everybody: front page, search, suggestions, browsing, comparison, about."""

from flask import Blueprint, Flask, Response, current_app, jsonify, make_response, request
from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.accounts.models import OrganisationKind
from marketplace.accounts.queries import approved_count
from marketplace.catalog import exports, labels
from marketplace.catalog.models import ListingKind
from marketplace.catalog.specs import shown_value
from marketplace.kit import quantities, throttle
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import SIGNED_IN, can, current_actor, guarded, public
from marketplace.kit.web import Pages, page, show_day, url_with, web_cookie
from marketplace.pages import comparing, finding, saved
from marketplace.pages.asking import PER_PAGE, SORTS, Asked, read
from marketplace.pages.cards import Card, cards, newest
from marketplace.pages.counting import newest_of_classes, public_counts
from marketplace.pages.saved_address import address
from marketplace.parks import queries as parks
from marketplace.taxonomy import queries as taxonomy
from marketplace.taxonomy.reference import Attribute

bp = Blueprint("pages", __name__, template_folder="templates")
COMPARE_COOKIE = "compare"
EXPORT_ROWS = 500


def init_app(app: Flask) -> None:
    """Register this room's pages."""
    from marketplace.pages import desks, jobs, menu, operations, views_saved  # noqa: F401 - they register themselves

    app.register_blueprint(bp)
    app.jinja_env.filters["marked"] = marked
    app.jinja_env.globals.update(word=finding.label, path_steps=path_steps, units_of=units_of, scheme_name=scheme_name)
    app.jinja_env.globals["desk_menu"] = menu.menu


@bp.get("/")
@public
def home() -> Response:
    """The front page: search first, then the ways to browse, then what is new."""
    counts = public_counts()
    figures = [
        (_("在架产品与服务"), sum(counts["kind"].values()), "/search"),
        (_("供应企业"), approved_count(OrganisationKind.SUPPLIER), "/search"),
        (_("示范基地"), len(parks.bases()), "/bases"),
        (_("金融保险机构"), approved_count(OrganisationKind.INSTITUTION), "/search?kind=finance"),
    ]
    return page(
        "pages/home.html", figures=figures, counts=counts, categories=taxonomy.categories(), fields=taxonomy.fields(),
        scenes=taxonomy.scenes(), newest=newest(8),
    )  # fmt: skip


@bp.get("/search")
@public
def search() -> Response:
    """Results with facets."""
    asked = read(request.args)
    found = finding.find(asked)
    node = taxonomy.class_(asked.class_code)
    attributes = _spec_attributes(asked.class_code)
    return page(
        "pages/results.html", "results", asked=asked, found=found, applied=finding.applied(asked),
        pages=Pages(asked.page, PER_PAGE, min(found.total, 10_000)), kinds=list(ListingKind), sorts=list(SORTS),
        node=node, path=[taxonomy.class_(code) for code in node.path] if node else [], attributes=attributes,
        compare=_compared(), save_link=_save_link(asked),
    )  # fmt: skip


@bp.get("/search/export.xlsx")
@guarded(SIGNED_IN)
def export_search() -> Response:
    """The results as a workbook, at most EXPORT_ROWS of them, in the order shown."""
    throttle.count(f"export|{current_actor().user_id}", limit=30, minutes=15)
    asked = read(request.args)
    asked.page = 1
    found = finding.find(asked, per_page=EXPORT_ROWS)
    headers = [_("名称"), _("型号"), _("类型"), _("类别"), _("供应企业"), _("示范基地"), _("参考价"), _("库存"), _("供货天数"),
               _("技术参数"), _("信息确认"), _("地址")]  # fmt: skip
    workbook = exports.table_xlsx(headers, map(_export_row, found.cards), title=_("搜索结果"))
    response = Response(workbook, mimetype=exports.MEDIA_TYPE)
    response.headers["Content-Disposition"] = "attachment; filename=search.xlsx"
    return response


@bp.get("/suggest")
@public
def suggest() -> Response:
    """Suggestions as one types: names in Chinese, pinyin or initials."""
    text = " ".join(request.args.get("q", "").split())[:40]
    found = current_app.extensions["finder"].suggest(text, limit=8) if text else []
    answer = jsonify(suggestions=[{"text": s.text, "note": _("%(n)s 项", n=s.count) if s.count else ""} for s in found])
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


@bp.get("/classes")
@bp.get("/classes/<code>")
@public
def classes(code: str = "") -> Response:
    """The class tree with how much is offered under each."""
    node = taxonomy.class_(code)
    if code and node is None:
        raise NotFound()
    counts = public_counts()["class"]
    return page(
        "pages/classes.html", node=node, path=[taxonomy.class_(c) for c in node.path] if node else [],
        children=taxonomy.classes(code), below=taxonomy.classes, counts=counts,
        template=taxonomy.template(code) if node else [],
    )  # fmt: skip


@bp.get("/scenes")
@public
def scenes() -> Response:
    """The scenes one can browse by."""
    return page("pages/scenes.html", scenes=taxonomy.scenes(), counts=public_counts()["class"])


@bp.get("/scenes/<code>")
@public
def scene(code: str) -> Response:
    """One scene: what it calls for, and what is offered for it."""
    found = taxonomy.scene(code)
    if found is None:
        raise NotFound()
    counts = public_counts()["class"]
    groups = {
        p: [taxonomy.class_(c) for c, q in found.classes if q == p] for p in ("required", "recommended", "optional")
    }
    wanted = [c for c, _p in found.classes]
    events = [taxonomy.event(e) for e in found.event_codes if taxonomy.event(e)]
    materials = [m for m in taxonomy.materials() if m.detail.get("level") == "3" and _concerns(m, found.event_codes)]
    examples = cards(newest_of_classes(wanted, limit=8))
    return page(
        "pages/scene.html",
        scene=found,
        groups=groups,
        counts=counts,
        events=events,
        materials=materials[:24],
        examples=examples,
    )


@bp.get("/compare")
@public
def compare() -> Response:
    """Up to five listings side by side, differences marked."""
    ids = [int(t) for t in request.args.getlist("id") if t.isascii() and t.isdecimal() and len(t) < 10]
    added = request.args.get("add", "")
    if added.isascii() and added.isdecimal() and len(added) < 10:
        ids = [*_compared(), int(added)]
    elif "id" not in request.args:
        ids = _compared()
    removed = request.args.get("remove", "")
    ids = [i for i in dict.fromkeys(ids) if str(i) != removed]
    too_many, ids = len(ids) > comparing.MOST, ids[-comparing.MOST :]
    table = comparing.table(ids)
    response = make_response(page("pages/compare.html", table=table, too_many=too_many, most=comparing.MOST))
    web_cookie(response, COMPARE_COOKIE, ".".join(str(column.id) for column in table.columns))
    return response


@bp.get("/about")
@public
def about() -> Response:
    """What the platform is, how it orders results, and which codes are official."""
    return page("pages/about.html", editions=taxonomy.editions_in_force())


def _export_row(card: Card) -> list:
    specs = ";".join(f"{spec['name']} {shown_value(spec)}" for spec in card.specs)
    url = current_app.config["PUBLIC_URL"].rstrip("/") + f"/listings/{card.id}"
    return [card.name, card.model, labels.kind(card.kind), finding.label("class", card.class_code or ""), card.supplier,
            card.base, comparing.price_text(card), card.stock, card.lead_time_days, specs, show_day(card.confirmed_at), url]  # fmt: skip


def path_steps(path: list, stem: str = "") -> list[tuple[str, str]]:
    """A class path as steps of a trail; the last is where we are. Without a stem the steps narrow the search."""
    steps = []
    for node in path:
        url = f"{stem}{node.code}" if stem else url_with(**{"class": node.code})
        steps.append((finding.label("class", node.code), "" if node is path[-1] else url))
    return steps


def units_of(attribute: Attribute) -> list[str]:
    """The units one may choose for an attribute, its own first, at most eight."""
    symbols = [attribute.unit] if attribute.unit else []
    return [*symbols, *(s for s in quantities.symbols(attribute.dimension) if s != attribute.unit)][:8]


def scheme_name(scheme: str) -> str:
    """What a scheme of reference data is called."""
    return {
        "events": _("突发事件分类"), "fields": _("重点领域"), "classes": _("产业分类与品种"), "materials": _("应急保障重点物资"),
        "procurement": _("政府采购品目"), "gbt4754": _("国民经济行业分类"), "regions": _("行政区划"), "scenes": _("场景"),
        "attributes": _("技术参数"), "templates": _("参数模板"), "certificates": _("资质证书"), "capabilities": _("应急能力"), "units": _("计量单位"),
    }.get(scheme, scheme)  # fmt: skip


def marked(text: str, spans: list[tuple[int, int]] | None) -> Markup:
    """The text with the found words marked; markup inside the text stays text."""
    parts, at = [], 0
    for start, end in sorted(spans or []):
        if start < at or start >= len(text):
            continue
        parts += [escape(text[at:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        at = end
    return Markup("").join([*parts, escape(text[at:])])


def _spec_attributes(class_code: str) -> list:
    own = [taxonomy.attribute(spec.key) for spec in taxonomy.template(class_code)] if class_code else []
    wanted = [a for a in own if a is not None and a.filterable]
    return wanted or [
        a for a in taxonomy.filterable_attributes() if a.key in ("flow", "head", "power", "endurance", "mass")
    ]


def _concerns(material, event_codes: tuple[str, ...]) -> bool:
    mine = {code for code in material.detail.get("scenario", "").split(";") if code}
    return any(code in mine or any(code.startswith(m + "-") for m in mine) for code in event_codes)


def _save_link(asked: Asked) -> tuple[str, str] | None:
    """Where this search is saved, or where it is kept already, with the words; None when it cannot be saved."""
    if not can(saved.SAVE) or not (asked.text or asked.filtered):
        return None
    text = address(asked)
    kept = saved.saved_as(current_actor(), text)
    return (_("已收藏"), f"/desk/searches#search-{kept.id}") if kept else (_("保存搜索"), f"/desk/searches/new?{text}")


def _compared() -> list[int]:
    parts = request.cookies.get(COMPARE_COOKIE, "").split(".")
    return [int(p) for p in parts if p.isascii() and p.isdecimal() and len(p) < 10][: comparing.MOST]
