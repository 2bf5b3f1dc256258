"""A sample order: an astronaut's portrait, and a figurine that waves with her name on the base.

The photo is NASA's of Eileen Collins, in the public domain. scikit-image brings it along; it is
read where that is installed and never kept here. What belongs here: writing both. What does not:
making anything of them (`demo_figurines`).
"""

from __future__ import annotations

from pathlib import Path

import yaml
from PIL import Image

ORDER = {
    "name": "astronaut",
    "photo": "astronaut.png",
    "consent": True,  # a portrait for everybody to use
    "template": "waving",
    "height_mm": 100,
    "text": "Eileen",
    "show_face": True,
}


def write_order(folder: Path) -> Path:
    """The portrait and its order in a folder; the same bytes each time."""
    from skimage import data

    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(data.astronaut()).save(folder / str(ORDER["photo"]))
    order = folder / "astronaut.yaml"
    order.write_text(yaml.safe_dump(ORDER, sort_keys=False), encoding="utf-8")
    return order
