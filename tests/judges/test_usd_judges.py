"""Two USD readers on our packages: Pixar's compliance checker for ARKit, and TinyUSDZ."""

from __future__ import annotations

from pathlib import Path

import pytest

from maquette.formats import usd_rules
from maquette.formats.imprint import imprint
from maquette.formats.usdz import TEXTURE
from maquette.solids.surfaces import shaded
from tests.judges.asking import Verdicts, all_of, judge
from tests.judges.samples import SAMPLES, Sample
from tests.judges.spoiled import LAYER_FAULTS, PACKAGE_FAULTS, edited, spoilt

pytestmark = pytest.mark.judge

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
arkit, tinyusdz = judge("python", "arkit_says.py"), judge("python", "tinyusdz_says.py")
CLEAN = {"failed": [], "errors": [], "warnings": []}

# who must refuse what; our own rules must refuse everything
NOTICED_BY = {
    "arkit": {f.__name__ for f in (*LAYER_FAULTS, *PACKAGE_FAULTS)}
    - {"face_index", "anchor_unknown"},
    "tinyusdz": {
        *("no_default_prim", "shader_unknown", "input_type", "face_index"),
        *("compressed", "misaligned"),
    },
}


@pytest.fixture(scope="module")
def arkit_verdicts(stickers: Path) -> Verdicts:
    """The compliance checker's word on every sample."""
    return arkit(all_of(stickers, "usdz"))


@pytest.fixture(scope="module")
def tinyusdz_verdicts(stickers: Path) -> Verdicts:
    """What TinyUSDZ read from every sample."""
    return tinyusdz(all_of(stickers, "usdz"))


@pytest.fixture(scope="module")
def spoilt_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one good package spoilt in every way, named by the fault."""
    folder = tmp_path_factory.mktemp("spoilt")
    for name, data in spoilt(SAMPLES[0].usdz).items():
        (folder / f"{name}.usdz").write_bytes(data)
    return folder


@each_sample
def test_arkit_checker_has_nothing_to_say(sample: Sample, arkit_verdicts: Verdicts):
    """Our packages pass Pixar's ARKit rules without an error or a warning."""
    verdict = arkit_verdicts[sample.name]
    assert CLEAN == {key: verdict[key] for key in CLEAN}


@each_sample
def test_usd_reads_the_imprint_back(sample: Sample, arkit_verdicts: Verdicts):
    """Prompt, source type and the rest come out of the layer's metadata as they went in."""
    assert imprint(sample.provenance) == arkit_verdicts[sample.name]["imprint"]


@each_sample
def test_tinyusdz_finds_the_same_mesh(sample: Sample, tinyusdz_verdicts: Verdicts):
    """An independent reader finds one mesh with our counts, a normal and a place for each point."""
    surface = shaded(sample.card)
    expected = {
        "points": len(surface.points),
        "triangles": len(sample.card.faces),
        "corners": 3 * len(sample.card.faces),
        "normals": len(surface.points),
        "texcoords": len(surface.points),
    }
    (mesh,) = tinyusdz_verdicts[sample.name]["meshes"]
    assert expected == {key: mesh[key] for key in expected}


@each_sample
def test_tinyusdz_finds_the_same_stage(sample: Sample, tinyusdz_verdicts: Verdicts):
    """An independent reader finds metres, y up, our anchor and one sRGB texture."""
    kinds = {"plane": "plane", "face": "face", "world": "none"}
    cut_out_by_alpha = sample.card_options.get("geometry") == "plane"
    expected = {
        "up_axis": "Y",
        "metres_per_unit": 1.0,
        "schemas": ["Preliminary_AnchoringAPI"],
        "anchor": kinds[sample.anchoring.get("anchor_type", "plane")],
        "images": [[TEXTURE, "srgb"]],
        "channels": ["rgb", "a"] if cut_out_by_alpha else ["rgb"],
    }
    verdict = tinyusdz_verdicts[sample.name]
    assert expected == {key: verdict[key] for key in expected}


@each_sample
def test_tinyusdz_measures_the_size_that_was_asked(sample: Sample, tinyusdz_verdicts: Verdicts):
    """The longer side is 20 cm times the scale in metres, 15 cm on a face."""
    (mesh,) = tinyusdz_verdicts[sample.name]["meshes"]
    longest_m = max(high - low for low, high in zip(mesh["low"], mesh["high"], strict=True))
    expected_m = 0.15 if sample.name == "face" else 0.2 * sample.card_options.get("scale", 1.0)
    assert pytest.approx(expected_m, rel=1e-5) == longest_m


def test_judges_accept_what_is_only_rewritten(tmp_path: Path):
    """It is the faults below that are refused, not the way they are made."""
    path = tmp_path / "rewritten.usdz"
    path.write_bytes(edited(SAMPLES[0].usdz, lambda _: None))
    assert CLEAN == {key: arkit([path])["rewritten"][key] for key in CLEAN}
    assert 1 == len(tinyusdz([path])["rewritten"]["meshes"])


def test_arkit_checker_refuses_what_is_spoilt(spoilt_packages: Path):
    """The checker does judge: it refuses every fault but the two it is known to miss."""
    verdicts = arkit(all_of(spoilt_packages, "usdz"))
    refused = {name for name, said in verdicts.items() if said["failed"] or said["errors"]}
    assert NOTICED_BY["arkit"] == refused


def test_tinyusdz_refuses_what_is_spoilt(spoilt_packages: Path):
    """TinyUSDZ does judge: it refuses bad containers, indices and shaders."""
    verdicts = tinyusdz(all_of(spoilt_packages, "usdz"))
    assert NOTICED_BY["tinyusdz"] == {name for name, said in verdicts.items() if "error" in said}


def test_our_rules_refuse_all_that_is_spoilt(spoilt_packages: Path):
    """Our own rules miss nothing that either judge notices, and see what both miss."""
    passed = [
        path.stem
        for path in all_of(spoilt_packages, "usdz")
        if not usd_rules.faults(path.read_bytes())
    ]
    assert [] == passed
