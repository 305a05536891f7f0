"""Writes what Python makes of the photographs with the starter models for faces, to compare the family `human` with.

    venv/bin/python scripts/golden/human_faces.py

The file goes to packages/faces/src/families/human/golden/faces.json. Pre- and post-processing are those of the human
library, in numpy; resizing is TensorFlow's. Vectors are kept of things that are no faces; of people only how alike
their vectors are.
"""

import base64
import json
from pathlib import Path

import numpy as np
import onnxruntime as ort
from PIL import Image, ImageOps

ROOT = Path(__file__).parents[2]
PHOTOS = ROOT / "packages/testing/photos"
MODELS = ROOT / "models/starter/faces"
OUT = ROOT / "packages/faces/src/families/human/golden/faces.json"
OBJECTS = {"chelsea": [120, 60, 300, 230], "coffee": [200, 80, 420, 300], "rocket": [280, 20, 380, 400], "camera": [-30, 300, 150, 540]}
SAMPLES = 997
MESH = {"left_eye": [33, 133], "right_eye": [362, 263], "nose": [4], "mouth": [78, 308], "mouth_left": [61], "mouth_right": [291]}


def session(name):
    return ort.InferenceSession(MODELS / f"{name}.onnx", providers=["CPUExecutionProvider"])


MODEL = {name: session(name) for name in ("blazeface", "facemesh", "faceres", "antispoof", "liveness")}


def run(name, image):
    outputs = [output.name for output in MODEL[name].get_outputs()]
    return dict(zip(outputs, MODEL[name].run(outputs, {"image": image.astype(np.float32)})))


def bilinear(image, ys, xs):
    """Samples at these places, edges repeated."""
    y0, x0 = np.floor(ys).astype(int), np.floor(xs).astype(int)
    y1, x1 = np.minimum(y0 + 1, image.shape[0] - 1), np.minimum(x0 + 1, image.shape[1] - 1)
    fy, fx = (ys - y0)[:, None, None], (xs - x0)[None, :, None]
    top = image[y0][:, x0] * (1 - fx) + image[y0][:, x1] * fx
    bottom = image[y1][:, x0] * (1 - fx) + image[y1][:, x1] * fx
    return top * (1 - fy) + bottom * fy


def resize(image, size):
    """tf.image.resizeBilinear without aligned corners or half-pixel centres."""
    height, width = image.shape[:2]
    return bilinear(image, np.arange(size) * height / size, np.arange(size) * width / size)


def crop(image, box, size):
    """tf.image.cropAndResize: outside the picture is black."""
    height, width = image.shape[:2]
    x0, y0, x1, y1 = box
    xs = x0 / width * (width - 1) + np.arange(size) * (x1 - x0) / width * (width - 1) / (size - 1)
    ys = y0 / height * (height - 1) + np.arange(size) * (y1 - y0) / height * (height - 1) / (size - 1)
    inside_x, inside_y = (xs >= 0) & (xs <= width - 1), (ys >= 0) & (ys <= height - 1)
    result = bilinear(image, np.clip(ys, 0, height - 1), np.clip(xs, 0, width - 1))
    return result * inside_x[None, :, None] * inside_y[:, None, None]


def letterbox(image):
    height, width = image.shape[:2]
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    square = np.zeros((side, side, 3))
    square[top : top + height, left : left + width] = image
    return resize(square, 256) / 127.5 - 1, side / 256, left, top


def overlap(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])
    return width * height / (area(a) + area(b) - width * height)


def detect(image):
    tensor, scale, left, top = letterbox(image)
    result = run("blazeface", tensor[None])
    anchors = [(stride * (x + 0.5), stride * (y + 0.5)) for stride, each in ((16, 2), (32, 6))
               for y in range(256 // stride) for x in range(256 // stride) for _ in range(each)]
    scores = 1 / (1 + np.exp(-np.concatenate([result["scores_16"][0, :, 0], result["scores_8"][0, :, 0]]).clip(-80, 80).astype(np.float64)))
    rows = np.concatenate([result["boxes_16"][0], result["boxes_8"][0]])
    faces = []
    for index in np.argsort(-scores, kind="stable"):
        if scores[index] < 0.5:
            break
        x, y, width, height = rows[index][:4] + [*anchors[index], 0, 0]
        box = [(x - width / 2) * scale - left, (y - height / 2) * scale - top, (x + width / 2) * scale - left, (y + height / 2) * scale - top]
        if all(overlap(box, other["bbox"]) <= 0.3 for other in faces):
            faces.append({"bbox": [float(v) for v in box], "score": float(scores[index])})
    return tensor, faces


def crop_box(box):
    half = 1.4 * max(box[2] - box[0], box[3] - box[1]) / 2
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return [int(np.floor(v + 0.5)) for v in (x - half, y - half, x + half, y + half)]


def mesh(image, box):
    area = crop_box(box)
    result = run("facemesh", crop(image, area, 192)[None] / 255)
    scale = (area[2] - area[0]) / 192
    points = result["mesh"].reshape(468, 3).astype(np.float64) * scale + [area[0], area[1], 0]
    return float(result["confidence"][0, 0]), points


def embed(image, box):
    face = resize(crop(image, crop_box(box), 256), 224)
    vector = run("faceres", (face[:, :, ::-1] - [103.939, 116.779, 123.68])[None])["descriptor"][0].astype(np.float64)
    return vector / np.linalg.norm(vector)


def live(image, box):
    face = crop(image, crop_box(box), 256)
    real = run("antispoof", resize(face, 128)[None] / 255)["real"][0, 0]
    return float(real), float(run("liveness", resize(face, 32)[None] / 255)["live"][0, 0])


def read(name):
    return np.asarray(ImageOps.exif_transpose(Image.open(PHOTOS / f"{name}.jpg")).convert("RGB")).astype(np.float64)


def rounded(values, digits=4):
    return [round(float(value), digits) for value in np.asarray(values).ravel()]


def main():
    golden = {"photos": {}, "objects": {}, "likeness": []}
    vectors = {}
    for path in sorted(PHOTOS.glob("*.jpg")):
        name, image = path.stem, read(path.stem)
        tensor, candidates = detect(image)
        faces = []
        for face in candidates:
            confidence, points = mesh(image, face["bbox"])
            real, alive = live(image, face["bbox"])
            landmarks = {key: rounded(points[ids, :2].mean(axis=0)) for key, ids in MESH.items()}
            faces.append({"bbox": rounded(face["bbox"]), "score": round(face["score"], 6), "confidence": round(confidence, 6),
                          "landmarks": landmarks, "real": round(real, 6), "live": round(alive, 6)})
            if confidence >= 0.5:
                vectors[name] = embed(image, face["bbox"])
        golden["photos"][name] = {"size": [image.shape[1], image.shape[0]], "tensor": rounded(tensor.ravel()[::SAMPLES], 5), "candidates": faces}
    for name, box in OBJECTS.items():
        vector = embed(read(name), box).astype("<f4")
        golden["objects"][name] = {"bbox": box, "vector": base64.b64encode(vector.tobytes()).decode()}
    names = sorted(vectors)
    golden["likeness"] = [[a, b, round(float(vectors[a] @ vectors[b]), 6)] for i, a in enumerate(names) for b in names[i + 1 :]]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
