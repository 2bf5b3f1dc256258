"""Galleries for the browser to visit: packs of painted stickers, sound and spoilt, as folders.

What belongs here: making them, the errand, and what a picture of a solid is compared by. What
does not: what should be seen (`test_gallery`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from maquette.engines.shelf import shelf_file
from maquette.packs.gallery import (
    Download,
    NotMade,
    PackCard,
    PackPage,
    PageSticker,
    Refusal,
    index_of_packs,
    page,
)
from maquette.solids.previews import portray
from maquette.solids.textures import encode_png
from tests.judges.asking import HERE, Verdicts, answer, program
from tests.judges.samples import SAMPLES, WORDY, Sample

PAINTED = {sample.name: sample for sample in SAMPLES}
SHOWN = ("ring-512", "star", "wall", "bobbing")
DOWNLOADS = (
    Download("WhatsApp", "whatsapp/pack.wastickers", 3, (Refusal("500 KB is too large", WORDY),)),
    Download("iMessage", "imessage/", 4),
    Download("LINE", "", 0, (Refusal("takes packs of 8, 16, 24, 32 or 40"),)),
)
SIDE_PX = 48  # pictures are compared so small: edges and light may differ
BACKDROP_REACH, SHADOW_REACH = 26, 30  # of 255: what differs more is the sticker
LEAST_SHARE = 0.04  # of the stage


@dataclass(frozen=True)
class Visit:
    """One call on one page."""

    name: str
    page: str  # from the folder of all galleries
    by: str  # file or http
    width_px: int
    does: tuple[str, ...] = ("opens",)  # a sticker; also walks by keyboard, plays what moves


def unpacked(files: Mapping[str, bytes], folder: Path) -> Path:
    """The files as they would be unpacked."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def _shown(sample: Sample, *, words: str) -> tuple[PageSticker, dict[str, bytes]]:
    preview = portray(sample.card)
    width_m, height_m, _ = np.ptp(sample.card.points, axis=0)
    name = sample.name
    shown = PageSticker(
        id=name,
        words=words,
        png=f"png/{name}.png",
        glb=f"glb/{name}.glb",
        glb_data=sample.glb,
        usdz=f"usdz/{name}.usdz",
        preview=f"preview/{name}.png",
        size_m=(float(width_m), float(height_m)),
        provenance=sample.provenance,
        style="cartoon",
        emoji=("\N{FOX FACE}",),
        alignment=sample.anchoring.get("alignment", "horizontal"),
        motion=sample.card_options.get("motion", "still"),
        approximate=name == SHOWN[0],
        notes=(words,),
    )
    files = {
        shown.png: sample.png,
        shown.glb: sample.glb,
        shown.usdz: sample.usdz,
        shown.preview: encode_png(preview.rgba[..., :3]),
    }
    return shown, files


def painted_pack(*, words: str = "") -> dict[str, bytes]:
    """A whole pack as files; with words given, all its texts are these."""
    shown, files = [], {}
    for name in SHOWN:
        sticker, its = _shown(PAINTED[name], words=words or f"a painted {name}")
        shown.append(sticker)
        files |= its
    pack = PackPage(
        words or "Painted things",
        tuple(shown),
        DOWNLOADS,
        shelf_file("model-viewer").read_bytes(),
        publisher=words or "Judges",
        theme=words or "paint",
        licence=words or "CC0-1.0",
        whole="pack.zip",
        all_packs="../index.html",
        not_made=(NotMade(words or "a broken pot", "MASK_EMPTY", words or "no pot", "glue it"),),
    )
    return files | page(pack)


def painted_index() -> dict[str, bytes]:
    """The index of all packs here."""
    pictures = tuple(f"sound/png/{name}.png" for name in SHOWN)
    return index_of_packs(
        [
            PackCard("Painted things", "sound/index.html", len(SHOWN), pictures, "Judges", "paint"),
            PackCard(WORDY, "wordy/index.html", 1, pictures[:1]),
        ]
    )


def call(visits: Sequence[Visit], *, folder: Path, pictures: Path) -> Verdicts:
    """What a browser saw and heard on each visit; its pictures are VISIT.VIEW.png."""
    asked = [{**vars(visit), "mobile": visit.width_px < 500} for visit in visits]
    errand = folder / "visits.json"
    errand.write_text(json.dumps(asked))
    chromium = program("chromium", "google-chrome")
    return answer(program("node"), HERE / "gallery_says.mjs", chromium, errand, pictures)


def portrait(picture: Path) -> np.ndarray | None:
    """(S, S, 3) float: what stands before the backdrop, cut out and resized; None if all is bare.

    The backdrop is grey-blue and even along each row, in the page as in the preview.
    """
    with Image.open(picture) as opened:
        pixels = np.asarray(opened.convert("RGB")).astype(np.float32)
    inner = pixels[8:-8, 8:-8]  # the page's stage has round corners
    backdrop = np.median(inner[:, [0, 1, -2, -1]], axis=1, keepdims=True)
    is_sticker = np.abs(inner - backdrop).max(axis=2) > BACKDROP_REACH
    # a shadow is grey on the floor below
    is_sticker &= np.ptp(inner, axis=2) > SHADOW_REACH
    if is_sticker.mean() < LEAST_SHARE:
        return None
    x, y, width, height = cv2.boundingRect(is_sticker.astype(np.uint8))
    inner[~is_sticker] = 255
    cut = inner[y : y + height, x : x + width]
    return np.asarray(cv2.resize(cut, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA))


def difference(one: Path, other: Path) -> float:
    """Mean difference of two pictures' stickers, 0 .. 255; 255 where one shows nothing."""
    found, wanted = portrait(one), portrait(other)
    return 255.0 if found is None or wanted is None else float(np.abs(found - wanted).mean())
