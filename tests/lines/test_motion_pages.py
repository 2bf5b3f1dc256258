"""The page of a batch of clips: what it shows, where its files lie, and hostile words."""

import re
from dataclasses import replace

import pytest

from maquette.batch.manifests import Manifest, Row
from maquette.batch.store import FolderStore
from maquette.formats.vertices import write_vertices
from maquette.lines.motion_pages import batch_page, not_made
from maquette.lines.showroom import kept
from maquette.provenance import Provenance, Step
from maquette.types import Animation
from tests import zoo

BOX = zoo.box()
MOVING = Animation(BOX, zoo.np.stack([BOX.points * size for size in (1, 2, 3)]), 12.0)
MADE = Provenance("", 7, steps=(Step("animate", "1", "r", "silhouette", licences=("none",)),))
UNSOLD = replace(
    MADE, steps=(Step("animate", "1", "r", "actionmesh", licences=("LicenseRef-NC",)),)
)
PATHS = {
    "animated": "animated_mesh.glb",
    "usdz": "animated_mesh.usdz",
    "preview": "preview.mp4",
    "poster": "poster.png",
    "animation": "vertices.npz",
}


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path)


def clip(store, item, *, provenance=MADE, notes=(), leaves_out=(), **params):
    """A finished clip's row and its files by path."""
    names = {name: path for name, path in PATHS.items() if name not in leaves_out}
    data = {name: name.encode() for name in names} | {"animation": write_vertices(MOVING, MADE)}
    refs = {n: replace(kept(store, data[n], f"{item}.{n}"), name=n) for n in names}
    paths = {f"{item}/{path}": refs[name] for name, path in names.items()}
    pose = replace(kept(store, b"pose", "mesh.glb"), name="mesh")
    paths |= {f"{item}/mesh_{n:03}.glb": pose for n in range(3)}
    about = {"clip": item, "title": f"The {item}", "mode": "fast", **params}
    scores = {"follows": 0.957, "follows_least": 0.912}
    return Row(
        item, about, tuple(refs.values()), provenance, scores=scores, notes=tuple(notes)
    ), paths


def shown(store, *clips, lost=()):
    """The page of these clips as text, and all its files."""
    rows = {row.item: (row, paths) for row, paths in clips}
    manifest = Manifest("motion", "motion_frames", "b", (*(row for row, _ in clips), *lost))
    files = batch_page(store, rows, history=[manifest])
    return store.get(files["index.html"].key).decode(), files


def test_a_clip_is_told_with_its_figures(store):
    """Frames, rate, faces, how well it follows, who made it, and what was said on the way."""
    page, _ = shown(store, clip(store, "walk", notes=["It is a 2.5D animation."]))
    for words in (
        *("The walk", "3 frames", "12 fps", "12 faces", "follows the outline to 96%"),
        *("on the worst frame to 91.2%", "silhouette", "It is a 2.5D animation."),
    ):
        assert words in page, words


def test_a_licence_that_forbids_sale_is_shown(store):
    """On the card and where the clip is opened, and only there."""
    free, _ = shown(store, clip(store, "walk"))
    bound, _ = shown(store, clip(store, "walk"), clip(store, "run", provenance=UNSOLD))
    assert 0 == free.lower().count("not for commercial use")
    assert 2 == bound.lower().count("not for commercial use")
    assert "actionmesh, under LicenseRef-NC" in bound


def test_every_link_leads_to_a_file(store):
    """Whatever the page names lies beside it: in the delivery, or with the page."""
    clips = [clip(store, "walk"), clip(store, "run", leaves_out=["usdz"])]
    page, files = shown(store, *clips)
    links = r'(?:href|src|ios-src|poster|data-viewer|data-model|data-glb)="([^"#]+)"'
    named = {name for name in re.findall(links, page) if not name.startswith("data:")}
    known = {*files, "index.json", *(path for _, paths in clips for path in paths)}
    assert set() == named - known
    # and the other way round: everything delivered can be taken
    assert set() == {path for _, paths in clips for path in paths} - named


def test_single_frames_are_folded_away(store):
    """Their meshes stand in a list of their own."""
    page, _ = shown(store, clip(store, "walk"))
    assert "3 meshes, one per frame" in page
    assert ["walk/mesh_000.glb", "walk/mesh_001.glb", "walk/mesh_002.glb"] == re.findall(
        r'<li><a href="(walk/mesh_\d+\.glb)" download>', page
    )


def test_movies_may_play_and_nothing_else_is_let_in(store):
    """The page's policy names movies beside what the other pages may load."""
    page, _ = shown(store, clip(store, "walk"))
    assert "media-src 'self' file:;" in page
    assert "default-src 'none'" in page


def lost_row(frame, code="CUTOUT_EMPTY", **params):
    """A frame that was set aside."""
    about = {"clip": "walk", "title": "Walk", "frame": frame, **params}
    return Row(f"walk.{frame:03}", about, code=code, reason="nothing is seen", fix="point at it")


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ([4], "Walk, frame 4"),
        ([4, 5, 6], "Walk, frames 4 to 6"),
        ([1, 4, 5, 9], "Walk, frames 1, 4 to 5 and 9"),
    ],
    ids=["one", "a run", "several runs"],
)
def test_frames_with_one_fault_are_told_once(frames, words):
    """Each fault of a clip is one sentence, however many frames have it."""
    rows = tuple(lost_row(n) for n in frames)
    (told,) = not_made(Manifest("motion", "motion_frames", "b", rows))
    assert (words, "CUTOUT_EMPTY", "point at it") == (told.words, told.code, told.fix)


def test_other_faults_and_other_clips_stand_apart():
    """A clip that failed whole is told by its name alone."""
    whole = Row("run", {"clip": "run", "title": "Run"}, code="CLIP_TOO_SHORT", reason="15 frames")
    rows = (lost_row(3), lost_row(4, code="OTHER"), whole)
    told = not_made(Manifest("motion", "motion_frames", "b", rows))
    assert ["Walk, frame 3", "Walk, frame 4", "Run"] == [one.words for one in told]


def test_a_page_tells_of_what_was_lost_where_nothing_was_made(store):
    """Nothing to show is no reason to say nothing."""
    page, _ = shown(store, lost=[lost_row(3)])
    assert "nothing is seen" in page
    assert "To mend it: point at it" in page


@pytest.mark.parametrize(
    ("count", "name"), [(1, "The walk"), (2, "Zoo")], ids=["one clip", "an order of two"]
)
def test_the_page_is_called_as_people_call_it(store, count, name):
    """One clip gives it its own name, several their order's."""
    clips = [clip(store, item, order="Zoo") for item in ("walk", "run")[:count]]
    page, _ = shown(store, *clips)
    assert f"<title>{name} · motion</title>" in page


def test_hostile_words_stay_words(store):
    """Nothing that somebody orders becomes markup."""
    evil = '"><script>alert(1)</script><img src=x>'
    page, _ = shown(store, clip(store, "walk", title=evil, client=evil, notes=[evil]))
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_the_same_batch_has_the_same_page(store):
    """Byte for byte."""
    pages = [shown(store, clip(store, "walk"))[1] for _ in range(2)]
    assert pages[0] == pages[1]
