"""Pictures from OpenAI's images service, or one that answers like it, for those who have a key.

The service draws lots by itself and takes no seed: the store hands out what was made once, but
made anew a picture differs. What belongs here: from requests to pictures. What does not: the
exchange itself (`service`).
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from maquette.engines.devices import settings_of
from maquette.engines.diffusion.families import ALONE, STYLES
from maquette.engines.openai_images.service import Service, wrong_answer
from maquette.errors import EngineError, InputError, MaquetteError
from maquette.pictures.opening import open_picture
from maquette.pictures.scaling import scaled
from maquette.provenance import TRAINED
from maquette.roles import EngineInfo, ImageRequest, MadePicture
from maquette.types import Picture

ADDRESS = "https://api.openai.com/v1"
ASKED_PX = 1024  # every model draws this square; smaller pictures are made from it
PROMPT_AT_MOST = 32_000
QUALITIES = ("auto", "low", "medium", "high")
BACKGROUNDS = ("auto", "transparent", "opaque")
OPAQUE_ONLY = re.compile(r"gpt-image-2(-\d{4}-\d{2}-\d{2})?")
SUBJECT = "single subject, centred, whole subject in view, no text"
BEHIND = {"transparent": "nothing behind the subject", "opaque": "plain white background"}


@dataclass(frozen=True)
class Settings:
    """What a user may set; the key comes from OPENAI_API_KEY alone and is kept nowhere.

    Attributes:
        model: a name the service knows.
        quality: one of its steps; the higher, the slower and dearer.
        background: transparent where the model can, opaque for one that cannot; auto knows.
        address: where the service is; OPENAI_BASE_URL, or the publisher's, if empty.
    """

    model: str = "gpt-image-2.5-flare"
    quality: str = "medium"
    background: str = "auto"
    address: str = ""


def make(**settings: Any) -> OpenAIImages:
    """The generator; settings are the fields of `Settings`. Nothing is asked yet."""
    given = settings_of(Settings, settings)
    for name, value, known in (
        ("quality", given.quality, QUALITIES),
        ("background", given.background, BACKGROUNDS),
    ):
        if value not in known:
            raise EngineError(
                "ENGINE_SETTINGS", f"{name}={value!r} is unknown", fix=f"use one of {known}"
            )
    address = given.address or os.environ.get("OPENAI_BASE_URL", "") or ADDRESS
    return OpenAIImages(given, Service(address))


class OpenAIImages:
    """An ImageGenerator; each picture is one request."""

    def __init__(self, settings: Settings, service: Service) -> None:
        background = settings.background
        if background == "auto":
            opaque = OPAQUE_ONLY.fullmatch(settings.model)
            background = "opaque" if opaque else "transparent"
        self._settings = settings
        self._background = background
        self._service = service

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine; nothing is asked."""
        settings = self._settings
        return EngineInfo(
            name="openai-images",
            version="1",
            licences=("LicenseRef-OpenAI-terms",),
            config={
                "model": settings.model,
                "quality": settings.quality,
                "background": self._background,
                "address": self._service.address,
            },
            parallel=4,  # waiting costs nothing; more run into the service's limits
            source_type=TRAINED,
        )

    def generate(self, requests: Sequence[ImageRequest]) -> list[MadePicture | Exception]:
        """One answer per request, in order; what the service will not draw is an error.

        Equal requests of one call are asked once: each costs money.
        """
        answers: dict[ImageRequest, MadePicture | Exception] = {}
        for request in requests:
            if request not in answers:
                answers[request] = self._tried(request)
        return [answers[request] for request in requests]

    def close(self) -> None:
        """Nothing is held."""

    def _tried(self, request: ImageRequest) -> MadePicture | Exception:
        try:
            return self._made(request)
        except MaquetteError as trouble:
            return trouble

    def _made(self, request: ImageRequest) -> MadePicture:
        body = {
            "model": self._settings.model,
            "prompt": self._words(request),
            "n": 1,
            "size": f"{ASKED_PX}x{ASKED_PX}",
            "quality": self._settings.quality,
            "background": self._background,
            "output_format": "png",
        }
        picture = _decoded(self._service.ask("images/generations", body))
        # A model may leave the background out or not: what it drew decides.
        fitted = scaled(picture, (request.size_px, request.size_px))
        return MadePicture(fitted, native_alpha=not picture.is_opaque)

    def _words(self, request: ImageRequest) -> str:
        if request.style not in STYLES:
            raise InputError(
                "STYLE_UNKNOWN",
                f"style {request.style!r} is unknown",
                fix=f"use one of {list(STYLES)}",
            )
        if not 1 <= request.size_px <= ASKED_PX:
            raise InputError(
                "SIZE_UNSUPPORTED",
                f"size_px={request.size_px} cannot be drawn",
                fix=f"use 1 to {ASKED_PX}",
            )
        told = [STYLES[request.style], SUBJECT, BEHIND[self._background]]
        told += [ALONE] if request.alone else []
        words = f"{', '.join(told)}: {request.prompt}"
        if len(words) > PROMPT_AT_MOST:
            raise InputError(
                "PROMPT_TOO_LONG",
                f"the prompt has {len(words)} characters with its style, {PROMPT_AT_MOST} at most",
                fix="say it shorter",
            )
        return words


def _decoded(answer: Any) -> Picture:
    """The one picture of an answer, decoded with the limits of an upload."""
    try:
        data = base64.b64decode(answer["data"][0]["b64_json"], validate=True)
    except (LookupError, TypeError, binascii.Error, ValueError):
        raise wrong_answer("it holds no picture") from None
    try:
        picture = open_picture(data, name="answer.png")
    except MaquetteError as trouble:
        raise wrong_answer(trouble.reason) from None
    width, height = picture.size_wh
    if width != height:
        raise wrong_answer(f"its picture is {width} x {height} px, not square")
    return picture
