"""Readers of roto shapes: damaged and hostile files are told, never carried out, never a crash."""

import random
import re

import pytest

from maquette.checks.shapes import READERS, read_shapes
from maquette.checks.shapes.outlines import rate_of
from maquette.errors import FormatError
from maquette.formats.shape_files import SHAPE_FILES
from tests.splined import SHOTS

FILES = {file.ending: file.write(SHOTS["parts"]) for file in SHAPE_FILES.values()}
ENDINGS = pytest.mark.parametrize("ending", FILES)


def refused(data, ending):
    """The code that a file is refused with."""
    with pytest.raises(FormatError) as trouble:
        read_shapes(data, f"shot.{ending}")
    return trouble.value.code


@ENDINGS
def test_damaged_files_are_told_or_read(ending):
    """Bytes lost, changed or doubled at random: shapes or a plain refusal, nothing else."""
    dice = random.Random(7)
    for _ in range(40):
        data = bytearray(FILES[ending])
        place = dice.randrange(len(data))
        match dice.randrange(3):
            case 0:
                del data[place : place + dice.randrange(1, 50)]
            case 1:
                data[place] = dice.randrange(256)
            case _:
                data[place:place] = data[place : place + 50]
        try:
            read_shapes(bytes(data), f"shot.{ending}")
        except FormatError as trouble:
            assert trouble.code == "SHAPES_UNREADABLE"


@ENDINGS
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"{" * 5000,
        b"[" * 100_000,
        b"<a>" * 5000,
        b"x = " + b"-" * 100_000,
        b"x" + b".x" * 100_000,
    ],
    ids=["empty", "no-text", "braces", "brackets", "tags", "signs", "dots"],
)
def test_no_file_of_the_kind_is_refused(ending, data):
    """What is something else, or endless, is refused."""
    assert "SHAPES_UNREADABLE" == refused(data, ending)


SPOILT = {
    "fxs": [(b'interp="linear"', b'interp="hold"'), (b'"Bezier"', b'"Bspline"'),
            (b">Add<", b">Max<"), (b"<!--", b"<!DOCTYPE a [<!ENTITY b 'c'>]><!--"),
            (b'closed="True"', b'closed="False"')],
    "nk": [(b"name hero", b"name [exec]"), (b"name hero", b"name $x"), (b" bezier", b" bspline"),
           (b"{f 8192}", b"{f 8224}"), (b"operation stencil", b"operation over"),
           (b"{x447a8000 ", b"{x447ac000 "), (b"Roto {", b"Python {")],
    "nuke.py": [(b"import nuke\n", b"from os import system\n"), (b"curves.changed()", b"open('a')"),
                (b"STEP, LINEAR = 1, 2", b"STEP, LINEAR = 1, 3"),
                (b"import nuke\n", b"while 1: 1\n"),
                (b"curves.changed()", b"curves.remove()"), (b", 1.0))", b", 2.0))")],
    "jsx": [(b"var SHOT", b"var SHOTS"), (b'"keys":[', b'"keys":[1,')],
    "lottie.json": [(b'"x":[1]', b'"x":[0.5]'), (b'"inv":false', b'"inv":true'),
                    (b'"c":true', b'"c":false'), (b'"mode":"s"', b'"mode":"i"')],
    "comp": [(b"Linear = true, Locked", b"Locked"), (b"Closed = true", b"Closed = false"),
             (b'"Subtract"', b'"Multiply"'), (b"CurrentTime = 1001", b"CurrentTime = os.exit()"),
             (b"MaskWidth = Input { Value = 192", b"MaskWidth = Input { Value = 191")],
    "blender.py": [(b'"FREE"', b'"AUTO"'), (b"use_cyclic = True", b"use_cyclic = False"),
                   (b"import bpy\n", b"import bpy\nbpy.app.handlers.append(1)\n")],
    "natron.py": [(b"setCurveFinished(True)", b"setCurveFinished(False)"),
                  (b"fr.inria.built-in.Roto", b"fr.inria.built-in.Write")],
    "svg": [(b'calcMode="linear"', b'calcMode="spline"'), (b"Z\"", b"\""),
            (b'fill="#000000"', b'fill="#888888"'), (b"<svg", b"<!DOCTYPE svg><svg")],
    "shapes.json": [(b'"version":1', b'"version":2'), (b'"mode":"add"', b'"mode":"xor"')],
}  # fmt: skip
CASES = [(end, old, new) for end, pairs in SPOILT.items() for old, new in pairs]


@pytest.mark.parametrize(
    ("ending", "old", "new"), CASES, ids=[f"{end}-{new.decode()[:20]}" for end, _, new in CASES]
)
def test_what_would_look_otherwise_is_refused(ending, old, new):
    """A file whose application would draw something else is not read as if it did not."""
    assert old in FILES[ending]
    assert "SHAPES_UNREADABLE" == refused(FILES[ending].replace(old, new, 1), ending)


def test_a_moved_point_is_seen():
    """A reader that looked at nothing would pass every other test."""
    data = FILES["svg"].decode()
    spoilt = re.sub(r"M(\d+)", lambda match: f"M{int(match[1]) + 9}", data)
    with pytest.raises(FormatError):
        read_shapes(spoilt.encode(), "shot.svg")
    lifted = data.replace('height="108" viewBox="0 0 192 108"', 'height="9" viewBox="0 0 192 9"')
    assert (192, 9) == read_shapes(lifted.encode(), "shot.svg").size_wh


@pytest.mark.parametrize("name", ["shot.mov", "shot", "nk"], ids=["movie", "no-ending", "bare"])
def test_other_names_are_refused(name):
    """The name tells the application; other names tell none."""
    if name in READERS:
        assert "SHAPES_UNREADABLE" == refused(b"", name)
    else:
        with pytest.raises(FormatError) as trouble:
            read_shapes(b"", name)
        assert "SHAPES_KIND" == trouble.value.code


@pytest.mark.parametrize(
    ("written", "rate"),
    [(24, "24"), (23.976, "24000/1001"), (29.97003, "30000/1001"), (12.5, "25/2")],
)
def test_rates_are_known_by_their_decimals(written, rate):
    """Decimal rates are told as the fractions that are meant."""
    assert rate == str(rate_of(written))
