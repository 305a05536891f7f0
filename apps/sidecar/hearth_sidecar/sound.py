"""Sound of any file as 16,000 samples a second, in pieces that fit into memory."""

import gc
from collections.abc import Iterator
from dataclasses import dataclass

import av
import numpy as np

from hearth_sidecar.wire import Refusal

RATE = 16_000
# What is longer is taken in pieces: of an hour, models of speech would hold more than a gigabyte at a time.
LONGEST = 10 * 60 * RATE
# A piece ends at the quietest moment of its last minute.
SEARCHED = 60 * RATE
_PLAY_IT = "Play it in a player; if it plays, convert it to MP3 or WAV and try again."


@dataclass
class Piece:
    """Consecutive samples between -1 and 1."""

    samples: np.ndarray
    # Samples of the file before it.
    before: int

    @property
    def start(self) -> float:
        """Seconds from the beginning of the file."""
        return self.before / RATE

    @property
    def end(self) -> float:
        return (self.before + len(self.samples)) / RATE


class Sound:
    """A file with sound."""

    def __init__(self, path: str, longest: int = LONGEST) -> None:
        self._path = path
        self._longest = longest
        # Seconds as the file's header has them; 0 where it does not say.
        self.announced = 0.0

    def pieces(self) -> Iterator[Piece]:
        """All of it in order. A file up to the limit is one piece, exactly as faster-whisper would decode it."""
        held = np.zeros(0, np.int16)
        fresh: list[np.ndarray] = []
        before = 0
        for samples in self._decoded():
            fresh.append(samples)
            while len(held) + sum(map(len, fresh)) > self._longest:
                held = np.concatenate([held, *fresh])
                fresh = []
                cut = _quiet_moment(held[: self._longest])
                yield Piece(_as_floats(held[:cut]), before)
                before += cut
                held = held[cut:].copy()
        held = np.concatenate([held, *fresh])
        if before + len(held) == 0:
            raise Refusal("invalid-input", "there is no sound in the file", _PLAY_IT, ["audio"])
        yield Piece(_as_floats(held), before)

    def _decoded(self) -> Iterator[np.ndarray]:
        """What can be decoded of the first track of sound, as 16-bit mono."""
        try:
            # The file is handed over open and no protocol is allowed: a playlist in it cannot have other files read.
            with open(self._path, "rb") as file, av.open(
                file, mode="r", metadata_errors="ignore", options={"protocol_whitelist": "none"}
            ) as container:
                if not container.streams.audio:
                    raise Refusal("unsupported-media", "the file has no sound", _PLAY_IT, ["audio"])
                self.announced = max(0.0, (container.duration or 0) / 1_000_000)
                yield from _resampled(_frames(container))
        except (av.FFmpegError, ValueError) as error:
            # Without the path, which is nobody's business.
            cause = error.strerror if isinstance(error, av.FFmpegError) else error
            raise Refusal("unsupported-media", f"the sound cannot be read: {cause}", _PLAY_IT, ["audio"]) from error
        finally:
            # The resampler is only freed by the collector.
            gc.collect()


def _frames(container: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    """Frames that can be decoded; what is damaged between them is left out."""
    frames = container.decode(audio=0)
    while True:
        try:
            frame = next(frames)
        except StopIteration:
            return
        except av.error.InvalidDataError:
            continue
        frame.pts = None
        yield frame


def _resampled(frames: Iterator[av.AudioFrame]) -> Iterator[np.ndarray]:
    resampler = av.audio.resampler.AudioResampler(format="s16", layout="mono", rate=RATE)
    gathered = av.audio.fifo.AudioFifo()
    for frame in frames:
        gathered.write(frame)
        if gathered.samples >= 500_000:
            yield from _arrays(resampler, gathered.read())
    if gathered.samples > 0:
        yield from _arrays(resampler, gathered.read())
    yield from _arrays(resampler, None)


def _arrays(resampler: av.AudioResampler, frame: av.AudioFrame | None) -> Iterator[np.ndarray]:
    for resampled in resampler.resample(frame):
        yield resampled.to_ndarray().reshape(-1)


def _as_floats(samples: np.ndarray) -> np.ndarray:
    return samples.astype(np.float32) / 32768.0


def _quiet_moment(samples: np.ndarray) -> int:
    """Where to cut: the middle of the quietest half second near the end."""
    step = RATE // 50
    span = 25
    tail = _as_floats(samples[-min(SEARCHED, len(samples) // 2) :])
    steps = tail[: len(tail) // step * step].reshape(-1, step)
    loudness = np.convolve((steps**2).mean(axis=1), np.ones(span), mode="valid")
    return len(samples) - len(tail) + (int(loudness.argmin()) + span // 2) * step
