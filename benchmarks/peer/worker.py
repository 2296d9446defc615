"""PyTorch's side of the comparison: answers requests, one JSON object a line, on standard output.

    {"do": "hello", "threads": 2}             {"reply": "hello", "torch": "...", "python": "...", "threads": 2}
    {"do": "load", "network": ..., ...}       {"reply": "loaded", "parameters": 9657088}
    {"do": "load_training", "steps": 20, ...} {"reply": "loaded", "parameters": 123456}
    {"do": "run", "task": "forward"}          {"reply": "ran", "wall_ns": 80123456, "scores": {"hidden": 0.79}}

What cannot be done is answered by {"reply": "failed", "message": "..."}; the end of standard input ends the worker. Only the
work itself is timed: starting, loading and parsing are not. A score that is not finite is sent as null.
"""

import gc
import json
import math
import platform
import sys
import time
from collections.abc import Callable
from typing import Any

import torch

import encoder
import proxies
import tensors
import training


class Worker:
    """One network at a time."""

    def __init__(self) -> None:
        self.network: encoder.Network | None = None
        self.model: encoder.Electra | None = None
        self.data: proxies.Data | None = None
        self.trainer: training.Trainer | None = None

    def hello(self, request: dict) -> dict:
        torch.set_num_threads(request["threads"])
        return {
            "reply": "hello",
            "torch": torch.__version__,
            "python": platform.python_version(),
            "threads": torch.get_num_threads(),
        }

    def load(self, request: dict) -> dict:
        self.network = encoder.Network.of(request["network"])
        self.model = encoder.loaded(self.network, tensors.read(request["weights"]))
        shape = (request["batch"], request["seq_len"])
        self.data = proxies.Data(
            ids=torch.tensor(request["ids"]).reshape(shape),
            corrupted=torch.tensor(request["corrupted"]).reshape(shape),
            replaced=torch.tensor(request["replaced"], dtype=torch.float32).reshape(shape),
        )
        return {"reply": "loaded", "parameters": sum(p.numel() for p in self.model.electra.parameters())}

    def load_training(self, request: dict) -> dict:
        self.trainer = training.Trainer(request)
        return {"reply": "loaded", "parameters": sum(p.numel() for p in self.trainer.parameters)}

    def run(self, request: dict) -> dict:
        if request["task"] == "matmul":
            return timed(matmul)
        if request["task"] == "train":
            if self.trainer is None:
                raise ValueError("nothing to train is loaded")
            return timed(self.trainer.run)
        if self.model is None:
            raise ValueError("no network is loaded")
        if request["task"] not in TASKS:
            raise ValueError(f"unknown task {request['task']!r}; it is one of {', '.join(TASKS)}, train or matmul")
        return timed(lambda: TASKS[request["task"]](self))


def forward(worker: Worker) -> proxies.Scores:
    with torch.no_grad():
        return {"hidden": worker.model.electra(worker.data.ids).abs().mean().item()}


def forward_backward(worker: Worker) -> proxies.Scores:
    return {"loss": proxies.backward(worker.model, worker.data).item()}


def w_pca(worker: Worker) -> proxies.Scores:
    return proxies.run(worker.model, worker.data, proxies.forward, [proxies.PCA])


def w_pca_drawn(worker: Worker) -> proxies.Scores:
    model = encoder.drawn(worker.network)
    proxies.run(model, worker.data, proxies.forward, [proxies.PCA])
    # Other random numbers give other scores, so there is nothing to compare.
    return {}


TASKS: dict[str, Callable[[Worker], proxies.Scores]] = {
    "forward": forward,
    "forward_backward": forward_backward,
    "w_pca": w_pca,
    "w_pca_drawn": w_pca_drawn,
    "proxies_separate": lambda worker: proxies.separate(worker.model, worker.data),
    "proxies_shared": lambda worker: proxies.shared(worker.model, worker.data),
    "grasp": lambda worker: proxies.grasp(worker.model, worker.data),
}

SIDE = 1024
"""Rows and columns of the square product that gives the machine's rate."""


def matmul() -> proxies.Scores:
    a, b = torch.full((SIDE, SIDE), 0.5), torch.full((SIDE, SIDE), 0.5)
    target = torch.empty(SIDE, SIDE)
    best = math.inf
    for _ in range(10):
        start = time.perf_counter_ns()
        torch.mm(a, b.T, out=target)
        best = min(best, time.perf_counter_ns() - start)
    # Operations a nanosecond are GFLOP/s.
    return {"gflops": 2 * SIDE**3 / best}


def timed(work: Callable[[], proxies.Scores]) -> dict:
    # As `timeit` does, lest a collection of somebody else's garbage falls into the measured time.
    gc.collect()
    gc.disable()
    start = time.perf_counter_ns()
    scores = work()
    wall = time.perf_counter_ns() - start
    gc.enable()
    finite = {name: score if math.isfinite(score) else None for name, score in scores.items()}
    return {"reply": "ran", "wall_ns": wall, "scores": finite}


def main() -> None:
    answers, sys.stdout = sys.stdout, sys.stderr
    worker = Worker()
    deeds: dict[str, Callable[[dict], dict]] = {
        "hello": worker.hello,
        "load": worker.load,
        "load_training": worker.load_training,
        "run": worker.run,
    }
    for line in sys.stdin:
        answer: dict[str, Any]
        try:
            request = json.loads(line)
            answer = deeds[request["do"]](request)
        except Exception as error:  # Whatever it is, the other side must hear of it.
            answer = {"reply": "failed", "message": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
