"""Cards: closed, right side out, of the size asked for, printed on the right side."""

import numpy as np
import pytest
import trimesh

from maquette.errors import InputError
from maquette.solids.cards import die_cut, plane, stand
from maquette.solids.motions import MOTIONS, reach
from maquette.solids.surfaces import open_edges, volume_m3
from maquette.solids.textures import decode_png
from tests import zoo

SUBJECTS = {
    "ball": zoo.ball(),
    "ring": zoo.ring(),
    "islands": zoo.islands(),
    "whiskered": zoo.whiskered(),
    "sheet": zoo.sheet(),
    "tiny": zoo.ball(20),
    "large": zoo.ring(1400, hole_px=200),
}


@pytest.mark.parametrize("picture", SUBJECTS.values(), ids=SUBJECTS)
def test_die_cut_is_watertight(picture):
    """Every card is closed with equal positions merged, by our judge and by trimesh's."""
    mesh, _ = die_cut(picture)
    merged = trimesh.Trimesh(mesh.points, mesh.faces, process=True)
    assert (0, True, True) == (
        open_edges(mesh.points, mesh.faces),
        merged.is_watertight,
        merged.is_winding_consistent,
    )
    assert volume_m3(mesh.points, mesh.faces) > 0


@pytest.mark.parametrize("seed", range(24))
def test_any_mask_gives_a_closed_card(seed):
    """Random blots with any border and size give one closed card within the budget."""
    rng = np.random.default_rng(seed)
    border, scale = float(rng.uniform(0.005, 0.1)), float(rng.uniform(0.1, 2.0))
    mesh, _ = die_cut(zoo.blots(seed), border=border, scale=scale)
    assert 0 == open_edges(mesh.points, mesh.faces)
    assert len(mesh.faces) <= 3000


@pytest.mark.parametrize("border", [0.005, 0.1], ids=["thin", "wide"])
@pytest.mark.parametrize("scale", [0.1, 2.0])
def test_die_cut_has_the_size_asked_for(scale, border):
    """The long side is 20 cm times the scale, the base at 0, the middle at 0, 3 mm thick."""
    mesh, _ = die_cut(zoo.whiskered(), scale=scale, thickness_mm=3.0, border=border)
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    assert pytest.approx(0.2 * scale, rel=1e-5) == (high - low).max()
    assert pytest.approx([0, 0, 0.003], abs=1e-6) == [low[1], low[0] + high[0], high[2] - low[2]]
    assert 0 == open_edges(mesh.points, mesh.faces)


@pytest.mark.parametrize("picture", SUBJECTS.values(), ids=SUBJECTS)
def test_die_cut_meets_the_budget(picture):
    """A card is light enough for a page full of stickers."""
    scores = stand(picture).scores
    assert 20 < scores["triangles"] <= 3000


def test_front_shows_the_art_and_walls_are_white():
    """The middle of the front samples orange or teal, every wall samples white paper."""
    mesh, _ = die_cut(zoo.ball())
    texture = decode_png(mesh.texture_png)
    side_px = texture.shape[0]
    wall = np.abs(mesh.points[:, 2]) < 0.0009
    u, v = (mesh.uv[wall] * side_px).astype(int).T
    assert {(255, 255, 255)} == set(map(tuple, texture[v, u, :3].tolist()))
    u, v = (mesh.uv.mean(axis=0) * side_px).astype(int)
    assert tuple(texture[v, u, :3].tolist()) in (zoo.ORANGE, zoo.TEAL)


def test_art_is_the_right_way_up():
    """What is at the top of the picture is at the top of the card, left stays left."""
    mesh, _ = die_cut(zoo.whiskered())
    right_most, top_most = mesh.points[:, 0].argmax(), mesh.points[:, 1].argmax()
    assert mesh.uv[right_most, 0] == mesh.uv[:, 0].max()
    assert mesh.uv[top_most, 1] == mesh.uv[:, 1].min()


def test_texture_is_opaque_and_a_power_of_two():
    """A large cut-out gets a 1024 px texture without alpha."""
    import cv2

    mesh, _ = die_cut(zoo.ball(1280))
    stored = cv2.imdecode(np.frombuffer(mesh.texture_png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert (1024, 1024, 3) == stored.shape


def test_bridges_are_told():
    """Who asked for three balls learns that they were joined."""
    assert ("3 separate parts were joined by strips of white",) == stand(zoo.islands()).notes


def test_plane_is_cut_out_by_its_texture():
    """A plane is two quads back to back with a cut-off, and its hidden colours are the art's."""
    mesh = plane(zoo.ball())
    texture = decode_png(mesh.texture_png)
    assert (4, 0.5) == (len(mesh.faces), mesh.alpha_cutoff)
    beside = texture[texture.shape[0] // 2, texture.shape[1] // 2 - 53]  # just outside the ball
    assert 0 == beside[3]
    assert tuple(beside[:3].tolist()) in (zoo.ORANGE, zoo.TEAL)


@pytest.mark.parametrize("geometry", ["die_cut", "plane"])
@pytest.mark.parametrize("motion", MOTIONS)
def test_moving_cards_stay_above_the_table(motion, geometry):
    """A motion changes neither points nor texture, fits the card's shape and never sinks."""
    still = stand(zoo.whiskered(), geometry=geometry).outputs["card"]
    card = stand(zoo.whiskered(), geometry=geometry, motion=motion).outputs["card"]
    assert still.points.tobytes() == card.points.tobytes()
    assert (still.texture_png, None) == (card.texture_png, still.motion)
    assert pytest.approx(0, abs=1e-6) == reach(card.points, card.motion)[0, 1]


@pytest.mark.parametrize("geometry", ["die_cut", "plane"])
def test_empty_cutouts_are_refused(geometry):
    """Nothing opaque is an input error whatever the geometry."""
    with pytest.raises(InputError, match="CUTOUT_EMPTY"):
        stand(zoo.empty(), geometry=geometry)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"geometry": "sphere"}, "CARD_GEOMETRY_UNKNOWN"),
        ({"scale": 3.0}, "CARD_OPTION_RANGE"),
        ({"scale": float("nan")}, "CARD_OPTION_RANGE"),
        ({"thickness_mm": 0.2}, "CARD_OPTION_RANGE"),
        ({"border": 0.5}, "CARD_OPTION_RANGE"),
        ({"motion": "levitate"}, "MOTION_UNKNOWN"),
    ],
    ids=["geometry", "scale", "nan", "thickness", "border", "motion"],
)
def test_wrong_options_are_refused(options, code):
    """Options outside their range are named, not clipped."""
    with pytest.raises(InputError) as caught:
        stand(zoo.ball(), **options)
    assert code == caught.value.code
