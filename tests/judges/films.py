"""Films: moving meshes as outside programs play them, frame by frame.

What belongs here: the errands, and reading what came back. What does not: what a frame should
look like (`front_views`), and judging.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from maquette.engines.shelf import shelf_file
from tests.judges.albums import Album
from tests.judges.asking import HERE, Verdicts, answer, program
from tests.judges.front_views import Window

SIDE_PX = 400


def moment(window: Window, at_s: float) -> dict[str, Any]:
    """A view for the booth: straight from the front, so long after the clip began."""
    flat = {"light": "flat", "side_px": SIDE_PX, "window": vars(window)}
    return {**flat, "at_s": at_s}


def filmed(
    files: Sequence[Path], views: Mapping[str, Mapping[str, Any]], *, pictures: Path
) -> Album:
    """The same moments of every file as three.js shows them; the files lie in one folder."""
    errand = files[0].parent / "film.json"
    errand.write_text(json.dumps([{"file": f.name, "views": views} for f in files]))
    chromium = program("chromium", "google-chrome")
    said = answer(program("node"), HERE / "three_says.mjs", chromium, errand, pictures)
    return Album(pictures, said)


def played(files: Sequence[Path], *, pictures: Path) -> Verdicts:
    """What <model-viewer> and <video> say of the files, by name; they lie in one folder."""
    folder = files[0].parent
    shutil.copyfile(shelf_file("model-viewer"), folder / "model-viewer.js")
    errand = folder / "players.json"
    errand.write_text(json.dumps([file.name for file in files]))
    chromium = program("chromium", "google-chrome")
    return answer(program("node"), HERE / "players_says.mjs", chromium, errand, pictures)


def traced(files: Sequence[Path], *, by: str, rate: float, frames: int) -> Verdicts:
    """Where a program has every point on every frame, by file name, and what else it says.

    Args:
        files: of one folder, where ``FILE.by.npy`` is left: (T, V, 3) in metres, y up.
        by: the script that asks it.
        rate: frames per second.
        frames: to be traced.
    """
    said = answer(program("python"), HERE / by, str(rate), str(frames), *files)
    found: Verdicts = {}
    for path, verdict in said.items():
        points = Path(f"{path}.{by}.npy")
        found[Path(path).name] = {
            **verdict,
            "points": np.load(points) if points.exists() else np.zeros((0, 0, 3)),
        }
    return found


def farthest_m(one: np.ndarray, other: np.ndarray) -> float:
    """How far any point of one set is from the other set, both ways; sets may repeat points."""
    from scipy.spatial import cKDTree

    there, _ = cKDTree(other).query(one)
    back, _ = cKDTree(one).query(other)
    return float(max(there.max(), back.max()))
