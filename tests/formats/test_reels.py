"""Reels: sheets of a shot whose objects are not all on every plate."""

import io
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from maquette.batch.stages import Member
from maquette.formats.reels import survey, survey_shapes
from maquette.provenance import Provenance
from maquette.splines.model import Shape, ShotShapes
from maquette.types import Mask, Source
from tests import shots

pytest.importorskip("av")
FRAMES = 4
FOOTAGE = {
    "movie": True,
    "colour": "display",
    "size_wh": list(shots.SIZE_WH),
    "rate": "24",
    "pixel_aspect": "1",
}


@pytest.fixture
def movie(tmp_path):
    """The disc's plates."""
    return shots.write_movie(tmp_path / "disc.mkv", FRAMES)


def member(movie, n, name=""):
    """A plate, or an object on it."""
    held = {
        "plate": Source("disc.mkv", lambda: nullcontext(movie)),
        "mask": Mask(shots.inside(n)),
    }
    told = {"object": f"disc/{name}", "called": name, "object_colour": "#00b4ff"} if name else {}
    return Member(
        item=f"disc.{name}.{n}",
        params={"frame": 1001 + n, "index": n, "timecode": "", **told},
        provenance=Provenance(),
        notes=(),
        scores={"confidence": 0.9},
        files={"plate": ("mkv", 1), **({"mask": ("png", 1)} if name else {})},
        read=lambda _: b"",
        load=lambda wanted, _: held[wanted],
    )


def sheet_of(members):
    """The sheet as pixels."""
    made = survey(members, shot="disc", footage=FOOTAGE)
    return np.asarray(Image.open(io.BytesIO(made.data)).convert("RGB")).astype(int)


def bluish(sheet):
    """How many pixels an overlay has tinted."""
    return int((sheet[..., 2] - sheet[..., 0] > 60).sum())


def test_bare_plates_make_a_sheet(movie):
    """Nothing is tinted before anything is cut out, and it fits the window of the UI."""
    sheet = sheet_of([member(movie, n) for n in range(FRAMES)])
    assert 0 == bluish(sheet)
    assert sheet.shape[1] <= 1130


def test_an_object_that_is_lost_on_some_plates_is_shown_on_the_others(movie):
    """The run of one object failed: the sheet shows what there is of it."""
    whole = [member(movie, n, "a") for n in range(FRAMES)]
    some = [member(movie, n, "b") for n in range(2)]
    both, alone = sheet_of([*whole, *some]), sheet_of(whole)
    assert 0 < bluish(alone) <= bluish(both)
    half = [member(movie, n, "a") for n in range(2)] + [member(movie, n, "c") for n in range(2, 4)]
    assert 0 < bluish(sheet_of(half))


def with_box(of_plate, name, corner_xy):
    """An object on a plate, and its splines: a blue box of 20 pixels."""
    square = [[0, 0], [20, 0], [20, 20], [0, 20]]
    corners = np.array(square, np.float32) + np.array(corner_xy, np.float32)
    still = np.zeros((1, 4, 2), np.float32)
    feather = np.zeros((1, 4), np.float32)
    box = Shape(name, name, (1001,), corners[None], still, still, feather, colour="#0000ff")
    shapes = ShotShapes("disc", shots.SIZE_WH, Fraction(24), (1001, 1004), (box,))
    before = of_plate.load

    def load(wanted, kind):
        return shapes if wanted == "shapes" else before(wanted, kind)

    return replace(of_plate, load=load)


def test_an_object_that_is_not_on_the_first_plate_has_its_splines_drawn(movie):
    """One object begins later than the other: the sheet shows the splines of both."""
    one = [with_box(member(movie, n, "a"), "a", (4, 4)) for n in range(FRAMES)]
    late = [with_box(member(movie, n, "b"), "b", (60, 36)) for n in range(2, FRAMES)]

    def drawn(members):
        made = survey_shapes(members, shot="disc", footage=FOOTAGE)
        return np.asarray(Image.open(io.BytesIO(made.data)).convert("RGB")).astype(int)

    alone, both = drawn(one), drawn([*one, *late])
    assert bluish(both) > bluish(alone) + 100
