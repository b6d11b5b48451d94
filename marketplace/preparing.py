"""Making a platform ready to serve: tables, reference data, the demo world, the search index."""

from flask import Flask
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from marketplace import settings as configuration
from marketplace.settings import ROOT

console = Console()


def prepare(app: Flask, settings: configuration.Settings, *, seed: bool | None = None) -> None:
    """Migrate, take over reference data, seed an empty demo platform, and make sure the index stands."""
    from marketplace import migrate as migrations
    from marketplace.kit import clock, db

    with app.app_context():
        if not migrations.is_current(db.database()):
            console.print("Bringing the database up to date …")
            migrations.upgrade(settings.database)
        from marketplace.parks import actions as parks
        from marketplace.procedures import actions as procedures
        from marketplace.taxonomy import actions

        with db.transaction():
            changed = actions.import_all(ROOT / "seed" / "taxonomy", at=clock.now())
            if changed:
                parks.import_bases(ROOT / "seed" / "bases.csv", at=clock.now())
                console.print(f"Reference data: {sum(changed.values())} rows")
            if taken := procedures.import_shipped(ROOT / "seed" / "procedures", at=clock.now()):
                console.print(f"Procedures: {', '.join(taken)}")
    if seed or (seed is None and settings.seed_demo and not settings.production):
        from marketplace.seeding import world

        if not world.exists(app):
            with progress() as bar:
                world.build(app, bar)
    with app.app_context():
        from marketplace.search.mirror import mirrors

        for mirror in mirrors().values():
            if mirror.needs_rebuild():
                console.print(f"Building the search index: {mirror.rebuild()} documents")


def progress() -> Progress:
    """A bar for each long step."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console)
