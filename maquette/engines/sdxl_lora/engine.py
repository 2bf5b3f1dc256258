"""The run: the head over a plain ground, drawn anew by SDXL, its alpha kept.

What belongs here: from request to picture. What does not: what may be set (`settings`), and what
LoRA files are made of (`lora`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from maquette.engines import devices, hub
from maquette.engines.exports import sum_of
from maquette.engines.sdxl_lora import lora
from maquette.engines.sdxl_lora.settings import (
    AVOID,
    MODEL,
    STYLES,
    Settings,
    checked,
    computing,
    words,
)
from maquette.errors import EngineError, InputError, MaquetteError
from maquette.pictures.colours import over, without_background
from maquette.pictures.scaling import resized
from maquette.provenance import TRAINED
from maquette.roles import EngineInfo, StyleRequest
from maquette.types import Bytes, Picture

GROUND = (236, 236, 236)  # behind the head: light, and not as white as teeth
GRID_PX = 8  # of the model's latents


class SdxlLora:
    """A Stylist; loads on first use."""

    def __init__(self, settings: Settings) -> None:
        devices.require("torch", "diffusers", "transformers")
        self._settings = checked(settings)
        self._lora = Path(self._settings.lora)
        self._on = computing(settings)
        self._pipeline: Any = None

    @cached_property
    def _source(self) -> hub.Source:
        return hub.locate(self._settings.model or MODEL)

    @cached_property
    def info(self) -> EngineInfo:
        """Facts about the engine; reads the LoRA file once, for its sum, and loads nothing."""
        given = self._settings
        return EngineInfo(
            "sdxl-lora",
            version="1",
            weights={"model": hub.identity(self._source), self._lora.name: sum_of(self._lora)},
            licences=("OpenRAIL++", "LicenseRef-yours"),
            config={
                **{n: getattr(given, n) for n in ("trigger", "scale", "steps", "strength")},
                **{n: getattr(given, n) for n in ("guidance", "side_px")},
                "device": self._on.kind,
                "dtype": self._on.precision,
            },
            source_type=TRAINED,
        )

    @property
    def styles(self) -> tuple[str, ...]:
        """What there are words for; the first is the default."""
        return tuple(STYLES)

    def stylise(self, requests: Sequence[StyleRequest]) -> list[Picture | Exception]:
        """One picture per request, with the cut-out's size and alpha.

        Equal requests give equal bytes on the same device and versions, whatever else is in the
        call. In its place: InputError STYLE_UNKNOWN or CUTOUT_EMPTY, EngineError where the model
        fails.
        """
        return [self._answer(request) for request in requests]

    def _answer(self, request: StyleRequest) -> Picture | Exception:
        try:
            _check(request)
            with devices.told_plainly("sdxl-lora could not draw"):
                return self._drawn(request)
        except MaquetteError as error:
            return error

    def _drawn(self, request: StyleRequest) -> Picture:
        cutout = request.cutout
        factor = self._settings.side_px / max(cutout.size_wh)
        width, height = (max(1, round(n * factor / GRID_PX)) * GRID_PX for n in cutout.size_wh)
        seen = resized(over(cutout, GROUND), (width, height))
        drawn = resized(self._redrawn(seen, request), cutout.size_wh)
        alpha = cutout.rgba[..., 3]
        # a soft edge was drawn as half ground
        clean = without_background(drawn, alpha.astype(np.float32) / np.float32(255))
        return Picture(np.dstack([clean, alpha]))

    def _redrawn(self, rgb: Bytes, request: StyleRequest) -> Bytes:
        """(H, W, 3) as the model makes of it."""
        import torch

        given, pipeline = self._settings, self._loaded()
        image = torch.from_numpy(rgb.transpose(2, 0, 1)[None].astype(np.float32) / 255)
        with torch.inference_mode():
            images = pipeline(
                prompt=words(request.style, trigger=given.trigger),
                negative_prompt=AVOID,
                image=image,
                strength=given.strength,
                num_inference_steps=given.steps,
                guidance_scale=given.guidance,
                # the CPU's: the same noise on every device
                generator=torch.Generator("cpu").manual_seed(request.seed),
                output_type="pt",
            ).images  # (1, 3, H, W) 0..1
            if not bool(torch.isfinite(images).all()):
                raise EngineError(
                    "PICTURE_NOT_FINITE",
                    "the model returned values that are not numbers",
                    fix="set dtype to bfloat16 or float32",
                )
            scaled = images[0].float().clamp(0, 1).mul(255).round().to(torch.uint8)
        return np.ascontiguousarray(scaled.permute(1, 2, 0).cpu().numpy())

    def _loaded(self) -> Any:
        if self._pipeline is None:
            with hub.loading(self._source):
                pipeline = self._read()
            with hub.loading(hub.Source(str(self._lora))):
                lora.add(pipeline, self._lora, scale=self._settings.scale)
            self._pipeline = pipeline.to(self._on.device)
            self._pipeline.set_progress_bar_config(disable=True)
        return self._pipeline

    def _read(self) -> Any:
        import diffusers

        hub.hush("diffusers", "transformers")
        return diffusers.StableDiffusionXLImg2ImgPipeline.from_pretrained(
            self._source.place,
            dtype=devices.torch_dtype(self._on.precision),
            variant=self._variant(),
            add_watermarker=False,
            **self._source.arguments,
        )

    def _variant(self) -> str | None:
        """The hub's half-precision files; a folder may not have them."""
        if self._source.path is None:
            return "fp16"
        return "fp16" if any(self._source.path.rglob("*.fp16.safetensors")) else None

    def close(self) -> None:
        """Free the model; the next call loads it anew."""
        if self._pipeline is not None:
            self._pipeline = None
            devices.release(self._on.device)


def _check(request: StyleRequest) -> None:
    if request.style not in STYLES:
        raise InputError(
            "STYLE_UNKNOWN", f"style {request.style!r} is unknown", fix=f"use one of {list(STYLES)}"
        )
    if not (request.cutout.rgba[..., 3] > 127).any():
        raise InputError("CUTOUT_EMPTY", "the cut-out is see-through", fix="check its alpha")
