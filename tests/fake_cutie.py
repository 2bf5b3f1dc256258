"""A checkout of the shape of Cutie's, written into a folder: same modules, same calls, no network.

It brings stand-ins for torch, hydra and omegaconf as well, so that any Python with numpy runs it.
Its network takes for the object whatever is not white. A frame whose first pixel is of a certain
red brings trouble on purpose.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

RAISES, RUNS_OUT, HANGS, DIES, SHORT = 1, 2, 3, 4, 5  # red of the first pixel

FILES = {
    "torch/__init__.py": """
import contextlib, json
from types import SimpleNamespace
import numpy as np

class Tensor(np.ndarray):
    def to(self, device):
        assert device in ("cpu", "cuda"), device
        return self
    def cpu(self):
        return self
    def numpy(self):
        return np.asarray(self)

cuda = SimpleNamespace(is_available=lambda: False)
inference_mode = contextlib.nullcontext

def from_numpy(array):
    return array.view(Tensor)

def load(path, *, map_location, weights_only):
    assert weights_only
    return json.load(open(path))
""",
    "hydra/__init__.py": """
import contextlib, os
from omegaconf import Config

@contextlib.contextmanager
def initialize_config_dir(folder, version_base):
    assert os.path.isabs(folder)
    assert os.path.isfile(os.path.join(folder, "eval_config.yaml"))
    yield

def compose(name):
    assert name == "eval_config"
    return Config(max_internal_size=-1, mem_every=5)
""",
    "omegaconf/__init__.py": """
import contextlib

class Config(dict):
    __getattr__ = dict.__getitem__

@contextlib.contextmanager
def open_dict(config):
    yield
""",
    "cutie/__init__.py": "",
    "cutie/config/eval_config.yaml": "weights: null\n",
    "cutie/model/__init__.py": "",
    "cutie/model/cutie.py": """
from cutie.model.utils import resnet

class CUTIE:
    def __init__(self, cfg):
        print("a library talks while it loads")
        self.cfg = cfg
        self.weights = None
        state = resnet.model_zoo.load_url("https://example.invalid", model_dir=None)
        resnet.load_weights_add_extra_dim(self, state, 1)
    def eval(self):
        return self
    def to(self, device):
        self.device = device
        return self
    def state_dict(self):
        return {"key_proj.weight": 0, "mask_decoder.weight": 0}
    def load_weights(self, src_dict):
        self.weights = src_dict
""",
    "cutie/model/utils/__init__.py": "",
    "cutie/model/utils/resnet.py": """
from types import SimpleNamespace

def _fetched(url, model_dir=None):
    raise OSError("nothing may be fetched")

model_zoo = SimpleNamespace(load_url=_fetched)

def load_weights_add_extra_dim(target, source_state, extra_dim=1):
    raise ValueError("nothing was fetched")
""",
    "cutie/inference/__init__.py": "",
    "cutie/inference/utils/__init__.py": "",
    "cutie/inference/utils/args_utils.py": """
def get_dataset_cfg(cfg):
    assert cfg.dataset == "generic"
""",
    "cutie/inference/inference_core.py": f"""
import os, time
import numpy as np
import torch

class InferenceCore:
    def __init__(self, network, cfg, *, image_feature_store=None):
        assert network.weights, "weights come first"
        self.max_internal_size = cfg.max_internal_size
        self.objects = set()
        self.sensory = False
    def clear_sensory_memory(self):
        self.sensory = False
    def step(self, image, mask=None, objects=None, *, idx_mask=True, end=False,
             delete_buffer=True, force_permanent=False):
        assert image.dtype == np.float32 and image.shape[0] == 3 and image.max() <= 1
        assert self.max_internal_size == 480
        if mask is not None:
            assert set(np.unique(mask).tolist()) <= {{0, *objects}} and force_permanent
            self.objects |= set(objects)
            self.sensory = True
        assert self.objects and self.sensory, "a walk starts from a key"
        red = round(float(image[0, 0, 0]) * 255)
        if red == {RAISES}:
            raise RuntimeError("no kernel for this")
        if red == {RUNS_OUT}:
            raise RuntimeError("CUDA out of memory")
        if red == {HANGS}:
            time.sleep(60)
        if red == {DIES}:
            os._exit(3)
        chance = np.where(image.mean(axis=0) < 0.9, 0.875, 0.0625).astype(np.float32)
        if red == {SHORT}:
            chance = chance[1:]
        return np.stack([1 - chance, chance]).view(torch.Tensor)
""",
}


def checkout(folder: Path) -> Path:
    """The fake repository, in a folder of its own."""
    for name, text in FILES.items():
        path = folder / "Cutie" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")
    return folder / "Cutie"


def weights(folder: Path, *, parts: tuple[str, ...] = ("key_proj", "mask_decoder")) -> Path:
    """Weights that the fake network knows, or some of them."""
    path = folder / "cutie-base-mega.pth"
    path.write_text("{" + ", ".join(f'"{part}.weight": 1' for part in parts) + "}", "utf-8")
    return path


def sha256(path: Path) -> str:
    """The sum that the engine wants to be told."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
