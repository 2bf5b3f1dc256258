"""What stands out of a face."""

import numpy as np

from maquette.solids.heads.fitting import Fit
from maquette.solids.heads.landmarks import CHEEKS, EYES, places
from maquette.solids.heads.outlines import ANGLES, Skull
from maquette.solids.heads.planes import CELLS, Plane
from maquette.solids.heads.relief import CHEEK_HIGH, DEEPEST, features
from maquette.types import Floats
from tests.drawn_faces import portrait

SCALE = 1 / 1600
FOREHEAD = 151
WIDE_PX = 60.0  # of a socket


def raised(sockets_px: float) -> tuple[Floats, Floats, Skull, Plane]:
    """The relief of an even face with sockets, its landmarks in the plane, and what they lie on."""
    _, face = portrait("none")
    points = face.landmarks.copy()
    points[:, 2] = 0
    for eye in EYES:
        away_px = np.linalg.norm(points[:, :2] - points[list(eye), :2].mean(axis=0), axis=1)
        points[away_px < WIDE_PX, 2] = -sockets_px
    none = np.zeros((6, 2), np.float32)
    fit = Fit(SCALE, 0.0, np.zeros(2, np.float32), none, none, none[:, 0], none[:, 0])
    xy = fit.forth(points[:, :2])
    x, y = places(xy).mean(axis=0).tolist()
    skull = Skull((x, y), np.full(ANGLES, 0.2, np.float32), y - 0.25, y + 0.25)
    plane = Plane.around((x, y), 0.8)
    return features(points, fit, skull, plane), xy, skull, plane


def test_cheeks_are_round() -> None:
    """Even where a finder sees nothing, cheeks stand out and more than the forehead."""
    relief, xy, skull, plane = raised(0.0)
    middles = [xy[list(cheek)].mean(axis=0) for cheek in CHEEKS]
    cheeks = plane.read(relief, np.array([*middles], np.float32))
    assert float(cheeks.min()) > 0.2 * CHEEK_HIGH * skull.height
    forehead = plane.read(relief, xy[[FOREHEAD]])
    assert float(forehead[0]) < 0.5 * float(cheeks.min())


def test_sockets_are_shallow() -> None:
    """However far back a finder sees the eyes, no cheek becomes one slope to them."""
    relief, xy, skull, plane = raised(300.0)
    deeper = relief - raised(0.0)[0]
    eyes = plane.read(deeper, np.array([xy[list(eye)].mean(axis=0) for eye in EYES], np.float32))
    assert -1.1 * DEEPEST * skull.height < float(eyes.min()) < 0


def test_nothing_beyond_the_face() -> None:
    """Beyond the face's outline nothing stands out."""
    relief, *_ = raised(300.0)
    corners = relief[[0, 0, CELLS - 1, CELLS - 1], [0, CELLS - 1, 0, CELLS - 1]]
    assert not corners.any()
