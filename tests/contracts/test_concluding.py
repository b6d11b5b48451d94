"""From an award to a text both have signed."""

from datetime import date

import pytest
from sqlmodel import select

from marketplace.awarding.models import AwardStatus, Objection
from marketplace.bidding.content import Part
from marketplace.contracts import drafting, queries, rules, signing
from marketplace.contracts.errors import NotTheText, NotYetToConclude
from marketplace.contracts.models import ContractKind, ContractStatus, PartyRole, Signature
from marketplace.contracts.schemas import DraftForm, StepForm
from marketplace.kit import db
from marketplace.kit.audit import AuditEntry
from marketplace.kit.errors import NotFound
from marketplace.kit.moves import NoSuchMove
from tests.conftest import NOON
from tests.contracts.worlds import DAY, drafted, framework_form, in_force, make_world


def test_an_award_makes_two_contracts(context):
    world = make_world()
    assert drafted(world).id == drafted(world).id
    with db.reading() as session:
        assert len(session.exec(select(AuditEntry).where(AuditEntry.action == "contract.draft")).all()) == 1


@pytest.mark.parametrize(
    "award",
    [
        {"status": AwardStatus.ANNOUNCED},
        {"status": AwardStatus.REVOKED},
        {"objections_until": NOON + DAY},
        {"objections_until": None},
    ],
)
def test_an_award_that_may_still_fall_becomes_a_contract(context, award):
    if award.get("status") == AwardStatus.REVOKED:
        world = make_world()
        world.award.status = AwardStatus.REVOKED
    else:
        world = make_world(**award)
    with pytest.raises(NotYetToConclude):
        drafted(world)


def test_an_unanswered_objection_is_passed_over(context):
    world = make_world()
    with db.transaction() as session:
        session.add(Objection(procurement_id=world.procurement.id, supplier_id=world.supplier.id, user_id=world.supplier_user.id,
                              form_key="k", text="…", filed_at=NOON, updated_at=NOON))  # fmt: skip
    with pytest.raises(NotYetToConclude):
        drafted(world)


def test_the_quote_is_not_what_stands_in_the_contract(context):
    row = drafted(make_world())
    with db.reading():
        items, steps, parties = queries.items_of(row.id), queries.milestones_of(row.id), queries.parties_of(row.id)
    assert [(i.name, i.quantity_milli, i.unit_price_fen, i.product) for i in items] == [
        ("移动排水泵车", 10_000, 100_000_00, "P-0"), ("水带", 2_500, 3_333_33, "P-1"),
    ]  # fmt: skip
    assert rules.lines_fen(items) == row.amount_fen == 1_008_333_33
    assert [(s.what, s.after_days, s.due_on) for s in steps] == [("首批交付", 10, None), ("全部交付并培训", 30, None)]
    assert [p.role for p in parties] == [PartyRole.BUYER, PartyRole.SUPPLIER, PartyRole.INSURER]
    assert items[0].requirements[0]["name"] == "流量"
    assert row.number.startswith("HT20261123-") and row.sign_by == date(2026, 12, 13)


def test_a_split_award_brings_the_whole_quantity_or_an_item_that_was_not_offered(context):
    row = drafted(make_world(quantities={"0": 4}, prices=(100_000_00, None), amount_fen=400_000_00))
    with db.reading():
        assert [(i.place, i.quantity_milli) for i in queries.items_of(row.id)] == [(0, 4_000)]


def test_a_reserve_does_not_know_how_fast_it_must_come(context):
    terms = {"kind": "reserve_agreement", "year_fen": 1_000_00, "months": 24, "ready_hours": 6}
    row = drafted(make_world(parts=[Part(kind="reserve_agreement", terms=terms)], period_months=24))
    assert (row.kind, row.response_hours) == (ContractKind.RESERVE, 6)
    row = in_force(make_world(parts=[Part(kind="reserve_agreement", terms=terms)], period_months=24))
    assert (row.valid_from, row.valid_until) == (date(2026, 11, 23), date(2028, 11, 22))


def test_the_supplier_reads_a_draft(context):
    world = make_world()
    row = drafted(world)
    with db.reading():
        assert queries.own(row.id, world.buys).id == row.id
        with pytest.raises(NotFound):
            queries.own(row.id, world.sells)
    row = in_force(world, row=row)
    with db.reading():
        assert queries.own(row.id, world.sells).status == ContractStatus.SIGNED


def test_a_consortium_member_cannot_read_what_binds_it_or_a_stranger_can(context):
    world, stranger = make_world(), make_world()
    row = in_force(world)
    from tests.factories.accounts import make_actor

    with db.transaction():
        member = make_actor(world.member, user=world.member_user)
    with db.reading():
        assert queries.own(row.id, member).id == row.id
        for other in (stranger.buys, stranger.sells, world.operates):
            with pytest.raises(NotFound):
                queries.own(row.id, other)


def test_terms_of_the_procurement_can_be_rewritten_in_the_contract(context):
    world = make_world(acceptance_terms="")
    row = drafted(world)
    form = DraftForm(title="改名", payment_terms="不付款", acceptance_terms="现场试运行", accept_within_days=5,
                     steps=[StepForm(what="交付", after_days=3)])  # fmt: skip
    with db.transaction():
        row = queries.contract(row.id, lock=True)
        drafting.edit(row, form, by=world.buys, at=NOON)
    assert (row.title, row.payment_terms, row.acceptance_terms) == ("改名", "验收后30日内付款", "现场试运行")
    with db.reading():
        assert [s.what for s in queries.milestones_of(row.id)] == ["交付"]


def test_an_incomplete_text_is_offered(context):
    world = make_world(payment_terms="")
    row = drafted(world)
    with db.transaction(), pytest.raises(NotYetToConclude):
        signing.offer(queries.contract(row.id), by=world.buys, at=NOON)


def test_both_signatures_are_not_on_the_same_text(context):
    world = make_world()
    row = in_force(world)
    with db.reading():
        signatures, version = queries.signatures_of(row.id), queries.version(row.id, 1)
    assert {s.hash for s in signatures} == {version.hash} == {rules.canonical_hash(version.content)}
    assert [s.role for s in signatures] == [PartyRole.BUYER, PartyRole.SUPPLIER]
    assert row.first_amount_fen == row.amount_fen
    with db.reading():
        assert [m.due_on for m in queries.milestones_of(row.id)] == [date(2026, 12, 3), date(2026, 12, 23)]


def test_a_text_is_signed_that_was_not_seen(context):
    world = make_world()
    row = drafted(world)
    with db.transaction():
        seen = signing.offer(queries.contract(row.id), by=world.buys, at=NOON).hash
    with db.transaction():
        signing.take_back(queries.contract(row.id), by=world.buys, at=NOON)
    with db.transaction():
        row = queries.contract(row.id)
        row.other_terms = "另加一条"
        signing.offer(row, by=world.buys, at=NOON)
    with db.transaction(), pytest.raises(NotTheText):
        signing.accept(queries.contract(row.id), seen, by=world.sells, at=NOON)


def test_a_contract_is_signed_whose_award_has_fallen(context):
    world = make_world()
    row = drafted(world)
    with db.transaction() as session:
        seen = signing.offer(queries.contract(row.id), by=world.buys, at=NOON).hash
        award = session.merge(world.award)
        award.status, award.end_reason = AwardStatus.REVOKED, "质疑成立"
    with db.transaction(), pytest.raises(NotYetToConclude):
        signing.accept(queries.contract(row.id), seen, by=world.sells, at=NOON)


def test_a_text_sent_back_cannot_be_mended(context):
    world = make_world()
    row = drafted(world)
    with db.transaction():
        signing.offer(queries.contract(row.id), by=world.buys, at=NOON)
    with db.transaction():
        signing.send_back(queries.contract(row.id), "账号有误", by=world.sells, at=NOON)
    row = in_force(world, row=row)
    assert (row.version, row.returned_why) == (2, "")
    with db.reading() as session:
        assert len(session.exec(select(Signature)).all()) == 3


def test_a_signed_contract_ends_by_one_hand(context):
    world = make_world()
    row = in_force(world)
    with db.transaction(), pytest.raises(NoSuchMove):
        signing.end_unsigned(queries.contract(row.id), "不要了", by=world.buys, at=NOON)


def test_the_same_form_makes_two_frameworks(context):
    world = make_world()
    form = framework_form(world)
    with db.transaction():
        first, new = drafting.begin_framework(form, world.supplier, by=world.buys, at=NOON)
    with db.transaction():
        again, newer = drafting.begin_framework(form, world.supplier, by=world.buys, at=NOON)
    assert first.id == again.id and (new, newer) == (True, False)
