"""The composer as an engine: its contract, four styles, four copies, and what they look like."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations

import cv2
import numpy as np
import pytest

from maquette.engines import make
from maquette.engines.composer import lexicon, wardrobe
from maquette.engines.composer import make as make_composer
from maquette.engines.composer.art import Art
from maquette.engines.composer.painting import STYLES
from maquette.engines.shelf import shelf_file, verify
from maquette.errors import InputError
from maquette.roles import ImageRequest, MadePicture
from tests.engine_contract import check_engine, check_image_generator
from tests.engines.composer.tiny_art import Letters

REQUEST = ImageRequest("grumpy cat wearing a wizard hat", "cartoon", 256, seed=5)


def rgba_of(engine, request):
    """The pixels of one sticker."""
    (made,) = engine.generate([request])
    assert isinstance(made, MadePicture), repr(made)
    return made.picture.rgba


def difference(one, other):
    """Mean difference of two stickers seen small, 0..255."""
    small = [
        cv2.resize(p, (32, 32), interpolation=cv2.INTER_AREA).astype(float) for p in (one, other)
    ]
    return float(np.abs(small[0] - small[1]).mean())


def test_it_keeps_the_contract_of_image_generators(composer):
    """What every image generator promises, it keeps."""
    check_engine(composer, name="composer")
    check_image_generator(composer, request=REQUEST, other_prompt="rainbow taco")


def test_asking_what_it_is_loads_nothing():
    """The engine of the table can be asked without anything on the shelf."""
    info = make("composer", role="ImageGenerator").info
    assert {"composer-art.zip"} < set(info.weights)
    assert ("MIT", "Apache-2.0") == info.licences


def test_a_sticker_says_what_it_is(composer):
    """Exact alpha, the nearest emoji, the match and no doubt."""
    (made,) = composer.generate([REQUEST])
    assert (True, False, "😾") == (made.native_alpha, made.approximate, made.emoji)
    assert {"match": 1.0} == made.scores


@pytest.mark.parametrize("style", STYLES)
def test_a_sticker_is_one_piece_with_a_margin(composer, style):
    """Clear corners, no holes, and one outline that stays inside the frame."""
    alpha = rgba_of(composer, replace(REQUEST, style=style))[..., 3]
    solid = (alpha > 127).astype(np.uint8)
    outlines, _ = cv2.findContours(solid, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    assert 1 == len(outlines)
    assert 0 == max(alpha[0].max(), alpha[-1].max(), alpha[:, 0].max(), alpha[:, -1].max())
    assert 0.3 < solid.mean() < 0.95


@pytest.mark.parametrize("style", STYLES)
def test_same_request_same_bytes_whatever_came_before(composer, tiny_path, style):
    """A fresh engine with empty caches makes the same bytes."""
    request = replace(REQUEST, style=style, size_px=128)
    fresh = make_composer(tiny_path, Letters())
    assert np.array_equal(rgba_of(composer, request), rgba_of(fresh, request))
    fresh.close()


def test_many_threads_make_the_same_bytes(tiny_path):
    """It may be called from several threads at once, from the first call on."""
    engine = make_composer(tiny_path, Letters())
    requests = [replace(REQUEST, style=style, size_px=128) for style in STYLES] * 2
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda request: rgba_of(engine, request), requests))
    assert all(np.array_equal(a, b) for a, b in zip(made[:4], made[4:], strict=True))
    engine.close()


def test_styles_are_told_apart_at_a_glance(composer):
    """Any two styles of one prompt differ clearly in colour alone: half of all pixels' worth."""

    def colours(style):
        rgba = rgba_of(composer, replace(REQUEST, style=style))
        bins = (rgba[rgba[..., 3] > 200][:, :3] // 43).astype(int)
        counts = np.bincount(bins @ [36, 6, 1], minlength=216)
        return counts / counts.sum()

    for one, other in combinations(STYLES, 2):
        apart = np.abs(colours(one) - colours(other)).sum() / 2
        assert apart > 0.4, f"{one} and {other} share {1 - apart:.0%} of their colours"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("prompt", ["frog", "happy taco"])
def test_four_copies_are_four_stickers(composer, prompt, style):
    """No two of four copies look alike, whatever their seeds."""
    copies = [
        rgba_of(composer, ImageRequest(prompt, style, 128, seed=2**63 + 977 * i, copy=i))
        for i in range(4)
    ]
    for one, other in combinations(range(4), 2):
        assert difference(copies[one], copies[other]) > 8, f"copies {one} and {other}"


def test_seeds_jitter_a_copy(composer):
    """Another seed moves things a little."""
    one, other = (rgba_of(composer, replace(REQUEST, seed=s)) for s in (-1, 2**64 + 7))
    assert not np.array_equal(one, other)


def test_size_changes_pixels_not_the_picture(composer):
    """A sticker at twice the size is the same sticker."""
    small, large = (rgba_of(composer, replace(REQUEST, size_px=s)) for s in (256, 512))
    assert difference(small, large) < 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"style": "baroque"}, "PROMPT_STYLE_UNKNOWN"),
        ({"size_px": 100_000}, "SIZE_OUT_OF_RANGE"),
        ({"prompt": "qqqqqq"}, "SUBJECT_UNKNOWN"),
        ({"prompt": ""}, "PROMPT_NO_SUBJECT"),
    ],
)
def test_what_cannot_be_made_is_an_error_in_its_place(composer, change, code):
    """The rest of the call is made."""
    wrong, right = composer.generate([replace(REQUEST, **change), replace(REQUEST, size_px=64)])
    assert isinstance(wrong, InputError)
    assert code == wrong.code
    assert isinstance(right, MadePicture)


def test_it_works_again_after_close(tiny_path):
    """Closing frees the art; the next call reads it anew."""
    engine = make_composer(tiny_path, Letters())
    request = replace(REQUEST, size_px=64)
    first = rgba_of(engine, request)
    engine.close()
    assert np.array_equal(first, rgba_of(engine, request))
    engine.close()


# Means of a 4 x 4 grid, premultiplied RGBA. When one changes, look at the new sticker, raise
# VERSION in the composer (records of the old one must not be reused), and renew the line.
GOLDEN = {
    "art_style": "1a1e1e1f7a8298ac7e91a8ac1a1e1e1f88a09cacbea180ffab9ec7ff86a1a7ac"
    "539c72acd28424ffc17736ff6f9e87ac0d1a151f78752cac78752cac0d1c131f",
    "realistic": "1f18161f866478aca97d72ac1e16151fa97e72acb48bacffe0aba9ffa1756bac"
    "a4765bacbc8245ffbb8661ff9e766cac1c15131f8d653fac8f6a56ac1b15141f",
    "cartoon": "1f19151f775d78aca9806dac1f19151fa47e6aaca37393ffc58a90ffa3786aac"
    "a27954acbf7723ffbb763bffaa8270ac1d17131fa07125aca07547ac1f19161f",
    "cyberpunk": "03030a413e315dd8182841d803030a41151b35d87066b1ff6491caff151b32d8"
    "153a47d8366d7fff39647fff121a34d8080e1341103f48d8182b43d805040e41",
}


@pytest.mark.parametrize("style", STYLES)
def test_golden(composer, style):
    """Each style's sticker looks as it did; a few steps of 255 are a library's rounding."""
    rgba = rgba_of(composer, replace(REQUEST, style=style)).astype(np.float32)
    rgba[..., :3] *= rgba[..., 3:] / 255
    means = np.rint(rgba.reshape(4, 64, 4, 64, 4).mean((1, 3))).astype(np.uint8)
    golden = np.frombuffer(bytes.fromhex(GOLDEN[style]), np.uint8).reshape(4, 4, 4)
    apart = np.abs(means.astype(int) - golden).max()
    assert apart <= 5, f"{style} is now {means.tobytes().hex()}"


needs_art = pytest.mark.skipif(
    "missing" in verify(["composer-art", "minilm"]).values(),
    reason="the composer's art and words are not on the shelf: maquette shelf fetch",
)


@needs_art
@pytest.mark.parametrize(
    ("prompt", "emoji"),
    [
        ("a grumpy cat wearing a wizard hat", "😾"),
        ("robot barista with coffee", "🤖"),
        ("space corgi", "🐶"),
        ("dragon eating ramen", "🐉"),
        ("green monster", "👹"),
        ("wise owl reading a book", "🦉"),
    ],
)
def test_the_real_art_draws_the_right_subject(prompt, emoji):
    """Prompts of the demo find their subject in the fetched art."""
    engine = make("composer", role="ImageGenerator")
    (made,) = engine.generate([ImageRequest(prompt, "cartoon", 128, seed=1)])
    engine.close()
    assert emoji == made.emoji


@needs_art
def test_every_drawing_the_tables_name_exists():
    """Stand-ins, slots, kits and props name drawings of the fetched art, or our own parts."""
    art = Art(shelf_file("composer-art"))
    kits = {h for hints in lexicon.HINTS.values() for h in hints if ":" not in h}
    named = {*lexicon.KIN.values(), *lexicon.SAME.values(), *kits}
    named |= {*wardrobe.SLOTS, *wardrobe.VESSELS, *wardrobe.FLOORS, *wardrobe.PLANTS}
    named |= {*wardrobe.SIBLINGS.values(), *wardrobe.PROPS.values()}
    assert set() == named - art.index.keys() - set(wardrobe.OWN_PARTS)
    art.close()


@pytest.mark.parametrize("style", ["art_style", "realistic", "cartoon", "cyberpunk"])
def test_a_subject_alone_has_no_border_and_nothing_around_it(composer, style):
    """What is to become a solid stands upright, without paper, backdrop or loose stars."""
    rgba = rgba_of(composer, ImageRequest("a happy cat", style, 256, seed=3, copy=1, alone=True))
    solid = (rgba[..., 3] > 127).astype(np.uint8)
    assert 0.15 < solid.mean() < 0.75
    count, _, stats, _ = cv2.connectedComponentsWithStats(solid)
    assert stats[1:count, cv2.CC_STAT_AREA].max() > 0.95 * solid.sum()
    rim = (solid - cv2.erode(solid, np.ones((3, 3), np.uint8))).astype(bool)
    assert (rgba[rim][:, :3].min(axis=1) > 235).mean() < 0.2
