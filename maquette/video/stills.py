"""Frame sequences: EXR, DPX, TIFF, PNG, JPEG and WebP through OpenImageIO, which is an extra.

What belongs here: frame files to plates of their full depth. What does not: names (sequences),
headers (still_headers), and pictures that become stickers (pictures.opening).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.extras import video_library
from maquette.types import Plate
from maquette.video.facts import Facts
from maquette.video.kinds import kind_of
from maquette.video.limits import DECODE_THREADS, EXPORT_ANEW, named
from maquette.video.still_headers import Header, header_of
from maquette.video.turns import UPRIGHT

_ENDINGS = {
    "openexr": (".exr",),
    "dpx": (".dpx",),
    "png": (".png",),
    "tiff": (".tif", ".tiff"),
    "jpeg": (".jpg", ".jpeg"),
    "webp": (".webp",),
}
FALLBACK_RATE = Fraction(24)
# A hundred layers of 8K in half; of them only the colours are read. The library's own limit
# depends on the machine.
MOST_LAYERS_MB = 16_384
_HALF_MOST = float(np.finfo(np.float16).max)


class StillReel:
    """A sequence of frame files; each is opened when it is asked for.

    Attributes:
        facts: what the first file says; its colour is what plates are marked with.
    """

    def __init__(self, paths: Sequence[Path], *, kind: str) -> None:
        self._paths, self._kind = tuple(paths), kind
        self._first = self._header(0)
        self.facts = _facts(self._first, kind=kind, frames=len(self._paths))

    def start_of(self, n: int) -> int:
        """Every frame stands for itself."""
        return n

    def plates(self, first: int, last: int) -> Iterator[tuple[int, Plate]]:
        """Frames first to last, in order."""
        for n in range(first, last + 1):
            with _StillFile(self._paths[n], kind=self._kind) as image:
                header = self._compared(n, image.header)
                pixels = _on_canvas(image.pixels(), header=header)
            upright = header.turn.applied(_straight(pixels, header=header))
            yield n, Plate(upright, self.facts.colour)

    def compare_all(self) -> None:
        """Read every header, and refuse the first file that is not like the first of all."""
        for n in range(1, len(self._paths)):
            self._header(n)

    def close(self) -> None:
        """Nothing is open between two frames."""

    def _header(self, n: int) -> Header:
        with _StillFile(self._paths[n], kind=self._kind) as image:
            return image.header if n == 0 else self._compared(n, image.header)

    def _compared(self, n: int, header: Header) -> Header:
        if header.likeness == self._first.likeness:
            return header
        raise InputError(
            "FRAMES_DIFFER",
            f"{named(self._paths[n])} is {_told(header)}, but {named(self._paths[0])} is "
            f"{_told(self._first)}",
            fix="upload frames of one size and kind",
        )


class _StillFile:
    """One frame file, its header judged; its pixels on request."""

    def __init__(self, path: Path, *, kind: str) -> None:
        self._oiio = _oiio()
        self._where = named(path)
        _refuse_kind(path, kind=kind)
        wishes = self._oiio.ImageSpec()
        wishes.attribute("oiio:UnassociatedAlpha", 1)  # else PNG is multiplied, and loses depth
        self._file = self._oiio.ImageInput.open(str(path), wishes)
        if self._file is None:
            raise self._damaged(self._oiio.geterror())
        self.header = header_of(self._file.spec(), kind=kind, where=self._where)

    def __enter__(self) -> _StillFile:
        return self

    def __exit__(self, *trouble: object) -> None:
        self._file.close()

    def pixels(self) -> NDArray[Any]:
        """(H, W, 3 or 4) of the data window, as stored."""
        picks, spec = self.header.picks, self._file.spec()
        begin, end = min(picks), max(picks) + 1
        sample = "float" if self.header.sample == "double" else spec.format
        read = self._file.read_image(0, 0, begin, end, sample)
        said = self._file.geterror()
        if read is None or said:
            raise self._damaged(said)
        pixels = np.asarray(read).reshape(spec.height, spec.width, end - begin)
        return pixels[..., [pick - begin for pick in picks]]

    def _damaged(self, said: str) -> InputError:
        words = " ".join(said.split())[:160]
        code = "FOOTAGE_TOO_LARGE" if "exceeds" in words else "FOOTAGE_DAMAGED"
        return InputError(code, f"{self._where} does not decode: {words}", fix=EXPORT_ANEW)


def _refuse_kind(path: Path, *, kind: str) -> None:
    """A frame is of its sequence's kind, and is named so, since the name picks the decoder."""
    found = kind_of(path)
    if found != kind:
        raise InputError(
            "FRAMES_DIFFER",
            f"{named(path)} is {found}, in a sequence of {kind}",
            fix="upload frames of one size and kind",
        )
    if path.suffix.lower() not in _ENDINGS[kind]:
        raise InputError(
            "FOOTAGE_KIND",
            f"{named(path)} is {kind} inside",
            fix=f"name it {_ENDINGS[kind][0]}",
        )


def _on_canvas(pixels: NDArray[Any], *, header: Header) -> NDArray[Any]:
    """The data window laid on the display window: overscan cut off, what is missing is zero."""
    if not header.is_cropped:
        return pixels
    x, y, width, height = header.data_xywh
    left, top, canvas_width, canvas_height = header.canvas_xywh
    canvas = np.zeros((canvas_height, canvas_width, pixels.shape[2]), pixels.dtype)
    begin_x, begin_y = max(x, left), max(y, top)
    end_x, end_y = min(x + width, left + canvas_width), min(y + height, top + canvas_height)
    if begin_x < end_x and begin_y < end_y:
        canvas[begin_y - top : end_y - top, begin_x - left : end_x - left] = pixels[
            begin_y - y : end_y - y, begin_x - x : end_x - x
        ]
    return canvas


def _straight(pixels: NDArray[Any], *, header: Header) -> NDArray[Any]:
    """Colours divided by alpha, where the file multiplied them; light without alpha stays."""
    if header.has_straight_alpha or not header.has_alpha:
        return pixels
    is_whole = np.issubdtype(pixels.dtype, np.integer)
    top = float(np.iinfo(pixels.dtype).max) if is_whole else 1.0
    alpha = pixels[..., 3:].astype(np.float32) / np.float32(top)
    if (alpha == 1).all():
        return pixels
    divided = pixels[..., :3] / np.where(alpha > 0, alpha, 1)
    out = pixels.copy()
    if is_whole:
        out[..., :3] = np.clip(np.rint(divided), 0, top)
    elif pixels.dtype == np.float16:
        out[..., :3] = np.clip(divided, -_HALF_MOST, _HALF_MOST)
    else:
        out[..., :3] = divided
    return out


def _facts(header: Header, *, kind: str, frames: int) -> Facts:
    notes: list[str] = []
    if header.turn != UPRIGHT:
        notes.append("turned upright, as the file asks")
    if header.is_cropped:
        notes.append("its data window is another than its display window, which is what is used")
    if header.rate is None:
        notes.append(f"the files tell no frame rate: {FALLBACK_RATE} assumed")
    return Facts(
        size_wh=header.size_wh,
        rate=header.rate or FALLBACK_RATE,
        frames=frames,
        bits=header.bits,
        codec=kind,
        colour=header.colour,
        colour_note=header.colour_note,
        pixel_aspect=header.pixel_aspect,
        timecode=header.timecode,
        has_alpha=header.has_alpha,
        notes=tuple(notes),
    )


def _told(header: Header) -> str:
    width, height = header.size_wh
    alpha = " with alpha" if header.has_alpha else ""
    return f"{width} × {height} {header.sample}{alpha} ({header.colour})"


def _oiio() -> Any:
    oiio = video_library("OpenImageIO", use="frame sequences are read")
    # the plugin of the ending and no other: a file must not choose its decoder
    oiio.attribute("try_all_readers", 0)
    oiio.attribute("limits:imagesize_MB", MOST_LAYERS_MB)
    oiio.attribute("threads", DECODE_THREADS)
    oiio.attribute("exr_threads", DECODE_THREADS)
    return oiio
