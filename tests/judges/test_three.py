"""three.js in a headless browser: our packages are seen, not only read.

A checker may pass what shows nothing, upside down or black. So each sticker is drawn from its
USDZ and from its GLB, at rest and in motion, and the pictures are compared with the cut-out and
with each other.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from maquette.formats.glb import write_glb
from maquette.formats.usdz import package
from maquette.solids.motions import matrices, sampled
from maquette.solids.textures import encode_png
from maquette.types import Mesh
from tests.judges.albums import MOVED_AT, VIEWS, Album, visit
from tests.judges.asking import all_of
from tests.judges.likeness import Limits, difference
from tests.judges.samples import SAMPLES, Sample

pytestmark = pytest.mark.judge

MOST_DIFFERENT = 0.5  # between the twins' pictures, of 255: half a grey level
SUFFIXES = ("usdz", "glb")
RING = SAMPLES[0]
LIMITS = {  # by shape
    "parts": Limits(least_overlap=0.90),  # the strips that tie parts are not in the cut-out
    "thin": Limits(least_overlap=0.95, largest_error=4.0),  # nothing but edges
}


@pytest.fixture(scope="module")
def album(stickers: Path, tmp_path_factory: pytest.TempPathFactory) -> Album:
    """Every sample as USDZ and GLB, drawn from five sides."""
    files = [file for suffix in SUFFIXES for file in all_of(stickers, suffix)]
    return visit(files, pictures=tmp_path_factory.mktemp("pictures"), lying=["wall.usdz"])


each_file = pytest.mark.parametrize(
    ("sample", "suffix"),
    [pytest.param(s, suffix, id=f"{s.name}.{suffix}") for s in SAMPLES for suffix in SUFFIXES],
)
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


@each_file
def test_three_reads_the_whole_card(sample: Sample, suffix: str, album: Album):
    """The browser finds one mesh with our triangles and one sRGB texture, and remarks nothing."""
    found = album.found[f"{sample.name}.{suffix}"]
    side_px = int(cv2.imdecode(np.frombuffer(sample.card.texture_png, np.uint8), 1).shape[0])
    expected = {
        "meshes": 1,
        "triangles": len(sample.card.faces),
        "textures": [[side_px, side_px, "srgb"]],
        "double_sided": False,
        "alpha_test": [sample.card.alpha_cutoff or 0],
        "remarks": [],
    }
    assert expected == {key: found.get(key, found) for key in expected}


@each_file
def test_three_measures_metres(sample: Sample, suffix: str, album: Album):
    """The card has the width, height and thickness that were asked for, and its face outside."""
    found = album.found[f"{sample.name}.{suffix}"]
    low, high = sample.card.points.min(axis=0), sample.card.points.max(axis=0)
    width, height, thickness = high - low
    expected = [width, height, thickness]
    if (sample.name, suffix) == ("wall", "usdz"):
        expected = [width, thickness, height]
    if (sample.name, suffix) == ("face", "usdz"):
        expected = [0.75 * side for side in expected]
    sizes = np.subtract(found["high_m"], found["low_m"])
    assert pytest.approx(expected, rel=1e-5) == sizes.tolist()
    assert found["volume_m3"] > 0


@each_file
def test_three_shows_the_cut_out(sample: Sample, suffix: str, album: Album):
    """The front has the cut-out's silhouette and colours, faces the sun, and has a clean rim."""
    file, limits = f"{sample.name}.{suffix}", LIMITS.get(sample.shape)
    complaints = album.complaints(file, cutout=sample.cutout, border=sample.border, limits=limits)
    assert {} == complaints, f"see {album.folder}/{file}.*.png"


@each_file
def test_three_shows_the_mirror_image_behind(sample: Sample, suffix: str, album: Album):
    """The back is the front seen through the card."""
    file = f"{sample.name}.{suffix}"
    front, back = album.picture(file, "front"), album.picture(file, "back")
    assert difference(front, back[:, ::-1]) < MOST_DIFFERENT, f"see {album.folder}/{file}.*.png"


@each_file
def test_three_plays_the_motion(sample: Sample, suffix: str, album: Album):
    """Three eighths into its one loop the card is where our keys say; a still one has no loop."""
    found, motion = album.found[f"{sample.name}.{suffix}"], sample.card.motion
    if motion is None:
        assert [] == found["loops_s"]
        return
    loop_s = float(motion.times_s[-1])
    assert pytest.approx([loop_s]) == found["loops_s"]
    points = sample.card.points
    low, high = points.min(axis=0), points.max(axis=0)
    pose = sampled(motion, np.array([MOVED_AT * loop_s]))
    moved = (points - (low + high) / 2) @ matrices(pose)[0].T + (low + high) / 2
    moved += pose.offsets[0] * (high - low).max()
    corners = np.array(found["corners_m"]["moved"])
    assert np.allclose([moved.min(axis=0), moved.max(axis=0)], corners, atol=1e-6)
    assert not np.allclose([low, high], corners, atol=1e-3)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_three_shows_the_back_of_what_turned(suffix: str, album: Album):
    """Three eighths into a spin the letter F is mirrored: the picture is nearer the back's."""
    file = f"spinning.{suffix}"
    front, back, moved = (album.picture(file, view) for view in ("front", "back", "moved"))
    columns = np.flatnonzero(moved[..., 3].any(axis=0))
    narrow = moved[:, columns[0] : columns[-1] + 1]

    def likeness(side: np.ndarray) -> float:
        across = np.flatnonzero(side[..., 3].any(axis=0))
        art = side[:, across[0] : across[-1] + 1]
        return difference(cv2.resize(art, narrow.shape[1::-1]), narrow)

    assert 3 * likeness(back) < likeness(front), f"see {album.folder}/{file}.*.png"


@each_sample
@pytest.mark.parametrize("view", VIEWS)
def test_twins_look_alike(sample: Sample, view: str, album: Album):
    """USDZ and GLB give the same picture from every side."""
    usdz, glb = (album.picture(f"{sample.name}.{suffix}", view) for suffix in SUFFIXES)
    assert difference(usdz, glb) < MOST_DIFFERENT, f"see {album.folder}/{sample.name}.*.{view}.png"


def _darkened(card: Mesh) -> Mesh:
    pixels = cv2.imdecode(np.frombuffer(card.texture_png, np.uint8), cv2.IMREAD_COLOR_RGB)
    return replace(card, texture_png=encode_png((pixels * 0.8).astype(np.uint8)))


def _spoilt_cards(card: Mesh) -> dict[str, Mesh]:
    """A good card spoilt in ways that no checker of files minds."""
    u, v = card.uv.T
    return {
        "upside_down": replace(card, uv=np.column_stack([u, 1 - v])),
        "mirrored": replace(card, uv=np.column_stack([1 - u, v])),
        "inside_out": replace(card, faces=np.ascontiguousarray(card.faces[:, ::-1])),
        "half_size": replace(card, points=card.points / 2),
        "darkened": _darkened(card),
        "blank": replace(card, texture_png=None),
        "other_shape": Sample("other", shape="star").card,
    }


@pytest.fixture(scope="module")
def spoilt_album(tmp_path_factory: pytest.TempPathFactory) -> Album:
    """The ring, spoilt in each way, as USDZ and GLB."""
    folder = tmp_path_factory.mktemp("spoilt")
    for name, card in _spoilt_cards(RING.card).items():
        usdz = package(card, provenance=RING.provenance).outputs["usdz"].data
        (folder / f"{name}.usdz").write_bytes(usdz)
        (folder / f"{name}.glb").write_bytes(write_glb(card, RING.provenance))
    files = [file for suffix in SUFFIXES for file in all_of(folder, suffix)]
    return visit(files, pictures=tmp_path_factory.mktemp("pictures"))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        *(("upside_down", "colours"), ("mirrored", "colours"), ("darkened", "colours")),
        *(("blank", "colours"), ("other_shape", "silhouette")),
    ],
)
def test_pictures_betray_what_is_spoilt(fault: str, noticed: str, suffix: str, spoilt_album: Album):
    """The comparison does judge: each wrong picture is complained about."""
    file = f"{fault}.{suffix}"
    assert noticed in spoilt_album.complaints(file, cutout=RING.cutout, border=RING.border)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_measures_betray_what_is_spoilt(suffix: str, spoilt_album: Album):
    """A card turned inside out has negative volume, and a smaller one is smaller."""
    assert spoilt_album.found[f"inside_out.{suffix}"]["volume_m3"] < 0
    assert pytest.approx(0.1, rel=1e-5) == spoilt_album.found[f"half_size.{suffix}"]["high_m"][1]
