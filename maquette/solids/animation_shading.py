"""Shading of a mesh that changes its shape: one split of corners, and a normal on every frame.

Faces stay the same, so creases must too: which faces shade as one is decided on the first frame,
by the rule of still meshes, and holds for the whole clip. Light then moves over the surface
without edges that come and go. What belongs here: normals per frame. What does not: the rule
(`surfaces`), and files.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maquette.solids.surfaces import (
    CELLS,
    CREASE_DEG,
    CROWDED,
    Shaded,
    Wide,
    face_normals,
    flats,
    merged,
    shaded,
)
from maquette.types import Animation, Floats

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class ShadedFrames:
    """An animation's corners with one normal each on every frame.

    Attributes:
        surface: faces, coordinates and colours, with the points and normals of the first frame.
    """

    surface: Shaded
    points: Floats  # (T, V, 3)
    normals: Floats  # (T, V, 3), length one


@dataclass(frozen=True)
class _Smoothing:
    """Which corners' faces make up the normal of each split point.

    Corners at one place are summed in cells first: usually one cell per corner, and where very
    many faces meet, one per direction in which they look.
    """

    face: Numbers  # (C,) of every corner, in order of its cell
    cell_starts: Numbers  # (K,)
    cells: Numbers  # (L,) that lie within a crease of a split point, in order of that point
    starts: Numbers  # (V,)


def shaded_frames(animation: Animation) -> ShadedFrames:
    """Split an animation's corners along the creases of its first frame, and shade every frame."""
    first = animation.posed(0)
    surface = shaded(first)
    normals, twice_area = face_normals(first.points, first.faces)
    flat = flats(normals)
    areas = np.bincount(flat, weights=twice_area).astype(np.float64)[flat]
    smoothing = _smoothing(surface, merged(first.points)[first.faces.ravel()], normals, areas)
    kept = first.faces.ravel()[surface.corners]
    frames = [_normals(points, first.faces, flat, smoothing) for points in animation.points]
    return ShadedFrames(surface, animation.points[:, kept], np.stack(frames))


def _smoothing(surface: Shaded, place: Numbers, normals: Wide, areas: Wide) -> _Smoothing:
    """Who shades with whom on the first frame.

    Args:
        surface: of the first frame.
        place: of every corner, the same for corners at the same position.
        normals: of the faces.
        areas: how much each face weighs.
    """
    face = np.repeat(np.arange(len(normals)), 3)
    cell = _cells(place, normals[face])
    order = np.argsort(cell, kind="stable")
    cell_starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
    summed = np.add.reduceat((normals * areas[:, None])[face[order]], cell_starts)
    towards = summed / np.maximum(np.linalg.norm(summed, axis=1), 1e-30)[:, None]
    place_of_cell = place[order][cell_starts]
    owner, other = _neighbours(cell[surface.corners], place_of_cell)
    # a point's own cell is always in: a face of no area looks nowhere, not even as it does itself
    own = cell[surface.corners][owner] == other
    cosines = np.einsum("ij,ij->i", towards[cell[surface.corners][owner]], towards[other])
    gentle = own | (cosines >= np.cos(np.deg2rad(CREASE_DEG)))
    starts = np.flatnonzero(np.diff(owner[gentle], prepend=-1))
    return _Smoothing(face[order], cell_starts, other[gentle], starts)


def _cells(place: Numbers, normals: Wide) -> Numbers:
    """(C,) a number per corner, in order of place; where it is crowded, alike looks share one."""
    crowded = np.bincount(place)[place] > CROWDED
    grid = np.round(normals * CELLS).astype(np.int64) + CELLS
    look = (grid[:, 0] * (2 * CELLS + 1) + grid[:, 1]) * (2 * CELLS + 1) + grid[:, 2]
    within = np.where(crowded, look, np.arange(len(place)))
    wide = max(len(place), (2 * CELLS + 1) ** 3)
    _, cell = np.unique(place * wide + within, return_inverse=True)
    return cell.astype(np.int64).ravel()


def _neighbours(cells: Numbers, place_of_cell: Numbers) -> tuple[Numbers, Numbers]:
    """Every split point with every cell at its place, points in order."""
    counts = np.bincount(place_of_cell)
    starts = np.cumsum(counts) - counts  # cells are numbered in order of place
    place = place_of_cell[cells]
    degree = counts[place]
    owner = np.repeat(np.arange(len(cells)), degree)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(degree) - degree, degree)
    return owner, np.repeat(starts[place], degree) + within


def _normals(points: Floats, faces: NDArray[np.int32], flat: Numbers, by: _Smoothing) -> Floats:
    """(V, 3) unit normals of one frame."""
    normals, twice_area = face_normals(points, faces)
    weighted = normals * np.bincount(flat, weights=twice_area)[flat][:, None]
    in_cells = np.add.reduceat(weighted[by.face], by.cell_starts)
    summed = np.add.reduceat(in_cells[by.cells], by.starts)
    lengths = np.linalg.norm(summed, axis=1, keepdims=True)
    upright = np.where(lengths > 0, summed / np.maximum(lengths, 1e-30), (0.0, 0.0, 1.0))
    return upright.astype(np.float32)
