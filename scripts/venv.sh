#!/bin/sh
# Make a virtual environment with uv in it: sh scripts/venv.sh FOLDER
# PYTHON names the interpreter to use; otherwise the first on PATH that fits is taken.
set -eu

fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'
# asked, not only looked up: a version manager's stand-in may lie on PATH and lead nowhere
for python in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$python" -c "$fits" >/dev/null 2>&1; then
        found=$python
        break
    fi
done
if [ -z "${found:-}" ]; then
    echo "maquette needs Python 3.11, 3.12 or 3.13 on PATH; or name one: make setup PYTHON=/path/to/python3" >&2
    exit 1
fi
if ! "$found" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    echo "$found lacks the venv module; on Debian and Ubuntu: apt install python3-venv" >&2
    exit 1
fi
"$found" -m venv "$1"
"$1/bin/python" -m pip install --quiet --disable-pip-version-check uv==0.13.8
