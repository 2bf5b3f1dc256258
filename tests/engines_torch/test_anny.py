"""Realistic bodies by the real package, where it is installed."""

import numpy as np
import pytest

from maquette.solids.bodies.templates import body_of
from maquette.solids.soundness import soundness_of

pytest.importorskip("anny")
pytest.importorskip("skimage")
pytestmark = pytest.mark.engines


@pytest.mark.parametrize("template", ["realistic", "realistic-child"])
def test_people_are_solids(template):
    """Closed, in one piece, one high, with hands that lie apart from the trunk."""
    body = body_of(template, text="Ada")
    points, faces = body.mesh(spacing=0.004)
    sound = soundness_of(points, faces)
    assert (True, 1) == (sound.sound, sound.bodies)
    assert pytest.approx([0, 1], abs=0.003) == [points[:, 1].min(), points[:, 1].max()]
    assert 0.12 < np.abs(points[points[:, 1] > 0.2][:, 0]).max() < 0.3
