"""Masks: found, judged, cleaned."""

from collections.abc import Sequence

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.pictures.masks import carries_alpha, cut_out, parts_of, smoothed
from maquette.roles import EngineInfo, Prompts
from maquette.types import Floats, Mask, Picture

SIZE_PX = 200


class StoredConfidence:
    """A segmenter that hands out given maps and counts its calls."""

    def __init__(self, *maps: Floats) -> None:
        self.maps = maps
        self.calls: list[int] = []

    @property
    def info(self) -> EngineInfo:
        return EngineInfo("stored-confidence", "1")

    def close(self) -> None:
        pass

    def segment(self, pictures: Sequence[Picture], prompts: Sequence[Prompts]) -> list[Floats]:
        self.calls.append(len(pictures))
        return list(self.maps[: len(pictures)])


def disc(radius_px: float = 60, value: float = 1.0) -> Floats:
    """Confidence that is `value` in a disc and 0 outside."""
    rows, columns = np.mgrid[:SIZE_PX, :SIZE_PX] - SIZE_PX / 2
    return (np.hypot(rows, columns) < radius_px).astype(np.float32) * np.float32(value)


def picture(alpha: np.ndarray | None = None) -> Picture:
    """A grey square, opaque or with an alpha."""
    rgba = np.full((SIZE_PX, SIZE_PX, 4), 128, np.uint8)
    rgba[..., 3] = 255 if alpha is None else (alpha * 255).astype(np.uint8)
    return Picture(rgba)


def one(confidence: Floats, **options: object) -> Mask | Exception:
    """What becomes of one confidence map."""
    return cut_out([picture()], segmenter=StoredConfidence(confidence), **options)[0]


def area(mask: Mask | Exception) -> int:
    """How many pixels are inside."""
    assert isinstance(mask, Mask), mask
    return int(mask.inside.sum())


def test_asks_the_segmenter_once_and_only_where_needed():
    """Own alpha and kept backgrounds never reach the segmenter; the rest goes in one call."""
    segmenter = StoredConfidence(disc(50), disc(70))
    masks = cut_out(
        [picture(), picture(disc(40)), picture(), picture()],
        segmenter=segmenter,
        background_removal=[True, True, False, True],
    )
    assert segmenter.calls == [2]
    assert area(masks[1]) == int(disc(40).sum())
    assert area(masks[2]) == SIZE_PX**2
    assert area(masks[0]) < area(masks[3])


@pytest.mark.parametrize(
    ("threshold", "found"), [pytest.param(0.5, True, id="0.5"), pytest.param(0.9, False, id="0.9")]
)
def test_threshold(threshold: float, found: bool):
    """A subject seen with 0.8 confidence is found at 0.5 and not at 0.9."""
    mask = one(disc(60, 0.8), confidence_threshold=[threshold])
    assert found == isinstance(mask, Mask)


def test_drops_specks_and_fills_pinholes():
    """Crumbs beside the subject and pinholes in it go, a real hole stays."""
    confidence = disc(60)
    confidence[5:8, 5:8] = 1
    confidence[100:102, 100:102] = 0
    confidence[120:135, 95:110] = 0
    mask = one(confidence)
    assert isinstance(mask, Mask)
    assert len(parts_of(mask.inside).areas_px) == 1
    assert not mask.inside[6, 6]
    assert mask.inside[101, 101]
    assert not mask.inside[127, 102]


def test_smoothing_takes_jags_and_keeps_area():
    """A staircase gets a shorter outline; its area changes by less than 2 %."""
    steps = np.kron(disc(60)[::8, ::8], np.ones((8, 8), np.float32)) > 0

    def outline_px(inside: np.ndarray) -> int:
        return int((inside[1:] != inside[:-1]).sum() + (inside[:, 1:] != inside[:, :-1]).sum())

    smooth = smoothed(steps, radius_px=4)
    assert outline_px(smooth) <= outline_px(steps)
    assert abs(int(smooth.sum()) - int(steps.sum())) < 0.02 * steps.sum()


def test_smooth_edges_can_be_left_off():
    """Without smoothing a clean map is thresholded and nothing else."""
    mask = one(disc(60), smooth_edges=[False])
    assert isinstance(mask, Mask)
    assert np.array_equal(disc(60) > 0, mask.inside)


def speckles() -> Floats:
    """Hundreds of crumbs and no subject."""
    confidence = np.zeros((SIZE_PX, SIZE_PX), np.float32)
    sizes_px = np.random.default_rng(0).integers(2, 5, (20, 20))
    for row in range(20):
        for column in range(20):
            size_px = sizes_px[row, column]
            confidence[row * 10 :, column * 10 :][:size_px, :size_px] = 1
    confidence[90:110, 90:130] = 1
    return confidence


@pytest.mark.parametrize(
    ("confidence", "code"),
    [
        pytest.param(disc(0), "MASK_EMPTY", id="nothing"),
        pytest.param(disc(5), "MASK_EMPTY", id="a dot"),
        pytest.param(disc(500), "MASK_FULL", id="everything"),
        pytest.param(speckles(), "MASK_SPECKLED", id="crumbs"),
    ],
)
def test_refuses_bad_masks_in_place(confidence: Floats, code: str):
    """A mask without use is an error in its own place, with a figure; its neighbour is fine."""
    segmenter = StoredConfidence(confidence, disc(60))
    bad, good = cut_out([picture(), picture()], segmenter=segmenter)
    assert isinstance(bad, InputError)
    assert code == bad.code
    assert any(sign.isdigit() for sign in bad.reason)
    assert isinstance(good, Mask)


def test_native_alpha_is_judged_too():
    """A drawing that came out empty is refused; one that an engine calls native may be opaque only
    where the background is meant to stay.
    """
    segmenter = StoredConfidence()
    empty, full, kept = cut_out(
        [picture(disc(0)), picture(), picture()],
        segmenter=segmenter,
        native_alpha=[True, True, True],
        background_removal=[True, True, False],
    )
    assert [getattr(e, "code", "") for e in (empty, full)] == ["MASK_EMPTY", "MASK_FULL"]
    assert area(kept) == SIZE_PX**2
    assert segmenter.calls == []


def test_a_few_clear_pixels_are_not_a_cut_out():
    """Alpha counts as the picture's own only when a visible share is see-through."""
    alpha = np.ones((SIZE_PX, SIZE_PX), np.float32)
    alpha[0, :20] = 0
    assert not carries_alpha(picture(alpha))
    assert carries_alpha(picture(disc(80)))
