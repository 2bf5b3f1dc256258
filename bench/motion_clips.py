"""Clips for the bench of the motion line: drawn ones, and filmed ones with known masks.

What belongs here: laying uploads down in a folder of their own. What does not: making anything of
them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from maquette.batch.uploads import READY
from maquette.types import Bools, Bytes
from tests.drawn_clips import Clip, write_cutouts, write_movie

FILMED = ("libby", "blackswan", "dog")
FRAMES = 24  # of the drawn ones


def drawn_movie(folder: Path, *, side_px: int = 512) -> Path:
    """A movie without alpha, and nothing else: all is left to the line."""
    folder.mkdir(parents=True)
    return write_movie(folder / "walker.mp4", Clip(FRAMES, side_px))


def drawn_cutouts(folder: Path, *, side_px: int = 200, **fields: Any) -> Path:
    """Frames with alpha and an order for them: nothing needs to be cut out."""
    write_cutouts(folder / "walker", Clip(side_px=side_px))
    (folder / "walker" / READY).touch()
    return order(folder, clip="walker", **fields)


def order(folder: Path, *, clip: str, **fields: Any) -> Path:
    """An order for the clip that lies in the folder."""
    path = folder / f"{clip}.yaml"
    path.write_text(yaml.safe_dump({"clip": clip, **fields}))
    return path


def footage(name: str) -> Path | None:
    """The folder of a filmed clip with true masks; None where there is none."""
    root = os.environ.get("MAQUETTE_TESTDATA", "")
    folder = Path(root) / "roto" / "davis" / name
    return folder if root and folder.is_dir() else None


def masks_of(clip: Path) -> list[Bools]:
    """The true masks of all its frames."""
    return [np.array(Image.open(path)) > 0 for path in sorted((clip / "masks").iterdir())]


def filmed(folder: Path, clip: Path, *, has_alpha: bool, **fields: Any) -> Path:
    """A filmed clip as frames and an order for it; with alpha it is cut out already.

    It has more frames than a motion: which are taken is left to the line.
    """
    frames = folder / clip.name
    frames.mkdir(parents=True)
    paths = sorted((clip / "frames").iterdir())
    for n, (path, mask) in enumerate(zip(paths, masks_of(clip), strict=True)):
        pixels = np.array(Image.open(path).convert("RGB"))
        if has_alpha:
            pixels = np.dstack([pixels, mask.astype(np.uint8) * 255])
        _save(frames / f"{n:04d}.png", pixels)
    (frames / READY).touch()
    return order(folder, clip=clip.name, **fields)


def box_of(mask: Bools) -> list[float]:
    """Left, top, right, bottom."""
    rows, columns = np.nonzero(mask)
    return [float(v) for v in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)]


def _save(path: Path, pixels: Bytes) -> None:
    Image.fromarray(pixels).save(path, compress_level=1)
