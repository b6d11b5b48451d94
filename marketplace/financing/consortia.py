"""Verbs of consortium agreements: writing, laying before the members, accepting, refusing, ending, and naming them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.accounts.models import Organisation, OrganisationStatus
from marketplace.accounts.queries import organisation_by_uscc
from marketplace.contracts import queries as contracts
from marketplace.contracts.models import Contract, ContractParty
from marketplace.contracts.rules import canonical_hash
from marketplace.financing import mails, queries_consortium, rules
from marketplace.financing.errors import (
    AlreadyAgreed,
    AlreadySaved,
    BadMembers,
    NotNameable,
    NotTheText,
    NotYetDealing,
)
from marketplace.financing.models_consortium import (
    Consortium,
    ConsortiumAcceptance,
    ConsortiumContract,
    ConsortiumMember,
    ConsortiumStatus,
    ConsortiumVersion,
)
from marketplace.financing.numbers import next_number
from marketplace.financing.schemas import ConsortiumForm, MemberForm
from marketplace.kit import audit, db
from marketplace.kit.errors import NotFound
from marketplace.kit.moves import NoSuchMove, move
from marketplace.kit.permissions import Actor
from marketplace.needs import queries as needs


def begin(form: ConsortiumForm, *, by: Actor, at: datetime) -> tuple[Consortium, bool]:
    """Keep a draft; True when it is new. Raises: BadMembers; AlreadySaved when a twin is saved at this very moment."""
    known = queries_consortium.with_key(by.organisation_id, form.form_key)
    if known is not None:
        return known, False
    row = Consortium(
        owner_id=by.organisation_id, form_key=form.form_key, number=next_number("LH", at), title=form.title, text=form.text,
        created_by=by.user_id, created_at=at, updated_at=at,
    )  # fmt: skip
    db.session().add(row)
    db.flush_or(AlreadySaved)
    _set_members(row, form.members)
    audit.record(by, "consortium.draft", row, at, number=row.number)
    return row, True


def edit(row: Consortium, form: ConsortiumForm, *, by: Actor, at: datetime) -> None:
    """Change a draft. Raises: NoSuchMove once it lies before the members; BadMembers."""
    if row.status != ConsortiumStatus.DRAFT:
        raise NoSuchMove()
    row.title, row.text, row.updated_at = form.title, form.text, at
    _set_members(row, form.members)
    audit.record(by, "consortium.edit", row, at)


def offer(row: Consortium, *, by: Actor, at: datetime) -> ConsortiumVersion:
    """Fix the text, accept it for the leader, and lay it before the others. Moves: draft → offered.

    Raises: NotYetDealing; BadMembers when it has fewer than two, one is not approved, or it has no text.
    """
    if needs.obstacle(by):
        raise NotYetDealing()
    members = queries_consortium.members_of(row.id)
    if len(members) < 2:
        raise BadMembers(why=_("联合体至少要有两个成员。"))
    if len(row.text) < 20:
        raise BadMembers(why=_("请写明协议正文。"))
    off = next((org.name for _m, org in members if org.status != OrganisationStatus.APPROVED), "")
    if off:
        raise BadMembers(why=_("“%(name)s”尚未通过平台审核或已暂停,不能作为成员。", name=off))
    row.version += 1
    content = content_of(row)
    version = ConsortiumVersion(
        consortium_id=row.id, number=row.version, content=content, hash=canonical_hash(content), at=at
    )
    db.session().add(version)
    row.offered_at, row.returned_why = at, ""
    move(row, ConsortiumStatus.OFFERED, at)
    db.session().flush()
    _agree(row, version, by, at)
    audit.record(by, "consortium.offer", row, at, version=row.version, hash=version.hash)
    mails.consortium_offered(row, others_of(row, by.organisation_id), at)
    return version


def accept(row: Consortium, seen_hash: str, *, by: Actor, at: datetime) -> ConsortiumAcceptance:
    """A member accepts exactly the text that was seen; the last one makes it valid. The row is locked.

    Moves: offered → valid. Raises: NotTheText; AlreadyAgreed; NotYetDealing; NoSuchMove.
    """
    if needs.obstacle(by):
        raise NotYetDealing()
    version = queries_consortium.version(row.id, row.version)
    if row.status != ConsortiumStatus.OFFERED or version is None:
        raise NoSuchMove()
    if version.hash != seen_hash:
        raise NotTheText()
    agreed = {one.organisation_id for one in queries_consortium.acceptances_of(row.id, row.version)}
    if by.organisation_id in agreed:
        raise AlreadyAgreed()
    acceptance = _agree(row, version, by, at)
    audit.record(by, "consortium.accept", row, at, version=row.version, hash=version.hash)
    if {one["organisation_id"] for one in version.content["members"]} <= agreed | {by.organisation_id}:
        row.valid_at = at
        move(row, ConsortiumStatus.VALID, at)
        db.session().flush()
        audit.record(by, "consortium.valid", row, at, version=row.version)
        mails.consortium_valid(row, others_of(row, None), at)
    return acceptance


def refuse(row: Consortium, why: str, *, by: Actor, at: datetime) -> None:
    """A member does not accept it so; acceptances stay with the old version. Moves: offered → draft."""
    if by.organisation_id == row.owner_id:
        raise NoSuchMove()
    move(row, ConsortiumStatus.DRAFT, at)
    row.returned_why = why
    audit.record(by, "consortium.refuse", row, at, version=row.version, why=why)
    mails.consortium_refused(row, by.organisation_name, others_of(row, by.organisation_id), at)


def take_back(row: Consortium, *, by: Actor, at: datetime) -> None:
    """The leader rewrites what not all have accepted. Moves: offered → draft."""
    move(row, ConsortiumStatus.DRAFT, at)
    audit.record(by, "consortium.take_back", row, at, version=row.version)
    mails.consortium_taken_back(row, others_of(row, by.organisation_id), at)


def finish(row: Consortium, why: str, *, by: Actor, at: datetime) -> None:
    """The leader gives it up, or ends what was valid; contracts it is named in stay what they are.

    Moves: draft | offered → withdrawn, valid → ended.
    """
    told = row.version > 0
    row.end_reason, row.ended_at = why, at
    move(row, ConsortiumStatus.ENDED if row.status == ConsortiumStatus.VALID else ConsortiumStatus.WITHDRAWN, at)
    audit.record(by, "consortium.end", row, at, why=why)
    if told:
        mails.consortium_ended(row, others_of(row, by.organisation_id), at)


def name_in_contract(row: Consortium, contract_id: int, *, by: Actor, at: datetime) -> Contract:
    """Note that a contract rests on this agreement; naming it again changes nothing.

    Raises: NotFound for others' contracts; NotNameable unless it is valid, the leader is a side of the contract, and the
    contract names no member of a consortium that is not in it.
    """
    if row.status != ConsortiumStatus.VALID:
        raise NotNameable(why=_("协议尚未由全体成员接受,还不能引用。"))
    contract = contracts.own(contract_id, by)
    if row.owner_id not in (contract.owner_id, contract.supplier_id):
        raise NotNameable(why=_("牵头单位不是该合同的一方。"))
    within = {org.id for _m, org in queries_consortium.members_of(row.id)} | {contract.owner_id, contract.supplier_id}
    strange = [party.name for party in _parties_on_platform(contract) if party.organisation_id not in within]
    if strange:
        raise NotNameable(why=_("合同中的“%(name)s”不是本联合体成员。", name=strange[0]))
    named = ConsortiumContract(consortium_id=row.id, contract_id=contract.id, named_by=by.user_id, at=at)
    if db.add_once(named):
        audit.record(by, "consortium.named", row, at, contract=contract.id)
    return contract


def content_of(row: Consortium) -> dict[str, Any]:
    """The agreement word for word, as members accept it."""
    return {
        "number": row.number, "version": row.version, "title": row.title, "text": row.text,
        "members": [
            {"organisation_id": org.id, "name": org.name, "uscc": org.uscc, "role": member.role.value,
             "duties": member.duties, "share": member.share, "leads": org.id == row.owner_id}
            for member, org in queries_consortium.members_of(row.id)
        ],
    }  # fmt: skip


def others_of(row: Consortium, organisation_id: int | None) -> list[int]:
    """All members but this one."""
    return [org.id for _m, org in queries_consortium.members_of(row.id) if org.id != organisation_id]


def _agree(row: Consortium, version: ConsortiumVersion, by: Actor, at: datetime) -> ConsortiumAcceptance:
    if by.organisation_id not in {one["organisation_id"] for one in version.content["members"]}:
        raise NotFound()
    one = ConsortiumAcceptance(
        consortium_id=row.id, version=version.number, organisation_id=by.organisation_id, user_id=by.user_id, name=by.name,
        hash=version.hash, at=at,
    )  # fmt: skip
    db.session().add(one)
    db.flush_or(AlreadyAgreed)
    return one


def _set_members(row: Consortium, members: list[MemberForm]) -> None:
    found = [(one, _member_named(one.who)) for one in members]
    ids = [org.id for _one, org in found]
    if ids[:1] != [row.owner_id]:
        raise BadMembers(why=_("第一个成员须为牵头单位本身。"))
    if len(set(ids)) < len(ids):
        raise BadMembers(why=_("同一单位只能出现一次。"))
    if not rules.shares_fit([one.share for one in members]):
        raise BadMembers(why=_("份额合计须为 100%%,或全部留空。"))
    db.session().exec(sa.delete(ConsortiumMember).where(ConsortiumMember.consortium_id == row.id))
    for place, (one, org) in enumerate(found, 1):
        db.session().add(ConsortiumMember(
            consortium_id=row.id, organisation_id=org.id, place=place, role=one.role, duties=one.duties, share=one.share,
        ))  # fmt: skip
    db.session().flush()


def _member_named(who: str) -> Organisation:
    named = db.session().exec(sa.select(Organisation).where(Organisation.name == who.strip())).scalars().first()
    found = organisation_by_uscc(who.strip().upper()) or named
    if found is None or found.status != OrganisationStatus.APPROVED or found.kind == "operator":
        raise BadMembers(why=_("没有找到“%(who)s”。请填写已通过审核的单位全称或统一社会信用代码。", who=who))
    return found


def _parties_on_platform(contract: Contract) -> list[ContractParty]:
    return [party for party in contracts.parties_of(contract.id) if party.organisation_id is not None]
