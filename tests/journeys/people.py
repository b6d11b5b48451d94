"""What people do on pages, in the words on the buttons."""

import re

PASSWORD = "demo-2026-marketplace"


def sign_in(page, email: str, password: str = PASSWORD) -> None:
    """Sign in with the form, signing out first if need be."""
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.fill("#f-email", email)
    page.fill("#f-password", password)
    page.click("main form.card button.btn-primary")
    page.wait_for_url(re.compile(r"/(desk|organisation)"))


def search(page, text: str) -> list[str]:
    """Search from the head of the page; returns the names found, in order."""
    page.goto("/search")
    page.fill("#head-q", text)
    page.press("#head-q", "Enter")
    page.wait_for_url(re.compile(r"/search\?.*q="))
    return names(page)


def names(page) -> list[str]:
    """The names on a results page, in order."""
    return [text.strip() for text in page.locator(".hit-name a").all_inner_texts()]


def demo_person(page, role: str) -> str:
    """The e-mail of the demo person with this role, read off the sign-in page."""
    page.goto("/sign-in")
    return page.locator(".demo-person", has_text=role).locator("small").inner_text()
