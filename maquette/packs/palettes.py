"""Palettes: a picture, or all frames of a film, in at most 256 colours with alpha.

Pillow's octree finds colours but not the best ones, and libimagequant is not in its wheels; so
its palette is a start that a few rounds of k-means better, on premultiplied colours, which is
how edges are seen. What belongs here: choosing colours. What does not: file formats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from maquette.types import Bytes, Floats, Indices

ROUNDS = 4  # of k-means; more change less than a level
LOOKED_AT = 6  # frames of a film: its colours are the same throughout
EDGE_SHARE = 1 / 6  # of the colours, for half-clear pixels: few, but a halo is seen at once
_CELLS = 1 << 21  # red, green, blue in 5 bits, alpha in 4, and two that tell clear and solid
_CLEAR = 1 << 20

Cells = NDArray[np.int64]


@dataclass(frozen=True)
class Paletted:
    """Frames as numbers of colours.

    Attributes:
        frames: (H, W) uint8 each.
        colours: (N, 4) RGBA; the first is clear.
    """

    frames: tuple[Bytes, ...]
    colours: Bytes  # (N, 4) uint8


def paletted(frames: Sequence[Bytes], *, colours: int) -> Paletted:
    """All frames in one palette; what was clear stays clear and what was solid stays solid.

    Args:
        frames: (H, W, 4) uint8 each.
        colours: 2 to 256, the clear one included.
    """
    cells = [_cells(frame) for frame in frames]
    looked_at = range(0, len(frames), -(-len(frames) // LOOKED_AT))
    shades, weights = _shades([frames[n] for n in looked_at], [cells[n] for n in looked_at])
    centres = _centres([frames[n] for n in looked_at], shades, weights, colours=colours - 1)
    numbers = _numbers(cells, shades, weights, centres=centres)
    table = np.concatenate([np.zeros((1, 4), np.uint8), _straight(centres)])
    return Paletted(tuple(numbers[one] for one in cells), table)


def _cells(frame: Bytes) -> Cells:
    """(H, W) the coarse cell of each pixel's colour; nearer than this is weighed as one.

    Clear and solid pixels have cells of their own, so that neither takes on the other's alpha.
    """
    red, green, blue, alpha = (frame[..., n].astype(np.int64) for n in range(4))
    keys = (red >> 3) | (green >> 3) << 5 | (blue >> 3) << 10 | (alpha >> 4) << 15
    keys |= (alpha == 255).astype(np.int64) << 19
    return np.where(alpha == 0, _CLEAR, keys)


def _shades(frames: Sequence[Bytes], cells: Sequence[Cells]) -> tuple[Floats, Floats]:
    """The premultiplied mean colour of every cell, and how many pixels are in it."""
    held = np.zeros((_CELLS, 5))
    for frame, keys in zip(frames, cells, strict=True):
        places, within, counts = np.unique(keys, return_inverse=True, return_counts=True)
        pixels = frame.reshape(-1, 4).astype(np.float32)
        pixels[:, :3] *= pixels[:, 3:] / 255
        for n in range(4):
            held[places, n] += np.bincount(within.ravel(), weights=pixels[:, n])
        held[places, 4] += counts
    means = held[:, :4] / np.maximum(held[:, 4:], 1)
    return means.astype(np.float32), held[:, 4].astype(np.float32)


def _numbers(cells: Sequence[Cells], shades: Floats, weights: Floats, *, centres: Floats) -> Bytes:
    """The colour number of every cell that occurs; 0 is clear."""
    occurs = np.zeros(_CELLS, np.bool_)
    for keys in cells:
        occurs[keys] = True
    there = np.flatnonzero(occurs)
    wanted = shades[there]
    unseen = weights[there] == 0  # only in frames that were not looked at
    wanted[unseen] = _middles(there[unseen])
    numbers = np.zeros(_CELLS, np.uint8)
    numbers[there] = _nearest(wanted, centres) + 1
    numbers[_CLEAR] = 0
    return numbers


def _middles(keys: Cells) -> Floats:
    """The premultiplied colours in the middle of cells."""
    solid = (keys >> 19 & 1) == 1
    alpha = np.where(solid, 255, (keys >> 15 & 15) * 16 + 8)
    colours = np.stack([(keys >> shift & 31) * 8 + 4 for shift in (0, 5, 10)], 1)
    return np.column_stack([colours * (alpha / 255)[:, None], alpha]).astype(np.float32)


def _centres(frames: Sequence[Bytes], shades: Floats, weights: Floats, *, colours: int) -> Floats:
    """The palette, premultiplied: most of it for solid pixels, the rest for the edge's."""
    there = np.flatnonzero(weights)
    there = there[there != _CLEAR]
    solid = shades[there, 3] > 254.5
    few = max(1, round(colours * EDGE_SHARE)) if solid.any() and not solid.all() else 0
    found: list[Floats] = []
    for kind, count in ((solid, colours - few), (~solid, few if solid.any() else colours)):
        if kind.any():
            rows = there[kind]
            start = _start(frames, colours=count, solid=kind is solid)
            found.append(_bettered(start, shades[rows], weights[rows]))
    return np.concatenate(found) if found else np.zeros((1, 4), np.float32)


def _start(frames: Sequence[Bytes], *, colours: int, solid: bool) -> Floats:
    """The octree's palette of the solid pixels, or of those along edges, premultiplied."""
    pixels = np.concatenate([frame.reshape(-1, 4) for frame in frames])
    alpha = pixels[:, 3]
    wanted = pixels[alpha == 255 if solid else (alpha > 0) & (alpha < 255)]
    strip = Image.fromarray(wanted[None])
    found = strip.quantize(colours, method=Image.Quantize.FASTOCTREE)
    flat = found.getpalette("RGBA") or [0, 0, 0, 255]
    palette = np.array(flat, np.float32).reshape(-1, 4)[np.unique(np.asarray(found))]
    if solid:
        palette[:, 3] = 255
    palette[:, :3] *= palette[:, 3:] / 255
    return palette


def _bettered(centres: Floats, shades: Floats, weights: Floats) -> Floats:
    """Centres moved to the middle of what is nearest to them, a few times over."""
    for _ in range(ROUNDS):
        nearest = _nearest(shades, centres)
        mass = np.bincount(nearest, weights=weights, minlength=len(centres))
        sums = np.stack(
            [
                np.bincount(nearest, weights=weights * shades[:, n], minlength=len(centres))
                for n in range(4)
            ],
            1,
        )
        middles = sums / np.maximum(mass, 1)[:, None]
        centres = np.where(mass[:, None] > 0, middles, centres).astype(np.float32)
    return centres


def _nearest(shades: Floats, centres: Floats) -> Indices:
    """For each shade the number of the nearest centre: solid ones stay solid. (N,) int32."""
    found = np.zeros(len(shades), np.int32)
    solid_shades, solid_centres = shades[:, 3] > 254.5, np.flatnonzero(centres[:, 3] > 254.5)
    if not len(solid_centres):
        solid_shades = np.zeros(len(shades), np.bool_)
    for rows, choice in (
        (np.flatnonzero(solid_shades), solid_centres),
        (np.flatnonzero(~solid_shades), np.arange(len(centres))),
    ):
        if not len(rows):
            continue
        offered = centres[choice]
        squares = (offered**2).sum(1)
        for part in np.array_split(rows, max(1, len(rows) >> 13)):  # 8,192 x 256 are 8 MB
            found[part] = choice[np.argmin(squares - 2 * (shades[part] @ offered.T), axis=1)]
    return found


def _straight(centres: Floats) -> Bytes:
    straight = centres.copy()
    straight[:, :3] *= 255 / np.maximum(centres[:, 3:], 1)
    return np.rint(np.clip(straight, 0, 255)).astype(np.uint8)
