"""The composer: words to a finished sticker, composed from emoji vector art. No GPU, no torch.

It composes, it does not imagine: about 1 400 named subjects and two dozen drawn parts, one or
two drawings of each. What it does not know it says. What belongs here: the engine that plays
the image generator's role. The steps have a module each: `parsing`, `words`, `composing`,
`placing`, `painting` and one per style.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from maquette.engines import minilm
from maquette.engines.composer.art import Art
from maquette.engines.composer.painting import STYLES, make_sticker, variation
from maquette.engines.composer.parsing import Plan, parse
from maquette.engines.composer.words import Words
from maquette.engines.shelf import shelf_file, shelf_sums
from maquette.errors import InputError, MaquetteError
from maquette.provenance import COMPOSED
from maquette.roles import Embedder, EngineInfo, ImageRequest, MadePicture
from maquette.types import Picture

VERSION = "1"
SMALLEST_PX, LARGEST_PX = 64, 2048


def make(art: str | Path | None = None, embedder: Embedder | None = None) -> Composer:
    """The composer, nothing read yet.

    Args:
        art: an art file made by `cutting.cut`; the shelf's ``composer-art`` unless given.
        embedder: what judges nearness of words; the shelf's ``minilm`` unless given.
    """
    return Composer(Path(art) if art else None, embedder)


class Composer:
    """An image generator whose alpha is its own and exact."""

    def __init__(self, art: Path | None, embedder: Embedder | None) -> None:
        self._path = art
        self._given_embedder = embedder
        self._embedder = embedder
        self._loading = threading.Lock()
        self._loaded: tuple[Art, Words] | None = None
        self._art_sum = ""

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine; asking loads nothing."""
        words = self._given_embedder.info.weights if self._given_embedder else shelf_sums("minilm")
        return EngineInfo(
            "composer",
            version=VERSION,
            weights={**self._art_sums(), **words},
            licences=("MIT", "Apache-2.0"),
            batch_size=1,
            parallel=os.cpu_count() or 2,
            source_type=COMPOSED,
        )

    def _art_sums(self) -> dict[str, str]:
        if self._path is None:
            return shelf_sums("composer-art")
        if not self._art_sum:
            self._art_sum = hashlib.sha256(self._path.read_bytes()).hexdigest()
        return {self._path.name: self._art_sum}

    def generate(self, requests: Sequence[ImageRequest]) -> list[MadePicture | Exception]:
        """One sticker per request, in order; what cannot be drawn is an error in its place."""
        return [self._answer(request) for request in requests]

    def prepare(self) -> None:
        """Read the art and compute the vectors of all names, so that no sticker waits for it."""
        self._load()[1].prepare()

    def close(self) -> None:
        """Free the art and the words; the next call reads them anew."""
        with self._loading:
            if self._loaded:
                self._loaded[0].close()
            self._loaded = None
            if self._embedder is not None:
                self._embedder.close()
            self._embedder = self._given_embedder

    def _answer(self, request: ImageRequest) -> MadePicture | Exception:
        try:
            return self._make(request)
        except MaquetteError as trouble:
            return trouble

    def _make(self, request: ImageRequest) -> MadePicture:
        if request.style not in STYLES:
            raise InputError(
                "PROMPT_STYLE_UNKNOWN",
                f"the composer has no style {request.style[:40]!r}",
                fix=f"use one of {', '.join(STYLES)}",
            )
        if not SMALLEST_PX <= request.size_px <= LARGEST_PX:
            raise InputError(
                "SIZE_OUT_OF_RANGE",
                f"the composer draws {SMALLEST_PX} to {LARGEST_PX} px, not {request.size_px}",
            )
        art, words = self._load()
        plan = parse(request.prompt, words)
        chosen = variation(request)
        picture = Picture(make_sticker(plan, art, chosen))
        return _made(picture, plan, words)

    def _load(self) -> tuple[Art, Words]:
        with self._loading:
            if self._loaded is None:
                path = self._path or shelf_file("composer-art")
                art = Art(path)
                self._loaded = art, Words(art.index, embedder=self._words_by, beside=path)
            return self._loaded

    def _words_by(self) -> Embedder:
        if self._embedder is None:
            self._embedder = minilm.make()
        return self._embedder


def _made(picture: Picture, plan: Plan, words: Words) -> MadePicture:
    return MadePicture(
        picture,
        native_alpha=True,
        approximate=plan.is_approximate,
        notes=plan.notes,
        emoji=words.emoji(plan.subject),
        scores={"match": plan.score},
    )
