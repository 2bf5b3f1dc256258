"""Two implementations of SAM 2: transformers' Sam2Model, and the `sam2` package.

Both are asked the same two questions, pictures to features and prompts to masks, so that all
else is shared. The `sam2` package's own predictor is not used: it scales pictures with
torchvision, which breaks transformers beside a CPU build of torch, and knows one size only.
What belongs here: loading and the two questions. What does not: pixels, prompts, choices.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from maquette.engines import devices, hub
from maquette.errors import EngineError

BACKENDS = {"transformers": ("torch", "transformers"), "sam2": ("torch", "sam2")}


class Size(NamedTuple):
    """One published size of SAM 2.1."""

    model: str  # on the hub; in the format of transformers
    config: str  # in the sam2 package
    checkpoint: str  # beside the model on the hub, for the sam2 package


SIZES = {
    name: Size(
        f"facebook/sam2.1-hiera-{name.replace('_', '-')}",
        f"configs/sam2.1/sam2.1_hiera_{short}.yaml",
        f"sam2.1_hiera_{name}.pt",
    )
    for name, short in (("tiny", "t"), ("small", "s"), ("base_plus", "b+"), ("large", "l"))
}


@dataclass(frozen=True)
class ModelSettings:
    """What a user may set of any engine over SAM 2.

    Attributes:
        size: tiny (39 M parameters), small, base_plus or large (224 M).
        backend: transformers, or sam2.
        model: a folder in the format of transformers, or for the sam2 package a file of its
            weights; or ``organisation/name[@revision]``; the published one if None.
        sha256: of a ``.pt`` file, which is not opened without.
        device: cuda, mps, cpu, or auto.
        dtype: float32, bfloat16, float16, or auto.
    """

    size: str = "large"
    backend: str = "transformers"
    model: str | None = None
    sha256: str = ""
    device: str = "auto"
    dtype: str = "auto"


@dataclass(frozen=True)
class Settings(ModelSettings):
    """What a user may set for stills.

    Attributes:
        batch_size: pictures encoded at once.
    """

    batch_size: int = 4


class Backend(Protocol):
    """A loaded model. Coordinates are in its own frame, a square of `size_px`."""

    size_px: int

    def to(self, device: str) -> None:
        """Move the weights."""
        ...

    def encode(self, pixels: Any) -> list[Any]:
        """(B, 3, S, S) normalised -> feature levels (B, C, h, w), finest first."""
        ...

    def decode(self, levels: list[Any], *, points: Any, labels: Any, several: bool) -> Any:
        """One picture's features and P prompts -> logits (P, M, h, w) and quality (P, M).

        Points are (P, K, 2), labels (P, K): 1 keep, 0 leave out, 2 and 3 a box's corners.
        Three masks are offered per prompt if `several`, else one.
        """
        ...


class TransformersBackend:
    """transformers' Sam2Model."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.size_px: int = model.config.prompt_encoder_config.image_size

    def to(self, device: str) -> None:
        """Move the weights."""
        self._model.to(device)

    def encode(self, pixels: Any) -> list[Any]:
        """See `Backend.encode`."""
        return self._model.get_image_embeddings(pixels)

    def decode(self, levels: list[Any], *, points: Any, labels: Any, several: bool) -> Any:
        """See `Backend.decode`."""
        # Its point encoder knows the corner labels 2 and 3, and adds the empty closing point.
        found = self._model(
            image_embeddings=levels,
            input_points=points[None],
            input_labels=labels[None],
            multimask_output=several,
        )
        return found.pred_masks[0], found.iou_scores[0]


class PackageBackend:
    """The model of the `sam2` package, asked below its predictor."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.size_px: int = model.image_size

    def to(self, device: str) -> None:
        """Move the weights."""
        self._model.to(device)

    def encode(self, pixels: Any) -> list[Any]:
        """See `Backend.encode`."""
        model = self._model
        levels = list(model.forward_image(pixels)["backbone_fpn"][-model.num_feature_levels :])
        if model.directly_add_no_mem_embed:
            # A still picture is a video frame without memory, and is told so.
            levels[-1] = levels[-1] + model.no_mem_embed.reshape(1, -1, 1, 1)
        return levels

    def decode(self, levels: list[Any], *, points: Any, labels: Any, several: bool) -> Any:
        """See `Backend.decode`."""
        prompts = self._model.sam_prompt_encoder
        sparse, dense = prompts(points=(points, labels), boxes=None, masks=None)
        logits, quality, *_ = self._model.sam_mask_decoder(
            image_embeddings=levels[-1],
            image_pe=prompts.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=several,
            repeat_image=len(points) > 1,
            high_res_features=levels[:-1],
        )
        return logits, quality


def load(settings: Settings, *, source: hub.Source) -> Backend:
    """The back end asked for, in host memory."""
    with hub.loading(source):
        if settings.backend == "transformers":
            from transformers import Sam2Model

            hub.hush("transformers")
            # Weights stay float32: autocast picks what may be computed in half precision.
            return TransformersBackend(
                Sam2Model.from_pretrained(source.place, **source.arguments).eval()
            )
        return PackageBackend(load_package(settings, source=source))


def load_package(settings: ModelSettings, *, source: hub.Source) -> Any:
    """The sam2 package's own model with the weights asked for, in host memory."""
    file, sha256 = _package_file(settings, source=source)
    return fill(blank(settings.size), file=file, sha256=sha256)


def _package_file(settings: ModelSettings, *, source: hub.Source) -> tuple[Path, str]:
    if source.path is not None:
        return source.path, settings.sha256
    from huggingface_hub import hf_hub_download

    arguments = {k: v for k, v in source.arguments.items() if k != "use_safetensors"}
    name = SIZES[settings.size].checkpoint
    file = Path(hf_hub_download(source.place, name, **arguments)).resolve()
    # The hub's cache names a large file by the sha256 that its publisher uploaded.
    return file, settings.sha256 or file.name


def blank(size: str) -> Any:
    """The sam2 package's model of that size, with random weights."""
    from sam2.build_sam import build_sam2

    return build_sam2(SIZES[size].config, None, device="cpu")


def fill(model: Any, *, file: Path, sha256: str) -> Any:
    """The model with weights from a file: safetensors, or ``.pt`` whose sum is as expected."""
    import torch
    from safetensors.torch import load_file

    if file.suffix == ".safetensors":
        weights = load_file(file)
    else:
        hub.check_sum(file, sha256=sha256)
        weights = torch.load(file, map_location="cpu", weights_only=True)["model"]
    model.load_state_dict(weights)
    return model


def check_model(settings: ModelSettings) -> None:
    """Refuse what names nothing that exists, or cannot be had here."""
    for name, known in (("size", SIZES), ("backend", BACKENDS)):
        if getattr(settings, name) not in known:
            raise EngineError(
                "ENGINE_SETTINGS",
                f"{name}={getattr(settings, name)!r} is unknown",
                fix=f"use one of {list(known)}",
            )
    if settings.backend == "sam2":
        devices.require(*BACKENDS["sam2"], install="maquette[sam2]")
    devices.require(*BACKENDS["transformers"])


def check(settings: Settings) -> Settings:
    """The settings for stills, refused where they name nothing that exists."""
    if settings.batch_size < 1:
        raise EngineError(
            "ENGINE_SETTINGS", f"batch_size={settings.batch_size} is out of range", fix="use 1"
        )
    check_model(settings)
    return settings
