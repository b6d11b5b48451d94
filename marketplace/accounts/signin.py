"""Who is asking: Flask-Login on top of server-side sessions, and the actor of each request."""

import secrets
from datetime import timedelta

from flask import Flask, Request, current_app, g, make_response, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from marketplace.accounts import keys, queries, rules
from marketplace.accounts.models import OrganisationKind, User
from marketplace.kit import db, errors, permissions
from marketplace.kit.permissions import SignInFirst

DEVICE_COOKIE = "device"
DEVICE_DAYS = 180


class SignedIn(UserMixin):
    """A person as Flask-Login sees them."""

    def __init__(self, person: User) -> None:
        self.id, self.person = person.id, person


def init_app(app: Flask) -> None:
    """Load the actor before every view and lead strangers to the sign-in page."""
    manager = LoginManager(app)
    manager.session_protection = None  # our sessions are rows; a copied cookie dies with its row
    manager.user_loader(_load)
    app.before_request(_set_actor)
    app.register_error_handler(SignInFirst, _lead_to_sign_in)
    app.context_processor(_for_templates)


def sign_in(person: User, key: bytes) -> None:
    """Begin a signed-in session under a new name, which holds the person's key."""
    session.clear()
    session.renew()
    keys.hold(key)
    login_user(SignedIn(person))


def sign_out() -> None:
    """End the session; its row goes, so copies of the cookie are dead."""
    logout_user()
    session.clear()
    session.renew()


def act_for(organisation_id: int) -> None:
    """Act for another organisation from the next request on."""
    session["organisation_id"] = organisation_id


def throttle_key(email: str) -> str:
    """What sign-in tries are counted under: a device known to this account, else the account with the network.

    Never the account alone, or anybody could lock a rival out before a deadline.
    """
    known = _known_device(request)
    if known and known.get("email") == email:
        return f"signin|{rules.token_hash(known['id'])[:24]}|{email}"
    return f"signin|{rules.network_of(request.remote_addr or '')}|{email}"


def remember_device(response: Response, email: str) -> None:
    """Let this browser be known as one that has signed in to the account before."""
    value = _signer().dumps({"id": secrets.token_urlsafe(12), "email": email})
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    age = int(timedelta(days=DEVICE_DAYS).total_seconds())
    response.set_cookie(DEVICE_COOKIE, value, max_age=age, httponly=True, secure=secure, samesite="Lax")


def must_set_up_totp() -> bool:
    """Operators sign in with one-time codes; demo operators are let off."""
    actor = g.get("actor")
    if actor is None or actor.kind != OrganisationKind.OPERATOR:
        return False
    person = current_user.person
    return not person.totp_secret and not (person.demo and current_app.config["DEMO"])


def _asks_for_a_role() -> bool:
    guard = permissions.guard_of(request.endpoint) if request.endpoint else None
    return guard not in (None, "", permissions.SIGNED_IN)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="device")


def _known_device(of: Request) -> dict | None:
    try:
        return _signer().loads(of.cookies.get(DEVICE_COOKIE, ""))
    except BadSignature:
        return None


def _load(user_id: str) -> SignedIn | None:
    with db.reading():
        person = queries.user_by_id(int(user_id))
    return SignedIn(person) if person and person.disabled_at is None else None


def _set_actor() -> None:
    g.actor = None
    if "_user_id" in session and current_user.is_authenticated:
        with db.reading():
            g.actor = queries.actor_of(current_user.person, session.get("organisation_id"))
        if must_set_up_totp() and _asks_for_a_role():
            raise SetUpTotpFirst()


class SetUpTotpFirst(SignInFirst):
    """An operator without one-time codes."""

    code = "set-up-totp"


def _lead_to_sign_in(fault: SignInFirst) -> Response:
    if errors.wants_json():
        return errors.answer(fault.status, fault.code, "sign in first")
    if isinstance(fault, SetUpTotpFirst):
        return redirect(url_for("accounts.account") + "#totp", 303)
    back = request.full_path.rstrip("?") if request.method == "GET" else request.headers.get("X-From", "/desk")
    return make_response(redirect(url_for("accounts.sign_in", next=back), 303))


def _for_templates() -> dict:
    actor = permissions.current_actor()
    if actor is None:
        return {}
    with db.reading():
        mine = [org for _m, org in queries.memberships_of(actor.user_id)]
        return {"unread": queries.unread_count(actor.user_id), "my_organisations": mine}
