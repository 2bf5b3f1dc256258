"""Cut-outs: the subject of every clip, found once, followed, and cut out of every frame.

A clip goes on whole or not at all: a motion with a hole in it would be another motion. What
belongs here: which stage sees which frame. What does not: any stage, and where frames come from
(`motion_sources`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from maquette.batch.manifests import Manifest, Row, join
from maquette.batch.records import checked_blob
from maquette.batch.runner import Runner
from maquette.batch.spans import run_spans
from maquette.batch.store import Store
from maquette.engines import LINE_DEFAULTS, chosen
from maquette.errors import InputError
from maquette.lines.motion_sources import LINE
from maquette.video.clips import cut_frame, keep_alpha, take_frames, told_of
from maquette.video.edges import soften_frames
from maquette.video.keys import locate, mark
from maquette.video.spotting import candidates, spot
from maquette.video.tracks import track

CUTTING = (take_frames, keep_alpha, spot, locate, mark, track, soften_frames, cut_frame)
AS_PLATE = {"movie": False, "colour": "display"}  # what a picture of ours is, as footage
# parameters that differ from frame to frame, or tell of their files alone
OF_FRAMES = ("frame", "index", "at", "has_alpha", "footage")
SOFT_SHARE = 1 / 85  # of the long side: how far from the mask's edge the matte may reach
_SIZE_AT, _SIZE_BYTES = 16, 4  # of a PNG: width and height, big-endian


def cut_out(runner: Runner, taken: Manifest) -> Manifest:
    """Every frame's picture and cut-out; a clip that lacks one is one row that says why."""
    pictures = _pictures(runner, taken)
    clear = _only(pictures, [rows for rows in clips_in(pictures) if _has_alpha(rows)])
    plain = _only(pictures, [rows for rows in clips_in(pictures) if not _has_alpha(rows)])
    kept = runner.run(keep_alpha, clear).rows if clear.rows else ()
    cut = _cut(runner, plain).rows if plain.rows else ()
    whole = whole_clips(replace(pictures, rows=(*kept, *cut)))
    found = {row.item: row for row in whole.delivered}
    frames = [_whole(row, found[row.item]) for row in pictures.delivered if row.item in found]
    return replace(pictures, rows=(*frames, *whole.quarantined, *pictures.quarantined))


def clips_in(manifest: Manifest) -> list[list[Row]]:
    """The frames of each clip that goes on, clips and frames in order."""
    found: dict[str, list[Row]] = {}
    for row in manifest.delivered:
        found.setdefault(str(row.params["clip"]), []).append(row)
    return list(found.values())


def whole_clips(manifest: Manifest) -> Manifest:
    """The clips of which every frame came through; any other as one row, with its first trouble."""
    lost: dict[str, Row] = {}
    for row in manifest.quarantined:
        lost.setdefault(str(row.params["clip"]), row)
    whole = [row for row in manifest.rows if str(row.params["clip"]) not in lost]
    return replace(manifest, rows=(*whole, *(_as_clip(row) for row in lost.values())))


def _as_clip(row: Row) -> Row:
    params = {name: value for name, value in row.params.items() if name not in OF_FRAMES}
    return Row(str(params["clip"]), params, code=row.code, reason=row.reason, fix=row.fix)


def _pictures(runner: Runner, taken: Manifest) -> Manifest:
    """The frames as pictures, with what was said of their clip and a model that is to be moved."""
    if not taken.delivered:
        return taken
    made = run_spans(runner, take_frames, taken)
    before = {row.item: row for row in taken.delivered}
    rows = (_told(row, before[row.item]) if row.ok else row for row in made.rows)
    whole = whole_clips(replace(made, rows=tuple(rows)))
    frames = (row for rows in clips_in(whole) for row in _stillness(rows))
    return replace(whole, rows=(*frames, *whole.quarantined, *taken.quarantined))


def _told(row: Row, before: Row) -> Row:
    model = before.object("model_file")
    objects = (*row.objects, model) if model else row.objects
    return replace(row, objects=objects, notes=(*before.notes, *row.notes))


def _stillness(rows: Sequence[Row]) -> list[Row]:
    """The frames of a clip, with what is said of those that show the same."""
    notes = told_of([row.scores["change"] for row in rows if "change" in row.scores])
    return [replace(row, notes=(*row.notes, *notes)) for row in rows]


def _has_alpha(rows: Iterable[Row]) -> bool:
    return any(row.params["has_alpha"] for row in rows)


def _only(manifest: Manifest, clips: Sequence[Sequence[Row]]) -> Manifest:
    return replace(manifest, rows=tuple(row for rows in clips for row in rows))


def _whole(picture: Row, cut: Row) -> Row:
    """What later assets are handed of a frame."""
    named = {ref.name: ref for ref in (*picture.objects, *cut.objects)}
    objects = tuple(named[name] for name in ("picture", "cutout", "model_file") if name in named)
    return replace(cut, params=picture.params, objects=objects, notes=picture.notes)


def _cut(runner: Runner, pictures: Manifest) -> Manifest:
    """Cut-outs of clips without alpha: the subject is found on one frame and followed."""
    plates = replace(pictures, rows=tuple(_as_plate(row) for row in pictures.rows))
    keys = [_key(runner, rows) for rows in clips_in(plates)]
    found = {row.item: row for row in keys if row.ok}
    clips = {str(row.params["clip"]) for row in found.values()}
    inside = [row for row in plates.rows if row.params["clip"] in clips]
    masks = run_spans(runner, track, replace(plates, rows=tuple(_keyed(r, found) for r in inside)))
    runs = [_softly(runner.store, rows) for rows in clips_in(replace(plates, rows=tuple(inside)))]
    mattes = run_spans(runner, soften_frames, _beside(_only(plates, runs), masks))
    lost = tuple(row for row in (*keys, *masks.rows, *mattes.rows) if not row.ok)
    cut = runner.run(cut_frame, _beside(pictures, mattes))
    return replace(cut, rows=(*cut.rows, *lost))


def _beside(first: Manifest, second: Manifest) -> Manifest:
    """The rows that both have, as the first has them, with the objects and provenance of both."""
    own = {row.item: row.params for row in first.rows}
    rows = (replace(row, params=own[row.item]) for row in join(first, second))
    return replace(first, rows=tuple(rows))


def _as_plate(row: Row) -> Row:
    """A picture as the stages of roto look at it: footage of one frame."""
    picture = row.object("picture")
    assert picture is not None
    params = {**row.params, "at": row.params["index"], "index": 0, "footage": AS_PLATE}
    return replace(row, params=params, objects=(picture, replace(picture, name="plate")))


def _key(runner: Runner, rows: Sequence[Row]) -> Row:
    """The frame of a clip that shows its subject best, with its mask; or why there is none."""
    subject: dict[str, Any] = rows[0].params["subject"]
    try:
        if not subject:
            return _spotted(runner, rows)
        return _pointed(runner, rows, subject)
    except InputError as trouble:
        return Row.refused(rows[0].item, trouble, params=rows[0].params)


def _spotted(runner: Runner, rows: Sequence[Row]) -> Row:
    """The one thing that stands out, where it stands out most.

    What finds it sees it coarsely: its box is handed to what follows an edge to the pixel.
    """
    looked = [rows[n] for n in candidates(len(rows))]
    seen = salient(runner).run(spot, Manifest(LINE, "spots", "", tuple(looked)))
    best = max(seen.rows, key=lambda row: (row.ok, row.scores.get("spotted", 0.0)))
    if not best.ok:
        return best
    marked = _marked(runner, rows, best)
    return marked if marked.ok else best


def salient(runner: Runner) -> Runner:
    """The same runner with an engine for what stands out, unless another was asked for.

    The line's own is made to be pointed at things.
    """
    if runner.engines["Segmenter"].name != LINE_DEFAULTS[LINE]["Segmenter"]:
        return runner
    return replace(runner, engines={**runner.engines, "Segmenter": chosen()["Segmenter"]})


def _pointed(runner: Runner, rows: Sequence[Row], subject: dict[str, Any]) -> Row:
    """What an order names or points at, on the frame it says."""
    at = _frame_of(rows, subject.get("frame"))
    if "text" in subject:
        looked = [at] if at else [rows[n] for n in candidates(len(rows))]
        asked = [replace(row, params={**row.params, "text": subject["text"]}) for row in looked]
        found = runner.run(locate, Manifest(LINE, "words", "", tuple(asked)))
        best = max(found.rows, key=lambda row: (row.ok, row.scores.get("found", 0.0)))
        return _marked(runner, rows, best) if best.ok else best
    plate = at or rows[0]
    return _key_of(runner, plate, in_pixels(runner.store, plate, subject))


def _marked(runner: Runner, rows: Sequence[Row], best: Row) -> Row:
    """The mask of what is in a box that was found on one of the frames."""
    plate = next(row for row in rows if row.item == best.item)
    return _key_of(runner, plate, {"boxes": best.params["boxes"]})


def _key_of(runner: Runner, plate: Row, pointed: dict[str, Any]) -> Row:
    key = replace(plate, params={**plate.params, "pointed": pointed})
    (row,) = runner.run(mark, Manifest(LINE, "keys", "", (key,))).rows
    return row


def _frame_of(rows: Sequence[Row], frame: int | None) -> Row | None:
    """The frame in use that is nearest to one of the clip.

    Raises InputError PROMPT_OUTSIDE for one that lies before the first or after the last.
    """
    if frame is None:
        return None
    first, last = int(rows[0].params["at"]), int(rows[-1].params["at"])
    if not first <= frame <= last:
        raise InputError(
            "PROMPT_OUTSIDE",
            f"the subject is pointed at on frame {frame}, frames {first} to {last} are used",
            fix="name one of these; frames are counted from 0",
        )
    return min(rows, key=lambda row: abs(int(row.params["at"]) - frame))


def in_pixels(store: Store, row: Row, subject: dict[str, Any]) -> dict[str, Any]:
    """What was pointed at in the clip, in the pixels of its picture.

    Raises InputError PROMPT_OUTSIDE.
    """
    width, height = (float(side) for side in row.params["size_wh"])
    wide, high = _size_of(store, row)
    x, y = wide / width, high / height
    points = [[px * x, py * y] for px, py in subject.get("points", ())]
    held = [subject["box"]] if "box" in subject else []
    boxes = [[a * x, b * y, c * x, d * y] for a, b, c, d in held]
    corners = [*points, *(box[:2] for box in boxes), *(box[2:] for box in boxes)]
    if not all(0 <= px <= wide and 0 <= py <= high for px, py in corners):
        raise InputError(
            "PROMPT_OUTSIDE",
            f"the subject is pointed at outside of the clip, which is {width:g} by {height:g}",
            fix="give pixels of the clip, from its top left corner",
        )
    return {"points": points, "labels": [1] * len(points), "boxes": boxes}


def _size_of(store: Store, row: Row) -> tuple[int, int]:
    """The size of a picture, which its PNG tells first of all."""
    picture = row.object("picture")
    assert picture is not None
    head = checked_blob(store, picture)[_SIZE_AT:]
    sides = head[:_SIZE_BYTES], head[_SIZE_BYTES : 2 * _SIZE_BYTES]
    return int.from_bytes(sides[0], "big"), int.from_bytes(sides[1], "big")


def _keyed(row: Row, found: dict[str, Row]) -> Row:
    key = found.get(row.item)
    mask = key.object("key_mask") if key else None
    objects = (*row.objects, mask) if mask else row.objects
    return replace(row, params={**row.params, "key": mask is not None}, objects=objects)


def _softly(store: Store, rows: Sequence[Row]) -> list[Row]:
    """A clip's frames, with how soft its edges may be: fitted to the size of its pictures."""
    edge_px = max(3, round(max(_size_of(store, rows[0])) * SOFT_SHARE))
    softness = {"matte": "soft", "edge_px": edge_px}
    return [replace(row, params={**row.params, "softness": softness}) for row in rows]
