"""How fast the GPU engines are and how much memory they take, at full size, without weights.

Speed does not depend on what a model has learned, so the models are built in the published
shapes with random numbers and run through the very engines. One JSON line per figure:
``{"figure", "value", "unit", "bound", "ok"}``. Without a CUDA device the figures are skipped;
``--tiny`` runs the same code with tiny shapes on a CPU, to show that it runs.

    python -m bench.engines [--tiny] [--compile] [--fp8] [--shaper NAME]... [--animator NAME]...

Engines that make solids, still or moving, run from a checkout and with weights of your own; each
one that is named, and that docs/engines.md told you how to set up, is timed as it is, by an
interpreter of its own: this one needs no torch for them.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from maquette.engines import actionmesh
from maquette.engines.actionmesh.settings import MODES
from maquette.engines.diffusion.engine import Diffusion
from maquette.engines.diffusion.families import FLUX_SCHNELL, SDXL_LIGHTNING, Family, Settings
from maquette.engines.diffusion.halves import Half, made_fast
from maquette.engines.sam2.backends import Settings as Sam2Settings
from maquette.engines.sam2.backends import TransformersBackend
from maquette.engines.sam2.engine import Sam2
from maquette.engines.shapers import (
    ForeignShaper,
    make_trellis,
    make_trellis2,
    make_triposg,
    make_triposr,
)
from maquette.errors import EngineError
from maquette.roles import (
    AnimateRequest,
    Animator,
    ImageRequest,
    MadePicture,
    Prompts,
    ShapeRequest,
)
from maquette.types import Picture
from tests import tiny_models

CLIP_L = {
    "vocab_size": 49408,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_attention_heads": 12,
    "num_hidden_layers": 12,
    "projection_dim": 768,
    "max_position_embeddings": 77,
}
CLIP_G = {
    **CLIP_L,
    "hidden_size": 1280,
    "intermediate_size": 5120,
    "num_attention_heads": 20,
    "num_hidden_layers": 32,
    "projection_dim": 1280,
}
VAE = {
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
    "norm_num_groups": 32,
    "sample_size": 1024,
}
FLUX = {
    "clip": CLIP_L,
    "t5": {
        "vocab_size": 32128,
        "d_model": 4096,
        "d_ff": 10240,
        "d_kv": 64,
        "num_layers": 24,
        "num_heads": 64,
        "feed_forward_proj": "gated-gelu",
    },
    "vae": {
        **VAE,
        "latent_channels": 16,
        "use_quant_conv": False,
        "use_post_quant_conv": False,
        "shift_factor": 0.1159,
        "scaling_factor": 0.3611,
    },
    "transformer": {
        "in_channels": 64,
        "num_layers": 19,
        "num_single_layers": 38,
        "attention_head_dim": 128,
        "num_attention_heads": 24,
        "joint_attention_dim": 4096,
        "pooled_projection_dim": 768,
        "axes_dims_rope": (16, 56, 56),
    },
}
SDXL = {
    "clip": CLIP_L,
    "clip_2": CLIP_G,
    "vae": {**VAE, "latent_channels": 4, "scaling_factor": 0.13025},
    "unet": {
        "block_out_channels": (320, 640, 1280),
        "layers_per_block": 2,
        "sample_size": 128,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "attention_head_dim": (5, 10, 20),
        "addition_time_embed_dim": 256,
        "transformer_layers_per_block": (1, 2, 10),
        "projection_class_embeddings_input_dim": 2816,
        "cross_attention_dim": 2048,
    },
}
SAM2_LARGE = {
    "image_size": 1024,
    "channels": [144, 288, 576, 1152],
    "backbone": {
        "hidden_size": 144,
        "blocks_per_stage": [2, 6, 36, 4],
        "num_attention_heads": 2,
        "num_attention_heads_per_stage": [2, 4, 8, 16],
        "window_size_per_stage": [8, 4, 16, 8],
        "global_attention_blocks": [23, 33, 43],
        "window_positional_embedding_background_size": [7, 7],
    },
}
FULL = {"flux": FLUX, "sdxl": SDXL, "sam2": SAM2_LARGE}
TINY = {"flux": tiny_models.FLUX, "sdxl": tiny_models.SDXL, "sam2": tiny_models.SAM2}

SHAPERS = {
    "trellis": make_trellis,
    "trellis2": make_trellis2,
    "triposg": make_triposg,
    "triposr": make_triposr,
}
ANIMATORS = {"actionmesh": actionmesh.make}
CLIP_FRAMES = 16  # what ActionMesh sees at once, and what its authors time
MEMORY_GB = 30.0  # what FLUX is promised to fit into
# Seconds per warm picture at 1024 pixels, on one H100 or H200.
SECONDS = {"flux-schnell": 1.0, "sdxl-lightning": 0.3, "sam2": 0.06}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print every figure, or that there is no device to take them on."""
    given = _parser().parse_args(arguments)
    if given.tiny or _cuda_here():
        _torch_figures(given)
    else:
        _say({"figure": "engines", "skipped": "no CUDA device; --tiny shows that the code runs"})
    for name in given.shaper:
        _shape_figures(SHAPERS[name](), count=1 if given.tiny else 3)
    for name in given.animator:
        _animate_figures(ANIMATORS[name](), modes=["default"] if given.tiny else list(MODES))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tiny", action="store_true", help="tiny shapes on a CPU")
    parser.add_argument("--compile", action="store_true", help="compile the denoisers' blocks")
    parser.add_argument("--fp8", action="store_true", help="8-bit linear layers; with --compile")
    for option, table in (("--shaper", SHAPERS), ("--animator", ANIMATORS)):
        parser.add_argument(
            option,
            action="append",
            default=[],
            choices=sorted(table),
            help="time one from your checkout",
        )
    return parser


def _cuda_here() -> bool:
    if importlib.util.find_spec("torch") is None:
        return False
    import torch

    return torch.cuda.is_available()


def _torch_figures(given: argparse.Namespace) -> None:
    device = "cpu" if given.tiny else "cuda"
    settings = Settings(device=device, compile=given.compile, fp8=given.fp8)
    sizes = TINY if given.tiny else FULL
    _image_figures(FLUX_SCHNELL, settings, partial(tiny_models.flux, sizes["flux"]))
    _image_figures(SDXL_LIGHTNING, settings, partial(tiny_models.sdxl, sizes["sdxl"]))
    _segment_figures(device, sizes["sam2"])


def _image_figures(family: Family, settings: Settings, build: Callable[..., Any]) -> None:
    device = settings.device
    dtype = "float32" if device == "cpu" else family.half

    def load(half: Half) -> Any:
        with _made_as(device, dtype):
            pipeline = build(parts=half)
        pipeline.set_progress_bar_config(disable=True)
        return (
            made_fast(pipeline, family=family, settings=settings) if half == "image" else pipeline
        )

    engine = Diffusion(family, settings, load=load)
    size_px, count = (64, 2) if device == "cpu" else (1024, 8)
    with _peak(device) as peak:
        cold = _draw(engine, count=1, size_px=size_px)
        warm = _draw(engine, count=count, size_px=size_px)
    engine.close()
    name = family.name
    _figure(f"{name} first picture", cold, unit="s", bound=None)
    bound = SECONDS[name] if device == "cuda" else None
    _figure(f"{name} warm picture", warm / count, unit="s", bound=bound)
    if peak:
        _figure(f"{name} peak memory", peak[0], unit="GB", bound=MEMORY_GB)


def _draw(engine: Diffusion, *, count: int, size_px: int) -> float:
    requests = [ImageRequest(f"a red chair {n}", "cartoon", size_px, n) for n in range(count)]
    start = time.perf_counter()
    for answer in engine.generate(requests):
        # Random weights may overflow half precision; that costs the same time.
        overflow = isinstance(answer, EngineError) and answer.code == "PICTURE_NOT_FINITE"
        if not isinstance(answer, MadePicture) and not overflow:
            raise answer
    return time.perf_counter() - start


def _segment_figures(device: str, sizes: dict[str, Any]) -> None:
    def load() -> TransformersBackend:
        with _made_as(device, "float32"):
            return TransformersBackend(tiny_models.sam2(sizes))

    engine = Sam2(Sam2Settings(device=device), loader=load)
    size_px = sizes["image_size"]
    picture = Picture(tiny_models.disc(size_px)[0])
    pointed = Prompts(points_xy=((size_px / 2, size_px / 2),), labels=(1,))
    engine.segment([picture], [pointed])
    bound = SECONDS["sam2"] if device == "cuda" else None
    for figure, prompts in (("sam2 one click", pointed), ("sam2 no prompt", Prompts())):
        times = [_seconds(lambda p=prompts: engine.segment([picture], [p])) for _ in range(5)]
        _figure(figure, statistics.median(times), unit="s", bound=bound)
    engine.close()


def _shape_figures(engine: ForeignShaper, *, count: int) -> None:
    """The first solid takes the weights along, the others show how fast the engine is."""
    rgba, inside = tiny_models.disc(1024)
    rgba[~inside] = 0
    request = ShapeRequest(Picture(rgba), seed=1)

    def work() -> None:
        (answer,) = engine.shape([request])
        if isinstance(answer, Exception):
            raise answer

    name = engine.info.name
    try:
        _figure(f"{name} first solid", _seconds(work), unit="s", bound=None)
        warm = statistics.median(_seconds(work) for _ in range(count))
        _figure(f"{name} warm solid", warm, unit="s", bound=None)
    finally:
        engine.close()


def _animate_figures(engine: Animator, *, modes: Sequence[str]) -> None:
    """In each mode the first clip takes the weights along, the second shows how fast it is."""
    rgba, inside = tiny_models.disc(512)
    rgba[~inside] = 0
    frames = [Picture(np.roll(rgba, 8 * n, axis=1)) for n in range(CLIP_FRAMES)]
    name = engine.info.name
    try:
        for mode in modes:
            request = AnimateRequest(frames, rate=12.0, seed=1, mode=mode)
            first = _seconds(partial(engine.animate, request))
            _figure(f"{name} {mode} first clip", first, unit="s", bound=None)
            start = time.perf_counter()
            scores = engine.animate(request).scores
            taken = {"warm clip": time.perf_counter() - start, **scores}
            for figure, value in taken.items():
                unit = "GB" if figure.endswith("_gb") else "s"
                _figure(f"{name} {mode} {figure}", value, unit=unit, bound=None)
    finally:
        engine.close()


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()  # ends with a copy to the host, which waits for the device
    return time.perf_counter() - start


@contextmanager
def _made_as(device: str, dtype: str) -> Iterator[None]:
    """Build modules on the device and in the format at once: 12 B floats would not fit."""
    import torch

    before = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, dtype))
    try:
        with torch.device(device):
            yield
    finally:
        torch.set_default_dtype(before)


@contextmanager
def _peak(device: str) -> Iterator[list[float]]:
    """A list that holds, afterwards, the most gigabytes that were taken at once."""
    import torch

    found: list[float] = []
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    yield found
    if device == "cuda":
        found.append(torch.cuda.max_memory_allocated() / 1e9)


def _figure(figure: str, value: float, *, unit: str, bound: float | None) -> None:
    ok = bound is None or value <= bound
    rounded = float(np.format_float_positional(value, precision=3, fractional=False))
    _say({"figure": figure, "value": rounded, "unit": unit, "bound": bound, "ok": ok})


def _say(line: dict[str, Any]) -> None:
    print(json.dumps(line))


if __name__ == "__main__":
    main()
