"""Cryptomatte 1.2.0: every object's matte in one set of channels, picked by its name.

Each pixel lists who covers it, the largest share first: pairs of id and coverage, two to a layer
(``CryptoObject00.RGBA``, ``01`` ...). An id is the hash of the object's name, kept in the bits of
a float: these channels must stay 32 bit and lossless. What belongs here: ids, ranks and the
header's words. What does not: the file around them (exr).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from maquette.errors import InputError
from maquette.types import Floats

TYPE_NAME = "CryptoObject"  # what compositors' menus show
MOST_RANKS = 6  # the specification's own suggestion: six objects may meet in one pixel
STRIP_ROWS = 256  # ranked at a time: sorting all objects of a 4K plate would take gigabytes
_WORD = 0xFFFFFFFF


@dataclass(frozen=True)
class ObjectIds:
    """The channels and header words that make an EXR a Cryptomatte."""

    channels: dict[str, Floats]  # each (H, W) float32
    words: dict[str, str]


def object_ids(mattes: Mapping[str, Floats]) -> ObjectIds:
    """All objects of one frame, ranked pixel by pixel.

    A pixel is covered once at most: where mattes claim more together, each gives way in
    proportion. Give every object of the shot on every frame, hidden ones as zeros: the number
    of channels must not change within a sequence.

    Args:
        mattes: object's name -> (H, W) float32 coverage in 0..1; at least one.
    """
    if not mattes:
        raise InputError("CRYPTOMATTE_EMPTY", "a Cryptomatte needs at least one object")
    ids = np.array([id_bits(name) for name in mattes], np.uint32).view(np.float32)
    shape = next(iter(mattes.values())).shape
    ranks = min(len(mattes), MOST_RANKS)
    channels: dict[str, Floats] = {}
    for layer in range(-(-ranks // 2)):
        for letter in "RGBA":
            channels[f"{TYPE_NAME}{layer:02d}.{letter}"] = np.zeros(shape, np.float32)
    for top in range(0, shape[0], STRIP_ROWS):
        rows = slice(top, top + STRIP_ROWS)
        claims = np.stack([matte[rows] for matte in mattes.values()])
        held, shares = _ranked(claims, ids)
        for rank in range(ranks):
            layer, (ident, cover) = f"{TYPE_NAME}{rank // 2:02d}", ("RG", "BA")[rank % 2]
            channels[f"{layer}.{ident}"][rows] = held[rank]
            channels[f"{layer}.{cover}"][rows] = shares[rank]
    return ObjectIds(channels, _words(mattes))


def _ranked(claims: Floats, ids: Floats) -> tuple[Floats, Floats]:
    """Ids and shares in order of rank, both (N, H, W), from what N objects claim."""
    shares = claims.clip(0, 1)
    shares /= np.maximum(shares.sum(0), 1)
    # stable: where two cover alike, the first in order stays first on every machine
    order = np.argsort(-shares, axis=0, kind="stable")
    shares = np.take_along_axis(shares, order, 0)
    return np.where(shares > 0, ids[order], np.float32(0)), shares  # nobody has id 0


def id_bits(name: str) -> int:
    """The 32 bits of an object's id: its name's hash, kept clear of floats that are no numbers."""
    bits = murmur3_32(name.encode())
    if bits >> 23 & 255 in (0, 255):  # zero, subnormal, infinite or not a number
        bits ^= 1 << 23
    return bits


def murmur3_32(data: bytes) -> int:
    """MurmurHash3_x86_32 with seed 0; no package of the base has it, and names are short."""
    state = 0
    whole = len(data) // 4 * 4
    for start in range(0, whole, 4):
        state ^= _scrambled(int.from_bytes(data[start : start + 4], "little"))
        state = (_turned(state, 13) * 5 + 0xE6546B64) & _WORD
    state ^= _scrambled(int.from_bytes(data[whole:], "little")) ^ len(data)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        state = ((state ^ state >> shift) * factor) & _WORD
    return state ^ state >> 16


def _scrambled(block: int) -> int:
    return _turned(block * 0xCC9E2D51 & _WORD, 15) * 0x1B873593 & _WORD


def _turned(word: int, places: int) -> int:
    return (word << places | word >> 32 - places) & _WORD


def _words(names: Mapping[str, Floats]) -> dict[str, str]:
    manifest = {name: f"{id_bits(name):08x}" for name in names}
    # seven letters of the type's own id: the longest key then fits EXR's 31 letters
    before = f"cryptomatte/{id_bits(TYPE_NAME):08x}"[:-1]
    return {
        f"{before}/name": TYPE_NAME,
        f"{before}/hash": "MurmurHash3_32",
        f"{before}/conversion": "uint32_to_float32",
        # names as they are, not escaped: the bytes of UTF-8 are what was hashed
        f"{before}/manifest": json.dumps(manifest, ensure_ascii=False, separators=(",", ":")),
    }
