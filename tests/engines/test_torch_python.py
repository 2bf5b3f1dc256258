"""A Python with torch for work done once: which is taken, how one is borrowed, what is said."""

import sys
from pathlib import Path

import pytest

from maquette.engines import torch_python
from maquette.engines.torch_python import run_beside_torch
from maquette.errors import EngineError

INSTEAD = "use paper"
WRITING = "import sys; open(sys.argv[1], 'w').write('ran')"


@pytest.fixture(autouse=True)
def _nobody_else(tmp_path, monkeypatch):
    """No Python but this one: neither a named one nor that of an environment beside the house."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.delenv(torch_python.VARIABLE, raising=False)
    monkeypatch.setattr(torch_python, "HOME", tmp_path)


def run(module, *arguments):
    """Run a module and return the lines reported."""
    lines = []
    run_beside_torch(module, list(arguments), instead=INSTEAD, report=lines.append)
    return lines


def module_in(folder, text):
    """A module of that text which Python finds in the folder."""
    (folder / "for_tests.py").write_text(text)
    return "for_tests"


def test_this_python_is_taken_where_it_has_what_is_needed(tmp_path, monkeypatch):
    """Nothing is fetched, and it is said whose torch it is."""
    monkeypatch.setattr(torch_python, "NEEDED", ("json",))
    lines = run(module_in(tmp_path, WRITING), str(tmp_path / "out"))
    assert [f"torch: from {sys.executable}"] == lines
    assert (tmp_path / "out").read_text() == "ran"


def test_a_named_python_that_lacks_torch_is_refused(monkeypatch):
    """What the user named is not passed over in silence."""
    monkeypatch.setattr(torch_python, "NEEDED", ("no_such_package",))
    monkeypatch.setenv(torch_python.VARIABLE, sys.executable)
    with pytest.raises(EngineError, match=r"MODEL_TORCH_MISSING.*no_such_package.*use paper"):
        run("for_tests")


def test_a_named_python_that_does_not_exist_is_refused(tmp_path, monkeypatch):
    """A path that leads nowhere is answered like one that lacks torch."""
    monkeypatch.setenv(torch_python.VARIABLE, str(tmp_path / "python"))
    with pytest.raises(EngineError, match="MODEL_TORCH_MISSING"):
        run("for_tests")


def test_what_the_module_says_last_is_told(tmp_path, monkeypatch):
    """A failed run gives the last line of its standard error, and a way out."""
    monkeypatch.setattr(torch_python, "NEEDED", ("json",))
    module = module_in(tmp_path, "raise ValueError('wrong shape')")
    with pytest.raises(EngineError, match=r"MODEL_EXPORT.*ValueError: wrong shape.*use paper"):
        run(module)


@pytest.fixture
def uv(tmp_path, monkeypatch):
    """A stand-in for uv, and a Python beside which there is none: writes what it was asked."""
    monkeypatch.setattr(torch_python, "NEEDED", ("no_such_package",))
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    tools = tmp_path / "tools"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    python = Path(sys.executable)
    monkeypatch.setattr(sys, "executable", str(tools / "python"))
    (tools / "python").symlink_to(python.resolve())

    def write(script):
        told = f"#!{python}\nimport sys\nfrom pathlib import Path\n{script}\n"
        (tools / "uv").write_text(told)
        (tools / "uv").chmod(0o755)

    return write


def test_a_torch_is_borrowed_where_there_is_none(uv, tmp_path):
    """It is said beforehand what is fetched, the module runs beside it, and it is gone after."""
    uv(
        f"Path({str(tmp_path / 'asked')!r}).write_text(' '.join(sys.argv[1:]))\n"
        "folder = Path(sys.argv[sys.argv.index('--target') + 1])\n"
        "(folder / 'borrowed.py').write_text('THING = 1')"
    )
    text = "import borrowed, sys; open(sys.argv[1], 'w').write(borrowed.__file__)"
    lines = run(module_in(tmp_path, text), str(tmp_path / "out"))
    assert "a CPU build is fetched for this once, about 250 MB" in lines[0]
    asked = (tmp_path / "asked").read_text()
    assert "--torch-backend=cpu torch==" in asked
    assert not Path((tmp_path / "out").read_text()).exists()


def test_a_folder_of_wheels_is_asked_first(uv, tmp_path, monkeypatch):
    """Where pip was told of a folder that holds torch, no registry needs to be reached."""
    version = torch_python.WANTED[0].partition("==")[2]
    (tmp_path / f"torch-{version}+cpu-cp311.whl").touch()
    monkeypatch.setenv("PIP_FIND_LINKS", f"{tmp_path}/nothing {tmp_path}")
    uv(f"Path({str(tmp_path / 'asked')!r}).write_text(' '.join(sys.argv[1:]))")
    run(module_in(tmp_path, ""))
    assert f"--find-links {tmp_path} torch==" in (tmp_path / "asked").read_text()


def test_a_torch_that_cannot_be_fetched_is_said(uv):
    """What uv said last is passed on, with what can be used instead."""
    uv("sys.exit('no route to the index')")
    with pytest.raises(EngineError, match=r"MODEL_TORCH_MISSING.*no route.*use paper"):
        run("for_tests")


def test_without_uv_the_way_out_is_named(uv):
    """Neither torch nor a way to get it."""
    with pytest.raises(EngineError, match=r"MODEL_TORCH_MISSING.*neither torch nor uv.*PYTHON"):
        run("for_tests")
