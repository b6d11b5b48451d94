"""The demo world's procurements up to the opening: begun, filled, published, asked about, amended, quoted for, opened."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from rich.progress import Progress
from sqlmodel import col, select

from marketplace.accounts import keys
from marketplace.accounts import queries as accounts
from marketplace.kit import calendar, clock, db
from marketplace.kit.money import parse_yuan
from marketplace.needs.models import Need
from marketplace.procedures import queries as procedures
from marketplace.procurement import (
    amending,
    beginning,
    contents,
    deadlines,
    inviting,
    officers,
    publishing,
    queries,
    questions,
    sources,
)
from marketplace.procurement.contents import Content, LotContent
from marketplace.procurement.models import Visibility
from marketplace.seeding import judged, offered, performed
from marketplace.seeding.stories import Story
from marketplace.taxonomy import queries as taxonomy

if TYPE_CHECKING:
    from marketplace.seeding.world import World

CLOSES = time(17)


def build(world: World, told: dict[str, Any], progress: Progress) -> None:
    """Live through every procurement and framework."""
    rows, frameworks = told["procurement"], told["framework"]
    task = progress.add_task("采购与合同", total=len(rows) + len(frameworks))
    _make_keys(world, rows)
    for row in rows:
        _live(Story(world, row))
        progress.advance(task)
    for row in frameworks:
        performed.framework(world, row)
        progress.advance(task)


def _live(story: Story) -> None:
    row = story.row
    _begin(story)
    if "published" not in row:
        return
    _publish(story)
    if "question" in row:
        _ask(story, **row["question"])
    sent = row.get("quote", [])
    told = row.get("amendment")
    early = [one for one in sent if told and one["at"] < told["told"]]
    for one in early:
        offered.quote(story, one)
    if told:
        _amend(story, told)
    for one in sent:
        if one not in early:
            offered.quote(story, one)
        if "again" in one:
            offered.confirm_again(story, one)
    if row["closes"] < 0:
        offered.open_round(story, row.get("opened"))
    judged.judge(story)
    performed.perform(story)


def _make_keys(world: World, rows: list[dict[str, Any]]) -> None:
    """Everybody's keys as if they had signed in long ago: to them the quotes are sealed."""
    involved = {row["buyer"] for row in rows} | {one["by"] for row in rows for one in row.get("quote", [])}
    with db.transaction():
        for key in sorted(involved):
            for actor in world.people[key]:
                keys.ensure_key(accounts.user(actor.user_id), world.password, world.begun)


def _begin(story: Story) -> None:
    row, admin = story.row, story.buyer[0]
    at = story.moment(row["began"], time(9))
    with clock.set_clock(at), db.transaction():
        source = (
            sources.from_need(_need_id(row["need"]), admin)
            if "need" in row
            else sources.from_nothing(row["title"], admin)
        )
        procedure = procedures.newest(row["procedure"])
        procurement, _new = beginning.begin(source, procedure, f"demo-{row['id']}", by=admin, at=at)
        story.id = procurement.id
        contents.keep(procurement, _content(story, contents.of(procurement), at), by=admin, at=at)
        for officer in story.buyer[:2]:
            officers.appoint(procurement, accounts.user(officer.user_id), by=admin, at=at)
        invited = [story.world.organisations[key] for key in row["invited"]]
        inviting.invite(procurement, invited, by=admin, at=at)


def _need_id(key: str) -> int:
    return db.session().exec(select(Need.id).where(col(Need.form_key) == f"demo-{key}")).one()


def _content(story: Story, content: Content, at: datetime) -> Content:
    """The draft with everything its row says; what it does not say stays as it was proposed."""
    row = story.row
    definition = procedures.definition(procedures.newest(row["procedure"]))
    extra, until = procedures.calendar_extra(), story.moment(row["closes"], CLOSES)
    if until > story.world.now:  # nobody sets a deadline on a day off; a past one must stay past
        until = datetime.combine(calendar.next_working_day(clock.local(until).date(), extra), CLOSES, clock.SHANGHAI)
    told: dict[str, Any] = deadlines.around(definition, until, at, extra)
    same = {"text": "text", "place": "place", "category": "category", "field_code": "field", "arrangements": "arrangements",
            "period_months": "months", "incident_reason": "incident_reason"}  # fmt: skip
    told |= {name: row[key] for name, key in same.items() if key in row}
    if "visibility" in row:
        told["visibility"] = Visibility(row["visibility"])
    if "items" in row:
        budget = parse_yuan(row["budget"])
        told |= {"budget_fen": budget, "lots": [LotContent(title=row["title"], items=_items(row), budget_fen=budget)]}
    return content.model_copy(update=told)


def _items(row: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for item in row["items"]:
        node = taxonomy.class_by_name(item["class"])
        asked = [_requirement(one, node.code) for one in item["requirements"]]
        found.append({
            "name": item.get("name", item["class"]), "class_code": node.code, "quantity": item["quantity"],
            "unit": item["unit"], "note": "", "listing_id": None, "requirements": asked,
        })  # fmt: skip
    return found


def _requirement(told: list[Any], class_code: str) -> dict[str, Any]:
    name, op, value, unit, level = told
    attribute = taxonomy.attribute_for(name, class_code)
    return {
        "name": name, "key": attribute.key if attribute else "", "op": op, "value": value, "high": None, "unit": unit,
        "level": level, "words": "",
    }  # fmt: skip


def _publish(story: Story) -> None:
    at = story.moment(story.row["published"], time(10))
    with story.doing(at) as procurement:
        for officer in story.buyer[:2]:
            officers.confirm(procurement, story.world.password, by=officer, at=at)
        publishing.publish(procurement, by=story.buyer[0], at=at)


def _ask(story: Story, by: str, asked: float, text: str, answered: float, answer: str) -> None:
    at = story.moment(asked, time(11))
    with story.doing(at):
        question = questions.ask(story.id, text, by=story.world.actors[by], at=at)
    at = story.moment(answered, time(14))
    with story.doing(at) as procurement:
        questions.answer(procurement, queries.question(story.id, question.id), "", answer, by=story.buyer[0], at=at)


def _amend(story: Story, told: dict[str, Any]) -> None:
    at = story.moment(told["told"], time(16))
    with story.doing(at) as procurement:
        content = contents.being_edited(procurement)
        lot, budget = content.lots[0], parse_yuan(told["budget"])
        items = [{**lot.items[0], "quantity": told["quantity"]}, *lot.items[1:]]
        lots = [lot.model_copy(update={"items": items, "budget_fen": budget}), *content.lots[1:]]
        changed = content.model_copy(update={"lots": lots, "budget_fen": budget})
        contents.keep(procurement, changed, by=story.buyer[0], at=at)
        amending.amend(procurement, told["why"], by=story.buyer[0], at=at)
