"""The command line: ``maquette make | submit | check | list | forget | shelf``.

What belongs here: words in, words out. What does not: anything another program would want.
"""

from __future__ import annotations

import argparse
import importlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Column, Table

from maquette.batch.store import DEFAULT_URL
from maquette.cli.checking import add_check
from maquette.cli.forgetting import add_forget
from maquette.cli.listing import add_list
from maquette.errors import InputError, MaquetteError

if TYPE_CHECKING:
    from maquette.batch.manifests import Manifest
    from maquette.batch.progress import Progress
    from maquette.batch.runner import Runner
    from maquette.batch.store import Store
    from maquette.lines.figurines import Finished as FinishedFigurines
    from maquette.lines.motion import Finished as FinishedClips
    from maquette.lines.prints import Finished as FinishedPrints
    from maquette.lines.roto import Finished as FinishedShot
    from maquette.lines.stickers import Finished as FinishedPack

    Finished = FinishedShot | FinishedPack | FinishedPrints | FinishedClips | FinishedFigurines


# role -> the option of `make` that names its engine
ROLES = {
    "ImageGenerator": "image_generator",
    "Segmenter": "segmenter",
    "Matter": "matter",
    "Detector": "detector",
    "Tracker": "tracker",
    "Shaper": "shaper",
    "Mender": "mender",
    "Animator": "animator",
    "FaceFinder": "face_finder",
    "FaceRecogniser": "face_recogniser",
    "Stylist": "stylist",
    "StyleJudge": "style_judge",
}
PRIVATE = ("figurines",)  # lines whose batches are personal data


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status."""
    asked = _parser().parse_args(arguments)
    console = Console(stderr=True)
    try:
        return int(asked.run(asked) or 0)
    except MaquetteError as trouble:
        console.print(f"[bold red]{trouble.code}[/] {escape(trouble.reason)}", highlight=False)
        if trouble.fix:
            console.print(f"  {escape(trouble.fix)}", highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("stopped; run it again and it goes on where it was")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="maquette", description="A media factory.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_make(commands.add_parser("make", help="make an upload here and now, without Dagster"))
    _add_submit(commands.add_parser("submit", help="put an upload into the inbox of the store"))
    add_check(commands.add_parser("check", help="hold finished files to the rules they must meet"))
    add_list(commands.add_parser("list", help="what the store knows of, line by line"))
    add_forget(commands.add_parser("forget", help="delete a person's order of figurines for good"))
    _add_shelf(commands.add_parser("shelf", help="list, fetch and verify models and art"))
    return parser


def _add_upload(parser: argparse.ArgumentParser) -> None:
    lines = ["stickers", "roto", "prints", "motion", "figurines"]
    parser.add_argument("line", choices=lines, help="which product line")
    parser.add_argument(
        "upload",
        type=Path,
        help="stickers: a prompt set (csv, yaml, json, jsonl, parquet); roto: an order (yaml, "
        "json) beside its footage; prints: an order (yaml, json) beside its pictures or model; "
        "motion: a clip, a folder of frames, or an order (yaml, json) beside its clips; "
        "figurines: an order (yaml, json) beside its photo, or a photo with --field",
    )
    parser.add_argument(
        "--field",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of the order for a photo of figurines, such as consent=yes; may be repeated",
    )
    parser.add_argument(
        "--store",
        default="",
        help=f"folder or s3://bucket/prefix (default: MAQUETTE_STORE or {DEFAULT_URL})",
    )


def _add_make(parser: argparse.ArgumentParser) -> None:
    _add_upload(parser)
    parser.add_argument("-o", "--output", type=Path, default=Path("out"), help="where to put it")
    parser.add_argument("--image-generator", default="", help="such as composer, flux-schnell")
    parser.add_argument("--segmenter", default="", help="such as u2netp, mobile-sam, sam2")
    parser.add_argument("--matter", default="", help="such as guided, closed-form, vitmatte")
    parser.add_argument("--detector", default="", help="such as ssd-coco, grounding-dino")
    parser.add_argument("--tracker", default="", help="such as flow-snap, sam2-video, cutie")
    parser.add_argument("--shaper", default="", help="such as inflate, trellis, triposr")
    parser.add_argument("--mender", default="", help="such as manifold, meshlab")
    parser.add_argument("--animator", default="", help="such as silhouette, actionmesh")
    parser.add_argument("--face-finder", default="", help="such as yunet-mesh")
    parser.add_argument("--face-recogniser", default="", help="such as sface, arcface")
    parser.add_argument("--stylist", default="", help="such as toon, sdxl-lora")
    parser.add_argument("--style-judge", default="", help="such as flat-colours, clip")
    parser.set_defaults(run=_make)


def _add_submit(parser: argparse.ArgumentParser) -> None:
    _add_upload(parser)
    parser.add_argument("--wait", action="store_true", help="until the pack is delivered")
    parser.add_argument(
        "--timeout", type=float, default=3600.0, metavar="SECONDS", help="of --wait (default: 3600)"
    )
    parser.set_defaults(run=_submit)


def _add_shelf(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("list", help="what there is").set_defaults(run=_shelf_list)
    for action, words, run in (
        ("fetch", "download and verify (default: what the embedded engines need)", _shelf_fetch),
        ("verify", "compare checksums (default: all that is here)", _shelf_verify),
    ):
        each = actions.add_parser(action, help=words)
        each.add_argument("names", nargs="*", metavar="NAME")
        each.set_defaults(run=run)


def _make(asked: argparse.Namespace) -> int:
    from maquette.batch.store import open_store, told_store
    from maquette.batch.uploads import BY_HAND
    from maquette.cli.submitting import submitted

    store = open_store(told_store(asked.store))
    batch = submitted(store, asked, places=BY_HAND)
    _expect_room(asked.output, batch)
    line = importlib.import_module(f"maquette.lines.{asked.line}")
    with _bars() as bars:
        runner = _runner(store, asked, batch=batch, bars=bars)
        try:
            finished = line.make(runner, batch=batch)
        finally:
            runner.place.close()
    _hand_out(store, finished, to=asked.output)
    _show(asked, finished)
    return 0 if _anything_came(finished) else 1


def _runner(store: Store, asked: argparse.Namespace, *, batch: str, bars: Bars) -> Runner:
    """What runs the stages of a batch here; a person's batch shares nothing with any other."""
    from maquette.batch.host import Host
    from maquette.batch.private import private_store
    from maquette.batch.runner import LocalPlace, Runner
    from maquette.engines import chosen

    named = {role: getattr(asked, option) for role, option in ROLES.items()}
    engines = chosen({role: name for role, name in named.items() if name}, line=asked.line)
    own = asked.line in PRIVATE
    held = private_store(store, batch) if own else store
    return Runner(
        held,
        LocalPlace(Host(held)),
        engines,
        listener=_Shown(bars),
        progress_every_s=0.2,
        salt=batch if own else "",
    )


def _anything_came(finished: Finished) -> bool:
    """Whether the last asset that had work delivered some; concepts end with the first."""
    worked = [manifest for manifest in finished.manifests if manifest.rows]
    return bool(worked and worked[-1].delivered)


def _show(asked: argparse.Namespace, finished: Finished) -> None:
    if asked.line == "roto":
        from maquette.cli.roto_shown import print_objects

        print_objects(finished.manifests, finished.delivery.set_aside)
    elif asked.line == "prints":
        from maquette.cli.prints_shown import print_prints

        print_prints(finished.manifests, finished.delivery.set_aside)
    elif asked.line == "motion":
        from maquette.cli.motion_shown import print_clips

        print_clips(finished.manifests, finished.delivery.set_aside)
    elif asked.line == "figurines":
        from maquette.cli.figurines_shown import print_figurines

        print_figurines(finished.manifests, finished.delivery.set_aside)
    else:
        print_made(finished.manifests, finished.delivery.set_aside)
    pages = [n for n in finished.delivery.files if n.endswith(("index.html", "_qc.mp4"))]
    first = asked.output / min(pages, key=lambda name: name.count("/"), default="")
    Console().print(f"{len(finished.delivery.files)} files; to see them open [bold]{first}[/]")


def _submit(asked: argparse.Namespace) -> int:
    from maquette.batch.store import open_store, told_store
    from maquette.batch.taking import take
    from maquette.batch.uploads import INBOX, upload_key
    from maquette.cli.submitting import submitted

    store = open_store(told_store(asked.store))
    batch = submitted(store, asked, places=INBOX)
    key = upload_key(store, line=asked.line, batch=batch)
    Console().print(f"uploaded as {key}; the sensor makes it batch [bold]{batch}[/]")
    if not asked.wait:
        return 0
    from maquette.batch.waiting import Awaited
    from maquette.cli.waiting import ASSETS, wait_and_show

    sha256 = take(store, key, name="upload").sha256
    awaited = Awaited(asked.line, batch, sha256, ASSETS[asked.line])
    return wait_and_show(store, awaited, timeout_s=asked.timeout)


def _expect_room(output: Path, batch: str) -> None:
    """Refuse a folder that holds another batch: its page would be lost."""
    index = output / "index.json"
    held = json.loads(index.read_bytes()).get("batch", batch) if index.is_file() else batch
    if held != batch:
        raise InputError(
            "OUTPUT_TAKEN", f"{output} holds the batch {held}", fix="choose another folder with -o"
        )


def _hand_out(store: Store, finished: Finished, *, to: Path) -> None:
    for name in (*finished.delivery.files, "index.json"):
        target = to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with store.opened(finished.delivery.folder + name) as source:
            shutil.copyfile(source, target)


def _bars() -> Bars:
    return Bars(
        TextColumn("{task.description:>12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


class _Shown:
    """A progress listener that draws one bar per stage."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, int] = {}

    def __call__(self, progress: Progress) -> None:
        if progress.stage not in self._tasks:
            self._tasks[progress.stage] = self._bars.add_task(progress.stage, total=progress.total)
        self._bars.update(self._tasks[progress.stage], completed=progress.done)  # pyright: ignore


def print_made(manifests: Sequence[Manifest], set_aside: Sequence[dict[str, str]]) -> None:
    """A table of every item: what drew it, how long it took, made now or reused."""
    table = Table(
        Column("item", overflow="fold"),
        "engine",
        "seconds",
        "",
        "note",
        title=f"batch {manifests[0].batch}",
    )
    engines = {row.item: row.engine for m in manifests for row in m.rows if row.engine}
    first = {row.item: row.engine for row in manifests[1].rows if row.engine}
    for row in manifests[0].delivered:
        rows = [r for m in manifests[1:] for r in m.rows if r.item == row.item]
        seconds = sum(r.seconds for r in rows)
        lost = next((r.code for r in rows if not r.ok), "")
        made = any(r.origin == "made" for r in rows)
        fate = f"[red]{lost}[/]" if lost else "made" if made else "reused"
        engine = first.get(row.item) or engines.get(row.item, "")
        notes = dict.fromkeys(escape(note) for r in rows for note in r.notes)
        table.add_row(row.item, engine, f"{seconds:.2f}", fate, "; ".join(notes))
    console = Console()
    console.print(table)
    for one in set_aside:
        words = escape(f"{one['item']}: {one['reason']}; {one['fix']}".rstrip("; "))
        console.print(f"[red]{one['code']}[/] {words}")


def _shelf_list(asked: argparse.Namespace) -> int:
    del asked
    from maquette.engines.shelf import list_rows

    table = Table("name", "what it is", "licence", "MB", "on the shelf", "fetched by default")
    for row in list_rows():
        here, default = ("yes" if flag else "" for flag in (row.here, row.default))
        table.add_row(row.name, escape(row.about), row.licence, f"{row.size_mb:g}", here, default)
    Console().print(table)
    return 0


def _shelf_fetch(asked: argparse.Namespace) -> int:
    from maquette.engines import make
    from maquette.engines.shelf import fetch, list_rows

    names = asked.names or [row.name for row in list_rows() if row.default]
    fetch(names, report=Console(stderr=True).print)
    if "composer-art" in names:
        make("composer", role="ImageGenerator").prepare()  # seconds now, not with the first prompt
    return 0


def _shelf_verify(asked: argparse.Namespace) -> int:
    from maquette.engines.shelf import list_rows, verify

    states = verify(asked.names or [row.name for row in list_rows() if row.here])
    for name, state in states.items():
        Console().print(f"{state:>8}  {name}")
    return 0 if all(state == "sound" for state in states.values()) else 1
