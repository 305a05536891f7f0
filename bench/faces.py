"""The peer of bench/faces.ts: the same ONNX files in Python's onnxruntime, pictures by OpenCV.

    python bench/faces.py MODELS THREADS PHOTO...

Each line {} on stdin finds and embeds the faces of every photograph, from the JPEG on; the answer is
{"seconds": ..., "cpu": seconds of all threads, "faces": ...}. The first line of output names the versions.
"""

import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort

ANCHORS = np.array([(stride * (x + 0.5), stride * (y + 0.5)) for stride, each in ((16, 2), (32, 6))
                    for y in range(256 // stride) for x in range(256 // stride) for _ in range(each)], np.float32)


def opened(folder, threads):
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    # As ours: threads that wait for each other by spinning for long would take a shared machine from both sides.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    options.add_session_config_entry("session.intra_op.spin_duration_us", "50")
    names = ("blazeface", "facemesh", "faceres", "antispoof", "liveness")
    return {name: ort.InferenceSession(folder / f"{name}.onnx", options, providers=["CPUExecutionProvider"]) for name in names}


def sampled(image, scale_x, shift_x, scale_y, shift_y, size):
    """image at (x * scale + shift), bilinear, black outside."""
    matrix = np.array([[scale_x, 0, shift_x], [0, scale_y, shift_y]], np.float64)
    return cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


def crop(image, box, size):
    height, width = image.shape[:2]
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    half = 1.4 * max(box[2] - box[0], box[3] - box[1]) / 2
    x0, y0, x1, y1 = (np.floor(v + 0.5) for v in (x - half, y - half, x + half, y + half))
    across, down = (width - 1) / width, (height - 1) / height
    return sampled(image, (x1 - x0) * across / (size - 1), x0 * across, (y1 - y0) * down / (size - 1), y0 * down, size)


def boxes_of(image, session):
    height, width = image.shape[:2]
    side = max(height, width)
    left, top, scale = (side - width) // 2, (side - height) // 2, side / 256
    tensor = sampled(image, scale, -left, scale, -top, 256).astype(np.float32) / 127.5 - 1
    s16, b16, s8, b8 = session.run(["scores_16", "boxes_16", "scores_8", "boxes_8"], {"image": tensor[None]})
    logits, rows = np.concatenate([s16[0, :, 0], s8[0, :, 0]]), np.concatenate([b16[0], b8[0]])
    scores = 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
    kept = scores >= 0.5
    rows, anchors, scores = rows[kept], ANCHORS[kept], scores[kept]
    corners = (rows[:, :2] + anchors - rows[:, 2:4] / 2) * scale - [left, top]
    places = [[float(x), float(y), float(w), float(h)] for (x, y), (w, h) in zip(corners, rows[:, 2:4] * scale)]
    chosen = cv2.dnn.NMSBoxes(places, scores.tolist(), 0.5, 0.3)
    return [(x, y, x + w, y + h) for x, y, w, h in (places[index] for index in chosen)]


def look(jpeg, models):
    image = cv2.cvtColor(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    boxes = boxes_of(image, models["blazeface"])
    if not boxes:
        return []
    faces = np.stack([crop(image, box, 192) for box in boxes]).astype(np.float32) / 255
    _, confidence = models["facemesh"].run(["mesh", "confidence"], {"image": faces})
    boxes = [box for box, sure in zip(boxes, confidence[:, 0]) if sure >= 0.5]
    if not boxes:
        return []
    cut = [crop(image, box, 256) for box in boxes]
    resized = lambda size: np.stack([sampled(face, 256 / size, 0, 256 / size, 0, size) for face in cut]).astype(np.float32)
    models["antispoof"].run(["real"], {"image": resized(128) / 255})
    models["liveness"].run(["live"], {"image": resized(32) / 255})
    bgr = np.ascontiguousarray(resized(224)[..., ::-1]) - np.array([103.939, 116.779, 123.68], np.float32)
    (vectors,) = models["faceres"].run(["descriptor"], {"image": bgr})
    for x0, y0, x1, y1 in boxes:
        face = image[max(0, int(y0)) : int(y1), max(0, int(x0)) : int(x1)]
        grey = cv2.resize(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), (112, 112), interpolation=cv2.INTER_AREA)
        cv2.Laplacian(grey, cv2.CV_32F).var()
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def main():
    folder, threads, *photos = sys.argv[1:]
    cv2.setNumThreads(int(threads))
    models = opened(Path(folder), int(threads))
    jpegs = [np.fromfile(photo, np.uint8) for photo in photos]
    print(json.dumps({"onnxruntime": ort.__version__, "opencv": cv2.__version__}), flush=True)
    for _ in sys.stdin:
        started, used = time.perf_counter(), time.process_time()
        faces = sum(len(look(jpeg, models)) for jpeg in jpegs)
        print(json.dumps({"seconds": time.perf_counter() - started, "cpu": time.process_time() - used, "faces": faces}), flush=True)


if __name__ == "__main__":
    main()
