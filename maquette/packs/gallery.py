"""The gallery: a static page per pack, and an index of all packs, for people to look and take.

The pages work from a folder, an unpacked zip and a web server, and ask nobody else for anything.
Two habits of browsers shape them: a page opened from a folder may run scripts but not fetch
files, so every model also lies in a script of its own, loaded when its sticker is opened; and the
viewer's network decoders are shut out by the page's own content security policy.

What belongs here: what the pages say, and where their files lie. What does not: how they look
(``page/``: templates, which escape whatever they are given, a style sheet and a script), and
making any of the files they link to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from maquette.packs.page_templates import solid_script, written
from maquette.provenance import COMPOSED, PHOTOGRAPH, TRAINED, Provenance

TEMPLATES = Path(__file__).with_name("page")
VIEWER = "page/model-viewer.js"
SHARED = ("page.css", "page.js")  # copied as they are, below page/

# what a person is told of an IPTC digital source type: in short, and in a sentence
MARKS = {
    TRAINED: ("Made by a machine", "A trained model drew it from the words."),
    COMPOSED: ("Made by a machine", "A program composed it from people's art."),
    PHOTOGRAPH: ("From a photograph", "A machine cut it out of a photograph."),
}
UNKNOWN_MARK = ("Made by a machine", "A program drew it.")
NEAR = "drawn as something like it"  # where the engine does not say as what
PLACES = {
    "plane": "upright on a floor or table",
    "face": "in front of a face",
    "world": "in mid-air",
}


@dataclass(frozen=True)
class PageSticker:
    """One sticker as its page shows it; paths are from the page's own folder.

    Attributes:
        id: safe in file names, unique in the pack.
        words: what it shows, for people who hear it read.
        png: the flat cut-out.
        glb: the solid for browsers and Android.
        glb_data: the same file's bytes, for pages opened from a folder.
        usdz: the solid for Apple devices.
        preview: a picture of the solid, shown until the solid is there.
        size_m: width and height in the room.
        provenance: prompt, seed, engines, licences: all that is told of its making.
        motion: how it moves, as the prompt set names it.
        approximate: its subject was not known, and something near it was drawn.
    """

    id: str
    words: str
    png: str
    glb: str
    glb_data: bytes
    usdz: str
    preview: str
    size_m: tuple[float, float]
    provenance: Provenance
    style: str = ""
    emoji: tuple[str, ...] = ()
    anchor: str = "plane"
    alignment: str = "horizontal"
    motion: str = "still"
    approximate: bool = False
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its words, or its name where nobody gave it any: a link must be called something."""
        return self.words.strip() or self.id

    @property
    def is_moving(self) -> bool:
        """Whether there is anything to play."""
        return self.motion != "still"

    @property
    def nearness(self) -> str:
        """How far it is from what was asked for; empty where it shows just that."""
        return ("; ".join(self.notes) or NEAR) if self.approximate else ""

    @property
    def model(self) -> str:
        """The script that holds the solid."""
        return f"models/{self.id}.js"

    @property
    def size(self) -> str:
        """Width and height as people say them: ``20 x 13.4 cm``."""
        width, height = (f"{100 * side:.1f}".removesuffix(".0") for side in self.size_m)
        return f"{width} \N{MULTIPLICATION SIGN} {height} cm"

    @property
    def place(self) -> str:
        """Where AR puts it, in words."""
        if self.is_on_wall:
            return "flat on a wall"
        return PLACES.get(self.anchor, self.anchor)

    @property
    def is_on_wall(self) -> bool:
        """Whether AR should look for a wall."""
        return (self.anchor, self.alignment) == ("plane", "vertical")

    @property
    def engine(self) -> str:
        """Who drew it: the first engine in its making."""
        return next((step.engine for step in self.provenance.steps if step.engine), "")

    @property
    def mark(self) -> tuple[str, str]:
        """What a person is told of the machine's part in it, in short and in a sentence."""
        return MARKS.get(self.provenance.source_type, UNKNOWN_MARK)


@dataclass(frozen=True)
class Refusal:
    """What a platform did not take, and why; without words it is the whole pack."""

    reason: str
    words: str = ""


@dataclass(frozen=True)
class Download:
    """What there is for one platform.

    Attributes:
        label: the platform's name as people know it.
        path: a file; a folder if it ends in a slash; empty if the platform takes no such pack.
        count: how many of the pack's stickers are in it.
        refused: what is not, with reasons.
    """

    label: str
    path: str
    count: int
    refused: tuple[Refusal, ...] = ()

    @property
    def is_folder(self) -> bool:
        """Whether it must be taken from the whole pack: a browser cannot save a folder."""
        return self.path.endswith("/")


@dataclass(frozen=True)
class NotMade:
    """What was asked for and did not become a sticker: why, and what to do about it."""

    words: str
    code: str
    reason: str
    fix: str = ""


@dataclass(frozen=True)
class PackPage:
    """A pack as its page shows it; paths are from the page's own folder.

    Attributes:
        name: as people read it, of any script.
        viewer: Google's model-viewer as one classic script, from the shelf; without it the page
            shows previews and offers all files, but turns nothing around.
        number: which of `of` packs of one set this is.
        whole: the pack as one zip; empty in the page that lies in that zip.
        sheet: the contact sheet.
        about: ``pack.json``.
        all_packs: the index of all packs; empty where there is none.
        not_made: what was set aside on the way.
    """

    name: str
    stickers: tuple[PageSticker, ...]
    downloads: tuple[Download, ...] = ()
    viewer: bytes = b""
    publisher: str = ""
    theme: str = ""
    licence: str = ""
    number: int = 1
    of: int = 1
    whole: str = ""
    sheet: str = ""
    about: str = ""
    all_packs: str = ""
    not_made: tuple[NotMade, ...] = ()

    @property
    def moving(self) -> int:
        """How many stickers move."""
        return sum(sticker.is_moving for sticker in self.stickers)

    @property
    def marks(self) -> tuple[str, ...]:
        """The short marks of all stickers, each once."""
        return tuple(dict.fromkeys(sticker.mark[0] for sticker in self.stickers))

    @property
    def licences(self) -> tuple[str, ...]:
        """Of all weights and art that touched the pack, each once."""
        names = (name for sticker in self.stickers for name in sticker.provenance.licences)
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class PackCard:
    """A pack as the index of all packs shows it; paths are from the index's own folder.

    Attributes:
        path: its page.
        pictures: of a few stickers, the first four are shown.
    """

    name: str
    path: str
    count: int
    pictures: tuple[str, ...] = ()
    publisher: str = ""
    theme: str = ""


def page(pack: PackPage) -> dict[str, bytes]:
    """A pack's page: path from its folder -> bytes, the same for the same pack."""
    index = written("page.html", TEMPLATES, pack=pack, not_made=pack.not_made)
    files = {"index.html": index, **_shared()}
    if pack.viewer:
        files[VIEWER] = pack.viewer
        files |= {sticker.model: model_script(sticker) for sticker in pack.stickers}
    return files


def index_of_packs(
    packs: Sequence[PackCard], *, not_made: Sequence[NotMade] = ()
) -> dict[str, bytes]:
    """The page of several packs, in the order given: path from its folder -> bytes."""
    index = written("index.html", TEMPLATES, packs=packs, not_made=not_made)
    return {"index.html": index, "page/page.css": _shared_css()}


def model_script(sticker: PageSticker) -> bytes:
    """A sticker's solid as a script: it hands the bytes to whoever opened the sticker."""
    return solid_script(sticker.id, sticker.glb_data)


def _shared() -> dict[str, bytes]:
    return {f"page/{name}": (TEMPLATES / name).read_bytes() for name in SHARED}


def _shared_css() -> bytes:
    return (TEMPLATES / "page.css").read_bytes()
