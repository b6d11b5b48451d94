"""Pages of saved searches: keep, run, rename, choose alerts, delete."""

from dataclasses import dataclass

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from marketplace.catalog import labels
from marketplace.kit import clock, forms
from marketplace.kit.permissions import check, current_actor, guarded
from marketplace.kit.web import back_to, page
from marketplace.pages import finding, saved
from marketplace.pages.asking import Asked, read
from marketplace.pages.cards import Card, cards
from marketplace.pages.models import Alert, SavedSearch
from marketplace.pages.saved import SAVE, SavedForm
from marketplace.pages.saved_address import asked_of
from marketplace.pages.views import bp

ID = "<int(max=2147483647):search_id>"


@dataclass(frozen=True)
class Shown:
    """A saved search as the list shows it; `broken` when something it names exists no more."""

    row: SavedSearch
    conditions: list[str]
    broken: bool
    news: list[Card]

    @property
    def more(self) -> int:
        """How many of the last news are not shown."""
        return max(0, self.row.news_count - len(self.news))


@bp.get("/desk/searches")
@guarded(SAVE)
def saved_searches(faulty: SavedSearch | None = None, form: forms.Filled | None = None, status: int = 200) -> Response:
    """What the person keeps; `faulty` is the search whose form came back."""
    rows = saved.saved_by(current_actor())
    known = {card.id: card for card in cards([i for row in rows for i in row.news])}
    items = [_shown(row, known) for row in rows]
    return page(
        "pages/saved.html", items=items, limit=saved.LIMIT, alerts=alerts(), faulty=faulty, form=form, status=status
    )


@bp.get("/desk/searches/new")
@guarded(SAVE)
def new_saved_search() -> BaseResponse:
    """Name the search in the address, and choose its alerts; one kept already leads to the list."""
    asked = read(request.args)
    known = saved.saved_as(current_actor(), saved.checked_address(asked))
    return redirect(_place(known)) if known else _ask_for_name(asked)


@bp.post("/desk/searches")
@guarded(SAVE)
def save_search() -> BaseResponse:
    """Keep the search whose address was sent."""
    asked = asked_of(request.form.get("address", ""))
    form = forms.read(SavedForm, request.form)
    if not form.data:
        return _ask_for_name(asked, form, 422)
    row, new = saved.save(asked, form.data, by=current_actor(), at=clock.now())
    flash(_("搜索已保存。") if new else _("这个搜索已经收藏过,未重复保存。"), "ok")
    return back_to(_place(row))


@bp.get(f"/desk/searches/{ID}")
@guarded(SAVE)
def run_search(search_id: int) -> BaseResponse:
    """The results of a saved search as they are now."""
    return redirect(f"/search?{_load(search_id).address}")


@bp.post(f"/desk/searches/{ID}")
@guarded(SAVE)
def change_search(search_id: int) -> Response | BaseResponse:
    """Rename a saved search or choose its alerts."""
    row = _load(search_id)
    form = forms.read(SavedForm, request.form)
    if not form.data:
        return saved_searches(row, form, 422)
    saved.change(row, form.data, by=current_actor(), at=clock.now())
    flash(_("修改已保存。"), "ok")
    return back_to(_place(row))


@bp.post(f"/desk/searches/{ID}/delete")
@guarded(SAVE)
def delete_search(search_id: int) -> BaseResponse:
    """Keep a search no longer."""
    row = _load(search_id)
    saved.delete(row, by=current_actor(), at=clock.now())
    flash(_("已删除收藏的搜索:%(name)s", name=row.name), "ok")
    return back_to(url_for("pages.saved_searches"))


def alerts() -> list[tuple[str, str]]:
    """The choices of alerts, for a form."""
    return [(Alert.NONE, _("不提醒")), (Alert.DAILY, _("每天提醒")), (Alert.WEEKLY, _("每周提醒"))]


def _ask_for_name(asked: Asked, form: forms.Filled | None = None, status: int = 200) -> Response:
    words = _words(asked)
    return page(
        "pages/saved_new.html", address=saved.checked_address(asked), ignored=asked.faults, conditions=words,
        name=form.get("name") if form else " · ".join(words)[:60], alerts=alerts(), form=form, status=status,
    )  # fmt: skip


def _load(search_id: int) -> SavedSearch:
    row = saved.saved(search_id)
    check(SAVE, row)
    return row


def _place(row: SavedSearch) -> str:
    return url_for("pages.saved_searches", _anchor=f"search-{row.id}")


def _shown(row: SavedSearch, known: dict[int, Card]) -> Shown:
    asked = asked_of(row.address)
    return Shown(row, _words(asked), bool(asked.faults), [known[i] for i in row.news if i in known])


def _words(asked: Asked) -> list[str]:
    kind = [labels.kind(asked.kind)] if asked.kind else []
    return [*([asked.text] if asked.text else []), *kind, *(words for words, _url in finding.applied(asked))]
