"""The proxies of the released code, by hooks on modules and one backward pass, as a PyTorch user computes them.

A `Measure` says what it watches on the way and how it scores what it saw. Measures that could read the same pass form a
group. The released programs run a pass for each measure; `separate` does that, and `shared` runs one pass a group, which nobody has
released but which is the fairest opponent of a program that shares passes.

Definitions: Wang (W-PCA, ICLR 2025); Serianni & Kalita (ACL 2023) for synaptic diversity and saliency, head importance, the
confidences, activation distance and the Jacobian scores; Dong et al. (LPZero, EMNLP Findings 2024) for the rest, and for the forms
named `.lpzero`, which keep a single matrix. Scores have proxyrank's names.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from encoder import Electra

ETA = 0.99
"""Share of the variance that principal components must exceed."""

HEAD_IMPORTANCE_ROWS = 128
"""Outputs that a matrix must have to count in head importance, at full size."""

FLOOR = 1e-5
"""Keeps logarithm and quotient of an eigenvalue finite."""

Scores = dict[str, float]


@dataclass(frozen=True)
class Data:
    """A batch (B, S), what the replaced-token signal makes of it, and which tokens it replaced."""

    ids: torch.Tensor
    corrupted: torch.Tensor
    replaced: torch.Tensor
    head_importance_rows: int = HEAD_IMPORTANCE_ROWS


# The parts of a model that measures watch or sum over.


def layers(model: Electra) -> nn.ModuleList:
    return model.electra.encoder["layer"]


def inner_linears(layer: nn.Module) -> list[nn.Linear]:
    """Of an operation, its output left out."""
    return [module for module in layer.operation.operation.modules() if isinstance(module, nn.Linear)]


def output_linears(layer: nn.Module) -> list[nn.Linear]:
    return [] if layer.operation.output is None else [layer.operation.output.dense]


def ffn_linears(layer: nn.Module) -> list[nn.Linear]:
    return [layer.intermediate.dense_in, *layer.intermediate.dense_list, layer.output.dense]


def operations(model: Electra) -> list[nn.Linear]:
    return [linear for layer in layers(model) for linear in inner_linears(layer) + output_linears(layer)]


def chains(model: Electra) -> list[nn.Linear]:
    return [linear for layer in layers(model) for linear in ffn_linears(layer)]


def matrices(model: Electra) -> list[nn.Linear]:
    return operations(model) + chains(model)


def first_matrix(model: Electra) -> nn.Linear:
    """Element 0 of the list that LPZero's script for encoders keeps."""
    return model.electra.embeddings_project or inner_linears(layers(model)[0])[0]


def confident_linears(model: Electra) -> list[nn.Linear]:
    names = ("query", "key", "value", "weight", "input")
    found = [getattr(layer.operation.operation, name, None) for layer in layers(model) for name in names]
    return [linear for linear in found if linear is not None]


def softmaxes(model: Electra) -> list[nn.Softmax]:
    return [layer.operation.operation.softmax for layer in layers(model)]


def gelus(model: Electra) -> list[nn.GELU]:
    return [layer.intermediate.gelu for layer in layers(model)]


# Hooks.


@contextmanager
def outputs(modules: list[nn.Module]) -> Iterator[list[torch.Tensor]]:
    """Collects what the modules give, in the order of their calls."""
    seen: list[torch.Tensor] = []
    handles = [module.register_forward_hook(lambda _module, _input, y: seen.append(y.detach())) for module in modules]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def saliencies(modules: set[nn.Module]) -> Iterator[dict[nn.Module, torch.Tensor]]:
    """Half the mean over tokens of (a dL/da)^2, summed over channels, of each module's output a."""
    seen: dict[nn.Module, torch.Tensor] = {}

    def watch(module: nn.Module, _input: Any, output: torch.Tensor) -> None:
        value = output.detach()

        def reduce(gradient: torch.Tensor) -> None:
            seen[module] = (value * gradient).square().mean(dim=(0, 1)).sum() / 2

        output.register_hook(reduce)

    handles = [module.register_forward_hook(watch) for module in modules]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


# Passes.


def forward(model: Electra, data: Data) -> None:
    with torch.no_grad():
        model.electra(data.ids)


def forward_corrupted(model: Electra, data: Data) -> None:
    with torch.no_grad():
        model.electra(data.corrupted)


def loss(model: Electra, data: Data) -> torch.Tensor:
    """ELECTRA's loss of replaced tokens."""
    return functional.binary_cross_entropy_with_logits(model(data.corrupted), data.replaced)


def backward(model: Electra, data: Data) -> torch.Tensor:
    model.zero_grad(set_to_none=True)
    value = loss(model, data)
    value.backward()
    return value.detach()


@contextmanager
def absolute(model: Electra) -> Iterator[None]:
    """Replaces all parameters outside the embedding tables by their absolute values for a while."""
    tables = {id(parameter) for parameter in model.electra.embeddings.parameters()}
    parameters = [parameter for parameter in model.parameters() if id(parameter) not in tables]
    with torch.no_grad():
        signed = [parameter.clone() for parameter in parameters]
        for parameter in parameters:
            parameter.abs_()
    try:
        yield
    finally:
        with torch.no_grad():
            for parameter, values in zip(parameters, signed):
                parameter.copy_(values)


def flow(model: Electra, data: Data) -> None:
    """SynFlow: ones in place of the embeddings, and the sum of the logits."""
    model.zero_grad(set_to_none=True)
    hidden = layers(model)[0].output.dense.out_features
    ones = torch.ones(1, data.ids.shape[1], hidden, dtype=first_matrix(model).weight.dtype)
    with absolute(model):
        model.discriminator_predictions(model.electra.encode(ones)).sum().backward()


def token_flow(model: Electra, data: Data) -> None:
    """LPZero's pass for encoders: tokens, and the sum of the hidden state."""
    model.zero_grad(set_to_none=True)
    with absolute(model):
        model.electra(data.ids).sum().backward()


def nothing(_model: Electra, _data: Data) -> None:
    """For measures of weights alone."""


# Scores.


def total(values: list[torch.Tensor]) -> float:
    return torch.stack(values).sum().item() if values else 0.0


def summed_and_mean(name: str, values: list[torch.Tensor]) -> Scores:
    both = {name: total(values)}
    # A network of narrow span convolutions has no matrix that counts, so it has no mean.
    return both | ({f"{name}_norm": both[name] / len(values)} if values else {})


def components(output: torch.Tensor) -> int:
    """Principal components until their share of the variance exceeds eta."""
    x = output.flatten(0, 1)
    x = x - x.mean(dim=0)
    eigenvalues = torch.linalg.eigvalsh(x.T @ x / (len(x) - 1)).flip(0)
    shares = eigenvalues.cumsum(0) / eigenvalues.sum()
    return min(1 + int((shares <= ETA).sum()), len(eigenvalues))


def pca(model: Electra, _data: Data, seen: list[torch.Tensor]) -> Scores:
    v_pca = sum(components(output) for output in seen)
    parameters = sum(parameter.numel() for parameter in model.electra.parameters())
    return {"v_pca.strict": v_pca, "w_pca.strict": v_pca * parameters}


def head_confidence(_model: Electra, _data: Data, seen: list[torch.Tensor]) -> Scores:
    return summed_and_mean("head_confidence", [output.amax(dim=1).mean() for output in seen])


def softmax_confidence(_model: Electra, _data: Data, seen: list[torch.Tensor]) -> Scores:
    return summed_and_mean("softmax_confidence", [output.amax(dim=1).mean() for output in seen])


def agreements(codes: torch.Tensor) -> torch.Tensor:
    """In how many columns two rows agree, for all pairs of rows."""
    return codes @ codes.T + (1 - codes) @ (1 - codes).T


def activation_distance(_model: Electra, _data: Data, seen: list[torch.Tensor]) -> Scores:
    # Sums of whole numbers pass what f32 counts exactly.
    kernels = [agreements((output[0] > 0).to(output.dtype)) for output in seen]
    return summed_and_mean("activation_distance", [kernel.sum(dtype=torch.float64) for kernel in kernels])


def nwot(_model: Electra, _data: Data, seen: list[torch.Tensor]) -> Scores:
    kernel = sum(agreements((output > 0).to(output.dtype).flatten(1)) for output in seen)
    return {"nwot": torch.linalg.slogdet(kernel.double()).logabsdet.item()}


def weight_norm(model: Electra, _data: Data, _seen: None) -> Scores:
    return {"weight_norm": total([linear.weight.detach().norm() for linear in matrices(model)])}


def product(linear: nn.Linear) -> torch.Tensor:
    return linear.weight.detach() * linear.weight.grad


def grad_norm(model: Electra, _data: Data, _seen: None) -> Scores:
    first = first_matrix(model).weight.grad.norm().item()
    return {"grad_norm": total([m.weight.grad.norm() for m in matrices(model)]), "grad_norm.lpzero": first}


def snip(model: Electra, _data: Data, _seen: None) -> Scores:
    first = product(first_matrix(model)).abs().sum().item()
    return {"snip": total([product(linear).abs().sum() for linear in matrices(model)]), "snip.lpzero": first}


def plain(model: Electra, _data: Data, _seen: None) -> Scores:
    return {"plain": total([product(linear).sum() for linear in matrices(model)])}


def fisher(model: Electra, _data: Data, seen: dict[nn.Module, torch.Tensor]) -> Scores:
    first = first_matrix(model)
    counted = [seen[linear] for linear in matrices(model)]
    return {"fisher": total(counted), "fisher.lpzero": first.in_features * seen[first].item()}


def synaptic_diversity(model: Electra, _data: Data, _seen: None) -> Scores:
    def nuclear(matrix: torch.Tensor) -> torch.Tensor:
        return torch.linalg.matrix_norm(matrix, "nuc")

    values = [nuclear(linear.weight.detach()) * nuclear(linear.weight.grad) for linear in operations(model)]
    return summed_and_mean("synaptic_diversity", values)


def synaptic_saliency(model: Electra, _data: Data, _seen: None) -> Scores:
    return summed_and_mean("synaptic_saliency", [product(linear).abs().sum() for linear in chains(model)])


def head_importance(model: Electra, data: Data, _seen: None) -> Scores:
    inner = [linear for layer in layers(model) for linear in inner_linears(layer)]
    wide = [linear for linear in inner if linear.out_features >= data.head_importance_rows]
    return summed_and_mean("head_importance", [product(linear).abs().sum() for linear in wide])


def attention_confidence(_model: Electra, _data: Data, seen: list[torch.Tensor]) -> Scores:
    return summed_and_mean("attention_confidence", [output.amax(dim=1).mean() for output in seen])


def eznas(model: Electra, _data: Data, _seen: None) -> Scores:
    def score(linear: nn.Linear) -> torch.Tensor:
        signs = linear.weight.grad.sign()
        return torch.sigmoid(torch.linalg.slogdet(signs @ signs.T).logabsdet)

    return {"eznas": total([score(linear) for layer in layers(model) for linear in inner_linears(layer)])}


def position_features(model: Electra, data: Data) -> torch.Tensor:
    """The gradient of the position table, a row a feature, in double precision as the released code's library has it."""
    table = model.electra.embeddings.position_embeddings.weight.grad
    return table[: data.ids.shape[1]].T.double()


def jacobian_covariance(model: Electra, data: Data, _seen: None) -> Scores:
    eigenvalues = torch.linalg.eigvalsh(position_features(model, data).corrcoef()).abs() + FLOOR
    return {"jacobian_covariance": -(eigenvalues.log() + 1 / eigenvalues).sum().item()}


def jacobian_cosine(model: Electra, data: Data, _seen: None) -> Scores:
    unit = functional.normalize(position_features(model, data), dim=1)
    n = len(unit)
    cosines = (unit @ unit.T).fill_diagonal_(0.0)
    return {"jacobian_cosine": 1 - (cosines.abs().pow(1 / 20).sum() / 2 / (n * n - n)).item()}


def synflow(model: Electra, _data: Data, _seen: None) -> Scores:
    return {"synflow": total([product(linear).abs().sum() for linear in matrices(model)])}


def logsynflow(model: Electra, _data: Data, _seen: None) -> Scores:
    def score(linear: nn.Linear) -> torch.Tensor:
        return (linear.weight.detach().abs() * linear.weight.grad.abs().log1p()).sum()

    return {"logsynflow": total([score(linear) for linear in matrices(model)])}


def synflow_lpzero(model: Electra, _data: Data, _seen: None) -> Scores:
    return {"synflow.lpzero": product(first_matrix(model)).abs().sum().item()}


def logsynflow_lpzero(model: Electra, _data: Data, _seen: None) -> Scores:
    weight = first_matrix(model).weight
    return {"logsynflow.lpzero": (weight.detach().abs() * weight.grad.abs().log().abs()).sum().item()}


# All of them.

Pass = Callable[[Electra, Data], Any]


def unwatched(_model: Electra) -> AbstractContextManager:
    return nullcontext()


@dataclass(frozen=True)
class Measure:
    """What to watch during a pass, and what to make of it; `alone` is a cheaper pass that suffices without others."""

    score: Callable[[Electra, Data, Any], Scores]
    watch: Callable[[Electra], AbstractContextManager] = unwatched
    alone: Pass | None = None


PCA = Measure(pca, lambda model: outputs([layer.intermediate.dense_in for layer in layers(model)]))

GROUPS: list[tuple[Pass, list[Measure]]] = [
    (
        forward,
        [
            PCA,
            Measure(head_confidence, lambda model: outputs(confident_linears(model))),
            Measure(softmax_confidence, lambda model: outputs(softmaxes(model))),
            Measure(activation_distance, lambda model: outputs(gelus(model))),
            Measure(nwot, lambda model: outputs(gelus(model))),
            Measure(weight_norm, alone=nothing),
        ],
    ),
    (
        backward,
        [
            Measure(grad_norm),
            Measure(snip),
            Measure(plain),
            Measure(fisher, lambda model: saliencies({first_matrix(model), *matrices(model)})),
            Measure(synaptic_diversity),
            Measure(synaptic_saliency),
            Measure(head_importance),
            Measure(attention_confidence, lambda model: outputs(matrices(model)), alone=forward_corrupted),
            Measure(eznas),
            Measure(jacobian_covariance),
            Measure(jacobian_cosine),
        ],
    ),
    (flow, [Measure(synflow), Measure(logsynflow)]),
    (token_flow, [Measure(synflow_lpzero), Measure(logsynflow_lpzero)]),
]


def run(model: Electra, data: Data, pass_: Pass, measures: list[Measure]) -> Scores:
    """The scores of measures that share a pass."""
    with ExitStack() as stack:
        seen = [stack.enter_context(measure.watch(model)) for measure in measures]
        pass_(model, data)
    scores: Scores = {}
    for measure, what in zip(measures, seen):
        scores |= measure.score(model, data, what)
    return scores


def separate(model: Electra, data: Data) -> Scores:
    """A pass for each measure, as the released programs do."""
    scores: Scores = {}
    for pass_, measures in GROUPS:
        for measure in measures:
            scores |= run(model, data, measure.alone or pass_, [measure])
    return scores


def shared(model: Electra, data: Data) -> Scores:
    """A pass for each group."""
    scores: Scores = {}
    for pass_, measures in GROUPS:
        scores |= run(model, data, pass_, measures)
    return scores


def grasp(model: Electra, data: Data) -> Scores:
    """GraSP: minus the weights' inner product with the Hessian times the gradient, by differentiating twice."""
    weights = [linear.weight for linear in matrices(model)]
    gradients = torch.autograd.grad(loss(model, data), weights)
    again = torch.autograd.grad(loss(model, data), weights, create_graph=True)
    inner = sum((gradient * other).sum() for gradient, other in zip(gradients, again))
    bends = torch.autograd.grad(inner, weights)
    return {"grasp": -total([(weight.detach() * bend).sum() for weight, bend in zip(weights, bends)])}
