"""What the judges' tests share: the stickers as files, made once."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def stickers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every sample as NAME.usdz, NAME.glb and NAME.png."""
    from tests.judges.samples import SAMPLES

    folder = tmp_path_factory.mktemp("stickers")
    for sample in SAMPLES:
        (folder / f"{sample.name}.usdz").write_bytes(sample.usdz)
        (folder / f"{sample.name}.glb").write_bytes(sample.glb)
        (folder / f"{sample.name}.png").write_bytes(sample.png)
    return folder
