"""SDXL with LoRA weights of your own as a stylist: image to image, led by words.

What belongs here: the factory, named in the table of engines. What does not: what may be set
(`settings`), reading LoRA files (`lora`), and the run (`engine`).
"""

from __future__ import annotations

from typing import Any

from maquette.engines.devices import settings_of
from maquette.engines.sdxl_lora.engine import SdxlLora
from maquette.engines.sdxl_lora.settings import Settings


def make(**settings: Any) -> SdxlLora:
    """The stylist, not yet loaded; settings are the fields of `settings.Settings`."""
    return SdxlLora(settings_of(Settings, settings))
