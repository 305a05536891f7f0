"""Writes how Pillow, OpenCV and TensorFlow's formula scale pictures to packages/media/src/golden/resample.json.

    venv/bin/python scripts/golden/resample.py

The small picture is a formula that resample.test.ts repeats; the photographs' results are kept as digests, which
also hold the JPEG decoder to Pillow's. TensorFlow itself is not needed: its kernel is a dozen lines of numpy.
"""

import base64
import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[2]
OUT = ROOT / "packages/media/src/golden/resample.json"
PHOTOS = sorted((ROOT / "packages/testing/photos").glob("*.jpg"))
FILTERS = {
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "hamming": Image.Resampling.HAMMING,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
SIZES = [(20, 15), (53, 12), (71, 64), (27, 90)]
REGION = (3.5, 4, 41.25, 30)


def noise(width: int, height: int, channels: int) -> np.ndarray:
    state, values = 1, []
    for _ in range(width * height * channels):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        values.append((state >> 16) & 255)
    return np.array(values, np.uint8).reshape(height, width, channels)


def text(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()


def tensorflow(image: np.ndarray, width: int, height: int) -> np.ndarray:
    def taps(size: int, places: int) -> tuple:
        at = np.minimum(size - 1, np.arange(places) * (size / places))
        low = np.floor(at).astype(int)
        return low, np.minimum(size - 1, low + 1), at - low

    y0, y1, fy = taps(image.shape[0], height)
    x0, x1, fx = taps(image.shape[1], width)
    fy, fx = fy[:, None, None], fx[None, :, None]
    image = image.astype(np.float64)
    top = image[y0][:, x0] * (1 - fx) + image[y0][:, x1] * fx
    bottom = image[y1][:, x0] * (1 - fx) + image[y1][:, x1] * fx
    return (top * (1 - fy) + bottom * fy).astype(np.float32)


def cases() -> list[dict]:
    picture, grey = noise(53, 37, 3), noise(53, 37, 1)
    found = []

    def add(kind: str, size: tuple, result: np.ndarray, **more) -> None:
        found.append({"kind": kind, "size": list(size), **more, "result": text(result)})

    for name, kernel in FILTERS.items():
        for size in [*SIZES, (50, 20)]:
            add("pillow", size, np.asarray(Image.fromarray(picture).resize(size, kernel)), filter=name)
        small = Image.fromarray(grey[..., 0]).resize((24, 17), kernel)
        add("pillow", (24, 17), np.asarray(small), filter=name, grey=True)
        part = Image.fromarray(picture).resize((30, 30), kernel, box=REGION)
        add("pillow", (30, 30), np.asarray(part), filter=name, region=list(REGION))
    for size in [*SIZES, (106, 74)]:
        add("opencv", size, cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR))
    even = np.ascontiguousarray(picture[:36, :52])
    add("opencv", (26, 18), cv2.resize(even, (26, 18), interpolation=cv2.INTER_LINEAR), even=True)
    for size in [(20, 15), (71, 64)]:
        add("tensorflow", size, tensorflow(picture, *size))
    return found


def photograph(path: Path) -> dict:
    image = Image.open(path).convert("RGB")
    digest = lambda values: hashlib.sha256(np.asarray(values).tobytes()).hexdigest()  # noqa: E731
    return {
        "name": path.name,
        "size": list(image.size),
        "decoded": digest(image),
        "scaled": {name: digest(image.resize((224, 224), kernel)) for name, kernel in FILTERS.items()},
    }


OUT.parent.mkdir(exist_ok=True)
versions = {"pillow": Image.__version__, "opencv": cv2.__version__, "numpy": np.__version__}
golden = {"versions": versions, "cases": cases(), "photographs": [photograph(path) for path in PHOTOS]}
OUT.write_text(json.dumps(golden, indent=1) + "\n")
