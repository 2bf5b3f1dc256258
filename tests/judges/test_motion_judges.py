"""Outside readers on what the motion line delivers: a drawn clip goes in, and is played.

Needs the viewer: ``maquette shelf fetch model-viewer``.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import trimesh

from maquette.formats.animated_glb import write_animated_glb
from maquette.types import Animation
from tests import zoo
from tests.judges.albums import Album
from tests.judges.asking import Verdicts, all_of, judge
from tests.judges.films import SIDE_PX, farthest_m, filmed, moment, played, traced
from tests.judges.front_views import Likeness, Window, likeness
from tests.judges.motion_delivery import (
    CLIP,
    LAST,
    MOVING,
    PACKAGE,
    PACKED,
    PREVIEW,
    WATCHED,
    Delivered,
)

pytestmark = pytest.mark.judge

FILMS = (MOVING, PACKED)
LEAST_OVERLAP, LARGEST_ERROR = 0.985, 2.0  # edges cost 0.002, filtering 0.4; the next frame fails
ROUNDED_M = 1e-6


@pytest.fixture(scope="module")
def album(motion: Delivered, tmp_path_factory: pytest.TempPathFactory) -> Album:
    """Some frames of the moving files, as three.js shows them."""
    views = {f"frame{n}": moment(motion.window, motion.at_s(n)) for n in WATCHED}
    files = [motion.folder / name for name in FILMS]
    return filmed(files, views, pictures=tmp_path_factory.mktemp("film"))


@pytest.fixture(scope="module")
def players(motion: Delivered, tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """What <model-viewer> and <video> saw; their pictures lie beside the files."""
    folder = tmp_path_factory.mktemp("players")
    files = [Path(shutil.copy(motion.folder / name, folder)) for name in (MOVING, PREVIEW)]
    said = played(files, pictures=folder)
    return {**said, "folder": {"path": folder}}


def test_khronos_has_nothing_to_say(motion: Delivered):
    """The moving file and every frame of it: no error, no warning, not even a hint."""
    files = [motion.folder / MOVING, *sorted(motion.folder.glob("mesh_*.glb"))]
    said = judge("node", "khronos_says.mjs")(files)
    assert 1 + CLIP.frames == len(said)
    assert {} == {name: one["messages"] for name, one in said.items() if one["messages"]}


def test_khronos_finds_no_error_in_the_packed_copy(motion: Delivered):
    """It cannot look into packed arrays, and says so; it has no other complaint."""
    (said,) = judge("node", "khronos_says.mjs")([motion.folder / PACKED]).values()
    assert (0, 0) == (said["errors"], said["warnings"]), said["messages"]


def test_trimesh_finds_the_same_faces_on_all_frames(motion: Delivered):
    """Each frame's own file has its points in one order, the same faces, and another shape."""
    paths = sorted(motion.folder.glob("mesh_*.glb"))
    first, *others = [trimesh.load_mesh(path, process=False) for path in paths]
    assert LAST == len(others)
    for other in others:
        assert np.array_equal(first.faces, other.faces)
        assert np.array_equal(first.visual.uv, other.visual.uv)
        assert not np.allclose(first.vertices, other.vertices, atol=1e-3)


def test_a_clip_lasts_as_long_as_its_footage(motion: Delivered, album: Album):
    """One clip, from the first frame to the last at the footage's rate, and no remarks."""
    for name in FILMS:
        found = album.found[name]
        assert [pytest.approx(motion.at_s(LAST))] == found["loops_s"], found
        assert [] == found["remarks"]


@pytest.mark.parametrize("frame", WATCHED)
def test_three_shows_the_frame(frame: int, motion: Delivered, album: Album):
    """At a frame's time the browser draws what we draw of that frame."""
    for name in FILMS:
        alike = likeness(album.picture(name, f"frame{frame}"), motion.drawn(frame))
        assert is_alike(alike), f"{alike}, see {album.folder}/{name}.frame{frame}.png"


@pytest.mark.parametrize("frame", WATCHED)
def test_three_shows_the_clip(frame: int, motion: Delivered, tmp_path: Path):
    """Seen by the clip's own camera the browser's picture lies over the clip's own frame."""
    camera = motion.animation.camera
    assert camera is not None
    cutout = CLIP.cutout(frame)
    window = Window.of(camera, (CLIP.side_px, CLIP.side_px))
    views = {"seen": moment(window, motion.at_s(frame))}
    album = filmed([Path(shutil.copy(motion.folder / MOVING, tmp_path))], views,
                   pictures=tmp_path)  # fmt: skip
    large = cv2.resize(cutout, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR)
    alike = likeness(album.picture(MOVING, "seen"), large)
    assert alike.overlap > 0.93, f"{alike}, see {tmp_path}"


def test_pictures_betray_a_wrong_frame(motion: Delivered, album: Album):
    """The comparison does judge: no picture passes for that of a frame before or after."""
    passed = [
        (name, frame, other)
        for name in FILMS
        for frame in WATCHED
        for other in (frame - 1, frame + 1)
        if 0 <= other <= LAST
        and is_alike(likeness(album.picture(name, f"frame{frame}"), motion.drawn(other)))
    ]
    assert [] == passed


def test_pictures_betray_shuffled_frames(motion: Delivered, tmp_path: Path):
    """A file whose frames come one too early is complained about."""
    early = np.roll(motion.animation.points, -1, axis=0)
    mesh = replace(motion.animation.mesh, points=early[0])
    spoilt = replace(motion.animation, mesh=mesh, points=early)
    path = tmp_path / "spoilt.glb"
    path.write_bytes(write_animated_glb(spoilt, zoo.provenance(), title="spoilt"))
    views = {f"frame{n}": moment(motion.window, motion.at_s(n)) for n in WATCHED}
    album = filmed([path], views, pictures=tmp_path)
    seen = {n: album.picture(path.name, f"frame{n}") for n in WATCHED}
    assert [] == [n for n in WATCHED if is_alike(likeness(seen[n], motion.drawn(n)))]


def test_model_viewer_plays_the_clip(motion: Delivered, players: Verdicts):
    """It knows one animation of the right length, and its time goes by."""
    said = players[MOVING]
    assert 1 == len(said.get("availableAnimations", ())), said
    assert pytest.approx(motion.at_s(LAST), abs=1e-3) == said["duration_s"]
    assert (False, True) == (said["paused"], said["currentTime"] > 0)
    size_m = np.ptp(motion.animation.points[0], axis=0).tolist()
    assert pytest.approx(size_m, rel=0.02) == said["size_m"]
    assert [] == said["remarks"]


def test_a_browser_plays_the_preview(motion: Delivered, players: Verdicts):
    """It lasts some whole rounds of the clip, shows every frame, and does not stand still."""
    said = players[PREVIEW]
    rounds = said["frames"] / CLIP.frames
    assert rounds == int(rounds) >= 1, said
    assert pytest.approx(said["frames"] / motion.animation.rate, abs=0.01) == said["duration_s"]
    wide, high = said["size_wh"]
    assert min(wide, high) >= 256
    folder = players["folder"]["path"]
    start, middle = (
        cv2.imread(str(folder / f"{PREVIEW}.{name}.png")).astype(float)
        for name in ("start", "middle")
    )
    assert start.std() > 5
    assert np.abs(start - middle).mean() > 0.5


needs_blender = pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="Blender's module is for Python 3.11"
)


@needs_blender
def test_blender_moves_the_same_points(motion: Delivered):
    """Every frame after the first is a shape key, and each frame's points are where ours are."""
    moved = motion.animation
    said = traced([motion.folder / MOVING], by="blender_films.py", rate=moved.rate,
                  frames=CLIP.frames)[MOVING]  # fmt: skip
    assert (1, [LAST], 1) == (said["meshes"], said["shape_keys"], said["images"])
    assert [f"frame_{n:03d}" for n in range(1, CLIP.frames)] == said["names"]
    assert ROUNDED_M > max(_misses_m(said["points"], moved))
    assert ROUNDED_M < min(_misses_m(np.roll(said["points"], 1, axis=0), moved))


@needs_blender
def test_blender_plays_the_package(motion: Delivered):
    """The points of the animated USDZ move in Blender as ours do."""
    moved = motion.animation
    said = traced([motion.folder / PACKAGE], by="blender_films.py", rate=moved.rate,
                  frames=CLIP.frames)[PACKAGE]  # fmt: skip
    assert 1 == said["meshes"]
    assert ROUNDED_M > max(_misses_m(said["points"], moved))


def test_usd_plays_the_package(motion: Delivered):
    """Another release of USD finds our points on every frame, the same faces, and true extents."""
    moved = motion.animation
    said = traced([motion.folder / PACKAGE], by="usd_films.py", rate=moved.rate,
                  frames=CLIP.frames)[PACKAGE]  # fmt: skip
    assert (1, False, True) == (said["meshes"], said["faces_change"], said["extents_hold"])
    assert pytest.approx(motion.at_s(LAST)) == said["length_s"]
    assert ROUNDED_M > max(_misses_m(said["points"], moved))


def test_usd_judges_have_nothing_to_say(motion: Delivered):
    """Pixar's ARKit rules are kept, and TinyUSDZ finds one textured mesh."""
    packages = all_of(motion.folder, "usdz")
    (said,) = judge("python", "arkit_says.py")(packages).values()
    assert [] == said["failed"] + said["errors"] + said["warnings"]
    (read,) = judge("python", "tinyusdz_says.py")(packages).values()
    assert [len(motion.animation.mesh.faces)] == [one["triangles"] for one in read["meshes"]]
    assert 1 == len(read["images"])


def is_alike(alike: Likeness) -> bool:
    """Whether two pictures show the same frame."""
    return alike.is_within(least_overlap=LEAST_OVERLAP, largest_error=LARGEST_ERROR)


def _misses_m(points: np.ndarray, moved: Animation) -> list[float]:
    """How far the farthest point of each frame is from where it should be."""
    return [farthest_m(one, other) for one, other in zip(points, moved.points, strict=True)]
