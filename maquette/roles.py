"""The roles engines play, as small typed protocols, and what every engine says of itself.

An engine implements one role. It loads its weights on first use, is used by one thread at a
time unless `EngineInfo.parallel` says otherwise, and frees everything in `close`. What belongs
here: the protocols. What does not: any engine, and the table that names them
(`maquette.engines`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from maquette.types import Animation, Face, Floats, Mask, Matte, Mesh, Picture


@dataclass(frozen=True)
class EngineInfo:
    """What an engine is, known without loading it: it is part of every recipe.

    Attributes:
        name: as users pick it: ``composer``, ``flux-schnell``.
        version: of our code; raise it when its results change.
        weights: file name -> sha256 (or publisher's revision) of what it loads.
        licences: of the weights and art, as SPDX names.
        config: settings that change the result.
        batch_size: how many items it likes at once.
        parallel: how many threads may call it at once; 1 for anything on a GPU.
        source_type: IPTC digital source type of what it makes, empty if it makes no picture.
    """

    name: str
    version: str
    weights: dict[str, str] = field(default_factory=dict)
    licences: tuple[str, ...] = ()
    config: dict[str, Any] = field(default_factory=dict)
    batch_size: int = 1
    parallel: int = 1
    source_type: str = ""


class Engine(Protocol):
    """What every engine has, whatever its role."""

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine; asking loads nothing."""
        ...

    def close(self) -> None:
        """Free memory and handles; the engine may be used again and then loads anew."""
        ...


@dataclass(frozen=True)
class ImageRequest:
    """One picture to make.

    Attributes:
        alone: the subject upright and nothing else, without the frills of a sticker: it is to
            become a solid.
    """

    prompt: str
    style: str  # art_style, realistic, cartoon, cyberpunk
    size_px: int  # square
    seed: int
    copy: int = 0  # 0 .. count-1: copies of one prompt are meant to differ clearly
    alone: bool = False


@dataclass(frozen=True)
class MadePicture:
    """A picture and what its engine says about it.

    Attributes:
        native_alpha: the alpha is the engine's own and exact, no mask needs to be found.
        approximate: the engine did not know the subject and drew something near.
        notes: plain sentences for the item, such as ``'capybara' is drawn as hamster``.
        emoji: the nearest emoji to what was drawn, if the engine knows.
    """

    picture: Picture
    native_alpha: bool = False
    approximate: bool = False
    notes: tuple[str, ...] = ()
    emoji: str = ""
    scores: dict[str, float] = field(default_factory=dict)


@runtime_checkable
class ImageGenerator(Engine, Protocol):
    """Words to pictures."""

    def generate(self, requests: Sequence[ImageRequest]) -> list[MadePicture | Exception]:
        """One answer per request, in order; an item that fails is an exception in its place."""
        ...


@dataclass(frozen=True)
class Prompts:
    """What a person points at in a picture; pixel coordinates, all optional."""

    points_xy: tuple[tuple[float, float], ...] = ()
    labels: tuple[int, ...] = ()  # 1 keep, 0 leave out; one per point
    boxes_xyxy: tuple[tuple[float, float, float, float], ...] = ()


@runtime_checkable
class Segmenter(Engine, Protocol):
    """Picture to confidence that each pixel belongs to the subject."""

    def segment(self, pictures: Sequence[Picture], prompts: Sequence[Prompts]) -> list[Floats]:
        """One (H, W) float32 map in 0..1 per picture; empty prompts mean the salient subject."""
        ...


@runtime_checkable
class Matter(Engine, Protocol):
    """Hard mask to soft matte."""

    def refine(self, picture: Picture, mask: Mask, *, edge_px: int) -> Matte:
        """A matte that differs from the mask only within `edge_px` of its edge."""
        ...


@dataclass(frozen=True)
class Detection:
    """One thing that a text names, found in a picture."""

    box_xyxy: tuple[float, float, float, float]
    score: float  # 0..1
    label: str  # what the engine calls it


@dataclass(frozen=True)
class Detections:
    """What was found, the surest first; the notes say what the engine did not understand."""

    found: tuple[Detection, ...] = ()
    notes: tuple[str, ...] = ()


@runtime_checkable
class Detector(Engine, Protocol):
    """Words to boxes."""

    def detect(self, picture: Picture, text: str) -> Detections:
        """The things in the picture that the text names."""
        ...


@dataclass(frozen=True)
class Tracked:
    """One object on one frame.

    Attributes:
        confidence: 0..1, how sure the tracker is of this mask; 1 on a key.
        hidden: the object cannot be seen here; the mask is empty.
        returned: the object is seen again after frames on which it was hidden.
    """

    mask: Mask
    confidence: float
    hidden: bool = False
    returned: bool = False


@runtime_checkable
class Tracker(Engine, Protocol):
    """Masks on keys to masks on every frame between them."""

    def track(self, frames: Sequence[Picture], keys: Mapping[int, Mask]) -> Iterator[Tracked]:
        """One answer per frame, in order, each with a mask of the frame's own size.

        Args:
            frames: decoded when they are indexed and not kept: hold few at a time.
            keys: index into frames -> the mask that holds there; the first or the last frame, or
                both. Between two keys the nearer one counts more, without a jump.
        """
        ...


@dataclass(frozen=True)
class ShapeRequest:
    """One solid to make from a picture.

    Attributes:
        cutout: the subject with straight alpha; what is see-through is not a part of it.
        relief: how much of the depth follows the picture's own light and dark, 0..1; engines
            that see depth by themselves do without it.
    """

    cutout: Picture
    seed: int
    relief: float = 0.0


@dataclass(frozen=True)
class ShapedMesh:
    """A solid and what its engine says about it; its size means nothing yet.

    Attributes:
        mesh: upright, facing +z.
        notes: plain sentences for the item.
    """

    mesh: Mesh
    notes: tuple[str, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)


@runtime_checkable
class Shaper(Engine, Protocol):
    """Picture to a mesh with a texture or colours."""

    def shape(self, requests: Sequence[ShapeRequest]) -> list[ShapedMesh | Exception]:
        """One answer per request, in order; an item that fails is an exception in its place."""
        ...


@dataclass(frozen=True)
class MendedMesh:
    """A mesh that encloses a volume, and what that took.

    Attributes:
        mesh: closed, manifold and oriented on its position-merged float32 points.
        step: the rung of the ladder that did it: ``as-is`` where nothing was wrong.
        found: what was wrong, by count: open edges, flipped faces, bodies, ...
        done: plain sentences, in order.
    """

    mesh: Mesh
    step: str
    found: dict[str, int] = field(default_factory=dict)
    done: tuple[str, ...] = ()


@runtime_checkable
class Mender(Engine, Protocol):
    """Any mesh to one that can be printed."""

    def mend(self, mesh: Mesh) -> MendedMesh:
        """The mesh as a solid, as near to what it was as can be.

        Raises a coded error where nothing encloses a volume, or a native library fell or hung.
        """
        ...


@dataclass(frozen=True)
class AnimateRequest:
    """One clip to make a moving mesh from.

    Attributes:
        frames: cut-outs of one size with straight alpha, decoded when they are indexed; one with
            nothing opaque in it tells nothing.
        rate: frames per second.
        mode: ``default``, ``fast``, ``low_ram`` or ``fast_low_ram``.
        faces_at_most: of the mesh.
        steps: of an engine that works in steps; 0 leaves it to the mode.
        model: to be moved instead of one made from the clip.
    """

    frames: Sequence[Picture]
    rate: float
    seed: int
    mode: str = "default"
    faces_at_most: int = 16_000
    steps: int = 0
    model: Mesh | None = None


@dataclass(frozen=True)
class AnimatedMesh:
    """A moving mesh and what its engine says about it.

    Attributes:
        animation: one pose per frame of the request; standing on y = 0 where it is lowest.
        notes: plain sentences for the item.
        scores: what it took: ``seconds_<step>``, ``gpu_memory_gb``.
    """

    animation: Animation
    notes: tuple[str, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)


@runtime_checkable
class Animator(Engine, Protocol):
    """A clip of one subject to a mesh that moves as it does."""

    def animate(self, request: AnimateRequest) -> AnimatedMesh:
        """The moving mesh; long work tells how far it is through ``logging``."""
        ...


@runtime_checkable
class FaceFinder(Engine, Protocol):
    """Picture to the human faces in it."""

    def find(self, picture: Picture) -> list[Face]:
        """Every face that was found, the largest first."""
        ...


@dataclass(frozen=True)
class StyleRequest:
    """One head to draw anew.

    Attributes:
        cutout: a head with straight alpha.
        face: whose landmarks are pixels of the cut-out.
        style: one of those that the engine knows.
    """

    cutout: Picture
    face: Face
    style: str
    seed: int


@runtime_checkable
class Stylist(Engine, Protocol):
    """Photo of a head to a cartoon of it, in the same place."""

    @property
    def styles(self) -> tuple[str, ...]:
        """What it can draw; the first is the default."""
        ...

    def stylise(self, requests: Sequence[StyleRequest]) -> list[Picture | Exception]:
        """One answer per request, of its size; an item that fails is an exception in its place."""
        ...


@runtime_checkable
class StyleJudge(Engine, Protocol):
    """Says how well a drawing keeps to the style that was asked for."""

    @property
    def measure(self) -> str:
        """What its figure measures, in a few words."""
        ...

    def judge(self, photo: Picture, drawn: Picture, *, style: str) -> float:
        """0..1, where 1 is wholly in the style; the photo is what was drawn."""
        ...


@runtime_checkable
class FaceRecogniser(Engine, Protocol):
    """Faces to unit vectors that lie close together for one person."""

    def recognise(self, picture: Picture, face: Face) -> Floats:
        """(D,) float32, length one."""
        ...


@runtime_checkable
class Embedder(Engine, Protocol):
    """Sentences to unit vectors."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """(N, D) float32, length one each."""
        ...
