"""A 4K shot through the roto line in a process of its own; prints what it held frame by frame.

python -m bench.large_shot FOLDER --frames 300
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import yaml

from maquette.batch.host import Host
from maquette.batch.runner import LocalPlace, Runner
from maquette.batch.store import FolderStore
from maquette.batch.uploads import write_ticket
from maquette.engines import chosen
from maquette.lines import roto

SIZE_WH = (3840, 2160)
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
KEY = "inbox/shots/large.yaml"


class Weighed(FolderStore):
    """A folder that notes how much memory this process holds whenever a frame is kept."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.held_mb: list[float] = []

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Keep, and weigh."""
        if key.startswith("blobs/") and key.endswith(".png"):
            self.held_mb.append(resident_mb())
        return super().put_if_absent(key, data)


def resident_mb() -> float:
    """What this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / 1e6


def write_clip(path: Path, frames: int) -> None:
    """A disc that crosses a rough ground, in 4K H.264."""
    import av
    import cv2

    width, height = SIZE_WH
    rng = np.random.default_rng(5)
    ground = cv2.resize(
        rng.integers(40, 120, (270, 480, 3), np.uint8), SIZE_WH, interpolation=cv2.INTER_CUBIC
    )
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for n in range(frames):
            picture = ground.copy()
            cv2.circle(picture, middle(n, frames), 360, (230, 140, 40), -1, cv2.LINE_AA)
            cv2.circle(picture, middle(n, frames), 150, (120, 40, 20), -1, cv2.LINE_AA)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def middle(n: int, frames: int) -> tuple[int, int]:
    """Where the disc is."""
    return round(600 + n * 2600 / frames), round(1080 + 300 * np.sin(n / 20))


def main() -> None:
    """Follow the disc and soften its edge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--frames", type=int, default=300)
    asked = parser.parse_args()
    store = Weighed(asked.folder)
    asked.folder.mkdir(parents=True, exist_ok=True)
    clip = asked.folder / "large.mp4"
    write_clip(clip, asked.frames)
    store.put_file("inbox/shots/large.mp4", clip)
    x, y = middle(0, asked.frames)
    prompts = [{"frame": 1001, "box": [x - 360, y - 360, x + 360, y + 360]}]
    tree = {"objects": [{"name": "disc", "prompts": prompts}]}
    store.put(KEY, yaml.safe_dump(tree).encode())
    runner = Runner(store, LocalPlace(Host(store)), chosen(line="roto"))
    batch = write_ticket(store, line="roto", key=KEY)
    seconds: dict[str, float] = {}
    start = time.monotonic()
    plates = roto.take_in(runner, batch=batch)
    seconds["plates"] = time.monotonic() - start
    masks = roto.follow(runner, plates)
    seconds["masks"] = time.monotonic() - start - sum(seconds.values())
    masks_held = list(store.held_mb)
    store.held_mb.clear()
    mattes = roto.soften(runner, masks)
    seconds["mattes"] = time.monotonic() - start - sum(seconds.values())
    print(
        json.dumps(
            {
                "delivered": len(mattes.delivered),
                "seconds": seconds,
                "held_mb": {"masks": masks_held, "mattes": store.held_mb},
            }
        )
    )


if __name__ == "__main__":
    main()
