"""Albums: pictures that three.js takes of many files in one browser, and what it counts in them.

What belongs here: the views, the errand, and looking things up. What does not: what the pictures
should look like (`likeness`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from maquette.types import Picture
from tests.judges.asking import HERE, Verdicts, answer, program
from tests.judges.likeness import Limits, complaints, promise

SIDE_PX = 512

MOVED_AT = 3 / 8  # of the loop: halfway up, or seen from half behind

# camera, as booth.mjs takes it: where it stands, whether the light shades, perspective or none,
# and what share of a loop has been played
VIEWS: dict[str, dict[str, Any]] = {
    "front": {"from": (0, 0, 1), "light": "flat", "orthographic": True},
    "lit": {"from": (0, 0, 1), "light": "lit", "orthographic": True},
    "back": {"from": (0, 0, -1), "light": "flat", "orthographic": True},
    "quarter": {"from": (0.7, 0.45, 1), "light": "lit", "orthographic": False},
    "behind": {"from": (-0.7, 0.3, -1), "light": "lit", "orthographic": False},
    "moved": {"from": (0, 0, 1), "light": "flat", "orthographic": True, "at": MOVED_AT},
}


@dataclass(frozen=True)
class Album:
    """What the browser found in each file, and where its pictures are."""

    folder: Path
    found: Verdicts  # by file name

    def picture(self, file: str, view: str) -> np.ndarray:
        """(S, S, 4) RGBA."""
        with Image.open(self.folder / f"{file}.{view}.png") as picture:
            return np.asarray(picture.convert("RGBA"))

    def complaints(
        self, file: str, *, cutout: Picture, border: float | None, limits: Limits | None = None
    ) -> dict[str, float]:
        """What is wrong with the front of a file that should show a cut-out."""
        front, lit = (self.picture(file, view) for view in ("front", "lit"))
        promised = promise(cutout, border=border, side_px=SIDE_PX)
        return complaints(front, lit, promised=promised, limits=limits or Limits())


def visit(files: Sequence[Path], *, pictures: Path, lying: Sequence[str] = ()) -> Album:
    """All files drawn in one browser; they lie in one folder, as will the errand.

    Args:
        files: USDZ and GLB.
        pictures: where to keep them, as FILE.VIEW.png.
        lying: names of files whose cards lie with their faces up, as on a wall.
    """
    visits = [{"file": f.name, "views": _views(lies=f.name in lying)} for f in files]
    errand = files[0].parent / "visits.json"
    errand.write_text(json.dumps(visits))
    chromium = program("chromium", "google-chrome")
    said = answer(program("node"), HERE / "three_says.mjs", chromium, errand, pictures)
    return Album(pictures, said)


def _views(*, lies: bool) -> dict[str, dict[str, Any]]:
    """The views of a standing card, or the same of one that lies."""
    turned = {}
    for name, view in VIEWS.items():
        x, y, z = view["from"]
        turn = {"from": (x, z, -y), "up": (0, 0, -1)} if lies else {"up": (0, 1, 0)}
        turned[name] = {"side_px": SIDE_PX, **view, **turn}
    return turned
