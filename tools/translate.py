"""Collect visible text into the template catalogue, merge it into English, and name what is not translated yet."""

import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "marketplace" / "translations"
CATALOGUE = FOLDER / "en" / "LC_MESSAGES" / "messages.po"
TEMPLATE = FOLDER / "messages.pot"


def main() -> int:
    """Extract, update, compile; the exit code is 1 while anything lacks English."""
    tool = str(Path(sys.executable).parent / "pybabel")
    options = ["--no-wrap", "--omit-header", "--sort-output"]
    extract = [tool, "-q", "extract", "-F", "babel.cfg", "--no-location", *options, "-o", str(TEMPLATE), "marketplace"]
    subprocess.run(extract, cwd=ROOT, check=True)
    verb = "update" if CATALOGUE.exists() else "init"
    more = ["--no-fuzzy-matching", "--omit-header", "--no-wrap"] if verb == "update" else ["--no-wrap"]
    subprocess.run([tool, "-q", verb, "-i", str(TEMPLATE), "-d", str(FOLDER), "-l", "en", *more], cwd=ROOT, check=True)
    subprocess.run([tool, "-q", "compile", "-f", "-d", str(FOLDER)], cwd=ROOT, check=True)
    missing = [m.id for m in read_po(CATALOGUE.open("rb")) if m.id and not m.string]
    for text in missing[:50]:
        print("no English:", text)
    print(f"{len(missing)} texts without English")
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
