"""How a judge is asked: a program of its own, files in, one line of JSON out.

What belongs here: running judges. What does not: what is expected of them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
VENV = HERE.parents[1] / ".venv-judges" / "bin"
SET_UP = "the judges are not set up: sh tests/judges/setup.sh"
LIMIT_S = 240

Verdicts = dict[str, dict[str, Any]]  # a judge's answer per file, by the file's stem
Judge = Callable[[Sequence[Path]], Verdicts]


def program(*names: str) -> str:
    """Where the first of these programs is; the judges' own environment goes before PATH."""
    found = [
        p for path in (str(VENV), None) for name in names if (p := shutil.which(name, path=path))
    ]
    return found[0] if found else pytest.fail(f"{names[0]} is missing; {SET_UP}")


def answer(*command: str | Path) -> Any:
    """The JSON on the last line that a judge prints."""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{Path(command[1]).name} broke down (if {SET_UP}):\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def judge(interpreter: str, script: str) -> Judge:
    """A judge that takes files and prints a verdict for each path."""

    def ask(files: Sequence[Path]) -> Verdicts:
        said = answer(program(interpreter), HERE / script, *files)
        return {Path(path).stem: verdict for path, verdict in said.items()}

    return ask


def exiftool(files: Sequence[Path]) -> Verdicts:
    """The tags that ExifTool reads, with their groups, as written; and its opinion of the file."""
    options = ["-j", "-n", "-G1", "-a", "-validate", "-warning", "-all"]
    said = subprocess.run(
        [program("exiftool"), *options, *files], capture_output=True, timeout=LIMIT_S, check=False
    )
    return {Path(tags["SourceFile"]).stem: tags for tags in json.loads(said.stdout)}


def all_of(folder: Path, suffix: str) -> list[Path]:
    """The folder's files that end so, in order of name."""
    return sorted(folder.glob(f"*.{suffix}"))
