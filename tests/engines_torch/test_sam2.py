"""SAM 2 through both of its implementations, and the choice of a subject nobody pointed at."""

import hashlib

import numpy as np
import pytest

from maquette import engines
from maquette.engines.sam2 import salient
from maquette.errors import EngineError, InputError
from maquette.roles import Prompts
from maquette.types import Picture
from tests import engine_contract, tiny_models

pytest.importorskip("torch")
pytestmark = pytest.mark.engines

DISC = Picture(tiny_models.disc(90, width_px=120)[0])
CENTRE, CORNER = (60.0, 45.0), (4.0, 4.0)


def by_package():
    """The engine over the sam2 package's model."""
    from maquette.engines.sam2.backends import PackageBackend, Settings
    from maquette.engines.sam2.engine import Sam2

    settings = Settings(backend="sam2", size="tiny")
    return Sam2(settings, loader=lambda: PackageBackend(tiny_models.sam2_package()))


@pytest.fixture(scope="module", params=["transformers", "sam2"])
def engine(request, folders):
    """The engine, once over each implementation."""
    if request.param == "sam2":
        return by_package()
    settings = {"model": str(folders["sam2"]), "size": "tiny"}
    return engines.make("sam2", role="Segmenter", settings=settings)


def test_both_back_ends_keep_the_contract(engine):
    """Shapes, range, order and determinism hold whichever implementation answers."""
    tall = Picture(tiny_models.disc(130, width_px=50)[0])
    engine_contract.check_segmenter(engine, pictures=[DISC, tall, DISC])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Prompts((CORNER,), (1,)), id="another place"),
        pytest.param(Prompts((CENTRE, CORNER), (1, 0)), id="a point left out"),
        pytest.param(Prompts((CENTRE,), (1,), ((30, 20, 90, 70),)), id="a box as well"),
        pytest.param(Prompts(boxes_xyxy=((30, 20, 90, 70),)), id="a box instead"),
    ],
)
def test_what_is_pointed_at_changes_the_answer(engine, other):
    """A point elsewhere, a point left out and a box each give another map."""
    one, two = engine.segment([DISC, DISC], [Prompts((CENTRE,), (1,)), other])
    assert abs(one - two).max() > 1e-5


def test_two_boxes_are_the_union_of_both(engine):
    """The map of two objects is the higher of their maps, wherever either is."""
    boxes = ((30.0, 20.0, 90.0, 70.0), (0.0, 0.0, 20.0, 20.0))
    asked = [Prompts(boxes_xyxy=b) for b in (boxes[:1], boxes[1:], boxes)]
    one, other, both = engine.segment([DISC] * 3, asked)
    # The maps are joined before they are scaled up, hence the slack between cells.
    np.testing.assert_allclose(np.maximum(one, other), both, atol=2e-2)


def test_colours_under_transparent_pixels_are_not_seen(engine):
    """Two pictures that look alike are segmented alike."""
    rgba, inside = tiny_models.disc(90)
    rgba[~inside, 3] = 0
    painted = rgba.copy()
    painted[~inside, :3] = (9, 200, 77)
    one, other = engine.segment([Picture(rgba), Picture(painted)], [Prompts()] * 2)
    assert np.array_equal(one, other)


@pytest.mark.parametrize(
    ("prompts", "code"),
    [
        pytest.param(Prompts((CENTRE,), ()), "PROMPT_LABELS", id="a label short"),
        pytest.param(Prompts((CENTRE,), (0,)), "PROMPT_NOTHING_KEPT", id="nothing to keep"),
    ],
)
def test_prompts_that_mean_nothing_are_refused(engine, prompts, code):
    """A point without a label, or only points to leave out, is the asker's mistake."""
    with pytest.raises(InputError) as raised:
        engine.segment([DISC], [prompts])
    assert code == raised.value.code


def test_a_box_given_by_its_corners_is_a_box():
    """The corner labels mean to transformers' model what its own box prompt means."""
    import torch

    from maquette.engines.sam2.backends import TransformersBackend

    model = tiny_models.sam2()
    box = torch.tensor([[[30.0, 20.0, 90.0, 70.0]]])
    with torch.inference_mode():
        levels = model.get_image_embeddings(torch.rand(1, 3, 256, 256))
        expected = model(image_embeddings=levels, input_boxes=box, multimask_output=False)
        logits, _ = TransformersBackend(model).decode(
            levels,
            points=box.reshape(1, 2, 2),
            labels=torch.tensor([[2, 3]]),
            several=False,
        )
    torch.testing.assert_close(expected.pred_masks[0], logits)


def test_keep_points_belong_to_the_box_they_lie_in():
    """Points inside a box go with it, points outside every box are an object of their own."""
    from maquette.engines.sam2.engine import objects_in

    prompts = Prompts(((5, 5), (50, 50), (8, 8)), (1, 1, 0), ((0, 0, 10, 10),))
    boxed, loose = objects_in(prompts)
    assert boxed.points_xy == ((0, 0), (10, 10), (5, 5), (8, 8))
    assert boxed.labels == (2, 3, 1, 0)
    assert loose == (((50, 50), (8, 8)), (1, 0))


def test_the_table_names_it(folders):
    """The engine is what the table of engines says it is, and torchvision is not asked for."""
    import sys

    made = engines.make("sam2", role="Segmenter", settings={"model": str(folders["sam2"])})
    engine_contract.check_engine(made, name="sam2")
    assert "torchvision" not in sys.modules


@pytest.mark.parametrize("settings", [{"size": "huge"}, {"backend": "onnx"}, {"batch_size": 0}])
def test_unknown_settings_are_refused(settings):
    """A size or back end that does not exist is refused when the engine is made."""
    with pytest.raises(EngineError, match="ENGINE_SETTINGS"):
        engines.make("sam2", role="Segmenter", settings=settings)


@pytest.mark.parametrize("suffix", ["safetensors", "pt"])
def test_package_weights_are_filled_in_from_a_file(suffix, tmp_path):
    """A file of either kind gives the model it was saved from; a .pt needs its sum as well."""
    import torch
    from safetensors.torch import save_file

    from maquette.engines.sam2.backends import fill

    saved, file = tiny_models.sam2_package(seed=1), tmp_path / f"weights.{suffix}"
    if suffix == "pt":
        torch.save({"model": saved.state_dict()}, file)
        with pytest.raises(EngineError, match="WEIGHTS_UNSAFE"):
            fill(tiny_models.sam2_package(), file=file, sha256="")
    else:
        save_file(saved.state_dict(), file)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    filled = fill(tiny_models.sam2_package(), file=file, sha256=sha256)
    assert torch.equal(saved.no_mem_embed, filled.no_mem_embed)


def test_weights_of_another_size_are_a_broken_model(tmp_path):
    """The published shape of the package's model refuses weights that do not fit it."""
    from safetensors.torch import save_file

    file = tmp_path / "weights.safetensors"
    save_file(tiny_models.sam2_package().state_dict(), file)
    settings = {"backend": "sam2", "size": "tiny", "model": str(file)}
    engine = engines.make("sam2", role="Segmenter", settings=settings)
    with pytest.raises(EngineError, match="MODEL_BROKEN"):
        engine.segment([DISC], [Prompts()])


def test_a_plain_background_shows_the_subject():
    """What differs from the colour of the rim is boxed to within a cell of the thumbnail."""
    seen = salient.backdrop(DISC.rgba[..., :3])
    assert seen is not None
    expected = ((60 - 22.5) / 120, 0.25, (60 + 22.5) / 120, 0.75)
    np.testing.assert_allclose(expected, seen.box, atol=1.5 / salient.THUMB)


def test_a_busy_background_shows_nothing():
    """A rim of many colours, or a picture of one colour, gives no box to go by."""
    noise = np.random.default_rng(1).integers(0, 255, (80, 80, 3), dtype=np.uint8)
    assert salient.backdrop(noise) is None
    assert salient.backdrop(np.full((80, 80, 3), 200, np.uint8)) is None


def test_the_mask_that_looks_like_a_subject_is_kept():
    """A disc in the middle is preferred to a speck, a strip at the rim and the whole frame."""
    import torch

    masks = torch.full((4, 64, 64), -1.0)
    masks[0] = 1
    masks[1, :9] = 1
    masks[2] = torch.from_numpy(tiny_models.disc(64)[1]) * 2.0 - 1
    masks[3, 31:33, 31:33] = 1
    assert salient.best(masks, torch.full((4,), 0.9), seen=None) == 2


def test_a_plain_background_outweighs_the_models_guess():
    """Of two good masks the one that is the foreground wins, though the model prefers the other."""
    import torch

    masks = torch.full((2, 64, 64), -1.0)
    masks[0, 20:44, 8:30] = 1
    masks[1] = torch.from_numpy(tiny_models.disc(64)[1]) * 2.0 - 1
    seen = salient.backdrop(tiny_models.disc(64)[0][..., :3])
    assert salient.best(masks, torch.tensor([0.9, 0.7]), seen=seen) == 1
