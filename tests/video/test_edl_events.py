"""The time code of EDLs."""

from fractions import Fraction

import pytest

from maquette.errors import InputError
from maquette.video.edl_events import checked_edl, time_code
from tests.video import edit_lists

FILM, NTSC = Fraction(24), Fraction(30000, 1001)
TAIL = ("TAPE1", "walk", "01:00:00:20 01:00:01:04 01:00:02:00 01:00:02:08")  # 8 frames at 24 only


def refused(data, rate):
    """The error a list is refused with."""
    with pytest.raises(InputError) as error:
        checked_edl(data.decode(), name="cut.edl", rate=rate)
    return error.value


@pytest.mark.parametrize(
    ("text", "counted", "expected"),
    [
        pytest.param("00:00:00:00", 24, 0, id="zero"),
        pytest.param("01:00:00:00", 24, 86_400, id="an-hour-of-film"),
        pytest.param("00:01:00;02", 30, 1_800, id="first-dropped"),
        pytest.param("00:10:00;00", 30, 17_982, id="tenth-minute-drops-none"),
        pytest.param("01:00:00;00", 30, 107_892, id="an-hour-of-ntsc"),
        pytest.param("01:00:00;00", 60, 215_784, id="an-hour-of-59.94"),
    ],
)
def test_time_code_is_counted(text, counted, expected):
    """A time code is as many frames as the standard says."""
    time, drops = time_code(text)
    assert expected == time.frames(counted, drops=drops)


@pytest.mark.parametrize("text", ["", "1:2:3", "00:00:00", "tomorrow"])
def test_other_text_is_no_time_code(text):
    """What is not written as a time code is none."""
    assert time_code(text) is None


FRAME_24 = "01:00:00:24 01:00:01:24 00:00:00:00 00:00:01:00"
AT_NO_RATE = "01:00:00:00 01:00:01:00 00:00:00:00 00:00:02:00"
DROPS = "01:00:00;02 01:00:01;02 00:00:00;02 00:00:01;02"


@pytest.mark.parametrize(
    ("times", "rate", "code"),
    [
        pytest.param(FRAME_24, 24, "EDIT_RATE", id="frame-24"),
        pytest.param(TAIL[2], 25, "EDIT_RATE", id="lengths"),
        pytest.param(TAIL[2], NTSC, "EDIT_RATE", id="lengths-ntsc"),
        pytest.param(AT_NO_RATE, 24, "EDIT_DAMAGED", id="at-no-rate"),
        pytest.param(DROPS, 24, "EDIT_RATE", id="drop-frame"),
        pytest.param(TAIL[2], 15, "EDIT_RATE", id="no-such-time-code"),
        pytest.param(TAIL[2], Fraction(249, 10), "EDIT_RATE", id="between-rates"),
    ],
)
def test_wrong_rate_is_found(times, rate, code):
    """A list that was made at another rate than the movie's does not pass."""
    error = refused(edit_lists.edl(("TAPE1", "walk", times)), Fraction(rate))
    assert code == error.code


def test_right_rate_is_named():
    """The rate at which a refused list agrees with itself is told, and the event."""
    error = refused(edit_lists.edl(TAIL), Fraction(25))
    assert "event 001" in error.reason
    assert "24 frames" in error.fix


@pytest.mark.parametrize("rate", [FILM, Fraction(24000, 1001)], ids=["24", "23.976"])
def test_right_rate_passes(rate):
    """A list of the movie's rate is handed on unchanged."""
    text = edit_lists.edl(TAIL).decode()
    assert text.split() == checked_edl(text, name="cut.edl", rate=rate).split()


def test_retimed_event_may_differ():
    """An event whose speed is changed has sides of different length by right."""
    text = edit_lists.FROZEN.decode()
    assert text.split() == checked_edl(text, name="cut.edl", rate=FILM).split()


def test_drop_frame_of_the_heading_is_marked():
    """Where only the heading says drop-frame, time code gets the mark its reader looks for."""
    times = "01:00:00:02 01:00:01:02 00:00:00:02 00:00:01:02"
    data = edit_lists.edl(("TAPE1", "walk", times), head="FCM: DROP FRAME")
    marked = checked_edl(data.decode(), name="cut.edl", rate=NTSC)
    assert "01:00:00;02 01:00:01;02 00:00:00;02 00:00:01;02" in marked
