"""A throw-away PostgreSQL for one test run: its own cluster behind a unix socket, gone when the run ends."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

# Speed before safety, for nothing here outlives the run; a zone of its own shows times that are not kept in UTC.
OPTIONS = {
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off",
    "listen_addresses": "", "dynamic_shared_memory_type": "mmap", "shared_buffers": "32MB", "max_connections": "200", "timezone": "America/New_York",
}  # fmt: skip
INITDB = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
START_SECONDS = 30
PREFIX = "marketplace-pg-"
MEMORY, ROOM = (
    Path("/dev/shm"),
    2**30,
)  # a copy of a database is hundreds of files: 0.03 s in memory, 0.5 s on some disks


class Cluster:
    """A running server that hands out databases; `folder` holds its socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)

    def url(self, name: str) -> str:
        """The setting that leads to this database."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def create(self, template: str = "template0") -> str:
        """The name of a new database, a copy of the template."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Delete a database, whoever is still connected."""
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, sql: str) -> None:
        """Say one sentence to the server, outside any transaction."""
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(sql)


def missing() -> str:
    """Why there can be no PostgreSQL here; "" when there can."""
    if _binaries() is None:
        return "no initdb of PostgreSQL was found in PATH or /usr/lib/postgresql/*/bin"
    if os.geteuid() == 0 and not (shutil.which("setpriv") and _has_user("postgres")):
        return "PostgreSQL refuses to run as root, and there is no setpriv or no user postgres to become"
    return ""


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running cluster, stopped and deleted at the end."""
    place = _place()
    _sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
    server = None
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        with (folder / "log").open("w") as log:
            subprocess.run(
                _command("initdb", "-D", f"{folder}/data", *INITDB), check=True, stdout=log, stderr=log, cwd="/"
            )
            settings = [f"--{name}={value}" for name, value in OPTIONS.items()]
            start = _command("postgres", "-D", f"{folder}/data", "-k", str(folder), *settings)
            server = subprocess.Popen(start, stdout=log, stderr=log, cwd="/")
        made = Cluster(folder)
        _wait(made, server)
        yield made
    finally:
        if server is not None:
            server.send_signal(signal.SIGQUIT)  # at once, whoever is connected
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(made: Cluster, server: subprocess.Popen) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            return made.execute("SELECT 1")
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError((made.folder / "log").read_text()) from None
            time.sleep(0.05)


def _sweep(place: Path) -> None:
    """Delete what killed runs left behind."""
    for folder in place.glob(f"{PREFIX}*"):
        if not Path(f"/proc/{folder.name.removeprefix(PREFIX).split('-')[0]}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path:
    """Memory if there is room, else the folder for temporary files; both short, for a socket's path has 107 bytes."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if roomy else Path(tempfile.gettempdir())


def _binaries() -> Path | None:
    found = [Path(path).parent for path in [shutil.which("initdb")] if path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists()), None)


def _command(program: str, *arguments: str) -> list[str]:
    """As the user postgres when we are root; where setpriv is found the server dies with us, even by kill -9."""
    setpriv = ["setpriv", "--pdeathsig", "QUIT"] if shutil.which("setpriv") else []
    if os.geteuid() == 0:
        setpriv += ["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    return [*setpriv, str((_binaries() / program).resolve()), *arguments]


def _has_user(name: str) -> bool:
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False
