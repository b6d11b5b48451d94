"""The demo world's needs: buyers paste what they look for, accept what it is read as, and open it; an incident goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.progress import Progress

from marketplace.kit import clock, db
from marketplace.needs import drafts, incidents, opening, questions
from marketplace.needs.models import Need, NeedKind
from marketplace.needs.proposing import accepted, offers_of
from marketplace.needs.schemas import IncidentForm, NeedForm, read_need

if TYPE_CHECKING:
    from marketplace.seeding.world import World

INCIDENT = {
    "name": "江汉平原特大暴雨(演示)", "event_code": "NAT-FLOOD", "level": 2, "province": "湖北省", "city": "武汉市",
    "note": "停电、积水和群众转移同时发生,三份需求一并筹措。",
}  # fmt: skip
IMPLIED = ("category", "event_code", "field_code")


def build(world: World, rows: list[dict[str, Any]], progress: Progress) -> None:
    """Write and open every need, then ask and answer about some; matching judges them when the jobs run."""
    task = progress.add_task("需求", total=len(rows))
    for number, row in enumerate(rows):
        at = world.now - timedelta(days=row["opened_days_ago"], hours=1 + number % 5)
        with clock.set_clock(at), db.transaction():
            need = _open(world, row, at)
        for place, asked in enumerate(row.get("questions", [])):
            later = at + timedelta(hours=5 + 3 * place)
            with clock.set_clock(later), db.transaction():
                _ask_and_answer(world, need.id, row["buyer"], asked, later)
        progress.advance(task)


def _open(world: World, row: dict[str, Any], at: datetime) -> Need:
    buyer = world.actors[row["buyer"]]
    form = NeedForm(
        form_key=f"demo-{row['id']}", title=row["title"], text=row["text"], kind=NeedKind(row.get("kind", "supply"))
    )
    need, _new = drafts.create_draft(form, by=buyer, at=at)
    offers = offers_of(need, clock.local(at).date())
    chosen = {str(offer.number) for offer in offers if offer.ticked or offer.told.field in IMPLIED}
    content = accepted(need, offers, {}, chosen)
    content["category"] = content.get("category") or row["category"]
    filled = read_need(content)
    if filled.data is None:
        raise ValueError(f"{row['id']}: {filled.errors}")
    drafts.save_draft(need, filled.data, by=buyer, at=at)
    need.understood = True
    db.session().flush()
    if row.get("incident"):
        incident, _known = incidents.declare_incident(IncidentForm(**INCIDENT), by=buyer, at=at)
        incidents.attach_to_incident(need, incident, by=buyer, at=at)
    if missing := opening.lacking(need):
        raise ValueError(f"{row['id']} lacks {missing}")
    opening.open_need(need, by=buyer, at=at)
    return need


def _ask_and_answer(world: World, need_id: int, buyer: str, asked: dict[str, Any], at: datetime) -> None:
    need = db.session().get(Need, need_id)
    question = questions.ask_question(need, asked["text"], by=world.actors[asked["supplier"]], at=at)
    if asked.get("answer"):
        questions.answer_question(need, question, asked["answer"], by=world.actors[buyer], at=at + timedelta(hours=2))
