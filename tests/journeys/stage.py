"""A platform in this very process whose clock the test moves, so that a month's procedure takes a minute."""

import re
import threading
from contextlib import ExitStack
from datetime import datetime, timedelta

from werkzeug.serving import make_server

from marketplace.kit import clock
from tests.factories.accounts import PASSWORD

SESSION = timedelta(hours=3)  # a little less than a session lasts unused


class Stage:
    """A served app, its time, and a browser page for each person."""

    def __init__(self, app, chromium, start: datetime) -> None:
        self.now, self._stack = start, ExitStack()
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self._before, clock._read = clock._read, lambda: self.now
        self.chromium, self.contexts = chromium, []

    def close(self) -> None:
        """Stop serving and give the time back."""
        for context in self.contexts:
            context.close()
        self.server.shutdown()
        clock._read = self._before

    def move(self, **by) -> None:
        """Let time pass."""
        self.now += timedelta(**by)

    def at(self, moment: datetime) -> None:
        """Go to a moment."""
        self.now = moment

    def person(self, user, width: int = 1440) -> "Person":
        """Somebody with a browser, signed in."""
        context = self.chromium.new_context(viewport={"width": width, "height": 900}, base_url=self.address)
        self.contexts.append(context)
        return Person(self, context.new_page(), user)


class Person:
    """What somebody does on pages, in the words on the buttons."""

    def __init__(self, stage: Stage, page, user) -> None:
        self.stage, self.page, self.user, self.faults = stage, page, user, []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("response", lambda answer: answer.status >= 500 and self.faults.append(f"{answer.status} {answer.url}"))
        page.on("dialog", lambda dialog: dialog.accept())
        self.sign_in()

    def sign_in(self) -> None:
        """Sign in with the form."""
        self.page.context.clear_cookies()
        self.page.goto("/sign-in")
        self.page.fill("#f-email", self.user.email)
        self.page.fill("#f-password", PASSWORD)
        self.page.click("main form.card button.btn-primary")
        self.page.wait_for_url(re.compile(r"/(desk|organisation)"))
        self.since = self.stage.now

    def go(self, path: str) -> str:
        """Open a page, signing in again when the session must have ended; returns its words."""
        if self.stage.now - self.since > SESSION:
            self.sign_in()
        self.page.goto(path)
        return self.text()

    def text(self) -> str:
        """The words of the page's main part."""
        return self.page.locator("main").inner_text()

    def fill(self, **fields: str) -> None:
        """Fill fields by the end of their id (`f-…`), with "_" where the id has "-"."""
        for name, value in fields.items():
            field = self.page.locator(f"#f-{name}")
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def set(self, name: str, value: str) -> None:
        """Fill a field by its exact name."""
        field = self.page.locator(f"[name='{name}']").first
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    def press(self, name: str, within: str = "main") -> str:
        """Press the first button with these words and wait; returns the words of the page after."""
        button = self.page.locator(within).get_by_role("button", name=re.compile(name)).first
        button.scroll_into_view_if_needed()
        with self.page.expect_navigation():
            button.click()
        return self.text()

    def follow(self, name: str) -> str:
        """Follow the first link with these words."""
        self.page.locator("main").get_by_role("link", name=re.compile(name)).first.click()
        self.page.wait_for_load_state()
        return self.text()

    def open_folds(self) -> None:
        """Unfold everything on the page."""
        self.page.eval_on_selector_all("main details", "all => all.forEach(e => e.open = true)")
