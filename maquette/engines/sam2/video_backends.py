"""Two implementations of SAM 2's memory: transformers' Sam2VideoModel, and the `sam2` package.

Both are asked the same three questions: a frame to features, a key to remember, a frame to
follow. Neither one's own predictor is used: they want the clip whole and remember every frame of
it, where a frame that lies further back than the model looks is forgotten here. What belongs
here: loading, the questions, and forgetting. What does not: pixels, masks, order of frames.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from maquette.engines import hub
from maquette.engines.sam2.backends import ModelSettings, load_package

OBJECT = 0  # one memory follows one object, whose number is this


class Followed(NamedTuple):
    """What the model says of one frame."""

    logits: Any  # torch (h, w), positive inside
    quality: Any  # torch scalar: the model's guess of the mask's IoU
    presence: Any  # torch scalar: a logit, positive where the object can be seen


class Memory(Protocol):
    """One object on its way through one clip; frames are numbered in the order of travel."""

    def learn(self, features: Any, *, n: int, inside: Any) -> None:
        """Remember for good that frame `n` looks like this: torch (1, 1, S, S) of 0 and 1."""
        ...

    def follow(self, features: Any, *, n: int) -> Followed:
        """Find the object on frame `n`, remember it for a while, forget what is too old."""
        ...

    def held(self) -> int:
        """How many frames are remembered now."""
        ...


class VideoBackend(Protocol):
    """A loaded model, which sees squares of `size_px`."""

    size_px: int

    def to(self, device: str) -> None:
        """Move the weights."""
        ...

    def encode(self, pixels: Any) -> Any:
        """(1, 3, S, S) normalised -> features, to be kept and handed back."""
        ...

    def begin(self) -> Memory:
        """An empty memory."""
        ...


class _Guess:
    """The decoder's guess of its best mask's IoU, which neither implementation hands on."""

    def __init__(self, decoder: Any) -> None:
        self.best: Any = None
        decoder.register_forward_hook(self._listen)

    def _listen(self, _decoder: Any, _given: Any, answer: Any) -> None:
        self.best = answer[1].amax()


class TransformersVideo:
    """transformers' Sam2VideoModel."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.size_px: int = model.prompt_encoder.input_image_size
        self.guess = _Guess(model.mask_decoder)
        self.places: Any = None  # position encodings, the same for every frame

    def to(self, device: str) -> None:
        """Move the weights."""
        self.model.to(device)

    def encode(self, pixels: Any) -> Any:
        """See `VideoBackend.encode`."""
        seen = self.model.get_image_features(pixels, return_dict=True)
        self.places = seen.fpn_position_encoding
        return seen.fpn_hidden_states

    def begin(self) -> Memory:
        """See `VideoBackend.begin`."""
        return _Session(self)


class _Session:
    """A memory kept by transformers' session, which is cleared behind the object."""

    def __init__(self, backend: TransformersVideo) -> None:
        from transformers import Sam2VideoInferenceSession

        self._backend = backend
        config, device = backend.model.config, backend.model.device
        self._reach = max(config.num_maskmem, config.max_object_pointers_in_encoder)
        # Nothing waits in host memory: what is remembered at all is a few megabytes.
        self._session = Sam2VideoInferenceSession(
            inference_device=device,
            inference_state_device=device,
            video_storage_device=device,
            dtype=backend.model.dtype,
        )
        self._session.obj_id_to_idx(OBJECT)

    def learn(self, features: Any, *, n: int, inside: Any) -> None:
        """See `Memory.learn`."""
        self._session.add_mask_inputs(OBJECT, n, inside)
        self._session.obj_with_new_inputs = [OBJECT]
        self._step(features, n)
        self._session.remove_mask_inputs(OBJECT, n)
        _slim(self._outputs["cond_frame_outputs"][n])

    def follow(self, features: Any, *, n: int) -> Followed:
        """See `Memory.follow`."""
        found = self._step(features, n)
        _slim(self._outputs["non_cond_frame_outputs"][n])
        for kept in (
            self._outputs["non_cond_frame_outputs"],
            self._session.frames_tracked_per_obj[OBJECT],
        ):
            kept.pop(n - self._reach, None)
        return Followed(
            found.pred_masks[0, 0], self._backend.guess.best, found.object_score_logits.flatten()[0]
        )

    def held(self) -> int:
        """See `Memory.held`."""
        return len(self._session.processed_frames or ()) + sum(map(len, self._outputs.values()))

    @property
    def _outputs(self) -> dict[str, dict[int, Any]]:
        return self._session.output_dict_per_obj[OBJECT]

    def _step(self, features: Any, n: int) -> Any:
        import torch

        seen = {"vision_feats": features, "vision_pos_embeds": self._backend.places}
        self._session.cache.cache_vision_features(n, seen)
        # A frame handed over is what makes a clip without an end; its pixels are never looked at,
        # since its features are there.
        found = self._backend.model(
            inference_session=self._session, frame_idx=n, frame=torch.empty(0)
        )
        self._session.processed_frames.clear()
        return found


class PackageVideo:
    """The model of the `sam2` package, asked below its predictor."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.size_px: int = model.image_size
        self.guess = _Guess(model.sam_mask_decoder)
        self.places: Any = None  # position encodings, the same for every frame
        self.sizes: list[tuple[int, int]] = []  # rows and columns of each feature level

    def to(self, device: str) -> None:
        """Move the weights."""
        self.model.to(device)

    def encode(self, pixels: Any) -> Any:
        """See `VideoBackend.encode`."""
        seen = self.model.forward_image(pixels)
        count = self.model.num_feature_levels
        levels, places = seen["backbone_fpn"][-count:], seen["vision_pos_enc"][-count:]
        self.sizes = [(level.shape[-2], level.shape[-1]) for level in levels]
        self.places = [_in_a_row(place) for place in places]
        return [_in_a_row(level) for level in levels]

    def begin(self) -> Memory:
        """See `VideoBackend.begin`."""
        return _Track(self)


class _Track:
    """A memory of our own keeping: the table of outputs that the model's step asks for."""

    def __init__(self, backend: PackageVideo) -> None:
        self._backend = backend
        self._reach = max(backend.model.num_maskmem, backend.model.max_obj_ptrs_in_encoder)
        self._keys: dict[int, Any] = {}
        self._recent: dict[int, Any] = {}

    def learn(self, features: Any, *, n: int, inside: Any) -> None:
        """See `Memory.learn`."""
        self._keys[n] = self._step(features, n=n, inside=inside)
        _slim(self._keys[n])

    def follow(self, features: Any, *, n: int) -> Followed:
        """See `Memory.follow`."""
        found = self._recent[n] = self._step(features, n=n, inside=None)
        logits, presence = found["pred_masks"][0, 0], found["object_score_logits"].flatten()[0]
        _slim(found)
        self._recent.pop(n - self._reach, None)
        return Followed(logits, self._backend.guess.best, presence)

    def held(self) -> int:
        """See `Memory.held`."""
        return len(self._keys) + len(self._recent)

    def _step(self, features: Any, *, n: int, inside: Any) -> dict[str, Any]:
        found = self._backend.model.track_step(
            frame_idx=n,
            is_init_cond_frame=inside is not None,
            current_vision_feats=features,
            current_vision_pos_embeds=self._backend.places,
            feat_sizes=self._backend.sizes,
            point_inputs=None,
            mask_inputs=inside,
            output_dict={"cond_frame_outputs": self._keys, "non_cond_frame_outputs": self._recent},
            # Only its least with the model's own reach counts: as in a clip without an end.
            num_frames=self._reach + n + 1,
        )
        # Rounded, as by both libraries' own predictors: half the room, and the published answers.
        found["maskmem_features"] = found["maskmem_features"].bfloat16()
        return found


def _in_a_row(level: Any) -> Any:
    """(1, C, h, w) -> (h w, 1, C), the order of the model's attention."""
    return level.flatten(2).permute(2, 0, 1)


def _slim(output: dict[str, Any]) -> None:
    """Drop the masks from what is remembered of a frame: later frames never ask for them."""
    for name in ("pred_masks", "high_res_masks", "pred_masks_high_res"):
        output.pop(name, None)


def load_video(settings: ModelSettings, *, source: hub.Source) -> VideoBackend:
    """The back end asked for, in host memory."""
    with hub.loading(source):
        if settings.backend == "transformers":
            from transformers import Sam2VideoModel

            hub.hush("transformers")
            # Weights stay float32: autocast picks what may be computed in half precision.
            return TransformersVideo(
                Sam2VideoModel.from_pretrained(source.place, **source.arguments).eval()
            )
        return PackageVideo(load_package(settings, source=source))
