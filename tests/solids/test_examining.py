"""Examining: every check says the right thing of a print that was made for it."""

import json

import numpy as np
import pytest

from maquette.solids.examining import examined
from maquette.solids.printed import printed
from maquette.solids.printers import printer_of
from maquette.types import Mesh
from tests import printable, zoo

SPECK = printable.block(30, 30, 30) + printable.block(0.5, 0.5, 0.5, at=(20, 0, 0))


def opened():
    """A cube without its last face."""
    box = zoo.box(0.04)
    return Mesh(box.points, box.faces[:-1], box.uv)


def inside_out():
    """A cube whose faces look inwards."""
    box = zoo.box(0.04)
    return Mesh(box.points, np.ascontiguousarray(box.faces[:, ::-1]), box.uv)


def check(mesh, name, **printer):
    """The answer to one question."""
    (found,) = (c for c in examined(printed(mesh), printer_of(printer)).checks if c.name == name)
    return found


def test_a_cube_is_ready_to_print():
    """All is well with a cube of 40 mm, and its figures are right."""
    facts = examined(printed(zoo.box(0.04)), printer_of({})).facts()
    assert ("ok", 1, 0, 12) == tuple(facts[k] for k in ("verdict", "bodies", "hollows", "faces"))
    assert {"x": 40.0, "y": 40.0, "z": 40.0} == facts["size_mm"]
    assert pytest.approx((64, 64 * 1.24, 96)) == tuple(
        facts[k] for k in ("volume_cm3", "mass_g", "area_cm2")
    )
    assert [""] * 7 == [c["fix"] for c in facts["checks"]]


@pytest.mark.parametrize(
    ("solid", "name", "printer", "verdict"),
    [
        (printable.block(60, 60, 2), "walls", {}, "ok"),
        (printable.block(60, 60, 0.6), "walls", {}, "look"),
        (printable.block(60, 60, 0.3), "walls", {}, "bad"),
        (printable.block(60, 60, 0.6), "walls", {"nozzle_mm": 0.25}, "ok"),
        (printable.block(60, 60, 0.3), "details", {}, "look"),
        (SPECK, "details", {}, "look"),
        (printable.table(), "overhangs", {}, "look"),
        (printable.block(9, 9, 9), "overhangs", {}, "ok"),
        (printable.block(300, 10, 10), "bed", {}, "look"),
        (printable.block(300, 10, 10), "bed", {"bed_mm": [350, 350, 100]}, "ok"),
        (printable.block(10, 10, 300), "bed", {}, "bad"),
        (printable.block(3, 3, 60), "stands", {}, "look"),
        (printable.block(1.5, 1.5, 60), "stands", {}, "bad"),
        (printable.fallen(), "stands", {}, "bad"),
        (printable.ball(20), "contact", {}, "look"),
        (printable.ball(0.8), "contact", {}, "bad"),
        (printable.ball(20), "contact", {"kind": "sla"}, "ok"),
        (printable.bottle(), "closed", {}, "ok"),
        (printable.bottle(), "closed", {"kind": "sla"}, "look"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_verdicts(solid, name, printer, verdict):
    """A print that was made to fail a check fails it, says so, and says what to do."""
    found = check(printable.mesh_of(solid), name, **printer)
    assert verdict == found.verdict
    assert (verdict == "ok") == (found.fix == "")
    assert found.says.endswith(".")


@pytest.mark.parametrize("mesh", [opened(), inside_out()], ids=["open", "inside-out"])
def test_what_is_no_solid_is_bad(mesh):
    """Open and inside-out cubes are told apart from solids, and are still plain data."""
    examination = examined(printed(mesh), printer_of({}))
    assert "bad" == examination.verdict == examination.checks[0].verdict
    json.dumps(examination.facts(), allow_nan=False)


def test_the_scale_that_is_told_helps():
    """A print scaled as its fix says fits the bed."""
    fix = check(printable.mesh_of(printable.block(333, 20, 20)), "bed", bed_mm=[100, 90, 90]).fix
    scale = float(fix.split("by ")[1].split(" or")[0])
    small = printable.mesh_of(printable.block(333 * scale, 20 * scale, 20 * scale))
    assert "bad" != check(small, "bed", bed_mm=[100, 90, 90]).verdict
