"""Which engine plays which role. What belongs here: names and settings; engines are made by
``maquette.engines`` and kept warm by the place they run in.
"""

from typing import Any

import dagster as dg
from pydantic import Field

from maquette.batch.host import EngineSpec
from maquette.engines import chosen


class EnginesResource(dg.ConfigurableResource):
    """Engines by role; empty takes the environment's choice or the embedded default."""

    image_generator: str = Field(
        default="", description="composer, flux-schnell, flux2-klein, sdxl-lightning"
    )
    segmenter: str = Field(default="", description="u2netp, sam2")
    matter: str = Field(default="", description="guided, vitmatte")
    settings: dict[str, Any] = Field(
        default={}, description="Engine name -> its settings, such as {'sam2': {'size': 'tiny'}}."
    )

    def specs(self) -> dict[str, EngineSpec]:
        """Role -> engine."""
        names = {
            "ImageGenerator": self.image_generator,
            "Segmenter": self.segmenter,
            "Matter": self.matter,
        }
        return chosen({role: name for role, name in names.items() if name}, settings=self.settings)
