"""QC frames and contact sheets: sizes that players take, every tile in its place."""

from itertools import pairwise

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.video.qc import Board, QcFrame, contact_sheet, qc_frames, spread
from maquette.video.qc_strip import Followed
from maquette.video.tinting import fit
from tests import zoo

RED, BLUE = (255, 40, 40), (60, 90, 255)


def board(plate_wh=(160, 90), *, objects=1, frames=10, title="SH010", pixel_aspect=1.0):
    colours = [RED, BLUE] * objects
    followed = [
        Followed(f"object {n}", colours[n], (0.9,) * frames, frozenset({0})) for n in range(objects)
    ]
    return Board(title, plate_wh, tuple(followed), pixel_aspect=pixel_aspect)


def shot(index=3, *, size_wh=(160, 90), objects=1):
    """A grey ramp with discs on it."""
    ramp = np.linspace(40, 200, size_wh[0]).astype(np.uint8)
    view = np.repeat(np.tile(ramp, (size_wh[1], 1))[..., None], 3, axis=2)
    side = max(size_wh)
    mattes = [
        zoo.disc_alpha(side, centre_xy=(40 + 60 * n, 45), radius_px=25)[: size_wh[1], : size_wh[0]]
        for n in range(objects)
    ]
    return QcFrame(index, view, tuple(mattes), "01:00:00:03")


SIZES = {
    "hd": (1920, 1080), "small": (160, 90), "scope": (2048, 858), "upright": (1080, 1920),
    "square": (500, 500), "4k": (4096, 2160), "thread": (2000, 20), "needle": (20, 2000),
}  # fmt: skip


@pytest.mark.parametrize("plate_wh", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("objects", [1, 3, 12])
def test_every_board_fits_a_screen(plate_wh, objects):
    """At most 1080p, even sides, tiles of the plate's shape that do not touch."""
    shown = board(plate_wh, objects=objects)
    width, height = shown.size_wh
    wide, high = shown.tile_wh
    assert (0, 0) == (width % 2, height % 2)
    assert 960 <= width <= 1920
    assert height <= 1080
    aspect = plate_wh[0] / plate_wh[1]
    assert abs(wide - high * aspect) <= 2 * max(1, aspect), "not the plate's shape"
    corners = [shown.corner_of(tile) for tile in range(4)]
    for (x, y), (other_x, other_y) in pairwise(corners):
        assert abs(x - other_x) >= wide or abs(y - other_y) >= high
    assert all(x >= 0 and x + wide <= width and y + high <= height for x, y in corners)


def test_squeezed_plates_are_shown_as_they_were_meant():
    """Anamorphic pixels make wider tiles."""
    wide, high = board((1000, 1000), pixel_aspect=2).tile_wh
    assert 2 == pytest.approx(wide / high, rel=0.01)


def test_each_tile_shows_its_own():
    """The plate as it is, the tint, the matte in grey, the outline."""
    shown = board()
    (frame,) = qc_frames(shown, [shot()])
    assert (shown.size_wh[1], shown.size_wh[0], 3) == frame.shape
    wide, high = shown.tile_wh
    tiles = [frame[y : y + high, x : x + wide] for x, y in map(shown.corner_of, range(4))]
    below = slice(40, None)  # the captions stand above
    assert np.array_equal(fit(shot().view, shown.tile_wh)[below], tiles[0][below])
    middle = high // 2, wide * 40 // 160
    red, green, _ = tiles[1][middle].astype(int)
    assert red > green + 50
    assert (255, 255, 255) == tuple(tiles[2][middle])
    assert (0, 0, 0) == tuple(tiles[2][middle[0], wide - 20])
    assert np.array_equal(tiles[0][middle], tiles[3][middle]), "an outline is hollow"
    assert not np.array_equal(tiles[0], tiles[3])


def test_frames_differ_by_number_and_playhead():
    """The same picture on another frame is another QC frame; drawn again it is the same."""
    one, again, other = qc_frames(board(), [shot(3), shot(3), shot(4)])
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_frames_are_drawn_when_they_are_asked_for():
    """A long shot is never in memory whole."""
    asked = []

    def frames():
        for index in range(10):
            asked.append(index)
            yield shot(index)

    drawn = qc_frames(board(), frames())
    next(drawn)
    assert [0] == asked


def test_a_frame_needs_a_matte_for_every_object():
    """It says which frame."""
    with pytest.raises(InputError, match="frame 3") as refused:
        next(qc_frames(board(objects=2), [shot(objects=1)]))
    assert "QC_BOARD" == refused.value.code


def test_a_movie_needs_an_object():
    """Bare plates are for contact sheets."""
    bare = Board("SH010", (160, 90), ())
    with pytest.raises(InputError, match="QC_BOARD"):
        next(qc_frames(bare, [shot(objects=0)]))
    assert 160 < contact_sheet(bare, [shot(objects=0)]).size_wh[0]


@pytest.mark.parametrize("lengths", [(0,), (3, 4)], ids=str)
def test_objects_share_one_length(lengths):
    """A board without frames, or with ragged ones, is refused."""
    objects = tuple(Followed("a", RED, (1.0,) * length) for length in lengths)
    with pytest.raises(InputError) as refused:
        Board("SH010", (160, 90), objects)
    assert "QC_BOARD" == refused.value.code


@pytest.mark.parametrize("size_wh", [(160, 90), (90, 160)], ids=["wide", "upright"])
@pytest.mark.parametrize("count", [1, 4, 9])
def test_the_contact_sheet_holds_every_frame(size_wh, count):
    """As many tinted tiles as frames, in rows of four, opaque."""
    frames = [shot(index, size_wh=size_wh) for index in range(count)]
    sheet = contact_sheet(board(size_wh), frames)
    assert sheet.is_opaque
    wide, high = (360, 202) if size_wh[0] > size_wh[1] else (202, 360)
    across, down = min(4, count), -(-count // 4)
    assert (across * (wide + 12) + 12, 44 + down * (high + 26 + 12)) == sheet.size_wh
    for place in range(count):
        left, top = 12 + place % 4 * (wide + 12), 44 + place // 4 * (high + 38)
        tile = sheet.rgba[top : top + high, left : left + wide, :3].astype(int)
        middle = tile[high * 45 // size_wh[1], wide * 40 // size_wh[0]]
        assert middle[0] > middle[1] + 50


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [(1, 5, [0]), (3, 5, [0, 1, 2]), (9, 5, [0, 2, 4, 6, 8]), (100, 3, [0, 50, 99])],
)
def test_frames_are_spread_evenly(count, most, expected):
    """The first and the last are always there, none twice."""
    assert [pytest.approx(number, abs=1) for number in expected] == spread(count, most=most)
    assert len(expected) == len(set(spread(count, most=most)))
