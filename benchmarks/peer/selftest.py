"""Checks the PyTorch side against golden cases before anything is timed: `python selftest.py FOLDER`.

The cases are small encoders of every operation with scores in double precision, made by another program; they are the same that pin
proxyrank's own engines. Exits with 1 if a score is off.
"""

import json
import sys
from pathlib import Path

try:
    import torch
except ModuleNotFoundError:
    sys.exit(f"error: {sys.executable} has no PyTorch; install it there, or run `make peer` without PEER_PYTHON")

import encoder
import proxies
import tensors

TOLERANCE = 1e-7
"""Relative error allowed in double precision."""

NAMES = {"SDP": "sdp", "WMA": "wma", "DFT": "dft", "DCT": "dct", 5: "dsc5", 9: "dsc9"}

SCORES = (
    "synaptic_diversity synaptic_saliency head_importance activation_distance jacobian_cosine head_confidence "
    "softmax_confidence grad_norm snip plain weight_norm"
).split()
"""Scores of the cases under the same names here. Their Fisher is not among them: it was taken from gradients that had been
accumulated over several passes. The driver compares it with proxyrank's."""


def network(case: dict, weights: dict[str, torch.Tensor]) -> encoder.Network:
    """The network of a case; the widths of its chains are those of the stored weights."""
    hidden = case["dims"]["hidden"]

    def layer(index: int, declared: dict) -> encoder.Layer:
        prefix = f"electra.encoder.layer.{index}.intermediate."
        inner = ["dense_in", *(f"dense_list.{j}" for j in range(declared["num_feed_forward"] - 1))]
        widths = (hidden, *(len(weights[f"{prefix}{name}.weight"]) for name in inner), hidden)
        return encoder.Layer(NAMES[declared["operation_parameter"]], declared["num_operation_heads"], widths)

    return encoder.Network(
        vocab_size=case["dims"]["vocab"],
        embedding_size=case["dims"]["emb"],
        max_positions=case["dims"]["maxpos"],
        token_types=len(weights["electra.embeddings.token_type_embeddings.weight"]),
        hidden_size=hidden,
        layers=tuple(layer(index, declared) for index, declared in enumerate(case["layers"])),
    )


def wanted(case: dict) -> dict[str, float]:
    """The case's scores under this project's names."""
    rtd, synflow = case["results"]["rtd"], case["results"]["synflow"]
    scores = {name: rtd[name] for name in SCORES}
    # The cases stop where the share reaches eta, the released code where it exceeds it: no share of theirs is eta.
    scores |= {"v_pca.strict": rtd["v_pca"], "w_pca.strict": rtd["w_pca"], "grasp": rtd["grasp"]}
    return scores | {name: synflow[name] for name in ("synflow", "logsynflow")}


def errors(path: Path) -> dict[str, float]:
    """The relative error of every score of a case, by each way of running the passes."""
    case = json.loads(path.with_suffix(".json").read_text())
    stored = tensors.read(path)
    weights = {name: value.double() for name, value in stored.items() if value.is_floating_point()}
    model = encoder.empty(network(case, weights)).double()
    model.load_state_dict({name: weights[name] for name in model.state_dict()})
    ids = stored["input_ids"]
    data = proxies.Data(ids, ids, stored["rtd_labels"].double(), case["dims"]["hi_min"])
    ways = {
        "separate": proxies.separate(model, data),
        "shared": proxies.shared(model, data),
        "": proxies.grasp(model, data),
    }
    found = {(way, name): score for way, scores in ways.items() for name, score in scores.items()}
    return {
        f"{name} {way}".strip(): abs(score - wanted(case)[name]) / max(abs(wanted(case)[name]), 1e-300)
        for (way, name), score in found.items()
        if name in wanted(case)
    }


def main() -> int:
    torch.set_num_threads(1)
    cases = sorted(Path(sys.argv[1]).glob("*.safetensors"))
    if not cases:
        print(f"no golden case in {sys.argv[1]}", file=sys.stderr)
        return 1
    failed = False
    for path in cases:
        found = errors(path)
        worst = max(found, key=found.get)
        off = [f"{name}: {error:.1e}" for name, error in found.items() if not error <= TOLERANCE]
        failed |= bool(off)
        print(f"{path.stem:>18}: {len(found)} scores, worst {worst} {found[worst]:.1e}", *off, sep="\n    ")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
