"""MiniLM's engine over a tiny stand-in, and over the real one where the shelf has it."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from maquette.engines import make
from maquette.engines.minilm import make as make_minilm
from maquette.engines.shelf import shelf_sums, verify
from maquette.errors import EngineError
from maquette.roles import Embedder
from tests.engines.tiny_onnx import INT64, model, node, put_on_shelf

WORDS = ("[UNK]", "cat", "hat", "red")
NET_INPUTS = {"input_ids": INT64, "attention_mask": INT64, "token_type_ids": INT64}


@pytest.fixture
def table():
    """One random vector per word of the stand-in."""
    return np.random.default_rng(3).normal(size=(len(WORDS), 384)).astype(np.float32)


@pytest.fixture
def embedder(tmp_path, monkeypatch, table):
    """The engine with a net that looks each word up in the table."""
    nodes = [node("Gather", ["words", "input_ids"], "last_hidden_state")]
    net = model(nodes, inputs=NET_INPUTS, output="last_hidden_state", tables={"words": table})
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=WORDS[0]))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.enable_padding(length=128)  # as the published file does
    files = {"model_quantized.onnx": net, "tokenizer.json": tokenizer.to_str().encode()}
    put_on_shelf(tmp_path, "minilm", files)
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    return make_minilm()


def test_it_plays_the_embedder():
    """The engine answers to its role and is in the table."""
    assert isinstance(make("minilm", role="Embedder"), Embedder)


def test_asking_for_facts_needs_no_weights(tmp_path, monkeypatch):
    """The info names both files by sum even on an empty shelf."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    assert shelf_sums("minilm") == make_minilm().info.weights


def test_missing_weights_say_what_to_run(tmp_path, monkeypatch):
    """Without weights the first use fails with the command that fetches them."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*maquette shelf fetch minilm"):
        make_minilm().embed(["cat"])


def test_vector_is_the_mean_of_its_words_at_length_one(embedder, table):
    """Padding takes no part in the mean."""
    mean = table[1] + table[2]
    (vector,) = embedder.embed(["cat hat"])
    np.testing.assert_allclose(mean / np.linalg.norm(mean), vector, atol=1e-6)


def test_neighbours_do_not_change_a_vector(embedder):
    """A text has the same bytes alone and among others of other lengths."""
    together = embedder.embed(["cat", "red hat cat hat", "hat"])
    np.testing.assert_array_equal(together[0], embedder.embed(["cat"])[0])


def test_no_texts_give_no_rows(embedder):
    """Nothing in, nothing out, still 384 wide."""
    expected = (0, 384)
    assert expected == embedder.embed([]).shape


def test_a_long_text_is_cut(embedder):
    """Words past the 256th are not read."""
    np.testing.assert_array_equal(
        embedder.embed(["cat " * 256]), embedder.embed(["cat " * 256 + "hat " * 50])
    )


def test_many_threads_get_what_one_gets(embedder):
    """Texts may go through side by side, also the very first ones."""
    texts = ["cat", "hat", "red cat", "red hat", "cat hat"] * 4
    with ThreadPoolExecutor(4) as pool:
        side_by_side = list(pool.map(lambda t: embedder.embed([t])[0], texts))
    np.testing.assert_array_equal(embedder.embed(texts), side_by_side)


def test_it_works_again_after_closing(embedder):
    """Closing frees the net, not the engine."""
    before = embedder.embed(["red cat"])
    embedder.close()
    np.testing.assert_array_equal(before, embedder.embed(["red cat"]))


needs_weights = pytest.mark.skipif(
    set(verify(["minilm"]).values()) != {"sound"},
    reason="minilm is not on the shelf: make shelf",
)


@needs_weights
@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        pytest.param("grumpy cat wearing a wizard hat", "cat face", "rocket", id="cat"),
        pytest.param("rocket ship", "space shuttle", "slice of pizza", id="rocket"),
    ],
)
def test_real_net_knows_what_is_alike(text, near, far):
    """The published weights put kin close together and strangers apart."""
    vectors = make_minilm().embed([text, near, far])
    assert vectors[0] @ vectors[1] > 0.5 > 0.35 > vectors[0] @ vectors[2]


@needs_weights
def test_real_net_is_indifferent_to_neighbours():
    """Eight-bit arithmetic scales over a batch; a text's vector must not feel it."""
    texts = ["cat face", "a very long prompt about a wizard riding a bicycle in the rain"]
    np.testing.assert_array_equal(make_minilm().embed(texts)[:1], make_minilm().embed(texts[:1]))
