"""Time code: counting frames as the trade does."""

from fractions import Fraction

import pytest

from maquette.errors import InputError
from maquette.video.timecode import frame_of, rate_of, timecode_of

NTSC, NTSC_60, FILM_NTSC = Fraction(30_000, 1001), Fraction(60_000, 1001), Fraction(24_000, 1001)


@pytest.mark.parametrize(
    ("frame", "rate", "timecode"),
    [
        pytest.param(0, Fraction(24), "00:00:00:00", id="midnight"),
        pytest.param(86_400, Fraction(24), "01:00:00:00", id="first hour"),
        pytest.param(86_423, FILM_NTSC, "01:00:00:23", id="film at NTSC speed counts 24"),
        pytest.param(1799, NTSC, "00:00:59;29", id="last before a drop"),
        pytest.param(1800, NTSC, "00:01:00;02", id="two numbers dropped"),
        pytest.param(17_982, NTSC, "00:10:00;00", id="tenth minute keeps all"),
        pytest.param(107_892, NTSC, "01:00:00;00", id="an hour of drop-frame"),
        pytest.param(3600, NTSC_60, "00:01:00;04", id="four dropped at 59.94"),
        pytest.param(2_589_407, NTSC, "23:59:59;29", id="last of the day"),
        pytest.param(119, Fraction(120), "00:00:00:119", id="three digits"),
    ],
)
def test_frames_and_time_code_agree(frame, rate, timecode):
    """A frame has its time code, and the time code names the frame."""
    assert timecode == timecode_of(frame, rate=rate, drop=";" in timecode)
    assert frame == frame_of(timecode, rate=rate)


@pytest.mark.parametrize("rate", [NTSC, NTSC_60], ids=["29.97", "59.94"])
def test_drop_frame_counts_every_frame_once(rate):
    """Twelve minutes of drop-frame time code are all different and lead back."""
    frames = range(round(rate) * 60 * 12)
    codes = [timecode_of(frame, rate=rate, drop=True) for frame in frames]
    assert list(frames) == [frame_of(code, rate=rate) for code in codes]
    assert sorted(codes) == codes


@pytest.mark.parametrize("drop", [False, True], ids=["counted", "dropped"])
def test_days_begin_anew(drop):
    """After the last frame of a day comes the first."""
    day = frame_of("23:59:59;29" if drop else "23:59:59:29", rate=NTSC) + 1
    assert timecode_of(7, rate=NTSC, drop=drop) == timecode_of(day + 7, rate=NTSC, drop=drop)


@pytest.mark.parametrize(
    ("timecode", "rate"),
    [
        pytest.param("1:00:00:00", Fraction(24), id="one digit"),
        pytest.param("01:60:00:00", Fraction(24), id="sixty minutes"),
        pytest.param("24:00:00:00", Fraction(24), id="a day too many"),
        pytest.param("01:00:00:24", Fraction(24), id="more frames than a second has"),
        pytest.param("00:01:00;01", NTSC, id="a dropped number"),
        pytest.param("00:01:00;02", Fraction(24), id="drop-frame at 24"),
        pytest.param("", Fraction(24), id="nothing"),
    ],
)
def test_impossible_time_code_is_refused(timecode, rate):
    """What cannot be on any slate is refused with a code."""
    with pytest.raises(InputError) as refused:
        frame_of(timecode, rate=rate)
    assert "TIMECODE_WRONG" == refused.value.code


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        pytest.param("23.976", FILM_NTSC, id="rounded"),
        pytest.param(23.98, FILM_NTSC, id="rounded more"),
        pytest.param("24", Fraction(24), id="whole"),
        pytest.param("24000/1001", FILM_NTSC, id="exact"),
        pytest.param(29.97, NTSC, id="NTSC"),
        pytest.param("12.5", Fraction(25, 2), id="no standard"),
        pytest.param(59.94, NTSC_60, id="double NTSC"),
    ],
)
def test_rates_are_exact(written, rate):
    """A rounded rate stands for the standard one, any other for itself."""
    assert rate == rate_of(written)


@pytest.mark.parametrize("written", ["fast", "0", "-24", "1/0", float("nan")], ids=str)
def test_what_is_no_rate_is_refused(written):
    """Words, zero and less are refused with a code."""
    with pytest.raises(InputError) as refused:
        rate_of(written)
    assert "FRAME_RATE" == refused.value.code
