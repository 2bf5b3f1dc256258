"""Pressed forms: solids of the size asked for, thick enough, the art the right way up."""

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.pressing import FORMS, press
from maquette.solids.soundness import soundness_of
from maquette.solids.textures import decode_png
from maquette.types import Picture
from tests import zoo

SUBJECTS = {
    "ring": zoo.ring(256, hole_px=48),
    "islands": zoo.islands(),
    "sheet": zoo.sheet(120, 80),
    "strip": zoo.sheet(300, 6),
    "blots": zoo.blots(5),
}


def pressed(picture, form, long_side_mm=60.0):
    return press(picture, form=form, long_side_mm=long_side_mm).outputs["model"]


def size_mm(mesh):
    """Print axes: right, away, up."""
    return np.ptp(mesh.points.astype(np.float64), axis=0)[[0, 2, 1]] * 1000


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("picture", SUBJECTS.values(), ids=SUBJECTS)
def test_forms_are_solids(picture, form):
    """Closed, manifold and right side out in millimetres and in metres, on the floor."""
    mesh = pressed(picture, form)
    for unit in (1, 1000):
        judged = soundness_of(mesh.points * unit, mesh.faces)
        assert {} == {k: n for k, n in judged.troubles.items() if n}
        assert judged.sound
    assert pytest.approx(0, abs=1e-7) == mesh.points[:, 1].min()
    assert len(mesh.faces) < 200_000


@pytest.mark.parametrize("form", ["relief", "lithophane", "keychain"])
@pytest.mark.parametrize("long_side_mm", [25.0, 80.0, 400.0])
def test_the_long_side_is_as_asked(form, long_side_mm):
    """Within a hundredth of a millimetre, the keychain with its eye, the lithophane framed."""
    mesh = pressed(zoo.ring(256, hole_px=48), form, long_side_mm)
    assert pytest.approx(long_side_mm, abs=0.01) == size_mm(mesh).max()


def test_a_cutter_cuts_cookies_of_the_size_asked_for():
    """The hole in the middle is the cookie; the rim to press on is 6 mm wider all round."""
    mesh = pressed(zoo.sheet(120, 80), "cookie-cutter", 60.0)
    edge = mesh.points[mesh.points[:, 1] > 0.0149] * 1000
    assert pytest.approx(72, abs=0.01) == size_mm(mesh)[0]
    assert pytest.approx(60 + 2 * 0.8, abs=0.01) == np.ptp(edge[:, 0])
    assert pytest.approx(15, abs=1e-3) == size_mm(mesh)[2]
    assert 1 == soundness_of(mesh.points, mesh.faces).bodies


def test_cutters_and_keychains_are_one_piece():
    """Separate parts are joined, and who asked is told."""
    cutter, chain = (press(zoo.islands(), form=form) for form in ("cookie-cutter", "keychain"))
    for made in (cutter, chain):
        mesh = made.outputs["model"]
        assert 1 == soundness_of(mesh.points, mesh.faces).bodies
    assert ("3 separate parts were joined to one cookie",) == cutter.notes
    assert ("3 separate parts stand on one plate",) == chain.notes


def test_reliefs_of_parts_say_so():
    """Three balls are three plates."""
    made = press(zoo.islands(), form="relief")
    mesh = made.outputs["model"]
    assert 3 == soundness_of(mesh.points, mesh.faces).bodies
    assert ("3 parts do not touch: they print as separate bodies",) == made.notes


def test_reliefs_rise_where_it_is_light():
    """The light right half lies higher than the dark left half, on a plate that prints."""
    rgba = zoo.sheet(120, 80).rgba.copy()
    rgba[:, :60, :3], rgba[:, 60:, :3] = 30, 220
    mesh = pressed(Picture(rgba), "relief", 60.0)
    heights = mesh.points[:, 1] * 1000
    top = heights > 0.1
    left, right = (top & (k * mesh.points[:, 0] > 0.002) for k in (-1, 1))
    assert pytest.approx([1.6, 3.4], abs=0.01) == [heights[left].max(), heights[right].min()]


def test_lithophanes_are_thick_where_it_is_dark():
    """White is 0.8 mm, black 3 mm, the frame 4 mm, and it stands upright."""
    rgba = zoo.sheet(120, 80).rgba.copy()
    rgba[:40, :, :3], rgba[40:, :, :3] = 255, 0
    mesh = pressed(Picture(rgba), "lithophane", 60.0)
    thick = (mesh.points[:, 2] - mesh.points[:, 2].min()) * 1000
    high = mesh.points[:, 1] * 1000
    inside = (np.abs(mesh.points[:, 0]) < 0.026) & (thick > 0.1)
    white, black = inside & (high > 25) & (high < 37), inside & (high > 5) & (high < 15)
    assert pytest.approx([0.8, 3.0], abs=1e-3) == [thick[white].max(), thick[black].min()]
    assert pytest.approx(4.0, abs=1e-3) == thick.max()
    assert size_mm(mesh)[2] > size_mm(mesh)[1]


def test_keychains_have_a_hole_for_the_ring():
    """A plate with an eye has one hole, and the raised art lies 0.8 mm above it."""
    import manifold3d

    mesh = pressed(zoo.ball(256), "keychain", 50.0)
    merged = manifold3d.Mesh(mesh.points, mesh.faces.astype(np.uint32))
    merged.merge()
    solid = manifold3d.Manifold(merged)
    assert (manifold3d.Error.NoError, 1) == (solid.status(), solid.genus())
    assert pytest.approx([0, 2.2, 3.0], abs=1e-4) == np.unique(
        np.round(mesh.points[:, 1] * 1000, 4)
    )


@pytest.mark.parametrize("form", ["relief", "keychain"])
def test_what_is_up_in_the_picture_is_away_from_us(form):
    """Seen from above, a red upper half is behind a blue lower half."""
    rgba = zoo.ball(256).rgba.copy()
    rgba[:128, :, :3], rgba[128:, :, :3] = (220, 30, 30), (30, 30, 220)
    mesh = pressed(Picture(rgba), form)
    texture = decode_png(mesh.texture_png)
    high, wide = texture.shape[:2]
    top = mesh.points[:, 1] > 0.0015
    column, row = (mesh.uv[top] * [wide, high]).astype(int).T
    warmth = texture[row, column, 0].astype(int) - texture[row, column, 2]  # the plate is white
    depth = mesh.points[top, 2]
    assert depth[warmth > 100].max() <= depth[warmth < -100].min() + 0.002


def test_the_same_picture_gives_the_same_bytes():
    """Booleans and all, twice the same."""
    for form in FORMS:
        one, two = (pressed(zoo.ring(), form) for _ in range(2))
        assert one.points.tobytes() == two.points.tobytes()
        assert (one.faces.tobytes(), one.texture_png) == (two.faces.tobytes(), two.texture_png)


@pytest.mark.parametrize("form", FORMS)
def test_empty_cutouts_are_refused(form):
    """Nothing opaque is an input error whatever the form."""
    with pytest.raises(InputError, match="CUTOUT_EMPTY"):
        press(zoo.empty(), form=form)


@pytest.mark.parametrize("form", ["relief", "cookie-cutter", "keychain"])
def test_one_pixel_is_refused(form):
    """A single pixel has no outline."""
    with pytest.raises(InputError, match="CUTOUT_EMPTY"):
        press(zoo.sheet(1, 1), form=form)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"form": "statue"}, "PRESS_FORM_UNKNOWN"),
        ({"form": "relief", "long_side_mm": 5.0}, "PRESS_SIZE_RANGE"),
        ({"form": "relief", "long_side_mm": float("nan")}, "PRESS_SIZE_RANGE"),
    ],
    ids=["form", "small", "nan"],
)
def test_wrong_options_are_refused(options, code):
    """Options outside their range are named, not clipped."""
    with pytest.raises(InputError) as caught:
        press(zoo.ball(), **options)
    assert code == caught.value.code
