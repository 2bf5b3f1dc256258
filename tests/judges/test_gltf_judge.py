"""Khronos' validator on our GLB twins."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maquette.solids.surfaces import shaded
from tests.judges.asking import Verdicts, all_of, judge
from tests.judges.samples import SAMPLES, Sample

pytestmark = pytest.mark.judge

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
khronos = judge("node", "khronos_says.mjs")
TEXT_START = 20  # after the file's head and the head of the first chunk


@pytest.fixture(scope="module")
def verdicts(stickers: Path) -> Verdicts:
    """The validator's word on every sample."""
    return khronos(all_of(stickers, "glb"))


@each_sample
def test_validator_has_nothing_to_say(sample: Sample, verdicts: Verdicts):
    """Our GLB has no error, no warning, and not even an information or a hint."""
    assert [] == verdicts[sample.name]["messages"]


@each_sample
def test_validator_counts_what_was_written(sample: Sample, verdicts: Verdicts):
    """The validator sees our triangles, our points and a square texture."""
    verdict = verdicts[sample.name]
    expected = (len(sample.card.faces), len(shaded(sample.card).points))
    assert expected == (verdict["triangles"], verdict["vertices"])
    ((width, height),) = verdict["images"]
    assert width == height


def edited(glb: bytes, edit: Callable[[dict[str, Any]], None]) -> bytes:
    """The same file with its JSON changed."""
    (length,) = struct.unpack_from("<I", glb, 12)
    gltf = json.loads(glb[TEXT_START : TEXT_START + length])
    edit(gltf)
    text = json.dumps(gltf).encode()
    text += b" " * (-len(text) % 4)
    rest = glb[TEXT_START + length :]
    head = struct.pack(
        "<4sIII4s", b"glTF", 2, TEXT_START + len(text) + len(rest), len(text), b"JSON"
    )
    return head + text + rest


def no_version(gltf: dict[str, Any]) -> None:
    """Which glTF it is remains a secret."""
    del gltf["asset"]["version"]


def wrong_bounds(gltf: dict[str, Any]) -> None:
    """Points lie outside the box they are said to lie in."""
    gltf["accessors"][0]["max"] = [0, 0, 0]


def too_few_points(gltf: dict[str, Any]) -> None:
    """Faces name points that do not exist."""
    for number in gltf["meshes"][0]["primitives"][0]["attributes"].values():
        gltf["accessors"][number]["count"] = 3


def outside(gltf: dict[str, Any]) -> None:
    """A view reaches past the end of the buffer."""
    gltf["bufferViews"][-1]["byteLength"] += 4096


def test_validator_accepts_what_is_only_rewritten(tmp_path: Path):
    """It is the faults below that are refused, not the way they are made."""
    path = tmp_path / "rewritten.glb"
    path.write_bytes(edited(SAMPLES[0].glb, lambda _: None))
    assert [] == khronos([path])["rewritten"]["messages"]


@pytest.mark.parametrize("spoil", [no_version, wrong_bounds, too_few_points, outside])
def test_validator_refuses_what_is_spoilt(spoil: Callable[..., None], tmp_path: Path):
    """The validator does judge: each fault is an error."""
    path = tmp_path / "spoilt.glb"
    path.write_bytes(edited(SAMPLES[0].glb, spoil))
    assert khronos([path])["spoilt"]["errors"]


def test_validator_refuses_a_torn_file(tmp_path: Path):
    """Half a file is an error."""
    path = tmp_path / "torn.glb"
    path.write_bytes(SAMPLES[0].glb[: len(SAMPLES[0].glb) // 2])
    assert khronos([path])["torn"]["errors"]
