"""Writes what the starter classifier and detector give for the photographs, by the documented preprocessing.

    venv/bin/python scripts/golden/starter_vision.py

Pillow scales for the classifier; the detector's TensorFlow scaling is numpy. Tensors are kept as every 997th value.
"""

import json
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

ROOT = Path(__file__).parents[2]
FAMILIES = ROOT / "packages/vision/src/families"
PHOTOS = sorted((ROOT / "packages/testing/photos").glob("*.jpg"))
VERSIONS = {"pillow": Image.__version__, "numpy": np.__version__, "onnxruntime": onnxruntime.__version__}
EVERY = 997


def session(folder: str) -> onnxruntime.InferenceSession:
    path = ROOT / "models/starter" / folder / "model.onnx"
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def rounded(values, digits: int) -> list:
    return [round(float(value), digits) for value in values]


def bilinear(image: np.ndarray, side: int) -> np.ndarray:
    """TensorFlow's resizeBilinear with neither aligned corners nor half pixel centres."""

    def taps(size: int) -> tuple:
        at = np.minimum(size - 1, np.arange(side) * (size / side))
        low = np.floor(at).astype(int)
        return low, np.minimum(size - 1, low + 1), at - low

    y0, y1, fy = taps(image.shape[0])
    x0, x1, fx = taps(image.shape[1])
    fy, fx = fy[:, None, None], fx[None, :, None]
    image = image.astype(np.float64)
    top = image[y0][:, x0] * (1 - fx) + image[y0][:, x1] * fx
    bottom = image[y1][:, x0] * (1 - fx) + image[y1][:, x1] * fx
    return (top * (1 - fy) + bottom * fy).astype(np.float32)


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])  # noqa: E731
    return width * height / (area(a) + area(b) - width * height)


def classify(model, image: Image.Image) -> dict:
    cut = int(min(image.size) * 224 / 256 + 0.5)
    left, top = (image.width - cut) // 2, (image.height - cut) // 2
    square = image.crop((left, top, left + cut, top + cut)).resize((224, 224), Image.Resampling.BICUBIC)
    tensor = np.asarray(square, np.float32)[None]
    scores = model.run(None, {"image": tensor})[0][0]
    best = np.argsort(-scores, kind="stable")[:10]
    return {
        "tensor": rounded(tensor.ravel()[::EVERY], 3),
        "classes": best.tolist(),
        "scores": rounded(scores[best], 6),
    }


def detect(model, image: Image.Image) -> dict:
    tensor = bilinear(np.asarray(image), 512)[None]
    rows = model.run(None, {"image": tensor})[0][0]
    rows = rows * np.array([image.width / 512, image.height / 512] * 2 + [1, 1], np.float32)
    kept = []
    for row in rows[np.argsort(-rows[:, 4], kind="stable")]:
        if row[4] >= 0.2 and all(overlap(better, row) <= 0.4 for better in kept):
            kept.append(row)
    return {"tensor": rounded(tensor.ravel()[::EVERY], 3), "objects": [rounded(row, 5) for row in kept]}


def write(family: str, folder: str, look) -> None:
    model = session(folder)
    photographs = []
    for path in PHOTOS:
        image = Image.open(path).convert("RGB")
        photographs.append({"name": path.name, "size": list(image.size), **look(model, image)})
    out = FAMILIES / family / "golden" / "photographs.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({"versions": VERSIONS, "every": EVERY, "photographs": photographs}, indent=1) + "\n")


write("efficientnet-lite", "classify-image", classify)
write("centernet", "detect-objects", detect)
