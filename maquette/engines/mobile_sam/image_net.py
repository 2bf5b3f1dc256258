"""MobileSAM's image encoder in torch: TinyViT, 5 M parameters, picture to features.

Written to be exported (`export`), never to be run by the pipeline: the shape of a picture is left
open to the end, and one file serves every size. Modules carry the names that the published
checkpoint gives its tensors. What belongs here: the image side. What does not: prompts and masks
(`mask_net`).
"""

# torch is not in the base environment, where types are checked: its classes are unknown there
# pyright: reportUntypedBaseClass=false

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDE_PX = 16  # of the picture, one step of the features
FEATURES = 256
HEAD_CHANNELS = 32  # per attention head, in every stage


@dataclass(frozen=True)
class Widths:
    """How wide and deep the encoder is; each of the four stages has its number.

    Attributes:
        channels: a multiple of 32 but in the first stage, which has no attention.
        depths: blocks.
        windows: side of the attention window, 0 in the first stage.
        classes: of the head it was trained with, which the checkpoint holds and nobody runs.
    """

    channels: tuple[int, ...]  # published: 64, 128, 160, 320
    depths: tuple[int, ...]  # 2, 2, 6, 2
    windows: tuple[int, ...]  # 0, 7, 14, 7
    classes: int  # 1000


class ImageNet(nn.Module):
    """Normalised RGB (1, 3, H, W), sides multiples of 16, to features of three depths.

    What the mask decoder is told, (1, 256, H/16, W/16); what the third stage hands over, (1, C,
    H/16, W/16); and what the first does, (1, C, H/8, W/8). A tracker learns from all three.
    """

    def __init__(self, widths: Widths) -> None:
        super().__init__()
        first = widths.channels[0]
        self.patch_embed = _Stem(first)
        self.layers = nn.ModuleList(_Stage(widths, number) for number in range(4))
        last = widths.channels[-1]
        self.norm_head = nn.LayerNorm(last)
        self.head = nn.Linear(last, widths.classes)
        self.neck = nn.Sequential(
            nn.Conv2d(last, FEATURES, 1, bias=False),
            ChannelNorm(FEATURES),
            nn.Conv2d(FEATURES, FEATURES, 3, padding=1, bias=False),
            ChannelNorm(FEATURES),
        )

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """See the class."""
        early = self.layers[0](self.patch_embed(pixels))
        middle = self.layers[2](self.layers[1](early))
        return self.neck(self.layers[3](middle)), middle, early


class ChannelNorm(nn.Module):
    """Layer norm over the channels of (B, C, H, W)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """The channels last, normed, and back: runtimes know that as one operation."""
        last = x.permute(0, 2, 3, 1)
        normed = functional.layer_norm(last, self.weight.shape, self.weight, self.bias, 1e-6)
        return normed.permute(0, 3, 1, 2)


class _Conv(nn.Sequential):
    """A convolution and its batch norm, which an export folds into one."""

    def __init__(
        self, ins: int, outs: int, side: int = 1, *, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        conv = nn.Conv2d(ins, outs, side, stride, side // 2, groups=groups, bias=False)
        self.add_module("c", conv)
        self.add_module("bn", nn.BatchNorm2d(outs))


class _Stem(nn.Module):
    """Pixels to the first stage's channels at a quarter of the size."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.seq = nn.Sequential(
            _Conv(3, channels // 2, 3, stride=2),
            nn.GELU(),
            _Conv(channels // 2, channels, 3, stride=2),
        )

    def forward(self, pixels: Tensor) -> Tensor:
        return self.seq(pixels)


class _Stage(nn.Module):
    """Blocks at one size, and what hands over to the next stage."""

    def __init__(self, widths: Widths, number: int) -> None:
        super().__init__()
        here, window = widths.channels[number], widths.windows[number]
        blocks = [
            _WindowBlock(here, window) if window else _ConvBlock(here)
            for _ in range(widths.depths[number])
        ]
        self.blocks = nn.Sequential(*blocks)
        if number < 3:
            # the last hand-over keeps the size: SAM wants steps of 16 pixels, not of 32
            stride = 1 if number == 2 else 2
            self.downsample = _HandOver(here, widths.channels[number + 1], stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(x)
        return self.downsample(x) if hasattr(self, "downsample") else x


class _ConvBlock(nn.Module):
    """Widen, look around, narrow, add."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        wide = 4 * channels
        self.conv1 = _Conv(channels, wide)
        self.conv2 = _Conv(wide, wide, 3, groups=wide)
        self.conv3 = _Conv(wide, channels)

    def forward(self, x: Tensor) -> Tensor:
        wide = functional.gelu(self.conv1(x))
        return functional.gelu(x + self.conv3(functional.gelu(self.conv2(wide))))


class _HandOver(nn.Module):
    """From one stage's channels and size to the next one's."""

    def __init__(self, ins: int, outs: int, *, stride: int) -> None:
        super().__init__()
        self.conv1 = _Conv(ins, outs)
        self.conv2 = _Conv(outs, outs, 3, stride=stride, groups=outs)
        self.conv3 = _Conv(outs, outs)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv3(functional.gelu(self.conv2(functional.gelu(self.conv1(x)))))


class _WindowBlock(nn.Module):
    """Attention within windows, a look across their borders, and a perceptron."""

    def __init__(self, channels: int, window: int) -> None:
        super().__init__()
        self._window = window
        self.attn = _Attention(channels, window)
        self.local_conv = _Conv(channels, channels, 3, groups=channels)
        self.mlp = _Perceptron(channels)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.permute(0, 2, 3, 1)  # (B, H, W, C)
        x = self.local_conv((rows + self._attend(rows)).permute(0, 3, 1, 2))
        rows = x.permute(0, 2, 3, 1)
        return (rows + self.mlp(rows)).permute(0, 3, 1, 2)

    def _attend(self, rows: Tensor) -> Tensor:
        side = self._window
        batch, high, wide, channels = rows.shape
        # nothing, or zeros below and to the right, up to whole windows
        padded = functional.pad(rows, (0, 0, 0, -wide % side, 0, -high % side))
        down, across = (high + side - 1) // side, (wide + side - 1) // side
        windows = padded.reshape(batch, down, side, across, side, channels).transpose(2, 3)
        seen = self.attn(windows.reshape(batch * down * across, side * side, channels))
        windows = seen.reshape(batch, down, across, side, side, channels).transpose(2, 3)
        return windows.reshape(batch, down * side, across * side, channels)[:, :high, :wide]


class _Attention(nn.Module):
    """Heads of 32 channels; how far two places lie apart counts by a learnt table."""

    def __init__(self, channels: int, window: int) -> None:
        super().__init__()
        self._heads = channels // HEAD_CHANNELS
        self.norm = nn.LayerNorm(channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)
        self.attention_biases = nn.Parameter(torch.zeros(self._heads, window * window))
        self.register_buffer("_apart", _apart(window), persistent=False)

    def forward(self, x: Tensor) -> Tensor:  # (B, N, C)
        batch, places, channels = x.shape
        parted = self.qkv(self.norm(x)).reshape(batch, places, self._heads, 3 * HEAD_CHANNELS)
        queries, keys, values = parted.transpose(1, 2).split(HEAD_CHANNELS, dim=3)
        scores = queries @ keys.transpose(2, 3) * HEAD_CHANNELS**-0.5
        weights = (scores + self.attention_biases[:, self._apart]).softmax(dim=3)
        return self.proj((weights @ values).transpose(1, 2).reshape(batch, places, channels))


def _apart(window: int) -> Tensor:
    """(N, N) int64: for each pair of places in a window, the row of the table of biases.

    A row stands for one (|dy|, |dx|), numbered in the order in which they are met from the first
    place on: row by row, so dy * window + dx.
    """
    step = torch.arange(window)
    y, x = step.repeat_interleave(window), step.repeat(window)
    return (y[:, None] - y).abs() * window + (x[:, None] - x).abs()


class _Perceptron(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.fc1 = nn.Linear(channels, 4 * channels)
        self.fc2 = nn.Linear(4 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(functional.gelu(self.fc1(self.norm(x))))
