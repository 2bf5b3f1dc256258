"""Whole orders for prints: the same twice, natives that fall, and what the judges say.

What belongs here: orders put into a store, run, and looked at as delivered. What does not: single
meshes (`bench.mended`).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bench.figures import Figure, shown, skipped, stopwatch
from bench.hurting import CRAFT
from maquette.batch.host import Host
from maquette.batch.runner import LocalPlace, Runner
from maquette.batch.store import FolderStore
from maquette.batch.uploads import write_ticket
from maquette.engines import chosen
from maquette.engines.workers import WorkerOptions, WorkerPlace
from maquette.formats.png import write_picture
from maquette.lines import prints
from maquette.roles import Mender
from tests import damage, damaged_files, zoo
from tests.judges.slicers import ADMESH, PRUSA, admesh, prusa_gcode, prusa_info

PLACE = "inbox/prints/"
DEADLINE_S = 10.0
LATE_S = 3.0
LATE_AROUND = 600
JUDGES = Path("tests/judges")
CUTOUT_PX = 256


@dataclass(frozen=True)
class Order:
    """An order and what lies beside it."""

    name: str
    fields: Mapping[str, Any]
    beside: Mapping[str, bytes]


def ball_png(holes: int = 0) -> bytes:
    """A round cut-out with so many holes."""
    size = CUTOUT_PX
    alpha = zoo.disc_alpha(size, centre_xy=(size / 2, size / 2), radius_px=0.4 * size)
    for number in range(holes):
        centre = (size * (0.35 + 0.3 * number), size / 2)
        alpha = np.maximum(alpha - zoo.disc_alpha(size, centre_xy=centre, radius_px=20), 0)
    return write_picture(zoo.painted(alpha.astype(np.float32)), zoo.provenance())


def orders() -> tuple[Order, ...]:
    """A picture of each form, and models that need mending, in every file format."""
    formats = ["stl", "3mf", "glb", "obj"]
    size = {"target_dimensions": {"z": 60}, "formats": formats}
    forms = ("figure", "relief", "lithophane", "cookie-cutter", "keychain")
    beside = {"ball.png": ball_png()}
    pictures = [
        Order(form, {"pictures": ["ball.png"], "form": form, "formats": formats}, beside)
        for form in forms
    ]
    solid = damage.faces_deleted(damage.star())
    cup = damage.unwelded_and_jittered(damage.cup())
    ball = {"hollow": {"wall_mm": 2}, "base_mm": 1, **size}
    return (
        *pictures,
        Order("star", {"model": "star.stl", **size}, {"star.stl": damaged_files.stl(solid)}),
        Order("cup", {"model": "cup.glb", **size}, {"cup.glb": damaged_files.glb(cup)}),
        Order("ball", {"model": "b.obj", **ball}, {"b.obj": damaged_files.obj(damage.ball())}),
    )


def finished(
    store: FolderStore, order: Order, *, place: Any = None, settings: Any = None
) -> prints.Finished:
    """The order put into the inbox and made; settings are those of engines, by name."""
    for name, data in order.beside.items():
        store.put(f"{PLACE}{name}", data)
    key = f"{PLACE}{order.name}.yaml"
    store.put(key, yaml.safe_dump(dict(order.fields)).encode())
    batch = write_ticket(store, line="prints", key=key)
    place = place or LocalPlace(Host(store))
    engines = chosen(line="prints", settings=settings)
    return prints.make(Runner(store, place, engines), batch=batch)


def delivered(root: Path, order: Order, **how: Any) -> dict[str, bytes]:
    """Every delivered file by its name, of a new store in this folder."""
    store = FolderStore(root)
    made = finished(store, order, **how)
    if made.delivery.set_aside:
        raise ValueError(f"{order.name}: {made.delivery.set_aside}")
    keys = [entry.key for entry in store.list(made.delivery.folder)]
    return {key.removeprefix(made.delivery.folder): store.get(key) for key in sorted(keys)}


# -- the same order twice


def twice_rows(mender: Mender) -> Iterator[Figure]:
    """All orders in two stores, the second time in a process of its own."""
    del mender
    differ: list[str] = []
    count = 0
    seconds: list[float] = []
    for order in orders():
        with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as there:
            with stopwatch() as took:
                first = sums(delivered(Path(here), order))
            seconds += took
            again = subprocess.run(
                [sys.executable, "-m", "bench.print_orders", order.name, there],
                capture_output=True,
                text=True,
                check=True,
            )
            second = json.loads(again.stdout.splitlines()[-1])
        count += len(first)
        names = first.keys() | second.keys()
        differ += [f"{order.name}: {n}" for n in sorted(names) if first.get(n) != second.get(n)]
        yield shown(f"order/{order.name}", round(took[0], 2), "s", note=f"{len(first)} files")
    note = f"{count} files in two processes" + (f"; not: {', '.join(differ)}" if differ else "")
    yield Figure("same_order_twice", len(differ), "files that differ", 0, note=note)


def sums(files: Mapping[str, bytes]) -> dict[str, str]:
    """The checksum of each."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


# -- natives that fall


def hurt_rows(mender: Mender) -> Iterator[Figure]:
    """Three pictures: one mends, one hangs its library, one crashes it."""
    del mender
    names = ("sound.png", "hangs.png", "crashes.png")
    pictures = {name: ball_png(holes) for holes, name in enumerate(names)}
    order = Order("hurt", {"pictures": list(names), "formats": ["stl"]}, pictures)
    with tempfile.TemporaryDirectory() as root:
        store = FolderStore(Path(root))
        options = WorkerOptions(deadline_s=DEADLINE_S)
        place = WorkerPlace(store.spec, options, craft=CRAFT)
        with stopwatch() as took:
            made = finished(store, order, place=place)
        place.close()
    codes = {one["item"]: one["code"] for one in made.delivery.set_aside}
    files = [path for path in made.delivery.files if path.endswith(".stl")]
    note = f"set aside: {codes}; delivered: {files}; {took[0]:.0f} s at {DEADLINE_S:.0f} s each"
    expected = {"hangs", "crashes"} == set(codes) and len(files) == 1
    yield Figure("hurt_run_goes_on", int(expected), "yes", 1, "exactly", note)


def late_rows(mender: Mender) -> Iterator[Figure]:
    """The mender's own limit, in one process with the run: a large mesh is late, the next is not.

    The limit is far too short for the large one, as a hang would be.
    """
    del mender
    large = damaged_files.stl(damage.unwelded_and_jittered(damage.ball(around=LATE_AROUND)))
    small = damaged_files.stl(damage.faces_deleted(damage.ball()))
    limit = {chosen(line="prints")["Mender"].name: {"deadline_s": LATE_S}}
    codes: list[str] = []
    with tempfile.TemporaryDirectory() as root:
        store = FolderStore(Path(root))
        place = LocalPlace(Host(store))
        for name, data in (("late", large), ("soon", small)):
            order = Order(name, {"model": f"{name}.stl", "formats": ["stl"]}, {f"{name}.stl": data})
            made = finished(store, order, place=place, settings=limit)
            codes.append(",".join(one["code"] for one in made.delivery.set_aside) or "delivered")
    note = f"{codes}, limit {LATE_S:.0f} s"
    expected = codes == ["MESH_MENDER_TIMED_OUT", "delivered"]
    yield Figure("late_run_goes_on", int(expected), "yes", 1, "exactly", note)


# -- judges


def judged_rows(mender: Mender) -> Iterator[Figure]:
    """Every finished file of every order before those who know its format."""
    del mender
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        for order in orders():
            for path, data in delivered(folder / "store" / order.name, order).items():
                if path.rpartition(".")[2] in ("stl", "3mf", "glb", "obj"):
                    (folder / f"{order.name}.{path.rpartition('.')[2]}").write_bytes(data)
        yield from _slicer_rows(folder)
        yield from _format_rows(folder)


def _slicer_rows(folder: Path) -> Iterator[Figure]:
    meant = [path for kind in ("stl", "3mf", "obj") for path in sorted(folder.glob(f"*.{kind}"))]
    if shutil.which(PRUSA) is None:
        yield skipped("judge_prusa", "share", bound=1.0, why=f"{PRUSA} is not installed")
    else:
        refused = [path.name for path in meant if not prusa_info(path).accepts]
        yield _share("judge_prusa_info", len(meant), refused)
        yield _share("judge_prusa_gcode", len(meant), [p.name for p in meant if not _sliced(p)])
    stls = sorted(folder.glob("*.stl"))
    if shutil.which(ADMESH) is None:
        yield skipped("judge_admesh", "share", bound=1.0, why=f"{ADMESH} is not installed")
    else:
        yield _share("judge_admesh", len(stls), [p.name for p in stls if any(admesh(p).values())])


def _sliced(path: Path) -> bool:
    try:
        return "estimated printing time" in prusa_gcode(path, path.parent)
    except ValueError:
        return False


def _format_rows(folder: Path) -> Iterator[Figure]:
    python = Path(".venv-judges/bin/python")
    archives, solids = sorted(folder.glob("*.3mf")), sorted(folder.glob("*.glb"))
    if not python.exists() or shutil.which("node") is None:
        yield skipped("judge_lib3mf", "share", bound=1.0, why="sh tests/judges/setup.sh")
        return
    said = _asked(python, JUDGES / "lib3mf_says.py", archives)
    refused = [
        Path(path).name
        for path, verdict in said.items()
        if verdict["warnings"] or "error" in verdict or not all(verdict["is_sound"])
    ]
    yield _share("judge_lib3mf_strict", len(archives), refused)
    said = _asked("node", JUDGES / "khronos_says.mjs", solids)
    refused = [Path(path).name for path, verdict in said.items() if verdict["messages"]]
    yield _share("judge_khronos", len(solids), refused)


def _asked(program: str | Path, script: Path, files: Sequence[Path]) -> dict[str, Any]:
    command = [str(part) for part in (program, script, *files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _share(name: str, count: int, refused: Sequence[str]) -> Figure:
    note = f"{count} files" + (f"; not: {', '.join(refused)}" if refused else "")
    return Figure(name, round(1 - len(refused) / count, 4), "share", 1.0, "at least", note)


def main() -> None:
    """One order by name, made in a folder; prints the checksums."""
    name, folder = sys.argv[1:]
    (order,) = (one for one in orders() if one.name == name)
    print(json.dumps(sums(delivered(Path(folder), order))))


if __name__ == "__main__":
    main()
