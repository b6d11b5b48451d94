"""Saved searches: verbs and reads, the form, who may, and what is refused."""

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from pydantic import Field
from sqlmodel import col, select

from marketplace.accounts.models import Membership, User
from marketplace.accounts.permissions import is_member
from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound, Refusal
from marketplace.kit.forms import Form
from marketplace.kit.permissions import Actor, allow
from marketplace.pages import saved_alerts
from marketplace.pages.asking import Asked
from marketplace.pages.models import Alert, SavedSearch
from marketplace.pages.saved_address import address, fingerprint

LIMIT = 50
MAX_ADDRESS = 4000


def _own(actor: Actor, row: SavedSearch) -> bool:
    return (row.user_id, row.organisation_id) == (actor.user_id, actor.organisation_id)


SAVE = allow("search.save", is_member, _own)


class SavedForm(Form):
    """What a person says about a saved search."""

    name: str = Field(min_length=1, max_length=60)
    alert: Alert = Alert.NONE


class NothingToSave(Refusal):
    """A search for everything."""

    status = 422
    code = "nothing-to-save"

    def message(self) -> str:
        """The sentence shown."""
        return _("没有可以保存的搜索。请先输入搜索词或选择筛选条件。")


class SearchTooLong(Refusal):
    """More conditions than an address holds."""

    status = 422
    code = "search-too-long"

    def message(self) -> str:
        """The sentence shown."""
        return _("筛选条件过多,无法保存。请去掉一些条件后再试。")


class TooManySaved(Refusal):
    """The person keeps LIMIT searches already."""

    code = "too-many-saved"

    def message(self) -> str:
        """The sentence shown."""
        return _("最多保存 %(n)s 个搜索。请先在“我的收藏搜索”中删除不再需要的。", n=LIMIT)


def save(asked: Asked, form: SavedForm, *, by: Actor, at: datetime) -> tuple[SavedSearch, bool]:
    """Keep a search; the same one kept before stays as it is. True when it is new.

    Raises: NothingToSave; SearchTooLong; TooManySaved.
    """
    text = checked_address(asked)
    db.session().get(User, by.user_id, with_for_update=True)  # two clicks at once must not pass the limit together
    known = saved_as(by, text)
    if known:
        return known, False
    if count(by.user_id) >= LIMIT:
        raise TooManySaved()
    row = SavedSearch(
        user_id=by.user_id, organisation_id=by.organisation_id, name=form.name, alert=form.alert,
        address=text, fingerprint=fingerprint(text), created_at=at, updated_at=at,
    )  # fmt: skip
    if not db.add_once(row):
        return saved_as(by, text), False
    audit.record(by, "saved_search.save", row, at, name=row.name, alert=str(row.alert), address=text)
    _begin(row)
    return row, True


def change(row: SavedSearch, form: SavedForm, *, by: Actor, at: datetime) -> None:
    """Rename a saved search, and choose its alerts. Alerts turned on again speak of what comes from now on."""
    was = {"name": row.name, "alert": str(row.alert)}
    begins = row.alert == Alert.NONE
    row.name, row.alert = form.name, form.alert
    now = {"name": row.name, "alert": str(row.alert)}
    if was == now:
        return
    row.updated_at = at
    if begins:
        _begin(row)
    changed = {name: [was[name], now[name]] for name in now if was[name] != now[name]}
    audit.record(by, "saved_search.change", row, at, changed=changed)


def delete(row: SavedSearch, *, by: Actor, at: datetime) -> None:
    """Keep a search no longer, nor what was told of it."""
    audit.record(by, "saved_search.delete", row, at, name=row.name, address=row.address)
    db.session().delete(row)


def checked_address(asked: Asked) -> str:
    """The address a search is kept under. Raises: NothingToSave; SearchTooLong."""
    if not (asked.text or asked.filtered):
        raise NothingToSave()
    text = address(asked)
    if len(text) > MAX_ADDRESS:
        raise SearchTooLong()
    return text


def saved(search_id: int) -> SavedSearch:
    """Raises: NotFound. The caller checks whose it is."""
    found = db.session().get(SavedSearch, search_id)
    if found is None:
        raise NotFound()
    return found


def saved_as(actor: Actor, text: str) -> SavedSearch | None:
    """The person's search with this address, if they keep it."""
    wanted = (*_mine(actor), SavedSearch.fingerprint == fingerprint(text))
    return db.session().exec(select(SavedSearch).where(*wanted)).first()


def saved_by(actor: Actor) -> list[SavedSearch]:
    """What the person keeps within the organisation, the latest first; what is remembered stays in the database."""
    query = select(SavedSearch).where(*_mine(actor)).order_by(col(SavedSearch.id).desc())
    return list(db.session().exec(query.options(sa.orm.defer(SavedSearch.remembered))))


def count(user_id: int) -> int:
    """How many searches the person keeps, in every organisation they still belong to."""
    member = sa.and_(
        Membership.user_id == SavedSearch.user_id, Membership.organisation_id == SavedSearch.organisation_id
    )
    query = select(sa.func.count(SavedSearch.id)).join(Membership, member).where(SavedSearch.user_id == user_id)
    return db.session().exec(query).one()


def _mine(actor: Actor) -> tuple:
    return (SavedSearch.user_id == actor.user_id, SavedSearch.organisation_id == actor.organisation_id)


def _begin(row: SavedSearch) -> None:
    row.looked_at = row.tried_at = None
    if row.alert != Alert.NONE:
        db.after_commit(saved_alerts.look_first, row.id)
