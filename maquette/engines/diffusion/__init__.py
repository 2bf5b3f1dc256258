"""Few-step diffusion models as image generators: FLUX.1-schnell, FLUX.2 klein, SDXL-Lightning.

What belongs here: one factory per family, named in the table of engines. What does not: anything
that differs by family (`families`), the run (`engine`), loading and memory (`halves`).
"""

from __future__ import annotations

from typing import Any

from maquette.engines.devices import settings_of
from maquette.engines.diffusion.engine import Diffusion
from maquette.engines.diffusion.families import (
    FLUX2_KLEIN,
    FLUX_SCHNELL,
    SDXL_LIGHTNING,
    Settings,
)


def make_flux_schnell(**settings: Any) -> Diffusion:
    """FLUX.1-schnell, not yet loaded; settings are the fields of `families.Settings`."""
    return Diffusion(FLUX_SCHNELL, settings_of(Settings, settings))


def make_flux2_klein(**settings: Any) -> Diffusion:
    """FLUX.2 [klein] 4B, not yet loaded; settings are the fields of `families.Settings`."""
    return Diffusion(FLUX2_KLEIN, settings_of(Settings, settings))


def make_sdxl_lightning(**settings: Any) -> Diffusion:
    """SDXL-Lightning, not yet loaded; settings are the fields of `families.Settings`."""
    return Diffusion(SDXL_LIGHTNING, settings_of(Settings, settings))
