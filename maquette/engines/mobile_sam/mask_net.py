"""SAM's prompt encoder and mask decoder in torch: features and prompts to masks.

Written to be exported (`export`), never to be run by the pipeline. Several prompts are answered
at once, for features of any shape, at a quarter of the encoder's size: making masks large is the
caller's. Modules carry the names that the published checkpoint gives its tensors. What belongs
here: the prompt side. What does not: the picture (`image_net`).
"""

# torch is not in the base environment, where types are checked: its classes are unknown there
# pyright: reportUntypedBaseClass=false

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from maquette.engines.mobile_sam.image_net import FEATURES, STRIDE_PX, ChannelNorm

HEADS = 8
MASKS = 4  # one for prompts that leave no doubt, three for those that do
CORNERS = 4  # kinds of points: leave out, keep, a box's two corners


class MaskNet(nn.Module):
    """The two halves, in one forward that takes everything and answers all masks."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.prompt_encoder = _Prompts()
        self.mask_decoder = _Decoder(hidden)

    def forward(
        self, features: Tensor, points: Tensor, labels: Tensor, masks: Tensor, has_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Features (1, 256, h, w) and N prompts to logits (N, 4, 4h, 4w) and qualities (N, 4).

        Args:
            features: of one picture.
            points: (N, P, 2) x and y in pixels of the encoder's picture.
            labels: (N, P) float: 1 keep, 0 leave out, 2 and 3 a box's corners, -1 no point.
            masks: (N, 1, 4h, 4w) logits of an earlier answer.
            has_mask: (N, 1) float: 1 where that mask counts, 0 where it does not.
        """
        high, wide = features.shape[2], features.shape[3]
        # pictures that are not square are the upper or left part of a square one
        side = torch.maximum(_number(high), _number(wide)).to(features.dtype)
        # a place is the middle of its pixel
        tokens = self.prompt_encoder.points((points + 0.5) / (side * STRIDE_PX), labels)
        dense = self.prompt_encoder.dense(masks, has_mask)
        y, x = (torch.arange(n, dtype=features.dtype) + 0.5 for n in (high, wide))
        grid_xy = torch.stack(
            (x.expand(high, wide), y[:, None].expand(high, wide)), dim=-1
        )  # (h, w, 2)
        places = self.prompt_encoder.pe_layer(grid_xy / side).reshape(1, -1, FEATURES)
        return self.mask_decoder(features + dense, places, tokens)


def _number(extent: int | Tensor) -> Tensor:
    # while it is exported an extent is a tensor already, and must stay one
    return torch.as_tensor(extent)


class _Prompts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pe_layer = _Waves()
        self.point_embeddings = nn.ModuleList(nn.Embedding(1, FEATURES) for _ in range(CORNERS))
        self.not_a_point_embed = nn.Embedding(1, FEATURES)
        self.mask_downscaling = nn.Sequential(
            nn.Conv2d(1, 4, 2, stride=2),
            ChannelNorm(4),
            nn.GELU(),
            nn.Conv2d(4, 16, 2, stride=2),
            ChannelNorm(16),
            nn.GELU(),
            nn.Conv2d(16, FEATURES, 1),
        )
        self.no_mask_embed = nn.Embedding(1, FEATURES)

    def points(self, shares_xy: Tensor, labels: Tensor) -> Tensor:
        """(N, P, 256), one token per point."""
        kinds = [self.not_a_point_embed, *self.point_embeddings]  # of the labels -1, 0, 1, 2, 3
        table = torch.cat([kind.weight for kind in kinds])
        kind = table[(labels + 1).long()]
        return kind + self.pe_layer(shares_xy) * (labels >= 0).to(kind.dtype)[..., None]

    def dense(self, masks: Tensor, has_mask: Tensor) -> Tensor:
        """(N, 256, h, w), to be added to the features."""
        counts = has_mask[:, :, None, None]
        nothing = self.no_mask_embed.weight[:, :, None, None]
        return counts * self.mask_downscaling(masks) + (1 - counts) * nothing


class _Waves(nn.Module):
    """Where something is, as sines and cosines along fixed random directions."""

    def __init__(self) -> None:
        super().__init__()
        waves = torch.zeros(2, FEATURES // 2)
        self.register_buffer("positional_encoding_gaussian_matrix", waves)

    def forward(self, shares_xy: Tensor) -> Tensor:
        turns = (2 * shares_xy - 1) @ self.positional_encoding_gaussian_matrix * (2 * math.pi)
        return torch.cat([turns.sin(), turns.cos()], dim=-1)


class _Decoder(nn.Module):
    def __init__(self, hidden: int) -> None:
        super().__init__()
        small, smaller = FEATURES // 4, FEATURES // 8
        self.transformer = _TwoWays(hidden)
        self.iou_token = nn.Embedding(1, FEATURES)
        self.mask_tokens = nn.Embedding(MASKS, FEATURES)
        self.output_upscaling = nn.Sequential(
            nn.ConvTranspose2d(FEATURES, small, 2, stride=2),
            ChannelNorm(small),
            nn.GELU(),
            nn.ConvTranspose2d(small, smaller, 2, stride=2),
            nn.GELU(),
        )
        self.output_hypernetworks_mlps = nn.ModuleList(_Mlp(smaller) for _ in range(MASKS))
        self.iou_prediction_head = _Mlp(MASKS)

    def forward(self, seen: Tensor, places: Tensor, prompts: Tensor) -> tuple[Tensor, Tensor]:
        count, _, high, wide = seen.shape
        own = torch.cat([self.iou_token.weight, self.mask_tokens.weight])
        tokens = torch.cat([own.expand(prompts.shape[0], -1, -1), prompts], dim=1)
        tokens, keys = self.transformer(seen.flatten(2).transpose(1, 2), places, tokens)
        fine = self.output_upscaling(keys.transpose(1, 2).reshape(count, FEATURES, high, wide))
        filters = [mlp(tokens[:, 1 + i]) for i, mlp in enumerate(self.output_hypernetworks_mlps)]
        logits = torch.stack(filters, dim=1) @ fine.flatten(2)
        quality = self.iou_prediction_head(tokens[:, 0])
        return logits.reshape(count, MASKS, 4 * high, 4 * wide), quality


class _Mlp(nn.Module):
    def __init__(self, outs: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Linear(FEATURES, size) for size in (FEATURES, FEATURES, outs)
        )

    def forward(self, x: Tensor) -> Tensor:
        first, second, last = self.layers
        return last(functional.relu(second(functional.relu(first(x)))))


class _TwoWays(nn.Module):
    """Prompts look at the picture, and the picture at the prompts, twice over."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_TwoWayLayer(hidden, first=first) for first in (True, False))
        self.final_attn_token_to_image = _Attention(FEATURES // 2)
        self.norm_final_attn = nn.LayerNorm(FEATURES)

    def forward(self, keys: Tensor, places: Tensor, prompts: Tensor) -> tuple[Tensor, Tensor]:
        tokens = prompts
        for layer in self.layers:
            tokens, keys = layer(tokens, keys, prompts=prompts, places=places)
        seen = self.final_attn_token_to_image(tokens + prompts, keys + places, keys)
        return self.norm_final_attn(tokens + seen), keys


class _TwoWayLayer(nn.Module):
    def __init__(self, hidden: int, *, first: bool) -> None:
        super().__init__()
        self._first = first
        self.self_attn = _Attention(FEATURES)
        self.cross_attn_token_to_image = _Attention(FEATURES // 2)
        self.mlp = _Hidden(hidden)
        self.cross_attn_image_to_token = _Attention(FEATURES // 2)
        for number in range(1, 5):
            self.add_module(f"norm{number}", nn.LayerNorm(FEATURES))

    def forward(
        self, tokens: Tensor, keys: Tensor, *, prompts: Tensor, places: Tensor
    ) -> tuple[Tensor, Tensor]:
        if self._first:  # the tokens are the prompts still: nothing to add to, nothing to keep
            tokens = self.self_attn(tokens, tokens, tokens)
        else:
            asking = tokens + prompts
            tokens = tokens + self.self_attn(asking, asking, tokens)
        tokens = self.norm1(tokens)
        seen = self.cross_attn_token_to_image(tokens + prompts, keys + places, keys)
        tokens = self.norm2(tokens + seen)
        tokens = self.norm3(tokens + self.mlp(tokens))
        seen = self.cross_attn_image_to_token(keys + places, tokens + prompts, tokens)
        return tokens, self.norm4(keys + seen)


class _Hidden(nn.Module):
    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.lin1 = nn.Linear(FEATURES, hidden)
        self.lin2 = nn.Linear(hidden, FEATURES)

    def forward(self, x: Tensor) -> Tensor:
        return self.lin2(functional.relu(self.lin1(x)))


class _Attention(nn.Module):
    """Eight heads over a width of its own."""

    def __init__(self, inner: int) -> None:
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(FEATURES, inner) for _ in range(3))
        self.out_proj = nn.Linear(inner, FEATURES)

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        q = _parted(self.q_proj(queries))
        k = _parted(self.k_proj(keys))
        v = _parted(self.v_proj(values))
        weights = (q @ k.transpose(2, 3) / math.sqrt(q.shape[3])).softmax(dim=3)
        seen = (weights @ v).transpose(1, 2)
        return self.out_proj(seen.reshape(seen.shape[0], seen.shape[1], HEADS * seen.shape[3]))


def _parted(x: Tensor) -> Tensor:
    """(B, N, C) to (B, heads, N, C / heads)."""
    batch, count, channels = x.shape
    return x.reshape(batch, count, HEADS, channels // HEADS).transpose(1, 2)
