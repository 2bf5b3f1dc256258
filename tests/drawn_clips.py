"""Short drawn clips of one bending, walking creature; where it is on each frame is known.

What belongs here: drawing, and laying clips down as files. What does not: solids with a known
shape, which are in `moving_solids`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from maquette.types import Bytes

SAMPLES = 64  # along the middle of its body
HEAD, BELLY, BACK, EYE = (205, 70, 60), (245, 200, 90), (60, 130, 90), (25, 20, 40)


@dataclass(frozen=True)
class Clip:
    """A creature that walks to the right and bends; sizes follow the side of its square frames."""

    frames: int = 16
    side_px: int = 200

    def cutout(self, n: int) -> Bytes:
        """(S, S, 4) frame n with straight alpha."""
        along, across, cover = self._body(n)
        rgba = np.zeros((self.side_px, self.side_px, 4), np.uint8)
        rgba[..., :3] = _painted(along, across)
        rgba[..., 3] = np.rint(cover * 255)
        rgba[rgba[..., 3] == 0] = 0
        return rgba

    def plate(self, n: int) -> Bytes:
        """(S, S, 3) frame n as a camera would see it, on a rough ground."""
        cutout = self.cutout(n).astype(np.float32)
        cover = cutout[..., 3:] / 255
        return np.rint(cutout[..., :3] * cover + _ground(self.side_px) * (1 - cover)).astype("u1")

    def box(self, n: int) -> list[float]:
        """Left, top, right and bottom of the creature on frame n."""
        rows, columns = np.nonzero(self.cutout(n)[..., 3] > 127)
        return [float(v) for v in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)]

    def _body(self, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Per pixel: how far along the body 0..1, how far across -1..1, how much is covered."""
        share = n / (self.frames - 1)
        s = np.linspace(0, 1, SAMPLES)
        # half a swing and a bit: no two frames are alike
        turn = 1.2 * np.sin(np.pi * (1.15 * share - 0.4)) * (2 * s - 1) + 0.25 * share
        step = 0.58 * self.side_px / (SAMPLES - 1)
        x, y = np.cumsum(np.cos(turn)) * step, -np.cumsum(np.sin(turn)) * step
        x += (0.42 + 0.16 * share) * self.side_px - x.mean()
        y += (0.52 - 0.04 * share) * self.side_px - y.mean()
        radius = self.side_px * (0.11 + 0.05 * np.exp(-(((s - 0.88) / 0.12) ** 2)))
        return _nearest(np.stack([x, y], axis=1), radius, side_px=self.side_px)


def _nearest(
    middle: np.ndarray, radius: np.ndarray, *, side_px: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places in a row of discs: along, across, cover; pixels go by their deepest disc."""
    rows, columns = np.mgrid[:side_px, :side_px] + 0.5
    deepest = np.full((side_px, side_px), -np.inf)
    along, across = np.zeros_like(deepest), np.zeros_like(deepest)
    headings = np.gradient(middle, axis=0)
    headings /= np.linalg.norm(headings, axis=1, keepdims=True)
    for n, (place, heading) in enumerate(zip(middle, headings, strict=True)):
        dx, dy = columns - place[0], rows - place[1]
        depth = radius[n] - np.hypot(dx, dy)
        here = depth > deepest
        deepest[here] = depth[here]
        along[here] = n / (len(middle) - 1) + (dx * heading[0] + dy * heading[1])[here] / side_px
        across[here] = (dx * -heading[1] + dy * heading[0])[here] / radius[n]
    return along, across, np.clip(deepest + 0.5, 0, 1)


def _painted(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    """A red head with an eye, a green back with bands, a yellow belly."""
    bands = 0.82 + 0.18 * np.sin(along * 42)
    paint = np.where((across < 0.25)[..., None], np.array(BACK) * bands[..., None], BELLY)
    paint = np.where((along > 0.78)[..., None], HEAD, paint)
    eye = np.hypot((along - 0.9) * 6, across + 0.3) < 0.28
    return np.where(eye[..., None], EYE, paint) * (1 - 0.12 * across[..., None] ** 2)


def _ground(side_px: int) -> np.ndarray:
    """Soft grey-blue clouds and a little grain, the same on every frame."""
    rng = np.random.default_rng(3)
    rows, columns = np.mgrid[:side_px, :side_px] / side_px
    clouds = sum(
        np.cos(2 * np.pi * (a * columns + b * rows) + c)
        for a, b, c in rng.uniform((0.5, 0.5, 0), (3, 3, 6.28), (5, 3))
    )
    grain = rng.normal(0, 4, (side_px, side_px))
    shade = 150 + 9 * clouds + grain
    return np.stack([shade - 8, shade, shade + 14], axis=2).astype(np.float32)


def write_cutouts(folder: Path, clip: Clip) -> Path:
    """The clip as PNG frames with alpha, without the marker that says they are all there."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for n in range(clip.frames):
        Image.fromarray(clip.cutout(n), "RGBA").save(folder / f"frame_{n:03d}.png")
    return folder


def write_movie(path: Path, clip: Clip, *, rate: int = 24) -> Path:
    """The clip as people shoot it: H.264 without alpha."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "14"})
        stream.width = stream.height = clip.side_px
        stream.pix_fmt = "yuv420p"
        for n in range(clip.frames):
            picture = av.VideoFrame.from_ndarray(clip.plate(n), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path
