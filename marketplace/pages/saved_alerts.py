"""Looking again at saved searches, and telling each person once a day at most what is new in them.

A search is asked while no transaction is open: on SQLite it would hold up every page. Its result is written only if
nobody has looked meanwhile. What is due stands in the rows, so a failed or broken-off run is made good by the next.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlmodel import col, select

from marketplace.accounts import actions
from marketplace.accounts.models import Membership, User
from marketplace.catalog.models import ListingVersion
from marketplace.kit import audit, clock, db
from marketplace.kit.i18n import told as _
from marketplace.pages.asking import SORTS, Asked
from marketplace.pages.cards import Card, cards
from marketplace.pages.models import Alert, SavedSearch
from marketplace.pages.saved_address import asked_of
from marketplace.search.finder import Finder
from marketplace.search.port import SearchUnavailable, Sort

log = logging.getLogger(__name__)
LOOK = 1000
MEMORY = 3000
SHOWN = 8
ROOM = 1900  # the inbox keeps 2000 characters of a notice
FAILURES_BEFORE_END = 2
SLACK = timedelta(hours=1)  # a listing may change some time before the index knows


@dataclass(frozen=True)
class Look:
    """What a search found: the listings to remember from now on, and those nobody has told the person of."""

    row: SavedSearch
    remembered: list[int]
    news: list[Card]


def run_due(at: datetime) -> None:
    """Look at every search that is due, person by person.

    Two people in a row whose searches failed end the run: the engine is down. The next run begins with those not yet
    tried, so that a search that is always too slow keeps nobody else waiting.
    """
    failures = 0
    with db.reading():
        waiting = due(at)
    for user_id, ids in waiting.items():
        try:
            failures = 0 if tell_person(user_id, ids, at) else failures + 1
        except Exception:  # one person's trouble is not the others'
            log.exception("saved searches of person %s", user_id)
        if failures == FAILURES_BEFORE_END:
            log.warning("saved searches wait: the search engine does not answer")
            return


def due(at: datetime) -> dict[int, list[int]]:
    """The searches to look at by person, those that failed last at the end. Daily ones are due the next day in
    Shanghai, weekly ones a week later, those never looked at now; those of people who are gone, never."""
    today = datetime.combine(clock.local(at).date(), time.min, clock.SHANGHAI)
    member = sa.and_(
        Membership.user_id == SavedSearch.user_id, Membership.organisation_id == SavedSearch.organisation_id
    )
    old = sa.or_(
        col(SavedSearch.looked_at).is_(None),
        sa.and_(SavedSearch.alert == Alert.DAILY, col(SavedSearch.looked_at) < today),
        sa.and_(SavedSearch.alert == Alert.WEEKLY, col(SavedSearch.looked_at) < today - timedelta(days=6)),
    )
    query = (
        select(SavedSearch.user_id, SavedSearch.id)
        .join(User, User.id == SavedSearch.user_id)
        .join(Membership, member)
        .where(SavedSearch.alert != Alert.NONE, User.disabled_at.is_(None), old)
        .order_by(col(SavedSearch.tried_at).is_not(None), SavedSearch.tried_at, SavedSearch.id)
    )
    found: dict[int, list[int]] = {}
    for user_id, search_id in db.session().exec(query):
        found.setdefault(user_id, []).append(search_id)
    return found


def tell_person(user_id: int, ids: Sequence[int], at: datetime) -> bool:
    """Look at these searches of one person and tell them in one digest; False when the engine failed on the way.

    What was found before the failure is told; the failed search and those behind it wait for the next run.
    """
    looks: list[Look] = []
    failed = None
    for search_id in ids:
        try:
            found = _look(search_id)
        except SearchUnavailable as fault:
            log.warning("saved search %s: %s", search_id, fault)
            failed = search_id
            break
        if found:
            looks.append(found)
    with db.transaction() as session:
        if failed:
            session.get(SavedSearch, failed).tried_at = at
        news = [one for one in looks if _keep(one, at) and one.news]
        if news:
            _tell(session.get(User, user_id), news, at)
    return failed is None


def look_first(search_id: int) -> None:
    """Remember what a search finds as soon as its alerts are on; when the engine is down, the job does it later."""
    at = clock.now()
    try:
        found = _look(search_id)
    except SearchUnavailable as fault:
        log.warning("saved search %s: %s", search_id, fault)
        return
    if found and found.row.looked_at is None:
        with db.transaction():
            _keep(found, at)


def _look(search_id: int) -> Look | None:
    """None for a search that is gone or names what exists no more: left out, it would find far too much.

    Raises: SearchUnavailable.
    """
    with db.reading() as session:
        row = session.get(SavedSearch, search_id)
        asked = asked_of(row.address) if row else None
        if asked is None or asked.faults:
            return None
        hits = _hits(asked)
        known = set(row.remembered)
        unknown = [i for i in hits if i not in known] if row.looked_at else []
        if unknown and max(len(known), len(hits)) >= LOOK:
            # The memory may not reach as far as the search does: only what changed since is surely new.
            changed = _changed_since(unknown, row.looked_at)
            unknown = [i for i in unknown if i in changed]
        news = cards(unknown)
        hidden = set(unknown) - {card.id for card in news}  # the index has not heard yet; may be told when public again
        remembered = [i for i in dict.fromkeys([*hits, *row.remembered]) if i not in hidden]
        return Look(row, remembered[:MEMORY], news)


def _hits(asked: Asked) -> list[int]:
    """What fits, in the order asked for; the most recently confirmed when there are too many to remember."""
    hits = _ask(asked, SORTS[asked.sort])
    return hits if len(hits) < LOOK else _ask(asked, SORTS["fresh"])


def _ask(asked: Asked, sort: Sort | None) -> list[int]:
    finder: Finder = current_app.extensions["finder"]
    query = replace(asked.query(LOOK), sort=sort, page=1, facets=(), without_spans=True)
    results = finder.find(lambda: query, insist=asked.insist).results
    if results.partial:
        raise SearchUnavailable("the engine answered before it was done")
    return [] if results.relaxed else [hit.id for hit in results.hits]


def _changed_since(ids: list[int], moment: datetime) -> set[int]:
    wanted = (
        col(ListingVersion.listing_id).in_(ids),
        col(ListingVersion.valid_until).is_(None),
        ListingVersion.valid_from > moment - SLACK,
    )
    return set(db.session().exec(select(ListingVersion.listing_id).where(*wanted)))


def _keep(found: Look, at: datetime) -> bool:
    """Write a look down; False when the search is gone, was silenced, or somebody looked meanwhile."""
    row = db.session().get(SavedSearch, found.row.id, with_for_update=True, populate_existing=True)
    if row is None or row.alert == Alert.NONE or row.looked_at != found.row.looked_at:
        return False
    row.remembered, row.looked_at, row.tried_at = found.remembered, at, None
    if found.news:
        row.news, row.news_count, row.told_at = [card.id for card in found.news[:SHOWN]], len(found.news), at
        audit.record(None, "saved_search.tell", row, at, count=row.news_count, shown=row.news)
    return True


def _tell(person: User, news: list[Look], at: datetime) -> None:
    subject = _("收藏搜索有 %(n)s 项新供给", n=sum(len(one.news) for one in news))
    key = f"saved-searches-{at:%Y%m%d%H%M%S}"
    proven = person.email_verified_at is not None
    actions.tell([person], subject, digest(news), "/desk/searches", key=key, at=at, by_mail=proven)


def digest(news: Sequence[Look]) -> str:
    """What is new in each search with links, as much as an inbox holds."""
    text = ""
    for number, one in enumerate(news):
        part = _part(one)
        if len(text) + len(part) > ROOM:
            return text + _("另有 %(n)s 个收藏搜索有新供给,请打开“我的收藏搜索”查看。", n=len(news) - number)
        text += part + "\n\n"
    return text.strip()


def _part(one: Look) -> str:
    stem = current_app.config["PUBLIC_URL"].rstrip("/")
    lines = [_("【%(name)s】%(n)s 项新供给", name=one.row.name, n=len(one.news))]
    lines += [f"· {card.name[:30]} — {card.supplier[:30]}\n  {stem}/listings/{card.id}" for card in one.news[:SHOWN]]
    if len(one.news) > SHOWN:
        lines.append(_("另有 %(n)s 条", n=len(one.news) - SHOWN))
    lines.append(_("查看搜索:%(url)s", url=f"{stem}/desk/searches/{one.row.id}"))
    return "\n".join(lines)
