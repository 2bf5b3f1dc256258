"""USDZ: what USD itself reads in our packages."""

import numpy as np
import pytest
from pxr import Usd, UsdGeom

from maquette.errors import InputError
from maquette.formats.usd_rules import faults
from maquette.formats.usdz import package
from maquette.formats.usdz_archive import read_archive
from maquette.solids.cards import stand
from maquette.solids.motions import MOTIONS, matrices, middle_and_side, sampled
from maquette.solids.surfaces import shaded
from tests import zoo

CARD = stand(zoo.ring()).outputs["card"]


def packed(card=CARD, **options):
    return package(card, provenance=zoo.provenance(), **options).outputs["usdz"].data


def opened(data, folder):
    path = folder / "card.usdz"
    path.write_bytes(data)
    return Usd.Stage.Open(str(path))


def bounds(stage):
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
    box = cache.ComputeWorldBound(stage.GetDefaultPrim()).ComputeAlignedRange()
    return np.array([box.GetMin(), box.GetMax()])


@pytest.mark.parametrize("geometry", ["die_cut", "plane"])
@pytest.mark.parametrize("anchor_type", ["plane", "face", "world"])
@pytest.mark.parametrize("alignment", ["horizontal", "vertical", "any"])
def test_packages_break_no_rule(geometry, anchor_type, alignment):
    """Every kind of card with every anchoring keeps all AR rules."""
    card = stand(zoo.ring(), geometry=geometry).outputs["card"]
    assert () == faults(packed(card, anchor_type=anchor_type, alignment=alignment))


MOVING = {name: stand(zoo.whiskered(), motion=name).outputs["card"] for name in MOTIONS}
PLACES = {
    "table": {},
    "wall": {"alignment": "vertical"},
    "face": {"anchor_type": "face"},
    "world": {"anchor_type": "world"},
}

each_motion = pytest.mark.parametrize("card", MOVING.values(), ids=MOVING)
each_place = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)


@each_motion
@each_place
def test_moving_packages_break_no_rule(card, place):
    """Every motion with every anchoring keeps all AR rules."""
    assert () == faults(packed(card, **place))


def seen_at(stage, code):
    """(V, 3) the card's points in the room at a time code."""
    prim = stage.GetPrimAtPath("/Sticker/Moving/Card")
    matrix = np.array(UsdGeom.XformCache(code).GetLocalToWorldTransform(prim))
    points = np.array(UsdGeom.Mesh(prim).GetPointsAttr().Get())
    return (np.column_stack([points, np.ones(len(points))]) @ matrix)[:, :3]


def moved(card, time_s):
    """(V, 3) the card's points, moved by the keys themselves."""
    points = shaded(card).points
    pose = sampled(card.motion, np.array([time_s]))
    middle, side_m = middle_and_side(points)
    return (points - middle) @ matrices(pose)[0].T + middle + pose.offsets[0] * side_m


@each_motion
@pytest.mark.parametrize("code", [0, 5, 12, 19.5, 30])
def test_usd_plays_the_motion(card, code, tmp_path):
    """At keys and between them USD puts every point where our keys do."""
    stage = opened(packed(card), tmp_path)
    assert np.allclose(moved(card, code / 24), seen_at(stage, code), atol=2e-5)


@each_motion
def test_a_motion_on_a_wall_is_that_of_a_table(card, tmp_path):
    """On a wall up is away from us; nothing goes into the wall, spinning lifts off it."""
    stage = opened(packed(card, alignment="vertical"), tmp_path)
    height_m = float(card.points[:, 1].max())
    lifts = []
    for code in (0, 7, 15, 29):
        x, y, z = moved(card, code / 24).T
        on_wall = seen_at(stage, code)
        assert np.allclose(np.column_stack([x, height_m / 2 - y]), on_wall[:, [0, 2]], atol=1e-5)
        lifts.append(on_wall[:, 1] - z)
    assert np.ptp(lifts) < 1e-5
    spins = card is MOVING["spin"]
    expected_m = np.ptp(card.points[:, 0]) / 2 if spins else 0.001
    assert pytest.approx(expected_m, rel=0.12) == np.mean(lifts)


def test_the_clock_fits_the_loop(tmp_path):
    """A spin of two seconds is 48 time codes at 24 a second; what is still has no clock."""
    spinning = opened(packed(MOVING["spin"]), tmp_path)
    clock = (spinning.GetStartTimeCode(), spinning.GetEndTimeCode())
    assert (0, 48, 24) == (*clock, spinning.GetTimeCodesPerSecond())
    (tmp_path / "still").mkdir()
    assert not opened(packed(), tmp_path / "still").HasAuthoredTimeCodeRange()


@pytest.mark.parametrize(
    ("asked", "written", "alignment"),
    [("plane", "plane", "horizontal"), ("face", "face", None), ("world", "none", None)],
)
def test_anchors_are_apples(asked, written, alignment, tmp_path):
    """Apple's tokens are written, and an alignment only where there is a plane."""
    stage = opened(packed(anchor_type=asked), tmp_path)
    root = stage.GetDefaultPrim()
    names = ("preliminary:anchoring:type", "preliminary:planeAnchoring:alignment")
    assert (written, alignment) == tuple(root.GetAttribute(name).Get() for name in names)
    schemas = stage.GetRootLayer().GetPrimAtPath("/Sticker").GetInfo("apiSchemas")
    assert ["Preliminary_AnchoringAPI"] == schemas.prependedItems


def test_a_standing_card_is_in_metres(tmp_path):
    """On a table it stands on y = 0, 20 cm tall, facing +z."""
    box = bounds(opened(packed(), tmp_path))
    assert pytest.approx([0.2, 0.2, 0.002], rel=0.01) == (box[1] - box[0])
    assert pytest.approx(0, abs=1e-6) == box[0, 1]


def test_a_card_on_a_wall_lies_on_it(tmp_path):
    """On a wall its back is at y = 0 and its picture looks along +y, the wall's normal."""
    stage = opened(packed(alignment="vertical"), tmp_path)
    box = bounds(stage)
    assert pytest.approx([0, 0.002], abs=1e-6) == box[:, 1]
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/Sticker/Card"))
    points, normals = np.array(mesh.GetPointsAttr().Get()), np.array(mesh.GetNormalsAttr().Get())
    st = np.array(UsdGeom.PrimvarsAPI(mesh).GetPrimvar("st").Get())
    front = points[:, 1] == points[:, 1].max()
    assert normals[front, 1].min() > 0.9
    assert st[points[:, 2].argmin(), 1] == st[:, 1].max()  # the picture's top is away from us


def test_a_card_on_a_face_is_small_and_in_front(tmp_path):
    """On a face it is 15 cm, centred, and clear of the nose."""
    box = bounds(opened(packed(anchor_type="face"), tmp_path))
    assert pytest.approx(0.15, rel=0.01) == box[1, 1] - box[0, 1]
    assert pytest.approx(0, abs=1e-6) == box[0, 1] + box[1, 1]
    assert box[0, 2] > 0.09


def test_the_layer_says_what_made_it(tmp_path):
    """Any prompt comes back from the layer's metadata."""
    prompt = 'a "fox" {\\}\N{FOX FACE}'
    data = package(CARD, provenance=zoo.provenance(prompt)).outputs["usdz"].data
    stage = opened(data, tmp_path)
    said = stage.GetRootLayer().customLayerData
    assert (prompt, "7") == (said["Description"], said["Seed"])


def test_the_texture_is_passed_on():
    """The card's PNG is packed byte for byte, after the layer."""
    entries, _ = read_archive(packed())
    assert ["sticker.usdc", "albedo.png"] == [entry.name for entry in entries]
    assert CARD.texture_png == entries[1].data


def test_a_mesh_without_texture_is_packed():
    """A plain grey solid keeps all rules too."""
    assert () == faults(packed(zoo.box()))


@pytest.mark.parametrize("options", [{"anchor_type": "moon"}, {"alignment": "diagonal"}])
def test_unknown_anchors_are_refused(options):
    """Anchors are checked when they are asked for."""
    with pytest.raises(InputError, match="ANCHOR_UNKNOWN"):
        packed(**options)
