"""Every file of roto shapes: what is written is what its own reader finds, and nothing else."""

import os
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.checks.shapes import READERS, read_shapes
from maquette.errors import InputError
from maquette.formats.shape_files import SHAPE_FILES
from maquette.splines.model import Moves, outline_at
from tests.splined import HOSTILE, PARTS, PLAIN, SHOTS, TURNING, ellipse, shot, spline, worst_iou

GOLDEN = Path(__file__).parents[1] / "golden" / "shapes"
KINDS = pytest.mark.parametrize("kind", SHAPE_FILES)
WORDS_ONLY = ("nuke", "nuke-script", "fusion", "fusion-setting", "blender", "natron")
WITH_FEATHER = {"nuke", "nuke-script", "after-effects", "blender", "natron", "json"}
WITHOUT_RATE = {"silhouette", "fusion-setting"}


def written(kind, shapes):
    """A file's bytes."""
    return SHAPE_FILES[kind].write(shapes)


def read_again(kind, shapes):
    """What a file says, by its own reader."""
    return read_shapes(written(kind, shapes), f"shot.{SHAPE_FILES[kind].ending}")


@KINDS
@pytest.mark.parametrize("name", SHOTS)
def test_file_covers_what_the_shapes_cover(kind, name):
    """At keys, between them and half way between plates, each object covers the same."""
    assert worst_iou(SHOTS[name], read_again(kind, SHOTS[name])) >= 0.999


@KINDS
@pytest.mark.parametrize("name", ["plain", "wide-pixels", "keys-outside", "frame-nought"])
def test_file_knows_the_plates(kind, name):
    """Size, pixel aspect, rate and plates are those of the shot, where the format has a place."""
    shapes = SHOTS[name]
    found = read_again(kind, shapes)
    assert shapes.size_wh == found.size_wh
    assert shapes.pixel_aspect == found.pixel_aspect
    assert shapes.frames == found.frames
    assert (None if kind in WITHOUT_RATE else shapes.rate) == found.rate


@KINDS
def test_visibility_is_exact_on_every_plate(kind):
    """A part that appears and vanishes is there on its plates and on no other."""
    shapes = SHOTS["parts"]
    found = read_again(kind, shapes)
    for frame in range(shapes.frames[0], shapes.frames[1] + 1):
        expected = [one.is_seen(frame) for one in shapes.shapes]
        assert expected == [line.is_seen for line in found.at(frame)]


@KINDS
def test_feather_is_kept_where_there_is_a_place(kind):
    """Soft edges come back in pixels; where the format has no place they are left out."""
    body = read_again(kind, shot(*PARTS)).at(1001)[0]
    expected = np.full(4, 2.0 if kind in WITH_FEATHER else 0.0)
    assert np.allclose(expected, body.feather_px, atol=1e-3)


@KINDS
def test_tangents_keep_their_sides(kind):
    """What lies before a point and what lies behind it are not exchanged, at corners either."""
    expected = TURNING.in_xy[0], TURNING.out_xy[0]
    found = read_again(kind, shot(TURNING)).at(1001)[0]
    assert np.allclose(expected, (found.in_xy, found.out_xy), atol=2e-3)


@KINDS
def test_few_keys_stay_few(kind):
    """Shapes without rigid turning are written in their own keys."""
    found = read_again(kind, shot(PLAIN)).splines[0]
    expected = tuple(range(1001, 1012)) if kind == "nuke" else (1001, 1011)
    # SVG's times run to the end of the shot
    assert expected == tuple(key for key in found.keys if key <= 1011)


@KINDS
@pytest.mark.parametrize("name", SHOTS)
def test_same_shapes_same_bytes(kind, name):
    """Nothing of the moment gets into a file."""
    assert written(kind, SHOTS[name]) == written(kind, SHOTS[name])


@KINDS
def test_golden(kind):
    """What is written is what was written when the golden was kept.

    Renew with ``MAQUETTE_RENEW_GOLDENS=1``. The further ending keeps scripts from being taken for
    ours.
    """
    ending = SHAPE_FILES[kind].ending
    path = GOLDEN / f"shot.{ending}.golden"
    made = written(kind, shot(*PARTS[:2], replace(TURNING, object="fox"), name="golden"))
    if os.environ.get("MAQUETTE_RENEW_GOLDENS"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(made)
    assert path.read_bytes() == made


def test_every_golden_is_somebodys():
    """A golden whose format is gone is taken away."""
    endings = {f"shot.{file.ending}.golden" for file in SHAPE_FILES.values()}
    assert endings == {path.name for path in GOLDEN.iterdir()}


def test_every_file_has_a_reader():
    """Writers and readers know the same endings."""
    assert set(READERS) == {file.ending for file in SHAPE_FILES.values()}


@KINDS
def test_files_are_plain_ascii_lines(kind):
    """After Effects reads its scripts so, and none of the others minds."""
    data = written(kind, SHOTS["names"])
    assert data.isascii()
    assert b"\r" not in data


@KINDS
@pytest.mark.parametrize("kind_of_name", ["object", "name"])
@settings(max_examples=25, deadline=None)
@given(text=st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40)))
def test_no_name_gets_out_of_its_place(kind, kind_of_name, text):
    """Whatever a name is, the file reads as the same shapes and is the same but for the name."""
    tame = shot(replace(PLAIN, **{kind_of_name: "tame"}))
    wild = shot(replace(PLAIN, **{kind_of_name: text}))
    lines = written(kind, wild).splitlines()
    assert len(written(kind, tame).splitlines()) == len(lines)
    found = read_again(kind, wild)
    assert 1 == len(found.splines)
    told = getattr(found.splines[0], kind_of_name)
    assert "\n" not in told
    if kind in WORDS_ONLY:
        assert re.fullmatch("[A-Za-z][A-Za-z0-9_]*", told)


@KINDS
def test_names_that_were_alike_are_told_apart(kind):
    """Names that lose their difference as plain words get a number."""
    shapes = shot(*(replace(PLAIN, name=name) for name in ("a b", "a-b", "A_B", "a+b")))
    names = [one.name for one in read_again(kind, shapes).splines]
    assert 4 == len({name.lower() for name in names})


@KINDS
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"size_wh": (0, 0)}, "SHOT_SIZE_UNKNOWN"),
        ({"size_wh": (640, 0)}, "SHOT_SIZE_UNKNOWN"),
        ({"rate": Fraction(0)}, "SHOT_TIMING"),
        ({"pixel_aspect": Fraction(0)}, "SHOT_TIMING"),
        ({"frames": (5, 4)}, "SHOT_TIMING"),
        ({"shapes": (spline("a", {1: [np.zeros((1, 2))] * 3}),)}, "SHAPE_POINTS"),
        ({"shapes": (spline("a", {1: [np.full((3, 2), np.nan)] * 3}),)}, "SHAPE_NOT_FINITE"),
        ({"shapes": (replace(PLAIN, colour='"]'),)}, "SHAPE_COLOUR"),
    ],
    ids=["no-size", "no-height", "no-rate", "no-aspect", "no-frames", "one-point", "nan", "colour"],
)
def test_what_is_not_known_is_refused(kind, changes, code):
    """Nothing is guessed: not a size, not a rate."""
    with pytest.raises(InputError) as refused:
        written(kind, replace(SHOTS["plain"], **changes))
    assert code == refused.value.code


@KINDS
def test_tiny_shapes_and_shots_of_one_plate(kind):
    """A shape of one pixel on a single plate, half of it outside, is written and read."""
    tiny = spline("tiny", {7: ellipse(0, 0, 0.5, 0.5)}, seen=((7, 7),))
    found = read_again(kind, shot(tiny, frames=(7, 7))).at(7)[0]
    assert np.allclose((0.5, 0), found.points_xy[0], atol=1e-3)
    assert found.is_seen


@pytest.mark.parametrize(
    "kind", sorted(SHAPE_FILES.keys() - {"fusion-setting"})
)  # it has no header
def test_no_shapes_at_all(kind):
    """A shot in which nothing was found is a file with nothing in it."""
    assert () == read_again(kind, shot()).splines


@KINDS
def test_what_cuts_first_cuts_nothing(kind):
    """A hole below everything leaves what lies above it whole."""
    shapes = shot(PARTS[1], PARTS[0])
    assert worst_iou(shot(PARTS[0]), read_again(kind, shapes)) >= 0.999


@KINDS
def test_many_plates_and_many_objects(kind):
    """200 objects, and 5,000 plates: every one is in the file."""
    many = shot(*(replace(PLAIN, name=f"s{n}", object=f"o{n}") for n in range(200)))
    assert 200 == len(read_again(kind, many).splines)
    slow = Moves((1, 5000), np.zeros((2, 2), np.float32), np.array([0, 3], np.float32),
                 np.ones(2, np.float32), (50, 40))  # fmt: skip
    still = spline("a", {1: ellipse(50, 40, 30, 22)}, moves=slow)
    found = read_again(kind, shot(still, frames=(1, 5000)))
    for frame in (1, 2345, 5000):
        expected = outline_at(still, frame).points_xy
        assert np.allclose(expected, found.at(frame)[0].points_xy, atol=0.1)
