"""The cyberpunk style: dark cool fills, every edge a neon line that glows, on a card of light.

What belongs here: its palette and its light. Dark yellow and orange are olive and brown: hues
snap to cyan, blue, violet and magenta.
"""

from __future__ import annotations

import numpy as np

from maquette.engines.composer.colour import from_polar, hue_gap, oklab, polar, swatch
from maquette.engines.composer.pixels import (
    Patch,
    Scene,
    blur,
    distance_outside,
    edges,
    empty_frame,
    even_line,
    ink,
    lay,
    over,
    shifted,
    smoothed_lab_source,
)
from maquette.types import Floats

SETS = ("flat", "noto")
COOL_HUES = (195.0, 262.0, 300.0, 350.0)
LINE_HUES = ((195.0, 350.0), (350.0, 195.0), (300.0, 180.0), (150.0, 335.0))
NIGHT = (0.05, 0.02, 0.12)
EDGE_JUMP = 0.11


def paint(scene: Scene) -> Floats:
    """The scene as signs of light at night."""
    first, second = LINE_HUES[int(scene.rng.integers(len(LINE_HUES)))]
    frame = empty_frame(scene.size_px)
    lines = np.zeros((scene.size_px, scene.size_px, 3), np.float32)
    if scene.backdrop:
        lay(frame, scene.backdrop)
    for index, patch in enumerate(scene.patches):
        hues = (first, second) if index % 2 == 0 else (second, first)
        body, line = _neon(patch, hues, k=scene.k)
        lay(frame, patch.painted(body))
        h, w = line.shape
        window = lines[patch.y_px : patch.y_px + h, patch.x_px : patch.x_px + w]
        window *= 1 - patch.rgba[..., 3:]
        window += line[..., None] * np.array(swatch(0.84, 0.17, hues[0]), np.float32)
    return _screened(_glowing(frame, lines, k=scene.k), k=scene.k)


def _neon(patch: Patch, hues: tuple[float, float], *, k: float) -> tuple[Floats, Floats]:
    """The dark body with lit rims, and its lines (0..1)."""
    alpha = patch.alpha
    if patch.role == "face":
        return _inverted(patch, hues[0]), alpha * 0.35
    fill = _dark_fill(patch.rgba[..., :3])
    for shift, (light, chroma), hue in ((16, (0.7, 0.25), hues[1]), (-16, (0.8, 0.16), hues[0])):
        rim = np.clip(alpha - shifted(alpha, -shift * k, 0), 0, 1)
        fill += blur(rim, 5 * k)[..., None] * np.array(swatch(light, chroma, hue), np.float32) * 0.7
    body = np.concatenate([np.clip(fill, 0, 1), alpha[..., None]], -1)
    far = distance_outside(alpha)
    body = over(ink(NIGHT, np.clip(9 * k - far, 0, 1)), body)
    found = edges(patch.rgba, oklab(smoothed_lab_source(patch.rgba, k=k)), k=k, jump=EDGE_JUMP)
    line = even_line(found, width_px=5 * k) * alpha
    if patch.role not in ("glass", "lens"):
        tube = np.clip(3.2 * k - np.abs(far - 5 * k) + 0.5, 0, 1)
        line = np.maximum(line, tube * (1 - alpha))
    return body, line


def _dark_fill(rgb: Floats) -> Floats:
    lab = oklab(rgb)
    chroma, hue = polar(lab)
    cool = np.array(COOL_HUES, np.float32)
    gaps = np.stack([hue_gap(hue + 15, float(h)) for h in cool], -1)
    near = np.where(chroma > 0.035, cool[gaps.argmin(-1)], 280)
    down = np.linspace(1.12, 0.72, rgb.shape[0], dtype=np.float32)[:, None]
    lightness = (0.16 + 0.44 * np.clip(lab[..., 0], 0, 1) ** 1.5) * down
    return from_polar(lightness, 0.07 + 0.6 * chroma * (0.35 + lab[..., 0]), near)


def _inverted(patch: Patch, hue_deg: float) -> Floats:
    """A face drawn in ink turns to light."""
    lab = oklab(patch.rgba[..., :3])
    chroma, _ = polar(lab)
    light = from_polar(np.clip(1.05 - lab[..., 0], 0.2, 0.97), 0.1 * (chroma > 0.1), hue_deg)
    return np.concatenate([light, patch.rgba[..., 3:]], -1)


def _glowing(frame: Floats, lines: Floats, *, k: float) -> Floats:
    glow = lines + blur(lines, 6 * k) * 1.1 + blur(lines, 22 * k) * 1.1
    out = np.empty_like(frame)
    out[..., :3] = frame[..., :3] * (frame[..., 3:] > 0) + glow * 0.95
    out[..., 3] = np.maximum(frame[..., 3], np.clip(glow.max(-1), 0, 1))
    return out


def _screened(frame: Floats, *, k: float) -> Floats:
    """Scan lines, and red a little aside, as on a tube."""
    rows = np.arange(frame.shape[0], dtype=np.float32)
    frame[..., :3] *= (0.90 + 0.10 * np.sin(rows * 2 * np.pi / max(6 * k, 3)))[:, None, None]
    red = np.ascontiguousarray(frame[..., 0])
    frame[..., 0] = red * 0.4 + shifted(red, 4 * k, 0) * 0.6
    return np.clip(frame, 0, 1)
