"""A scratch platform for a labelled set: made, filled by the ordinary import, matched by the ordinary matching, thrown away."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import click
from flask import Flask
from rich.console import Console
from rich.table import Table

from marketplace.app import create_app
from marketplace.catalog import bulk
from marketplace.kit import clock
from marketplace.matching import evaluation
from marketplace.matching.evaluation import Run
from marketplace.preparing import prepare
from marketplace.search.mirror import drain_all, mirrors
from marketplace.settings import Settings

LOCAL_SERVER = "http://127.0.0.1:7700"
console = Console()
errors = Console(stderr=True)


class NothingImported(RuntimeError):
    """The ordinary import refused every product of the set; the message names the first faults."""


@contextmanager
def scratch(settings: Settings, engine: str) -> Iterator[Flask]:
    """A platform of its own with reference data and no demo world; nothing of it stays."""
    with tempfile.TemporaryDirectory(prefix="marketplace-evaluate-") as folder:
        own = replace(
            settings, data_dir=Path(folder), database_url="", seed_demo=False, search_engine=engine,
            meili_prefix=f"evaluate{os.getpid()}_", meili_url=settings.meili_url or LOCAL_SERVER,
            meili_key=settings.meili_key or os.environ.get("MEILI_MASTER_KEY", ""),
        )  # fmt: skip
        app = create_app(own)
        app.extensions.pop("search_nudge", None)
        logging.getLogger().setLevel(logging.WARNING)
        prepare(app, own, seed=False)
        try:
            yield app
        finally:
            if engine == "meilisearch":
                with app.app_context():
                    for mirror in mirrors().values():
                        mirror.engine.drop()


def run(app: Flask, folder: Path) -> Run:
    """Import the products and match every need; products that the import refuses are named and left out.

    Raises: NothingImported.
    """
    with app.app_context(), app.test_request_context():
        outcome = bulk.import_file(folder / "products.jsonl", publish=True, progress=lambda _done, _total: None)
        if not outcome.imported:
            raise NothingImported("; ".join(map(str, outcome.faults[:5])))
        for fault in outcome.faults:
            errors.print(f"left out: {fault}")
        drain_all()
        return evaluation.rank_all(folder, app.extensions["finder"].engine, clock.today())


def write(run: Run, path: Path) -> None:
    """Write the TREC run file."""
    evaluation.write_run(run, path)


def show(folder: Path, run: Run, engine: str, *, as_json: bool = False) -> None:
    """Print the figures over all needs and over each slice."""
    figures = evaluation.figures(folder, run)
    if as_json:
        click.echo(json.dumps({name: asdict(one) for name, one in figures.items()}))
        return
    table = Table("slice", "needs", "nDCG@10", "Recall@20", "P@5", "HV@5", title=f"{folder.name} · {engine}")
    for name, one in figures.items():
        cells = (one.ndcg, one.recall, one.precision, one.violations)
        table.add_row(name, str(one.needs), *(f"{cell:.4f}" for cell in cells))
    console.print(table)
