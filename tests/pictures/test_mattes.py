"""From mask to finished cut-out."""

import numpy as np
import pytest

from maquette.batch.stages import Made
from maquette.engines import guided
from maquette.errors import InputError
from maquette.pictures.mattes import FILL, SIZES_PX, centred, soften
from maquette.types import Mask, Picture

MATTER = guided.make()
ORANGE, BLUE = (230, 120, 30), (20, 60, 200)


def soft_disc(size_px: int = 256, radius_px: float = 80, edge_px: float = 4) -> np.ndarray:
    """Alpha of a disc with a soft rim: (H, W) float32."""
    rows, columns = np.mgrid[:size_px, :size_px] - size_px / 2 + 0.5
    return np.clip((radius_px - np.hypot(rows, columns)) / edge_px + 0.5, 0, 1).astype(np.float32)


def photo(alpha: np.ndarray) -> Picture:
    """An orange subject on blue, mixed along its edge as a lens does."""
    cover = alpha[..., None]
    rgb = np.array(ORANGE) * cover + np.array(BLUE) * (1 - cover)
    full = np.full_like(cover, 255)
    return Picture(np.dstack([rgb, full]).round().astype(np.uint8))


def softened(picture: Picture, mask: Mask, **options: object) -> Picture:
    """The cut-out."""
    made = soften(picture, mask, matter=MATTER, **options)
    assert isinstance(made, Made)
    return made.outputs["cutout"]


def test_has_soft_edges_without_halo():
    """Along the edge alpha is graded and no pixel is nearer to the old blue than to orange."""
    alpha = soft_disc()
    cutout = softened(photo(alpha), Mask(alpha > 0.5)).rgba.astype(int)
    edge = (cutout[..., 3] > 20) & (cutout[..., 3] < 235)
    assert edge.sum() > 300
    assert np.abs(cutout[edge][:, :3] - ORANGE).max(axis=1).mean() < 30
    hidden = cutout[..., 3] == 0
    assert (cutout[hidden][:, 0] > cutout[hidden][:, 2]).all()


def test_is_square_and_centred():
    """The canvas is square, of a usual size, and the subject stands in its middle."""
    alpha = np.roll(soft_disc(), 40, axis=1)
    cutout = softened(photo(alpha), Mask(alpha > 0.5))
    assert cutout.size_wh[0] == cutout.size_wh[1]
    assert cutout.size_wh[0] in SIZES_PX
    columns = np.flatnonzero((cutout.rgba[..., 3] >= 128).any(axis=0))
    assert abs((columns[0] + columns[-1]) / 2 - (cutout.size_wh[0] - 1) / 2) <= 1.5


def test_native_alpha_is_kept_exactly():
    """Alpha that came with the picture is the same afterwards, value by value."""
    alpha = (soft_disc(256, 110) * 255).astype(np.uint8)
    picture = Picture(np.dstack([photo(soft_disc()).rgba[..., :3], alpha]))
    cutout = softened(picture, Mask(alpha >= 128), native_alpha=True)
    assert sorted(alpha[alpha > 0]) == sorted(cutout.rgba[..., 3][cutout.rgba[..., 3] > 0])


def test_a_whole_picture_stays_whole():
    """With the background kept nothing is cut, scaled or softened, only padded to a square."""
    pixels = np.random.default_rng(0).integers(0, 255, (120, 200, 4)).astype(np.uint8)
    pixels[..., 3] = 255
    cutout = softened(Picture(pixels), Mask(np.ones((120, 200), np.bool_))).rgba
    assert cutout.shape[:2] == (200, 200)
    assert np.array_equal(pixels, cutout[40:160])
    assert not cutout[:40, :, 3].any()


def test_shrinks_what_would_touch_the_edge():
    """A subject that fills its picture gets air around it; nothing grows beyond the picture."""
    rgba = np.full((300, 300, 4), 200, np.uint8)
    rgba[:, :10, 3] = 0
    side_px = centred(Picture(rgba)).size_wh[0]
    rows = np.flatnonzero(centred(Picture(rgba)).rgba[..., 3].any(axis=1))
    assert side_px == 300
    assert round(300 * FILL) == rows[-1] - rows[0] + 1


@pytest.mark.parametrize("visible_px", [0, 3], ids=["nothing", "a dot"])
def test_nothing_left_is_an_error(visible_px: int):
    """A cut-out without a visible subject is refused."""
    rgba = np.zeros((64, 64, 4), np.uint8)
    rgba[:visible_px, :visible_px, 3] = 255
    with pytest.raises(InputError) as refused:
        centred(Picture(rgba))
    assert refused.value.code == "MATTE_EMPTY"


def test_same_input_same_bytes():
    """Two runs give identical pixels."""
    alpha = soft_disc()
    first, second = (softened(photo(alpha), Mask(alpha > 0.5)).rgba for _ in range(2))
    assert first.tobytes() == second.tobytes()
