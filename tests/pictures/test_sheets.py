"""Contact sheets, thumbnails and previews."""

import io

import numpy as np
import pytest
from PIL import Image

from maquette.errors import InputError
from maquette.pictures.sheets import contact_sheet, small_jpeg
from maquette.types import Picture


def noise(width: int, height: int) -> Picture:
    """The hardest picture to compress."""
    rgba = np.random.default_rng(1).integers(0, 255, (height, width, 4)).astype(np.uint8)
    rgba[..., 3] = 255
    return Picture(rgba)


def red(width: int, height: int) -> Picture:
    """A plain red picture."""
    return Picture(np.full((height, width, 4), (220, 20, 30, 255), np.uint8))


@pytest.mark.parametrize(
    ("count", "columns", "grid"),
    [
        pytest.param(1, 4, (1, 1), id="one"),
        pytest.param(5, 4, (4, 2), id="a row and one"),
        pytest.param(8, 4, (4, 2), id="two full rows"),
    ],
)
def test_sheet_grows_by_rows(count: int, columns: int, grid: tuple[int, int]):
    """Pictures fill row after row."""
    sheet = contact_sheet([red(50, 30)] * count, columns=columns, tile_px=100)
    assert (grid[0] * 107 + 7, grid[1] * 107 + 7) == sheet.size_wh


def test_sheet_shows_pictures_and_captions():
    """The picture stands in its tile, a caption below it, and neither leaves the sheet."""
    plain = contact_sheet([red(100, 100)], tile_px=100)
    titled = contact_sheet([red(100, 100)], ["a caption far too long for its tile"], tile_px=100)
    assert plain.rgba[50, 50, :3].tolist() == [220, 20, 30]
    assert titled.size_wh[1] > plain.size_wh[1]
    below = titled.rgba[110:, :, :3].min(axis=2)
    assert below.min() < 150
    assert below[:, 0].min() > 240
    assert below[:, -1].min() > 240


def test_sheet_copes_with_any_script():
    """Captions in scripts that the font lacks do not draw boxes or fail."""
    accents = contact_sheet([red(9, 9)], ["Grüße, née"], tile_px=100)
    plain = contact_sheet([red(9, 9)], ["Grusse, nee"], tile_px=100)
    assert np.array_equal(plain.rgba, accents.rgba)
    contact_sheet([red(9, 9)], ["猫"], tile_px=100)


def test_empty_sheet_is_an_error():
    """No pictures, no sheet."""
    with pytest.raises(InputError, match="SHEET_EMPTY"):
        contact_sheet([])


@pytest.mark.parametrize("at_most_bytes", [50_000, 20_000, 4_000])
def test_preview_keeps_its_limit_and_uses_it(at_most_bytes: int):
    """Even noise fits the limit, and takes at least half of it."""
    jpeg = small_jpeg(noise(900, 700), at_most_bytes=at_most_bytes)
    assert at_most_bytes / 2 < len(jpeg) <= at_most_bytes
    assert Image.open(io.BytesIO(jpeg)).format == "JPEG"


def test_easy_previews_keep_their_size():
    """A picture that compresses well is not scaled."""
    assert Image.open(io.BytesIO(small_jpeg(red(900, 700)))).size == (900, 700)


def test_impossible_limit_is_an_error():
    """A limit that nothing keeps is said, not looped over."""
    with pytest.raises(InputError, match="PREVIEW_LIMIT"):
        small_jpeg(noise(300, 300), at_most_bytes=200)
