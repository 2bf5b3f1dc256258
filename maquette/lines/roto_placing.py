"""Roto orders held against their footage: what lies outside the plates is told, not guessed.

What does not belong here: reading orders (`roto_orders`) and finding out about footage.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from maquette.errors import InputError
from maquette.lines.roto_orders import BadPart, Prompt, RotoObject, RotoOrder


def delivered_range(order: RotoOrder, *, footage: tuple[int, int]) -> tuple[int, int]:
    """The first and last plate to deliver: the order's range as far as the footage goes.

    Args:
        order: whose range is asked for.
        footage: plate numbers of its first and last frame.
    """
    first, last = order.frames or footage
    if first > footage[1] or last < footage[0]:
        raise InputError(
            "ORDER_RANGE_OUTSIDE",
            f"{order.name}, field range: [{first}, {last}] is not in the footage, which has the"
            f" plates {footage[0]} to {footage[1]}",
            fix="plates are counted from first_frame; correct the one or the other",
        )
    return max(first, footage[0]), min(last, footage[1])


def worked_range(order: RotoOrder, *, footage: tuple[int, int]) -> tuple[int, int]:
    """The first and last plate that are worked on: the delivered ones and their handles."""
    first, last = delivered_range(order, footage=footage)
    return max(first - order.handles, footage[0]), min(last + order.handles, footage[1])


def placed(
    order: RotoOrder,
    *,
    size_wh: tuple[int, int],
    footage: tuple[int, int],
    lacking: Collection[int] = (),
) -> RotoOrder:
    """The order with its range filled in and without prompts that lie outside the plates.

    A prompt on a plate that is not worked on, a click outside the picture and a box that misses
    it are set aside; a box that stands out is cut to the picture. An object that has no prompt
    left is set aside with them.

    Args:
        order: whose prompts are held against the footage.
        size_wh: of its plates.
        footage: plate numbers of its first and last frame.
        lacking: plates between these that are of no shot or do not decode.
    """
    plates = _Plates(size_wh, worked_range(order, footage=footage), lacking)
    bad = list(order.bad)
    kept: list[RotoObject] = []
    for one in order.objects:
        prompts = _inside(order, one, bad, plates=plates)
        if prompts:
            kept.append(replace(one, prompts=prompts))
        else:
            error = InputError(
                "ORDER_NO_PROMPTS",
                f"{order.name}, object {one.name}: all its prompts are outside",
                fix="move at least one into the picture and the range",
            )
            bad.append(BadPart(one.name, None, error))
    delivered = delivered_range(order, footage=footage)
    notes = order.notes
    if order.frames and delivered != order.frames:
        asked = f"{order.frames[0]} to {order.frames[1]}"
        told = f"{delivered[0]} to {delivered[1]}"
        notes = (*notes, f"{order.name}: plates {asked} were asked for, the footage has {told}")
    return replace(order, frames=delivered, objects=tuple(kept), bad=tuple(bad), notes=notes)


@dataclass(frozen=True)
class _Plates:
    """What prompts must lie on: pictures of one size, first and last of them, and the gaps."""

    size_wh: tuple[int, int]
    worked: tuple[int, int]
    lacking: Collection[int]


def _inside(
    order: RotoOrder, one: RotoObject, bad: list[BadPart], *, plates: _Plates
) -> tuple[Prompt, ...]:
    prompts: list[Prompt] = []
    for number, prompt in enumerate(one.prompts, start=1):
        where = f"{order.name}, object {one.name}, prompt {number}"
        try:
            _check_frame(prompt, where, plates=plates)
            _check_clicks(prompt, where, size_wh=plates.size_wh)
            prompts.append(_boxed(prompt, where, size_wh=plates.size_wh))
        except InputError as error:
            bad.append(BadPart(one.name, number, error))
    return tuple(prompts)


def _check_frame(prompt: Prompt, where: str, *, plates: _Plates) -> None:
    first, last = plates.worked
    if prompt.frame is not None and not first <= prompt.frame <= last:
        raise InputError(
            "PROMPT_OUTSIDE",
            f"{where}: frame {prompt.frame} is not one of the plates {first} to {last}",
            fix="plates are counted from first_frame; widen the range, the handles, or move it",
        )
    if prompt.frame in plates.lacking:
        raise InputError(
            "PROMPT_OUTSIDE",
            f"{where}: frame {prompt.frame} is in no shot, or does not decode",
            fix="move it to a plate that was taken in",
        )


def _check_clicks(prompt: Prompt, where: str, *, size_wh: tuple[int, int]) -> None:
    for x, y in (*prompt.clicks_xy, *prompt.clicks_off_xy):
        if not (0 <= x < size_wh[0] and 0 <= y < size_wh[1]):
            raise InputError(
                "PROMPT_OUTSIDE",
                f"{where}: the click at {x:g}, {y:g} is outside the picture,"
                f" which is {size_wh[0]} x {size_wh[1]}",
                fix="clicks are in pixels of the full plate, from its top left corner",
            )


def _boxed(prompt: Prompt, where: str, *, size_wh: tuple[int, int]) -> Prompt:
    if prompt.box_xyxy is None:
        return prompt
    width, height = size_wh
    left, top, right, bottom = prompt.box_xyxy
    cut = (max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height)))
    if cut[0] >= cut[2] or cut[1] >= cut[3]:
        raise InputError(
            "PROMPT_OUTSIDE",
            f"{where}: the box {left:g}, {top:g}, {right:g}, {bottom:g} misses the picture,"
            f" which is {width} x {height}",
            fix="boxes are in pixels of the full plate, from its top left corner",
        )
    return replace(prompt, box_xyxy=cut)
