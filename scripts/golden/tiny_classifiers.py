"""Tiny classifiers with random weights, and what transformers makes of some texts with them.

    pip install -r scripts/golden/requirements.txt
    python scripts/golden/tiny_classifiers.py

Writes checkpoints in the layout of transformers.js, and results.json, to the golden folder of the family text-classifier
in packages/language/src/families.
"""

import json
import shutil

import torch
from tiny_encoders import FAMILIES, LENGTH, SHAPE, TEXTS, export, save_config, save_words, versions, words
from tiny_seeing import livelier
from transformers import (
    BertConfig, BertForSequenceClassification, DebertaV2Config, DebertaV2ForSequenceClassification, DistilBertConfig,
    DistilBertForSequenceClassification, RobertaConfig, RobertaForSequenceClassification,
)

TOXIC = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]
SHORT = ["S", "H", "V", "HR", "SH", "S3", "H2", "V2", "OK"]
DISTIL = {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 24}
RELATIVE = {"relative_attention": True, "position_buckets": 8, "max_relative_positions": -1, "pos_att_type": ["p2c", "c2p"], "norm_rel_ebd": "layer_norm", "share_att_key": True, "position_biased_input": False}
KINDS = {
    "bert": (BertConfig, BertForSequenceClassification, SHAPE | {"max_position_embeddings": LENGTH}, TOXIC, True),
    "roberta": (RobertaConfig, RobertaForSequenceClassification, SHAPE | {"max_position_embeddings": LENGTH + 2, "type_vocab_size": 1}, SHORT, False),
    "distilbert": (DistilBertConfig, DistilBertForSequenceClassification, DISTIL | {"max_position_embeddings": LENGTH}, TOXIC, True),
    "deberta-v2": (DebertaV2Config, DebertaV2ForSequenceClassification, SHAPE | RELATIVE | {"max_position_embeddings": LENGTH, "type_vocab_size": 0}, ["SAFE", "INJECTION"], False),
}
TOKENIZERS = {"bert": "BertTokenizer", "roberta": "RobertaTokenizer", "distilbert": "DistilBertTokenizer", "deberta-v2": "DebertaV2Tokenizer"}


def classifier(name: str) -> dict:
    config_class, model_class, shape, labels, apart = KINDS[name]
    folder = FAMILIES / "text-classifier/golden" / name
    folder.mkdir(parents=True)
    tokenizer = words(bert=name != "roberta")
    save_words(tokenizer, folder, TOKENIZERS[name])
    config = config_class(**shape, vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id, num_labels=len(labels))
    config.id2label, config.label2id = dict(enumerate(labels)), {label: i for i, label in enumerate(labels)}
    config.problem_type = "multi_label_classification" if apart else "single_label_classification"
    model = livelier(model_class._from_config(config, attn_implementation="eager"), 0.5)
    inputs = ["input_ids", "attention_mask", *(["token_type_ids"] if name in ("bert", "deberta-v2") else [])]
    tokens = tokenizer(TEXTS, padding=True, return_tensors="pt", return_token_type_ids=True)
    export(model, inputs, "logits", tokens, folder / "onnx/model.onnx")
    save_config(model, folder)
    with torch.no_grad():
        logits = model(**{key: tokens[key] for key in inputs}).logits
    scores = logits.sigmoid() if apart else logits.softmax(-1)
    rows = [{label: round(float(score), 7) for label, score in zip(labels, row)} for row in scores]
    return {"tokens": int(tokens["attention_mask"].sum()), "scores": rows}


def main() -> None:
    out = FAMILIES / "text-classifier/golden"
    shutil.rmtree(out, ignore_errors=True)
    results = {"versions": versions(), "texts": TEXTS, "models": {name: classifier(name) for name in KINDS}}
    (out / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
