"""ViTMatte as a matter: the hard mask says where the edge is, the network how soft it is.

What belongs here: the trimap, the network, and the promise that nothing changes away from the
edge. What does not: cutting tiles along that edge and edge colours (`maquette.pictures`), and
the guided filter (`engines.guided`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from maquette.engines import devices, hub
from maquette.errors import EngineError, InputError
from maquette.pictures.bands import Window, edge_band, in_tiles
from maquette.roles import EngineInfo
from maquette.types import Bytes, Floats, Mask, Matte, Picture

SIZES = {
    "small": "hustvl/vitmatte-small-composition-1k",
    "base": "hustvl/vitmatte-base-composition-1k",
}
INSIDE, UNKNOWN, OUTSIDE = 255, 128, 0  # of a trimap, as the network was trained
# Its attention costs memory by the square of the area. What is larger than the first is seen in
# tiles of at most that size, those along the edge only.
WHOLE_PX, MARGIN_PX = 1024, 96


@dataclass(frozen=True)
class Settings:
    """What a user may set.

    Attributes:
        size: small (26 M parameters) or base (97 M), a little finer and twice the work.
        model: a local folder, or ``organisation/name[@revision]``; the published one if None.
        device: cuda, mps, cpu, or auto.
        dtype: float32, bfloat16, float16, or auto.
    """

    size: str = "small"
    model: str | None = None
    device: str = "auto"
    dtype: str = "auto"


def make(**settings: Any) -> VitMatte:
    """ViTMatte, not yet loaded; settings are the fields of `Settings`."""
    return VitMatte(devices.settings_of(Settings, settings))


class VitMatte:
    """A Matter; loads on first use."""

    def __init__(self, settings: Settings) -> None:
        devices.require("torch", "transformers")
        if settings.size not in SIZES:
            raise EngineError(
                "ENGINE_SETTINGS",
                f"size={settings.size!r} is unknown",
                fix=f"use one of {list(SIZES)}",
            )
        self._settings = settings
        # bfloat16 has too few digits for alpha; float16 has them, and autocast keeps the sums.
        self._on = devices.Computing(settings.device, settings.dtype, half="float16")
        self._loaded: tuple[Any, Any] | None = None

    @cached_property
    def _source(self) -> hub.Source:
        return hub.locate(self._settings.model or SIZES[self._settings.size])

    @cached_property
    def info(self) -> EngineInfo:
        """Facts about the engine; reads headers of a local model, loads nothing."""
        return EngineInfo(
            name="vitmatte",
            version="2",
            weights={"model": hub.identity(self._source)},
            licences=("MIT",),
            config={"device": self._on.kind, "dtype": self._on.precision},
        )

    def refine(self, picture: Picture, mask: Mask, *, edge_px: int) -> Matte:
        """A matte that is the network's within `edge_px` of the mask's edge, the mask elsewhere."""
        if mask.inside.shape != picture.rgba.shape[:2]:
            raise InputError(
                "MASK_SIZE", f"a mask of {mask.inside.shape} does not fit {picture.rgba.shape[:2]}"
            )
        known = mask.inside.astype(np.float32)
        band = edge_band(mask.inside, edge_px=edge_px)
        if not band.any():  # an empty or full mask has no edge to soften
            return Matte(known)
        trimap = np.where(mask.inside, INSIDE, OUTSIDE).astype(np.uint8)
        trimap[band] = UNKNOWN

        def seen(window: Window) -> Floats:
            return self._alpha(np.ascontiguousarray(picture.rgba[window][..., :3]), trimap[window])

        longest_px = max(band.shape)
        side_px = longest_px if longest_px <= WHOLE_PX else WHOLE_PX - 2 * MARGIN_PX
        with devices.told_plainly("vitmatte could not refine"):
            alpha = in_tiles(band, side_px=side_px, margin_px=MARGIN_PX, work=seen)
        return Matte(np.where(band, alpha, known).astype(np.float32))

    def _alpha(self, rgb: Bytes, trimap: Bytes) -> Floats:
        """(H, W) 0..1 as the network sees it, its padding cropped away."""
        import torch

        model, prepare = self._parts()
        given = prepare(images=rgb, trimaps=trimap, return_tensors="pt")["pixel_values"]
        with torch.inference_mode(), self._on.autocast():
            # Padded to a multiple of 32 on the right and at the bottom.
            alphas = model(given.to(self._on.device)).alphas[0, 0, : rgb.shape[0], : rgb.shape[1]]
            return np.asarray(alphas.float().clamp(0, 1).cpu().numpy(), np.float32)

    def _parts(self) -> tuple[Any, Any]:
        if self._loaded is None:
            from transformers import VitMatteForImageMatting, VitMatteImageProcessorPil

            hub.hush("transformers")
            place, told = self._source.place, self._source.arguments
            asked = {k: v for k, v in told.items() if k != "use_safetensors"}
            with hub.loading(self._source):
                model = VitMatteForImageMatting.from_pretrained(place, **told).eval()
                prepare = VitMatteImageProcessorPil.from_pretrained(place, **asked)
            self._loaded = model.to(self._on.device), prepare
        return self._loaded

    def close(self) -> None:
        """Free the model; the next call loads it anew."""
        if self._loaded is not None:
            self._loaded = None
            devices.release(self._on.device)
