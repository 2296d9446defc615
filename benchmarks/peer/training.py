"""A step of ELECTRA's pre-training as a PyTorch user would write it.

A generator guesses hidden tokens, its guesses are drawn and put in, a discriminator says which tokens were replaced; both share the
embeddings. Gradients are clipped to a norm of 1; AdamW makes the step, as one fused kernel. There is no dropout, as in the recipe of the
embedded benchmark. PyTorch's AdamW corrects moments for their start at zero, which costs nothing.
"""

import torch
from torch import nn
from torch.nn import functional

import encoder
import tensors

DECAY = 0.01
CLIP = 1.0


class GeneratorHead(nn.Module):
    """Dense to the embedding size, GELU, norm; logits over the vocabulary with the word table as output matrix."""

    def __init__(self, network: encoder.Network):
        super().__init__()
        width = network.embedding_size
        self.dense = nn.Linear(network.hidden_size, width)
        self.gelu = nn.GELU()
        self.LayerNorm = nn.LayerNorm(width, eps=encoder.NORM_EPSILON)
        self.bias = nn.Parameter(torch.zeros(network.vocab_size))

    def forward(self, x: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        return functional.linear(self.LayerNorm(self.gelu(self.dense(x))), words, self.bias)


class Generator(nn.Module):
    """An encoder and its head."""

    def __init__(self, network: encoder.Network):
        super().__init__()
        self.electra = encoder.Encoder(network)
        self.generator_predictions = GeneratorHead(network)

    @staticmethod
    def loaded(network: encoder.Network, weights: dict[str, torch.Tensor]) -> "Generator":
        """A generator with these weights, by parameter path."""
        model = Generator(network)
        weights = dict(weights)
        weights["generator_predictions.bias"] = weights.pop("generator_lm_head.bias")
        model.load_state_dict({name: weights[name] for name in model.state_dict()})
        return model


class Trainer:
    """Both networks, a batch that every step sees, and the optimiser."""

    def __init__(self, request: dict):
        sizes = encoder.Network.of(request["discriminator"])
        self.discriminator = encoder.loaded(sizes, tensors.read(request["discriminator_weights"])).train()
        sizes = encoder.Network.of(request["generator"])
        self.generator = Generator.loaded(sizes, tensors.read(request["generator_weights"])).train()
        self.generator.electra.embeddings = self.discriminator.electra.embeddings
        shape = (request["batch"], request["seq_len"])
        self.ids = torch.tensor(request["ids"])
        self.hidden = torch.tensor(request["hidden"]).reshape(shape)
        self.rows = torch.tensor(request["rows"])
        self.steps = request["steps"]
        self.weight = request["discriminator_weight"]
        self.parameters = list(
            {id(p): p for model in (self.generator, self.discriminator) for p in model.parameters()}.values()
        )
        names = {id(p): name for model in (self.generator, self.discriminator) for name, p in model.named_parameters()}
        plain = [p for p in self.parameters if "LayerNorm" in names[id(p)] or names[id(p)].endswith("bias")]
        decayed = [p for p in self.parameters if not any(p is other for other in plain)]
        self.optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}],
            lr=request["rate"], betas=(0.9, 0.999), eps=1e-6, fused=True,
        )

    def step(self) -> tuple[float, float]:
        """One step; the losses of generator and discriminator."""
        hidden = self.generator.electra(self.hidden).flatten(0, 1)[self.rows]
        words = self.discriminator.electra.embeddings.word_embeddings.weight
        logits = self.generator.generator_predictions(hidden, words)
        guess = functional.cross_entropy(logits, self.ids[self.rows])
        with torch.no_grad():
            drawn = torch.multinomial(functional.softmax(logits, dim=-1), 1).squeeze(-1)
        corrupted = self.ids.clone()
        corrupted[self.rows] = drawn
        replaced = (corrupted != self.ids).float()
        found = self.discriminator(corrupted.reshape(self.hidden.shape)).flatten()
        find = functional.binary_cross_entropy_with_logits(found, replaced)
        self.optimiser.zero_grad(set_to_none=True)
        (guess + self.weight * find).backward()
        nn.utils.clip_grad_norm_(self.parameters, CLIP)
        self.optimiser.step()
        return guess.item(), find.item()

    def run(self) -> dict[str, float]:
        """All steps; the losses of the first."""
        first = self.step()
        for _ in range(1, self.steps):
            self.step()
        return {"generator": first[0], "discriminator": first[1]}
