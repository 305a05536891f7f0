"""Makes the smallest weights that sherpa-onnx speaks with: packages/speech/src/families/{kokoro,matcha,zipvoice}/golden.

    venv/bin/pip install onnx==1.23.2 numpy==2.4.6
    venv/bin/python scripts/golden/tiny_voices.py

They hum: a voice is a tone, its length follows the text and the speed. They have the inputs, outputs, metadata and files of
the real ones, so that the engine and all that is around it can be tested without these.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FAMILIES = Path(__file__).parents[2] / "packages/speech/src/families"
FFT, HOP = 1024, 256
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def constant(name: str, values) -> TensorProto:
    return numpy_helper.from_array(np.asarray(values), name)


def tensor(name: str, shape: list, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def whole(name: str, shape: list):
    return tensor(name, shape, TensorProto.INT64)


node = helper.make_node


def save(folder: str, name: str, nodes: list, inputs: list, outputs: list, weights: list, metadata: dict) -> None:
    graph = helper.make_graph(nodes, name, inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, {key: str(value) for key, value in metadata.items()})
    onnx.checker.check_model(model)
    path = FAMILIES / folder / "golden" / f"{name}.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))


def write(folder: str, name: str, text: str) -> None:
    (FAMILIES / folder / "golden" / name).write_text(text, encoding="utf-8")


def bands(count: int, rate: int) -> np.ndarray:
    """Middle frequencies of a mel filter bank, in Hertz."""
    mels = np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), count + 2)[1:-1]
    return 700 * (10 ** (mels / 2595) - 1)


def vocoder(folder: str, name: str, count: int, rate: int) -> None:
    """Each band sounds as the nearest multiple of four bins: these go on from frame to frame without a jump."""
    bins = [4 * max(1, round(hertz * FFT / rate / 4)) for hertz in bands(count, rate)]
    save(
        folder,
        name,
        [
            # What is left of noise in the last digit is not to be heard.
            node("Mul", ["mels", "tenths"], ["tens"]),
            node("Round", ["tens"], ["round"]),
            node("Div", ["round", "tenths"], ["rounded"]),
            node("Exp", ["rounded"], ["loud"]),
            node("OneHot", ["bins", "all_bins", "off_on"], ["spread"], axis=0),
            node("MatMul", ["spread", "loud"], ["mag"]),
            node("Shape", ["mag"], ["size"]),
            node("ConstantOfShape", ["size"], ["x"], value=helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])),
            node("ConstantOfShape", ["size"], ["y"], value=helper.make_tensor("none", TensorProto.FLOAT, [1], [0.0])),
        ],
        [tensor("mels", ["N", count, "T"])],
        [tensor(each, ["N", FFT // 2 + 1, "T"]) for each in ("mag", "x", "y")],
        [
            constant("bins", np.array(bins)),
            constant("all_bins", np.int64(FFT // 2 + 1)),
            constant("off_on", np.array([0, 1], np.float32)),
            constant("tenths", np.float32(10)),
        ],
        {
            "model_type": "vocos",
            "n_fft": FFT,
            "hop_length": HOP,
            "win_length": FFT,
            "center": 1,
            "normalized": 0,
            "window_type": "hann",
            "pad_mode": "reflect",
        },
    )


def tokens(*, first: str) -> str:
    return "".join(f"{token} {number}\n" for number, token in enumerate([first, *LETTERS, ".", ",", "?", "!", " "]))


def words(*texts: str) -> str:
    return "".join(f"{text} {' '.join(text)}\n" for text in texts)


SPOKEN = words("good", "morning", "are", "you", "well", "tea")


def kokoro() -> None:
    rate, per_token, lengths = 24000, 1200, 510
    save(
        "kokoro",
        "model",
        [
            node("Shape", ["tokens"], ["size"]),
            node("Gather", ["size", "second"], ["count"]),
            node("Cast", ["count"], ["counted"], to=TensorProto.FLOAT),
            node("Mul", ["counted", "per_token"], ["unhurried"]),
            node("Squeeze", ["speed"], ["pace"]),
            node("Div", ["unhurried", "pace"], ["length"]),
            node("Range", ["zero", "length", "one"], ["at"]),
            node("Gather", ["style", "hertz_at"], ["hertz"], axis=1),
            node("Gather", ["style", "loud_at"], ["loud"], axis=1),
            node("Mul", ["at", "hertz"], ["turned"]),
            node("Mul", ["turned", "turn"], ["angle"]),
            node("Sin", ["angle"], ["wave"]),
            node("Mul", ["wave", "loud"], ["audio"]),
        ],
        [whole("tokens", [1, "T"]), tensor("style", [1, 2]), tensor("speed", [1])],
        [tensor("audio", ["samples"])],
        [
            constant("second", np.int64(1)),
            constant("per_token", np.float32(per_token)),
            constant("zero", np.float32(0)),
            constant("one", np.float32(1)),
            constant("hertz_at", np.array([0])),
            constant("loud_at", np.array([1])),
            constant("turn", np.float32(2 * np.pi / rate)),
        ],
        {
            "model_type": "kokoro",
            "language": "multi-lang",
            "has_espeak": 1,
            "sample_rate": rate,
            "version": 2,
            "voice": "en-us",
            "style_dim": f"{lengths},1,2",
            "n_speakers": 2,
            "speaker_names": "af_low,zf_high",
        },
    )
    styles = np.array([[440, 0.3], [880, 0.3]], np.float32)
    (FAMILIES / "kokoro/golden/voices.bin").write_bytes(np.repeat(styles[:, None, :], lengths, axis=1).tobytes())
    write("kokoro", "tokens.txt", tokens(first="$"))
    write("kokoro", "lexicon-us-en.txt", SPOKEN)
    write("kokoro", "lexicon-zh.txt", "你 n i\n好 h a o\n你好 n i h a o\n")


def matcha() -> None:
    rate, count, per_token = 22050, 80, 8
    mel = np.full((1, count, 1), -20, np.float32)
    mel[0, int(np.argmin(np.abs(bands(count, rate) - 600)))] = np.log(50)
    save(
        "matcha",
        "model-steps-3",
        [
            node("Cast", ["x_length"], ["counted"], to=TensorProto.FLOAT),
            node("Mul", ["counted", "per_token"], ["unhurried"]),
            node("Mul", ["unhurried", "length_scale"], ["length"]),
            node("Cast", ["length"], ["frames"], to=TensorProto.INT64),
            node("Concat", ["ones", "frames"], ["size"], axis=0),
            node("Expand", ["hum", "size"], ["mel"]),
        ],
        [whole("x", [1, "T"]), whole("x_length", [1]), tensor("noise_scale", [1]), tensor("length_scale", [1])],
        [tensor("mel", [1, count, "frames"])],
        [constant("per_token", np.float32(per_token)), constant("ones", np.array([1, count])), constant("hum", mel)],
        {
            "model_type": "matcha-tts",
            "language": "Chinese",
            "has_espeak": 0,
            "jieba": 1,
            "n_speakers": 1,
            "sample_rate": rate,
            "pad_id": 1,
            "use_icefall": 1,
            "use_eos_bos": 0,
            "num_ode_steps": 3,
        },
    )
    vocoder("matcha", "vocos-22khz-univ", count, rate)
    write("matcha", "tokens.txt", tokens(first="_"))
    write("matcha", "lexicon.txt", "你 n i\n好 h a o\n你好 n i h a o\n早 z a o\n上 s a\n" + SPOKEN)


def zipvoice() -> None:
    rate, count, per_token = 24000, 100, 12
    save(
        "zipvoice",
        "encoder.int8",
        [
            node("Shape", ["tokens"], ["size"]),
            node("Gather", ["size", "second"], ["tokens_count"]),
            node("Cast", ["tokens_count"], ["counted"], to=TensorProto.FLOAT),
            node("Mul", ["counted", "per_token"], ["unhurried"]),
            node("Div", ["unhurried", "speed"], ["length"]),
            node("Cast", ["length"], ["spoken"], to=TensorProto.INT64),
            node("Add", ["spoken", "prompt_features_len"], ["frames"]),
            node("Concat", ["one", "frames", "bands"], ["shape"], axis=0),
            node("ConstantOfShape", ["shape"], ["blank"]),
            # Where the recording ends and the text begins: ones in what is not the recording.
            node("Squeeze", ["frames"], ["all"]),
            node("Range", ["from", "all", "step"], ["at"]),
            node("Less", ["at", "prompt_features_len"], ["heard"]),
            node("Cast", ["heard"], ["mask"], to=TensorProto.FLOAT),
            node("Reshape", ["mask", "column"], ["column_mask"]),
            node("Add", ["blank", "column_mask"], ["text_condition"]),
        ],
        [
            whole("tokens", [1, "T"]),
            whole("prompt_tokens", [1, "P"]),
            whole("prompt_features_len", [1]),
            tensor("speed", [1]),
        ],
        [tensor("text_condition", [1, "frames", count])],
        [
            constant("second", np.array([1])),
            constant("per_token", np.float32(per_token)),
            constant("one", np.array([1])),
            constant("bands", np.array([count])),
            constant("from", np.int64(0)),
            constant("step", np.int64(1)),
            constant("column", np.array([1, -1, 1])),
        ],
        {"version": 1, "use_espeak": 1, "use_pinyin": 1, "model_author": "scripts/golden/tiny_voices.py"},
    )
    save(
        "zipvoice",
        "decoder.int8",
        [
            # Straight to the mean spectrum of the recording, from whatever noise it began with.
            node("Mul", ["speech_condition", "text_condition"], ["heard"]),
            node("ReduceSum", ["heard", "time"], ["sum"]),
            node("ReduceSum", ["text_condition", "time"], ["heard_frames"]),
            node("Div", ["sum", "heard_frames"], ["mean"]),
            node("Sub", ["mean", "x"], ["way"]),
            node("Sub", ["one", "t"], ["left"]),
            node("Div", ["way", "left"], ["pure"]),
            node("Mul", ["guidance_scale", "zero"], ["nothing"]),
            node("Add", ["pure", "nothing"], ["v"]),
        ],
        [
            tensor("t", [1]),
            tensor("x", [1, "frames", count]),
            tensor("text_condition", [1, "frames", count]),
            tensor("speech_condition", [1, "frames", count]),
            tensor("guidance_scale", [1]),
        ],
        [tensor("v", [1, "frames", count])],
        [
            constant("time", np.array([1])),
            constant("one", np.float32(1)),
            constant("zero", np.float32(0)),
        ],
        {
            "version": 1,
            "sample_rate": rate,
            "feat_dim": count,
            "num_mels": count,
            "n_fft": FFT,
            "hop_length": HOP,
            "window_length": FFT,
        },
    )
    vocoder("zipvoice", "vocos_24khz", count, rate)
    write("zipvoice", "tokens.txt", tokens(first="_"))
    write("zipvoice", "lexicon.txt", SPOKEN)


kokoro()
matcha()
zipvoice()
