"""Blender runs scripts and draws the masks they build: python blender_says.py FILE...

Run in .venv-judges, where Blender is a module. Each object's matte on each plate goes to
FILE.OBJECT.N.alpha, a byte per pixel. What belongs here: running and drawing. What does not: what
it should look like.
"""

import json
import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np


def say(path: str) -> dict[str, Any]:
    """Run the script in an empty file, draw every mask on every plate."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    exec(compile(Path(path).read_text("ascii"), path, "exec"), {})  # noqa: S102
    scene = bpy.context.window.scene
    node = prepare(scene)
    frames = range(scene.frame_start, scene.frame_end + 1)
    for mask in bpy.data.masks:
        node.mask = mask
        for frame in frames:
            scene.frame_set(frame)
            Path(f"{path}.{mask.name}.{frame}.alpha").write_bytes(drawn(scene, path))
    return {
        "objects": [mask.name for mask in bpy.data.masks],
        "layers": {mask.name: [layer.name for layer in mask.layers] for mask in bpy.data.masks},
        "size": [scene.render.resolution_x, scene.render.resolution_y],
        "aspect": [scene.render.pixel_aspect_x, scene.render.pixel_aspect_y],
        "rate": scene.render.fps / scene.render.fps_base,
        "frames": [frames[0], frames[-1]],
    }


def prepare(scene: Any) -> Any:
    """A compositor that shows nothing but a mask; its node."""
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.view_settings.view_transform = "Raw"
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "BW"
    tree = bpy.data.node_groups.new("mattes", "CompositorNodeTree")
    scene.compositing_node_group = tree
    tree.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    node = tree.nodes.new("CompositorNodeMask")
    tree.links.new(node.outputs[0], tree.nodes.new("NodeGroupOutput").inputs[0])
    return node


def drawn(scene: Any, path: str) -> bytes:
    """One plate as bytes, the top row first."""
    scene.render.filepath = f"{path}.png"
    bpy.ops.render.render(write_still=True, scene=scene.name)
    image = bpy.data.images.load(scene.render.filepath)
    image.colorspace_settings.name = "Non-Color"
    wide, high = image.size
    pixels = np.array(image.pixels[:], np.float32).reshape(high, wide, -1)[::-1, :, 0]
    bpy.data.images.remove(image)
    return np.rint(pixels * 255).astype(np.uint8).tobytes()


if __name__ == "__main__":
    print(json.dumps({path: say(path) for path in sys.argv[1:]}))  # noqa: T201
