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
        default="",
        description="composer, flux-schnell, flux2-klein, sdxl-lightning, openai-images",
    )
    segmenter: str = Field(default="", description="Of stickers and prints: u2netp, sam2.")
    matter: str = Field(default="", description="Of all lines but roto: guided, vitmatte.")
    roto_segmenter: str = Field(default="", description="mobile-sam, sam2, sam2-onnx, grabcut")
    roto_matter: str = Field(default="", description="closed-form, guided, vitmatte")
    detector: str = Field(default="", description="ssd-coco, grounding-dino")
    tracker: str = Field(default="", description="flow-snap, sam2-video, cutie")
    shaper: str = Field(default="", description="inflate, trellis, trellis2, triposr, triposg")
    mender: str = Field(default="", description="manifold, meshlab")
    animator: str = Field(default="", description="silhouette, actionmesh")
    motion_segmenter: str = Field(default="", description="mobile-sam, sam2, sam2-onnx")
    face_finder: str = Field(default="", description="yunet-mesh")
    face_recogniser: str = Field(default="", description="sface, arcface")
    stylist: str = Field(default="", description="toon, sdxl-lora")
    style_judge: str = Field(default="", description="flat-colours, clip")
    figurines_segmenter: str = Field(default="", description="modnet, u2netp, sam2")
    settings: dict[str, Any] = Field(
        default={}, description="Engine name -> its settings, such as {'sam2': {'size': 'tiny'}}."
    )

    def specs(self, line: str) -> dict[str, EngineSpec]:
        """Role -> engine of a line."""
        own = line == "roto"
        segmenters = {
            "roto": self.roto_segmenter,
            "motion": self.motion_segmenter,
            "figurines": self.figurines_segmenter,
        }
        names = {
            "ImageGenerator": self.image_generator,
            "Segmenter": segmenters.get(line, self.segmenter),
            "Matter": self.roto_matter if own else self.matter,
            "Detector": self.detector,
            "Tracker": self.tracker,
            "Shaper": self.shaper,
            "Mender": self.mender,
            "Animator": self.animator,
            "FaceFinder": self.face_finder,
            "FaceRecogniser": self.face_recogniser,
            "Stylist": self.stylist,
            "StyleJudge": self.style_judge,
        }
        named = {role: name for role, name in names.items() if name}
        return chosen(named, line=line, settings=self.settings)
