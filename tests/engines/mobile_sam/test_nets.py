"""MobileSAM's nets and its engine with the published weights, where the shelf has them."""

import numpy as np
import pytest

from maquette.engines import make
from maquette.engines.mobile_sam.asks import Ask
from maquette.engines.mobile_sam.nets import MobileSamNets
from maquette.engines.shelf import shelf_sums, verify
from maquette.errors import EngineError
from maquette.roles import Prompts, Segmenter
from maquette.types import Picture
from tests.engine_contract import check_engine

WIDE, HIGH = 180, 96
CLICK = Prompts(((60.0, 48.0),), (1,))

needs_weights = pytest.mark.skipif(
    set(verify(["mobile-sam"]).values()) != {"sound"},
    reason="mobile-sam is not on the shelf: maquette shelf fetch mobile-sam",
)


def disc():
    """An orange disc left of the middle of a slope of greys, and which pixels it has."""
    y, x = np.mgrid[:HIGH, :WIDE] + 0.5
    inside = np.hypot(x - 60, y - 48) < 30
    rgb = np.repeat((90 + x / 4)[..., None], 3, axis=2).astype(np.uint8)
    rgb[inside] = (230, 120, 30)
    return Picture(np.dstack([rgb, np.full(inside.shape, 255, np.uint8)])), inside


def overlap(one, other):
    """IoU of two masks."""
    return (one & other).sum() / (one | other).sum()


def test_it_plays_the_segmenter():
    """The engine answers to its role and is in the table."""
    engine = make("mobile-sam", role="Segmenter")
    assert isinstance(engine, Segmenter)
    check_engine(engine, name="mobile-sam")


def test_weights_are_named_without_the_disk(tmp_path, monkeypatch):
    """The info names the checkpoint by its sum even on an empty shelf."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    assert shelf_sums("mobile-sam") == make("mobile-sam", role="Segmenter").info.weights


def test_missing_weights_say_what_to_run(tmp_path, monkeypatch):
    """Without weights the first use fails with the command that brings them."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*maquette shelf fetch mobile-sam"):
        make("mobile-sam", role="Segmenter").segment([disc()[0]], [CLICK])


@pytest.fixture(scope="module")
def nets():
    """The published nets, at a quarter of the size to be quick."""
    return MobileSamNets(long_side_px=512)


@needs_weights
@pytest.mark.parametrize(
    ("points_xy", "labels"),
    [
        pytest.param(((60, 48),), (1,), id="a click"),
        pytest.param(((30, 18), (90, 78)), (2, 3), id="a box"),
        pytest.param(((30, 18), (90, 78), (150, 48)), (2, 3, 0), id="a box and a click left out"),
    ],
)
def test_the_published_nets_find_a_disc(nets, points_xy, labels):
    """To within a pixel or so, however it is pointed at."""
    picture, inside = disc()
    ask = Ask(points_xy, labels)
    embedding = nets.encode(np.ascontiguousarray(picture.rgba[..., :3]))
    logits, quality = nets.decode(embedding, [ask])
    offered = nets.offered(ask)
    mask = logits[0, offered][quality[0, offered].argmax()]
    assert overlap(inside, embedding.enlarged(mask) > 0) > 0.95


@needs_weights
def test_an_answer_does_not_depend_on_what_else_is_asked(nets):
    """Alone or among asks of other lengths and with masks: the same mask."""
    rgb = np.ascontiguousarray(disc()[0].rgba[..., :3])
    embedding = nets.encode(rgb)
    click = Ask(((60, 48),), (1,))
    before, _ = nets.decode(embedding, [click])
    others = [Ask(((30, 18), (90, 78)), (2, 3)), click, Ask(((60, 48),), (1,), before[0, 1])]
    together, _ = nets.decode(embedding, others)
    np.testing.assert_allclose(before[0], together[1], atol=1e-3)
    assert abs(together[2] - together[1]).max() > 0.1, "an earlier mask changes nothing"


@needs_weights
@pytest.mark.parametrize(
    ("size_wh", "seen_wh"),
    [
        pytest.param((854, 480), (512, 288), id="480p"),
        pytest.param((100, 100), (512, 512), id="square"),
        pytest.param((40, 3000), (16, 512), id="thin"),
    ],
)
def test_pictures_are_seen_whole_and_not_padded(nets, size_wh, seen_wh):
    """Scaled to whole steps of the features, the long side to what was asked for."""
    embedding = nets.encode(np.zeros((size_wh[1], size_wh[0], 3), np.uint8))
    assert (size_wh, seen_wh) == (embedding.size_wh, embedding.seen_wh)
    assert (1, 256, seen_wh[1] // 16, seen_wh[0] // 16) == embedding.features[0].shape


@needs_weights
def test_a_click_gives_the_disc_through_the_engine():
    """The whole way at the published size, and again after closing."""
    picture, inside = disc()
    engine = make("mobile-sam", role="Segmenter")
    (first,) = engine.segment([picture], [CLICK])
    assert overlap(inside, first > 0.5) > 0.95
    engine.close()
    (again,) = engine.segment([picture], [CLICK])
    np.testing.assert_array_equal(first, again)
