"""Reads a safetensors file: eight bytes of length, a JSON header, then the numbers. It needs no package."""

import json
from pathlib import Path

import torch

TYPES = {"F32": torch.float32, "F64": torch.float64, "I64": torch.int64}


def read(path: Path) -> dict[str, torch.Tensor]:
    """Every tensor of the file, by name."""
    content = bytearray(Path(path).read_bytes())
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    start = 8 + length

    def tensor(entry: dict) -> torch.Tensor:
        first, end = entry["data_offsets"]
        dtype = TYPES[entry["dtype"]]
        # A copy, because a tensor may begin at an odd address in the file.
        values = torch.frombuffer(content[start + first : start + end], dtype=dtype)
        return values.reshape(entry["shape"]).clone()

    return {name: tensor(entry) for name, entry in header.items()}
