"""Diffusion models as rows of a table: what differs between one few-step model and the next.

What belongs here: the rows, the style words, and the settings a user may give. What does not:
code that loads or runs a model; it is the same for every row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from maquette.errors import EngineError, InputError
from maquette.roles import ImageRequest

# Words a picture needs to become a sticker, whatever its style: one subject, easy to cut out.
STICKER = "single subject, centred, whole subject in view, plain white background, no text"
ALONE = "standing upright, seen from the front"  # what is to become a solid

# The style comes first and the subject last: CLIP reads 77 tokens, and of a long prompt it is
# better to lose the end of the description than the plain background. Other words make other
# pictures: raise the families' version with them.
STYLES = {
    "art_style": "hand-painted gouache illustration sticker, visible brush strokes, rich colours",
    "realistic": "realistic studio photograph, soft even light, sharp focus, natural colours",
    "cartoon": "cartoon sticker, bold clean outlines, flat bright colours, simple shading",
    "cyberpunk": "cyberpunk sticker, neon rim light, chrome and holographic details, vivid colours",
}

SIZE_STEP_PX = 16  # the coarsest grid of the rows: an 8x VAE under 2x2 patches
SIZE_MAX_PX = 2048
STEPS_MAX = 50


@dataclass(frozen=True)
class Family:
    """One model family: its pipeline, its parts, and how it is meant to be run.

    Attributes:
        pipeline: class in diffusers.
        text_parts: components that turn words into numbers, and are then not needed.
        denoiser: component that does the work of each step.
        model: id on the hub.
        half: number format it was published in.
        encode: arguments of its ``encode_prompt`` beyond prompt and device.
        embeds: names, in the pipeline's call, of what ``encode_prompt`` returns; empty names
            are values that it makes again by itself.
        distilled: hub id and file name of a denoiser that replaces the model's own, with
            ``{steps}`` where there is one file per number of steps.
        step_counts: numbers of steps it was distilled for; empty means any.
    """

    name: str
    pipeline: str
    model: str
    licence: str
    text_parts: tuple[str, ...]
    embeds: tuple[str, ...]
    version: str = "1"
    denoiser: str = "transformer"
    half: str = "bfloat16"
    variant: str | None = None
    steps: int = 4
    step_counts: tuple[int, ...] = ()
    guidance: float = 0.0
    encode: dict[str, Any] = field(default_factory=dict)
    distilled: tuple[str, str] = ("", "")
    scheduler: dict[str, Any] = field(default_factory=dict)
    construct: dict[str, Any] = field(default_factory=dict)

    @property
    def image_parts(self) -> tuple[str, ...]:
        """Components that the denoising half needs and the text half does not."""
        return (self.denoiser, "vae")


FLUX_SCHNELL = Family(
    name="flux-schnell",
    pipeline="FluxPipeline",
    model="black-forest-labs/FLUX.1-schnell",
    licence="Apache-2.0",
    text_parts=("text_encoder", "tokenizer", "text_encoder_2", "tokenizer_2"),
    embeds=("prompt_embeds", "pooled_prompt_embeds", ""),
    # 256 tokens are what schnell was distilled with; the pipeline's 512 cost 7 % more time.
    encode={"max_sequence_length": 256},
)

FLUX2_KLEIN = Family(
    name="flux2-klein",
    pipeline="Flux2KleinPipeline",
    model="black-forest-labs/FLUX.2-klein-4B",
    licence="Apache-2.0",
    text_parts=("text_encoder", "tokenizer"),
    embeds=("prompt_embeds", ""),
    guidance=1.0,
    encode={"max_sequence_length": 256},
)

SDXL_LIGHTNING = Family(
    name="sdxl-lightning",
    pipeline="StableDiffusionXLPipeline",
    model="stabilityai/stable-diffusion-xl-base-1.0",
    licence="OpenRAIL++",
    text_parts=("text_encoder", "tokenizer", "text_encoder_2", "tokenizer_2"),
    embeds=("prompt_embeds", "", "pooled_prompt_embeds", ""),
    denoiser="unet",
    half="float16",
    variant="fp16",
    step_counts=(2, 4, 8),
    encode={"do_classifier_free_guidance": False},
    distilled=("ByteDance/SDXL-Lightning", "sdxl_lightning_{steps}step_unet.safetensors"),
    # Lightning was distilled for steps that end at the last noise level, not the first.
    scheduler={"timestep_spacing": "trailing"},
    construct={"add_watermarker": False},
)


@dataclass(frozen=True)
class Settings:
    """What a user may set; every field changes what is loaded or how it is run.

    Attributes:
        model: a local folder, or ``organisation/name[@revision]``; the published one if None.
        device: cuda, mps, cpu, or auto.
        dtype: float32, bfloat16, float16, or auto.
        compile: compile the repeated blocks of the denoiser: 10 s once, then 1.5 times faster.
        fp8: 8-bit linear layers, another 1.3 times faster on Hopper and Ada; only with compile,
            since in eager mode they are slower.
        steps: denoising steps; the family's own number if None.
        batch_size: pictures denoised at once. More than one is some per cent faster, and lets
            the last bits of a picture depend on its neighbours.
        keep_text_encoders: leave them on the device beside the denoiser: about 10 GB more for
            FLUX, and no moving between calls.
    """

    model: str | None = None
    device: str = "auto"
    dtype: str = "auto"
    compile: bool = False
    fp8: bool = False
    steps: int | None = None
    batch_size: int = 1
    keep_text_encoders: bool = False


def check(settings: Settings, *, family: Family) -> Settings:
    """The settings, refused where they cannot work together or not with this family."""
    steps = family.steps if settings.steps is None else settings.steps
    if family.step_counts and steps not in family.step_counts:
        _refuse(f"{family.name} has no weights for {steps} steps", f"use {family.step_counts}")
    if not 1 <= steps <= STEPS_MAX:
        _refuse(f"steps={steps} is out of range", f"use 1 to {STEPS_MAX}")
    if settings.batch_size < 1:
        _refuse(f"batch_size={settings.batch_size} is out of range", "use 1 or more")
    if settings.fp8 and not settings.compile:
        _refuse("fp8 without compile is slower than no fp8", "set compile as well")
    return settings


def _refuse(reason: str, fix: str) -> None:
    raise EngineError("ENGINE_SETTINGS", reason, fix=fix)


def words(request: ImageRequest) -> str:
    """The full prompt: style words, sticker words, and what was asked for."""
    if request.style not in STYLES:
        raise InputError(
            "STYLE_UNKNOWN", f"style {request.style!r} is unknown", fix=f"use one of {list(STYLES)}"
        )
    if request.size_px % SIZE_STEP_PX or not SIZE_STEP_PX <= request.size_px <= SIZE_MAX_PX:
        raise InputError(
            "SIZE_UNSUPPORTED",
            f"size_px={request.size_px} cannot be drawn",
            fix=f"use a multiple of {SIZE_STEP_PX} up to {SIZE_MAX_PX}",
        )
    alone = f", {ALONE}" if request.alone else ""
    return f"{STYLES[request.style]}, {STICKER}{alone}: {request.prompt}"
