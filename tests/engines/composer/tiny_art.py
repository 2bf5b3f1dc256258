"""A tiny art set of our own drawings and an embedder made of letters, for the composer's tests."""

import json
import zlib
from pathlib import Path

import numpy as np

from maquette.engines.composer.cutting import cut
from maquette.roles import EngineInfo

EYES = (
    '<circle cx="12" cy="14" r="2" fill="#201020"/><circle cx="20" cy="14" r="2" fill="#201020"/>'
)
GLOW = '<filter id="f"><feGaussianBlur stdDeviation="1"/></filter>'
# name -> (emoji, Unicode name, group, keywords, drawing with a colour to fill in)
THINGS = {
    "cat-face": (
        "🐱",
        "Animals & Nature",
        ["cat", "pet", "meow"],
        '<path fill="{0}" d="M4 4l8 5h8l8-5v14a12 10 0 0 1-24 0Z"/>' + EYES,
    ),
    "pouting-cat": (
        "😾",
        "Smileys & Emotion",
        ["grumpy cat"],
        '<path fill="{0}" d="M4 6l8 5h8l8-5v12a12 10 0 0 1-24 0Z"/>' + EYES,
    ),
    "frog": (
        "🐸",
        "Animals & Nature",
        ["toad"],
        '<ellipse fill="#4aa84a" cx="16" cy="18" rx="14" ry="11"/>' + EYES,
    ),
    "taco": (
        "🌮",
        "Food & Drink",
        ["mexican food"],
        '<path fill="#e8b04a" d="M2 24a14 14 0 0 1 28 0Z"/>',
    ),
    "green-apple": (
        "🍏",
        "Food & Drink",
        ["fruit"],
        '<circle fill="#77b82a" cx="16" cy="18" r="11"/>',
    ),
    "top-hat": (
        "🎩",
        "Objects",
        ["hat"],
        '<path fill="#333" d="M8 6h16v16h6v4H2v-4h6Z"/>',
    ),
    "package": (
        "📦",
        "Objects",
        ["box", "parcel"],
        '<rect fill="#b98a56" x="3" y="8" width="26" height="20"/>',
    ),
    "hot-beverage": (
        "☕",
        "Food & Drink",
        ["coffee"],
        '<path fill="#eee" d="M6 10h18v14a4 4 0 0 1-4 4H10a4 4 0 0 1-4-4Z"/>',
    ),
    "rocket": (
        "🚀",
        "Travel & Places",
        ["space"],
        '<path fill="#d0d4e8" d="M16 2c6 5 7 14 5 22H11C9 16 10 7 16 2Z"/>',
    ),
    "sparkles": (
        "✨",
        "Activities",
        ["shiny"],
        '<path fill="#ffc83d" d="m16 2 4 10 10 4-10 4-4 10-4-10-10-4 10-4Z"/>',
    ),
    "anger-symbol": (
        "💢",
        "Smileys & Emotion",
        ["mad"],
        '<path stroke="#d22" stroke-width="3" d="M4 4l24 24M28 4 4 28"/>',
    ),
}
FILLS = {"fluent-emoji": "#e8a030", "fluent-emoji-flat": "#f0b040", "noto": "#f7a81b"}


def sources(folder: Path) -> dict[str, Path]:
    """The five files `cut` reads, with skin tones and flags to leave out."""
    texts = {name: json.dumps(_icons(name, fill)) for name, fill in FILLS.items()}
    texts["emojilib"] = json.dumps({t[0]: t[2] for t in THINGS.values()})
    names = {
        emoji: {"name": name.replace("-", " "), "group": group}
        for name, (emoji, group, _, _) in THINGS.items()
    }
    names["🇫🇷"] = {"name": "flag: France", "group": "Flags"}
    names["🫥"] = {"name": "nobody drew this", "group": "Smileys & Emotion"}
    texts["unicode-emoji"] = json.dumps(names)
    for name, text in texts.items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.json" for name in texts}


def _icons(source: str, fill: str) -> dict[str, object]:
    scale = 4 if source == "noto" else 1
    soft = 'filter="url(#f)"' if source == "fluent-emoji" else ""
    icons = {
        name: {"body": f'{GLOW}<g {soft} transform="scale({scale})">{body.format(fill)}</g>'}
        for name, (_, _, _, body) in THINGS.items()
    }
    # mirrored alias, renaming of persons, and drawings nobody asked for
    icons["person-rocket"] = icons.pop("rocket")
    icons["cat-face-medium-dark"] = icons["cat-face"]
    icons["taco-left"] = icons.pop("taco")
    aliases = {"taco": {"parent": "taco-left", "hFlip": True}}
    return {"width": 32 * scale, "icons": icons, "aliases": aliases}


def art_file(folder: Path) -> Path:
    """The cut art file of the tiny set."""
    out = folder / "tiny-art.zip"
    cut(sources(folder), out)
    return out


class Letters:
    """An embedder that compares spelling: three letters at a time, in 1024 buckets."""

    info = EngineInfo("letters", version="1", weights={"letters": "0"}, licences=("none",))

    def embed(self, texts):
        """(N, 1024) float32, length one each."""
        vectors = np.zeros((len(texts), 1024), np.float32)
        for row, text in enumerate(texts):
            for i in range(len(text) + 1):
                vectors[row, zlib.crc32(f" {text} "[i : i + 3].encode()) % 1024] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)

    def close(self):
        """Nothing is held."""
