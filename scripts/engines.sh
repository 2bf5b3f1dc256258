#!/bin/sh
# Install the learned engines beside a CPU torch: sh scripts/engines.sh FOLDER
# The registry's own torch for Linux brings 2.7 GB of CUDA, which tests do not need. So: a torch
# wheel in a folder pip was told of, else PyTorch's index of CPU builds, else, said beforehand,
# the registry's.
set -eu

uv=.venv/bin/uv
torch=torch==2.13.0
test -x "$1/bin/python" || "$uv" venv --quiet --python .venv/bin/python "$1"

told=${PIP_FIND_LINKS:-$(.venv/bin/python -m pip config get global.find-links 2>/dev/null || true)}
for folder in $told; do
    if ls "$folder"/torch-2.13.0*.whl >/dev/null 2>&1; then
        set -- "$1" --find-links "$folder"
        break
    fi
done
if [ $# -eq 1 ]; then
    if echo "$torch" | "$uv" pip compile --quiet --torch-backend=cpu - >/dev/null 2>&1; then
        set -- "$1" --torch-backend=cpu
    elif [ "$(uname -s)" = Linux ]; then
        echo "No CPU build of $torch is in reach: the registry's is fetched, about 2.7 GB with CUDA." >&2
        echo "To avoid that, put a CPU wheel into a folder and name it in PIP_FIND_LINKS." >&2
    fi
fi
venv=$1
shift
exec "$uv" pip install --quiet --python "$venv/bin/python" -c constraints.txt "$@" -e '.[dev,gpu,sam2,anny]'
