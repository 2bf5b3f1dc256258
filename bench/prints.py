"""Whether any mesh becomes a print: soundness, shape, volume, time, size, and what judges say.

    MAQUETTE_TESTDATA=FOLDER python -m bench.prints [--only ROW ...] [--mender NAME]

The meshes are read from ``meshes/good`` and ``meshes/damaged`` in that folder; without it only
made ones are measured. Every mesh is told on a line of its own, with the step of the ladder that
it needed.
"""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from bench.figures import Figure, median, shown, skipped, stopwatch
from bench.mended import Fate, fate, file_fate
from bench.print_orders import hurt_rows, judged_rows, late_rows, twice_rows
from bench.solid_measures import iou, mesh_faults, percentile, rim_turns_deg, silhouette
from bench.written_sizes import size_rows
from maquette.engines import DEFAULTS, make
from maquette.roles import Mender, Shaper
from maquette.solids.shaping import shape_up
from maquette.types import Mesh, Picture
from tests import damage, zoo
from tests.judges.slicers import PRUSA

CUTOUT_PX = 1024
REPEATS = 3
LARGE_AROUND = 448  # a ball of so many corners around has 200 k faces


def main() -> None:
    """Print every figure, or those of the rows that were asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", nargs="*", choices=ROWS, default=list(ROWS))
    asked.add_argument("--mender", default=DEFAULTS["Mender"])
    told = asked.parse_args()
    mender = make(told.mender, role="Mender")
    for row in told.only:
        for figure in ROWS[row](mender):
            print(figure.line, flush=True)


# -- meshes as people have them


def testdata_rows(mender: Mender) -> Iterator[Figure]:
    """Every mesh of the collection, then all together."""
    root = os.environ.get("MAQUETTE_TESTDATA")
    if not root:
        yield skipped("testdata_sound", "share", bound=1.0, why="MAQUETTE_TESTDATA is not set")
        return
    fates: dict[str, list[Fate]] = {"good": [], "damaged": []}
    for kind, told in fates.items():
        for path in sorted((Path(root) / "meshes" / kind).iterdir()):
            one = file_fate(path, mender, is_good=kind == "good")
            if not one.faces:
                yield shown(f"{kind}/{path.name}", 0, "faces", note=one.told)
                continue
            told.append(one)
            yield shown(f"{kind}/{path.name}", round(one.seconds, 2), "s", note=one.told)
    every = [*fates["good"], *fates["damaged"]]
    yield from _sound(every, "testdata")
    unchanged = max(abs(one.volume_share - 1) for one in fates["good"])
    yield Figure("good_volume", float(f"{unchanged:.2g}"), "share", 1e-6)
    far = [one.hausdorff for one in fates["damaged"] if not one.refusal]
    note = f"{len(far)} damaged meshes, both ways, of the diagonal"
    yield Figure("damaged_hausdorff_median", median(far, digits=5), "share", 0.002, note=note)
    yield Figure("damaged_hausdorff_p95", round(percentile(far, 95), 5), "share", 0.01, note=note)
    yield from _times(every, "testdata")


def truth_rows(mender: Mender) -> Iterator[Figure]:
    """Good meshes that were broken: what they enclosed is known."""
    fates: list[Fate] = []
    for one in damage.broken_ones():
        told = fate(one.name, one.mesh, mender, near=one.truth, truth_m3=one.volume_m3)
        fates.append(told)
        yield shown(f"broken/{one.name}", round(told.seconds, 2), "s", note=told.told)
    yield from _sound(fates, "broken")
    errors = [abs(one.volume_share - 1) for one in fates if not one.refusal]
    note = f"{len(errors)} meshes; one that is refused counts above, not here"
    yield Figure("broken_volume_median", median(errors, digits=5), "share", 0.005, note=note)
    yield Figure("broken_volume_p95", round(percentile(errors, 95), 5), "share", 0.03, note=note)
    far = [one.hausdorff for one in fates if not one.refusal]
    yield shown("broken_hausdorff_p95", round(percentile(far, 95), 5), "share")
    yield from _times(fates, "broken")


def large_rows(mender: Mender) -> Iterator[Figure]:
    """As many faces as the bound on time allows."""
    solid = damage.ball(around=LARGE_AROUND)
    fates: list[Fate] = []
    for broken in LARGE_DAMAGE:
        told = fate(damage.told(broken), broken(solid), mender, near=solid,
                    truth_m3=damage.volume_m3(solid))  # fmt: skip
        fates.append(told)
        yield shown(f"large/{told.name}", round(told.seconds, 2), "s", note=told.told)
    yield from _sound(fates, "large")
    seconds = percentile([one.seconds for one in fates], 95)
    yield Figure("large_p95_s", round(seconds, 2), "s", 15, note=f"{len(solid.faces)} faces")


LARGE_DAMAGE: tuple[Callable[[Mesh], Mesh], ...] = (
    damage.inside_out,
    damage.faces_deleted,
    damage.faces_flipped,
    damage.wholly_doubled,
    damage.unwelded_and_jittered,
)


def _sound(fates: Sequence[Fate], name: str) -> Iterator[Figure]:
    count = len(fates)
    lost = [one.name for one in fates if not one.is_sound]
    share = round(1 - len(lost) / count, 4)
    note = f"{count} meshes" + (f"; not: {', '.join(lost)}" if lost else "")
    yield Figure(f"{name}_sound", share, "share", 1.0, "at least", note)
    if shutil.which(PRUSA) is None:
        yield skipped(f"{name}_slicer", "share", bound=1.0, why=f"{PRUSA} is not installed")
        return
    lost = [one.name for one in fates if not one.is_accepted]
    share = round(1 - len(lost) / count, 4)
    note = f"{count} meshes as STL and 3MF" + (f"; not: {', '.join(lost)}" if lost else "")
    yield Figure(f"{name}_slicer", share, "share", 1.0, "at least", note)


def _times(fates: Sequence[Fate], name: str) -> Iterator[Figure]:
    seconds = [one.seconds for one in fates]
    note = f"{len(seconds)} meshes of {max(one.faces for one in fates)} faces at most"
    yield Figure(f"{name}_median_s", median(seconds), "s", 1, note=note)
    yield Figure(f"{name}_p95_s", round(percentile(seconds, 95), 2), "s", 15, note=note)


# -- solids of pictures


def inflate_rows(mender: Mender) -> Iterator[Figure]:
    """Cut-outs of 1024 px to textured solids."""
    del mender
    shaper = make(DEFAULTS["Shaper"], role="Shaper")
    for name, cutout in {**cutouts(), **photos()}.items():
        taken = [_shaped(shaper, cutout) for _ in range(REPEATS)]
        solid = taken[-1][1]
        shape = cutout.rgba[..., 3] > 127
        seen = round(iou(silhouette(solid, shape), shape), 4)
        note = f"{mesh_faults(solid) or 'manifold'}, {'' if solid.texture_png else 'NO '}texture"
        yield Figure(f"inflate_{name}_s", median([s for s, _ in taken]), "s", 1.5, note=note)
        yield Figure(f"inflate_{name}_faces", len(solid.faces), "faces", 40_000)
        yield Figure(f"inflate_{name}_iou", seen, "iou", 0.99, "at least")
        yield Figure(f"inflate_{name}_faults", sum(mesh_faults(solid).values()), "faults", 0)
        if "ball" in name:
            yield shown(f"inflate_{name}_rim", round(rim_turns_deg(solid), 2), "degrees",
                        note="how far faces at the rim turn aside; ridges are above 6")  # fmt: skip


def _shaped(shaper: Shaper, cutout: Picture) -> tuple[float, Mesh]:
    with stopwatch() as took:
        solid = shape_up(cutout, shaper=shaper, seed=1).outputs["model"]
    return took[0], solid


def cutouts() -> dict[str, Picture]:
    """Round, with a hole, with arms, with a tail that closes a hole, and as sharp as a photo."""
    size = CUTOUT_PX
    y, x = (np.mgrid[:size, :size] + 0.5) / size - 0.5
    away, turn = np.hypot(x, y), np.arctan2(y, x)
    star = np.clip((0.3 + 0.12 * np.cos(5 * turn) - away) * size + 0.5, 0, 1)
    body = zoo.disc_alpha(size, centre_xy=(0.4 * size, 0.55 * size), radius_px=0.3 * size)
    tail = np.clip(
        0.04 * size + 0.5 - np.abs(np.hypot(x - 0.22, y - 0.1) * size - 0.15 * size), 0, 1
    )
    cat = np.maximum(body, tail).astype(np.float32)
    return {
        "ball": zoo.ball(size),
        "ring": zoo.ring(size, hole_px=0.2 * size),
        "star": zoo.painted(star.astype(np.float32)),
        "cat": zoo.painted(cat),
        "hard-cat": zoo.painted((cat > 0.5).astype(np.float32)),
        "hard-ball": zoo.painted((away < 0.4).astype(np.float32)),
    }


def photos() -> dict[str, Picture]:
    """Cut-out photos of the collection, as long as the drawn ones."""
    root = os.environ.get("MAQUETTE_TESTDATA")
    found: dict[str, Picture] = {}
    for path in sorted(Path(root or "nowhere").glob("images/rembg/*.out.png")):
        image = Image.open(path).convert("RGBA")
        factor = CUTOUT_PX / max(image.size)
        size_wh = (round(image.width * factor), round(image.height * factor))
        name = path.name.removesuffix(".out.png")
        found[name] = Picture(np.array(image.resize(size_wh, Image.Resampling.BICUBIC)))
    return found


ROWS: dict[str, Callable[[Mender], Iterator[Figure]]] = {
    "testdata": testdata_rows,
    "truth": truth_rows,
    "large": large_rows,
    "inflate": inflate_rows,
    "sizes": size_rows,
    "twice": twice_rows,
    "hurt": hurt_rows,
    "late": late_rows,
    "judges": judged_rows,
}


if __name__ == "__main__":
    main()
