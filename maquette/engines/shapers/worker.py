"""The far side of `maquette.engines.shapers`: a worker module for whoever has the checkout.

What belongs here: the calls of each engine's own API, down to plain arrays. What does not: the
loop that asks (`maquette.engines.foreign_worker`), anything of maquette, which that interpreter
may not have, nor what Python of some years ago did not know.
"""

from __future__ import annotations

import functools
import os
import random
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Tuple  # noqa: UP035 - read by Pythons from 3.8 on

Arrays = Dict[str, Any]  # noqa: UP006 - as above
Message = Tuple[Dict[str, Any], bytes]  # noqa: UP006 - as above

# What is printed needs no more: a nozzle draws 0.4 mm, and every mesh is cut down to this anyway.
FACES_AT_MOST = 200_000
TEXTURE_PX = 2048
NVDIFFRAST_FACES_AT_MOST = 16_777_216


def trellis(weights: str, device: str) -> Callable[[Any, int], Arrays]:
    """TRELLIS: a mesh for the shape, Gaussians for the colours, baked into one textured mesh."""
    del device  # its pipeline knows CUDA only
    os.environ.setdefault("SPCONV_ALGO", "native")  # kernels are not tried out before the first
    from trellis.pipelines import TrellisImageTo3DPipeline
    from trellis.utils import postprocessing_utils

    pipeline = TrellisImageTo3DPipeline.from_pretrained(weights)
    pipeline.cuda()

    def shape(image: Any, seed: int) -> Arrays:
        made = pipeline.run(image, seed=seed, formats=["mesh", "gaussian"])
        looks, solid = made["gaussian"][0], made["mesh"][0]
        baked = postprocessing_utils.to_glb(
            looks, solid, simplify=0.95, texture_size=TEXTURE_PX, verbose=False
        )
        return _textured(baked)

    return shape


def trellis2(weights: str, device: str) -> Callable[[Any, int], Arrays]:
    """TRELLIS.2: a mesh within a volume of colours, remeshed and baked by o_voxel."""
    del device  # as above
    os.environ.setdefault("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True")
    import o_voxel
    from trellis2.pipelines import Trellis2ImageTo3DPipeline, rembg

    # It would load RMBG-2.0, not for commercial use, to cut out what comes with alpha anyway.
    rembg.BiRefNet = lambda *_, **__: None
    pipeline = Trellis2ImageTo3DPipeline.from_pretrained(weights)
    pipeline.cuda()

    def shape(image: Any, seed: int) -> Arrays:
        solid = pipeline.run(image, seed=seed)[0]
        solid.simplify(NVDIFFRAST_FACES_AT_MOST)
        baked = o_voxel.postprocess.to_glb(
            vertices=solid.vertices,
            faces=solid.faces,
            attr_volume=solid.attrs,
            coords=solid.coords,
            attr_layout=solid.layout,
            voxel_size=solid.voxel_size,
            aabb=[[-0.5, -0.5, -0.5], [0.5, 0.5, 0.5]],
            decimation_target=FACES_AT_MOST,
            texture_size=TEXTURE_PX,
            remesh=True,
            remesh_band=1,
            remesh_project=0,
            verbose=False,
        )
        return _textured(baked)

    return shape


def triposr(weights: str, device: str) -> Callable[[Any, int], Arrays]:
    """TripoSR: marching cubes through a triplane, with a colour per point."""
    import torch
    from tsr.system import TSR

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    model = TSR.from_pretrained(weights, config_name="config.yaml", weight_name="model.ckpt")
    model.renderer.set_chunk_size(8192)
    model.to(device)

    def shape(image: Any, seed: int) -> Arrays:
        del seed  # it draws no lots
        with torch.no_grad():
            codes = model([image.convert("RGB")], device=device)
        solid = model.extract_mesh(codes, True, resolution=256, threshold=25.0)[0]
        colours = solid.visual.vertex_colors
        return {"points": solid.vertices, "faces": solid.faces, "colours": colours}

    return shape


def triposg(weights: str, device: str) -> Callable[[Any, int], Arrays]:
    """TripoSG: a shape alone, by diffusion."""
    import torch
    from triposg.pipelines.pipeline_triposg import TripoSGPipeline

    pipeline = TripoSGPipeline.from_pretrained(weights).to(device, torch.float16)

    def shape(image: Any, seed: int) -> Arrays:
        points, faces = pipeline(
            image=image.convert("RGB"),
            generator=torch.Generator(device=pipeline.device).manual_seed(seed),
            num_inference_steps=50,
            guidance_scale=7.0,
        ).samples[0]
        return {"points": points, "faces": faces}

    return shape


ENGINES = {"trellis": trellis, "trellis2": trellis2, "triposr": triposr, "triposg": triposg}


def _textured(solid: Any) -> Arrays:
    """The arrays of a trimesh with a texture."""
    import numpy as np

    texture = np.asarray(solid.visual.material.baseColorTexture.convert("RGB"))
    uv = solid.visual.uv
    return {"points": solid.vertices, "faces": solid.faces, "uv": uv, "texture": texture}


def packed(arrays: Arrays) -> Message:
    """Arrays as one message, see `maquette.engines.shapers.meshes`."""
    import numpy as np

    head: dict[str, Any] = {"rows": {}, "texture_hw": np.shape(arrays.get("texture", ()))[:2]}
    payload = b""
    kinds = {"points": "f4", "faces": "i4", "uv": "f4", "colours": "u1", "texture": "u1"}
    for name, kind in kinds.items():
        part = np.ascontiguousarray(arrays.get(name, ()), "<" + kind)
        wide = {"uv": 2, "colours": 4}.get(name, 3)
        head["rows"][name] = part.size // wide
        payload += part.tobytes()
    return head, payload


def begin(
    name: str, home: str, weights: str, device: str
) -> Callable[[Dict[str, Any], bytes], Message]:  # noqa: UP006 - as above
    """What answers the messages of `maquette.engines.shapers`; loads the engine of that name."""
    place = Path(weights)
    weights = str(place.resolve()) if place.is_dir() else weights
    sys.path.insert(0, str(Path(home).resolve()))
    os.chdir(home)  # some name files of theirs from there
    import numpy as np
    import torch
    from PIL import Image

    # Pickled weights are read as numbers only, never as code.
    torch.load = functools.partial(torch.load, weights_only=True)
    shape = ENGINES[name](weights, device)

    def answer(head: dict[str, Any], payload: bytes) -> Message:
        pixels = np.frombuffer(payload, np.uint8).reshape(head["height"], head["width"], 4)
        seed = head["seed"]
        # Baking draws lots as well, from all three.
        random.seed(seed)
        np.random.seed(seed % 2**32)
        torch.manual_seed(seed)
        return packed(shape(Image.fromarray(pixels), seed))

    return answer
