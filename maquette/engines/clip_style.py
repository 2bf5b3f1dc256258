"""CLIP: how much nearer a drawing is to words of its style than its photo is.

What belongs here: this one model family as a judge, and the words for each style. What does not:
what mark is good enough, which its user says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from maquette.engines import devices, hub
from maquette.errors import EngineError
from maquette.pictures.colours import over
from maquette.roles import EngineInfo
from maquette.types import Bytes, Picture

PUBLISHED = "openai/clip-vit-large-patch14"
WHITE = (255, 255, 255)
PHOTO = "a photograph of a person's face"
# other words make other figures: raise the engine's version with them
WORDS = {
    "toon": "a flat colour cartoon of a person's face with clean outlines",
    "ink": "an ink drawing of a person's face, black lines on white paper",
    "clay": "a clay figurine of a person's face",
}
OTHER = "a {style} drawing of a person's face"


@dataclass(frozen=True)
class Settings:
    """What a user may set.

    Attributes:
        model: a local folder, or ``organisation/name[@revision]``; the published one if None.
        device: cuda, mps, cpu, or auto.
    """

    model: str | None = None
    device: str = "auto"


def make(**settings: Any) -> ClipStyle:
    """CLIP, not yet loaded; settings are the fields of `Settings`."""
    return ClipStyle(devices.settings_of(Settings, settings))


class ClipStyle:
    """A StyleJudge; loads on first use."""

    def __init__(self, settings: Settings) -> None:
        devices.require("torch", "transformers")
        self._settings = settings
        self._on = devices.Computing(settings.device)
        self._loaded: tuple[Any, Any, Any] | None = None

    @cached_property
    def _source(self) -> hub.Source:
        return hub.locate(self._settings.model or PUBLISHED)

    @cached_property
    def info(self) -> EngineInfo:
        """Facts about the engine; reads headers of a local model, loads nothing."""
        return EngineInfo(
            "clip",
            version="1",
            weights={"model": hub.identity(self._source)},
            licences=("MIT",),
            config={"device": self._on.kind},
        )

    @property
    def measure(self) -> str:
        """What its figure measures."""
        return "nearer to the words of the style than the photo is, by CLIP"

    def judge(self, photo: Picture, drawn: Picture, *, style: str) -> float:
        """0 where the drawing is no nearer to the style's words than the photo, 1 if wholly.

        Between the style's words and a photo's CLIP gives each picture a share; what counts is how
        much of the way from the photo's share to 1 the drawing has gone. See-through pixels are
        seen on white.
        """
        words = (WORDS.get(style) or OTHER.format(style=style), PHOTO)
        with devices.told_plainly("clip could not look"):
            before, after = self._shares([over(photo, WHITE), over(drawn, WHITE)], words)
        return float(np.clip((after - before) / max(1 - before, 1e-6), 0, 1))

    def _shares(self, pictures: list[Bytes], words: tuple[str, str]) -> list[float]:
        """How much each picture leans to the first words rather than to the second."""
        import torch

        model, tokens, prepare = self._parts()
        text = tokens(
            list(words),
            padding=True,
            truncation=True,
            max_length=model.config.text_config.max_position_embeddings,
            return_tensors="pt",
        )
        shares: list[float] = []
        # in float32 also on a GPU: it runs twice for each face
        with torch.inference_mode():
            for rgb in pictures:
                # a picture three pixels high is taken amiss without the word
                seen = prepare(images=rgb, return_tensors="pt", input_data_format="channels_last")
                told = {**text.to(self._on.device), **seen.to(self._on.device)}
                leaning = model(**told).logits_per_image.float().softmax(dim=-1)
                shares.append(float(leaning[0, 0].cpu()))
        if not np.isfinite(shares).all():
            raise EngineError(
                "ENGINE_FAILED",
                "clip returned values that are not numbers",
                fix="use another model, or flat-colours",
            )
        return shares

    def _parts(self) -> tuple[Any, Any, Any]:
        if self._loaded is None:
            from transformers import CLIPImageProcessorPil, CLIPModel, CLIPTokenizerFast

            hub.hush("transformers")
            place, told = self._source.place, self._source.arguments
            asked = {k: v for k, v in told.items() if k != "use_safetensors"}
            with hub.loading(self._source):
                model = CLIPModel.from_pretrained(place, **told).eval()
                tokens = CLIPTokenizerFast.from_pretrained(place, **asked)
                prepare = CLIPImageProcessorPil.from_pretrained(place, **asked)
            self._loaded = model.to(self._on.device), tokens, prepare
        return self._loaded

    def close(self) -> None:
        """Free the model; the next call loads it anew."""
        if self._loaded is not None:
            self._loaded = None
            devices.release(self._on.device)
