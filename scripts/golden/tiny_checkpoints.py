"""Tiny diffusers folders with random weights, one for each way in which models of the family differ.

Made by stable_diffusion.py, which also exports them to ONNX for the tests.
"""

import json
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    LCMScheduler,
    PNDMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

START, END = "<|startoftext|>", "<|endoftext|>"
MERGES = ["r e", "re d</w>", "a p", "p l", "ap pl", "appl e</w>", "c a", "ca t</w>", "b o", "bo x</w>"]
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}


def byte_letters() -> list[str]:
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in printable]
    letters = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(rest)}
    return [letters[byte] for byte in range(256)]


def tokenizer(folder: Path, length: int, pad: str) -> CLIPTokenizer:
    letters = byte_letters()
    words = letters + [letter + "</w>" for letter in letters] + [merge.replace(" ", "") for merge in MERGES] + [START, END]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(MERGES) + "\n")
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": pad}
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": length, "tokenizer_class": "CLIPTokenizer"} | special))
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=length, **special)


def text_encoder(width: int, length: int, projection: int | None = None):
    config = CLIPTextConfig(
        vocab_size=512 + len(MERGES) + 2, hidden_size=width, intermediate_size=2 * width, num_hidden_layers=3, num_attention_heads=2,
        max_position_embeddings=length, projection_dim=projection or width, hidden_act="gelu" if projection else "quick_gelu",
        bos_token_id=512 + len(MERGES), eos_token_id=513 + len(MERGES), pad_token_id=0,
    )
    model = CLIPTextModelWithProjection(config) if projection else CLIPTextModel(config)
    for parameter in model.parameters():
        # The usual start is so small that all prompts look alike.
        torch.nn.init.normal_(parameter, std=0.15)
    return model


def unet(cross: int, **more) -> UNet2DConditionModel:
    return UNet2DConditionModel(**{
        "sample_size": 8, "block_out_channels": (8, 16), "layers_per_block": 1, "norm_num_groups": 4, "attention_head_dim": 4,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"), "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "cross_attention_dim": cross,
    } | more)


def vae(levels: int, **more) -> AutoencoderKL:
    return AutoencoderKL(**{
        "block_out_channels": (4, 8, 8, 8)[:levels], "down_block_types": ("DownEncoderBlock2D",) * levels,
        "up_block_types": ("UpDecoderBlock2D",) * levels, "norm_num_groups": 4, "layers_per_block": 1, "mid_block_add_attention": False,
        "sample_size": 32,
    } | more)


def plain(folder: Path, **unet_options) -> StableDiffusionPipeline:
    return StableDiffusionPipeline(
        vae(4, scaling_factor=0.18215), text_encoder(16, 12), tokenizer(folder / "words", 12, END), unet(16, **unet_options),
        PNDMScheduler(skip_prk_steps=True, **BETAS), None, None, requires_safety_checker=False,
    )


def sdxl(folder: Path) -> StableDiffusionXLPipeline:
    added = {"addition_embed_type": "text_time", "addition_time_embed_dim": 8, "projection_class_embeddings_input_dim": 6 * 8 + 12}
    return StableDiffusionXLPipeline(
        vae(3, scaling_factor=0.13025, shift_factor=0.1), text_encoder(16, 12), text_encoder(24, 12, projection=12),
        tokenizer(folder / "words", 12, END), tokenizer(folder / "words_2", 12, "!"),
        unet(40, use_linear_projection=True, transformer_layers_per_block=(1, 2), attention_head_dim=(2, 4), **added),
        EulerDiscreteScheduler(timestep_spacing="leading", **BETAS), add_watermarker=False,
    )


def lcm(folder: Path) -> StableDiffusionPipeline:
    pipe = plain(folder, time_cond_proj_dim=32)
    pipe.register_modules(scheduler=LCMScheduler(original_inference_steps=50, **BETAS))
    return pipe


def inpainting(folder: Path) -> StableDiffusionPipeline:
    return plain(folder, in_channels=9)


makers = {"plain": plain, "sdxl": sdxl, "lcm": lcm, "inpainting": inpainting}


def make(kind: str, folder: Path):
    """The pipeline in float32, with weights that float16 holds exactly, saved to `folder`."""
    torch.manual_seed(sorted(makers).index(kind))
    pipe = makers[kind](folder)
    for part in pipe.components.values():
        if isinstance(part, torch.nn.Module):
            part.half().float().eval()
    pipe.save_pretrained(folder)
    for name in ("tokenizer", "tokenizer_2"):
        words = folder / name.replace("tokenizer", "words")
        if words.exists():
            for file in words.iterdir():
                (folder / name / file.name).write_bytes(file.read_bytes())
            (folder / name / "tokenizer.json").unlink(missing_ok=True)
    return pipe
