"""Whether every figurine is a good print with its face in place: bodies, sizes, faces.

    MAQUETTE_TESTDATA=FOLDER python -m bench.figurine_solids [--quick] [--only ROW ...]
        [--templates NAME ...] [--faces NAME ...]

Drawn faces with short, long and no hair, and the astronaut of scikit-image, are always there;
with the collection, three photos of people come along. Every figure is told on a line of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import resource
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from bench.figures import Figure, median, shown, skipped, spread_of, stopwatch
from bench.solid_measures import mesh_faults
from maquette.engines import DEFAULTS, LINE_DEFAULTS, make
from maquette.formats.print_files import write_print
from maquette.formats.slicing import sliced
from maquette.pictures.opening import open_picture
from maquette.pictures.portraits import cut_head, find_face
from maquette.pictures.styling import stylise
from maquette.solids.balance import stance
from maquette.solids.bodies.templates import TEMPLATES
from maquette.solids.examining import STANDS_DEG
from maquette.solids.figurines import sculpt
from maquette.solids.heads.landmarks import GROUPS, places
from maquette.solids.previews import Sitter
from maquette.solids.printed import printed
from maquette.solids.printers import Printer
from maquette.solids.walls import patches, thicknesses_mm
from maquette.types import Face, File, Mesh, Picture
from tests.drawn_faces import portrait
from tests.faces import astronaut
from tests.judges.slicers import PRUSA, prusa_info

HEIGHTS_MM = (40.0, 60.0, 100.0, 180.0, 300.0)
DRAWN = ("short", "long", "none")
# of the collection, all that show one person well enough
PHOTOS = {
    name.partition(".")[0]: name
    for name in (
        *("one_05.jpg", "one_01.jpg", "one_04.png", "one_01b.jpg", "one_02.jpg"),
        *("one_02b.jpg", "one_03.png", "one_06.jpg"),
    )
}
WALL_MM, SLIVERS = 0.8, 2e-4  # rays that start in a seam end at once
NAME = "Ada Lovelace"
FRONT_PX = 1400
PLACED = ("left_eye", "right_eye", "left_mouth_corner", "right_mouth_corner")
REPEATS = 3


@dataclass(frozen=True)
class Sitting:
    """What `sculpt` is given of one person."""

    styled: Picture
    cutout: Picture
    face: Face


@dataclass(frozen=True)
class Asked:
    """What of the grid was asked for."""

    templates: Sequence[str]
    heights_mm: Sequence[float]
    faces: Sequence[str]


@dataclass(frozen=True)
class Found:
    """One figure, judged.

    Attributes:
        wrong: faults by our own count; empty for a solid.
        bodies: how many there are.
        refused: what the slicer said against it.
        thin: share of the surface with less than a wall behind it.
        tilt_deg: until it falls over.
    """

    name: str
    wrong: dict[str, int]
    bodies: int
    refused: str
    thin: float
    tilt_deg: float
    seconds: float
    faces: int

    @property
    def told(self) -> str:
        """All of it in words."""
        good = "sound" if not self.wrong and self.bodies == 1 else f"WRONG {self.wrong}"
        words = [good, f"{self.bodies} bodies", f"{self.faces} faces"]
        words += [f"thin {self.thin:.1e}", f"stands {self.tilt_deg:.0f} degrees"]
        return ", ".join([*words, *([f"SLICER: {self.refused}"] if self.refused else [])])


def main() -> None:
    """Print every figure, or those of the rows that were asked for."""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("--only", nargs="*", choices=ROWS, default=list(ROWS))
    asking.add_argument("--quick", action="store_true", help="two bodies, two heights, one face")
    asking.add_argument("--templates", nargs="*", choices=TEMPLATES, default=TEMPLATES)
    asking.add_argument("--faces", nargs="*", choices=faces_here(), default=faces_here())
    told = asking.parse_args()
    asked = Asked(told.templates, HEIGHTS_MM, told.faces)
    if told.quick:
        asked = Asked(("standing", "superhero"), (40.0, 100.0), told.faces[:1])
    for row in told.only:
        for figure in ROWS[row](asked):
            print(figure.line, flush=True)


# -- who sits


def faces_here() -> tuple[str, ...]:
    """The names of all faces on this machine."""
    photos = tuple(PHOTOS) if os.environ.get("MAQUETTE_TESTDATA") else ()
    return (*DRAWN, "astronaut", *photos)


@cache
def sitter(name: str) -> Sitting:
    """A face made ready, through the line's own stages and default engines."""
    if name in DRAWN:
        picture, face = portrait(name)
        return Sitting(picture, picture, face)
    if name == "astronaut":
        picture = astronaut()
    else:
        path = Path(os.environ["MAQUETTE_TESTDATA"]) / "faces" / PHOTOS[name]
        picture = open_picture(path.read_bytes(), name=path.name)
    finder = make(DEFAULTS["FaceFinder"], role="FaceFinder")
    segmenter = make(LINE_DEFAULTS["figurines"]["Segmenter"], role="Segmenter")
    stylist = make(DEFAULTS["Stylist"], role="Stylist")
    found = find_face(picture, face_finder=finder).outputs
    head = cut_head(found["portrait"], found["face"], segmenter=segmenter).outputs["cutout"]
    style = stylist.styles[0]
    styled = stylise(head, found["face"], style=style, seed=0, stylist=stylist).outputs["styled"]
    return Sitting(styled, head, found["face"])


def figure_of(name: str, template: str, height_mm: float, text: str = "") -> tuple[Mesh, File]:
    """A figure and how its face was laid on."""
    of = sitter(name)
    made = sculpt(
        of.styled, of.cutout, of.face, template=template, height_mm=height_mm, text=text
    ).outputs
    return made["figure"], made["fitting"]


# -- prints


def solid_rows(asked: Asked) -> Iterator[Figure]:
    """Every body in every size with every face: walls are measured without a name on the base."""
    found: list[Found] = []
    for face in asked.faces:
        for template in asked.templates:
            for height_mm in asked.heights_mm:
                one = judged(face, template, height_mm, "")
                found.append(one)
                yield shown(one.name, round(one.seconds, 2), "s", note=one.told)
    yield from _verdicts("figures", found)
    thin = max(found, key=lambda one: one.thin)
    note = f"of the surface at most has no {WALL_MM} mm behind it: {thin.name}"
    yield Figure("figures_thin", float(f"{thin.thin:.2g}"), "share", SLIVERS, note=note)


def named_rows(asked: Asked) -> Iterator[Figure]:
    """With a name on the base, in the smallest and the usual size."""
    found = [
        judged(asked.faces[0], template, height_mm, NAME)
        for template in asked.templates
        for height_mm in (40.0, 100.0)
    ]
    yield from _verdicts("named", found)


def judged(face: str, template: str, height_mm: float, text: str) -> Found:
    """Make one figure and look at it as a printer would."""
    with stopwatch() as took:
        figure, _ = figure_of(face, template, height_mm, text)
    print_ = printed(figure)
    pieces = patches(print_)
    thin = pieces.share(thicknesses_mm(print_, pieces) < WALL_MM)
    return Found(
        name=f"{face}/{template}/{height_mm:g}",
        wrong=mesh_faults(figure),
        bodies=print_.soundness.bodies,
        refused=_refusal(figure),
        thin=thin,
        tilt_deg=stance(print_, pieces).tilt_deg,
        seconds=took[0],
        faces=len(figure.faces),
    )


def _refusal(figure: Mesh) -> str:
    """What PrusaSlicer has against its files; nothing where there is no slicer."""
    if shutil.which(PRUSA) is None:
        return ""
    made = write_print(figure, formats=["stl", "3mf"], title="figure")
    said: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("stl", "3mf"):
            path = Path(folder) / f"figure.{ending}"
            path.write_bytes(made.outputs[f"file/{ending}"].data)
            one = prusa_info(path)
            if not one.accepts or one.repairs:
                said.append(f"{ending}: {one.open_edges} open edges {one.repairs} {one.refusal}")
    return "; ".join(said)


def _verdicts(name: str, found: Sequence[Found]) -> Iterator[Figure]:
    lost = [one.name for one in found if one.wrong or one.bodies != 1]
    yield _share(f"{name}_one_solid", len(found), lost)
    if shutil.which(PRUSA) is None:
        yield skipped(f"{name}_slicer", "share", bound=1.0, why=f"{PRUSA} is not installed")
    else:
        lost = [one.name for one in found if one.refused]
        yield _share(f"{name}_slicer", len(found), lost)
    weakest = min(found, key=lambda one: one.tilt_deg)
    tilt = round(weakest.tilt_deg, 1)
    yield Figure(f"{name}_tilt", tilt, "degrees", STANDS_DEG, "at least", weakest.name)


def _share(name: str, count: int, lost: Sequence[str]) -> Figure:
    note = f"{count} figures" + (f"; not: {', '.join(lost)}" if lost else "")
    return Figure(name, round(1 - len(lost) / count, 4), "share", 1.0, "at least", note)


def sliced_rows(asked: Asked) -> Iterator[Figure]:
    """Each body is sliced for real, to the printer's instructions."""
    if shutil.which(PRUSA) is None:
        yield skipped("sliced", "share", bound=1.0, why=f"{PRUSA} is not installed")
        return
    for template in asked.templates:
        figure, _ = figure_of(asked.faces[0], template, 60.0, NAME)
        stl = write_print(figure, formats=["stl"], title="figure").outputs["file/stl"].data
        hours = sliced(stl, Printer(), supports=True).seconds / 3600
        yield Figure(f"sliced_{template}", round(hours, 2), "h", 0.1, "at least", "60 mm")


# -- faces in their place


def aligned_rows(asked: Asked) -> Iterator[Figure]:
    """Eyes and mouths are found again on the figure seen from the front."""
    finder = make(DEFAULTS["FaceFinder"], role="FaceFinder")
    for number, face in enumerate(asked.faces):
        template = asked.templates[number % len(asked.templates)]
        figure, told = figure_of(face, template, 100.0)
        front = Sitter.of(figure)
        view = front.view(0, 0)
        seen = finder.find(front.portrait(view, size_px=FRONT_PX, floor=False))
        name = f"alignment_{face}_{template}"
        if not seen:
            yield Figure(name, 100.0, "% of head width", 3, note="no face was found")
            continue
        facts = json.loads(told.data)
        anchors, _ = view.project(np.array([facts["anchors_m"][group] for group in GROUPS]))
        eye = np.array(facts["anchors_m"]["left_eye"])
        aside = np.array([facts["head_width_m"] / 2, 0, 0])
        edges, _ = view.project(np.stack([eye + aside, eye - aside]))
        wide = float(np.linalg.norm(edges[0] - edges[1]))
        largest = max(seen, key=lambda one: float(np.ptp(one.landmarks[:, 0])))
        off = places(largest.landmarks)[:, :2] / FRONT_PX - anchors
        percent = dict(zip(GROUPS, 100 * np.linalg.norm(off, axis=1) / wide, strict=True))
        note = ", ".join(f"{group} {value:.1f}" for group, value in percent.items())
        worst = round(max(float(percent[group]) for group in PLACED), 2)
        yield Figure(name, worst, "% of head width", 3, note=note)


# -- costs


def cost_rows(asked: Asked) -> Iterator[Figure]:
    """Seconds and memory of one figure, in a process of its own each time; and its bytes."""
    worst = "superhero" if "superhero" in asked.templates else asked.templates[0]
    context = multiprocessing.get_context("spawn")
    runs: list[tuple[float, float, str]] = []
    for _ in range(REPEATS):
        with context.Pool(1) as pool:
            runs.append(pool.apply(_alone, (asked.faces[0], worst)))
    seconds = [run[0] for run in runs]
    yield Figure("sculpt_s", median(seconds), "s", 6, note=f"{worst}, {spread_of(seconds)}")
    yield Figure("sculpt_peak", round(max(run[1] for run in runs)), "MB", 1000)
    yield Figure("sculpt_bytes", len({run[2] for run in runs}), "digests", 1, "exactly")


def _alone(face: str, template: str) -> tuple[float, float, str]:
    """Seconds once warm, peak memory in MB, and the digest of all that is made."""
    figure_of(face, "bust", 60.0)
    with stopwatch() as took:
        figure, told = figure_of(face, template, 100.0, NAME)
    parts = (figure.points, figure.faces, figure.uv)
    whole = b"".join(part.tobytes() for part in parts) + (figure.texture_png or b"") + told.data
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return took[0], peak_mb, hashlib.sha256(whole).hexdigest()


ROWS: dict[str, Callable[[Asked], Iterator[Figure]]] = {
    "cost": cost_rows,
    "aligned": aligned_rows,
    "named": named_rows,
    "sliced": sliced_rows,
    "solids": solid_rows,
}


if __name__ == "__main__":
    main()
