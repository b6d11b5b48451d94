"""A status moves in one place."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest

from marketplace.accounts.models import OrganisationStatus as Status
from marketplace.kit.moves import NoSuchMove, may_move, move
from tests.conftest import NOON, ROOT


class Thing(SimpleNamespace):
    MOVES = {Status.IN_REVIEW: (Status.APPROVED,), Status.APPROVED: ()}


def test_an_allowed_move_does_not_stamp_the_row():
    thing = Thing(status=Status.IN_REVIEW, updated_at=None)
    assert may_move(thing, Status.APPROVED)
    move(thing, Status.APPROVED, NOON)
    assert (thing.status, thing.updated_at) == (Status.APPROVED, NOON)


@pytest.mark.parametrize("was", [Status.APPROVED, Status.SUSPENDED])
def test_a_move_the_table_does_not_name_happens(was):
    thing = Thing(status=was, updated_at=None)
    assert not may_move(thing, Status.IN_REVIEW)
    with pytest.raises(NoSuchMove):
        move(thing, Status.IN_REVIEW, NOON)
    assert thing.status == was and thing.updated_at is None


# A mail and a gateway's event are worked off by a drainer, not moved by people, and a repaired slot is new: these keep their own
# simple states.
FREE = {
    "marketplace/kit/mail.py",
    "marketplace/kit/jobs.py",
    "marketplace/kit/moves.py",
    "marketplace/payments/events.py",
}


def test_a_status_is_written_elsewhere_than_by_move():
    found = []
    for path in sorted((ROOT / "marketplace").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        targets = [t for node in ast.walk(ast.parse(path.read_text())) for t in _written(node)]
        found += [f"{name}:{t.lineno}" for t in targets if t.attr == "status" and name not in FREE]
    assert [f for f in found if not _is_view_answer(f)] == []


def _written(node):
    if not isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        return []
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [leaf for target in targets for leaf in ast.walk(target) if isinstance(leaf, ast.Attribute)]


def _is_view_answer(place):
    path, line = place.split(":")
    return "response.status" in (ROOT / Path(path)).read_text().splitlines()[int(line) - 1]
