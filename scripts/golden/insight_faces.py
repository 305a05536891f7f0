"""Writes what OpenCV and InsightFace make of the photographs with the tiny detectors and embedders of tiny_faces.py.

    venv/bin/python scripts/golden/insight_faces.py

The file goes to packages/faces/src/families/insight/golden/faces.json: OpenCV's FaceDetectorYN and FaceRecognizerSF,
InsightFace's own SCRFD and ArcFace, unmodified. `pip install --no-deps insightface==2.1` is enough for those two; only
two of its modules are loaded.
"""

import base64
import importlib.util
import json
import sys
import types
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).parents[2]
PHOTOS = ROOT / "packages/testing/photos"
OUT = ROOT / "packages/faces/src/families/insight/golden"
LEAST = 0.5
LARGEST = 640
# As the viewer sees them: eyes, nose, corners of the mouth; the last is turned and hangs over the edge.
POINTS = {
    "astronaut": [[204.2, 102.1], [246.4, 104.3], [223.8, 126.6], [202.3, 139.0], [246.1, 140.8]],
    "obama2": [[128.8, 191.4], [190.9, 195.7], [145.1, 228.1], [123.1, 263.8], [184.1, 268.7]],
    "chelsea": [[160.0, 95.0], [240.0, 120.0], [195.0, 150.0], [150.0, 170.0], [215.0, 190.0]],
    "coffee": [[560.0, 20.0], [575.0, 90.0], [540.0, 60.0], [500.0, 30.0], [510.0, 100.0]],
}


def insightface():
    """Its modules scrfd and arcface_onnx, without the rest of the package."""
    folder = Path(importlib.util.find_spec("insightface").submodule_search_locations[0])
    for name in ("insightface", "insightface.model_zoo", "insightface.utils"):
        package = types.ModuleType(name)
        package.__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package
    from insightface.model_zoo.arcface_onnx import ArcFaceONNX
    from insightface.model_zoo.scrfd import SCRFD
    from insightface.utils import face_align

    return SCRFD, ArcFaceONNX, face_align


def rounded(values, digits=4):
    return [round(float(value), digits) for value in np.asarray(values).ravel()]


def faces(rows):
    return [{"bbox": rounded(box), "score": round(float(score), 6), "points": rounded(points)} for box, score, points in rows]


def yunet(image):
    """Pictures up to 640 pixels as they are; larger ones scaled down first."""
    height, width = image.shape[:2]
    scale = min(1, LARGEST / max(width, height))
    small = image if scale == 1 else cv2.resize(image, (round(width * scale), round(height * scale)))
    detector = cv2.FaceDetectorYN.create(str(OUT / "yunet-tiny.onnx"), "", small.shape[1::-1], LEAST, 0.3, 5000)
    _, found = detector.detect(small)
    found = np.empty((0, 15)) if found is None else found
    grow = np.array([width / small.shape[1], height / small.shape[0]])
    return faces((np.concatenate([row[:2], row[:2] + row[2:4]]) * np.tile(grow, 2), row[14], row[4:14] * np.tile(grow, 5)) for row in found)


def text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def main():
    SCRFD, ArcFaceONNX, face_align = insightface()
    scrfd = SCRFD(str(OUT / "scrfd-tiny.onnx"))
    scrfd.prepare(-1, det_thresh=LEAST)
    arcface = ArcFaceONNX(str(OUT / "arcface-tiny.onnx"))
    sface = cv2.FaceRecognizerSF.create(str(OUT / "sface-tiny.onnx"), "")
    golden = {"photos": {}, "aligned": {}}
    pictures = {path.stem: cv2.imread(str(path)) for path in sorted(PHOTOS.glob("*.jpg"))}
    # One that has to be scaled down.
    pictures["astronaut x 2"] = cv2.imread(str(PHOTOS / "astronaut.jpg")).repeat(2, axis=0).repeat(2, axis=1)
    for name, image in pictures.items():
        boxes, points = scrfd.detect(image, input_size=(640, 640))
        golden["photos"][name] = {"yunet": yunet(image), "scrfd": faces(zip(boxes[:, :4], boxes[:, 4], points))}
    for name, points in POINTS.items():
        image, landmarks = pictures[name], np.array(points, np.float32)
        row = np.concatenate([[0, 0, 1, 1], landmarks.ravel(), [1]]).astype(np.float32)
        aligned = sface.alignCrop(image, row)
        vector = sface.feature(aligned).ravel()
        other = arcface.get_feat(face_align.norm_crop(image, landmarks)).ravel()
        golden["aligned"][name] = {
            "points": points,
            "rgb": text(aligned[:, :, ::-1][::2, ::2]),
            "sface": text((vector / np.linalg.norm(vector)).astype("<f4")),
            "arcface": text((other / np.linalg.norm(other)).astype("<f4")),
        }
    (OUT / "faces.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
