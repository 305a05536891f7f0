"""The peer of bench/embed.ts: the same ONNX file in Python's onnxruntime, words by the same tokenizer.

    python bench/embed.py FOLDER THREADS

Each line {"texts": [...]} on stdin is answered with {"seconds": ..., "cpu": seconds of all threads,
"vectors": [[...]]}. The first line of output names the versions.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime as ort
import tokenizers

BATCH = 32


def embed(texts, words, session):
    vectors = [None] * len(texts)
    order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
    for start in range(0, len(texts), BATCH):
        chosen = order[start : start + BATCH]
        rows = words.encode_batch([texts[at] for at in chosen])
        feeds = {
            "input_ids": np.array([row.ids for row in rows], np.int64),
            "attention_mask": np.array([row.attention_mask for row in rows], np.int64),
            "token_type_ids": np.array([row.type_ids for row in rows], np.int64),
        }
        states = session.run(None, {name: feeds[name] for name in (given.name for given in session.get_inputs())})[0]
        mask = feeds["attention_mask"][..., None].astype(np.float32)
        mean = (states * mask).sum(1) / mask.sum(1)
        for at, vector in zip(chosen, mean / np.linalg.norm(mean, axis=1, keepdims=True)):
            vectors[at] = vector
    return vectors


def main():
    folder, threads = Path(sys.argv[1]), int(sys.argv[2])
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    # As ours: threads that wait for each other by spinning for long would take a shared machine from both sides.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1")
    options.add_session_config_entry("session.intra_op.spin_duration_us", "50")
    session = ort.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
    words = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    words.enable_truncation(256)
    words.enable_padding()
    print(json.dumps({"onnxruntime": ort.__version__, "tokenizers": tokenizers.__version__}), flush=True)
    for line in sys.stdin:
        texts = json.loads(line)["texts"]
        started, used = time.perf_counter(), time.process_time()
        vectors = embed(texts, words, session)
        spent = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - used}
        print(json.dumps({**spent, "vectors": [vector.tolist() for vector in vectors]}), flush=True)


if __name__ == "__main__":
    main()
