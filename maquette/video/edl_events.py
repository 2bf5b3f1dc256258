"""CMX 3600 edit decision lists before their reader sees them: is their time code of this rate?

An EDL does not say how many frames its seconds have. Read at a wrong rate it moves every cut by a
little, so what betrays the rate is looked for: frame numbers a second does not have, events whose
two sides differ in length, drop-frame counting. What does not belong here: what is cut (`edits`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from maquette.errors import InputError

COUNTED = (24, 25, 30, 48, 50, 60)  # frames a second that time code exists for
_TIME = r"(\d\d)[:.;,](\d\d)[:.;,](\d\d)([:.;,])(\d\d)"
_EVENT = re.compile(rf"(\d+)\s+\S.*?\s{_TIME}\s+{_TIME}\s+{_TIME}\s+{_TIME}\s*$")
_STAMP = re.compile(_TIME)
_DROPS = re.compile(r"FCM:?\s+(NON[- ]DROP|DROP)", re.IGNORECASE)


@dataclass(frozen=True)
class TimeCode:
    """Hours, minutes, seconds and frames, as written."""

    fields: tuple[int, int, int, int]

    def __str__(self) -> str:
        return ":".join(f"{number:02d}" for number in self.fields)

    def frames(self, counted: int, *, drops: bool = False) -> int:
        """How many frames stand before this one, at so many frames a second."""
        hours, minutes, seconds, frame = self.fields
        whole = ((hours * 60 + minutes) * 60 + seconds) * counted + frame
        past = hours * 60 + minutes
        # SMPTE ST 12-1: the first two numbers (four at 60) of each minute not divisible by ten
        # are left out, so that counting keeps up with the clock.
        return whole - (counted // 15) * (past - past // 10) if drops else whole


@dataclass(frozen=True)
class _Event:
    number: str
    times: tuple[TimeCode, TimeCode, TimeCode, TimeCode]  # source in, out, record in, out
    drops: bool
    retimed: bool = False


def time_code(text: str) -> tuple[TimeCode, bool] | None:
    """A time code and whether it counts drop-frame, or None for another text."""
    match = _STAMP.fullmatch(text.strip())
    return None if match is None else (_time(match.groups()), match[4] in ";,")


def checked_edl(text: str, *, name: str, rate: Fraction) -> str:
    """The list, its drop-frame events marked as such; refuses one of another rate.

    Args:
        text: the whole file.
        name: for messages.
        rate: of the movie, frames a second.
    """
    counted = round(rate)
    if counted not in COUNTED or abs(rate - counted) > Fraction(1, 10):
        raise InputError(
            "EDIT_RATE",
            f"{name}: there is no time code of {float(rate):g} frames a second",
            fix="cut the movie at 24, 25, 30, 48, 50 or 60 frames a second, or by scenes",
        )
    events = list(_events(text))
    _check_numbers(events, name=name, counted=counted)
    _check_drops(events, name=name, rate=rate)
    _check_lengths(events, name=name, counted=counted)
    return _marked(text)


def _time(parts: tuple[str, ...]) -> TimeCode:
    hours, minutes, seconds, _, frame = parts
    return TimeCode((int(hours), int(minutes), int(seconds), int(frame)))


def _events(text: str) -> Iterator[_Event]:
    """The events in order; a motion effect behind an event makes it a retimed one."""
    drops = False
    held: _Event | None = None
    for line in map(str.strip, text.splitlines()):
        told = _DROPS.match(line)
        if told:
            drops = told[1].upper() == "DROP"
        match = _EVENT.match(line)
        if match:
            if held:
                yield held
            held = _event(match, drops=drops)
        elif held and line.startswith("M2"):
            held = replace(held, retimed=True)
    if held:
        yield held


def _event(match: re.Match[str], *, drops: bool) -> _Event:
    parts = match.groups()[1:]
    source_in, source_out, record_in, record_out = (_time(parts[n : n + 5]) for n in (0, 5, 10, 15))
    marked = any(parts[n] in ";," for n in (3, 8, 13, 18))
    return _Event(match[1], (source_in, source_out, record_in, record_out), drops or marked)


def _check_numbers(events: list[_Event], *, name: str, counted: int) -> None:
    for event in events:
        for time in event.times:
            if time.fields[3] >= counted:
                raise InputError(
                    "EDIT_RATE",
                    f"{name}, event {event.number}: {time} has frame {time.fields[3]}; at"
                    f" {counted} frames a second they end at {counted - 1}",
                    fix=f"the list is not of this movie, or not at {counted} frames a second",
                )


def _check_drops(events: list[_Event], *, name: str, rate: Fraction) -> None:
    if rate in (Fraction(30000, 1001), Fraction(60000, 1001)):
        return
    for event in events:
        if event.drops:
            raise InputError(
                "EDIT_RATE",
                f"{name}, event {event.number}: counts drop-frame, which exists at 29.97 and"
                f" 59.94 frames a second only; the movie has {float(rate):.3f}",
                fix="export the list as non-drop frame, or use the movie it was made for",
            )


def _check_lengths(events: list[_Event], *, name: str, counted: int) -> None:
    """Both sides of an event are equally long at the list's own rate, and seldom at others."""
    differing = _differing(events, counted)
    if not differing:
        return
    highest = max(time.fields[3] for event in events for time in event.times)
    fits = [str(n) for n in COUNTED if highest < n and not _differing(events, n)]
    looks = f"the list looks as if made at {' or '.join(fits)} frames a second"
    raise InputError(
        "EDIT_RATE" if fits else "EDIT_DAMAGED",
        f"{name}, event {differing[0].number}: at {counted} frames a second its source and its"
        " record side differ in length",
        fix=looks if fits else "export the edit list again",
    )


def _differing(events: list[_Event], counted: int) -> list[_Event]:
    return [
        event
        for event in events
        if not event.retimed
        and _length(event, 0, counted=counted) != _length(event, 2, counted=counted)
    ]


def _length(event: _Event, side: int, *, counted: int) -> int:
    drops = event.drops and counted in (30, 60)
    first, last = event.times[side], event.times[side + 1]
    return last.frames(counted, drops=drops) - first.frames(counted, drops=drops)


def _marked(text: str) -> str:
    """The list with semicolons where FCM says drop-frame: the reader looks at them alone."""
    drops = False
    lines: list[str] = []
    for line in text.splitlines():
        told = _DROPS.match(line.strip())
        if told:
            drops = told[1].upper() == "DROP"
        if drops and _EVENT.match(line.strip()):
            line = _STAMP.sub(r"\1:\2:\3;\5", line)  # noqa: PLW2901
        lines.append(line)
    return "\n".join(lines)
