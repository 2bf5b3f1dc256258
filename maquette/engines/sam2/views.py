"""What SAM 2 is shown: pictures and masks squeezed into its square, and masks brought back.

What belongs here: scaling and colours, the same for stills and for video. What does not: the
model. The published scaling needs torchvision, which is not asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from maquette.types import Bools, Bytes, Mask, Picture

MEAN = (0.485, 0.456, 0.406)  # of ImageNet, which the image encoder was trained on
SPREAD = (0.229, 0.224, 0.225)


def over_white(picture: Picture) -> Bytes:
    """(H, W, 3): colours under transparent pixels mean nothing and are not shown to the model."""
    rgb = picture.rgba[..., :3]
    if picture.is_opaque:
        return np.ascontiguousarray(rgb)
    alpha = picture.rgba[..., 3:].astype(np.float32) / 255
    return (rgb * alpha + 255 * (1 - alpha)).round().astype(np.uint8)


def square(rgb: Bytes, *, size_px: int, device: str) -> Any:
    """(3, S, S) of torch, normalised; scaled on the device, which is sent bytes and not floats."""
    import torch
    from torch.nn.functional import interpolate

    sent = torch.from_numpy(rgb).to(device).permute(2, 0, 1)[None].float()
    scaled = interpolate(sent, size=(size_px, size_px), mode="bilinear", antialias=True)[0]
    mean, spread = (torch.tensor(v, device=sent.device)[:, None, None] for v in (MEAN, SPREAD))
    return (scaled / 255 - mean) / spread


def square_mask(mask: Mask, *, size_px: int, device: str) -> Any:
    """(1, 1, S, S) of torch, 0.0 and 1.0; a mask of few pixels is never scaled to nothing."""
    import torch
    from torch.nn.functional import interpolate

    sent = torch.from_numpy(mask.inside).to(device)[None, None].float()
    share = interpolate(sent, size=(size_px, size_px), mode="bilinear", antialias=True)
    least = min(0.5, float(share.max()))
    return ((share >= least) & (share > 0)).float()


def at_full_size(logits: Any, *, height_px: int, width_px: int) -> Bools:
    """(H, W) bool from torch (h, w) logits, positive inside."""
    from torch.nn.functional import interpolate

    whole = interpolate(logits.float()[None, None], size=(height_px, width_px), mode="bilinear")
    return (whole[0, 0] > 0).cpu().numpy()
