"""The one diffusion engine behind every family: words first, then pictures.

All prompts of a call are encoded before the first picture is begun, so that text encoders and
denoiser need not share the device. What belongs here: the run from request to picture. What does
not: rows (`families`), loading and moving (`halves`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from maquette.engines import devices, hub
from maquette.engines.diffusion.families import Family, Settings, check, words
from maquette.engines.diffusion.halves import Load, Loader, Turns
from maquette.errors import EngineError, MaquetteError
from maquette.provenance import TRAINED
from maquette.roles import EngineInfo, ImageRequest, MadePicture
from maquette.types import Picture

# Requests per call. The halves change places once per call, which takes FLUX some 5 s: the more
# pictures share that the better, but a killed call loses what it had made.
CALL_SIZE = 32


class _Task(NamedTuple):
    """One request that can be drawn: its place in the call and its full prompt."""

    place: int
    request: ImageRequest
    prompt: str


class Diffusion:
    """An ImageGenerator of one family; loads on first use."""

    def __init__(self, family: Family, settings: Settings, *, load: Load | None = None) -> None:
        devices.require("torch", "diffusers", "transformers")
        if settings.fp8:
            devices.require("torchao", install="torchao")
        self._family = family
        self._settings = check(settings, family=family)
        self._steps = settings.steps or family.steps
        self._given_load = load
        self._turns: Turns | None = None

    @cached_property
    def _source(self) -> hub.Source:
        return hub.locate(self._settings.model or self._family.model)

    @cached_property
    def _device(self) -> str:
        return devices.pick_device(self._settings.device)

    @cached_property
    def _precision(self) -> str:
        wanted, half = self._settings.dtype, self._family.half
        return devices.pick_precision(wanted, device=self._device, half=half)

    @cached_property
    def info(self) -> EngineInfo:
        """Facts about the engine; reads headers of a local model, loads nothing."""
        family, settings = self._family, self._settings
        return EngineInfo(
            name=family.name,
            version=family.version,
            weights=self._weights(),
            licences=(family.licence,),
            config={
                "steps": self._steps,
                "guidance": family.guidance,
                "device": self._device.partition(":")[0],
                "dtype": self._precision,
                "compile": settings.compile,
                "fp8": settings.fp8,
                "batch_size": settings.batch_size,
            },
            batch_size=CALL_SIZE,
            source_type=TRAINED,
        )

    def _weights(self) -> dict[str, str]:
        weights = {"model": hub.identity(self._source)}
        place, pattern = self._family.distilled
        if place and self._source.path is None:
            name = pattern.format(steps=self._steps)
            weights[name] = f"hub:{place}@main"
        return weights

    def generate(self, requests: Sequence[ImageRequest]) -> list[MadePicture | Exception]:
        """One picture per request, in order; what cannot be drawn is an error in its place.

        Equal requests give equal bytes on the same device and versions, whatever else is in
        the call, as long as ``batch_size`` is 1.
        """
        answers: dict[int, MadePicture | Exception] = {}
        tasks: list[_Task] = []
        for place, request in enumerate(requests):
            try:
                tasks.append(_Task(place, request, words(request)))
            except MaquetteError as error:
                answers[place] = error
        with devices.told_plainly(f"{self._family.name} could not draw"):
            answers |= self._draw_all(tasks)
        return [answers[place] for place in range(len(requests))]

    def _draw_all(self, tasks: list[_Task]) -> dict[int, MadePicture | Exception]:
        if not tasks:
            return {}
        embeds = self._encode(sorted({task.prompt for task in tasks}))
        answers: dict[int, MadePicture | Exception] = {}
        ready: list[_Task] = []
        for task in tasks:
            found = embeds[task.prompt]
            if isinstance(found, Exception):
                answers[task.place] = found
            else:
                ready.append(task)
        # One size at a time: a batch of pictures is one tensor.
        for size_px in sorted({task.request.size_px for task in ready}):
            alike = [task for task in ready if task.request.size_px == size_px]
            answers |= self._denoise(alike, embeds=embeds)
        return answers

    def _encode(self, prompts: list[str]) -> dict[str, Any]:
        """Prompt -> its embeddings by name, in host memory; each prompt is read once."""
        import torch

        pipeline = self._parts().take("text")

        def work(batch: Sequence[str]) -> list[dict[str, Any]]:
            with torch.inference_mode():
                made = pipeline.encode_prompt(
                    prompt=list(batch), device=self._device, **self._family.encode
                )
            named = {n: t.cpu() for n, t in zip(self._family.embeds, made, strict=True) if n}
            return [{name: t[i] for name, t in named.items()} for i in range(len(batch))]

        at_once = self._settings.batch_size
        found = devices.in_halves(prompts, at_once=at_once, device=self._device, work=work)
        return dict(zip(prompts, found, strict=True))

    def _denoise(
        self, tasks: list[_Task], *, embeds: dict[str, Any]
    ) -> dict[int, MadePicture | Exception]:
        pipeline = self._parts().take("image")

        def work(batch: Sequence[_Task]) -> list[MadePicture | EngineError]:
            pixels = self._pixels(pipeline, batch, embeds=[embeds[task.prompt] for task in batch])
            return [_picture(rgb) for rgb in pixels]

        made = devices.in_halves(
            tasks, at_once=self._settings.batch_size, device=self._device, work=work
        )
        return dict(zip((task.place for task in tasks), made, strict=True))

    def _pixels(
        self, pipeline: Any, batch: Sequence[_Task], *, embeds: list[dict[str, Any]]
    ) -> Any:
        import torch

        size_px = batch[0].request.size_px
        # Noise from the CPU's generator: the same on every device, and per picture, so that a
        # picture does not depend on its neighbours' seeds.
        seeds = [torch.Generator("cpu").manual_seed(task.request.seed) for task in batch]
        stacked = {
            name: torch.stack([found[name] for found in embeds]).to(self._device)
            for name in embeds[0]
        }
        with torch.inference_mode():
            images = pipeline(
                height=size_px,
                width=size_px,
                num_inference_steps=self._steps,
                guidance_scale=self._family.guidance,
                generator=seeds,
                output_type="pt",
                **stacked,
            ).images  # (B, 3, H, W) 0..1, on the device
            whole = torch.isfinite(images).flatten(1).all(dim=1).tolist()
            # Bytes over the bus, a quarter of the floats.
            scaled = images.float().nan_to_num().mul(255).round().to(torch.uint8)
        pixels = scaled.permute(0, 2, 3, 1).cpu().numpy()  # (B, H, W, 3)
        return [rgb if ok else None for rgb, ok in zip(pixels, whole, strict=True)]

    def _parts(self) -> Turns:
        if self._turns is None:
            load = self._given_load or Loader(
                self._family,
                self._settings,
                self._source,
                steps=self._steps,
                precision=self._precision,
            )
            together = self._settings.keep_text_encoders
            self._turns = Turns(load, device=self._device, together=together)
        return self._turns

    def close(self) -> None:
        """Free the model; the next call loads it anew."""
        if self._turns is not None:
            self._turns.clear()
            self._turns = None


def _picture(rgb: Any) -> MadePicture | EngineError:
    """A picture from (H, W, 3) bytes; None stands for one whose numbers overflowed."""
    if rgb is None:
        return EngineError(
            "PICTURE_NOT_FINITE",
            "the model returned values that are not numbers",
            fix="set dtype to bfloat16 or float32",
        )
    alpha = np.full((*rgb.shape[:2], 1), 255, np.uint8)
    return MadePicture(Picture(np.concatenate([rgb, alpha], axis=2)))
