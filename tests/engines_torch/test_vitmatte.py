"""ViTMatte on a tiny model loaded by the same code as the published one."""

import numpy as np
import pytest

from maquette import engines
from maquette.engines import vitmatte
from maquette.errors import EngineError, InputError
from maquette.pictures.bands import edge_band
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


@pytest.fixture
def seen_px(engine):
    """The sizes that the network is given, noted as they come."""
    engine.refine(*_disc(32), edge_px=2)  # loads it
    noted = []
    model, _ = engine._parts()
    hook = model.register_forward_pre_hook(lambda _, given: noted.append(given[0].shape[-2:]))
    yield noted
    hook.remove()


def _disc(size_px, **options):
    rgba, inside = tiny_models.disc(size_px, **options)
    return Picture(rgba), Mask(inside)


def _large():
    """A picture of several tiles with a disc in its upper left corner only."""
    picture, mask = _disc(96)
    rgba, inside = np.full((200, 300, 4), 90, np.uint8), np.zeros((200, 300), bool)
    rgba[:96, :96], inside[:96, :96] = picture.rgba, mask.inside
    return Picture(rgba), Mask(inside)


def test_a_large_picture_is_seen_in_tiles_along_the_edge(engine, seen_px, monkeypatch):
    """No tile is larger than the limit, and those without an edge are not looked at."""
    monkeypatch.setattr(vitmatte, "WHOLE_PX", 96)
    monkeypatch.setattr(vitmatte, "MARGIN_PX", 16)
    picture, mask = _large()
    alpha = engine.refine(picture, mask, edge_px=4).alpha
    assert 0 < len(seen_px) <= 4
    assert all(max(size) <= 96 for size in seen_px)
    hard = mask.inside.astype(np.float32)
    assert np.array_equal(hard[100:], alpha[100:])
    assert not np.array_equal(hard, alpha)


def test_tiles_leave_no_seam(engine, monkeypatch):
    """In tiles an edge is much like it is in one piece: the network sees enough around it."""
    picture, mask = _large()
    whole = engine.refine(picture, mask, edge_px=4).alpha
    monkeypatch.setattr(vitmatte, "WHOLE_PX", 96)
    monkeypatch.setattr(vitmatte, "MARGIN_PX", 16)
    tiled = engine.refine(picture, mask, edge_px=4).alpha
    band = edge_band(mask.inside, edge_px=4)
    assert 0.02 > np.abs(whole - tiled)[band].mean()


def test_a_picture_of_one_tile_is_seen_whole(engine, seen_px):
    """Up to the limit nothing is cut."""
    picture, mask = _large()
    engine.refine(picture, mask, edge_px=4)
    assert [(224, 320)] == seen_px  # padded to multiples of 32


def test_a_mask_of_another_size_is_refused(engine):
    """A mask that does not fit its picture is the caller's mistake."""
    rgba, _ = tiny_models.disc(64)
    with pytest.raises(InputError, match="MASK_SIZE"):
        engine.refine(Picture(rgba), Mask(np.ones((10, 10), bool)), edge_px=3)


def test_an_unknown_size_is_refused():
    """Only the published sizes have names."""
    with pytest.raises(EngineError, match="ENGINE_SETTINGS"):
        engines.make("vitmatte", role="Matter", settings={"size": "huge"})
