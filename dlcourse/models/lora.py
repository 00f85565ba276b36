"""Low-rank adaptation: a large matrix stands still, a product of two thin ones learns."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dlcourse.models.checks import check_positive


class LoRALinear(nn.Module):
    """A linear layer that is not trained, and beside it a product of two thin matrices that is.

    y = x Wᵀ + b + (alpha / rank) x Aᵀ Bᵀ, as in Hu et al., "LoRA: low-rank adaptation of large
    language models" (2022). B begins at zero, so that at first the layer does what it did.

    Args:
        linear: the layer, D → K, which is kept as a part and frozen.
        rank: r, rows of A and columns of B; at most the smaller of D and K.
        alpha: the scale of the product, before it is divided by the rank.

    Attributes:
        linear: the frozen layer.
        A: (r, D), to be trained.
        B: (K, r), to be trained.
        scale: alpha / rank.

    Raises:
        TypeError: ``linear`` is no `nn.Linear`.
        ValueError: a rank or an alpha out of range.
    """

    def __init__(self, linear: nn.Linear, rank: int = 4, alpha: float = 8.0) -> None:
        if not isinstance(linear, nn.Linear):
            raise TypeError(f"LoRALinear takes an nn.Linear, not {type(linear).__name__}.")
        check_positive("LoRALinear", rank=rank)
        if rank > min(linear.weight.shape):
            raise ValueError(
                f"LoRALinear: rank {rank} is more than the smaller side of the weight "
                f"{tuple(linear.weight.shape)}; no matrix of this shape has it."
            )
        if not 0 < alpha < math.inf:
            raise ValueError(f"LoRALinear: alpha must be a positive number, got {alpha}.")
        super().__init__()
        self.linear, self.scale = linear.requires_grad_(False), alpha / rank
        self.A = nn.Parameter(linear.weight.new_empty(rank, linear.in_features))
        self.B = nn.Parameter(linear.weight.new_zeros(linear.out_features, rank))
        nn.init.normal_(self.A, std=linear.in_features**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        """(…, D) → (…, K)."""
        return self.linear(x) + self.scale * (x @ self.A.T @ self.B.T)

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        """A plain linear layer that computes the same: its weight is W + (alpha / rank) B A."""
        W, bias = self.linear.weight, self.linear.bias
        layer = nn.Linear(W.shape[1], W.shape[0], bias is not None, device=W.device, dtype=W.dtype)
        layer.weight.copy_(W + self.scale * self.B @ self.A)
        if bias is not None:
            layer.bias.copy_(bias)
        return layer.train(self.training)


def add_lora(
    model: nn.Module,
    names: Sequence[str] = ("q_proj", "v_proj"),
    rank: int = 4,
    alpha: float = 8.0,
) -> list[nn.Parameter]:
    """Freezes a model and gives some of its linear layers what `LoRALinear` adds.

    Args:
        model: changed in place.
        names: what the layers are called in the modules that hold them: ``"q_proj"`` is each
            ``….q_proj``. By default those of queries and values, as in the paper.
        rank: r of each.
        alpha: of each.

    Returns:
        The parameters to be trained, for an optimizer.

    Raises:
        TypeError: names is a str, or a layer of this name is no `nn.Linear`.
        ValueError: no layer has one of the names.
    """
    if isinstance(names, str):
        raise TypeError(f"add_lora takes a list of names, not the str {names!r}.")
    chosen = [
        (module, name, child)
        for module in model.modules()
        for name, child in module.named_children()
        if name in names
    ]
    missing = sorted(set(names) - {name for _, name, _ in chosen})
    if missing or not chosen:
        raise ValueError(f"add_lora: the model has no layer called {', '.join(missing) or '…'}.")
    # All of them are made before one is put in place: a refusal leaves the model as it was.
    adapted = [LoRALinear(child, rank, alpha) for _, _, child in chosen]
    model.requires_grad_(False)
    for (module, name, _), layer in zip(chosen, adapted, strict=True):
        for parameter in (layer.A, layer.B):
            parameter.requires_grad_(True)
        setattr(module, name, layer)
    return [parameter for layer in adapted for parameter in (layer.A, layer.B)]


def merge_lora(model: nn.Module) -> nn.Module:
    """Makes each `LoRALinear` of a model a plain linear layer that computes the same.

    Args:
        model: changed in place; what was frozen stays frozen, the merged layers are not.

    Returns:
        The model.

    Raises:
        ValueError: there is none.
    """
    found = [
        (module, name, child)
        for module in model.modules()
        for name, child in module.named_children()
        if isinstance(child, LoRALinear)
    ]
    if not found:
        raise ValueError("merge_lora: the model has no LoRALinear; add_lora puts them in.")
    for module, name, child in found:
        setattr(module, name, child.merged())
    return model
