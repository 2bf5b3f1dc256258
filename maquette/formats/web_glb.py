"""A smaller copy of an animated GLB for web pages, where an npm tool that packs one is installed.

gltfpack packs best (a third of the size), gltf-transform nearly as well. Both write 14 bits per
coordinate and need EXT_meshopt_compression, which three.js and model-viewer decode once they are
handed meshoptimizer's decoder, and Scene Viewer does not: the copy stands beside the plain file,
never in its place. What belongs here: those two tools, and whether to trust what they wrote. What
does not: packing by hand.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

from maquette.batch.stages import Made, map_stage
from maquette.errors import FormatError, ToolError
from maquette.formats.animated_glb import structure_of
from maquette.formats.glb_parts import framed, unframed
from maquette.formats.programs import said_by
from maquette.types import File

VARIABLE = "MAQUETTE_GLTF_PACKER"  # a name on PATH, or a path
VERSION_SECONDS = 20.0  # node alone takes one on a busy machine
MOST_SECONDS = 120.0
PACKED = "EXT_meshopt_compression"
GIVEN, MADE = "animated.glb", "web.glb"

# what each is told. gltfpack: best compression, nothing renamed, keys where they were; both keep
# every shape's name
WISHES = {
    "gltfpack": ("-i", GIVEN, "-o", MADE, "-cc", "-ke", "-kn", "-km", "-af", "0"),
    "gltf-transform": ("meshopt", GIVEN, MADE),
}
_ASKED = {"gltfpack": "-v", "gltf-transform": "--version"}
_VERSION = re.compile(r"\b\d+(?:\.\d+)+\b")


@lru_cache(maxsize=1)
def packer_here() -> str:
    """The packer on this machine, ``gltfpack 1.3``; empty where there is none."""
    for kind in WISHES:
        program = _program(kind)
        if program:
            with tempfile.TemporaryDirectory(prefix="maquette-packer-") as folder:
                said = _said([program, _ASKED[kind]], Path(folder), within_s=VERSION_SECONDS)
            version = _VERSION.search(said)
            if version:
                return f"{kind} {version[0]}"
    return ""


def _program(kind: str) -> str:
    """How a tool is started here: as the variable says where it names that tool, else by name."""
    chosen = os.environ.get(VARIABLE, "")
    if not chosen:
        return kind
    return chosen if Path(chosen).stem == kind else ""


def _said(command: list[str], folder: Path, *, within_s: float) -> str:
    """What a tool prints, or why there is nothing."""
    try:
        return said_by(command, folder, within_s=within_s)
    except OSError:
        return "it cannot be started"
    except subprocess.TimeoutExpired:
        return f"it took over {within_s:.0f} s"


@map_stage(version="1")
def pack_for_web(animated: File, *, packer: str = "") -> Made:
    """Pack an animated GLB for a web page; nothing is made where no tool is installed.

    Args:
        animated: as `animate_glb` wrote it.
        packer: as `packer_here` told it, so that another version is another recipe.

    Raises ToolError PACKER_MISSING where that tool is not on this machine. A tool that fails
    costs no more than the copy: the note says why.
    """
    if not packer:
        return Made()
    if packer != packer_here():
        raise ToolError(
            "PACKER_MISSING",
            f"{packer} was asked for, here is {packer_here() or 'none'}",
            fix="install it, or order the clip again",
        )
    try:
        data = _packed(animated.data, kind=packer.partition(" ")[0])
    except FormatError as refused:
        return Made(notes=(f"There is no copy for the web: {refused.reason}.",))
    return Made({"web": File(data, "glb")}, {"web_bytes": float(len(data))})


def _packed(data: bytes, *, kind: str) -> bytes:
    """What the tool made; FormatError PACKED_WRONG where it is not what was handed in, packed."""
    with tempfile.TemporaryDirectory(prefix="maquette-packer-") as folder:
        home = Path(folder)
        (home / GIVEN).write_bytes(data)
        said = _said([_program(kind), *WISHES[kind]], home, within_s=MOST_SECONDS)
        if not (home / MADE).exists():
            raise FormatError("PACKED_WRONG", f"{kind} made nothing: {_last_line(said)}")
        made = (home / MADE).read_bytes()
    before, after = structure_of(data), structure_of(made)
    if PACKED not in after.needs:
        raise FormatError("PACKED_WRONG", f"{kind} did not pack it")
    if (before.targets, before.channels) != (after.targets, after.channels):
        told = f"{len(after.targets)} of {len(before.targets)} shapes"
        raise FormatError("PACKED_WRONG", f"{kind} kept {told} and {len(after.channels)} channels")
    if after.made_by == before.made_by:
        return made
    gltf, binary = unframed(made)
    gltf["asset"]["extras"] = before.made_by  # its licence must not be lost on the way
    return framed(gltf, binary)


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return (lines or ["it says nothing"])[-1][:200]
