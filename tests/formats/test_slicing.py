"""Slicing: an outside program that works, refuses, hangs or is not there.

The program is a stand-in on a path of its own; the real one is asked by the judges.
"""

import json
import os

import pytest

from maquette.errors import ToolError
from maquette.formats import slicing
from maquette.formats.examinations import examine
from maquette.formats.slicing import slice_print, sliced, slicer_here
from maquette.solids.printers import printer_of
from tests import printable

TABLE = printable.mesh_of(printable.table())
HERE = "prusa-slicer 2.5.0"
WORKS = """
printf '; G1 X1\\n; filament used [mm] = 1000.0\\n; filament used [cm3] = 2.41\\n' > print.gcode
printf '; filament used [g] = 2.98\\n; total filament used [g] = 2.98\\n' >> print.gcode
printf '; estimated printing time (normal mode) = 1d 2h 3m 4s\\n; fill = 15%%\\n' >> print.gcode
echo "$@" > "$SAID"
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a slicer that does this on the path, and nothing else."""

    def put(does, version="PrusaSlicer-2.5.0+UNKNOWN"):
        program = tmp_path / "prusa-slicer"
        said = f"SAID={tmp_path / 'said'}"
        head = f'[ "$1" = --help ] && echo "{version} based on Slic3r" && exit 0'
        program.write_text(f"#!/bin/sh\n{said}\n{head}\n{does}\n")
        program.chmod(0o755)
        return tmp_path / "said"

    monkeypatch.setenv("PATH", str(tmp_path))
    slicer_here.cache_clear()
    yield put
    slicer_here.cache_clear()


def examination(mesh=TABLE, **printer):
    """What is known of a print before it is sliced."""
    return examine(mesh, printer=printer).outputs["examination"]


def test_what_the_slicer_says_is_read(install):
    """Days, hours, minutes and seconds are added up; volume and mass are as told."""
    install(WORKS)
    found = sliced(b"solid", printer_of({}))
    expected = (26 * 3600 + 184.0, 2.41, 2.98, HERE)
    assert expected == (found.seconds, found.filament_cm3, found.filament_g, found.slicer)


def test_the_slicer_is_told_of_the_printer(install):
    """Bed, nozzle, layers and density go to the program, and supports where something hangs."""
    said = install(WORKS)
    made = slice_print(TABLE, examination(bed_mm=[100, 90, 80], nozzle_mm=0.6), slicer=HERE)
    words = said.read_text()
    for wish in (
        "--bed-shape 0x0,100x0,100x90,0x90",
        "--center 50,45",
        "--nozzle-diameter 0.6",
        "--layer-height 0.3",
        "--filament-density 1.24",
        "--support-material",
    ):
        assert wish in words
    assert json.loads(made.outputs["sliced"].data)["supports"] is True
    assert pytest.approx(26.051) == made.scores["print_hours"]


def test_the_slicer_gets_the_print_as_it_is(install, tmp_path):
    """The file is a binary STL with a row of 50 bytes for every face."""
    install(f"/bin/cp print.stl {tmp_path}/kept.stl\n{WORKS}")
    slice_print(TABLE, examination(), slicer=HERE)
    assert 84 + 50 * len(TABLE.faces) == (tmp_path / "kept.stl").stat().st_size


def test_no_settings_of_the_user_are_read(install, tmp_path):
    """Home and settings are within the program's own folder, which is gone afterwards."""
    install(f'echo "$HOME" > {tmp_path}/home; {WORKS}')
    sliced(b"solid", printer_of({}))
    home = (tmp_path / "home").read_text().strip()
    assert home != os.environ.get("HOME")
    assert not os.path.exists(home)  # noqa: PTH110


@pytest.mark.parametrize(
    ("mesh", "printer", "slicer"),
    [
        (TABLE, {}, ""),
        (TABLE, {"kind": "sla"}, HERE),
        (printable.mesh_of(printable.block(400, 400, 10)), {}, HERE),
    ],
    ids=["no-slicer", "resin", "too-large"],
)
def test_nothing_is_made_where_there_is_nothing_to_say(install, mesh, printer, slicer):
    """No slicer, no filament or no bed for it: no estimate and no failure."""
    install("exit 9")
    assert {} == slice_print(mesh, examination(mesh, **printer), slicer=slicer).outputs


def test_a_refusal_is_a_note(install):
    """What the program says goes to the person who asked."""
    install("echo 'print.stl: the object is empty'; exit 1")
    made = slice_print(TABLE, examination(), slicer=HERE)
    assert {} == made.outputs
    assert ("The slicer gave no estimate: print.stl: the object is empty.",) == made.notes


@pytest.mark.parametrize("does", ["", "echo nothing > print.gcode"], ids=["silent", "no-figures"])
def test_no_figures_is_a_refusal(install, does):
    """A program that ends well without figures has refused."""
    install(does)
    with pytest.raises(ToolError, match="SLICER_REFUSED"):
        sliced(b"solid", printer_of({}))


def test_a_slicer_that_hangs_is_ended(install, monkeypatch):
    """After its time the program is gone, and the failure is a passing one."""
    install("/bin/sleep 30")
    monkeypatch.setattr(slicing, "MOST_SECONDS", 0.3)
    with pytest.raises(ToolError, match="SLICER_TIMED_OUT") as caught:
        sliced(b"solid", printer_of({}))
    assert not caught.value.lasting


def test_a_slicer_that_is_not_there(install):
    """An empty path has no slicer; an order that names one fails with a code."""
    assert "" == slicer_here()
    with pytest.raises(ToolError, match="SLICER_MISSING"):
        sliced(b"solid", printer_of({}))
    with pytest.raises(ToolError, match="SLICER_MISSING"):
        slice_print(TABLE, examination(), slicer=HERE)


def test_another_version_is_another_slicer(install):
    """The version is told, so that it is a part of the recipe."""
    install(WORKS, version="PrusaSlicer-2.9.1")
    assert "prusa-slicer 2.9.1" == slicer_here()
    with pytest.raises(ToolError, match="SLICER_MISSING"):
        slice_print(TABLE, examination(), slicer=HERE)
