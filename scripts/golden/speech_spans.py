"""Writes what Silero VAD gives for made sounds to packages/speech/src/families/silero-vad/golden/spans.json.

    venv/bin/pip install torch==2.13.0 onnxruntime==1.31.1 numpy==2.4.6 packaging silero-vad==6.2.3
    venv/bin/python scripts/golden/speech_spans.py

The likelihoods and spans are those of the package's own `get_speech_timestamps` with its ONNX graph for any rate
(silero_vad.onnx), not of the graph that Hearth ships. speech.wav beside the file was spoken by the starter's voice.
"""

import json
import warnings
import wave
from pathlib import Path

import numpy as np
import silero_vad
import torch
from silero_vad.utils_vad import OnnxWrapper, get_speech_timestamps

warnings.filterwarnings("ignore")
FOLDER = Path(__file__).parents[2] / "packages/speech/src/families/silero-vad/golden"
RATE, WINDOW = 16000, 512

with wave.open(str(FOLDER / "speech.wav")) as file:
    SPEECH = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int64)


def noise(samples: int, amplitude: int) -> np.ndarray:
    """The numbers of a multiplicative generator: the same in every language."""
    state, values = 1, np.empty(samples, np.int64)
    for at in range(samples):
        state = state * 16807 % (2**31 - 1)
        values[at] = state % (2 * amplitude + 1) - amplitude
    return values


def chord(samples: int, amplitude: int) -> np.ndarray:
    """Three square waves that change every half second."""
    at = np.arange(samples)
    shift = at // 8000 % 4
    return sum(np.where(at // (period + 4 * shift) % 2 == 0, amplitude, -amplitude) for period in (30, 24, 20))


def part(kind: str, samples: int, level: int = 0, start: int = 0) -> np.ndarray:
    if kind == "silence":
        return np.zeros(samples, np.int64)
    if kind == "speech":
        return SPEECH[start : start + samples] * level
    return {"noise": noise, "chord": chord}[kind](samples, level)


CLIPS = {
    "speech": [["speech", len(SPEECH), 1]],
    "pauses": [
        ["silence", 8000], ["speech", 25000, 1], ["silence", 3000], ["speech", 30000, 1, 25000], ["silence", 1000],
        ["speech", 12000, 1, 60000], ["silence", 30001], ["speech", 9000, 1, 90000], ["silence", 777],
    ],
    "long": [["speech", 125000, 1], ["silence", 2300], ["speech", 110000, 1, 9000], ["speech", 100001, 1, 20000]],
    "clipped": [["speech", 100000, 20]],
    "noise": [["noise", 48000, 3000]],
    "music": [["chord", 64000, 2500]],
    "silence": [["silence", 32000]],
    "between music": [["chord", 16000, 1500], ["speech", 40000, 1, 60000], ["noise", 20000, 300], ["chord", 15999, 1500]],
    "short": [["speech", 300, 1, 4000]],
}
SETTINGS = [
    {},
    {"threshold": 0.8, "min_silence_duration_ms": 30, "speech_pad_ms": 0},
    {"threshold": 0.1, "speech_pad_ms": 400},
    {"min_silence_duration_ms": 2000, "speech_pad_ms": 400},
    {"min_speech_duration_ms": 1000},
    {"min_speech_duration_ms": 0, "min_silence_duration_ms": 0, "speech_pad_ms": 100},
    {"max_speech_duration_s": 2.5},
    {"max_speech_duration_s": 1.0, "min_silence_duration_ms": 500},
    {"max_speech_duration_s": 4.0, "min_silence_duration_ms": 2000, "speech_pad_ms": 200},
    {"max_speech_duration_s": 0.05},
]

model = OnnxWrapper(str(Path(silero_vad.__file__).parent / "data/silero_vad.onnx"), force_onnx_cpu=True)


def likelihoods(sound: torch.Tensor) -> list[float]:
    model.reset_states()
    filled = torch.nn.functional.pad(sound, (0, -len(sound) % WINDOW))
    return [round(model(window, RATE).item(), 6) for window in filled.split(WINDOW)]


clips = []
for name, parts in CLIPS.items():
    whole = np.clip(np.concatenate([part(*each) for each in parts]), -32768, 32767)
    sound = torch.from_numpy((whole / 32768).astype(np.float32))
    found = [get_speech_timestamps(sound, model, **settings) for settings in SETTINGS]
    spans = [[[span["start"], span["end"]] for span in spans] for spans in found]
    clips.append({"name": name, "parts": parts, "likelihoods": likelihoods(sound), "spans": spans})
    print(name, [len(each) for each in spans])
(FOLDER / "spans.json").write_text(json.dumps({"settings": SETTINGS, "clips": clips}) + "\n")
