"""Keys of an order: what people pointed at, as rows with masks, and as runs between them.

What belongs here: which prompt speaks for which plate of which shot. What does not: making masks
(`maquette.video.keys`) and following them (`maquette.video.tracks`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from maquette.batch.manifests import Manifest, Row
from maquette.batch.runner import Runner
from maquette.batch.store import ObjectMissing, Store, checked
from maquette.batch.taking import take
from maquette.errors import InputError
from maquette.lines.roto_orders import Prompt, RotoObject, RotoOrder
from maquette.video.keys import locate, mark

LOOKED_AT = 5  # plates of a shot, where words name no frame


@dataclass(frozen=True)
class Place:
    """One object in one shot."""

    shot: str
    one: RotoObject
    plates: tuple[Row, ...]

    @property
    def name(self) -> str:
        """Names the object within the batch."""
        return f"{self.shot}/{self.one.slug}"

    def item(self, frame: object) -> str:
        """Names one of its plates."""
        return f"{self.shot}.{self.one.slug}.{frame:0>4}"


def places(plates: Manifest, order: RotoOrder) -> list[Place]:
    """Every object in every shot it has a prompt for; words without a frame are for all shots."""
    shots: dict[str, list[Row]] = {}
    for row in plates.delivered:
        shots.setdefault(str(row.params["shot"]), []).append(row)
    found: list[Place] = []
    for shot, rows in shots.items():
        frames = {int(row.params["frame"]) for row in rows}
        for one in order.objects:
            mine = tuple(p for p in one.prompts if p.frame is None or p.frame in frames)
            if mine:
                found.append(Place(shot, replace(one, prompts=mine), tuple(rows)))
    return found


def marked(runner: Runner, found: Sequence[Place], *, batch: str, beside: str) -> Manifest:
    """The key masks of all places; what could not be found is set aside.

    Args:
        runner: runs the stages.
        found: objects in shots.
        batch: they belong to.
        beside: where painted masks lie.
    """
    asked = [row for place in found for row in _asked(runner.store, place, beside=beside)]
    told = tuple(row for row in asked if "text" not in row.params)
    words = Manifest("roto", "words", batch, tuple(row for row in asked if "text" in row.params))
    seen = _surest(runner.run(locate, words)) if words.rows else words
    ready = (*told, *(_pointed_by(row) for row in seen.rows))
    marks = runner.run(mark, Manifest("roto", "keys", batch, ready))
    return replace(marks, rows=(*marks.rows, *(row for row in ready if not row.ok)))


def _asked(store: Store, place: Place, *, beside: str) -> Iterator[Row]:
    """One row per prompt, or per plate that is searched for words without a frame."""
    by_frame = {int(row.params["frame"]): row for row in place.plates}
    for prompt in place.one.prompts:
        if prompt.frame is None:
            for row in _spread(place.plates):
                yield _row(place, row, text=prompt.text)
            continue
        plate = by_frame[prompt.frame]
        if prompt.text:
            yield _row(place, plate, text=prompt.text)
        elif prompt.mask:
            yield _painted(store, _row(place, plate, pointed={}), prompt, beside=beside)
        else:
            yield _row(place, plate, pointed=_pointed(prompt))


def _row(place: Place, plate: Row, **more: Any) -> Row:
    params = {**plate.params, "object": place.name, **more}
    text = "~" + str(more["text"])[:20] if "text" in more else ""
    item = place.item(plate.params["frame"]) + text
    return replace(plate, item=item, params=params, notes=())


def _pointed(prompt: Prompt) -> dict[str, Any]:
    pointed = prompt.pointed
    return {
        "points": [list(point) for point in pointed.points_xy],
        "labels": list(pointed.labels),
        "boxes": [list(box) for box in pointed.boxes_xyxy],
    }


def _painted(store: Store, row: Row, prompt: Prompt, *, beside: str) -> Row:
    try:
        ref = take(store, checked(f"{beside}/{prompt.mask}"), name="painted")
    except (InputError, ObjectMissing):
        trouble = InputError(
            "MASK_MISSING",
            f"the mask {prompt.mask!r} is not beside the order",
            fix="upload it, then the order again",
        )
        return Row.refused(row.item, trouble, params=row.params)
    return replace(row, objects=(*row.objects, ref))


def _spread(plates: Sequence[Row]) -> list[Row]:
    """A few plates all over a shot, its first among them."""
    count = min(LOOKED_AT, len(plates))
    return [plates[round(n * (len(plates) - 1) / max(count - 1, 1))] for n in range(count)]


def _surest(located: Manifest) -> Manifest:
    """Per object the plate on which its words were found best; or one refusal."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in located.rows:
        groups.setdefault((str(row.params["object"]), str(row.params["text"])), []).append(row)
    best = [
        max(rows, key=lambda row: (row.ok, row.scores.get("found", 0.0)))
        for rows in groups.values()
    ]
    return replace(located, rows=tuple(best))


def _pointed_by(row: Row) -> Row:
    """A row whose words were found, as one that is pointed at."""
    params = {name: value for name, value in row.params.items() if name not in ("text", "boxes")}
    pointed = {"points": [], "labels": [], "boxes": row.params.get("boxes", [])}
    item = row.item.partition("~")[0]
    provenance = row.provenance
    return replace(row, item=item, params={**params, "pointed": pointed}, provenance=provenance)


def runs(found: Sequence[Place], keys: Manifest) -> tuple[Row, ...]:
    """Every plate of every object that has a key, with the key's mask where it is one."""
    by_item = {row.item: row for row in keys.delivered}
    rows: list[Row] = []
    for place in found:
        mine = [row for row in place.plates if place.item(row.params["frame"]) in by_item]
        if mine:
            rows += [_frame(place, plate, by_item) for plate in place.plates]
    return tuple(rows)


def _frame(place: Place, plate: Row, keys: dict[str, Row]) -> Row:
    item = place.item(plate.params["frame"])
    key = keys.get(item)
    mask = key.object("key_mask") if key else None
    params = {
        **plate.params,
        "object": place.name,
        "called": place.one.name,
        "label": place.one.label,
        "object_colour": place.one.colour,
        "softness": {"matte": place.one.matte, "edge_px": place.one.edge_px},
        "key": mask is not None,
    }
    objects = plate.objects if mask is None else (*plate.objects, mask)
    return replace(plate, item=item, params=params, objects=objects, notes=())


def refused(order: RotoOrder, keys: Manifest) -> tuple[Row, ...]:
    """What of an order goes no further: parts that cannot be read or placed, keys not found."""
    parts = [
        Row.refused(
            f"{bad.object}" if bad.prompt is None else f"{bad.object}, prompt {bad.prompt}",
            bad.error,
            params={"object": bad.object},
        )
        for bad in order.bad
    ]
    return (*parts, *keys.quarantined)
