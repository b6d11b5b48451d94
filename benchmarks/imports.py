"""A sheet of 50,000 rows through the real import, beside merely reading it and merely inserting as many rows."""

import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks import world
from benchmarks.timing import Figure, line, milliseconds
from benchmarks.words import Writer
from marketplace import cli
from marketplace.accounts import founding
from marketplace.accounts.models import Organisation, OrganisationKind, OrganisationStatus
from marketplace.catalog import bulk
from marketplace.catalog.columns import COLUMNS
from marketplace.catalog.models import Listing
from marketplace.catalog.specs import typed_value
from marketplace.kit import clock, db
from marketplace.taxonomy import queries as taxonomy

ROWS = 50_000
OWN = "一家示例装备有限公司"


def beside_bare(rows: int = ROWS, rounds: int = 2) -> Figure:
    """Goal: validated and stored ≤ 4 × (reading the file + inserting as many rows)."""
    taken: dict[str, list[float]] = {"import": [], "read": [], "insert": []}
    with tempfile.TemporaryDirectory(prefix="marketplace-bench-") as folder:
        sheet = Path(folder) / "listings.xlsx"
        for turn in range(rounds):
            app = world.platform(Path(folder) / f"world{turn}")
            app.extensions.pop("search_nudge", None)
            with app.app_context(), app.test_request_context():
                cli.prepare(app, world.settings(Path(folder) / f"world{turn}"), seed=False)
                founding.create_operator(
                    "op@bench.example", "演示·运营", "a-long-bench-word-1", "示例运营中心", "91110000MA00000BEN"
                )
                owner_id = _owner()
                if not sheet.exists():
                    _write(sheet, rows)
                taken["read"].append(milliseconds(lambda: _read(sheet)))
                taken["import"].append(milliseconds(lambda owner_id=owner_id: _import(sheet, owner_id, rows)))
                plain = _plain_rows()
                taken["insert"].append(milliseconds(lambda plain=plain: _insert(plain)))
    ratio = sum(taken["import"]) / (sum(taken["read"]) + sum(taken["insert"]))
    lines = [line(f"import of {rows:,} rows", taken["import"]), line("reading the file", taken["read"]),
             line("inserting as many listings", taken["insert"])]  # fmt: skip
    note = "Import: reading, validation, drafts stored, index noted, one commit. Insert: executemany of the same rows into the same table."
    return Figure(
        "import", lines, f"{ratio:.2f}", "import ≤ 4 × (reading + inserting)", ratio <= 4, [note], {"ms": taken}
    )


def _owner() -> int:
    now = clock.now()
    org = Organisation(
        kind=OrganisationKind.SUPPLIER, status=OrganisationStatus.APPROVED, name=OWN, uscc="91110000MA00000BE1",
        uscc_doubtful=True, province="江苏省", created_at=now, updated_at=now,
    )  # fmt: skip
    with db.transaction() as session:
        session.add(org)
        session.flush()
        return org.id


def _write(path: Path, rows: int) -> None:
    writer = Writer(11, clock.now())
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [column.header for column in COLUMNS])
        for number, node in enumerate(writer.classes(rows), start=1):
            row = writer.listing(node, "示例", f"B{number:07d}")
            sheet.write_row(number, 0, [_cell(column.key, row) for column in COLUMNS])


def _cell(key: str, row: dict[str, Any]) -> Any:
    if key == "specs":
        return ";".join(f"{s['name']}={typed_value(s)} {s.get('unit', '')}".strip() for s in row["specs"])
    if key == "price":
        return "面议" if row.get("price_min_fen") is None else row["price_min_fen"] / 100
    if key in ("emergency_categories", "field_codes", "event_codes", "service_regions", "arrangements"):
        return ";".join(_words(key, row.get(key) or []))
    value = row.get(key, "")
    return (
        ""
        if value is None or isinstance(value, list | dict)
        else str(value)
        if key in ("kind", "class_code")
        else value
    )


def _words(key: str, codes: list[str]) -> list[str]:
    names = {code: name for code, name, _en in [*taxonomy.categories(), *taxonomy.fields()]}
    return [names.get(code, code) for code in codes]


def _read(path: Path) -> int:
    return sum(1 for _row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())


def _import(path: Path, owner_id: int, rows: int) -> None:
    outcome = bulk.import_file(path, owner_id=owner_id)
    if outcome.imported != rows:
        raise RuntimeError(f"{outcome.imported} of {rows} rows imported: {outcome.faults[:3]}")


def _plain_rows() -> list[dict[str, Any]]:
    table = Listing.__table__
    with db.reading() as session:
        rows = session.connection().execute(sa.select(table)).mappings().all()
    return [{k: v for k, v in row.items() if k != "id"} | {"external_ref": ""} for row in rows]


def _insert(rows: list[dict[str, Any]]) -> None:
    with db.transaction() as session:
        session.connection().execute(sa.insert(Listing.__table__), rows)
