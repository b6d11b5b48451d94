"""Writing an application, seeing which products fit and why, and sending it."""

from typing import Any

from flask import Response as FileResponse
from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts import queries as accounts
from marketplace.catalog.labels import class_name
from marketplace.contracts.schemas import read_rows
from marketplace.financing import applications, attachments, fitting, labels, queries, sources
from marketplace.financing.errors import (
    AlreadySaved,
    DoesNotFit,
    NotComplete,
    NothingChosen,
    NotOffered,
    NotYetDealing,
    TooManyFiles,
)
from marketplace.financing.models import ApplicationStatus, FinanceApplication, Origin, Subject
from marketplace.financing.permissions import APPLY, SEE_FINANCING
from marketplace.financing.rules import SUBJECTS, Standing
from marketplace.financing.schemas import ITEMS_MOST, ApplicationForm, ItemForm, Reason
from marketplace.financing.views import BIG, ID, bp, new_key, send_paper, to_application
from marketplace.kit import clock, db, forms
from marketplace.kit.errors import NotFound, Stale
from marketplace.kit.forms import Filled, yuan_text
from marketplace.kit.i18n import told
from marketplace.kit.permissions import can, check, current_actor, guarded
from marketplace.kit.uploads import BadUpload
from marketplace.kit.web import back_to, page
from marketplace.needs import queries as needs
from marketplace.taxonomy import queries as taxonomy

LEAST_ROWS = 3


@bp.get("/financing/applications/new")
@guarded(APPLY)
def new() -> Response:
    """The one form, begun from a contract, an award, a request being quoted for, a need, or nothing."""
    actor, at = current_actor(), clock.now()
    source = _source(request.args.get("origin", ""), request.args.get("id", ""))
    values = applications.starting_values(source, actor.organisation_id)
    items = values.pop("items")
    subject = _subject(request.args.get("subject", ""))
    form = Filled(
        values | {"form_key": new_key(), "subject": subject.value, "wanted": _wanted_first(subject)} | _typed(items)
    )
    form.values["amount_fen"] = yuan_text(source.amount_fen)
    choices = sources.choices(actor, at) if source.origin == Origin.NONE else []
    return _form_page(form, None, source, choices=choices)


@bp.post("/financing/applications")
@guarded(APPLY)
def create() -> Response:
    """Keep a draft; a second click leads to the first one's."""
    actor, at = current_actor(), clock.now()
    source = _source(request.form.get("origin", ""), request.form.get("origin_id", ""))
    form = _read()
    if not form.data:
        return _form_page(form, None, source, status=422)
    try:
        row, _new = applications.begin(form.data, source, by=actor, at=at)
    except AlreadySaved:
        db.unit().rollback()
        row = queries.with_key(actor.organisation_id, form.data.form_key)
        if row is None:
            raise
    return to_application(
        row.id, _("草稿 %(number)s 已保存。下面是各机构产品与本申请的逐项对照。", number=row.number), "fits"
    )


@bp.get(f"/financing/applications/{ID}")
@guarded(SEE_FINANCING)
def application(application_id: int) -> Response:
    """One application: what it says, which products fit and why, offers side by side, every institution's answer."""
    return application_page(application_id)


@bp.get(f"/financing/applications/{ID}/edit")
@guarded(APPLY)
def edit(application_id: int) -> Response:
    """The form of a draft again."""
    row = queries.own(application_id, current_actor())
    if row.status != ApplicationStatus.DRAFT:
        raise NotFound()
    names = ("subject", "title", "purpose", "months", "province", "people", "security", "wanted", "revision")
    values: dict[str, Any] = {name: getattr(row, name) for name in names} | {"form_key": row.form_key}
    values |= {name: yuan_text(getattr(row, name)) for name in ("amount_fen", "revenue_fen")}
    values["founded_on"] = row.founded_on.isoformat() if row.founded_on else ""
    return _form_page(Filled(values | _typed(row.items)), row, None)


@bp.post(f"/financing/applications/{ID}/edit")
@guarded(APPLY)
def save(application_id: int) -> Response:
    """Keep a draft's changes."""
    row = _locked(application_id)
    form = _read()
    form.values["revision"] = request.form.get("revision", "")
    if not form.data:
        return _form_page(form, row, None, status=422)
    if form.values["revision"] != str(row.revision):
        raise Stale()
    applications.edit(row, form.data, by=current_actor(), at=clock.now())
    return to_application(row.id, _("已保存。"), "fits")


@bp.post(f"/financing/applications/{ID}/files")
@guarded(APPLY)
def add_files(application_id: int) -> Response:
    """Put papers to an application; everybody it was or will be sent to reads them."""
    row = _locked(application_id)
    if row.status not in (ApplicationStatus.DRAFT, ApplicationStatus.SENT):
        raise NotFound()
    document = request.form.get("document", "").strip()
    try:
        kept = attachments.attach(row, request.files.getlist("files"), document, by=current_actor(), at=clock.now())
    except (BadUpload, TooManyFiles) as refusal:
        db.unit().rollback()
        return application_page(application_id, Filled().fail("files", refusal.message()), "files", 422)
    if not kept:
        return application_page(application_id, Filled().fail("files", _("请选择文件。")), "files", 422)
    return to_application(row.id, _("材料已上传。"), "files")


@bp.post(f"/financing/applications/{ID}/files/{BIG.format('file_id')}/remove")
@guarded(APPLY)
def remove_file(application_id: int, file_id: int) -> Response:
    """Take a paper out of a draft."""
    row = _locked(application_id)
    attachments.remove(row, file_id, by=current_actor(), at=clock.now())
    return to_application(row.id, _("材料已移除。"), "files")


@bp.get(f"/financing/applications/{ID}/files/<token>")
@guarded(SEE_FINANCING)
def own_file(application_id: int, token: str) -> FileResponse:
    """A paper of one's own application, institutions' papers included."""
    row = queries.own(application_id, current_actor())
    return send_paper(queries.files_of(row.id, all_=True), token)


@bp.post(f"/financing/applications/{ID}/send")
@guarded(APPLY)
def send(application_id: int) -> Response:
    """Lay it before the chosen products' institutions."""
    row = _locked(application_id)
    chosen = [int(one) for one in request.form.getlist("products") if one.isdecimal() and len(one) < 10]
    try:
        made = applications.send(row, chosen, by=current_actor(), at=clock.now())
    except (NotComplete, NothingChosen, NotOffered, DoesNotFit, NotYetDealing, AlreadySaved) as refusal:
        db.unit().rollback()
        return application_page(application_id, Filled().fail("products", refusal.message()), "fits", refusal.status)
    if not made:
        return to_application(row.id, _("这些机构已经收到申请,没有重复投递。"), "sent", "wait")
    return to_application(row.id, _("已投递给 %(n)s 个机构产品,答复时会通知您。", n=len(made)), "sent")


@bp.post(f"/financing/applications/{ID}/withdraw")
@guarded(APPLY)
def withdraw(application_id: int) -> Response:
    """Take the whole application back."""
    row = _locked(application_id)
    form = forms.read(Reason, request.form)
    if row.status == ApplicationStatus.DRAFT:
        applications.withdraw(row, told("申请单位放弃草稿"), by=current_actor(), at=clock.now())
        return back_to(url_for("financing.index"))
    if not form.data:
        return application_page(application_id, form, "withdraw", 422)
    applications.withdraw(row, form.data.reason, by=current_actor(), at=clock.now())
    return to_application(row.id, _("申请已撤回,已通知各机构。"))


def application_page(application_id: int, form: Filled | None = None, part: str = "", status: int = 200) -> Response:
    """The page, with a faulty form in the part it belongs to."""
    row, at = queries.own(application_id, current_actor()), clock.now()
    dossiers = queries.dossiers(queries.submissions_of(row.id), at)
    sends = row.status in (ApplicationStatus.DRAFT, ApplicationStatus.SENT) and can(APPLY, row)
    fits = fitting.fits_for(row, at) if sends else []
    asked = list(
        dict.fromkeys(name for fit in fits if fit.standing != Standing.UNFIT for name in fit.offered.product.documents)
    )
    return page(
        "financing/application.html", status=status, row=row, dossiers=dossiers, fits=fits, asked=asked, at=at,
        files=queries.files_of(row.id, all_=True), lacks=applications.lacking(row), labels=labels, form=form, part=part,
        may=can(APPLY, row), sends=sends, obstacle=needs.obstacle(current_actor()), key=new_key(), class_name=class_name,
        offered=[one for one in dossiers if one.offer and one.state in ("offered", "lapsed", "accepted", "not_chosen")],
    )  # fmt: skip


def _locked(application_id: int) -> FinanceApplication:
    row = queries.own(application_id, current_actor(), lock=True)
    check(APPLY, row)
    return row


def _source(origin: str, origin_id: str) -> sources.Beginning:
    if origin not in set(Origin) or not origin_id.isdecimal() or len(origin_id) > 9:
        return sources.Beginning()
    return sources.begin_from(Origin(origin), int(origin_id), current_actor(), clock.now())


def _subject(code: str) -> Subject:
    return Subject(code) if code in set(Subject) else Subject.FUNDING


def _wanted_first(subject: Subject) -> list[str]:
    return [kind.value for kind in SUBJECTS[subject]] if len(SUBJECTS[subject]) == 1 else []


def _read() -> Filled[ApplicationForm]:
    form = forms.read(ApplicationForm, request.form)
    read_rows(form, request.form, "items", ItemForm, ITEMS_MOST)
    if form.data:
        form.data.items = [item for item in form.data.items if item.name]
    return form


def _typed(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Stored things as they stand in the form."""
    values: dict[str, Any] = {}
    for n, item in enumerate(items, 1):
        values |= {f"items-{n}-{name}": item.get(name) or "" for name in ("name", "quantity", "unit")}
        values[f"items-{n}-class_code"] = class_name(item["class_code"]) if item.get("class_code") else ""
        values[f"items-{n}-price_fen"] = yuan_text(item.get("price_fen"))
    return values


def _form_page(
    form: Filled, row: FinanceApplication | None, source: sources.Beginning | None, *, choices: list | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    filled = max((n for n in range(1, ITEMS_MOST + 1) if form.get(f"items-{n}-name")), default=0)
    subject = _subject(form.get("subject"))
    return page(
        "financing/form.html", status=status, form=form, row=row, source=source, choices=choices or [], labels=labels,
        subject=subject, subjects=list(Subject), rows=min(ITEMS_MOST, max(LEAST_ROWS, filled + 1)),
        kinds=[(kind.value, labels.kind(kind)) for kind in SUBJECTS[subject]], provinces=taxonomy.provinces(),
        classes=[class_name(node.code) for node in taxonomy.class_leaves("product")],
        owner=accounts.organisation(current_actor().organisation_id),
    )  # fmt: skip
