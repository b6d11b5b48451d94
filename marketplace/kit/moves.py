"""A status moves in one place only: a table of allowed moves beside the enum, and `move()`."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from marketplace.kit.errors import Refusal


class NoSuchMove(Refusal):
    """The row's life does not allow this step from where it is."""

    code = "no-such-move"

    def message(self) -> str:
        """The sentence shown."""
        return _("当前状态不允许此操作。页面可能已过期,请刷新后再试。")


def move(row: Any, to: StrEnum, at: datetime) -> None:
    """Move a row to another status, if its class's MOVES allows it; stamps `updated_at`.

    Raises: NoSuchMove.
    """
    if to not in type(row).MOVES.get(row.status, ()):
        raise NoSuchMove(was=str(row.status), to=str(to))
    row.status = to
    row.updated_at = at


def may_move(row: Any, to: StrEnum) -> bool:
    """Whether `move` would allow this step; templates ask it before they show a button."""
    return to in type(row).MOVES.get(row.status, ())
