"""Sizing: what an order means in millimetres, hollows, flat feet, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.normalising import normalise
from maquette.solids.sizing import is_sound, size_up, written_mm
from maquette.solids.soundness import soundness_of
from maquette.types import Mesh
from tests import printable, zoo


def standard(solid):
    """The standard solid, and the size it had."""
    made = normalise(printable.mesh_of(solid))
    return made.outputs["solid"], made.params["model_mm"]


BLOCK, BLOCK_MM = standard(printable.block(40, 20, 10))
BALL, BALL_MM = standard(printable.ball(10))


def size_mm(mesh):
    return np.ptp(written_mm(mesh.points).astype(float), axis=0)


def sized(**asked):
    return size_up(BLOCK, model_mm=BLOCK_MM, **asked).outputs["print"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, (40, 20, 10)),
        ({"scale_factor": 2.5}, (100, 50, 25)),
        ({"scale_factor": 0.01}, (0.4, 0.2, 0.1)),
        ({"target_mm": {"x": 80.0}}, (80, 40, 20)),
        ({"target_mm": {"z": 76.2}}, (304.8, 152.4, 76.2)),
        ({"target_mm": {"x": 80.0, "z": 5.0}}, (20, 10, 5)),
        ({"target_mm": {"x": 80.0, "y": 30.0, "z": 30.0}}, (60, 30, 15)),
        ({"target_mm": {"z": 20.0}, "proportions": "stretch"}, (80, 40, 20)),
        ({"target_mm": {"x": 40.0, "z": 40.0}, "proportions": "stretch"}, (40, 40, 40)),
        ({"target_mm": {"x": 33.3, "y": 44.4, "z": 55.5}, "proportions": "stretch"}, None),
    ],
    ids=["as it is", "2.5", "1/100", "x", "z", "fit xz", "fit xyz", "one", "two", "three"],
)
def test_the_print_is_as_large_as_ordered(asked, expected):
    """Fit stays within every side, stretch meets them; sides not named follow the named ones."""
    expected = expected or tuple(asked["target_mm"].values())
    made = sized(**asked)
    assert pytest.approx(expected, abs=0.001) == size_mm(made).tolist()
    assert is_sound(made.points, made.faces)


def test_the_print_stands_on_the_bed_in_the_middle():
    """Its foot is at height 0, its middle over the origin."""
    low, high = sized(scale_factor=3).points.min(axis=0), sized(scale_factor=3).points.max(axis=0)
    assert pytest.approx([0, 0], abs=1e-6) == [low[1], (low + high)[0]]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"target_mm": {"x": 0.0}}, "PRINT_SIZE_RANGE"),
        ({"target_mm": {"x": -5.0}}, "PRINT_SIZE_RANGE"),
        ({"target_mm": {"x": float("nan")}}, "PRINT_SIZE_RANGE"),
        ({"target_mm": {"x": float("inf")}}, "PRINT_SIZE_RANGE"),
        ({"target_mm": {"x": True}}, "PRINT_SIZE_RANGE"),
        ({"target_mm": {"x": 1e9}}, "PRINT_SIZE_RANGE"),
        ({"scale_factor": -1.0}, "PRINT_SIZE_RANGE"),
        ({"scale_factor": float("nan")}, "PRINT_SIZE_RANGE"),
        ({"scale_factor": 1e-6}, "PRINT_SIZE_RANGE"),
        ({"scale_factor": 2.0, "target_mm": {"x": 9.0}}, "PRINT_SIZE_TWICE"),
        ({"target_mm": {"w": 9.0}}, "PRINT_OPTION_UNKNOWN"),
        ({"target_mm": {"x": 9.0}, "proportions": "squeeze"}, "PRINT_OPTION_UNKNOWN"),
        ({"hollow": {"wall_mm": 0.1, "drain_mm": 3.0}}, "PRINT_SIZE_RANGE"),
        ({"hollow": {"drain_mm": 3.0}}, "PRINT_SIZE_RANGE"),
        ({"hollow": {"wall_mm": 2.0, "drain_mm": -3.0}}, "PRINT_SIZE_RANGE"),
        ({"hollow": {"walls": 2.0}}, "PRINT_OPTION_UNKNOWN"),
        ({"hollow": {"wall_mm": 1.0}, "scale_factor": 50.0}, "PRINT_WALL_THIN"),
        ({"base_mm": 6.0}, "PRINT_SIZE_RANGE"),
        ({"base_mm": -1.0}, "PRINT_SIZE_RANGE"),
    ],
)
def test_what_cannot_be_printed_is_refused(asked, code):
    """Zero, negative, endless, unknown and contradictory wishes each have a code."""
    with pytest.raises(InputError) as trouble:
        sized(**asked)
    assert code == trouble.value.code


def test_stretching_beyond_ten_to_one_must_be_confirmed():
    """Ten is still fine, more asks back, and a confirmed order is made."""
    wide = {"proportions": "stretch", "target_mm": {"x": 40.0, "y": 20.0, "z": 100.0}}
    assert pytest.approx([40, 20, 100], abs=0.001) == size_mm(sized(**wide)).tolist()
    wide["target_mm"]["z"] = 101.0
    with pytest.raises(InputError) as trouble:
        sized(**wide)
    assert "PRINT_STRETCH" == trouble.value.code
    made = size_up(BLOCK, model_mm=BLOCK_MM, stretch_confirmed=True, **wide)
    assert "proportions were changed" in made.notes[0]
    assert pytest.approx(101, abs=0.001) == size_mm(made.outputs["print"])[2]


def test_a_stretched_print_that_was_delivered_keeps_its_proportions():
    """The size it is said to have counts, not the proportions of the solid."""
    made = size_up(BLOCK, model_mm=[10.0, 10.0, 30.0], scale_factor=2.0).outputs["print"]
    assert pytest.approx([20, 20, 60], abs=0.001) == size_mm(made).tolist()


def test_looks_stay_with_their_points_when_nothing_is_cut():
    """Texture, coordinates and colours of a plain change of size are the very same."""
    colours = np.arange(4 * len(BLOCK.points), dtype=np.uint8).reshape(-1, 4)
    uv = np.random.default_rng(0).uniform(0, 1, (len(BLOCK.points), 2)).astype(np.float32)
    painted = replace(BLOCK, colours=colours, uv=uv, texture_png=b"kept as it is")
    made = size_up(painted, model_mm=BLOCK_MM, scale_factor=2.0).outputs["print"]
    assert b"kept as it is" == made.texture_png
    assert np.array_equal(colours, made.colours)
    assert np.array_equal(uv, made.uv)


@pytest.mark.parametrize("wall_mm", [1.0, 2.0, 3.0])
def test_walls_are_as_thick_as_ordered(wall_mm):
    """A hollow ball keeps the volume of its shell, and nothing thinner than the wall."""
    made = size_up(BALL, model_mm=BALL_MM, target_mm={"z": 40.0}, hollow={"wall_mm": wall_mm})
    mesh = made.outputs["print"]
    points = written_mm(mesh.points).astype(float) - [0, 0, 20]
    radii = np.linalg.norm(points, axis=1)
    inner = radii[radii < 20 - wall_mm / 2]
    shell = 4 / 3 * np.pi * (20**3 - (20 - wall_mm) ** 3)
    found = soundness_of(mesh.points * np.float32(1000), mesh.faces)
    assert (True, 2) == (found.sound, found.bodies)
    assert pytest.approx(20 - wall_mm, abs=0.06) == float(inner.max())
    assert pytest.approx(shell, rel=0.03) == found.volume


def test_drain_holes_join_the_hollow_with_the_underside():
    """With holes the ball is one surface again, and they open where it meets the bed."""
    hollow = {"wall_mm": 2.0, "drain_mm": 4.0}
    made = size_up(BALL, model_mm=BALL_MM, target_mm={"z": 40.0}, hollow=hollow)
    mesh = made.outputs["print"]
    found = soundness_of(mesh.points, mesh.faces)
    assert (True, 1) == (found.sound, found.bodies)
    points = written_mm(mesh.points)
    on_rim = np.abs(np.hypot(points[:, 0], points[:, 1]) - 2) < 0.3
    assert points[on_rim, 2].min() < 1
    pole = points[np.hypot(points[:, 0], points[:, 1]) < 0.01, 2]
    assert pytest.approx(40, abs=0.001) == pole.max()
    assert pytest.approx([40, 40, 40], abs=0.001) == size_mm(mesh).tolist()
    assert "underside" in made.notes[-1]


def test_what_has_no_room_inside_stays_solid_and_says_so():
    """A plate of 10 mm has no hollow behind walls of 6 mm."""
    made = size_up(BLOCK, model_mm=BLOCK_MM, hollow={"wall_mm": 6.0, "drain_mm": 3.0})
    assert "no room" in made.notes[0]
    assert (
        pytest.approx(8000, rel=1e-4)
        == soundness_of(
            written_mm(made.outputs["print"].points), made.outputs["print"].faces
        ).volume
    )


def test_a_flat_base_is_cut_and_the_size_still_met():
    """The ball loses its foot, stands on a disc, and is as high as ordered."""
    made = size_up(BALL, model_mm=BALL_MM, target_mm={"z": 40.0}, base_mm=4.0)
    mesh = made.outputs["print"]
    points = written_mm(mesh.points)
    foot = points[points[:, 2] < 1e-4]
    ball = 44 / 2  # before the cut
    assert pytest.approx(40, abs=0.001) == size_mm(mesh)[2]
    assert pytest.approx(np.sqrt(ball**2 - (ball - 4) ** 2), rel=0.01) == np.ptp(foot[:, 0]) / 2
    assert is_sound(mesh.points, mesh.faces)


def test_colours_survive_cutting():
    """Old faces keep their colours, new ones get one that is there."""
    colours = np.full((len(BALL.points), 4), (10, 200, 30, 255), np.uint8)
    colours[BALL.points[:, 1] > 0.5] = (250, 20, 30, 255)
    painted = replace(BALL, colours=colours)
    hollow = {"wall_mm": 2.0, "drain_mm": 4.0}
    made = size_up(painted, model_mm=BALL_MM, target_mm={"z": 40.0}, base_mm=3.0, hollow=hollow)
    mesh = made.outputs["print"]
    high = written_mm(mesh.points)[:, 2] > 24
    outer = np.linalg.norm(written_mm(mesh.points) - [0, 0, 18.5], axis=1) > 21
    assert {(250, 20, 30)} == set(map(tuple, mesh.colours[high & outer, :3].tolist()))
    assert not (mesh.colours[:, :3] == 0).all(axis=1).any()


def test_the_same_order_gives_the_same_print():
    """Hollowing too is the same every time, to the last bit."""
    hollow = {"wall_mm": 2.0, "drain_mm": 3.0}
    one, two = (
        size_up(BALL, model_mm=BALL_MM, hollow=hollow, base_mm=1.0).outputs["print"]
        for _ in range(2)
    )
    assert one.points.tobytes() == two.points.tobytes()
    assert one.faces.tobytes() == two.faces.tobytes()


def test_an_open_mesh_is_no_solid():
    """What was not mended is refused, not cut."""
    box = zoo.box()
    with pytest.raises(InputError) as trouble:
        size_up(Mesh(box.points, box.faces[1:], box.uv), model_mm=[100.0, 100.0, 100.0])
    assert "MESH_NOT_SOLID" == trouble.value.code
