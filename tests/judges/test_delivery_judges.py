"""A whole delivery before all judges: prompts go in, and what a person gets is judged.

The other judges' tests paint stickers that are hard in one way each; these are the composer's.
Needs the default models and art: ``maquette shelf fetch``.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from maquette.cli import main
from maquette.provenance import COMPOSED
from maquette.types import Picture
from tests.judges.albums import Album, visit
from tests.judges.asking import all_of, exiftool, judge
from tests.judges.likeness import Limits

pytestmark = pytest.mark.judge

BORDER = 0.006  # the hairline around what the composer drew with an edge of its own
LIMITS = Limits(largest_error=3.0)  # brush strokes and neon are all edges
# words, style, size, geometry, anchor: every style, both geometries, all anchors
ROWS = (
    "a happy cat with a red hat,cartoon,512,die_cut,plane",
    "a robot on the moon,cyberpunk,1024,die_cut,world",
    "a fox in a forest,art_style,512,plane,plane",
    "a slice of pizza,realistic,768,die_cut,face",
)


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pack that a person gets from four prompts."""
    folder = tmp_path_factory.mktemp("delivery")
    prompts = folder / "prompts.csv"
    prompts.write_text("\n".join(("prompt,style,resolution,geometry,anchor_type", *ROWS)))
    out = folder / "out"
    store = folder / "store"
    assert 0 == main(["make", "stickers", str(prompts), "--store", str(store), "-o", str(out)])
    return out / "prompts"


@pytest.fixture(scope="module")
def album(delivery: Path, tmp_path_factory: pytest.TempPathFactory) -> Album:
    """The delivery, drawn by three.js."""
    together = tmp_path_factory.mktemp("models")
    for path in (*all_of(delivery / "usdz", "usdz"), *all_of(delivery / "glb", "glb")):
        (together / path.name).write_bytes(path.read_bytes())
    files = [*all_of(together, "usdz"), *all_of(together, "glb")]
    return visit(files, pictures=tmp_path_factory.mktemp("pictures"))


def test_every_prompt_is_delivered(delivery: Path):
    """Each prompt gives one picture, one GLB and one USDZ."""
    counts = [len(all_of(delivery / kind, kind)) for kind in ("png", "glb", "usdz")]
    assert 3 * [len(ROWS)] == counts


def test_usd_judges_have_nothing_to_say(delivery: Path):
    """Pixar's ARKit rules are kept, and TinyUSDZ finds one mesh in each package."""
    packages = all_of(delivery / "usdz", "usdz")
    said = judge("python", "arkit_says.py")(packages).values()
    assert [] == [word for s in said for word in s["failed"] + s["errors"] + s["warnings"]]
    read = judge("python", "tinyusdz_says.py")(packages).values()
    assert len(ROWS) * [1] == [len(stage.get("meshes", ())) for stage in read]


def test_gltf_validator_has_nothing_to_say(delivery: Path):
    """Khronos' validator is silent on each GLB."""
    said = judge("node", "khronos_says.mjs")(all_of(delivery / "glb", "glb")).values()
    assert [] == [message for verdict in said for message in verdict["messages"]]


@pytest.mark.parametrize("folder", ["png", "preview"])
def test_exiftool_finds_the_ai_mark(folder: str, delivery: Path):
    """Each picture that a person gets says that a machine composed it."""
    said = exiftool(all_of(delivery / folder, "png")).values()
    assert len(ROWS) * [COMPOSED] == [tags.get("XMP-iptcExt:DigitalSourceType") for tags in said]


def test_three_shows_each_cut_out(delivery: Path, album: Album):
    """Drawn by a browser, each USDZ and GLB looks as its flat picture."""
    complaints = {}
    for path in all_of(delivery / "png", "png"):
        pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
        cutout = Picture(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA), np.uint8))
        border = None if "fox" in path.stem else BORDER
        for suffix in ("usdz", "glb"):
            file = f"{path.stem}.{suffix}"
            found = album.complaints(file, cutout=cutout, border=border, limits=LIMITS)
            complaints |= {file: found} if found else {}
    assert {} == complaints, f"see {album.folder}"
