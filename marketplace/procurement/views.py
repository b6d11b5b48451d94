"""The pages of procurements, put together."""

import importlib
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask

from marketplace.kit import clock
from marketplace.kit.permissions import current_actor
from marketplace.procurement import contents, labels, queries, rules
from marketplace.procurement.models import Procurement

bp = Blueprint("procurement", __name__, template_folder="templates")
PARTS = (
    "views_list", "views_new", "views_edit", "views_lots", "views_parts", "views_own", "views_amend", "views_public",
    "views_officers",
)  # fmt: skip
ID = "<int(max=2147483647):procurement_id>"
PART = "<int(max=2147483647):part_id>"


def init_app(app: Flask) -> None:
    """Register this room's pages."""
    from marketplace.procurement import jobs  # noqa: F401 - registers itself

    for part in PARTS:
        importlib.import_module(f"marketplace.procurement.{part}")
    app.register_blueprint(bp)
    app.jinja_env.globals["procurement_stages"] = stages


def stages(phase: str, stage: str) -> list[tuple[str, str, str]]:
    """The strip above every page of one procurement: (name, words, "done" | "now" | "")."""
    reached = labels.REACHED.get(rules.Phase(phase), -1)
    return [
        (
            name,
            labels.stage(name),
            "now" if name == stage else "done" if n < reached else "next" if n == reached else "",
        )
        for n, name in enumerate(labels.STAGES)
    ]


def locked(procurement_id: int) -> tuple[Procurement, datetime]:
    """An own procurement held against everybody else, and the time read after that."""
    return queries.own(procurement_id, current_actor(), lock=True), clock.now()


def around(procurement: Procurement, at: datetime) -> dict[str, Any]:
    """What every page of an own procurement shows alike."""
    current = queries.current_round(procurement.id)
    phase = rules.phase_of(procurement, current, at)
    return {
        "procurement": procurement, "round": current, "phase": phase, "labels": labels, "at": at,
        "definition": queries.definition_of(procurement), "editable": rules.may_edit(procurement, current, at),
        "content": contents.being_edited(procurement), "amendment": queries.amendment_of(procurement.id),
    }  # fmt: skip
