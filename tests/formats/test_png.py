"""PNG: the imprint can be read by others, whatever the prompt."""

import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from maquette.errors import FormatError
from maquette.formats.png import read_picture, write_matte, write_picture
from maquette.provenance import COMPOSED, Provenance, Step
from maquette.types import Matte
from tests import zoo

PROMPTS = {
    "plain": "a round cat",
    "markup": "<b>&\"'</b> ]]> <!-- -->",
    "scripts": "キツネ — лиса — \N{FOX FACE}",
    "control": "tab\tnul\0bell\x07end",
    "surrogate": "half \ud83d of a sign",
    "long": "very " * 4000,
    "empty": "",
}


def text_of(data):
    """Text chunks as Pillow reads them; it also checks every checksum."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture.text


def test_pillow_reads_the_imprint():
    """Prompt, seed, engine, licence and the whole chain stand in text chunks."""
    text = text_of(write_picture(zoo.ball(), zoo.provenance()))
    expected = ("a round cat", "7", "composer", "MIT, Apache-2.0")
    assert expected == tuple(text[k] for k in ("Description", "Seed", "Engine", "Licence"))
    assert zoo.provenance() == Provenance.from_json(text["Provenance"])


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_any_prompt_is_safe(prompt):
    """The picture stays readable, its XMP well-formed and its text below Pillow's limits."""
    data = write_picture(zoo.ball(), zoo.provenance(prompt))
    text = text_of(data)
    root = ET.fromstring(text["XML:com.adobe.xmp"])  # noqa: S314 - ours
    mark = root.find(".//{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType")
    assert COMPOSED == mark.text
    assert len(text.get("Description", "")) <= 2000
    assert np.array_equal(zoo.ball().rgba, read_picture(data).rgba)


def test_endless_parameters_are_left_out():
    """A chain too long for a text chunk keeps its steps and loses their parameters."""
    step = Step("draw", "1", "ab", params={"shapes": "x" * 100_000})
    text = text_of(write_picture(zoo.ball(), Provenance("a cat", steps=(step,))))
    assert {} == Provenance.from_json(text["Provenance"]).steps[0].params


@pytest.mark.parametrize(("picture", "mode"), [(zoo.ball(), "RGBA"), (zoo.sheet(), "RGB")])
def test_alpha_is_stored_where_there_is_some(picture, mode):
    """An opaque picture has no alpha channel."""
    data = write_picture(picture, zoo.provenance())
    assert mode == Image.open(io.BytesIO(data)).mode


def test_mattes_are_clipped_not_wrapped():
    """Values a little outside 0..1 become black and white, not the opposite."""
    matte = Matte(np.array([[-0.01, 1.01]], np.float32))
    pixels = np.asarray(Image.open(io.BytesIO(write_matte(matte, Provenance()))))
    assert [[0, 255]] == pixels.tolist()


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n rest"])
def test_other_bytes_are_refused(data):
    """What is not a PNG is a format error with a stable code."""
    with pytest.raises(FormatError, match="PNG_UNREADABLE"):
        read_picture(data)
