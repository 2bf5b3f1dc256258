"""Made solids that move, animated from what a camera saw of them, against what they really are.

What belongs here: every body in every motion, and the bounds. What does not: the bodies
(`tests.moving_solids`) and the measures (`bench.moving_solids`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import mean

from bench.figures import Figure, median, shown, stopwatch
from bench.moving_solids import chamfers, covers, jerks, jerks_largest, volume_drift
from maquette.engines import DEFAULTS, make
from maquette.roles import AnimateRequest, Animator
from tests.moving_solids import BODIES, MOTIONS, Cutouts, moving

RATE = 24.0
LEAST_IOU, MOST_OF_A_CARD, MOST_JERK, MOST_DRIFT = 0.93, 0.5, 0.005, 0.15


@dataclass(frozen=True)
class Fate:
    """What one body in one motion gave."""

    name: str
    covers: float
    card_share: float  # Chamfer distance to the truth, of that of a flat card
    jerk: float
    jerk_largest: float
    drift: float
    seconds: float

    @property
    def told(self) -> str:
        """In words."""
        return (
            f"covers {self.covers:.3f}, {self.card_share:.2f} of a card's distance, jerk "
            f"{100 * self.jerk:.2f} % (p99 {100 * self.jerk_largest:.2f} %), volume "
            f"{100 * self.drift:.1f} %"
        )


def figures() -> Iterator[Figure]:
    """Each body in each motion, then all together."""
    animator: Animator = make(DEFAULTS["Animator"], role="Animator")
    fates: list[Fate] = []
    for body in BODIES:
        for motion in MOTIONS:
            one = _fate(animator, body, motion)
            fates.append(one)
            yield shown(f"solid/{one.name}", round(one.seconds, 1), "s", note=one.told)
    animator.close()
    yield from _together(fates)


def _fate(animator: Animator, body: str, motion: str) -> Fate:
    truth = moving(body, motion)
    cutouts = list(Cutouts(truth))
    with stopwatch() as took:
        made = animator.animate(AnimateRequest(cutouts, RATE, seed=1)).animation
    mine, card = chamfers(made, truth)
    return Fate(
        f"{body}-{motion}",
        mean(covers(made, cutouts)),
        mean(mine) / mean(card),
        jerks(made),
        jerks_largest(made),
        volume_drift(made),
        took[0],
    )


def _together(fates: list[Fate]) -> Iterator[Figure]:
    """The bounds: the mean where the issue says so, else the worst of all."""
    count = f"{len(fates)} clips"
    lowest = min(fates, key=lambda one: one.covers)
    note = f"{count}, least {lowest.covers:.3f} of {lowest.name}"
    yield Figure(
        "solids_iou", round(mean(f.covers for f in fates), 4), "IoU", LEAST_IOU, "at least", note
    )
    for measure, name, unit, bound in (
        ("card_share", "solids_chamfer", "of a flat card's", MOST_OF_A_CARD),
        ("jerk", "solids_jerk", "of size", MOST_JERK),
        ("drift", "solids_volume_drift", "share", MOST_DRIFT),
    ):
        worst = max(fates, key=lambda one: getattr(one, measure))
        every = [float(getattr(one, measure)) for one in fates]
        note = f"{count}, worst is {worst.name}; mean {mean(every):.4f}"
        yield Figure(name, round(max(every), 4), unit, bound, note=note)
    yield shown("solids_animated_s", median([one.seconds for one in fates], digits=1), "s")
