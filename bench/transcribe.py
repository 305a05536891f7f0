"""The peer of bench/transcribe.ts: faster-whisper as its own README has it used, with the options that Hearth takes.

    python bench/transcribe.py FOLDER THREADS

Each line {"path": ...} on stdin is answered with {"seconds": ..., "text": ...}. The first line of output names the versions.
"""

import json
import sys
import time
from importlib.metadata import version

from faster_whisper import WhisperModel


def main():
    folder, threads = sys.argv[1:]
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=int(threads))
    print(json.dumps({name: version(name) for name in ("faster-whisper", "ctranslate2")}), flush=True)
    for line in sys.stdin:
        path = json.loads(line)["path"]
        started = time.perf_counter()
        segments, _info = model.transcribe(path, beam_size=5, vad_filter=True)
        text = "".join(segment.text for segment in segments).strip()
        print(json.dumps({"seconds": time.perf_counter() - started, "text": text}), flush=True)


if __name__ == "__main__":
    main()
