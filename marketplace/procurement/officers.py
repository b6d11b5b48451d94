"""Verbs of opening officers: the named people whose keys the quotes are sealed to."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _

from marketplace.accounts import keys
from marketplace.accounts import queries as accounts
from marketplace.accounts.models import OrganisationKind, User
from marketplace.kit import audit
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.procurement import contents, mails, queries, rules
from marketplace.procurement.contents import Content, OfficerContent
from marketplace.procurement.errors import NotEditable, OfficerRefused, TooFewOfficers
from marketplace.procurement.models import OpeningOfficer, Procurement, ProcurementStatus

MAX_OFFICERS = 9
_SELLERS = (OrganisationKind.SUPPLIER, OrganisationKind.INSTITUTION)


class Standing(StrEnum):
    """Whether an officer can open: confirmed; not confirmed yet; or has another key by now."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    LOST = "lost"


def standings(officers: Sequence[OfficerContent | OpeningOfficer]) -> dict[int, Standing]:
    """By person: a confirmed key that is no longer the person's living one opens nothing."""
    living = keys.readers_of([one.user_id for one in officers])
    found = {}
    for one in officers:
        reader = living.get(one.user_id)
        if one.confirmed_at is None:
            found[one.user_id] = Standing.WAITING
        else:
            same = reader is not None and reader.fingerprint == one.fingerprint
            found[one.user_id] = Standing.CONFIRMED if same else Standing.LOST
    return found


def appoint(procurement: Procurement, person: User | None, *, by: Actor, at: datetime) -> None:
    """Name a person as opening officer and ask for the confirmation; again changes nothing.

    In a running procurement this is part of the amendment being written. Raises: OfficerRefused for nobody, a disabled
    person, a seller's people, or one too many; NotEditable.
    """
    content = _content(procurement, at)
    if person is None or person.disabled_at is not None:
        raise OfficerRefused(why=_("没有使用该邮箱的用户。请对方先在平台注册。"))
    if any(one.user_id == person.id for one in content.officers):
        return
    if any(org.kind in _SELLERS for _membership, org in accounts.memberships_of(person.id)):
        raise OfficerRefused(why=_("供应单位的人员不能担任开启人。"))
    if len(content.officers) >= MAX_OFFICERS:
        raise OfficerRefused(why=_("最多指定 %(n)s 名开启人。", n=MAX_OFFICERS))
    told = OfficerContent(user_id=person.id, appointed_by=by.user_id, appointed_at=at)
    _keep(procurement, content, [*content.officers, told], by, at)
    audit.record(by, "procurement.appoint_officer", procurement, at, officer=person.id)
    mails.appointed(procurement, person, by.organisation_name, at)


def dismiss(procurement: Procurement, user_id: int, *, by: Actor, at: datetime) -> None:
    """Take an officer out; of a running procurement with its next amendment. Raises: NotEditable."""
    content = _content(procurement, at)
    left = [one for one in content.officers if one.user_id != user_id]
    if len(left) < len(content.officers):
        _keep(procurement, content, left, by, at)
        audit.record(by, "procurement.dismiss_officer", procurement, at, officer=user_id)


def ask_again(procurement: Procurement, user_id: int, *, by: Actor, at: datetime) -> None:
    """Let an officer with a lost key, or none, confirm anew. Raises: NotEditable."""
    content = _content(procurement, at)
    told = OfficerContent(user_id=user_id, appointed_by=by.user_id, appointed_at=at)
    if any(one.user_id == user_id for one in content.officers):
        _keep(procurement, content, [told if one.user_id == user_id else one for one in content.officers], by, at)
        mails.appointed(procurement, accounts.user(user_id), by.organisation_name, at)


def confirm(procurement: Procurement, password: str, *, by: Actor, at: datetime) -> None:
    """The officer accepts with the password: the key the quotes will be sealed to is copied now.

    Raises: NotFound for whoever is not asked; NotEditable; WrongPassword; KeyMissing. Count tries before calling.
    """
    content = _content(procurement, at)
    mine = next((one for one in content.officers if one.user_id == by.user_id), None)
    if mine is None:
        raise NotFound()
    if standings([mine])[by.user_id] == Standing.CONFIRMED:
        return
    keys.unlock(accounts.user(by.user_id), password)
    reader = keys.readers_of([by.user_id])[by.user_id]
    told = mine.model_copy(
        update={"fingerprint": reader.fingerprint, "public_key": reader.public.hex(), "confirmed_at": at}
    )
    _keep(procurement, content, [told if one is mine else one for one in content.officers], by, at)
    audit.record(by, "procurement.confirm_officer", procurement, at, fingerprint=reader.fingerprint)
    mails.officer_confirmed(procurement, by.name, at)


def check_quorum(officers: Sequence[OfficerContent | OpeningOfficer], quorum: int) -> None:
    """Raises: TooFewOfficers when fewer than the quorum could open."""
    if sum(one == Standing.CONFIRMED for one in standings(officers).values()) < quorum:
        raise TooFewOfficers(quorum=quorum)


def _content(procurement: Procurement, at: datetime) -> Content:
    if not rules.may_edit(procurement, queries.current_round(procurement.id), at):
        raise NotEditable()
    return contents.being_edited(procurement)


def _keep(procurement: Procurement, content: Content, officers: list[OfficerContent], by: Actor, at: datetime) -> None:
    contents.keep(procurement, content.model_copy(update={"officers": officers}), by=by, at=at)


def asked_of(procurement: Procurement, user_id: int) -> OfficerContent | None:
    """What a person is asked to confirm in a draft or an amendment; None when nothing is."""
    if procurement.status not in (ProcurementStatus.DRAFT, ProcurementStatus.PUBLISHED):
        return None
    return next((one for one in contents.being_edited(procurement).officers if one.user_id == user_id), None)
