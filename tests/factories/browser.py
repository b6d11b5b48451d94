"""A visitor without a real browser: cookies, CSRF tokens and forms as a page would send them."""

import re
from contextvars import Context

from flask.testing import FlaskClient

from marketplace.accounts.models import User
from tests.factories.accounts import PASSWORD


class _Client(FlaskClient):
    """Asks from outside: inside a test's own app context, requests would share one `g`, its unit of work included."""

    def open(self, *args, **kwargs):
        return Context().run(super().open, *args, **kwargs)


class Browser:
    """Wraps Flask's test client; `post` fetches the CSRF token the way a form carries it."""

    def __init__(self, app, user: User | str | None = None) -> None:
        self.client = _Client(app, app.response_class)
        self.token = ""
        if user is not None:
            email = user if isinstance(user, str) else user.email
            answer = self.post("/sign-in", email=email, password=PASSWORD)
            assert answer.status_code == 303, answer.text

    def get(self, url: str, **more):
        """GET; follows no redirects."""
        return self.client.get(url, **more)

    def post(self, url: str, files=None, headers=None, **fields):
        """POST a form with this browser's CSRF token; `files` maps names to (stream, filename)."""
        if not self.token:
            self.refresh()
        data = {"csrf_token": self.token, **fields, **(files or {})}
        kind = "multipart/form-data" if files else "application/x-www-form-urlencoded"
        answer = self.client.post(url, data=data, content_type=kind, headers=headers)
        if url in ("/sign-in", "/sign-out", "/register") or "/invitation/" in url:
            self.token = ""
        return answer

    def refresh(self) -> None:
        """Read the token off a page."""
        found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', self.get("/forgot").text)
        assert found, "no form on the page"
        self.token = found[1]
