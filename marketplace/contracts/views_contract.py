"""The page of one contract, its text, and its end."""

from typing import Any

from flask import Response as FileResponse
from flask_babel import force_locale
from werkzeug.wrappers import Response

from marketplace.contracts import inspecting, labels, money, queries, rating, rules, snapshots, steps, wording
from marketplace.contracts.drafting import fixed_terms, lacking
from marketplace.contracts.models import FRAMEWORKS, IN_FORCE, Contract, ContractKind, ContractStatus, PartyRole
from marketplace.contracts.permissions import BUY, PERFORM, SEE_CONTRACTS, SUPPLY
from marketplace.contracts.rows import Folder
from marketplace.contracts.views import ID, bp, locked, new_key, seen, to_contract
from marketplace.kit import audit, clock, forms
from marketplace.kit.errors import Refusal
from marketplace.kit.i18n import FIRST_LANGUAGE
from marketplace.kit.pdf import pdf_answer, pdf_of
from marketplace.kit.permissions import can, current_actor, guarded
from marketplace.kit.web import page
from marketplace.procedures import citations
from marketplace.procedures import queries as procedures
from marketplace.procurement import queries as procurements

NUMBER = "<int(max=100000):number>"


@bp.get(f"/contracts/{ID}")
@guarded(SEE_CONTRACTS)
def contract(contract_id: int) -> Response:
    """One contract: what is next, what was delivered, the text, and everything one can do with it."""
    return contract_page(contract_id)


@bp.get(f"/contracts/{ID}/text")
@bp.get(f"/contracts/{ID}/versions/{NUMBER}")
@guarded(SEE_CONTRACTS)
def text(contract_id: int, number: int | None = None) -> Response:
    """The contract's text: as offered or changed, or as it stands in a draft."""
    row = seen(contract_id).contract
    return page("contracts/text.html", **document(row, number))


@bp.get(f"/contracts/{ID}/contract.pdf")
@bp.get(f"/contracts/{ID}/versions/{NUMBER}/contract.pdf")
@guarded(SEE_CONTRACTS)
def contract_pdf(contract_id: int, number: int | None = None) -> FileResponse:
    """The contract's text to print and file, always in Chinese."""
    row = seen(contract_id).contract
    with force_locale(FIRST_LANGUAGE):
        content = pdf_of("contracts/pdf_contract.html", **document(row, number))
    return pdf_answer(content, f"{row.number}.pdf")


@bp.post(f"/contracts/{ID}/complete")
@guarded(PERFORM)
def complete(contract_id: int) -> Response:
    """Close a contract whose period is over."""
    row, now = locked(contract_id)
    try:
        inspecting.complete(row, by=current_actor(), at=now)
    except Refusal as refusal:
        return to_contract(row, refusal.message(), "manage", "wait")
    return to_contract(row, part="ratings")


def document(row: Contract, number: int | None) -> dict[str, Any]:
    """What a page or PDF of the text shows. Raises: NotFound for a version there is not."""
    number = number or (row.version if row.status != ContractStatus.DRAFT else None)
    version = queries.version(row.id, number) if number else None
    signatures = [s for s in queries.signatures_of(row.id) if version is not None and s.version == version.number]
    return {
        "row": row, "version": version, "content": version.content if version else snapshots.content_of(row),
        "signatures": signatures, "labels": labels, "capital": wording.capital_fen, "sections": wording.sections,
        "newest": version is None or version.number == row.version,
    }  # fmt: skip


def contract_page(contract_id: int, form: forms.Filled | None = None, part: str = "", status: int = 200) -> Response:
    """The page of a contract; `part` says which of its forms came back faulty."""
    actor, now = current_actor(), clock.now()
    folder = seen(contract_id)
    row, side = folder.contract, folder.side_of(actor.organisation_id)
    shown = rules.ratings_shown(row, folder.ratings, now)
    return page(
        "contracts/contract.html", folder=folder, row=row, side=side, now=now, labels=labels, form=form, part=part, status=status,
        step=steps.next_step(folder, side, now), may=_may(folder, side), rules=rules, key=new_key(),
        parties=queries.parties_of(row.id), parts=[snapshots.described(p) for p in row.parts], charges=money.planned(folder),
        versions=queries.versions_of(row.id), signatures=queries.signatures_of(row.id), changes=queries.changes_of(row.id),
        disputes=queries.disputes_of(row.id), files=queries.files_of(row.id), trail=_trail(row), source=_source(row),
        orders=queries.folders(queries.orders_of(row.id)), parent=_parent(row), checks=queries.checks_of(row.id),
        lacks=lacking(row) if row.status == ContractStatus.DRAFT else [], fixed=fixed_terms(row), citation=citations.rule,
        ratings=[r for r in folder.ratings if shown or r.rater_id == actor.organisation_id], ratings_shown=shown,
        reported={r.id for r in folder.ratings if rating.is_reported(r)},
    )  # fmt: skip


def _may(folder: Folder, side: PartyRole) -> dict[str, bool]:
    row, now = folder.contract, clock.now()
    buys, sells, acts = can(BUY, row), can(SUPPLY, row), can(PERFORM, row)
    in_force, framework = row.status in IN_FORCE, row.kind in FRAMEWORKS
    order = row.kind == ContractKind.ORDER
    mine = any(r.rater_id == current_actor().organisation_id for r in folder.ratings)
    end = rules.period_end(row)
    return {
        "edit": buys and row.status == ContractStatus.DRAFT and not order,
        "take_back": buys and row.status == ContractStatus.OFFERED and not order,
        "give_up": buys and row.status in (ContractStatus.DRAFT, ContractStatus.OFFERED),
        "sign": sells and row.status == ContractStatus.OFFERED,
        "announce": sells and in_force and not framework and folder.anything_to_send(),
        "call_off": buys and rules.is_valid_on(row, clock.today()),
        "change": acts and in_force and folder.change is None,
        "answer": acts and folder.change is not None,
        "dispute": acts and row.signed_at is not None and folder.dispute is None,
        "rate": acts and rules.may_rate(row, now) and not mine,
        "complete": acts and in_force and not framework and end is not None and clock.today() >= end
        and rules.is_all_accepted(folder.items, folder.milestones),
        "check": acts and in_force and framework,
        "act": acts,
    }  # fmt: skip


def _trail(row: Contract) -> list[tuple[Any, str, str]]:
    entries = audit.trail(row, 100)
    names = queries.people([entry.actor_id for entry in entries])
    return [(e.at, labels.deed(e.action, e.detail), names.get(e.actor_id, "")) for e in entries]


def _source(row: Contract) -> dict[str, Any]:
    procurement = procurements.procurement(row.procurement_id) if row.procurement_id else None
    procedure = procedures.procedure(row.procedure_id) if row.procedure_id else None
    cited = procedures.definition(procedure).citations.get("use") if procedure else None
    return {"procurement": procurement, "procedure": procedure, "citation": cited.text if cited else ""}


def _parent(row: Contract) -> Contract | None:
    return queries.contract(row.parent_id) if row.parent_id else None
