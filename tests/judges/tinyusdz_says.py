"""TinyUSDZ's reading, run in .venv-judges: python tinyusdz_says.py PACKAGE...; prints JSON.

A reader that shares no code with Pixar's, strict about the zip. What belongs here: asking it.
What does not: what the answer should be.
"""

import json
import sys
from typing import Any

import tinyusdz


def say(path: str) -> dict[str, Any]:
    """What it finds in a package, as a renderer would be handed it, or why it refuses."""
    try:
        stage = tinyusdz.load(path)
        scene = tinyusdz.tydra.convert_to_render_scene(stage)
    except tinyusdz.UsdError as refusal:
        return {"error": str(refusal) or repr(refusal)}
    root = stage.get_prim_at_path(f"/{stage.get_default_prim()}")
    if root is None:
        return {"error": "no default prim"}
    anchor = root.get_attribute("preliminary:anchoring:type")
    return {
        "up_axis": stage.get_metadata("upAxis"),
        "metres_per_unit": stage.get_metadata("metersPerUnit"),
        "schemas": root.api_schemas(),
        "anchor": anchor.value.as_scalar(),
        "meshes": [mesh_facts(mesh) for mesh in scene.meshes()],
        "images": [[image.asset_identifier, image.color_space] for image in scene.images()],
        "channels": [texture.output_channel for texture in scene.textures()],
    }


def mesh_facts(mesh: tinyusdz.RenderMesh) -> dict[str, Any]:
    """Counts, and the box around the points."""
    points = memoryview(mesh.points).tolist()
    axes = list(zip(*points, strict=True))
    return {
        "points": len(points),
        "triangles": len(memoryview(mesh.face_vertex_counts).tolist()),
        "corners": len(memoryview(mesh.face_vertex_indices).tolist()),
        "normals": len(memoryview(mesh.normals).tolist()),
        "texcoords": len(memoryview(mesh.texcoord(0)).tolist()),
        "low": [min(axis) for axis in axes],
        "high": [max(axis) for axis in axes],
    }


if __name__ == "__main__":
    print(json.dumps({path: say(path) for path in sys.argv[1:]}))  # noqa: T201
