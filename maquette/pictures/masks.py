"""Which pixels belong to the subject: from the picture's own alpha, or found by a segmenter.

What belongs here: turning confidence into a clean hard mask, and judging it. What does not:
soft edges (`mattes`), and any model (`engines`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from maquette.batch.stages import Batch, map_stage
from maquette.errors import InputError
from maquette.roles import Prompts, Segmenter
from maquette.types import Bools, Floats, Mask, Picture

EMPTY_SHARE = 0.005  # of the picture: less is no subject
FULL_SHARE = 0.985  # of the picture: more is no background
# A subject may well come in parts; a segmenter that is guessing leaves hundreds of crumbs.
SPECKLED_PARTS = 50
SPECKLED_MAIN_SHARE = 0.7
MAIN_PART_SHARE = 0.02  # of the largest part: smaller ones are specks
PINHOLE_SHARE = 0.0005  # of the subject: smaller holes are filled
CLEAR_SHARE = 0.005  # a picture with fewer see-through pixels was not cut out by anyone


@map_stage(version="1", makes="mask", batched=True)
def cut_out(
    picture: Batch[Picture],
    *,
    segmenter: Segmenter,
    native_alpha: Batch[bool] | bool = False,
    background_removal: Batch[bool] | bool = True,
    confidence_threshold: Batch[float] | float = 0.5,
    smooth_edges: Batch[bool] | bool = True,
) -> Batch[Mask | Exception]:
    """Masks of the subjects; one that is empty, full or all crumbs is an error in its place.

    The picture's own alpha is used where it has one, all of it where the background stays; the
    segmenter sees only the rest, in one call.

    Args:
        picture: one or more.
        segmenter: finds salient subjects.
        native_alpha: the picture's alpha is exact, whatever it looks like.
        background_removal: False keeps the whole picture.
        confidence_threshold: 0.5 to 0.95; higher keeps only what is surely subject.
        smooth_edges: take jags out of the outline that the segmenter's low resolution leaves.
    """
    count = len(picture)
    native, removal = _each(native_alpha, count), _each(background_removal, count)
    threshold, smooth = _each(confidence_threshold, count), _each(smooth_edges, count)
    found: dict[int, Mask | Exception] = {}
    for index, shot in enumerate(picture):
        if native[index] or carries_alpha(shot):
            found[index] = _judged(shot.rgba[..., 3] >= 128, whole_is_fine=not removal[index])
        elif not removal[index]:
            found[index] = Mask(np.ones(shot.rgba.shape[:2], np.bool_))
    rest = [index for index in range(count) if index not in found]
    if rest:
        maps = segmenter.segment([picture[i] for i in rest], [Prompts()] * len(rest))
        for index, confidence in zip(rest, maps, strict=True):
            found[index] = _from_confidence(
                confidence, threshold=threshold[index], smooth=smooth[index]
            )
    return [found[index] for index in range(count)]


def carries_alpha(picture: Picture) -> bool:
    """Whether someone cut this picture out already: a visible share of it is see-through."""
    if picture.is_opaque:
        return False
    return float((picture.rgba[..., 3] < 128).mean()) >= CLEAR_SHARE


def smoothed(inside: Bools, *, radius_px: float) -> Bools:
    """The mask without jags and hairs narrower than the radius; its area hardly changes."""
    import cv2

    size_px = 2 * max(1, round(radius_px)) + 1
    ellipse = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size_px, size_px))
    drawn = inside.astype(np.uint8)
    drawn = cv2.morphologyEx(drawn, cv2.MORPH_CLOSE, ellipse)
    drawn = cv2.morphologyEx(drawn, cv2.MORPH_OPEN, ellipse)
    return cv2.GaussianBlur(drawn.astype(np.float32), (0, 0), radius_px) > 0.5


@dataclass(frozen=True)
class Parts:
    """The connected parts of a mask."""

    labels: np.ndarray  # (H, W) int32, 0 outside
    areas_px: np.ndarray  # (N,) int, of labels 1 .. N

    @property
    def main(self) -> Bools:
        """(N,) which parts are large enough to be meant."""
        return self.areas_px >= max(1, MAIN_PART_SHARE * self.areas_px.max(initial=0))


def parts_of(inside: Bools) -> Parts:
    """The parts of a mask, joined along sides and corners."""
    import cv2

    _, labels, figures, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), None)
    return Parts(labels=labels, areas_px=figures[1:, cv2.CC_STAT_AREA])


def _each(option: Any, count: int) -> Sequence[Any]:
    """One value per item; a lone value holds for all of them."""
    return option if isinstance(option, list) else [option] * count


def _from_confidence(confidence: Floats, *, threshold: float, smooth: bool) -> Mask | Exception:
    inside = confidence >= threshold
    # 0.2 % of the long side: the step that a 320 px map leaves at any size
    radius_px = max(inside.shape) * 0.002
    judged = _judged(inside, whole_is_fine=False)
    if isinstance(judged, Exception):
        return judged
    cleaned = _without_crumbs(inside)
    if smooth:
        cleaned = smoothed(cleaned, radius_px=max(1.0, radius_px))
    return _judged(cleaned, whole_is_fine=False)


def _without_crumbs(inside: Bools) -> Bools:
    """The main parts with their pinholes filled."""
    parts = parts_of(inside)
    kept = np.concatenate([[False], parts.main])[parts.labels]
    holes = parts_of(~kept)
    pinhole = holes.areas_px < PINHOLE_SHARE * kept.sum()
    return kept | np.concatenate([[False], pinhole])[holes.labels]


def _judged(inside: Bools, *, whole_is_fine: bool) -> Mask | Exception:
    """The mask, or what is wrong with it in figures."""
    share = float(inside.mean())
    if share < EMPTY_SHARE:
        return InputError(
            "MASK_EMPTY",
            f"the subject fills {share:.2%} of the picture, at least {EMPTY_SHARE:.1%} is needed",
            fix="use a picture with one clear subject, or lower confidence_threshold",
        )
    if share > FULL_SHARE and not whole_is_fine:
        return InputError(
            "MASK_FULL",
            f"the subject fills {share:.1%} of the picture, no background was found",
            fix="set background_removal to no to keep the whole picture",
        )
    parts = parts_of(inside)
    main_share = float(parts.areas_px[parts.main].sum() / parts.areas_px.sum())
    if len(parts.areas_px) > SPECKLED_PARTS and main_share < SPECKLED_MAIN_SHARE:
        return InputError(
            "MASK_SPECKLED",
            f"the mask falls into {len(parts.areas_px)} parts and its main ones hold only "
            f"{main_share:.0%} of it",
            fix="use a picture with one clear subject, or raise confidence_threshold",
        )
    return Mask(inside)
