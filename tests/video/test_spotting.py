"""Spotting: the frame on which a subject is surest, and the subject there."""

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.roles import EngineInfo
from maquette.types import Mask, Picture
from maquette.video.spotting import CANDIDATES, candidates, spot, spotted_in

PICTURE = Picture(np.full((90, 160, 4), 255, np.uint8))


def disc(radius_px=24, *, at=(80, 45), sure=0.98, outside=0.01, soft_px=2.0):
    """A map of a round subject."""
    rows, columns = np.mgrid[:90, :160]
    depth = radius_px - np.hypot(columns - at[0], rows - at[1])
    share = np.clip(depth / soft_px + 0.5, 0, 1)
    return (outside + (sure - outside) * share).astype(np.float32)


class Seeing:
    """A segmenter that sees the map it was given, wherever nobody points."""

    info = EngineInfo("seeing", "1")

    def __init__(self, sureness):
        self.sureness = sureness

    def segment(self, pictures, prompts):
        assert all(not prompt.points_xy and not prompt.boxes_xyxy for prompt in prompts)
        return [self.sureness] * len(pictures)

    def close(self):
        """It holds nothing."""


@pytest.mark.parametrize(
    ("other"),
    [
        pytest.param(disc(sure=0.7), id="clear"),
        pytest.param(disc(soft_px=14), id="sharp"),
        pytest.param(disc(outside=0.3), id="alone in its glow"),
        pytest.param(disc(10), id="large"),
        pytest.param(np.maximum(disc(), disc(14, at=(140, 45))), id="in one piece"),
        pytest.param(disc(at=(8, 45)), id="uncut by the border"),
        pytest.param(disc(sure=0.4), id="there"),
        pytest.param(disc(200), id="not all there is"),
    ],
)
def test_the_better_beginning_scores_higher(other):
    """Than one with a single fault."""
    assert spotted_in(disc()).score > spotted_in(other).score


def test_scores_are_shares():
    """0 where nothing is, towards 1 where all is well."""
    assert 0 == spotted_in(np.zeros((9, 9), np.float32)).score
    assert 0.7 < spotted_in(disc()).score < 1
    assert 0.9 < spotted_in(disc()).sure < 1


@pytest.mark.parametrize(
    ("frames", "expected"),
    [(24, (0, 6, 12, 17, 23)), (31, (0, 8, 15, 22, 30)), (3, (0, 1, 2)), (1, (0,))],
    ids=str,
)
def test_candidates_are_spread(frames, expected):
    """The first and the last among them."""
    assert expected == candidates(frames)
    assert len(expected) <= CANDIDATES


def test_the_largest_part_is_the_key():
    """With its box and its scores."""
    seen = np.maximum(disc(), disc(9, at=(140, 45)))
    made = spot(PICTURE, segmenter=Seeing(seen))
    key = made.outputs["key_mask"]
    assert isinstance(key, Mask)
    assert np.array_equal(disc() >= 0.5, key.inside)
    (box,) = made.params["boxes"]
    assert np.allclose([56, 21, 105, 70], box, atol=1)
    assert {"sure", "spotted"} == set(made.scores)
    assert made.scores["spotted"] < spotted_in(disc()).score


@pytest.mark.parametrize("seen", [disc(2), disc(sure=0.4)], ids=["a crumb", "nothing"])
def test_no_subject_is_refused(seen):
    """It says how much there is, and that one can point."""
    with pytest.raises(InputError, match=r"MASK_EMPTY.*point at the subject"):
        spot(PICTURE, segmenter=Seeing(seen))
