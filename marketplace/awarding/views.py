"""The pages of evaluation and award, put together, with what they share."""

import importlib
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, flash, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from marketplace.awarding import queries
from marketplace.awarding.errors import DeclareFirst
from marketplace.awarding.permissions import EVALUATE
from marketplace.awarding.queries import Seat
from marketplace.kit import db
from marketplace.kit.errors import Forbidden, NotFound, Refusal
from marketplace.kit.permissions import can, current_actor
from marketplace.kit.web import back_to
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Lot

bp = Blueprint("awarding", __name__, template_folder="templates")
PARTS = ("views_evaluation", "views_comparison", "views_panel", "views_scores", "views_award", "views_result")
ID = "<int(max=2147483647):procurement_id>"
LOT = "<int(max=2147483647):lot_id>"


def init_app(app: Flask) -> None:
    """Register this room's pages."""
    for part in PARTS:
        importlib.import_module(f"marketplace.awarding.{part}")
    app.register_blueprint(bp)


def seat_of(procurement_id: int, *, lock: bool = False) -> Seat:
    """The seat of who asks. Raises: NotFound for everybody who has none."""
    return queries.seat(procurement_id, current_actor(), lock=lock)


def decides(seat: Seat) -> bool:
    """Whether who asks decides about compliance and conclusion: a judging member, or one of the buyer's people who may."""
    return seat.reads and (seat.judges or can(EVALUATE, seat.procurement))


def check_decides(seat: Seat) -> None:
    """Raises: DeclareFirst; OutOfPanel; Forbidden."""
    queries.check_reads(seat)
    if not decides(seat):
        raise Forbidden()


def lot_of(seat: Seat, lot_id: int) -> Lot:
    """A lot of this procurement. Raises: NotFound."""
    lot = procurements.lot(lot_id)
    if lot.procurement_id != seat.procurement.id:
        raise NotFound()
    return lot


def done(back: str, deed: Callable[[], Any], told: str, onward: str = "") -> BaseResponse:
    """Do the deed and go on with a word about it; a refusal undoes it and is told on the page one came from."""
    try:
        deed()
    except (NotFound, Forbidden, DeclareFirst):
        raise
    except Refusal as refusal:
        db.unit().rollback()
        flash(refusal.message(), "bad")
        return back_to(back)
    flash(told, "ok")
    return back_to(onward or back)


@bp.errorhandler(DeclareFirst)
def _to_declaration(refusal: DeclareFirst) -> BaseResponse:
    db.unit().rollback()
    flash(refusal.message(), "wait")
    return back_to(url_for("awarding.panel", procurement_id=(request.view_args or {})["procurement_id"]))
