"""Drafts: written, saved by two at once, copied, kept as templates."""

import threading

import pytest
from sqlalchemy.orm.exc import StaleDataError

from marketplace.accounts.models import OrganisationKind
from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound, Stale
from marketplace.needs import drafts, opening, schemas
from marketplace.needs.errors import (
    KindNotAllowed,
    NotEditable,
    TemplateStaysDraft,
)
from marketplace.needs.invitations import invite
from marketplace.needs.models import Need, NeedStatus
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_organisation
from tests.needs.worlds import make_draft, make_open, make_world, need_form, rows, stored

pytestmark = pytest.mark.usefixtures("context")


def opened(need, by, at=NOON, **more):
    with db.transaction():
        return opening.open_need(stored(need), by=by, at=at, **more)


def actions_on(need):
    with db.reading():
        return [entry.action for entry in audit.trail(need)][::-1]


def test_the_same_form_sent_twice_makes_two_needs():
    world = make_world(0)
    with db.transaction():
        first, new = drafts.create_draft(need_form(), by=world.writer, at=NOON)
    with db.transaction():
        second, again = drafts.create_draft(need_form(title="另一个标题"), by=world.writer, at=NOON)
    assert (first.id, new, again) == (second.id, True, False) and len(rows(Need)) == 1
    assert first.number == "XQ20261123-0001" and actions_on(first) == ["need.create"]


def test_threads_sending_one_form_make_several_needs_and_two_forms_share_a_number(app):
    world = make_world(0)
    gate, found = threading.Barrier(4), []

    def send(key):
        gate.wait()
        with app.app_context():
            try:
                with db.transaction():
                    found.append(drafts.create_draft(need_form(form_key=key), by=world.writer, at=NOON)[0].id)
            except drafts.AlreadyCreated:
                pass

    threads = [threading.Thread(target=send, args=(key,)) for key in ("one-form", "one-form", "two-forms", "two-forms")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(Need)) == 2 and {row.number for row in rows(Need)} == {"XQ20261123-0001", "XQ20261123-0002"}


def test_the_form_key_of_another_organisation_leads_to_its_need():
    world = make_world(0)
    mine = make_draft(world.writer, form_key="same-key")
    theirs = make_draft(world.other, form_key="same-key")
    assert mine.id != theirs.id


@pytest.mark.parametrize("kind", [OrganisationKind.SUPPLIER, OrganisationKind.INSTITUTION])
def test_a_seller_posts_purchases_or_may_not_post_what_it_researches(kind):
    make_world(0)
    with db.transaction():
        seller = make_actor(make_organisation(kind))
    for allowed in ("technology", "financing"):
        assert make_draft(seller, kind=allowed, mode="", items=[], title=allowed).kind == allowed
    for refused in ("supply", "reserve"):
        with pytest.raises(KindNotAllowed), db.transaction():
            drafts.create_draft(need_form(kind=refused, mode="purchase"), by=seller, at=NOON)


def test_an_operator_posts_needs():
    world = make_world(0)
    with pytest.raises(KindNotAllowed), db.transaction():
        drafts.create_draft(need_form(), by=world.operator, at=NOON)


def test_a_park_may_not_post_some_kind():
    make_world(0)
    with db.transaction():
        park = make_actor(make_organisation(OrganisationKind.PARK))
    for kind in ("supply", "reserve", "technology", "financing"):
        assert make_draft(park, kind=kind, mode="", title=kind).status == NeedStatus.DRAFT


def test_saving_overwrites_what_a_colleague_saved_meanwhile():
    world = make_world(0)
    row = make_draft(world.writer)
    seen = row.revision
    with db.transaction():
        assert drafts.save_draft(stored(row), need_form(title="第一稿", revision=seen), by=world.writer, at=NOON)
    with pytest.raises(Stale), db.transaction():
        drafts.save_draft(stored(row), need_form(title="第二稿", revision=seen), by=world.chief, at=NOON)
    assert rows(Need)[0].title == "第一稿" and actions_on(row) == ["need.create", "need.edit"]


def test_two_sessions_that_both_saw_the_newest_state_both_win(app):
    world = make_world(0)
    row = make_draft(world.writer)
    with app.app_context(), db.reading() as early:
        slow = early.get(Need, row.id)
    with db.transaction():
        drafts.save_draft(stored(row), need_form(title="快的"), by=world.writer, at=NOON)
    with pytest.raises(StaleDataError), db.transaction() as session:
        session.add(slow)
        drafts.save_draft(slow, need_form(title="慢的"), by=world.chief, at=NOON)
    assert rows(Need)[0].title == "快的"


def test_saving_the_same_again_counts_as_a_change():
    world = make_world(0)
    row = make_draft(world.writer)
    with db.transaction():
        assert not drafts.save_draft(stored(row), need_form(), by=world.chief, at=NOON)
    assert rows(Need)[0].edited_by == world.writer.user_id and rows(Need)[0].revision == row.revision


def test_an_open_need_is_edited_like_a_draft():
    world = make_world(0)
    row = make_open(world.writer)
    with pytest.raises(NotEditable), db.transaction():
        drafts.save_draft(stored(row), need_form(title="悄悄改"), by=world.writer, at=NOON)


def test_a_template_is_opened_or_loses_what_it_was_made_of():
    world = make_world(0)
    source = make_open(world.writer)
    with db.transaction():
        template, new = drafts.save_as_template(stored(source), by=world.writer, at=NOON, form_key="template-key")
    with db.transaction():
        same, again = drafts.save_as_template(stored(source), by=world.writer, at=NOON, form_key="template-key")
    assert (template.id, new, again) == (same.id, True, False)
    assert template.template and template.requirements == source.requirements and template.copied_from_id == source.id
    with pytest.raises(TemplateStaysDraft):
        opened(template, world.writer)
    with db.transaction():
        copy, _new = drafts.copy_need(stored(template), by=world.chief, at=NOON)
    assert not copy.template and copy.title == template.title and opened(copy, world.chief) == NeedStatus.OPEN


def test_a_copy_of_ones_own_need_brings_old_dates_or_another_number():
    world = make_world(0)
    source = make_open(world.writer, wanted_on="2026-12-31", within_days="", questions_until="2026-12-01T17:00")
    with db.transaction():
        copy, new = drafts.copy_need(stored(source), by=world.chief, at=NOON, form_key="copy-key")
    with db.transaction():
        same, again = drafts.copy_need(stored(source), by=world.chief, at=NOON, form_key="copy-key")
    assert (copy.id, new, again) == (same.id, True, False)
    assert (copy.wanted_on, copy.questions_until, copy.budget_fen) == (None, None, source.budget_fen)
    assert copy.number == "XQ20261123-0002" and copy.title.endswith("(副本)") and copy.created_by == world.chief.user_id


def test_a_copy_of_anothers_need_tells_its_budget_and_place_or_is_possible_when_nobody_may_read_it():
    world = make_world(1)
    source = make_open(world.writer)
    with db.transaction():
        copy, _new = drafts.copy_need(stored(source), by=world.other, at=NOON)
    assert (copy.budget_fen, copy.province, copy.place) == (None, "江苏省", "") and copy.items == source.items
    draft = make_draft(world.writer, title="还是草稿")
    with pytest.raises(NotFound), db.transaction():
        drafts.copy_need(stored(draft), by=world.other, at=NOON)


def test_an_invited_supplier_copies_what_is_not_public_or_a_seller_a_purchase():
    world = make_world(1)
    hidden = make_draft(world.writer, title="仅邀请", kind="technology", mode="", visibility="invited")
    with db.transaction():
        invite(stored(hidden), [world.suppliers[0].id], by=world.writer, at=NOON)
    opened(hidden, world.writer)
    with pytest.raises(NotFound), db.transaction():
        drafts.copy_need(stored(hidden), by=world.sells[0], at=NOON)
    purchase = make_open(world.writer)
    with pytest.raises(KindNotAllowed), db.transaction():
        drafts.copy_need(stored(purchase), by=world.sells[0], at=NOON)


def test_another_organisation_keeps_a_need_as_its_template():
    world = make_world(0)
    source = make_open(world.writer)
    with pytest.raises(NotFound), db.transaction():
        drafts.save_as_template(stored(source), by=world.other, at=NOON)


def test_the_form_forgets_the_revision_it_was_typed_over():
    world = make_world(0)
    row = make_draft(world.writer)
    assert schemas.read_need(schemas.filled_from(row).values).data.revision == row.revision
    with pytest.raises(Stale):
        opened(row, world.writer, revision=row.revision + 1)
