"""The rows of a need's form as a page sends them: blank ones closed up, one added or taken out."""

from dataclasses import dataclass
from itertools import zip_longest

from werkzeug.datastructures import MultiDict

from marketplace.needs.schemas import ITEM_COLUMNS, REQUIREMENT_COLUMNS

Row = dict[str, str]
ROW_ACTS = ("more_items", "more_reqs", "drop_item", "drop_req")


@dataclass(frozen=True)
class Sent:
    """A sent form: `fields` for `schemas.read_need`, the act its button asks for, and how many blank rows stood in it."""

    fields: MultiDict[str, str]
    act: str
    blank_items: int = 0
    blank_requirements: int = 0

    @property
    def changes_rows(self) -> bool:
        """Whether the button only adds or takes out a row."""
        return self.act in ROW_ACTS


def tidied(form: MultiDict[str, str]) -> Sent:
    """The form with its rows closed up, so that their numbers are those of its faults; requirements follow their item.

    Buttons are called `act`; "drop_item-2" and "drop_req-2" take out the second row as it stood on the page.
    """
    act, _dash, number = form.get("act", "").partition("-")
    dropped = int(number) if number.isdecimal() and len(number) < 6 else 0
    items, asked = _rows(form, "item", ITEM_COLUMNS), _rows(form, "req", REQUIREMENT_COLUMNS)
    kept_items = _kept(items, dropped if act == "drop_item" else 0, tuple(ITEM_COLUMNS))
    kept_asked = _kept(asked, dropped if act == "drop_req" else 0, ("name", "value"))
    places = {str(was): str(now) for now, was in enumerate(kept_items, 1)}
    for row in kept_asked.values():
        row["item"] = places.get(row["item"], "" if _stood(row["item"], items) else row["item"])
    fields = MultiDict(
        (name, value) for name, value in form.items(multi=True) if not name.startswith(("item_", "req_"))
    )
    for prefix, rows in (("item", kept_items), ("req", kept_asked)):
        for row in rows.values():
            for column, value in row.items():
                fields.add(f"{prefix}_{column}", value)
    blank_items = len(items) - len(kept_items) - (act == "drop_item")
    blank_asked = len(asked) - len(kept_asked) - (act == "drop_req")
    return Sent(fields, act, max(0, blank_items), max(0, blank_asked))


def _rows(form: MultiDict[str, str], prefix: str, columns: dict[str, int]) -> list[Row]:
    texts = [form.getlist(f"{prefix}_{column}") for column in columns]
    return [dict(zip(columns, row, strict=True)) for row in zip_longest(*texts, fillvalue="")]


def _kept(rows: list[Row], dropped: int, telling: tuple[str, ...]) -> dict[int, Row]:
    """The rows that say something, by their number on the page."""
    return {
        number: row for number, row in enumerate(rows, 1)
        if number != dropped and any(row[column].strip() for column in telling)
    }  # fmt: skip


def _stood(number: str, rows: list[Row]) -> bool:
    """Whether a row of this number was on the page; one that was not is a fault the schema names."""
    return number.isdecimal() and 0 < int(number) <= len(rows)
