"""What a correction costs: a shot of a hundred frames, and one more key in its middle.

What belongs here: counts, which no other program on the machine can change. What does not: time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import yaml
from PIL import Image

from bench.figures import Figure
from maquette.batch.host import EngineSpec, Host
from maquette.batch.runner import LocalPlace, Runner
from maquette.batch.store import FolderStore
from maquette.batch.uploads import write_ticket
from maquette.lines import roto
from maquette.types import Bools

FRAMES, FIRST = 100, 1001
KEYS, CORRECTED = (0, 33, 66, 99), 50
SIZE_WH = (160, 96)
# engines without weights: the counts are those of any other
ENGINES = {
    "Segmenter": EngineSpec("Segmenter", "grabcut"),
    "Tracker": EngineSpec("Tracker", "flow-snap", {"segmenter": "none"}),
    "Matter": EngineSpec("Matter", "guided"),
    "Detector": EngineSpec("Detector", "ssd-coco"),
}
PLACE = "inbox/shots/"


def corrections(folder: Path) -> Iterator[Figure]:
    """Plates made anew after a correction, and after none."""
    store = FolderStore(folder / "store")
    for n in range(FRAMES):
        _put(store, f"shot/plate.{FIRST + n}.png", _picture(n))
    store.put(f"{PLACE}shot/_READY", b"")
    _made(store, KEYS)
    again = _made(store, KEYS)
    yield Figure("frames_made_again_without_a_change", again, "frames", 0, sense="exactly")
    fresh = _made(store, (*KEYS, CORRECTED))
    # the two runs beside the new key, whose first frame belongs to the run before them
    meant = 66 - 33
    note = f"of {FRAMES}, keys at {KEYS}, one more at {CORRECTED}"
    yield Figure("frames_made_after_a_correction", fresh, "frames", meant, "exactly", note)


def _made(store: FolderStore, keys: Sequence[int]) -> int:
    """Run the line; returns how many frames had to be followed."""
    for n in keys:
        _put(store, f"mask_{n}.png", _inside(n).astype(np.uint8) * 255)
    prompts = [{"frame": FIRST + n, "mask": f"mask_{n}.png"} for n in sorted(keys)]
    tree = {"deliver": ["png"], "objects": [{"name": "disc", "prompts": prompts}]}
    store.put(f"{PLACE}shot.yaml", yaml.safe_dump(tree).encode())
    batch = write_ticket(store, line="roto", key=f"{PLACE}shot.yaml")
    finished = roto.make(Runner(store, LocalPlace(Host(store)), ENGINES), batch=batch)
    assert len(finished.manifests[1].delivered) == FRAMES
    return sum(row.origin == "made" for row in finished.manifests[1].delivered)


def _put(store: FolderStore, name: str, pixels: np.ndarray) -> None:
    packed = BytesIO()
    Image.fromarray(pixels).save(packed, "PNG")
    store.put(f"{PLACE}{name}", packed.getvalue())


def _inside(n: int) -> Bools:
    rows, columns = np.mgrid[0 : SIZE_WH[1], 0 : SIZE_WH[0]]
    return np.hypot(columns - 30 - n, rows - 48) <= 16


def _picture(n: int) -> np.ndarray:
    ground = np.random.default_rng(2).integers(40, 90, (SIZE_WH[1], SIZE_WH[0], 3))
    ground[_inside(n)] += np.array([130, 60, 0])
    return ground.astype(np.uint8)
