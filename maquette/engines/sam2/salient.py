"""Finding the subject when nobody pointed at one.

SAM answers prompts, so it is asked about a grid of points and, where the picture has a plain
background, about the box around everything else; of all masks it offers, the one that looks most
like a subject is kept. What belongs here: the questions and the ranking. What does not: the model.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from maquette.types import Bools, Bytes, Floats

GRID = 4  # points a side; 16 points cost one decoder call
GRID_SPAN = 0.7  # of the frame: subjects seldom live at its rim
THUMB = 64  # cells a side in which the background is judged
COLOUR_STEP = 24  # of 255: less is shading, noise and compression
PLAIN_SHARE = 0.9  # of the rim in one colour makes a background plain
AREA_SHARES = (0.005, 0.05, 0.80, 0.97)  # of the frame: too small, fine from, fine to, too large


class Backdrop(NamedTuple):
    """What a plain background leaves over."""

    subject: Bools  # (64, 64) bool
    box: tuple[float, float, float, float]  # x0, y0, x1, y1 as shares of the frame


def grid_points() -> Floats:
    """(16, 2) float32, x and y as shares of the frame."""
    steps = (np.arange(GRID) / (GRID - 1) - 0.5) * GRID_SPAN + 0.5
    return np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2).astype(np.float32)


def backdrop(rgb: Bytes) -> Backdrop | None:
    """What differs from the colour of the rim, or None if the rim has no one colour.

    Args:
        rgb: (H, W, 3) uint8.
    """
    rows = np.linspace(0, rgb.shape[0] - 1, THUMB).round().astype(int)
    columns = np.linspace(0, rgb.shape[1] - 1, THUMB).round().astype(int)
    thumb = rgb[rows][:, columns].astype(np.int16)
    rim = np.concatenate([thumb[0], thumb[-1], thumb[:, 0], thumb[:, -1]])
    colour = np.median(rim, axis=0)
    if (abs(rim - colour).max(axis=1) <= COLOUR_STEP).mean() < PLAIN_SHARE:
        return None
    subject = abs(thumb - colour).max(axis=2) > COLOUR_STEP
    if not AREA_SHARES[0] <= subject.mean() <= AREA_SHARES[3]:
        return None
    y, x = np.nonzero(subject)
    x0, x1 = float(x.min()) / THUMB, float(x.max() + 1) / THUMB
    y0, y1 = float(y.min()) / THUMB, float(y.max() + 1) / THUMB
    return Backdrop(subject, (x0, y0, x1, y1))


def best(logits: Floats, quality: Floats, *, seen: Backdrop | None) -> int:
    """The number of the mask that looks most like a subject.

    A mask is worth the model's own guess of its quality, times how much it has the size of a
    subject, lies in the middle and stays off the rim; and, before a plain background, times its
    overlap with what differs from it.

    Args:
        logits: (N, h, w), positive inside.
        quality: (N,) the model's guess of each mask's IoU.
        seen: what `backdrop` found.
    """
    inside = np.asarray(logits) > 0
    sizes = _size(inside.mean(axis=(1, 2)))
    worth = np.asarray(quality) * sizes * _middle(inside) * (1 - _rim(inside))
    if seen is not None:
        worth = worth * np.array([_overlap(mask, seen.subject) for mask in inside])
    return int(worth.argmax())


def _overlap(mask: Bools, subject: Bools) -> float:
    """IoU of a mask and what differs from the background, in cells."""
    cells = cv2.resize(mask.astype(np.float32), subject.shape[::-1], interpolation=cv2.INTER_AREA)
    whole = np.maximum(cells, subject).sum()
    return float(np.minimum(cells, subject).sum() / max(whole, 1.0))


def _size(share: Floats) -> Floats:
    """0 for specks and whole frames, 1 for the sizes between, straight lines from one to other."""
    too_small, small, large, too_large = AREA_SHARES
    rising = (share - too_small) / (small - too_small)
    falling = (too_large - share) / (too_large - large)
    return np.clip(np.minimum(rising, falling), 0, 1)


def _middle(inside: Bools) -> Floats:
    """1 for a mask in the middle of the frame, 0.5 for one far from it."""
    y = np.linspace(-1, 1, inside.shape[1])[:, None]
    x = np.linspace(-1, 1, inside.shape[2])[None, :]
    near = np.exp(-2 * (x**2 + y**2))
    held = (inside * near).sum(axis=(1, 2))
    return 0.5 + 0.5 * held / np.maximum(inside.sum(axis=(1, 2)), 1)


def _rim(inside: Bools) -> Floats:
    """The share of the frame's rim that lies inside the mask."""
    sides = (inside[:, 0], inside[:, -1], inside[:, :, 0], inside[:, :, -1])
    return np.concatenate(sides, axis=1).mean(axis=1)
