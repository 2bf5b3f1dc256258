"""Layers to a finished sticker: colours chosen, styles applied, die-cut border laid under.

What belongs here: what all four styles share, and the table that makes four copies of one
prompt four different stickers. What does not: any one style's paint.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from maquette.engines.composer import art_style, cartoon, cyberpunk, realistic
from maquette.engines.composer.art import Art, Layer, as_floats, rasterise, warp
from maquette.engines.composer.backdrops import backdrop
from maquette.engines.composer.colour import coated, oklab, rainbowed, tinted, turned
from maquette.engines.composer.composing import (
    KEEPS_UPRIGHT,
    Pose,
    choose_set,
    compose,
    fitted,
    outline_points,
)
from maquette.engines.composer.parsing import Plan
from maquette.engines.composer.pixels import Patch, Scene, die_cut
from maquette.roles import ImageRequest
from maquette.types import Bytes, Floats

MARGIN_PX = 40  # at 1024: outlines, glows and shadows reach past a drawing


@dataclass(frozen=True)
class Style:
    """A style: its paint, the drawings it starts from, its backdrops and its border."""

    paint: Callable[[Scene], Floats]
    sets: Sequence[str]
    backdrops: Sequence[str]
    border_rgb: tuple[float, float, float] = (1.0, 1.0, 1.0)
    border_px: float = 22.0


STYLES: dict[str, Style] = {
    "art_style": Style(art_style.paint, art_style.SETS, ("blob", "hills", "cloud", "rays")),
    "realistic": Style(realistic.paint, realistic.SETS, ("", "stripes", "cloud", "blob")),
    "cartoon": Style(cartoon.paint, cartoon.SETS, ("", "rays", "blob", "confetti")),
    "cyberpunk": Style(
        cyberpunk.paint, cyberpunk.SETS, ("card",) * 4, border_rgb=(0.05, 0.03, 0.12), border_px=14
    ),
}
BACKDROP_HUES = (235.0, 345.0, 72.0, 160.0, 300.0, 30.0)
# copy 0 keeps its own colours; the others change coat (fur), or hue (scales, things)
COATS = ((-0.05, 0.2), (0.12, 0.45), (-0.2, 0.35))  # lighter by, chroma times: grey, cream, dark
TURNS_DEG = (110.0, 200.0, -60.0)
PART_TURN_DEG = 80.0


@dataclass(frozen=True)
class Variation:
    """Which of the different stickers for one prompt this is."""

    style: str
    size_px: int
    copy: int
    walk: int  # the copy, started elsewhere for every prompt so that a pack is not monotonous
    seed: int
    is_alone: bool

    def rng(self, purpose: str) -> np.random.Generator:
        """Chance for one purpose; another purpose's draws do not move it."""
        name = zlib.crc32(f"{self.style}/{purpose}".encode())
        return np.random.default_rng([self.seed & (2**64 - 1), self.copy, name])


def variation(request: ImageRequest) -> Variation:
    """The variation that a request asks for."""
    start = zlib.crc32(" ".join(request.prompt.lower().split()).encode("utf-8", "replace"))
    copy = request.copy
    return Variation(
        request.style, request.size_px, copy, copy + start, request.seed, request.alone
    )


def make_sticker(plan: Plan, art: Art, chosen: Variation) -> Bytes:
    """A plan painted: (S, S, 4) uint8, the alpha being the exact cut."""
    style = STYLES[chosen.style]
    kind = "" if chosen.is_alone else _backdrop_kind(plan, style, chosen)
    shift = chosen.copy % 2
    wanted = [*style.sets[shift:], *style.sets[:shift], "flat", "noto", "soft"]
    which = choose_set(plan, art, wanted=list(dict.fromkeys(wanted)))
    group = compose(plan, art, which=which, rng=chosen.rng("layers"))
    if chosen.is_alone:  # loose stars and hearts would be solids of their own
        group = [layer for layer in group if layer.role != "prop"]
    pose = _pose(plan, chosen, has_backdrop=bool(kind))
    layers = fitted(group, pose=pose, size_px=chosen.size_px)
    patches = [_coloured(_patch(layer, art, chosen), layer, plan, chosen) for layer in layers]
    behind = _backdrop_patch(kind, chosen) if kind else None
    scene = Scene(patches, behind, chosen.size_px, chosen.rng("paint"))
    painted = style.paint(scene)
    if chosen.is_alone:
        return as_bytes(painted)
    cut = die_cut(
        painted,
        colour=style.border_rgb,
        border_px=style.border_px * scene.k,
        close_px=30 * scene.k,
    )
    return as_bytes(cut)


def as_bytes(frame: Floats) -> Bytes:
    """(S, S, 4) 0..1 as bytes."""
    return np.asarray(np.rint(np.clip(frame, 0, 1) * 255), np.uint8)


def _backdrop_kind(plan: Plan, style: Style, chosen: Variation) -> str:
    if "card" in style.backdrops:
        return "card"
    return plan.backdrop or style.backdrops[chosen.walk % 4]


def _pose(plan: Plan, chosen: Variation, *, has_backdrop: bool) -> Pose:
    rng = chosen.rng("pose")
    tilt = float(rng.uniform(3, 10)) * (-1) ** (chosen.walk // 2)
    if chosen.is_alone:
        return Pose(0.0, is_mirrored=False, share=0.86)
    upright = plan.subject in KEEPS_UPRIGHT
    return Pose(
        tilt_deg=tilt / 3 if upright else tilt,
        is_mirrored=chosen.walk % 2 == 1 and not upright,
        share=0.78 if has_backdrop else 0.86,
    )


def _patch(layer: Layer, art: Art, chosen: Variation) -> Patch:
    """The layer's pixels, cut out of the frame with a margin."""
    margin = MARGIN_PX * chosen.size_px / 1024
    points = outline_points(layer)
    low = np.clip(np.floor(points.min(0) - margin), 0, chosen.size_px - 1).astype(int)
    high = np.clip(np.ceil(points.max(0) + margin), low + 1, chosen.size_px).astype(int)
    matrix = layer.matrix.copy()
    matrix[:, 2] -= low
    moved = Layer(layer.look, matrix, layer.role, layer.z)
    rgba = warp(art, moved, into_wh=(int(high[0] - low[0]), int(high[1] - low[1])))
    if layer.role == "lens":  # one looks through glasses
        rgba[..., 3] *= 1 - 0.62 * (oklab(rgba[..., :3])[..., 0] > 0.62)
    return Patch(rgba, int(low[0]), int(low[1]), layer.role)


def _coloured(patch: Patch, layer: Layer, plan: Plan, chosen: Variation) -> Patch:
    """A colour that was asked for wins; food keeps its own; copies differ in the rest."""
    if layer.tint_deg is not None:
        return patch.painted(tinted(patch.rgba, layer.tint_deg))
    step = chosen.copy % 4
    if layer.is_worn and step:
        return patch.painted(turned(patch.rgba, PART_TURN_DEG * step))
    if layer.role != "main":
        return patch
    if plan.is_rainbow:
        return patch.painted(rainbowed(patch.rgba))
    if plan.tint_deg is not None:
        return patch.painted(tinted(patch.rgba, plan.tint_deg))
    if step and plan.is_animal:
        lighter, chroma = COATS[step - 1]
        turn = TURNS_DEG[step - 1]
        return patch.painted(coated(patch.rgba, lighter=lighter, chroma=chroma, turn_deg=turn))
    return patch


def _backdrop_patch(kind: str, chosen: Variation) -> Patch:
    rng = chosen.rng("backdrop")
    hue = BACKDROP_HUES[(chosen.walk + chosen.walk // 7) % len(BACKDROP_HUES)]
    drawing = backdrop(kind, hue_deg=hue, shape=chosen.walk, rng=rng)
    rgba = as_floats(rasterise(drawing, size_px=chosen.size_px))
    return Patch(rgba, 0, 0, "back")
