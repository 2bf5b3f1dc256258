"""Animated USDZ: what USD itself, and our own rules, find in our packages."""

import struct
from dataclasses import replace

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom, UsdShade, UsdSkel

from maquette.errors import FormatError
from maquette.formats.animated_usdz import animate_usdz, write_animated_usdz
from maquette.formats.usd_rules import faults
from maquette.formats.usdz_archive import read_archive
from maquette.solids.animation_shading import shaded_frames
from maquette.solids.light import linear_from_srgb
from maquette.solids.textures import encode_png
from maquette.types import Animation
from tests import zoo
from tests.swaying import swaying

BALL = swaying()
MESH, MOTION = "/Clip/Moving/Mesh", "/Clip/Moving/Skeleton/Motion"


def written(animation=BALL, title="A ball"):
    return write_animated_usdz(animation, zoo.provenance(), title=title)


def opened(folder, animation=BALL, **options):
    path = folder / "clip.usdz"
    path.write_bytes(written(animation, **options))
    return Usd.Stage.Open(str(path))


def coloured(animation):
    colours = np.arange(len(animation.mesh.points) * 4, dtype=np.uint32).reshape(-1, 4) * 37 % 256
    return replace(animation, mesh=replace(animation.mesh, colours=colours.astype(np.uint8)))


def without_a_face(animation):
    return replace(animation, mesh=replace(animation.mesh, faces=animation.mesh.faces[1:]))


def worn(texture_wh):
    """The ball with a texture of this size."""
    width, height = texture_wh
    png = encode_png(np.full((height, width, 3), 120, np.uint8))
    return replace(BALL, mesh=replace(BALL.mesh, texture_png=png))


CLIPS = {
    "textured": BALL,
    "plain": swaying(texture=False),
    "colours": coloured(swaying(texture=False)),
    "both": coloured(BALL),
    "still": swaying(still=True),
    "two-frames": swaying(frames=2),
    "31-frames": swaying(frames=31, rows=6),
    "open": without_a_face(BALL),
    "slow": replace(BALL, rate=0.5),
    "odd-texture": worn((300, 80)),
    "huge-texture": worn((4096, 16)),
    "cut-out": replace(BALL, mesh=replace(BALL.mesh, alpha_cutoff=0.5)),
}


@pytest.mark.parametrize("animation", CLIPS.values(), ids=CLIPS)
def test_packages_break_no_rule(animation):
    """Every kind of clip keeps all AR rules, and USD's own."""
    assert () == faults(written(animation))


def test_usd_plays_every_frame(tmp_path):
    """USD's own skinning bakes the points and normals of each frame, to a hundred-millionth."""
    stage = Usd.Stage.Open(opened(tmp_path).Flatten())
    root = UsdSkel.Root(stage.GetPrimAtPath("/Clip/Moving"))
    assert UsdSkel.BakeSkinning(root, Gf.Interval(0, 4))
    mesh, shown = UsdGeom.Mesh(stage.GetPrimAtPath(MESH)), shaded_frames(BALL)
    assert [0, 1, 2, 3, 4] == mesh.GetPointsAttr().GetTimeSamples()
    for frame in range(5):
        points, normals = (a.Get(frame) for a in (mesh.GetPointsAttr(), mesh.GetNormalsAttr()))
        assert np.allclose(shown.points[frame], np.array(points), atol=1e-7)
        assert np.allclose(shown.normals[frame], np.array(normals), atol=1e-6)


def test_between_frames_weights_fade(tmp_path):
    """Halfway from frame 1 to frame 2 both count half."""
    stage = opened(tmp_path)
    weights = UsdSkel.Animation(stage.GetPrimAtPath(MOTION)).GetBlendShapeWeightsAttr()
    assert [0.5, 0.5, 0, 0] == list(weights.Get(1.5))
    assert [0, 0, 0, 0] == list(weights.Get(0))


def test_the_clock_is_the_clips(tmp_path):
    """A frame is a time code, at the clip's rate."""
    stage = opened(tmp_path)
    clock = (stage.GetStartTimeCode(), stage.GetEndTimeCode(), stage.GetTimeCodesPerSecond())
    assert (0, 4, 12.5) == clock


def test_every_pose_lies_in_its_box(tmp_path):
    """USD's bounds are those of the frame, not of the mesh at rest."""
    stage = opened(tmp_path)
    for frame, points in enumerate(BALL.points):
        boxes = UsdGeom.BBoxCache(frame, [UsdGeom.Tokens.default_])
        box = boxes.ComputeWorldBound(stage.GetDefaultPrim()).ComputeAlignedRange()
        assert np.allclose([points.min(axis=0), points.max(axis=0)], [box.GetMin(), box.GetMax()])


def test_it_stands_on_a_table(tmp_path):
    """Apple's anchor is a horizontal plane, and the title is what people read."""
    stage = opened(tmp_path, title=" A \n ball")
    root = stage.GetDefaultPrim()
    names = ("preliminary:anchoring:type", "preliminary:planeAnchoring:alignment")
    assert ["plane", "horizontal"] == [root.GetAttribute(name).Get() for name in names]
    assert "A ball" == root.GetDisplayName()


def test_texture_and_provenance_are_within(tmp_path):
    """The picture is the mesh's own, and the layer says what made it."""
    entries, _ = read_archive(written())
    assert ["animation.usdc", "albedo.png"] == [entry.name for entry in entries]
    assert BALL.mesh.texture_png == entries[1].data
    stage = opened(tmp_path)
    said = stage.GetRootLayer().customLayerData
    assert ("a round cat", "MIT, Apache-2.0") == (said["Description"], said["Licence"])


@pytest.mark.parametrize(
    ("size_wh", "expected"),
    [((64, 64), (64, 64)), ((300, 80), (256, 64)), ((4096, 16), (2048, 16)), ((1, 3), (1, 4))],
    ids=["fits", "odd", "huge", "tiny"],
)
def test_textures_get_sides_that_phones_hold(size_wh, expected):
    """Powers of two up to 2048; a texture that has them stays as it is."""
    entries, _ = read_archive(written(worn(size_wh)))
    assert expected == struct.unpack_from(">II", entries[1].data, 16)


def test_colours_are_worn_as_light(tmp_path):
    """A mesh without texture shows the colours of its points."""
    stage, clip = opened(tmp_path, CLIPS["colours"]), CLIPS["colours"]
    kept = clip.mesh.faces.ravel()[shaded_frames(clip).surface.corners]
    shown = UsdGeom.Mesh(stage.GetPrimAtPath(MESH)).GetDisplayColorPrimvar()
    expected = linear_from_srgb(clip.mesh.colours[kept, :3] / 255)
    assert np.allclose(expected, np.array(shown.Get()), atol=1e-6)
    surface = UsdShade.Shader(stage.GetPrimAtPath("/Clip/Looks/Print/Surface"))
    source = surface.GetInput("diffuseColor").GetConnectedSources()[0][0].source
    assert "UsdPrimvarReader_float3" == UsdShade.Shader(source.GetPrim()).GetIdAttr().Get()


@pytest.mark.parametrize(("name", "both"), [("textured", False), ("open", True)])
def test_what_is_open_is_seen_from_behind(name, both, tmp_path):
    """A closed solid needs no back faces, an open one does."""
    stage = opened(tmp_path, CLIPS[name])
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath(MESH))
    assert both == mesh.GetDoubleSidedAttr().Get()


def test_bytes_are_always_the_same():
    """Equal animations give equal packages, and another title another one."""
    assert written() == written(swaying())
    assert written() != written(title="Another")


@pytest.mark.parametrize(
    ("animation", "code"),
    [
        (swaying(frames=1), "USDZ_STILL"),
        (
            Animation(replace(BALL.mesh, faces=np.zeros((0, 3), np.int32)), BALL.points, BALL.rate),
            "USDZ_EMPTY",
        ),
    ],
    ids=["one-frame", "no-faces"],
)
def test_what_cannot_move_is_refused(animation, code):
    """One frame is no animation, and no faces are no mesh."""
    with pytest.raises(FormatError, match=code):
        written(animation)


def test_the_stage_hands_out_what_keeps_the_rules():
    """The package comes out as `usdz`, with its bytes as a score and nothing to remark."""
    made = animate_usdz(BALL, title="A ball", provenance=zoo.provenance())
    assert ("usdz", written()) == (made.outputs["usdz"].suffix, made.outputs["usdz"].data)
    assert ({"usdz_bytes": float(len(written()))}, ()) == (made.scores, made.notes)


@pytest.mark.parametrize(
    ("animation", "said"),
    [
        (replace(BALL, rate=0.1), "MOTION_CLOCK"),
        (replace(BALL, points=BALL.points + np.float32(1)), "OFF_GROUND"),
    ],
    ids=["too-long", "floating"],
)
def test_what_phones_would_not_show_is_a_note(animation, said):
    """A clip of 40 s, or one in the air, costs its USDZ and no more."""
    made = animate_usdz(animation, title="A ball", provenance=zoo.provenance())
    assert {} == made.outputs
    assert said in made.notes[0]


def test_colours_under_a_texture_are_a_note():
    """A preview surface shows one of them, and it is said which."""
    made = animate_usdz(CLIPS["both"], title="A ball", provenance=zoo.provenance())
    assert ("The USDZ shows the texture, without the colours of the mesh's points.",) == made.notes


def test_too_many_bytes_are_a_note(monkeypatch):
    """What people would not wait for is not handed out."""
    monkeypatch.setattr("maquette.formats.usdz_archive.LARGEST_BYTES", 1000)
    made = animate_usdz(BALL, title="A ball", provenance=zoo.provenance())
    assert "ARCHIVE_TOO_LARGE" in made.notes[0]
