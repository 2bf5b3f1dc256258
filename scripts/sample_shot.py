"""A sample shot whose masks are known: a drawn kangaroo hops through a drawn wood.

Two seconds of a panning camera, a trunk that passes in front, a soft background and film grain,
as an H.264 movie with an order beside it. What belongs here: drawing, and writing both. What does
not: making anything of them (`demo_roto`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import cos, pi, sin
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from maquette.types import Bools, Bytes
from maquette.video.encoding import MoviePlan, MovieWriter
from maquette.video.slates import Slate

SIZE_WH = (960, 540)
FRAMES, RATE = 48, Fraction(24)
FIRST_PLATE = 1001
CORRECTED = 28  # the frame on which somebody clicks: the trunk is in front
FIGURE_PX = 330
GROUND_PX = 452  # where it lands
HOP_PX, HOP_FRAMES = 58, 12
PAN_PX, TRUNK_STEP_PX = 3.2, 27  # a frame: the trunk is near, and so it is quick
TRUNK_FROM_PX, TRUNK_PX = 1180, 120
PART_PX = 400  # smaller parts of a mask are not worth a click
GRAIN = 2.4
SKY, MEADOW = ((196, 214, 208), (240, 229, 200)), ((148, 163, 96), (86, 104, 62))
LAYERS = ((170, "#a9bfae", 60), (228, "#86a68f", 90), (290, "#5f8a6d", 130))  # hills, far to near

ORDER = """\
# Beside {movie}: a box on the first plate, and clicks where a trunk passes in front, which say
# what shows of the object on either side, and that the trunk is not it.
objects:
  - name: kangaroo
    label: animal
    colour: "#00b4ff"
    prompts:
      - {{frame: {first}, box: [{box}]}}
      - {{frame: {corrected}, clicks: {clicks}, not: {off}}}
deliver: [png, exr, qc]
priority: interactive
"""


@dataclass(frozen=True)
class SampleShot:
    """Where the order lies, beside its movie, and what its masks should be."""

    order: Path
    truth: Bools  # (T, H, W)


def write_sample(folder: Path) -> SampleShot:
    """Draw the shot into a folder; the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    movie, masks = folder / "kangaroo.mp4", []
    plan = MoviePlan("h264", SIZE_WH, Slate(RATE, "10:00:00:00"), {"title": "kangaroo"})
    with MovieWriter(movie, plan) as writer:
        for picture, inside in _frames():
            writer.write(picture)
            masks.append(inside)
    truth = np.stack(masks)
    ys, xs = np.nonzero(truth[0])
    box = (xs.min() - 4, ys.min() - 4, xs.max() + 5, ys.max() + 5)
    order = folder / "kangaroo.yaml"
    text = ORDER.format(
        movie=movie.name,
        first=FIRST_PLATE,
        corrected=FIRST_PLATE + CORRECTED,
        box=", ".join(map(str, box)),
        clicks=_middles(truth[CORRECTED]),
        off=[[_trunk_left(CORRECTED) + TRUNK_PX // 2, y] for y in (120, 260, 400)],
    )
    order.write_text(text, encoding="utf-8")
    return SampleShot(order, truth)


def _frames() -> Iterator[tuple[Bytes, Bools]]:
    """Each picture with the figure's true mask."""
    rng = np.random.default_rng(7)
    wood, figure, trunk = _wood(rng), _figure(), _trunk(rng)
    feet = _feet(figure)
    for n in range(FRAMES):
        left = PAN_PX * n
        canvas = wood.transform(
            SIZE_WH, Image.Transform.AFFINE, (1, 0, left, 0, 1, 0), Image.Resampling.BICUBIC
        )
        canvas.alpha_composite(_shadow(n))
        hopping = _hopping(figure, n, feet=feet)
        canvas.alpha_composite(hopping)
        before = Image.new("RGBA", SIZE_WH)
        before.paste(trunk, (_trunk_left(n), 0))
        canvas.alpha_composite(before)
        seen = ImageChops.multiply(hopping.getchannel("A"), ImageOps.invert(before.getchannel("A")))
        grain = rng.normal(0, GRAIN, (SIZE_WH[1], SIZE_WH[0], 1))
        picture = np.asarray(canvas.convert("RGB"), np.float64) + grain
        yield np.clip(np.rint(picture), 0, 255).astype(np.uint8), np.asarray(seen) > 127


def _place(n: int) -> tuple[float, float, float]:
    """Where the figure's feet are on frame n, and how far they are through a hop, 0..1."""
    through = (n % HOP_FRAMES) / HOP_FRAMES
    return 210 + 10.4 * n, GROUND_PX - HOP_PX * sin(pi * through), through


def _feet(figure: Image.Image) -> tuple[float, float]:
    """The lowest point of what is drawn: it stands on it, and leans about it."""
    ys, xs = np.nonzero(np.asarray(figure.getchannel("A")) > 127)
    return float(xs[ys >= ys.max() - 6].mean()), float(ys.max())


def _hopping(figure: Image.Image, n: int, *, feet: tuple[float, float]) -> Image.Image:
    """The figure on frame n: it leans back as it rises and is squashed as it lands."""
    x, y, through = _place(n)
    lean = -0.10 * cos(pi * through)
    tall = 1 + 0.06 * sin(pi * through) - 0.03
    wide = 1 / tall
    # the inverse of: turn and stretch about the feet, then move these to where they stand
    a, b = cos(lean) / wide, sin(lean) / wide
    d, e = -sin(lean) / tall, cos(lean) / tall
    matrix = (a, b, feet[0] - a * x - b * y, d, e, feet[1] - d * x - e * y)
    return figure.transform(SIZE_WH, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)


def _shadow(n: int) -> Image.Image:
    x, y, _ = _place(n)
    near = 1 - 0.5 * (GROUND_PX - y) / HOP_PX
    half = 92 * near
    cover = Image.new("L", SIZE_WH)
    box = (x - half, GROUND_PX - 12 * near, x + half, GROUND_PX + 12 * near)
    ImageDraw.Draw(cover).ellipse(box, fill=round(120 * near))
    dark = Image.new("RGBA", SIZE_WH, (34, 46, 24, 0))
    dark.putalpha(cover.filter(ImageFilter.GaussianBlur(7)))
    return dark


def _figure() -> Image.Image:
    """A kangaroo of the composer's art, lit like a toy."""
    from maquette.engines.composer import realistic
    from maquette.engines.composer.art import Art, as_floats
    from maquette.engines.composer.pixels import Patch, Scene
    from maquette.engines.shelf import shelf_file

    art = Art(shelf_file("composer-art"))
    drawn = art.upright(art.drawing("kangaroo", "soft"), size_px=FIGURE_PX)
    art.close()
    square = Image.fromarray(drawn).resize((FIGURE_PX, FIGURE_PX), Image.Resampling.LANCZOS)
    facing = np.asarray(ImageOps.mirror(square))  # it is drawn looking left, and hops right
    patch = Patch(as_floats(facing), 0, 0, "main")
    lit = realistic.paint(Scene([patch], None, FIGURE_PX, np.random.default_rng(7)))
    return Image.fromarray(np.rint(np.clip(lit, 0, 1) * 255).astype(np.uint8))


def _wood(rng: np.random.Generator) -> Image.Image:
    """The background, wide enough for the pan, a little out of focus."""
    wide, high = SIZE_WH[0] + round(PAN_PX * FRAMES) + 8, SIZE_WH[1]
    picture = _ramp((wide, high), *SKY)
    for top, colour, rough in LAYERS:
        ridge = top + (_noise(rng, (wide, 1), cells=(9, 1))[0] - 0.5) * rough
        ridge += (_noise(rng, (wide, 1), cells=(70, 1))[0] - 0.5) * rough / 4
        points = [(0, high), *enumerate(ridge), (wide, high)]
        ImageDraw.Draw(picture).polygon(points, fill=colour)
    meadow = _ramp((wide, high - 372), *MEADOW)
    picture.paste(meadow, (0, 372))
    texture = sum(
        (_noise(rng, (wide, high), cells=cells) - 0.5) * amount
        for cells, amount in (((14, 8), 26), ((60, 40), 22), ((260, 200), 16))
    )
    rough = np.clip(np.asarray(picture, np.float64) + texture[..., None], 0, 255)
    soft = Image.fromarray(rough.astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.6))
    return soft.convert("RGBA")


def _trunk(rng: np.random.Generator) -> Image.Image:
    """What passes in front: dark bark with soft edges, out of focus."""
    width, high = TRUNK_PX, SIZE_WH[1]
    bark = (
        _noise(rng, (width, high), cells=(14, 6)) * 34
        + _noise(rng, (width, high), cells=(40, 9)) * 22
    )
    colour = np.array([58, 44, 34]) + bark[..., None]
    cover = np.zeros((high, width), np.uint8)
    cover[:, 22 : width - 22] = 255
    rgba = np.dstack([np.clip(colour, 0, 255).astype(np.uint8), cover])
    soft = Image.fromarray(rgba[..., :3]).filter(ImageFilter.GaussianBlur(2))
    soft.putalpha(Image.fromarray(cover).filter(ImageFilter.GaussianBlur(4)))
    return soft


def _trunk_left(n: int) -> int:
    return TRUNK_FROM_PX - TRUNK_STEP_PX * n


def _ramp(size_wh: tuple[int, int], top: tuple[int, ...], bottom: tuple[int, ...]) -> Image.Image:
    two = Image.fromarray(np.array([[top], [bottom]], np.uint8))
    return two.resize(size_wh, Image.Resampling.BILINEAR)


def _noise(
    rng: np.random.Generator, size_wh: tuple[int, int], *, cells: tuple[int, int]
) -> np.ndarray:
    """Soft blotches, 0..1: a few random cells made large."""
    grid = Image.fromarray(rng.random((cells[1], cells[0]), np.float32))
    return np.asarray(grid.resize(size_wh, Image.Resampling.BICUBIC), np.float64)


def _middles(inside: Bools) -> list[list[int]]:
    """The pixel of each part of a mask that is farthest from its edge: where one would click."""
    import cv2

    count, parts = cv2.connectedComponents(inside.astype(np.uint8))
    found: list[list[int]] = []
    for part in (parts == number for number in range(1, count)):
        if part.sum() >= PART_PX:
            depth = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 5)
            y, x = np.unravel_index(int(depth.argmax()), depth.shape)
            found.append([int(x), int(y)])
    return found
