"""Templates: every body is one solid that stands, is thick enough, and has a place for a face."""

from functools import lru_cache

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.balance import stance
from maquette.solids.bodies.figures import ANCHORS
from maquette.solids.bodies.templates import HEAD_SHARES, TEMPLATES, body_of
from maquette.solids.printed import printed
from maquette.solids.walls import patches, thicknesses_mm
from maquette.types import Mesh

SHARES = (0.30, 0.42, 0.55)
# loops to look through: between the legs and the base, and below the arms of who has hands on hips
LOOPS = {"standing": 1, "arms-up": 1, "sitting": 2, "waving": 1, "superhero": 3, "bust": 0}
SPACING = 0.0095
WALL_MM = 0.8  # on the smallest figure
SMALLEST_MM = 40.0
SLIVERS = 2e-4  # share of the surface: rays that start in a seam end at once

every = pytest.mark.parametrize("share", SHARES)
each = pytest.mark.parametrize("template", TEMPLATES)


@lru_cache(maxsize=4)
def figure(template, share):
    """A body, and its mesh as a printer sees it at the smallest size."""
    body = body_of(template, head_share=share)
    points, faces = body.mesh(spacing=SPACING)
    scaled = points * np.float32(SMALLEST_MM / 1000)
    return body, printed(Mesh(scaled, faces, np.zeros((len(points), 2), np.float32)))


@each
@every
def test_bodies_are_good_prints(template, share):
    """One closed solid of the right height, thick enough, its mass over what it stands on."""
    import manifold3d

    body, print_ = figure(template, share)
    mesh = print_.mesh
    pieces = patches(print_)
    stands = stance(print_, pieces)
    solid = manifold3d.Manifold(manifold3d.Mesh(mesh.points, mesh.faces.astype(np.uint32)))
    assert (True, 1) == (print_.soundness.sound, print_.soundness.bodies)
    assert LOOPS[template] == solid.genus()
    assert pytest.approx(SMALLEST_MM, abs=0.02) == print_.size_mm[2]
    assert pieces.share(thicknesses_mm(print_, pieces) < WALL_MM) < SLIVERS
    assert stands.margin_mm > 0.15 * SMALLEST_MM
    low, high = body.bounds * np.float32(SMALLEST_MM / 1000)
    assert (mesh.points >= low - 1e-6).all()
    assert (mesh.points <= high + 1e-6).all()


@each
@every
def test_faces_have_a_place(template, share):
    """Anchors lie on the plain head, mirrored, and as a face has them from top to bottom."""
    head = body_of(template, head_share=share).head
    assert set(ANCHORS) == set(head.anchors)
    places = np.stack([head.anchors[name] for name in ANCHORS])
    assert np.abs(head.field(places)).max() < 1e-5
    for name in ("eye", "mouth_corner", "ear"):
        left, right = head.anchors[f"left_{name}"], head.anchors[f"right_{name}"]
        assert left[0] > 0
        assert np.allclose(left * [-1, 1, 1], right, atol=1e-5)
    order = ("crown", "left_eye", "nose_tip", "mouth", "chin", "neck")
    heights = [{**head.anchors, "neck": head.neck}[name][1] for name in order]
    assert sorted(heights, reverse=True) == heights or heights[-2] < heights[-1]
    assert pytest.approx(share, rel=1e-3) == 2 * head.radii[1]


@each
@every
def test_hands_leave_room_for_hair(template, share):
    """Above the chin, hands and sleeves keep out of the egg around the head."""
    body = body_of(template, head_share=share)
    limbs = [part for part in body.parts if part.name.endswith(("hand", "arm", "sleeve"))]
    sphere = np.random.default_rng(3).normal(size=(4000, 3))
    sphere /= np.linalg.norm(sphere, axis=1, keepdims=True)
    egg = (body.head.centre + sphere * body.head.room).astype(np.float32)
    beside = egg[egg[:, 1] > body.head.anchors["chin"][1] + 0.1 * share]
    assert all(part.field(beside).min() > 0 for part in limbs)


@each
def test_text_changes_the_base_only(template):
    """With a name, nothing above the rim of the base is any different."""
    plain, named = (body_of(template, text=text) for text in ("", "Ada"))
    points = np.random.default_rng(4).uniform(*plain.bounds, (5000, 3)).astype(np.float32)
    assert np.array_equal(plain.distances(points), named.distances(points))
    above = points[points[:, 1] > 0.09]
    assert np.array_equal(plain.colours(above), named.colours(above))
    assert (None, True) == (plain.letters, named.letters is not None)


def test_a_name_stands_out_of_the_base():
    """Letters add a little volume, in front only, and in a colour of their own."""
    plain, named = (body_of("bust", text=text) for text in ("", "Ada Lovelace"))
    (bare, _), (points, faces) = (body.mesh(spacing=0.012) for body in (plain, named))
    print_ = printed(Mesh(points, faces, np.zeros((len(points), 2), np.float32)))
    assert (True, 1) == (print_.soundness.sound, print_.soundness.bodies)
    out = points[(np.hypot(points[:, 0], points[:, 2]) > 0.2588) & (points[:, 1] < 0.088)]
    assert len(out) > 100
    assert (out[:, 2] > 0).all()
    assert np.hypot(bare[:, 0], bare[:, 2])[bare[:, 1] < 0.088].max() < 0.2502
    letters = named.parts[[part.name for part in named.parts].index("letters")]
    assert np.array_equal(np.tile(letters.colour, (len(out), 1)), named.colours(out))


def test_default_shares_are_allowed():
    """0 is what suits the template, and gives the same as saying so."""
    for template in TEMPLATES:
        share = 2 * float(body_of(template).head.radii[1])
        assert HEAD_SHARES[0] <= share <= HEAD_SHARES[1]


def test_same_body_same_bytes():
    """Twice the same order is twice the same mesh and the same colours."""
    made = []
    for _ in range(2):
        body = body_of("superhero", text="Zoë")
        points, faces = body.mesh(spacing=0.015)
        made.append((points.tobytes(), faces.tobytes(), body.colours(points).tobytes()))
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        pytest.param({"template": "kneeling"}, "TEMPLATE_UNKNOWN", id="template"),
        pytest.param({"head_share": 0.29}, "HEAD_SHARE_RANGE", id="small head"),
        pytest.param({"head_share": 0.56}, "HEAD_SHARE_RANGE", id="large head"),
        pytest.param({"head_share": float("nan")}, "HEAD_SHARE_RANGE", id="no number"),
        pytest.param({"text": "x" * 25}, "BASE_TEXT_LONG", id="long text"),
        pytest.param({"text": "Ada 🙂"}, "BASE_TEXT_LETTERS", id="unknown sign"),
    ],
)
def test_slips_are_named(settings, code):
    """What cannot be made is refused with a code."""
    with pytest.raises(InputError) as refused:
        body_of(**{"template": "standing", **settings})
    assert code == refused.value.code
