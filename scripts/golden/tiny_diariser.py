"""Makes the smallest weights that sherpa-onnx can tell voices apart with: packages/speech/src/families/sherpa-diariser/golden.

    venv/bin/pip install onnx==1.23.2 numpy==2.4.6
    venv/bin/python scripts/golden/tiny_diariser.py

For these a "voice" is a tone: one of 400 Hz is the first of a window's speakers, one of 2,000 Hz the second, both at once
are an overlap. They have the inputs, outputs and metadata of pyannote's segmentation and of WeSpeaker's embeddings, so that
the engine and all that is around it can be tested without real ones.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = Path(__file__).parents[2] / "packages/speech/src/families/sherpa-diariser/golden"
RATE, WINDOW, FIELD, SHIFT = 16000, 160000, 991, 270


def tensor(name: str, values) -> TensorProto:
    return numpy_helper.from_array(np.asarray(values), name)


def save(name: str, nodes: list, inputs: list, outputs: list, weights: list, metadata: dict) -> None:
    graph = helper.make_graph(nodes, name, inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, {key: str(value) for key, value in metadata.items()})
    onnx.checker.check_model(model)
    onnx.save(model, str(FOLDER / f"{name}.onnx"))


def value(name: str, shape: list):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


at = np.arange(FIELD) / RATE
waves = [wave(2 * np.pi * hertz * at) * 2 / FIELD for hertz in (400, 2000) for wave in (np.cos, np.sin)]
# Classes: nobody, three voices alone, three pairs. How loud both tones are decides between the first five.
LOUD, NEVER = 0.01, -9.0
loudness = np.zeros((7, 4, 1), np.float32)
loudness[1, :2], loudness[2, 2:], loudness[4] = 1, 1, 1
bias = np.array([LOUD, 0, 0, NEVER, -LOUD, NEVER, NEVER], np.float32)
save(
    "segmentation",
    [
        helper.make_node("Conv", ["x", "waves"], ["waved"], strides=[SHIFT]),
        helper.make_node("Mul", ["waved", "waved"], ["squared"]),
        helper.make_node("Conv", ["squared", "loudness", "bias"], ["classes"]),
        helper.make_node("Transpose", ["classes"], ["y"], perm=[0, 2, 1]),
    ],
    [value("x", ["N", 1, "T"])],
    [value("y", ["N", "frames", 7])],
    [
        tensor("waves", np.stack(waves).astype(np.float32)[:, None, :]),
        tensor("loudness", loudness),
        tensor("bias", bias),
    ],
    {
        "model_type": "pyannote-segmentation-3.0",
        "sample_rate": RATE,
        "window_size": WINDOW,
        "receptive_field_size": FIELD,
        "receptive_field_shift": SHIFT,
        "num_speakers": 3,
        "powerset_max_classes": 2,
        "num_classes": 7,
    },
)

# The mean spectrum, without its own mean: tones of different height point into different directions.
save(
    "embedding",
    [
        helper.make_node("ReduceMean", ["feats"], ["spectrum"], axes=[1], keepdims=0),
        helper.make_node("ReduceMean", ["spectrum"], ["level"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["spectrum", "level"], ["embs"]),
    ],
    [value("feats", ["B", "T", 80])],
    [value("embs", ["B", 80])],
    [],
    {
        "framework": "wespeaker",
        "language": "none",
        "url": "scripts/golden/tiny_diariser.py",
        "comment": "tones",
        "sample_rate": RATE,
        "output_dim": 80,
        "normalize_samples": 1,
    },
)
