"""Programs we did not write read our files of roto shapes, draw them, or run them.

None is the commercial application itself; docs/shapes.md says of each what that leaves open.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maquette.checks.shapes import read_shapes
from maquette.checks.shapes.lua_tables import read_table
from maquette.formats.shape_files import SHAPE_FILES
from maquette.splines.model import ShotShapes
from tests.judges.asking import judge, program
from tests.splined import PARTS, SHOTS, TURNING, grown, iou, shot, truth

pytestmark = pytest.mark.judge

rlottie = judge("python", "rlottie_says.py")
skottie = judge("node", "skottie_says.mjs")
lua = judge("python", "lua_says.py")
extendscript = judge("node", "jsx_says.mjs")
nkparser = judge("python", "nk_says.py")
blender = judge("python", "blender_says.py")

# players and Blender draw edges each in their own way, by parts of a pixel: large pictures
DRAWN = {
    "parts": grown(shot(*(replace(one, feather_px=one.feather_px * 0) for one in PARTS)), 4),
    "turning": grown(shot(TURNING), 4),
}
LINEAR, HOLD = 6612, 6614


def put(folder: Path, kind: str, name: str, shapes: ShotShapes | None = None) -> Path:
    """The file of a shot, or of the sample of that name."""
    path = folder / f"{name}.{SHAPE_FILES[kind].ending}"
    path.write_bytes(SHAPE_FILES[kind].write(shapes or SHOTS[name]))
    return path


def alpha(path: Path, shapes: ShotShapes) -> np.ndarray:
    """A plate that a judge drew."""
    width, height = shapes.size_wh
    return np.fromfile(path, np.uint8).reshape(height, width).astype(np.float32) / 255


def hard_iou(one: np.ndarray, other: np.ndarray) -> float:
    """Shared share, pixels in or out: players smooth their edges each in their own way."""
    return iou((one > 0.5).astype(float), (other > 0.5).astype(float))


@pytest.mark.parametrize("player", [rlottie, skottie], ids=["rlottie", "skottie"])
@pytest.mark.parametrize("name", DRAWN)
def test_players_draw_the_shapes(player, name: str, tmp_path: Path):
    """Two Lottie players draw, on every plate, what the shapes cover: holes, parts, appearing."""
    shapes = DRAWN[name]
    path = put(tmp_path, "lottie", name, shapes)
    (said,) = player([path]).values()
    assert shapes.size_wh == (said["width"], said["height"])
    assert said["frames"] in (13, 14)  # rlottie counts the end as well
    for n in range(13):
        expected = np.maximum.reduce(truth(shapes, shapes.frames[0] + n))
        drawn = alpha(Path(f"{path}.{n}.alpha"), shapes)
        assert hard_iou(expected, drawn) >= 0.99, f"frame {n}"


@pytest.mark.parametrize("kind", ["fusion", "fusion-setting"])
@pytest.mark.parametrize("name", ["parts", "names"])
def test_lua_reads_what_our_reader_reads(kind: str, name: str, tmp_path: Path):
    """To Lua the file is one table, the same that we read; nothing in it is carried out."""
    path = put(tmp_path, kind, name)
    (said,) = lua([path]).values()
    assert plain(read_table(path.read_text("ascii"))) == said


def plain(value: Any) -> Any:
    """Our table with text for keys, as JSON has it."""
    if isinstance(value, dict):
        return {k if isinstance(k, str) else str(float(k)): plain(v) for k, v in value.items()}
    return value


@pytest.mark.parametrize("name", ["parts", "turning", "names", "wide-pixels"])
def test_extendscript_builds_what_our_reader_reads(name: str, tmp_path: Path):
    """On a strict stand-in the script builds one composition with the masks we read in it."""
    path = put(tmp_path, "after-effects", name)
    ((comp,),) = extendscript([path]).values()
    found = read_shapes(path.read_bytes(), path.name)
    assert [*found.size_wh, float(found.pixel_aspect)] == [
        comp[field] for field in ("width", "height", "aspect")
    ]
    assert found.frames[0] == comp["first"]
    masks = [mask for layer in reversed(comp["layers"]) for mask in layer["masks"]]
    assert [one.name for one in found.splines] == [mask["fields"]["name"] for mask in masks]
    for spline, mask in zip(found.splines, masks, strict=True):
        assert {(LINEAR, LINEAR)} == {tuple(key["kinds"]) for key in mask["path"]}
        assert {(HOLD, HOLD)} >= {tuple(key["kinds"]) for key in mask["opacity"]}
        frames = [round(key["time"] * comp["rate"]) + comp["first"] for key in mask["path"]]
        assert list(spline.keys) == frames
        for values, key in zip(spline.values, mask["path"], strict=True):
            fields = ("vertices", "inTangents", "outTangents")
            assert np.allclose(
                values[:, :6], np.concatenate([key["value"][f] for f in fields], axis=1)
            )
        radii = mask["path"][0]["value"]["featherRadii"]
        assert np.allclose(spline.values[0, :, 6], radii or 0)


@pytest.mark.parametrize("name", ["parts", "names"])
def test_nkparser_finds_the_nodes(name: str, tmp_path: Path):
    """A parser of Nuke scripts finds our nodes with their knobs, and no other."""
    path = put(tmp_path, "nuke", name)
    (said,) = nkparser([path]).values()
    objects = {one.object for one in read_shapes(path.read_bytes(), path.name).splines}
    assert {"Root", "Roto", "Merge2"} >= {node["class"] for node in said}
    assert objects <= {node["name"] for node in said}
    wired = [sorted(node["inputs"]) for node in said if node["class"] == "Merge2"]
    parts = ["hero_part1", "hero_part2"], ["hero_merge1", "hero_part3"]
    assert wired == ([[f"<Node {_kind(n)} name={n!r}>" for n in pair] for pair in parts]
                     if name == "parts" else [])  # fmt: skip
    (root,) = (node["knobs"] for node in said if node["class"] == "Root")
    assert ("1001", "1013", "24") == tuple(root[k] for k in ("first_frame", "last_frame", "fps"))
    assert "192 108 0 0 192 108 1 roto_192x108" in root["format"]


def _kind(name: str) -> str:
    return "'Merge2'" if "merge" in name else "'Roto'"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The samples' scripts, run and drawn by Blender."""
    import subprocess

    has = [program("python"), "-c", "import importlib.util as u; print(bool(u.find_spec('bpy')))"]
    if subprocess.run(has, capture_output=True, text=True, check=True).stdout.strip() != "True":
        pytest.skip("Blender is a module for one version of Python only: 3.11")
    folder = tmp_path_factory.mktemp("blender")
    paths = [put(folder, "blender", *drawn) for drawn in DRAWN.items()]
    return folder, {path.name.split(".")[0]: said for path, said in _asked(paths).items()}


def _asked(paths: list[Path]) -> dict[Path, Any]:
    said = blender(paths)
    return {path: said[path.stem] for path in paths}


@pytest.mark.parametrize("name", DRAWN)
def test_blender_draws_the_shapes(rendered: tuple[Path, dict[str, Any]], name: str):
    """Blender's own masks, at keys and between them; its edges lie half a pixel further out."""
    folder, said = rendered
    shapes = DRAWN[name]
    objects = list(dict.fromkeys(one.object for one in shapes.shapes))
    assert sorted(objects) == said[name]["objects"]
    assert [list(shapes.size_wh), list(shapes.frames), 24] == [
        said[name][field] for field in ("size", "frames", "rate")
    ]
    for frame in range(shapes.frames[0], shapes.frames[1] + 1):
        for word, expected in zip(objects, truth(shapes, frame), strict=True):
            drawn = alpha(folder / f"{name}.blender.py.{word}.{frame}.alpha", shapes)
            assert hard_iou(expected, drawn) >= 0.97, f"{word} on {frame}"


def test_judges_can_fail(tmp_path: Path):
    """A hole that adds instead of cutting is seen by a player."""
    path = put(tmp_path, "lottie", "parts", DRAWN["parts"])
    told = json.loads(path.read_text())
    told["layers"][-1]["masksProperties"][1]["mode"] = "a"
    path.write_text(json.dumps(told))
    rlottie([path])
    expected = np.maximum.reduce(truth(DRAWN["parts"], 1001))
    assert hard_iou(expected, alpha(Path(f"{path}.0.alpha"), DRAWN["parts"])) < 0.9
