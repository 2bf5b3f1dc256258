"""The far side of `maquette.engines.cutie`: a worker module for the interpreter that has Cutie.

It is asked about frames and keys of one span after the other and answers with masks. What belongs
here: Cutie's own calls. What does not: the loop that asks (`foreign_worker`), anything of
maquette, which that interpreter may not have, nor what Python of some years ago did not know.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, Dict, Tuple  # noqa: UP035 - read by Pythons from 3.8 on

OBJECT = 1  # one span follows one object, whose number is this; 0 is the background
# Cutie was trained and is published at this height; it scales by itself.
SHORT_SIDE_PX = 480

Message = Tuple[Dict[str, Any], bytes]  # noqa: UP006 - as above


class Tracking:
    """Cutie's network, and its core for the span under way."""

    def __init__(self, repository: Path, weights: Path, device: str) -> None:
        sys.path.insert(0, str(repository))
        import torch

        self._torch = torch
        self._device = device if device != "auto" else _best_device(torch)
        self._network = _network(torch, repository, weights).to(self._device)
        self._core: Any = None

    def begin(self) -> None:
        """Forget the last span."""
        from cutie.inference.inference_core import InferenceCore

        self._core = InferenceCore(self._network, cfg=self._network.cfg)
        self._core.max_internal_size = SHORT_SIDE_PX

    def learn(self, head: dict[str, Any], payload: bytes) -> None:
        """Remember a frame and its mask for good; the next frame need not be its neighbour."""
        image, mask = self._unpacked(head, payload)
        self._core.step(image, mask, objects=[OBJECT], force_permanent=True)
        if not head["goes_on"]:
            self._core.clear_sensory_memory()

    def follow(self, head: dict[str, Any], payload: bytes) -> Message:
        """The object on the next frame: a byte per pixel, and how sure that is."""
        image, _ = self._unpacked(head, payload)
        chances = self._core.step(image)  # (1 + objects, H, W), the background first
        inside = chances[OBJECT] > chances[0]
        confidence = chances[OBJECT][inside].mean() if inside.any() else 1 - chances[OBJECT].max()
        return {"confidence": min(max(float(confidence), 0.0), 1.0)}, inside.cpu().numpy().tobytes()

    def _unpacked(self, head: dict[str, Any], payload: bytes) -> tuple[Any, Any]:
        """(3, H, W) in 0..1, and (H, W) of object numbers if the message holds a mask."""
        import numpy as np

        height, width = head["height"], head["width"]
        whole = np.frombuffer(payload, np.uint8)
        rgb, rest = whole[: 3 * height * width], whole[3 * height * width :]
        image = rgb.reshape(height, width, 3).transpose(2, 0, 1).astype(np.float32) / 255
        mask = self._sent(rest.reshape(height, width).astype(np.int64)) if len(rest) else None
        return self._sent(image), mask

    def _sent(self, array: Any) -> Any:
        return self._torch.from_numpy(array).to(self._device)


def _best_device(torch: Any) -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def _network(torch: Any, repository: Path, weights: Path) -> Any:
    """Cutie as its own evaluation configures it, with the weights of a file."""
    from cutie.inference.utils.args_utils import get_dataset_cfg
    from cutie.model.cutie import CUTIE
    from cutie.model.utils import resnet
    from hydra import compose, initialize_config_dir
    from omegaconf import open_dict

    # Cutie would first fetch weights for parts of itself, only to have all of them replaced.
    resnet.model_zoo = SimpleNamespace(load_url=lambda *_, **__: None)
    resnet.load_weights_add_extra_dim = lambda *_, **__: None
    with initialize_config_dir(str(repository / "cutie" / "config"), version_base="1.3.2"):
        config = compose("eval_config")
    with open_dict(config):
        config["weights"] = str(weights)
        config["dataset"] = "generic"  # long clips: a memory that is consolidated, not grown
    get_dataset_cfg(config)
    network = CUTIE(config).eval()
    known = torch.load(str(weights), map_location="cpu", weights_only=True)
    missing = sorted(set(network.state_dict()).difference(known))
    if missing:  # Cutie itself would go on with what chance put there
        raise ValueError(f"the weights lack {len(missing)} parts, {missing[0]} among them")
    network.load_weights(known)
    return network


def answer(tracking: Tracking, head: dict[str, Any], payload: bytes) -> Message:
    """What one message is answered with."""
    asked = head["ask"]
    if asked == "begin":
        tracking.begin()
    elif asked == "learn":
        tracking.learn(head, payload)
    else:
        return tracking.follow(head, payload)
    return {}, b""


def begin(repository: str, weights: str, device: str) -> Callable[[dict[str, Any], bytes], Message]:
    """What answers the messages of `maquette.engines.cutie`; loads the network."""
    tracking = Tracking(Path(repository).resolve(), Path(weights).resolve(), device)
    import torch

    def answering(head: dict[str, Any], payload: bytes) -> Message:
        with torch.inference_mode():
            return answer(tracking, head, payload)

    return answering
