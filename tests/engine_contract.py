"""What every engine of a role must do, whatever it is made of: shared by all engines' tests.

Each function takes a loaded or unloaded engine and fails with the promise that was broken. The
calls are few, so that slow engines can be held to the same contract.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from maquette import engines, roles
from maquette.errors import InputError
from maquette.roles import (
    Detections,
    ImageRequest,
    MadePicture,
    Prompts,
    ShapedMesh,
    ShapeRequest,
    StyleRequest,
    Tracked,
)
from maquette.types import Face, Mask, Mesh, Picture


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


def check_tracker(engine: Any, *, frames: list[Picture], first: Mask, last: Mask) -> None:
    """An answer per frame from keys at either end or both, the keys kept, few frames held.

    Raises what is wrong with the answers; wrong keys must be refused before any frame is opened.
    """
    end = len(frames) - 1
    for keys in ({0: first}, {end: last}, {0: first, end: last}):
        opened = Opened(frames)
        tracked = list(engine.track(opened, keys))
        assert opened.held_at_most <= HELD_AT_MOST, f"{opened.held_at_most} frames held at once"
        assert len(frames) == len(tracked)
        _check_tracked(tracked, frames=frames, keys=keys)
        again = list(engine.track(frames, keys))
        assert all(_same_tracked(*pair) for pair in zip(tracked, again, strict=True))
    wrong_size = Mask(np.ones((3, 5), np.bool_))
    refused = {"TRACK_KEYS": ({}, {1: first}, {-1: last}), "MASK_SIZE": ({0: wrong_size},)}
    for code, wrong in refused.items():
        for keys in wrong:
            _check_refused(engine, frames, keys=keys, code=code)


HELD_AT_MOST = 8  # frames alive at once while a tracker works, whatever the span's length


class Opened(Sequence[Picture]):
    """Frames made anew whenever they are asked for, which knows how many are still alive."""

    def __init__(self, frames: Sequence[Picture]) -> None:
        self._frames = frames
        self._alive: weakref.WeakValueDictionary[int, np.ndarray] = weakref.WeakValueDictionary()
        self.opened = 0
        self.held_at_most = 0

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, n: Any) -> Any:
        rgba = self._frames[n].rgba.copy()
        self.opened += 1
        self._alive[self.opened] = rgba
        self.held_at_most = max(self.held_at_most, len(self._alive))
        return Picture(rgba)


def _check_tracked(
    tracked: list[Tracked], *, frames: list[Picture], keys: Mapping[int, Mask]
) -> None:
    was_hidden = False
    for n, (frame, found) in enumerate(zip(frames, tracked, strict=True)):
        assert isinstance(found, Tracked)
        assert frame.rgba.shape[:2] == found.mask.inside.shape, f"frame {n}"
        assert 0.0 <= found.confidence <= 1.0, f"frame {n}"
        assert not (found.hidden and found.mask.inside.any()), f"frame {n} is hidden, yet masked"
        assert not found.returned or (was_hidden and not found.hidden), f"frame {n} never left"
        was_hidden = found.hidden
        if n in keys:
            assert np.array_equal(keys[n].inside, found.mask.inside), "a key was changed"
            assert found.confidence == 1.0


def _same_tracked(one: Tracked, other: Tracked) -> bool:
    told = [(t.confidence, t.hidden, t.returned) for t in (one, other)]
    return told[0] == told[1] and np.array_equal(one.mask.inside, other.mask.inside)


def _check_refused(
    engine: Any, frames: list[Picture], *, keys: Mapping[int, Mask], code: str
) -> None:
    opened = Opened(frames)
    with pytest.raises(InputError) as raised:
        list(engine.track(opened, keys))
    assert code == raised.value.code, f"keys {sorted(keys)}"
    assert opened.opened <= 1, "keys are looked at before frames are"


def check_detector(engine: Any, *, picture: Picture, text: str) -> Detections:
    """Labelled boxes within the picture, the surest first, the same each time; words for nothing.

    The text is one that something in the picture answers to; what was found is handed back.
    """
    width_px, height_px = picture.size_wh
    answer = engine.detect(picture, text)
    assert isinstance(answer, Detections)
    assert answer.found, f"nothing was found for {text!r}: {answer.notes}"
    for one in answer.found:
        left, top, right, bottom = one.box_xyxy
        assert 0 <= left < right <= width_px, one
        assert 0 <= top < bottom <= height_px, one
        assert 0.0 <= one.score <= 1.0, one
        assert one.label, one
    scores = [one.score for one in answer.found]
    assert sorted(scores, reverse=True) == scores, "the surest comes first"
    assert engine.detect(picture, text) == answer
    nothing = engine.detect(picture, " . ")
    assert not nothing.found
    assert nothing.notes, "a text that names nothing is told so"
    return answer


def check_shaper(engine: Any, *, cutout: Picture) -> ShapedMesh:
    """Order kept, same request same mesh, nothing in its place refused, faces outside.

    What was made of the picture is handed back.
    """
    request = ShapeRequest(cutout, seed=5)
    nothing = ShapeRequest(Picture(np.zeros_like(cutout.rgba)), seed=5)
    first, refused, again = engine.shape([request, nothing, request])
    assert isinstance(refused, InputError), "an empty picture is an error in its place"
    assert "CUTOUT_EMPTY" == refused.code
    (alone,) = engine.shape([request])
    for answer in (first, again, alone):
        assert isinstance(answer, ShapedMesh), repr(answer)
        assert _same_mesh(first.mesh, answer.mesh), "equal requests must give equal meshes"
    corners = first.mesh.points.astype(np.float64)[first.mesh.faces]
    volumes = np.einsum("ij,ij->i", np.cross(corners[:, 0], corners[:, 1]), corners[:, 2])
    assert volumes.sum() > 0, "faces are counter-clockwise seen from outside"
    assert engine.shape([]) == []
    return first


def _same_mesh(one: Mesh, other: Mesh) -> bool:
    return (
        np.array_equal(one.points, other.points)
        and np.array_equal(one.faces, other.faces)
        and np.array_equal(one.uv, other.uv)
        and one.texture_png == other.texture_png
        and np.array_equal(one.colours, other.colours)
    )


def check_stylist(engine: Any, *, cutout: Picture, face: Face) -> None:
    """Order kept, size and alpha kept, same request same picture, errors in their place."""
    assert engine.styles
    assert len(set(engine.styles)) == len(engine.styles)
    request = StyleRequest(cutout, face, engine.styles[0], seed=5)
    wrong = replace(request, style="no such style")
    other = replace(request, style=engine.styles[-1])
    empty = replace(request, cutout=Picture(np.zeros_like(cutout.rgba)))
    drawn = engine.stylise([request, wrong, other, empty, request])
    assert ["STYLE_UNKNOWN", "CUTOUT_EMPTY"] == [drawn[1].code, drawn[3].code]
    assert engine.styles[0] in drawn[1].fix, "the message names what there is"
    first, second, again = drawn[0], drawn[2], drawn[4]
    for answer in (first, second, again):
        assert isinstance(answer, Picture), repr(answer)
        assert cutout.size_wh == answer.size_wh
        assert np.array_equal(cutout.rgba[..., 3], answer.rgba[..., 3]), "alpha is the cut-out's"
    assert np.array_equal(first.rgba, again.rgba), "equal requests must give equal bytes"
    assert not np.array_equal(first.rgba, cutout.rgba), "a drawing is no photo"
    assert len(engine.styles) == 1 or not np.array_equal(first.rgba, second.rgba)
    (alone,) = engine.stylise([request])
    assert np.array_equal(first.rgba, alone.rgba)
    assert engine.stylise([]) == []


def check_style_judge(engine: Any, *, photo: Picture, drawn: Picture, style: str) -> float:
    """A share of one, none for the photo itself, the same each time, and named.

    The figure of the drawing is handed back.
    """
    assert engine.measure, "a judge says what its figure measures"
    assert 0.0 == engine.judge(photo, photo, style=style), "a photo is no drawing of itself"
    figure = engine.judge(photo, drawn, style=style)
    assert isinstance(figure, float)
    assert 0.0 <= figure <= 1.0
    assert figure == engine.judge(photo, drawn, style=style)
    empty = Picture(np.zeros_like(photo.rgba))
    assert 0.0 <= engine.judge(photo, empty, style=style) <= 1.0
    return figure
