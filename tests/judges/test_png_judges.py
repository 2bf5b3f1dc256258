"""pngcheck and ExifTool on our flat pictures: whole files, and an AI mark that others find."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from maquette.formats.imprint import imprint
from maquette.formats.png import SIGNATURE, chunk
from maquette.provenance import COMPOSED
from tests.judges.asking import LIMIT_S, Verdicts, all_of, exiftool, program
from tests.judges.samples import SAMPLES, Sample

pytestmark = pytest.mark.judge

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


@pytest.fixture(scope="module")
def tags(stickers: Path) -> Verdicts:
    """What ExifTool reads from every sample."""
    return exiftool(all_of(stickers, "png"))


@each_sample
def test_pngcheck_accepts_the_picture(sample: Sample, stickers: Path):
    """The picture is whole, its chunks in order, its checksums right."""
    checked = _pngcheck(stickers / f"{sample.name}.png")
    assert (0, True) == (checked.returncode, checked.stdout.startswith("OK: ")), checked.stdout


def _pngcheck(path: Path) -> subprocess.CompletedProcess[str]:
    command = [program("pngcheck"), str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)


@each_sample
def test_exiftool_has_no_warning(sample: Sample, tags: Verdicts):
    """ExifTool validates text chunks and XMP without a warning."""
    assert "0 0 0" == tags[sample.name]["ExifTool:Validate"]


@each_sample
def test_exiftool_finds_the_ai_mark(sample: Sample, tags: Verdicts):
    """The IPTC digital source type stands in XMP, where platforms look for it."""
    assert COMPOSED == tags[sample.name]["XMP-iptcExt:DigitalSourceType"]


@each_sample
def test_exiftool_reads_the_imprint_back(sample: Sample, tags: Verdicts):
    """Every text chunk comes out as it went in, whatever the prompt holds."""
    said = imprint(sample.provenance)
    found = tags[sample.name]
    assert said == {keyword: str(found.get(f"PNG:{keyword}")) for keyword in said}


@each_sample
def test_exiftool_reads_prompt_and_licence_from_xmp(sample: Sample, tags: Verdicts):
    """XMP carries the prompt as description and the licence as rights."""
    said, found = imprint(sample.provenance), tags[sample.name]
    expected = [said["Description"], said["Licence"], "maquette"]
    names = ("XMP-dc:Description", "XMP-dc:Rights", "XMP-xmp:CreatorTool")
    assert expected == [found.get(name) for name in names]


@each_sample
def test_a_strict_parser_reads_the_xmp(sample: Sample, stickers: Path):
    """The packet is well-formed XML, which ExifTool does not insist on."""
    command = [program("exiftool"), "-b", "-XMP", str(stickers / f"{sample.name}.png")]
    packet = subprocess.run(command, capture_output=True, timeout=LIMIT_S, check=True).stdout
    root = ET.fromstring(packet)  # noqa: S314 # our own bytes
    prompt = root.find(f".//{DUBLIN_CORE}description/{RDF}Alt/{RDF}li")
    assert prompt is not None
    assert imprint(sample.provenance)["Description"] == prompt.text


def test_pngcheck_refuses_what_is_spoilt(tmp_path: Path):
    """Pngcheck does judge: a changed byte, a torn end and a second header are errors."""
    good = SAMPLES[0].png
    spoilt = {
        "changed": good[:-100] + bytes([good[-100] ^ 1]) + good[-99:],
        "torn": good[: len(good) // 2],
        "two_headers": good.replace(chunk(b"IEND", b""), good[len(SIGNATURE) : 33]),
    }
    for name, data in spoilt.items():
        (tmp_path / name).write_bytes(data)
    passed = [name for name in spoilt if _pngcheck(tmp_path / name).returncode == 0]
    assert [] == passed


def test_exiftool_misses_a_mark_that_is_not_there(tmp_path: Path):
    """ExifTool does read: without the XMP chunk there is no mark."""
    path = tmp_path / "unmarked.png"
    path.write_bytes(SAMPLES[0].png.replace(b"XML:com.adobe.xmp", b"XML:com.adobe.xyz"))
    assert "XMP-iptcExt:DigitalSourceType" not in exiftool([path])["unmarked"]
