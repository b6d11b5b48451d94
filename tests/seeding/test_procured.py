"""The demo world's procurements and contracts stand in every state, made by the platform's own verbs."""

import json
import tomllib
from collections import Counter

import pytest
from rich.progress import Progress
from sqlmodel import select

from marketplace.awarding.models import Objection, ScoreSheet
from marketplace.bidding.models import OpenedQuote, SealedQuote, SealedStatus
from marketplace.bidding.seal import bidder_tag
from marketplace.contracts import queries as contracts
from marketplace.contracts.models import Contract, ContractKind, ContractStatus
from marketplace.contracts.models_performance import Delivery, DeliveryStatus, Dispute, DisputeStatus, Rating
from marketplace.kit import clock, db
from marketplace.procurement import queries, rules
from marketplace.procurement.models import Procurement, ProcurementQuestion
from marketplace.seeding import world
from tests.seeding.test_demo_content import BY_ID, BY_KEY, CLASSES, SEED

TOLD = tomllib.loads((SEED / "demo" / "procurements.toml").read_text("utf-8"))
ROWS = TOLD["procurement"]
NEEDS = {row["need"] for row in ROWS if "need" in row}
LISTINGS = {
    line["listing"] for row in ROWS for one in row.get("quote", []) for line in one["lines"] if "listing" in line
}


def named(row: dict) -> set[str]:
    """The organisations a story is about."""
    others = {place.split(".")[0] for place in row.get("panel", [])} | {one["by"] for one in row.get("quote", [])}
    parties = {party["org"] for one in row.get("quote", []) for party in one.get("parties", [])}
    return {row["buyer"], *row.get("invited", []), *others, *parties}


ORGANISATIONS = set().union(*map(named, ROWS), *({row["buyer"], row["supplier"]} for row in TOLD["framework"]))


@pytest.fixture
def small_world(app, tmp_path, monkeypatch):
    """The part of the demo world the stories are about, seeded now; everything else would take a minute."""
    wanted = {
        "organisations": lambda row: row["key"] in ORGANISATIONS or row["kind"] == "operator",
        "people": lambda row: row["org"] in ORGANISATIONS or BY_KEY[row["org"]]["kind"] == "operator",
        "listings": lambda row: row["id"] in LISTINGS,
        "needs": lambda row: row["id"] in NEEDS,
    }
    folder = tmp_path / "demo"
    folder.mkdir()
    for file in (SEED / "demo").glob("*.jsonl"):
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line]
        keep = wanted.get(file.stem, lambda row: False)
        kept = [{**row, "questions": []} for row in rows if keep(row)]
        (folder / file.name).write_text("\n".join(map(json.dumps, kept)), "utf-8")
    (folder / "procurements.toml").write_bytes((SEED / "demo" / "procurements.toml").read_bytes())
    monkeypatch.setattr(world, "FOLDER", folder)
    with Progress(disable=True) as progress:
        world.build(app, progress)
    with app.app_context(), db.reading() as session:
        yield session


def test_a_story_names_only_what_there_is() -> None:
    assert ORGANISATIONS <= set(BY_KEY) and all("state" not in BY_KEY[key] for key in ORGANISATIONS)
    for row in ROWS:
        assert {item["class"] for item in row.get("items", [])} <= set(CLASSES), row["id"]
        for quote in row.get("quote", []):
            assert quote["by"] in row["invited"], (row["id"], quote["by"])
            for line in quote["lines"]:
                listing = BY_ID[line["listing"]] if "listing" in line else {"org": quote["by"], "state": "published"}
                assert (listing["org"], listing["state"]) == (quote["by"], "published"), (row["id"], line)


def test_a_story_has_an_identity_of_its_own() -> None:
    ids = [row["id"] for row in ROWS] + [row["id"] for row in TOLD["framework"]]
    titles = [row["title"] for row in ROWS if "title" in row]
    assert len(set(ids)) == len(ids) and len(set(titles)) == len(titles)


def test_a_procurement_and_a_contract_stand_in_every_state(small_world) -> None:
    now, procurements = clock.now(), small_world.exec(select(Procurement)).all()
    phases = Counter(rules.phase_of(row, queries.current_round(row.id), now).value for row in procurements)
    assert phases == {
        "draft": 1, "collecting": 1, "to_open": 1, "evaluating": 3, "objections": 1, "final": 3, "failed": 1,
    }  # fmt: skip
    _collecting(small_world, next(row for row in procurements if row.reconfirm_from == 2))
    opened = small_world.exec(select(OpenedQuote)).all()
    assert sum(bool(row.content["consortium"]) for row in opened) == 1
    assert sum(len(row.content["lots"][0]["parts"]) > 1 for row in opened) == 1  # a lease with its insurance
    assert len(small_world.exec(select(ScoreSheet)).all()) == 3 and len(small_world.exec(select(Objection)).all()) == 1
    _contracts(small_world)


def _collecting(session, row: Procurement) -> None:
    """One supplier has confirmed again after the amendment, one has not, one came after it."""
    assert session.exec(select(ProcurementQuestion.answered_at)).one() is not None
    standing = select(SealedQuote).where(
        SealedQuote.round_id == queries.current_round(row.id).id, SealedQuote.status == SealedStatus.SUBMITTED
    )
    sealed = {quote.bidder_tag: quote.version for quote in session.exec(standing)}
    suppliers = [org.id for _invitation, org in queries.invitations_of(row.id)]
    assert [sealed.get(bidder_tag(row.id, supplier)) for supplier in suppliers] == [1, 2, 2, None]


def _contracts(session) -> None:
    found = Counter((row.kind.value, row.status.value) for row in session.exec(select(Contract)))
    assert found == {
        ("supply", "running"): 2, ("supply", "completed"): 1, ("reserve", "running"): 1, ("order", "completed"): 1,
        ("order", "running"): 1,
    }  # fmt: skip
    deliveries = Counter(row.status for row in session.exec(select(Delivery)))
    assert deliveries == {
        DeliveryStatus.ACCEPTED: 3, DeliveryStatus.REWORK: 1, DeliveryStatus.RECEIVED: 1, DeliveryStatus.ANNOUNCED: 1,
    }  # fmt: skip
    assert session.exec(select(Dispute)).one().status == DisputeStatus.OPEN
    assert [bool(row.reply) for row in session.exec(select(Rating))] == [True, True]
    framework = session.exec(select(Contract).where(Contract.kind == ContractKind.RESERVE)).one()
    assert {order.status for order in contracts.orders_of(framework.id)} == {
        ContractStatus.COMPLETED,
        ContractStatus.RUNNING,
    }
