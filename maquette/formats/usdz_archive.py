"""The USDZ container: a zip of stored entries, each aligned to 64 bytes.

Written and judged by hand: the stock packager records file times (other bytes every run), and
USD's own reader follows the local headers only, so a lying central directory passes it. What
belongs here: the zip. What does not: what its layers hold (`maquette.formats.usd_rules`).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

ALIGNMENT = 64
LARGEST_BYTES = 10_000_000  # what people wait for on a phone, and Scene Viewer's limit
TEXTURE_SUFFIXES = ("png", "jpg", "jpeg")
SUFFIXES = ("usdc", *TEXTURE_SUFFIXES)  # usda and usd are not safe on devices

_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), "<4s4H2IH"
_END_BYTES = struct.calcsize(_END)
_VERSION = 20  # zip 2.0, the oldest that everything reads
_DAY = (1 << 5) | 1  # 1 January 1980, midnight: the zip epoch stands for "no date"
_PADDING_KIND = 0x1986  # extra-field id that OpenUSD's own writer uses for padding


@dataclass(frozen=True)
class Fault:
    """One broken rule: a stable code, where it is broken, and how."""

    code: str
    where: str
    message: str


@dataclass(frozen=True)
class Entry:
    """One file in the archive."""

    name: str
    data: bytes


@dataclass(frozen=True)
class _Record:
    """What the central directory says of one entry."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int

    @property
    def where(self) -> str:
        return self.name.decode("utf-8", "replace")


def write_archive(entries: Sequence[Entry]) -> bytes:
    """A USDZ archive of these entries, the root layer first; same entries, same bytes."""
    out, directory = bytearray(), bytearray()
    for entry in entries:
        name, crc, size = entry.name.encode("ascii"), zlib.crc32(entry.data), len(entry.data)
        offset = len(out)
        # OpenUSD spec_usdz 1.3: data begins at a multiple of 64; the extra field is the padding,
        # and it cannot be shorter than its own four-byte head
        bare = offset + _LOCAL.size + len(name)
        padding = -bare % ALIGNMENT
        padding += ALIGNMENT if 0 < padding < 4 else 0
        fixed = (_VERSION, 0, 0, 0, _DAY, crc, size, size, len(name))
        out += _LOCAL.pack(b"PK\3\4", *fixed, padding) + name
        if padding:
            out += struct.pack("<2H", _PADDING_KIND, padding - 4).ljust(padding, b"\0")
        out += entry.data
        directory += _CENTRAL.pack(b"PK\1\2", _VERSION, *fixed, 0, 0, 0, 0, 0, offset) + name
    count = len(entries)
    end = struct.pack(_END, b"PK\5\6", 0, 0, count, count, len(directory), len(out), 0)
    return bytes(out + directory) + end


def read_archive(data: bytes) -> tuple[tuple[Entry, ...], tuple[Fault, ...]]:
    """The entries of a USDZ archive, and every rule of the container that it breaks.

    Nothing is unpacked to disk and nothing is decompressed. Entries that cannot be read are left
    out; without a readable directory there are none.
    """
    if len(data) > LARGEST_BYTES:
        fault = Fault("ARCHIVE_TOO_LARGE", "archive", f"{len(data)} of {LARGEST_BYTES} bytes")
        return (), (fault,)
    records, fault = _directory(data)
    if fault is not None:
        return (), (fault,)
    entries: list[Entry] = []
    faults: list[Fault] = []
    for record in records:
        content, found = _content(data, record)
        faults.extend(found)
        faults.extend(_name_faults(record.where))
        if content is not None:
            entries.append(Entry(record.where, content))
    faults.extend(_order_faults(records))
    return tuple(entries), tuple(faults)


def _directory(data: bytes) -> tuple[list[_Record], Fault | None]:
    """The central directory, or the fault that makes it unreadable."""
    broken = Fault("ARCHIVE_UNREADABLE", "archive", "it does not end in a zip directory")
    if len(data) < _END_BYTES or not data.startswith(b"PK\3\4"):
        return [], broken
    magic, disk, first, here, count, size, start, comment = struct.unpack(_END, data[-_END_BYTES:])
    if magic != b"PK\5\6" or comment:
        return [], broken
    if 0xFFFF in (disk, first, here, count) or 0xFFFFFFFF in (size, start):
        return [], Fault("ARCHIVE_ZIP64", "archive", "USD reads no zip64")
    if disk or first or here != count or start + size != len(data) - _END_BYTES:
        return [], broken
    try:
        records = list(_records(data, start, count))
    except (struct.error, ValueError):
        return [], broken
    if sum(_CENTRAL.size + len(record.name) for record in records) > size:
        return [], broken
    return records, None


def _records(data: bytes, start: int, count: int) -> Iterator[_Record]:
    for _ in range(count):
        fields = _CENTRAL.unpack_from(data, start)
        magic, _, _, flags, method, _, _, crc, packed, size, named, extra, comment = fields[:13]
        if magic != b"PK\1\2":
            raise ValueError("not a directory record")
        start += _CENTRAL.size
        name = data[start : start + named]
        yield _Record(name, flags, method, crc, packed, size, fields[-1])
        start += named + extra + comment


def _content(data: bytes, record: _Record) -> tuple[bytes | None, list[Fault]]:
    """An entry's bytes as its local header places them, and what is wrong with its headers."""
    where = record.where
    if 0xFFFFFFFF in (record.packed, record.size, record.offset):
        return None, [Fault("ARCHIVE_ZIP64", where, "USD reads no zip64")]
    try:
        magic, _, flags, method, _, _, crc, packed, size, named, extra = _LOCAL.unpack_from(
            data, record.offset
        )
    except struct.error:
        return None, [Fault("ENTRY_BOUNDS", where, "its header lies outside the archive")]
    start = record.offset + _LOCAL.size + named + extra
    name = data[record.offset + _LOCAL.size :][:named]
    local = _Record(name, flags, method, crc, packed, size, record.offset)
    if magic != b"PK\3\4" or local != record:
        return None, [
            Fault("ENTRY_HEADERS_DIFFER", where, "its local header and the directory disagree")
        ]
    faults: list[Fault] = []
    if record.flags & 0x41:  # encrypted, strongly encrypted
        faults.append(Fault("ENTRY_ENCRYPTED", where, "it is encrypted"))
    if record.method:
        faults.append(Fault("ENTRY_COMPRESSED", where, f"compression method {record.method}"))
    if start % ALIGNMENT:
        faults.append(Fault("ENTRY_MISALIGNED", where, f"data begin at {start}, not n x 64"))
    content = data[start : start + record.packed]
    if len(content) != record.packed or (not record.method and record.packed != record.size):
        return None, [*faults, Fault("ENTRY_BOUNDS", where, "its data reach outside the archive")]
    if not record.method and zlib.crc32(content) != record.crc:
        faults.append(Fault("ENTRY_CHECKSUM", where, "its data do not match their checksum"))
    return (None if record.method else content), faults


def _name_faults(name: str) -> list[Fault]:
    faults: list[Fault] = []
    parts = name.split("/")
    climbs = any(part in ("", ".", "..") for part in parts)
    if climbs or not name.isascii() or not name.isprintable() or set(name) & set('\\:*?"<>|'):
        faults.append(Fault("ENTRY_NAME", name, "only plain names inside the package may be used"))
    if name.rpartition(".")[2].lower() not in SUFFIXES:
        faults.append(Fault("PACKED_KIND", name, f"only {', '.join(SUFFIXES)} may be packed"))
    return faults


def _order_faults(records: Sequence[_Record]) -> list[Fault]:
    """Faults of the archive as a whole: its first entry, doubled names, shared bytes."""
    faults: list[Fault] = []
    if not records or not records[0].where.endswith(".usdc") or records[0].offset:
        faults.append(Fault("ROOT_LAYER", "archive", "its first entry must be a .usdc layer"))
    names = [record.name for record in records]
    if len(set(names)) != len(names):
        faults.append(Fault("ENTRY_TWICE", "archive", "two entries have the same name"))
    placed = sorted(records, key=lambda record: record.offset)
    for before, after in pairwise(placed):
        if before.offset + _LOCAL.size + len(before.name) + before.packed > after.offset:
            faults.append(Fault("ENTRY_OVERLAP", after.where, f"it lies within {before.where}"))
    return faults
