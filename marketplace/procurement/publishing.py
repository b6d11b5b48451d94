"""Verb of publishing a draft: everything is checked at once, and what lacks is named with the section it belongs to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _

from marketplace.accounts import queries as accounts
from marketplace.kit import audit, db
from marketplace.kit.errors import Refusal
from marketplace.kit.money import format_fen
from marketplace.kit.moves import NoSuchMove, move
from marketplace.kit.permissions import Actor
from marketplace.needs import queries as needs
from marketplace.needs.models import Incident, IncidentStatus
from marketplace.procedures import queries as procedures
from marketplace.procedures.schemas import ProcedureDefinition
from marketplace.procurement import contents, criteria, deadlines, inviting, labels, mails, officers, queries, snapshots
from marketplace.procurement.contents import Content
from marketplace.procurement.errors import MayNotDealYet, NotReadyToPublish
from marketplace.procurement.models import Procurement, ProcurementStatus, ProcurementVersion, Visibility
from marketplace.procurement.officers import Standing


@dataclass(frozen=True)
class Point:
    """One finding of the check, with the section where it is put right."""

    section: str
    text: str


@dataclass(frozen=True)
class Review:
    """What stands in the way of publishing, and what is only worth a look."""

    missing: list[Point] = field(default_factory=list)
    warnings: list[Point] = field(default_factory=list)


def review(procurement: Procurement, content: Content, at: datetime) -> Review:
    """Judge a content as if it were published at this moment."""
    definition, extra = queries.definition_of(procurement), procedures.calendar_extra()
    found = Review()
    found.missing.extend(_words(content, definition))
    found.missing.extend(Point("lots", text) for text in _lots(content))
    items = [item for lot in content.lots for item in lot.items]
    services = criteria.are_services(items)
    found.missing.extend(Point("criteria", t) for t in criteria.problems(content.criteria, definition, services))
    found.missing.extend(_incident(procurement, content, definition))
    try:
        deadlines.check(content, definition, at, extra)
    except Refusal as refusal:
        found.missing.append(Point("times", refusal.message()))
    found.missing.extend(_officers(procurement, content, definition))
    found.missing.extend(_invited(procurement, content, definition))
    found.warnings.extend(Point("times", text) for text in deadlines.warnings(content, extra))
    found.warnings.extend(_warnings(content, definition))
    return found


def publish(procurement: Procurement, *, by: Actor, at: datetime) -> ProcurementVersion:
    """Put a draft before its suppliers as version 1; the invited are told, for a public one also who follows the need.

    Moves: draft → published. Raises: MayNotDealYet; NotReadyToPublish with every point at once; NoSuchMove.
    """
    if why := queries.obstacle(by):
        raise MayNotDealYet(why=why)
    if procurement.status != ProcurementStatus.DRAFT:
        raise NoSuchMove(was=str(procurement.status), to=str(ProcurementStatus.PUBLISHED))
    queries.current_round(procurement.id, lock=True)
    found = review(procurement, contents.of(procurement), at)
    if found.missing:
        raise NotReadyToPublish(missing=[point.text for point in found.missing])
    version = ProcurementVersion(
        procurement_id=procurement.id, number=1, content=snapshots.content_of(procurement), user_id=by.user_id, at=at
    )
    procurement.version = procurement.reconfirm_from = 1
    procurement.published_at, procurement.published_by = at, by.user_id
    move(procurement, ProcurementStatus.PUBLISHED, at)
    db.session().add(version)
    db.session().flush()
    audit.record(by, "procurement.publish", procurement, at, version=1)
    _tell(procurement, by, at)
    return version


def _tell(procurement: Procurement, by: Actor, at: datetime) -> None:
    inviting.tell_new(procurement, by=by, at=at)
    if procurement.visibility == Visibility.PUBLIC and procurement.need_id:
        invited = {org.id for _row, org in queries.invitations_of(procurement.id)}
        followers = [id_ for id_ in needs.follower_ids(procurement.need_id) if id_ not in invited]
        mails.published(procurement, followers, by.organisation_name, at)


def _words(content: Content, definition: ProcedureDefinition) -> Iterator[Point]:
    if not content.province:
        yield Point("head", _("请选择交付地点的省份。"))
    if content.visibility.value not in {one.value for one in definition.visibility}:
        yield Point("head", _("该程序不能采用这种参加范围。"))
    allowed = [code for code in content.arrangements if code in definition.arrangements]
    if not allowed or len(allowed) < len(content.arrangements):
        yield Point("terms", _("请至少选择一种该程序允许的交易方式。"))
    if not content.payment_terms:
        yield Point("terms", _("请填写付款条件。"))
    if not content.acceptance_terms:
        yield Point("terms", _("请填写验收方案(财库〔2021〕22号第24条)。"))


def _lots(content: Content) -> Iterator[str]:
    if not content.lots:
        yield _("请至少建立一个包。")
    for number, lot in enumerate(content.lots, 1):
        if not lot.items:
            yield _("第 %(n)s 包还没有清单。", n=number)
        elif any(not row["quantity"] or not row["unit"] for row in lot.items):
            yield _("第 %(n)s 包有清单项没有数量或单位。", n=number)
    total = sum(lot.budget_fen or 0 for lot in content.lots)
    if content.budget_fen is not None and total > content.budget_fen:
        yield _("各包限价合计 %(sum)s,超过总限价 %(all)s。", sum=format_fen(total), all=format_fen(content.budget_fen))


def _incident(procurement: Procurement, content: Content, definition: ProcedureDefinition) -> Iterator[Point]:
    if not definition.needs_incident:
        return
    rule = labels.citation(definition, "needs_incident")
    incident = db.session().get(Incident, content.incident_id) if content.incident_id else None
    ended = incident is not None and incident.status != IncidentStatus.DECLARED
    if incident is None or incident.owner_id != procurement.owner_id or (ended and not procurement.version):
        yield Point("head", _("紧急采购须关联一个处置中的突发事件(%(rule)s)。", rule=rule))
    if not content.incident_reason:
        yield Point("head", _("请写明来不及采用其他程序的理由(%(rule)s)。", rule=rule))


def _officers(procurement: Procurement, content: Content, definition: ProcedureDefinition) -> Iterator[Point]:
    quorum = queries.current_round(procurement.id).quorum
    least = max(definition.officers_min, quorum)
    if len(content.officers) < least:
        rule = labels.citation(definition, "officers_min")
        yield Point("officers", _("请指定至少 %(n)s 名开启人(%(rule)s)。", n=least, rule=rule))
        return
    standings = officers.standings(content.officers)
    if sum(one == Standing.CONFIRMED for one in standings.values()) < quorum:
        names = [accounts.user(id_).name for id_, one in standings.items() if one != Standing.CONFIRMED]
        text = _("至少 %(n)s 名开启人要先确认;尚未确认:%(names)s。", n=quorum, names="、".join(names))
        yield Point("officers", text)
    for id_, one in standings.items():
        if one == Standing.LOST and not procurement.version:
            name = accounts.user(id_).name
            yield Point("officers", _("%(name)s 已更换密钥,须重新确认或更换开启人。", name=name))


def _invited(procurement: Procurement, content: Content, definition: ProcedureDefinition) -> Iterator[Point]:
    number = len(queries.invitations_of(procurement.id))
    if content.visibility == Visibility.INVITED and number < definition.min_suppliers:
        rule = labels.citation(definition, "min_suppliers")
        text = _("至少邀请 %(n)s 家供应商,现有 %(m)s 家(%(rule)s)。", n=definition.min_suppliers, m=number, rule=rule)
        yield Point("invitations", text)


def _warnings(content: Content, definition: ProcedureDefinition) -> Iterator[Point]:
    limit, total = definition.budget_max_fen, content.budget_fen
    if limit is not None and total is not None and total > limit:
        rule = labels.citation(definition, "budget_max_fen")
        text = _("限价超过 %(limit)s,一般应公开招标(%(rule)s),请核对适用的程序。", limit=format_fen(limit), rule=rule)
        yield Point("head", text)
    waiting = [o for o in content.officers if o.confirmed_at is None]
    if waiting:
        names = "、".join(accounts.user(one.user_id).name for one in waiting)
        yield Point("officers", _("发布时仍未确认的开启人不参与本次开启:%(names)s。", names=names))
    if not content.text:
        yield Point("head", _("还没有项目说明。写清用途和使用环境,供应商才能报准。"))
