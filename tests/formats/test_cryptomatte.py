"""Cryptomatte: ids as the specification counts them, mattes found again by the rules alone."""

import json
import struct
from fractions import Fraction

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.formats.cryptomatte import id_bits, murmur3_32, object_ids
from maquette.formats.exr import layer, read_exr, write_exr
from maquette.provenance import Provenance
from maquette.video.slates import Slate
from tests import zoo

# the specification's own examples, a public sample file's manifest, and the reference code's
# verification words for seed 0
HASHES = {
    "": 0, "hello": 0x248BFA47, "torus": 4053562365, "равнина": 2518896926,
    "test": 0xBA6BD213, "Hello, world!": 0xC0363E43,
    "The quick brown fox jumps over the lazy dog": 0x2E4FF723,
}  # fmt: skip
SAMPLE_IDS = {
    'name containing a "quote"  ': "af8bfa09",
    "name_containing/slash": "b0a04231",
    "name, with, comma": "62fa4db8",
    "bunny": "13851a76",
    "default": "42c9679f",
}


@pytest.mark.parametrize(("text", "expected"), HASHES.items(), ids=str)
def test_names_are_hashed_as_murmur3(text, expected):
    """MurmurHash3_x86_32 over UTF-8, seed 0."""
    assert expected == murmur3_32(text.encode())


@pytest.mark.parametrize(("name", "expected"), SAMPLE_IDS.items(), ids=str)
def test_ids_are_those_of_published_files(name, expected):
    """The manifests of sample files hold the same ids for the same names."""
    assert expected == f"{id_bits(name):08x}"


def test_no_id_is_a_special_float():
    """Whatever the hash, the float is a normal number: neither zero, tiny, infinite nor NaN."""
    names = [f"object {number}" for number in range(3000)]
    raw = [murmur3_32(name.encode()) for name in names]
    assert any(bits >> 23 & 255 in (0, 255) for bits in raw), "the rule is never needed here"
    for name, bits in zip(names, raw, strict=True):
        value = struct.unpack("<f", struct.pack("<I", id_bits(name)))[0]
        assert 1.17e-38 < abs(value) < 3.5e38
        assert id_bits(name) in (bits, bits ^ 1 << 23)


def picked(raster, name):
    """One object's matte, found as a compositor does: by the header and the pixels alone."""
    prefix = next(
        key.removesuffix("/name")
        for key, text in raster.words.items()
        if key.startswith("cryptomatte/") and key.endswith("/name") and text == "CryptoObject"
    )
    assert "MurmurHash3_32" == raster.words[f"{prefix}/hash"]
    assert "uint32_to_float32" == raster.words[f"{prefix}/conversion"]
    ident = json.loads(raster.words[f"{prefix}/manifest"])[name]
    wanted = struct.unpack(">f", bytes.fromhex(ident))[0]
    layers = sorted({n.split(".")[0] for n in raster.channels if n.startswith("CryptoObject")})
    total = 0
    for ranks in layers:
        for id_channel, cover_channel in ("RG", "BA"):
            here = raster.channels[f"{ranks}.{id_channel}"] == np.float32(wanted)
            total = total + raster.channels[f"{ranks}.{cover_channel}"] * here
    return total


def crypto_file(path, mattes):
    """The EXR of these objects, read back."""
    pytest.importorskip("OpenImageIO")
    ids = object_ids(mattes)
    slate = Slate(Fraction(24))
    channels = {**layer("", np.maximum.reduce(list(mattes.values()))), **ids.channels}
    write_exr(path, channels, slate=slate, provenance=Provenance(), words=ids.words)
    return read_exr(path)


def discs(count):
    """Soft discs along a line: neighbours meet at their edges only."""
    return {
        f"диск {n}": zoo.disc_alpha(96, centre_xy=(10 + 14 * n, 48), radius_px=7)
        for n in range(count)
    }


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_every_matte_is_found_again(tmp_path, count):
    """Objects side by side come back exactly, by name, in any script."""
    mattes = discs(count)
    raster = crypto_file(tmp_path / "a.exr", mattes)
    whole = np.maximum(sum(mattes.values()), 1)
    for name, alpha in mattes.items():
        assert np.abs(picked(raster, name) - alpha / whole).max() < 1e-6
    assert -(-count // 2) * 4 + 1 == len(raster.channels)
    assert {np.dtype(np.float32)} == {
        values.dtype for name, values in raster.channels.items() if name.startswith("Crypto")
    }


def test_a_pixel_is_covered_once_at_most():
    """Where objects claim more together, each gives way in proportion."""
    half, most = np.full((2, 2), 0.5, np.float32), np.full((2, 2), 1, np.float32)
    channels = object_ids({"one": half, "two": most}).channels
    first, second = channels["CryptoObject00.G"], channels["CryptoObject00.A"]
    assert [2 / 3, 1 / 3] == pytest.approx([first[0, 0], second[0, 0]])
    assert np.float32(1) == pytest.approx(first + second)


def test_the_largest_share_comes_first():
    """Ranks fall from pixel to pixel; where nobody is, id and coverage are zero."""
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.ones(9), (20, 30)).astype(np.float32)
    shares[:5] = 0
    channels = object_ids({f"o{n}": shares[..., n] for n in range(9)}).channels
    ranks = [channels[f"CryptoObject{n // 2:02d}.{'GA'[n % 2]}"] for n in range(6)]
    assert 12 == len(channels), "six ranks are the most"
    assert (np.diff(ranks, axis=0) <= 0).all()
    assert np.allclose(np.sort(shares, axis=2)[..., ::-1][..., :6], np.stack(ranks, -1))
    assert not any(values[:5].any() for values in channels.values())


def test_strips_join_without_a_seam():
    """A frame higher than one strip is ranked like a low one."""
    rng = np.random.default_rng(0)
    tall = {name: rng.random((600, 3)).astype(np.float32) for name in ("one", "two")}
    whole = object_ids(tall).channels
    for top in (0, 250, 510, 590):
        part = object_ids({name: matte[top : top + 10] for name, matte in tall.items()}).channels
        for name, values in part.items():
            assert np.array_equal(values, whole[name][top : top + 10])


def test_hidden_objects_keep_their_channels():
    """The number of channels must not change within a sequence."""
    nothing = np.zeros((4, 4), np.float32)
    here = object_ids({"one": nothing + 1, "two": nothing, "three": nothing})
    gone = object_ids({"one": nothing, "two": nothing, "three": nothing})
    assert list(here.channels) == list(gone.channels)
    assert here.words == gone.words


def test_keys_fit_old_readers():
    """No header word has a name longer than the 31 letters of EXR's first version."""
    words = object_ids(discs(1)).words
    assert 31 >= max(map(len, words))
    assert all(key.startswith("cryptomatte/3ae39a5/") for key in words)


def test_a_cryptomatte_needs_objects():
    """Nothing is refused."""
    with pytest.raises(InputError) as refused:
        object_ids({})
    assert "CRYPTOMATTE_EMPTY" == refused.value.code
