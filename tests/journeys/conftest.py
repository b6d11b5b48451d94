"""A real server with the demo world, and people in headless Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import NOON
from tests.journeys.stage import Stage

ROOT = Path(__file__).parents[2]
SEEDING_SECONDS = 420
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory) -> Path:
    """A data folder that a first start has migrated and seeded."""
    if CHROMIUM is None:
        pytest.skip("the journeys need Chromium, and it is neither installed nor could it be")
    folder = tmp_path_factory.mktemp("journeys")
    with serve(folder / "data", folder / "first.log"):
        pass
    return folder


@pytest.fixture(scope="session")
def second_start(demo_data) -> Iterator[tuple[str, float, Path]]:
    """The demo world started once more: its address, after how many seconds it answered, and its log."""
    begun = time.monotonic()
    with serve(demo_data / "data", demo_data / "second.log") as address:
        yield address, time.monotonic() - begun, demo_data / "second.log"


@pytest.fixture(scope="session")
def site(second_start) -> str:
    """The address of the served demo world."""
    return second_start[0]


@contextmanager
def serve(data: Path, log: Path, *, patience: float = SEEDING_SECONDS) -> Iterator[str]:
    """Run the platform as `make run` does, on a free port, until the block ends."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "MARKETPLACE_DATA_DIR": str(data), "MARKETPLACE_PUBLIC_URL": address}
    command = [sys.executable, "-m", "marketplace.cli", "run", "--port", str(port)]
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_for(address, server, log, patience)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


@pytest.fixture(scope="session")
def chromium():
    """One browser for the run."""
    if CHROMIUM is None:
        pytest.skip("the journeys need Chromium, and it is neither installed nor could it be")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def stage(app, chromium):
    """A platform with nobody on it, served from here; the test moves its clock."""
    made = Stage(app, chromium, NOON)
    yield made
    made.close()


@pytest.fixture
def visitor(chromium, site):
    """`visitor()` opens a page for somebody new; `width` makes it a phone's, `script=False` switches scripts off."""
    contexts = []

    def arrive(width: int = 1440, *, script: bool = True):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, base_url=site, java_script_enabled=script
        )
        contexts.append(context)
        page = context.new_page()
        page.faults = []
        page.on("console", lambda m: page.faults.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        return page

    yield arrive
    for context in contexts:
        context.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(address: str, server: subprocess.Popen, log: Path, patience: float) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError("the server ended: " + log.read_text(errors="replace")[-3000:])
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError("the server did not answer in time: " + log.read_text(errors="replace")[-3000:])
