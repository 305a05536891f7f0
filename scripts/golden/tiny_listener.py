"""Makes the smallest weights that sherpa-onnx writes speech down with: packages/speech/src/families/sherpa-listener/golden.

    venv/bin/pip install onnx==1.23.2 numpy==2.4.6
    venv/bin/python scripts/golden/tiny_listener.py

They write "low" for a tone of 400 Hz and "high" for one of 2,000 Hz. They have the inputs, outputs and metadata of
SenseVoice, so that the engine and all that is around it can be tested without real ones.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = Path(__file__).parents[2] / "packages/speech/src/families/sherpa-listener/golden"
TOKENS = ["<blank>", "▁low", "▁high", "<|en|>", "<|zh|>", "<|NEUTRAL|>", "<|Speech|>", "<|withitn|>", "<|woitn|>"]
BANDS, WINDOW, SHIFT = 80, 7, 6
LANGUAGES = {"auto": 0, "zh": 3, "en": 4, "yue": 7, "ja": 11, "ko": 12}
WITH_ITN, WITHOUT_ITN = 14, 15
# How loud a tone must be, in natural logarithms of its power, and how sure it is of what it says of the whole.
LOUD, SURE = 20.0, 100.0


def constant(name: str, values):
    return numpy_helper.from_array(np.asarray(values), name)


def band(hertz: float) -> int:
    """The number of the mel band around a frequency."""
    mel = lambda f: 1127 * np.log(1 + f / 700)
    middles = np.linspace(mel(20), mel(8000), BANDS + 2)[1:-1]
    return int(np.argmin(np.abs(middles - mel(hertz))))


# Of the seven frames of a window the first decides. Columns: tokens.
listen = np.zeros((BANDS * WINDOW, len(TOKENS)), np.float32)
listen[band(400), TOKENS.index("▁low")] = 1
listen[band(2000), TOKENS.index("▁high")] = 1
never = np.array([LOUD, 0, 0] + [-SURE] * (len(TOKENS) - 3), np.float32)

# What is said of the whole, by the number that was asked for.
said = np.full(16, TOKENS.index("<|en|>"))
said[LANGUAGES["zh"]] = TOKENS.index("<|zh|>")
written = np.full(16, TOKENS.index("<|woitn|>"))
written[WITH_ITN] = TOKENS.index("<|withitn|>")

node = helper.make_node
graph = helper.make_graph(
    [
        node("MatMul", ["x", "listen"], ["tones"]),
        node("Add", ["tones", "never"], ["heard"]),
        node("Gather", ["said", "language"], ["language_token"]),
        node("Gather", ["written", "text_norm"], ["written_token"]),
        node("Concat", ["language_token", "mood", "event", "written_token"], ["whole"], axis=0),
        node("OneHot", ["whole", "tokens", "off_on"], ["whole_rows"]),
        node("Unsqueeze", ["whole_rows", "first"], ["whole_logits"]),
        node("Concat", ["whole_logits", "heard"], ["logits"], axis=1),
    ],
    "listener",
    [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, "T", BANDS * WINDOW]),
        *(helper.make_tensor_value_info(each, TensorProto.INT32, [1]) for each in ("x_length", "language", "text_norm")),
    ],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, "rows", len(TOKENS)])],
    [
        constant("listen", listen),
        constant("never", never),
        constant("said", said),
        constant("written", written),
        constant("mood", np.array([TOKENS.index("<|NEUTRAL|>")])),
        constant("event", np.array([TOKENS.index("<|Speech|>")])),
        constant("tokens", np.int64(len(TOKENS))),
        constant("off_on", np.array([0, SURE], np.float32)),
        constant("first", np.array([0])),
    ],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
metadata = {
    "model_type": "sense_voice_ctc",
    "comment": "scripts/golden/tiny_listener.py",
    "vocab_size": len(TOKENS),
    "lfr_window_size": WINDOW,
    "lfr_window_shift": SHIFT,
    "normalize_samples": 0,
    "with_itn": WITH_ITN,
    "without_itn": WITHOUT_ITN,
    **{f"lang_{code}": number for code, number in LANGUAGES.items()},
    "neg_mean": ",".join(["0"] * BANDS * WINDOW),
    "inv_stddev": ",".join(["1"] * BANDS * WINDOW),
}
helper.set_model_props(model, {key: str(value) for key, value in metadata.items()})
onnx.checker.check_model(model)
FOLDER.mkdir(parents=True, exist_ok=True)
onnx.save(model, str(FOLDER / "model.onnx"))
lines = "".join(f"{token} {number}\n" for number, token in enumerate(TOKENS))
(FOLDER / "tokens.txt").write_text(lines, encoding="utf-8")
