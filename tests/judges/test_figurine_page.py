"""The page of a figurine in headless Chromium: from a folder and over http, phone and desk.

The same is asked of it as of a gallery (`test_gallery`). Needs the viewer: ``maquette shelf fetch
model-viewer``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.judges.asking import Verdicts
from tests.judges.figurine_delivery import TITLE, Figurine
from tests.judges.galleries import Visit, call, difference

pytestmark = pytest.mark.judge

PHONE_PX, DESK_PX = 390, 1440
LIKE_ENOUGH = 20.0  # of 255, as in a gallery
ALL = [
    Visit(f"{by}-{width_px}", "index.html", by, width_px)
    for by, width_px in (("file", PHONE_PX), ("http", DESK_PX))
]

every_visit = pytest.mark.parametrize("visit", ALL, ids=lambda visit: visit.name)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where every visit leaves what it saw."""
    return tmp_path_factory.mktemp("figurine-pages")


@pytest.fixture(scope="module")
def seen(figurine: Figurine, pictures: Path) -> Verdicts:
    """What the browser saw on all visits."""
    return call(ALL, folder=figurine.root, pictures=pictures)


@every_visit
def test_nothing_goes_wrong(visit: Visit, seen: Verdicts):
    """The visit ends, neither console nor any box says a word, and nothing sticks out sideways."""
    said = seen[visit.name]
    assert [None, [], 0] == [said.get("error"), said["remarks"], said["overflow_px"]]


@every_visit
def test_no_request_leaves_the_folder(visit: Visit, seen: Verdicts):
    """Everything asked for lies beside the page."""
    said = seen[visit.name]
    assert [] == [asked for asked in said["requests"] if not asked.startswith(said["root"])]
    assert len(said["requests"]) > 3


@every_visit
def test_axe_finds_nothing_serious(visit: Visit, seen: Verdicts):
    """No serious or critical fault in light or dark, before and after opening the figure."""
    said = seen[visit.name]
    assert 2 * [{"light": [], "dark": []}] == [said["axe"], said["axe_opened"]]


@every_visit
def test_model_viewer_shows_the_figure(visit: Visit, seen: Verdicts, figurine: Figurine):
    """It stands in place of its poster, in its true size, under the name that was given."""
    opened = seen[visit.name]["opened"]
    assert [True, False, TITLE] == [opened["shown"], opened["poster"], opened["title"]]
    own_m = np.ptp(figurine.mesh.points, axis=0)
    assert pytest.approx(own_m.tolist(), rel=0.01) == opened["size_m"]


@every_visit
def test_figure_turns(visit: Visit, seen: Verdicts, pictures: Path):
    """What is shown is no still: from behind it is another picture."""
    assert seen[visit.name]["opened"]["shown"]
    first, back = (pictures / f"{visit.name}.{view}.png" for view in ("first", "back"))
    assert LIKE_ENOUGH < difference(first, back) < 255, f"see {back}"


@every_visit
def test_figure_comes_the_way_that_works(visit: Visit, seen: Verdicts, figurine: Figurine):
    """A server's page names the GLB, for Scene Viewer; a folder's takes it from its script."""
    said = seen[visit.name]
    asked = {address.removeprefix(said["root"]) for address in said["requests"]}
    glb = figurine.file("glb").relative_to(figurine.root).as_posix()
    ways = {"http": glb, "file": f"models/{figurine.file('glb').stem}.js"}
    assert [way == visit.by for way in ways] == [path in asked for path in ways.values()]
