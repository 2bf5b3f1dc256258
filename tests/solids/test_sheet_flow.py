"""Flow: points go where the picture goes, and doubt is known."""

import numpy as np
import pytest

from maquette.solids.sheet_flow import carried

RNG = np.random.default_rng(0)


def cloth(size=96):
    """A grey picture with something to see everywhere."""
    import cv2

    noise = cv2.GaussianBlur(RNG.normal(0, 1, (size, size)), (0, 0), 2.0)
    return np.clip(128 + 45 * noise / noise.std(), 0, 255).astype(np.uint8)


def disc(centre, size=96, radius=25):
    """The mask of a disc."""
    rows, columns = np.indices((size, size)) + 0.5
    return np.hypot(columns - centre[0], rows - centre[1]) < radius


GREY = cloth()
HERE = (disc((40, 40)), GREY)
THERE = (disc((44, 42)), np.roll(GREY, (2, 4), axis=(0, 1)))
POINTS = np.array([40 + 40j, 35 + 45j, 48 + 36j])


def test_points_go_with_the_picture():
    """A disc that moves by four and two pixels takes its points along, surely."""
    places, trust = carried(POINTS, HERE, THERE)
    assert 0.2 > np.abs(places - POINTS - (4 + 2j)).max()
    assert 0.8 < trust.min()


def test_what_is_not_seen_goes_the_mean_way():
    """A point beside the mask is not trusted, and goes with the rest."""
    places, trust = carried(np.append(POINTS, 85 + 85j), HERE, THERE)
    assert 0 == trust[-1]
    assert 0.2 > abs(places[-1] - (89 + 87j))


@pytest.mark.parametrize("other", [(disc((44, 42)), cloth())], ids=["another picture"])
def test_what_cannot_be_is_doubted(other):
    """Between pictures that have nothing in common little is trusted."""
    rows, columns = np.nonzero(HERE[0])
    points = columns + 0.5 + 1j * (rows + 0.5)
    sure = carried(points, HERE, THERE)[1].mean()
    assert 0.6 * sure > carried(points, HERE, other)[1].mean()


def test_nothing_to_see_is_not_believed():
    """Where a picture is of one grey, points are not trusted but go with the mask's middle."""
    plain = np.full_like(GREY, 90)
    places, trust = carried(POINTS, (HERE[0], plain), (THERE[0], plain))
    assert 0.01 > trust.max()
    assert 0.3 > np.abs(places - POINTS - (4 + 2j)).max()
