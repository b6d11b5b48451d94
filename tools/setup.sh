#!/bin/sh
# Make .venv with the locked dependencies, bring the front-end libraries, compile translations.
set -e
PYTHON=${PYTHON:-python3}
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (set PYTHON=…)"; exit 1; }
[ -x .venv/bin/python ] || { echo "Making .venv …"; "$PYTHON" -m venv .venv; }
echo "Installing the locked dependencies …"
if command -v uv >/dev/null 2>&1; then
  VIRTUAL_ENV=$PWD/.venv uv pip sync -q --require-hashes requirements-dev.lock
else
  .venv/bin/python -m pip install -q --require-hashes -r requirements-dev.lock
fi
.venv/bin/python -m pip install -q --no-deps --no-build-isolation -e .
echo "Bringing the front-end libraries …"
.venv/bin/python tools/frontend.py
.venv/bin/pybabel -q compile -f -d marketplace/translations 2>/dev/null || true
touch .venv/.installed
