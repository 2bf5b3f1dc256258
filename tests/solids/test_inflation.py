"""Inflation: closed, round, true to the outline, painted on the right side."""

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.inflation import LONG_SIDE_M, MOST_FACES, inflate
from maquette.solids.inflation_cutouts import MOST_PX
from maquette.solids.soundness import places, soundness_of
from maquette.solids.textures import decode_png
from maquette.types import Picture
from tests import zoo

DRAWN = {
    "ball": zoo.ball(1024),
    "ring": zoo.ring(1024, hole_px=200),
    "islands": zoo.islands(1024),
    "sheet": zoo.sheet(1024, 512),
    "strip": zoo.sheet(1000, 24),
}


def hard(picture: Picture) -> Picture:
    """The picture without soft edges."""
    rgba = picture.rgba.copy()
    rgba[..., 3] = np.where(rgba[..., 3] >= 128, 255, 0)
    return Picture(rgba)


def silhouette_iou(picture: Picture, mesh) -> float:
    """Overlap of the opaque pixels with the mesh as seen from the front, both at the same size."""
    import cv2

    inside = picture.rgba[..., 3] >= 128
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    inside = inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    px_per_m = max(inside.shape) / LONG_SIDE_M
    across = mesh.points[:, 0] * px_per_m + inside.shape[1] / 2
    down = inside.shape[0] - mesh.points[:, 1] * px_per_m
    corners = np.rint((np.column_stack([across, down]) - 0.5) * 256).astype(np.int32)[mesh.faces]
    drawn = np.zeros(inside.shape, np.uint8)
    for corner in corners:
        cv2.fillConvexPoly(drawn, corner, 1, shift=8)
    return float((inside & (drawn > 0)).sum() / (inside | (drawn > 0)).sum())


@pytest.mark.parametrize("picture", DRAWN.values(), ids=DRAWN)
def test_cushions_are_solids(picture):
    """Closed, manifold and right side out in metres and in millimetres, within the budget."""
    mesh, _ = inflate(picture)
    judged = [soundness_of(mesh.points * k, mesh.faces) for k in (1, 1000)]
    assert [{}, {}] == [{k: n for k, n in j.troubles.items() if n} for j in judged]
    assert all(j.sound for j in judged)
    assert 1000 < len(mesh.faces) <= MOST_FACES


@pytest.mark.parametrize("picture", DRAWN.values(), ids=DRAWN)
def test_the_outline_is_kept(picture):
    """From the front it covers what the cut-out covers."""
    mesh, _ = inflate(picture)
    assert silhouette_iou(picture, mesh) >= 0.99


@pytest.mark.parametrize("seed", range(12))
def test_any_mask_becomes_a_solid(seed):
    """Random blots with many parts and holes never fold."""
    mesh, _ = inflate(zoo.blots(seed), relief=seed / 11)
    assert soundness_of(mesh.points, mesh.faces).sound
    assert len(mesh.faces) <= MOST_FACES


def test_holes_stay_open():
    """A ring has one hole, which manifold3d counts as its genus."""
    import manifold3d

    mesh, _ = inflate(zoo.ring(512, hole_px=100))
    number, first = places(mesh.points)
    faces = number[mesh.faces].astype(np.uint32)
    solid = manifold3d.Manifold(manifold3d.Mesh(mesh.points[first], faces))
    assert (manifold3d.Error.NoError, 1) == (solid.status(), solid.genus())


def test_parts_are_all_kept_and_told():
    """Three balls are three bodies, and who asked is told."""
    mesh, notes = inflate(zoo.islands(512))
    assert 3 == soundness_of(mesh.points, mesh.faces).bodies
    assert ("3 parts do not touch: they print as separate bodies",) == notes


def test_a_disc_becomes_a_flattened_ball():
    """Front and back are alike, and the profile is an ellipse but for the evening out."""
    mesh, _ = inflate(zoo.ball(512))
    middle_m = LONG_SIDE_M / 2
    radius = np.hypot(mesh.points[:, 0], mesh.points[:, 1] - middle_m) / middle_m
    depth = mesh.points[:, 2]
    assert pytest.approx(-depth.min(), rel=1e-6) == depth.max()
    ellipse = depth.max() * np.sqrt(np.clip(1 - radius**2, 0, None))
    assert np.abs(np.abs(depth) - ellipse).max() < 0.12 * depth.max()
    assert 0.2 * LONG_SIDE_M < np.ptp(depth) < 0.5 * LONG_SIDE_M


def test_the_rim_has_no_ridges():
    """Of a disc drawn in hard pixels, heights beside the rim differ by a few parts in a hundred."""
    mesh, _ = inflate(hard(zoo.ball(512)))
    radius = np.hypot(mesh.points[:, 0], mesh.points[:, 1] - LONG_SIDE_M / 2) / (LONG_SIDE_M / 2)
    rim = radius[mesh.points[:, 2] == 0]
    assert np.ptp(rim) < 0.003  # six tenths of a pixel
    band = (radius > 0.95) & (radius < 0.97) & (mesh.points[:, 2] > 0)
    expected = np.sqrt(1 - radius[band] ** 2)
    share = mesh.points[band, 2] / expected
    assert share.std() < 0.02 * share.mean()


def test_relief_raises_light_parts():
    """With relief the light half of the front stands out, the dark half sinks, the back stays."""
    rgba = zoo.ball(256).rgba.copy()
    rgba[:, :128, :3], rgba[:, 128:, :3] = 20, 230
    flat, raised = (inflate(Picture(rgba), relief=relief)[0] for relief in (0.0, 1.0))
    change = raised.points[:, 2] - flat.points[:, 2]
    front = flat.points[:, 2] > 0.3 * flat.points[:, 2].max()
    across = flat.points[:, 0]
    assert change[front & (across < -0.01)].max() < 0 < change[front & (across > 0.01)].min()
    assert 0 == np.abs(change[flat.points[:, 2] < 0]).max()
    assert soundness_of(raised.points, raised.faces).sound


def test_it_stands_in_the_middle():
    """10 cm long, on the floor, its plane through the origin."""
    mesh, _ = inflate(zoo.sheet(300, 150))
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    expected = [LONG_SIDE_M, LONG_SIDE_M / 2, 0, 0]
    assert pytest.approx(expected, abs=1e-4) == [*(high - low)[:2], low[1], low[0] + high[0]]


def test_front_and_back_have_their_own_picture():
    """The front samples the art, the back a plainer one, and no edge shows the background."""
    rgba = zoo.ball(256).rgba.copy()
    rgba[rgba[..., 3] < 255, :3] = (0, 255, 0)  # what a bad matte leaves
    mesh, _ = inflate(Picture(rgba))
    texture = decode_png(mesh.texture_png)
    high, wide = texture.shape[:2]
    assert (2 * high, True) == (wide, high <= MOST_PX + 8)
    column, row = (mesh.uv * [wide, high]).astype(int).T
    colours = texture[row, column, :3].astype(int)
    assert (colours[:, 1] < 200).all()
    front = mesh.points[:, 2] > 0
    seen = set(map(tuple, colours[front].tolist()))
    assert {zoo.ORANGE, zoo.TEAL} <= seen
    back = colours[mesh.points[:, 2] < 0.9 * mesh.points[:, 2].min()]
    assert np.ptp(back, axis=0).max() < 80


def test_hairs_at_the_picture_edge_are_closed():
    """Art that touches all edges of its picture is a solid of the whole picture."""
    mesh, _ = inflate(zoo.sheet(40, 40))
    judged = soundness_of(mesh.points, mesh.faces)
    assert (True, 1) == (judged.sound, judged.bodies)


def test_the_same_picture_gives_the_same_bytes():
    """Nothing depends on chance."""
    (one, _), (two, _) = inflate(zoo.blots(3), relief=0.5), inflate(zoo.blots(3), relief=0.5)
    assert one.points.tobytes() == two.points.tobytes()
    assert one.faces.tobytes() == two.faces.tobytes()
    assert (one.texture_png, one.uv.tobytes()) == (two.texture_png, two.uv.tobytes())


@pytest.mark.parametrize(
    "picture",
    [zoo.empty(), zoo.specks(), zoo.sheet(1, 1), zoo.sheet(3, 3)],
    ids=["empty", "specks", "one-pixel", "nine-pixels"],
)
def test_nothing_to_blow_up_is_refused(picture):
    """A picture with nothing in it is named, not inflated."""
    with pytest.raises(InputError, match="CUTOUT_EMPTY"):
        inflate(picture)
