"""Checkouts of the shape of TRELLIS, TRELLIS.2, TripoSR and TripoSG, written into a folder.

Same modules, same classes, same calls, no network; stand-ins for torch, o_voxel and trimesh's
meshes come along, so that any Python with numpy and Pillow runs them. Each makes a box as wide
and as high as the subject it sees, in the axes of its original; certain seeds bring trouble on
purpose.
"""

from __future__ import annotations

from pathlib import Path

RAISES, RUNS_OUT, HANGS, DIES, NOTHING, NOT_A_NUMBER = range(901, 907)  # seeds

TORCH = """
import contextlib
from types import SimpleNamespace
import numpy as np

state = SimpleNamespace(seed=None)
float16 = "float16"
cuda = SimpleNamespace(is_available=lambda: False)
no_grad = contextlib.nullcontext

class Tensor:
    def __init__(self, array):
        self._array = np.asarray(array)
    def cpu(self):
        return self
    def numpy(self):
        return self._array

def manual_seed(seed):
    state.seed = seed

class Generator:
    def __init__(self, device):
        assert device == "cuda", device
    def manual_seed(self, seed):
        self.seed = seed
        return self

def load(path, *, weights_only=False):
    assert weights_only, "pickles can run code"
    return {}
"""

BOXES = f"""
import os, time
from types import SimpleNamespace
import numpy as np
from PIL import Image

CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
FACES = np.array([[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
                  [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]])

def trouble(seed):
    if seed == {RAISES}:
        raise RuntimeError("no kernel for this")
    if seed == {RUNS_OUT}:
        raise RuntimeError("CUDA out of memory")
    if seed == {HANGS}:
        time.sleep(60)
    if seed == {DIES}:
        os._exit(3)

def box(inside, seed, axes):
    "Right, up and front spans of the subject, put along the axes of that name."
    trouble(seed)
    rows, columns = np.nonzero(inside)
    spans = np.array([np.ptp(columns) + 1, np.ptp(rows) + 1, 10 + seed % 7]) / len(inside)
    points = (CORNERS - 0.5) * spans
    points[CORNERS[:, 2] == 1, :2] *= 0.5  # smaller in front, and its top leans to the right:
    points[CORNERS[:, 1] == 1, 0] += 0.1  # so that its sides can be told apart
    points = points @ np.array(axes, float)
    if seed == {NOT_A_NUMBER}:
        points[3, 1] = np.nan
    faces = FACES[:0] if seed == {NOTHING} else FACES
    return points, faces

def textured(points, faces, side_px):
    picture = np.zeros((side_px, side_px, 4), np.uint8)
    picture[: side_px // 2] = (200, 30, 30, 255)
    picture[side_px // 2 :] = (30, 30, 200, 128)
    uv = np.tile([0.25, 0.75], (len(points), 1))  # trimesh counts from the bottom: upper half
    material = SimpleNamespace(baseColorTexture=Image.fromarray(picture))
    return SimpleNamespace(
        vertices=points, faces=faces, visual=SimpleNamespace(uv=uv, material=material)
    )
"""

TRELLIS = {
    "trellis/__init__.py": "",
    "trellis/pipelines/__init__.py": "from .trellis_image_to_3d import TrellisImageTo3DPipeline\n",
    "trellis/pipelines/trellis_image_to_3d.py": """
import os
from types import SimpleNamespace
import numpy as np
import torch
import boxes

assert os.environ["SPCONV_ALGO"] == "native"
assert "OPENAI_API_KEY" not in os.environ

class TrellisImageTo3DPipeline:
    @staticmethod
    def from_pretrained(path):
        print("a library talks while it loads")
        assert path == "microsoft/TRELLIS-image-large", path
        return TrellisImageTo3DPipeline()
    def cuda(self):
        self.device = "cuda"
    def run(self, image, num_samples=1, seed=42, sparse_structure_sampler_params={},
            slat_sampler_params={}, formats=["mesh", "gaussian", "radiance_field"],
            preprocess_image=True):
        assert self.device == "cuda" and set(formats) == {"mesh", "gaussian"}
        assert image.mode == "RGBA" and image.size[0] == image.size[1]
        alpha = np.array(image)[..., 3]
        assert not (alpha == 255).all(), "it would cut out by itself"
        z_up = [[1, 0, 0], [0, 0, 1], [0, -1, 0]]
        points, faces = boxes.box(alpha > 204, seed, z_up)
        solid = SimpleNamespace(vertices=torch.Tensor(points), faces=torch.Tensor(faces))
        return {"mesh": [solid], "gaussian": ["looks"]}
""",
    "trellis/utils/__init__.py": "",
    "trellis/utils/postprocessing_utils.py": """
import numpy as np
import boxes

def to_glb(app_rep, mesh, simplify=0.95, fill_holes=True, fill_holes_max_size=0.04,
           texture_size=1024, debug=False, verbose=True):
    assert app_rep == "looks" and not verbose
    to_y_up = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
    points = mesh.vertices.cpu().numpy() @ to_y_up
    return boxes.textured(points, mesh.faces.cpu().numpy(), 8)
""",
}

TRELLIS2 = {
    "trellis2/__init__.py": "",
    "trellis2/pipelines/__init__.py": (
        "from .trellis2_image_to_3d import Trellis2ImageTo3DPipeline\nfrom . import rembg\n"
    ),
    "trellis2/pipelines/rembg/__init__.py": """
class BiRefNet:
    def __init__(self, model_name):
        raise OSError(f"{model_name} is gated")
""",
    "trellis2/pipelines/trellis2_image_to_3d.py": """
import numpy as np
import torch
import boxes
from . import rembg

class Mesh:
    attrs, coords, layout, voxel_size = "attrs", "coords", {"base_color": slice(0, 3)}, 1 / 1024
    def __init__(self, points, faces):
        self.vertices, self.faces = torch.Tensor(points), torch.Tensor(faces)
        self.simplified = False
    def simplify(self, target):
        self.simplified = target <= 16777216

class Trellis2ImageTo3DPipeline:
    @classmethod
    def from_pretrained(cls, path, config_file="pipeline.json"):
        assert path == "microsoft/TRELLIS.2-4B", path
        made = cls()
        made.rembg_model = getattr(rembg, "BiRefNet")(model_name="briaai/RMBG-2.0")
        return made
    def cuda(self):
        assert self.rembg_model is None
    def run(self, image, num_samples=1, seed=42, preprocess_image=True, pipeline_type=None):
        alpha = np.array(image)[..., 3]
        assert image.mode == "RGBA" and not (alpha == 255).all()
        return [Mesh(*boxes.box(alpha > 204, seed, [[1, 0, 0], [0, 0, 1], [0, -1, 0]]))]
""",
    "o_voxel/__init__.py": "from . import postprocess\n",
    "o_voxel/postprocess.py": """
import numpy as np
import boxes

def to_glb(vertices, faces, attr_volume, coords, attr_layout, aabb, voxel_size=None,
           grid_size=None, decimation_target=1000000, texture_size=2048, remesh=False,
           remesh_band=1, remesh_project=0.9, verbose=False, use_tqdm=False):
    assert (attr_volume, coords) == ("attrs", "coords") and np.shape(aabb) == (2, 3) and remesh
    points = vertices.cpu().numpy().copy()
    points[:, 1], points[:, 2] = points[:, 2].copy(), -points[:, 1]
    return boxes.textured(points, faces.cpu().numpy(), 8)
""",
}

TRIPOSR = {
    "tsr/__init__.py": "",
    "tsr/system.py": """
from types import SimpleNamespace
import numpy as np
import torch
import boxes

class Renderer:
    def set_chunk_size(self, chunk_size):
        assert chunk_size == 8192

class TSR:
    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, config_name, weight_name):
        assert (config_name, weight_name) == ("config.yaml", "model.ckpt")
        torch.load(f"{pretrained_model_name_or_path}/{weight_name}")
        made = cls()
        made.renderer = Renderer()
        return made
    def to(self, device):
        self.device = device
    def __call__(self, image, device):
        assert device == self.device == "cpu", device
        (only,) = image
        assert only.mode == "RGB"
        pixels = np.array(only).astype(int)
        assert tuple(pixels[0, 0]) == (128, 128, 128), "a grey ground"
        return [np.abs(pixels - 128).sum(axis=2) > 30]
    def extract_mesh(self, scene_codes, has_vertex_color, resolution=256, threshold=25.0):
        assert has_vertex_color and resolution == 256
        front_x = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
        points, faces = boxes.box(scene_codes[0], torch.state.seed, front_x)
        colours = np.full((len(points), 4), (10, 200, 30, 255), np.uint8)
        visual = SimpleNamespace(vertex_colors=colours)
        # wound the other way round, as marching cubes of other makes may be
        return [SimpleNamespace(vertices=points, faces=faces[:, ::-1], visual=visual)]
""",
}

TRIPOSG = {
    "triposg/__init__.py": "",
    "triposg/pipelines/__init__.py": "",
    "triposg/pipelines/pipeline_triposg.py": """
from types import SimpleNamespace
import numpy as np
import boxes

class TripoSGPipeline:
    @classmethod
    def from_pretrained(cls, path):
        assert path == "VAST-AI/TripoSG", path
        return cls()
    def to(self, device, dtype):
        assert dtype == "float16"
        self.device = device
        return self
    def __call__(self, image, num_inference_steps=50, guidance_scale=7.0, generator=None):
        assert image.mode == "RGB"
        pixels = np.array(image)
        assert tuple(pixels[0, 0]) == (255, 255, 255), "a white ground"
        inside = (pixels < 200).any(axis=2)
        points, faces = boxes.box(inside, generator.seed, np.eye(3))
        return SimpleNamespace(samples=[(points.astype(np.float32), faces)])
""",
}

FILES = {"trellis": TRELLIS, "trellis2": TRELLIS2, "triposr": TRIPOSR, "triposg": TRIPOSG}


def checkout(name: str, folder: Path) -> Path:
    """The fake repository of that engine, in a folder of its own."""
    home = folder / name
    for path, text in {**FILES[name], "torch/__init__.py": TORCH, "boxes.py": BOXES}.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text.lstrip("\n"), encoding="utf-8")
    return home
