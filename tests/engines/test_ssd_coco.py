"""SSD's engine: where it looks and what it keeps, and the real network where the shelf has it."""

import cv2
import numpy as np
import pytest

from maquette import engines
from maquette.engines.shelf import shelf_sums, verify
from maquette.engines.ssd_coco import is_cut, make, overlap, strongest, windows
from maquette.errors import EngineError
from maquette.roles import Detection
from maquette.types import Picture
from tests import engine_contract


def at(score, *box, label="dog"):
    """Something seen."""
    return Detection(box, score, label)


def test_it_plays_the_detector():
    """The engine keeps what every engine promises, and asking it loads nothing."""
    engine_contract.check_engine(engines.make("ssd-coco", role="Detector"), name="ssd-coco")


def test_asking_for_facts_needs_no_weights(tmp_path, monkeypatch):
    """The info names the files of network and embedder even on an empty shelf."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    assert {*shelf_sums("ssd-coco"), *shelf_sums("minilm")} == set(make().info.weights)


def test_missing_weights_say_what_to_run(tmp_path, monkeypatch):
    """Without weights the first use fails with the command that fetches them."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*maquette shelf fetch ssd-coco"):
        make().detect(Picture(np.zeros((9, 9, 4), np.uint8)), "dog")


@pytest.mark.parametrize(
    "size_wh",
    [
        pytest.param((854, 480), id="480p"),
        pytest.param((2160, 3840), id="tall 4K"),
        pytest.param((600, 600), id="square"),
        pytest.param((40_000, 500), id="a strip"),
    ],
)
def test_it_looks_at_the_whole_and_at_tiles_that_reach_every_edge(size_wh):
    """Tiles are square, lie within the picture, start and end with it, and are not many."""
    whole, *tiles = windows(size_wh)
    assert (0, 0, *size_wh) == whole
    assert {(x1 - x0, y1 - y0) for x0, y0, x1, y1 in tiles} == {(0.75 * min(size_wh),) * 2}
    assert (0, 0) == (min(t[0] for t in tiles), min(t[1] for t in tiles))
    assert size_wh == (max(t[2] for t in tiles), max(t[3] for t in tiles))
    assert 4 <= len(tiles) <= 36


@pytest.mark.parametrize("size_wh", [(1, 1), (3000, 20), (380, 390)])
def test_a_small_picture_is_looked_at_once(size_wh):
    """Tiles with fewer pixels than the network sees would show nothing new."""
    assert [(0, 0, *size_wh)] == windows(size_wh)


@pytest.mark.parametrize(
    ("box", "cut"),
    [
        pytest.param((150, 150, 250, 250), False, id="inside"),
        pytest.param((101, 150, 250, 250), True, id="at the left border"),
        pytest.param((150, 150, 299, 250), True, id="at the right border"),
        pytest.param((150, 101, 250, 250), True, id="at the upper border"),
        pytest.param((150, 150, 250, 300), False, id="at the picture's lower edge"),
    ],
)
def test_what_a_tile_cuts_through_is_left_to_its_neighbour(box, cut):
    """A border of the tile cuts, an edge of the picture does not."""
    assert cut == is_cut(box, window=(100, 100, 300, 300), size_wh=(600, 300))


def test_one_thing_is_kept_once_and_the_surest_first():
    """Boxes over one another, and parts of a surer one, are the same thing seen again."""
    seen = [
        at(0.7, 300, 0, 400, 100),
        at(0.6, 2, 2, 100, 100),
        at(0.9, 0, 0, 100, 100),
        at(0.8, 10, 10, 40, 40),
    ]
    assert [seen[2], seen[0]] == strongest(seen, ["dog"])


def test_what_is_weak_beside_something_sure_is_left_out():
    """Half as sure as the surest is the least; alone, the weak one stands."""
    sure, weak = at(0.9, 0, 0, 10, 10), at(0.44, 50, 0, 60, 10)
    assert [sure] == strongest([sure, weak], ["dog"])
    assert [weak] == strongest([weak], ["dog"])


def test_other_things_are_not_given():
    """Only what was asked for, even where the network is surer of something else."""
    sheep, dog = at(0.85, 0, 0, 10, 10, label="sheep"), at(0.23, 0, 0, 10, 10)
    assert [dog] == strongest([sheep, dog], ["dog"])
    assert [sheep] == strongest([sheep, dog], ["dog", "sheep"])


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param((0, 0, 10, 10), 1.0, id="the same"),
        pytest.param((5, 0, 15, 10), 1 / 3, id="half beside it"),
        pytest.param((10, 0, 20, 10), 0.0, id="touching"),
    ],
)
def test_overlap_is_intersection_over_union(other, expected):
    """As everywhere."""
    assert pytest.approx(expected) == overlap((0, 0, 10, 10), other)


needs_weights = pytest.mark.skipif(
    set(verify(["ssd-coco", "minilm"]).values()) != {"sound"},
    reason="ssd-coco and minilm are not on the shelf: maquette shelf fetch ssd-coco minilm",
)
SIGN_XY, SIGN_PX = (520, 200), 60


@pytest.fixture(scope="module")
def detector():
    """The engine with the published weights."""
    return make()


@pytest.fixture(scope="module")
def street():
    """A stop sign drawn in a wide picture, see-through where there is no sign."""
    rgba = np.zeros((480, 854, 4), np.uint8)
    turns = np.radians(22.5 + 45 * np.arange(8))
    for size_px, colour in ((SIGN_PX, (250, 250, 250, 255)), (SIGN_PX - 5, (190, 20, 30, 255))):
        corners = np.stack([np.cos(turns), np.sin(turns)], 1) * size_px + SIGN_XY
        cv2.fillPoly(rgba, [np.rint(corners).astype(np.int32)], colour)
    cv2.putText(rgba, "STOP", (476, 213), cv2.FONT_HERSHEY_DUPLEX, 1.1, (250, 250, 250, 255), 3)
    return Picture(rgba)


@needs_weights
def test_real_network_finds_a_sign(detector, street):
    """The published weights put a box around a drawn stop sign, in the picture's pixels."""
    answer = engine_contract.check_detector(detector, picture=street, text="a stop sign")
    (x, y), side = SIGN_XY, SIGN_PX * np.cos(np.pi / 8)
    assert overlap(answer.found[0].box_xyxy, (x - side, y - side, x + side, y + side)) > 0.8
    assert ("stop sign", ()) == (answer.found[0].label, answer.notes)


@needs_weights
def test_real_network_gives_nothing_for_what_it_does_not_know(detector, street):
    """A camel is none of COCO's things: a note, no boxes, though there is something to see."""
    answer = detector.detect(street, "camel")
    assert () == answer.found
    assert "'camel' is not among the 80 things" in answer.notes[0]


@needs_weights
def test_real_network_finds_several_names(detector, street):
    """What is there is found beside what is not there and what is not known."""
    answer = detector.detect(street, "stop sign, elephant and camel")
    assert {"stop sign"} == {one.label for one in answer.found}
    assert 1 == len(answer.notes)


@needs_weights
def test_it_works_again_after_closing(detector, street):
    """Closing frees the network, not the engine."""
    before = detector.detect(street, "stop sign")
    detector.close()
    assert before == detector.detect(street, "stop sign")
