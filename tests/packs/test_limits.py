"""The limits as data: complete, sensible, and the very ones that the page tells people."""

import pytest

from maquette.errors import InputError
from maquette.packs import PLATFORMS
from maquette.packs.limits import SUFFIXES
from tests.docs.pages import quoted, rows, section

EVERY = pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)


def art(rule):
    """A rule as the page says it."""
    told = f"{SUFFIXES[rule.kind].upper() if rule.kind != 'apng' else 'APNG'}"
    told = "WebP" if rule.kind == "webp" else "WebM" if rule.kind == "webm" else told
    return f"{told} {rule.size_wh[0]} × {rule.size_wh[1]}"


def play(rule):
    """How a film may play, as the page says it."""
    told = f"{rule.play.most_s:g} s"
    if rule.play.most:
        told += f", {rule.play.fewest} to {rule.play.most} pictures"
    return told + (f", 1 to {rule.play.most_plays} plays" if rule.play.most_plays else "")


def size(rule):
    """Bytes as the page says them."""
    return f"{rule.most_bytes // 1000} KB" if rule.most_bytes else "any"


def counts(limits):
    """How many stickers, as the page says it."""
    if limits.counts:
        still, moving = (
            ", ".join(map(str, some)) for some in (limits.counts, limits.moving_counts)
        )
        return f"{still}; moving {moving}"
    return f"{limits.fewest} to {limits.most}" if limits.most else f"{limits.fewest} or more"


def joined(rules, tell):
    """What is told of each rule, once."""
    return ", ".join(dict.fromkeys(tell(rule) for rule in rules))


def line(name, limits):
    """A platform's row of the first table."""
    margin = max(rule.margin_px for rule in limits.stills)
    return [
        f"`{name}`",
        f"{joined(limits.stills, art)}; {size(limits.stills[0])}",
        f"{joined(limits.movings, art)}; {size(limits.movings[0])}; {play(limits.movings[0])}",
        f"{margin} px" if margin else "none",
        counts(limits),
        "together" if limits.mixes else "apart",
    ]


def test_the_page_tells_these_limits():
    """The table of stickers is printed from the data."""
    expected = [line(name, platform.limits) for name, platform in PLATFORMS.items()]
    assert expected == rows(section("packs.md", "What each platform takes"))


def test_the_page_tells_these_texts():
    """The table of texts has every field with its span."""
    expected = [
        [f"`{name}`", field, f"{fewest} to {most}"]
        for name, platform in PLATFORMS.items()
        for field, (fewest, most) in platform.limits.texts.items()
    ]
    assert expected == rows(section("packs.md", "Texts"))


def test_the_page_tells_these_extras():
    """The table of trays, icons and covers has every one; iMessage's icons stand together."""
    told = rows(section("packs.md", "Trays, icons, covers"))
    expected = [
        [f"`{name}`", f"`{file}`", art(rule), size(rule)]
        for name, platform in PLATFORMS.items()
        for file, rule in platform.limits.extras.items()
        if name != "imessage"
    ]
    assert expected == told[:-1]
    sizes = [art(rule)[4:] for rule in PLATFORMS["imessage"].limits.extras.values()]
    assert sorted(set(sizes)) == sorted(set(told[-1][2].removeprefix("PNG ").split(", ")))


def test_the_page_names_every_source():
    """Each platform's section says where its numbers stand."""
    for name, platform in PLATFORMS.items():
        text = " ".join(section("packs.md", platform.limits.name).split())
        assert platform.limits.source.split(",")[0] in text, name


@EVERY
def test_the_page_tells_every_file(platform):
    """Each file of a folder is in its platform's table."""
    from tests.packs.albums import arranged

    told = {
        pattern
        for cells in rows(section("packs.md", platform.limits.name))
        for pattern in quoted(cells[0])
    }
    (name,) = [key for key, value in PLATFORMS.items() if value is platform]
    import fnmatch
    import re

    patterns = [re.sub(r"<\w+>", "*", pattern) for pattern in told]
    files = arranged(name, 8)
    assert [] == [f for f in files if not any(fnmatch.fnmatch(f, p) for p in patterns)]


@EVERY
def test_limits_are_sensible(platform):
    """Stills do not play, films do, and all art has room within its margin."""
    limits = platform.limits
    assert all(rule.play is None for rule in limits.stills)
    assert all(rule.play is not None for rule in limits.movings)
    assert len(limits.stills) == len(limits.movings)
    assert all(min(rule.box_wh) > 0 for rule in (*limits.stills, *limits.movings))
    assert limits.emoji[0] <= limits.emoji[1]
    assert limits.source


@EVERY
def test_an_empty_pack_is_refused(platform):
    """Nobody takes a pack of nothing."""
    with pytest.raises(InputError) as refused:
        platform.limits.admit(0)
    assert "PACK_TOO_SMALL" == refused.value.code
