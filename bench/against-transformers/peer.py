"""The peer of bench/classify.ts and bench/detect.ts: transformers on PyTorch, with its own image processors (on Pillow).

    python peer.py KIND FOLDER THREADS PHOTO...

Makes the model in FOLDER when it is not there: a published architecture with random weights, for transformers and as
ONNX for the other side. Each line {} on stdin looks at every photograph, from the JPEG on; the answer is
{"seconds": ..., "answers": ["best label of each photograph", ...]}. The first line of output names the versions.
"""

import json
import sys
import time
from pathlib import Path

import torch
import transformers
from PIL import Image
from torch import nn
from transformers import (
    AutoImageProcessor,
    AutoModelForImageClassification,
    AutoModelForObjectDetection,
    RTDetrConfig,
    RTDetrForObjectDetection,
    RTDetrResNetConfig,
    ViTConfig,
    ViTForImageClassification,
)
from transformers.models.rt_detr.image_processing_pil_rt_detr import RTDetrImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

OUTPUTS = {"classify": ["logits"], "detect": ["logits", "pred_boxes"]}


class Outputs(nn.Module):
    def __init__(self, model, names):
        super().__init__()
        self.model, self.names = model, names

    def forward(self, pixel_values):
        result = self.model(pixel_values=pixel_values)
        return tuple(result[name] for name in self.names)


def fresh(kind: str):
    """ViT base as google/vit-base-patch16-224; RT-DETR as PekingU/rtdetr_r18vd."""
    torch.manual_seed(5)
    if kind == "classify":
        labels = {i: f"class {i}" for i in range(1000)}
        return ViTForImageClassification(ViTConfig(id2label=labels)), ViTImageProcessorPil(size={"height": 224, "width": 224})
    labels = {i: f"class {i}" for i in range(80)}
    stages = ["stage2", "stage3", "stage4"]
    backbone = RTDetrResNetConfig(hidden_sizes=[64, 128, 256, 512], depths=[2, 2, 2, 2], layer_type="basic", out_features=stages)
    config = RTDetrConfig(backbone_config=backbone, encoder_in_channels=[128, 256, 512], hidden_expansion=0.5, decoder_layers=3, id2label=labels)
    return RTDetrForObjectDetection(config), RTDetrImageProcessorPil(size={"height": 640, "width": 640})


def make(kind: str, folder: Path) -> None:
    model, processor = fresh(kind)
    # The usual start gives every picture nearly the same answer.
    for parameter in model.parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, std=parameter[0].numel() ** -0.5)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.ones_(module.weight)
    model.config.architectures = [type(model).__name__]
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    settings = folder / "preprocessor_config.json"
    settings.write_text(settings.read_text().replace("ProcessorPil", "Processor"))
    side = 224 if kind == "classify" else 640
    (folder / "onnx").mkdir(exist_ok=True)
    with torch.no_grad():
        torch.onnx.export(
            Outputs(model, OUTPUTS[kind]).eval(), (torch.rand(1, 3, side, side),), folder / "onnx/model.onnx",
            input_names=["pixel_values"], output_names=OUTPUTS[kind], opset_version=17, dynamo=False,
        )
    (folder / "ready").write_text("")


def look(kind: str, model, processor, path: str) -> str:
    image = Image.open(path).convert("RGB")
    outputs = model(**processor(image, return_tensors="pt"))
    if kind == "classify":
        best = outputs.logits.softmax(-1)[0].topk(5)
        return model.config.id2label[int(best.indices[0])]
    found = processor.post_process_object_detection(outputs, threshold=0.0, target_sizes=[(image.height, image.width)])[0]
    return model.config.id2label[int(found["labels"][0])]


def main() -> None:
    kind, folder, threads, photos = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    torch.set_num_threads(threads)
    if not (folder / "ready").exists():
        folder.mkdir(parents=True, exist_ok=True)
        make(kind, folder)
    auto = AutoModelForImageClassification if kind == "classify" else AutoModelForObjectDetection
    model = auto.from_pretrained(folder).eval()
    processor = AutoImageProcessor.from_pretrained(folder)
    versions = {"transformers": transformers.__version__, "torch": torch.__version__, "processor": type(processor).__name__}
    print(json.dumps(versions), flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        with torch.inference_mode():
            answers = [look(kind, model, processor, photo) for photo in photos]
        print(json.dumps({"seconds": time.perf_counter() - started, "answers": answers}), flush=True)


main()
