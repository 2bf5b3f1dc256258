"""The roto line: order and footage → plates → masks → mattes → rasters for compositors.

Runs by itself (`make`); the assets in ``pipeline_assets/roto.py`` call the same pieces one by
one. What belongs here: order, and what is particular to roto. What does not: how any stage works.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from maquette.batch.deliveries import Delivery, deliver, set_aside
from maquette.batch.gathers import Group, alike, run_gather
from maquette.batch.manifests import Manifest, Row, commit, merged
from maquette.batch.records import ObjectRef
from maquette.batch.runner import Runner
from maquette.batch.spans import run_spans
from maquette.batch.store import Store, sha256_of
from maquette.batch.uploads import read_upload, upload_key
from maquette.formats.outlines import hand_shapes, outline
from maquette.formats.rasters import cut_exr, cut_png, identify, merge_exr
from maquette.formats.reels import cut_movie, draw_shapes, judge_movie, survey, survey_shapes
from maquette.lines.roto_keys import marked, places, refused, runs
from maquette.lines.roto_orders import RotoOrder
from maquette.lines.roto_plates import LINE, ordered_of, take_in
from maquette.video.edges import soften_frames
from maquette.video.tracks import track

FRAME_STAGES = {"png": cut_png, "exr": cut_exr}  # of one object on one plate
PLATE_STAGES = {"exr": merge_exr, "cryptomatte": identify}  # of all objects on one plate
MOVIES = {"prores": "prores4444", "ffv1": "ffv1"}  # of one object in one shot


@dataclass(frozen=True)
class Finished:
    """What the line made of one batch: one manifest per asset, and where it was delivered."""

    manifests: tuple[Manifest, ...]
    delivery: Delivery


def make(runner: Runner, *, batch: str) -> Finished:
    """Run the whole line over one submitted batch."""
    plates = take_in(runner, batch=batch)
    masks = follow(runner, plates).named("roto_masks")
    mattes = soften(runner, masks).named("roto_mattes")
    shapes = outlines(runner, plates, masks, mattes).named("roto_shapes")
    exports = export(runner, plates, masks, mattes, shapes).named("roto_exports")
    history = (plates, masks, mattes, shapes, exports)
    for manifest in history:
        commit(runner.store, manifest)
    return Finished(history, hand_over(runner.store, *history))


def follow(runner: Runner, plates: Manifest) -> Manifest:
    """Masks of every object on every plate; a correction redoes the runs between its neighbours."""
    order = ordered_of(runner.store, plates)
    found = places(plates, order)
    beside = upload_key(runner.store, line=LINE, batch=plates.batch).rpartition("/")[0]
    keys = marked(runner, found, batch=plates.batch, beside=beside)
    frames = replace(plates, rows=runs(found, keys))
    tracked = run_spans(runner, track, frames)
    # later stages look at the plate, too, and at nothing that another order would change
    plate_of = {
        row.item: tuple(ref for ref in row.objects if ref.name == "plate") for row in frames.rows
    }
    rows = (replace(r, objects=(*plate_of[r.item], *r.objects)) for r in tracked.rows)
    return Manifest(LINE, "roto_masks", plates.batch, (*rows, *refused(order, keys)))


def soften(runner: Runner, masks: Manifest) -> Manifest:
    """Mattes of every object on every plate."""
    return run_spans(runner, soften_frames, masks)


def outlines(runner: Runner, plates: Manifest, masks: Manifest, mattes: Manifest) -> Manifest:
    """Every object of every shot as splines, one row each; none if the order wants none."""
    order = ordered_of(runner.store, plates)
    wanted = {
        "points": order.points,
        "least_iou": order.closeness,
        "keyed_most": order.keyed,
    }

    def params(group: Group) -> dict[str, Any]:
        about = _common(group, "object", "object_colour", "label")
        return {**about, "wanted": wanted, "item": about["object"].replace("/", ".")}

    inside = delivered_part(order, masks)
    if "shapes" not in order.deliver:
        inside = replace(inside, rows=())
    by_object = alike("shot", "object")
    return run_gather(runner, outline, inside, mattes, grouped=by_object, params=params)


def delivered_part(order: RotoOrder, masks: Manifest) -> Manifest:
    """What lies in the range that was asked for: handles are worked on and not delivered."""
    first, last = order.frames or (0, 0)
    rows = [row for row in masks.delivered if first <= int(row.params["frame"]) <= last]
    return replace(masks, rows=tuple(rows))


def export(
    runner: Runner, plates: Manifest, masks: Manifest, mattes: Manifest, shapes: Manifest
) -> Manifest:
    """Everything the order asks for."""
    order = ordered_of(runner.store, plates)
    inside = delivered_part(order, masks)
    stages = [stage for name, stage in FRAME_STAGES.items() if name in order.deliver]
    made = runner.run_beside(stages, inside, mattes) if stages else []
    frames = merged(*made).rows if made else ()
    gathered = (
        *_gathered(runner, order, inside, mattes),
        *_drawn(runner, inside, shapes),
    )
    more = [row for manifest in gathered for row in manifest.rows]
    return Manifest(LINE, "roto_exports", masks.batch, (*frames, *more))


def _gathered(
    runner: Runner, order: RotoOrder, masks: Manifest, mattes: Manifest
) -> Iterator[Manifest]:
    """What is made of many rows: merged plates, movies, the movie people judge by."""
    for name, stage in PLATE_STAGES.items():
        if name in order.deliver:
            by_plate = alike("shot", "frame")
            yield run_gather(
                runner, stage, masks, mattes, grouped=by_plate, params=_of_plate(stage.makes)
            )
    for name, kind in MOVIES.items():
        if name in order.deliver:
            yield run_gather(
                runner,
                cut_movie,
                masks,
                mattes,
                grouped=alike("shot", "object"),
                params=_of_object(kind),
            )
    if "qc" in order.deliver:
        by_shot = alike("shot")
        yield run_gather(runner, judge_movie, masks, mattes, grouped=by_shot, params=_named("qc"))


def _drawn(runner: Runner, masks: Manifest, shapes: Manifest) -> Iterator[Manifest]:
    """The files of every application, and a movie of the splines on their plates."""
    if not shapes.delivered:
        return
    by_shot = alike("shot")
    yield run_gather(runner, hand_shapes, shapes, grouped=by_shot, params=_named("shapes"))
    yield run_gather(
        runner, draw_shapes, with_shapes(masks, shapes), grouped=by_shot, params=_named("splines")
    )


def with_shapes(masks: Manifest, shapes: Manifest) -> Manifest:
    """The plates of every object that has splines, each naming them."""
    of = {row.params["object"]: row.objects for row in shapes.delivered}
    rows = (
        replace(row, objects=(*row.objects, *of[row.params["object"]]))
        for row in masks.delivered
        if row.params["object"] in of
    )
    return replace(masks, rows=tuple(rows))


def look_over(runner: Runner, *manifests: Manifest) -> ObjectRef | None:
    """A contact sheet of a batch's first shot, for the UI; a stage, so an unchanged one is kept."""
    made = run_gather(runner, survey, *manifests, grouped=alike("shot"), params=_named("sheet"))
    return made.delivered[0].object("sheet") if made.delivered else None


def look_at_shapes(runner: Runner, masks: Manifest, shapes: Manifest) -> ObjectRef | None:
    """A few plates of a batch's first shot with their splines, for the UI."""
    if not shapes.delivered:
        return None
    told = with_shapes(masks, shapes)
    made = run_gather(runner, survey_shapes, told, grouped=alike("shot"), params=_named("sheet"))
    return made.delivered[0].object("sheet") if made.delivered else None


def _common(group: Group, *names: str) -> dict[str, Any]:
    return {name: group.rows[0].params[name] for name in ("shot", "footage", *names)}


def _of_plate(makes: str) -> Any:
    def params(group: Group) -> dict[str, Any]:
        about = _common(group, "frame", "timecode")
        return {**about, "item": f"{about['shot']}.{about['frame']:04d}.{makes}"}

    return params


def _of_object(kind: str) -> Any:
    def params(group: Group) -> dict[str, Any]:
        about = _common(group, "object")
        return {**about, "kind": kind, "item": f"{about['object'].replace('/', '.')}.{kind}"}

    return params


def _named(what: str) -> Any:
    def params(group: Group) -> dict[str, Any]:
        about = _common(group)
        return {**about, "item": f"{about['shot']}.{what}"}

    return params


def hand_over(store: Store, plates: Manifest, *later: Manifest) -> Delivery:
    """Deliver under the names compositors expect, and say what was set aside.

    Args:
        store: holds everything.
        plates: the batch's first manifest.
        later: the others in order; the last one has the files.
    """
    files = {
        path_of(row, ref.name, ref.key): ref
        for row in later[-1].delivered
        for ref in row.objects
        if ref.name.partition("/")[0] in NAMED
    }
    key = upload_key(store, line=LINE, batch=plates.batch)
    about = {
        "line": LINE,
        "batch": plates.batch,
        "upload": {"key": key, "sha256": sha256_of(read_upload(store, key))},
        "set_aside": set_aside(store, (plates, *later)),
    }
    return deliver(store, line=LINE, batch=plates.batch, files=files, about=about)


# object name -> where it goes below the delivery
NAMED = {
    "png": "{shot}/{one}/png/{shot}_{one}.{frame}.{end}",
    "exr": "{shot}/{one}/exr/{shot}_{one}.{frame}.{end}",
    "layers": "{shot}/merged/{shot}_merged.{frame}.{end}",
    "cryptomatte": "{shot}/cryptomatte/{shot}_cryptomatte.{frame}.{end}",
    "movie": "{shot}/{one}/{shot}_{one}.{end}",
    "shape": "{shot}/shapes/{shot}.{ending}",
    "splines": "{shot}/{shot}_splines.{end}",
    "qc": "{shot}/{shot}_qc.{end}",
    "qc_sheet": "{shot}/{shot}_qc.{end}",
}


def path_of(row: Row, name: str, key: str) -> str:
    """Where an object of an export goes: ``sh010/hero/exr/sh010_hero.1001.exr``."""
    kind, _, ending = name.partition("/")
    return NAMED[kind].format(
        ending=ending,
        shot=row.params["shot"],
        one=str(row.params.get("object", "")).rpartition("/")[2],
        frame=f"{int(row.params.get('frame', 0)):04d}",
        end=key.rpartition(".")[2],
    )
