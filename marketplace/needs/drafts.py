"""Verbs of drafts: writing, saving, copying, keeping as a template."""

import secrets
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.accounts import queries as accounts
from marketplace.kit import audit, clock, db
from marketplace.kit.errors import NotFound, Stale
from marketplace.kit.permissions import Actor
from marketplace.needs import queries, rules
from marketplace.needs.errors import AlreadyCreated, KindNotAllowed, NotEditable
from marketplace.needs.models import Need, NeedCounter, NeedStatus, Visibility
from marketplace.needs.schemas import NeedForm


def create_draft(form: NeedForm, *, by: Actor, at: datetime, template: bool = False) -> tuple[Need, bool]:
    """Begin a draft. The same form again is the need it became; True when it is new.

    Raises: KindNotAllowed; AlreadyCreated when a twin won at this very moment.
    """
    check_kind(form.kind, by)
    form_key = form.form_key or secrets.token_urlsafe(16)
    known = queries.need_with_key(by.organisation_id, form_key)
    if known:
        return known, False
    row = Need(
        **_content(form), understood=form.understood, owner_id=by.organisation_id, form_key=form_key, number=_next_number(at), template=template,
        created_by=by.user_id, edited_by=by.user_id, created_at=at, updated_at=at,
    )  # fmt: skip
    db.session().add(row)
    db.flush_or(AlreadyCreated)
    audit.record(by, "need.create", row, at, number=row.number)
    return row, True


def save_draft(need: Need, form: NeedForm, *, by: Actor, at: datetime) -> bool:
    """Write a draft anew; False when nothing was different. `form.revision` is the state the editor saw.

    Raises: NotEditable unless it is a draft; Stale when somebody saved since; KindNotAllowed.
    """
    check_revision(need, form.revision)
    if need.status != NeedStatus.DRAFT:
        raise NotEditable()
    check_kind(form.kind, by)
    if not write(need, form):
        return False
    need.edited_by, need.updated_at = by.user_id, at
    db.session().flush()
    audit.record(by, "need.edit", need, at)
    return True


def copy_need(source: Need, *, by: Actor, at: datetime, form_key: str = "") -> tuple[Need, bool]:
    """Begin a draft from one's own need or template, or from anybody's public one; True when it is new.

    Files, invitations and dates stay behind; of another's need also the budget and the place. The same `form_key` again
    is the copy it became. Raises: NotFound for a need one may not read, or reads by invitation only; KindNotAllowed.
    """
    source = queries.readable_need(source.id, by)
    own = source.owner_id == by.organisation_id
    if not own and source.visibility != Visibility.PUBLIC:
        raise NotFound()
    told = {name: getattr(source, name) for name in rules.CONTENT_FIELDS}
    told |= {"wanted_on": None, "questions_until": None}
    if not own:
        told |= {"budget_fen": None, **_own_place(by)}
    if not source.template:
        told["title"] = _("%(name)s(副本)", name=source.title)[:120]
    copy, new = create_draft(NeedForm.model_construct(**told, form_key=form_key), by=by, at=at)
    if new:
        copy.copied_from_id = source.id
        db.session().flush()
        audit.record(by, "need.copy", copy, at, of=source.id)
    return copy, new


def save_as_template(need: Need, *, by: Actor, at: datetime, form_key: str = "") -> tuple[Need, bool]:
    """Keep a need's content as a template of the organisation; True when it is new. Raises: NotFound for another's."""
    source = queries.own_need(need.id, by)
    told = {name: getattr(source, name) for name in rules.CONTENT_FIELDS}
    told |= {"wanted_on": None, "questions_until": None}
    form = NeedForm.model_construct(**told, form_key=form_key)
    row, new = create_draft(form, by=by, at=at, template=True)
    if new:
        row.copied_from_id = source.id
        db.session().flush()
        audit.record(by, "need.save_template", row, at, of=source.id)
    return row, new


def check_kind(kind: str, by: Actor) -> None:
    """Raises: KindNotAllowed when this kind of organisation does not post this kind of need."""
    if kind not in rules.kinds_for(by.kind):
        raise KindNotAllowed()


def check_revision(need: Need, revision: int | None) -> None:
    """Refuse to overwrite what somebody else saved meanwhile. Raises: Stale."""
    if revision is not None and revision != need.revision:
        raise Stale()


def write(need: Need, form: NeedForm) -> bool:
    """Put the form's content into the row; whether anything was different. Once gone through, a text stays so."""
    content = _content(form) | {"understood": need.understood or form.understood}
    changed = {name: value for name, value in content.items() if getattr(need, name) != value}
    for name, value in changed.items():
        setattr(need, name, value)
    return bool(changed)


def _content(form: NeedForm) -> dict[str, object]:
    return {name: getattr(form, name) for name in rules.CONTENT_FIELDS}


def _own_place(by: Actor) -> dict[str, str]:
    organisation = accounts.organisation(by.organisation_id)
    return {"province": organisation.province, "city": organisation.city, "place": ""}


def _next_number(at: datetime) -> str:
    """Count up in the database: two drafts at once get two numbers."""
    day = clock.local(at).date()
    counter = sa.text(
        "INSERT INTO need_counter (day, last) VALUES (:day, 1) "
        "ON CONFLICT (day) DO UPDATE SET last = need_counter.last + 1 RETURNING last"
    ).bindparams(sa.bindparam("day", type_=NeedCounter.__table__.c.day.type))
    last = db.session().connection().execute(counter, {"day": day}).scalar_one()
    return f"XQ{day:%Y%m%d}-{last:04d}"
