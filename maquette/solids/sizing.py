"""Sizing: the standard solid becomes a print of the ordered size, hollow or flat-footed if wished.

What belongs here: the stage, and what an order means in millimetres. What does not: cutting and
hollowing (`carving`), and files (`maquette.formats.print_files`). Sides are those of the printer:
x right, y away, z up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.batch.stages import Made, map_stage
from maquette.errors import InputError
from maquette.solids.carving import Carved, Hollow, carved, cut_flat, manifold_of
from maquette.solids.joining import fresh, settled
from maquette.solids.rebaking import carried
from maquette.solids.soundness import soundness_of
from maquette.types import Floats, Mesh

SIDES = "xyz"
SMALLEST_MM, LARGEST_MM = 0.01, 300_000.0
STRETCH_AT_MOST = 10.0  # between two sides, before an order must confirm it
THINNEST_WALL_MM, THICKEST_WALL_MM = 0.4, 50.0
NARROWEST_DRAIN_MM, WIDEST_DRAIN_MM = 1.0, 50.0
BASE_SHARE = 0.5  # of the height; a base that takes more leaves another model
ROUNDS = 8  # of cutting and measuring, until the size is met
CLOSE = 1e-7

Wide = NDArray[np.float64]


@map_stage(version="1")
def size_up(
    solid: Mesh,
    *,
    model_mm: list[float],
    scale_factor: float = 0.0,
    target_mm: dict[str, float] | None = None,
    proportions: str = "fit",
    stretch_confirmed: bool = False,
    hollow: dict[str, float] | None = None,
    base_mm: float = 0.0,
) -> Made:
    """Give a solid its final size.

    Args:
        solid: the standard solid.
        model_mm: how large the model was, x, y and z; the print is as large where nothing is asked.
        scale_factor: times as large as the model; 0 where a target is given instead.
        target_mm: one, two or three of x, y and z.
        proportions: ``fit`` keeps them and stays within every side; ``stretch`` meets every side,
            and those not named follow the named ones.
        stretch_confirmed: one side may be stretched more than ten times as much as another.
        hollow: ``wall_mm``, and ``drain_mm`` for holes in its underside (0 is none).
        base_mm: this much is cut off at the foot, so that it stands flat; the rest has the
            ordered size.
    """
    order = _Order(
        _three(model_mm),
        _expected("scale_factor", scale_factor or 1.0, SMALLEST_MM / LARGEST_MM, LARGEST_MM),
        _targets(target_mm or {}, asked_twice=bool(scale_factor)),
        _known_proportions(proportions),
    )
    factors = order.factors(order.model_mm)
    _expect_stretch(factors, confirmed=stretch_confirmed)
    size_mm = order.model_mm * factors
    for side, length_mm in zip(SIDES, size_mm.tolist(), strict=True):
        _expected(f"the {side} side in mm", length_mm, SMALLEST_MM, LARGEST_MM)
    plain = _enlarged(solid, size_mm)
    made, notes = (plain, ()) if not (hollow or base_mm) else _worked(plain, order, hollow, base_mm)
    print_ = _sound(made, before=plain)
    final_mm = np.ptp(print_.points.astype(np.float64), axis=0)[[0, 2, 1]] * 1000
    scores = {f"{side}_mm": round(float(mm), 4) for side, mm in zip(SIDES, final_mm, strict=True)}
    return Made({"print": print_}, scores, (*_stretch_notes(factors), *notes))


@dataclass(frozen=True)
class _Order:
    """What was asked, checked."""

    model_mm: Wide  # (3,)
    scale_factor: float
    target_mm: dict[int, float]  # side -> length
    stretch: bool

    def factors(self, size_mm: Wide) -> Wide:
        """(3,) what a thing of this size must be multiplied with."""
        if not self.target_mm:
            return np.full(3, self.scale_factor)
        named = {side: mm / size_mm[side] for side, mm in self.target_mm.items()}
        if not self.stretch:
            return np.full(3, min(named.values()))
        # a side that was not named follows the others by their mean ratio
        mean = math.exp(sum(map(math.log, named.values())) / len(named))
        return np.array([named.get(side, mean) for side in range(3)])


def _three(model_mm: list[float]) -> Wide:
    if len(model_mm) != 3:
        raise InputError("PRINT_SIZE_RANGE", f"model_mm has {len(model_mm)} sides instead of 3")
    named = zip(SIDES, model_mm, strict=True)
    return np.array(
        [_expected(f"model_mm {s}", mm, SMALLEST_MM / 1e3, math.inf) for s, mm in named]
    )


def _expected(name: str, value: Any, low: float, high: float) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not low <= value <= high or math.isinf(value):  # also refuses nan
        raise InputError(
            "PRINT_SIZE_RANGE",
            f"{name} is {value!r}"[:120],
            fix=f"give a number from {low:g} to {high:g}",
        )
    return float(value)


def _targets(target_mm: Mapping[str, Any], *, asked_twice: bool) -> dict[int, float]:
    if target_mm and asked_twice:
        raise InputError(
            "PRINT_SIZE_TWICE",
            "scale_factor and target dimensions both say the size",
            fix="leave one of them out",
        )
    unknown = sorted(set(map(str, target_mm)) - set(SIDES))
    if unknown:
        raise InputError(
            "PRINT_OPTION_UNKNOWN", f"a print has no side {unknown[0][:20]!r}", fix="use x, y and z"
        )
    return {
        SIDES.index(side): _expected(f"target {side} in mm", mm, SMALLEST_MM, LARGEST_MM)
        for side, mm in sorted(target_mm.items())
    }


def _known_proportions(proportions: str) -> bool:
    """Whether it may be stretched."""
    if proportions not in ("fit", "stretch"):
        raise InputError(
            "PRINT_OPTION_UNKNOWN",
            f"proportions {proportions!r} is unknown",
            fix="use fit or stretch",
        )
    return proportions == "stretch"


def _expect_stretch(factors: Wide, *, confirmed: bool) -> None:
    ratio = float(factors.max() / factors.min())
    if ratio > STRETCH_AT_MOST * (1 + 1e-9) and not confirmed:
        raise InputError(
            "PRINT_STRETCH",
            f"one side would be stretched {ratio:.1f} times as much as another",
            fix="check the target dimensions; if they are meant, confirm the stretch in the order",
        )


def _stretch_notes(factors: Wide) -> tuple[str, ...]:
    if float(factors.max() / factors.min()) < 1 + 1e-6:
        return ()
    said = ", ".join(f"{side} {factor:.4g}" for side, factor in zip(SIDES, factors, strict=True))
    return (f"its proportions were changed: {said} times as large",)


def _enlarged(solid: Mesh, size_mm: Wide) -> Mesh:
    """The solid at this size, in metres, its foot's middle at the origin."""
    points = solid.points.astype(np.float64)
    sides_m = np.ptp(points, axis=0)
    if not len(solid.faces) or not sides_m.min() > 0:
        raise InputError("MESH_NOT_SOLID", "it has no volume", fix="mend it first")
    return replace(solid, points=_on_bed(points * (size_mm[[0, 2, 1]] / 1000 / sides_m)))


def _on_bed(points: Wide) -> Floats:
    low, high = points.min(axis=0), points.max(axis=0)
    middle = (low + high) / 2
    return (points - [middle[0], low[1], middle[2]]).astype(np.float32)


def _worked(
    plain: Mesh, order: _Order, hollow: Mapping[str, Any] | None, base_mm: float
) -> tuple[Mesh, tuple[str, ...]]:
    """The print cut flat and hollowed, still of the ordered size, and notes."""
    piece = manifold_of(plain)
    notes: tuple[str, ...] = ()
    if base_mm:
        height_mm = float(np.ptp(plain.points[:, 1])) * 1000
        _expected("base_mm", base_mm, 0.0, BASE_SHARE * height_mm)
        piece = _flat_footed(piece, order, base_mm)
        notes = (f"the lowest {base_mm:g} mm were cut off: it stands flat",)
    if hollow:
        ordered_mm = piece.size_mm
        piece, more = carved(piece, _hollow(hollow))
        # a drain hole may take the lowest point away
        piece = piece.scaled(ordered_mm / piece.size_mm)
        notes = (*notes, *more)
    mesh = piece.mesh(plain)
    return replace(mesh, points=_on_bed(mesh.points.astype(np.float64))), notes


def _flat_footed(piece: Carved, order: _Order, base_mm: float) -> Carved:
    """Cut off at the foot, then enlarged to the ordered size: the cut must grow with it."""
    whole, scale = piece, np.ones(3)
    for _ in range(ROUNDS):
        cut = cut_flat(whole.scaled(scale), base_mm)
        # a factor is about the model: nothing is made up for the cut
        more = order.factors(cut.size_mm) if order.target_mm else np.ones(3)
        if np.abs(more - 1).max() < CLOSE:
            return cut
        piece, scale = cut.scaled(more), scale * more
    return piece


def _hollow(said: Mapping[str, Any]) -> Hollow:
    unknown = sorted(set(map(str, said)) - {"wall_mm", "drain_mm"})
    if unknown:
        raise InputError(
            "PRINT_OPTION_UNKNOWN",
            f"hollow has no {unknown[0][:20]!r}",
            fix="use wall_mm and drain_mm",
        )
    wall = _expected("hollow wall_mm", said.get("wall_mm"), THINNEST_WALL_MM, THICKEST_WALL_MM)
    drain = said.get("drain_mm", 0.0)
    if drain != 0:
        drain = _expected("hollow drain_mm", drain, NARROWEST_DRAIN_MM, WIDEST_DRAIN_MM)
    return Hollow(wall, drain)


def _sound(mesh: Mesh, *, before: Mesh) -> Mesh:
    """The print, a closed solid in metres and in millimetres once float32 has rounded both."""
    manifold_of(mesh)  # the library that made it must still take it for a solid
    if is_sound(mesh.points, mesh.faces):
        return mesh
    draft = settled(fresh(mesh.points.astype(np.float64), mesh.faces))
    if draft is not None:
        points, faces = draft.points.astype(np.float32), draft.faces.astype(np.int32)
        if is_sound(points, faces):
            return carried(before, points, faces)
    raise InputError(
        "PRINT_NOT_SOLID",
        "at this size it is no closed solid any more",
        fix="make it larger, or leave out hollowing and base",
    )


def is_sound(points_m: Floats, faces: NDArray[Any]) -> bool:
    """Whether it is a solid in both units that are written."""
    return all(soundness_of(points, faces).sound for points in (points_m, written_mm(points_m)))


def written_mm(points_m: Floats) -> Floats:
    """Points in print axes and millimetres, as files hold them."""
    x, y, z = points_m.astype(np.float64).T * 1000
    return np.stack([x, -z, y], axis=1).astype(np.float32)
