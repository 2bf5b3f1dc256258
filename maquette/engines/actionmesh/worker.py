"""The far side of `maquette.engines.actionmesh`: a worker module for whoever has the checkout.

What belongs here: ActionMesh's own calls, down to plain arrays. What does not: the loop that asks
(`maquette.engines.foreign_worker`), anything of maquette, which that interpreter may not have,
nor what Python of some years ago did not know.
"""

from __future__ import annotations

import functools
import gc
import importlib
import os
import random
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple  # noqa: UP035 - read by Pythons from 3.8 on

Message = Tuple[Dict[str, Any], bytes]  # noqa: UP006 - as above
Tell = Callable[[float, str], None]

ANCHOR = 0  # the frame whose mesh is moved
# Step -> how much of the time is over when it begins and when it ends.
SHARES = {"stage 0": (0.0, 0.3), "stage 1": (0.3, 0.85), "decode": (0.85, 1.0)}


class NoRemover:
    """Stands where RMBG-1.4 would: that model is not for commercial use, and runs others' code.

    Our frames come cut out, each telling enough for it not to be asked.
    """

    def __init__(self, *_: Any) -> None:
        self.device: Any = None

    def eval(self) -> NoRemover:
        """There is nothing to prepare."""
        return self

    def to(self, device: Any) -> NoRemover:
        """There is nothing to bring there."""
        self.device = device
        return self

    def process_images(self, images: List[Any]) -> List[Any]:  # noqa: UP006 - as above
        """The frames as they came."""
        return images


class Watch:
    """What a pipeline is at: told as it goes on, with the seconds that each step took."""

    def __init__(self, tell: Tell, torch: Any, device: str) -> None:
        self._tell = tell
        self._cuda = torch.cuda
        self._device = device
        self._seconds: dict[str, float] = {}
        self._since_s = 0.0

    def follow(self, pipeline: Any) -> None:
        """Listen to a pipeline: calling it passes no callbacks on, though its steps take them."""
        anchored = pipeline.init_banks_from_anchor

        def stage_0(*arguments: Any, **options: Any) -> Any:
            self._tell(SHARES["stage 0"][0], "stage 0")
            banks = anchored(*arguments, **options)
            self._lap("stage 0")
            return banks

        pipeline.init_banks_from_anchor = stage_0
        denoise, decode = pipeline.generate_3d_latents, pipeline.generate_mesh_animation
        pipeline.generate_3d_latents = self._heard(denoise, "stage 1")
        pipeline.generate_mesh_animation = self._heard(decode, "decode")

    def _heard(self, work: Callable[..., Any], step: str) -> Callable[..., Any]:
        begins, ends = SHARES[step]

        def callback(done: int, steps: int, window: int, windows: int) -> None:
            share = (window + done / max(steps, 1)) / max(windows, 1)
            self._tell(begins + (ends - begins) * min(share, 1.0), step)

        def heard(*arguments: Any, **options: Any) -> Any:
            self._tell(begins, step)
            result = work(*arguments, step_callback=callback, **options)
            self._lap(step)
            return result

        return heard

    def start(self) -> None:
        """A clip begins."""
        self._cuda.reset_peak_memory_stats(self._device)
        self._seconds = {}
        self._since_s = time.monotonic()

    def _lap(self, step: str) -> None:
        self._cuda.synchronize(self._device)  # what is asked of a GPU is not yet done
        now_s = time.monotonic()
        self._seconds[step] = now_s - self._since_s
        self._since_s = now_s

    def scores(self) -> dict[str, float]:
        """What the clip took; a step's seconds hold what was loaded for it too."""
        taken = {f"seconds_{step.replace(' ', '_')}": s for step, s in self._seconds.items()}
        return {**taken, "gpu_memory_gb": self._cuda.max_memory_allocated(self._device) / 1e9}


class Animating:
    """One pipeline at a time: another mode, or a model to move, takes the place of the last."""

    def __init__(self, home: Path, device: str, dtype: str, tell: Tell) -> None:
        import torch

        if not torch.cuda.is_available():
            raise RuntimeError("this interpreter's torch finds no CUDA device, and it has no other")
        if ":" in device:
            torch.cuda.set_device(device)  # not all that it stands on asks where its numbers lie
        # Pickled weights are read as numbers only, never as code.
        torch.load = functools.partial(torch.load, weights_only=True)
        _without_rmbg(importlib.import_module("actionmesh.pipeline"))
        self._torch = torch
        self._home = home
        self._device = device
        self._dtype = getattr(torch, dtype)
        self._tell = tell
        self._watch = Watch(tell, torch, device)
        self._wanted: Any = None
        self._pipeline: Any = None

    def load(self, head: dict[str, Any]) -> None:
        """Have the pipeline that a clip wants; nothing happens where it is there."""
        wanted = (head["configuration"], head["lazy"], head["with_model"])
        if wanted == self._wanted:
            return
        self._wanted = self._pipeline = None
        gc.collect()  # it refers to itself, and two would not fit
        self._torch.cuda.empty_cache()
        self._tell(0.0, "loading")
        self._pipeline = self._built(*wanted)
        self._wanted = wanted

    def _built(self, configuration: str, lazy: bool, with_model: bool) -> Any:
        if with_model:
            from actionmesh.pipeline_with_3d import ActionMeshPipelineWithMeshInput as Pipeline
        else:
            from actionmesh.pipeline import ActionMeshPipeline as Pipeline
        pipeline = Pipeline(
            config_name=configuration,
            config_dir=str(self._home / "actionmesh" / "configs"),
            dtype=self._dtype,
            lazy_loading=lazy,
        )
        pipeline.to(self._device)
        self._watch.follow(pipeline)
        return pipeline

    def animate(self, head: dict[str, Any], payload: bytes) -> Message:
        """A pose for each frame of the clip."""
        torch, pipeline = self._torch, self._pipeline
        frames, rest = _frames(head, payload)
        options: dict[str, Any] = {
            "seed": head["seed"],
            # What it is told once it keeps for the next clip: each is told all that may differ.
            "stage_1_steps": head["steps"] or pipeline.cfg.stage_1_steps,
            "face_decimation": head["faces_at_most"],
            "anchor_idx": ANCHOR,
        }
        if head["with_model"]:
            options["anchor_mesh"] = _model(head, rest)
        from actionmesh.io.video_input import ActionMeshInput

        timesteps = torch.arange(len(frames), dtype=torch.float32)
        _cast_lots(torch, head["seed"])
        self._watch.start()
        with torch.no_grad():
            meshes = pipeline(input=ActionMeshInput(frames, timesteps), **options)
        answer, data = packed(meshes, len(frames))
        return {**answer, "scores": self._watch.scores()}, data


def _without_rmbg(module: Any) -> None:
    """Neither fetch nor load the model that would find the subject by itself."""
    fetch = module.download_if_missing

    def fetched(repo_id: str, local_dir: str) -> str:
        return local_dir if "RMBG" in repo_id else fetch(repo_id=repo_id, local_dir=local_dir)

    module.download_if_missing = fetched
    module.BackgroundRemover = NoRemover


def _frames(head: dict[str, Any], payload: bytes) -> Tuple[List[Any], bytes]:  # noqa: UP006
    """The frames as pictures, and what comes after them."""
    import numpy as np
    from PIL import Image

    shape = (head["frames"], head["height"], head["width"], 4)
    size = int(np.prod(shape))
    pixels = np.frombuffer(payload, np.uint8, size).reshape(shape)
    return [Image.fromarray(frame) for frame in pixels], payload[size:]


def _model(head: dict[str, Any], data: bytes) -> Any:
    """The shape that is to be moved, with every point and face as it came."""
    import numpy as np
    import trimesh

    points = np.frombuffer(data, np.float32, 3 * head["points"]).reshape(-1, 3)
    faces = np.frombuffer(data, np.int32, offset=points.nbytes).reshape(-1, 3)
    return trimesh.Trimesh(points.astype(np.float64), faces.astype(np.int64), process=False)


def _cast_lots(torch: Any, seed: int) -> None:
    """Start all three that it draws lots from."""
    import numpy as np

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def packed(meshes: List[Any], frames: int) -> Message:  # noqa: UP006 - as above
    """The poses as one message, see `maquette.engines.actionmesh.poses`.

    Raises ValueError where they are not what was asked: a pose per frame, of the same faces.
    """
    import numpy as np

    if len(meshes) != frames:
        raise ValueError(f"{len(meshes)} poses for {frames} frames")
    faces = np.ascontiguousarray(meshes[0].faces, "<i4").reshape(-1, 3)
    poses = [np.ascontiguousarray(mesh.vertices, "<f4").reshape(-1, 3) for mesh in meshes]
    for n, mesh in enumerate(meshes):
        if len(poses[n]) != len(poses[0]) or not np.array_equal(mesh.faces, faces):
            raise ValueError(f"the faces of pose {n} differ from those of the first")
    head = {"points": len(poses[0]), "faces": len(faces)}
    return head, faces.tobytes() + b"".join(pose.tobytes() for pose in poses)


def begin(
    home: str, weights: str, device: str, dtype: str, tell: Tell
) -> Callable[[Dict[str, Any], bytes], Message]:  # noqa: UP006 - as above
    """What answers the messages of `maquette.engines.actionmesh`; imports all, loads nothing."""
    checkout = Path(home).resolve()
    # Whoever has not installed it finds it, and the submodule that it stands on, by these.
    sys.path[:0] = [str(checkout), str(checkout / "third_party" / "TripoSG")]
    os.chdir(weights)  # it looks for pretrained_weights from where it runs
    animating = Animating(checkout, device, dtype, tell)

    def answer(head: dict[str, Any], payload: bytes) -> Message:
        if head["ask"] == "load":
            animating.load(head)
            return {}, b""
        return animating.animate(head, payload)

    return answer
