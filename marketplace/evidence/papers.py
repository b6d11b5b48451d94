"""What belongs into the file of a procurement: each paper with its place, what it is, and its bytes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlmodel import SQLModel, select

from marketplace.awarding import models as awarding
from marketplace.bidding import models as bidding
from marketplace.bidding import queries as quotes
from marketplace.bidding import record
from marketplace.contracts import models as contracts
from marketplace.kit import db, files
from marketplace.kit.audit import AuditEntry
from marketplace.kit.permissions import Actor
from marketplace.matching import models as matching
from marketplace.needs import models as needs
from marketplace.procedures.models import Procedure
from marketplace.procurement import models as procurement
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Procurement, Round

SECRET_COLUMNS = {"form_key", "submission_key", "bidder_tag", "public_key", "share"}
UNSEEN_ASKER = {"asker_id", "user_id"}


@dataclass(frozen=True)
class Paper:
    """One file of the archive; `what` says in a few words what it proves."""

    path: str
    what: str
    content: bytes


def papers(row: Procurement, *, by: Actor) -> Iterator[Paper]:
    """Everything there is about a procurement, in the order in which it happened. What is sealed stays out."""
    yield from _beginning(row)
    yield from _asked(row)
    opened = [one for one in procurements.rounds_of(row.id) if one.opened_at]
    for current in opened:
        yield from _round(row, current, by)
    if opened:
        yield from _decided(row)
        yield from _agreed(row)
    yield _trail(row, [one.id for one in opened])


def plain(row: SQLModel, without: set[str] = SECRET_COLUMNS) -> dict[str, Any]:
    """A row as JSON data: times as ISO texts in UTC, bytes and secrets left out."""
    told = {}
    for name in type(row).model_fields:
        value = getattr(row, name)
        if name not in without and not isinstance(value, bytes):
            told[name] = _plain(value)
    return told


def as_json(value: Any) -> bytes:
    """Readable JSON: indented, Chinese as itself."""
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _beginning(row: Procurement) -> Iterator[Paper]:
    procedure = db.session().get(Procedure, row.procedure_id)
    yield Paper("01-program/procedure.json", _("所用程序的全部设置与依据"), as_json(plain(procedure)))
    if row.need_id is None:
        return
    versions = _rows(needs.NeedVersion, needs.NeedVersion.need_id == row.need_id)
    yield Paper("02-need/versions.json", _("需求的历次版本"), as_json([plain(one) for one in versions]))
    questions = _rows(needs.NeedQuestion, needs.NeedQuestion.need_id == row.need_id)
    told = [plain(one, SECRET_COLUMNS | UNSEEN_ASKER) for one in questions]
    yield Paper("02-need/questions.json", _("需求征集期间的答疑"), as_json(told))
    runs = _rows(matching.MatchRun, matching.MatchRun.need_id == row.need_id)
    for run in runs:
        rows = _rows(matching.MatchRow, matching.MatchRow.run_id == run.id)
        frozen = {"run": plain(run), "rows": [plain(one) for one in rows]}
        yield Paper(f"03-matches/run-{run.id:06d}.json", _("匹配结果(当时冻结,含理由)"), as_json(frozen))
    choices = _rows(matching.MatchChoice, matching.MatchChoice.need_id == row.need_id)
    yield Paper("03-matches/choices.json", _("候选与排除及其理由"), as_json([plain(one) for one in choices]))


def _asked(row: Procurement) -> Iterator[Paper]:
    invited = [plain(one) | {"supplier": org.name} for one, org in procurements.invitations_of(row.id)]
    yield Paper("04-request/procurement.json", _("采购项目当前状态"), as_json(plain(row)))
    yield Paper("04-request/lots.json", _("包与清单"), as_json([plain(one) for one in procurements.lots_of(row.id)]))
    yield Paper("04-request/versions.json", _("采购文件历次版本与变更理由"), _list(procurements.versions_of(row.id)))
    yield Paper("04-request/invitations.json", _("邀请及其理由"), as_json(invited))
    wanted = procurement.ProcurementQuestion.procurement_id == row.id
    questions = [plain(one, SECRET_COLUMNS | UNSEEN_ASKER) for one in _rows(procurement.ProcurementQuestion, wanted)]
    yield Paper("04-request/questions.json", _("答疑(不含提问单位)"), as_json(questions))
    for one, file in procurements.files_of(row.id):
        yield Paper(f"04-request/files/{one.id}-{file.name}", one.title, files.read(file))


def _round(row: Procurement, current: Round, by: Actor) -> Iterator[Paper]:
    folder = f"05-quotes/round-{current.number}"
    manifest = (
        db.session().exec(select(bidding.ClosingManifest).where(bidding.ClosingManifest.round_id == current.id)).one()
    )
    yield Paper(f"{folder}/manifest.txt", _("收口清单;其 SHA-256 即公开的根值"), manifest.text.encode())
    yield Paper(f"{folder}/record.json", _("开启记录(签名)"), as_json(record.signed(current)))
    officers = [plain(one) | {"name": user.name} for one, user in procurements.officers_of(current.id)]
    yield Paper(f"{folder}/officers.json", _("开启人及其操作时间"), as_json(officers))
    opened = {one.quote_id: one for one in quotes.readable_quotes(current.id, by=by, what="evidence")}
    wanted = sa.and_(bidding.SealedQuote.round_id == current.id, bidding.SealedQuote.id.in_(list(opened)))
    for sealed in _rows(bidding.SealedQuote, wanted):
        place = opened[sealed.id].place
        yield Paper(f"{folder}/{place:02d}/receipt.txt", _("回执(平台签名的文本)"), sealed.receipt.encode())
        yield Paper(f"{folder}/{place:02d}/receipt.sig", _("回执的签名"), sealed.signature.encode())
        yield Paper(f"{folder}/{place:02d}/envelope.json", _("密封文件原样"), sealed.envelope)
        yield Paper(f"{folder}/{place:02d}/opened.json", _("开启后的报价"), as_json(plain(opened[sealed.id])))
    readings = _rows(bidding.QuoteReading, bidding.QuoteReading.round_id == current.id)
    yield Paper(f"{folder}/readings.json", _("谁在何时查阅过已开启的报价"), as_json([plain(one) for one in readings]))


def _decided(row: Procurement) -> Iterator[Paper]:
    lots = [lot.id for lot in procurements.lots_of(row.id)]
    members = _rows(awarding.PanelMember, awarding.PanelMember.procurement_id == row.id)
    sheets = _rows(awarding.ScoreSheet, awarding.ScoreSheet.lot_id.in_(lots))
    told = {
        "compliance": (awarding.Compliance, awarding.Compliance.lot_id.in_(lots), _("符合性审查,逐条")),
        "rankings": (awarding.Ranking, awarding.Ranking.lot_id.in_(lots), _("评审结论与排序理由")),
        "awards": (awarding.Award, awarding.Award.lot_id.in_(lots), _("成交决定")),
        "objections": (awarding.Objection, awarding.Objection.procurement_id == row.id, _("质疑与答复")),
    }
    yield Paper("06-evaluation/panel.json", _("评审成员与利益冲突声明"), as_json([plain(one) for one in members]))
    yield Paper("06-evaluation/score-sheets.json", _("各成员的评分表"), as_json([plain(one) for one in sheets]))
    for name, (table, wanted, what) in told.items():
        folder = "07-award" if name in ("awards", "objections") else "06-evaluation"
        yield Paper(f"{folder}/{name}.json", what, as_json([plain(one) for one in _rows(table, wanted)]))


def _agreed(row: Procurement) -> Iterator[Paper]:
    found = _rows(contracts.Contract, contracts.Contract.procurement_id == row.id)
    for contract in found:
        yield Paper(f"08-contracts/{contract.number}.json", _("合同及其条款"), as_json(plain(contract)))


def _trail(row: Procurement, opened_rounds: Sequence[int]) -> Paper:
    """Deeds on the procurement, its rounds and its need. Nobody's deed on a sealed quote is among them."""
    about = [("procurement", row.id), ("need", row.need_id)]
    about += [("procurement_round", one) for one in opened_rounds]
    terms = [
        sa.and_(AuditEntry.object_type == kind, AuditEntry.object_id == number)
        for kind, number in about
        if number is not None
    ]
    rows = db.session().exec(select(AuditEntry).where(sa.or_(*terms)).order_by(AuditEntry.id))
    return Paper("09-audit/audit.json", _("审计记录"), as_json([plain(one) for one in rows]))


def _rows(table: type[SQLModel], wanted: Any) -> list[Any]:
    return list(db.session().exec(select(table).where(wanted).order_by(table.id)))


def _list(rows: Sequence[SQLModel]) -> bytes:
    return as_json([plain(one) for one in rows])


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.value if hasattr(value, "value") else value
