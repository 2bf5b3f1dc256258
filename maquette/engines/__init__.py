"""The table of engines: which exist, which role each plays, where each lives.

What belongs here: the table and the one way to get an engine by name. What does not: any engine;
each model family is one module beside this one, imported only when its engine is asked for.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maquette.batch.host import EngineSpec
from maquette.errors import InputError


@dataclass(frozen=True)
class Entry:
    """One engine: where it is made, and what its user should know."""

    role: str  # a protocol in maquette.roles
    factory: str  # module:function, called with the engine's settings
    about: str
    licence: str  # of weights or art, SPDX where there is one
    extra: str = ""  # the extra that installs what it needs


DEFAULTS = {
    "ImageGenerator": "composer",
    "Segmenter": "u2netp",
    "Matter": "guided",
    "Embedder": "minilm",
    "Detector": "ssd-coco",
    "Tracker": "flow-snap",
    "Shaper": "inflate",
    "Mender": "manifold",
    "Animator": "silhouette",
    "FaceFinder": "yunet-mesh",
    "FaceRecogniser": "sface",
    "Stylist": "toon",
    "StyleJudge": "flat-colours",
}
# line -> where it needs another: an artist points at things, and looks at every edge
LINE_DEFAULTS = {
    "roto": {"Segmenter": "mobile-sam", "Matter": "closed-form"},
    "motion": {"Segmenter": "mobile-sam"},
    "figurines": {"Segmenter": "modnet"},  # hair is what a face is known by from afar
}
# role -> the environment variable that chooses its engine; a line's own comes first, such as
# MAQUETTE_ROTO_SEGMENTER
VARIABLES = {
    "ImageGenerator": "MAQUETTE_IMAGE_GENERATOR",
    "Segmenter": "MAQUETTE_SEGMENTER",
    "Matter": "MAQUETTE_MATTER",
    "Detector": "MAQUETTE_DETECTOR",
    "Tracker": "MAQUETTE_TRACKER",
    "Shaper": "MAQUETTE_SHAPER",
    "Mender": "MAQUETTE_MENDER",
    "Animator": "MAQUETTE_ANIMATOR",
    "FaceFinder": "MAQUETTE_FACE_FINDER",
    "FaceRecogniser": "MAQUETTE_FACE_RECOGNISER",
    "Stylist": "MAQUETTE_STYLIST",
    "StyleJudge": "MAQUETTE_STYLE_JUDGE",
}
LINE_VARIABLES = {
    "roto": {"Segmenter": "MAQUETTE_ROTO_SEGMENTER", "Matter": "MAQUETTE_ROTO_MATTER"},
    "motion": {"Segmenter": "MAQUETTE_MOTION_SEGMENTER"},
    "figurines": {"Segmenter": "MAQUETTE_FIGURINES_SEGMENTER"},
}

TABLE: dict[str, Entry] = {
    "composer": Entry(
        "ImageGenerator",
        "maquette.engines.composer:make",
        "composes emoji vector art chosen by sentence embedding; no GPU, no torch",
        "MIT, Apache-2.0",
    ),
    "stored": Entry(
        "ImageGenerator",
        "maquette.engines.stored:make",
        "hands out pictures from a folder, for benches and for tests of everything after it",
        "yours",
    ),
    "flux-schnell": Entry(
        "ImageGenerator",
        "maquette.engines.diffusion:make_flux_schnell",
        "FLUX.1-schnell, 4 steps",
        "Apache-2.0",
        extra="gpu",
    ),
    "flux2-klein": Entry(
        "ImageGenerator",
        "maquette.engines.diffusion:make_flux2_klein",
        "FLUX.2 [klein] 4B, 4 steps",
        "Apache-2.0",
        extra="gpu",
    ),
    "sdxl-lightning": Entry(
        "ImageGenerator",
        "maquette.engines.diffusion:make_sdxl_lightning",
        "SDXL-Lightning, 4 steps",
        "OpenRAIL++",
        extra="gpu",
    ),
    "openai-images": Entry(
        "ImageGenerator",
        "maquette.engines.openai_images:make",
        "OpenAI's images service, or one that answers like it; needs a key, and costs",
        "LicenseRef-OpenAI-terms",
    ),
    "u2netp": Entry(
        "Segmenter",
        "maquette.engines.u2net:make_u2netp",
        "salient subject, 4.6 MB, 0.2 s on a CPU",
        "Apache-2.0",
    ),
    "modnet": Entry(
        "Segmenter",
        "maquette.engines.modnet:make",
        "MODNet: people with their hair, 26 MB, 0.3 s on a CPU",
        "Apache-2.0",
    ),
    "sam2": Entry(
        "Segmenter",
        "maquette.engines.sam2:make",
        "SAM 2.1, sizes tiny to large, by transformers or the sam2 package",
        "Apache-2.0",
        extra="gpu",
    ),
    "mobile-sam": Entry(
        "Segmenter",
        "maquette.engines.mobile_sam:make",
        "MobileSAM on ONNX Runtime: clicks and boxes, 0.4 s a picture on a CPU",
        "Apache-2.0",
    ),
    "sam2-onnx": Entry(
        "Segmenter",
        "maquette.engines.sam2_onnx:make",
        "SAM 2 tiny on ONNX Runtime, where MobileSAM cannot be exported",
        "Apache-2.0",
    ),
    "grabcut": Entry(
        "Segmenter",
        "maquette.engines.grabcut:make",
        "colours inside and outside of a box; no weights, a last resort",
        "none",
    ),
    "guided": Entry(
        "Matter",
        "maquette.engines.guided:make",
        "guided filter within a band along the edge; no weights",
        "none",
    ),
    "vitmatte": Entry("Matter", "maquette.engines.vitmatte:make", "ViTMatte", "MIT", extra="gpu"),
    "closed-form": Entry(
        "Matter",
        "maquette.engines.closed_form:make",
        "closed-form matting within a band along the edge; no weights",
        "none",
        extra="roto",
    ),
    "ssd-coco": Entry(
        "Detector",
        "maquette.engines.ssd_coco:make",
        "80 kinds of things, found by words near their names; 0.6 s on a CPU",
        "Apache-2.0",
    ),
    "grounding-dino": Entry(
        "Detector",
        "maquette.engines.grounding_dino:make",
        "Grounding DINO: anything that words can name",
        "Apache-2.0",
        extra="gpu",
    ),
    "flow-snap": Entry(
        "Tracker",
        "maquette.engines.flow_snap:make",
        "learns the object from MobileSAM's features and follows it along optical flow; no torch",
        "Apache-2.0",
    ),
    "sam2-video": Entry(
        "Tracker",
        "maquette.engines.sam2.video:make",
        "SAM 2.1 on video, by transformers or the sam2 package",
        "Apache-2.0",
        extra="gpu",
    ),
    "cutie": Entry(
        "Tracker",
        "maquette.engines.cutie:make",
        "Cutie, from a checkout of your own, in a process of its own",
        "MIT",
    ),
    "inflate": Entry(
        "Shaper",
        "maquette.engines.inflate:make",
        "rounds a cut-out into a solid, front and back; no weights, a second on a CPU",
        "none",
        extra="prints",
    ),
    "trellis": Entry(
        "Shaper",
        "maquette.engines.shapers:make_trellis",
        "TRELLIS, from a checkout of your own, in a process of its own",
        "MIT, LicenseRef-nvdiffrast-NC, LicenseRef-gaussian-splatting-NC",
    ),
    "trellis2": Entry(
        "Shaper",
        "maquette.engines.shapers:make_trellis2",
        "TRELLIS.2, from a checkout of your own, in a process of its own",
        "MIT, LicenseRef-nvdiffrast-NC, LicenseRef-DINOv3",
    ),
    "triposr": Entry(
        "Shaper",
        "maquette.engines.shapers:make_triposr",
        "TripoSR, from a checkout of your own, in a process of its own",
        "MIT",
    ),
    "triposg": Entry(
        "Shaper",
        "maquette.engines.shapers:make_triposg",
        "TripoSG, from a checkout of your own, in a process of its own; no colours",
        "MIT, LicenseRef-Tencent-FlashVDM, LicenseRef-BRIA-RMBG-1.4-NC",
    ),
    "manifold": Entry(
        "Mender",
        "maquette.engines.manifold:make",
        "sews, joins and, at the last, wraps a mesh until it encloses a volume; no GPL",
        "none",
        extra="prints",
    ),
    "meshlab": Entry(
        "Mender",
        "maquette.engines.meshlab:make",
        "repairs by PyMeshLab, in a process of its own",
        "GPL-3.0",
        extra="mesh",
    ),
    "silhouette": Entry(
        "Animator",
        "maquette.engines.silhouette:make",
        "a 2.5D animation: a cut-out is rounded into a solid that follows the clip's outlines; no "
        "weights",
        "none",
        extra="motion",
    ),
    "actionmesh": Entry(
        "Animator",
        "maquette.engines.actionmesh:make",
        "ActionMesh, from a checkout of your own, in a process of its own; not for commercial use",
        "LicenseRef-FAIR-NC, MIT, LicenseRef-Tencent-FlashVDM, "
        "LicenseRef-Tencent-Hunyuan-Community",
    ),
    "yunet-mesh": Entry(
        "FaceFinder",
        "maquette.engines.yunet_mesh:make",
        "YuNet finds faces, MediaPipe's mesh lays 478 landmarks on each; 0.1 s on a CPU",
        "MIT, Apache-2.0",
    ),
    "sface": Entry(
        "FaceRecogniser",
        "maquette.engines.sface:make",
        "SFace: tells people apart, 39 MB, 20 ms on a CPU",
        "Apache-2.0",
    ),
    "arcface": Entry(
        "FaceRecogniser",
        "maquette.engines.arcface:make",
        "ArcFace, from an ONNX file of your own",
        "yours",
    ),
    "toon": Entry(
        "Stylist",
        "maquette.engines.toon:make",
        "draws the head anew in flat colours and clean lines, led by landmarks; no weights",
        "none",
    ),
    "sdxl-lora": Entry(
        "Stylist",
        "maquette.engines.sdxl_lora:make",
        "SDXL image-to-image with LoRA weights of yours",
        "OpenRAIL++",
        extra="gpu",
    ),
    "flat-colours": Entry(
        "StyleJudge",
        "maquette.engines.flat_colours:make",
        "colours left, flat area and sharp edges against the photo; no weights",
        "none",
    ),
    "clip": Entry(
        "StyleJudge",
        "maquette.engines.clip_style:make",
        "CLIP: how near a drawing is to the words of its style",
        "MIT",
        extra="gpu",
    ),
    "minilm": Entry(
        "Embedder",
        "maquette.engines.minilm:make",
        "all-MiniLM-L6-v2, 8-bit ONNX",
        "Apache-2.0",
    ),
}


def make(name: str, *, role: str, settings: dict[str, Any] | None = None) -> Any:
    """The engine of that name, not yet loaded.

    Raises InputError ENGINE_UNKNOWN for a name that is not in the table or plays another role.
    """
    entry = TABLE.get(name)
    known = sorted(n for n, e in TABLE.items() if e.role == role)
    if entry is None or entry.role != role:
        raise InputError(
            "ENGINE_UNKNOWN", f"no {role} engine is called {name!r}", fix=f"use one of {known}"
        )
    module, _, factory = entry.factory.partition(":")
    return getattr(importlib.import_module(module), factory)(**(settings or {}))


def chosen(
    names: Mapping[str, str] | None = None,
    *,
    line: str = "",
    settings: Mapping[str, dict[str, Any]] | None = None,
) -> dict[str, EngineSpec]:
    """Role -> engine: as named here, else by the environment, else the embedded default.

    Args:
        names: role -> engine.
        line: whose defaults and variables come first.
        settings: engine -> its settings.
    """
    picked: dict[str, EngineSpec] = {}
    variables = {**VARIABLES, **LINE_VARIABLES.get(line, {})}
    for role, default in {**DEFAULTS, **LINE_DEFAULTS.get(line, {})}.items():
        name = (names or {}).get(role) or os.environ.get(variables.get(role, ""), "") or default
        picked[role] = EngineSpec(role, name, dict((settings or {}).get(name, {})))
    return picked
