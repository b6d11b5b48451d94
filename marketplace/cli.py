"""The command `marketplace`: everything an installer or operator does outside the pages."""

import os
import sys
import time
from pathlib import Path

import click
from flask import Flask

from marketplace import settings as configuration
from marketplace.preparing import console, prepare
from marketplace.preparing import progress as _progress
from marketplace.settings import ROOT, UnsafeSettings


@click.group(help="安全应急产业供需平台")
@click.pass_context
def main(context: click.Context) -> None:
    """Read the settings once; unsafe ones end here."""
    try:
        context.obj = configuration.from_environment()
    except UnsafeSettings as unsafe:
        raise click.ClickException(str(unsafe)) from unsafe


def _app(settings: configuration.Settings) -> Flask:
    from marketplace.app import create_app

    return create_app(settings)


@main.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", default=8000)
@click.option("--workers", default=2, help="web processes, eight threads each")
@click.option("--no-jobs", is_flag=True, help="do not start the jobs process beside the web workers")
@click.pass_obj
def run(settings: configuration.Settings, host: str, port: int, workers: int, no_jobs: bool) -> None:
    """Migrate and seed if need be, then serve; the jobs process runs beside."""
    from marketplace import serving

    app = _app(settings)
    prepare(app, settings)
    if settings.seed_demo and not settings.production:
        _print_sign_ins(app, f"http://{host}:{port}")
    serving.serve(app, host, port, workers, with_jobs=not no_jobs)


@main.command()
@click.option("--host", default="0.0.0.0")
@click.option("--port", default=8000)
@click.option("--workers", default=2)
@click.pass_obj
def web(settings: configuration.Settings, host: str, port: int, workers: int) -> None:
    """Serve pages only (production: migrate and jobs are their own commands)."""
    from marketplace import serving

    serving.serve(_app(settings), host, port, workers, with_jobs=False)


@main.command()
@click.pass_obj
def jobs(settings: configuration.Settings) -> None:
    """Follow the clock: mails, search mirror, reminders."""
    from marketplace import serving

    serving.run_jobs(_app(settings))


@main.command()
@click.pass_obj
def migrate(settings: configuration.Settings) -> None:
    """Bring the database to the newest schema and take over changed reference data."""
    prepare(_app(settings), settings, seed=False)


@main.command()
@click.pass_obj
def seed(settings: configuration.Settings) -> None:
    """Fill an empty platform with the demo world."""
    prepare(_app(settings), settings, seed=True)


@main.group("import")
def import_() -> None:
    """Take data over from files."""


@import_.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--publish", is_flag=True, help="publish by an operator's decision instead of leaving drafts")
@click.pass_obj
def products(settings: configuration.Settings, file: Path, publish: bool) -> None:
    """Import listings from XLSX, CSV or JSON Lines; suppliers not known yet are made from their names."""
    from marketplace.catalog import bulk

    app = _app(settings)
    app.extensions.pop("search_nudge", None)  # the index is brought up to date once, at the end
    with app.app_context(), app.test_request_context(), _progress() as progress:
        task = progress.add_task(file.name, total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        outcome = bulk.import_file(file, publish=publish, progress=advance)
        _join_bases(outcome.bases)
        _drain()
    for fault in outcome.faults[:20]:
        console.print(f"[red]{fault}[/red]")
    console.print(f"{outcome.imported} imported, {len(outcome.faults)} faults")
    if outcome.faults:
        sys.exit(1)


@import_.command()
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ROOT / "seed" / "taxonomy"
)
@click.pass_obj
def taxonomy(settings: configuration.Settings, folder: Path) -> None:
    """Take changed reference files over as new editions."""
    from marketplace.kit import clock, db
    from marketplace.taxonomy import actions

    with _app(settings).app_context():
        with db.transaction():
            done = actions.import_all(folder, at=clock.now())
    console.print(done or "nothing changed")


@main.group()
def search() -> None:
    """The search index: rebuild, compare."""


@search.command("rebuild")
@click.pass_obj
def search_rebuild(settings: configuration.Settings) -> None:
    """Fill a fresh index from the database while the old one serves, then switch."""
    from marketplace.search.mirror import mirrors

    with _app(settings).app_context():
        for mirror in mirrors().values():
            begun = time.monotonic()
            console.print(f"{mirror.name}: {mirror.rebuild()} documents in {time.monotonic() - begun:.1f} s")


@search.command("check")
@click.pass_obj
def search_check(settings: configuration.Settings) -> None:
    """Compare the index with the database and repair what differs."""
    from marketplace.search.mirror import mirrors

    with _app(settings).app_context():
        for mirror in mirrors().values():
            missing, extra, stale = mirror.reconcile()
            console.print(f"{mirror.name}: {missing} missing, {extra} extra, {stale} stale")


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--engine", type=click.Choice(["embedded", "meilisearch"]), default="embedded")
@click.option("--run", "run_file", type=click.Path(dir_okay=False, path_type=Path), help="write a TREC run file")
@click.option("--json", "as_json", is_flag=True, help="print the figures as JSON")
@click.pass_obj
def evaluate(settings: configuration.Settings, folder: Path, engine: str, run_file: Path | None, as_json: bool) -> None:
    """Measure matching with a labelled set: import its products into a scratch store, match every need, compare.

    Meilisearch is the server of MARKETPLACE_MEILI_URL (else the one on this machine's port 7700); the set gets an index of
    its own, which is removed after.
    """
    from marketplace import evaluating

    with evaluating.scratch(settings, engine) as app:
        run = evaluating.run(app, folder)
    if run_file is not None:
        evaluating.write(run, run_file)
    evaluating.show(folder, run, engine, as_json=as_json)


@main.command("create-operator")
@click.option("--email", prompt=True)
@click.option("--name", prompt=True)
@click.option("--organisation", prompt=True, help="the operating unit's name")
@click.option("--uscc", prompt=True, help="its 统一社会信用代码")
@click.password_option()
@click.pass_obj
def create_operator(
    settings: configuration.Settings, email: str, name: str, organisation: str, uscc: str, password: str
) -> None:
    """Make the first operator of a production platform; the pages cannot."""
    from marketplace.accounts import founding

    with _app(settings).app_context():
        founding.create_operator(email, name, password, organisation, uscc)
    console.print(f"{email} may sign in and must set up one-time codes first")


def _join_bases(bases: dict[int, str]) -> None:
    """Let suppliers made by an import belong to the bases their rows named, as far as these are known."""
    from marketplace.accounts import queries as accounts
    from marketplace.kit import clock, db
    from marketplace.parks import actions, queries

    with db.transaction():
        for organisation_id, name in bases.items():
            base = queries.base_by_name(name)
            if base is not None and queries.tenancy_of(organisation_id) is None:
                actions.declare_tenancy(accounts.organisation(organisation_id), base, by=None, at=clock.now())


def _drain() -> None:
    from marketplace.search.mirror import drain_all

    drain_all()


def _print_sign_ins(app: Flask, address: str) -> None:
    from marketplace.seeding import world

    console.print(f"\n[bold]安全应急产业供需平台[/bold]  {address}\n")
    app.extensions["demo_people"] = people = world.sign_ins(app)
    for role, email in people:
        console.print(f"  {role:<14} {email}  {world.PASSWORD}")
    console.print("\nCtrl+C stops; the data stays in", os.path.relpath(app.config["DATA_DIR"]))


if __name__ == "__main__":
    main()
