"""What the judges' tests share: stickers as files, a clip and a figurine as delivered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.judges.figurine_delivery import Figurine
    from tests.judges.motion_delivery import Delivered


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


@pytest.fixture(scope="session")
def motion(tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    """A drawn clip through the motion line."""
    from tests.judges.motion_delivery import delivered

    return delivered(tmp_path_factory.mktemp("motion"))


@pytest.fixture(scope="session")
def figurine(tmp_path_factory: pytest.TempPathFactory) -> Figurine:
    """A portrait through the figurine line."""
    from tests.judges.figurine_delivery import delivered

    return delivered(tmp_path_factory.mktemp("figurine"))
