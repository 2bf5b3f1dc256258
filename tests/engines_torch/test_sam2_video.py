"""SAM 2 on clips through both of its implementations, held against their own predictors."""

import numpy as np
import pytest

from maquette import engines
from maquette.engines.sam2 import video, views
from maquette.engines.sam2.backends import ModelSettings
from maquette.engines.sam2.video_backends import Followed, PackageVideo, TransformersVideo
from maquette.errors import EngineError
from maquette.types import Mask, Picture
from tests import engine_contract, tiny_models

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.engines

HEIGHT_PX, WIDTH_PX = 75, 121
REACH = 16  # frames that the model looks back


def clip(count, *, height_px=HEIGHT_PX, width_px=WIDTH_PX):
    """A disc that wanders to the right, and its masks."""
    rgba, inside = tiny_models.disc(height_px, width_px=width_px)
    moved = [(np.roll(rgba, 3 * n, axis=1), np.roll(inside, 3 * n, axis=1)) for n in range(count)]
    return [Picture(rgba) for rgba, _ in moved], [Mask(inside) for _, inside in moved]


FRAMES, MASKS = clip(6)
LOADERS = {
    "transformers": lambda **told: TransformersVideo(tiny_models.sam2_video(**told)),
    "sam2": lambda **told: PackageVideo(tiny_models.sam2_package_video(**told)),
}


def over(backend, **told):
    """The engine over a tiny model of either implementation."""
    settings = ModelSettings(backend=backend, size="tiny", dtype=told.pop("dtype", "auto"))
    return video.Sam2Video(settings, loader=lambda: LOADERS[backend](**told))


@pytest.fixture(scope="module", params=["transformers", "sam2"])
def engine(request, folders):
    """The engine, once over each implementation; the first loaded as a published one is."""
    if request.param == "sam2":
        return over("sam2")
    return video.make(model=str(folders["sam2-video"]), size="tiny")


def test_both_back_ends_keep_the_contract(engine):
    """Shapes, keys, flags, refusals and determinism hold whichever implementation answers."""
    engine_contract.check_tracker(engine, frames=FRAMES[:4], first=MASKS[0], last=MASKS[3])


@pytest.mark.parametrize("backend", LOADERS)
def test_half_precision_is_as_good(backend):
    """In bfloat16, as on a GPU, the contract holds as well."""
    engine = over(backend, dtype="bfloat16")
    engine_contract.check_tracker(engine, frames=FRAMES[:3], first=MASKS[0], last=MASKS[2])


def by_transformers(frames, key):
    """The logits that transformers' own session gives, which is handed the whole clip."""
    from transformers import Sam2VideoInferenceSession

    model = tiny_models.sam2_video()
    whole = torch.stack([views.square(f.rgba[..., :3], size_px=256, device="cpu") for f in frames])
    session = Sam2VideoInferenceSession(
        video=whole, video_height=HEIGHT_PX, video_width=WIDTH_PX, dtype=torch.float32
    )
    session.obj_id_to_idx(1)
    session.add_mask_inputs(0, 0, views.square_mask(key, size_px=256, device="cpu"))
    session.obj_with_new_inputs = [1]
    with torch.inference_mode():
        model(inference_session=session, frame_idx=0)
        return [answer.pred_masks[0, 0] for answer in model.propagate_in_video_iterator(session)]


def by_package(frames, key):
    """The logits that the sam2 package's own predictor gives for the same clip."""
    from sam2.sam2_video_predictor import SAM2VideoPredictor

    model = tiny_models.sam2_package_video()
    model.__class__ = SAM2VideoPredictor  # the same weights, with its own walk over frames
    model.fill_hole_area, model.non_overlap_masks = 0, False
    model.clear_non_cond_mem_around_input = model.add_all_frames_to_correct_as_cond = False
    whole = torch.stack([views.square(f.rgba[..., :3], size_px=256, device="cpu") for f in frames])
    state = predictor_state(whole)
    found = []
    with torch.inference_mode():
        model.add_new_mask(state, frame_idx=0, obj_id=1, mask=square_key(key))
        for n, _, _ in model.propagate_in_video(state):
            kept = state["output_dict_per_obj"][0]
            table = kept["cond_frame_outputs" if n == 0 else "non_cond_frame_outputs"]
            found.append(table[n]["pred_masks"][0, 0])
    return found


def square_key(key):
    """(S, S) bool, as the engine shows the key to the model."""
    return views.square_mask(key, size_px=256, device="cpu")[0, 0].bool()


def predictor_state(whole):
    """What the package's predictor fills from a folder of JPEGs, filled from tensors."""
    from collections import OrderedDict

    tables = ("point_inputs_per_obj", "mask_inputs_per_obj", "cached_features", "constants")
    tables += ("output_dict_per_obj", "temp_output_dict_per_obj", "frames_tracked_per_obj")
    device = torch.device("cpu")
    return {name: {} for name in tables} | {
        "images": whole,
        "num_frames": len(whole),
        "offload_video_to_cpu": False,
        "offload_state_to_cpu": False,
        "video_height": HEIGHT_PX,
        "video_width": WIDTH_PX,
        "device": device,
        "storage_device": device,
        "obj_id_to_idx": OrderedDict(),
        "obj_idx_to_id": OrderedDict(),
        "obj_ids": [],
    }


@pytest.mark.parametrize(
    ("backend", "own", "atol"),
    [
        # one memory less is seen in the third digit
        pytest.param("transformers", by_transformers, 1e-3, id="transformers"),
        # the package's predictor remembers the key by a mask of a quarter of its size
        pytest.param("sam2", by_package, 2e-2, id="sam2"),
    ],
)
def test_answers_are_those_of_the_librarys_own_predictor(backend, own, atol):
    """Over a clip longer than the model looks back, forgetting changes nothing."""
    frames, masks = clip(REACH + 6)
    expected = own(frames, masks[0])
    found = [logits for _, logits, _ in walked(LOADERS[backend](), frames, {0: masks[0]})]
    for mine, theirs in zip(found, expected[1:], strict=True):
        torch.testing.assert_close(theirs, mine, atol=atol, rtol=1e-4)


def walked(loaded, frames, keys):
    """Each frame after the first: its number, its logits, how many frames are remembered."""
    memory = loaded.begin()
    for n, key in keys.items():
        inside = views.square_mask(key, size_px=loaded.size_px, device="cpu")
        with torch.inference_mode():
            memory.learn(seen(loaded, FRAMES[n]), n=n, inside=inside)
    for n, frame in enumerate(frames[1:], 1):
        with torch.inference_mode():
            logits = memory.follow(seen(loaded, frame), n=n).logits
        yield n, logits, memory.held()


@torch.inference_mode()
def seen(loaded, frame):
    """A frame's features."""
    square = views.square(views.over_white(frame), size_px=loaded.size_px, device="cpu")
    return loaded.encode(square[None])


@pytest.mark.parametrize("backend", LOADERS)
def test_what_is_remembered_does_not_grow(backend):
    """After the model's reach is full, a longer clip takes no more memory."""
    frames, masks = clip(2 * REACH)
    held = [count for _, _, count in walked(LOADERS[backend](), frames, {0: masks[0]})]
    assert [REACH + 1] * REACH == held[-REACH:]


@pytest.mark.parametrize("backend", LOADERS)
def test_an_object_that_is_not_seen_is_hidden(backend):
    """Where the model's object score is negative the mask is empty, and surely so."""
    answers = list(over(backend, sees=False).track(FRAMES[:3], {0: MASKS[0]}))
    assert [False, True, True] == [a.hidden for a in answers]
    assert min(a.confidence for a in answers) > 0.5


@pytest.mark.parametrize("backend", LOADERS)
def test_the_far_key_guides_the_first_pass(backend):
    """A pass that starts at the first key already knows what the last key shows."""
    loaded = LOADERS[backend]()
    alone, guided = (
        [logits for _, logits, _ in walked(loaded, FRAMES[:3], keys)]
        for keys in ({0: MASKS[0]}, {0: MASKS[0], 5: Mask(~MASKS[0].inside)})
    )
    assert all((one - other).abs().max() > 1e-3 for one, other in zip(alone, guided, strict=True))


class Brightness:
    """A model that takes what is not white for the object, and counts what it encodes."""

    size_px = 256

    def __init__(self):
        self.encoded = 0

    def to(self, device):
        pass

    def encode(self, pixels):
        self.encoded += 1
        return torch.nn.functional.avg_pool2d(pixels.mean(dim=1), 4)[0]

    def begin(self):
        return self

    def learn(self, features, *, n, inside):
        pass

    def follow(self, features, *, n):
        return Followed(
            1.35 - features,  # halfway between disc and white
            torch.tensor(0.9),
            torch.tensor(8.0),
        )


@pytest.mark.parametrize(
    ("height_px", "width_px"),
    [pytest.param(75, 121, id="odd"), pytest.param(401, 203, id="tall")],
)
def test_masks_lie_where_the_object_is(height_px, width_px):
    """Squeezing into the square and back again neither moves nor crops nor stretches."""
    frames, masks = clip(4, height_px=height_px, width_px=width_px)
    engine = video.Sam2Video(ModelSettings(), loader=Brightness)
    for expected, found in zip(masks, engine.track(frames, {0: masks[0]}), strict=True):
        both = np.count_nonzero(expected.inside & found.mask.inside)
        assert both / np.count_nonzero(expected.inside | found.mask.inside) > 0.93


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(np.s_[300:301, 1700:1701], id="one pixel of 4K"),
        pytest.param(np.s_[:, :], id="all of it"),
        pytest.param(np.s_[0:0, 0:0], id="nothing"),
    ],
)
def test_small_keys_are_not_scaled_to_nothing(key):
    """The model is shown something of every mask that is not empty, and nothing of one that is."""
    inside = np.zeros((2160, 3840), np.bool_)
    inside[key] = True
    shown = views.square_mask(Mask(inside), size_px=1024, device="cpu")
    assert bool(inside.any()) == bool(shown.any())
    assert {0.0, 1.0}.issuperset(shown.unique().tolist())


def test_a_second_object_finds_the_frames_encoded():
    """Spans of the same frames, one object after the other, encode every frame once."""
    model = Brightness()
    engine = video.Sam2Video(ModelSettings(), loader=lambda: model)
    for key in MASKS[:3]:
        list(engine.track(FRAMES, {0: key, 5: key}))
    assert len(FRAMES) == model.encoded


def test_kept_frames_are_bounded():
    """No more frames are kept than allowed, and of a longer clip the first are found again."""
    kept, frames, asked = video.SeenFrames(4), FRAMES, []
    for _ in range(2):
        assert list(range(6)) == [
            kept.features(f, encode=lambda _, n=n: asked.append(n) or n)
            for n, f in enumerate(frames)
        ]
        assert 4 == len(kept)
    assert [0, 1, 2, 3, 4, 5, 4, 5] == asked


def test_frames_long_unused_make_room():
    """Another shot's frames are kept in the end, the same number as before."""
    kept, asked = video.SeenFrames(4), []

    def encode(picture):
        asked.append(picture)
        return picture.size_wh

    for frame in (*FRAMES[:4], *clip(4, width_px=60)[0] * 12):
        assert frame.size_wh == kept.features(frame, encode=encode)
    assert 4 == len(kept)
    asked.clear()
    for frame in clip(4, width_px=60)[0]:
        kept.features(frame, encode=encode)
    assert [] == asked


def test_published_weights_serve_stills_and_clips(folders):
    """One folder of the video model is what the segmenter loads as well."""
    from maquette.roles import Prompts

    settings = {"model": str(folders["sam2-video"]), "size": "tiny"}
    stills = engines.make("sam2", role="Segmenter", settings=settings)
    (found,) = stills.segment([FRAMES[0]], [Prompts(((60.0, 37.0),), (1,))])
    assert (HEIGHT_PX, WIDTH_PX) == found.shape


def test_a_closed_engine_answers_again(engine):
    """Closing frees the model; the next span loads it anew and says the same."""
    before = list(engine.track(FRAMES[:2], {0: MASKS[0]}))
    engine.close()
    after = list(engine.track(FRAMES[:2], {0: MASKS[0]}))
    assert np.array_equal(before[1].mask.inside, after[1].mask.inside)


@pytest.mark.parametrize(
    "settings", [{"size": "huge"}, {"backend": "onnx"}, {"batch_size": 2}, {"device": "abacus"}]
)
def test_unknown_settings_are_refused(settings):
    """A size, back end, device or setting that does not exist is refused before anything loads."""
    with pytest.raises(EngineError, match="ENGINE_SETTINGS"):
        _ = video.make(**settings).info


def test_the_table_names_it(folders):
    """The engine is what the table of engines says it is, and torchvision is not asked for."""
    import sys

    settings = {"model": str(folders["sam2-video"]), "size": "tiny"}
    made = engines.make("sam2-video", role="Tracker", settings=settings)
    engine_contract.check_engine(made, name="sam2-video")
    assert made.info.weights["model"].startswith("sha256:")
    assert "torchvision" not in sys.modules


def test_weights_of_another_size_are_a_broken_model(tmp_path):
    """The published shape of the package's model refuses weights that do not fit it."""
    from safetensors.torch import save_file

    file = tmp_path / "weights.safetensors"
    save_file(tiny_models.sam2_package().state_dict(), file)
    engine = video.make(backend="sam2", size="tiny", model=str(file))
    with pytest.raises(EngineError, match="MODEL_BROKEN"):
        list(engine.track(FRAMES[:2], {0: MASKS[0]}))
