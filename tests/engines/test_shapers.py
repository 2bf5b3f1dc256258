"""Foreign shapers from this side of the pipe: the contract over fake checkouts, and trouble."""

import dataclasses
import shutil
import subprocess
import sys

import cv2
import numpy as np
import pytest

from maquette import engines
from maquette.engines import shapers
from maquette.engines.shapers import engine as shaper_engine
from maquette.engines.shapers import families, framing, meshes
from maquette.errors import EngineError, InputError
from maquette.roles import Shaper, ShapeRequest
from maquette.types import Mesh, Picture
from tests import engine_contract, fake_shapers, zoo

MAKERS = {
    "trellis": shapers.make_trellis,
    "trellis2": shapers.make_trellis2,
    "triposr": shapers.make_triposr,
    "triposg": shapers.make_triposg,
}
FAMILIES = {
    family.name: family
    for family in (families.TRELLIS, families.TRELLIS2, families.TRIPOSR, families.TRIPOSG)
}


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """A fake checkout of each."""
    folder = tmp_path_factory.mktemp("checkouts")
    return {name: fake_shapers.checkout(name, folder) for name in MAKERS}


def made(homes, name, **changed):
    """The engine of that name over its fake checkout and this very interpreter."""
    return MAKERS[name](**{"home": str(homes[name]), "python": sys.executable} | changed)


@pytest.fixture(scope="module")
def warm(homes):
    """One engine of each, for all tests that leave it well."""
    ready = {name: made(homes, name) for name in MAKERS}
    yield ready
    for engine in ready.values():
        engine.close()


@pytest.fixture
def triposr(homes):
    """An engine with a process of its own."""
    engine = made(homes, "triposr")
    yield engine
    engine.close()


def tall():
    """A dark block twice as high as wide, off the middle, one of its corners missing."""
    rgba = np.zeros((120, 160, 4), np.uint8)
    rgba[10:90, 20:60] = (60, 20, 20, 255)
    return Picture(rgba)


@pytest.mark.parametrize("name", MAKERS)
def test_they_keep_the_contract(warm, monkeypatch, name):
    """Order, refusals, faces outside and determinism, over the pipe; no key goes along."""
    monkeypatch.setenv("OPENAI_API_KEY", "not for them")
    assert isinstance(warm[name], Shaper)
    shaped = engine_contract.check_shaper(warm[name], cutout=zoo.ball())
    assert bool(shaped.notes) == (name == "triposg"), "what has no colours says so"


@pytest.mark.parametrize("name", MAKERS)
def test_solids_stand_upright_and_look_at_us(warm, name):
    """Whatever the axes of the original: y up, facing +z, x to the viewer's right."""
    (shaped,) = warm[name].shape([ShapeRequest(tall(), seed=5)])
    points = shaped.mesh.points
    wide, high, _ = np.ptp(points, axis=0)
    front, back = (points[points[:, 2] == edge(points[:, 2])] for edge in (np.max, np.min))
    assert np.ptp(front[:, 1]) < np.ptp(back[:, 1]), "the narrow side is in front"
    top, bottom = points[points[:, 1] > 0], points[points[:, 1] < 0]
    assert 0.1 == pytest.approx(top[:, 0].mean() - bottom[:, 0].mean(), abs=1e-5), "leans right"
    assert 2 == pytest.approx(high / (wide - 0.1), rel=0.05)


@pytest.mark.parametrize("name", ["trellis", "trellis2"])
def test_textures_keep_their_place(warm, name):
    """Coordinates are turned to count from the top, and the texture is opaque colour."""
    (shaped,) = warm[name].shape([ShapeRequest(tall(), seed=5)])
    texture = cv2.imdecode(np.frombuffer(shaped.mesh.texture_png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert (8, 8, 3) == texture.shape
    u, v = shaped.mesh.uv[0]
    assert (0.25, 0.25) == (u, v)
    assert (30, 30, 200) == tuple(texture[int(v * 8), int(u * 8)]), "blue, green, red"


def test_colours_per_point_come_along(warm):
    """TripoSR colours its points, and has no texture."""
    (shaped,) = warm["triposr"].shape([ShapeRequest(tall(), seed=5)])
    assert shaped.mesh.texture_png is None
    assert (10, 200, 30, 255) == tuple(shaped.mesh.colours[0])


def test_another_seed_gives_another_solid(warm):
    """The seed reaches every engine that draws lots."""
    for name in ("trellis", "trellis2", "triposg"):
        one, other = warm[name].shape([ShapeRequest(tall(), seed=seed) for seed in (1, 2)])
        assert not np.array_equal(one.mesh.points, other.mesh.points), name


@pytest.mark.parametrize(
    ("seed", "code", "says"),
    [
        pytest.param(fake_shapers.RAISES, "ENGINE_FAILED", "no kernel for this", id="raises"),
        pytest.param(fake_shapers.RUNS_OUT, "OUT_OF_MEMORY", "out of memory", id="memory"),
        pytest.param(fake_shapers.HANGS, "WORKER_TIMED_OUT", "took over 2 s", id="hangs"),
        pytest.param(fake_shapers.DIES, "WORKER_CRASHED", "exit status 3", id="dies"),
        pytest.param(fake_shapers.NOTHING, "SHAPED_NOTHING", "no solid", id="makes nothing"),
        pytest.param(fake_shapers.NOT_A_NUMBER, "ENGINE_FAILED", "not numbers", id="not a number"),
    ],
)
def test_trouble_costs_one_item(triposr, monkeypatch, seed, code, says):
    """What goes wrong is an error in its place, and the items around it go well."""
    monkeypatch.setattr(shaper_engine, "SHAPE_S", 2.0)
    seeds = (1, seed, 2)
    before, wrong, after = triposr.shape([ShapeRequest(tall(), seed=n) for n in seeds])
    assert code == wrong.code
    assert says in wrong.reason
    assert isinstance(wrong, InputError) == (code == "SHAPED_NOTHING")
    assert 12 == len(before.mesh.faces) == len(after.mesh.faces)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"home": ""}, "ENGINE_NOT_INSTALLED", id="no checkout named"),
        pytest.param({"python": ""}, "ENGINE_NOT_INSTALLED", id="no interpreter named"),
        pytest.param({"home": "/"}, "ENGINE_NOT_INSTALLED", id="no checkout there"),
        pytest.param({"device": "abacus"}, "ENGINE_SETTINGS", id="an unknown device"),
        pytest.param({"steps": 3}, "ENGINE_SETTINGS", id="an unknown setting"),
        pytest.param({"weights": "/no/such"}, "MODEL_MISSING", id="no weights there"),
        pytest.param({"weights": "org/name@1"}, "MODEL_MISSING", id="a revision it cannot load"),
    ],
)
@pytest.mark.parametrize("name", MAKERS)
def test_what_is_missing_is_said_at_once(homes, name, changed, code):
    """An engine that cannot work is refused when it is made, before anything starts."""
    with pytest.raises(EngineError) as raised:
        made(homes, name, **changed)
    assert code == raised.value.code
    assert raised.value.needs_setup


def test_what_cannot_start_is_raised_once(homes):
    """Without its process no item can go well: the call fails, not item by item."""
    engine = made(homes, "triposr", python="/bin/false")
    with pytest.raises(EngineError, match="exit status 1") as raised:
        engine.shape([ShapeRequest(tall(), seed=1)])
    assert "WORKER_NOT_STARTED" == raised.value.code


@pytest.mark.parametrize("name", MAKERS)
def test_the_environment_names_what_settings_do_not(homes, monkeypatch, name):
    """Checkout and interpreter can be set for a whole machine."""
    monkeypatch.setenv(FAMILIES[name].home, str(homes[name]))
    monkeypatch.setenv(FAMILIES[name].python, sys.executable)
    assert name == MAKERS[name]().info.name


@pytest.mark.parametrize("name", MAKERS)
def test_facts_are_known_without_starting(homes, tmp_path, name):
    """What it is stands in its code, weights and settings: other code is another engine."""
    engine = made(homes, name)
    engine_contract.check_engine(engine, name=name)
    assert engine._process is None
    info = engine.info
    assert engines.TABLE[name].licence.split(", ") == list(info.licences), "the table says the same"
    assert f"hub:{FAMILIES[name].model}@main" == info.weights["model"]
    assert FAMILIES[name].licences == info.licences
    assert "unknown" == info.config["commit"], "the fake is no repository"
    changed = shutil.copytree(homes[name], tmp_path / name)
    (changed / FAMILIES[name].core).write_text("# another commit\n", "utf-8")
    other = made({name: changed}, name).info
    assert info.weights["code"] != other.weights["code"]
    assert dataclasses.replace(info, weights={}) == dataclasses.replace(other, weights={})


def test_the_commit_is_recorded(homes, tmp_path):
    """The checkout's commit is part of what the engine says of itself."""
    home = shutil.copytree(homes["triposr"], tmp_path / "TripoSR")
    told = ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "one")
    for words in (("init", "-q"), ("add", "tsr"), told):
        subprocess.run(["git", "-C", str(home), *words], check=True)
    asked = ["git", "-C", str(home), "rev-parse", "HEAD"]
    expected = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    assert expected == made({"triposr": home}, "triposr").info.config["commit"]


def test_local_weights_are_told_apart(homes, tmp_path):
    """A folder of weights is known by what is in it, and other numbers are other weights."""
    folder = tmp_path / "weights"
    folder.mkdir()
    sums = []
    for content in (b"1" * 200_000, b"1" * 199_999 + b"2"):
        (folder / "model.ckpt").write_bytes(content)
        sums.append(made(homes, "triposr", weights=str(folder)).info.weights["model"])
    assert sums[0] != sums[1]


@pytest.mark.parametrize(
    ("ground", "corner"),
    [
        pytest.param(None, (0, 0, 0, 0), id="alpha"),
        pytest.param(128, (128, 128, 128, 255), id="grey"),
    ],
)
def test_the_subject_fills_its_share(ground, corner):
    """The subject stands in the middle of a square; what lies around is nothing, or the ground."""
    picture = framing.framed(tall(), share=0.8, ground=ground)
    width, height = picture.size_wh
    assert width == height == 101, "80 px are 0.8 of it"
    assert corner == tuple(picture.rgba[0, 0])
    dark = picture.rgba[..., 0] == 60
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    assert (11, 90) == (rows[0], rows[-1])
    assert (31, 70) == (columns[0], columns[-1])


def test_large_pictures_are_made_smaller_without_dark_rims():
    """Hidden colours do not bleed in, whatever stands behind the alpha."""
    rgba = np.zeros((3000, 3000, 4), np.uint8)
    rgba[500:2501, 700:2300] = (200, 100, 50, 255)
    picture = framing.framed(Picture(rgba), share=0.8, ground=None)
    assert (1024, 1024) == picture.size_wh
    seen = picture.rgba[picture.rgba[..., 3] > 20]
    assert np.abs(seen[:, :3].astype(int) - (200, 100, 50)).max() <= 4


@pytest.mark.parametrize(
    ("head", "says"),
    [
        pytest.param({"points": 3}, "bytes for", id="too few bytes"),
        pytest.param({"points": 1}, "bytes for", id="too many bytes"),
        pytest.param({"points": -1, "faces": 4}, "bytes for", id="a negative number"),
    ],
)
def test_an_answer_that_contradicts_itself_is_refused(head, says):
    """Lengths are checked before anything is read."""
    rows = dict.fromkeys(("points", "faces", "uv", "colours", "texture"), 0) | head
    with pytest.raises(EngineError, match=says):
        meshes.mesh_of(families.TRIPOSR, {"rows": rows, "texture_hw": []}, b"\0" * 24)


def test_faces_must_name_points():
    """A face of points that are not there never becomes a mesh."""
    box = zoo.box()
    rows = {"points": 8, "faces": 12, "uv": 0, "colours": 0, "texture": 0}
    payload = box.points.tobytes() + (box.faces + 1).tobytes()
    with pytest.raises(EngineError, match="faces without points"):
        meshes.mesh_of(families.TRIPOSG, {"rows": rows, "texture_hw": []}, payload)
    whole = box.points.tobytes() + box.faces.tobytes()
    mesh = meshes.mesh_of(families.TRIPOSG, {"rows": rows, "texture_hw": []}, whole)
    assert isinstance(mesh, Mesh)
    assert np.array_equal(box.faces, mesh.faces), "outward already"
