"""Tiny checkpoints with random weights, one for each kind of model that looks at pictures, in the layout of
transformers.js (config.json, preprocessor_config.json, tokenizer.json, onnx/*.onnx). Made for transformers_seeing.py.
"""

import copy
import json
from pathlib import Path

import onnx
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from torch import nn
from transformers import (
    CLIPConfig,
    CLIPModel,
    ConvNextConfig,
    ConvNextForImageClassification,
    DepthAnythingConfig,
    DepthAnythingForDepthEstimation,
    DetrConfig,
    DetrForObjectDetection,
    DFineConfig,
    DFineForObjectDetection,
    Dinov2Config,
    PreTrainedTokenizerFast,
    ResNetConfig,
    RTDetrConfig,
    RTDetrForObjectDetection,
    RTDetrResNetConfig,
    SiglipConfig,
    SiglipModel,
    ViTConfig,
    ViTForImageClassification,
    YolosConfig,
    YolosForObjectDetection,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.detr.image_processing_pil_detr import DetrImageProcessorPil
from transformers.models.dpt.image_processing_pil_dpt import DPTImageProcessorPil
from transformers.models.rt_detr.image_processing_pil_rt_detr import RTDetrImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil
from transformers.models.yolos.image_processing_pil_yolos import YolosImageProcessorPil

NAMES = ["cat", "dog", "person", "cup", "rocket", "camera", "N/A", "boat", "tree", "spoon"]
SHAPE = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
LABELS = {"id2label": dict(enumerate(NAMES)), "label2id": {name: i for i, name in enumerate(NAMES)}}
EAGER = {"attn_implementation": "eager"}


def livelier(model: nn.Module, std: float = 0.12, seed: int = 3) -> nn.Module:
    """The usual start is so small that all pictures look alike."""
    torch.manual_seed(seed)
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, std=std)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.ones_(module.weight)
    return model.eval()


class Outputs(nn.Module):
    """A model that gives only the named outputs, in order."""

    def __init__(self, model, inputs: list[str], outputs: list[str], take=None):
        super().__init__()
        self.model, self.inputs, self.outputs, self.take = model, inputs, outputs, take

    def forward(self, *values):
        result = self.model(**dict(zip(self.inputs, values)), **(self.take or {}))
        return tuple(result[name] for name in self.outputs)


def export(module: Outputs, path: Path, feeds: tuple, fixed: bool = False) -> None:
    # Else the export leaves the model inside it as a model in training.
    module.eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    free = {0: "batch", 2: "height", 3: "width"}
    axes = {name: ({0: "batch"} if fixed or feed.dim() != 4 else free) for name, feed in zip(module.inputs, feeds)}
    for name, feed in zip(module.inputs, feeds):
        if feed.dim() == 2:
            axes[name] = {0: "batch", 1: "length"}
    axes |= {name: {0: "batch"} for name in module.outputs}
    with torch.no_grad():
        torch.onnx.export(
            module, feeds, path, input_names=module.inputs, output_names=module.outputs, dynamic_axes=axes, opset_version=17, dynamo=False,
        )
    shorten(path, {*module.inputs, *module.outputs})


def shorten(path: Path, kept: set[str]) -> None:
    """Names of nodes and values, which are longer than the weights, become numbers."""
    model = onnx.load(path)
    names: dict[str, str] = {}
    short = lambda name: name if name == "" or name in kept else names.setdefault(name, str(len(names)))

    def walk(graph) -> None:
        for node in graph.node:
            node.name = node.doc_string = ""
            node.input[:], node.output[:] = [short(name) for name in node.input], [short(name) for name in node.output]
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    walk(attribute.g)
        for tensor in graph.initializer:
            tensor.name = short(tensor.name)
        for value in graph.output:
            value.name = short(value.name)
        del graph.value_info[:]

    walk(model.graph)
    onnx.save(model, path)


def words(text: bool) -> Tokenizer:
    """A few words and all letters, split as CLIP's tokenizer (`text`) or SigLIP's does."""
    vocabulary = ["<pad>", "</s>", "<unk>", "<s>", *"abcdefghijklmnopqrstuvwxyz.,!", "photo", "cat", "cup", "this", "is", "of", "rocket", "person", "dog"]
    ids = {word: i for i, word in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()])
    tokenizer.decoder = decoders.WordPiece()
    start = "<s> $A </s>" if text else "$A </s>"
    special = [("<s>", ids["<s>"]), ("</s>", ids["</s>"])] if text else [("</s>", ids["</s>"])]
    tokenizer.post_processor = processors.TemplateProcessing(single=start, special_tokens=special)
    return tokenizer


def save_tokenizer(folder: Path, kind: str, length: int) -> PreTrainedTokenizerFast:
    special = {"pad_token": "</s>" if kind == "CLIPTokenizer" else "<pad>", "unk_token": "<unk>", "eos_token": "</s>"}
    if kind == "CLIPTokenizer":
        special["bos_token"] = "<s>"
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words(kind == "CLIPTokenizer"), model_max_length=length, **special)
    tokenizer.save_pretrained(folder)
    config = {"tokenizer_class": kind, "model_max_length": length} | special
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
    return tokenizer


def picture(height: int, width: int) -> torch.Tensor:
    return torch.rand(1, 3, height, width)


def vit(folder: Path):
    model = livelier(ViTForImageClassification._from_config(ViTConfig(**SHAPE, image_size=64, patch_size=16, **LABELS), **EAGER))
    export(Outputs(model, ["pixel_values"], ["logits"]), folder / "onnx/model.onnx", (picture(64, 64),), fixed=True)
    return model, ViTImageProcessorPil(size={"height": 64, "width": 64}, resample=2)


def convnext(folder: Path):
    model = livelier(ConvNextForImageClassification(ConvNextConfig(hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1], **LABELS)), 0.2)
    export(Outputs(model, ["pixel_values"], ["logits"]), folder / "onnx/model.onnx", (picture(96, 96),), fixed=True)
    return model, ConvNextImageProcessorPil(size={"shortest_edge": 96}, crop_pct=0.875, resample=3)


def detr(folder: Path):
    backbone = ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic", out_features=["stage2"])
    config = DetrConfig(
        backbone_config=backbone, use_timm_backbone=False, use_pretrained_backbone=False, d_model=32, num_queries=12, encoder_layers=1, decoder_layers=2,
        encoder_ffn_dim=48, decoder_ffn_dim=48, encoder_attention_heads=4, decoder_attention_heads=4, **LABELS,
    )
    model = livelier(DetrForObjectDetection._from_config(config, **EAGER), 0.25)
    export(Outputs(model, ["pixel_values"], ["logits", "pred_boxes"]), folder / "onnx/model.onnx", (picture(80, 104),))
    return model, DetrImageProcessorPil(size={"shortest_edge": 88, "longest_edge": 117})


def yolos(folder: Path):
    config = YolosConfig(**SHAPE, image_size=[64, 96], patch_size=16, num_detection_tokens=12, use_mid_position_embeddings=False, **LABELS)
    model = livelier(YolosForObjectDetection._from_config(config, **EAGER), 0.2)
    # The published exports take any size too; traced position embeddings fit one, which the processor is set to.
    export(Outputs(model, ["pixel_values"], ["logits", "pred_boxes"]), folder / "onnx/model.onnx", (picture(64, 96),), fixed=True)
    return model, YolosImageProcessorPil(size={"height": 64, "width": 96}, do_pad=False)


def rt_detr(folder: Path):
    backbone = RTDetrResNetConfig(embedding_size=8, hidden_sizes=[8, 16, 16, 24], depths=[1, 1, 1, 1], layer_type="basic", out_features=["stage2", "stage3", "stage4"])
    config = RTDetrConfig(
        backbone_config=backbone, encoder_hidden_dim=16, encoder_in_channels=[16, 16, 24], encoder_ffn_dim=24, encoder_attention_heads=2, d_model=16, hidden_expansion=0.5,
        num_queries=20, decoder_in_channels=[16, 16, 16], decoder_ffn_dim=24, decoder_layers=2, decoder_attention_heads=2, num_denoising=0,
        **LABELS,
    )
    model = livelier(RTDetrForObjectDetection._from_config(config, **EAGER), 0.2)
    export(Outputs(model, ["pixel_values"], ["logits", "pred_boxes"]), folder / "onnx/model.onnx", (picture(96, 96),), fixed=True)
    return model, RTDetrImageProcessorPil(size={"height": 96, "width": 96})


def d_fine(folder: Path):
    config = DFineConfig(
        backbone_config={
            "model_type": "hgnet_v2", "stem_channels": [3, 8, 8], "embedding_size": 8, "hidden_sizes": [8, 16, 16, 24], "depths": [1, 1, 1, 1],
            "stage_in_channels": [8, 8, 16, 16], "stage_mid_channels": [8, 8, 8, 8], "stage_out_channels": [8, 16, 16, 24], "stage_num_blocks": [1, 1, 1, 1],
            "stage_downsample": [False, True, True, True], "stage_light_block": [False, False, True, True], "stage_kernel_size": [3, 3, 3, 3],
            "stage_numb_of_layers": [2, 2, 2, 2], "out_features": ["stage2", "stage3", "stage4"],
        },
        encoder_hidden_dim=16, encoder_in_channels=[16, 16, 24], encoder_ffn_dim=24, encoder_attention_heads=2, d_model=16, hidden_expansion=0.5, num_queries=20,
        decoder_in_channels=[16, 16, 16], decoder_ffn_dim=24, decoder_layers=2, decoder_attention_heads=2, decoder_n_points=[2, 2, 2], num_denoising=0,
        **LABELS,
    )
    model = livelier(DFineForObjectDetection._from_config(config, **EAGER), 0.2)
    export(Outputs(model, ["pixel_values"], ["logits", "pred_boxes"]), folder / "onnx/model.onnx", (picture(96, 96),), fixed=True)
    return model, RTDetrImageProcessorPil(size={"height": 96, "width": 96}, do_normalize=False)


def clip(folder: Path):
    text = SHAPE | {"vocab_size": 42, "max_position_embeddings": 20, "eos_token_id": 1, "bos_token_id": 3, "pad_token_id": 1}
    config = CLIPConfig(text_config=text | {"projection_dim": 24}, vision_config=SHAPE | {"image_size": 64, "patch_size": 16, "projection_dim": 24}, projection_dim=24)
    model = livelier(CLIPModel._from_config(config, **EAGER), 0.15)
    tokenizer = save_tokenizer(folder, "CLIPTokenizer", 20)
    tokens = tokenizer(["this is a cat", "of a photo"], padding="max_length", return_tensors="pt")
    ids, mask = tokens["input_ids"], tokens["attention_mask"]
    names = ["logits_per_image", "text_embeds", "image_embeds"]
    export(Outputs(model, ["input_ids", "pixel_values", "attention_mask"], names), folder / "onnx/model.onnx", (ids, picture(64, 64), mask), fixed=True)
    export(Tower(model.vision_model, model.visual_projection, "pixel_values", "image_embeds"), folder / "onnx/vision_model.onnx", (picture(64, 64),), fixed=True)
    export(Tower(model.text_model, model.text_projection, "input_ids", "text_embeds"), folder / "onnx/text_model.onnx", (ids,))
    return model, CLIPImageProcessorPil(size={"shortest_edge": 64}, crop_size={"height": 64, "width": 64})


class Tower(nn.Module):
    """One half of CLIP."""

    def __init__(self, model, projection, source: str, result: str):
        super().__init__()
        self.model, self.projection, self.inputs, self.outputs = model, projection, [source], [result]

    def forward(self, values):
        return self.projection(self.model(**{self.inputs[0]: values}).pooler_output)


def siglip(folder: Path):
    text = SHAPE | {"vocab_size": 42, "max_position_embeddings": 16, "projection_size": 16}
    config = SiglipConfig(text_config=text, vision_config=SHAPE | {"image_size": 64, "patch_size": 16})
    model = livelier(SiglipModel._from_config(config, **EAGER), 0.15)
    with torch.no_grad():
        model.logit_scale.fill_(2.0)
        model.logit_bias.fill_(-1.5)
    tokenizer = save_tokenizer(folder, "SiglipTokenizer", 16)
    ids = tokenizer(["this is a cat", "of a photo"], padding="max_length", return_tensors="pt")["input_ids"]
    names = ["logits_per_image", "text_embeds", "image_embeds"]
    export(Outputs(model, ["input_ids", "pixel_values"], names), folder / "onnx/model.onnx", (ids, picture(64, 64)), fixed=True)
    return model, SiglipImageProcessorPil(size={"height": 64, "width": 64})


def depth_anything(folder: Path):
    backbone = Dinov2Config(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=4, mlp_ratio=2, image_size=70, patch_size=14, out_features=["stage1", "stage2"],
        reshape_hidden_states=False, apply_layernorm=True,
    )
    config = DepthAnythingConfig(
        backbone_config=backbone, patch_size=14, reassemble_hidden_size=24, reassemble_factors=[2, 1], neck_hidden_sizes=[12, 16], fusion_hidden_size=16,
        head_hidden_size=8,
    )
    model = livelier(DepthAnythingForDepthEstimation._from_config(config, **EAGER), 0.2)
    export(Outputs(model, ["pixel_values"], ["predicted_depth"]), folder / "onnx/model.onnx", (picture(70, 70),), fixed=True)
    # The published exports take any size in the picture's proportions; traced position embeddings fit one. How sizes
    # are found is compared apart.
    return model, DPTImageProcessorPil(size={"height": 70, "width": 70}, keep_aspect_ratio=False, ensure_multiple_of=14, resample=3, do_pad=False)


class Matting(nn.Module):
    """Stands for models that give a mask: their own code comes with their weights, transformers has none."""

    def __init__(self):
        super().__init__()
        layers = [nn.Conv2d(3, 8, 3, padding=1, stride=2), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 3, padding=1)]
        self.layers = nn.Sequential(*layers, nn.Upsample(scale_factor=2, mode="bilinear"), nn.Sigmoid())
        self.inputs, self.outputs = ["input_image"], ["output_image"]

    def forward(self, pixels):
        return self.layers(pixels)


def birefnet(folder: Path):
    model = livelier(Matting(), 0.35)
    export(model, folder / "onnx/model.onnx", (picture(96, 96),), fixed=True)
    half = copy.deepcopy(model).half()
    export(half, folder / "onnx/model_fp16.onnx", (picture(96, 96).half(),), fixed=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "birefnet", "architectures": ["BiRefNet"]}) + "\n")
    return model, ViTImageProcessorPil(size={"height": 96, "width": 96}, resample=2, image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225])


makers = {maker.__name__: maker for maker in (vit, convnext, detr, yolos, rt_detr, d_fine, clip, siglip, depth_anything, birefnet)}


def settings_of(processor) -> dict:
    settings = {key: value for key, value in processor.to_dict().items() if value is not None and not key.startswith("_")}
    return settings | {"image_processor_type": type(processor).__name__.removesuffix("Pil")}


def make(name: str, folder: Path):
    """Writes the checkpoint; gives the model and its image processor."""
    torch.manual_seed(7)
    folder.mkdir(parents=True, exist_ok=True)
    model, processor = makers[name](folder)
    if hasattr(model, "config"):
        model.config.architectures = [type(model).__name__]
        model.config.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(settings_of(processor), indent=1) + "\n")
    return model, processor
