"""A checkout of the shape of ActionMesh, written into a folder.

Same modules, same classes, same calls, the same configurations and habits: what it is told once
it keeps, calling it passes no callbacks on, it would find the subject by itself where alpha tells
too little. Stand-ins for torch and trimesh come along, so that any Python with numpy, Pillow and
PyYAML runs it, and starts soon. It makes a box as wide and as high as the subject of the first
frame, which goes where the subject goes; certain seeds bring trouble on purpose. What it does is
written to ``calls.txt`` of the checkout.
"""

from __future__ import annotations

from pathlib import Path

RAISES, RUNS_OUT, HANGS, DIES, NOTHING, NOT_A_NUMBER, FEWER, CHANGED = range(901, 909)  # seeds

TORCH = """
import contextlib, os
from types import SimpleNamespace
import numpy as np

float32, float16, bfloat16 = np.dtype("float32"), "float16", "bfloat16"
no_grad = inference_mode = contextlib.nullcontext

def autocast(device_type, dtype):
    assert device_type == "cuda" and dtype in (float16, bfloat16)
    return contextlib.nullcontext()

class device(str):
    pass

class Tensor(np.ndarray):
    @property
    def device(self):
        return SimpleNamespace(type="cpu")

def arange(end, *, dtype):
    return np.arange(end, dtype=dtype).view(Tensor)

state = SimpleNamespace(seed=None, device=None)

def manual_seed(seed):
    state.seed = seed

class Cuda:
    is_available = staticmethod(lambda: "FAKE_NO_CUDA" not in os.environ)
    empty_cache = staticmethod(lambda: None)
    synchronize = staticmethod(lambda device=None: None)
    reset_peak_memory_stats = staticmethod(lambda device=None: None)
    max_memory_allocated = staticmethod(lambda device=None: 7_500_000_000)
    @staticmethod
    def set_device(device):
        assert ":" in device, "an index is needed"
        state.device = device

cuda = Cuda()

def load(path, *, weights_only=False):
    assert weights_only, "pickles can run code"
    return {}
"""

TRIMESH = """
import numpy as np

class Trimesh:
    def __init__(self, vertices, faces, process=True):
        assert not process, "processing would merge and reorder"
        self.vertices, self.faces = np.array(vertices, float), np.array(faces, np.int64)
    def merge_vertices(self):
        keys = np.round(self.vertices / 1e-8).astype(np.int64)
        _, first, merged = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        self.vertices, self.faces = self.vertices[first], merged.reshape(-1)[self.faces]
    def nondegenerate_faces(self):
        corners = self.vertices[self.faces]
        sides = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        return np.linalg.norm(sides, axis=1) > 1e-8
    def update_faces(self, mask):
        self.faces = self.faces[mask]
    def remove_unreferenced_vertices(self):
        used, faces = np.unique(self.faces, return_inverse=True)
        self.vertices, self.faces = self.vertices[used], faces.reshape(self.faces.shape)
"""

CONFIGURATIONS = {
    "actionmesh": """
model:
  temporal_3D_denoiser: {temporal_context_size: 16, clear_autocast: false}
  scheduler: {split_cfg_batch: false}
stage_0_steps: 100
face_decimation: 40000
stage_1_steps: 30
anchor_idx: 0
sliding_window_denoiser: 15
""",
    "actionmesh_fast": "defaults: [actionmesh]\nstage_0_steps: 50\nstage_1_steps: 15\n",
    "actionmesh_lowram": "defaults: [actionmesh]\nmodel: {scheduler: {split_cfg_batch: true}}\n",
    "actionmesh_fast_lowram": (
        "defaults: [actionmesh]\nstage_0_steps: 50\nstage_1_steps: 15\n"
        "model: {scheduler: {split_cfg_batch: true}}\n"
    ),
}

UTILS = """
import os
from pathlib import Path
from types import SimpleNamespace
import yaml

def noted(line):
    with (Path(__file__).parents[1] / "calls.txt").open("a") as file:
        file.write(line + "\\n")

def download_if_missing(repo_id, local_dir):
    noted(f"fetch {repo_id}")
    os.makedirs(local_dir, exist_ok=True)
    return local_dir

def load_config(config_name, config_dir, updates={}):
    assert os.path.isabs(config_dir)
    found = yaml.safe_load((Path(config_dir) / config_name).read_text())
    for base in found.pop("defaults", []):
        whole = yaml.safe_load((Path(config_dir) / f"{base}.yaml").read_text())
        for name, parts in found.pop("model", {}).items():
            whole["model"][name].update(parts)
        found = {**whole, **found}
    return SimpleNamespace(**found)
"""

VIDEO_INPUT = """
from dataclasses import dataclass
import torch

MIN_FRAMES = 16

@dataclass
class ActionMeshInput:
    frames: list
    timesteps: torch.Tensor

    def __post_init__(self):
        assert len(self.frames) >= MIN_FRAMES, f"{len(self.frames)} frames"
        assert self.timesteps.ndim == 1 and len(self.frames) == self.timesteps.shape[0]
        assert self.timesteps.dtype == torch.float32 and self.timesteps.device.type == "cpu"
"""

BACKGROUND_REMOVAL = """
class BackgroundRemover:
    def __init__(self, rmbg_weights_dir="briaai/RMBG-1.4", model_input_size=(1024, 1024)):
        raise AssertionError("RMBG-1.4 is not for commercial use")
"""

TRIPOSG_PLUS = """
import triposg

try:
    import pytorch3d
except ImportError:
    pytorch3d = None

class TripoSGPipelinePlus:
    @classmethod
    def from_pretrained(cls, path):
        assert path == "pretrained_weights/TripoSG", path
        return cls()

class TripoSGVAE:
    @classmethod
    def from_pretrained(cls, path, subfolder):
        if pytorch3d is None:
            raise ImportError("pytorch3d is required for TripoSGVAE but is not installed. ")
        return cls()
"""

PIPELINE = f"""
import os, time
from types import SimpleNamespace
import numpy as np
import torch
import torch.nn as nn
import trimesh
from actionmesh.external.triposg import TripoSGPipelinePlus
from actionmesh.io.video_input import ActionMeshInput
from actionmesh.preprocessing.background_removal import BackgroundRemover
from actionmesh.utils import download_if_missing, load_config, noted

noted("start")

CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
FACES = np.array([[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
                  [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]])

def seen(frame):
    "Right, up of the subject's middle, and its spans, shares of the side."
    assert frame.mode == "RGBA"
    alpha = np.array(frame)[..., 3]
    inside = alpha > 127
    assert 0.01 <= inside.mean() <= 0.99, "insufficient foreground/background"
    rows, columns = np.nonzero(inside)
    side = max(inside.shape)
    middle = np.array([columns.mean(), -rows.mean()]) / side
    return middle, np.array([np.ptp(columns) + 1, np.ptp(rows) + 1]) / side

def trouble(seed):
    if seed == {RAISES}:
        raise RuntimeError("no kernel for this")
    if seed == {RUNS_OUT}:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
    if seed == {HANGS}:
        time.sleep(60)
    if seed == {DIES}:
        os._exit(3)

class ActionMeshPipeline(nn.Module):
    def __init__(self, config_name, config_dir, dtype=torch.bfloat16, lazy_loading=False):
        super().__init__()
        self.cfg = load_config(config_name, config_dir)
        noted(f"{{type(self).__name__}} {{config_name}} {{dtype}} lazy={{lazy_loading}}")
        download_if_missing(repo_id="VAST-AI/TripoSG", local_dir="pretrained_weights/TripoSG")
        download_if_missing(repo_id="briaai/RMBG-1.4", local_dir="pretrained_weights/RMBG")
        download_if_missing(repo_id="facebook/ActionMesh",
                            local_dir="pretrained_weights/ActionMesh")
        self.image_to_3d_pipe = None
        self.background_removal = None
        self.scheduler = SimpleNamespace(num_inference_steps=self.cfg.stage_1_steps)
        self.mesh_process = SimpleNamespace(face_decimation=self.cfg.face_decimation)
        self._target_device = torch.device("cpu")
        self._lazy_loading = lazy_loading
    @property
    def device(self):
        return self._target_device
    def to(self, device):
        assert torch.state.device == (device if ":" in device else None)
        self._target_device = torch.device(device)
        if not self._lazy_loading:
            self._load_all_models()
        return self
    def _load_all_models(self):
        self._load_background_removal()
        self._load_image_to_3d()
    def _load_background_removal(self):
        if self.background_removal is not None and self.background_removal.device == self.device:
            return
        if self.background_removal is None:
            self.background_removal = BackgroundRemover("pretrained_weights/RMBG")
            self.background_removal.eval()
        self.background_removal.to(self.device)
    def _load_image_to_3d(self):
        self.image_to_3d_pipe = TripoSGPipelinePlus.from_pretrained("pretrained_weights/TripoSG")
    def _unload_model(self, model_attr):
        if self._lazy_loading:
            setattr(self, model_attr, None)
    def encode_all_frames(self, input):
        return [seen(frame)[0] for frame in input.frames]
    def init_banks_from_anchor(self, input, seed=44):
        trouble(seed)
        assert self.image_to_3d_pipe is not None
        _, (wide, high) = seen(input.frames[self.cfg.anchor_idx])
        points = (CORNERS - 0.5) * (2 * wide, 2 * high, 0.2 + seed % 7 / 10)
        points[CORNERS[:, 2] == 1, :2] *= 0.5  # smaller in front, and its top leans to the right:
        points[CORNERS[:, 1] == 1, 0] += 0.1  # so that its sides can be told apart
        faces = FACES[:0] if seed == {NOTHING} else FACES
        return {{}}, {{0: trimesh.Trimesh(points, faces, process=False)}}
    def generate_3d_latents(self, input, context, latent_bank, seed=44, step_callback=None):
        total = self.scheduler.num_inference_steps
        windows = 1 if len(context) == 16 else 2
        for window in range(windows):
            for step in range(total):
                if step_callback is not None:
                    step_callback(step + 1, total, window, windows)
        return {{n: middle - context[0] for n, middle in enumerate(context)}}
    def generate_mesh_animation(self, latent_bank, mesh_bank, step_callback=None):
        anchor = mesh_bank[0]
        for n, (right, up) in latent_bank.items():
            if step_callback is not None:
                step_callback(n + 1, len(latent_bank), 0, 1)
            points = anchor.vertices + (2 * right, 2 * up, 0)
            mesh_bank[n] = trimesh.Trimesh(points, anchor.faces, process=False)
        return mesh_bank
    def _told(self, stage_1_steps, face_decimation, anchor_idx):
        if stage_1_steps is not None:
            self.scheduler.num_inference_steps = stage_1_steps
        if face_decimation is not None:
            self.mesh_process.face_decimation = face_decimation
        if anchor_idx is not None:
            self.cfg.anchor_idx = anchor_idx
        noted(f"steps={{self.scheduler.num_inference_steps}} "
              f"faces={{self.mesh_process.face_decimation}} anchor={{self.cfg.anchor_idx}}")
    def _prepared(self, input):
        self._load_background_removal()
        input.frames = self.background_removal.process_images(input.frames)
        self._unload_model("background_removal")
    def _moved(self, input, latent_bank, mesh_bank, seed):
        context = self.encode_all_frames(input)
        latent_bank = self.generate_3d_latents(
            input, context=context, latent_bank=latent_bank, seed=seed
        )
        bank = self.generate_mesh_animation(latent_bank=latent_bank, mesh_bank=mesh_bank)
        meshes = [bank[n] for n in sorted(bank)]
        if seed == {NOT_A_NUMBER}:
            meshes[3].vertices[2, 1] = np.nan
        if seed == {FEWER}:
            meshes.pop()
        if seed == {CHANGED}:
            meshes[5] = trimesh.Trimesh(meshes[5].vertices, FACES[::-1], process=False)
        return meshes
    def __call__(self, input, seed=44, stage_0_steps=None, face_decimation=None,
                 floaters_threshold=None, stage_1_steps=None, guidance_scales=None,
                 anchor_idx=None):
        self._told(stage_1_steps, face_decimation, anchor_idx)
        self._prepared(input)
        self._load_image_to_3d()
        latent_bank, mesh_bank = self.init_banks_from_anchor(input, seed)
        self._unload_model("image_to_3d_pipe")
        return self._moved(input, latent_bank, mesh_bank, seed)
"""

PIPELINE_WITH_3D = """
import numpy as np
import trimesh
from actionmesh.external.triposg import TripoSGVAE
from actionmesh.pipeline import ActionMeshPipeline, trouble

class ActionMeshPipelineWithMeshInput(ActionMeshPipeline):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.vae = None
    def _load_vae(self):
        self.vae = TripoSGVAE.from_pretrained("pretrained_weights/TripoSG", subfolder="vae")
    def _load_all_models(self):
        self._load_background_removal()
        self._load_vae()
    def init_banks_from_anchor(self, input, anchor_mesh, seed=44):
        trouble(seed)
        points, faces = anchor_mesh.vertices.copy(), anchor_mesh.faces.copy()
        anchor_mesh.merge_vertices()
        anchor_mesh.update_faces(anchor_mesh.nondegenerate_faces())
        anchor_mesh.remove_unreferenced_vertices()
        away = np.linalg.norm(points[:, None] - anchor_mesh.vertices[None], axis=2)
        assert (away.min(axis=1) < 1e-6).all(), "Some pre-merge vertices have no close match"
        return {}, {0: anchor_mesh}, away.argmin(axis=1), faces
    def __call__(self, input, anchor_mesh, seed=44, stage_0_steps=None, face_decimation=None,
                 floaters_threshold=None, stage_1_steps=None, guidance_scales=None,
                 anchor_idx=None):
        self._told(stage_1_steps, face_decimation, anchor_idx)
        self._prepared(input)
        self._load_vae()
        latents, meshes, merged, faces = self.init_banks_from_anchor(input, anchor_mesh, seed)
        self._unload_model("vae")
        meshes = self._moved(input, latents, meshes, seed)
        return [trimesh.Trimesh(vertices=m.vertices[merged], faces=faces, process=False)
                for m in meshes]
"""

FILES = {
    "torch/__init__.py": TORCH,
    "torch/nn.py": "class Module:\n    pass\n",
    "trimesh/__init__.py": TRIMESH,
    "pytorch3d/__init__.py": "",
    "third_party/TripoSG/triposg/__init__.py": "",
    "actionmesh/__init__.py": "",
    "actionmesh/utils.py": UTILS,
    "actionmesh/io/__init__.py": "",
    "actionmesh/io/video_input.py": VIDEO_INPUT,
    "actionmesh/preprocessing/__init__.py": "",
    "actionmesh/preprocessing/background_removal.py": BACKGROUND_REMOVAL,
    "actionmesh/external/__init__.py": "",
    "actionmesh/external/triposg.py": TRIPOSG_PLUS,
    "actionmesh/pipeline.py": PIPELINE,
    "actionmesh/pipeline_with_3d.py": PIPELINE_WITH_3D,
    **{f"actionmesh/configs/{name}.yaml": text for name, text in CONFIGURATIONS.items()},
}


def checkout(folder: Path) -> Path:
    """The fake repository, in a folder of its own."""
    home = folder / "actionmesh"
    for path, text in FILES.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text.lstrip("\n"), encoding="utf-8")
    return home


def calls(home: Path) -> list[str]:
    """What it did so far."""
    path = home / "calls.txt"
    return path.read_text("utf-8").splitlines() if path.is_file() else []


def weights(folder: Path) -> Path:
    """A folder with weights of all that it needs."""
    for name in ("ActionMesh", "TripoSG", "dinov2"):
        place = folder / "pretrained_weights" / name
        place.mkdir(parents=True)
        (place / "config.json").write_text("{}", encoding="utf-8")
    return folder
