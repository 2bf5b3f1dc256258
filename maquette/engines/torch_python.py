"""A Python that has torch, for work done once: found on this machine, or made and thrown away.

The pipeline itself never imports torch; turning a published checkpoint into a file it can run
needs it for a minute. What belongs here: finding or making such a Python and running a module of
ours with it. What does not: what that module does, and workers that stay
(`maquette.engines.workers`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from maquette.engines.exports import Report
from maquette.errors import EngineError

VARIABLE = "MAQUETTE_TORCH_PYTHON"
NEEDED = ("torch", "onnx", "maquette", "numpy", "onnxruntime")
WANTED = ("torch==2.13.0", "onnx==1.23.2")  # what the throwaway one gets beside our own packages
RUN_S = 900
INSTALL_S = 1800
HOME = Path(__file__).parents[2]  # the folder that holds the package, and beside it .venv-engines
LOOK = (
    "import importlib.util as u, sys; sys.exit(any(u.find_spec(n) is None for n in sys.argv[1:]))"
)


@dataclass(frozen=True)
class _Python:
    """An interpreter, and what it must be told to find its packages."""

    path: str
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, limit_s: float) -> subprocess.CompletedProcess[str]:
        """Run it to its end; a time-out is an exit code like any other."""
        command = [self.path, *arguments]
        told = os.environ | self.variables
        try:
            return subprocess.run(
                command, env=told, capture_output=True, text=True, timeout=limit_s, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return subprocess.CompletedProcess(command, 1, "", str(error))


def run_beside_torch(
    module: str, arguments: Sequence[str], *, instead: str, report: Report
) -> None:
    """Run ``python -m module arguments`` where torch and onnx can be imported.

    Raises EngineError MODEL_TORCH_MISSING where no such Python is found or made, its fix naming
    what can be used instead, and MODEL_EXPORT if the module fails.
    """
    with _python(instead=instead, report=report) as python:
        done = python.run("-m", module, *arguments, limit_s=RUN_S)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise EngineError(
            "MODEL_EXPORT",
            f"{module} failed in {python.path}: {said[-1] if said else 'it said nothing'}",
            fix=f"name another Python with torch in {VARIABLE}, or {instead}",
        )


@contextmanager
def _python(*, instead: str, report: Report) -> Iterator[_Python]:
    found = _found(instead=instead)
    if found is not None:
        report(f"torch: from {found.path}")
        yield found
        return
    with tempfile.TemporaryDirectory(prefix="maquette-torch-") as scratch:
        _install(Path(scratch), instead=instead, report=report)
        path = os.pathsep.join(filter(None, (scratch, os.environ.get("PYTHONPATH"))))
        yield _Python(sys.executable, {"PYTHONPATH": path})


def _found(*, instead: str) -> _Python | None:
    """The Python named by the user, or this one, or that of the engines' environment."""
    named = os.environ.get(VARIABLE)
    paths = [named] if named else [sys.executable, str(HOME / ".venv-engines/bin/python")]
    for path in paths:
        python = _Python(path)
        if python.run("-c", LOOK, *NEEDED, limit_s=60).returncode == 0:
            return python
    if named:
        raise EngineError(
            "MODEL_TORCH_MISSING",
            f"{VARIABLE} names {named}, which lacks one of {', '.join(NEEDED)}",
            fix=f"install maquette[gpu] there, or unset it, or {instead}",
        )
    return None


def _install(folder: Path, *, instead: str, report: Report) -> None:
    """Put a CPU torch into a folder, saying beforehand what is fetched."""
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.is_file() else shutil.which("uv")
    fix = f"name a Python with maquette[gpu] in {VARIABLE}, or {instead}"
    if uv is None:
        raise EngineError("MODEL_TORCH_MISSING", "there is neither torch nor uv here", fix=fix)
    base = [uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", str(folder)]
    ways = {"about 250 MB": ["--torch-backend=cpu"]}
    if folders := _wheel_folders():
        ways = {"from a folder of wheels": folders, **ways}
    if sys.platform != "linux":  # there the registry's torch brings 2.7 GB of CUDA
        ways["from the registry"] = []
    said = ""
    for told, options in ways.items():
        report(f"torch: a CPU build is fetched for this once, {told}, and removed afterwards")
        done = _Python(uv).run(*base[1:], *options, *WANTED, limit_s=INSTALL_S)
        if done.returncode == 0:
            return
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    raise EngineError("MODEL_TORCH_MISSING", f"a CPU torch cannot be fetched: {said}", fix=fix)


def _wheel_folders() -> list[str]:
    """Options that name the folders in which pip was told to look, if torch lies there."""
    version = WANTED[0].partition("==")[2]
    told = os.environ.get("PIP_FIND_LINKS", "").split()
    here = [folder for folder in told if any(Path(folder).glob(f"torch-{version}*.whl"))]
    return [option for folder in here for option in ("--find-links", folder)]
