"""Whisper by CTranslate2: writes down what is said, and in English what is said in other languages."""

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ctranslate2
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment, TranscriptionInfo

from hearth_sidecar.sound import LONGEST, Piece, Sound
from hearth_sidecar.wire import Refusal, Run, serve

_FILES = ("model.bin", "config.json", "tokenizer.json")
_PULL = "Verify the model, or pull it again."
# Above this temperature faster-whisper forgets what was said before, and so does the next piece.
_FORGETS = 0.5
# No more of what was said before than this reaches the model.
_REMEMBERED = 224

_models: list[WhisperModel] = []


def load(params: Mapping[str, Any], _run: Run) -> dict[str, Any]:
    """Loads the folder of a CTranslate2 model; nothing is fetched."""
    folder = params["folder"]
    _check_folder(folder)
    # For the first text that is drawn by lot in this process.
    ctranslate2.set_random_seed(0)
    try:
        model = WhisperModel(
            folder,
            device=params["device"],
            device_index=params["device_index"],
            compute_type=params["compute_type"],
            cpu_threads=params["threads"],
            num_workers=1,
            local_files_only=True,
        )
    except (RuntimeError, ValueError) as error:
        raise Refusal("model-broken", f"cannot load {folder}: {error}", _PULL) from error
    _models[:] = [model]
    return {"multilingual": model.model.is_multilingual, "languages": model.supported_languages}


def _check_folder(folder: str) -> None:
    """The library would look for what is missing on the network, and trusts the sizes in a file that is none of its own."""
    for name in _FILES:
        if not os.path.isfile(os.path.join(folder, name)):
            raise Refusal("model-broken", f"{name} is missing in {folder}", _PULL)
    with open(os.path.join(folder, "model.bin"), "rb") as file:
        head = file.read(6 + len(b"WhisperSpec"))
    length = struct.unpack_from("<H", head, 4)[0] if len(head) > 6 else 0
    if length != len(b"WhisperSpec\0") or head[6:] != b"WhisperSpec":
        raise Refusal("model-broken", f"{folder}/model.bin is no Whisper model of CTranslate2", _PULL)


@dataclass
class Transcription:
    """What is known so far of one sound."""

    language: str | None
    # What came before, as text or tokens.
    before: str | list[int] | None
    heard: TranscriptionInfo | None = None
    # Somebody has spoken: the language stays what it is.
    settled: bool = False
    count: int = 0
    done: float = 0.0
    speech: float = 0.0
    tokens: list[int] = field(default_factory=list)


def transcribe(params: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """Sends each segment as soon as it is written."""
    sound = Sound(params["path"], int(params.get("longest") or LONGEST))
    state = Transcription(params.get("language"), params["prompt"] or None)
    for piece in sound.pieces():
        run.check()
        _hear(piece, state, params, run, sound)
        state.done = piece.end
        if piece.end < sound.announced:
            run.progress(state.done, sound.announced)
    run.progress(state.done, state.done)
    heard = state.heard
    return {
        "language": heard.language,
        "language_probability": None if params.get("language") else _share(heard.language_probability),
        "seconds": state.done,
        "speech_seconds": state.speech if params["vad_filter"] else None,
    }


def _hear(piece: Piece, state: Transcription, params: Mapping[str, Any], run: Run, sound: Sound) -> None:
    segments, info = _models[0].transcribe(
        piece.samples,
        task=params["task"],
        language=state.language,
        initial_prompt=state.before,
        beam_size=params["beam_size"],
        temperature=_temperatures(params["temperature"]),
        vad_filter=params["vad_filter"],
        word_timestamps=params["word_timestamps"],
    )
    state.speech += info.duration_after_vad
    if not state.settled:
        state.heard = info
    run.check()
    for segment in segments:
        run.check()
        run.chunk(_segment(segment, state.count, piece))
        state.count += 1
        state.tokens = [] if segment.temperature > _FORGETS else (state.tokens + segment.tokens)[-_REMEMBERED:]
        state.done = max(state.done, min(piece.start + segment.end, piece.end))
        run.progress(state.done, max(sound.announced, piece.end))
        state.settled = True
    if state.settled:
        state.language = state.heard.language
        state.before = state.tokens


def _temperatures(first: float) -> list[float]:
    """Whisper's own ladder, from the first rung asked for."""
    return [first, *(step / 10 for step in range(2, 11, 2) if step / 10 > first)]


def _segment(segment: Segment, number: int, piece: Piece) -> dict[str, Any]:
    return {
        "id": number,
        "seek": segment.seek + round(100 * piece.start),
        "start": _seconds(segment.start, piece),
        "end": _seconds(segment.end, piece),
        "text": segment.text,
        "tokens": segment.tokens,
        "temperature": segment.temperature,
        "avg_logprob": segment.avg_logprob,
        "compression_ratio": segment.compression_ratio,
        "no_speech_prob": _share(segment.no_speech_prob),
        **({} if segment.words is None else {"words": [_word(word, piece) for word in segment.words]}),
    }


def _word(word: Any, piece: Piece) -> dict[str, Any]:
    return {
        "word": word.word,
        "start": _seconds(word.start, piece),
        "end": _seconds(word.end, piece),
        "probability": _share(word.probability),
    }


def _seconds(value: float, piece: Piece) -> float:
    return round(float(value) + piece.start, 3)


def _share(value: float) -> float:
    """Rounding in single precision can leave a little more than 1."""
    return min(1.0, max(0.0, float(value)))


if __name__ == "__main__":
    serve({"load": load, "transcribe": transcribe})
