"""What every engine of a role must do, whatever it is made of: shared by all engines' tests.

Each function takes a loaded or unloaded engine and fails with the promise that was broken. The
calls are few, so that slow engines can be held to the same contract.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from maquette import engines, roles
from maquette.roles import ImageRequest, MadePicture, Prompts
from maquette.types import Mask, Picture


def check_engine(engine: Any, *, name: str) -> None:
    """It plays the role the table gives it, and says what it is, the same each time."""
    role = engines.TABLE[name].role
    assert isinstance(engine, getattr(roles, role)), f"{name} does not play {role}"
    info = engine.info
    assert info == engine.info, "info changes between two questions"
    assert name == info.name
    assert info.version
    assert info.licences, "an engine names the licences of its weights or art"
    assert info.batch_size >= 1
    assert info.parallel >= 1
    if role == "ImageGenerator":
        assert info.source_type.startswith("http"), "pictures need a digital source type"


def check_image_generator(engine: Any, *, request: ImageRequest, other_prompt: str) -> None:
    """Order kept, same request same bytes, other words other picture, errors in their place."""
    other = replace(request, prompt=other_prompt)
    wrong = replace(request, style="no such style")
    made = engine.generate([request, wrong, other, request])
    assert len(made) == 4
    assert isinstance(made[1], Exception), "a request that fails is an exception in its place"
    first, second, again = made[0], made[2], made[3]
    for answer in (first, second, again):
        assert isinstance(answer, MadePicture), repr(answer)
        assert (request.size_px, request.size_px) == answer.picture.size_wh
    assert _same(first, again), "equal requests in one call must give equal bytes"
    assert not _same(first, second), "another prompt must give another picture"
    (alone,) = engine.generate([request])
    assert _same(first, alone), "a picture must not depend on what else is in the call"
    assert engine.generate([]) == []


def _same(one: MadePicture, other: MadePicture) -> bool:
    return np.array_equal(one.picture.rgba, other.picture.rgba)


def check_segmenter(engine: Any, *, pictures: list[Picture]) -> None:
    """One map per picture, in order and of its size, float32 in 0..1, the same each time."""
    prompts = [Prompts()] * len(pictures)
    maps = engine.segment(pictures, prompts)
    assert [p.rgba.shape[:2] for p in pictures] == [m.shape for m in maps]
    for found in maps:
        assert np.float32 == found.dtype
        assert found.min() >= 0.0
        assert found.max() <= 1.0
    for picture, found in zip(pictures, maps, strict=True):
        (alone,) = engine.segment([picture], [Prompts()])
        # Batches of another size may sum in another order: a thousandth is far from any edge.
        np.testing.assert_allclose(found, alone, atol=1e-3)
    again = engine.segment(pictures, prompts)
    assert all(np.array_equal(a, b) for a, b in zip(maps, again, strict=True))


def check_matter(engine: Any, *, picture: Picture, mask: Mask, edge_px: int) -> None:
    """Alpha in 0..1, equal to the mask away from its edge, changed at it, the same each time."""
    matte = engine.refine(picture, mask, edge_px=edge_px)
    assert mask.inside.shape == matte.alpha.shape
    assert matte.alpha.min() >= 0.0
    assert matte.alpha.max() <= 1.0
    near = _near_edge(mask.inside, reach_px=edge_px)
    hard = mask.inside.astype(np.float32)
    assert np.array_equal(hard[~near], matte.alpha[~near]), "changed away from the edge"
    assert not np.array_equal(hard[near], matte.alpha[near]), "the edge is as hard as before"
    again = engine.refine(picture, mask, edge_px=edge_px)
    assert np.array_equal(matte.alpha, again.alpha)
    for flat in (np.zeros_like(mask.inside), np.ones_like(mask.inside)):
        alpha = engine.refine(picture, Mask(flat), edge_px=edge_px).alpha
        assert np.array_equal(flat.astype(np.float32), alpha), "no edge, nothing to change"


def _near_edge(inside: np.ndarray, *, reach_px: int) -> np.ndarray:
    """Pixels within the reach of the other side, a pixel of slack for how reach is measured."""
    import cv2

    kernel = np.ones((2 * reach_px + 3, 2 * reach_px + 3), np.uint8)
    grown = cv2.dilate(inside.astype(np.uint8), kernel)
    shrunk = cv2.erode(inside.astype(np.uint8), kernel)
    return grown != shrunk
