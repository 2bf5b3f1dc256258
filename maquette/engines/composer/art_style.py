"""The art style: an oil sketch in brush strokes, with a palette and a ground of its own.

Five passes of strokes, from a broad brush to a fine one, run along the forms; each later pass
only touches what the canvas still gets wrong. Coarse strokes, uneven paint and split toning are
what make it a painting instead of a fuzzy print; the last fine pass keeps eyes from smearing.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from maquette.engines.composer.art import as_floats
from maquette.engines.composer.colour import hue_gap, oklab, polar, srgb
from maquette.engines.composer.pixels import Scene, blur, empty_frame, lay, shifted
from maquette.types import Bools, Bytes, Floats

SETS = ("noto", "soft")
# length, width at 1024 px, and how wrong the canvas must be (in OKLab) for a stroke
PASSES = ((120, 44, -1.0), (70, 24, 0.03), (38, 13, 0.045), (20, 7, 0.055), (10, 4, 0.06))
# ultramarine, viridian, ochre, cadmium, vermilion, violet: what this painter has on the palette
PALETTE_DEG = np.array([268.0, 168.0, 92.0, 62.0, 28.0, 318.0], np.float32)
STRONGEST = 0.215  # chroma: beyond it a screen shows flat magenta instead of paint
_BITS = 4  # sub-pixel bits of stroke ends


@dataclass(frozen=True)
class _Ground:
    """What the brush follows: the picture to paint, and the way strokes run at each pixel."""

    source: Floats  # (S, S, 3)
    flow: Floats  # (S, S) radians
    reach: Bools  # (S, S) where there is anything to paint


def paint(scene: Scene) -> Floats:
    """The scene as a small oil painting with a ragged edge."""
    frame = empty_frame(scene.size_px)
    for index, patch in enumerate(scene.all_patches):
        if index and patch.role != "face":
            h, w = patch.alpha.shape
            window = frame[patch.y_px : patch.y_px + h, patch.x_px : patch.x_px + w]
            shade = blur(shifted(patch.alpha, 8 * scene.k, 14 * scene.k), 12 * scene.k)
            window[..., :3] *= (1 - 0.33 * shade * (1 - patch.alpha))[..., None]
        lay(frame, patch)
    alpha = np.ascontiguousarray(frame[..., 3])
    ground = _ground(_bled(frame, k=scene.k), alpha, scene)
    canvas, relief = _painted(ground, scene)
    toned = _toned(canvas, relief, scene)
    return np.concatenate([toned, _ragged(alpha, scene)[..., None]], -1)


def _bled(frame: Floats, *, k: float) -> Floats:
    """The picture's colours carried past its edge, so that edge strokes have paint."""
    alpha = frame[..., 3:]
    spread = blur(np.ascontiguousarray(frame[..., :3] * alpha), 12 * k)
    weight = blur(np.ascontiguousarray(frame[..., 3]), 12 * k)[..., None]
    return np.where(alpha > 0.98, frame[..., :3], spread / np.maximum(weight, 1e-3))


def _ground(source: Floats, alpha: Floats, scene: Scene) -> _Ground:
    """Strokes run along forms; where nothing is painted they follow a slow swirl."""
    repainted = _palette(source)
    light = oklab(repainted)[..., 0]
    gx, gy = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    xx, yy, xy = (
        blur(np.asarray(q, np.float32), 14 * scene.k) for q in (gx * gx, gy * gy, gx * gy)
    )
    along = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    swirl = scene.rng.uniform(-1.4, 1.4, (5, 5)).astype(np.float32)
    size = (scene.size_px, scene.size_px)
    swirl = cv2.resize(swirl, size, interpolation=cv2.INTER_CUBIC)
    flow = np.where(xx + yy > 2e-3, along, swirl).astype(np.float32)
    reach = cv2.dilate((alpha > 0.05).astype(np.uint8), np.ones((5, 5), np.uint8))
    return _Ground(repainted, flow, np.asarray(reach) > 0)


def _palette(rgb: Floats) -> Floats:
    """Pull every hue part of the way to the nearest tube of paint, and away from grey."""
    lab = oklab(rgb)
    chroma, hue = polar(lab)
    gaps = np.stack([hue_gap(hue, float(h)) for h in PALETTE_DEG], -1)
    nearest = PALETTE_DEG[gaps.argmin(-1)]
    pull = ((nearest - hue + 180) % 360 - 180) * 0.45
    angle = np.deg2rad(hue + pull)
    strong = np.minimum(chroma * 1.16, STRONGEST)
    lab[..., 1] = strong * np.cos(angle)
    lab[..., 2] = strong * np.sin(angle)
    return srgb(lab)


def _painted(ground: _Ground, scene: Scene) -> tuple[Floats, Floats]:
    """The canvas (S, S, 3) and the thickness of its paint (S, S), both 0..1."""
    k = scene.k
    first = blur(ground.source, 18 * k) * 255
    board = np.dstack([first, np.full(first.shape[:2], 128.0)]).astype(np.uint8)
    for length, width, wrong in PASSES:
        reference = blur(ground.source, width * 0.3 * k)
        _strokes(board, reference, ground, brush=(length * k, width * k, wrong), scene=scene)
    return as_floats(board[..., :3]), as_floats(board[..., 3])


def _strokes(
    board: Bytes,
    reference: Floats,
    ground: _Ground,
    *,
    brush: tuple[float, float, float],
    scene: Scene,
) -> None:
    """One pass over the board, in place; paint thickness is its fourth channel."""
    length, width, wrong = brush
    rng, size = scene.rng, scene.size_px
    count = int(size * size / (length * width) * 1.7)
    x, y = rng.integers(0, size, (2, count))
    painted, wanted = as_floats(board[y, x, :3])[None], reference[y, x][None]  # (1, N, 3)
    error = np.linalg.norm(oklab(painted)[0] - oklab(wanted)[0], axis=-1)
    keep = ground.reach[y, x] & (error > wrong)
    x, y = x[keep], y[keep]
    jitter = rng.normal(0, 0.034, (len(x), 1)) + rng.normal(0, 0.046, (len(x), 3))
    paint_rgb = np.clip(reference[y, x] + jitter, 0, 1) * 255
    load = rng.uniform(64, 192, (len(x), 1))
    colours = np.hstack([paint_rgb, load]).tolist()
    turn = ground.flow[y, x] + rng.normal(0, 0.12, len(x))
    reach_xy = np.stack([np.cos(turn), np.sin(turn)], -1) * length / 2
    middle = np.stack([x, y], -1)
    starts = np.rint((middle - reach_xy) * 2**_BITS).astype(int).tolist()
    ends = np.rint((middle + reach_xy) * 2**_BITS).astype(int).tolist()
    thick = max(round(width), 1)
    for start, end, colour in zip(starts, ends, colours, strict=True):
        cv2.line(board, start, end, colour, thick, cv2.LINE_AA, _BITS)


def _toned(canvas: Floats, relief: Floats, scene: Scene) -> Floats:
    """Light across the ridges of paint; shadows lean to violet, lights to warm."""
    grain = scene.rng.standard_normal(relief.shape, dtype=np.float32) * 0.05
    texture = blur(relief, max(1.6 * scene.k, 0.6)) + blur(grain, max(2 * scene.k, 0.8))
    ridge = 0.15 * (cv2.Sobel(texture, cv2.CV_32F, 1, 0) + cv2.Sobel(texture, cv2.CV_32F, 0, 1))
    lab = oklab(canvas)
    lab[..., 0] = 0.5 + (lab[..., 0] - 0.5) * 1.06 - np.clip(ridge, -0.2, 0.2) * 0.42
    lab[..., 1:] *= 1.12
    dark = np.clip((0.72 - lab[..., 0]) * 2, 0, 1)
    bright = np.clip((lab[..., 0] - 0.72) * 2, 0, 1)
    lab[..., 1] += 0.025 * dark
    lab[..., 2] += 0.05 * bright - 0.075 * dark
    return srgb(lab)


def _ragged(alpha: Floats, scene: Scene) -> Floats:
    """An edge as a brush leaves it."""
    wobble = scene.rng.standard_normal(alpha.shape, dtype=np.float32)
    wobble = blur(wobble, 5 * scene.k) * np.float32(0.8 * scene.k)
    edge = (blur(alpha, 3 * scene.k) - np.float32(0.42) + wobble) * np.float32(5)
    return np.asarray(np.clip(edge, 0, 1), np.float32)
