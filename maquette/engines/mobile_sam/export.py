"""The published checkpoint to ONNX: run once, with a Python that has torch and onnx.

``python -m maquette.engines.mobile_sam.export CHECKPOINT SHA256 FOLDER`` writes encoder.onnx,
decoder.onnx and check.npz, which holds one set of inputs and what torch answers to them. What
belongs here: loading and exporting. What does not: the nets (`image_net`, `mask_net`), and
comparing what comes out (`making`).
"""

from __future__ import annotations

import math
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from maquette.engines.hub import check_sum
from maquette.engines.mobile_sam.image_net import STRIDE_PX, ImageNet, Widths
from maquette.engines.mobile_sam.making import CHECK
from maquette.engines.mobile_sam.mask_net import MaskNet

OPSET = 17  # the first with layer norm as one operation
ROWS, COLUMNS = 10, 12  # of the features of the example: not square, and no whole windows
IMAGE = "image_encoder."
# tensor -> names of the extents that are left open
OPEN = {
    "pixels": {2: "height", 3: "width"},
    "features": {2: "rows", 3: "columns"},
    "middle": {2: "rows", 3: "columns"},
    "early": {2: "early_rows", 3: "early_columns"},
    "points": {0: "prompts", 1: "places"},
    "labels": {0: "prompts", 1: "places"},
    "masks": {0: "prompts", 2: "mask_rows", 3: "mask_columns"},
    "has_mask": {0: "prompts"},
    "logits": {0: "prompts", 2: "mask_rows", 3: "mask_columns"},
    "quality": {0: "prompts"},
}


def nets_of(checkpoint: Path, *, sha256: str) -> tuple[ImageNet, MaskNet]:
    """The two nets with a checkpoint's weights; how wide and deep they are it tells itself."""
    check_sum(checkpoint, sha256=sha256)
    state: dict[str, Any] = torch.load(checkpoint, map_location="cpu", weights_only=True)
    image = {k.removeprefix(IMAGE): v for k, v in state.items() if k.startswith(IMAGE)}
    rest = {k: v for k, v in state.items() if not k.startswith(IMAGE)}
    image_net = ImageNet(_widths(image)).eval()
    mask_net = MaskNet(len(rest["mask_decoder.transformer.layers.0.mlp.lin1.bias"])).eval()
    image_net.load_state_dict(image)
    mask_net.load_state_dict(rest)
    return image_net, mask_net


def _widths(image: dict[str, Any]) -> Widths:
    blocks = {tuple(map(int, k.split(".")[1:4:2])) for k in image if ".blocks." in k}
    biases = {
        int(k.split(".")[1]): v.shape[1] for k, v in image.items() if k.endswith("attention_biases")
    }
    first = len(image["patch_embed.seq.2.bn.bias"])
    others = [len(image[f"layers.{n}.downsample.conv3.bn.bias"]) for n in range(3)]
    return Widths(
        channels=(first, *others),
        depths=tuple(sum(stage == n for stage, _ in blocks) for n in range(4)),
        windows=tuple(math.isqrt(biases.get(n, 0)) for n in range(4)),
        classes=len(image["head.bias"]),
    )


def export(checkpoint: Path, folder: Path, *, sha256: str) -> None:
    """Write both nets and the check into a folder."""
    image_net, mask_net = nets_of(checkpoint, sha256=sha256)
    pixels = _waves(1, 3, ROWS * STRIDE_PX, COLUMNS * STRIDE_PX)
    with torch.inference_mode():
        features, middle, early = image_net(pixels)
    asks = _asks()
    with torch.inference_mode():
        logits, quality = mask_net(features, *asks.values())
    depths = {"features": features, "middle": middle, "early": early}
    _write(image_net, {"pixels": pixels}, out=folder / "encoder.onnx", answers=list(depths))
    told = {"features": features, **asks}
    _write(mask_net, told, out=folder / "decoder.onnx", answers=["logits", "quality"])
    check = {"pixels": pixels, **depths, **told, "logits": logits, "quality": quality}
    np.savez(folder / CHECK, **{name: tensor.numpy() for name, tensor in check.items()})


def _asks() -> dict[str, Any]:
    """Two prompts: a click and no more, and a box with a click and an earlier mask."""
    wide, high = COLUMNS * STRIDE_PX, ROWS * STRIDE_PX
    points = [[[0.4, 0.5], [0, 0], [0, 0]], [[0.1, 0.2], [0.7, 0.9], [0.4, 0.5]]]
    return {
        "points": torch.tensor(points) * torch.tensor([wide, high]),
        "labels": torch.tensor([[1.0, -1.0, -1.0], [2.0, 3.0, 1.0]]),
        "masks": 8 * _waves(2, 1, 4 * ROWS, 4 * COLUMNS),
        "has_mask": torch.tensor([[0.0], [1.0]]),
    }


def _waves(*shape: int) -> Any:
    """Smooth numbers between -1 and 1 without a period: the same with every torch."""
    return torch.arange(math.prod(shape), dtype=torch.float64).mul(0.37).sin().float().view(shape)


def _write(net: Any, inputs: dict[str, Any], *, out: Path, answers: list[str]) -> None:
    names = list(inputs)
    extents = {name: OPEN[name] for name in (*names, *answers)}
    with warnings.catch_warnings():
        # The tracer is told to be slow to trust: what it warns of is compared afterwards.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net,
            tuple(inputs.values()),
            str(out),
            opset_version=OPSET,
            input_names=names,
            output_names=answers,
            dynamic_axes=extents,
            dynamo=False,  # the tracing exporter: it writes one plain file and needs onnx alone
        )


if __name__ == "__main__":
    given, expected, into = sys.argv[1:]
    export(Path(given), Path(into), sha256=expected)
