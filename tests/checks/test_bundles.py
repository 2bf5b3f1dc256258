"""Bundles: a good one passes as zip and as folder, and each gap in one is called by its rule."""

import hashlib
import json

import pytest

from maquette.checks import check_file
from maquette.errors import InputError
from tests.checks import samples


@pytest.fixture(scope="module")
def good():
    """All files of a pack."""
    return samples.bundle()


def told(change):
    """A change of pack.json."""

    def spoil(files):
        about = json.loads(files["pack.json"])
        change(about, about["stickers"][0])
        return files | {"pack.json": samples.dumped(about)}

    return spoil


def page(text):
    return {"index.html": text.encode()}


def checked(files, folder):
    path = folder / "pack.zip"
    path.write_bytes(samples.zipped(files))
    return check_file(path)


def test_a_good_bundle_passes(good, tmp_path):
    """A whole pack is sound, as a zip and as a folder, and every part of it was looked at."""
    for path in (tmp_path / "discs.zip", tmp_path / "discs"):
        if path.suffix:
            path.write_bytes(samples.zipped(good))
        else:
            samples.laid_out(good, path)
        verdict = check_file(path)
        assert ("bundle", (), ()) == (verdict.kind, verdict.faults, verdict.warnings)
        places = {f.where.split("/")[1] for f in verdict.findings if "/" in f.where}
        assert {*samples.PLATFORMS, "glb", "usdz", "index.html"} <= places


def test_verdicts_become_json(good, tmp_path):
    """The JSON of a verdict holds its findings and whether it is sound."""
    verdict = checked(good, tmp_path)
    plain = json.loads(verdict.to_json())
    assert (True, "bundle", len(verdict.findings)) == (
        plain["sound"],
        plain["kind"],
        len(plain["findings"]),
    )


CASES = {
    "file is gone": (
        lambda f: {n: d for n, d in f.items() if n != "glb/disc.glb"},
        "BUNDLE_MISSING",
    ),
    "wrong sum": (told(lambda a, s: a.update(files={"sheet.png": "0" * 64})), "BUNDLE_SHA256"),
    "wrong sum, by path": (
        told(lambda a, s: a.update(files={"sheet": {"path": "sheet.png", "sha256": "0" * 64}})),
        "BUNDLE_SHA256",
    ),
    "no licence": (told(lambda a, s: s.update(licences=[])), "BUNDLE_LICENCES"),
    "no provenance": (told(lambda a, s: s.pop("provenance")), "BUNDLE_PROVENANCE"),
    "no mark": (told(lambda a, s: s["provenance"].pop("source_type")), "BUNDLE_AI_MARK"),
    "no stickers": (told(lambda a, s: a.update(stickers=[])), "BUNDLE_ABOUT"),
    "damaged picture": ({"png/disc.png": b"\x89PNG"}, "PICTURE_DAMAGED"),
    "damaged solid": ({"glb/disc.glb": samples.GLB[:-4]}, "GLB_FRAME"),
    "damaged package": ({"usdz/disc.usdz": samples.USDZ[:-4]}, "USDZ_ZIP"),
    "platform rule": ({"telegram/02.png": samples.still(96, 96)}, "STICKER_SIZE"),
    "inner zip": ({"line/line.zip": b"PK\x03\x04"}, "ZIP_UNREADABLE"),
    "script from outside": (
        page('<script src="https://cdn.example/x.js"></script>'),
        "PAGE_OUTSIDE",
    ),
    "outside without scheme": (page('<img src="//cdn.example/x.png">'), "PAGE_OUTSIDE"),
    "style from outside": (page("<style>a{background:url('http://x.example/')}"), "PAGE_OUTSIDE"),
    "sheet from outside": (page('<link rel=stylesheet href="https://x.example">'), "PAGE_OUTSIDE"),
    "picture set": (page('<img srcset="a.png 1x, https://x.example/b.png 2x">'), "PAGE_OUTSIDE"),
    "dead link": (page('<a href="usdz/other.usdz#x">'), "PAGE_LINK"),
    "link upwards": (page('<a href="../../etc/passwd">'), "PAGE_LINK"),
}


@pytest.mark.parametrize(("spoil", "rule"), CASES.values(), ids=CASES)
def test_spoiled_bundles_name_the_rule(good, spoil, rule, tmp_path):
    """Each gap is found."""
    # the rules of platforms and of USD's stage have tests of their own, and take their time
    small = {n: d for n, d in good.items() if not n.startswith(tuple(samples.PLATFORMS))}
    small |= {"telegram/01.png": samples.still(512, 512)}
    verdict = checked(spoil(small) if callable(spoil) else small | spoil, tmp_path)
    assert rule in {f.rule for f in (*verdict.faults, *verdict.warnings)}


def test_pictures_and_strangers_are_told(tmp_path):
    """A single picture is measured; what nobody knows is a fault; what is not there raises."""
    path = tmp_path / "file"
    path.write_bytes(samples.moving(64, 64))
    assert "APNG, 64 x 64 px" in check_file(path).findings[0].message
    path.write_bytes(b"#!/bin/sh")
    assert ["KIND_UNKNOWN"] == [f.rule for f in check_file(path).faults]
    path.write_bytes(samples.zipped({"a.txt": b"a"}))
    assert ["KIND_UNKNOWN"] == [f.rule for f in check_file(path).faults]
    with pytest.raises(InputError, match="CHECK_MISSING"):
        check_file(tmp_path / "nothing")


def test_wrapped_packs_are_unwrapped(good, tmp_path):
    """A zip of the folder is the same pack as a zip of what is in it."""
    wrapped = {f"discs/{name}": data for name, data in good.items()}
    assert ("bundle", True) == (
        checked(wrapped, tmp_path).kind,
        checked(wrapped, tmp_path).is_sound,
    )
    named = {f"discord/{name}": data for name, data in samples.discord().items()}
    assert ("discord", True) == (checked(named, tmp_path).kind, checked(named, tmp_path).is_sound)


def test_deliveries_are_checked_whole(good, tmp_path):
    """A delivery's folder: the index and its checksums, each pack, each platform's download."""
    small = {n: d for n, d in good.items() if not n.startswith(tuple(samples.PLATFORMS))}
    line = {f"line/{name}": data for name, data in samples.line().items()}
    files = {f"discs/{n}": d for n, d in small.items()}
    files["discs/platforms/line.zip"] = samples.zipped(line)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    files["index.json"] = samples.dumped({"batch": "discs-1", "files": sums})
    verdict = check_file(samples.laid_out(files, tmp_path / "discs-1"))
    assert ("delivery", ()) == (verdict.kind, verdict.faults)
    assert any("line.zip/08.png" in f.where for f in verdict.findings)

    (tmp_path / "discs-1" / "discs" / "sheet.png").write_bytes(samples.still(9, 9))
    assert {"BUNDLE_SHA256"} == {f.rule for f in check_file(tmp_path / "discs-1").faults}
    line["line/01.png"] = samples.still(9, 9)
    (tmp_path / "discs-1/discs/platforms/line.zip").write_bytes(samples.zipped(line))
    assert "STICKER_SIZE" in {f.rule for f in check_file(tmp_path / "discs-1").faults}
