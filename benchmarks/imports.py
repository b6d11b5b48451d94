"""A sheet of 50,000 rows through the real import, beside merely reading it and merely inserting the rows it makes."""

import gc
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa
import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks import world
from benchmarks.timing import Figure, line, milliseconds
from benchmarks.words import Writer
from marketplace.accounts import founding
from marketplace.catalog import bulk, labels, specs
from marketplace.catalog.columns import COLUMNS, SUPPLIER_COLUMNS
from marketplace.catalog.models import Listing
from marketplace.kit import db
from marketplace.preparing import prepare
from marketplace.taxonomy import queries as taxonomy

ROWS = 50_000
GOAL = 4.0


class _Taken:
    """What each thing took, by the wall's clock and of this processor, which other people's work disturbs less."""

    def __init__(self, *names: str) -> None:
        self.wall: dict[str, list[float]] = {name: [] for name in names}
        self.processor: dict[str, list[float]] = {name: [] for name in names}

    def take(self, name: str, call: Callable[[], object]) -> None:
        """Time one call, in milliseconds, without the garbage collector, which the import puts to rest for itself."""
        gc.collect()
        gc.disable()
        begun = time.process_time()
        self.wall[name].append(milliseconds(call))
        self.processor[name].append((time.process_time() - begun) * 1000)
        gc.enable()


def beside_bare(rows: int = ROWS, rounds: int = 3) -> Figure:
    """Goal: parsed, validated and stored ≤ 4 × (reading the file + inserting the same rows)."""
    with tempfile.TemporaryDirectory(prefix="marketplace-bench-") as scratch:
        sheet = Path(scratch) / "listings.xlsx"
        taken, told = _measure(Path(scratch), sheet, rows, rounds)
        size = sheet.stat().st_size / 1e6
    ratios, of_work, of_driver = (
        _ratios(taken.wall, "insert"), _ratios(taken.processor, "insert"), _ratios(taken.wall, "driver"),
    )  # fmt: skip
    speed = rows / median(taken.wall["import"]) * 1000
    return Figure(
        "import",
        [
            line(f"import of {rows:,} rows ({speed:,.0f} a second)", taken.wall["import"]),
            line("python-calamine reading the file", taken.wall["read"]),
            line("bare executemany of the same rows", taken.wall["insert"]),
            line("the driver alone, of values ready to store", taken.wall["driver"]),
        ],
        _spread(ratios),
        "import ≤ 4 × (reading + inserting)",
        median(ratios) <= GOAL,
        [
            f"XLSX of {size:.1f} MB, {len(COLUMNS) + len(SUPPLIER_COLUMNS)} columns, suppliers named in the rows. "
            "Import: bulk.import_file as `marketplace import products FILE --publish` calls it, file to commit, without "
            f"the search index, which is filled after. Inserted: every row it wrote ({told}), from the same Python "
            "values by SQLAlchemy Core's executemany, into the same tables with their indexes, one commit, each time "
            f"into a fresh database. {rounds} rounds in turn; the middle ratio counts. By processor time, which other "
            f"people's work disturbs less, it is {_spread(of_work)}. Beside reading and the database driver alone, fed "
            f"with encoded values lifted from a finished import, it would be {_spread(of_driver)}."
        ],
        {"rows": rows, "ms": taken.wall, "processor_ms": taken.processor},
    )


def _measure(folder: Path, sheet: Path, rows: int, rounds: int) -> tuple[_Taken, str]:
    _prepare(folder / "empty", sheet, rows)
    taken = _Taken("import", "read", "insert", "driver")
    values, encoded = dict[sa.Table, list[dict[str, Any]]](), dict[sa.Table, list[tuple[Any, ...]]]()
    for _turn in range(rounds):
        with _copy(folder):
            before = {} if values else _rows()
            taken.take("import", lambda: _import(sheet, rows))
            values = values or _grown(before, _rows())
            encoded = encoded or _encoded(values)
        taken.take("read", lambda: _read(sheet))
        with _copy(folder):
            taken.take("insert", lambda values=values: _insert(values))
        with _copy(folder):
            taken.take("driver", lambda encoded=encoded: _insert_encoded(encoded))
    return taken, ", ".join(f"{len(some):,} {table.name}" for table, some in values.items())


def _ratios(taken: dict[str, list[float]], inserted: str) -> list[float]:
    three = zip(taken["import"], taken["read"], taken[inserted], strict=True)
    return [whole / (read + insert) for whole, read, insert in three]


def _spread(ratios: list[float]) -> str:
    return f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def _prepare(folder: Path, sheet: Path, rows: int) -> None:
    """An empty platform with an operator, and the sheet."""
    app = world.platform(folder)
    with app.app_context(), app.test_request_context():
        prepare(app, world.settings(folder), seed=False)
        founding.create_operator(
            "operator@bench.example", "演示·运营", "a-long-bench-word-1", "演示运营中心", "91110000MA00000BEN"
        )
        _write(sheet, rows)
        world.tidy()


@contextmanager
def _copy(folder: Path) -> Iterator[None]:
    """Inside the app on a fresh copy of the empty platform; nothing is indexed."""
    place = Path(shutil.copytree(folder / "empty", folder / "copy"))
    app = world.platform(place)
    app.extensions.pop("search_nudge", None)
    with app.app_context(), app.test_request_context():
        taxonomy.reference()
        yield
        db.database().engine.dispose()
    shutil.rmtree(place)


def _import(sheet: Path, rows: int) -> None:
    outcome = bulk.import_file(sheet, publish=True, demo=True)
    if outcome.faults or outcome.created != rows:
        raise RuntimeError(f"{outcome.created} of {rows} rows imported: {[str(f) for f in outcome.faults[:3]]}")


def _read(sheet: Path) -> None:
    CalamineWorkbook.from_path(sheet).get_sheet_by_index(0).to_python()


def _rows() -> dict[sa.Table, list[dict[str, Any]]]:
    """Everything there is, by table, parents first."""
    with db.reading() as session:
        tables = Listing.metadata.sorted_tables
        return {table: [dict(row) for row in session.execute(sa.select(table)).mappings()] for table in tables}


def _grown(
    before: dict[sa.Table, list[dict[str, Any]]], after: dict[sa.Table, list[dict[str, Any]]]
) -> dict[sa.Table, list[dict[str, Any]]]:
    """The rows that were added, of the tables that grew."""
    grown = {table: rows for table, rows in after.items() if len(rows) > len(before[table])}
    return {table: [row for row in rows if row not in before[table]] for table, rows in grown.items()}


def _encoded(values: dict[sa.Table, list[dict[str, Any]]]) -> dict[sa.Table, list[tuple[Any, ...]]]:
    """The same rows as the driver is given them."""
    dialect = db.database().engine.dialect
    found = {}
    for table, rows in values.items():
        turns = [(column.name, column.type.dialect_impl(dialect).bind_processor(dialect)) for column in table.columns]
        found[table] = [tuple(turn(row[name]) if turn else row[name] for name, turn in turns) for row in rows]
    return found


def _insert(values: dict[sa.Table, list[dict[str, Any]]]) -> None:
    with db.transaction() as session:
        for table, rows in values.items():
            session.connection().execute(sa.insert(table), rows)


def _insert_encoded(encoded: dict[sa.Table, list[tuple[Any, ...]]]) -> None:
    with db.transaction() as session:
        driver = session.connection().connection.driver_connection
        for table, rows in encoded.items():
            places = ", ".join("?" * len(rows[0]))
            driver.executemany(f'INSERT INTO "{table.name}" VALUES ({places})', rows)


def _write(path: Path, rows: int) -> None:
    writer = Writer(11, world.NOW)
    suppliers = [_supplier(writer, number) for number in range(max(rows // 250, 1))]
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [column.header for column in (*COLUMNS, *SUPPLIER_COLUMNS)])
        for number, node in enumerate(writer.classes(rows), start=1):
            brand, supplier = writer.chance.choice(suppliers)
            row = writer.listing(node, brand, f"B{number:07d}")
            sheet.write_row(number, 0, [*(_cell(writer, column.key, row) for column in COLUMNS), *supplier])


def _supplier(writer: Writer, number: int) -> tuple[str, tuple[str, ...]]:
    brand, province = writer.brand(), writer.chance.choice(taxonomy.provinces())
    return brand, (f"{brand}应急装备有限公司(演示{number:05d})", "", province, "", "")


def _cell(writer: Writer, key: str, row: dict[str, Any]) -> Any:
    """A cell as people fill it in: words, and codes where a word holds a comma of its own."""
    match key:
        case "kind":
            return labels.kind(row["kind"])
        case "class_code":
            return labels.class_name(row["class_code"])
        case "emergency_categories":
            return labels.many(row[key], labels.category)
        case "field_codes":
            return labels.many(row[key], labels.field_of_use)
        case "arrangements":
            return labels.many(row[key], labels.arrangement)
        case "event_codes" | "service_regions":
            return "、".join(row[key])
        case "specs":
            return ";".join(f"{one['name']}={specs.shown_value(one)}" for one in row["specs"])
        case "price":
            return "面议" if row["price_min_fen"] is None else _yuan(row)
        case "certificates":
            return (
                ""
                if writer.chance.random() < 0.5
                else f"{writer.chance.choice(taxonomy.certificate_kinds())[0]},演示-{writer.chance.randrange(10**6):06d},2029-08-02"
            )
    return row[key]


def _yuan(row: dict[str, Any]) -> Any:
    low, high = row["price_min_fen"] / 100, row["price_max_fen"] / 100
    return low if low == high else f"{low:.2f}-{high:.2f}"
