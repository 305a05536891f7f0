"""Converts MediaPipe's selfie segmentation to models/starter/remove-background/model.onnx, and writes what it gives for
the photographs to packages/vision/src/families/selfie-segmentation/golden.

    npm pack @mediapipe/selfie_segmentation@0.1.1675465747 && tar xzf mediapipe-*.tgz
    venv/bin/pip install tflite==2.18.0 ai-edge-litert==2.3.0 onnx==1.23.2 onnxruntime==1.31.1 pillow==13.0.0
    venv/bin/python scripts/golden/selfie_segmentation.py package/selfie_segmentation.tflite

The converted graph is held against LiteRT, which runs the file itself up to its last layer: that one is an operator of
MediaPipe's own (a transposed convolution with a bias), which LiteRT does not have.
"""

import base64
import json
import struct
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import tflite
from ai_edge_litert.interpreter import Interpreter
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models/starter/remove-background/model.onnx"
OUT = ROOT / "packages/vision/src/families/selfie-segmentation/golden/masks.json"
PHOTOS = sorted((ROOT / "packages/testing/photos").glob("*.jpg"))
SIDE = 256
# Rows and columns of the masks that are kept.
EVERY = 8

source = bytearray(Path(sys.argv[1]).read_bytes())
model = tflite.Model.GetRootAsModel(source, 0)
graph = model.Subgraphs(0)
NAMES = {number: name for name, number in vars(tflite.BuiltinOperator).items() if isinstance(number, int)}


def options(operator, kind):
    table = kind()
    found = operator.BuiltinOptions()
    table.Init(found.Bytes, found.Pos)
    return table


def weights(tensor) -> np.ndarray:
    kinds = {tflite.TensorType.FLOAT16: np.float16, tflite.TensorType.FLOAT32: np.float32, tflite.TensorType.INT32: np.int32}
    data = model.Buffers(tensor.Buffer()).DataAsNumpy()
    return np.frombuffer(data.tobytes(), kinds[tensor.Type()]).reshape(tensor.ShapeAsNumpy())


class Converter:
    """NHWC to NCHW; weights stay float16 with a Cast behind them, which is folded when the model is loaded."""

    def __init__(self) -> None:
        self.nodes, self.initializers, self.constants = [], [], {}

    def emit(self, kind: str, inputs: list, output: str, **attributes) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))

    def weight(self, index: int, order: tuple | None) -> str:
        values = self.constants[index]
        name = f"w{index}"
        values = np.ascontiguousarray(values if order is None else values.transpose(order))
        if values.dtype != np.float16:
            self.initializers.append(numpy_helper.from_array(values.astype(np.float32), name))
            return name
        self.initializers.append(numpy_helper.from_array(values, f"{name}_half"))
        self.emit("Cast", [f"{name}_half"], name, to=TensorProto.FLOAT)
        return name

    def convolve(self, operator, inputs: list, output: str, kind, depthwise: bool) -> None:
        given = options(operator, kind)
        # Output, height, width, input to output, input, height, width; depthwise: 1, height, width, channel.
        order = (3, 0, 1, 2) if depthwise else (0, 3, 1, 2)
        assert given.DilationHFactor() == given.DilationWFactor() == 1 and given.FusedActivationFunction() == 0
        shape = self.constants[inputs[1]].shape
        padding = "SAME_UPPER" if given.Padding() == tflite.Padding.SAME else "VALID"
        self.emit(
            "Conv",
            [f"t{inputs[0]}", self.weight(inputs[1], order), self.weight(inputs[2], None)],
            output,
            kernel_shape=list(shape[1:3]),
            strides=[given.StrideH(), given.StrideW()],
            auto_pad=padding,
            group=int(shape[3]) if depthwise else 1,
        )

    def convert(self, operator) -> None:
        code = model.OperatorCodes(operator.OpcodeIndex())
        name = NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        inputs = operator.InputsAsNumpy().tolist()
        result = int(operator.Outputs(0))
        output = f"t{result}"
        simple = {"RELU": "Relu", "HARD_SWISH": "HardSwish", "LOGISTIC": "Sigmoid", "ADD": "Add", "MUL": "Mul"}
        if name == "DEQUANTIZE":
            self.constants[result] = weights(graph.Tensors(inputs[0]))
        elif name == "CONV_2D":
            self.convolve(operator, inputs, output, tflite.Conv2DOptions, False)
        elif name == "DEPTHWISE_CONV_2D":
            self.convolve(operator, inputs, output, tflite.DepthwiseConv2DOptions, True)
        elif name in simple:
            self.emit(simple[name], [f"t{index}" for index in inputs], output)
        elif name == "AVERAGE_POOL_2D":
            assert graph.Tensors(result).ShapeAsNumpy()[1:3].tolist() == [1, 1]
            self.emit("GlobalAveragePool", [f"t{inputs[0]}"], output)
        elif name == "RESIZE_BILINEAR":
            self.resize(operator, inputs, output)
        else:
            assert code.CustomCode() == b"Convolution2DTransposeBias", name
            kernel, bias = self.weight(inputs[1], (3, 0, 1, 2)), self.weight(inputs[2], None)
            self.emit("ConvTranspose", [f"t{inputs[0]}", kernel, bias], output, kernel_shape=[2, 2], strides=[2, 2])

    def resize(self, operator, inputs: list, output: str) -> None:
        given = options(operator, tflite.ResizeBilinearOptions)
        assert not given.AlignCorners()
        mode = "half_pixel" if given.HalfPixelCenters() else "asymmetric"
        scales = f"scales{output}"
        self.initializers.append(numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), scales))
        self.emit("Resize", [f"t{inputs[0]}", "", scales], output, mode="linear", coordinate_transformation_mode=mode)


def convert() -> None:
    converter = Converter()
    converter.emit("Transpose", ["image"], f"t{graph.Inputs(0)}", perm=[0, 3, 1, 2])
    for i in range(graph.TensorsLength()):
        tensor = graph.Tensors(i)
        if tensor.Type() == tflite.TensorType.FLOAT32 and model.Buffers(tensor.Buffer()).DataLength() > 0:
            converter.constants[i] = weights(tensor)
    for i in range(graph.OperatorsLength()):
        converter.convert(graph.Operators(i))
    converter.emit("Reshape", [f"t{graph.Outputs(0)}", "shape"], "mask")
    converter.initializers.append(numpy_helper.from_array(np.array([1, SIDE, SIDE], np.int64), "shape"))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, SIDE, SIDE, 3])
    mask = helper.make_tensor_value_info("mask", TensorProto.FLOAT, [1, SIDE, SIDE])
    made = helper.make_graph(converter.nodes, "selfie_segmentation", [image], [mask], converter.initializers)
    whole = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="hearth")
    onnx.checker.check_model(whole)
    onnx.save(whole, MODEL)


def compare(tensor: np.ndarray, mask: np.ndarray) -> float:
    """The file in LiteRT, without its last two operators, and these by hand."""
    last = graph.Operators(graph.OperatorsLength() - 2)
    body, kernel, bias = last.InputsAsNumpy().tolist()
    short = bytearray(source)
    table = graph._tab
    operators = table.Vector(table.Offset(10))
    struct.pack_into("<I", short, operators - 4, graph.OperatorsLength() - 2)
    struct.pack_into("<i", short, table.Vector(table.Offset(8)), body)
    interpreter = Interpreter(model_content=bytes(short))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], tensor)
    interpreter.invoke()
    features = interpreter.get_tensor(body)[0].astype(np.float64)
    constants = {}
    for i in range(graph.OperatorsLength()):
        operator = graph.Operators(i)
        if int(operator.Outputs(0)) in (kernel, bias):
            constants[int(operator.Outputs(0))] = weights(graph.Tensors(int(operator.Inputs(0))))
    for index in (kernel, bias):
        constants.setdefault(index, weights(graph.Tensors(index)) if index not in constants else None)
    logits = np.einsum("yxc,ijc->yixj", features, constants[kernel][0].astype(np.float64))
    logits = logits.reshape(SIDE, SIDE) + float(constants[bias][0])
    return float(np.abs(1 / (1 + np.exp(-np.clip(logits, -50, 50))) - mask).max())


convert()
session = onnxruntime.InferenceSession(str(MODEL), providers=["CPUExecutionProvider"])
results = []
for path in PHOTOS:
    image = Image.open(path).convert("RGB")
    scaled = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR), np.float32)[None] / 255
    mask = session.run(None, {"image": scaled})[0][0]
    difference = compare(scaled, mask)
    print(path.name, f"kept {mask.mean():.3f}, away from LiteRT {difference:.2e}")
    assert difference < 1e-3
    whole = Image.fromarray(np.round(mask * 255).astype(np.uint8)).resize(image.size, Image.Resampling.BILINEAR)
    sample = np.ascontiguousarray(np.asarray(whole)[::EVERY, ::EVERY])
    results.append({"name": path.name, "size": list(image.size), "mask": base64.b64encode(sample.tobytes()).decode()})
versions = {"pillow": Image.__version__, "onnxruntime": onnxruntime.__version__}
OUT.write_text(json.dumps({"versions": versions, "every": EVERY, "photographs": results}, indent=1) + "\n")
