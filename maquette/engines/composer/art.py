"""The drawings: read one by one from the cut art file, and turned into pixels.

What belongs here: drawings, their rasters, and the layer that places one. What does not: what a
drawing means (`words`), where its eyes are (`looking`), how it is finished (the styles).
"""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import resvg_py
from numpy.typing import NDArray
from PIL import Image

from maquette.engines.composer.wardrobe import OWN_PARTS
from maquette.errors import EngineError, InputError
from maquette.types import Bytes, Floats

LOOK_PX = 256
CACHE_BYTES = 48 << 20
SOFT_LIMIT_PX = 640  # filtered drawings cost 0.3 s above this and only hold smooth gradients
_STEP_PX = 32  # rasters are made in few sizes so that copies of a prompt share them
_PARTS = Path(__file__).parent / "parts"
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' viewBox="0 0 {units} {units}" width="{size}" height="{size}">{body}</svg>'
)

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Drawing:
    """The inside of a square SVG; its canvas is `units` wide."""

    body: str
    units: float


@dataclass(frozen=True)
class Look:
    """A drawing seen at 256 px: what placement is decided from."""

    drawing: Drawing
    rgba: Floats  # (256, 256, 4) float32 straight
    box_xyxy: tuple[int, int, int, int]  # tight around what is drawn, in the 256 px raster


@dataclass(frozen=True)
class Layer:
    """A drawing and where it goes: `matrix` (2, 3) takes its units to the frame's pixels."""

    look: Look
    matrix: Matrix
    role: str = "part"  # main, part, prop, face, glass, lens, limb
    z: int = 0
    tint_deg: float | None = None  # a colour asked for by name
    is_worn: bool = False  # clothing: its colour may change from copy to copy

    @property
    def drawing(self) -> Drawing:
        """What is drawn."""
        return self.look.drawing


def rasterise(drawing: Drawing, *, size_px: int) -> Bytes:
    """The whole canvas upright at that size, straight RGBA.

    resvg 0.48.1 panics on some filters, and its panic is no Exception but a BaseException; the
    same drawing a little larger passes.
    """
    for attempt_px in (size_px, size_px + 9, size_px + 31):
        svg = _SVG.format(units=drawing.units, size=attempt_px, body=drawing.body)
        try:
            png = bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True))
        except BaseException as trouble:
            if type(trouble).__name__ != "PanicException":
                raise
            continue
        picture = Image.open(io.BytesIO(png)).convert("RGBA")
        if attempt_px != size_px:
            picture = picture.resize((size_px, size_px), Image.Resampling.BILINEAR)
        return np.asarray(picture, np.uint8)
    raise EngineError("DRAWING_FAILED", "the rasteriser failed on a drawing at three sizes")


def as_floats(picture: Bytes) -> Floats:
    """8 bits to 0..1."""
    return np.multiply(picture, np.float32(1 / 255), dtype=np.float32)


class Art:
    """The art sets behind one door; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
            self.index: dict[str, dict[str, Any]] = json.loads(self._archive.read("index.json"))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as trouble:
            raise InputError(
                "ART_UNREADABLE",
                f"{path.name} is no art file of the composer: {trouble}",
                fix="run `maquette shelf fetch`",
            ) from trouble
        self._lock = threading.Lock()
        self._rasters: OrderedDict[tuple[Drawing, int], Bytes] = OrderedDict()
        self._looks: OrderedDict[tuple[str, str], Look] = OrderedDict()
        self._held_bytes = 0

    def close(self) -> None:
        """Close the file and forget every raster."""
        with self._lock:
            self._archive.close()
            self._rasters.clear()
            self._looks.clear()
            self._held_bytes = 0

    def sets_of(self, name: str) -> tuple[str, ...]:
        """Which art sets hold a drawing of that name; own parts are the same in all."""
        return tuple(self.index[name]["sets"]) if name in self.index else ("own",)

    def drawing(self, name: str, which: str) -> Drawing:
        """The drawing of that name in that set, or in the nearest set that has one."""
        if name not in self.index:
            return own_part(name)
        sets = self.index[name]["sets"]
        label = next(s for s in (which, "noto", "flat", "soft") if s in sets)
        with self._lock:
            text = self._archive.read(f"{label}/{name}.svg").decode()
        units, _, body = text.removeprefix("<!--").partition("-->")
        return Drawing(body, float(units))

    def look(self, name: str, which: str) -> Look:
        """The drawing at 256 px with its tight box; the last hundred are kept."""
        with self._lock:
            if (name, which) in self._looks:
                return self._looks[name, which]
        look = look_at(self.drawing(name, which))
        with self._lock:
            self._looks[name, which] = look
            if len(self._looks) > 100:
                self._looks.popitem(last=False)
        return look

    def upright(self, drawing: Drawing, *, size_px: float) -> Bytes:
        """A raster at least that large where it pays, from a small cache."""
        size = int(np.ceil(max(size_px, 16) / _STEP_PX) * _STEP_PX)
        if "<filter" in drawing.body:
            size = min(size, SOFT_LIMIT_PX)
        key = (drawing, size)
        with self._lock:
            if key in self._rasters:
                self._rasters.move_to_end(key)
                return self._rasters[key]
        raster = rasterise(drawing, size_px=size)
        with self._lock:
            if key not in self._rasters:
                self._rasters[key] = raster
                self._held_bytes += raster.nbytes
            while self._held_bytes > CACHE_BYTES:
                self._held_bytes -= self._rasters.popitem(last=False)[1].nbytes
        return raster


def look_at(drawing: Drawing) -> Look:
    """A drawing at 256 px with the box around what is drawn."""
    rgba = as_floats(rasterise(drawing, size_px=LOOK_PX))
    ys, xs = np.nonzero(rgba[..., 3] > 0.3)
    if not len(xs):
        return Look(drawing, rgba, (0, 0, LOOK_PX, LOOK_PX))
    box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
    return Look(drawing, rgba, box)


@cache
def own_part(name: str) -> Drawing:
    """One of our own drawn parts, 32 units wide."""
    if name not in OWN_PARTS:
        raise InputError("DRAWING_UNKNOWN", f"no art set holds a drawing called {name!r}")
    text = (_PARTS / f"{name}.svg").read_text(encoding="utf-8")
    start, end = text.index(">", text.index("<svg")) + 1, text.rindex("</svg>")
    return Drawing(text[start:end].strip(), 32.0)


def warp(art: Art, layer: Layer, *, into_wh: tuple[int, int]) -> Floats:
    """The layer's pixels in a frame, straight RGBA float32.

    Every drawing is rasterised upright and then turned: turned drawings are what makes the
    rasteriser panic, and an upright raster serves every copy.
    """
    scale = float(np.sqrt(abs(np.linalg.det(layer.matrix[:, :2]))))
    raster = art.upright(layer.drawing, size_px=scale * layer.drawing.units * 1.15)
    premultiplied = as_floats(raster)
    premultiplied[..., :3] *= premultiplied[..., 3:]
    ratio = layer.drawing.units / raster.shape[0]
    matrix = layer.matrix @ np.diag([ratio, ratio, 1.0])
    turned = cv2.warpAffine(premultiplied, matrix, into_wh, flags=cv2.INTER_LINEAR)
    out = np.asarray(turned, np.float32)
    out[..., :3] /= np.maximum(out[..., 3:], 1e-4)
    return np.clip(out, 0, 1)
