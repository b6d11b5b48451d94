"""The demo world's evaluations: compliance decided, panels scoring, conclusions, awards and an objection."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from marketplace.accounts import queries as accounts
from marketplace.awarding import awarding, checking, compliance, concluding, objections, panel, sheets
from marketplace.awarding import queries as evaluation
from marketplace.awarding.awarding import Share
from marketplace.awarding.compliance import Decision
from marketplace.awarding.models import Conflict, Outcome
from marketplace.kit.permissions import Actor
from marketplace.procurement import queries
from marketplace.seeding import offered

if TYPE_CHECKING:
    from marketplace.seeding.stories import Story

MORNING, NOON, AFTERNOON = time(9, 40), time(11, 30), time(15)
CONSENSUS = "各报价经逐条审查,评审小组一致同意按此排序推荐成交供应商。"
NOTES = ("方案完整", "响应较好", "基本满足")


def judge(story: Story) -> None:
    """Go through every step of the evaluation that has its day."""
    row = story.row
    if "prefilled" in row:
        _prefill(story, story.moment(row["prefilled"], NOON))
    if "panel" in row:
        _seat_panel(story, story.moment(row["decided"], MORNING))
    if "decided" in row:
        _decide(story, story.moment(row["decided"], NOON))
    if "final" in row:
        _final_round(story)
    if "scored" in row:
        _score(story, story.moment(row["scored"], NOON))
    if "concluded" in row or "scored" in row:
        _agree(story)
    if "concluded" in row:
        _conclude(story, story.moment(row["concluded"], AFTERNOON))
    if "awarded" in row:
        _award(story)
    if "objection" in row:
        told = row["objection"]
        at = story.moment(told["filed"], AFTERNOON)
        with story.doing(at) as procurement:
            by = story.world.actors[told["by"]]
            objections.file(procurement, None, told["text"], f"demo-{row['id']}", by=by, at=at)
    if "failed" in row:
        at = story.moment(row["failed"], AFTERNOON)
        with story.doing(at) as procurement:
            awarding.fail_all(procurement, row["fail_reason"], by=story.buyer[0], at=at)


def _seat(story: Story, by: Actor) -> evaluation.Seat:
    return evaluation.seat(story.id, by)


def _prefill(story: Story, at: datetime) -> None:
    with story.doing(at):
        compliance.prefill(_seat(story, story.buyer[0]), by=story.buyer[0], at=at)


def _seat_panel(story: Story, at: datetime) -> None:
    for place, name in enumerate(story.row["panel"]):
        who, then = story.person(name), at + place * timedelta(minutes=4)
        with story.doing(then) as procurement:
            email = accounts.user(who.user_id).email
            expert = who.organisation_id != story.buyer[0].organisation_id
            member = panel.appoint(procurement, email, expert=expert, by=story.buyer[0], at=then)
            panel.declare(member, Conflict.NONE, "", by=who, at=then)


def _decide(story: Story, at: datetime) -> None:
    """As the lines propose: what fails a hard one is out, the rest complies."""
    by = story.buyer[0]
    with story.doing(at) as procurement:
        compliance.prefill(_seat(story, by), by=by, at=at)
        current = evaluation.evaluated_round(procurement)
        for sheet in evaluation.compliances_of(current.id).values():
            reason = checking.proposed_reason(sheet.rows)
            said = Decision({}, Outcome.REJECTED if reason else Outcome.COMPLIANT, reason)
            compliance.decide(_seat(story, by), sheet, said, by=by, at=at)


def _final_round(story: Story) -> None:
    row, by = story.row, story.buyer[0]
    at = story.moment(row["final"], AFTERNOON)
    with story.doing(at):
        compliance.admit(_seat(story, by), story.moment(row["final_closes"], time(17)), by=by, at=at)
    for place, told in enumerate(one for one in row["quote"] if "final" in one):
        offered.final_price(story, told, story.moment(row["final_closes"], time(10 + place)))
    offered.open_round(story, row["final_opened"])
    _decide(story, story.moment(row["final_decided"], NOON))


def _score(story: Story, at: datetime) -> None:
    """Each member gives a quote its share of the full points, a little apart from the others."""
    shares = {story.world.organisations[one["by"]]: one["points"] for one in story.row["quote"] if "points" in one}
    for place, name in enumerate(story.row["panel"]):
        who, then = story.person(name), at + place * timedelta(minutes=35)
        with story.doing(then) as procurement:
            lot = queries.lots_of(procurement.id)[0]
            _current, quotes = sheets.to_score(_seat(story, who), lot)
            criteria = [one for one in sheets.criteria_of(procurement) if not one.price]
            given = {
                quote.id: {
                    one.key: {
                        "points": one.full * (shares[quote.supplier_id][place] - 3 * n) // 5000 * 50,
                        "note": NOTES[n % 3],
                    }
                    for n, one in enumerate(criteria)
                }
                for quote in quotes
            }
            sheets.save(_seat(story, who), lot, given, submit=True, by=who, at=then)


def _agree(story: Story) -> None:
    row = story.row
    at = story.moment(row.get("concluded", row.get("scored")), time(14))
    for name in row.get("panel", []):
        if name in row.get("waiting", []):
            continue
        who = story.person(name)
        with story.doing(at) as procurement:
            lot = queries.lots_of(procurement.id)[0]
            digest = concluding.propose(_seat(story, who), lot).digest
            concluding.give_opinion(_seat(story, who), lot, digest, True, "", by=who, at=at)


def _conclude(story: Story, at: datetime) -> None:
    by = story.buyer[0]
    with story.doing(at) as procurement:
        lot = queries.lots_of(procurement.id)[0]
        digest = concluding.propose(_seat(story, by), lot).digest
        concluding.conclude(_seat(story, by), lot, digest, CONSENSUS, by=by, at=at)


def _award(story: Story) -> None:
    row, by = story.row, story.buyer[0]
    at = story.moment(row["awarded"], NOON)
    with story.doing(at) as procurement:
        lot = queries.lots_of(procurement.id)[0]
        first = next(one for one in concluding.in_force(lot).rows if one["place"] == 1)
        award = awarding.announce(_seat(story, by), lot, [Share(first["opened_quote_id"])], by=by, at=at)[0]
    if "accepted" in row:
        then = story.moment(row["accepted"], NOON)
        with story.doing(then):
            awarding.accept(evaluation.award(award.id), by=story.first_of(award.supplier_id), at=then)
