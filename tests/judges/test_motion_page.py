"""The page of delivered clips in headless Chromium: from a folder and over http, phone and desk.

The same is asked of it as of a gallery (`test_gallery`), and that its player plays and stands
still where it is told to. Needs the viewer: ``maquette shelf fetch model-viewer``.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.judges.asking import Verdicts
from tests.judges.galleries import Visit, call
from tests.judges.motion_delivery import LAST, MOVING, NAME, Delivered

pytestmark = pytest.mark.judge

PHONE_PX, DESK_PX = 390, 1440
OPENED = [
    Visit("file-phone", "index.html", "file", PHONE_PX),
    Visit("http-desk", "index.html", "http", DESK_PX),
]
PLAYED = [
    Visit(f"{by}-played", f"index.html#clip-{NAME}", by, DESK_PX, ("plays", "scrubs"))
    for by in ("file", "http")
]
ALL = [*OPENED, *PLAYED]

every_visit = pytest.mark.parametrize("visit", ALL, ids=lambda visit: visit.name)


@pytest.fixture(scope="module")
def seen(motion: Delivered, tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """What the browser saw on all visits."""
    return call(ALL, folder=motion.root, pictures=tmp_path_factory.mktemp("motion-pages"))


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


@every_visit
def test_axe_finds_nothing_serious(visit: Visit, seen: Verdicts):
    """No serious or critical fault in light or dark, before and after opening a clip."""
    said = seen[visit.name]
    found = [said["axe"], said["axe_opened"]] if "axe_opened" in said else [said["axe"]]
    assert len(found) * [{"light": [], "dark": []}] == found


@every_visit
def test_mesh_stands_in_place_of_its_poster(visit: Visit, seen: Verdicts, motion: Delivered):
    """The viewer shows a mesh as large as ours ever is, from a server the GLB itself."""
    said = seen[visit.name]
    assert [True, False] == [said["opened"]["shown"], said["opened"]["poster"]]
    # a viewer that knows morph targets has room for all of them
    own_m = np.ptp(motion.animation.points[0], axis=0)
    assert (np.array(said["opened"]["size_m"]) >= 0.98 * own_m).all()
    asked = {address.removeprefix(said["root"]) for address in said["requests"]}
    assert (visit.by == "http") is (f"{NAME}/{MOVING}" in asked)


@pytest.mark.parametrize("visit", PLAYED, ids=lambda visit: visit.name)
def test_the_player_plays(visit: Visit, seen: Verdicts, motion: Delivered):
    """Calm people find it still; pressed, its one clip plays."""
    still, moving = seen[visit.name]["played"]
    assert (1, True, "Play") == (
        len(still["availableAnimations"]),
        still["paused"],
        still["offers"],
    )
    assert pytest.approx(motion.at_s(LAST), abs=1e-3) == still["duration"]
    assert (False, True) == (moving["paused"], moving["currentTime"] > 0)


@pytest.mark.parametrize("visit", PLAYED, ids=lambda visit: visit.name)
def test_the_bar_goes_to_a_frame(visit: Visit, seen: Verdicts, motion: Delivered):
    """First, middle and last are shown at their own times, and stay."""
    told = seen[visit.name]["scrubbed"]
    assert {0, LAST // 2, LAST} == {int(frame) for frame in told}
    for frame, (time_s, is_paused, label) in told.items():
        assert (True, frame) == (is_paused, label)
        assert pytest.approx(motion.at_s(int(frame)), abs=2e-3) == time_s
