"""The ladder: from a mesh as it is to one that encloses a volume, one rung after the other.

The first rung that is sound and near enough wins; if none is near enough, the nearest sound one.
What belongs here: the rungs, their order, and the test each has to pass. What does not: the work
on a rung (`sewing`, `holes`, `thin_walls`, `joining`, `wrapping`), and processes that shield the
run from native crashes (`maquette.engines`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.roles import MendedMesh
from maquette.solids.deviation import deviation_of
from maquette.solids.holes import filled
from maquette.solids.joining import joined, overlap, prints, settled
from maquette.solids.rebaking import carried
from maquette.solids.sewing import (
    Draft,
    areas,
    cancelled,
    drafted,
    facing_alike,
    needles,
    one_sided,
    parted_surfaces,
    split_in_bodies,
    turned_over,
    without_needless,
)
from maquette.solids.soundness import Soundness, edge_keys, edges_of, soundness_of, volume_of
from maquette.solids.thin_walls import thickened
from maquette.solids.wrapping import wrapped
from maquette.types import Mesh

Wide = NDArray[np.float64]
Whole = NDArray[np.int64]

NEAR_SHARE = 0.006  # of the diagonal: nothing on a print moves by more than a nozzle's width
WALL_SHARE = 0.006  # of the diagonal: 0.8 mm on a print of 14 cm
UNEVEN = 0.003
NEEDLE_SHARE = 1e-6  # a face that is no wider has no area but by rounding
SPECK_SHARE = 0.003  # loose bits that are smaller cannot be printed
FLAT_SHARE = 1e-6  # of the area to the power 3/2: a body without a volume
REACHES = (0.0, 1e-6, 1e-5, 1e-4)  # of the diagonal, within which points are one
SHEETS_AT_MOST = 3_000  # walls that a boolean joins in a few seconds
WRAP_CELLS = (96, 160)


@dataclass(frozen=True)
class Candidate:
    """What a rung made of the mesh.

    Attributes:
        draft: sound if the rung went well; rows of -1 take their looks from the nearest place.
        done: plain sentences.
        patched: the input with the patches that were put over its holes, if any.
        kept_all: nothing was moved or left out, so that the distance need not be measured.
    """

    step: str
    draft: Draft
    done: tuple[str, ...]
    patched: Draft | None = None
    kept_all: bool = False


Rung = Callable[[Mesh], Iterator[Candidate]]


def mended(mesh: Mesh, *, rungs: Sequence[Rung] = ()) -> MendedMesh:
    """Climb the ladder; rungs given here stand between sewing and the wrap.

    Raises InputError MESH_EMPTY for a mesh without a face that has an area, MESH_HOPELESS where
    no rung led to a solid.
    """
    found = soundness_of(mesh.points, mesh.faces)
    if _is_fine(mesh, found):
        return MendedMesh(mesh, "as-is", _counted(found))
    if not float(areas(mesh.points.astype(np.float64), mesh.faces.astype(np.int64)).sum()) > 0:
        raise InputError(
            "MESH_EMPTY",
            f"none of the mesh's {len(mesh.faces)} faces has an area",
            fix="check the uploaded file: it may hold points or lines only",
        )
    best: tuple[float, Candidate] | None = None
    for candidate in _climbed(mesh, (as_indexed, sewn, *rungs, wrap)):
        far = _far(mesh, candidate)
        if best is None or far < best[0]:
            best = far, candidate
        if far <= NEAR_SHARE:
            break
    if best is None:
        raise InputError(
            "MESH_HOPELESS",
            f"no solid could be made of this mesh of {len(mesh.faces)} faces",
            fix="repair it in a modelling program, or simplify it first",
        )
    return _dressed(mesh, best[1], found)


def _far(mesh: Mesh, candidate: Candidate) -> float:
    if candidate.kept_all:
        return 0.0
    return deviation_of(mesh, candidate.draft, patched=candidate.patched).share


def _climbed(mesh: Mesh, rungs: Sequence[Rung]) -> Iterator[Candidate]:
    for rung in rungs:
        yield from rung(mesh)


def _counted(found: Soundness) -> dict[str, int]:
    return {
        **{name: count for name, count in found.troubles.items() if count},
        "bodies": found.bodies,
    }


def _is_fine(mesh: Mesh, found: Soundness) -> bool:
    """Sound, and no body reaches into another."""
    if not found.sound or not prints(mesh.points, mesh.faces):
        return False
    if found.bodies == 1:
        return True
    draft = drafted(mesh.points, mesh.faces)
    bodies = split_in_bodies(draft)
    if not overlap([(body.points, body.faces) for body in bodies]):
        return all(volume_of(body.points, body.faces) > 0 for body in bodies)
    whole = joined([(body.points, body.faces) for body in bodies])
    if whole is None:
        return False
    together = volume_of(whole.points, whole.faces)
    return abs(together - found.volume) <= 1e-6 * found.volume


def _dressed(mesh: Mesh, candidate: Candidate, found: Soundness) -> MendedMesh:
    """The mesh with its texture and colours on."""
    draft = candidate.draft
    if (draft.corners < 0).any():
        used, number = np.unique(draft.faces, return_inverse=True)
        faces = number.reshape(-1, 3).astype(np.int32)
        fresh = carried(mesh, draft.points[used].astype(np.float32), faces)
    else:
        fresh = _rows_kept(mesh, draft)
    return MendedMesh(fresh, candidate.step, _counted(found), candidate.done)


def _rows_kept(mesh: Mesh, draft: Draft) -> Mesh:
    """The draft's places with the rows of texture and colours that its corners had."""
    keys = draft.faces << 32 | draft.corners
    rows, number = np.unique(keys, return_inverse=True)
    row = rows & 0xFFFFFFFF
    return replace(
        mesh,
        points=draft.points[rows >> 32].astype(np.float32),
        faces=number.reshape(-1, 3).astype(np.int32),
        uv=mesh.uv[row],
        colours=None if mesh.colours is None else mesh.colours[row],
    )


def as_indexed(mesh: Mesh) -> Iterator[Candidate]:
    """Bodies that are closed by their indices, however many of their points coincide."""
    faces = mesh.faces.astype(np.int64)
    _, times = np.unique(edge_keys(edges_of(faces)), return_counts=True)
    if not (times == 2).all():
        return
    alike = without_needless(drafted(mesh.points, mesh.faces))
    if not any(soundness_of(alike.points, alike.faces).troubles.values()):
        return  # what coincides is there twice, or nothing does: sewing is enough
    whole = Draft(mesh.points.astype(np.float64), faces, faces)
    bodies = split_in_bodies(whole)
    if len(bodies) < 2:
        return
    union = joined([(body.points, body.faces) for body in bodies])
    if union is not None:
        yield Candidate("joined", union, (f"{len(bodies)} bodies were joined",))


def sewn(mesh: Mesh) -> Iterator[Candidate]:
    """Join points, turn faces, close holes; what stays open becomes a thin wall."""
    draft, done = _joined_points(mesh)
    single = one_sided(draft)
    if len(single.faces) < len(draft.faces):
        done.append(f"{len(draft.faces) - len(single.faces)} faces were the back of others")
    without = cancelled(single)
    if 0 < len(without.faces) < len(single.faces):
        count = len(single.faces) - len(without.faces)
        fallen = f"{count} faces lay back to back and fell away"
        yield from _closed(without, [*done, fallen], is_whole=False)
    yield from _closed(single, done, is_whole=True)


def _joined_points(mesh: Mesh) -> tuple[Draft, list[str]]:
    """The draft at the reach that leaves the fewest open edges."""
    diagonal = drafted(mesh.points, mesh.faces).diagonal
    tried: list[tuple[int, float, Draft]] = []
    for reach in REACHES:
        draft = without_needless(drafted(mesh.points, mesh.faces, reach=reach * diagonal))
        judged = soundness_of(draft.points, draft.faces)
        tried.append((judged.open_edges + judged.crowded_edges, reach, draft))
        if not judged.open_edges:
            break
    # points further apart are joined only where that closes most of what is open
    most = tried[0][0]
    _, reach, draft = min(tried, key=lambda t: (t[0] > 0.5 * most, t[1]))
    if tried[0][0] and min(tried)[0] == 0:
        _, reach, draft = min(tried, key=lambda t: t[:2])
    lean = draft.only(~needles(draft.points, draft.faces, width=NEEDLE_SHARE * diagonal))
    if _crowding(lean) < _crowding(draft):  # points on edges that they do not belong to
        draft = lean
    done = [f"points within {reach:.0e} of the diagonal were joined"] if reach else []
    if lost := len(mesh.faces) - len(draft.faces):
        done.append(f"{lost} faces without area or there twice were dropped")
    return draft, done


def _crowding(draft: Draft) -> int:
    return soundness_of(draft.points, draft.faces).crowded_edges


def _closed(draft: Draft, done: list[str], *, is_whole: bool) -> Iterator[Candidate]:
    faced = facing_alike(draft)
    if turned := int((faced.faces != draft.faces).any(axis=1).sum()):
        done = [*done, f"{turned} faces were turned to look the way their neighbours do"]
    patched = filled(parted_surfaces(faced))
    if patched.patches:
        done = [*done, f"{patched.patches} holes were closed"]
    whole, sheets, specks = _sorted_out(patched.draft)
    if specks:
        done = [*done, f"{specks} loose specks were left out"]
    bodies = [(body.points, body.faces) for body in whole]
    if bodies and not sheets and not overlap(bodies):
        kept = _outwards(whole)
        exact = settled(kept)
        if exact is not None:
            kept_all = is_whole and not specks
            yield Candidate("sewn", exact, tuple(done), patched.draft, kept_all)
            return
    if len(sheets) > SHEETS_AT_MOST:
        return
    if sheets:
        done = [*done, f"{len(sheets)} open sheets became thin walls"]
    wall = WALL_SHARE * draft.diagonal
    # a hair of difference: walls that meet along an edge shall cross, not touch
    walls = [thickened(s, wall=wall * (1 + UNEVEN * (k % 7))) for k, s in enumerate(sheets)]
    union = joined([*bodies, *walls])
    if union is not None:
        if len(bodies) + len(walls) > 1:
            done = [*done, f"{len(bodies) + len(walls)} bodies were joined"]
        yield Candidate("thin-walls" if sheets else "joined", union, tuple(done), patched.draft)


def _sorted_out(draft: Draft) -> tuple[list[Draft], list[Draft], int]:
    """Closed bodies, sheets, and how many specks there are besides."""
    whole: list[Draft] = []
    sheets: list[Draft] = []
    specks, diagonal = 0, draft.diagonal
    for body in split_in_bodies(draft):
        _, times = np.unique(edge_keys(edges_of(body.faces)), return_counts=True)
        area = float(areas(body.points, body.faces).sum())
        volume = abs(volume_of(body.points, body.faces))
        if (times == 2).all() and volume > FLAT_SHARE * area**1.5:
            whole.append(body)
        elif body.diagonal <= SPECK_SHARE * diagonal:
            specks += 1
        else:
            sheets.append(_single(body) if (times == 2).all() else body)
    return whole, sheets, specks


def _single(flat: Draft) -> Draft:
    """One side of a body without a volume."""
    _, first = np.unique(
        np.round(flat.points[flat.faces].mean(axis=1), 12), axis=0, return_index=True
    )
    return flat.only(np.sort(first))


def _outwards(bodies: Sequence[Draft]) -> Draft:
    turned = [
        turned_over(body, np.full(len(body.faces), volume_of(body.points, body.faces) < 0))
        for body in bodies
    ]
    return replace(
        bodies[0],
        faces=np.concatenate([body.faces for body in turned]),
        corners=np.concatenate([body.corners for body in turned]),
    )


def wrap(mesh: Mesh) -> Iterator[Candidate]:
    """A new surface around everything, finer if the first is not near enough."""
    draft = without_needless(drafted(mesh.points, mesh.faces))
    for cells in WRAP_CELLS:
        made: Any = wrapped(
            draft.points, draft.faces, cells=cells, wall=WALL_SHARE * draft.diagonal
        )
        if made is not None:
            yield Candidate("wrap", made, (f"wrapped anew on a grid of {cells} cells",))
