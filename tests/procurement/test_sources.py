"""What a procurement takes over from needs, matches, plans and the basket."""

import pytest

from marketplace.kit import db
from marketplace.kit.errors import NotFound
from marketplace.matching import choices
from marketplace.matching.models import Choice
from marketplace.procedures import queries as procedures
from marketplace.procurement import beginning, queries, sources
from marketplace.procurement.errors import NothingChosen
from marketplace.procurement.models import InvitedFrom
from tests.conftest import NOON
from tests.matching.worlds import make_world, matched, opened
from tests.needs.worlds import stored
from tests.quoting import worlds as quoting

pytestmark = pytest.mark.usefixtures("context")


def begun(source, by):
    with db.transaction():
        return beginning.begin(source, procedures.newest("formal_rfq"), "key", by=by, at=NOON)[0]


def test_a_need_loses_its_items_requirements_or_place():
    world = make_world()
    need = opened(world)
    with db.reading():
        source = sources.from_need(need.id, world.by)
    row = begun(source, world.by)
    with db.reading():
        (lot,) = queries.lots_of(row.id)
    assert (row.need_id, row.need_version, row.province, row.budget_fen) == (need.id, 1, "河南省", 3_600_000_00)
    assert [len(item["requirements"]) for item in lot.items] == [2] and "item" not in lot.items[0]["requirements"][0]


def test_matches_invite_who_does_not_fit_or_forget_why():
    world = make_world(3)
    need = opened(world)
    matched(need)
    with db.transaction():
        choices.choose(stored(need), world.listings[1].id, Choice.SHORTLISTED, by=world.by, at=NOON)
    with db.reading():
        source = sources.from_matches(need.id, world.by)
    row = begun(source, world.by)
    with db.reading():
        ((invitation, supplier),) = queries.invitations_of(row.id)
    assert (supplier.id, invitation.came_from) == (world.suppliers[1].id, InvitedFrom.MATCH)
    frozen = invitation.reasons
    assert frozen["listing_id"] == world.listings[1].id and frozen["score"] > 0 and frozen["verdicts"]


def test_a_plan_invites_who_was_never_matched():
    world = make_world(2)
    need = opened(world)
    matched(need)
    with db.reading():
        source = sources.from_plan(
            need.id, [world.suppliers[0].id, 999_999, world.needs.other.organisation_id], world.by
        )
    assert {one.supplier_id for one in source.invited} <= {world.suppliers[0].id}


def test_another_organisations_need_is_taken_over():
    world = make_world()
    need = opened(world)
    with db.reading(), pytest.raises(NotFound):
        sources.from_need(need.id, world.needs.other)


def test_the_basket_adds_up_what_several_suppliers_offer_or_names_a_product():
    world = quoting.make_world(2)
    lines = quoting.fill_basket(world, 2)
    with db.reading():
        source = sources.from_basket(lines, world.asks)
        with pytest.raises(NothingChosen):
            sources.from_basket([], world.asks)
    items = source.lots[0].items
    assert all(item["quantity"] == 2 and item["listing_id"] is None for item in items)
    row = begun(source, world.asks)
    with db.reading():
        invited = queries.invitations_of(row.id)
    assert len(invited) == 2 and {one.came_from for one, _org in invited} == {InvitedFrom.BASKET}
