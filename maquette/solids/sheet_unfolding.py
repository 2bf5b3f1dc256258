"""Sheets that have turned over somewhere, and how that is undone.

What belongs here: mending a deformation. What does not: making one (`sheet_fitting`).
"""

from __future__ import annotations

import numpy as np

from maquette.solids.sheet_springs import Choice, Plane, Shapes, Springs, Wide

LEAST_SHARE = 0.01  # of the growth of the whole: a face that is thinner counts as turned over
ROUNDS = 40  # a fault takes one to three, a crumpled limb some twenty; each frees one ring more
FIRMER = 2.0  # how much stiffer than others faults grow from round to round
HELD, LOOSE = 1e4, 1e-3
SMALL = 0.3  # of the growth of the whole: how large a face is made that is next to nothing
FLAT = 0.7  # how flat a face is left that was turned over


def turned(springs: Springs, points: Plane) -> Choice:
    """(F,) the faces that are turned over, or as good as."""
    shapes = springs.shapes(points)
    return shapes.least < LEAST_SHARE * springs.growth(shapes)


def unfolded(springs: Springs, points: Plane) -> Plane:
    """Points near these with no face turned over, wherever that can be had."""
    watched = np.zeros(len(springs.faces), np.bool_)
    for turn in range(1, ROUNDS + 1):
        faulty = turned(springs, points)
        if not faulty.any():
            break
        # two neighbours may turn each other over for ever: what was a fault stays firm
        watched |= faulty
        chosen = np.zeros(len(points), np.bool_)
        chosen[springs.faces[faulty]] = True
        loose = springs.widened(chosen, turn + 1)
        points = _eased(springs, points, loose, np.where(watched, 2 + FIRMER * turn, 1.0))
    return points


def _eased(springs: Springs, points: Plane, loose: Choice, firm: Wide) -> Plane:
    """Points of which the loose ones give way to firm faces that are no longer turned over."""
    faulty = firm > 1
    shapes = springs.shapes(points)
    whole = springs.growth(shapes)
    # faults take the turn of what is sound around them, the further the more there are
    rounds = 4 + 2 * int(np.sqrt(faulty.sum()))
    turns = springs.evened(np.where(faulty, 0, shapes.kept), rounds)
    turns = turns / np.maximum(np.abs(turns), 1e-9)
    sizes = np.clip(np.abs(shapes.kept), SMALL * whole, whole)
    flat = np.minimum(1, FLAT * sizes / np.maximum(np.abs(shapes.mirrored), 1e-9))
    mended = Shapes(turns * sizes, shapes.mirrored * flat)
    aims = shapes.mixed(mended, faulty.astype(np.float64))
    weights = np.where(loose, LOOSE, HELD)
    return springs.relaxed(aims, firm, weights, points)
