"""Writes packages/runtime/src/golden/types.onnx: one input and output of each element type that sessions handle.

    venv/bin/python scripts/golden/onnx_types.py
"""

from pathlib import Path

import onnx
from onnx import TensorProto, helper

OUT = Path(__file__).parents[2] / "packages/runtime/src/golden/types.onnx"
TYPES = {"float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16, "int64": TensorProto.INT64, "int32": TensorProto.INT32}

nodes = [helper.make_node("Add", [name, name], [f"twice_{name}"]) for name in TYPES]
nodes.append(helper.make_node("Not", ["bool"], ["not_bool"]))
value = lambda name, kind: helper.make_tensor_value_info(name, kind, ["count", 2])
inputs = [value(name, kind) for name, kind in TYPES.items()] + [value("bool", TensorProto.BOOL)]
outputs = [value(f"twice_{name}", kind) for name, kind in TYPES.items()] + [value("not_bool", TensorProto.BOOL)]
graph = helper.make_graph(nodes, "types", inputs, outputs)
OUT.parent.mkdir(parents=True, exist_ok=True)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), OUT)
