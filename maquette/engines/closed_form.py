"""Hard mask to soft matte in closed form: no weights, no GPU, 0.15 s a megapixel.

Levin, Lischinski and Weiss, "A closed-form solution to natural image matting" (2008): in every
window of 3 × 3 pixels alpha is an affine function of colour, and the alpha that breaks this
least is the answer of one sparse linear system. Here the system is set up for the band along
the mask's edge only, at a reduced size where that band is wide, and its own affine functions
carry the answer to full size. On fur it comes a twentieth to a quarter nearer to the truth than
the `guided` filter.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from maquette.engines import devices
from maquette.errors import InputError
from maquette.pictures.bands import Window, depth_px, edge_band, in_tiles
from maquette.pictures.scaling import resized
from maquette.roles import EngineInfo, Matter
from maquette.types import Bools, Floats, Indices, Mask, Matte, Picture

ROUGHNESS = 1e-5  # of colours in 0..1: what differs less counts as one colour
# The mask pulls alpha: hardly at its edge, firmly at the band's end ...
FAR_PULL, FAR_POWER = 0.8, 4
# ... and everywhere that colours explain no more of it than the first share, less and less up to
# the second: where subject and background look alike alpha would be a ramp as wide as the band.
BLIND_PULL, NO_TRUST, FULL_TRUST = 6.0, 0.1, 0.4
# Where the colours beyond the band are told apart, their mixture is one more opinion, formed of
# colours this far around, as a share of the band's width.
COLOUR_PULL, NEARBY = 0.03, 0.7
KNOWN_SHARE = 0.02  # of what is around: fewer pixels of known colour say less
LEAST_PULL = 1e-6  # keeps the system solvable where no window reaches
LEAST_CONTRAST = 1e-4  # of colours in 0..1, as a variance: less explains nothing
MOST_STEPS, EXACT_TO = 80, 1e-3  # of the iteration: alpha is then within a grey level
TILE_PX = 256  # at the size that is solved: more takes more memory and no less time
# Bands up to the first are solved at full size, wider ones at half or at what makes them about
# as wide as the second: on a coarser grid the plate's noise is averaged away as well.
FINE_EDGE_PX, SOLVED_EDGE_PX = 5, 12

_AROUND = tuple((y, x) for y in (-1, 0, 1) for x in (-1, 0, 1))
_MIDDLE = 12  # of the 5 × 5 neighbours that share a window with a pixel


class ClosedFormMatter:
    """Closed-form matting as a `Matter`; it holds nothing, so there is nothing to free."""

    @property
    def info(self) -> EngineInfo:
        """What it is; any number of threads may call it."""
        return EngineInfo(name="closed-form", version="1", parallel=os.cpu_count() or 1)

    def refine(self, picture: Picture, mask: Mask, *, edge_px: int) -> Matte:
        """Alpha that follows the picture's colours within `edge_px` of the mask's edge."""
        inside = mask.inside
        if inside.shape != picture.rgba.shape[:2]:
            raise InputError(
                "MASK_SIZE", f"a mask of {inside.shape} does not fit {picture.rgba.shape[:2]}"
            )
        known = inside.astype(np.float32)
        band = edge_band(inside, edge_px=edge_px)
        if not band.any():
            return Matte(known)
        step = _step(edge_px)
        work = partial(_softened, picture, inside, edge_px=edge_px, step=step)
        # A band knows its two sides: what lies two widths along it no longer matters.
        alpha = in_tiles(band, side_px=TILE_PX * step, margin_px=2 * edge_px, work=work)
        return Matte(np.where(band, np.clip(alpha, 0, 1), known).astype(np.float32))

    def close(self) -> None:
        """Nothing is held."""


def make() -> Matter:
    """Closed-form matting; refused where scipy is not installed."""
    devices.require("scipy", install="maquette[roto]")
    return ClosedFormMatter()


def _step(edge_px: int) -> int:
    """At which part of the size a band is solved."""
    if edge_px <= FINE_EDGE_PX:
        return 1
    return max(2, round(edge_px / SOLVED_EDGE_PX))


def _softened(
    picture: Picture, inside: Bools, window: Window, *, edge_px: int, step: int
) -> Floats:
    """Alpha of one tile, at full size; right only within the band."""
    colours = picture.rgba[window][..., :3].astype(np.float32) / np.float32(255)
    size_wh = (colours.shape[1], colours.shape[0])
    small_wh = (-(-size_wh[0] // step), -(-size_wh[1] // step))
    guide = resized(colours, small_wh)
    side = resized(inside[window].astype(np.float32), small_wh) > 0.5
    free = edge_band(side, edge_px=edge_px / step)
    if not free.any():  # what was inside was too thin for the reduced size
        return inside[window].astype(np.float32)
    windows = _windows(guide, free)
    pull = _pull(guide, side, free, reach_px=edge_px / step)
    alpha = _solved(windows, side, free, pull=pull)
    if step == 1:
        return alpha
    fit = resized(_affine(windows, alpha), size_wh)
    return np.einsum("hwc,hwc->hw", fit[..., :3], colours) + fit[..., 3]


@dataclass(frozen=True)
class _Windows:
    """The K windows of 3 × 3 pixels that touch the band: what the system is made of.

    Pixels are counted through the rows of the tile with a rim of two, so that a neighbour is a
    fixed distance away and none falls off the end.
    """

    middles: NDArray[np.int64]  # (K,) of pixels in the rimmed tile
    offsets: NDArray[np.int64]  # (9,) to the pixels of a window
    mean: Floats  # (K, 3)
    centred: Floats  # (K, 9, 3) colours less their mean
    inverse: Floats  # (K, 3, 3) of their covariance


def _windows(guide: Floats, free: Bools) -> _Windows:
    touching = cv2.dilate(free.astype(np.uint8), np.ones((3, 3), np.uint8))
    touching[[0, -1]] = touching[:, [0, -1]] = 0  # a window lies wholly in the tile
    middles = np.flatnonzero(_rimmed(touching))
    width = free.shape[1] + 4
    offsets = np.array([y * width + x for y, x in _AROUND])
    colours = np.dstack([_rimmed(guide[..., c]) for c in range(3)]).reshape(-1, 3)
    centred = colours[middles[:, None] + offsets]
    mean = centred.mean(axis=1)
    centred -= mean[:, None]
    spread = np.matmul(centred.transpose(0, 2, 1), centred) / np.float32(9)
    spread[:, range(3), range(3)] += np.float32(ROUGHNESS / 9)
    return _Windows(middles, offsets, mean, centred, np.linalg.inv(spread))


def _rimmed(values: NDArray[Any]) -> NDArray[Any]:
    return np.pad(values, 2)


def _pull(guide: Floats, side: Bools, free: Bools, *, reach_px: float) -> tuple[Floats, Floats]:
    """(N,) what each free pixel is drawn to apart from its neighbours, and how firmly."""
    told = _explained(guide, side, free, radius_px=max(1, round(reach_px)))
    trust = np.clip((told - NO_TRUST) / np.float32(FULL_TRUST - NO_TRUST), 0, 1)
    far = np.minimum(1, depth_px(side)[free] / np.float32(reach_px)) ** FAR_POWER
    to_mask = FAR_PULL * far + BLIND_PULL * (1 - trust) + LEAST_PULL
    mixed, surety = _mixed(guide, side, free, spread_px=NEARBY * reach_px)
    to_colour = COLOUR_PULL * trust * surety * surety
    firm = to_mask + to_colour
    aim = (to_mask * side[free] + to_colour * mixed) / firm
    return np.asarray(aim, np.float32), np.asarray(firm, np.float32)


def _mixed(guide: Floats, side: Bools, free: Bools, *, spread_px: float) -> tuple[Floats, Floats]:
    """(N,) alpha if a pixel is a mixture of the mean colours beyond the band, and how sure.

    This is how hair that the mask does not know of is found.
    """

    def mean(values: Floats) -> Floats:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), spread_px), np.float32)

    def beyond(known: Bools) -> tuple[Floats, Floats, Floats]:
        """The mean colour of the known pixels around each free one, its variance, their share."""
        counted = known.astype(np.float32)
        share = mean(counted)[free] + np.float32(1e-6)
        colour = np.asarray(mean(guide * counted[..., None])[free] / share[:, None], np.float32)
        square = mean((guide * guide).sum(axis=2) * counted)[free] / share
        return colour, np.maximum(0, square - (colour * colour).sum(axis=1)), share

    fore, fore_varies, fore_share = beyond(side & ~free)
    back, back_varies, back_share = beyond(~side & ~free)
    across, seen = fore - back, guide[free] - back
    apart = (across * across).sum(axis=1) + np.float32(1e-6)
    mixed = np.clip((seen * across).sum(axis=1) / apart, 0, 1)
    beside = ((seen - mixed[:, None] * across) ** 2).sum(axis=1)
    distinct = apart / (apart + 4 * (fore_varies + back_varies))
    # What is as thin as the band has no known colour of its own nearby.
    known = np.minimum(1, np.minimum(fore_share, back_share) / np.float32(KNOWN_SHARE))
    surety = known * distinct * np.exp(-beside / (np.float32(0.05) * apart + np.float32(1e-3)))
    return np.asarray(mixed, np.float32), np.asarray(surety, np.float32)


def _explained(guide: Floats, side: Bools, free: Bools, *, radius_px: int) -> Floats:
    """(N,): the share of the mask's variance around each free pixel that colours account for."""

    def mean(values: Floats) -> Floats:
        size_px = 2 * radius_px + 1
        blurred = cv2.blur(values, (size_px, size_px), borderType=cv2.BORDER_REFLECT)
        return np.asarray(blurred, np.float32)[free]

    hard = side.astype(np.float32)
    colour, inside = mean(guide), mean(hard)
    together = mean(guide * hard[..., None]) - colour * inside[:, None]
    products = [mean(guide[..., i, None] * guide) for i in range(3)]
    spread = np.stack(products, axis=1) - colour[:, :, None] * colour[:, None, :]
    spread[:, range(3), range(3)] += np.float32(LEAST_CONTRAST)
    slope = np.linalg.solve(spread, together[..., None])[..., 0]
    return np.einsum("nc,nc->n", slope, together) / (inside * (1 - inside) + np.float32(1e-3))


def _solved(windows: _Windows, side: Bools, free: Bools, *, pull: tuple[Floats, Floats]) -> Floats:
    """(H, W) alpha: the mask outside the band, the system's answer in it."""
    hard = side.astype(np.float32)
    places = np.flatnonzero(_rimmed(free))
    number = np.full(_rimmed(free).size, -1, np.int32)
    number[places] = np.arange(len(places), dtype=np.int32)
    width = free.shape[1] + 4
    reach = np.array([y * width + x for y in range(-2, 3) for x in range(-2, 3)])
    beside = places[:, None] + reach
    stencil = _laplacian(windows, number)
    given = _rimmed(np.where(free, 0, hard)).ravel()
    aim, firm = pull
    wanted = firm * aim - np.einsum("nk,nk->n", stencil, given[beside])
    stencil[:, _MIDDLE] += firm
    answer = hard.copy()
    answer[free] = _iterated(stencil, number[beside], wanted=wanted, start=hard[free])
    return answer


def _laplacian(windows: _Windows, number: Indices) -> Floats:
    """(N, 25): for every free pixel how much it holds on to each of its 5 × 5 neighbours."""
    weights = np.matmul(
        np.matmul(windows.centred, windows.inverse), windows.centred.transpose(0, 2, 1)
    )
    weights = (weights + 1) / np.float32(-9)
    weights[:, range(9), range(9)] += 1
    # one row more, for pixels that are not free: they are numbered -1
    stencil = np.zeros((int(number.max()) + 2, 25), np.float32)
    for n, (y, x) in enumerate(_AROUND):
        rows = number[windows.middles + windows.offsets[n]]
        columns = [(v - y + 2) * 5 + (u - x + 2) for v, u in _AROUND]
        stencil[rows[:, None], columns] += weights[:, n]  # no row twice: one window, one n-th pixel
    return stencil[:-1]


def _iterated(stencil: Floats, columns: Indices, *, wanted: Floats, start: Floats) -> Floats:
    """Conjugate gradients, each pixel scaled by what holds it.

    Sums are taken by numpy in one order, not by a BLAS whose order depends on the machine's
    cores: the same picture must give the same bytes.
    """
    from scipy import sparse

    linked = columns >= 0
    ends = np.concatenate([[0], np.cumsum(linked.sum(axis=1))]).astype(np.int32)
    system = sparse.csr_matrix(
        (stencil[linked], columns[linked], ends), shape=(len(wanted), len(wanted))
    )
    scale = np.reciprocal(stencil[:, _MIDDLE])
    found = start.copy()
    rest = wanted - np.asarray(system @ found, np.float32)
    way = scaled = rest * scale
    size = _dot(rest, scaled)
    for _ in range(MOST_STEPS):
        if size <= EXACT_TO**2 * len(wanted):
            break
        seen = np.asarray(system @ way, np.float32)
        length = np.float32(size / _dot(way, seen))
        found += length * way
        rest -= length * seen
        scaled = rest * scale
        last, size = size, _dot(rest, scaled)
        way = scaled + np.float32(size / last) * way
    return np.clip(found, 0, 1)


def _dot(one: Floats, other: Floats) -> float:
    return float(np.sum(one * other, dtype=np.float64))


def _affine(windows: _Windows, alpha: Floats) -> Floats:
    """(H, W, 4) slope by red, green, blue and offset: alpha as the windows explain it.

    Averaged over the windows a pixel lies in; they change slowly, so they can be drawn up to
    full size where alpha itself could not.
    """
    rimmed = _rimmed(alpha)
    seen = rimmed.ravel()[windows.middles[:, None] + windows.offsets]
    slope = np.einsum("kij,kpj,kp->ki", windows.inverse, windows.centred, seen, optimize=True)
    slope /= np.float32(9)
    offset = seen.mean(axis=1) - np.einsum("kc,kc->k", slope, windows.mean)
    fit = np.zeros((*rimmed.shape, 5), np.float32)
    fit.reshape(-1, 5)[windows.middles] = np.column_stack([slope, offset, np.ones_like(offset)])
    fit = (
        cv2.blur(fit[..., :4], (3, 3)) / np.maximum(cv2.blur(fit[..., 4], (3, 3)), 1e-6)[..., None]
    )
    return np.asarray(fit[2:-2, 2:-2], np.float32)
