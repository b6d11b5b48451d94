"""A small enterprise's price is lowered for the ranking where the procedure says so; the price paid stays."""

from marketplace.awarding import concluding
from marketplace.kit import db
from marketplace.procedures.models import Procedure
from tests.awarding.worlds import decide_all, make_world


def order(world):
    """Supplier, total and the price that is ranked, best first."""
    with db.transaction():
        rows = concluding.propose(world.seat(world.judges[0]), world.lot()).rows
    return [(row["supplier_id"], row["total_fen"], row["ranked_fen"]) for row in rows]


def test_a_procedure_with_a_deduction_ranks_as_one_without(context):
    world = make_world((950_00, 1000_00, 1100_00), small=(1,), judges=3)
    decide_all(world)
    first, small, _third = [org.id for org in world.suppliers]
    assert [row[0] for row in order(world)][:2] == [first, small]
    with db.transaction() as session:
        row = session.get(Procedure, world.procurement.procedure_id)
        row.definition = {**row.definition, "small_deduction": 10}
    assert order(world)[:2] == [(small, 2000_00, 1800_00), (first, 1900_00, 1900_00)]
