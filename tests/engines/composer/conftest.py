"""The tiny art set, cut once for all of the composer's tests."""

import pytest

from maquette.engines.composer import make
from maquette.engines.composer.art import Art
from maquette.engines.composer.words import Words
from tests.engines.composer.tiny_art import Letters, art_file


@pytest.fixture(scope="session")
def tiny_path(tmp_path_factory):
    """The cut file of the tiny art set."""
    return art_file(tmp_path_factory.mktemp("art"))


@pytest.fixture(scope="session")
def composer(tiny_path):
    """The composer over the tiny art set."""
    engine = make(tiny_path, Letters())
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def art(tiny_path):
    """The tiny art set."""
    found = Art(tiny_path)
    yield found
    found.close()


@pytest.fixture(scope="session")
def words(art, tiny_path):
    """Words over the tiny art set."""
    return Words(art.index, embedder=Letters, beside=tiny_path)
