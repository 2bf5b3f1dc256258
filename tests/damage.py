"""Good solids made from formulas, and what can be done to them: the truth stays known.

Everything is the same on every run. What belongs here: meshes. What does not: files, which
`tests.damaged_files` writes, and what mending makes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from maquette.types import Mesh

Triangles = NDArray[np.float64]  # (F, 3, 3), the corners of each face
SIZE_M = 0.08
SEED = 6


@dataclass(frozen=True)
class Broken:
    """A damaged mesh and the solid that it was.

    Attributes:
        volume_m3: of the solid that mending should give back.
    """

    name: str
    mesh: Mesh
    truth: Mesh
    volume_m3: float


# -- good ones: closed, manifold, oriented, finely meshed, without a self-intersection


def good_ones() -> dict[str, Mesh]:
    """Round, with a hole, with corners, thin, and bent in and out."""
    return {"ball": ball(), "ring": ring(), "cube": cube(), "cup": cup(), "star": star()}


def ball(*, around: int = 48) -> Mesh:
    """A globe."""
    turns = np.linspace(0, np.pi, around // 2 + 1)
    return turned(np.sin(turns), -np.cos(turns), around=around)


def ring(*, around: int = 64) -> Mesh:
    """A torus, genus one."""
    turns = np.linspace(0, 2 * np.pi, around // 2, endpoint=False)
    return turned(0.7 + 0.3 * np.cos(turns), 0.3 * np.sin(turns), around=around, is_loop=True)


def cup(*, around: int = 64) -> Mesh:
    """A beaker with a wall a tenth of its width: what is hollow must stay hollow."""
    outside = np.linspace(-1, 1, 14)
    inside = np.linspace(1, -0.85, 13)
    radii = [np.linspace(0, 0.8, 9)[:-1], np.full(14, 0.8), np.full(13, 0.64)]
    heights = [np.full(8, -1.0), outside, inside]
    bottom = np.linspace(0.64, 0, 7)[1:]
    radius = np.concatenate([*radii, bottom])
    return turned(radius, np.concatenate([*heights, np.full(6, -0.85)]), around=around)


def star(*, around: int = 72) -> Mesh:
    """A globe with seven lobes."""
    solid = ball(around=around)
    x, y, z = solid.points.T.astype(np.float64) / (SIZE_M / 2)
    grown = 1 + 0.25 * np.cos(7 * np.arctan2(z, x)) * np.hypot(x, z) ** 2
    return made(np.stack([x * grown, y, z * grown], axis=1), solid.faces)


def cube(*, cells: int = 12) -> Mesh:
    """A die with many faces on each side."""
    steps = np.linspace(-1, 1, cells + 1)
    u, v = (grid.ravel() for grid in np.meshgrid(steps, steps, indexing="ij"))
    sides = []
    for axis in range(3):
        for sign in (-1, 1):
            side = np.empty((len(u), 3))
            side[:, axis], side[:, (axis + 1) % 3], side[:, (axis + 2) % 3] = sign, u, v
            corners = side[grid_faces(cells, cells)]
            sides.append(corners if sign > 0 else corners[:, ::-1])
    return welded(np.concatenate(sides) * SIZE_M / 2)


def turned(
    radius: NDArray[np.float64],
    height: NDArray[np.float64],
    *,
    around: int,
    is_loop: bool = False,
) -> Mesh:
    """A profile turned about the y axis; it begins and ends on the axis unless it is a loop."""
    angles = np.linspace(0, 2 * np.pi, around, endpoint=False)
    if is_loop:
        radius, height = np.append(radius, radius[0]), np.append(height, height[0])
    rings = [
        np.stack([r * np.sin(angles), np.full(around, h), r * np.cos(angles)], axis=1)
        for r, h in zip(np.where(np.abs(radius) < 1e-9, 0, radius), height, strict=True)
    ]
    points = np.stack([*rings]).transpose(1, 0, 2)
    closed = np.concatenate([points, points[:1]])
    corners = closed.reshape(-1, 3)[grid_faces(around, len(radius) - 1)]
    return welded(corners * SIZE_M / 2)


def grid_faces(rows: int, columns: int) -> NDArray[np.int64]:
    """Two faces per cell of a grid of points."""
    number = np.arange((rows + 1) * (columns + 1)).reshape(rows + 1, columns + 1)
    a, b, c, d = number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]
    faces = np.stack([np.stack([a, b, c], axis=-1), np.stack([a, c, d], axis=-1)])
    return faces.reshape(-1, 3)


# -- damage that leaves the solid to be guessed, and what is known


def broken_ones() -> Iterator[Broken]:
    """Every good one with every damage."""
    for name, solid in good_ones().items():
        for damage in DAMAGE:
            yield Broken(f"{name}: {told(damage)}", damage(solid), solid, volume_m3(solid))
    yield from grown_ones()


def grown_ones() -> Iterator[Broken]:
    """Bodies that meet or cross: the truth is what they fill together."""
    solid = cube()
    whole_m3, step_m = volume_m3(solid), SIZE_M / 2
    for name, shift_m, share in (
        ("a copy half inside", (step_m, 0, 0), 1.5),
        ("two along an edge", (SIZE_M, SIZE_M, 0), 2.0),
        ("two at a corner", (SIZE_M, SIZE_M, SIZE_M), 2.0),
        ("two face to face", (SIZE_M, 0, 0), 2.0),
    ):
        both = together(solid, moved(solid, shift_m))
        yield Broken(f"cube: {name}", both, both, whole_m3 * share)
    bar = replace(solid, points=solid.points * np.array((1.5, 0.3, 0.3), np.float32))
    pierced = together(solid, bar)
    yield Broken("cube: a bar through it", pierced, pierced, whole_m3 * (1 + 0.5 * 0.3 * 0.3))
    for name in ("ball", "ring", "cup", "star"):
        first = good_ones()[name]
        both = together(first, moved(first, (0.3 * step_m, 0.2 * step_m, 0.1 * step_m)))
        yield Broken(f"{name}: a copy across it", both, both, joint_volume_m3(both))


def joint_volume_m3(crossing: Mesh) -> float:
    """What two crossing bodies of the same faces fill together."""
    import manifold3d

    half = len(crossing.faces) // 2
    bodies = [
        manifold3d.Manifold(manifold3d.Mesh(crossing.points, faces.astype(np.uint32)))
        for faces in (crossing.faces[:half], crossing.faces[half:])
    ]
    return float((bodies[0] + bodies[1]).volume())


def told(damage: Callable[[Mesh], Mesh]) -> str:
    """The damage in words."""
    return damage.__name__.replace("_", " ")


def faces_deleted(mesh: Mesh) -> Mesh:
    """One face in fifty is gone."""
    return kept(mesh, np.random.default_rng(SEED).random(len(mesh.faces)) >= 0.02)


def patch_deleted(mesh: Mesh) -> Mesh:
    """All faces around one point are gone: a hole of some size."""
    middles = mesh.points[mesh.faces].mean(axis=1)
    away = np.linalg.norm(middles - middles[len(middles) // 3], axis=1)
    return kept(mesh, away > 0.08 * SIZE_M)


def faces_flipped(mesh: Mesh) -> Mesh:
    """One face in ten looks inwards."""
    faces = mesh.faces.copy()
    chosen = np.random.default_rng(SEED).random(len(faces)) < 0.1
    faces[chosen] = faces[chosen][:, ::-1]
    return replace(mesh, faces=faces)


def inside_out(mesh: Mesh) -> Mesh:
    """Every face looks inwards."""
    return replace(mesh, faces=np.ascontiguousarray(mesh.faces[:, ::-1]))


def faces_doubled(mesh: Mesh) -> Mesh:
    """One face in ten is there twice."""
    chosen = np.random.default_rng(SEED).random(len(mesh.faces)) < 0.1
    return replace(mesh, faces=np.concatenate([mesh.faces, mesh.faces[chosen]]))


def wholly_doubled(mesh: Mesh) -> Mesh:
    """The same solid twice in the same place."""
    return together(mesh, mesh)


def ball_inside(mesh: Mesh) -> Mesh:
    """A solid within the solid, where it is thick: it prints as if it were not there."""
    inner = 0.06 * ball(around=16).points.astype(np.float64)
    return together(mesh, made(inner / (SIZE_M / 2) + thick_of(mesh), ball(around=16).faces))


def sheet_inside(mesh: Mesh) -> Mesh:
    """A loose sheet within the solid."""
    corners = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)]) * 0.04
    return together(mesh, made(corners + thick_of(mesh), np.array([(0, 1, 2), (0, 2, 3)])))


def unwelded_and_jittered(mesh: Mesh) -> Mesh:
    """Every face has corners of its own, a millionth of the size beside where they were."""
    corners = mesh.points[mesh.faces].reshape(-1, 3).astype(np.float64)
    corners += np.random.default_rng(SEED).normal(0, 1e-6 * SIZE_M, corners.shape)
    return made(corners / (SIZE_M / 2), np.arange(len(corners)).reshape(-1, 3))


def flat_faces(mesh: Mesh) -> Mesh:
    """Faces without area: two corners in one point, and three on a line."""
    first, second = mesh.faces[::20, :2].T
    same = np.stack([first, second, second], axis=1)
    middles = ((mesh.points[first] + mesh.points[second]) / 2).astype(np.float32)
    fresh = np.arange(len(middles)) + len(mesh.points)
    slivers = np.stack([first, fresh, second], axis=1)
    points = np.concatenate([mesh.points, middles])
    return whole(points, np.concatenate([mesh.faces, same, slivers]))


def edges_split_on_one_side(mesh: Mesh) -> Mesh:
    """T-junctions: nothing is open to the eye, every such edge is to the count."""
    chosen = np.arange(len(mesh.faces)) % 20 == 0
    first, second, third = mesh.faces[chosen].T
    middles = ((mesh.points[first] + mesh.points[second]) / 2).astype(np.float32)
    fresh = np.arange(len(middles)) + len(mesh.points)
    halves = [np.stack([first, fresh, third], axis=1), np.stack([fresh, second, third], axis=1)]
    return whole(
        np.concatenate([mesh.points, middles]), np.concatenate([mesh.faces[~chosen], *halves])
    )


def loose_chips(mesh: Mesh) -> Mesh:
    """Single faces that stand off the surface by a hundredth of the size."""
    corners = mesh.points[mesh.faces[::97]].astype(np.float64)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(across, axis=1, keepdims=True)
    off = corners + (0.01 * SIZE_M * across / length)[:, None]
    return together(mesh, made(off.reshape(-1, 3) / (SIZE_M / 2), fresh_faces(len(off))))


DAMAGE: tuple[Callable[[Mesh], Mesh], ...] = (
    faces_deleted,
    patch_deleted,
    faces_flipped,
    inside_out,
    faces_doubled,
    wholly_doubled,
    ball_inside,
    sheet_inside,
    unwelded_and_jittered,
    flat_faces,
    edges_split_on_one_side,
    loose_chips,
)


# -- the trade


def made(points: NDArray[np.float64], faces: NDArray[np.integer]) -> Mesh:
    """A mesh from points in -1..1."""
    return whole((points * SIZE_M / 2).astype(np.float32), faces)


def whole(points: NDArray[np.float32], faces: NDArray[np.integer]) -> Mesh:
    """A mesh without a texture."""
    return Mesh(points, faces.astype(np.int32), np.zeros((len(points), 2), np.float32))


def welded(corners: Triangles) -> Mesh:
    """Faces that share the points they share; those without area fall away."""
    at, number = np.unique(np.round(corners.reshape(-1, 3), 9) + 0.0, axis=0, return_inverse=True)
    faces = number.reshape(-1, 3)
    flat = (faces == np.roll(faces, 1, axis=1)).any(axis=1)
    return whole(at.astype(np.float32), faces[~flat])


def kept(mesh: Mesh, which: NDArray[np.bool_]) -> Mesh:
    """Only these faces."""
    return replace(mesh, faces=mesh.faces[which])


def together(one: Mesh, other: Mesh) -> Mesh:
    """Both in one mesh."""
    return whole(
        np.concatenate([one.points, other.points]),
        np.concatenate([one.faces, other.faces + len(one.points)]),
    )


def moved(mesh: Mesh, by_m: tuple[float, float, float]) -> Mesh:
    """The mesh in another place."""
    return replace(mesh, points=mesh.points + np.array(by_m, np.float32))


def fresh_faces(count: int) -> NDArray[np.int64]:
    """Faces that share no point."""
    return np.arange(3 * count).reshape(-1, 3)


def thick_of(mesh: Mesh) -> NDArray[np.float64]:
    """A place with room around it, in -1..1: under the first face, away from its outside."""
    corners = mesh.points[mesh.faces].astype(np.float64)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    largest = int(np.linalg.norm(across, axis=1).argmax())
    inwards = -across[largest] / np.linalg.norm(across[largest])
    return (corners[largest].mean(axis=0)) / (SIZE_M / 2) + 0.075 * inwards


def volume_m3(mesh: Mesh) -> float:
    """What a closed mesh encloses."""
    a, b, c = mesh.points[mesh.faces].astype(np.float64).transpose(1, 0, 2)
    return float((np.cross(a, b) * c).sum() / 6)
