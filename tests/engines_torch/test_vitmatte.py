"""ViTMatte on a tiny model loaded by the same code as the published one."""

import numpy as np
import pytest

from maquette import engines
from maquette.errors import EngineError, InputError
from maquette.types import Mask, Picture
from tests import engine_contract, tiny_models

pytest.importorskip("torch")
pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def engine(folders):
    """The engine over its tiny model."""
    return engines.make("vitmatte", role="Matter", settings={"model": str(folders["vitmatte"])})


def test_it_keeps_the_contract(engine):
    """A picture whose sides are no multiple of 32 comes back unpadded, changed at the edge only."""
    rgba, inside = tiny_models.disc(75, width_px=100)
    engine_contract.check_engine(engine, name="vitmatte")
    engine_contract.check_matter(engine, picture=Picture(rgba), mask=Mask(inside), edge_px=5)


def test_the_network_sees_the_picture(engine):
    """Another picture under the same mask gives another edge."""
    rgba, inside = tiny_models.disc(64)
    other = rgba.copy()
    other[..., :3] = np.random.default_rng(2).integers(0, 255, (64, 64, 3))
    one, two = (engine.refine(Picture(p), Mask(inside), edge_px=5) for p in (rgba, other))
    assert not np.array_equal(one.alpha, two.alpha)


@pytest.mark.parametrize("edge_px", [1, 3, 8])
def test_the_band_is_as_wide_as_asked(edge_px):
    """Beside a straight edge the band takes the same number of pixels on either side."""
    from maquette.engines.vitmatte import edge_band

    inside = np.zeros((40, 40), bool)
    inside[:, 20:] = True
    columns = np.flatnonzero(edge_band(inside, edge_px=edge_px)[20])
    assert list(range(20 - edge_px, 20 + edge_px)) == columns.tolist()


def test_a_mask_of_another_size_is_refused(engine):
    """A mask that does not fit its picture is the caller's mistake."""
    rgba, _ = tiny_models.disc(64)
    with pytest.raises(InputError, match="MASK_SIZE"):
        engine.refine(Picture(rgba), Mask(np.ones((10, 10), bool)), edge_px=3)


def test_an_unknown_size_is_refused():
    """Only the published sizes have names."""
    with pytest.raises(EngineError, match="ENGINE_SETTINGS"):
        engines.make("vitmatte", role="Matter", settings={"size": "huge"})
