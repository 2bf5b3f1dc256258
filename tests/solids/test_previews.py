"""Previews: the mesh is in the picture, in its colours, the right way round."""

from dataclasses import replace

import numpy as np
import pytest

from maquette.solids.cards import stand
from maquette.solids.previews import Sitter, portray, render, silhouette
from tests import zoo


@pytest.mark.parametrize("geometry", ["die_cut", "plane"])
def test_the_art_is_seen(geometry):
    """Seen from the front, the middle of the picture shows the ball's own colours."""
    card = stand(zoo.ball(), geometry=geometry).outputs["card"]
    picture = render(card, size_px=128, turn_deg=0, tilt_deg=0)
    middle = picture.rgba[64, 64, :3].astype(int)
    nearest = min(np.abs(middle - colour).max() for colour in (zoo.ORANGE, zoo.TEAL))
    assert nearest < 40


def test_a_plane_is_cut_out():
    """Through the hole of a ring on a plane the backdrop shows."""
    card = stand(zoo.ring(), geometry="plane").outputs["card"]
    picture = render(card, size_px=128, turn_deg=0, tilt_deg=0)
    middle = picture.rgba[64, 64, :3].astype(int)
    assert np.ptp(middle) < 30  # grey: neither orange nor teal


def test_left_stays_left():
    """A ball on the left of its whisker is left in the picture, and right from behind."""
    card = stand(zoo.whiskered()).outputs["card"]

    def colour_x(turn_deg):
        pixels = render(card, size_px=128, turn_deg=turn_deg, tilt_deg=0).rgba[..., :3]
        return np.nonzero(np.ptp(pixels.astype(int), axis=2) > 60)[1].mean()

    assert colour_x(0) < 60
    assert colour_x(180) > 68


def test_nearer_faces_hide_farther_ones():
    """A box shows its lit top and its front, never its inside: brighter above than below."""
    picture = render(zoo.box(), size_px=96, turn_deg=0, tilt_deg=35).rgba[..., 0].astype(int)
    assert picture[26, 48] > picture[60, 48] - 40
    assert picture[60, 48] > 100


def test_the_floor_is_shaded():
    """There is a shadow beside the foot of a card and none in the corner above."""
    picture = portray(stand(zoo.ball()).outputs["card"]).rgba[..., :3].astype(int)
    assert (384, 384) == picture.shape[:2]
    assert picture[300:370, 200:300].min() < picture[0, 0].min() - 40


def test_equal_meshes_give_equal_pictures():
    """Nothing in a preview is random."""
    card = stand(zoo.ball()).outputs["card"]
    assert np.array_equal(portray(card).rgba, portray(card).rgba)


def test_colours_of_points_are_seen():
    """A box with red points is red, and its grey is gone."""
    box = zoo.box()
    red = np.tile(np.array([220, 20, 20, 255], np.uint8), (len(box.points), 1))
    middle = render(replace(box, colours=red), size_px=96, turn_deg=0, tilt_deg=0).rgba[48, 48]
    assert middle[0] > 150
    assert middle[1:3].max() < 60


def test_colours_are_multiplied_with_the_texture():
    """A card whose points are half dark is drawn half as bright."""
    card = stand(zoo.ball()).outputs["card"]
    dim = np.full((len(card.points), 4), (128, 128, 128, 255), np.uint8)
    bright, dark = (
        render(mesh, size_px=96, turn_deg=0, tilt_deg=0).rgba[48, 48, :3].astype(int)
        for mesh in (card, replace(card, colours=dim))
    )
    assert (np.abs(bright / 2 - dark) < 20).all()


def test_without_a_floor_there_is_no_shadow():
    """A box that hangs before the backdrop leaves every pixel around it untouched."""
    sitter = Sitter.of(zoo.box())
    rows = sitter.portrait(sitter.view(-25, 12), size_px=96, floor=False).rgba[:, [0, 95], :3]
    assert np.array_equal(rows[:, 0], rows[:, 1])


def test_a_silhouette_covers_what_the_mesh_covers():
    """A square of 40 pixels covers 1600 of them, whichever way its back looks."""
    box = zoo.box(40)
    corners = (box.points[:, :2].astype(np.float64) * [1, -1] + [50, 70])[box.faces]
    assert 1600 == silhouette(corners, 100).sum()
