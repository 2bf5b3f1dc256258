"""Mattes that do not flicker, on a textured disc that moves over a textured plate."""

import cv2
import numpy as np
import pytest

from maquette.types import Matte, Picture
from maquette.video.steadying import smoothed, steady

SIZE_PX = 160


def clip(step_px: float, *, noise: float, frames: int = 7) -> list:
    """(picture, matte with noise along its edge, true alpha) per frame."""
    rng = np.random.default_rng(3)
    subject = texture(rng, low=100, high=220)
    plate = texture(rng, low=10, high=120)
    rows, columns = np.mgrid[:SIZE_PX, :SIZE_PX] + 0.5
    made = []
    for n in range(frames):
        x, y = 60 + step_px * n, 80 + 0.3 * step_px * n
        truth = np.clip((35 - np.hypot(columns - x, rows - y)) / 6 + 0.5, 0, 1).astype(np.float32)
        shift = np.float32([[1, 0, step_px * n], [0, 1, 0.3 * step_px * n]])
        moved = cv2.warpAffine(subject, shift, (SIZE_PX, SIZE_PX), borderMode=cv2.BORDER_WRAP)
        rgb = moved * truth[..., None] + plate * (1 - truth[..., None])
        rgb = np.clip(rgb + rng.normal(0, 2, rgb.shape), 0, 255)
        picture = Picture(np.dstack([rgb, np.full_like(truth, 255)]).astype(np.uint8))
        flicker = cv2.GaussianBlur(rng.normal(0, 1, truth.shape), (0, 0), 1.5)
        flicker *= noise / flicker.std() * ((truth > 0) & (truth < 1))
        made.append((picture, Matte(np.clip(truth + flicker, 0, 1).astype(np.float32)), truth))
    return made


def texture(rng: np.random.Generator, *, low: float, high: float) -> np.ndarray:
    """(H, W, 3) float: blots a few pixels wide."""
    drawn = cv2.GaussianBlur(rng.normal(size=(SIZE_PX, SIZE_PX, 3)), (0, 0), 2)
    return low + (high - low) * (drawn - drawn.min()) / (drawn.max() - drawn.min())


def unsteadiness(mattes: list[np.ndarray], truths: list[np.ndarray]) -> float:
    """Standard deviation of alpha's error along the edge."""
    wrong = [(m - t)[(t > 0) & (t < 1)] for m, t in zip(mattes, truths, strict=True)]
    return float(np.concatenate(wrong).std())


def lag_px(mattes: list[np.ndarray], truths: list[np.ndarray]) -> float:
    """How far the mattes lie behind, by their centres along the way; mean over frames."""
    columns = np.arange(SIZE_PX)
    off = [(t * columns).sum() / t.sum() - (m * columns).sum() / m.sum()
           for m, t in zip(mattes, truths, strict=True)]  # fmt: skip
    return float(np.mean(off))


@pytest.mark.parametrize("step_px", [0, 3.3, 8], ids=["still", "moving", "fast"])
def test_flicker_falls_without_lag(step_px):
    """A third of the flicker goes and the edge stays within a twentieth of a pixel."""
    made = clip(step_px, noise=0.08)
    steadied = [m.alpha for m in steady((p, m) for p, m, _ in made)][1:-1]
    given, truths = [m.alpha for _, m, _ in made][1:-1], [t for _, _, t in made][1:-1]
    assert unsteadiness(steadied, truths) < 0.7 * unsteadiness(given, truths)
    assert 0.05 > abs(lag_px(steadied, truths) - lag_px(given, truths))


def test_a_plain_average_would_lag_and_blur():
    """The same frames averaged where they lie are far worse: motion is what makes it work."""
    made = clip(8, noise=0.0)
    alphas = [m.alpha for _, m, _ in made]
    plain = (alphas[2] + alphas[3] + alphas[4]) / 3
    frames = [(p, m) for p, m, _ in made]
    along = smoothed(frames[3], beside=(frames[2], frames[4])).alpha
    truth = made[3][2]
    assert np.abs(along - truth).sum() < 0.05 * np.abs(plain - truth).sum()


def test_what_turned_is_not_averaged():
    """Neighbours that show something else hardly count."""
    (picture, matte, _), *_ = clip(0, noise=0.0, frames=1)
    other = Picture(np.full_like(picture.rgba, 255))
    shrunk = Matte(np.zeros_like(matte.alpha))
    kept = smoothed((picture, matte), beside=((other, shrunk), (other, shrunk))).alpha
    changed = np.abs(kept - matte.alpha)
    assert 0.06 > changed.max()
    assert 0.01 > changed[matte.alpha > 0.4].max()


def test_only_the_edge_changes():
    """Solid and clear pixels away from the edge keep their values to the last bit."""
    made = clip(3, noise=0.08, frames=3)
    frames = [(p, m) for p, m, _ in made]
    before = frames[1][1].alpha.copy()
    after = smoothed(frames[1], beside=(frames[0], frames[2])).alpha
    soft = ((before > 0) & (before < 1)).astype(np.uint8)
    away = cv2.dilate(soft, np.ones((9, 9), np.uint8)) == 0
    assert np.array_equal(before[away], after[away])
    assert not np.array_equal(before, after)
    assert np.array_equal(before, frames[1][1].alpha)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_one_matte_per_frame_in_order(count):
    """As many come out as go in; the first and the last as they were."""
    made = clip(2, noise=0.05, frames=count)
    steadied = list(steady((p, m) for p, m, _ in made))
    assert count == len(steadied)
    if count:
        assert made[0][1] is steadied[0]
        assert made[-1][1] is steadied[-1]


def test_few_frames_are_held():
    """A matte comes out as soon as the next frame is known: a long clip needs no more memory."""
    made = clip(2, noise=0.05, frames=6)
    taken = 0

    def frames():
        nonlocal taken
        for picture, matte, _ in made:
            taken += 1
            yield picture, matte

    ahead = [taken - n for n, _ in enumerate(steady(frames()))]
    assert 2 == max(ahead)


@pytest.mark.parametrize("shape", [(1, 1), (5, 40), (33, 33)], ids=str)
def test_small_and_odd_sizes(shape):
    """Frames too small to measure motion in are averaged where they lie."""
    picture = Picture(np.full((*shape, 4), 200, np.uint8))
    mattes = [Matte(np.full(shape, v, np.float32)) for v in (0.4, 0.5, 0.6)]
    out = smoothed((picture, mattes[1]), beside=((picture, mattes[0]), (picture, mattes[2])))
    np.testing.assert_allclose(0.5, out.alpha, atol=1e-3)


@pytest.mark.parametrize("value", [0.0, 1.0], ids=["nothing", "all"])
def test_a_matte_without_edge_stays(value):
    """Without soft pixels there is nothing to steady."""
    picture, matte = Picture(np.zeros((40, 40, 4), np.uint8)), Matte(np.full((40, 40), value, "f4"))
    assert smoothed((picture, matte), beside=((picture, matte),)) is matte
