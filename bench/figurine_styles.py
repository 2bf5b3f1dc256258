"""Whether a drawn head is still that person, is a drawing, and is drawn in time.

    MAQUETTE_TESTDATA=FOLDER python -m bench.figurine_styles [--style NAME] [--sheet FILE]

The faces are those of ``faces`` in that folder that the line would take, each of a group on its
own; without it scikit-image's astronaut and drawn people are measured, and the figures say so.
Every face is told on a line of its own.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageOps

from bench.figures import Figure, median, shown, stopwatch
from bench.style_distance import BILATERAL, MEAN_SHIFT, shifted, smoothed, style_distance
from maquette.engines import chosen, make
from maquette.errors import InputError
from maquette.pictures import face_checks
from maquette.pictures.portraits import cut_head, find_face
from maquette.pictures.styling import stylise
from maquette.roles import EngineInfo, FaceFinder, FaceRecogniser, Segmenter, Stylist
from maquette.types import Face, Floats, Picture
from tests import drawn_faces, faces

SAME_PERSON = 0.363  # cosine from which SFace's makers call two photos one person's
KNOWN_AT_LEAST, STYLED_AT_LEAST = 0.9, 3.0
SECONDS_AT_MOST = 2.0
GROUND = (255, 255, 255)  # behind cut-outs that a recogniser sees
SHEET_PX, SHEET_ACROSS = 300, 3


@dataclass(frozen=True)
class Sitter:
    """One face as the stylist gets it."""

    name: str
    cutout: Picture
    face: Face


@dataclass(frozen=True)
class Portrayed:
    """One face, its drawing, and how long that took."""

    sitter: Sitter
    drawn: Picture
    seconds: float

    @cached_property
    def ratios(self) -> dict[str, float]:
        """Style distance of the drawing by that of two smoothing filters."""
        own = style_distance(self.sitter.cutout, self.drawn).whole
        filters = {"bilateral": smoothed, "mean_shift": shifted}
        return {
            name: own / max(style_distance(self.sitter.cutout, of(self.sitter.cutout)).whole, 1e-6)
            for name, of in filters.items()
        }


class _Only:
    """Finds the one face that is meant, as if nobody stood beside it."""

    def __init__(self, finder: FaceFinder, face: Face) -> None:
        self._finder, self._face = finder, face

    @property
    def info(self) -> EngineInfo:
        """What found it."""
        return self._finder.info

    def find(self, picture: Picture) -> list[Face]:
        """That face, in whatever picture."""
        del picture
        return [self._face]

    def close(self) -> None:
        """Nothing is held."""


def main() -> None:
    """Print every figure."""
    stylist = _engine("Stylist")
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--style", choices=stylist.styles, default=stylist.styles[0])
    asked.add_argument("--sheet", type=Path, help="where to draw photos and drawings side by side")
    told = asked.parse_args()
    cv2.setNumThreads(1)
    people, note = sitters()
    portrayed = drawings(people, stylist, style=told.style)
    for figure in (*style_rows(portrayed, note), *identity_rows(portrayed, note)):
        print(figure.line, flush=True)
    if told.sheet:
        write_sheet(portrayed, told.sheet)


def _engine(role: str) -> Any:
    """The one that the line would use."""
    return make(chosen(line="figurines")[role].name, role=role)


# -- who sits


def sitters() -> tuple[list[Sitter], str]:
    """Every usable face there is, and what to say of them."""
    finder, segmenter = _engine("FaceFinder"), _engine("Segmenter")
    root = os.environ.get("MAQUETTE_TESTDATA")
    photos = {"astronaut": faces.astronaut()}
    for path in sorted(Path(root or "nowhere").glob("faces/*")):
        photos[path.stem] = _opened(path)
    found = [
        one for name, photo in photos.items() for one in _cut_out(name, photo, finder, segmenter)
    ]
    if root:
        return found, f"{len(found)} usable faces"
    drawn = [Sitter(f"drawn-{hair}", *drawn_faces.portrait(hair)) for hair in ("short", "long")]
    return found + drawn, "MAQUETTE_TESTDATA is not set: the astronaut and two drawn people"


def _opened(path: Path) -> Picture:
    with Image.open(path) as image:
        rgba = ImageOps.exif_transpose(image).convert("RGB").convert("RGBA")
    return Picture(np.array(rgba))


def _cut_out(
    name: str, photo: Picture, finder: FaceFinder, segmenter: Segmenter
) -> Iterator[Sitter]:
    """Each person of a photo, less those whom the line would refuse."""
    for number, face in enumerate(finder.find(photo)):
        if face.score < face_checks.PERSON:
            continue
        try:
            found = find_face(photo, face_finder=_Only(finder, face)).outputs
            portrait, laid = found["portrait"], found["face"]
            cutout = cut_head(portrait, laid, segmenter=segmenter).outputs["cutout"]
        except InputError:
            continue
        yield Sitter(f"{name}-{number}", cutout, laid)


def drawings(people: Sequence[Sitter], stylist: Stylist, *, style: str) -> list[Portrayed]:
    """Everybody drawn."""
    done: list[Portrayed] = []
    for one in people:
        with stopwatch() as took:
            made = stylise(one.cutout, one.face, style=style, seed=1, stylist=stylist)
        done.append(Portrayed(one, made.outputs["styled"], took[0]))
    return done


# -- what is measured


def style_rows(portrayed: Sequence[Portrayed], note: str) -> Iterator[Figure]:
    """Style distance by that of smoothing filters, its parts, and the time a drawing takes."""
    for one in portrayed:
        own = style_distance(one.sitter.cutout, one.drawn)
        parts = f"colours {own.colours:.2f}, edges {own.edges:.2f}, features {own.features:.2f}"
        yield shown(f"style/{one.sitter.name}", round(one.ratios["bilateral"], 2), "times",
                    note=parts)  # fmt: skip
    ratios = [one.ratios["bilateral"] for one in portrayed]
    told = f"{note}; against a bilateral filter of {BILATERAL}"
    yield Figure(
        "style_over_bilateral_median", median(ratios), "times", STYLED_AT_LEAST, "at least", told
    )
    least = round(min(ratios), 3)
    yield Figure("style_over_bilateral_least", least, "times", STYLED_AT_LEAST, "at least", told)
    harsh = [one.ratios["mean_shift"] for one in portrayed]
    told = f"least {min(harsh):.3f}; a mean shift of {MEAN_SHIFT} draws areas, and is no filter"
    yield shown("style_over_mean_shift_median", median(harsh), "times", note=told)
    seconds = [one.seconds for one in portrayed]
    yield shown("style_median_s", median(seconds), "s", note="768 px, one thread")
    yield Figure("style_most_s", round(max(seconds), 2), "s", SECONDS_AT_MOST)


def identity_rows(portrayed: Sequence[Portrayed], note: str) -> Iterator[Figure]:
    """Whether a drawing is likest to its own photo, among those of everybody else."""
    recogniser = _engine("FaceRecogniser")
    photos = _vectors([(one.sitter.cutout, one.sitter.face) for one in portrayed], recogniser)
    drawn = _vectors([(one.drawn, one.sitter.face) for one in portrayed], recogniser)
    own = np.sum(photos * drawn, axis=1)
    # other photos of the same person are nobody else's
    likeness = np.where(photos @ photos.T > SAME_PERSON, -1.0, drawn @ photos.T)
    others = likeness.max(axis=1)
    for one, mine, other, whose in zip(
        portrayed, own, others, likeness.argmax(axis=1), strict=True
    ):
        nearest = f"next: {portrayed[whose].sitter.name} {other:.2f}"
        yield shown(f"identity/{one.sitter.name}", round(float(mine), 3), "cosine", note=nearest)
    yield shown("identity_own_median", median(own.tolist()), "cosine")
    yield shown("identity_next_median", median(others.tolist()), "cosine")
    known = round(float((own > others).mean()), 4)
    yield Figure("identity_known", known, "share", KNOWN_AT_LEAST, "at least", note)


def _vectors(heads: Sequence[tuple[Picture, Face]], recogniser: FaceRecogniser) -> Floats:
    return np.stack([recogniser.recognise(_grounded(picture), face) for picture, face in heads])


def _grounded(picture: Picture) -> Picture:
    image = Image.fromarray(picture.rgba)
    ground = Image.new("RGBA", image.size, (*GROUND, 255))
    return Picture(np.array(Image.alpha_composite(ground, image)))


def write_sheet(portrayed: Sequence[Portrayed], path: Path) -> None:
    """Every photo beside its drawing."""
    pairs = [np.hstack([_tile(one.sitter.cutout), _tile(one.drawn)]) for one in portrayed]
    pairs += [np.full_like(pairs[0], 255)] * (-len(pairs) % SHEET_ACROSS)
    rows = [np.hstack(pairs[n : n + SHEET_ACROSS]) for n in range(0, len(pairs), SHEET_ACROSS)]
    Image.fromarray(np.vstack(rows)).save(path)


def _tile(picture: Picture) -> np.ndarray:
    image = Image.fromarray(_grounded(picture).rgba).convert("RGB")
    return np.array(image.resize((SHEET_PX, SHEET_PX), Image.Resampling.LANCZOS))


if __name__ == "__main__":
    main()
