"""Fitting: a cut-out as a sticker file that a platform takes, as fine as its byte limit allows.

The search asks for the finest setting first; if that is too large, it gives way in the order in
which people notice least: quality or colours, then pictures a second, then the art's size on its
canvas. Nothing too large is ever returned. What belongs here: placing and searching. What does
not: how bytes are written (`maquette.packs.coders`), any platform's numbers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from PIL import Image

from maquette.batch.stages import Made
from maquette.errors import InputError
from maquette.packs.coders import FILM_CODERS, STILL_CODERS, Coder, Timing, frames_in, read_frames
from maquette.packs.limits import SUFFIXES, ArtRule, Limits, Play
from maquette.packs.webm import read_webm
from maquette.pictures.frames import AIR_SHARE, frames_of
from maquette.solids.motions import STILL, motion_of
from maquette.types import Bytes, File, Picture

T = TypeVar("T")
SHRINKS = (1.0, 0.85, 0.7)  # of a still; smaller than that is another sticker
# of a film, pictures a second and size: jerks are noticed sooner than a little air
FILM_PLANS = (
    *((20, 1.0), (15, 1.0), (12, 1.0), (10, 1.0)),
    *((10, 0.85), (8, 0.85), (8, 0.7), (6, 0.6)),
)
UNFIT_FIX = "use calmer art: flat colours instead of grain and noise"


class Plan(NamedTuple):
    """What is drawn before it is written: how many frames, how large on the canvas."""

    frames: int
    shrink: float


@dataclass(frozen=True)
class Fitted:
    """A file that keeps its rule, and what had to give way for it (empty if nothing had)."""

    data: bytes
    suffix: str
    gave: str = ""


def fit(cutout: Picture, *, motion: str, limits: Limits, name: str) -> Made:
    """The sticker as the object `name`, for platforms that take one file per sticker."""
    (fitted,) = fit_all(cutout, motion=motion, limits=limits)
    return as_made(name, fitted.suffix, fitted.data, (fitted,))


def as_made(name: str, suffix: str, data: bytes, fitted: Sequence[Fitted]) -> Made:
    """A stage's answer: the file, its size, and what people should know of its making."""
    notes = tuple(one.gave for one in fitted if one.gave)
    return Made({name: File(data, suffix)}, scores={f"{name}_bytes": len(data)}, notes=notes)


def fit_all(cutout: Picture, *, motion: str, limits: Limits) -> list[Fitted]:
    """One file for each size the platform knows.

    Raises InputError: CUTOUT_EMPTY where nothing shows, STICKER_UNFIT where nothing fits.
    """
    rules = limits.rules(moving=motion != STILL)
    return [_squeezed(cutout, motion=motion, rule=rule, platform=limits.name) for rule in rules]


def _squeezed(cutout: Picture, *, motion: str, rule: ArtRule, platform: str) -> Fitted:
    if rule.play is None:
        plans = [Plan(1, shrink) for shrink in SHRINKS]
        coder, seconds, plays = STILL_CODERS[rule.kind], 0.0, 0
    else:
        seconds = _round_s(motion, rule.play)
        plans, plays = _film_plans(rule.play, seconds), _plays(rule.play, seconds)
        coder = FILM_CODERS[rule.kind]

    @functools.cache
    def drawn(plan: Plan) -> list[Bytes]:
        return _drawn(cutout, plan, motion=motion, rule=rule)

    @functools.cache
    def written(plan: Plan, setting: int) -> bytes:
        timing = Timing.of(plan.frames, seconds=seconds, plays=plays)
        return coder.write(drawn(plan), setting, timing)

    plan, setting = _finest(plans, coder, written, rule=rule, platform=platform)
    if rule.play is not None and rule.kind != "webm":
        _refuse_rest(written(plan, setting), rule.play, platform=platform)
    gave = _told(plan, setting, plans=plans, coder=coder)
    note = f"{platform}: {gave}, to keep {rule.most_bytes:,} bytes" if gave else ""
    return Fitted(written(plan, setting), SUFFIXES[rule.kind], note)


def _finest(
    plans: Sequence[Plan],
    coder: Coder,
    written: Callable[[Plan, int], bytes],
    *,
    rule: ArtRule,
    platform: str,
) -> tuple[Plan, int]:
    """The first plan that can be kept at all, at the finest setting that keeps it."""
    if rule.keeps(written(plans[0], coder.settings[0])):
        return plans[0], coder.settings[0]
    coarsest = coder.settings[-1]
    plan = _first(plans, lambda one: rule.keeps(written(one, coarsest)))
    if plan is None:
        least = len(written(plans[-1], coarsest))
        raise InputError(
            "STICKER_UNFIT",
            f"{platform} takes {rule.most_bytes:,} bytes at {rule.size_wh[0]} × "
            f"{rule.size_wh[1]} px; with {coder.told(coarsest)} and the art at "
            f"{plans[-1].shrink:.0%} it still has {least:,}",
            fix=UNFIT_FIX,
        )
    setting = _first(coder.settings, lambda one: rule.keeps(written(plan, one)))
    return plan, coarsest if setting is None else setting


def _first(options: Sequence[T], fits: Callable[[T], bool]) -> T | None:
    """The first option that fits, found by halving: each is taken for smaller than the last.

    Where that is not quite so, a finer one may be missed, never a limit: what is returned fits.
    """
    if not fits(options[-1]):
        return None
    low, high = 0, len(options) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(options[middle]) else (middle + 1, high)
    return options[high]


def _film_plans(play: Play, seconds: float) -> list[Plan]:
    """Ever fewer pictures a second and ever smaller art, within what the platform plays."""
    most = play.most or round(play.most_s * play.most_fps)
    plans = [
        Plan(max(play.fewest, min(most, int(seconds * min(fps, play.most_fps)))), shrink)
        for fps, shrink in FILM_PLANS
    ]
    return list(dict.fromkeys(plans))


def _round_s(motion: str, play: Play) -> float:
    """How long one round lasts."""
    keys = motion_of(motion)
    assert keys is not None, "a film was asked of a still"
    seconds = float(keys.times_s[-1])
    if play.whole_seconds:
        # half a second up: slower looks calmer than faster
        seconds = max(1.0, float(int(seconds + 0.5)))
    return min(seconds, play.most_s)


def _plays(play: Play, seconds: float) -> int:
    return min(play.most_plays, int(play.most_s / seconds))


def _refuse_rest(data: bytes, play: Play, *, platform: str) -> None:
    """Writers merge frames that are equal; what is left must still be a film."""
    differing = frames_in(data)
    if differing < play.fewest:
        raise InputError(
            "STICKER_UNFIT",
            f"{platform} takes moving stickers of {play.fewest} pictures or more, and this one "
            f"shows its motion in {differing}",
            fix="use another motion, or larger art with more shape",
        )


def _told(plan: Plan, setting: int, *, plans: Sequence[Plan], coder: Coder) -> str:
    """What gave way, in words; the setting only where colours or quality suffer visibly."""
    parts: list[str] = []
    if coder.settings.index(setting) > len(coder.settings) // 2:
        parts.append(coder.told(setting))
    if plan.frames < plans[0].frames:
        parts.append(f"{plan.frames} pictures a round instead of {plans[0].frames}")
    if plan.shrink < 1:
        parts.append(f"art at {plan.shrink:.0%}")
    return ", ".join(parts)


def _drawn(cutout: Picture, plan: Plan, *, motion: str, rule: ArtRule) -> list[Bytes]:
    """The art on its canvas, at each moment of its motion."""
    if rule.play is None:
        return [placed(cutout, rule, shrink=plan.shrink)]
    box_px = min(rule.box_wh) * plan.shrink
    # the air that frames come with is cut off again: the rule has its own margin
    side_px = int(box_px / (1 - 2 * AIR_SHARE))
    moments = frames_of(cutout, motion=motion, size_px=side_px, frames=plan.frames)
    return [_centred(moment.rgba, rule.size_wh) for moment in moments]


def placed(cutout: Picture, rule: ArtRule, *, shrink: float = 1.0) -> Bytes:
    """(H, W, 4) the canvas with the art as large as the margin lets it be, in the middle."""
    alpha = cutout.rgba[..., 3]
    rows, columns = (np.flatnonzero(alpha.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        raise InputError(
            "CUTOUT_EMPTY", "nothing of the sticker can be seen", fix="check the item's mask"
        )
    art = cutout.rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    factor = shrink * min(
        box / side for box, side in zip(rule.box_wh, (art.shape[1], art.shape[0]), strict=True)
    )
    return _centred(_scaled(art, factor), rule.size_wh)


def _scaled(art: Bytes, factor: float) -> Bytes:
    size_wh = (max(1, int(art.shape[1] * factor)), max(1, int(art.shape[0] * factor)))
    image = Image.fromarray(np.ascontiguousarray(art))
    # Pillow weighs colours by alpha on its own
    return np.array(image.resize(size_wh, Image.Resampling.LANCZOS, reducing_gap=3.0))


def _centred(art: Bytes, size_wh: tuple[int, int]) -> Bytes:
    """Art in the middle of a clear canvas; what hangs over is air and is left away."""
    width, height = size_wh
    over_x, over_y = max(0, art.shape[1] - width), max(0, art.shape[0] - height)
    seen = art[over_y // 2 : over_y // 2 + height, over_x // 2 : over_x // 2 + width]
    canvas = np.zeros((height, width, 4), np.uint8)
    top, left = (height - seen.shape[0]) // 2, (width - seen.shape[1]) // 2
    canvas[top : top + seen.shape[0], left : left + seen.shape[1]] = seen
    return canvas


def reduced(data: bytes, rule: ArtRule, *, platform: str) -> bytes:
    """A sticker file of ours, made into a cover, tray or icon by a rule of its own."""
    frames, timing = _opened(data)
    shown = [_whole(frame, rule) for frame in frames]
    coder = (FILM_CODERS if rule.play else STILL_CODERS)[rule.kind]
    fits = functools.cache(lambda setting: coder.write(shown, setting, timing))
    setting = _first(coder.settings, lambda one: rule.keeps(fits(one)))
    if setting is None:
        raise InputError(
            "STICKER_UNFIT",
            f"the icon of the pack for {platform} does not fit in {rule.most_bytes:,} bytes",
            fix=UNFIT_FIX,
        )
    return fits(setting)


def _opened(data: bytes) -> tuple[list[Bytes], Timing]:
    if not data.startswith(b"\x1a\x45\xdf\xa3"):  # EBML
        return read_frames(data)
    frames, seconds = read_webm(data)
    return frames, Timing.of(len(frames), seconds=seconds, plays=0)


def _whole(frame: Bytes, rule: ArtRule) -> Bytes:
    """A whole canvas on another, its own margins kept: a film must not jump."""
    scale = min(
        box / side for box, side in zip(rule.box_wh, (frame.shape[1], frame.shape[0]), strict=True)
    )
    return _centred(_scaled(frame, scale), rule.size_wh)
