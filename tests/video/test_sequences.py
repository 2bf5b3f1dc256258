"""Names of frames: what makes a sequence, and what does not."""

import pytest

from maquette.errors import InputError
from maquette.video.limits import MOST_FRAMES
from maquette.video.sequences import frame_names, is_frame_name, refuse_gaps


@pytest.mark.parametrize(
    ("names", "pattern", "numbers"),
    [
        pytest.param(
            ["p.1003.exr", "p.1001.exr", "p.1002.exr"], "p.####.exr", (1001, 1002, 1003), id="any"
        ),
        pytest.param(["s010_v02.0007.dpx"], "s010_v02.####.dpx", (7,), id="the last digits count"),
        pytest.param(["f8.png", "f9.png", "f10.png"], "f#.png", (8, 9, 10), id="without zeros"),
        pytest.param(["0099.tif", "0100.tif"], "####.tif", (99, 100), id="digits alone"),
        pytest.param(["a.9999.jpg", "a.10000.jpg"], "a.####.jpg", (9999, 10000), id="overflowing"),
        pytest.param(["é 1.PNG", "é 2.PNG"], "é #.PNG", (1, 2), id="accents and spaces"),
        pytest.param(["f1.webp", "f2.webp"], "f#.webp", (1, 2), id="of the web"),
        pytest.param(["p_0001_main.exr"], "p_####_main.exr", (1,), id="words after the number"),
    ],
)
def test_names_make_a_sequence(names, pattern, numbers):
    """Pattern and numbers are found, in the order of the numbers."""
    found = frame_names(names)
    assert (pattern, numbers) == (found.pattern, found.numbers)
    assert (numbers[0], numbers[-1], len(names)) == (found.first, found.last, len(found.names))
    assert pattern.count("#") == found.padding


def test_gaps_are_ranges():
    """What is missing is told as ranges, however wide they are."""
    found = frame_names(["a.1.exr", "a.2.exr", "a.4.exr", "a.9999999999.exr"])
    assert ((3, 3), (5, 9_999_999_998)) == found.gaps


def test_missing_frames_are_named():
    """A sequence with gaps is refused, naming the frames."""
    with pytest.raises(InputError) as refused:
        refuse_gaps(frame_names(["a.01.exr", "a.02.exr", "a.04.exr", "a.08.exr"]))
    assert "FRAMES_MISSING" == refused.value.code
    assert refused.value.reason.endswith("lacks 4 of its frames 1-8: 3, 5-7")


def test_whole_sequences_pass():
    """One without gaps is not refused."""
    assert refuse_gaps(frame_names([f"a.{n}.exr" for n in range(5, 20)])) is None


@pytest.mark.parametrize(
    ("names", "code"),
    [
        pytest.param([], "FRAMES_NONE", id="nothing"),
        pytest.param(["a.1.exr", "b.2.exr"], "FRAMES_MIXED", id="two sequences"),
        pytest.param(["a.1.exr", "a.2.dpx"], "FRAMES_MIXED", id="two kinds"),
        pytest.param(["a.1.exr", "a.01.exr"], "FRAMES_MIXED", id="one number twice"),
        pytest.param(["a.001.exr", "a.02.exr"], "FRAMES_MIXED", id="padded in two ways"),
        pytest.param(["plate.exr"], "FRAME_NAME", id="no number"),
        pytest.param(["a\udcff.1.exr"], "FRAME_NAME", id="no UTF-8"),
        pytest.param(["a\n.1.exr"], "FRAME_NAME", id="a line break"),
        pytest.param(["../a.1.exr"], "FRAME_NAME", id="a path"),
        pytest.param([f"a.{'1' * 30}.exr"], "FRAME_NAME", id="a number too long"),
        pytest.param(["a.1.gif"], "FOOTAGE_KIND", id="another kind"),
    ],
)
def test_what_is_no_sequence_is_refused(names, code):
    """Each trouble has its code, and a message that can be printed anywhere."""
    with pytest.raises(InputError) as refused:
        frame_names(names)
    assert code == refused.value.code
    refused.value.reason.encode()


def test_too_many_frames_are_refused():
    """More than a reel of them is not looked at further."""
    with pytest.raises(InputError) as refused:
        frame_names([f"a.{n}.exr" for n in range(MOST_FRAMES + 1)])
    assert "FOOTAGE_TOO_LONG" == refused.value.code


@pytest.mark.parametrize(
    ("name", "answer"),
    [("a.1.EXR", True), ("a.1.jpeg", True), (".a.1.exr", False), ("_READY", False), ("a", False)],
    ids=["capitals", "jpeg", "hidden", "marker", "bare"],
)
def test_frames_are_told_by_their_ending(name, answer):
    """Frames end as pictures do; hidden files and markers are none."""
    assert answer == is_frame_name(name)
