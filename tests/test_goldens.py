"""Goldens: what each stage makes of one small input, so that bytes do not change unnoticed.

A stage's version is part of every recipe: if its results change and its version does not, old
records are reused beside new ones. The summaries are coarse enough to be the same on another
processor (vector units round differently) and fine enough to see a moved edge.

Renew after raising a version: ``MAQUETTE_RENEW_GOLDENS=1 make test-base``.
"""

import io
import json
import os
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from maquette.batch.stages import Member
from maquette.engines import make
from maquette.formats.glb import read_glb, write_glb
from maquette.formats.usdz import package
from maquette.packs import PLATFORMS
from maquette.packs.bundle import bundle
from maquette.pictures.drawings import draw
from maquette.pictures.masks import cut_out
from maquette.pictures.mattes import soften
from maquette.pictures.sheets import overview
from maquette.provenance import Provenance
from maquette.solids.cards import stand
from maquette.solids.previews import portray

GOLDEN = Path(__file__).with_name("golden")
CELLS = 16
TOLERANCE = 3  # of 255: rounding on another processor moves a cell by less than one


def summary(pixels: np.ndarray) -> list[int]:
    """Mean colours on a grid of 16 cells a side."""
    small = cv2.resize(pixels.astype(np.float32), (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    return np.rint(small).astype(int).ravel().tolist()


def shape_of(mesh) -> list[int]:
    """Bounds in tenths of a millimetre and surface density along x, as whole numbers."""
    bounds = np.rint(np.concatenate([mesh.points.min(0), mesh.points.max(0)]) * 10_000)
    texture = cv2.imdecode(np.frombuffer(mesh.texture_png, np.uint8), cv2.IMREAD_COLOR)
    return [*bounds.astype(int).tolist(), *summary(texture)]


def fitted(data: bytes) -> list[int]:
    """Size and colours of a platform's file, of the regular size where there are several."""
    if data.startswith(b"PK"):
        data = zipfile.ZipFile(io.BytesIO(data)).read("regular.png")
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return [*picture.shape, *summary(picture)]


@pytest.fixture(scope="module")
def made():
    """One sticker through every stage, each by a plain call."""
    stored = make("stored", role="ImageGenerator")
    guided = make("guided", role="Matter")
    words = {"prompt": ["a shape"], "style": ["cartoon"], "resolution": [256]}
    picture = draw([None], generator=stored, seed=[7], copy=[0], **words)[0].outputs["picture"]
    mask = cut_out([picture], segmenter=None, native_alpha=[True])[0]
    cutout = soften(picture, mask, matter=guided, edge_px=6).outputs["cutout"]
    card = stand(cutout).outputs["card"]
    preview = portray(card)
    usdz = package(card, provenance=Provenance("a shape", 7)).outputs["usdz"]
    png = cv2.imencode(".png", preview.rgba[..., [2, 1, 0, 3]])[1].tobytes()
    glb = write_glb(card, Provenance("a shape", 7))
    files = {"cutout": png, "card": glb, "usdz": usdz.data, "preview": png}
    member = Member(
        "shape", {}, Provenance("a shape", 7), (), {}, {n: ("x", len(b)) for n, b in files.items()},
        files.__getitem__, lambda name, kind: picture,
    )  # fmt: skip
    sheet = overview([member], shown="preview").outputs["sheet"]
    outputs = bundle([member], item="pack", pack={"name": "pack"}, refused={}).outputs
    pack = outputs["pack.zip"]
    names = zipfile.ZipFile(io.BytesIO(pack.data)).namelist()
    return {
        draw: summary(picture.rgba),
        cut_out: summary(mask.inside * np.uint8(255)),
        soften: summary(cutout.rgba),
        stand: shape_of(read_glb(glb)),
        portray: summary(preview.rgba),
        package: [len(usdz.data) // 2048, *shape_of(card)[:6]],
        overview: summary(cv2.imdecode(np.frombuffer(sheet.data, np.uint8), 1)),
        **{p.fit: fitted(p.fit(cutout).outputs[name].data) for name, p in PLATFORMS.items()},
        bundle: [len(names), *(sum(map(ord, name)) for name in names)],
    }


FITS = [platform.fit for platform in PLATFORMS.values()]
STAGES = [draw, cut_out, soften, stand, portray, package, overview, *FITS, bundle]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_stage_whose_results_change_needs_a_new_version(made, stage):
    """What a stage makes is what its version made when the golden was kept."""
    path = GOLDEN / f"{stage.name}.json"
    if os.environ.get("MAQUETTE_RENEW_GOLDENS"):
        path.write_text(json.dumps({"version": stage.version, "values": made[stage]}))
    golden = json.loads(path.read_text())
    assert golden["version"] == stage.version, "renew the golden: the stage has a new version"
    assert differs(golden["values"], made[stage]) == "", f"raise the version of {stage.name}"


def differs(golden: list[int], values: list[int]) -> str:
    """How two summaries differ, or nothing."""
    if len(golden) != len(values):
        return f"{len(golden)} values became {len(values)}"
    apart = np.abs(np.array(golden) - np.array(values))
    return f"{int(apart.max())} apart" if apart.max(initial=0) > TOLERANCE else ""


def test_goldens_can_fail(made):
    """A cell that is four of 255 brighter is seen."""
    assert "4 apart" == differs(made[draw], [made[draw][0] + 4, *made[draw][1:]])


def test_every_stage_of_the_line_has_a_golden():
    """A stage added to an asset is added here."""
    from maquette.formats.usd_rules import inspect

    judged = {inspect.name}  # makes nothing
    kept = {path.stem for path in GOLDEN.glob("*.json")}
    assert kept | judged == {stage.name for stage in STAGES} | judged
