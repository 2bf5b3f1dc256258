"""A diffusion pipeline in two halves, words and pictures, that take turns on the device.

FLUX.1-schnell is 24 GB of transformer and 10 GB of text encoders. Loaded together they need a
card of 40 GB; in turns they fit into 30. What belongs here: loading a half, making it fast, and
moving it. What does not: prompts, seeds and pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from maquette.engines import devices, hub
from maquette.engines.diffusion.families import Family, Settings

Half = Literal["text", "image"]
Load = Callable[[Half], Any]  # a diffusers pipeline that holds only that half's components


@dataclass(frozen=True)
class Loader:
    """Loads either half of one model from its source."""

    family: Family
    settings: Settings
    source: hub.Source
    steps: int
    precision: str

    def __call__(self, half: Half) -> Any:
        """The pipeline with the other half's components left out, in host memory."""
        with hub.loading(self.source):
            pipeline = self._pipeline(half)
        pipeline.set_progress_bar_config(disable=True)
        if half == "text":
            return pipeline
        return made_fast(pipeline, family=self.family, settings=self.settings)

    def _pipeline(self, half: Half) -> Any:
        import diffusers

        hub.hush("diffusers", "transformers")
        family = self.family
        absent = family.image_parts if half == "text" else family.text_parts
        chosen: dict[str, Any] = dict.fromkeys(absent)
        if half == "image" and (distilled := self._distilled()):
            chosen[family.denoiser] = distilled
        pipeline = getattr(diffusers, family.pipeline).from_pretrained(
            self.source.place,
            dtype=devices.torch_dtype(self.precision),
            variant=self._variant(),
            **chosen,
            **family.construct,
            **self.source.arguments,
        )
        if family.scheduler:
            kind = type(pipeline.scheduler)
            pipeline.scheduler = kind.from_config(pipeline.scheduler.config, **family.scheduler)
        return pipeline

    def _variant(self) -> str | None:
        folder, variant = self.source.path, self.family.variant
        if folder is None or variant is None:
            return variant
        return variant if any(folder.rglob(f"*.{variant}.safetensors")) else None

    def _distilled(self) -> Any:
        """The denoiser that replaces the model's own, or None.

        A folder holds the distilled file beside the base model; without it the folder's own
        denoiser is taken to be the distilled one, as a saved Lightning pipeline's is.
        """
        file = self._distilled_file()
        if file is None:
            return None
        import diffusers
        import torch
        from safetensors.torch import load_file

        arguments = {k: v for k, v in self.source.arguments.items() if k != "use_safetensors"}
        kind = diffusers.UNet2DConditionModel
        config = kind.load_config(self.source.place, subfolder=self.family.denoiser, **arguments)
        with torch.device("meta"):  # no time spent on random weights that are replaced at once
            denoiser = kind.from_config(config)
        dtype = devices.torch_dtype(self.precision)
        weights = {name: tensor.to(dtype) for name, tensor in load_file(file).items()}
        denoiser.load_state_dict(weights, assign=True)
        return denoiser.eval()

    def _distilled_file(self) -> Path | None:
        place, pattern = self.family.distilled
        if not place:
            return None
        name = pattern.format(steps=self.steps)
        if self.source.path is not None:
            file = self.source.path / name
            return file if file.is_file() else None
        from huggingface_hub import hf_hub_download

        offline = self.source.arguments["local_files_only"]
        return Path(hf_hub_download(place, name, local_files_only=offline))


def made_fast(pipeline: Any, *, family: Family, settings: Settings) -> Any:
    """The picture half as the settings want it: channels last, 8-bit, compiled."""
    import torch

    denoiser = getattr(pipeline, family.denoiser)
    # Convolutions on NVIDIA cards want channels last; elsewhere it changes nothing.
    pipeline.vae.to(memory_format=torch.channels_last)
    if settings.fp8:
        from torchao.quantization import (
            Float8DynamicActivationFloat8WeightConfig,
            PerRow,
            quantize_,
        )

        quantize_(denoiser, Float8DynamicActivationFloat8WeightConfig(granularity=PerRow()))
    if settings.compile:
        # Block by block: 10 s to compile where the whole model takes over a minute.
        denoiser.compile_repeated_blocks(fullgraph=True)
    return pipeline


class Turns:
    """The two halves, of which only one at a time is on the device.

    A half that has to go rests in the host's memory, if the device has memory of its own; on a
    CPU or an Apple chip, which share it, the half is dropped and loaded again when needed.
    """

    def __init__(self, load: Load, *, device: str, together: bool) -> None:
        self._load = load
        self._device = device
        self._together = together
        self._loaded: dict[Half, Any] = {}

    def take(self, half: Half) -> Any:
        """The pipeline of that half, on the device and alone there, unless both may stay."""
        if not self._together:
            self._rest("image" if half == "text" else "text")
        if half not in self._loaded:
            self._loaded[half] = self._load(half)
        _move(self._loaded[half], self._device)
        return self._loaded[half]

    def _rest(self, half: Half) -> None:
        if half not in self._loaded:
            return
        if self._device.startswith("cuda"):
            _move(self._loaded[half], "cpu")
        else:
            del self._loaded[half]
        devices.release(self._device)

    def clear(self) -> None:
        """Drop both halves."""
        self._loaded.clear()
        devices.release(self._device)


def _move(pipeline: Any, device: str) -> None:
    # Part by part: a pipeline's own .to() warns about half precision resting on a CPU.
    for part in pipeline.components.values():
        if hasattr(part, "parameters"):
            part.to(device)
