"""The USDZ container: aligned and stored; liars are caught by their headers."""

import io
import struct
import zipfile
import zlib

import pytest

from maquette.formats.usdz_archive import Entry, read_archive, write_archive

LAYER = Entry("sticker.usdc", b"PXR-USDC" + bytes(range(200)))
PICTURE = Entry("albedo.png", b"\x89PNG" * 50)
GOOD = write_archive([LAYER, PICTURE])


def codes(data):
    return {fault.code for fault in read_archive(data)[1]}


def zipped(method=zipfile.ZIP_STORED, names=("sticker.usdc",)):
    """What Python's own zip writer makes: never aligned."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name in names:
            archive.writestr(name, b"x" * 100)
    return stream.getvalue()


def patched(place, form, value):
    """The good archive with one number overwritten."""
    data = bytearray(GOOD)
    struct.pack_into(form, data, place, value)
    return bytes(data)


def directory_of(data):
    return struct.unpack_from("<I", data, len(data) - 6)[0]


@pytest.mark.parametrize("length", range(60, 130))
def test_every_entry_is_aligned(length):
    """Whatever the lengths, data begin at multiples of 64, and zipfile reads them."""
    entries = (Entry("a" * (length % 40) + ".usdc", b"l" * length), PICTURE)
    data = write_archive(entries)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert [e.name for e in entries] == archive.namelist()
    assert (entries, ()) == read_archive(data)
    assert all(data.index(entry.data) % 64 == 0 for entry in entries)


DIRECTORY = directory_of(GOOD)
SPOILED = {
    "empty": (b"", "ARCHIVE_UNREADABLE"),
    "not a zip": (b"PK\3\4" + b"x" * 500, "ARCHIVE_UNREADABLE"),
    "truncated": (GOOD[:-1], "ARCHIVE_UNREADABLE"),
    "something after the end": (GOOD + b"x", "ARCHIVE_UNREADABLE"),
    "something before the start": (b"MZ" + GOOD, "ARCHIVE_UNREADABLE"),
    "too large": (bytes(10_000_001), "ARCHIVE_TOO_LARGE"),
    "zip64 directory": (patched(len(GOOD) - 6, "<I", 0xFFFFFFFF), "ARCHIVE_ZIP64"),
    "zip64 size": (patched(DIRECTORY + 24, "<I", 0xFFFFFFFF), "ARCHIVE_ZIP64"),
    "count lies": (patched(len(GOOD) - 12, "<H", 3), "ARCHIVE_UNREADABLE"),
    "compressed": (zipped(zipfile.ZIP_DEFLATED), "ENTRY_COMPRESSED"),
    "misaligned": (zipped(), "ENTRY_MISALIGNED"),
    "encrypted in one header": (patched(6, "<H", 1), "ENTRY_HEADERS_DIFFER"),
    "size differs": (patched(22, "<I", 7), "ENTRY_HEADERS_DIFFER"),
    "name differs": (patched(30, "<B", ord("t")), "ENTRY_HEADERS_DIFFER"),
    "offset lies": (patched(DIRECTORY + 42, "<I", 64), "ENTRY_HEADERS_DIFFER"),
    "offset outside": (patched(DIRECTORY + 42, "<I", len(GOOD)), "ENTRY_BOUNDS"),
    "data changed": (GOOD.replace(b"PXR-USDC", b"PXR-ASDC"), "ENTRY_CHECKSUM"),
    "climbing": (write_archive([LAYER, Entry("../up.png", b"x")]), "ENTRY_NAME"),
    "absolute": (write_archive([LAYER, Entry("/etc/x.png", b"x")]), "ENTRY_NAME"),
    "backslash": (write_archive([LAYER, Entry("..\\x.png", b"x")]), "ENTRY_NAME"),
    "other kind": (write_archive([LAYER, Entry("run.exe", b"x")]), "PACKED_KIND"),
    "picture first": (write_archive([PICTURE, LAYER]), "ROOT_LAYER"),
    "text layer": (write_archive([Entry("a.usda", b"#usda 1.0")]), "ROOT_LAYER"),
    "no entries": (b"PK\3\4" + write_archive([]), "ARCHIVE_UNREADABLE"),
    "twice": (write_archive([LAYER, LAYER]), "ENTRY_TWICE"),
}


@pytest.mark.parametrize(("data", "code"), SPOILED.values(), ids=SPOILED)
def test_spoiled_archives_are_named(data, code):
    """Each way to spoil a package has its code."""
    assert code in codes(data)


def test_shared_bytes_are_found():
    """Two names for overlapping bytes, as zip bombs have them, are a fault."""
    layer, records = GOOD[:DIRECTORY], GOOD[DIRECTORY:-22]
    first = records[: 46 + len(LAYER.name)]
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 2, 2, 2 * len(first), len(layer), 0)
    assert {"ENTRY_TWICE", "ENTRY_OVERLAP"} <= codes(layer + first + first + end)


def test_encrypted_entries_are_refused():
    """An entry marked encrypted in both headers is named so."""
    data = bytearray(GOOD)
    struct.pack_into("<H", data, 6, 1)
    struct.pack_into("<H", data, DIRECTORY + 8, 1)
    assert "ENTRY_ENCRYPTED" in codes(bytes(data))


def test_flipped_bits_never_crash():
    """Any damaged byte of the headers gives faults or the same entries, never an exception."""
    reference = zlib.crc32(GOOD)
    for place in [*range(64), *range(DIRECTORY, len(GOOD))]:
        data = patched(place, "<B", GOOD[place] ^ 0xA5)
        assert reference != zlib.crc32(data)
        read_archive(data)
