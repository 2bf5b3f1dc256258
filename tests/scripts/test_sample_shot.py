"""The sample shot of ``make demo-roto``: an order that reads, and a movie with known masks."""

import pytest

from maquette.engines.shelf import verify
from maquette.lines.roto_orders import read_order
from maquette.video.footage import open_footage
from scripts import sample_shot

pytest.importorskip("av")
pytestmark = pytest.mark.skipif(
    set(verify(["composer-art"]).values()) != {"sound"},
    reason="composer-art is not on the shelf: maquette shelf fetch",
)
FRAMES = 3


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The first frames of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample_shot, "FRAMES", FRAMES)
        patch.setattr(sample_shot, "CORRECTED", FRAMES - 1)
        return sample_shot.write_sample(tmp_path_factory.mktemp("sample"))


def test_the_order_points_at_the_figure(sample):
    """The box is around its true mask, and the click is on it."""
    order = read_order(sample.order.read_bytes(), name=sample.order.name)
    assert () == order.bad
    first, correction = order.objects[0].prompts
    left, top, right, bottom = (round(v) for v in first.box_xyxy)
    assert sample.truth[0].sum() == sample.truth[0][top:bottom, left:right].sum() > 30_000
    x, y = (round(v) for v in correction.clicks_xy[0])
    assert sample.truth[correction.frame - sample_shot.FIRST_PLATE, y, x]


def test_the_movie_shows_the_figure_where_the_truth_says(sample):
    """Warm where the mask is, and of its number of frames."""
    with open_footage([sample.order.with_suffix(".mp4")]) as footage:
        assert FRAMES == len(footage) == len(sample.truth)
        pixels = footage[1].pixels.astype(float)
    warmth = pixels[..., 0] - pixels[..., 2]
    assert warmth[sample.truth[1]].mean() > 60 > 40 > warmth[~sample.truth[1]].mean()
