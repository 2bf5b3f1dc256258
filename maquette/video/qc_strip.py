"""The strip below a QC frame: how sure the tracker was of every object, frame by frame.

One lane per object: its confidence as a hill in its colour, doubtful stretches in red, hidden
ones hatched, keys as diamonds; frame numbers below, and a playhead. What belongs here: drawing
the lanes. What does not: the tiles above them (qc).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from maquette.types import Bytes, Floats
from maquette.video.lettering import Colour, diamond, dot, fitted, lay, plate, width_of, write

DOUBTFUL = 0.5  # below it a person should look
MOST_LANES = 8  # more would be too thin to read; the rest is counted
LANE_PX, LANE_GAP_PX, RULER_PX = 30, 4, 26
NAME_PX, VALUE_PX = 180, 74
TEXT_PX = 14
LEAST_STEP_PX = 70  # between two frame numbers
GROUND, LANE = (22, 22, 25), (34, 35, 39)
HATCH, WARNING = (64, 65, 71), (226, 74, 60)
INK, FAINT = (206, 207, 212), (128, 130, 138)
PLAYHEAD = (255, 255, 255)
_STEPS = tuple(step * 10**power for power in range(6) for step in (1, 2, 5))


@dataclass(frozen=True)
class Followed:
    """One object over the whole shot; frames are counted from 0.

    Attributes:
        colour: RGB, 0..255.
        confidence: 0..1, one per frame of the shot.
        keys: frames that a person has set.
        hidden: frames on which the object cannot be seen.
    """

    name: str
    colour: Colour
    confidence: tuple[float, ...]
    keys: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Strip:
    """The lanes of a shot, drawn once; a playhead is set on a copy for every frame."""

    objects: tuple[Followed, ...]
    first_frame: int
    width_px: int

    @property
    def lanes(self) -> int:
        """How many objects are drawn."""
        return min(len(self.objects), MOST_LANES)

    @property
    def height_px(self) -> int:
        """Of the whole strip."""
        return _top_of(self.lanes) + RULER_PX

    def at(self, frame: int) -> Bytes:
        """The strip with its playhead on this frame: (H, W, 3) uint8."""
        strip = self._still.copy()
        x = round(self._x_of(frame))
        self._rule(strip, beside=x)
        foot = _top_of(self.lanes)
        strip[:foot, x - 1 : x + 1] = PLAYHEAD
        for lane, followed in enumerate(self.objects[: self.lanes]):
            text, colour = _value(followed, frame)
            base = (self.width_px - 8, _top_of(lane) + LANE_PX - 10)
            write(strip, text, at_xy=base, look=(TEXT_PX, colour), align="right")
        number = str(self.first_frame + frame)
        wide = width_of(number, size_px=TEXT_PX) + 12
        left = int(np.clip(x - wide // 2, 0, self.width_px - wide))
        lay(strip, plate(wide, 20, corner_px=4), at_xy=(left, foot + 2), colour=PLAYHEAD)
        at_xy = (left + wide / 2, foot + 17)
        write(strip, number, at_xy=at_xy, look=(TEXT_PX, GROUND), align="middle")
        return strip

    @property
    def _chart_px(self) -> int:
        return self.width_px - NAME_PX - VALUE_PX

    @property
    def _frames(self) -> int:
        return len(self.objects[0].confidence)

    def _x_of(self, frame: int) -> float:
        return NAME_PX + (frame + 0.5) * self._chart_px / self._frames

    @cached_property
    def _still(self) -> Bytes:
        """Everything but the playhead and the values under it."""
        strip = np.full((self.height_px, self.width_px, 3), GROUND, np.uint8)
        for lane, followed in enumerate(self.objects[: self.lanes]):
            top = _top_of(lane)
            lay(strip, dot(5.5), at_xy=(2, top + LANE_PX // 2 - 7), colour=followed.colour)
            name = fitted(followed.name, size_px=TEXT_PX, most_px=NAME_PX - 32)
            write(strip, name, at_xy=(22, top + LANE_PX - 10), look=(TEXT_PX, INK))
            strip[top : top + LANE_PX, NAME_PX : NAME_PX + self._chart_px] = self._chart(followed)
            for key in sorted(followed.keys):
                self._mark(strip, key, middle=top + LANE_PX // 2)
        return strip

    def _chart(self, followed: Followed) -> Bytes:
        """One lane's hill: (LANE_PX, chart, 3) uint8."""
        # a column may stand for many frames: it shows the least sure of them
        columns = np.arange(self._chart_px)
        starts = columns * self._frames // self._chart_px
        ends = np.maximum(-(-(columns + 1) * self._frames // self._chart_px), starts + 1)
        sure = np.array(followed.confidence, np.float32)
        hidden = np.isin(np.arange(self._frames), list(followed.hidden))
        least = np.array([sure[a:b].min() for a, b in zip(starts, ends, strict=True)])
        unseen = np.array([hidden[a:b].all() for a, b in zip(starts, ends, strict=True)])
        return _hill(np.where(unseen, np.nan, least), followed.colour)

    def _mark(self, strip: Bytes, frame: int, *, middle: int) -> None:
        for radius, colour in ((6.5, GROUND), (5.0, PLAYHEAD)):
            sign = diamond(radius)
            reach = sign.shape[0] // 2
            lay(
                strip, sign, at_xy=(round(self._x_of(frame)) - reach, middle - reach), colour=colour
            )

    def _rule(self, strip: Bytes, *, beside: int) -> None:
        """Frame numbers at round steps, far enough apart to be read, none under the playhead's."""
        foot = _top_of(self.lanes)
        step = next(s for s in _STEPS if s * self._chart_px / self._frames >= LEAST_STEP_PX)
        first = -(-self.first_frame // step) * step
        for number in range(first, self.first_frame + self._frames, step):
            x = round(self._x_of(number - self.first_frame))
            strip[foot - LANE_GAP_PX + 1 : foot + 2, x] = FAINT
            if abs(x - beside) > LEAST_STEP_PX // 2 + 10:
                at_xy = (float(x), foot + 17)
                write(strip, str(number), at_xy=at_xy, look=(TEXT_PX - 2, FAINT), align="middle")
        if len(self.objects) > self.lanes:
            more = f"and {len(self.objects) - self.lanes} more"
            write(strip, more, at_xy=(22, foot + 17), look=(TEXT_PX - 2, FAINT))


def _hill(height: Floats, colour: Colour) -> Bytes:
    """Columns filled to their height; not-a-number is hatched."""
    y = np.arange(LANE_PX, dtype=np.float32)[:, None]
    x = np.arange(len(height))[None]
    hatched = np.isnan(height)[None]
    ground = np.full((LANE_PX, len(height), 3), LANE, np.float32)
    ground[hatched & ((x + y) % 8 < 3)] = HATCH
    ground[round(_y_of(DOUBTFUL)), ::3] = HATCH
    body = np.where(height[:, None] < DOUBTFUL, np.array(WARNING), np.array(colour))[None]
    inward_px = y - _y_of(np.nan_to_num(height))
    inside = np.clip(inward_px + 0.5, 0, 1)
    ridge = np.clip(1.5 - np.abs(inward_px), 0, 1)
    share = np.where(hatched, 0, np.maximum(inside * 0.5, ridge))[..., None]
    return (ground + (body - ground) * share + 0.5).astype(np.uint8)


def _y_of(confidence: Any) -> Any:
    """Where a confidence, or an array of them, stands in its lane."""
    return (1 - confidence) * (LANE_PX - 4) + 2


def _value(followed: Followed, frame: int) -> tuple[str, Colour]:
    if frame in followed.keys:
        return "key", PLAYHEAD
    if frame in followed.hidden:
        return "hidden", FAINT
    sure = followed.confidence[frame]
    return f"{sure:.0%}", WARNING if sure < DOUBTFUL else INK


def _top_of(lane: int) -> int:
    return lane * (LANE_PX + LANE_GAP_PX)
