"""Files by name, out of a zip or a folder that may be hostile.

A zip's directory may lie: about sizes, so that unpacking never ends; about names, so that files
land elsewhere. Sums are judged before anything is unpacked, and nothing is ever written. What
belongs here: reading containers and JSON. What does not: what the files mean.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from maquette.checks.verdicts import Finding, fault, found

Files = dict[str, bytes]

MOST_BYTES = 512_000_000  # of a file, and of all files of a container together
MOST_FILES = 10_000
MOST_RATIO = 200  # unpacked to packed; pictures and solids hardly shrink at all
MOST_JSON_BYTES = 8_000_000


def unpacked(data: bytes, where: str) -> tuple[Files, list[Finding]]:
    """The files of a zip whose names and sums can be trusted, and what is wrong with the rest."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            findings = list(_directory_findings(entries, packed_bytes=len(data), where=where))
            if any(f.rule == "ZIP_BOMB" and f.grade == "fault" for f in findings):
                return {}, findings
            files: Files = {}
            for entry in entries:
                findings.extend(_taken(archive, entry, files))
            return files, findings
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as broken:
        return {}, [fault("ZIP_UNREADABLE", where, f"no whole zip: {broken}")]


def _directory_findings(
    entries: Sequence[zipfile.ZipInfo], *, packed_bytes: int, where: str
) -> Iterator[Finding]:
    names = [entry.filename for entry in entries]
    unpacked_bytes = sum(entry.file_size for entry in entries)
    small = unpacked_bytes <= min(MOST_BYTES, MOST_RATIO * packed_bytes)
    size = f"{len(names):,} files, {unpacked_bytes:,} bytes unpacked from {packed_bytes:,}"
    yield found("ZIP_BOMB", where, small and len(names) <= MOST_FILES, size)
    for name in sorted(names):
        if not is_plain(name):
            yield fault("ZIP_NAME", name[:120], "the name leads out of the archive or hides")
    for name, times in Counter(names).items():
        if times > 1:
            yield fault("ZIP_TWICE", name[:120], f"{times} entries have this name")


def is_plain(name: str) -> bool:
    """Whether a name stays within its folder on every system."""
    parts = name.split("/")
    climbs = any(part in ("", ".", "..") for part in parts)
    return not climbs and name.isprintable() and not set(name) & set('\\:*?"<>|')


def _taken(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, files: Files) -> Iterator[Finding]:
    """Unpack one entry into `files`; zipfile compares its size and checksum."""
    if entry.flag_bits & 1:
        yield fault("ZIP_ENCRYPTED", entry.filename, "it is encrypted")
        return
    try:
        data = archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError) as broken:
        yield fault("ZIP_ENTRY", entry.filename, f"it cannot be unpacked: {broken}"[:200])
        return
    if len(data) != entry.file_size:
        yield fault("ZIP_ENTRY", entry.filename, f"{len(data):,} of {entry.file_size:,} bytes")
    elif is_plain(entry.filename):
        files[entry.filename] = data


def gathered(folder: Path) -> tuple[Files, list[Finding]]:
    """The files of a folder; links are not followed."""
    paths = [p for p in _walk(folder) if p.is_file() and not p.is_symlink()]
    sizes = sum(path.stat().st_size for path in paths)
    size = f"{len(paths):,} files, {sizes:,} bytes"
    small = sizes <= MOST_BYTES and len(paths) <= MOST_FILES
    findings = [found("FOLDER_SIZE", folder.name, small, size)]
    if not small:
        return {}, findings
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}, findings


def _walk(folder: Path) -> list[Path]:
    paths: list[Path] = []
    for place, _, names in os.walk(folder):
        paths.extend(Path(place, name) for name in names)
        if len(paths) > MOST_FILES:
            break
    return sorted(paths)


def beneath(files: Files, folder: str) -> Files:
    """The files below a folder, named from there."""
    start = f"{folder}/"
    return {n.removeprefix(start): data for n, data in files.items() if n.startswith(start)}


def unwrapped(files: Files) -> tuple[str, Files]:
    """The folder that holds all files, if there is one, and the files as seen from there."""
    tops = {name.partition("/")[0] for name in files}
    (top,) = tops if len(tops) == 1 else ("",)
    return (top, beneath(files, top)) if top and top not in files else ("", files)


def suffix_of(name: str) -> str:
    """How a file's name ends, in lower case, without the dot."""
    return name.rpartition("/")[2].rpartition(".")[2].lower()


def read_json(data: bytes) -> Any:
    """What JSON bytes say, or None where they say nothing that can be used."""
    if len(data) > MOST_JSON_BYTES:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def as_object(value: Any) -> dict[str, Any]:
    """A JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """A JSON list, or an empty one in place of anything else."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """A JSON text, or an empty one in place of anything else."""
    return value if isinstance(value, str) else ""
