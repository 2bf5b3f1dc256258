"""What a user may set for ActionMesh, its modes, and what tells one checkout from another.

What belongs here: names, places and refusing early what cannot work. What does not: starting
anything (`engine`).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maquette.engines import hub
from maquette.engines.devices import settings_of
from maquette.engines.foreign import code_sum, commit_of
from maquette.errors import EngineError, InputError
from maquette.roles import EngineInfo

NAME = "actionmesh"
REPOSITORY = "github.com/facebookresearch/actionmesh"
# its code, its weights, and what it makes: for research only
LICENCES = (
    "LicenseRef-FAIR-NC",
    # the code of TripoSG that runs in it is partly Tencent's; its weights are MIT
    "MIT",
    "LicenseRef-Tencent-FlashVDM",
    "LicenseRef-Tencent-Hunyuan-Community",
)
CORE = "actionmesh/pipeline.py"  # what a checkout must have
TRIPOSG = "third_party/TripoSG/triposg"  # a submodule, which makes the first frame's mesh
HOME, PYTHON = "MAQUETTE_ACTIONMESH_HOME", "MAQUETTE_ACTIONMESH_PYTHON"
WEIGHTS = "pretrained_weights"  # the folder it looks in, below where it runs
# Folder below that one -> id on the hub. It would fetch RMBG-1.4 too, which never runs here.
MODELS = {
    "ActionMesh": "facebook/ActionMesh",
    "TripoSG": "VAST-AI/TripoSG",
    "dinov2": "facebook/dinov2-large",
}
DEVICE = re.compile(r"cuda(:\d+)?")
DTYPES = ("bfloat16", "float16")


@dataclass(frozen=True)
class Mode:
    """One of its ways to work.

    Attributes:
        configuration: the file among its own.
        lazy: each network is loaded when its step comes and dropped after it.
    """

    configuration: str
    lazy: bool


MODES = {
    "default": Mode("actionmesh.yaml", lazy=False),
    "fast": Mode("actionmesh_fast.yaml", lazy=False),
    "low_ram": Mode("actionmesh_lowram.yaml", lazy=True),
    "fast_low_ram": Mode("actionmesh_fast_lowram.yaml", lazy=True),
}


@dataclass(frozen=True)
class Settings:
    """What a user may set; an empty home or python is taken from the environment.

    Attributes:
        home: the folder of the checkout; MAQUETTE_ACTIONMESH_HOME.
        python: the interpreter that has what it needs; MAQUETTE_ACTIONMESH_PYTHON.
        weights: a folder with all it needs in its ``pretrained_weights``; if empty, the checkout,
            into which it then fetches what is not there.
        device: ``cuda``, or one of several as ``cuda:1``.
        dtype: what it computes in; ``float16`` for GPUs that are slow at bfloat16, such as a T4.
        limit_s: the longest time for one clip.
    """

    home: str = ""
    python: str = ""
    weights: str = ""
    device: str = "cuda"
    dtype: str = "bfloat16"
    limit_s: float = 1800.0


def surrounded(given: dict[str, Any]) -> Settings:
    """The settings as given, filled up from the environment and refused where they cannot work."""
    said = settings_of(Settings, given)
    settings = Settings(
        home=said.home or os.environ.get(HOME, ""),
        python=said.python or os.environ.get(PYTHON, ""),
        weights=said.weights,
        device=said.device,
        dtype=said.dtype,
        limit_s=said.limit_s,
    )
    _check_places(settings)
    _check_choices(settings)
    return settings


def _check_places(settings: Settings) -> None:
    places = {HOME: settings.home, PYTHON: settings.python}
    unset = [variable for variable, value in places.items() if not value]
    if unset:
        raise EngineError(
            "ENGINE_NOT_INSTALLED",
            f"{NAME} is not configured: {', '.join(unset)} unset",
            fix=f"check out {REPOSITORY} with its submodules, install what its README asks for in "
            "an environment of its own, and name both",
        )
    if not (Path(settings.home) / CORE).is_file():
        raise EngineError(
            "ENGINE_NOT_INSTALLED",
            f"{Path(settings.home).name!r} is no checkout of {NAME}: {CORE} is not in it",
            fix=f"set {HOME} to the folder that holds its README",
        )
    missing = [name for name in MODELS if not _holds(settings.weights, name)]
    if settings.weights and missing:
        raise EngineError(
            "MODEL_MISSING",
            f"{Path(settings.weights).name!r} has no {', '.join(missing)} in its {WEIGHTS}",
            fix="; ".join(f"hf download {MODELS[name]}" for name in missing)
            + f"; each to the folder of its name in {WEIGHTS}",
        )


def _holds(weights: str, name: str) -> bool:
    folder = Path(weights) / WEIGHTS / name
    return folder.is_dir() and any(folder.iterdir())


def _check_choices(settings: Settings) -> None:
    wrong = {
        "device": "" if DEVICE.fullmatch(settings.device) else "use cuda, or cuda:1 of several",
        "dtype": "" if settings.dtype in DTYPES else f"use one of {DTYPES}",
        "limit_s": "" if settings.limit_s > 0 else "use seconds above 0",
    }
    for name, fix in wrong.items():
        if fix:
            raise EngineError(
                "ENGINE_SETTINGS",
                f"{NAME} does not run with {name}={getattr(settings, name)!r}",
                fix=fix,
            )


def mode_of(name: str) -> Mode:
    """The mode of that name.

    Raises InputError MODE_UNKNOWN.
    """
    if name not in MODES:
        raise InputError(
            "MODE_UNKNOWN", f"{NAME} has no mode {name!r}", fix=f"use one of {list(MODES)}"
        )
    return MODES[name]


def described(settings: Settings) -> EngineInfo:
    """Facts about the engine; reads code and the ends of weights, starts nothing."""
    home = Path(settings.home)
    weights = {name: hub.identity(_source(settings, name)) for name in MODELS}
    code = {"code": code_sum(home / "actionmesh"), "triposg": code_sum(home / TRIPOSG)}
    return EngineInfo(
        name=NAME,
        version="1",
        weights=weights | code,
        licences=LICENCES,
        config={
            "commit": commit_of(home),
            "device": settings.device,
            "dtype": settings.dtype,
        },
    )


def _source(settings: Settings, name: str) -> hub.Source:
    if settings.weights:
        return hub.Source(str(Path(settings.weights) / WEIGHTS / name))
    return hub.Source(MODELS[name], "main")  # it fetches the newest only
