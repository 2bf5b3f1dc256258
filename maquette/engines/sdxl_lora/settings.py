"""What a user may set for `sdxl-lora`, and the words for each style.

What belongs here: names, words and ranges. What does not: code that loads or runs a model.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from maquette.engines import devices, hub
from maquette.errors import EngineError

MODEL = "stabilityai/stable-diffusion-xl-base-1.0"
VARIABLE = "MAQUETTE_SDXL_LORA"

# Other words make other pictures: raise the engine's version with them.
STYLES = {
    "toon": "friendly cartoon portrait, flat colours, clean outlines, large eyes, simple shading",
    "clay": "clay figurine portrait, soft rounded shapes, matte plasticine, studio light",
    "ink": "ink drawing of a portrait, black lines on white paper, few grey tones",
}
HEAD = "one person, head and neck, front view, plain background"
AVOID = "photograph, text, watermark, hands, second person, deformed eyes, blurry"

STEPS_MAX = 100
SIDES_PX = (64, 2048)


@dataclass(frozen=True)
class Settings:
    """What a user may set; every field changes the picture, or on what it is made.

    Attributes:
        lora: a safetensors file; MAQUETTE_SDXL_LORA if empty.
        trigger: the words that the LoRA was trained to answer to, put first.
        scale: how strongly the LoRA weighs.
        model: a local folder, or ``organisation/name[@revision]``; SDXL's own base if None.
        device: cuda, mps, cpu, or auto.
        dtype: float32, bfloat16, float16, or auto.
        steps: denoising steps, of which the share `strength` is run.
        strength: how far from the photo, above 0 and at most 1: at 1 nothing is left of it.
        guidance: how closely the words are followed.
        side_px: long side at which it is drawn: SDXL was trained at 1024.
    """

    lora: str = ""
    trigger: str = ""
    scale: float = 1.0
    model: str | None = None
    device: str = "auto"
    dtype: str = "auto"
    steps: int = 30
    strength: float = 0.5
    guidance: float = 6.0
    side_px: int = 1024


def checked(given: Settings) -> Settings:
    """The settings, filled up from the environment and refused where they cannot work."""
    lora = given.lora or os.environ.get(VARIABLE, "")
    if not lora:
        raise EngineError(
            "ENGINE_NOT_INSTALLED",
            f"sdxl-lora has no LoRA weights: {VARIABLE} is unset",
            fix=f"name a safetensors file in {VARIABLE}, or use the toon engine",
        )
    if Path(lora).suffix in hub.PICKLES:
        raise EngineError(
            "WEIGHTS_UNSAFE",
            f"{Path(lora).name} is a pickle, which can run code",
            fix="use the safetensors file of the same LoRA",
        )
    if not Path(lora).is_file():
        raise EngineError(
            "MODEL_MISSING",
            f"there is no file {Path(lora).name!r} on this machine",
            fix=f"name an existing safetensors file in {VARIABLE}",
        )
    _check_ranges(given)
    return replace(given, lora=lora)


def _check_ranges(given: Settings) -> None:
    ranges = {
        "steps": (given.steps, 1, STEPS_MAX),
        "strength": (given.strength, 0.01, 1),
        "scale": (given.scale, -4, 4),
        "guidance": (given.guidance, 0, 30),
        "side_px": (given.side_px, *SIDES_PX),
    }
    for name, (value, least, most) in ranges.items():
        if not least <= value <= most:  # also refuses nan
            raise EngineError(
                "ENGINE_SETTINGS", f"{name}={value} is out of range", fix=f"use {least} to {most}"
            )
    if int(given.steps * given.strength) < 1:
        raise EngineError(
            "ENGINE_SETTINGS",
            f"of {given.steps} steps at strength {given.strength:g} none is left to run",
            fix="raise steps or strength",
        )


def words(style: str, *, trigger: str) -> str:
    """The full prompt for a style of `STYLES`."""
    return ", ".join(filter(None, (trigger, STYLES[style], HEAD)))


def computing(settings: Settings) -> devices.Computing:
    """On what it runs."""
    return devices.Computing(settings.device, settings.dtype, half="float16")
