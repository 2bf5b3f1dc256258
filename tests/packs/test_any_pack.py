"""Any pack at all: whatever the pictures, every bundle keeps the rules, measured by others."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maquette.checks.bundles import PLATFORMS as CHECKS
from maquette.errors import InputError
from maquette.packs import PLATFORMS
from maquette.packs.stickers import Sticker
from maquette.types import Picture
from tests.packs.albums import CAT, facts, fitted, measured

# suffix of a file -> what it may be at most, whatever the platform
LARGEST = {
    ("whatsapp", "webp"): 500_000,
    ("telegram", "png"): 512_000,
    ("telegram", "webm"): 256_000,
    ("signal", "png"): 300_000,
    ("line", "png"): 1_000_000,
    ("discord", "png"): 512_000,
    ("imessage", "png"): 500_000,
}
SIDES = st.one_of(st.sampled_from([1, 2, 3, 2000]), st.integers(1, 500))
KINDS = st.sampled_from(["solid", "clear", "noise", "dots", "gradient"])


@functools.cache
def picture(kind: str, width: int, height: int, seed: int) -> Picture:
    """A picture of that size and kind."""
    rng = np.random.default_rng(seed)
    rgba = np.full((height, width, 4), 255, np.uint8)
    rgba[..., :3] = rng.integers(0, 256, 3)
    if kind == "clear":
        rgba[..., 3] = 0
    if kind == "noise":
        rgba = rng.integers(0, 256, rgba.shape, dtype=np.uint8)
    if kind == "dots":
        rgba[..., 3] = (rng.random((height, width)) < 0.02) * 255
    if kind == "gradient":
        rgba[..., 0] = np.linspace(0, 255, width)
        rgba[..., 3] = np.linspace(255, 0, height)[:, None]
    return Picture(rgba)


@functools.cache
def fit(platform: str, *drawn: object) -> tuple[bytes, str] | str:
    """A platform's file of a picture, or the code it is refused with."""
    try:
        made = PLATFORMS[platform].fit(picture(*drawn), motion="still").outputs[platform]
    except InputError as trouble:
        return trouble.code
    return made.data, made.suffix


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    drawn=st.lists(st.tuples(KINDS, SIDES, SIDES, st.integers(0, 3)), min_size=1, max_size=3),
    count=st.integers(3, 60),
    moving=st.sampled_from([0, 0, 1, 8, 20]),
    name=st.text(max_size=130),
)
def test_any_pictures_make_packs_that_keep_the_rules(drawn, count, moving, name):
    """3 to 60 pictures of any size, some moving, any title: no rule of any platform is broken."""
    for platform, table in PLATFORMS.items():
        answers = [fit(platform, *one) for one in drawn]
        refused = {answer for answer in answers if isinstance(answer, str)}
        assert refused <= {"CUTOUT_EMPTY", "STICKER_UNFIT"}
        files = [answer for answer in answers if not isinstance(answer, str)]
        stickers = [
            Sticker(f"s{n}", name, (CAT,), *files[n % len(files)]) for n in range(count) if files
        ]
        if platform != "telegram":  # its films need a package that may not be there
            stickers += [replace(fitted(platform, "bob"), id=f"m{n}") for n in range(moving)]
        for start in range(0, len(stickers), 30):
            try:
                arranged = table.arrange(stickers[start : start + 30], facts(name=name))
            except InputError as trouble:
                assert trouble.code == "PACK_TOO_SMALL"
                continue
            broken = [f for f in CHECKS[platform](arranged, platform) if f.grade == "fault"]
            assert [] == broken
            for path, data in arranged.items():
                suffix = path.rpartition(".")[2]
                if (platform, suffix) in LARGEST and "stickersiconset" not in path:
                    assert measured(data).bytes <= LARGEST[platform, suffix], path


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_the_clear_and_the_tiny(platform):
    """Nothing to see is refused; one pixel is a sticker, if a dull one; 8,000 px are no trouble."""
    assert "CUTOUT_EMPTY" == fit(platform, "clear", 40, 40, 0)
    assert isinstance(fit(platform, "solid", 1, 1, 0), tuple)
    assert isinstance(fit(platform, "gradient", 8000, 6, 0), tuple)


def test_what_one_platform_refuses_another_takes():
    """Noise of 600 px is too much for WhatsApp, and for nobody else."""
    answers = {platform: fit(platform, "noise", 600, 600, 0) for platform in PLATFORMS}
    assert ["whatsapp"] == [name for name, one in answers.items() if isinstance(one, str)]
    assert "STICKER_UNFIT" == answers["whatsapp"]
