"""Blender imports moving meshes: python blender_films.py RATE FRAMES FILE...; prints JSON.

Run in .venv-judges, where Blender is a module. The points of each frame go to
FILE.blender_films.py.npy. What belongs here: importing and asking. What does not: where the points
should be.
"""

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy
import numpy as np


def say(path: str, *, rate: float, frames: int) -> dict[str, Any]:
    """What one file is to Blender, and its points on every frame."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    nearest = Fraction(rate).limit_denominator(1001)
    scene.render.fps, scene.render.fps_base = nearest.numerator, nearest.denominator
    if path.endswith(".glb"):
        bpy.ops.import_scene.gltf(filepath=path)
    else:
        bpy.ops.wm.usd_import(filepath=path)
    meshes = [one for one in scene.objects if one.type == "MESH"]
    points = np.stack([traced(scene, meshes, frame) for frame in range(frames)])
    np.save(f"{path}.{Path(__file__).name}.npy", points.astype(np.float32))
    keys = [one.data.shape_keys for one in meshes if one.data.shape_keys]
    return {
        "meshes": len(meshes),
        # the first is the shape at rest
        "shape_keys": [len(held.key_blocks) - 1 for held in keys],
        "names": [block.name for held in keys for block in held.key_blocks[1:]],
        "images": len([one for one in bpy.data.images if one.size[0]]),
    }


def traced(scene: Any, meshes: list[Any], frame: int) -> np.ndarray:
    """(V, 3) all points on one frame; Blender's z is up, ours is y."""
    scene.frame_set(frame)
    graph = bpy.context.evaluated_depsgraph_get()
    found = []
    for one in meshes:
        seen = one.evaluated_get(graph)
        held = np.empty(3 * len(seen.data.vertices))
        seen.data.vertices.foreach_get("co", held)
        turn = np.array(seen.matrix_world)
        found.append(held.reshape(-1, 3) @ turn[:3, :3].T + turn[:3, 3])
    x, y, z = np.concatenate(found).T
    return np.column_stack([x, z, -y])


if __name__ == "__main__":
    rate, frames, *paths = sys.argv[1:]
    said = {path: say(path, rate=float(rate), frames=int(frames)) for path in paths}
    print(json.dumps(said))  # noqa: T201
