"""Face scores: whether a drawing still shows the person, and whether it is a drawing.

What belongs here: the two stages that judge a drawing against its photo. What does not: the
engines that look, how a figure turned out (`figure_scores`), and what is good enough (the grades).
Each figure goes by its own name, with the engine's beside it: no engine's figure stands in for
another's.
"""

from __future__ import annotations

from maquette.batch.stages import Made, map_stage
from maquette.roles import FaceRecogniser, StyleJudge
from maquette.types import Face, Picture


@map_stage(version="1")
def judge_identity(
    cutout: Picture, styled: Picture, face: Face, *, recogniser: FaceRecogniser
) -> Made:
    """Find out how like the person a drawing is.

    Args:
        cutout: the photo of the head.
        styled: the drawing of it, in the same frame.
        face: landmarks in that frame; they hold for both.
        recogniser: whose vectors are compared.
    """
    before, after = (recogniser.recognise(picture, face) for picture in (cutout, styled))
    # rounding may leave a cosine a hair above one
    likeness = round(min(1.0, max(-1.0, float(before @ after))), 4)
    engine = recogniser.info.name
    return Made(
        scores={"identity": likeness},
        notes=(f"the drawing's likeness to the photo is {likeness:.2f} by {engine}",),
        params={"identity": likeness, "identity_by": engine},
    )


@map_stage(version="1")
def judge_style(cutout: Picture, styled: Picture, *, style: str, style_judge: StyleJudge) -> Made:
    """Find out how well a drawing keeps to its style.

    Args:
        cutout: the photo of the head.
        styled: the drawing of it, in the same frame.
        style: that it was to be drawn in.
        style_judge: whose measure is taken.
    """
    kept = round(style_judge.judge(cutout, styled, style=style), 4)
    engine = style_judge.info.name
    return Made(
        scores={"style_kept": kept},
        notes=(f"the drawing keeps to {style} by {kept:.0%} ({engine}: {style_judge.measure})",),
        params={"style_kept": kept, "style_by": engine},
    )
