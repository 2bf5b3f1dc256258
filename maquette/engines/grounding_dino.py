"""Grounding DINO: boxes around whatever an English text names.

What belongs here: this one model family. What does not: what the text should have said; it is
handed to the network as it is, in the form the network was trained on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from maquette.engines import devices, hub
from maquette.errors import EngineError
from maquette.pictures.colours import over
from maquette.roles import Detection, Detections, EngineInfo
from maquette.types import Bytes, Picture

PUBLISHED = "IDEA-Research/grounding-dino-tiny"
WHITE = (255, 255, 255)
THINNEST = 200  # longer side to shorter; beyond, nothing is left of the shorter one when scaled


@dataclass(frozen=True)
class Settings:
    """What a user may set.

    Attributes:
        model: a local folder, or ``organisation/name[@revision]``; the published one if None.
        device: cuda, mps, cpu, or auto.
        threshold: how sure a box must be, 0 to 1; lower finds more, and more that is wrong.
        text_threshold: how sure a word must be to be part of a box's label.
    """

    model: str | None = None
    device: str = "auto"
    threshold: float = 0.35
    text_threshold: float = 0.25


def make(**settings: Any) -> GroundingDino:
    """Grounding DINO, not yet loaded; settings are the fields of `Settings`."""
    return GroundingDino(devices.settings_of(Settings, settings))


class GroundingDino:
    """A Detector; loads on first use."""

    def __init__(self, settings: Settings) -> None:
        devices.require("torch", "transformers")
        for name in ("threshold", "text_threshold"):
            value = getattr(settings, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                raise EngineError(
                    "ENGINE_SETTINGS", f"{name}={value!r} is no share", fix="use 0 to 1"
                )
        self._settings = settings
        self._on = devices.Computing(settings.device)
        self._loaded: tuple[Any, Any] | None = None

    @cached_property
    def _source(self) -> hub.Source:
        return hub.locate(self._settings.model or PUBLISHED)

    @cached_property
    def info(self) -> EngineInfo:
        """Facts about the engine; reads headers of a local model, loads nothing."""
        return EngineInfo(
            name="grounding-dino",
            version="1",
            weights={"model": hub.identity(self._source)},
            licences=("Apache-2.0",),
            config={
                "device": self._on.kind,
                "threshold": self._settings.threshold,
                "text_threshold": self._settings.text_threshold,
            },
        )

    def detect(self, picture: Picture, text: str) -> Detections:
        """The things the text names, the surest first; each is labelled with the words it met.

        Names are best separated by dots or commas. See-through pixels are seen on white.
        """
        prompt = prompt_of(text)
        if not prompt:
            return Detections(notes=("the text names nothing",))
        if max(picture.size_wh) > THINNEST * min(picture.size_wh):
            return Detections(notes=("the picture is too thin to show anything",))
        with devices.told_plainly("grounding-dino could not look"):
            found, is_whole = self._look(over(picture, WHITE), prompt)
        notes = () if is_whole else ("the text is too long for the network; its end is not read",)
        return Detections(tuple(found), notes)

    def _look(self, rgb: Bytes, prompt: str) -> tuple[list[Detection], bool]:
        """What is found, and whether the network could read the prompt to its end."""
        import torch

        model, prepare = self._parts()
        longest = model.config.max_text_len
        is_whole = len(prepare.tokenizer(prompt)["input_ids"]) <= longest
        given = prepare(
            images=rgb,
            text=prompt,
            return_tensors="pt",
            input_data_format="channels_last",  # else a picture three pixels high is taken amiss
            truncation=True,
            max_length=longest,
        ).to(self._on.device)
        # In float32 also on a GPU: halves place a box to a few pixels only, and this runs but once
        # for each thing somebody asks for.
        with torch.inference_mode():
            answer = model(**given)
            (kept,) = prepare.post_process_grounded_object_detection(
                answer,
                given["input_ids"],
                threshold=self._settings.threshold,
                text_threshold=self._settings.text_threshold,
                target_sizes=[rgb.shape[:2]],
            )
        return _in_picture(kept, rgb=rgb, prompt=prompt), is_whole

    def _parts(self) -> tuple[Any, Any]:
        if self._loaded is None:
            from transformers import (
                BertTokenizerFast,
                GroundingDinoForObjectDetection,
                GroundingDinoImageProcessorPil,
                GroundingDinoProcessor,
            )

            hub.hush("transformers")
            place, told = self._source.place, self._source.arguments
            asked = {k: v for k, v in told.items() if k != "use_safetensors"}
            with hub.loading(self._source):
                # its own CUDA kernels would be compiled on the user's machine at first use
                model = GroundingDinoForObjectDetection.from_pretrained(
                    place, disable_custom_kernels=True, **told
                ).eval()
                prepare = GroundingDinoProcessor(
                    GroundingDinoImageProcessorPil.from_pretrained(place, **asked),
                    BertTokenizerFast.from_pretrained(place, **asked),
                )
            self._loaded = model.to(self._on.device), prepare
        return self._loaded

    def close(self) -> None:
        """Free the model; the next call loads it anew."""
        if self._loaded is not None:
            self._loaded = None
            devices.release(self._on.device)


def prompt_of(text: str) -> str:
    """The text as the network was trained to read it: lower case, each name ended by a dot."""
    names = (" ".join(part.split()) for part in re.split(r"[.,;\n]", text.lower()))
    return " ".join(f"{name}." for name in names if name)


def _in_picture(kept: Any, *, rgb: Bytes, prompt: str) -> list[Detection]:
    """The network's boxes cut to the picture, the surest first."""
    height_px, width_px = rgb.shape[:2]
    edges = np.array([width_px, height_px, width_px, height_px])
    boxes = np.clip(kept["boxes"].cpu().numpy(), 0, edges).tolist()
    scores = kept["scores"].cpu().tolist()
    labels = [_plain(label) or prompt for label in kept["text_labels"]]  # empty: no word is sure
    found = [
        Detection((left, top, right, bottom), score, label)
        for (left, top, right, bottom), score, label in zip(boxes, scores, labels, strict=True)
        if right > left and bottom > top
    ]
    return sorted(found, key=lambda one: -one.score)


def _plain(label: str) -> str:
    """The words of a label without the tokenizer's marks, ``a cat. [SEP]``."""
    return " ".join(word for word in label.split() if not word.startswith("[")).strip(" .")
