"""Saved searches: kept once, seen by their person only, and telling of a listing once, in one digest, or not at all."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from marketplace.accounts.models import Membership, Notice, OrganisationKind, OrganisationStatus, Role, User
from marketplace.accounts.queries import organisation
from marketplace.catalog.models import Listing, ListingStatus, ListingVersion
from marketplace.kit import clock, db, jobs
from marketplace.kit.audit import AuditEntry
from marketplace.kit.mail import OutboxMail
from marketplace.pages import saved, saved_alerts
from marketplace.pages.models import Alert, SavedSearch
from marketplace.pages.saved_address import address, asked_of
from marketplace.search.mirror import mirrors
from marketplace.search.port import Results, SearchUnavailable
from tests.conftest import NOON
from tests.factories.accounts import LONG_AGO, make_actor, make_member, make_organisation
from tests.quoting.worlds import make_listing

FIRST_MORNING = NOON + timedelta(hours=19, minutes=10)  # Tuesday 07:10 in Shanghai
TRUCKS = "q=排水抢险车"


# To be removed once a migration makes the table.
@pytest.fixture(autouse=True)
def table(app):
    with app.app_context(), db.transaction() as session:
        SavedSearch.__table__.create(session.connection(), checkfirst=True)


@pytest.fixture
def world(context, catalogue):
    """Inside the app, with listings in the index, which learns of changes only when the test says so."""
    context.extensions.pop("search_nudge", None)
    with clock.set_clock(NOON):
        yield catalogue


@pytest.fixture
def buyer(world):
    """Somebody who may only look."""
    with db.transaction():
        return make_actor(make_organisation(OrganisationKind.BUYER), Role.VIEWER)


def keep(actor, text=TRUCKS, alert=Alert.DAILY, name="排水车"):
    with db.transaction():
        return saved.save(asked_of(text), saved.SavedForm(name=name, alert=alert), by=actor, at=clock.now())[0]


def row_of(search):
    with db.reading() as session:
        return session.get(SavedSearch, search.id)


def publish(name="新型排水抢险车", **more):
    """One listing more, in the index."""
    values = {"price_kind": "fixed", "price_min_fen": 100, "price_max_fen": 100, "published_at": NOON, **more}
    with db.transaction():
        listing = make_listing(organisation(1), name, **values)
    mirrors()["products"].drain()
    return listing.id


def alter(listing_id, **values):
    """Change a listing, and let the index know."""
    with db.transaction() as session:
        row = session.get(Listing, listing_id)
        for name, value in values.items():
            setattr(row, name, value)
    mirrors()["products"].drain()


def morning(days=0, minutes=0):
    """The job runs at ten past seven, so many days later."""
    at = FIRST_MORNING + timedelta(days=days, minutes=minutes)
    with clock.set_clock(at):
        assert jobs.run_slot(jobs.JOBS["pages.saved_searches"], at)


def notices(actor):
    with db.reading() as session:
        return list(session.exec(select(Notice).where(Notice.user_id == actor.user_id).order_by(Notice.id)))


def told_of(actor):
    """The listings each digest names, in order."""
    return [[int(i) for i in re.findall(r"/listings/(\d+)", notice.body)] for notice in notices(actor)]


def mails():
    with db.reading() as session:
        return [mail.body for mail in session.exec(select(OutboxMail).where(OutboxMail.key.startswith("notice-")))]


def break_engine(app, monkeypatch):
    def down(_query):
        raise SearchUnavailable("down")

    monkeypatch.setattr(app.extensions["finder"].engine, "search", down)


# What is kept


@pytest.mark.parametrize(
    "text",
    [
        "q=排水&kind=product&class=3.4",
        "region=广东省&region=全国&base=甲基地&certificate=ISO 9001&arrangement=purchase&category=public_health",
        "price_min=1,200.50&price_max=3.5万&lead_max=030&in_stock=1",
        "flow.min=1e3&flow.max=2,000.0&flow.unit=L/s&head.min=3",
        "q=smtcy&insist=1&sort=fresh",
        "q=%26%3D%23+100%25&q=x",
    ],
)
def test_an_address_finds_something_else_than_the_search_it_stands_for(context, text):
    asked = asked_of(text)
    again = asked_of(address(asked))
    assert _unordered(again) == _unordered(asked)
    assert (again.text, again.sort, again.insist, again.faults) == (asked.text, asked.sort, asked.insist, [])
    assert address(again) == address(asked)


def _unordered(asked):
    return {(type(f), f.field, frozenset(getattr(f, "values", ())) or f) for f in asked.filters()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("q=排水&in_stock=1", "in_stock=1&q= 排水 &page=7"),
        ("field=urban_safety&field=mining&q=a", "q=a&field=mining&field=urban_safety"),
        ("price_max=3.5万", "price_max=35,000"),
        ("flow.min=1000", "flow.min=1e3&flow.unit=m³/h&flow.max="),
        ("q=a&colour=red&sort=luck", "q=a"),
    ],
)
def test_the_same_search_has_two_addresses(context, one, other):
    assert address(asked_of(one)) == address(asked_of(other))


@pytest.mark.parametrize(("one", "other"), [("q=a", "q=b"), ("q=a", "q=a&sort=price"), ("flow.min=1", "flow.max=1")])
def test_different_searches_share_an_address(context, one, other):
    assert address(asked_of(one)) != address(asked_of(other))


def test_the_same_search_is_kept_twice_or_loses_its_name(buyer):
    first = keep(buyer, "q=排水&in_stock=1")
    again = keep(buyer, "in_stock=1&q=排水&page=2", name="又一个", alert=Alert.NONE)
    assert again.id == first.id and row_of(first).name == "排水车" and row_of(first).alert == Alert.DAILY


def test_two_people_cannot_keep_the_same_search(buyer):
    with db.transaction():
        colleague = make_actor(organisation(buyer.organisation_id))
    assert keep(buyer).id != keep(colleague).id


def test_somebody_keeps_more_than_fifty(buyer):
    for n in range(saved.LIMIT):
        keep(buyer, f"q=泵{n}", Alert.NONE)
    with pytest.raises(saved.TooManySaved):
        keep(buyer, "q=又一个")
    assert keep(buyer, "q=泵7").name == "排水车"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("", saved.NothingToSave), ("sort=price", saved.NothingToSave),
     ("&".join(f"base={'基' * 100}{n}" for n in range(40)), saved.SearchTooLong)],
)  # fmt: skip
def test_a_search_for_everything_or_without_end_is_kept(buyer, text, refusal):
    with pytest.raises(refusal):
        keep(buyer, text)


def test_a_write_leaves_no_trace(buyer):
    search = keep(buyer)
    publish()
    morning()
    with db.transaction() as session:
        row = session.get(SavedSearch, search.id)
        saved.change(row, saved.SavedForm(name="改名", alert=Alert.WEEKLY), by=buyer, at=NOON)
        saved.change(row, saved.SavedForm(name="改名", alert=Alert.WEEKLY), by=buyer, at=NOON)
        saved.delete(row, by=buyer, at=NOON)
    with db.reading() as session:
        trail = session.exec(select(AuditEntry).where(AuditEntry.object_type == "saved_search").order_by(AuditEntry.id))
        entries = [(entry.action, entry.actor_id) for entry in trail]
    mine = buyer.user_id
    assert entries == [("saved_search.save", mine), ("saved_search.tell", None), ("saved_search.change", mine),
                       ("saved_search.delete", mine)]  # fmt: skip


# What is told


def test_the_first_look_tells_or_a_morning_without_news_does(buyer, world):
    search = keep(buyer)
    assert set(row_of(search).remembered) == {world["big"], world["small"]}
    for day in range(3):
        morning(day)
    assert notices(buyer) == [] and mails() == []


def test_the_job_tells_of_what_was_there_before_it_first_looked(buyer, app, world):
    with pytest.MonkeyPatch.context() as broken:
        break_engine(app, broken)
        search = keep(buyer)
    assert row_of(search).looked_at is None
    morning()
    assert notices(buyer) == [] and set(row_of(search).remembered) == {world["big"], world["small"]}


def test_a_new_listing_is_not_told_or_told_twice(buyer):
    keep(buyer)
    new = publish()
    for day in range(3):
        morning(day)
    assert told_of(buyer) == [[new]]
    assert len(mails()) == 1 and f"/listings/{new}" in mails()[0]


def test_a_listing_that_fits_now_is_not_told_or_told_again_after_it_did_not(buyer, world):
    keep(buyer, "q=排水抢险车&price_max=100万")
    for day, fen in enumerate((146_000_000, 90_000_000, 146_000_000, 80_000_000)):
        alter(world["big"], price_min_fen=fen, price_max_fen=fen)
        morning(day)
    assert told_of(buyer) == [[world["big"]]]


def test_a_search_that_fails_loses_what_was_new_or_stops_for_good(buyer, app, monkeypatch):
    search = keep(buyer)
    new = publish()
    with monkeypatch.context() as broken:
        break_engine(app, broken)
        morning()
    assert notices(buyer) == [] and row_of(search).tried_at
    morning(minutes=30)
    assert told_of(buyer) == [[new]] and row_of(search).tried_at is None


def test_an_engine_that_answers_in_part_makes_the_rest_new(buyer, app, monkeypatch, world):
    search = keep(buyer, alert=Alert.NONE)
    with monkeypatch.context() as broken:
        broken.setattr(app.extensions["finder"].engine, "search", lambda _q: Results((), 1, partial=True))
        with db.transaction() as session:
            row = session.get(SavedSearch, search.id)
            saved.change(row, saved.SavedForm(name="x", alert=Alert.DAILY), by=buyer, at=NOON)
        morning()
    assert row_of(search).looked_at is None


def test_a_search_that_always_fails_keeps_others_waiting(world, app, monkeypatch):
    with db.transaction():
        people = [make_actor(make_organisation(OrganisationKind.BUYER)) for _n in range(4)]
    for person, text in zip(people, ("q=探测仪", "q=除颤器", TRUCKS, TRUCKS), strict=True):
        keep(person, text)
    new = publish()
    engine = app.extensions["finder"].engine
    search = engine.search

    def slow(query):
        if "排水" not in query.text:
            raise SearchUnavailable("slow")
        return search(query)

    monkeypatch.setattr(engine, "search", slow)
    morning()
    assert all(told_of(person) == [] for person in people)
    app.extensions["finder"]._resting_until = 0.0  # half an hour passes
    morning(minutes=30)
    assert [told_of(person) for person in people] == [[], [], [[new]], [[new]]]


def test_one_persons_trouble_is_everybodys(world, monkeypatch):
    with db.transaction():
        people = [make_actor(make_organisation(OrganisationKind.BUYER)) for _n in range(2)]
    first, _second = [keep(person) for person in people]
    new, look = publish(), saved_alerts._look

    def trouble(search_id):
        if search_id == first.id:
            raise ValueError("trouble")
        return look(search_id)

    monkeypatch.setattr(saved_alerts, "_look", trouble)
    morning()
    assert told_of(people[0]) == [] and told_of(people[1]) == [[new]]


def test_a_person_gets_a_digest_for_every_search_instead_of_one(buyer):
    keep(buyer, TRUCKS, name="排水车")
    keep(buyer, "q=探测仪", name="探测仪")
    keep(buyer, "q=除颤器", name="没有新的")
    truck, detector = publish(), publish("新型生命探测仪")
    morning()
    (notice,) = notices(buyer)
    assert told_of(buyer) == [[truck, detector]] and len(mails()) == 1
    assert "【排水车】1 项" in notice.body and "【探测仪】1 项" in notice.body and "没有新的" not in notice.body
    assert notice.subject == "收藏搜索有 2 项新供给"


def test_a_digest_is_without_end_or_hides_that_there_is_more(buyer, browser):
    search = keep(buyer)
    new = [publish(f"新型排水抢险车{n}") for n in range(saved_alerts.SHOWN + 3)]
    morning()
    (shown,) = told_of(buyer)
    assert len(shown) == saved_alerts.SHOWN and set(shown) < set(new)
    assert "另有 3 条" in notices(buyer)[0].body and f"/desk/searches/{search.id}" in notices(buyer)[0].body
    morning(1)
    assert len(notices(buyer)) == 1
    page = browser(_user(buyer).email).get("/desk/searches").text
    assert "另有 3 条" in page and all(f"/listings/{i}" in page for i in shown)


def test_a_digest_of_many_searches_is_cut_in_the_middle_of_a_line(buyer):
    for n in range(20):
        keep(buyer, f"{TRUCKS}&lead_max={1000 + n}", name=f"排水车{n:02}" + "长" * 40)
    for n in range(saved_alerts.SHOWN):
        publish(f"新型排水抢险车{n}" + "长" * 100, lead_time_days=5)
    morning()
    body = notices(buyer)[0].body
    assert len(body) < 2000
    assert re.search(r"另有 (\d+) 个收藏搜索有新供给", body)[1] == str(20 - body.count("【"))


def test_a_weekly_alert_comes_every_day_or_never(buyer):
    keep(buyer, alert=Alert.WEEKLY)
    first = publish()
    for day in range(6):
        morning(day)
    assert notices(buyer) == []
    morning(6)
    second = publish("新型排水抢险车二")
    for day in range(7, 14):
        morning(day)
    assert told_of(buyer) == [[first], [second]]


def test_a_second_slot_of_the_morning_asks_again(buyer):
    keep(buyer)
    morning()
    publish()
    morning(minutes=30)
    assert notices(buyer) == []
    morning(1)
    assert len(notices(buyer)) == 1


def test_a_search_without_alerts_is_looked_at(buyer):
    search = keep(buyer, alert=Alert.NONE)
    morning()
    assert row_of(search).looked_at is None


def test_alerts_turned_on_again_tell_of_the_time_between(buyer):
    search = keep(buyer)
    old = publish()
    morning()
    _change(search, buyer, Alert.NONE)
    publish("新型排水抢险车二")
    morning(1)
    _change(search, buyer, Alert.DAILY)
    third = publish("新型排水抢险车三")
    morning(2)
    assert told_of(buyer) == [[old], [third]]


def test_a_listing_out_of_sight_is_told_or_not_told_when_it_is_back(buyer):
    keep(buyer)
    new = publish()
    with db.transaction() as session:
        session.get(Listing, new).status = ListingStatus.SUSPENDED  # the index has not heard of it
    morning()
    assert notices(buyer) == []
    alter(new, status=ListingStatus.PUBLISHED)
    morning(1)
    assert told_of(buyer) == [[new]]


def test_listings_that_have_only_some_of_the_words_are_told_or_spoil_the_memory(buyer, world):
    search = keep(buyer, "q=排水抢险车 无人值守")
    publish()
    morning()
    assert notices(buyer) == [] and row_of(search).remembered == []
    alter(world["big"], summary="无人值守")
    morning(1)
    assert told_of(buyer) == [[world["big"]]]


def test_a_search_that_names_what_exists_no_more_tells_of_everything(buyer, browser):
    search = keep(buyer, "q=排水抢险车&lead_max=1")
    with db.transaction() as session:
        session.get(SavedSearch, search.id).address += "&field=abolished"
    publish(lead_time_days=1)
    morning()
    assert notices(buyer) == []
    assert "条件已失效" in browser(_user(buyer).email).get("/desk/searches").text


def test_more_listings_than_one_remembers_are_told_although_they_are_old(buyer, world, monkeypatch):
    monkeypatch.setattr(saved_alerts, "LOOK", 2)
    monkeypatch.setattr(saved_alerts, "MEMORY", 3)
    search = keep(buyer, "kind=product")
    alter(world["aed"], confirmed_at=NOON)  # old, but now among the most recently confirmed
    morning()
    assert notices(buyer) == []
    new = publish(confirmed_at=NOON + timedelta(days=1))
    with db.transaction() as session:
        moment = FIRST_MORNING + timedelta(hours=2)
        session.add(ListingVersion(listing_id=new, number=3, valid_from=moment, content={}))
    morning(1)
    morning(2)
    assert told_of(buyer) == [[new]]
    assert len(row_of(search).remembered) == 3


@pytest.mark.parametrize("why", ["left", "dismissed"])
def test_somebody_who_is_gone_is_told(buyer, why):
    keep(buyer)
    publish()
    with db.transaction() as session:
        if why == "left":
            session.delete(session.exec(select(Membership).where(Membership.user_id == buyer.user_id)).one())
        else:
            session.get(User, buyer.user_id).disabled_at = NOON
    morning()
    assert notices(buyer) == [] and mails() == []


def test_mail_goes_to_an_address_nobody_has_proven(buyer):
    with db.transaction() as session:
        session.get(User, buyer.user_id).email_verified_at = None
    keep(buyer)
    publish()
    morning()
    assert len(notices(buyer)) == 1 and mails() == []


def test_a_look_is_written_over_one_made_meanwhile(buyer, monkeypatch):
    search = keep(buyer)
    publish()
    look = saved_alerts._look

    def overtaken(search_id):
        found = look(search_id)
        with db.transaction() as session:
            session.get(SavedSearch, search_id).looked_at = FIRST_MORNING
        return found

    monkeypatch.setattr(saved_alerts, "_look", overtaken)
    morning()
    assert notices(buyer) == [] and row_of(search).told_at is None


# The pages


def _user(actor):
    with db.reading() as session:
        return session.get(User, actor.user_id)


def _change(search, actor, alert):
    with db.transaction() as session:
        saved.change(
            session.get(SavedSearch, search.id), saved.SavedForm(name="排水车", alert=alert), by=actor, at=clock.now()
        )


def _link(page):
    found = re.search(r'<a class="text-nowrap" href="(/desk/searches[^"]*)">(保存搜索|已收藏)</a>', page)
    return found and (found[1].replace("&amp;", "&"), found[2])


def test_a_person_cannot_keep_run_change_and_delete_the_search_they_see(buyer, browser, world):
    visitor = browser(_user(buyer).email)
    seen = "/search?in_stock=1&q=排水抢险车&sort=price&colour=red&page=1"
    where, words = _link(visitor.get(seen).text)
    assert words == "保存搜索"
    form = visitor.get(where).text
    hidden = re.search(r'name="address" value="([^"]*)"', form)[1].replace("&amp;", "&")
    assert "排水抢险车 · 有现货" in form and "page" not in hidden and "colour" not in hidden
    answer = visitor.post("/desk/searches", address=hidden, name="现货排水车", alert="daily")
    assert answer.status_code == 303
    place, words = _link(visitor.get(seen).text)
    assert words == "已收藏" and answer.location.endswith(place) and visitor.get(where).location.endswith(place)
    number = int(place.rpartition("-")[2])
    results = visitor.get(visitor.get(f"/desk/searches/{number}").location)
    assert f"/listings/{world['big']}" in results.text and f"/listings/{world['small']}" not in results.text
    assert visitor.post(f"/desk/searches/{number}", name="", alert="weekly").status_code == 422
    assert visitor.post(f"/desk/searches/{number}", name="改名后", alert="weekly").status_code == 303
    page = visitor.get("/desk/searches").text
    assert "改名后" in page and "每周提醒" in page and "现货排水车" not in page
    assert visitor.post(f"/desk/searches/{number}/delete").status_code == 303
    assert "还没有收藏的搜索" in visitor.get("/desk/searches").text


@pytest.mark.parametrize(
    "fields", [{"name": "", "alert": "daily"}, {"name": "x" * 61}, {"name": "x", "alert": "hourly"}]
)
def test_a_faulty_form_is_kept_or_forgets_the_search(buyer, browser, fields):
    answer = browser(_user(buyer).email).post("/desk/searches", address="q=a&in_stock=1", **fields)
    assert answer.status_code == 422 and 'value="q=a&amp;in_stock=1"' in answer.text
    with db.reading():
        assert saved.count(buyer.user_id) == 0


def test_a_stranger_or_a_search_for_everything_is_offered_to_save(buyer, browser):
    assert _link(browser().get("/search?q=a").text) is None
    visitor = browser(_user(buyer).email)
    assert _link(visitor.get("/search").text) is None
    assert visitor.get("/desk/searches/new").status_code == 422
    assert browser().get("/desk/searches").status_code == 303


@pytest.mark.parametrize("who", ["colleague", "stranger", "left", "elsewhere"])
def test_somebody_elses_search_answers_otherwise_than_one_that_is_not_there(buyer, browser, who):
    search = keep(buyer, name="不给别人看")
    with db.transaction() as session:
        org = make_organisation(OrganisationKind.SUPPLIER)
        if who == "colleague":
            person = make_member(organisation(buyer.organisation_id))
        elif who == "stranger":
            person = make_member(org)
        else:
            person = session.get(User, buyer.user_id)
            stamps = {"created_at": LONG_AGO, "updated_at": LONG_AGO}
            session.add(Membership(user_id=person.id, organisation_id=org.id, role=Role.ADMIN, **stamps))
            if who == "left":
                old = Membership.organisation_id == buyer.organisation_id, Membership.user_id == person.id
                session.delete(session.exec(select(Membership).where(*old)).one())
    visitor = browser(person.email)
    if who == "elsewhere":
        assert visitor.post("/organisation/switch", organisation_id=org.id).status_code == 303
    assert "不给别人看" not in visitor.get("/desk/searches").text
    assert visitor.get(f"/desk/searches/{search.id}").status_code == 404
    assert visitor.post(f"/desk/searches/{search.id}", name="x").status_code == 404
    assert visitor.post(f"/desk/searches/{search.id}/delete").status_code == 404
    assert row_of(search).name == "不给别人看"


def test_an_address_with_what_no_database_stores_breaks_the_page(buyer, browser):
    visitor = browser(_user(buyer).email)
    assert visitor.post("/desk/searches", address="q=a%00b&base=%00", name="x").status_code == 303
    page = visitor.get("/desk/searches")
    assert page.status_code == 200
    number = re.search(r'id="search-(\d+)"', page.text)[1]
    assert visitor.get(visitor.get(f"/desk/searches/{number}").location).status_code == 200


def test_a_suspended_organisation_cannot_see_its_searches(buyer, browser):
    keep(buyer, name="仍然可见")
    with db.transaction():
        organisation(buyer.organisation_id).status = OrganisationStatus.SUSPENDED
    assert "仍然可见" in browser(_user(buyer).email).get("/desk/searches").text
