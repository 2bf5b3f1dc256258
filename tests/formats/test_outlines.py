"""Outlines: an object's mattes as splines on their own plates."""

import numpy as np

from maquette.batch.stages import Member
from maquette.formats.outlines import outline
from maquette.provenance import Provenance
from maquette.splines.rasters import cover_of, iou
from maquette.types import Alpha
from tests import shots

FOOTAGE = {"size_wh": list(shots.SIZE_WH), "rate": "24", "pixel_aspect": "1"}
WANTED = {"points": 12, "least_iou": 0.95, "keyed_most": 0.5}


def on_plate(n):
    """The disc's matte on frame n."""
    cover = shots.inside(n).astype(np.float32)
    return Member(
        item=f"disc.{n}",
        params={"frame": 1001 + n},
        provenance=Provenance(),
        notes=(),
        scores={},
        files={"alpha": ("png", 1)},
        read=lambda _: b"",
        load=lambda _name, _kind: Alpha(cover),
    )


def outlined(members):
    """The object's splines, and what is told of them."""
    return outline(
        members,
        shot="disc",
        object="disc/ball",
        footage=FOOTAGE,
        object_colour="#00b4ff",
        wanted=WANTED,
    )


def test_plates_after_one_that_was_set_aside_keep_their_numbers():
    """The plate of frame 3 is lost: every other one still has its own outline."""
    made = outlined([on_plate(n) for n in range(10) if n != 3])
    shot = made.outputs["shapes"]
    assert (1001, 1010) == shot.frames
    for n in (0, 5, 7, 9):
        drawn = cover_of(shot.shapes, 1001 + n, size_wh=shots.SIZE_WH)
        assert iou(drawn, shots.inside(n).astype(np.float32)) > 0.95, n


def test_what_an_artist_should_know_is_told():
    """Overlap, points, keys and chatter are scores of the item."""
    made = outlined([on_plate(n) for n in range(8)])
    assert made.scores["points_at_once"] <= 12
    assert made.scores["keyed_share"] <= 0.5
    assert made.scores["worst_iou"] > 0.95
    assert 0 <= made.scores["chatter_px"] < 0.3
    assert [1001 + n for n in range(8)] == [row[0] for row in made.params["frames_told"]]
