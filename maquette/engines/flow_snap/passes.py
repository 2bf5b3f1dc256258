"""One object followed in one direction: where it went, what looks like it, and the shape of it.

What belongs here: the order of work on a frame, and what to believe of it. What does not: each
step itself, and joining two directions (`maquette.engines.blending`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from maquette.engines.flow_snap.edges import drawn, main_parts
from maquette.engines.flow_snap.likeness import Lesson, Likeness
from maquette.engines.flow_snap.motion import Motion, carried, depth_px
from maquette.engines.flow_snap.sight import Look, Sight
from maquette.engines.flow_snap.windows import Window, around, box_of, longer_px
from maquette.engines.sam2.views import over_white
from maquette.pictures.scaling import resized
from maquette.roles import Tracked
from maquette.types import Bools, Bytes, Floats, Mask, Picture

WORKING_PX = 854  # motion is followed in frames of at most this long side
WINDOW = 1.8  # windows are so many times as large as the object's box
KEY_WINDOWS = (1.5, 1.8, 2.3)  # a key is learnt at several sizes: the object may come nearer
LEAST_WINDOW_PX = 96
# A window shrinks slowly: an object that goes behind a post comes out at its full size.
SHRINKS_TO, GROWS_TO = 0.93, 1.15
NEAR_PX, NEAR_SHARE = 3.0, 0.04  # how fast trust in the place fades beside the carried edge
PLACE_AT_LEAST, PLACE_AT_MOST = -2.0, 3.0
PARTS = 0.15  # parts of the guess smaller than this share of the largest are taken for noise
FEWEST_CELLS = 4  # smaller guesses are no object
SURE_LOGIT = 1.0  # cells nearer to the edge than this are not learnt from
LEARNT_EVERY = 2  # frames: as good as learning from all of them, for half of the work
LEARNT_FROM = 0.5  # frames of less confidence are shown, not learnt from
# How much like on the keys, of 1, a mask may look without a doubt: bodies turn, light changes.
LIKE_ENOUGH = 0.6
# A frame teaches only while the object keeps its size: what is half hidden, or has taken in its
# neighbour, would be learnt as it is.
SIZE_AT_LEAST, SIZE_AT_MOST = 0.6, 1.6
SIZES_KEPT = 5
LOGIT_AT_MOST = 8.0


def taught(frames: Sequence[Picture], keys: Mapping[int, Mask], sight: Sight) -> Likeness:
    """What the object looks like on its keys, none of which is empty."""
    lessons = (lesson for n in sorted(keys) for lesson in _lessons(frames[n], keys[n], sight))
    return Likeness(lessons, ridge=sight.trust.ridge)


def follow(
    frames: Sequence[Picture], first: Mask, *, likeness: Likeness, sight: Sight
) -> Iterator[Tracked]:
    """One answer per frame in the order given, each made when it is asked for.

    Args:
        frames: in the order of travel.
        first: the mask on the first of them, not empty.
        likeness: of the object; it learns on the way.
        sight: what to look with.
    """
    pursuit = _Pursuit(over_white(frames[0]), first.inside, likeness=likeness, sight=sight)
    yield Tracked(first, 1.0)
    for n in range(1, len(frames)):
        yield pursuit.onward(over_white(frames[n]))


def _lessons(picture: Picture, key: Mask, sight: Sight) -> Iterator[Lesson]:
    rgb = over_white(picture)
    box = box_of(key.inside)
    for times in KEY_WINDOWS:
        side_px = max(longer_px(box) * times, LEAST_WINDOW_PX)
        window = around(box, side_px=side_px, size_wh=picture.size_wh)
        look = sight.look(window.cut(rgb))
        inside = _in_cells(key.inside.astype(np.float32), window, look)
        yield Lesson(look.cells, inside.ravel(), _every_other(look.grid_hw).ravel())


def _in_cells(values: Floats, window: Window, look: Look) -> Floats:
    """(rows, columns): a whole frame's map, as the cells of a look into its window see it."""
    return resized(np.ascontiguousarray(values[window.slices()]), look.grid_wh)


def _every_other(grid_hw: tuple[int, ...]) -> Bools:
    """(rows, columns) bool, a chequerboard: neighbours say nearly the same, half are enough."""
    rows, columns = np.indices(grid_hw)
    return (rows + columns) % 2 == 0


class _Guess(NamedTuple):
    """What motion and likeness say of one window."""

    look: Look
    logits: Floats  # (rows, columns) float32, positive where the object may be


class _Find(NamedTuple):
    """What was found in a window, cell by cell."""

    cells: Floats  # (N, C) float32
    logits: Floats  # (rows, columns) float32
    inside: Floats  # (rows, columns) float32, how much of each cell the mask holds


class _Pursuit:
    """What is known of the object while it is followed.

    Frames are worked on at two sizes: motion at the working size, windows cut from the full one,
    so that a small object in a large frame keeps its detail.
    """

    def __init__(self, rgb: Bytes, inside: Bools, *, likeness: Likeness, sight: Sight) -> None:
        self._likeness, self._sight = likeness, sight
        self._scale = min(1.0, WORKING_PX / max(rgb.shape[:2]))
        self._motion = Motion(self._small(rgb))
        self._inside = self._small_mask(inside)
        self._box = box_of(inside)
        self._side_px = longer_px(self._box) * WINDOW
        self._found = 0
        self._sizes = deque([float(np.count_nonzero(inside))], maxlen=SIZES_KEPT)

    def onward(self, rgb: Bytes) -> Tracked:
        """The object on the next frame."""
        depth = self._carried(rgb)
        window = self._window(depth, size_wh=(rgb.shape[1], rgb.shape[0]))
        seen = window.cut(rgb)
        guess = self._guess(seen, depth, window=window)
        if np.count_nonzero(guess.logits > 0) < FEWEST_CELLS:
            return self._lost(rgb)
        coarse = resized(guess.logits, (2 * guess.look.grid_hw[1], 2 * guess.look.grid_hw[0]))
        fine = _settled(coarse, self._sight.shapes(guess.look, guess.logits))
        found = drawn(fine, seen, window=window, snap_px=self._sight.trust.snap_px)
        inside = np.zeros(rgb.shape[:2], np.bool_)
        inside[window.slices()] = found
        find = _Find(
            guess.look.cells,
            resized(fine, guess.look.grid_wh),
            resized(found.astype(np.float32), guess.look.grid_wh),
        )
        confidence = self._confidence(find)
        self._remember(inside, find, confidence=confidence)
        return Tracked(Mask(inside), confidence)

    def _carried(self, rgb: Bytes) -> Floats:
        """(h, w) float32 at the working size: how deep inside the object flow says a pixel is."""
        flow = self._motion.onward(self._small(rgb))
        moved = carried(depth_px(self._inside), flow)
        # Flow that loses a small fast thing sends it out of the world: then it stays where it was.
        return moved if (moved > 0).any() or not self._inside.any() else depth_px(self._inside)

    def _window(self, depth: Floats, *, size_wh: tuple[int, int]) -> Window:
        inside = main_parts(depth > 0, least=PARTS)
        if inside.any():
            x0, y0, x1, y1 = box_of(inside)
            self._box = (x0 / self._scale, y0 / self._scale, x1 / self._scale, y1 / self._scale)
            needed_px = longer_px(self._box) * WINDOW
            self._side_px = max(needed_px, self._side_px * SHRINKS_TO)
        self._side_px = min(max(self._side_px, LEAST_WINDOW_PX), float(max(size_wh)))
        return around(self._box, side_px=self._side_px, size_wh=size_wh)

    def _guess(self, seen: Bytes, depth: Floats, *, window: Window) -> _Guess:
        look = self._sight.look(seen)
        like = self._likeness.of(look.cells).reshape(look.grid_hw)
        near_px = NEAR_PX + NEAR_SHARE * float(np.sqrt(max(np.count_nonzero(depth > 0), 1)))
        place = np.clip(depth / np.float32(near_px), PLACE_AT_LEAST, PLACE_AT_MOST)
        small = window.scaled(self._scale, size_wh=(depth.shape[1], depth.shape[0]))
        trust = self._sight.trust
        logits = trust.likeness * like + trust.place * _in_cells(place, small, look)
        main = main_parts(logits > 0, least=PARTS)
        return _Guess(look, np.where(main | (logits <= 0), logits, -1).astype(np.float32))

    def _lost(self, rgb: Bytes) -> Tracked:
        """Nothing looks like it: the window grows about its last place until something does."""
        self._side_px *= GROWS_TO
        self._inside = np.zeros_like(self._inside)
        return Tracked(Mask(np.zeros(rgb.shape[:2], np.bool_)), 0.0)

    def _confidence(self, find: _Find) -> float:
        """0..1: how decided the mask is, times how much what it holds looks like on the keys.

        Against the truth of twenty clips this goes with J (correlation 0.8); agreement of the
        witnesses does not: they are wrong together.
        """
        share = _sigmoid(find.logits)
        decided = np.minimum(share, find.inside).sum() / np.maximum(share, find.inside).sum()
        like = self._likeness.as_on_keys(find.cells).reshape(find.inside.shape)
        alike = (like * find.inside).sum() / max(float(find.inside.sum()), 1e-6)
        return float(decided * np.clip(alike + 1 - LIKE_ENOUGH, 0, 1))

    def _remember(self, inside: Bools, find: _Find, *, confidence: float) -> None:
        self._inside = self._small_mask(inside)
        size = float(np.count_nonzero(inside))
        usual = float(np.median(self._sizes))
        keeps_size = SIZE_AT_LEAST < size / usual < SIZE_AT_MOST
        # A jump in size is believed slowly: most are the object half hidden, some are real.
        self._sizes.append(size if keeps_size else 0.9 * usual + 0.1 * size)
        self._found += 1
        if self._found % LEARNT_EVERY == 1 and keeps_size and confidence > LEARNT_FROM:
            sure = (np.abs(find.logits) > SURE_LOGIT) & _every_other(find.inside.shape)
            self._likeness.learn(Lesson(find.cells, find.inside.ravel(), sure.ravel()))

    def _small(self, rgb: Bytes) -> Bytes:
        if self._scale == 1:
            return rgb
        size_wh = _scaled_wh(rgb.shape, self._scale)
        return np.asarray(cv2.resize(rgb, size_wh, interpolation=cv2.INTER_AREA), np.uint8)

    def _small_mask(self, inside: Bools) -> Bools:
        if self._scale == 1:
            return inside
        share = resized(inside.astype(np.float32), _scaled_wh(inside.shape, self._scale))
        return share > min(0.5, 0.9 * float(share.max()))


def _scaled_wh(shape: tuple[int, ...], scale: float) -> tuple[int, int]:
    return max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale))


def _settled(coarse: Floats, shapes: Floats) -> Floats:
    """The shape that fits the guess best, and the guess, together; the guess alone without one."""
    if not len(shapes):
        return coarse
    shapes = np.stack([resized(shape, (coarse.shape[1], coarse.shape[0])) for shape in shapes])
    likely, drawn_so = _sigmoid(coarse), _sigmoid(shapes)
    both = np.minimum(drawn_so, likely).sum((1, 2))
    fits = both / np.maximum(np.maximum(drawn_so, likely).sum((1, 2)), 1e-6)
    best = int(fits.argmax())
    # A shape that hardly fits is another thing: it fades out below 0.7 and is silent below 0.3.
    say = np.clip((fits[best] - 0.3) / 0.4, 0, 1)
    mixed = say * np.clip(shapes[best], -LOGIT_AT_MOST, LOGIT_AT_MOST) + coarse
    return (0.5 * mixed).astype(np.float32)


def _sigmoid(logits: Floats) -> Floats:
    return (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)
