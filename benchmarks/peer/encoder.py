"""FlexiBERT's encoder as a PyTorch user would write it: modules, one call each, nothing fused by hand.

The comparison wants what a reader of the papers would run, so each linear layer, softmax and GELU is a module of its own that a
hook can watch. Names of modules give the parameter paths that proxyrank uses, hence the same file of weights fits both.

There is no dropout, because every pass that is timed or compared runs in evaluation mode, where it does nothing.
"""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

NORM_EPSILON = 1e-12
INITIAL_DEVIATION = 0.02


@dataclass(frozen=True)
class Layer:
    """One layer: `operation` is sdp, wma, dft, dct, dsc5 or dsc9; `ffn_widths` has the hidden size at both ends."""

    operation: str
    heads: int
    ffn_widths: tuple[int, ...]


@dataclass(frozen=True)
class Network:
    """Sizes of an encoder."""

    vocab_size: int
    embedding_size: int
    max_positions: int
    token_types: int
    hidden_size: int
    layers: tuple[Layer, ...]

    @staticmethod
    def of(sizes: dict) -> "Network":
        """From parsed JSON."""
        layers = tuple(Layer(l["operation"], l["heads"], tuple(l["ffn_widths"])) for l in sizes["layers"])
        return Network(**{**sizes, "layers": layers})


def split_heads(x: torch.Tensor, heads: int) -> torch.Tensor:
    """(B, S, heads * d) to (B, heads, S, d)."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def merge_heads(x: torch.Tensor) -> torch.Tensor:
    """(B, heads, S, d) to (B, S, heads * d)."""
    return x.transpose(1, 2).flatten(-2)


class SelfAttention(nn.Module):
    """Scaled dot products; with `weighted`, one more matrix on the merged queries."""

    def __init__(self, hidden: int, heads: int, weighted: bool):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, hidden)
        self.weight = nn.Linear(hidden, hidden, bias=False) if weighted else None
        self.softmax = nn.Softmax(dim=-1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        query = self.query(x)
        if self.weight is not None:
            query = self.weight(query)
        q, k, v = (split_heads(part, self.heads) for part in (query, self.key(x), self.value(x)))
        return merge_heads(self.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])) @ v)


class LinearTransform(nn.Module):
    """A linear layer, then a transform over tokens and head features. No output layer, residual or norm."""

    def __init__(self, hidden: int, heads: int, cosine: bool):
        super().__init__()
        self.heads = heads
        self.input = nn.Linear(hidden, hidden)
        self.transform = dct2 if cosine else dft2
        self.softmax = nn.Softmax(dim=-1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        transformed = self.transform(split_heads(self.input(x), self.heads))
        # Nothing reads this softmax but a hook that takes a layer's confidence.
        self.softmax(transformed)
        return merge_heads(transformed)


def dft2(x: torch.Tensor) -> torch.Tensor:
    """Real part of the discrete Fourier transform over the last two axes."""
    return torch.fft.fft2(x).real


def dct2(x: torch.Tensor) -> torch.Tensor:
    """Discrete cosine transform of type II over the last two axes, not normalised."""
    tokens, features = x.shape[-2:]
    return cosines(tokens, x) @ x @ cosines(features, x).T


def cosines(n: int, like: torch.Tensor) -> torch.Tensor:
    """Row k has 2 cos(pi k (2 i + 1) / (2 n))."""
    index = torch.arange(n, dtype=torch.float64)
    return (2 * torch.cos(torch.pi * torch.outer(index, 2 * index + 1) / (2 * n))).to(like.dtype)


class KeyConvolution(nn.Module):
    """A separable convolution over tokens: one kernel a channel, then a mixture of channels."""

    def __init__(self, hidden: int, width: int, kernel: int):
        super().__init__()
        self.depthwise = nn.Conv1d(hidden, hidden, kernel, padding=kernel // 2, groups=hidden, bias=False)
        self.pointwise = nn.Conv1d(hidden, width, 1, bias=False)
        self.bias = nn.Parameter(torch.zeros(width, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (self.pointwise(self.depthwise(x.transpose(1, 2))) + self.bias).transpose(1, 2)


class SpanConvolution(nn.Module):
    """ConvBERT's mixed attention: half of the heads attend, half convolve with kernels made of the tokens themselves."""

    def __init__(self, hidden: int, heads: int, kernel: int):
        super().__init__()
        self.heads = max(1, heads // 2)
        self.kernel = kernel
        width = self.heads * (hidden // heads)
        self.query = nn.Linear(hidden, width)
        self.key = nn.Linear(hidden, width)
        self.value = nn.Linear(hidden, width)
        self.conv_out_layer = nn.Linear(hidden, width)
        self.key_conv_attn_layer = KeyConvolution(hidden, width, kernel)
        self.conv_kernel_layer = nn.Linear(width, self.heads * kernel)
        self.softmax = nn.Softmax(dim=-1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        query = self.query(x)
        q, k, v = (split_heads(part, self.heads) for part in (query, self.key(x), self.value(x)))
        attended = merge_heads(self.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])) @ v)

        logits = self.conv_kernel_layer(self.key_conv_attn_layer(x) * query).unflatten(-1, (self.heads, self.kernel))
        # A functional softmax: the released code's hooks watch modules, and see the attention's alone.
        kernels = functional.softmax(logits, dim=-1)
        margin = self.kernel // 2
        neighbours = functional.pad(self.conv_out_layer(x), (0, 0, margin, margin)).unfold(1, self.kernel, 1)
        windows = neighbours.unflatten(2, (self.heads, -1))
        convolved = (windows @ kernels.unsqueeze(-1)).flatten(2)
        return torch.cat((attended, convolved), dim=-1)


class ResidualOutput(nn.Module):
    """Linear layer, residual sum, norm."""

    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.dense = nn.Linear(width, hidden)
        self.LayerNorm = nn.LayerNorm(hidden, eps=NORM_EPSILON)

    def forward(self, x: torch.Tensor, residual: torch.Tensor) -> torch.Tensor:
        return self.LayerNorm(residual + self.dense(x))


class OperationBlock(nn.Module):
    """A layer's operation and, unless it is a transform, its output."""

    def __init__(self, hidden: int, layer: Layer):
        super().__init__()
        name = layer.operation
        if name in ("sdp", "wma"):
            self.operation = SelfAttention(hidden, layer.heads, weighted=name == "wma")
        elif name in ("dft", "dct"):
            self.operation = LinearTransform(hidden, layer.heads, cosine=name == "dct")
        elif name in ("dsc5", "dsc9"):
            self.operation = SpanConvolution(hidden, layer.heads, kernel=int(name[3:]))
        else:
            raise ValueError(f"unknown operation {name!r}; it is sdp, wma, dft, dct, dsc5 or dsc9")
        self.output = None if name in ("dft", "dct") else ResidualOutput(hidden, hidden)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.operation(x)
        return y if self.output is None else self.output(y, x)


class Intermediate(nn.Module):
    """The inner layers of the feed-forward chain, each with its GELU."""

    def __init__(self, widths: tuple[int, ...]):
        super().__init__()
        self.dense_in = nn.Linear(widths[0], widths[1])
        self.dense_list = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths[1:-2], widths[2:-1]))
        self.gelu = nn.GELU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.gelu(self.dense_in(x))
        for dense in self.dense_list:
            x = self.gelu(dense(x))
        return x


class EncoderLayer(nn.Module):
    """Operation, then the feed-forward chain with one residual over all of it."""

    def __init__(self, hidden: int, layer: Layer):
        super().__init__()
        self.operation = OperationBlock(hidden, layer)
        self.intermediate = Intermediate(layer.ffn_widths)
        self.output = ResidualOutput(layer.ffn_widths[-2], hidden)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.operation(x)
        return self.output(self.intermediate(x), x)


class Embeddings(nn.Module):
    """Word, type and position embeddings; every token has type 0."""

    def __init__(self, network: Network):
        super().__init__()
        width = network.embedding_size
        self.word_embeddings = nn.Embedding(network.vocab_size, width, padding_idx=0)
        self.position_embeddings = nn.Embedding(network.max_positions, width)
        self.token_type_embeddings = nn.Embedding(network.token_types, width)
        self.LayerNorm = nn.LayerNorm(width, eps=NORM_EPSILON)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        positions = torch.arange(ids.shape[1])
        typed = self.word_embeddings(ids) + self.token_type_embeddings(torch.zeros_like(ids))
        return self.LayerNorm(typed + self.position_embeddings(positions))


class Encoder(nn.Module):
    """Embeddings, projection where widths differ, layers."""

    def __init__(self, network: Network):
        super().__init__()
        hidden = network.hidden_size
        self.embeddings = Embeddings(network)
        same = network.embedding_size == hidden
        self.embeddings_project = None if same else nn.Linear(network.embedding_size, hidden)
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(EncoderLayer(hidden, l) for l in network.layers)})

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.embeddings(ids)
        return x if self.embeddings_project is None else self.embeddings_project(x)

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """All layers on the embeddings' output."""
        for layer in self.encoder["layer"]:
            x = layer(x)
        return x

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.encode(self.embed(ids))


class Head(nn.Module):
    """ELECTRA's discriminator: one logit a token."""

    def __init__(self, hidden: int):
        super().__init__()
        self.dense = nn.Linear(hidden, hidden)
        self.gelu = nn.GELU()
        self.prediction = nn.Linear(hidden, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.prediction(self.gelu(self.dense(x))).squeeze(-1)


class Electra(nn.Module):
    """An encoder and its discriminator's head."""

    def __init__(self, network: Network):
        super().__init__()
        self.electra = Encoder(network)
        self.discriminator_predictions = Head(network.hidden_size)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.discriminator_predictions(self.electra(ids))


def empty(network: Network) -> Electra:
    """A model whose parameters have memory and no values yet: PyTorch's own initial values would only be overwritten."""
    with torch.device("meta"):
        model = Electra(network)
    return model.to_empty(device="cpu").eval()


@torch.no_grad()
def drawn(network: Network) -> Electra:
    """A model with FlexiBERT's initial weights: N(0, 0.02), biases 0, norms 1 and 0, the padding row 0."""
    model = empty(network)
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Embedding, nn.Conv1d)):
            module.weight.normal_(0.0, INITIAL_DEVIATION)
        if isinstance(module, nn.LayerNorm):
            module.weight.fill_(1.0)
        if getattr(module, "bias", None) is not None:
            module.bias.zero_()
    model.electra.embeddings.word_embeddings.weight[0].zero_()
    return model


def loaded(network: Network, tensors: dict[str, torch.Tensor]) -> Electra:
    """A model with these weights, by parameter path."""
    model = empty(network)
    model.load_state_dict({name: tensors[name] for name in model.state_dict()})
    return model
