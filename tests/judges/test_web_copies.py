"""The real npm packer on an animated GLB, and Khronos' validator on what it wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from maquette.checks import check_file
from maquette.formats.animated_glb import structure_of, write_animated_glb
from maquette.formats.web_glb import VARIABLE, pack_for_web, packer_here
from maquette.types import File
from tests import zoo
from tests.judges.asking import HERE, judge
from tests.swaying import swaying

pytestmark = pytest.mark.judge

khronos = judge("node", "khronos_says.mjs")
CLIP = swaying(frames=24, rows=40)
GIVEN = File(write_animated_glb(CLIP, zoo.provenance(), title="A ball"), "glb")


@pytest.fixture
def packer(monkeypatch: pytest.MonkeyPatch):
    """The packer that the judges install."""
    monkeypatch.setenv(VARIABLE, str(HERE / "node_modules" / ".bin" / "gltfpack"))
    packer_here.cache_clear()
    yield packer_here()
    packer_here.cache_clear()


def test_the_real_packer_keeps_every_shape(packer: str, tmp_path: Path):
    """A copy of less than half the size, with the same shapes, and its making told."""
    made = pack_for_web(GIVEN, packer=packer)
    assert () == made.notes
    web = made.outputs["web"].data
    given, packed = structure_of(GIVEN.data), structure_of(web)
    assert (given.targets, given.channels) == (packed.targets, packed.channels)
    assert given.made_by == packed.made_by
    assert len(web) < len(GIVEN.data) / 2
    path = tmp_path / "web.glb"
    path.write_bytes(web)
    assert (0, 0) == tuple(khronos([path])["web"][kind] for kind in ("errors", "warnings"))
    assert check_file(path).is_sound


def test_the_real_packer_writes_the_same_again(packer: str):
    """One version of the tool, one file."""
    once, again = (pack_for_web(GIVEN, packer=packer).outputs["web"].data for _ in range(2))
    assert once == again


def test_khronos_has_nothing_to_say_of_what_is_not_packed(tmp_path: Path):
    """Our own file has no error, no warning, and not even an information or a hint."""
    path = tmp_path / "clip.glb"
    path.write_bytes(GIVEN.data)
    assert [] == khronos([path])["clip"]["messages"]
