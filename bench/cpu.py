"""What one sticker costs in processor time, function by function, on one thread.

What belongs here: one sticker's functions called by hand, at one size. What does not: the runner.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from time import process_time
from typing import Any

from maquette.engines.stored import draw_shape
from maquette.formats.glb import write_glb
from maquette.formats.png import write_picture
from maquette.formats.usd_rules import inspect
from maquette.formats.usdz import package
from maquette.pictures.masks import cut_out
from maquette.pictures.mattes import soften
from maquette.provenance import Provenance
from maquette.roles import ImageRequest, Matter
from maquette.solids.cards import stand
from maquette.solids.previews import portray
from maquette.types import Mask, Picture

COUNTED = ("matte", "png", "mesh", "glb", "usdz")


def cpu_ms(*, size_px: int, stickers: int, matter: Matter) -> dict[str, float]:
    """Median milliseconds of processor time per function, over so many different stickers."""
    taken: dict[str, list[float]] = {}
    _one(0, size_px=size_px, matter=matter, taken={})  # imports and first calls
    for number in range(1, stickers + 1):
        _one(number, size_px=size_px, matter=matter, taken=taken)
    medians = {name: round(statistics.median(values), 1) for name, values in taken.items()}
    totals = [sum(taken[name][n] for name in COUNTED) for n in range(stickers)]
    return {"total": round(statistics.median(totals), 1), **medians}


def _one(number: int, *, size_px: int, matter: Matter, taken: dict[str, list[float]]) -> None:
    def clocked(name: str, work: Callable[[], Any]) -> Any:
        start = process_time()
        made = work()
        taken.setdefault(name, []).append((process_time() - start) * 1000)
        return made

    provenance = Provenance(f"shape {number}", number)
    drawn = draw_shape(ImageRequest(f"shape {number}", "cartoon", size_px, number))
    opaque = Picture(drawn.rgba.copy())
    opaque.rgba[..., 3] = 255  # so that the matter has an edge to look for
    (mask,) = cut_out([drawn], segmenter=None, native_alpha=[True])
    assert isinstance(mask, Mask), mask
    matte = clocked("matte", lambda: soften(opaque, mask, matter=matter))
    cutout = matte.outputs["cutout"]
    clocked("png", lambda: write_picture(cutout, provenance))
    card = clocked("mesh", lambda: stand(cutout)).outputs["card"]
    clocked("glb", lambda: write_glb(card, provenance))
    packed = clocked("usdz", lambda: package(card, provenance=provenance)).outputs["usdz"]
    preview = clocked("preview", lambda: portray(card))
    clocked("preview png", lambda: write_picture(preview, provenance))
    clocked("checks", lambda: inspect(packed))
