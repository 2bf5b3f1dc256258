"""all-MiniLM-L6-v2 in 8 bits: sentences to 384 numbers, on the CPU, without torch.

What belongs here: this one model family. What does not: what the vectors are compared with.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from maquette.engines.shelf import shelf_file, shelf_sums
from maquette.roles import Embedder, EngineInfo
from maquette.types import Floats

WIDTH = 384
TOKENS = 256  # what the model was trained on; a longer text is cut


def make() -> Embedder:
    """The embedder, its weights not yet read."""
    return MiniLM()


class MiniLM:
    """Mean of a text's token vectors, scaled to length one."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._loaded: tuple[Tokenizer, Any] | None = None

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine; asking loads nothing."""
        return EngineInfo(
            "minilm",
            version="1",
            weights=shelf_sums("minilm"),
            licences=("Apache-2.0",),
            batch_size=64,
            parallel=os.cpu_count() or 1,
        )

    def embed(self, texts: Sequence[str]) -> Floats:
        """(N, 384) float32, length one each; about 1 ms a text."""
        tokenizer, session = self._load()
        vectors = np.zeros((len(texts), WIDTH), np.float32)
        # One text per call: 8-bit activations are scaled over the whole batch, so neighbours
        # would change a text's vector (cosine 0.99 to itself), and a batch is no faster.
        for row, text in enumerate(texts):
            vectors[row] = _vector(session, tokenizer.encode(text).ids)
        return vectors

    def close(self) -> None:
        """Free the model; the next call loads it anew."""
        with self._loading:
            self._loaded = None

    def _load(self) -> tuple[Tokenizer, Any]:
        with self._loading:
            if self._loaded is None:
                session = _open(shelf_file("minilm", "model_quantized.onnx"))
                tokenizer = Tokenizer.from_file(str(shelf_file("minilm", "tokenizer.json")))
                tokenizer.no_padding()  # the file asks for 128 tokens whatever the text
                tokenizer.enable_truncation(TOKENS)
                self._loaded = tokenizer, session
            return self._loaded


def _open(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a second thread doubles the time of so short a text
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _vector(session: Any, ids: list[int]) -> Floats:
    tokens = np.array([ids], np.int64)  # (1, T)
    feed = {
        "input_ids": tokens,
        "attention_mask": np.ones_like(tokens),
        "token_type_ids": np.zeros_like(tokens),
    }
    (states,) = session.run(["last_hidden_state"], feed)  # (1, T, 384) float32
    mean = states[0].mean(axis=0)
    return mean / np.linalg.norm(mean)
