"""Meshes through reading, mending and writing, with everything that is measured on the way.

What belongs here: one mesh, and what became of it. What does not: which meshes, and bounds.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from bench.figures import stopwatch
from bench.solid_measures import (
    faults,
    mesh_faults,
    moved_shares,
    stl_corners_mm,
    volume,
)
from maquette.errors import MaquetteError
from maquette.formats.models import read_model
from maquette.formats.print_files import write_print
from maquette.roles import Mender
from maquette.solids.mending import mend
from maquette.solids.normalising import normalise
from maquette.solids.sizing import size_up
from maquette.types import File, Mesh
from tests.judges.slicers import PRUSA, Opinion, prusa_info

PRINT_MM = 80.0  # the longest side of what a slicer is asked about


@dataclass(frozen=True)
class Fate:
    """What became of one mesh.

    Attributes:
        refusal: a code and words, where it was refused.
        step: of the ladder.
        found: what was wrong with it, as mending tells it.
        wrong: what is wrong with it still, by our own count: as mended, and as written.
        opinions: PrusaSlicer's, by format.
        volume_share: enclosed afterwards, against the truth or the mesh as it came; 0 if unknown.
        added: how far the new surface is from the old one at most, in shares of the diagonal.
        lost: how far the old surface stands outside of the new solid at most, likewise.
    """

    name: str
    faces: int = 0
    refusal: str = ""
    step: str = ""
    found: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, int] = field(default_factory=dict)
    opinions: dict[str, Opinion] = field(default_factory=dict)
    seconds: float = 0.0
    volume_share: float = 0.0
    added: float = 0.0
    lost: float = 0.0

    @property
    def is_sound(self) -> bool:
        """Whether it is a solid by our own count."""
        return not self.wrong and not self.refusal

    @property
    def is_accepted(self) -> bool:
        """Whether the slicer takes every file of it."""
        return self.is_sound and all(opinion.accepts for opinion in self.opinions.values())

    @property
    def hausdorff(self) -> float:
        """The larger of both ways, in shares of the diagonal."""
        return max(self.added, self.lost)

    @property
    def told(self) -> str:
        """All of it in words."""
        if self.refusal:
            return self.refusal
        found = ", ".join(f"{name} {count}" for name, count in self.found.items() if count)
        words = [f"step {self.step}", f"{self.faces} faces", f"found: {found or 'nothing'}"]
        words.append(f"added {self.added:.3%}, lost {self.lost:.3%} of the diagonal")
        if self.volume_share:
            words.append(f"volume {self.volume_share - 1:+.4%}")
        if self.wrong:
            words.append(f"STILL WRONG: {self.wrong}")
        words += [
            f"SLICER ON {kind}: open edges {one.open_edges} {one.refusal}"
            for kind, one in self.opinions.items()
            if not one.accepts
        ]
        words += [f"{kind}: {one.repairs}" for kind, one in self.opinions.items() if one.repairs]
        return "; ".join(words)


def read(path: Path) -> Mesh:
    """A model file as a mesh."""
    held = File(path.read_bytes(), path.suffix[1:].lower())
    model = read_model(held, model_name=path.name).outputs["model"]
    assert isinstance(model, Mesh)
    return model


def file_fate(path: Path, mender: Mender, *, is_good: bool) -> Fate:
    """A file of a collection: a good one is its own truth."""
    try:
        model = read(path)
    except MaquetteError as refused:
        return Fate(path.name, refusal=f"{refused.code}: {refused.reason}")
    return fate(path.name, model, mender, truth_m3=volume(model) if is_good else 0.0)


def fate(
    name: str, model: Mesh, mender: Mender, *, near: Mesh | None = None, truth_m3: float = 0.0
) -> Fate:
    """Mend it and judge it.

    Args:
        name: for the report.
        model: as it was read.
        mender: does the work.
        near: what it should look like; the model itself unless given.
        truth_m3: what it should enclose, where that is known.
    """
    with stopwatch() as took:
        try:
            made = mend(model, mender=mender)
        except MaquetteError as refused:
            return Fate(name, len(model.faces), f"{refused.code}: {refused.reason}")
    mended, report = made.outputs["mended"], json.loads(made.outputs["mending"].data)
    files = written(mended, PRINT_MM)
    added, lost = moved_shares(near or model, mended)
    return Fate(
        name,
        len(model.faces),
        step=report["step"],
        found=report["found"],
        wrong=mesh_faults(mended) | faults(stl_corners_mm(files["stl"])),
        opinions=asked(files),
        seconds=took[0],
        volume_share=volume(mended) / truth_m3 if truth_m3 else 0.0,
        added=added,
        lost=lost,
    )


def written(mended: Mesh, longest_mm: float) -> dict[str, bytes]:
    """A mended mesh normalised, made so long and written, by format."""
    normal = normalise(mended)
    model_mm = normal.params["model_mm"]
    factor = longest_mm / max(model_mm)
    made = size_up(normal.outputs["solid"], model_mm=model_mm, scale_factor=factor)
    files = write_print(made.outputs["print"], formats=["stl", "3mf"], title="bench").outputs
    return {name.rpartition("/")[2]: held.data for name, held in files.items()}


def asked(files: dict[str, bytes]) -> dict[str, Opinion]:
    """PrusaSlicer's word on each file; nothing where it is not installed."""
    if shutil.which(PRUSA) is None:
        return {}
    opinions: dict[str, Opinion] = {}
    with tempfile.TemporaryDirectory() as folder:
        for ending, data in files.items():
            path = Path(folder) / f"print.{ending}"
            path.write_bytes(data)
            opinions[ending] = prusa_info(path)
    return opinions
