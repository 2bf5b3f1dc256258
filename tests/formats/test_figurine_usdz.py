"""USDZ of figurines: what USD itself, and our own rules, find in our packages."""

from dataclasses import replace

import numpy as np
import pytest
from pxr import Usd, UsdGeom

from maquette.errors import FormatError
from maquette.formats.figurine_usdz import pack_for_ar, write_figurine_usdz
from maquette.formats.usd_rules import faults
from maquette.formats.usdz_archive import read_archive
from maquette.solids.textures import decode_png, encode_png
from tests import zoo

PNG = encode_png(np.full((64, 64, 3), (200, 120, 60), np.uint8))
FIGURE = replace(zoo.box(0.1), texture_png=PNG)


def packed(figure=FIGURE, title="Zoë", **options):
    """What the stage makes of a figure."""
    return pack_for_ar(figure, title=title, provenance=zoo.provenance(), **options)


def opened(folder, data):
    """The package as USD sees it."""
    path = folder / "figurine.usdz"
    path.write_bytes(data)
    return Usd.Stage.Open(str(path))


@pytest.mark.parametrize("figure", [FIGURE, zoo.box(0.1)], ids=["textured", "plain"])
def test_packages_break_no_rule(figure):
    """All AR rules, and USD's own."""
    assert () == faults(packed(figure).outputs["file/usdz"].data)


def test_a_figurine_stands_in_its_real_size(tmp_path):
    """Metres, y up, on the ground of a plane: 100 mm are 0.1."""
    stage = opened(tmp_path, packed().outputs["file/usdz"].data)
    box = UsdGeom.Mesh(stage.GetPrimAtPath("/Figurine/Solid")).GetExtentAttr().Get()
    sides = np.ptp(np.asarray(box), axis=0)
    assert np.allclose(np.ptp(FIGURE.points, axis=0), sides, atol=1e-7)
    assert (1.0, "Y") == (UsdGeom.GetStageMetersPerUnit(stage), UsdGeom.GetStageUpAxis(stage))
    root = stage.GetDefaultPrim()
    assert "plane" == root.GetAttribute("preliminary:anchoring:type").Get()


def test_the_texture_lies_inside():
    """As it is on the figure, byte for byte."""
    entries, _ = read_archive(packed().outputs["file/usdz"].data)
    assert [("figurine.usdc", False), ("albedo.png", True)] == [
        (entry.name, entry.data == PNG) for entry in entries
    ]


@pytest.mark.parametrize(
    ("title", "shown"),
    [("<b>Zoë</b>\n&c", "<b>Zoë</b> &c"), ("n" * 300, "n" * 200)],
    ids=["markup", "300 characters"],
)
def test_names_are_told_on_one_line(tmp_path, title, shown):
    """Whatever an order is called, the layer holds it as plain words."""
    stage = opened(tmp_path, packed(title=title).outputs["file/usdz"].data)
    assert shown == stage.GetDefaultPrim().GetDisplayName()


def test_the_same_figure_has_the_same_bytes():
    """Nothing of the machine or the moment is in it."""
    first, second = (write_figurine_usdz(FIGURE, zoo.provenance(), title="a") for _ in range(2))
    assert first == second


def test_nothing_is_packed_that_nobody_asked_for():
    """The item's objects pass through."""
    assert {} == packed(ar=False).outputs


def test_a_package_that_phones_would_not_show_is_not_handed_out():
    """A solid with a hole: the message names the rule."""
    open_ = replace(FIGURE, faces=FIGURE.faces[1:])
    with pytest.raises(FormatError, match="USDZ_RULES: phones would not show the USDZ: MESH_"):
        packed(open_)


def test_a_texture_is_fitted_to_phones():
    """Sides that are no powers of two become the nearest ones."""
    odd = encode_png(np.full((96, 60, 3), 90, np.uint8))
    entries, _ = read_archive(packed(replace(FIGURE, texture_png=odd)).outputs["file/usdz"].data)
    assert (128, 64) == decode_png(entries[1].data).shape[:2]


def test_a_figure_without_faces_is_refused():
    """There is nothing to show."""
    empty = replace(FIGURE, faces=FIGURE.faces[:0])
    with pytest.raises(FormatError, match="USDZ_EMPTY"):
        write_figurine_usdz(empty, zoo.provenance(), title="")
