"""Zip packages from outside, unpacked piece by piece and never beyond a limit.

What belongs here: the zip. What does not: what its entries mean. Nothing is written to disk, and
entries are found by name only, so paths that climb out of the package do no harm.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO

from maquette.errors import InputError
from maquette.formats.model_files.parts import damaged

ENTRIES_AT_MOST = 5_000
UNPACKED_BYTES_AT_MOST = 512 * 2**20  # two million faces are about 200 MB of XML
PIECE_BYTES = 1 << 20


class Package:
    """The entries of a zip file, whose names are compared without regard to case."""

    def __init__(self, data: bytes) -> None:
        self._zip = zipfile.ZipFile(BytesIO(data))
        entries = self._zip.infolist()
        if len(entries) > ENTRIES_AT_MOST:
            raise _bomb(f"it has {len(entries):,} entries")
        said = sum(entry.file_size for entry in entries)
        if said > UNPACKED_BYTES_AT_MOST:
            raise _bomb(f"it unpacks to {said:,} bytes")
        self._by_name = {entry.filename.lower(): entry for entry in entries}
        self._left = UNPACKED_BYTES_AT_MOST
        self.names = tuple(entry.filename for entry in entries)

    def pieces(self, name: str) -> Iterator[bytes]:
        """An entry bit by bit, so that whoever reads it can stop."""
        entry = self._by_name.get(name.lower())
        if entry is None:
            raise damaged(f"{name[:80]!r} is not in the package")
        if entry.flag_bits & 0x1:
            raise damaged(f"{name[:80]!r} is encrypted")
        with self._zip.open(entry) as stream:
            while piece := stream.read(PIECE_BYTES):
                self._left -= len(piece)
                if self._left < 0:
                    raise _bomb("it unpacks to more than it says")
                yield piece

    def whole(self, name: str) -> bytes:
        """An entry in one piece."""
        return b"".join(self.pieces(name))


def _bomb(what: str) -> InputError:
    return InputError(
        "MESH_FILE_BOMB",
        f"{what}; at most {ENTRIES_AT_MOST:,} entries and {UNPACKED_BYTES_AT_MOST:,} bytes"
        " are read",
        fix="export the model anew, without attachments",
    )
