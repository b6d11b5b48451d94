"""Small helps for pages: one block for htmx, safe ways back, page numbers, and how values look."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, abort, current_app, g, redirect, render_template, request
from flask_babel import format_date, format_datetime, get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from marketplace.kit import clock, money


def page(template: str, block: str = "", /, status: int = 200, **values: Any) -> Response:
    """The whole page, or only the named block when htmx asks for a part of it."""
    if block and request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        text = render_block(template, block, **values)
    else:
        text = render_template(template, **values)
    response = Response(text, status)
    response.vary.add("HX-Request")
    return response


def render_block(template: str, block: str, **values: Any) -> str:
    """One named block of a template, rendered alone; macros it uses are imported inside it."""
    current_app.update_template_context(values)
    parsed = current_app.jinja_env.get_template(template)
    return "".join(parsed.blocks[block](parsed.new_context(values)))


def back_to(url: str) -> BaseResponse:
    """Redirect after a good write (303, so that reloading never repeats it)."""
    return redirect(url, 303)


def safe_next(fallback: str) -> str:
    """The `next` address if it stays on this site, else the fallback."""
    wanted = request.values.get("next", "")
    inside = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable()
    return wanted if inside else fallback


@dataclass(frozen=True)
class Pages:
    """Where we are in a list; `numbers` are the pages worth a link, None where some are left out."""

    page: int
    per_page: int
    total: int

    @property
    def count(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def numbers(self) -> Iterable[int | None]:
        """First, last and the neighbours."""
        last = 0
        for number in range(1, self.count + 1):
            if number in (1, self.count) or abs(number - self.page) <= 2:
                if number - last > 1:
                    yield None
                yield number
                last = number


def page_number(limit: int = 500) -> int:
    """The page asked for: 1 when it is no number, never beyond `limit`."""
    text = request.args.get("page", "1")
    return min(max(int(text), 1), limit) if text.isdecimal() and len(text) < 6 else 1


def url_with(**changes: Any) -> str:
    """This page's address with some query values changed; None removes one, a list repeats it."""
    query = MultiDict(request.args)
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query.setlist(name, [str(v) for v in (value if isinstance(value, list) else [value])])
    text = urlencode(list(query.items(multi=True)))
    return f"{request.path}?{text}" if text else request.path


def show_time(moment: datetime | None) -> str:
    """ "2026年1月31日 09:05" in Shanghai time."""
    return format_datetime(clock.local(moment), "yyyy-MM-dd HH:mm", rebase=False) if moment else "—"


def show_day(day: date | datetime | None) -> str:
    """ "2026-01-31"."""
    if isinstance(day, datetime):
        day = clock.local(day).date()
    return format_date(day, "yyyy-MM-dd", rebase=False) if day else "—"


def show_ago(moment: datetime | None) -> str:
    """ "3 天前": how fresh something is, in words."""
    if moment is None:
        return _("从未")
    days = (clock.now() - moment).days
    if days < 1:
        return _("今天")
    if days == 1:
        return _("昨天")
    if days < 60:
        return _("%(n)s 天前", n=days)
    return _("%(n)s 个月前", n=days // 30)


def english() -> bool:
    """Whether the reader chose English."""
    return str(get_locale() or "zh").startswith("en")


def init_app(app: Flask) -> None:
    """Give templates the ways values look; refuse what no page can mean."""
    app.before_request(_refuse_nul)
    app.jinja_env.filters.update(
        fen=money.format_fen, fen_compact=money.format_compact, time=show_time, day=show_day, ago=show_ago,
        number=show_number, zip_same=lambda values: [(v, v) for v in values],
    )  # fmt: skip
    app.jinja_env.globals.update(url_with=url_with, english=english, today=clock.today, now=clock.now, g=g)


def _refuse_nul() -> None:
    # Nobody types a NUL, and PostgreSQL stores none; here at the door no page can forget it.
    texts = [request.path, *(text for pair in request.values.items(multi=True) for text in pair)]
    if any("\x00" in text for text in texts):
        abort(400)


def show_number(value: Any) -> str:
    """A number without needless zeros, thousands apart: 3000.0 → "3,000"."""
    if value is None:
        return "—"
    if isinstance(value, int):
        return f"{value:,}"
    text = f"{value:,.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return text or "0"


def web_cookie(response: Response, name: str, value: str) -> None:
    """A small cookie that remembers a choice of this browser for a month; it means nothing to anybody else."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(name, value, max_age=30 * 86_400, samesite="Lax", secure=secure, httponly=True)
