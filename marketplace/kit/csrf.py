"""Every write carries a token bound to the browser's session, and comes from our own pages."""

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from flask import Flask, current_app, request, session
from flask_babel import gettext as _

from marketplace.kit.db import SAFE_METHODS
from marketplace.kit.errors import Refusal

FIELD = "csrf_token"


class ForeignForm(Refusal):
    """The write did not come from a page of ours, or the page is older than the session."""

    status = 400
    code = "foreign-form"

    def message(self) -> str:
        """The sentence shown."""
        return _("页面已过期或来源不明,为保护您的账号未执行操作。请返回上一页刷新后重新提交。")


def token() -> str:
    """The token for this browser; safe to show in its own pages only."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, b"csrf|" + session.sid.encode(), sha256).hexdigest()


def init_app(app: Flask) -> None:
    """Check every unsafe request; give templates `csrf_token()`."""
    app.before_request(_check)
    app.jinja_env.globals["csrf_token"] = token


def exempt(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that authenticates its caller in another way (a signed webhook)."""
    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view


def _check() -> None:
    if request.method in SAFE_METHODS or request.endpoint is None:
        return
    if getattr(current_app.view_functions[request.endpoint], "csrf_exempt", False):
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ForeignForm()
    sent = request.headers.get("X-CSRF-Token") or request.form.get(FIELD, "")
    if not hmac.compare_digest(sent.encode(), token().encode()):
        raise ForeignForm()
