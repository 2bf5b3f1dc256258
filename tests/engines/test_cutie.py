"""Cutie from this side of the pipe: the contract over a fake checkout, and what may go wrong."""

import dataclasses
import sys

import numpy as np
import pytest

from maquette import engines
from maquette.engines import cutie
from maquette.errors import EngineError, MaquetteError
from maquette.types import Mask, Picture
from tests import engine_contract, fake_cutie

HEIGHT_PX, WIDTH_PX = 45, 71


def scene(n):
    """A dark disc on white that wanders, and its mask."""
    y, x = np.mgrid[:HEIGHT_PX, :WIDTH_PX]
    inside = (x - 20 - 4 * n) ** 2 + (y - 22) ** 2 < 100
    rgba = np.full((HEIGHT_PX, WIDTH_PX, 4), 255, np.uint8)
    rgba[inside, :3] = (30, 60, 90)
    return Picture(rgba), Mask(inside)


FRAMES, MASKS = zip(*(scene(n) for n in range(5)), strict=True)


def marked(red):
    """The clip with trouble on its third frame."""
    rgba = FRAMES[2].rgba.copy()
    rgba[0, 0, 0] = red
    return [*FRAMES[:2], Picture(rgba), *FRAMES[3:]]


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A checkout, its weights and this very interpreter."""
    folder = tmp_path_factory.mktemp("cutie")
    weights = fake_cutie.weights(folder)
    return {
        "python": sys.executable,
        "repository": str(fake_cutie.checkout(folder)),
        "weights": str(weights),
        "sha256": fake_cutie.sha256(weights),
    }


@pytest.fixture(scope="module")
def warm(settings):
    """One engine for all tests that leave it well."""
    engine = cutie.make(**settings)
    yield engine
    engine.close()


@pytest.fixture
def engine(settings):
    """An engine with a process of its own."""
    engine = cutie.make(**settings)
    yield engine
    engine.close()


def test_it_keeps_the_contract(warm):
    """Shapes, keys, flags, refusals and determinism, over the pipe."""
    engine_contract.check_tracker(warm, frames=list(FRAMES), first=MASKS[0], last=MASKS[4])


def test_masks_come_back_as_they_were_seen(warm):
    """Every pixel crosses the pipe in its place, and the confidence is the mean chance."""
    for n, found in enumerate(warm.track(FRAMES, {0: MASKS[0]})):
        assert np.array_equal(MASKS[n].inside, found.mask.inside)
        assert found.confidence == (0.875 if n else 1.0)


def test_an_object_that_is_not_there_is_hidden(warm):
    """An empty frame gives an empty mask, as sure as the chances say."""
    white = Picture(np.full((HEIGHT_PX, WIDTH_PX, 4), 255, np.uint8))
    answers = list(warm.track([FRAMES[0], white, FRAMES[2]], {0: MASKS[0]}))
    assert [False, True, False] == [a.hidden for a in answers]
    assert [False, False, True] == [a.returned for a in answers]
    assert 1 - 0.0625 == answers[1].confidence


def test_one_process_serves_span_after_span(settings):
    """The network is loaded once, and a span that was left half way does not matter."""
    engine = cutie.make(**settings)
    next(engine.track(FRAMES, {0: MASKS[0]}))
    first = engine._process
    assert 5 == len(list(engine.track(FRAMES, {4: MASKS[4]})))
    assert first is engine._process
    engine.close()
    assert first._child.returncode is not None


@pytest.mark.parametrize(
    ("red", "code", "says"),
    [
        pytest.param(fake_cutie.RAISES, "ENGINE_FAILED", "no kernel for this", id="raises"),
        pytest.param(fake_cutie.RUNS_OUT, "OUT_OF_MEMORY", "out of memory", id="out of memory"),
        pytest.param(fake_cutie.HANGS, "WORKER_TIMED_OUT", "took over 3 s", id="hangs"),
        pytest.param(fake_cutie.DIES, "WORKER_CRASHED", "exit status 3", id="dies"),
        pytest.param(fake_cutie.SHORT, "ENGINE_FAILED", "pixels", id="short answer"),
    ],
)
def test_trouble_costs_one_span(engine, monkeypatch, red, code, says):
    """What goes wrong in the process is an error with a code, and the next span has a new one."""
    monkeypatch.setattr(cutie, "FRAME_S", 3.0)
    with pytest.raises(EngineError, match=says) as raised:
        list(engine.track(marked(red), {0: MASKS[0]}))
    assert code == raised.value.code
    assert 5 == len(list(engine.track(FRAMES, {0: MASKS[0]})))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"python": ""}, "ENGINE_NOT_INSTALLED", id="no interpreter named"),
        pytest.param({"repository": ""}, "ENGINE_NOT_INSTALLED", id="no checkout named"),
        pytest.param({"weights": ""}, "ENGINE_NOT_INSTALLED", id="no weights named"),
        pytest.param({"sha256": ""}, "ENGINE_NOT_INSTALLED", id="no sum named"),
        pytest.param({"repository": "/"}, "ENGINE_NOT_INSTALLED", id="no checkout there"),
        pytest.param({"weights": "/no/such.pth"}, "MODEL_MISSING", id="no weights there"),
        pytest.param({"device": "abacus"}, "ENGINE_SETTINGS", id="an unknown device"),
        pytest.param({"size": "small"}, "ENGINE_SETTINGS", id="an unknown setting"),
    ],
)
def test_what_is_missing_is_said_at_once(settings, changed, code):
    """An engine that cannot work is refused when it is made, before anything starts."""
    with pytest.raises(EngineError) as raised:
        cutie.make(**settings | changed)
    assert code == raised.value.code
    assert raised.value.needs_setup


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        pytest.param({"python": "/no/such/python"}, "WORKER_NOT_STARTED", "No such", id="missing"),
        pytest.param({"python": "/bin/false"}, "WORKER_NOT_STARTED", "exit status 1", id="other"),
        pytest.param({"sha256": "00"}, "WEIGHTS_UNSAFE", "the sha256 of", id="another sum"),
    ],
)
def test_what_cannot_start_is_said_on_first_use(settings, changed, code, says):
    """A wrong interpreter or other weights than promised never come to track."""
    engine = cutie.make(**settings | changed)
    with pytest.raises(EngineError, match=says) as raised:
        list(engine.track(FRAMES, {0: MASKS[0]}))
    assert code == raised.value.code


def test_weights_of_another_network_are_refused(settings, tmp_path):
    """Parts that the file lacks would be chance: better no mask than such a one."""
    weights = fake_cutie.weights(tmp_path, parts=("key_proj",))
    told = {"weights": str(weights), "sha256": fake_cutie.sha256(weights)}
    with pytest.raises(EngineError, match=r"the weights lack 1 parts, mask_decoder\.weight among"):
        list(cutie.make(**settings | told).track(FRAMES, {0: MASKS[0]}))


def test_the_environment_names_what_settings_do_not(settings, monkeypatch):
    """Each of the four places can be set for a whole machine; a setting wins."""
    for name, variable in cutie.VARIABLES.items():
        monkeypatch.setenv(variable, settings[name])
    engine = cutie.make()
    assert settings["sha256"] == engine.info.weights["model"]
    monkeypatch.setenv("MAQUETTE_CUTIE_SHA256", "11" * 32)
    assert "11" * 32 == cutie.make().info.weights["model"]
    assert settings["sha256"] == cutie.make(sha256=settings["sha256"]).info.weights["model"]


def test_facts_are_known_without_starting(settings, tmp_path):
    """What it is stands in its settings and its code: other code is another engine."""
    engine = engines.make("cutie", role="Tracker", settings=settings)
    engine_contract.check_engine(engine, name="cutie")
    assert engine._process is None
    changed = fake_cutie.checkout(tmp_path)
    same = cutie.make(**settings | {"repository": str(changed)}).info
    assert dataclasses.asdict(engine.info) == dataclasses.asdict(same)
    (changed / "cutie/model/cutie.py").write_text("# another commit\n", "utf-8")
    other = cutie.make(**settings | {"repository": str(changed)}).info
    assert engine.info.weights["code"] != other.weights["code"]


def test_trouble_with_set_up_is_no_items_fault(settings):
    """Errors of a missing environment are not remembered as the item's own."""
    with pytest.raises(MaquetteError) as raised:
        cutie.make(**settings | {"python": ""})
    assert not raised.value.lasting
    assert "MAQUETTE_CUTIE_PYTHON" in raised.value.reason
