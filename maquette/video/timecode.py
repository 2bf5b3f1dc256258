"""SMPTE time code and frame rates, exactly: rates are fractions, never floats.

What belongs here: frame numbers to ``HH:MM:SS:FF`` and back, drop-frame included, and reading a
rate. What does not: finding a file's time code (movies, stills).
"""

from __future__ import annotations

import re
from fractions import Fraction

from maquette.errors import InputError

# what "23.976" and its like stand for, and the whole rates beside them
STANDARD_RATES = tuple(
    Fraction(n * 1000, base) for n in (24, 25, 30, 48, 50, 60, 100, 120) for base in (1001, 1000)
    if base == 1000 or n not in (25, 50, 100)
)  # fmt: skip
_CLOSE = Fraction(1, 2500)  # 23.98 is meant as 24000/1001, which is 0.1 % from 24
_TIMECODE = re.compile(r"(\d{2}):([0-5]\d):([0-5]\d)([:;.])(\d{2,3})")


def rate_of(value: str | float | Fraction) -> Fraction:
    """Frames per second, snapped to the standard rate that a rounded number stands for.

    Args:
        value: ``"23.976"``, ``"24000/1001"``, ``25.0``.
    """
    try:
        rate = Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    except (ValueError, ZeroDivisionError):
        raise _no_rate(value) from None
    if rate <= 0:
        raise _no_rate(value)
    nearest = min(STANDARD_RATES, key=lambda standard: abs(standard - rate))
    return nearest if abs(nearest - rate) <= nearest * _CLOSE else rate


def _no_rate(value: object) -> InputError:
    return InputError(
        "FRAME_RATE", f"{str(value)[:40]!r} is no frame rate", fix="write 24, 23.976 or 24000/1001"
    )


def timecode_of(frame: int, *, rate: Fraction, drop: bool = False) -> str:
    """The time code of a frame counted from midnight; after 24 hours it begins anew.

    Args:
        frame: 0 is ``00:00:00:00``.
        rate: time code counts whole frames: 24 for 24000/1001.
        drop: drop-frame counting, written with a semicolon; only at 29.97 and 59.94.
    """
    per_second = _counted(rate)
    if drop:
        frame = _with_dropped(frame % _per_day(rate), rate=rate)
    seconds, rest = divmod(frame % (per_second * 86_400), per_second)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    digits = len(str(per_second - 1)) if per_second > 100 else 2
    mark = ";" if drop else ":"
    return f"{hour:02d}:{minute:02d}:{second:02d}{mark}{rest:0{digits}d}"


def frame_of(timecode: str, *, rate: Fraction) -> int:
    """The frame that a time code stands for, counted from midnight.

    A semicolon or full stop before the frames means drop-frame.
    """
    found = _TIMECODE.fullmatch(timecode.strip())
    per_second = _counted(rate)
    if found is None:
        raise _bad(timecode, "is not HH:MM:SS:FF")
    hour, minute, second, rest = (int(found[n]) for n in (1, 2, 3, 5))
    if hour > 23 or rest >= per_second:
        raise _bad(timecode, f"lies outside a day at {per_second} frames a second")
    frame = ((hour * 60 + minute) * 60 + second) * per_second + rest
    if found[4] == ":":
        return frame
    dropped = _dropped_per_minute(rate)
    if second == 0 and rest < dropped and minute % 10:
        raise _bad(timecode, "names a frame that drop-frame counting leaves out")
    return frame - dropped * (hour * 54 + minute - minute // 10)


def _bad(timecode: str, why: str) -> InputError:
    reason = f"time code {timecode[:40]!r} {why}"
    return InputError("TIMECODE_WRONG", reason, fix="write 01:00:00:00")


def _counted(rate: Fraction) -> int:
    return max(1, round(rate))


def _dropped_per_minute(rate: Fraction) -> int:
    """Two numbers of thirty, four of sixty are skipped each minute but every tenth."""
    if rate not in (Fraction(30_000, 1001), Fraction(60_000, 1001)):
        raise InputError(
            "TIMECODE_WRONG",
            f"drop-frame time code does not exist at {float(rate):g} frames a second",
            fix="use it at 29.97 or 59.94, or count without dropping",
        )
    return _counted(rate) // 15


def _per_day(rate: Fraction) -> int:
    return _counted(rate) * 86_400 - _dropped_per_minute(rate) * 54 * 24


def _with_dropped(frame: int, *, rate: Fraction) -> int:
    """The frame's number with the skipped numbers counted in."""
    dropped = _dropped_per_minute(rate)
    minute_frames = _counted(rate) * 60 - dropped
    ten_frames = minute_frames * 10 + dropped
    tens, rest = divmod(frame, ten_frames)
    # the first minute of ten is whole
    minutes = max(0, (rest - dropped) // minute_frames)
    return frame + dropped * (9 * tens + minutes)
