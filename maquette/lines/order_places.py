"""Fields of orders that point: at frames of a clip, and at places on a picture.

What does not belong here: which fields an order has, and whether what is pointed at exists.
"""

from __future__ import annotations

from typing import Any

from maquette.errors import InputError
from maquette.lines.order_fields import list_of, number_of, whole_number

LARGEST_FRAME = 99_999_999  # eight digits of a file's number
MOST_CLICKS = 200  # in one prompt
LARGEST_PX = 65_536.0

Point = tuple[float, float]
Box = tuple[float, float, float, float]

_POINT_SCHEMA = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
POINTS_SCHEMA = {"type": "array", "items": _POINT_SCHEMA, "minItems": 1, "maxItems": MOST_CLICKS}
BOX_SCHEMA = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
RANGE_SCHEMA = {
    "type": "array",
    "items": {"type": "integer", "minimum": 0, "maximum": LARGEST_FRAME},
    "minItems": 2,
    "maxItems": 2,
}


def frame_of(value: Any, where: str) -> int:
    """The number of a frame."""
    return whole_number(value, where, low=0, high=LARGEST_FRAME)


def range_of(value: Any, where: str) -> tuple[int, int]:
    """The first and the last frame, both included."""
    ends = list_of(value, where, most=16, meant="[first, last]")
    frames = [frame_of(end, where) for end in ends]
    if len(frames) != 2 or frames[0] > frames[1]:
        raise InputError(
            "ORDER_RANGE",
            f"{where}: {frames} is not a range of frames",
            fix="write the first and the last frame: [1001, 1100]",
        )
    return frames[0], frames[1]


def points_of(value: Any, where: str) -> tuple[Point, ...]:
    """Places in pixels: a list of [x, y], or one of them."""
    held = list_of(value, where, most=MOST_CLICKS, meant="a list of points [[x, y], …]")
    if len(held) == 2 and not any(isinstance(one, list) for one in held):
        held = [held]  # one point, its outer brackets forgotten
    pairs = [_numbers(one, where, meant="a point [x, y]", count=2) for one in held]
    return tuple((x, y) for x, y in pairs)


def box_of(value: Any, where: str) -> Box:
    """Left, top, right and bottom in pixels."""
    left, top, right, bottom = _numbers(value, where, meant="a box [x0, y0, x1, y1]", count=4)
    if left >= right or top >= bottom:
        raise InputError(
            "ORDER_BOX",
            f"{where}: the box is empty",
            fix="write left, top, right, bottom in pixels, the right and bottom edge larger",
        )
    return left, top, right, bottom


def _numbers(value: Any, where: str, *, meant: str, count: int) -> list[float]:
    written = list_of(value, where, most=16, meant=meant)
    numbers = [number_of(one, where) for one in written]
    if len(numbers) != count:
        raise InputError("ORDER_SHAPE", f"{where}: {len(numbers)} numbers are not {meant}")
    if any(abs(one) > LARGEST_PX for one in numbers):
        raise InputError("ORDER_NUMBER_RANGE", f"{where}: a position is far outside any picture")
    return numbers
