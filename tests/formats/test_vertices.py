"""NPZ of moving meshes: they come back to the last bit, and damage never gets further."""

import io
import json
import struct
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from maquette.errors import FormatError
from maquette.formats.vertices import read_vertices, write_vertices
from maquette.types import Animation
from tests import zoo
from tests.swaying import swaying

BALL = swaying(rows=5)
GOOD = write_vertices(BALL, zoo.provenance())


def with_mesh(**changes):
    return replace(BALL, mesh=replace(BALL.mesh, **changes))


COLOURS = np.arange(len(BALL.mesh.points) * 4, dtype=np.uint8).reshape(-1, 4)
CLIPS = {
    "textured": BALL,
    "plain": swaying(rows=5, texture=False),
    "colours": with_mesh(colours=COLOURS),
    "cut-out": with_mesh(alpha_cutoff=0.5),
    "no-camera": replace(BALL, camera=None),
    "one-frame": swaying(rows=5, frames=1),
    "odd-rate": replace(BALL, rate=24000 / 1001),
}


@pytest.mark.parametrize("animation", CLIPS.values(), ids=CLIPS)
def test_animations_come_back(animation):
    """Reading what was written gives the same values, to the last bit."""
    back = read_vertices(write_vertices(animation, zoo.provenance()))
    for name, expected in vars(animation.mesh).items():
        assert np.array_equal(expected, getattr(back.mesh, name)), name
    assert np.array_equal(animation.points, back.points)
    assert (animation.rate, animation.camera) == (back.rate, back.camera)


def test_numpy_opens_it():
    """A pipeline needs numpy and nothing of ours."""
    with np.load(io.BytesIO(GOOD), allow_pickle=False) as found:
        assert np.array_equal(BALL.points, found["points"])
        assert np.array_equal(BALL.mesh.faces, found["faces"])
        assert (12.5, [640.0, 128.0, 250.5]) == (float(found["rate"]), found["camera"].tolist())
        assert BALL.mesh.texture_png == found["texture_png"].tobytes()


def test_it_says_what_made_it():
    """Prompt and licence stand beside the arrays."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        about = json.loads(archive.read("about.json"))
    assert ("a round cat", "MIT, Apache-2.0") == (about["Description"], about["Licence"])


def test_bytes_are_always_the_same():
    """Equal animations give equal files."""
    assert GOOD == write_vertices(swaying(rows=5), zoo.provenance())


def repacked(**arrays):
    """The good file with some arrays replaced, or left out where they are None."""
    with np.load(io.BytesIO(GOOD), allow_pickle=False) as found:
        kept = {name: found[name] for name in found.files if name != "about.json"}
    kept |= arrays
    held = io.BytesIO()
    np.savez(held, allow_pickle=True, **{n: a for n, a in kept.items() if a is not None})
    return held.getvalue()


def claimed(shape):
    """The good file with points that claim to be larger than they are."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "<f4", "fortran_order": False, "shape": shape}
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("points.npy", head.getvalue() + bytes(64))
    return held.getvalue()


def zipped(name, data):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, data)
    return held.getvalue()


def plain_array():
    held = io.BytesIO()
    np.save(held, BALL.points)
    return held.getvalue()


POINTS = BALL.points
DAMAGED = {
    "nothing": b"",
    "no zip": b"PK\x03\x04 and no more",
    "an array alone": plain_array(),
    "a text": b"points,faces\n1,2\n",
    "an empty zip": zipped("readme.txt", b"hello"),
    "no array": zipped("points.npy", b"\x93NUMPY\x01\x00\xff\xff"),
    "an unknown head": zipped("points.npy", b"\x93NUMPY\x09\x00" + bytes(64)),
    "a head of words": zipped("points.npy", b"\x93NUMPY\x01\x00\x08\x00open('x'" + bytes(9)),
    "huge": claimed((10**9, 10**9, 3)),
    "larger": claimed((10**6, 3, 3)),
    "below nothing": claimed((-1, 3, 3)),
    "objects": repacked(points=np.array([{}, {}], object)),
    "no points": repacked(points=None),
    "no faces": repacked(faces=None),
    "no rate": repacked(rate=None),
    "fewer points": repacked(points=POINTS[:, :-1]),
    "no frames": repacked(points=POINTS[:0]),
    "flat points": repacked(points=POINTS[0]),
    "other numbers": repacked(points=POINTS.astype(np.float64)),
    "not finite": repacked(points=np.where(POINTS > 0.1, np.float32(np.nan), POINTS)),
    "faces of nothing": repacked(faces=BALL.mesh.faces + 10_000),
    "faces below nothing": repacked(faces=BALL.mesh.faces - 10_000),
    "texts for faces": repacked(faces=BALL.mesh.faces.astype(str)),
    "fewer coordinates": repacked(uv=BALL.mesh.uv[1:]),
    "no time": repacked(rate=np.array(0.0)),
    "endless rate": repacked(rate=np.array(np.inf)),
    "no rate at all": repacked(rate=np.array(np.nan)),
    "two rates": repacked(rate=np.array([1.0, 2.0])),
    "half a camera": repacked(camera=np.array([1.0])),
    "a camera nowhere": repacked(camera=np.array([np.nan, 0, 0])),
    "colours of others": repacked(colours=COLOURS[1:]),
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_what_is_not_ours_is_refused(data):
    """Foreign, lying and incomplete files all end in one code."""
    with pytest.raises(FormatError, match="VERTICES_DAMAGED"):
        read_vertices(data)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.5, 0.9, 0.999])
def test_torn_files_are_refused(share):
    """However much is missing, the error is ours."""
    with pytest.raises(FormatError, match="VERTICES_DAMAGED"):
        read_vertices(GOOD[: int(share * len(GOOD))])


def test_flipped_bits_are_told_or_do_no_harm():
    """One bit of any byte: the file is refused, or what is read is what was written."""
    rng = np.random.default_rng(3)
    refused = 0
    for place in rng.integers(0, len(GOOD), 400):
        spoiled = bytearray(GOOD)
        spoiled[place] ^= 1 << int(rng.integers(8))
        try:
            back = read_vertices(bytes(spoiled))
        except FormatError as trouble:
            assert trouble.code == "VERTICES_DAMAGED"
            refused += 1
        else:
            assert np.array_equal(BALL.points, back.points)
            assert np.array_equal(BALL.mesh.faces, back.mesh.faces)
    assert refused > 300


def test_flipped_bits_in_the_directory_are_told_or_do_no_harm():
    """The zip's own tables lie at its end: each of their bytes is tried."""
    (start,) = struct.unpack_from("<I", GOOD, len(GOOD) - 6)
    for place in range(start, len(GOOD)):
        spoiled = bytearray(GOOD)
        spoiled[place] ^= 0x41
        try:
            back = read_vertices(bytes(spoiled))
        except FormatError as trouble:
            assert trouble.code == "VERTICES_DAMAGED"
        else:
            assert np.array_equal(BALL.points, back.points)


def test_what_is_read_can_be_used_again():
    """Points lie in memory as they did, and frame 0 is the mesh's own copy."""
    back = read_vertices(GOOD)
    assert isinstance(back, Animation)
    assert (True, True) == (back.points.flags.c_contiguous, back.mesh.points.flags.owndata)
