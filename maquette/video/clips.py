"""Clips: the few frames of footage that a motion is made of, as pictures and as cut-outs.

What belongs here: choosing frames, telling pictures from their masks by name, and the stages that
open and cut frames. What does not: finding the subject (`spotting`, `keys`), following it
(`tracks`), and decoding (`footage`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from maquette.batch.stages import Made, map_stage, span_stage
from maquette.errors import InputError
from maquette.pictures.colours import bled, without_background
from maquette.pictures.masks import carries_alpha, parts_of
from maquette.pictures.mattes import CLEAR_BELOW, SOLID_ABOVE
from maquette.pictures.opening import open_picture, shown
from maquette.types import Alpha, Bytes, Floats, Picture, Source
from maquette.video.keys import cover_of
from maquette.video.runs import PlateRun, Views
from maquette.video.sequences import FrameNames, frame_names, refuse_gaps

FEWEST, MOST = 16, 31  # frames of a motion; engines take no other number
LONGEST_PX = 1024  # of a picture: engines see no more, and a mesh's texture holds no more
STILL = 0.0005  # of the range, on average over a picture: less is noise of the coding
_ORDINALS = ("", "", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
             "tenth")  # fmt: skip
_FIX = "a motion needs 16 to 31 frames"


@dataclass(frozen=True)
class Choice:
    """The frames of a clip that are taken.

    Attributes:
        indices: counted from 0 in the clip, rising.
        stride: how many frames of the clip one step is, on average: it plays at the clip's rate
            divided by this.
        notes: what is left out, in plain words.
    """

    indices: tuple[int, ...]
    stride: float
    notes: tuple[str, ...] = ()


def chosen_frames(
    frames: int, *, first: int = 0, last: int = -1, stride: int = 0, lost: Collection[int] = ()
) -> Choice:
    """Which frames of a clip are taken: 16 to 31 of them, and what is left out is told.

    Args:
        frames: how many the clip has.
        first: of the range, counted from 0.
        last: of the range, which it belongs to; -1 is the clip's end.
        stride: every so many frames one is taken; 0 spreads them so that they fit.
        lost: frames that do not decode.
    """
    end = frames - 1 if last == -1 else last
    if frames and not 0 <= first <= end < frames:
        raise InputError(
            "CLIP_RANGE",
            f"the range {first} to {end} is not within the clip, whose frames are 0 to "
            f"{frames - 1}",
            fix=f"frames are counted from 0: write [0, {frames - 1}], or a part of it",
        )
    taken = range(first, end + 1, stride) if stride else range(first, end + 1)
    whole = tuple(n for n in taken if n not in lost)
    notes = _loss_notes([n for n in taken if n in lost])
    limits = _Limits(frames, first, end, stride)
    if len(whole) < FEWEST:
        raise limits.too_short(len(whole), lost=len(taken) - len(whole))
    if len(whole) <= MOST:
        return Choice(whole, _step(whole), (*_stride_notes(limits, len(whole)), *notes))
    if stride:
        raise limits.too_long(len(whole))
    last_place = len(whole) - 1
    spread = tuple(whole[round(n * last_place / (MOST - 1))] for n in range(MOST))
    told = f"{len(whole)} frames: {MOST} of them are taken, {_how_often(_step(spread))}"
    return Choice(spread, _step(spread), (told, *notes))


@dataclass(frozen=True)
class _Limits:
    """What was asked for, in words for refusals."""

    frames: int
    first: int
    end: int
    stride: int

    @property
    def asked(self) -> str:
        """The range and the stride, where there are any."""
        is_whole = (self.first, self.end) == (0, self.frames - 1)
        parts = ["" if is_whole else f"in the range {self.first} to {self.end}"]
        parts.append(f"with a stride of {self.stride}" if self.stride > 1 else "")
        return " ".join(filter(None, parts))

    def too_short(self, count: int, *, lost: int) -> InputError:
        """The refusal of so few frames."""
        asked = self.asked
        why = f" {asked} (the clip has {self.frames})" if asked else ""
        torn = f", {lost} more do not decode" if lost else ""
        span = self.end - self.first + 1
        closer = (span - 1) // (FEWEST - 1)
        fix = "upload a longer clip"
        if self.stride > 1 and closer >= 1:
            fix = f"use a stride of {closer}" if closer > 1 else "leave the stride out"
        elif self.frames >= FEWEST and asked:
            fix = "widen the range"
        return InputError(
            "CLIP_TOO_SHORT",
            f"{count} frame{'' if count == 1 else 's'}{why}{torn}: at least {FEWEST} are needed",
            fix=f"{fix}; {_FIX}",
        )

    def too_long(self, count: int) -> InputError:
        """The refusal of a stride that leaves so many frames."""
        span = self.end - self.first + 1
        return InputError(
            "CLIP_TOO_LONG",
            f"{count} frames {self.asked or 'with a stride of 1'}: at most {MOST} are taken",
            fix=f"use a stride of {-(-span // MOST)} or more, or none, which spreads {MOST} evenly",
        )


def _step(indices: Sequence[int]) -> float:
    return (indices[-1] - indices[0]) / (len(indices) - 1)


def _how_often(step: float) -> str:
    nth = round(step)
    if nth < 2:
        return "evenly spread"
    return f"about every {_ORDINALS[nth]}" if nth < len(_ORDINALS) else f"about one in {nth}"


def _stride_notes(limits: _Limits, count: int) -> tuple[str, ...]:
    if limits.stride <= 1:
        return ()
    span = limits.end - limits.first + 1
    return (f"{span} frames: {count} of them are taken, one every {limits.stride} as asked",)


def _loss_notes(lost: Sequence[int]) -> tuple[str, ...]:
    if not lost:
        return ()
    told = ", ".join(str(n) for n in lost[:8]) + (", …" if len(lost) > 8 else "")
    return (f"left out, because it does not decode: {told}",)


def told_of(changes: Sequence[float]) -> tuple[str, ...]:
    """What to say of frames that show the same as those before them.

    Args:
        changes: the score ``change`` of every frame but the first.
    """
    still = sum(change < STILL for change in changes)
    if not still:
        return ()
    if still == len(changes):
        return ("all frames show the same: nothing will move",)
    return (f"{still} of {len(changes) + 1} frames show the same as the one before",)


@dataclass(frozen=True)
class Pairs:
    """Frames in order, each with its mask.

    Attributes:
        masks: one per image; None where nobody painted any.
    """

    images: tuple[str, ...]
    masks: tuple[str | None, ...]


_PAIRED = re.compile(r"(?P<head>.*)_(?P<what>image|mask)", re.IGNORECASE | re.DOTALL)


def paired(names: Sequence[str]) -> Pairs | None:
    """``…_image`` and ``…_mask`` files in the order of their names; None where there are none.

    Args:
        names: of the frame files in one folder, without it.
    """
    split = [(name, _PAIRED.fullmatch(PurePosixPath(name).stem)) for name in names]
    if not any(match for _, match in split):
        return None
    found: dict[str, dict[str, str]] = {"image": {}, "mask": {}}
    for name, match in split:
        if match is None:
            raise _unpaired(f"{shown(name)} is neither an _image nor a _mask")
        other = found[match["what"].lower()].setdefault(match["head"], name)
        if other != name:
            raise _unpaired(f"{shown(other)} and {shown(name)} claim the same place")
    images, masks = found["image"], found["mask"]
    for head in masks:
        if head not in images:
            raise _unpaired(f"{shown(masks[head])} has no image beside it")
    for head in images:
        if masks and head not in masks:
            raise _unpaired(f"{shown(images[head])} has no mask, though others have")
    order = sorted(images, key=_natural)
    _refuse_lacking([images[head] for head in order])
    return Pairs(tuple(images[head] for head in order), tuple(masks.get(head) for head in order))


def _unpaired(what: str) -> InputError:
    return InputError(
        "CLIP_PAIRS",
        what,
        fix="name every frame like walk01_image.png and its mask walk01_mask.png",
    )


def _natural(name: str) -> list[tuple[int, str]]:
    """Numbers in a name by their value: frame 9 comes before frame 10."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), part) if n % 2 else (0, part) for n, part in enumerate(parts)]


def _refuse_lacking(images: Sequence[str]) -> None:
    """Numbered images lack none; names of another making have no numbers to go by."""
    numbered: FrameNames | None = None
    with suppress(InputError):
        numbered = frame_names(images)
    if numbered is not None:
        refuse_gaps(numbered)


@span_stage(version="1", makes="picture")
def take_frames(
    plate: Sequence[Source],
    mask_file: Sequence[Source | None],
    *,
    indices: list[int],
    footage: dict[str, Any],
) -> Iterator[Made]:
    """Pictures of 8 bits with square pixels, even sizes, and at most 1024 px along a side.

    Each row gets ``has_alpha``, whether a visible share of it is see-through, and from the second
    on the score ``change``, how far it is from the one before, 0..1.

    Args:
        plate: in order.
        mask_file: painted for a frame, which then is its alpha.
        indices: the place of each plate in its footage.
        footage: the clip's own words on it; ``pixel_aspect`` where pixels are not square.
    """
    aspect = Fraction(footage.get("pixel_aspect", 1))
    before: Bytes | None = None
    with PlateRun(plate, indices, footage) as run:
        views = Views(run)
        for n in range(len(plate)):
            seen: Picture = views[n]
            painted = mask_file[n]
            if painted is not None:
                seen = _masked(seen, painted, where=f"the mask of frame {indices[n]}")
            picture = fitted(seen, pixel_aspect=aspect)
            yield Made(
                {"picture": picture},
                scores={} if before is None else {"change": _change(before, picture.rgba)},
                params={"has_alpha": painted is not None or carries_alpha(picture)},
            )
            before = picture.rgba


def _masked(picture: Picture, painted: Source, *, where: str) -> Picture:
    with painted.opened() as path:
        mask = open_picture(path.read_bytes(), name=where)
    if mask.size_wh != picture.size_wh:
        told, wanted = (f"{width} × {height}" for width, height in (mask.size_wh, picture.size_wh))
        raise InputError(
            "MASK_SIZE",
            f"{where} is {told} pixels, its image {wanted}",
            fix="paint masks at the size of their images",
        )
    return Picture(np.dstack([picture.rgba[..., :3], cover_of(mask)]))


def fitted(picture: Picture, *, pixel_aspect: Fraction = Fraction(1)) -> Picture:
    """The picture with square pixels and even sides, averaged down to at most `LONGEST_PX`.

    Nothing is lost where pixels are made square: the side that is short of pixels grows.
    """
    width, height = (float(side) for side in picture.size_wh)
    width *= max(1.0, float(pixel_aspect))
    height *= max(1.0, float(1 / pixel_aspect))
    factor = min(1.0, LONGEST_PX / max(width, height))
    size_wh = _even(width * factor), _even(height * factor)
    if factor == 1 and pixel_aspect == 1 and min(picture.size_wh) > 1:
        # an odd last row is left away: fitting it in would blur all others
        return Picture(np.ascontiguousarray(picture.rgba[: size_wh[1], : size_wh[0]]))
    return Picture(_averaged(picture, size_wh))


def _even(side_px: float) -> int:
    return max(2, 2 * int(side_px / 2 + 1e-6))


def _averaged(picture: Picture, size_wh: tuple[int, int]) -> Bytes:
    """Resampled with colours weighted by alpha; in 16 bits, since 8K floats are half a gigabyte."""
    import cv2

    rgba = picture.rgba
    shrinks = size_wh[0] * size_wh[1] < rgba.shape[0] * rgba.shape[1]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    if picture.is_opaque:
        return np.asarray(cv2.resize(rgba, size_wh, interpolation=way), np.uint8)
    weighted = np.empty(rgba.shape, np.uint16)
    np.multiply(rgba[..., :3], rgba[..., 3:], out=weighted[..., :3], dtype=np.uint16)
    np.multiply(rgba[..., 3], 255, out=weighted[..., 3], dtype=np.uint16)
    small = np.asarray(cv2.resize(weighted, size_wh, interpolation=way), np.float32) / 255
    small[..., :3] *= 255 / np.maximum(small[..., 3:], 1)
    return np.rint(small).clip(0, 255).astype(np.uint8)


def _change(before: Bytes, now: Bytes) -> float:
    """How far two pictures are apart, 0..1; hidden colours count as they are."""
    import cv2

    return float(np.mean(cv2.absdiff(before, now))) / 255


@map_stage(version="1", makes="cutout")
def cut_frame(picture: Picture, alpha: Alpha) -> Picture:
    """The subject of a frame alone: no specks beside it, no backdrop in its edge.

    A frame on which it is hidden is wholly transparent.
    """
    cover = _without_specks(_tidied(alpha.cover))
    rgb = without_background(picture.rgba[..., :3], cover)
    own = picture.rgba[..., 3].astype(np.float32)
    return _clean(np.dstack([rgb, np.rint(cover * own).astype(np.uint8)]))


@map_stage(version="1", makes="cutout")
def keep_alpha(picture: Picture) -> Picture:
    """The cut-out of a frame that came with alpha, or with a mask: alpha stays exactly as it is."""
    return _clean(picture.rgba)


def _clean(rgba: Bytes) -> Picture:
    """The subject's colours carried out under what is see-through; nothing where it is hidden."""
    if not rgba[..., 3].any():
        return Picture(np.zeros_like(rgba))
    return Picture(bled(rgba))


def _tidied(cover: Floats) -> Floats:
    """Without a matter's haze, which is meant neither outside nor inside."""
    tidied = np.where(cover < CLEAR_BELOW, 0, np.where(cover > SOLID_ABOVE, 1, cover))
    return tidied.astype(np.float32)


def _without_specks(cover: Floats) -> Floats:
    parts = parts_of(cover > 0)
    kept = np.concatenate([[False], parts.main])[parts.labels]
    return np.where(kept, cover, np.float32(0))
