"""Ready-made needs of the trade: read from the seed file, found by scene, class or words, and begun as drafts."""

import csv
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from marketplace.accounts import queries as accounts
from marketplace.kit.errors import NotFound
from marketplace.kit.permissions import Actor
from marketplace.needs.drafts import create_draft
from marketplace.needs.models import Mode, Need, NeedKind
from marketplace.needs.requirements import Requirement, Typed, read_requirement
from marketplace.needs.schemas import NeedForm
from marketplace.taxonomy import queries as taxonomy

TEMPLATES_CSV = Path(__file__).parents[2] / "seed" / "needs" / "templates.csv"
_REQUIREMENT = re.compile(r"^(?P<name>.+?)(?P<op>>=|<=|=)(?P<value>.+?)(?P<mark>[★▲]?)$")


@dataclass(frozen=True)
class Template:
    """A typical need: one item and its usual requirements, as texts. The budget is a rough level in yuan, not an estimate."""

    code: str
    title: str
    kind: NeedKind
    mode: Mode
    class_code: str
    event_code: str
    buyer_type: str
    item: str
    quantity: int
    unit: str
    typed: tuple[Typed, ...]
    within_days: int
    budget_yuan: int
    procurement_code: str
    source: str

    @property
    def items(self) -> list[dict[str, Any]]:
        """The item as a need keeps it."""
        amount = {"quantity": self.quantity, "unit": self.unit, "note": ""}
        return [{"name": self.item, "class_code": self.class_code, **amount}]

    @property
    def requirements(self) -> list[Requirement]:
        """The requirements as a need keeps them, with the keys in force."""
        return [read_requirement(typed, self.class_code) for typed in self.typed]


@lru_cache
def all_templates(path: Path = TEMPLATES_CSV) -> tuple[Template, ...]:
    """Every template in the order of the file, read once."""
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(_template(row) for row in csv.DictReader(lines))


def template(code: str) -> Template:
    """The template with this code. Raises: NotFound."""
    found = next((row for row in all_templates() if row.code == code), None)
    if found is None:
        raise NotFound()
    return found


def find_templates(*, scene: str = "", class_code: str = "", text: str = "") -> list[Template]:
    """The templates for a scene's classes, under a class, and with every word of a text in title, item or buyer."""
    found = [row for row in all_templates() if taxonomy.class_(row.class_code)]
    if scene:
        of_scene = taxonomy.scene(scene)
        codes = {code for code, _priority in of_scene.classes} if of_scene else set()
        found = [row for row in found if row.class_code in codes]
    if class_code:
        found = [row for row in found if class_code in taxonomy.class_(row.class_code).path]
    words = text.casefold().split()
    return [
        row for row in found if all(word in f"{row.title} {row.item} {row.buyer_type}".casefold() for word in words)
    ]


def form_from(source: Template, *, province: str = "", city: str = "", form_key: str = "") -> NeedForm:
    """A template as a form, for a new draft or to show; without a budget, which is the buyer's own to name."""
    node = taxonomy.class_(source.class_code)
    return NeedForm.model_construct(
        form_key=form_key, title=source.title, text="", kind=source.kind, mode=source.mode,
        category=taxonomy.event_category(source.event_code), event_code=source.event_code,
        field_code=node.field_codes[0] if node and node.field_codes else "", class_code=source.class_code,
        items=source.items, requirements=source.requirements, exclusions=[], province=province, city=city,
        within_days=source.within_days,
    )  # fmt: skip


def draft_from_template(code: str, *, by: Actor, at: datetime, form_key: str = "") -> tuple[Need, bool]:
    """Begin a draft from a template, at the organisation's own place; True when it is new. Raises: NotFound; KindNotAllowed."""
    organisation = accounts.organisation(by.organisation_id)
    place = {"province": organisation.province, "city": organisation.city}
    return create_draft(form_from(template(code), **place, form_key=form_key), by=by, at=at)


def _template(row: dict[str, str]) -> Template:
    return Template(
        code=row["code"], title=row["title"], kind=NeedKind(row["kind"]), mode=Mode(row["mode"]),
        class_code=row["class_code"], event_code=row["event_code"], buyer_type=row["buyer_type"], item=row["item"],
        quantity=int(row["quantity"]), unit=row["unit"],
        typed=tuple(_typed(text) for text in row["requirements"].split(";")), within_days=int(row["within_days"]),
        budget_yuan=int(row["budget_yuan"]), procurement_code=row["procurement_code"], source=row["source"],
    )  # fmt: skip


def _typed(text: str) -> Typed:
    """ "额定排水流量>=3000 m³/h★" as it would be typed into a form."""
    found = _REQUIREMENT.match(text)
    if found is None:
        raise ValueError(f"no requirement: {text}")
    return Typed(name=found["name"], op=found["op"], value=found["value"].strip() + found["mark"])
