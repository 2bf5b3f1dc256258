"""Re-baking: colours of old meshes found again on new ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from maquette.solids.closest_points import Surface
from maquette.solids.rebaking import carried
from maquette.solids.soundness import places, soundness_of
from maquette.solids.textures import decode_png, encode_png
from maquette.solids.thinning import thinned
from maquette.types import Mesh
from tests import damage


def painted_ball(around: int = 64) -> Mesh:
    """A ball with a smooth picture on it: two halves, each a chart of its own."""
    ball = damage.ball(around=around)
    middle = (ball.points.min(axis=0) + ball.points.max(axis=0)) / 2
    reach = float(np.ptp(ball.points, axis=0).max())
    front = ball.points[ball.faces].mean(axis=1)[:, 2] > middle[2]
    flat = (ball.points[:, :2] - middle[:2]) / reach
    points = np.concatenate([ball.points, ball.points])
    uv = np.concatenate([flat * [0.46, -0.9] + [0.25, 0.5], flat * [0.46, -0.9] + [0.75, 0.5]])
    faces = np.where(front[:, None], ball.faces, ball.faces + len(ball.points)).astype(np.int32)
    y, x = np.mgrid[:256, :512]
    waves = [128 + 100 * np.sin(x / 30), 128 + 100 * np.cos(y / 25), np.where(x < 256, 220, 40)]
    pixels = np.stack(waves, axis=2).astype(np.uint8)
    return Mesh(points, faces, uv.astype(np.float32), encode_png(pixels))


def colours_at(mesh: Mesh, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the texture shows at one place on every face."""
    assert mesh.texture_png is not None
    pixels = decode_png(mesh.texture_png)
    uv = np.einsum("fk,fkd->fd", weights, mesh.uv[mesh.faces].astype(float))
    x, y = (np.clip(uv, 0, 0.9999) * pixels.shape[1::-1]).astype(int).T
    return pixels[y, x, :3].astype(float)


def differences(source: Mesh, new: Mesh, seed: int) -> NDArray[np.float64]:
    """How far the colours of the new faces are from those of the old surface beneath."""
    weights = np.random.default_rng(seed).dirichlet((1, 1, 1), len(new.faces))
    asked = np.einsum("fk,fkd->fd", weights, new.points[new.faces].astype(float))
    found = Surface(source.points, source.faces).closest(asked)
    beneath = replace(source, faces=np.ascontiguousarray(source.faces[found.faces]))
    return np.abs(colours_at(new, weights) - colours_at(beneath, found.weights)).max(axis=1)


def welded(mesh: Mesh) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    place, first = places(mesh.points)
    return mesh.points[first], place[mesh.faces].astype(np.int32)


def test_the_same_geometry_keeps_its_texture_to_the_byte():
    """Welding points together loses no look: every face finds its old coordinates."""
    ball = painted_ball()
    new = carried(ball, *welded(ball))
    assert ball.texture_png == new.texture_png
    assert np.abs(ball.uv[ball.faces] - new.uv[new.faces]).max() < 1e-5


@pytest.mark.parametrize("most", [3000, 800])
def test_fewer_faces_look_like_the_old_ones(most: int):
    """Thinned, also across the seam, nearly all colours are those beneath."""
    ball = painted_ball()
    points, faces = thinned(*welded(ball), faces_at_most=most)
    new = carried(ball, points, faces)
    assert np.percentile(differences(ball, new, seed=1), 97) < 25
    assert soundness_of(new.points, new.faces).sound
    assert np.array_equal(points[faces], new.points[new.faces])


def test_faces_across_a_seam_are_baked_below_the_old_texture():
    """They get a place of their own, in the same order every time."""
    ball = painted_ball()
    points, faces = thinned(*welded(ball), faces_at_most=800)
    one, other = carried(ball, points, faces), carried(ball, points, faces)
    assert one.texture_png == other.texture_png
    assert one.texture_png is not None
    assert ball.texture_png is not None
    old, new = decode_png(ball.texture_png), decode_png(one.texture_png)
    assert np.array_equal(old, new[: old.shape[0]])
    assert old.shape[0] < new.shape[0] <= 2048


def test_sharp_colours_stay_sharp():
    """A cube with one red side has no face that is partly red."""
    cube = damage.cube(cells=6)
    top = cube.points[cube.faces][..., 1].min(axis=1) >= cube.points[:, 1].max() - 1e-6
    loose = cube.points[cube.faces].reshape(-1, 3)
    colours = np.where(np.repeat(top, 3)[:, None], (255, 0, 0, 255), (0, 0, 255, 255))
    faces = np.arange(len(loose), dtype=np.int32).reshape(-1, 3)
    uv = np.zeros((len(loose), 2), np.float32)
    source = Mesh(loose, faces, uv, colours=colours.astype(np.uint8))
    new = carried(source, cube.points, cube.faces)
    assert new.colours is not None
    corners = new.colours[new.faces]
    assert np.array_equal(colours.reshape(-1, 3, 4), corners)


def test_a_thin_sheet_keeps_its_two_sides_apart():
    """Where new geometry lies nearer to the back, its front still looks like the front."""
    square = np.float32([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    points = np.concatenate([square, square - np.float32([0, 0, 0.01])])
    faces = np.int32([[0, 1, 2], [0, 2, 3], [4, 6, 5], [4, 7, 6]])
    colours = np.repeat(np.uint8([[255, 0, 0, 255], [0, 0, 255, 255]]), 4, axis=0)
    sheet = Mesh(points, faces, np.zeros((8, 2), np.float32), colours=colours)
    inner = square * np.float32([0.5, 0.5, 1]) + np.float32([0.25, 0.25, -0.007])
    new = carried(sheet, inner, faces[:2])
    assert new.colours is not None
    assert new.colours[:, 0].tolist() == [255] * 4


def test_a_plain_mesh_stays_plain():
    """Nothing is looked for where there is nothing to carry."""
    ball = damage.ball(around=12)
    new = carried(ball, ball.points, ball.faces)
    assert new.points is ball.points
    assert (new.texture_png, new.colours) == (None, None)
