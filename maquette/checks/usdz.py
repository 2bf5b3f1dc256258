"""USDZ packages: the container read by hand, the stage read by USD in a process of its own.

USD's reader is native code that is not hardened. So the container is judged first, and a package
that passes is opened by a child process (`maquette.checks.usd_child`), whose end costs nothing but
a finding. What does not belong here: rules about the stage (`maquette.checks.usd_stage`).
"""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from maquette.checks.pictures import measure
from maquette.checks.trees import suffix_of
from maquette.checks.verdicts import Finding, fault, found

# OpenUSD spec_usdz 1.3: stored entries, data at multiples of 64 bytes, the root layer first
ALIGNMENT = 64
LOCAL = struct.Struct("<4s5H3I2H")
PACKED = ("usdc", "png", "jpg", "jpeg")
TEXTURES = ("png", "jpg", "jpeg")
MOST_BYTES = 10_000_000  # Apple's advice is 2048 px textures and 100,000 triangles
LONGEST_TEXTURE_PX = 2048
PATIENCE_S = 10.0  # for each package, and as much again for USD to load
CHILD = "maquette.checks.usd_child"


def check_usdz(packages: Mapping[str, bytes]) -> Iterator[Finding]:
    """Packages by name, container first; all that pass are opened by one child process."""
    openable: dict[str, bytes] = {}
    for where, data in packages.items():
        findings = list(container_findings(data, where))
        yield from findings
        if not any(f.grade == "fault" for f in findings):
            openable[where] = data
    yield from _stage_findings(openable)


def container_findings(data: bytes, where: str) -> Iterator[Finding]:
    """The zip around the layer, and the pictures beside it."""
    size = f"{len(data):,} of {MOST_BYTES:,} bytes"
    yield found("USDZ_BYTES", where, len(data) <= MOST_BYTES, size, otherwise="warn")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as broken:
        yield fault("USDZ_ZIP", where, f"no whole zip: {broken}"[:160])
        return
    first = entries[0].filename if entries else "nothing"
    yield found("USDZ_ROOT", where, first.endswith(".usdc"), f"its first entry is {first[:60]!r}")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        yield fault("USDZ_TWICE", where, "two entries have the same name")
    end = 0
    for entry in entries:
        yield from _entry_findings(data, entry, where, after=end)
        end = entry.header_offset + LOCAL.size + len(entry.filename) + entry.compress_size


def _entry_findings(
    data: bytes, entry: zipfile.ZipInfo, where: str, *, after: int
) -> Iterator[Finding]:
    """One entry: USD reads local headers, other programs the directory, so both must agree."""
    place = f"{where}/{entry.filename[:80]}"
    header = data[entry.header_offset : entry.header_offset + LOCAL.size]
    if len(header) < LOCAL.size or entry.header_offset < after:
        yield fault("USDZ_BOUNDS", place, "it lies outside the archive or within another entry")
        return
    _, _, flags, method, _, _, checksum, packed, size, name_bytes, extra = LOCAL.unpack(header)
    start = entry.header_offset + LOCAL.size + name_bytes + extra
    name = data[entry.header_offset + LOCAL.size :][:name_bytes]
    told = (method, checksum, packed, size, name.decode("utf-8", "replace"))
    listed = (entry.compress_type, entry.CRC, entry.compress_size, entry.file_size, entry.filename)
    yield found("USDZ_HEADERS", place, told == listed, "local header and directory agree")
    yield found("USDZ_STORED", place, not method and not flags & 1, f"compression {method}")
    yield found("USDZ_ALIGNED", place, start % ALIGNMENT == 0, f"data begin at byte {start:,}")
    kind = suffix_of(entry.filename)
    yield found("USDZ_KIND", place, kind in PACKED, f"{kind!r}; {', '.join(PACKED)} are shown")
    body = data[start : start + entry.compress_size]
    whole = len(body) == entry.file_size and zlib.crc32(body) == entry.CRC
    yield found("USDZ_CHECKSUM", place, whole, f"{len(body):,} bytes fit their checksum")
    if kind in TEXTURES and whole:
        yield from texture_findings(body, place)


def texture_findings(data: bytes, where: str) -> Iterator[Finding]:
    """A picture that a solid wears: it decodes, and phones can hold it."""
    measured = measure(data)
    if isinstance(measured, str):
        yield fault("TEXTURE_DAMAGED", where, measured)
        return
    width_px, height_px = measured.size_wh
    size = f"{measured.format}, {width_px} x {height_px} px of {LONGEST_TEXTURE_PX} a side"
    small = max(width_px, height_px) <= LONGEST_TEXTURE_PX
    yield found("TEXTURE_SIZE", where, small, size)
    round_sides = not width_px & (width_px - 1) and not height_px & (height_px - 1)
    if not round_sides:
        message = f"{width_px} x {height_px} px are no powers of two"
        yield Finding("TEXTURE_SIDES", where, "warn", message)


def _stage_findings(packages: Mapping[str, bytes]) -> Iterator[Finding]:
    """What USD says; a package that ends its reader is told, and the next goes on."""
    waiting = dict(packages)
    with tempfile.TemporaryDirectory(prefix="maquette_check_") as folder:
        paths = {where: Path(folder, f"{n}.usdz") for n, where in enumerate(waiting)}
        for where, path in paths.items():
            path.write_bytes(waiting[where])
        while waiting:
            lines, why = _asked([str(paths[where]) for where in waiting])
            for where, line in zip(list(waiting), lines, strict=False):
                del waiting[where]
                for row in line:
                    row["where"] = f"{where}{row['where']}"
                    yield Finding(**row)
            if waiting:  # its reader ended at the first of these
                where = next(iter(waiting))
                del waiting[where]
                yield fault("USD_UNREADABLE", where, f"USD's reader {why}")


def _asked(paths: list[str]) -> tuple[list[list[dict[str, Any]]], str]:
    """One line of findings per package, as far as the child came, and why it stopped."""
    patience_s = PATIENCE_S * (1 + len(paths))
    command = [sys.executable, "-m", CHILD, *paths]
    try:
        child = subprocess.run(command, capture_output=True, timeout=patience_s, check=False)
        out, why = child.stdout, f"died ({child.returncode})"
    except subprocess.TimeoutExpired as late:
        out, why = late.stdout or b"", f"took more than {patience_s:.0f} s"
    return [json.loads(line) for line in out.splitlines() if line.endswith(b"]")], why
