"""Hostile files: every one gets a verdict, within two seconds, and nothing is written."""

import io
import json
import os
import struct
import zipfile
import zlib

import numpy as np
import pytest

from maquette.checks import check_file
from tests.checks import samples

MOST_SECONDS = 2.0
GIANT = 10 * 2**30


def bomb():
    """Zeros that unpack to a thousand times their size."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(3):
            archive.writestr(f"pack{n}.json", bytes(30_000_000))
    return out.getvalue()


def lying_zip():
    """A directory that tells of ten gigabytes."""
    data = bytearray(samples.zipped({"pack.json": b"{}"}, method=zipfile.ZIP_DEFLATED))
    entry = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, 2**32 - 2)
    return bytes(data)


def names_zip(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
        archive.writestr("pack.json", b'{"stickers": []}')
    return out.getvalue()


def png_chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def giant_png(side_px=100_000):
    """A picture of ten gigapixels in a few bytes."""
    head = struct.pack(">IIBBBBB", side_px, side_px, 8, 6, 0, 0, 0)
    body = png_chunk(b"IHDR", head) + png_chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + body + png_chunk(b"IEND", b"")


def text_bomb_png():
    """A text chunk that unpacks to a hundred megabytes."""
    text = b"a\0\0" + zlib.compress(bytes(100_000_000))
    good = samples.still(16, 16)
    return good[:33] + png_chunk(b"zTXt", text) + good[33:]


def lying_webm():
    """An element of a petabyte."""
    return samples.webm()[:60] + b"\x1f\x43\xb6\x75\x01" + b"\x10" * 7 + b"\xa3\x08" + b"\xff" * 40


def alias_bomb():
    """YAML whose aliases multiply."""
    rows = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    rows += [
        f"{b}: &{b} [{','.join(['*' + a] * 9)}]"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    return "\n".join([*rows, "stickers: *i"]).encode()


def lying_usdc():
    """A layer whose table of contents lies beyond ten gigabytes."""
    layer = b"PXR-USDC" + bytes([0, 8, 0, 0, 0, 0, 0, 0]) + struct.pack("<q", GIANT) + bytes(64)
    return samples.zipped({"a.usdc": layer})


def lying_glb():
    told = {
        "asset": {"version": "2.0"},
        "scenes": [{}],
        "buffers": [{"byteLength": GIANT}],
        "bufferViews": [{"buffer": 0, "byteLength": 4, "byteStride": 1}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": GIANT}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
    }
    text = json.dumps(told).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<4sIIII", b"glTF", 2, 20 + len(text), len(text), 0x4E4F534A) + text


HOSTILE = {
    "nothing": b"",
    "one byte": b"P",
    "zip bomb": bomb(),
    "zip that lies": lying_zip(),
    "climbing names": names_zip("../../up", "/etc/passwd", "C:\\x", "a/../../b"),
    "terminal names": names_zip("\x1b[2J\x07", "a\nb"),
    "many files": names_zip(*(f"{n}" for n in range(12_000))),
    "giant picture": giant_png(),
    "giant within limits": giant_png(7_900),
    "text bomb": text_bomb_png(),
    "webm that lies": lying_webm(),
    "usdz that lies": lying_usdc(),
    "glb that lies": lying_glb(),
    "yaml bomb": samples.zipped({"manifest.yaml": alias_bomb()}),
    "yaml of brackets": samples.zipped({"manifest.yaml": b"[" * 60_000}),
    "json of brackets": samples.zipped({"contents.json": b"[" * 1_000_000}),
    "json of a long number": samples.zipped({"contents.json": b'{"a": ' + b"9" * 100_000 + b"}"}),
    "odd contents": samples.zipped(
        {"contents.json": b'{"sticker_packs": [1, {"stickers": [null, {"image_file": 5}]}]}'}
    ),
    "odd pack": samples.zipped(
        {"pack.json": b'{"stickers": [null, {"files": [1, {}], "licences": 3}], "files": "x"}'}
    ),
    "odd catalog": samples.zipped(
        {
            "a.stickerpack/Contents.json": b'{"properties": [], "stickers": [{"filename": []}]}',
            "a.stickersiconset/Contents.json": b'{"images": [{"filename": "x", "size": "axb"}]}',
        }
    ),
    "page without end": samples.zipped(
        {
            "pack.json": b'{"stickers": []}',
            "index.html": b"<a href=http://[x><img src=http://[x>" + b"<" * 200_000,
        }
    ),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_get_a_verdict(data, tmp_path):
    """None of them crashes, passes or makes two seconds of work."""
    path = tmp_path / "file.zip"
    path.write_bytes(data)
    began_s = sum(os.times()[:4])  # work, children's too: the machine may be busy with others
    verdict = check_file(path)
    assert sum(os.times()[:4]) - began_s < MOST_SECONDS
    assert not verdict.is_sound
    assert ["file.zip"] == [p.name for p in tmp_path.iterdir()]


def test_climbing_names_are_called_by_name(tmp_path):
    """Each name that leads out is told, and its bytes are not looked at."""
    path = tmp_path / "file.zip"
    path.write_bytes(names_zip("../up", "fine", "/root"))
    verdict = check_file(path)
    assert ["../up", "/root"] == [f.where for f in verdict.faults if f.rule == "ZIP_NAME"]


SOURCES = {
    "usdz": samples.USDZ,
    "glb": samples.GLB,
    "webm": samples.webm(),
    "webp": samples.moving(64, 64, "WEBP"),
    "apng": samples.moving(64, 64),
    "gif": samples.moving(64, 64, "GIF"),
    "wastickers": samples.zipped(samples.whatsapp()),
}


@pytest.mark.parametrize("data", SOURCES.values(), ids=SOURCES)
def test_damage_never_raises(data, tmp_path):
    """Files cut short or with random bytes in them end in a verdict."""
    rng = np.random.default_rng(5)
    path = tmp_path / "file"
    for n in range(12):
        spoiled = bytearray(data)
        # headers are where the lies are told
        places = rng.integers(0, min(len(data), 400 if n % 2 else len(data)), 6)
        for place in places:
            spoiled[place] = rng.integers(0, 256)
        path.write_bytes(spoiled if n % 3 else spoiled[: int(rng.integers(1, len(data)))])
        assert check_file(path).kind
