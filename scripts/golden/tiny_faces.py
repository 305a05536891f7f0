"""Writes tiny face detectors and embedders with random weights: the inputs, outputs and shapes of the real ones.

    venv/bin/python scripts/golden/tiny_faces.py

They go to packages/faces/src/families/insight/golden: YuNet and SFace as in the OpenCV zoo, SCRFD and ArcFace as in
InsightFace's packs. What they find in a picture means nothing; that two implementations find the same does.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OUT = Path(__file__).parents[2] / "packages/faces/src/families/insight/golden"
STRIDES = (8, 16, 32)


class Graph:
    """Collects nodes and weights."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights = [], []

    def node(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=f"{kind}_{len(self.nodes)}", **attributes))
        return output

    def weight(self, name, array):
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def conv(self, source, name, into, out, kernel, stride=1, scale=1.0, bias=0.0):
        spread = scale / np.sqrt(into * kernel * kernel)
        kernel_weights = self.random.normal(0, spread, (out, into, kernel, kernel)).astype(np.float32)
        # Kernels without a mean: plain areas are no faces.
        if kernel > 1:
            kernel_weights -= kernel_weights.mean(axis=(2, 3), keepdims=True)
        weights = [self.weight(f"{name}.weight", kernel_weights), self.weight(f"{name}.bias", np.full(out, bias, np.float32))]
        return self.node("Conv", [source, *weights], name, kernel_shape=[kernel, kernel], strides=[stride, stride])

    def save(self, name, inputs, outputs):
        value = lambda item: helper.make_tensor_value_info(item[0], TensorProto.FLOAT, item[1])
        graph = helper.make_graph(self.nodes, name, [value(i) for i in inputs], [value(o) for o in outputs], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6)
        onnx.checker.check_model(model)
        OUT.mkdir(parents=True, exist_ok=True)
        onnx.save(model, OUT / f"{name}.onnx")


def pyramid(graph, source):
    """Six features at strides 8, 16 and 32."""
    features = graph.node("Relu", [graph.conv(source, "stem", 3, 6, 8, 8)], "at8")
    yield features
    for stride in STRIDES[1:]:
        features = graph.node("AveragePool", [features], f"at{stride}", kernel_shape=[2, 2], strides=[2, 2])
        yield features


def yunet():
    graph = Graph(1)
    scaled = graph.node("Mul", ["input", graph.weight("level", np.float32(1 / 64))], "scaled")
    outputs = []
    heads = (("cls", 1, 6.0, -2.6), ("obj", 1, 2.0, 0.5), ("bbox", 4, 0.6, 1.2), ("kps", 10, 1.0, 0.0))
    for stride, features in zip(STRIDES, pyramid(graph, scaled)):
        for head, width, scale, bias in heads:
            name = f"{head}_{stride}"
            raw = graph.conv(features, f"{name}.raw", 6, width, 1, scale=scale, bias=bias)
            if head in ("cls", "obj"):
                raw = graph.node("Sigmoid", [raw], f"{name}.sigmoid")
            turned = graph.node("Transpose", [raw], f"{name}.turned", perm=[0, 2, 3, 1])
            shape = graph.weight(f"{name}.shape", np.array([1, -1, width], np.int64))
            graph.node("Reshape", [turned, shape], name)
            outputs.append((name, [1, f"cells_{stride}", width]))
    outputs.sort(key=lambda item: [head[0] for head in heads].index(item[0].split("_")[0]))
    graph.save("yunet-tiny", [("input", [1, 3, "height", "width"])], outputs)


def scrfd():
    graph = Graph(2)
    outputs = {"score": [], "box": [], "points": []}
    for stride, features in zip(STRIDES, pyramid(graph, "input.1")):
        for head, width, scale, bias in (("score", 1, 25.0, -4.0), ("box", 4, 0.5, 2.0), ("points", 10, 1.0, 0.0)):
            name = f"{head}.{stride}"
            raw = graph.conv(features, f"{name}.raw", 6, 2 * width, 1, scale=scale, bias=bias)
            turned = graph.node("Transpose", [raw], f"{name}.turned", perm=[2, 3, 0, 1])
            shape = graph.weight(f"{name}.shape", np.array([-1, width], np.int64))
            # Released files have numbers for names.
            number = str(440 + 10 * len(outputs[head]) + list(outputs).index(head))
            rows = graph.node("Reshape", [turned, shape], f"{name}.rows" if head == "score" else number)
            if head == "score":
                graph.node("Sigmoid", [rows], number)
            outputs[head].append((number, [f"rows{stride}", width]))
    graph.save("scrfd-tiny", [("input.1", [1, 3, "?", "?"])], [*outputs["score"], *outputs["box"], *outputs["points"]])


def embedder(name, seed, source, target, dimensions, normalises):
    graph = Graph(seed)
    start = source[0]
    if normalises:
        centred = graph.node("Sub", [start, graph.weight("mean", np.float32(127.5))], "_minusscalar0")
        start = graph.node("Mul", [centred, graph.weight("factor", np.float32(0.0078125))], "_mulscalar0")
        graph.nodes[0].name, graph.nodes[1].name = "_minusscalar0", "_mulscalar0"
    features = graph.node("Relu", [graph.conv(start, "stem", 3, 4, 8, 8)], "features")
    pooled = graph.node("AveragePool", [features], "pooled", kernel_shape=[2, 2], strides=[2, 2])
    flat = graph.node("Flatten", [pooled], "flat", axis=1)
    weights = graph.random.normal(0, 0.1, (dimensions, 4 * 7 * 7)).astype(np.float16).astype(np.float32)
    graph.node("Gemm", [flat, graph.weight("fc.weight", weights), graph.weight("fc.bias", np.zeros(dimensions, np.float32))], target, transB=1)
    graph.save(name, [source], [(target, [source[1][0], dimensions])])


if __name__ == "__main__":
    yunet()
    scrfd()
    embedder("sface-tiny", 3, ("data", [1, 3, 112, 112]), "fc1", 128, normalises=True)
    embedder("arcface-tiny", 4, ("input.1", ["None", 3, 112, 112]), "683", 128, normalises=False)
