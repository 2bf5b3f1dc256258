"""The tracker as its users see it: without a net on drawn clips, with the nets of the shelf."""

import numpy as np
import pytest

from maquette.engines import make
from maquette.engines.shelf import shelf_sums, verify
from maquette.errors import EngineError, InputError
from maquette.roles import Tracker
from maquette.types import Mask
from tests.engine_contract import check_engine, check_tracker
from tests.engines.flow_snap.moving import (
    HIGH_PX,
    WIDE_PX,
    behind_a_post,
    disc,
    frame,
    overlap,
    passing,
)

PLAIN = {"segmenter": "none"}

needs_weights = pytest.mark.skipif(
    set(verify(["mobile-sam"]).values()) != {"sound"},
    reason="mobile-sam is not on the shelf: maquette shelf fetch mobile-sam",
)


@pytest.fixture
def plain():
    """The tracker without a net."""
    return make("flow-snap", role="Tracker", settings=PLAIN)


@pytest.mark.parametrize("settings", [{}, PLAIN], ids=["with the net", "without"])
def test_it_plays_the_tracker(settings):
    """The engine answers to its role and is in the table."""
    engine = make("flow-snap", role="Tracker", settings=settings)
    assert isinstance(engine, Tracker)
    check_engine(engine, name="flow-snap")


def test_the_recipe_tells_what_it_looks_with():
    """Masks found with a net and without are different work, and name different weights."""
    by_net, plain = (make("flow-snap", role="Tracker", settings=s).info for s in ({}, PLAIN))
    assert (shelf_sums("mobile-sam"), {}) == (by_net.weights, plain.weights)
    assert by_net.config != plain.config


def test_an_unknown_segmenter_is_refused():
    """A misspelt setting names the words there are."""
    with pytest.raises(InputError, match=r"ENGINE_SETTINGS.*mobile-sam, none"):
        make("flow-snap", role="Tracker", settings={"segmenter": "sam"})


def test_the_contract_holds(plain):
    """Keys kept, wrong ones refused, few frames held, the same answers each time."""
    frames, masks = passing(5)
    check_tracker(plain, frames=frames, first=masks[0], last=masks[-1])


@pytest.mark.parametrize("keyed", [(0,), (9,), (0, 9)], ids=["first", "last", "both"])
def test_a_moving_disc_is_followed(plain, keyed):
    """Its edge is found to half a pixel or so, from either end."""
    frames, masks = passing()
    tracked = list(plain.track(frames, {n: masks[n] for n in keyed}))
    assert min(overlap(t.mask, m) for t, m in zip(tracked, masks, strict=True)) > 0.9


def test_a_hidden_object_is_said_to_be_hidden_and_to_return(plain):
    """Behind the post there is no mask; once it is out, it is found again and flagged once."""
    frames, seen = behind_a_post()
    tracked = list(plain.track(frames, {0: seen[0]}))
    wholly_hidden = [n for n, mask in enumerate(seen) if not mask.inside.any()]
    assert wholly_hidden
    assert all(tracked[n].hidden for n in wholly_hidden)
    assert 1 == sum(t.returned for t in tracked)
    assert overlap(tracked[-1].mask, seen[-1]) > 0.8


def test_confidence_falls_with_the_object(plain):
    """A disc that fades into the field is less and less surely itself."""
    frames, masks = passing(8, step_px=2)
    empty = frame(Mask(np.zeros_like(masks[0].inside))).rgba.astype(np.float32)
    faded = [
        type(picture)(np.rint(picture.rgba * (1 - n / 9) + empty * (n / 9)).astype(np.uint8))
        for n, picture in enumerate(frames)
    ]
    still = [t.confidence for t in plain.track(frames, {0: masks[0]})]
    fading = [t.confidence for t in plain.track(faded, {0: masks[0]})]
    assert fading[-1] < 0.8 * still[-1]


@pytest.mark.parametrize(
    "size_wh", [(WIDE_PX, HIGH_PX), (HIGH_PX, WIDE_PX), (141, 97)], ids=["wide", "tall", "odd"]
)
def test_any_shape_of_frame_will_do(plain, size_wh):
    """Objects larger than a window's frame and frames of odd sizes too."""
    masks = [disc(70 + n, 50, radius_px=45, size_wh=size_wh) for n in range(3)]
    frames = [frame(mask, number=n) for n, mask in enumerate(masks)]
    tracked = list(plain.track(frames, {0: masks[0]}))
    assert min(overlap(t.mask, m) for t, m in zip(tracked, masks, strict=True)) > 0.9


def test_large_frames_keep_their_edges(plain):
    """Motion is followed small; the mask is drawn at the frame's own size."""
    size_wh = (1900, 1100)
    masks = [disc(500 + 30 * n, 500, radius_px=200, size_wh=size_wh) for n in range(3)]
    frames = [frame(mask, number=n) for n, mask in enumerate(masks)]
    tracked = list(plain.track(frames, {0: masks[0]}))
    assert min(overlap(t.mask, m) for t, m in zip(tracked, masks, strict=True)) > 0.95


def test_missing_weights_say_what_to_run(tmp_path, monkeypatch):
    """Without weights the first use fails with the command that brings them."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    frames, masks = passing(2)
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*maquette shelf fetch mobile-sam"):
        list(make("flow-snap", role="Tracker").track(frames, {0: masks[0]}))


@needs_weights
def test_the_published_nets_follow_a_disc():
    """The same clip with the net: better edges, and as surely."""
    frames, masks = passing(4)
    engine = make("flow-snap", role="Tracker")
    tracked = list(engine.track(frames, {0: masks[0]}))
    engine.close()
    assert min(overlap(t.mask, m) for t, m in zip(tracked, masks, strict=True)) > 0.93
    assert min(t.confidence for t in tracked) > 0.7
