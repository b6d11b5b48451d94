"""Verb of beginning: a draft under a procedure, filled from what the buyer has already."""

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.kit import audit, clock, db
from marketplace.kit.i18n import told
from marketplace.kit.permissions import Actor
from marketplace.needs import incidents
from marketplace.needs.models import IncidentStatus
from marketplace.procedures import queries as procedures
from marketplace.procedures.models import Procedure, ProcedureStatus
from marketplace.procedures.schemas import ProcedureDefinition
from marketplace.procurement import contents, criteria, deadlines, inviting, queries
from marketplace.procurement.errors import AlreadyBegun, OtherWay
from marketplace.procurement.models import Procurement, ProcurementCounter, Round, Visibility
from marketplace.procurement.sources import Source

LEAST_QUORUM = 2


def begin(source: Source, procedure: Procedure, form_key: str, *, by: Actor, at: datetime) -> tuple[Procurement, bool]:
    """Begin a draft with every default the procedure gives; the same form again is the draft it became. True when new.

    Raises: OtherWay for a procedure without sealed quotes, or one no longer in use; AlreadyBegun when a twin won.
    """
    form_key = form_key or secrets.token_urlsafe(16)
    known = queries.with_key(by.organisation_id, form_key)
    if known:
        return known, False
    definition = procedures.definition(procedure)
    if not definition.sealed or not definition.binding or procedure.status != ProcedureStatus.IN_USE:
        raise OtherWay()
    times = deadlines.proposed(definition, at, procedures.calendar_extra())
    row = Procurement(
        owner_id=by.organisation_id, form_key=form_key, number=_next_number(at), procedure_id=procedure.id,
        questions_until=times["questions_until"], created_by=by.user_id, created_at=at, updated_at=at,
        **_head(source, definition, by),
    )  # fmt: skip
    db.session().add(row)
    db.flush_or(AlreadyBegun)
    quorum = max(LEAST_QUORUM, definition.quorum)
    until, opens = times["quotes_until"], times["opens_at"]
    db.session().add(Round(procurement_id=row.id, quotes_until=until, opens_at=opens, quorum=quorum, created_at=at))
    db.session().flush()
    contents.write(row, contents.of(row).model_copy(update={"lots": list(source.lots)}), by=by, at=at)
    inviting.add(row, source.invited, by=by, at=at)
    audit.record(by, "procurement.begin", row, at, number=row.number, need=source.need_id, procedure=procedure.code)
    return row, True


def payment_terms() -> str:
    """Terms of payment a form begins with."""
    return told(
        "合同签订后 10 个工作日内支付预付款 30%;全部货物验收合格、收到合格发票后 10 个工作日内支付 65%;"
        "质量保证期满且无质量问题后 10 个工作日内支付 5%。"
    )


def acceptance_terms() -> str:
    """An acceptance plan with everything 财库〔2021〕22号 第24条 asks for: who, when, how, steps, content, standard."""
    return told(
        "验收主体:采购单位组织,可邀请未成交的供应商或第三方专业机构参加。\n"
        "验收时间:供应商书面提出验收申请后 5 个工作日内开始。\n"
        "验收方式:到货清点、外观检查、逐台通电试运行,必要时抽样送检。\n"
        "验收程序:核对数量和资料,逐项测试,出具验收书,双方签字。\n"
        "验收内容:覆盖采购文件和报价承诺的每一项技术和商务要求。\n"
        "验收标准:国家和行业标准、采购文件要求及报价承诺,以较高者为准;不合格的限期整改后重新验收。"
    )


def _head(source: Source, definition: ProcedureDefinition, by: Actor) -> dict[str, Any]:
    services = criteria.are_services([item for lot in source.lots for item in lot.items])
    allowed = definition.arrangements
    return {
        "title": source.title, "text": source.text, "category": source.category, "field_code": source.field_code, "province": source.province,
        "city": source.city, "place": source.place, "wanted_on": source.wanted_on, "budget_fen": source.budget_fen,
        "need_id": source.need_id, "need_version": source.need_version, "incident_id": _incident(source, definition, by),
        "visibility": _visibility(definition),
        "arrangements": [source.mode if source.mode in allowed else allowed[0]],
        "criteria": criteria.proposed(definition, services), "payment_terms": payment_terms(),
        "acceptance_terms": acceptance_terms(),
    }  # fmt: skip


def _visibility(definition: ProcedureDefinition) -> Visibility:
    """By invitation where the procedure lets one choose; in an emergency as wide as it may be."""
    allowed = {one.value for one in definition.visibility}
    first, second = Visibility.INVITED, Visibility.PUBLIC
    if definition.needs_incident:
        first, second = second, first
    return first if first.value in allowed else second


def _incident(source: Source, definition: ProcedureDefinition, by: Actor) -> int | None:
    """The need's incident while it goes on, where the procedure asks for one."""
    if not definition.needs_incident or source.incident_id is None:
        return None
    incident = incidents.own_incident(source.incident_id, by)
    return incident.id if incident.status == IncidentStatus.DECLARED else None


def _next_number(at: datetime) -> str:
    """Count up in the database: two drafts at once get two numbers."""
    day = clock.local(at).date()
    counter = sa.text(
        "INSERT INTO procurement_counter (day, last) VALUES (:day, 1) "
        "ON CONFLICT (day) DO UPDATE SET last = procurement_counter.last + 1 RETURNING last"
    ).bindparams(sa.bindparam("day", type_=ProcurementCounter.__table__.c.day.type))
    last = db.session().connection().execute(counter, {"day": day}).scalar_one()
    return f"CG{day:%Y%m%d}-{last:04d}"
