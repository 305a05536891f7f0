"""Tiny encoders with random weights, and what transformers makes of some texts with them.

    pip install -r scripts/golden/requirements.txt
    python scripts/golden/tiny_encoders.py

Writes checkpoints in the layout of sentence-transformers, and results.json, to the golden folders of the families
text-embedder and reranker in packages/language/src/families.
"""

import base64
import json
import shutil
from pathlib import Path

import numpy as np
import torch
import transformers
from tiny_seeing import livelier, shorten
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import nn
from transformers import BertConfig, BertForSequenceClassification, BertModel, PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaForSequenceClassification

FAMILIES = Path(__file__).resolve().parents[2] / "packages/language/src/families"
SHAPE = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
WORDS = [*"abcdefghijklmnopqrstuvwxyz.,!?", "the", "cat", "sat", "on", "mat", "red", "apple", "what", "is", "dog", "ran"]
LENGTH = 24
TEXTS = ["the cat sat on the mat.", "a", "", "what is red? the apple is red!", "THE DOG RAN", "b c d e f g h i j k l m n o p q r s t", "zebra cat 猫", "the"]
QUERY = "what is red?"
DOCUMENTS = ["the apple is red.", "the dog ran", "", "cat", "a b c d e f g h i j k l m", "red red red"]


def words(bert: bool) -> PreTrainedTokenizerFast:
    """Whole words, marked as BERT or as RoBERTa marks them."""
    pad, unk, cls, sep = ("[PAD]", "[UNK]", "[CLS]", "[SEP]") if bert else ("<pad>", "<unk>", "<s>", "</s>")
    order = [pad, unk, cls, sep] if bert else [cls, pad, sep, unk]
    ids = {word: i for i, word in enumerate([*order, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token=unk))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()])
    pair = f"{cls} $A {sep} $B:1 {sep}:1" if bert else f"{cls} $A {sep} {sep} $B {sep}"
    special = [(cls, ids[cls]), (sep, ids[sep])]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{cls} $A {sep}", pair=pair, special_tokens=special)
    inputs = ["input_ids", "token_type_ids", "attention_mask"] if bert else ["input_ids", "attention_mask"]
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=LENGTH, model_input_names=inputs, pad_token=pad, unk_token=unk, cls_token=cls, sep_token=sep)


def save_words(tokenizer: PreTrainedTokenizerFast, folder: Path, kind: str) -> None:
    tokenizer.save_pretrained(folder)
    special = {name: getattr(tokenizer, name) for name in ("pad_token", "unk_token", "cls_token", "sep_token")}
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": kind, "model_max_length": LENGTH} | special, indent=1) + "\n")


class Graph(nn.Module):
    """A model that gives one named output for inputs in order."""

    def __init__(self, model, inputs: list[str], output: str):
        super().__init__()
        self.model, self.inputs, self.output = model, inputs, output

    def forward(self, *values):
        return self.model(**dict(zip(self.inputs, values)))[self.output]


def export(model, inputs: list[str], output: str, tokens, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = {0: "batch", 1: "length"}
    axes = {name: rows for name in inputs} | {output: rows if output == "last_hidden_state" else {0: "batch"}}
    feeds = tuple(tokens[name] for name in inputs)
    with torch.no_grad():
        torch.onnx.export(
            Graph(model, inputs, output).eval(), feeds, path, input_names=inputs, output_names=[output], dynamic_axes=axes, opset_version=17, dynamo=False,
        )
    shorten(path, {*inputs, output})


def packed(values: torch.Tensor) -> str:
    return base64.b64encode(np.ascontiguousarray(values.numpy(), dtype="<f4").tobytes()).decode()


def save_config(model, folder: Path, **more) -> None:
    model.config.architectures = [type(model).__name__]
    for name, value in more.items():
        setattr(model.config, name, value)
    model.config.save_pretrained(folder)


def pooled(states: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
    """As sentence-transformers' Pooling does it."""
    wide = mask.unsqueeze(-1).float()
    last = mask.sum(1) - 1
    return {
        "mean": (states * wide).sum(1) / wide.sum(1).clamp(min=1e-9),
        "cls": states[:, 0],
        "last": states[torch.arange(len(states)), last],
        "max": states.masked_fill(wide == 0, -1e9).max(1).values,
    }


def embedder() -> None:
    out = FAMILIES / "text-embedder/golden"
    folder = out / "tiny"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tokenizer = words(bert=True)
    save_words(tokenizer, folder, "BertTokenizer")
    config = BertConfig(**SHAPE, vocab_size=len(tokenizer), max_position_embeddings=LENGTH, pad_token_id=0)
    model = livelier(BertModel._from_config(config, attn_implementation="eager"), 0.4)
    tokens = tokenizer(TEXTS, padding=True, return_tensors="pt")
    export(model, ["input_ids", "attention_mask", "token_type_ids"], "last_hidden_state", tokens, folder / "onnx/model.onnx")
    save_config(model, folder)
    steps = [("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")]
    modules = [{"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{name}"} for i, (name, path) in enumerate(steps)]
    (folder / "modules.json").write_text(json.dumps(modules, indent=1) + "\n")
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": 16, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False}
    (folder / "1_Pooling/config.json").write_text(json.dumps(pooling, indent=1) + "\n")
    with torch.no_grad():
        vectors = pooled(model(**tokens).last_hidden_state, tokens["attention_mask"])
    counts = [len(tokenizer(text)["input_ids"]) for text in TEXTS]
    results = {"versions": versions(), "texts": TEXTS, "tokens": counts, "vectors": {name: [packed(v) for v in rows] for name, rows in vectors.items()}}
    (out / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def reranker() -> None:
    out = FAMILIES / "reranker/golden"
    shutil.rmtree(out, ignore_errors=True)
    results: dict = {"versions": versions(), "query": QUERY, "documents": DOCUMENTS, "models": {}}
    for name, bert in (("bert", True), ("xlm-roberta", False)):
        folder = out / name
        folder.mkdir(parents=True)
        tokenizer = words(bert)
        save_words(tokenizer, folder, "BertTokenizer" if bert else "XLMRobertaTokenizer")
        shape = SHAPE | {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id, "num_labels": 1}
        if bert:
            model = BertForSequenceClassification._from_config(BertConfig(**shape, max_position_embeddings=LENGTH), attn_implementation="eager")
        else:
            config = XLMRobertaConfig(**shape, max_position_embeddings=LENGTH + 2, type_vocab_size=1)
            model = XLMRobertaForSequenceClassification._from_config(config, attn_implementation="eager")
        livelier(model, 0.5)
        inputs = ["input_ids", "attention_mask", *(["token_type_ids"] if bert else [])]
        tokens = tokenizer([QUERY] * len(DOCUMENTS), DOCUMENTS, padding=True, return_tensors="pt")
        export(model, inputs, "logits", tokens, folder / "onnx/model.onnx")
        save_config(model, folder)
        with torch.no_grad():
            scores = model(**{key: tokens[key] for key in inputs}).logits[:, 0].sigmoid()
        results["models"][name] = {"tokens": int(tokens["attention_mask"].sum()), "scores": [round(float(score), 7) for score in scores]}
    (out / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def versions() -> dict[str, str]:
    return {"transformers": transformers.__version__, "torch": torch.__version__}


if __name__ == "__main__":
    embedder()
    reranker()
