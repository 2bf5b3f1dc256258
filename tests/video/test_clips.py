"""Clips: which frames are taken, what they become, and how they are cut out."""

from contextlib import contextmanager

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.types import Alpha, Picture, Source
from maquette.video.clips import (
    FEWEST,
    MOST,
    chosen_frames,
    cut_frame,
    fitted,
    keep_alpha,
    paired,
    take_frames,
    told_of,
)
from maquette.video.footage import probe
from tests import shots
from tests.video.clips import KINDS, gif, movie, moving, still

STILLS = {"movie": False, "colour": "display", "pixel_aspect": "1"}
MOVIE = {**STILLS, "movie": True}


def source(path):
    """A file as the store hands it out."""

    @contextmanager
    def at():
        yield path

    return Source(path.name, at)


def taken(plates, *, masks=None, footage=STILLS, indices=None):
    """What the stage makes of these files."""
    count = len(indices or plates)
    files = [source(path) for path in plates] * (count if footage["movie"] else 1)
    painted = [mask and source(mask) for mask in masks or [None] * count]
    wanted = indices or [0] * count
    return list(take_frames(files, painted, indices=wanted, footage=footage))


def pictures(made):
    """The pictures of a run."""
    return [one.outputs["picture"] for one in made]


# -- which frames


@pytest.mark.parametrize(
    ("frames", "wish", "indices", "stride", "told"),
    [
        pytest.param(16, {}, range(16), 1, "", id="the fewest"),
        pytest.param(31, {}, range(31), 1, "", id="the most"),
        pytest.param(61, {}, range(0, 61, 2), 2, "about every second", id="twice as many"),
        pytest.param(97, {"stride": 4}, range(0, 97, 4), 4, "one every 4 as asked", id="a stride"),
        pytest.param(99, {"first": 10, "last": 29}, range(10, 30), 1, "", id="a range"),
        pytest.param(
            99, {"first": 60, "stride": 2}, range(60, 99, 2), 2, "39 frames: 20", id="both"
        ),
        pytest.param(97, {"stride": 1, "last": 20}, range(21), 1, "", id="a stride of one"),
    ],
)
def test_frames_are_chosen(frames, wish, indices, stride, told):
    """Those asked for, or as many as fit; what is left out is told, and nothing else."""
    choice = chosen_frames(frames, **wish)
    assert (tuple(indices), stride) == (choice.indices, choice.stride)
    assert bool(told) == bool(choice.notes)
    assert told in " ".join(choice.notes)


@pytest.mark.parametrize("frames", [32, 33, 40, 97, 1000, 432_000])
def test_long_clips_are_spread_evenly(frames):
    """The first and the last frame are taken, none twice, and all steps are alike but for one."""
    choice = chosen_frames(frames)
    steps = np.diff(choice.indices)
    assert (MOST, 0, frames - 1) == (len(choice.indices), choice.indices[0], choice.indices[-1])
    assert 1 <= steps.min() <= steps.max() <= steps.min() + 1
    assert steps.mean() == pytest.approx(choice.stride)
    (note,) = choice.notes
    assert note.startswith(f"{frames} frames: 31 of them are taken")


def test_the_note_says_how_often():
    """In words that people use."""
    assert ("97 frames: 31 of them are taken, about every third",) == chosen_frames(97).notes
    assert ("32 frames: 31 of them are taken, evenly spread",) == chosen_frames(32).notes
    assert ("1000 frames: 31 of them are taken, about one in 33",) == chosen_frames(1000).notes


@pytest.mark.parametrize(
    ("frames", "wish", "code", "words"),
    [
        pytest.param(15, {}, "CLIP_TOO_SHORT", "15 frames: at least 16", id="fifteen"),
        pytest.param(1, {}, "CLIP_TOO_SHORT", "1 frame: at least", id="one"),
        pytest.param(0, {}, "CLIP_TOO_SHORT", "0 frames", id="none"),
        pytest.param(
            99,
            {"first": 5, "last": 12},
            "CLIP_TOO_SHORT",
            "8 frames in the range 5 to 12 (the clip has 99).*widen the range",
            id="a narrow range",
        ),
        pytest.param(
            60,
            {"stride": 5},
            "CLIP_TOO_SHORT",
            "12 frames with a stride of 5.*use a stride of 3",
            id="a wide stride",
        ),
        pytest.param(
            20, {"stride": 2}, "CLIP_TOO_SHORT", "10 frames.*leave the stride out", id="too wide"
        ),
        pytest.param(
            97,
            {"stride": 2},
            "CLIP_TOO_LONG",
            "49 frames with a stride of 2.*use a stride of 4 or more",
            id="a narrow stride",
        ),
        pytest.param(
            97, {"stride": 1}, "CLIP_TOO_LONG", "97 frames with a stride of 1", id="every frame"
        ),
        pytest.param(50, {"first": -1}, "CLIP_RANGE", "-1 to 49", id="before the first"),
        pytest.param(50, {"last": 50}, "CLIP_RANGE", "0 to 50.*0 to 49", id="after the last"),
        pytest.param(50, {"first": 30, "last": 20}, "CLIP_RANGE", "30 to 20", id="backwards"),
        pytest.param(50, {"first": 50}, "CLIP_RANGE", "50 to 49", id="nothing left"),
        pytest.param(50, {"last": -2}, "CLIP_RANGE", "0 to -2", id="from the end"),
    ],
)
def test_what_cannot_be_taken_is_refused(frames, wish, code, words):
    """With how many frames there are, after which range and stride, and what to do."""
    with pytest.raises(InputError) as refused:
        chosen_frames(frames, **wish)
    assert code == refused.value.code
    assert_in_order(words, str(refused.value))


def assert_in_order(words, text):
    """Every part of the words, which `.*` parts, is found after the one before."""
    place = 0
    for part in words.split(".*"):
        assert part in text[place:], text
        place = text.index(part, place) + len(part)


@pytest.mark.parametrize("frames", range(32, 200, 7))
def test_the_stride_that_is_named_fits(frames):
    """It is the smallest that does."""
    with pytest.raises(InputError) as refused:
        chosen_frames(frames, stride=1)
    named = int(refused.value.fix.split()[4])
    assert FEWEST <= len(chosen_frames(frames, stride=named).indices) <= MOST
    if named > 2:
        with pytest.raises(InputError, match="CLIP_TOO_LONG"):
            chosen_frames(frames, stride=named - 1)


def test_lost_frames_are_left_out():
    """What does not decode is not asked for, and a note says so."""
    choice = chosen_frames(20, lost=(3, 7))
    assert tuple(n for n in range(20) if n not in (3, 7)) == choice.indices
    assert ("left out, because it does not decode: 3, 7",) == choice.notes
    with pytest.raises(InputError, match="14 frames, 2 more do not decode"):
        chosen_frames(16, lost=(3, 7))


def test_a_long_clip_leaves_its_lost_frames_out():
    """The spread goes around them."""
    choice = chosen_frames(97, lost=(0, 48))
    assert MOST == len(set(choice.indices))
    assert not {0, 48} & set(choice.indices)


# -- pairs


def test_pairs_are_told_by_their_names():
    """In the order of their numbers, each image with its mask, whatever kind of file it is."""
    names = ["w9_mask.png", "w10_image.jpg", "w9_image.jpg", "w10_mask.png", "w8_IMAGE.jpg",
             "w8_Mask.png"]  # fmt: skip
    found = paired(names)
    assert ("w8_IMAGE.jpg", "w9_image.jpg", "w10_image.jpg") == found.images
    assert ("w8_Mask.png", "w9_mask.png", "w10_mask.png") == found.masks


def test_images_may_do_without_masks():
    """None has one, or all have."""
    found = paired(["a_image.png", "b_image.png"])
    assert (("a_image.png", "b_image.png"), (None, None)) == (found.images, found.masks)


def test_plain_frames_are_no_pairs():
    """A sequence is read as any other."""
    assert paired(["walk.0001.png", "walk.0002.png"]) is None


@pytest.mark.parametrize(
    ("names", "code", "words"),
    [
        pytest.param(
            ["a1_image.png", "a1_mask.png", "a2_image.png"],
            "CLIP_PAIRS",
            "a2_image.png has no mask",
            id="a mask is missing",
        ),
        pytest.param(
            ["a1_image.png", "a1_mask.png", "a2_mask.png"],
            "CLIP_PAIRS",
            "a2_mask.png has no image",
            id="an image is missing",
        ),
        pytest.param(["a1_mask.png"], "CLIP_PAIRS", "no image", id="masks alone"),
        pytest.param(
            ["a1_image.png", "a1_mask.png", "cover.png"], "CLIP_PAIRS", "cover.png", id="another"
        ),
        pytest.param(
            ["a1_image.png", "a1_image.jpg"], "CLIP_PAIRS", "the same place", id="one twice"
        ),
        pytest.param(
            ["a1_image.png", "a3_image.png"], "FRAMES_MISSING", "1-3: 2", id="a number is missing"
        ),
    ],
)
def test_broken_pairs_are_refused(names, code, words):
    """Naming the file."""
    with pytest.raises(InputError) as refused:
        paired(names)
    assert code == refused.value.code
    assert words in refused.value.reason


# -- pictures


@pytest.mark.parametrize("footage", [MOVIE, STILLS], ids=["a movie", "frame files"])
def test_chosen_frames_become_pictures(tmp_path, footage):
    """Those asked for, as they are where they are small, and opaque."""
    if footage["movie"]:
        plates = [shots.write_movie(tmp_path / "a.mkv")]
    else:
        folder = shots.write_frames(tmp_path / "a")
        plates = [sorted(folder.iterdir())[n] for n in (1, 4, 6)]
    made = taken(plates, footage=footage, indices=[1, 4, 6])
    for n, one in zip((1, 4, 6), made, strict=True):
        assert np.array_equal(shots.frame(n), one.outputs["picture"].rgba[..., :3])
        assert {"has_alpha": False} == one.params
    assert [False, True, True] == ["change" in one.scores for one in made]


def test_repeated_frames_show_no_change(tmp_path):
    """One frame twenty times over is told by its scores."""
    (plate, other) = sorted(shots.write_frames(tmp_path / "a", 2).iterdir())
    changes = [one.scores.get("change") for one in taken([plate] * 20)]
    assert [None] + [0.0] * 19 == changes
    assert ("all frames show the same: nothing will move",) == told_of(changes[1:])
    assert taken([plate, other])[1].scores["change"] > 0.001


def test_what_moves_needs_no_words():
    """Frames that repeat are counted, where some do."""
    assert () == told_of([0.01, 0.02])
    assert ("1 of 3 frames show the same as the one before",) == told_of([0.01, 0.0])


@pytest.mark.parametrize(
    ("size_wh", "aspect", "expected"),
    [
        pytest.param((640, 360), "1", (640, 360), id="small"),
        pytest.param((641, 361), "1", (640, 360), id="odd"),
        pytest.param((2048, 1152), "1", (1024, 576), id="large"),
        pytest.param((1152, 2048), "1", (576, 1024), id="upright"),
        pytest.param((720, 576), "64/45", (1024, 576), id="wide pixels"),
        pytest.param((720, 480), "8/9", (720, 540), id="narrow pixels"),
        pytest.param((3000, 3), "1", (1024, 2), id="a thread"),
        pytest.param((1, 1), "1", (2, 2), id="a point"),
    ],
)
def test_sizes(tmp_path, size_wh, aspect, expected):
    """At most 1024 px along a side, even, and with square pixels."""
    path = still(tmp_path / "a.png", np.full((*size_wh[::-1], 3), 90, np.uint8))
    (made,) = taken([path], footage={**STILLS, "pixel_aspect": aspect})
    assert expected == made.outputs["picture"].size_wh
    assert (90, 255) == (
        int(made.outputs["picture"].rgba[..., :3].min()),
        int(made.outputs["picture"].rgba[..., 3].min()),
    )


def test_colours_under_alpha_do_not_bleed():
    """Averaging counts colours by how visible they are."""
    rgba = np.zeros((2048, 2048, 4), np.uint8)
    rgba[..., :3] = (0, 255, 0)
    rgba[:, ::2] = (200, 10, 10, 255)
    small = fitted(Picture(rgba)).rgba
    assert (200, 10, 10) == tuple(small[500, 500, :3].tolist())
    assert abs(int(small[500, 500, 3]) - 128) <= 1


def test_alpha_that_frames_bring_along_stays(tmp_path):
    """And is told of, frame by frame."""
    rgba = np.full((40, 60, 4), 200, np.uint8)
    rgba[:, :30, 3] = 0
    paths = [
        still(tmp_path / "1.png", rgba),
        still(tmp_path / "2.png", rgba | np.uint8([0, 0, 0, 255])),
    ]
    made = taken(paths)
    assert np.array_equal(rgba[..., 3], made[0].outputs["picture"].rgba[..., 3])
    assert [True, False] == [one.params["has_alpha"] for one in made]


def test_a_gif_brings_its_alpha(tmp_path):
    """Also one whose frames last unequally long."""
    frames = [np.zeros((24, 32, 4), np.uint8) for _ in range(16)]
    for n, frame in enumerate(frames):
        frame[6:18, n : n + 12] = (220, 120, 40, 255)
    path = gif(tmp_path / "a.gif", frames, ticks=[3, 9] * 8, disposal=2)
    made = taken([path], footage=MOVIE, indices=list(range(16)))
    for frame, one in zip(frames, made, strict=True):
        assert one.params["has_alpha"]
        assert np.array_equal(frame[..., 3], one.outputs["picture"].rgba[..., 3])


@pytest.mark.parametrize("is_alpha", [False, True], ids=["white on black", "its own alpha"])
def test_a_painted_mask_becomes_the_alpha(tmp_path, is_alpha):
    """However it was painted; a frame without one stays opaque."""
    plates = sorted(shots.write_frames(tmp_path / "a", 2).iterdir())
    inside = shots.inside(0)
    cover = inside.astype(np.uint8) * 255
    grey = np.repeat(cover[..., None], 3, axis=2)
    painted = np.dstack([np.full_like(grey, 255), cover]) if is_alpha else grey
    mask = still(tmp_path / "m.png", painted)
    masked, plain = pictures(taken(plates, masks=[mask, None]))
    assert np.array_equal(cover, masked.rgba[..., 3])
    assert np.array_equal(shots.frame(0), masked.rgba[..., :3])
    assert plain.is_opaque


def test_a_black_mask_hides_the_subject(tmp_path):
    """A frame on which there is nothing is one that has alpha."""
    (plate,) = shots.write_frames(tmp_path / "a", 1).iterdir()
    black = still(tmp_path / "m.png", np.zeros((*shots.SIZE_WH[::-1], 3), np.uint8))
    (made,) = taken([plate], masks=[black])
    assert made.params["has_alpha"]
    assert not keep_alpha(made.outputs["picture"]).rgba.any()


def test_a_mask_of_another_size_is_refused(tmp_path):
    """It says which, and how large both are."""
    (plate,) = shots.write_frames(tmp_path / "a", 1).iterdir()
    mask = still(tmp_path / "m.png", np.full((9, 9, 3), 255, np.uint8))
    with pytest.raises(InputError, match=r"MASK_SIZE: the mask of frame 5 is 9 × 9.*96 × 64"):
        taken([plate], masks=[mask], indices=[5])


@pytest.mark.parametrize("kind", ["h264", "vp9"])
@pytest.mark.parametrize("harm", ["cut", "flipped"])
def test_damaged_clips_give_pictures_or_codes(tmp_path, kind, harm):
    """Nothing else comes out, and soon."""
    path = movie(tmp_path / f"a.{KINDS[kind][0]}", moving(16), kind=kind)
    data = np.frombuffer(path.read_bytes(), np.uint8).copy()
    if harm == "cut":
        data = data[: len(data) * 2 // 3]
    else:
        data[np.random.default_rng(2).integers(400, len(data), 60)] ^= 0x55
    path.write_bytes(data.tobytes())
    try:
        there = list(range(probe([path]).frames))
        for picture in pictures(taken([path], footage=MOVIE, indices=there)):
            assert (256, 144) == picture.size_wh
    except InputError as refused:
        assert refused.code == "FOOTAGE_DAMAGED"


def test_8k_is_scaled_down(tmp_path):
    """Large footage becomes pictures of an ordinary size."""
    frame = np.zeros((4320, 7680, 3), np.uint8)
    frame[:, 3840:] = (250, 120, 30)
    path = still(tmp_path / "a.jpg", frame)
    for picture in pictures(taken([path])):
        assert (1024, 576) == picture.size_wh
        assert np.abs(picture.rgba[300, 900, :3].astype(int) - (250, 120, 30)).max() <= 4


@pytest.mark.slow
def test_an_8k_clip_of_sixteen_frames(tmp_path):
    """A movie of that size goes through frame by frame."""
    frames = [np.full((4320, 7680, 3), 10 * n, np.uint8) for n in range(4)]
    path = movie(tmp_path / "a.mp4", frames * 4, options={"preset": "ultrafast", "bf": "0"})
    made = taken([path], footage=MOVIE, indices=list(range(16)))
    assert [(1024, 576)] * 16 == [picture.size_wh for picture in pictures(made)]


# -- cut-outs


def cover_of(n):
    """The disc's mask with a soft edge."""
    import cv2

    return cv2.GaussianBlur(shots.inside(n).astype(np.float32), (0, 0), 1.2)


def opaque(n):
    """A frame as a picture."""
    return Picture(np.dstack([shots.frame(n), np.full(shots.SIZE_WH[::-1], 255, np.uint8)]))


def test_the_subject_is_cut_out_in_place():
    """The size stays; what is outside is see-through, what is inside as it was."""
    cutout = cut_frame(opaque(2), Alpha(cover_of(2))).rgba
    assert shots.SIZE_WH == (cutout.shape[1], cutout.shape[0])
    assert shots.overlap(shots.inside(2), cutout[..., 3] > 127) > 0.97
    deep = cover_of(2) > 0.999
    assert np.array_equal(shots.frame(2)[deep], cutout[deep][:, :3])


def test_the_edge_is_free_of_its_backdrop():
    """Colours along it are the disc's orange, not half the ground's green."""
    cover = cover_of(2)
    seen = shots.frame(2).astype(np.float32) * cover[..., None] + 90 * (1 - cover[..., None])
    picture = Picture(np.dstack([seen.astype(np.uint8), np.full(cover.shape, 255, np.uint8)]))
    cutout = cut_frame(picture, Alpha(cover)).rgba
    faint = (cover > 0.2) & (cover < 0.5)
    ratio = [c[faint, 0].mean() - c[faint, 2].mean() for c in (picture.rgba.astype(float), cutout)]
    assert ratio[1] > ratio[0] + 20


def test_specks_go_and_parts_stay():
    """Whatever has less than a fiftieth of the largest part is no part of the subject."""
    cover = np.zeros((100, 200), np.float32)
    cover[20:80, 20:80] = 1  # 3600 px
    cover[40:50, 120:130] = 1  # 100 px: a hand beyond a post
    cover[5:10, 180:190] = 0.9  # 50 px: a speck
    cover[90:, :] = 0.015  # a haze
    alpha = cut_frame(Picture(np.full((100, 200, 4), 255, np.uint8)), Alpha(cover)).rgba[..., 3]
    assert (255, 255, 0, 0) == tuple(
        int(alpha[y, x]) for y, x in ((50, 50), (45, 125), (7, 185), (95, 9))
    )


def test_a_hidden_subject_is_nothing():
    """The frame is wholly see-through, and of one colour."""
    cutout = cut_frame(opaque(0), Alpha(np.zeros(shots.SIZE_WH[::-1], np.float32)))
    assert not cutout.rgba.any()


def test_alpha_of_the_frame_counts_too():
    """What was see-through in the frame stays so."""
    picture = opaque(2).rgba.copy()
    picture[:, : int(shots.disc_at(2)[0]), 3] = 0
    cutout = cut_frame(Picture(picture), Alpha(cover_of(2))).rgba
    assert not cutout[:, : int(shots.disc_at(2)[0]), 3].any()
    assert cutout[..., 3].max() == 255


def test_alpha_that_came_along_is_kept_exactly():
    """Only colours that nobody sees change: they follow those beside them."""
    rgba = opaque(3).rgba.copy()
    rgba[..., 3] = np.rint(cover_of(3) * 255)
    cutout = keep_alpha(Picture(rgba)).rgba
    seen = rgba[..., 3] > 0
    assert np.array_equal(rgba[seen], cutout[seen])
    assert np.array_equal(rgba[..., 3], cutout[..., 3])
    ground, beside = rgba[:4, :4, 1].mean(), cutout[:4, :4, 0].mean() - cutout[:4, :4, 2].mean()
    assert ground < 120
    assert beside > 60
