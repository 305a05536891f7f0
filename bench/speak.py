"""The peer of bench/speak.ts: sherpa-onnx's own Python package, one sentence after the other.

    python bench/speak.py '{"model": ..., "tokens": ..., "data_dir": ..., "noise_scale": ..., ...}'

Each line {"sentences": [...]} on stdin is answered with {"first": seconds to the first sound, "seconds": ...,
"cpu": seconds of all threads, "sound": length of the sound}. The first line of output names the versions.
"""

import json
import sys
import time
from importlib.metadata import version

import sherpa_onnx


def main():
    options = json.loads(sys.argv[1])
    vits = sherpa_onnx.OfflineTtsVitsModelConfig(
        model=options["model"],
        tokens=options["tokens"],
        data_dir=options["data_dir"],
        noise_scale=options["noise_scale"],
        noise_scale_w=options["noise_w"],
        length_scale=options["length_scale"],
    )
    model = sherpa_onnx.OfflineTtsModelConfig(vits=vits, num_threads=options["threads"], provider="cpu")
    speaker = sherpa_onnx.OfflineTts(sherpa_onnx.OfflineTtsConfig(model=model, max_num_sentences=1))
    print(json.dumps({"sherpa-onnx": version("sherpa-onnx")}), flush=True)
    for line in sys.stdin:
        started, used = time.perf_counter(), time.process_time()
        first, sound = None, 0.0
        for sentence in json.loads(line)["sentences"]:
            spoken = speaker.generate(sentence, sid=0, speed=1.0)
            first = first or time.perf_counter() - started
            sound += len(spoken.samples) / spoken.sample_rate
        spent = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - used}
        print(json.dumps({"first": first, **spent, "sound": sound}), flush=True)


if __name__ == "__main__":
    main()
