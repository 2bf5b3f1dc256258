"""Figure scores: whether a person's face sits where it should on the finished figure.

What belongs here: the stage that looks at a figure from the front, finds the face again, and says
how far it is from its place, how well it was fitted, how much of it shows and whether its border
does. What does not: the drawing itself (`face_scores`), printing (`examinations`), and what is
good enough (the grades). What cannot be measured is left out and told: no figure is made up.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.roles import FaceFinder
from maquette.solids.figure_colours import Laid, Patches, coverage, seam
from maquette.solids.heads.landmarks import GROUPS, places
from maquette.solids.previews import Sitter, View
from maquette.types import Face, File, Floats, Mesh, Picture

FRONT_PX = 768  # as portraits: a finder sees the same face a little otherwise in another size
HEAD_SHARE = 0.45  # of the picture's width
FAR = 12.0  # head widths: so far away a head looks as its drawing does
JUDGED = ("left_eye", "right_eye", "left_mouth_corner", "right_mouth_corner")
NEAR = 0.5  # of the head's width: a face that is farther off is another
# of a finder's score: figures of ten people reach 0.95 and more, the same in one colour 0.4 to 0.9
SURE = 0.5


@dataclass(frozen=True)
class FoundAgain:
    """The face as it is found on a picture of the figure's front.

    Attributes:
        score: the finder's.
        off_percent: name of a part of the face -> how far from its anchor, of the head's width.
    """

    score: float
    off_percent: dict[str, float]

    @property
    def alignment_percent(self) -> float:
        """The worst of eyes and mouth."""
        return max(self.off_percent[name] for name in JUDGED)


@map_stage(version="1")
def judge_figure(
    print: Mesh,  # noqa: A002 - the object's name
    fitting: File,
    styled: Picture,
    face: Face,
    *,
    face_finder: FaceFinder,
) -> Made:
    """Look at the face on a figure.

    Args:
        print: the figure at its final size, in metres.
        fitting: how the face was laid on it, as `sculpt` tells it.
        styled: the drawing that is on it.
        face: landmarks in the drawing's pixels.
        face_finder: who is to find the face again.
    """
    laid = Laid(json.loads(fitting.data))
    again = found_again(print, laid, face_finder)
    patches = Patches.of(print)
    border = seam(patches, laid)
    told: dict[str, float] = {
        "face_found_again": float(again is not None),
        "fit_residual_percent": float(laid.told["residual"]["percent_of_head_width"]),
        "face_coverage": round(coverage(patches, laid, styled, face), 4),
    }
    parts: dict[str, float] = {}
    if again is not None:
        told["alignment_percent"] = again.alignment_percent
        parts = {f"off_{name}_percent": value for name, value in again.off_percent.items()}
    if border is not None:
        told["seam_delta_e"] = round(border, 3)
    # the finder's name goes with what it found, as a recogniser's does
    params: dict[str, Any] = {**told, "alignment_by": face_finder.info.name}
    return Made(scores={**told, **parts}, notes=_notes(again, border), params=params)


def front_view(figure: Mesh, laid: Laid) -> tuple[Picture, View]:
    """A figure's head from the front, and the camera that saw it."""
    anchors = np.stack([laid.anchor_m(name) for name in GROUPS]).astype(np.float64)
    distance = FAR * laid.head_width_m
    view = View(np.eye(3), anchors.mean(axis=0), distance, HEAD_SHARE * FAR, np.zeros(2))
    return Sitter.of(figure).portrait(view, size_px=FRONT_PX, floor=False), view


def found_again(figure: Mesh, laid: Laid, face_finder: FaceFinder) -> FoundAgain | None:
    """Where a finder sees the parts of the face, or None where it sees no face in its place."""
    picture, view = front_view(figure, laid)
    anchors = np.stack([laid.anchor_m(name) for name in GROUPS])
    wanted = view.project(anchors)[0] * FRONT_PX
    width_px = HEAD_SHARE * FRONT_PX
    near: list[tuple[float, float, Floats]] = []
    for face in face_finder.find(picture):
        seen = places(face.landmarks)[:, :2]
        away_px = float(np.linalg.norm(seen.mean(axis=0) - wanted.mean(axis=0)))
        if face.score >= SURE and away_px <= NEAR * width_px:
            near.append((away_px, face.score, seen))
    if not near:
        return None
    _, score, seen = min(near, key=lambda one: one[0])
    off = 100 * np.linalg.norm(seen - wanted, axis=1) / width_px
    named = zip(GROUPS, off.tolist(), strict=True)
    return FoundAgain(score, {name: round(value, 3) for name, value in named})


def _notes(again: FoundAgain | None, border: float | None) -> tuple[str, ...]:
    """What was not measured, and why."""
    notes: list[str] = []
    if again is None:
        notes.append("no face was found again on the figure: its alignment is not measured")
    if border is None:
        notes.append("the drawing has no border on the head: its seam is not measured")
    return tuple(notes)
