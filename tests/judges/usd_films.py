"""Pixar's library plays moving meshes: python usd_films.py RATE FRAMES FILE...; prints JSON.

Run in .venv-judges, whose usd-core is not the one that wrote the file. The points of each frame go
to FILE.usd_films.py.npy. What belongs here: opening and asking. What does not: where the points
should be.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pxr import Usd, UsdGeom, UsdSkel

ROUNDED_M = 1e-6


def say(path: str, *, rate: float, frames: int) -> dict[str, Any]:
    """What a stage says of its clock, and where its points are on every frame."""
    opened = Usd.Stage.Open(path)
    stage = baked(opened)
    codes_per_s, start = stage.GetTimeCodesPerSecond(), stage.GetStartTimeCode()
    meshes = [UsdGeom.Mesh(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh)]
    codes = [start + n / rate * codes_per_s for n in range(frames)]
    points = [traced(meshes, at) for at in codes]
    np.save(f"{path}.{Path(__file__).name}.npy", np.stack(points))
    return {
        "meshes": len(meshes),
        "length_s": (stage.GetEndTimeCode() - start) / codes_per_s,
        "faces_change": any(
            mesh.GetFaceVertexIndicesAttr().ValueMightBeTimeVarying() for mesh in meshes
        ),
        "extents_hold": all(map(held_by(opened), points, codes)),
    }


def baked(opened: Any) -> Any:
    """The stage with skeletons and blend shapes turned into points with time samples."""
    # a package cannot be written to, and a session layer has a clock of its own
    stage = Usd.Stage.Open(opened.Flatten())
    for prim in stage.Traverse():
        if prim.IsA(UsdSkel.Root):
            UsdSkel.BakeSkinning(UsdSkel.Root(prim))
    return stage


def traced(meshes: list[Any], code: float) -> np.ndarray:
    """(V, 3) all points at one time."""
    found = []
    for mesh in meshes:
        points = np.array(mesh.GetPointsAttr().Get(code), np.float64)
        turn = np.array(UsdGeom.Xformable(mesh).ComputeLocalToWorldTransform(code))
        found.append(points @ turn[:3, :3] + turn[3, :3])
    return np.concatenate(found).astype(np.float32)


def held_by(opened: Any) -> Callable[[np.ndarray, float], bool]:
    """Whether the box that a stage tells of its skeletons holds some points at one time."""
    (root,) = [UsdGeom.Boundable(prim) for prim in opened.Traverse() if prim.IsA(UsdSkel.Root)]

    def is_held(points: np.ndarray, code: float) -> bool:
        low, high = (np.array(corner) for corner in root.GetExtentAttr().Get(code))
        return bool((points >= low - ROUNDED_M).all() and (points <= high + ROUNDED_M).all())

    return is_held


if __name__ == "__main__":
    rate, frames, *paths = sys.argv[1:]
    said = {path: say(path, rate=float(rate), frames=int(frames)) for path in paths}
    print(json.dumps(said))  # noqa: T201
