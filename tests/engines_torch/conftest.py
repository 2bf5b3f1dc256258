"""Tiny models saved once per session, and a hub that cannot be reached."""

import importlib.util
from pathlib import Path

import pytest

from tests import tiny_models


@pytest.fixture(scope="session", autouse=True)
def _no_hub(tmp_path_factory):
    """An empty hub cache and no network: what loads here loads from folders alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("hub")))
        patch.setenv("HF_HUB_OFFLINE", "1")
        if importlib.util.find_spec("torch"):
            import torch

            torch.set_num_threads(1)
        yield


@pytest.fixture(scope="session")
def folders(tmp_path_factory) -> dict[str, Path]:
    """Engine name -> folder with a tiny model of its family."""
    from safetensors.torch import save_file

    root = tmp_path_factory.mktemp("models")
    tiny_models.flux().save_pretrained(root / "flux-schnell")
    tiny_models.flux2_klein().save_pretrained(root / "flux2-klein")
    tiny_models.sdxl().save_pretrained(root / "sdxl-lightning")
    lightning = tiny_models.unet(tiny_models.SDXL["unet"])
    name = "sdxl_lightning_4step_unet.safetensors"
    save_file(lightning.state_dict(), root / "sdxl-lightning" / name)
    tiny_models.sam2().save_pretrained(root / "sam2")
    tiny_models.sam2_video().save_pretrained(root / "sam2-video")
    tiny_models.save_vitmatte(root / "vitmatte")
    tiny_models.save_grounding_dino(root / "grounding-dino")
    return {folder.name: folder for folder in root.iterdir()}
