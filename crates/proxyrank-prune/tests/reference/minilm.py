#!/usr/bin/env python3
"""Writes minilm.json: hidden states of all-MiniLM-L6-v2 in double precision, by numpy alone.

    python3 minilm.py FOLDER > minilm.json

FOLDER holds config.json and model.safetensors. Texts are given as token ids, so no tokenizer is needed; the second has two
segments. Nothing here is shared with the Rust code but the names of the parameters.
"""

import json
import math
import struct
import sys

import numpy as np

TEXTS = [
    {"ids": [101, 2023, 2003, 1037, 3231, 6251, 1012, 102], "segments": [0] * 8},
    {
        "ids": [101, 2054, 2003, 1996, 3007, 1997, 2605, 1029, 102, 3000, 2003, 1996, 3007, 1010, 1998, 2049, 2922, 2103, 1012, 102],
        "segments": [0] * 9 + [1] * 11,
    },
    {"ids": [101, 102], "segments": [0, 0]},
]
# Text and token.
SHOWN = [(0, 0), (0, 5), (1, 0), (1, 8), (1, 19), (2, 1)]

erf = np.vectorize(math.erf)


def read(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    body = data[8 + length :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(body[start:end], dtype="<f4").reshape(entry["shape"]).astype(np.float64)
    return tensors


def main(folder):
    config = json.load(open(folder + "/config.json"))
    w = read(folder + "/model.safetensors")
    heads, layers, eps = config["num_attention_heads"], config["num_hidden_layers"], config["layer_norm_eps"]

    def linear(x, name):
        return x @ w[name + ".weight"].T + w[name + ".bias"]

    def norm(x, name):
        mean = x.mean(axis=-1, keepdims=True)
        variance = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
        return (x - mean) / np.sqrt(variance + eps) * w[name + ".weight"] + w[name + ".bias"]

    def forward(text):
        n = len(text["ids"])
        x = (
            w["embeddings.word_embeddings.weight"][text["ids"]]
            + w["embeddings.token_type_embeddings.weight"][text["segments"]]
            + w["embeddings.position_embeddings.weight"][:n]
        )
        x = norm(x, "embeddings.LayerNorm")
        for layer in range(layers):
            p = f"encoder.layer.{layer}."
            q, k, v = (linear(x, p + "attention.self." + part) for part in ("query", "key", "value"))
            width = q.shape[1] // heads
            context = np.zeros_like(q)
            for head in range(heads):
                c = slice(head * width, (head + 1) * width)
                scores = q[:, c] @ k[:, c].T / math.sqrt(width)
                scores = np.exp(scores - scores.max(axis=1, keepdims=True))
                context[:, c] = scores / scores.sum(axis=1, keepdims=True) @ v[:, c]
            x = norm(x + linear(context, p + "attention.output.dense"), p + "attention.output.LayerNorm")
            inner = linear(x, p + "intermediate.dense")
            inner = inner * 0.5 * (1.0 + erf(inner / math.sqrt(2.0)))
            x = norm(x + linear(inner, p + "output.dense"), p + "output.LayerNorm")
        return x

    hidden = [forward(text) for text in TEXTS]
    shown = [[text, token, [round(float(v), 8) for v in hidden[text][token]]] for text, token in SHOWN]
    json.dump({"texts": TEXTS, "hidden": shown}, sys.stdout, separators=(",", ":"))
    print()


main(sys.argv[1])
