"""What transformers makes of ten photographs, with tiny random checkpoints of every kind that the family serves.

    pip install -r scripts/golden/requirements.txt
    python scripts/golden/transformers_seeing.py

Writes the checkpoints and results.json to packages/vision/src/families/transformers/golden. Image processors are those
on Pillow, the ones that the models were trained with.
"""

import base64
import json
import shutil
from pathlib import Path

import numpy as np
import PIL
import tiny_seeing
import torch
import transformers
from PIL import Image
from tiny_seeing import (
    CLIPImageProcessorPil,
    ConvNextImageProcessorPil,
    DetrImageProcessorPil,
    DPTImageProcessorPil,
    ViTImageProcessorPil,
    YolosImageProcessorPil,
)
from transformers import PreTrainedTokenizerFast

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "packages/vision/src/families/transformers/golden"
PHOTOS = ROOT / "packages/testing/photos"
SAMPLES = 256
STEP = 7919
LABELS = ["cat", "cup", "rocket", "person"]
TEMPLATE = "This is a photo of {}."


def packed(values) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode()


def sampled(values: np.ndarray) -> np.ndarray:
    """Some values, at places spread over all of it."""
    flat = values.reshape(-1)
    return flat[(np.arange(SAMPLES) * STEP) % flat.size]


def classes(model, pixels) -> list:
    scores = model(**pixels).logits.softmax(-1)[0]
    best = scores.topk(5)
    return [{"label": model.config.id2label[int(i)], "score": round(float(s), 6)} for s, i in zip(best.values, best.indices)]


def objects(model, processor, pixels, size, threshold: float) -> list:
    outputs = model(**pixels)
    found = processor.post_process_object_detection(outputs, threshold=threshold, target_sizes=[size])[0]
    rows = zip(found["scores"], found["labels"], found["boxes"])
    shown = [{"label": model.config.id2label[int(l)], "score": round(float(s), 6), "bbox": [round(float(x), 3) for x in b]} for s, l, b in rows]
    return sorted(shown, key=lambda item: -item["score"])


def split(scores: list[float]) -> float:
    """A threshold that no score comes near to, which lets some through."""
    ordered = np.sort(scores)
    middle = ordered[int(len(ordered) * 0.7) : int(len(ordered) * 0.93)]
    gap = int(np.argmax(np.diff(middle)))
    return round(float(middle[gap] + middle[gap + 1]) / 2, 5)


def threshold_of(model, processor, photos) -> float:
    scores = []
    for photo in photos.values():
        outputs = model(pixel_values=processor(photo, return_tensors="pt")["pixel_values"])
        scores += [float(s) for s in processor.post_process_object_detection(outputs, threshold=0.0)[0]["scores"]]
    return split(scores)


def text_of(kind: str, tokenizer, texts: list[str]):
    padding = "max_length" if kind == "siglip" else True
    tokens = tokenizer(texts, padding=padding, truncation=True, return_tensors="pt")
    return {"input_ids": tokens["input_ids"]} | ({} if kind == "siglip" else {"attention_mask": tokens["attention_mask"]})


def pairs(kind: str, model, tokenizer, pixels) -> dict:
    joint = model(**text_of(kind, tokenizer, [TEMPLATE.format(label) for label in LABELS]), pixel_values=pixels["pixel_values"])
    logits = joint.logits_per_image[0]
    scores = logits.sigmoid() if kind == "siglip" else logits.softmax(-1)
    return {
        "classes": [{"label": label, "score": round(float(score), 6)} for label, score in zip(LABELS, scores)],
        "embedding": packed(torch.nn.functional.normalize(joint.image_embeds[0], dim=0)),
    }


def depth(model, pixels, size) -> dict:
    predicted = model(**pixels).predicted_depth
    # As transformers' depth-estimation pipeline.
    full = torch.nn.functional.interpolate(predicted[None], size=size, mode="bicubic", align_corners=False)[0, 0].numpy()
    low, high = float(full.min()), float(full.max())
    return {"min": low, "max": high, "samples": packed(sampled((full - low) / (high - low) * 255))}


def mask(model, pixels, size) -> dict:
    """As the models' own pages show it: the mask as an 8-bit picture, scaled by Pillow."""
    grey = Image.fromarray((model(pixels["pixel_values"])[0, 0].numpy() * 255).astype("uint8"))
    return {"samples": packed(sampled(np.asarray(grey.resize((size[1], size[0]), Image.Resampling.BILINEAR))))}


def sizes() -> list:
    """What processors scale pictures of odd sizes to, before a crop."""
    cases = [
        ("detr", DetrImageProcessorPil(size={"shortest_edge": 800, "longest_edge": 1333})),
        ("detr", DetrImageProcessorPil(size={"shortest_edge": 88, "longest_edge": 117})),
        ("yolos", YolosImageProcessorPil(size={"shortest_edge": 512, "longest_edge": 864})),
        ("clip", CLIPImageProcessorPil(size={"shortest_edge": 224}, do_center_crop=False)),
        ("depth_anything", DPTImageProcessorPil(size={"height": 518, "width": 518}, keep_aspect_ratio=True, ensure_multiple_of=14, resample=3)),
        ("convnext", ConvNextImageProcessorPil(size={"shortest_edge": 384})),
        ("vit", ViTImageProcessorPil(size={"height": 224, "width": 224})),
    ]
    pictures = [(640, 427), (427, 640), (512, 512), (1333, 1000), (333, 1999), (1999, 333), (801, 800), (97, 61), (61, 97), (1, 1), (3, 50), (517, 519)]
    found = []
    for kind, processor in cases:
        settings = tiny_seeing.settings_of(processor)
        for width, height in pictures:
            try:
                shape = processor(Image.new("RGB", (width, height)), return_tensors="np")["pixel_values"].shape
            except (ValueError, ZeroDivisionError):
                continue
            if min(shape) > 0:
                found.append({"model_type": kind, "settings": settings, "picture": [width, height], "shape": list(shape)})
    return found


SENTENCES = [
    "a photo of a cat", "A Photo Of A CAT!", "  two   spaces ", "café crème", "naïve façade — déjà vu", "it's 3:45pm, isn't it?", "email@example.com #tag", "猫の写真", "привет мир",
    "🙂 smile", "x" * 60, "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty twenty-one twenty-two",
    "", "<|endoftext|> inside", "don't they're we've I'll", "line\nbreak\ttab", "ＦＵＬＬ width", "e\u0301 combining", "$100 & 50%", "...",
]


def tokens() -> list:
    """CLIP's byte pairs by the tokenizer of the starter model."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(ROOT / "models/starter/text-to-image/tokenizer")
    return [{"text": text, "ids": tokenizer(text, truncation=True)["input_ids"]} for text in SENTENCES]


def results(kind: str, model, processor, photos: dict) -> dict:
    shown: dict = {}
    tokenizer = PreTrainedTokenizerFast.from_pretrained(OUT / kind) if kind in ("clip", "siglip") else None
    if tokenizer:
        feeds = text_of(kind, tokenizer, ["A photo of a cat."])
        shown["text"] = packed(torch.nn.functional.normalize(getattr(model.get_text_features(**feeds), "pooler_output")[0], dim=0))
    if hasattr(model, "config") and hasattr(processor, "post_process_object_detection"):
        shown["threshold"] = threshold_of(model, processor, photos)
    shown["photos"] = {}
    for name, photo in photos.items():
        size = (photo.height, photo.width)
        pixels = {"pixel_values": processor(photo, return_tensors="pt")["pixel_values"]}
        one = {"shape": list(pixels["pixel_values"].shape), "pixels": packed(sampled(pixels["pixel_values"].numpy()))}
        if "threshold" in shown:
            one["objects"] = objects(model, processor, pixels, size, shown["threshold"])
        elif tokenizer:
            one |= pairs(kind, model, tokenizer, pixels)
        elif kind == "depth_anything":
            one["depth"] = depth(model, pixels, size)
        elif kind == "birefnet":
            one["mask"] = mask(model, pixels, size)
        else:
            one["classes"] = classes(model, pixels)
        shown["photos"][name] = one
    return shown


def main() -> None:
    torch.set_num_threads(1)
    photos = {path.name: Image.open(path).convert("RGB") for path in sorted(PHOTOS.glob("*.jpg"))}
    shutil.rmtree(OUT, ignore_errors=True)
    models = {}
    for kind in tiny_seeing.makers:
        model, processor = tiny_seeing.make(kind, OUT / kind)
        with torch.no_grad():
            models[kind] = results(kind, model, processor, photos)
        first = next(iter(models[kind]["photos"].values()))
        print(kind, models[kind].get("threshold"), {key: value for key, value in first.items() if key in ("shape", "classes", "objects")})
    versions = {"transformers": transformers.__version__, "torch": torch.__version__, "pillow": PIL.__version__}
    golden = {"versions": versions, "samples": SAMPLES, "step": STEP, "labels": LABELS, "template": TEMPLATE, "sizes": sizes(), "tokens": tokens(), "models": models}
    (OUT / "results.json").write_text(json.dumps(golden, indent=1) + "\n")


main()
