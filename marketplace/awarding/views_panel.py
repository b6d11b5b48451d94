"""The panel: appointing, declaring interests, replacing, and the panels one sits on."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.accounts import queries as accounts
from marketplace.awarding import labels, panel, queries, rules
from marketplace.awarding.errors import NoSuchPerson
from marketplace.awarding.models import Conflict
from marketplace.awarding.permissions import EVALUATE
from marketplace.awarding.schemas import DeclarationForm, MemberForm, ReasonForm
from marketplace.awarding.views import ID, bp, done, seat_of
from marketplace.kit import clock, forms
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import SIGNED_IN, can, check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.procurement import queries as procurements
from marketplace.procurement.rules import phase_of


@bp.get("/panels")
@guarded(SIGNED_IN)
def panels() -> Response:
    """The panels one sits on."""
    rows = queries.seats_of(current_actor().user_id)
    owners = queries.names([procurement.owner_id for _member, procurement in rows])
    return page("awarding/panels.html", rows=rows, owners=owners, labels=labels)


@bp.get(f"/procurements/{ID}/panel", endpoint="panel")
@guarded(SIGNED_IN)
def panel_page(procurement_id: int) -> Response:
    """Who judges; for a member the declaration, before anything of a quote can be read."""
    seat = seat_of(procurement_id)
    procurement, definition = seat.procurement, procurements.definition_of(seat.procurement)
    members = queries.members_of(procurement_id)
    newest = procurements.current_round(procurement_id)
    appoints = can(EVALUATE, procurement) and procurement.status in ("published", "evaluating")
    return page(
        "awarding/panel.html", procurement=procurement, seat=seat, members=members, labels=labels, definition=definition,
        fault=rules.panel_fault([member for member, _user in members], definition), citation=rules.citation, rules=rules,
        opened=queries.opened_round(procurement_id) is not None, bidders=panel.bidders_named(procurement),
        conflict_rule=panel.conflict_rule(), appoints=appoints, phase=phase_of(procurement, newest, clock.now()),
        people=_own_people(procurement.owner_id, {member.user_id for member, _user in members}) if appoints else [],
    )  # fmt: skip


@bp.post(f"/procurements/{ID}/panel")
@guarded(EVALUATE)
def appoint_member(procurement_id: int) -> BaseResponse:
    """Appoint one of the own people by name, or anybody registered by e-mail."""
    seat = seat_of(procurement_id, lock=True)
    check(EVALUATE, seat.procurement)
    back = url_for("awarding.panel", procurement_id=procurement_id)
    filled = forms.read(MemberForm, request.form)

    def appoint() -> None:
        if not filled.data:
            raise NoSuchPerson()
        own = {user.id: user.email for _member, user in accounts.members_of(seat.procurement.owner_id)}
        email = own.get(filled.data.user_id or 0) or filled.data.email
        panel.appoint(seat.procurement, email, expert=filled.data.expert, by=current_actor(), at=clock.now())

    return done(back, appoint, _("已指定,并已通知本人。"))


@bp.post(f"/procurements/{ID}/panel/declaration")
@guarded(SIGNED_IN)
def declare(procurement_id: int) -> BaseResponse:
    """A member says whether there are interests."""
    seat = seat_of(procurement_id)
    if seat.member is None:
        raise NotFound()
    back = url_for("awarding.panel", procurement_id=procurement_id)
    filled = forms.read(DeclarationForm, request.form)
    if not filled.data:
        flash(_("请选择有无利害关系。"), "bad")
        return back_to(back)
    said, by, now = filled.data, current_actor(), clock.now()
    told = _("声明已记录。") if said.conflict == Conflict.NONE else _("声明已记录,您不再参与本项目评审。")
    onward = url_for("awarding.evaluation", procurement_id=procurement_id) if said.conflict == Conflict.NONE else back
    return done(back, lambda: panel.declare(seat.member, said.conflict, said.text, by=by, at=now), told, onward)


@bp.post(f"/procurements/{ID}/panel/<int(max=2147483647):member_id>/removal")
@guarded(EVALUATE)
def remove_member(procurement_id: int, member_id: int) -> BaseResponse:
    """Take a member out with a reason."""
    seat = seat_of(procurement_id, lock=True)
    check(EVALUATE, seat.procurement)
    member = next((m for m, _user in queries.members_of(procurement_id) if m.id == member_id), None)
    if member is None:
        raise NotFound()
    reason = forms.read(ReasonForm, request.form).get("reason")
    back = url_for("awarding.panel", procurement_id=procurement_id)
    return done(
        back, lambda: panel.remove(seat.procurement, member, reason, by=current_actor(), at=clock.now()), _("已移出。")
    )


def _own_people(owner_id: int, seated: set[int]) -> list[tuple[int, str]]:
    return [(user.id, user.name) for _member, user in accounts.members_of(owner_id) if user.id not in seated]
