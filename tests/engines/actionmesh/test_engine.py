"""ActionMesh from this side of the pipe: a fake checkout of its shape, and trouble."""

import dataclasses
import logging
import shutil
import sys

import numpy as np
import pytest

from maquette import engines
from maquette.engines import actionmesh
from maquette.engines.actionmesh import engine as asking
from maquette.engines.actionmesh import settings
from maquette.engines.foreign import Progress
from maquette.engines.licences import refuse_non_commercial
from maquette.errors import EngineError, InputError
from maquette.roles import AnimateRequest, Animator
from maquette.types import Mesh, Picture
from tests import engine_contract, fake_actionmesh, zoo


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A fake checkout, for all tests that only use it."""
    return fake_actionmesh.checkout(tmp_path_factory.mktemp("checkouts"))


@pytest.fixture
def own_home(tmp_path):
    """A fake checkout to be changed, whose calls are this test's own."""
    return fake_actionmesh.checkout(tmp_path)


def made(place, **changed):
    """The engine over a fake checkout and this very interpreter."""
    return actionmesh.make(**{"home": str(place), "python": sys.executable} | changed)


@pytest.fixture(scope="module")
def warm(home):
    """One engine for all tests that leave it well."""
    engine = made(home)
    yield engine
    engine.close()


@pytest.fixture
def fresh():
    """Makes engines with processes of their own, and ends them."""
    running = []

    def make(place, **changed):
        running.append(made(place, **changed))
        return running[-1]

    yield make
    for engine in running:
        engine.close()


def clip(count=16, *, hidden=()):
    """A dark block, twice as high as wide, that goes to the right and up."""
    frames = []
    for n in range(count):
        rgba = np.zeros((120, 160, 4), np.uint8)
        if n not in hidden:
            rgba[70 - 2 * n : 110 - 2 * n, 20 + 3 * n : 40 + 3 * n] = (60, 20, 20, 255)
        frames.append(Picture(rgba))
    return frames


def asked(seed=5, count=16, **changed):
    """A request for that clip."""
    return AnimateRequest(clip(count), rate=12.0, seed=seed, **changed)


def test_it_plays_its_role(warm):
    """A pose per frame, the same faces on all, the same bytes each time, none by another seed."""
    assert isinstance(warm, Animator)
    one, again, other = (warm.animate(asked(seed)).animation for seed in (5, 5, 6))
    assert (16, 8, 3) == one.points.shape
    assert 12.0 == one.rate
    assert one.camera is None
    assert np.array_equal(one.points, again.points)
    assert np.array_equal(one.mesh.faces, again.mesh.faces)
    assert not np.array_equal(one.points, other.points)


def test_the_mesh_looks_at_us_and_keeps_its_way(warm):
    """It has our axes, x to the viewer's right, and goes where the subject goes."""
    points = warm.animate(asked()).animation.points
    first = points[0]
    front, back = (first[np.isclose(first[:, 2], edge(first[:, 2]))] for edge in (np.max, np.min))
    assert np.ptp(front[:, 1]) < np.ptp(back[:, 1]), "the narrow side is in front"
    middle_y = first[:, 1].mean()
    top, bottom = first[first[:, 1] > middle_y], first[first[:, 1] < middle_y]
    assert top[:, 0].mean() > bottom[:, 0].mean(), "leans to the right"
    way = points[-1].mean(axis=0) - first.mean(axis=0)
    assert (1.5, True) == (pytest.approx(way[0] / way[1], rel=1e-3), way[1] > 0)
    assert 0.3 == pytest.approx(float(np.ptp(first, axis=0).max()))
    assert 0 == pytest.approx(float(points[..., 1].min()), abs=1e-7)


def test_31_frames_are_taken(warm):
    """Clips longer than what it sees at once are worked through in two windows."""
    assert 31 == len(warm.animate(asked(count=31)).animation.points)


@pytest.mark.parametrize(
    ("mode", "configuration", "steps", "lazy"),
    [
        pytest.param("default", "actionmesh.yaml", 30, False, id="default"),
        pytest.param("fast", "actionmesh_fast.yaml", 15, False, id="fast"),
        pytest.param("low_ram", "actionmesh_lowram.yaml", 30, True, id="low_ram"),
        pytest.param("fast_low_ram", "actionmesh_fast_lowram.yaml", 15, True, id="fast_low_ram"),
    ],
)
def test_modes_are_configurations(own_home, fresh, mode, configuration, steps, lazy):
    """Each mode is the file and the way of loading that its own scripts choose."""
    fresh(own_home).animate(asked(mode=mode, faces_at_most=9_000))
    said = fake_actionmesh.calls(own_home)
    assert f"ActionMeshPipeline {configuration} bfloat16 lazy={lazy}" in said
    assert f"steps={steps} faces=9000 anchor=0" == said[-1]


def test_one_start_serves_several_clips(own_home, fresh):
    """The process and its pipeline stay; another mode takes the last one's place."""
    engine = fresh(own_home)
    for seed in (1, 2):
        engine.animate(asked(seed))
    said = fake_actionmesh.calls(own_home)
    assert (1, 1) == (said.count("start"), sum("ActionMeshPipeline " in line for line in said))
    engine.animate(asked(mode="fast"))
    said = fake_actionmesh.calls(own_home)
    assert (1, 2) == (said.count("start"), sum("ActionMeshPipeline " in line for line in said))


def test_what_one_clip_asked_is_not_the_next_ones(own_home, fresh):
    """It keeps what it was told once: a clip without wishes of its own gets its mode's steps."""
    engine = fresh(own_home)
    engine.animate(asked(steps=7, faces_at_most=500))
    engine.animate(asked())
    told = [line for line in fake_actionmesh.calls(own_home) if line.startswith("steps=")]
    assert ["steps=7 faces=500 anchor=0", "steps=30 faces=16000 anchor=0"] == told


def test_what_is_not_for_sale_besides_it_never_runs(own_home, fresh):
    """The model that would cut out by itself is neither fetched nor loaded: the fake forbids it."""
    frames = clip(hidden=(4,))
    fresh(own_home).animate(AnimateRequest(frames, rate=12.0, seed=1))
    fetched = [line for line in fake_actionmesh.calls(own_home) if line.startswith("fetch")]
    assert ["fetch VAST-AI/TripoSG", "fetch facebook/ActionMesh"] == fetched


def test_empty_frames_are_said(warm):
    """A frame that shows nothing is stood in for, and a note says by which."""
    made_of = warm.animate(AnimateRequest(clip(hidden=(4,)), rate=12.0, seed=1))
    assert "too little of the subject is seen on frame 4: frame 3 stands in" in made_of.notes
    points = made_of.animation.points
    assert np.array_equal(points[3], points[4])
    assert "actionmesh makes a shape without colours" in made_of.notes


def test_seconds_and_memory_are_recorded(warm):
    """What each step took, and the most memory of the device."""
    scores = warm.animate(asked()).scores
    expected = {"seconds_stage_0", "seconds_stage_1", "seconds_decode", "gpu_memory_gb"}
    assert expected == set(scores)
    assert 7.5 == scores["gpu_memory_gb"]
    assert all(value >= 0 for value in scores.values())


def test_progress_is_told_step_by_step(own_home, fresh, caplog):
    """A reader of the log sees the steps go by, one line a second at most."""
    with caplog.at_level(logging.INFO, "maquette.engines.actionmesh"):
        fresh(own_home).animate(asked())
    lines = [line.getMessage() for line in caplog.records]
    steps = [line.partition(": ")[2].partition(",")[0] for line in lines]
    assert ["loading", "stage 0", "stage 1", "decode"] == list(dict.fromkeys(steps))
    assert len(lines) < 16, "76 messages came over the pipe"


def test_the_log_is_paced():
    """A line at each new step, and within a step one a second."""
    lines, now = [], [0.0]
    pace = asking.Pace(lines.append, clock=lambda: now[0])
    for now[0], share, step in (
        (0.0, 0.0, "stage 0"),
        (0.1, 0.3, "stage 1"),
        (0.5, 0.4, "stage 1"),
        (1.2, 0.5, "stage 1"),
        (1.3, 0.9, "decode"),
    ):
        pace(Progress(share, step))
    told = [line.removeprefix("actionmesh: ").removesuffix(" of the clip") for line in lines]
    assert ["stage 0, 0%", "stage 1, 30%", "stage 1, 50%", "decode, 90%"] == told


def model():
    """A box whose top is textured by itself: points repeat along a seam, one is loose."""
    box = zoo.box()
    points = np.concatenate([box.points, box.points[:4], box.points[:1] * 2])
    faces = box.faces.copy()
    faces[:2][faces[:2] < 4] += 8
    uv = np.linspace(0, 1, 2 * len(points), dtype=np.float32).reshape(-1, 2)
    colours = np.full((len(points), 4), 200, np.uint8)
    return Mesh(points, faces, uv, texture_png=b"texture", colours=colours)


def test_a_model_is_moved_as_it_is(own_home, fresh):
    """Its topology, texture and colours stay, seams do not open, loose points come along."""
    given = model()
    done = fresh(own_home).animate(asked(model=given, faces_at_most=4))
    animation = done.animation
    for name in ("faces", "uv", "colours", "texture_png"):
        assert np.array_equal(getattr(given, name), getattr(animation.mesh, name)), name
    assert (16, 13, 3) == animation.points.shape
    assert np.array_equal(animation.points[:, :4], animation.points[:, 8:12]), "a seam opened"
    first, last = animation.points[0], animation.points[-1]
    way = (last - first).mean(axis=0)
    assert way[0] > 0 < way[1]
    np.testing.assert_allclose(np.tile(way, (13, 1)), last - first, atol=1e-6)
    scale = 0.3 / np.ptp(given.points[:8], axis=0).max()
    drawn = first[:8] - first[:8].mean(axis=0)
    expected = (given.points[:8] - given.points[:8].mean(axis=0)) * scale
    np.testing.assert_allclose(expected, drawn, atol=1e-6)
    assert ("the model keeps its 12 faces, though 4 were asked",) == done.notes
    said = fake_actionmesh.calls(own_home)
    assert "ActionMeshPipelineWithMeshInput actionmesh.yaml bfloat16 lazy=False" in said


@pytest.mark.parametrize(
    ("seed", "code", "says"),
    [
        pytest.param(fake_actionmesh.RAISES, "ENGINE_FAILED", "no kernel", id="raises"),
        pytest.param(fake_actionmesh.RUNS_OUT, "OUT_OF_MEMORY", "out of memory", id="memory"),
        pytest.param(fake_actionmesh.HANGS, "WORKER_TIMED_OUT", "quiet for over 2", id="hangs"),
        pytest.param(fake_actionmesh.DIES, "WORKER_CRASHED", "exit status 3", id="dies"),
        pytest.param(fake_actionmesh.NOTHING, "SHAPED_NOTHING", "no solid", id="makes nothing"),
        pytest.param(fake_actionmesh.NOT_A_NUMBER, "ENGINE_FAILED", "not numbers", id="nan"),
        pytest.param(fake_actionmesh.FEWER, "ENGINE_FAILED", "15 poses for 16", id="fewer poses"),
        pytest.param(fake_actionmesh.CHANGED, "ENGINE_FAILED", "pose 5 differ", id="other faces"),
    ],
)
def test_trouble_is_told_and_costs_one_clip(warm, monkeypatch, seed, code, says):
    """What goes wrong has a code and a way out, and the next clip goes well."""
    monkeypatch.setattr(asking, "QUIET_S", 2.0)
    with pytest.raises((EngineError, InputError), match=says) as raised:
        warm.animate(asked(seed))
    assert code == raised.value.code
    assert raised.value.fix
    assert isinstance(raised.value, InputError) == (code == "SHAPED_NOTHING")
    assert 16 == len(warm.animate(asked(1)).animation.points)


def test_a_clip_may_not_take_for_ever(home, fresh):
    """The overall limit is a setting."""
    engine = fresh(home, limit_s=1.0)
    with pytest.raises(EngineError, match="took over 1 s") as raised:
        engine.animate(asked(fake_actionmesh.HANGS))
    assert "WORKER_TIMED_OUT" == raised.value.code


def test_what_cannot_start_says_why(own_home, fresh, monkeypatch):
    """No interpreter, a submodule that is not there, no GPU: each names itself and a way out."""
    reasons = {}
    reasons["interpreter"] = refused(fresh(own_home, python="/no/such/python"))
    monkeypatch.setenv("FAKE_NO_CUDA", "1")
    reasons["gpu"] = refused(fresh(own_home))
    monkeypatch.delenv("FAKE_NO_CUDA")
    shutil.rmtree(own_home / "third_party")
    reasons["submodule"] = refused(fresh(own_home))
    assert "No such file" in reasons["interpreter"]
    assert "no CUDA device" in reasons["gpu"]
    assert "No module named 'triposg'" in reasons["submodule"]


def refused(engine):
    """Why an engine cannot be started."""
    with pytest.raises(EngineError) as raised:
        engine.animate(asked())
    assert "WORKER_NOT_STARTED" == raised.value.code
    assert "git submodule update --init" in raised.value.fix
    return raised.value.reason


def test_models_need_pytorch3d(own_home, fresh):
    """What is optional for clips alone is named where a model is to be moved."""
    shutil.rmtree(own_home / "pytorch3d")
    engine = fresh(own_home)
    with pytest.raises(EngineError, match="pytorch3d is required") as raised:
        engine.animate(asked(model=zoo.box()))
    assert "ENGINE_NOT_INSTALLED" == raised.value.code
    assert raised.value.needs_setup
    assert 16 == len(engine.animate(asked()).animation.points), "clips alone go well"


def test_an_unknown_mode_is_refused_before_anything_starts(home):
    """The modes are named."""
    engine = made(home)
    with pytest.raises(InputError, match="'quick'") as raised:
        engine.animate(asked(mode="quick"))
    assert "MODE_UNKNOWN" == raised.value.code
    assert "fast_low_ram" in raised.value.fix
    assert engine._process is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"home": ""}, "ENGINE_NOT_INSTALLED", id="no checkout named"),
        pytest.param({"python": ""}, "ENGINE_NOT_INSTALLED", id="no interpreter named"),
        pytest.param({"home": "/"}, "ENGINE_NOT_INSTALLED", id="no checkout there"),
        pytest.param({"device": "cpu"}, "ENGINE_SETTINGS", id="a device it has no code for"),
        pytest.param({"dtype": "float32"}, "ENGINE_SETTINGS", id="an unknown precision"),
        pytest.param({"limit_s": 0}, "ENGINE_SETTINGS", id="no time at all"),
        pytest.param({"steps": 3}, "ENGINE_SETTINGS", id="an unknown setting"),
        pytest.param({"weights": "/no/such"}, "MODEL_MISSING", id="no weights there"),
    ],
)
def test_what_is_missing_is_said_at_once(home, changed, code):
    """An engine that cannot work is refused when it is made, before anything starts."""
    with pytest.raises(EngineError) as raised:
        made(home, **changed)
    assert code == raised.value.code
    assert raised.value.needs_setup
    assert raised.value.fix


def test_the_environment_names_what_settings_do_not(home, monkeypatch):
    """Checkout and interpreter can be set for a whole machine."""
    monkeypatch.setenv("MAQUETTE_ACTIONMESH_HOME", str(home))
    monkeypatch.setenv("MAQUETTE_ACTIONMESH_PYTHON", sys.executable)
    assert "actionmesh" == engines.make("actionmesh", role="Animator").info.name


def test_facts_are_known_without_starting(home, tmp_path):
    """What it is stands in its code, weights and settings: other code is another engine."""
    engine = made(home)
    engine_contract.check_engine(engine, name="actionmesh")
    assert engine._process is None
    info = engine.info
    assert "LicenseRef-FAIR-NC" == info.licences[0]
    assert "LicenseRef-Tencent-Hunyuan-Community" in info.licences
    assert engines.TABLE["actionmesh"].licence.split(", ") == list(info.licences)
    assert "hub:facebook/ActionMesh@main" == info.weights["ActionMesh"]
    assert {"ActionMesh", "TripoSG", "dinov2", "code", "triposg"} == set(info.weights)
    assert {"commit": "unknown", "device": "cuda", "dtype": "bfloat16"} == info.config
    changed = shutil.copytree(home, tmp_path / "actionmesh")
    (changed / "actionmesh/configs/actionmesh.yaml").write_text("# another commit\n", "utf-8")
    other = made(changed).info
    assert info.weights["code"] != other.weights["code"]
    assert dataclasses.replace(info, weights={}) == dataclasses.replace(other, weights={})


def test_weights_of_ones_own_are_used(own_home, fresh, tmp_path):
    """It looks for them where it runs; another folder is another engine."""
    engine = fresh(own_home, weights=str(fake_actionmesh.weights(tmp_path / "kept")))
    assert 16 == len(engine.animate(asked()).animation.points)
    assert not (own_home / "pretrained_weights").exists()
    before = engine.info.weights["TripoSG"]
    (tmp_path / "kept/pretrained_weights/TripoSG/config.json").write_text("{ }", "utf-8")
    assert before != made(own_home, weights=str(tmp_path / "kept")).info.weights["TripoSG"]


def test_another_of_several_devices_can_be_named(own_home, fresh):
    """The device and the precision reach it."""
    fresh(own_home, device="cuda:1", dtype="float16").animate(asked())
    assert any("float16" in line for line in fake_actionmesh.calls(own_home))


def test_what_is_sold_may_not_be_made_by_it(home):
    """Its licence forbids commercial use of its outputs, and orders for sale are refused."""
    info = made(home).info
    with pytest.raises(InputError, match="actionmesh is under LicenseRef-FAIR-NC") as raised:
        refuse_non_commercial({info.name: info.licences})
    assert "LICENCE_NON_COMMERCIAL" == raised.value.code


def test_every_mode_of_the_role_is_known():
    """The modes of an order are those of the engine."""
    assert {"default", "fast", "low_ram", "fast_low_ram"} == set(settings.MODES)
