"""What keeps the platform running, for operators: index, jobs, mails, the audit trail; and health for machines."""

import sqlalchemy as sa
from flask import Response, current_app, flash, jsonify, request
from flask_babel import gettext as _
from sqlmodel import select

from marketplace.accounts.models import Organisation, User
from marketplace.accounts.permissions import RUN_PLATFORM
from marketplace.kit import audit, clock, db, jobs, mail, web
from marketplace.kit.audit import AuditEntry
from marketplace.kit.errors import NotFound
from marketplace.kit.mail import MailStatus, OutboxMail
from marketplace.kit.permissions import current_actor, guarded, public
from marketplace.kit.web import back_to, page
from marketplace.pages.views import bp
from marketplace.search import outbox
from marketplace.search.mirror import mirrors
from marketplace.search.port import SearchUnavailable

PER_PAGE = 40


@bp.get("/operations/search")
@guarded(RUN_PLATFORM)
def search_health() -> Response:
    """How each index stands."""
    rows = [(m, m.engine.health(), m.state(), outbox.waiting(m.name)) for m in mirrors().values()]
    return page("pages/operations_search.html", rows=rows)


@bp.post("/operations/search/<name>")
@guarded(RUN_PLATFORM)
def search_act(name: str) -> Response:
    """Compare or rebuild an index now."""
    mirror = mirrors().get(name)
    if mirror is None:
        raise NotFound()
    act = request.form.get("act")
    if act not in ("check", "rebuild"):
        raise NotFound()
    _audit_mirror(name, act)
    db.unit().commit()  # both acts write in transactions of their own and may take long
    try:
        if act == "rebuild":
            flash(_("索引已重建,共 %(n)s 条。", n=mirror.rebuild()), "ok")
        else:
            missing, extra, stale = mirror.reconcile()
            flash(_("对账完成:缺 %(a)s、多 %(b)s、旧 %(c)s,已修复。", a=missing, b=extra, c=stale), "ok")
    except SearchUnavailable as fault:
        flash(_("搜索引擎暂不可用:%(fault)s", fault=str(fault)), "bad")
    return back_to("/operations/search")


@bp.get("/operations/jobs")
@guarded(RUN_PLATFORM)
def jobs_page() -> Response:
    """Each job's clock, last run and failures."""
    return page("pages/operations_jobs.html", rows=jobs.overview())


@bp.get("/operations/mails")
@guarded(RUN_PLATFORM)
def mails() -> Response:
    """The outbox, failures first to see."""
    wanted = request.args.get("status", "")
    where = [OutboxMail.status == MailStatus(wanted)] if wanted in set(MailStatus) else []
    number = web.page_number()
    total = db.session().exec(select(sa.func.count()).select_from(OutboxMail).where(*where)).one()
    query = select(OutboxMail).where(*where).order_by(OutboxMail.id.desc())
    rows = list(db.session().exec(query.offset((number - 1) * PER_PAGE).limit(PER_PAGE)))
    return page(
        "pages/operations_mails.html", rows=rows, counts=mail.counts(), wanted=wanted, statuses=list(MailStatus),
        pages=web.Pages(number, PER_PAGE, total),
    )  # fmt: skip


@bp.post("/operations/mails/<int(max=2147483647):mail_id>/resend")
@guarded(RUN_PLATFORM)
def resend(mail_id: int) -> Response:
    """Put a mail back in line."""
    row = db.session().get(OutboxMail, mail_id)
    if row is None:
        raise NotFound()
    mail.resend(mail_id)
    audit.record(current_actor(), "mail.resend", row, clock.now())
    flash(_("已重新排队。"), "ok")
    return back_to("/operations/mails")


@bp.get("/operations/audit")
@guarded(RUN_PLATFORM)
def audit_page() -> Response:
    """Who did what, newest first."""
    number = web.page_number()
    action = request.args.get("action", "").strip()[:64]
    where = [
        ~AuditEntry.action.startswith("sealed.")
    ]  # what is done to sealed quotes is shown to nobody, not even as a count
    where += [AuditEntry.action.startswith(action, autoescape=True)] if action else []
    query = (
        select(AuditEntry, User.name, Organisation.name)
        .join(User, User.id == AuditEntry.actor_id, isouter=True)
        .join(Organisation, Organisation.id == AuditEntry.organisation_id, isouter=True)
        .where(*where)
        .order_by(AuditEntry.id.desc())
    )
    rows = list(db.session().exec(query.offset((number - 1) * PER_PAGE).limit(PER_PAGE + 1)))
    total = (number - 1) * PER_PAGE + len(rows)
    return page(
        "pages/operations_audit.html", rows=rows[:PER_PAGE], action=action, pages=web.Pages(number, PER_PAGE, total)
    )


@bp.get("/demo/mails")
@public
def demo_mails() -> Response:
    """The demo world's mailbox, for everybody and in the demo only: there is no mail server behind it."""
    if not current_app.config["DEMO"]:
        raise NotFound()
    query = select(OutboxMail).order_by(OutboxMail.id.desc()).limit(30)
    return page("pages/demo_mails.html", rows=list(db.session().exec(query)))


@bp.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return jsonify(ok=True)


@bp.get("/readyz")
@public
def readyz() -> Response:
    """The database answers; the search engine's state is told but does not make us unready."""
    db.session().exec(select(sa.literal(1))).one()
    health = {name: m.engine.health().ok for name, m in mirrors().items()}
    return jsonify(ok=True, search=health)


def _audit_mirror(name: str, act: str) -> None:
    actor = current_actor()
    entry = AuditEntry(
        at=clock.now(), actor_id=actor.user_id, organisation_id=actor.organisation_id,
        action=f"search.{act}", object_type="mirror_state", detail={"collection": name},
    )  # fmt: skip
    db.session().add(entry)
