"""A registry on this machine for the tests that fetch."""

import pytest

from tests.engines.local_registry import LocalRegistry


@pytest.fixture
def registry(monkeypatch, tmp_path):
    """A web server, and npm and pip told to ask nobody else."""
    found = LocalRegistry()
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    found.wheels = wheels
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", found.address)
    monkeypatch.setenv("NPM_CONFIG_CACHE", str(tmp_path / "npm-cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    yield found
    found.close()
