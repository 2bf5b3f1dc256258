"""The export, on a checkpoint of the published layout that is small and random."""

import sys

import numpy as np
import pytest

from maquette.engines.exports import sum_of
from maquette.engines.mobile_sam import making
from maquette.engines.mobile_sam.asks import Ask
from maquette.engines.mobile_sam.engine import PointedSegmenter
from maquette.engines.mobile_sam.nets import DEPTHS, Files, MobileSamNets, open_net
from maquette.errors import EngineError
from maquette.roles import EngineInfo, Prompts
from maquette.types import Picture
from tests.engine_contract import check_segmenter

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
pytestmark = pytest.mark.engines

PUBLISHED_TENSORS = 439


def random_checkpoint(path, *, seed=0):
    """A checkpoint with every kind of layer and hardly any width; returns the two nets."""
    from maquette.engines.mobile_sam.image_net import ImageNet, Widths
    from maquette.engines.mobile_sam.mask_net import MaskNet

    torch.manual_seed(seed)
    image_net = ImageNet(Widths((8, 32, 32, 64), (1, 1, 2, 1), (0, 3, 5, 3), 4)).eval()
    mask_net = MaskNet(16).eval()
    state = {f"image_encoder.{k}": v for k, v in image_net.state_dict().items()}
    state |= mask_net.state_dict()
    for name, tensor in state.items():
        if tensor.is_floating_point():
            # norms near one and spreads above nought, so that no layer can be left out unnoticed
            about = 1.0 if name.endswith(("bn.weight", "running_var")) else 0.0
            tensor.copy_(about + 0.2 * torch.rand_like(tensor) - 0.1 * (about == 0))
    torch.save(state, path)
    return image_net, mask_net


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The nets exported in this process: the folder, and the originals."""
    from maquette.engines.mobile_sam.export import export

    folder = tmp_path_factory.mktemp("made")
    originals = random_checkpoint(folder / "mobile_sam.pt")
    export(folder / "mobile_sam.pt", folder, sha256=sum_of(folder / "mobile_sam.pt"))
    return folder, originals


@pytest.fixture
def nets(made):
    """The exported nets, as the pipeline runs them."""
    files = Files(made[0] / "encoder.onnx", made[0] / "decoder.onnx")
    return MobileSamNets(long_side_px=96, files=files)


def grained(width_px=90, height_px=60):
    """A picture of noise."""
    rgba = np.random.default_rng(1).integers(0, 256, (height_px, width_px, 4)).astype(np.uint8)
    rgba[..., 3] = 255
    return Picture(rgba)


def test_the_layout_is_the_published_one():
    """As many tensors as the checkpoint holds, at its widths."""
    from maquette.engines.mobile_sam.image_net import ImageNet, Widths
    from maquette.engines.mobile_sam.mask_net import MaskNet

    with torch.device("meta"):
        image_net = ImageNet(Widths((64, 128, 160, 320), (2, 2, 6, 2), (0, 7, 14, 7), 1000))
        mask_net = MaskNet(2048)
    assert PUBLISHED_TENSORS == len(image_net.state_dict()) + len(mask_net.state_dict())


def test_exported_nets_answer_as_torch_does(made):
    """To rounding, by the very comparison that the shelf makes."""
    assert making.compare(made[0]) < 1e-4


@pytest.mark.parametrize("size_wh", [(90, 60), (50, 120)], ids=["wide", "tall"])
def test_one_file_serves_every_shape(made, nets, size_wh):
    """Shapes other than the example's, where attention windows fit otherwise."""
    image_net, mask_net = made[1]
    pixels = torch.rand(1, 3, 16 * -(-size_wh[1] // 16), 16 * -(-size_wh[0] // 16))
    seen = open_net(made[0] / "encoder.onnx").run(list(DEPTHS), {"pixels": pixels.numpy()})
    with torch.inference_mode():
        for depth, expected in zip(seen, image_net(pixels), strict=True):
            np.testing.assert_allclose(expected, depth, atol=1e-4)
    rgb = np.ascontiguousarray(grained(*size_wh).rgba[..., :3])
    embedding = nets.encode(rgb)
    asks = [Ask(((30, 30),), (1,)), Ask(((10, 10), (40, 50), (20, 20)), (2, 3, 0))]
    logits, quality = nets.decode(embedding, asks)
    features = torch.from_numpy(embedding.features[0])
    for n, ask in enumerate(asks):
        places, labels = (torch.from_numpy(told)[None] for told in embedding.marks(ask))
        nothing = torch.zeros(1, 1, *logits.shape[2:])
        with torch.inference_mode():
            expected = mask_net(features, places, labels, nothing, torch.zeros(1, 1))
        np.testing.assert_allclose(expected[0][0], logits[n], atol=1e-3)
        np.testing.assert_allclose(expected[1][0], quality[n], atol=1e-3)


def test_the_contract_holds_over_exported_nets(nets):
    """Order, sizes, range and sameness; and prompts change the answer."""
    engine = PointedSegmenter(nets, info=EngineInfo("tiny", "1", licences=("none",)))
    check_segmenter(engine, pictures=[grained(), grained(40, 70)])
    asked = [Prompts(((45.0, 30.0),), (1,)), Prompts(boxes_xyxy=((10.0, 5.0, 60.0, 50.0),))]
    click, box = engine.segment([grained()] * 2, asked)
    assert abs(click - box).max() > 1e-4


def test_the_same_checkpoint_gives_the_same_bytes(made, tmp_path):
    """With one torch; another may differ, which is why no list names the sums."""
    from maquette.engines.mobile_sam.export import export

    checkpoint = made[0] / "mobile_sam.pt"
    export(checkpoint, tmp_path, sha256=sum_of(checkpoint))
    for name in ("encoder.onnx", "decoder.onnx"):
        assert sum_of(made[0] / name) == sum_of(tmp_path / name)


def test_a_checkpoint_with_another_sum_is_not_opened(tmp_path):
    """A pickle is looked into only if it is the one that was pinned."""
    from maquette.engines.mobile_sam.export import nets_of

    (tmp_path / "other.pt").write_bytes(b"not even a pickle")
    with pytest.raises(EngineError, match="WEIGHTS_UNSAFE"):
        nets_of(tmp_path / "other.pt", sha256="0" * 64)


def test_nets_of_another_checkpoint_are_found_out(made, tmp_path):
    """The comparison fails where the nets answer anything else than the original."""
    from maquette.engines.mobile_sam.export import export

    random_checkpoint(tmp_path / "other.pt", seed=1)
    export(tmp_path / "other.pt", tmp_path, sha256=sum_of(tmp_path / "other.pt"))
    (tmp_path / "encoder.onnx").write_bytes((made[0] / "encoder.onnx").read_bytes())
    with pytest.raises(EngineError, match="MODEL_EXPORT"):
        making.compare(tmp_path)


def test_the_shelf_makes_them_beside_a_torch(made, tmp_path, monkeypatch):
    """The whole way: another process exports, this one compares."""
    monkeypatch.setenv("MAQUETTE_TORCH_PYTHON", sys.executable)
    lines = []
    making.make({"mobile_sam.pt": made[0] / "mobile_sam.pt"}, tmp_path, lines.append)
    assert [f"torch: from {sys.executable}", "mobile-sam: answers"] == [
        lines[0],
        " ".join(lines[1].split()[:2]),
    ]
    assert sum_of(made[0] / "encoder.onnx") == sum_of(tmp_path / "encoder.onnx")
