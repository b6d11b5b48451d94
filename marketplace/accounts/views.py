"""Pages of registering, signing in, the account and the inbox."""

from datetime import timedelta

import pyotp
from flask import Blueprint, Flask, current_app, flash, g, make_response, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.accounts import actions, keys, membership, queries, signin
from marketplace.accounts.errors import EmailTaken, WeakPassword
from marketplace.accounts.models import TokenPurpose
from marketplace.accounts.schemas import AskReset, ChangePassword, NewPassword, NewPerson, SignIn
from marketplace.kit import audit, clock, db, forms, throttle, web
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import SIGNED_IN, Actor, current_actor, guarded, public
from marketplace.kit.web import back_to, page, safe_next

bp = Blueprint("accounts", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    """Register this room's pages and the sign-in."""
    from marketplace.accounts import jobs, views_organisation, views_review  # noqa: F401 - they register themselves

    app.register_blueprint(bp)
    signin.init_app(app)


@bp.get("/register")
@public
def register() -> Response:
    """The first step: a person."""
    return page("accounts/register.html", form=None)


@bp.post("/register")
@public
def register_post() -> Response:
    """Make the account, sign in, and go on to the organisation."""
    throttle.count(f"register|{request.remote_addr}", limit=20, minutes=60)
    form = forms.read(NewPerson, request.form)
    if not form.data:
        return page("accounts/register.html", form=form, status=422)
    try:
        person = actions.register_person(form.data, at=clock.now())
    except EmailTaken as taken:
        db.session().rollback()
        return page("accounts/register.html", form=form.fail("email", taken.message()), status=422)
    db.after_commit(signin.sign_in, person, keys.unlock(person, form.data.password))
    flash(_("账号已创建。验证邮件已发往 %(email)s。", email=person.email), "ok")
    return back_to(safe_next(url_for("accounts.new_organisation")))


@bp.get("/sign-in")
@public
def sign_in() -> Response:
    """E-mail and password."""
    return page("accounts/sign_in.html", form=None, people=_demo_people(), ask_code=False)


@bp.post("/sign-in")
@public
def sign_in_post() -> Response:
    """Check, and answer the same to an unknown address as to a wrong password."""
    form = forms.read(SignIn, request.form)
    if not form.data:
        return _sign_in_again(form.fail("email", _("请填写邮箱和密码。")))
    key = signin.throttle_key(form.data.email)
    throttle.count(f"net|{request.remote_addr}", limit=200, minutes=15)
    throttle.count(key, limit=10, minutes=15)
    person = actions.check_sign_in(form.data.email, form.data.password)
    if person is None:
        return _sign_in_again(form.fail("email", _("邮箱或密码不正确。")))
    if person.totp_secret and not form.data.code:
        return _sign_in_again(form.fail("code", _("请输入验证器应用中的 6 位动态码。")), ask_code=True)
    if person.totp_secret and not actions.is_right_code(person, form.data.code, at=clock.now()):
        return _sign_in_again(form.fail("code", _("动态码不正确或已使用。")), ask_code=True)
    throttle.forget(key)
    now = clock.now()
    audit.record(Actor(person.id), "person.sign_in", person, now)
    db.after_commit(signin.sign_in, person, keys.ensure_key(person, form.data.password, now))
    response = make_response(back_to(safe_next("/desk")))
    signin.remember_device(response, person.email)
    return response


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """End the session."""
    signin.sign_out()
    response = make_response(redirect("/", 303))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/verify/<token>")
@public
def verify(token: str) -> Response:
    """Ask for the click that proves the address: mail scanners follow links, they do not press buttons."""
    queries.live_token(token, TokenPurpose.VERIFY_EMAIL, clock.now())
    return page("accounts/verify.html", token=token)


@bp.post("/verify/<token>")
@public
def verify_post(token: str) -> Response:
    """The address is the person's."""
    actions.verify_email(token, at=clock.now())
    flash(_("邮箱已验证。"), "ok")
    return back_to("/desk" if g.actor else url_for("accounts.sign_in"))


@bp.post("/account/verify")
@guarded(SIGNED_IN)
def verify_again() -> Response:
    """Send the link once more."""
    throttle.count(f"verify|{current_user.person.id}", limit=5, minutes=60)
    actions.send_verification(queries.user(current_user.person.id), at=clock.now())
    flash(_("验证邮件已重新发送。"), "ok")
    return back_to(url_for("accounts.account"))


@bp.get("/forgot")
@public
def forgot() -> Response:
    """Whose password is forgotten."""
    return page("accounts/forgot.html", form=None)


@bp.post("/forgot")
@public
def forgot_post() -> Response:
    """Mail a link if there is such a person; say the same in any case."""
    throttle.count(f"forgot|{request.remote_addr}", limit=20, minutes=60)
    form = forms.read(AskReset, request.form)
    if not form.data:
        return page("accounts/forgot.html", form=form, status=422)
    actions.ask_reset(form.data.email, at=clock.now())
    flash(_("如果该邮箱已注册,设置新密码的链接已发出,1 小时内有效。"), "ok")
    return back_to(url_for("accounts.sign_in"))


@bp.get("/reset/<token>")
@public
def reset(token: str) -> Response:
    """Choose a new password."""
    queries.live_token(token, TokenPurpose.RESET_PASSWORD, clock.now())
    return page("accounts/reset.html", form=None, token=token)


@bp.post("/reset/<token>")
@public
def reset_post(token: str) -> Response:
    """Store it; every open session of the person ends."""
    form = forms.read(NewPassword, request.form)
    if not form.data:
        return page("accounts/reset.html", form=form, token=token, status=422)
    try:
        actions.reset_password(token, form.data.password, at=clock.now())
    except WeakPassword as weak:
        return page("accounts/reset.html", form=form.fail("password", weak.message()), token=token, status=422)
    flash(_("新密码已生效,请重新登录。"), "ok")
    return back_to(url_for("accounts.sign_in"))


@bp.get("/account")
@guarded(SIGNED_IN)
def account(form: forms.Filled | None = None, status: int = 200) -> Response:
    """The person's own data and safety."""
    person = queries.user(current_user.person.id)
    secret = "" if person.totp_secret else _totp_secret()
    link = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=_("安全应急平台")) if secret else ""
    return page("accounts/account.html", person=person, secret=secret, totp_link=link, form=form, status=status)


@bp.post("/account/password")
@guarded(SIGNED_IN)
def change_password() -> Response:
    """Change the password; other devices are signed out."""
    throttle.count(f"password|{current_user.person.id}", limit=10, minutes=15)
    form = forms.read(ChangePassword, request.form)
    if form.data and actions.check_sign_in(current_user.person.email, form.data.current) is None:
        form.fail("current", _("当前密码不正确。"))
    if not form.data:
        return account(form, 422)
    person = queries.user(current_user.person.id)
    try:
        actions.change_password(
            person, form.data.password, at=clock.now(), old_password=form.data.current, keep_session=session.sid
        )
    except WeakPassword as weak:
        return account(form.fail("password", weak.message()), 422)
    flash(_("密码已修改,其他设备已退出登录。"), "ok")
    return back_to(url_for("accounts.account"))


@bp.post("/account/totp")
@guarded(SIGNED_IN)
def totp() -> Response:
    """Turn one-time codes on or off; both need a fitting code."""
    throttle.count(f"totp|{current_user.person.id}", limit=10, minutes=15)
    person, code, now = queries.user(current_user.person.id), request.form.get("code", "")[:10], clock.now()
    if person.totp_secret:
        done = actions.is_right_code(person, code, at=now)
        if done:
            actions.turn_off_totp(person, at=now)
    else:
        done = actions.turn_on_totp(person, _totp_secret(), code, at=now)
        if done:
            session.pop("totp_secret")
    flash(_("两步验证设置已更新。") if done else _("动态码不正确,请重试。"), "ok" if done else "bad")
    return back_to(url_for("accounts.account") + "#totp")


@bp.get("/invitation/<token>")
@public
def invitation(token: str) -> Response:
    """An invitation to join an organisation."""
    row = queries.live_token(token, TokenPurpose.INVITATION, clock.now())
    org = queries.organisation(row.detail["organisation_id"])
    known = queries.user_by_email(row.detail["email"]) is not None
    mine = g.actor is not None and current_user.person.email == row.detail["email"]
    return page(
        "accounts/invitation.html", org=org, email=row.detail["email"], known=known, mine=mine, token=token, form=None
    )


@bp.post("/invitation/<token>")
@public
def invitation_post(token: str) -> Response:
    """Join; a newcomer chooses name and password on the way, and the mailed link proves the address."""
    now = clock.now()
    row = queries.live_token(token, TokenPurpose.INVITATION, now)
    email = row.detail["email"]
    if g.actor is not None and current_user.person.email == email:
        person = queries.user(current_user.person.id)
    else:
        form = forms.read(NewPerson, {**request.form, "email": email})
        if not form.data or queries.user_by_email(email):
            org = queries.organisation(row.detail["organisation_id"])
            known = queries.user_by_email(email) is not None
            return page(
                "accounts/invitation.html",
                org=org,
                email=email,
                known=known,
                mine=False,
                token=token,
                form=form,
                status=422,
            )
        person = actions.register_person(form.data, at=now, verified=True)
        db.after_commit(signin.sign_in, person, keys.unlock(person, form.data.password))
    org = membership.accept_invitation(token, person, at=now)
    session["organisation_id"] = org.id
    flash(_("您已加入 %(name)s。", name=org.name), "ok")
    return back_to("/desk")


@bp.get("/inbox")
@guarded(SIGNED_IN)
def inbox() -> Response:
    """What the platform told this person."""
    unread, number = request.args.get("unread") == "1", web.page_number()
    notices, total = queries.notices_for(current_actor().user_id, unread=unread, page=number, per_page=30)
    return page("accounts/inbox.html", notices=notices, only_unread=unread, pages=web.Pages(number, 30, total))


@bp.post("/inbox/read")
@guarded(SIGNED_IN)
def read_notices() -> Response:
    """Mark one or all as read; one with a link leads on to it."""
    text = request.form.get("notice_id", "")
    if text and not (text.isdecimal() and len(text) < 10):
        raise NotFound()
    actions.read_notices(current_actor().user_id, int(text) if text else None, at=clock.now())
    return back_to(safe_next(url_for("accounts.inbox")))


@bp.post("/language")
@public
def language() -> Response:
    """Chinese or English."""
    chosen = "en" if request.form.get("language") == "en" else "zh"
    response = make_response(back_to(safe_next("/")))
    response.set_cookie("language", chosen, max_age=int(timedelta(days=365).total_seconds()), samesite="Lax", path="/")
    return response


def _totp_secret() -> str:
    if "totp_secret" not in session:
        session["totp_secret"] = pyotp.random_base32()
    return session["totp_secret"]


def _sign_in_again(form: forms.Filled, *, ask_code: bool = False) -> Response:
    return page("accounts/sign_in.html", form=form, people=_demo_people(), ask_code=ask_code, status=422)


def _demo_people() -> list[tuple[str, str]]:
    return current_app.extensions.get("demo_people", []) if current_app.config["DEMO"] else []
