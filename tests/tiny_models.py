"""Models of every supported family, a few hundred kilobytes each, made on the spot.

Random weights and letter-by-letter tokenizers, saved in the layout of the published models, so
that tests load them through the same code. They draw noise; what they show is that the code runs.
Every builder takes its sizes as a table, so that `bench/engines.py` can build the full ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np

Parts = Literal["text", "image", "both"]

# One token a letter: the published 77 would end before the style words do.
CLIP = {
    "hidden_size": 32,
    "intermediate_size": 37,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "projection_dim": 32,
    "max_position_embeddings": 256,
}
VAE = {
    "block_out_channels": (8, 16),
    "latent_channels": 4,
    "norm_num_groups": 4,
    "sample_size": 64,
    "layers_per_block": 1,
}
FLUX = {
    "clip": CLIP,
    "t5": {"vocab_size": 98, "d_model": 32, "d_ff": 37, "d_kv": 8, "num_layers": 1, "num_heads": 2},
    "vae": {**VAE, "use_quant_conv": False, "use_post_quant_conv": False, "shift_factor": 0.06},
    "transformer": {
        "patch_size": 1,
        "in_channels": 16,
        "num_layers": 1,
        "num_single_layers": 1,
        "attention_head_dim": 16,
        "num_attention_heads": 2,
        "joint_attention_dim": 32,
        "pooled_projection_dim": 32,
        "axes_dims_rope": (4, 4, 8),
    },
}
FLUX2_KLEIN = {
    "qwen": {  # 28 layers, since three of them are read by number
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 28,
        "num_attention_heads": 1,
        "num_key_value_heads": 1,
        "head_dim": 16,
    },
    "vae": VAE,
    "transformer": {
        "in_channels": 16,
        "num_layers": 1,
        "num_single_layers": 1,
        "attention_head_dim": 16,
        "num_attention_heads": 2,
        "joint_attention_dim": 48,
        "timestep_guidance_channels": 32,
        "axes_dims_rope": (4, 4, 4, 4),
        "guidance_embeds": False,
    },
}
SDXL = {
    "clip": CLIP,
    "clip_2": CLIP,
    "vae": VAE,
    "unet": {
        "block_out_channels": (16, 32),
        "layers_per_block": 1,
        "sample_size": 32,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "attention_head_dim": (2, 4),
        "addition_time_embed_dim": 8,
        "transformer_layers_per_block": (1, 1),
        "projection_class_embeddings_input_dim": 8 * 6 + 32,
        "cross_attention_dim": 64,
        "norm_num_groups": 4,
    },
}
SAM2 = {
    "image_size": 256,
    "channels": [16, 32, 64, 128],
    "backbone": {
        "hidden_size": 16,
        "blocks_per_stage": [1, 1, 2, 1],
        "num_attention_heads": 1,
        "num_attention_heads_per_stage": [1, 2, 4, 8],
        "window_size_per_stage": [8, 4, 14, 7],
        "global_attention_blocks": [3],
    },
}
GROUNDING_DINO = {
    "backbone": {
        "image_size": 64,
        "embed_dim": 8,
        "depths": [1, 1, 1, 1],
        "num_heads": [1, 1, 2, 2],
        "window_size": 4,
    },
    "text": {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
    },
    "detector": {
        "d_model": 32,
        "num_queries": 20,
        "encoder_layers": 1,
        "encoder_ffn_dim": 16,
        "encoder_attention_heads": 2,
        "decoder_layers": 2,
        "decoder_ffn_dim": 16,
        "decoder_attention_heads": 2,
    },
}
SAM2_PACKAGE = [
    "++model.image_size=256",
    "++model.image_encoder.trunk.embed_dim=16",
    "++model.image_encoder.trunk.stages=[1,1,2,1]",
    "++model.image_encoder.trunk.global_att_blocks=[3]",
    "++model.image_encoder.neck.backbone_channel_list=[128,64,32,16]",
    "++model.memory_attention.num_layers=1",
    "++model.memory_attention.layer.self_attention.feat_sizes=[16,16]",
    "++model.memory_attention.layer.cross_attention.feat_sizes=[16,16]",
]


def _byte_letters() -> list[str]:
    """The printable stand-ins that byte-level tokenizers use for the 256 byte values."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = [256 + n for n in range(256 - len(plain))]
    return [chr(code) for code in plain + moved]


def clip_tokenizer(length: int, *, pad: str = "<|endoftext|>") -> Any:
    """A CLIP tokenizer that knows single letters only."""
    from transformers import CLIPTokenizer

    letters = _byte_letters()
    pieces = [*letters, *(f"{c}</w>" for c in letters), "<|startoftext|>", "<|endoftext|>"]
    vocab = {piece: number for number, piece in enumerate(pieces)}
    return CLIPTokenizer(vocab=vocab, merges=[], model_max_length=length, pad_token=pad)


def t5_tokenizer() -> Any:
    """A T5 tokenizer that knows ASCII letters only."""
    from transformers import T5TokenizerFast

    specials = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    letters = [(chr(code), -3.0) for code in range(33, 127)]
    return T5TokenizerFast(vocab=specials + letters, extra_ids=0)


def qwen_tokenizer() -> Any:
    """A Qwen tokenizer that knows single letters only, with a chat template."""
    from transformers import Qwen2TokenizerFast

    pieces = [*_byte_letters(), "<|endoftext|>"]
    tokenizer = Qwen2TokenizerFast(vocab={p: n for n, p in enumerate(pieces)}, merges=[])
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    return tokenizer


def _clip_config(sizes: dict[str, Any], *, tokenizer: Any) -> Any:
    from transformers import CLIPTextConfig

    ids = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    return CLIPTextConfig(**{"vocab_size": len(tokenizer), **ids, **sizes})


def _vae(kind: Any, sizes: dict[str, Any]) -> Any:
    depth = len(sizes["block_out_channels"])
    down, up = ("DownEncoderBlock2D",) * depth, ("UpDecoderBlock2D",) * depth
    return kind(down_block_types=down, up_block_types=up, **sizes)


def flux(sizes: dict[str, Any] = FLUX, *, parts: Parts = "both") -> Any:
    """A FluxPipeline with random weights, 0.7 MB at its default sizes."""
    import diffusers as d
    import torch
    import transformers as t

    torch.manual_seed(0)
    held: dict[str, Any] = dict.fromkeys(
        ("text_encoder", "tokenizer", "text_encoder_2", "tokenizer_2", "transformer", "vae")
    )
    if parts != "image":
        clip = clip_tokenizer(sizes["clip"]["max_position_embeddings"])
        held |= {
            "tokenizer": clip,
            "tokenizer_2": t5_tokenizer(),
            "text_encoder": t.CLIPTextModel(_clip_config(sizes["clip"], tokenizer=clip)),
            "text_encoder_2": t.T5EncoderModel(t.T5Config(**sizes["t5"])),
        }
    if parts != "text":
        held["transformer"] = d.FluxTransformer2DModel(**sizes["transformer"])
        held["vae"] = _vae(d.AutoencoderKL, sizes["vae"])
    return d.FluxPipeline(scheduler=d.FlowMatchEulerDiscreteScheduler(shift=1.0), **held)


def flux2_klein(sizes: dict[str, Any] = FLUX2_KLEIN) -> Any:
    """A Flux2KleinPipeline with random weights."""
    import diffusers as d
    import torch
    import transformers as t

    torch.manual_seed(0)
    tokenizer = qwen_tokenizer()
    return d.Flux2KleinPipeline(
        scheduler=d.FlowMatchEulerDiscreteScheduler(shift=1.0),
        transformer=d.Flux2Transformer2DModel(**sizes["transformer"]),
        vae=_vae(d.AutoencoderKLFlux2, sizes["vae"]),
        text_encoder=t.Qwen3ForCausalLM(t.Qwen3Config(vocab_size=len(tokenizer), **sizes["qwen"])),
        tokenizer=tokenizer,
        is_distilled=True,
    )


def unet(sizes: dict[str, Any]) -> Any:
    """An SDXL UNet with random weights."""
    import diffusers as d

    return d.UNet2DConditionModel(
        in_channels=4,
        out_channels=4,
        use_linear_projection=True,
        addition_embed_type="text_time",
        **sizes,
    )


def sdxl(sizes: dict[str, Any] = SDXL, *, parts: Parts = "both") -> Any:
    """A StableDiffusionXLPipeline with random weights, 1.6 MB at its default sizes."""
    import diffusers as d
    import torch
    import transformers as t

    torch.manual_seed(0)
    held: dict[str, Any] = dict.fromkeys(
        ("text_encoder", "tokenizer", "text_encoder_2", "tokenizer_2", "unet", "vae")
    )
    if parts != "image":
        length = sizes["clip"]["max_position_embeddings"]
        clip, clip_2 = clip_tokenizer(length), clip_tokenizer(length, pad="!")
        config, config_2 = sizes["clip"], sizes["clip_2"]
        held |= {
            "tokenizer": clip,
            "tokenizer_2": clip_2,
            "text_encoder": t.CLIPTextModel(_clip_config(config, tokenizer=clip)),
            "text_encoder_2": t.CLIPTextModelWithProjection(_clip_config(config_2, tokenizer=clip)),
        }
    if parts != "text":
        held["unet"] = unet(sizes["unet"])
        held["vae"] = _vae(d.AutoencoderKL, sizes["vae"])
    scheduler = d.EulerDiscreteScheduler(timestep_spacing="leading")
    return d.StableDiffusionXLPipeline(scheduler=scheduler, add_watermarker=False, **held)


def _sam2_configs(sizes: dict[str, Any]) -> dict[str, Any]:
    """The parts of a SAM 2 configuration that stills and video share."""
    size_px = sizes["image_size"]
    backbone = {
        "model_type": "sam2_hiera_det_model",
        "image_size": [size_px, size_px],
        "embed_dim_per_stage": sizes["channels"],
        **sizes["backbone"],
    }
    vision = {
        "backbone_config": backbone,
        "backbone_channel_list": sizes["channels"][::-1],
        "backbone_feature_sizes": [[size_px // n, size_px // n] for n in (4, 8, 16)],
        "fpn_hidden_size": 256,
    }
    return {"vision_config": vision, "prompt_encoder_config": {"image_size": size_px}}


def sam2(sizes: dict[str, Any] = SAM2) -> Any:
    """A Sam2Model of transformers with random weights."""
    import torch
    import transformers as t

    torch.manual_seed(0)
    return t.Sam2Model(t.Sam2Config(**_sam2_configs(sizes))).eval()


def sam2_video(sizes: dict[str, Any] = SAM2, *, sees: bool = True) -> Any:
    """A Sam2VideoModel of transformers with random weights, which sees its object everywhere.

    Or nowhere: the score that tells is set, whatever the frame.
    """
    import torch
    import transformers as t

    torch.manual_seed(0)
    configs = _sam2_configs(sizes)
    configs["vision_config"] = t.Sam2VisionConfig(**configs["vision_config"])
    side = sizes["image_size"] // 16
    model = t.Sam2VideoModel(
        t.Sam2VideoConfig(
            image_size=sizes["image_size"],
            memory_attention_rope_feat_sizes=[side, side],
            memory_attention_num_layers=1,
            **configs,
        )
    )
    return _lively(model, last_layer=model.mask_decoder.pred_obj_score_head.proj_out, sees=sees)


def _lively(model: Any, *, last_layer: Any, sees: bool) -> Any:
    """The model with weights so large that what it remembers changes what it answers.

    As made, a memory more or less is lost in rounding, and so would be any mistake with it.
    """
    import torch

    torch.manual_seed(0)
    for weights in model.parameters():
        if weights.ndim > 1:
            torch.nn.init.xavier_normal_(weights)
    torch.nn.init.zeros_(last_layer.weight)
    torch.nn.init.constant_(last_layer.bias, 2.0 if sees else -2.0)
    return model.eval()


def sam2_package(seed: int = 0) -> Any:
    """The sam2 package's own model, shrunk from its tiny configuration."""
    import torch
    from sam2.build_sam import build_sam2

    torch.manual_seed(seed)
    config = "configs/sam2.1/sam2.1_hiera_t.yaml"
    return build_sam2(config, None, device="cpu", hydra_overrides_extra=SAM2_PACKAGE)


def sam2_package_video(*, sees: bool = True) -> Any:
    """The same for clips; `sees` as in `sam2_video`."""
    model = sam2_package()
    last_layer = model.sam_mask_decoder.pred_obj_score_head.layers[-1]
    return _lively(model, last_layer=last_layer, sees=sees)


def vitmatte() -> Any:
    """A VitMatteForImageMatting of 0.4 MB with random weights."""
    import torch
    import transformers as t

    torch.manual_seed(0)
    backbone = t.VitDetConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=64,
        patch_size=16,
        num_channels=4,
        out_features=["stage2"],
        residual_block_indices=[],
        window_block_indices=[0],
        window_size=2,
    )
    config = t.VitMatteConfig(
        backbone_config=backbone,
        hidden_size=32,
        convstream_hidden_sizes=[8, 16, 24],
        fusion_hidden_sizes=[32, 16, 12, 8],
    )
    model = t.VitMatteForImageMatting(config)
    for weights in model.decoder.parameters():
        torch.nn.init.normal_(weights, std=0.3)  # as made, every alpha is near one half
    return model


def save_vitmatte(folder: Path) -> Path:
    """The matting model and its image processor, as published."""
    import transformers as t

    vitmatte().save_pretrained(folder)
    t.VitMatteImageProcessorPil().save_pretrained(folder)
    return folder


def bert_tokenizer() -> Any:
    """A BERT tokenizer of single letters, the marks at the numbers where Grounding DINO looks."""
    from transformers import BertTokenizerFast

    marks = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 1012: ".", 1029: "?"}
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    letters += [f"##{letter}" for letter in letters]
    vocab = {marks.get(n, f"[unused{n}]"): n for n in range(1030)}
    return BertTokenizerFast(vocab=vocab | {letter: 1030 + n for n, letter in enumerate(letters)})


def grounding_dino(tokenizer: Any, *, sizes: dict[str, Any] = GROUNDING_DINO) -> Any:
    """A GroundingDinoForObjectDetection of 0.7 MB with random weights."""
    import torch
    import transformers as t

    torch.manual_seed(0)
    config = t.GroundingDinoConfig(
        backbone_config=t.SwinConfig(out_indices=[2, 3, 4], **sizes["backbone"]),
        text_config=t.BertConfig(vocab_size=len(tokenizer), **sizes["text"]),
        **sizes["detector"],
    )
    model = t.GroundingDinoForObjectDetection(config)
    for weights in model.bbox_embed.parameters():
        torch.nn.init.normal_(weights, std=0.1)  # as made, boxes stay on a grid
    # as made, every word meets every box for certain
    torch.nn.init.constant_(model.model.decoder.layer_norm.weight, 0.1)
    return model


def save_grounding_dino(folder: Path) -> Path:
    """The detector, its image processor and its tokenizer, as published."""
    import transformers as t

    tokenizer = bert_tokenizer()
    grounding_dino(tokenizer).save_pretrained(folder)
    size = {"shortest_edge": 96, "longest_edge": 160}
    t.GroundingDinoImageProcessorPil(size=size).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def disc(size_px: int, *, width_px: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """An orange disc on white, (H, W, 4) uint8, and where it is, (H, W) bool."""
    width_px = width_px or size_px
    y, x = np.mgrid[:size_px, :width_px]
    inside = (x - width_px / 2) ** 2 + (y - size_px / 2) ** 2 < (size_px / 4) ** 2
    rgba = np.full((size_px, width_px, 4), 255, np.uint8)
    rgba[inside] = (240, 120, 30, 255)
    return rgba, inside
