"""Tiny shots for tests of the roto line: a disc that crosses a plain picture; its mask is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from maquette.types import Bools, Bytes

SIZE_WH = (96, 64)
RADIUS_PX = 12


def disc_at(n: int) -> tuple[float, float]:
    """Where the disc's middle is on frame n."""
    return 24.0 + 3 * n, 32.0


def inside(n: int) -> Bools:
    """The disc's true mask on frame n."""
    rows, columns = np.mgrid[0 : SIZE_WH[1], 0 : SIZE_WH[0]]
    x, y = disc_at(n)
    return np.hypot(columns + 0.5 - x, rows + 0.5 - y) <= RADIUS_PX


def frame(n: int) -> Bytes:
    """Frame n: an orange disc with a dark stripe on a grey-green ground, both a little rough."""
    grain = np.random.default_rng(1).integers(0, 18, (SIZE_WH[1], SIZE_WH[0], 3))
    picture = grain + np.array([60, 90, 80])
    disc = inside(n)
    picture[disc] = (grain + np.array([225, 130, 30]))[disc]
    x, _ = disc_at(n)
    _, columns = np.mgrid[0 : SIZE_WH[1], 0 : SIZE_WH[0]]
    stripe = disc & (np.abs(columns + 0.5 - x) < 3)
    picture[stripe] = (150, 70, 20)
    return np.clip(picture, 0, 255).astype(np.uint8)


def write_movie(path: Path, frames: int = 8) -> Path:
    """The shot as a lossless movie."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height = SIZE_WH
        stream.pix_fmt = "bgra"
        for n in range(frames):
            rgba = np.dstack([frame(n)[..., ::-1], np.full(SIZE_WH[::-1], 255, np.uint8)])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgba, format="bgra")))
        container.mux(stream.encode())
    return path


def write_frames(folder: Path, frames: int = 8, *, first: int = 1001) -> Path:
    """The shot as PNG frames, without the marker that says they are all there."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for n in range(frames):
        Image.fromarray(frame(n)).save(folder / f"plate.{first + n}.png")
    return folder


def write_mask(path: Path, n: int) -> Path:
    """The true mask of frame n as people paint it: white on black."""
    from PIL import Image

    Image.fromarray(inside(n).astype(np.uint8) * 255).save(path)
    return path


def box(n: int) -> list[float]:
    """The disc's box on frame n."""
    x, y = disc_at(n)
    return [x - RADIUS_PX, y - RADIUS_PX, x + RADIUS_PX, y + RADIUS_PX]


def overlap(one: Bools, other: Bools) -> float:
    """Intersection over union."""
    union = int((one | other).sum())
    return 1.0 if not union else int((one & other).sum()) / union
