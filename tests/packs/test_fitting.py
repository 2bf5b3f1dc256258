"""The search: the finest that fits, never too large, and a clear word where nothing fits."""

from dataclasses import replace

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.packs.fitting import fit_all, placed, reduced
from maquette.packs.limits import ArtRule, Limits, Play
from maquette.types import Picture
from tests import zoo
from tests.packs.albums import cover, measured, noise, rgba_of

PLAY = Play(most_s=3)


def limits(rule):
    """A platform of one rule."""
    return Limits("Test", (rule,), (rule,), 1, 30, emoji=(1, 3), source="")


def fitted(picture, rule, motion="still"):
    """The one file of that rule."""
    (made,) = fit_all(picture, motion=motion, limits=limits(rule))
    return made


STILLS = [ArtRule(kind, (256, 256), 10**6) for kind in ("png", "webp")]
FILMS = [ArtRule(kind, (160, 160), 10**6, play=PLAY) for kind in ("apng", "webp", "webm")]


@pytest.mark.parametrize("rule", STILLS, ids=lambda rule: rule.kind)
@pytest.mark.parametrize("share", [1.0, 0.6, 0.3, 0.15])
def test_a_still_keeps_any_limit_it_can(rule, share):
    """As the limit falls, the file stays below it and on its canvas."""
    whole = len(fitted(noise(256), rule).data)
    limit = int(whole * share)
    try:
        made = fitted(noise(256), replace(rule, most_bytes=limit))
    except InputError as trouble:
        assert (trouble.code, share) == ("STICKER_UNFIT", 0.15)
        return
    assert len(made.data) <= limit
    assert (256, 256) == measured(made.data).size_wh


@pytest.mark.parametrize("rule", FILMS, ids=lambda rule: rule.kind)
def test_a_film_keeps_its_limit(rule):
    """At a third of what it would like, a film still moves, and says what it gave up."""
    if rule.kind == "webm":
        pytest.importorskip("av")
    art = Picture(zoo.blots(5, size_px=160).rgba)
    whole = fitted(art, rule, motion="bob")
    made = fitted(art, replace(rule, most_bytes=len(whole.data) // 3), motion="bob")
    assert len(made.data) <= len(whole.data) // 3
    assert (160, 160) == measured(made.data).size_wh
    assert 1 < measured(made.data).frames <= measured(whole.data).frames
    assert "" == whole.gave
    assert made.gave.startswith("Test: ")


def test_what_fits_at_once_gives_nothing_up():
    """A PNG with room has every colour as it was."""
    art = zoo.ball(256)
    data = fitted(art, ArtRule("png", (512, 512), 10**6)).data
    again = rgba_of(data)
    assert 255 == again[256, 256, 3]
    assert tuple(art.rgba[100, 128]) == tuple(again[int(256 - 28 * 512 / 205), 256])


@pytest.mark.parametrize(
    "rule",
    [ArtRule("png", (256, 256), 500), replace(FILMS[0], most_bytes=500)],
    ids=["still", "film"],
)
def test_the_impossible_is_refused_with_figures(rule):
    """The message has the platform, the limit and what the smallest try had."""
    motion = "spin" if rule.play else "still"
    with pytest.raises(InputError, match=r"Test takes 500 bytes .* it still has [\d,]+") as refused:
        fitted(noise(256), rule, motion=motion)
    assert "STICKER_UNFIT" == refused.value.code
    assert refused.value.fix


@pytest.mark.parametrize("motion", ["still", "spin"])
def test_the_invisible_is_refused(motion):
    """A picture with nothing to see is no sticker anywhere."""
    rule = STILLS[0] if motion == "still" else FILMS[0]
    with pytest.raises(InputError) as refused:
        fitted(zoo.empty(), rule, motion=motion)
    assert "CUTOUT_EMPTY" == refused.value.code


def test_a_film_that_does_not_move_is_refused():
    """LINE wants five pictures that differ: a ball turned by degrees shows fewer."""
    rule = replace(FILMS[0], play=replace(PLAY, fewest=60))
    with pytest.raises(InputError, match="shows its motion in") as refused:
        fitted(zoo.ball(), rule, motion="pop")
    assert "STICKER_UNFIT" == refused.value.code


SHAPES = [(1, 1), (1, 900), (8000, 2), (3, 3), (500, 499), (30, 900)]


@pytest.mark.parametrize("size_wh", SHAPES, ids=str)
@pytest.mark.parametrize("margin_px", [0, 10])
def test_any_shape_is_placed(size_wh, margin_px):
    """The art touches its box on the longer side, lies in the middle and has its margin."""
    art = Picture(np.full((size_wh[1], size_wh[0], 4), 255, np.uint8))
    alpha = placed(art, ArtRule("png", (370, 320), 0, margin_px=margin_px))[..., 3] > 0
    rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    box = (columns[0], 369 - columns[-1], rows[0], 319 - rows[-1])
    assert min(box) >= margin_px
    assert min(box) <= margin_px + 1
    assert abs(box[0] - box[1]) <= 1
    assert abs(box[2] - box[3]) <= 1


def test_films_keep_their_margin():
    """In no frame does a moving sticker come nearer to the edge than the margin."""
    rule = ArtRule("apng", (320, 270), 10**6, margin_px=10, play=PLAY)
    data = fitted(zoo.sheet(90, 90), rule, motion="wiggle").data
    import io

    from PIL import Image

    with Image.open(io.BytesIO(data)) as film:
        for number in range(film.n_frames):
            film.seek(number)
            left, top, right, bottom = film.convert("RGBA").getchannel("A").getbbox()
            assert min(left, top, 320 - right, 270 - bottom) >= 10


def test_whole_seconds_and_plays():
    """Where repeats count, rounds are whole seconds and all of them keep the time."""
    play = Play(most_s=4, fewest=5, most=20, most_plays=4, whole_seconds=True)
    found = measured(fitted(zoo.ball(), replace(FILMS[0], play=play), motion="bob").data)
    assert (2.0, 2) == (found.seconds, found.loop)
    assert 5 <= found.frames <= 20


def test_an_icon_is_reduced_from_a_film():
    """A film made smaller keeps its frames and seconds."""
    film = fitted(zoo.ball(), FILMS[0], motion="bob").data
    icon = reduced(film, ArtRule("apng", (60, 40), 10**6, play=PLAY), platform="Test")
    before, after = measured(film), measured(icon)
    assert ((60, 40), before.frames, before.seconds) == (after.size_wh, after.frames, after.seconds)


def test_an_icon_that_cannot_be_is_refused():
    """No icon is too large either."""
    with pytest.raises(InputError) as refused:
        reduced(cover(), ArtRule("png", (400, 400), 60), platform="Test")
    assert "STICKER_UNFIT" == refused.value.code
