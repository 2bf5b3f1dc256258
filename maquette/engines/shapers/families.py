"""Image-to-solid engines as rows of a table: what differs between one checkout and the next.

What belongs here: the rows, the settings a user may give, and refusing what cannot work. What
does not: their own calls (`worker`), and how they are asked (`engine`).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maquette.engines import hub
from maquette.engines.devices import settings_of
from maquette.errors import EngineError

SAMPLE_BYTES = 1 << 16  # read from either end of each file of weights: gigabytes lie between
UPRIGHT = ((1, 0, 0), (0, 1, 0), (0, 0, 1))  # axes that are ours already: y up, facing +z


@dataclass(frozen=True)
class Family:
    """One engine: where it is from, what its picture and its solid are like.

    Attributes:
        repository: where its checkout is from.
        core: a file that every checkout has, below the package that is run.
        model: id of its weights on the hub.
        licences: of code and weights that run, and of what the checkout brings along.
        home: the environment variable that names the checkout.
        python: the environment variable that names the interpreter.
        share: how much of the square the subject spans, as in its own preparation.
        ground: grey level behind the subject, None where the engine reads alpha.
        axes: rows that turn its axes into ours.
        devices: what it can run on; the first is the default.
        appearance: what a user hears about its colours, empty where it has them.
    """

    name: str
    repository: str
    core: str
    model: str
    licences: tuple[str, ...]
    home: str
    python: str
    share: float
    ground: int | None = None
    axes: tuple[tuple[int, int, int], ...] = UPRIGHT
    devices: tuple[str, ...] = ("cuda",)
    appearance: str = ""


TRELLIS = Family(
    name="trellis",
    repository="github.com/microsoft/TRELLIS",
    core="trellis/pipelines/trellis_image_to_3d.py",
    model="microsoft/TRELLIS-image-large",
    # its textures are baked by nvdiffrast, from pictures that mip-splatting's rasteriser draws
    licences=("MIT", "LicenseRef-nvdiffrast-NC", "LicenseRef-gaussian-splatting-NC"),
    home="MAQUETTE_TRELLIS_HOME",
    python="MAQUETTE_TRELLIS_PYTHON",
    share=0.8,  # it crops once more by itself
)

TRELLIS2 = Family(
    name="trellis2",
    repository="github.com/microsoft/TRELLIS.2",
    core="trellis2/pipelines/trellis2_image_to_3d.py",
    model="microsoft/TRELLIS.2-4B",
    licences=("MIT", "LicenseRef-nvdiffrast-NC", "LicenseRef-DINOv3"),
    home="MAQUETTE_TRELLIS2_HOME",
    python="MAQUETTE_TRELLIS2_PYTHON",
    share=0.8,
)

TRIPOSR = Family(
    name="triposr",
    repository="github.com/VAST-AI-Research/TripoSR",
    core="tsr/system.py",
    model="stabilityai/TripoSR",
    licences=("MIT",),
    home="MAQUETTE_TRIPOSR_HOME",
    python="MAQUETTE_TRIPOSR_PYTHON",
    share=0.85,
    ground=128,
    # its viewer stands at +x with z up and sees +y to the right
    axes=((0, 1, 0), (0, 0, 1), (1, 0, 0)),
    devices=("auto", "cuda", "cpu"),
)

TRIPOSG = Family(
    name="triposg",
    repository="github.com/VAST-AI-Research/TripoSG",
    core="triposg/pipelines/pipeline_triposg.py",
    model="VAST-AI/TripoSG",
    # parts come from Tencent's code; RMBG-1.4 is in the checkout, though ours is the cut-out
    licences=("MIT", "LicenseRef-Tencent-FlashVDM", "LicenseRef-BRIA-RMBG-1.4-NC"),
    home="MAQUETTE_TRIPOSG_HOME",
    python="MAQUETTE_TRIPOSG_PYTHON",
    share=1 / 1.2,
    ground=255,
    appearance="triposg makes a shape without colours",
)


@dataclass(frozen=True)
class Settings:
    """What a user may set; what is empty is taken from the environment or the family.

    Attributes:
        home: the folder of the checkout.
        python: the interpreter that has what it needs.
        weights: a local folder, or ``organisation/name`` on the hub; the published ones if empty.
        device: one of the family's; its first if empty.
    """

    home: str = ""
    python: str = ""
    weights: str = ""
    device: str = ""


def surrounded(family: Family, given: dict[str, Any]) -> Settings:
    """The settings as given, filled up from the environment and refused where they cannot work."""
    said = settings_of(Settings, given)
    settings = Settings(
        home=said.home or os.environ.get(family.home, ""),
        python=said.python or os.environ.get(family.python, ""),
        weights=said.weights or family.model,
        device=said.device or family.devices[0],
    )
    _check(family, settings)
    return settings


def _check(family: Family, settings: Settings) -> None:
    """Refuse early what is not installed or not named; nothing is started."""
    places = {family.home: settings.home, family.python: settings.python}
    unset = [variable for variable, value in places.items() if not value]
    if unset:
        raise EngineError(
            "ENGINE_NOT_INSTALLED",
            f"{family.name} is not configured: {', '.join(unset)} unset",
            fix=f"check out {family.repository}, install what its README asks for in an "
            "environment of its own, and name both",
        )
    if not (Path(settings.home) / family.core).is_file():
        raise EngineError(
            "ENGINE_NOT_INSTALLED",
            f"{Path(settings.home).name!r} is no checkout of {family.name}: {family.core} is "
            "not in it",
            fix=f"set {family.home} to the folder that holds its README",
        )
    if settings.device not in family.devices:
        raise EngineError(
            "ENGINE_SETTINGS",
            f"{family.name} does not run on device={settings.device!r}",
            fix=f"use one of {family.devices}",
        )
    if not Path(settings.weights).is_dir() and not _on_hub(settings.weights):
        raise EngineError(
            "MODEL_MISSING",
            f"there are no weights {Path(settings.weights).name!r} on this machine",
            fix="give an existing folder, or organisation/name on the hub",
        )


def _on_hub(weights: str) -> bool:
    found = hub.HUB_ID.fullmatch(weights)
    # These engines load the newest revision only; whoever wants another one downloads it.
    return found is not None and not found["revision"]


def identity(weights: str) -> str:
    """What tells these weights from others, without reading gigabytes: see `hub.identity`."""
    root = Path(weights)
    if not root.is_dir():
        return f"hub:{weights}@main"
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(root).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(SAMPLE_BYTES))
            file.seek(max(file.tell(), size - SAMPLE_BYTES))
            digest.update(file.read(SAMPLE_BYTES))
    return f"sha256:{digest.hexdigest()}"
