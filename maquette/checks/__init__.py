"""Checks: a finished file opened again and held to the rules of where it is going.

Independent of the code that writes: rules and limits are stated anew here, files are read by
other libraries or by hand, and nothing is imported from the writers. Any file may be handed in,
a hostile one too. What belongs here: telling what a file is by its content, and asking the right
rules. What does not: mending anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from maquette.checks.bundles import (
    ABOUT,
    INDEX,
    PLATFORMS,
    check_bundle,
    check_delivery,
    platform_of,
)
from maquette.checks.glb import check_glb
from maquette.checks.glb_arrays import MAGIC
from maquette.checks.pictures import measure
from maquette.checks.trees import (
    MOST_BYTES,
    Files,
    as_object,
    gathered,
    read_json,
    unpacked,
    unwrapped,
)
from maquette.checks.usdz import check_usdz
from maquette.checks.verdicts import Finding, Verdict, fault, found
from maquette.errors import InputError

ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
LAYERS = ("usd", "usda", "usdc")
__all__ = ["Finding", "Verdict", "check_file"]


def check_file(path: Path) -> Verdict:
    """The verdict on a file or folder, whatever it is; only a missing one raises."""
    if path.is_dir():
        files, findings = gathered(path)
        kind, more = _folder(files, path.name)
        return _verdict(path, kind, (*findings, *more))
    if not path.is_file():
        raise InputError("CHECK_MISSING", f"there is no file {path}")
    size = path.stat().st_size
    if size > MOST_BYTES:
        told = f"{size:,} of {MOST_BYTES:,} bytes"
        return _verdict(path, "unknown", [fault("FILE_BYTES", path.name, told)])
    kind, findings = _content(path.read_bytes(), path.name)
    return _verdict(path, kind, findings)


def _verdict(path: Path, kind: str, findings: Iterable[Finding]) -> Verdict:
    return Verdict(str(path), kind, tuple(findings))


def _content(data: bytes, name: str) -> tuple[str, Iterator[Finding]]:
    """What kind of file it is, told by its first bytes, and its findings."""
    if data.startswith(MAGIC):
        return "glb", check_glb(data, name)
    if data.startswith((ZIP, EMPTY_ZIP)):
        return _zip(data, name)
    return "picture", _picture(data, name)


def _zip(data: bytes, name: str) -> tuple[str, Iterator[Finding]]:
    files, findings = unpacked(data, name)
    # a package's rules on its container are stricter, and tell of the same damage
    if name.lower().endswith(".usdz") or any(n.endswith(LAYERS) for n in list(files)[:1]):
        return "usdz", check_usdz({name: data})
    kind, more = _folder(files, name)
    return kind, iter((*findings, *more))


def _folder(files: Files, name: str) -> tuple[str, Iterator[Finding]]:
    """What a batch delivered, a pack, or one platform's part of one."""
    top, inner = unwrapped(files)
    if top and (top in PLATFORMS or not platform_of(files)):
        files, name = inner, top  # people zip folders as well as what is in them
    if "stickers" in as_object(read_json(files.get(ABOUT, b""))):
        return "bundle", check_bundle(files, name)
    if "files" in as_object(read_json(files.get(INDEX, b""))):
        return "delivery", check_delivery(files, name)
    named = name.partition(".")[0].lower()
    kind = platform_of(files) or (named if named in PLATFORMS else "")
    if kind:
        return kind, PLATFORMS[kind](files, name)
    told = "neither a pack with a pack.json nor a platform's folder"
    return "unknown", iter([fault("KIND_UNKNOWN", name, told)])


def _picture(data: bytes, name: str) -> Iterator[Finding]:
    measured = measure(data)
    if isinstance(measured, str):
        yield fault("KIND_UNKNOWN", name, f"no USDZ, GLB, zip or picture: {measured}")
        return
    width_px, height_px = measured.size_wh
    told = f"{measured.format}, {width_px} x {height_px} px, {len(data):,} bytes"
    if measured.is_moving:
        told += f", {measured.frames} frames, {measured.seconds:.2f} s"
    yield found("PICTURE_DAMAGED", name, True, told)
