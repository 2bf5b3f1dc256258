"""The reference library reads our EXR frames: every number, every word."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maquette.formats.cryptomatte import object_ids
from maquette.formats.exr import layer, write_exr
from maquette.formats.imprint import imprint
from maquette.video.slates import Slate
from tests import zoo
from tests.judges.asking import judge

pytestmark = pytest.mark.judge

openexr = judge("python", "openexr_says.py")
SLATE = Slate(Fraction(24000, 1001), "01:02:03;04", Fraction(2))
HERO = zoo.disc_alpha(96, centre_xy=(40, 40), radius_px=25)
FOX = zoo.disc_alpha(96, centre_xy=(70, 60), radius_px=20)
COLOURS = np.random.default_rng(0).random((96, 96, 3)).astype(np.float32)
IDS = object_ids({"hero": HERO, "лиса": FOX})
CHANNELS = {**layer("", HERO, COLOURS), **layer("fox", FOX), **IDS.channels}


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What OpenEXR says of one frame with layers, ids, slate and imprint."""
    path: Path = tmp_path_factory.mktemp("frames") / "frame.exr"
    write_exr(path, CHANNELS, slate=SLATE, provenance=zoo.provenance(), words=IDS.words)
    return openexr([path])["frame"]


def test_every_number_is_the_one_we_wrote(verdict: dict[str, Any]):
    """Half layers and float ids, bit for bit."""
    expected = {
        name: [str(values.dtype), hashlib.sha256(values.tobytes()).hexdigest()]
        for name, values in CHANNELS.items()
    }
    assert expected == verdict["channels"]


def test_standard_words_are_understood(verdict: dict[str, Any]):
    """Rate, time code with its drop flag, pixel shape and compression; no date."""
    header = verdict["header"]
    assert "24000/1001" == header["framesPerSecond"]
    assert header["timeCode"].startswith("(1, 2, 3, 4, 1,")
    assert "2.0" == header["pixelAspectRatio"]
    assert "ZIP_COMPRESSION" in header["compression"]
    assert "capDate" not in header


def test_our_own_words_are_kept(verdict: dict[str, Any]):
    """The imprint and Cryptomatte's manifest, names in any script included."""
    said = {f"maquette/{keyword}": text for keyword, text in imprint(zoo.provenance()).items()}
    expected = {**said, **IDS.words}
    assert expected == {key: verdict["header"][key] for key in expected}
