"""Reels: a shot's objects as movies, and the movie people judge them by.

What belongs here: the stages that turn rows of a shot into one file. What does not: encoding
(`maquette.video.encoding`) and drawing (`maquette.video.qc`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from maquette.batch.stages import Made, Member, Members, gather_stage
from maquette.formats.imprint import imprint
from maquette.formats.png_deep import sixteen_bit
from maquette.formats.rasters import slate_of, unit
from maquette.pictures.foregrounds import foreground
from maquette.pictures.sheets import contact_sheet as plain_sheet
from maquette.pictures.sheets import small_jpeg
from maquette.provenance import Provenance
from maquette.splines.model import ShotShapes, rgb_of
from maquette.types import Alpha, Bytes, File, Floats, LargeFile, Mask, Picture, Source
from maquette.video.encoding import KINDS, MoviePlan, MovieWriter
from maquette.video.qc import Board, QcFrame, contact_sheet, qc_frames, spread
from maquette.video.qc_strip import Followed
from maquette.video.runs import PlateRun, Views
from maquette.video.spline_drawing import drawn, size_of

SHEET_FRAMES, SHEET_SPLINES = 8, 4
UI_COLUMNS = 3  # Dagster's window for pictures is 1130 px wide on a usual screen
SHEET_BYTES = 90_000  # 120 KB as base64 in an event log that is pruned


@gather_stage(version="1", makes="movie")
def cut_movie(
    members: Members, *, kind: str, footage: dict[str, Any], provenance: Provenance
) -> LargeFile:
    """One object as a movie with straight alpha, at the plate's size.

    Args:
        members: its plates, in order.
        kind: a key of `maquette.video.encoding.KINDS`.
        footage: the shot's own words.
        provenance: goes into the container.
    """
    width, height = footage["size_wh"]
    slate = slate_of(footage, str(members[0].params["timecode"]))
    plan = MoviePlan(kind, (int(width), int(height)), slate, imprint(provenance))
    with _movie(plan) as (writer, made), _plates(members, footage) as run:
        for n, member in enumerate(members):
            shot = run[n]
            alpha: Alpha = member.load("alpha", Alpha)
            colours = foreground(unit(shot), alpha.cover)
            rgba = np.dstack([sixteen_bit(np.clip(colours, 0, 1)), sixteen_bit(alpha.cover)])
            writer.write((rgba >> 8).astype(np.uint8) if shot.pixels.dtype == np.uint8 else rgba)
    return made


@gather_stage(version="2")
def judge_movie(
    members: Members, *, shot: str, footage: dict[str, Any], provenance: Provenance
) -> Made:
    """The movie that people judge a shot by, and a contact sheet of it.

    Args:
        members: every object on every plate of the shot.
        shot: its name, the title.
        footage: the shot's own words.
        provenance: goes into the container.
    """
    cast = _cast(members)
    board = _board(shot, cast, footage)
    slate = slate_of(footage, str(cast.plates[0].params["timecode"]))
    plan = MoviePlan("h264", board.size_wh, slate, imprint(provenance))
    with _movie(plan) as (writer, made), _plates(cast.plates, footage) as run:
        drawn = (_frame(n, cast, run) for n in range(len(cast.plates)))
        for picture in qc_frames(board, drawn):
            writer.write(picture)
        return Made({"qc": made, "qc_sheet": _sheet(board, cast, run)})


@gather_stage(version="2", makes="sheet")
def survey(members: Members, *, shot: str, footage: dict[str, Any]) -> File:
    """A few plates of a shot with what is known of its objects, for the UI."""
    cast = _cast(members)
    with _plates(cast.plates, footage) as run:
        return _sheet(_board(shot, cast, footage), cast, run, columns=UI_COLUMNS)


@gather_stage(version="1", makes="splines")
def draw_shapes(
    members: Members, *, shot: str, footage: dict[str, Any], provenance: Provenance
) -> LargeFile:
    """The shot with its splines drawn: curves, points, and which frames are keys.

    Args:
        members: every object on every plate of the shot, each naming its shapes.
        shot: its name, the title.
        footage: the shot's own words.
        provenance: goes into the container.
    """
    by_frame = _by_frame(members)
    whole = _shapes_of(members, shot)
    slate = slate_of(footage, str(members[0].params["timecode"]))
    plan = MoviePlan("h264", size_of(whole), slate, imprint(provenance))
    first = [on_plate[0] for on_plate in by_frame]
    with _movie(plan) as (writer, made), _plates(first, footage) as run:
        views = Views(run)
        for n, member in enumerate(first):
            writer.write(drawn(whole, int(member.params["frame"]), views[n].rgba[..., :3]))
    return made


@gather_stage(version="1", makes="sheet")
def survey_shapes(members: Members, *, shot: str, footage: dict[str, Any]) -> File:
    """A few plates with their splines drawn, for the UI."""
    by_frame = _by_frame(members)
    whole = _shapes_of(members, shot)
    first = [on_plate[0] for on_plate in by_frame]
    with _plates(first, footage) as run:
        views = Views(run)
        chosen = spread(len(first), most=SHEET_SPLINES)
        frames = [int(first[n].params["frame"]) for n in chosen]
        pictures = [
            _opaque(drawn(whole, frame, views[n].rgba[..., :3]))
            for n, frame in zip(chosen, frames, strict=True)
        ]
    sheet = plain_sheet(pictures, list(map(str, frames)), columns=2, tile_px=480)
    return File(small_jpeg(sheet, at_most_bytes=SHEET_BYTES), "jpg")


def _shapes_of(members: Members, shot: str) -> ShotShapes:
    """The shapes of all objects, told by the first plate that each is on."""
    first = {str(member.params["object"]): member for member in reversed(members)}
    in_order = dict.fromkeys(str(member.params["object"]) for member in members)
    held: list[ShotShapes] = [first[name].load("shapes", ShotShapes) for name in in_order]
    shapes = tuple(shape for each in held for shape in each.shapes)
    return replace(held[0], name=shot, shapes=shapes)


def _opaque(rgb: Bytes) -> Picture:
    return Picture(np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)]))


def _by_frame(members: Members) -> list[list[Member]]:
    """The members of each plate, plates in order."""
    found: dict[int, list[Member]] = {}
    for member in members:
        found.setdefault(int(member.params["frame"]), []).append(member)
    return [found[frame] for frame in sorted(found)]


@dataclass(frozen=True)
class _Cast:
    """Who is on the plates of a shot.

    Attributes:
        plates: one member each, to open it by.
        objects: for each plate one member per object of the shot, in the same order; None where
            the object was set aside. Bare plates have no objects.
    """

    plates: list[Member]
    objects: list[list[Member | None]]


def _cast(members: Members) -> _Cast:
    by_frame = _by_frame(members)
    found = [{str(m.params.get("object", "")): m for m in on_plate} for on_plate in by_frame]
    names = [name for name in dict.fromkeys(name for on in found for name in on) if name]
    aligned = [[on.get(name) for name in names] for on in found]
    return _Cast([on_plate[0] for on_plate in by_frame], aligned)


def _board(shot: str, cast: _Cast, footage: dict[str, Any]) -> Board:
    width, height = footage["size_wh"]
    return Board(
        title=shot,
        plate_wh=(int(width), int(height)),
        objects=tuple(_followed(of_object) for of_object in zip(*cast.objects, strict=True)),
        first_frame=int(cast.plates[0].params["frame"]),
        pixel_aspect=float(Fraction(str(footage["pixel_aspect"]))),
    )


def _followed(frames: Sequence[Member | None]) -> Followed:
    about = next(frame.params for frame in frames if frame)
    return Followed(
        name=str(about["called"]),
        colour=rgb_of(str(about["object_colour"])),
        confidence=tuple(float(f.scores.get("confidence", 1.0)) if f else 0.0 for f in frames),
        keys=frozenset(n for n, frame in enumerate(frames) if frame and frame.params.get("key")),
        hidden=frozenset(
            n for n, frame in enumerate(frames) if frame is None or frame.params.get("hidden")
        ),
    )


def _frame(n: int, cast: _Cast, run: PlateRun) -> QcFrame:
    seen = Views(run)[n].rgba[..., :3]
    nothing = np.zeros(seen.shape[:2], np.float32)
    return QcFrame(
        index=n,
        view=seen,
        mattes=tuple(nothing if one is None else _cover(one) for one in cast.objects[n]),
        timecode=str(cast.plates[n].params["timecode"]),
    )


def _cover(member: Member) -> Floats:
    """The best that is known of an object on a plate: its matte, else its mask."""
    if "alpha" in member.files:
        return member.load("alpha", Alpha).cover
    return member.load("mask", Mask).inside.astype(np.float32)


def _sheet(board: Board, cast: _Cast, run: PlateRun, *, columns: int = 4) -> File:
    """Two or three rows of frames, from the first to the last."""
    most = SHEET_FRAMES if columns == 4 else columns**2
    chosen = spread(len(cast.plates), most=most)
    sheet = contact_sheet(board, [_frame(n, cast, run) for n in chosen], columns=columns)
    return File(small_jpeg(sheet, at_most_bytes=SHEET_BYTES), "jpg")


def _plates(members: Sequence[Member], footage: dict[str, Any]) -> PlateRun:
    sources = [member.load("plate", Source) for member in members]
    return PlateRun(sources, [int(member.params["index"]) for member in members], footage)


@contextmanager
def _movie(plan: MoviePlan) -> Iterator[tuple[MovieWriter, LargeFile]]:
    suffix = KINDS[plan.kind].suffix
    handle, name = tempfile.mkstemp(suffix=f".{suffix}")
    os.close(handle)  # the writer opens it by its name
    with MovieWriter(Path(name), plan) as writer:
        yield writer, LargeFile(Path(name), suffix)
