"""The first step of a figurine: the photo as uploaded becomes a picture that is safe to look at.

What belongs here: what this line asks of a photo's file, be it of a face or not. What does not:
decoding (`opening`), and what makes a face usable (`face_checks`).

Every error carries figures for machines, so that an upload page can say size and maximum in its
own words.
"""

from __future__ import annotations

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.errors import InputError
from maquette.pictures.headers import end_of, frames_in
from maquette.pictures.opening import Limits, kind_of, likeness, open_picture
from maquette.pictures.scaling import scaled
from maquette.provenance import PHOTOGRAPH
from maquette.types import File, Picture

MOST_BYTES = 10 * 2**20
MOST_PIXELS = 50_000_000  # a 48-megapixel phone photo passes
TAKEN = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WebP"}
# A face that is large enough for a figurine is found at that size, and all later steps see no more.
LONGEST_PX = 4096
NAME = "the photo"


@map_stage(version="1")
def open_photo(photo: File) -> Made:
    """The photo upright in sRGB, without anything but its pixels.

    Args:
        photo: the file as uploaded; its content says what it is, not its name.

    Raises InputError PHOTO_TOO_LARGE, PHOTO_TYPE, PHOTO_ANIMATED, or PICTURE_... where it does not
    decode, all with details.
    """
    data = photo.data
    kind = _kind(data)
    limits = Limits(MOST_BYTES, MOST_PIXELS)
    try:
        _refuse_animated(frames_in(data, kind=kind, where=NAME), kind=kind)
        behind = data[end_of(data, kind=kind, where=NAME) :]
        whole = open_picture(data[: len(data) - len(behind)], name=NAME, limits=limits)
    except InputError as trouble:
        trouble.details = {"kind": TAKEN[kind], "size_bytes": len(data)} | trouble.details
        raise
    picture = _at_most(whole, longest_px=LONGEST_PX)
    return Made(
        {"picture": picture},
        scores={
            "photo_bytes": float(len(data)),
            "photo_megapixels": round(whole.size_wh[0] * whole.size_wh[1] / 1e6, 2),
        },
        notes=_notes(behind, whole, picture),
        source_type=PHOTOGRAPH,
    )


def _kind(data: bytes) -> str:
    """Which format of `TAKEN` it is."""
    if len(data) > MOST_BYTES:
        raise InputError(
            "PHOTO_TOO_LARGE",
            f"{NAME} has {len(data):,} bytes, at most {MOST_BYTES:,} are taken",
            fix="save it smaller, as JPEG",
            details={"size_bytes": len(data), "maximum_bytes": MOST_BYTES},
        )
    kind = kind_of(data)
    if kind in TAKEN:
        return kind
    looks = "is a TIFF picture" if kind else likeness(data) if data else "holds no bytes"
    raise InputError(
        "PHOTO_TYPE",
        f"{NAME} {looks}",
        fix="save it as JPEG, PNG or WebP",
        details={"taken": list(TAKEN.values()), "size_bytes": len(data)},
    )


def _refuse_animated(frames: int, *, kind: str) -> None:
    if frames > 1:
        raise InputError(
            "PHOTO_ANIMATED",
            f"{NAME} is an animated {TAKEN[kind]} of {frames:,} pictures",
            fix="save the picture that is meant on its own",
            details={"frames": frames, "maximum_frames": 1},
        )


def _at_most(picture: Picture, *, longest_px: int) -> Picture:
    """The picture with its long side that long at most."""
    import cv2

    factor = longest_px / max(picture.size_wh)
    if factor >= 1:
        return picture
    width, height = (max(1, round(length * factor)) for length in picture.size_wh)
    if not picture.is_opaque:
        return scaled(picture, (width, height))
    # opaque bytes need no room for being weighted, which 40 megapixels would have much of
    small = cv2.resize(picture.rgba, (width, height), interpolation=cv2.INTER_AREA)
    return Picture(np.asarray(small, np.uint8))


def _notes(behind: bytes, whole: Picture, picture: Picture) -> tuple[str, ...]:
    notes: list[str] = []
    if behind:
        looks = f"what follows {likeness(behind)}" if not kind_of(behind) else "another picture"
        notes.append(f"{len(behind):,} bytes behind the photo were left out: {looks}")
    if picture is not whole:
        (width, height), (to_width, to_height) = whole.size_wh, picture.size_wh
        notes.append(f"scaled down from {width} × {height} to {to_width} × {to_height} pixels")
    return tuple(notes)
