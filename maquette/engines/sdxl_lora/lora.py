"""LoRA weights added into a pipeline's own: no library for adapters, and no cost per step.

A LoRA file holds pairs of thin matrices; each pair's product, scaled, is the change of one layer.
What belongs here: naming those layers and changing them. What does not: where the file is.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from maquette.errors import EngineError

# part, layer, which of the pair, or what it is scaled by; as peft and diffusers write them, and as
# diffusers renames what kohya's scripts wrote
WRITTEN = re.compile(
    r"(?P<part>unet|text_encoder_2|text_encoder)\.(?P<layer>.+?)(\.lora_linear_layer|[._]lora)?"
    r"(\.(?P<half>lora_A|lora_B|down|up)(\.default)?\.weight)?(?P<alpha>\.alpha)?"
)
HALVES = {"lora_A": "down", "down": "down", "lora_B": "up", "up": "up"}
# what attention's layers are called in those files, and in the models
TO_OUT = {"unet": "to_out.0", "text": "out_proj"}
PROJECTION = re.compile(r"\.to_([qkv])$")

Place = tuple[str, str]  # part and layer


def add(pipeline: Any, file: Path, *, scale: float) -> int:
    """Change the pipeline's layers by a LoRA file; answers with how many were changed.

    Raises EngineError MODEL_BROKEN where the file is no LoRA of this model.
    """
    tensors, scaled_by = pipeline.lora_state_dict(
        str(file.parent), weight_name=file.name, use_safetensors=True, local_files_only=True,
        unet_config=pipeline.unet.config,
    )  # fmt: skip
    alphas = {_named(name, file)[0]: float(alpha) for name, alpha in (scaled_by or {}).items()}
    pairs: dict[Place, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        place, half = _named(name, file)
        pairs.setdefault(place, {})[half] = tensor
    if not pairs:
        raise _unfit(file, "nothing")
    for (part, layer), pair in pairs.items():
        module = _layer(getattr(pipeline, part), layer)
        if module is None or pair.keys() != {"down", "up"}:
            raise _unfit(file, f"{part}.{layer}")
        rank = int(pair["down"].shape[0])
        _change(
            module, pair, file=file, scale=scale * alphas.get((part, layer), float(rank)) / rank
        )
    return len(pairs)


def _named(name: str, file: Path) -> tuple[Place, str]:
    """Part and layer, by the model's own names, and which half of the pair it is."""
    found = WRITTEN.fullmatch(name)
    if found is None or not (found["half"] or found["alpha"]):
        raise _unfit(file, name)
    part = found["part"]
    is_text = part != "unet"
    layer = found["layer"].replace(".processor.", ".")
    if layer.endswith(".to_out"):
        layer = layer.removesuffix("to_out") + TO_OUT["text" if is_text else "unet"]
    elif is_text:
        layer = PROJECTION.sub(r".\1_proj", layer)
    return (part, layer), HALVES.get(found["half"] or "", "")


def _layer(part: Any, name: str) -> Any:
    """The layer of that name; transformers no longer wraps its text models twice."""
    for known in (name, name.removeprefix("text_model."), f"text_model.{name}"):
        try:
            return part.get_submodule(known)
        except AttributeError:
            continue
    return None


def _change(module: Any, pair: dict[str, Any], *, file: Path, scale: float) -> None:
    import torch

    weight = module.weight
    down, up = (pair[half].float().flatten(1) for half in ("down", "up"))
    # a convolution's pair is one of matrices too: the second of them is one pixel wide
    if up.shape[1] != down.shape[0] or up.shape[0] * down.shape[1] != weight.numel():
        raise _unfit(file, f"a layer of {tuple(weight.shape)}")
    change = (up @ down).reshape(weight.shape).to(weight.device)
    with torch.no_grad():
        weight.copy_((weight.float() + scale * change).to(weight.dtype))


def _unfit(file: Path, what: str) -> EngineError:
    return EngineError(
        "MODEL_BROKEN",
        f"{file.name} is no LoRA that fits this model: see {what[:120]}",
        fix="use a LoRA that was trained for SDXL, as kohya's scripts or peft save it",
    )
