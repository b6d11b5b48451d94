"""Writing many listings at once, for the import page and for the command line."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from marketplace.accounts import queries as people
from marketplace.accounts.models import Organisation, Role
from marketplace.catalog import actions, certificates, columns, labels, queries, reading, rules, snapshots, specs
from marketplace.catalog.models import (
    Certificate,
    Listing,
    ListingReview,
    ListingStatus,
    ListingVersion,
    ReviewDecision,
)
from marketplace.catalog.rows import Fault, Row, Words, read_row
from marketplace.catalog.schemas import ListingForm, merged
from marketplace.catalog.signals import listings_changed
from marketplace.catalog.suppliers import Registry
from marketplace.kit import audit, clock, db
from marketplace.kit.permissions import Actor

CHUNK = 1000
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Item:
    """One judged row and the supplier it belongs to."""

    owner: Organisation
    row: Row
    form: ListingForm


@dataclass
class Outcome:
    """What an import did. `bases` names the base each newly made supplier says it belongs to, by organisation id."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    suppliers: int = 0
    incomplete: int = 0
    faults: list[Fault] = field(default_factory=list)
    bases: dict[int, str] = field(default_factory=dict)

    @property
    def imported(self) -> int:
        """Rows that stand in the database as the file says."""
        return self.created + self.updated + self.unchanged


def import_file(
    path: Path,
    *,
    owner_id: int | None = None,
    publish: bool = False,
    demo: bool = False,
    progress: Progress | None = None,
    by: Actor | None = None,
    at: datetime | None = None,
) -> Outcome:
    """Import a whole file in one transaction of its own; faulty rows are left out and named.

    Without an owner every row names its supplier, and unknown suppliers are made, approved, with a placeholder code that
    is marked doubtful. `publish` puts listings before buyers by an operator's decision: what lacks something is
    published too, and waits in the operators' "changed since review" list. `by` is the operator; by default the first.
    Raises: BadUpload, UnreadableTable.
    """
    at = at or clock.now()
    table = reading.open_table(path.read_bytes(), path.name)
    outcome = Outcome()
    with _collector_resting(), db.transaction():
        by = by or first_operator()
        known = people.organisation(owner_id) if owner_id else None
        writer = Writer(outcome, publish=publish, by=by, at=at)
        registry = Registry(demo=demo, by=by, at=at)
        done = 0
        for part in chunks(read_rows(table), CHUNK):
            writer.write(_with_owners(part, known, registry, outcome))
            done += len(part)
            if progress:
                progress(done, table.total)
        writer.finish(path.name)
        outcome.suppliers, outcome.bases = registry.made, registry.bases
    return outcome


@contextmanager
def _collector_resting() -> Iterator[None]:
    # Rows make no cycles; looking for some among hundreds of thousands of objects takes a fifth of an import's time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def first_operator() -> Actor | None:
    """The operator in whose name the command line decides; None on a platform that has none yet."""
    operator = next(iter(people.operators()), None)
    if operator is None:
        return None
    seat = next(org for _member, org in people.memberships_of(operator.id) if org.kind == "operator")
    return Actor(operator.id, seat.id, seat.kind, Role.ADMIN, True, operator.name, seat.name)


def read_rows(table: reading.Table) -> Iterator[Row]:
    """The rows of a file, judged; a number of its own used twice by one supplier is a fault of the later row."""
    seen: dict[tuple[str, str], int] = {}
    words = Words()
    for number, raw in table.rows:
        row = read_row(number, raw, words, is_json=table.json)
        reference = row.form.external_ref if row.form else ""
        if reference:
            first = seen.setdefault((row.supplier.get("name", ""), reference), number)
            if first != number:
                row.form = None
                message = _("货号“%(ref)s”已在第 %(row)s 行出现。", ref=reference, row=first)
                row.faults.append(Fault(number, columns.header_of("external_ref"), message))
        yield row


class Writer:
    """Writes judged rows in bulk: new ones by executemany, known numbers of a supplier as ordinary edits."""

    def __init__(self, outcome: Outcome, *, publish: bool, by: Actor | None, at: datetime) -> None:
        self.outcome, self.publish, self.by, self.at = outcome, publish, by, at
        self._owners: dict[int, Organisation] = {}
        self._counts: Counter[int] = Counter()
        self._key_of, self._required_of = cache(specs.key_of), cache(actions.required_specs)
        self._class_path, self._whole = cache(snapshots.class_path), cache(_whole_certificates)

    def write(self, items: list[Item]) -> None:
        """Write some rows, perhaps of several suppliers."""
        known = queries.by_references({(i.owner.id, i.form.external_ref) for i in items if i.form.external_ref})
        new = []
        for item in items:
            self._owners[item.owner.id] = item.owner
            self._counts[item.owner.id] += 1
            row = known.get((item.owner.id, item.form.external_ref))
            if row is None:
                new.append(item)
            else:
                self._update(row, item)
        if new:
            self._insert(new)

    def finish(self, file_name: str) -> None:
        """Note the import in each supplier's audit trail."""
        for owner_id, count in self._counts.items():
            told = {"count": count, "file": file_name, "published": self.publish}
            audit.record(self.by, "listing.import", self._owners[owner_id], self.at, **told)

    def _update(self, row: Listing, item: Item) -> None:
        form = merged(row, item.form)
        lost = actions.lost_by(row, form) if row.status == ListingStatus.PUBLISHED else []
        if lost:
            message = _("已发布的信息不能缺少:%(names)s", names=labels.many(lost, labels.field))
            self.outcome.faults.append(Fault(item.row.number, columns.header_of("external_ref"), message))
            return
        changed = actions.edit_listing(row, form, by=self.by, at=self.at)
        have = {certificate.kind for certificate, _file in queries.certificates(row.owner_id, row.id)}
        fresh = [form for form in item.row.certificates if form.kind not in have]
        for form in fresh:
            certificates.add_certificate(item.owner, form, by=self.by, at=self.at, listing=row)
        self.outcome.updated += bool(changed or fresh)
        self.outcome.unchanged += not (changed or fresh)

    def _insert(self, items: list[Item]) -> None:
        values = [self._values(item) for item in items]
        ids = _next_ids(len(items))
        _insert_all(Listing, [told | {"id": i} for i, told in zip(ids, values, strict=True)])
        stamps = {"created_at": self.at, "updated_at": self.at}
        _insert_all(
            Certificate,
            [form.__dict__ | stamps | {"owner_id": item.owner.id, "listing_id": i}
             for i, item in zip(ids, items, strict=True) for form in item.row.certificates],
        )  # fmt: skip
        if self.publish:
            self._insert_versions(ids, items, values)
            listings_changed.send(ids=ids)
        self.outcome.created += len(items)

    def _values(self, item: Item) -> dict[str, Any]:
        code = item.form.class_code or item.row.guess
        keyed = [{**spec, "key": self._key_of(spec["name"], code, spec.get("unit") or "")} for spec in item.form.specs]
        values = item.form.__dict__ | {"specs": keyed, "class_code": code}
        complete = True
        if self.publish:
            complete = not rules.missing(SimpleNamespace(**values), self._required_of(code))
            self.outcome.incomplete += not complete
        return values | {
            "owner_id": item.owner.id,
            "status": ListingStatus.PUBLISHED if self.publish else ListingStatus.DRAFT,
            "version": int(self.publish),
            "reviewed_version": int(self.publish and complete),
            "published_at": self.at if self.publish else None,
            "confirmed_at": self.at,
            "created_at": self.at,
            "updated_at": self.at,
            "revision": 1,
        }

    def _insert_versions(self, ids: list[int], items: list[Item], values: list[dict[str, Any]]) -> None:
        user_id = self.by.user_id if self.by else None
        stamps = {"number": 1, "valid_from": self.at, "user_id": user_id}
        versions = []
        for listing_id, item, told in zip(ids, items, values, strict=True):
            path = self._class_path(told["class_code"])
            content = snapshots.plain_content(SimpleNamespace(**told), item.owner.id, item.owner.name, path)
            own = [snapshots.certificate_content(form, None, whole=False) for form in item.row.certificates]
            content["certificates"] = own + self._whole(item.owner.id)
            versions.append({"listing_id": listing_id, "content": content, **stamps})
        _insert_all(ListingVersion, versions)
        if user_id:
            review = {"decision": ReviewDecision.APPROVE, "reason": _("批量导入"), "version": 1}
            review |= {"reviewer_id": user_id, "at": self.at}
            _insert_all(ListingReview, [{"listing_id": i, **review} for i in ids])


def _next_ids(count: int) -> list[int]:
    # Known beforehand, ids let every table be filled by executemany; asking for them back makes SQLite go row by row.
    # Nobody else writes meanwhile on SQLite; PostgreSQL hands out numbers of its sequence.
    connection = db.session().connection()
    if db.database().sqlite:
        last = connection.scalar(sa.select(sa.func.coalesce(sa.func.max(Listing.id), 0)))
        return list(range(last + 1, last + 1 + count))
    numbers = sa.text("SELECT nextval(pg_get_serial_sequence('listing', 'id')) FROM generate_series(1, :count)")
    return list(connection.execute(numbers, {"count": count}).scalars())


def _insert_all(table: type, values: list[dict[str, Any]]) -> None:
    if values:
        db.session().connection().execute(sa.insert(table), values)


def _whole_certificates(owner_id: int) -> list[dict[str, Any]]:
    return [snapshots.certificate_content(*pair) for pair in queries.certificates(owner_id)]


def chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Rows in lists of at most `size`."""
    rows = iter(rows)
    while part := list(islice(rows, size)):
        yield part


def _with_owners(part: list[Row], owner: Organisation | None, registry: Registry, outcome: Outcome) -> list[Item]:
    items = []
    for row in part:
        outcome.faults.extend(row.faults)
        if row.form is None:
            continue
        org = owner or registry.supplier(row.supplier)
        if org is None:
            outcome.faults.append(Fault(row.number, columns.header_of("supplier_name"), _("请填写供应商名称。")))
        else:
            items.append(Item(org, row, row.form))
    return items
