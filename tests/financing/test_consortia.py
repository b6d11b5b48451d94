"""Consortium agreements: valid when all have accepted the same words, and named where they may be."""

import pytest
from sqlmodel import select

from marketplace.accounts.models import Notice, OrganisationKind
from marketplace.contracts.models import ContractStatus
from marketplace.financing import consortia, naming, queries_consortium
from marketplace.financing.errors import AlreadyAgreed, BadMembers, NotNameable, NotTheText
from marketplace.financing.models_consortium import ConsortiumStatus
from marketplace.financing.schemas import ConsortiumForm, MemberForm
from marketplace.kit import db
from marketplace.kit.audit import AuditEntry
from marketplace.kit.errors import NotFound
from marketplace.kit.moves import NoSuchMove
from tests.conftest import NOON
from tests.contracts import worlds as contracts
from tests.factories.accounts import make_actor, make_member, make_organisation
from tests.financing.worlds import key

TEXT = "各方自愿组成联合体,由牵头单位代表报价和签约,各成员按分工履行并承担连带责任。"


def form(world, members=None, **more):
    given = members or [
        MemberForm(who=world.supplier.name, role="maker", share=80), MemberForm(who=world.member.uscc, role="insurer", share=20, duties="质量保证保险"),
    ]  # fmt: skip
    return ConsortiumForm(**{"form_key": key(), "title": "排水装备联合体", "text": TEXT, "members": given, **more})


@pytest.fixture
def world(context, at_noon):
    made = contracts.make_world()
    made.insures = make_actor(made.member, user=made.member_user)
    return made


def drafted(world, **more):
    with db.transaction():
        return consortia.begin(form(world, **more), by=world.sells, at=NOON)[0]


def held(row, actor):
    return queries_consortium.consortium_for(row.id, actor, lock=True)


def laid_before(world, **more):
    row = drafted(world, **more)
    with db.transaction():
        version = consortia.offer(held(row, world.sells), by=world.sells, at=NOON)
    return row, version


def agreed(world):
    row, version = laid_before(world)
    with db.transaction():
        consortia.accept(held(row, world.insures), version.hash, by=world.insures, at=NOON)
    return row


def status_of(row, actor):
    with db.reading():
        return queries_consortium.consortium_for(row.id, actor).status


def test_an_agreement_is_valid_before_or_not_when_all_have_accepted(world):
    row, version = laid_before(world)
    assert status_of(row, world.sells) == ConsortiumStatus.OFFERED
    with db.reading():
        assert queries_consortium.waiting_for(world.member.id) == 1
    with db.transaction():
        consortia.accept(held(row, world.insures), version.hash, by=world.insures, at=NOON)
    assert status_of(row, world.sells) == ConsortiumStatus.VALID
    with db.reading() as session:
        assert queries_consortium.waiting_for(world.member.id) == 0
        actions = session.exec(select(AuditEntry.action).where(AuditEntry.object_type == "consortium")).all()
        subjects = session.exec(select(Notice.subject).where(Notice.user_id == world.supplier_user.id)).all()
    assert actions == ["consortium.draft", "consortium.offer", "consortium.accept", "consortium.valid"]
    assert "联合体协议已生效:排水装备联合体" in subjects


def test_a_member_accepts_twice_or_other_words_than_it_read(world):
    members = [
        MemberForm(who=n, role=r)
        for n, r in ((world.supplier.name, "maker"), (world.member.name, "insurer"), (world.buyer.name, "user"))
    ]
    row, version = laid_before(world, members=members)
    with db.transaction(), pytest.raises(NotTheText):
        consortia.accept(held(row, world.insures), "0" * 64, by=world.insures, at=NOON)
    with db.transaction():
        consortia.accept(held(row, world.insures), version.hash, by=world.insures, at=NOON)
    with db.transaction(), pytest.raises(AlreadyAgreed):
        consortia.accept(held(row, world.insures), version.hash, by=world.insures, at=NOON)
    assert status_of(row, world.sells) == ConsortiumStatus.OFFERED


def test_an_old_acceptance_counts_for_a_new_text(world):
    row, version = laid_before(world)
    with db.transaction():
        consortia.refuse(held(row, world.insures), "份额不对", by=world.insures, at=NOON)
    with db.transaction():
        consortia.edit(held(row, world.sells), form(world, title="改后联合体"), by=world.sells, at=NOON)
        again = consortia.offer(held(row, world.sells), by=world.sells, at=NOON)
    assert again.number == 2 and again.hash != version.hash
    with db.transaction(), pytest.raises(NotTheText):
        consortia.accept(held(row, world.insures), version.hash, by=world.insures, at=NOON)


def test_a_stranger_or_a_member_reads_a_draft(world):
    row = drafted(world)
    with db.transaction():
        other = make_organisation(OrganisationKind.SUPPLIER)
        stranger = make_actor(other, user=make_member(other))
    for actor in (stranger, world.insures):
        with db.reading(), pytest.raises(NotFound):
            queries_consortium.consortium_for(row.id, actor)
    with db.transaction():
        consortia.offer(held(row, world.sells), by=world.sells, at=NOON)
    with db.reading(), pytest.raises(NotFound):
        queries_consortium.consortium_for(row.id, stranger)
    assert status_of(row, world.insures) == ConsortiumStatus.OFFERED


@pytest.mark.parametrize(
    "members",
    [
        lambda w: [MemberForm(who=w.member.name, role="insurer"), MemberForm(who=w.supplier.name, role="maker")],
        lambda w: [MemberForm(who=w.supplier.name, role="maker"), MemberForm(who=w.supplier.uscc, role="service")],
        lambda w: [
            MemberForm(who=w.supplier.name, role="maker", share=80),
            MemberForm(who=w.member.name, role="insurer", share=10),
        ],
        lambda w: [MemberForm(who=w.supplier.name, role="maker"), MemberForm(who="没有登记的公司", role="insurer")],
    ],
)
def test_members_that_make_no_consortium_are_taken(world, members):
    with db.transaction(), pytest.raises(BadMembers):
        consortia.begin(form(world, members(world)), by=world.sells, at=NOON)


def test_one_alone_is_laid_before_nobody(world):
    row = drafted(world, members=[MemberForm(who=world.supplier.name, role="maker")])
    with db.transaction(), pytest.raises(BadMembers):
        consortia.offer(held(row, world.sells), by=world.sells, at=NOON)


def test_a_contract_names_an_agreement_that_is_not_valid_or_lacks_a_member(world):
    contract = contracts.in_force(world)
    assert contract.status == ContractStatus.SIGNED
    open_one, _version = laid_before(world)
    with db.transaction(), pytest.raises(NotNameable):
        consortia.name_in_contract(held(open_one, world.sells), contract.id, by=world.sells, at=NOON)
    row = agreed(world)
    for _twice in range(2):
        with db.transaction():
            consortia.name_in_contract(held(row, world.sells), contract.id, by=world.sells, at=NOON)
    with db.reading():
        assert [one.id for one in queries_consortium.of_contract(contract.id)] == [row.id]
        assert [one.id for one in queries_consortium.contracts_of(row.id)] == [contract.id]
    with db.transaction(), pytest.raises(NotFound):
        consortia.name_in_contract(held(row, world.sells), contract.id + 999, by=world.sells, at=NOON)


def test_a_quote_names_the_leader_among_its_members_or_the_user(world):
    members = [
        MemberForm(who=n, role=r)
        for n, r in ((world.supplier.name, "maker"), (world.member.name, "insurer"), (world.buyer.name, "user"))
    ]
    row = drafted(world, members=members)
    with db.reading():
        parties = naming.parties_of(queries_consortium.consortium_for(row.id, world.sells))
    assert [(p.role.value, p.organisation_id) for p in parties] == [("insurer", world.member.id)]


def test_what_is_valid_ends_unsaid_or_is_rewritten(world):
    row = agreed(world)
    with db.transaction(), pytest.raises(NoSuchMove):
        consortia.edit(held(row, world.sells), form(world), by=world.sells, at=NOON)
    with db.transaction():
        consortia.finish(held(row, world.sells), "项目完成", by=world.sells, at=NOON)
    assert status_of(row, world.insures) == ConsortiumStatus.ENDED
    with db.reading() as session:
        assert (
            "联合体协议已终止:排水装备联合体"
            in session.exec(select(Notice.subject).where(Notice.user_id == world.member_user.id)).all()
        )
