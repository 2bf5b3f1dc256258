"""What the figurine line must reach: one JSON line per figure, missed ones first at the end.

    MAQUETTE_TESTDATA=FOLDER python -m bench.figurines [--only ROW ...]

The orders are of scikit-image's astronaut, in the public domain; with the collection some photos
of its ``faces`` come along, which are for measuring only. Ends with status 1 if any bound is
missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

from bench import figurine_solids, figurine_styles
from bench.figures import Figure, median, shown, spread_of
from bench.kills import fate, records, run
from bench.memory import watched
from maquette.engines import chosen, make
from maquette.lines.figurine_sources import LINE
from maquette.solids.bodies.templates import TEMPLATES
from tests.faces import astronaut

RUN = "bench.figurine_run"
MOST_S, MOST_GB = 25.0, 2.0
DEADLINE_S = 300.0
REPEATS = 3
KILLS = 6
PHOTOS = ("one_01.jpg", "one_05.jpg")


def main() -> int:
    """Print every figure, or those of the rows that were asked for; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=ROWS, default=list(ROWS))
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    taken: list[Figure] = []
    for row in asked.only:
        with tempfile.TemporaryDirectory(prefix="maquette_bench_") as folder:
            for figure in ROWS[row](Path(folder)):
                taken.append(figure)
                print(f"# {row}: {figure.line}  (load {os.getloadavg()[0]:.1f})", flush=True)
    for figure in sorted(taken, key=lambda one: one.ok is not False):
        print(figure.line)
    return 1 if any(figure.ok is False for figure in taken) else 0


# -- orders


def ordered(folder: Path, **fields: Any) -> Path:
    """An order of the astronaut, with the photo beside it."""
    folder.mkdir(parents=True)
    Image.fromarray(astronaut().rgba[..., :3]).save(folder / "astronaut.png")
    return _written(folder, photo="astronaut.png", text="Eileen", **fields)


def _written(folder: Path, **fields: Any) -> Path:
    order = folder / f"{Path(fields['photo']).stem}.yaml"
    order.write_text(yaml.safe_dump({"consent": True, **fields}))
    return order


def orders(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every body once, then the photos that people took, where the collection is."""
    for template in TEMPLATES:
        yield template, ordered(folder / template, template=template)
    root = Path(os.environ.get("MAQUETTE_TESTDATA") or "nowhere") / "faces"
    for name in PHOTOS:
        if (root / name).is_file():
            place = folder / Path(name).stem
            place.mkdir(parents=True)
            (place / name).write_bytes((root / name).read_bytes())
            yield place.name, _written(place, photo=name)


# -- what is measured


def time_rows(folder: Path) -> Iterator[Figure]:
    """From the photo to every file, by engines that load anew; the usual order several times."""
    seconds: list[float] = []
    held_gb: list[float] = []
    lost: list[str] = []
    for n in range(REPEATS):
        order = ordered(folder / f"usual-{n}")
        watch = watched([RUN, str(folder / f"store-{n}"), str(order)], deadline_s=DEADLINE_S)
        seconds.append(watch.answer["seconds"])
        held_gb.append(watch.peak_gb)
        lost += _lost(watch.answer)
        yield shown(f"run_{n}", round(seconds[-1], 1), "s", note=_told(watch.answer))
    yield Figure("line_seconds", median(seconds, digits=1), "s", MOST_S, note=spread_of(seconds))
    yield Figure("line_peak_memory", median(held_gb, digits=2), "GB", MOST_GB,
                 note=spread_of(held_gb))  # fmt: skip
    yield Figure("line_set_aside", len(lost), "orders", 0, note="; ".join(lost))


def order_rows(folder: Path) -> Iterator[Figure]:
    """The same for every body and, where they are, for photos that people took."""
    seconds: list[float] = []
    lost: list[str] = []
    for name, order in orders(folder / "orders"):
        watch = watched([RUN, str(folder / name), str(order)], deadline_s=DEADLINE_S)
        seconds.append(watch.answer["seconds"])
        lost += _lost(watch.answer)
        note = f"{watch.peak_gb:.2f} GB; {_told(watch.answer)}"
        yield Figure(f"order_{name}_seconds", round(seconds[-1], 1), "s", MOST_S, note=note)
    yield Figure("orders_median_seconds", median(seconds, digits=1), "s", MOST_S,
                 note=spread_of(seconds, digits=1))  # fmt: skip
    yield Figure("orders_set_aside", len(lost), "orders", 0, note="; ".join(lost))


def _lost(said: dict[str, Any]) -> list[str]:
    """Why an order came to nothing; it would be quick otherwise."""
    return [f"{one['item']}: {one['code']}: {one['reason']}" for one in said["set_aside"]]


def _told(said: dict[str, Any]) -> str:
    """What came out, and what took the longest."""
    slow = sorted(said["stage_seconds"].items(), key=lambda one: -one[1])[:5]
    words = [f"{len(said['files'])} files, {len(said['set_aside'])} set aside"]
    words += [f"{said['cpu_seconds']:.0f} s of processors"]
    return "; ".join([*words, ", ".join(f"{name} {took}" for name, took in slow)])


def twice_rows(folder: Path) -> Iterator[Figure]:
    """The same order in two processes and two stores."""
    for template in ("standing", "superhero"):
        order = ordered(folder / template, template=template)
        first, second = (
            run(folder / f"{template}-{side}", order, by=RUN)["files"] for side in "ab"
        )
        differ = [n for n in sorted(first | second) if first.get(n) != second.get(n)]
        note = f"{len(first)} files" + (f"; not: {', '.join(differ[:5])}" if differ else "")
        yield Figure(f"same_{template}_twice", len(differ), "files that differ", 0, note=note)


def kill_rows(folder: Path) -> Iterator[Figure]:
    """SIGKILL at several moments, then the line again."""
    order = ordered(folder / "order")
    whole = run(folder / "whole", order, by=RUN)
    every = records(folder / "whole").total()
    wrong: list[str] = []
    told: list[str] = []
    for n in range(1, KILLS + 1):
        at_record = round(n * every / (KILLS + 1))
        store, later_s = folder / f"killed-{n}", 0.4 * (n % 3)  # amid what takes long, too
        one = fate(store, order, by=RUN, whole=whole, at_record=at_record, later_s=later_s)
        if one is None:
            wrong.append(f"kill {n} came too late")
            continue
        told.append(f"{one.stood.total()} stood, {one.worked.total()} made")
        if not one.is_right:
            wrong.append(f"kill {n}: {one.worked} instead of {one.wanted}, {one.differ} differ")
    note = f"of {KILLS}; {'; '.join([*told, *wrong])}"
    yield Figure("kills_after_which_more_was_made", len(wrong), "kills", 0, note=note)


def solid_rows(folder: Path) -> Iterator[Figure]:
    """Every body, in five heights, with three faces: one solid that prints and stands."""
    del folder
    for row in ("solids", "named", "sliced", "cost"):
        yield from figurine_solids.ROWS[row](_grid())


def align_rows(folder: Path) -> Iterator[Figure]:
    """Eyes and mouths found again on the front view."""
    del folder
    grid = _grid(figurine_solids.faces_here())
    yield from figurine_solids.ROWS["aligned"](grid)


def _grid(faces: Sequence[str] = ("short", "long", "astronaut")) -> figurine_solids.Asked:
    return figurine_solids.Asked(TEMPLATES, figurine_solids.HEIGHTS_MM, faces)


def style_rows(folder: Path) -> Iterator[Figure]:
    """Whether drawings are drawings, and of whom they are."""
    del folder
    people, note = figurine_styles.sitters()
    stylist = make(chosen(line=LINE)["Stylist"].name, role="Stylist")
    drawn = figurine_styles.drawings(people, stylist, style=stylist.styles[0])
    yield from figurine_styles.style_rows(drawn, note)
    yield from figurine_styles.identity_rows(drawn, note)


ROWS: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "time": time_rows,
    "orders": order_rows,
    "align": align_rows,
    "styles": style_rows,
    "twice": twice_rows,
    "kill": kill_rows,
    "solids": solid_rows,
}


if __name__ == "__main__":
    started = time.monotonic()
    status = main()
    print(f"# {time.monotonic() - started:.0f} s")
    sys.exit(status)
