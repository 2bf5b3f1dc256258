"""Slicers, ADMesh, lib3mf and Khronos' validator on files for printing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from maquette.formats.png import write_picture
from maquette.formats.print_files import write_print
from maquette.solids.normalising import normalise
from maquette.solids.sizing import size_up
from maquette.types import Mesh
from tests import damage, damaged_files, zoo
from tests.judges.asking import Verdicts, all_of, judge, program
from tests.judges.slicers import ADMESH, PRUSA, admesh, prusa_gcode, prusa_info

pytestmark = pytest.mark.judge

lib3mf = judge("python", "lib3mf_says.py")
khronos = judge("node", "khronos_says.mjs")
FORMATS = ["stl", "3mf", "glb", "obj"]
HEIGHT_MM = 60.0
TITLE = 'Größe <&> "漢字"'


def textured(solid: Mesh) -> Mesh:
    """With a picture over it, seen from the front."""
    flat = solid.points[:, :2]
    uv = (flat - flat.min(axis=0)) / np.ptp(flat, axis=0)
    return replace(
        solid, uv=uv.astype(np.float32), texture_png=write_picture(zoo.ball(64), zoo.provenance())
    )


def coloured(solid: Mesh) -> Mesh:
    """With a colour at each point."""
    shades = np.random.default_rng(1).integers(0, 255, (len(solid.points), 4), np.uint8)
    shades[:, 3] = 255
    return replace(solid, colours=shades)


def two_bodies() -> Mesh:
    """Two that do not touch."""
    return damage.together(damage.cube(), damage.moved(damage.cube(), (2 * damage.SIZE_M, 0, 0)))


SOLIDS: dict[str, Callable[[], Mesh]] = {
    "ball": damage.ball,
    "ring": damage.ring,
    "cup": damage.cup,
    "textured": lambda: textured(damage.star()),
    "coloured": lambda: coloured(damage.ball()),
    "bodies": two_bodies,
}
each_solid = pytest.mark.parametrize("name", SOLIDS)


@pytest.fixture(scope="module")
def prints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every solid, 60 mm high, in every format: NAME.ENDING."""
    folder = tmp_path_factory.mktemp("prints")
    for name, made in SOLIDS.items():
        normal = normalise(made())
        sized = size_up(
            normal.outputs["solid"], model_mm=normal.params["model_mm"], target_mm={"z": HEIGHT_MM}
        )
        files = write_print(sized.outputs["print"], formats=FORMATS, title=TITLE).outputs
        for ending in FORMATS:
            (folder / f"{name}.{ending}").write_bytes(files[f"file/{ending}"].data)
    return folder


@pytest.fixture(scope="module")
def strict(prints: Path) -> Verdicts:
    """lib3mf's word on every 3MF."""
    return lib3mf(all_of(prints, "3mf"))


@pytest.fixture(scope="module")
def validated(prints: Path) -> Verdicts:
    """Khronos' word on every GLB."""
    return khronos(all_of(prints, "glb"))


@pytest.mark.parametrize("ending", ["stl", "3mf", "obj"])
@each_solid
def test_slicer_takes_it_as_it_is(prints: Path, name: str, ending: str):
    """Manifold, no open edge, nothing repaired, and as high as was ordered."""
    program(PRUSA)
    opinion = prusa_info(prints / f"{name}.{ending}")
    assert (True, 0, ()) == (opinion.is_manifold, opinion.open_edges, opinion.repairs)
    assert HEIGHT_MM == pytest.approx(opinion.size_mm[2], abs=0.01)


@pytest.mark.parametrize("ending", ["stl", "3mf"])
def test_slicer_prints_it(prints: Path, tmp_path: Path, ending: str):
    """Instructions for a printer come out, whose last layer is the print's height."""
    program(PRUSA)
    gcode = prusa_gcode(prints / f"cup.{ending}", tmp_path)
    heights_mm = [float(z) for z in re.findall(r"^;Z:([\d.]+)", gcode, re.MULTILINE)]
    assert HEIGHT_MM == pytest.approx(max(heights_mm), abs=0.5)
    assert "estimated printing time" in gcode


@each_solid
def test_admesh_finds_nothing_wrong(prints: Path, name: str):
    """No edge apart, no face without area, none turned or removed."""
    program(ADMESH)
    assert {} == {what: n for what, n in admesh(prints / f"{name}.stl").items() if n}


@each_solid
def test_lib3mf_reads_it_strictly(strict: Verdicts, name: str):
    """No warning, every body manifold and oriented, millimetres, the height and the title."""
    verdict = strict[name]
    assert [] == verdict["warnings"]
    assert all(verdict["is_sound"])
    assert "MilliMeter" == verdict["unit"]
    assert HEIGHT_MM == pytest.approx(verdict["size"][2], abs=0.01)
    assert [TITLE] == verdict["title"]


def test_lib3mf_finds_the_colours(strict: Verdicts):
    """A texture is in the archive where the solid has one."""
    assert (1, 0) == (strict["textured"]["textures"], strict["ball"]["textures"])


@each_solid
def test_validator_has_nothing_to_say(validated: Verdicts, name: str):
    """The GLB twin has no error, no warning, and not even an information or a hint."""
    assert [] == validated[name]["messages"]


# -- the judges do judge


@pytest.mark.parametrize("spoil", [damage.faces_deleted, damage.faces_doubled])
def test_slicers_see_what_is_broken(tmp_path: Path, spoil: Callable[[Mesh], Mesh]):
    """A broken solid is refused by both."""
    path = tmp_path / "broken.stl"
    path.write_bytes(damaged_files.stl(spoil(damage.ball())))
    program(PRUSA)
    program(ADMESH)
    assert not prusa_info(path).accepts
    assert any(admesh(path).values())


def test_slicer_refuses_what_it_cannot_read(tmp_path: Path):
    """Its words are kept."""
    path = tmp_path / "nothing.stl"
    path.write_bytes(b"")
    program(PRUSA)
    assert prusa_info(path).refusal


def test_lib3mf_sees_what_is_broken(tmp_path: Path):
    """An open mesh is not sound, and an attribute that nobody knows is refused."""
    cube = damage.cube(cells=2)
    model = damaged_files.model_xml(damage.faces_flipped(cube))
    (tmp_path / "flipped.3mf").write_bytes(damaged_files.threemf(model))
    odd = damaged_files.model_xml(cube).replace(b"<vertex ", b'<vertex w="1" ')
    (tmp_path / "odd.3mf").write_bytes(damaged_files.threemf(odd))
    said = lib3mf(all_of(tmp_path, "3mf"))
    assert [False] == said["flipped"]["is_sound"]
    assert "error" in said["odd"]
