"""The set-up commands: what they offer, what they pin, and what they say when something lacks."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement

HOME = Path(__file__).parent.parent
MAKEFILE = (HOME / "Makefile").read_text()
PINS = [line for line in (HOME / "constraints.txt").read_text().splitlines() if line[:1] != "#"]


def program(folder, name, body):
    """A shell script that stands for an outside program."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def run(script, *args, path, cwd=HOME, **environment):
    """Run one of our scripts with nothing but these programs and variables."""
    command = [shutil.which("sh"), str(HOME / "scripts" / script), *map(str, args)]
    settings = {"PATH": str(path), **environment}
    return subprocess.run(command, cwd=cwd, env=settings, capture_output=True, text=True)


def output(*command):
    """What a command prints in the checkout."""
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=True)
    return done.stdout


def test_help_names_every_target():
    """Whatever can be made is listed by plain make, with a few words."""
    said = output("make", "--no-print-directory")
    targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()
    assert targets == [line.split()[0] for line in said.splitlines()]
    assert all(len(line.split()) > 2 for line in said.splitlines())


def test_ci_makes_only_what_exists():
    """Every target that CI asks for is in the Makefile."""
    asked = re.search(r"for target in (.*);", (HOME / ".ci" / "run").read_text())[1].split()
    assert {"lint", "test", "judge"} <= set(asked)
    assert all(re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) for target in asked)


# what `make ui` starts: the definitions, then `dagster dev`, which gives up for want of a home
START = """
from pipeline_assets.definitions import build_defs
build_defs()
from dagster._cli import main
main()
"""


def test_the_ui_starts_without_warnings():
    """Those of Dagster that nobody here can mend are hidden by name; there are such."""
    quiet = re.search(r"^QUIET = (.*)$", MAKEFILE, re.MULTILINE)[1]
    assert re.search(r"^\t@DAGSTER_HOME=.* PYTHONWARNINGS='\$\(QUIET\)'", MAKEFILE, re.MULTILINE)
    warned = {}
    for filters in ("", quiet):
        settings = {**os.environ, "PYTHONWARNINGS": filters, "DAGSTER_HOME": "not absolute"}
        command = [sys.executable, "-c", START, "dev", "-w", "workspace.yaml"]
        done = subprocess.run(command, cwd=HOME, env=settings, capture_output=True, text=True)
        assert "an absolute path" in done.stderr
        warned[filters] = re.findall(r"\w+Warning(?=: )", done.stderr)
    assert {"": ["PreviewWarning", "SupersessionWarning"], quiet: []} == warned


def test_too_old_a_python_is_said(tmp_path):
    """With no fitting Python, one line says which are needed and how to name one."""
    program(tmp_path, "python3", "exit 1")
    done = run("venv.sh", tmp_path / "out", path=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "needs Python 3.11, 3.12 or 3.13" in done.stderr


def test_missing_venv_module_is_said(tmp_path):
    """Debian's Python without venv is answered with the package to install."""
    program(tmp_path, "python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    done = run("venv.sh", tmp_path / "out", path=tmp_path)
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr


def test_first_python_that_answers_is_taken(tmp_path):
    """A stand-in on PATH that leads nowhere is passed over."""
    program(tmp_path, "python3", "exit 127")
    program(tmp_path, "python3.12", f'case "$1$2" in -mvenv) echo "$@" > {tmp_path}/made;; esac')
    program(tmp_path / "out" / "bin", "python", "exit 0")
    run("venv.sh", tmp_path / "out", path=tmp_path)
    assert f"-m venv {tmp_path}/out\n" == (tmp_path / "made").read_text()


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose uv writes down what it is asked, and whose index answers as told."""
    bin_folder = tmp_path / ".venv" / "bin"
    program(
        bin_folder, "uv", 'echo "$@" >> asked; case "$2" in compile) exit ${NO_INDEX:-0};; esac'
    )
    program(bin_folder, "python", "exit 1")
    return tmp_path


def installed(checkout, **environment):
    """What uv was asked to install at the end, and what was said."""
    path = os.environ["PATH"]
    done = run("engines.sh", "engines", path=path, cwd=checkout, **environment)
    assert done.returncode == 0
    return (checkout / "asked").read_text().splitlines()[-1], done.stderr


def test_a_torch_wheel_at_hand_is_used(checkout, tmp_path):
    """A folder pip was told of, with a torch wheel in it, wins; one without is passed over."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl").touch()
    told = f"{tmp_path}/empty {tmp_path}/wheels"
    asked, _ = installed(checkout, PIP_FIND_LINKS=told)
    assert f"--find-links {tmp_path}/wheels -e .[dev,gpu,sam2,anny]" in asked


def test_else_the_index_of_cpu_builds_is_used(checkout):
    """Without a wheel at hand, torch comes from the index of CPU builds."""
    asked, said = installed(checkout)
    assert "--torch-backend=cpu" in asked
    assert not said


@pytest.mark.skipif(sys.platform != "linux", reason="only there the registry's torch has CUDA")
def test_else_the_large_download_is_announced(checkout):
    """Where neither is in reach, the size is said before the download starts."""
    asked, said = installed(checkout, NO_INDEX="2")
    assert "torch-backend" not in asked
    assert "2.7 GB" in said


def test_pins_are_exact_and_portable():
    """One version each, no local builds, no paths, in order."""
    assert all(re.fullmatch(r"[a-z0-9._-]+==[0-9][\w.]*( ; .+)?", pin) for pin in PINS)
    names = [pin.partition("==")[0] for pin in PINS]
    assert sorted(names) == names


def test_everything_asked_for_is_pinned():
    """Each dependency and extra of the project has a pin that satisfies it."""
    project = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    pins = dict(pin.partition(" ;")[0].split("==") for pin in PINS)
    for requirement in map(Requirement, asked):
        name = requirement.name.lower().replace("_", "-")
        if name == project["name"]:  # one extra that asks for another
            continue
        assert requirement.specifier.contains(pins[name]), name
