"""Networks that others have trained, and a new last layer for them."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from dlcourse.models.checks import check_positive


def from_torchvision(
    name: str, weights: str = "DEFAULT"
) -> tuple[nn.Module, Callable[[Tensor], Tensor]]:
    """A network of torchvision with its trained weights, from a file that is at hand.

    It is ``torchvision.models.get_model(name, weights=…)``, except that nothing is downloaded: a
    file that is missing is an error which says where it comes from and where it belongs.

    Args:
        name: such as ``"resnet18"``; ``torchvision.models.list_models()`` tells all.
        weights: which of the network's weights, such as ``"IMAGENET1K_V1"``.

    Returns:
        The network in evaluation mode; and the transform that its training images went through, to
        be used for all others. It takes images (N, 3, H, W), uint8 or floats on the scale [0, 1].

    Raises:
        ValueError: unknown network or weights, or a file that does not hold them.
        FileNotFoundError: the file is not at hand.
    """
    from torchvision import models

    try:
        known = models.get_model_weights(name)
    except ValueError as error:
        raise ValueError(
            f"from_torchvision: torchvision has no network {name!r}; "
            "torchvision.models.list_models() tells which it has."
        ) from error
    if weights not in known.__members__:
        raise ValueError(
            f"from_torchvision: {name} has no weights {weights!r}, but "
            f"{', '.join(known.__members__)}."
        )
    chosen = known[weights]
    path = Path(torch.hub.get_dir()) / "checkpoints" / chosen.url.rsplit("/", 1)[-1]
    if not path.is_file():
        raise FileNotFoundError(
            f"The weights {chosen} are not at hand: {path.name} belongs into "
            f"{_short(path.parent)} (TORCH_HOME names another place) and comes from {chosen.url}."
        )
    try:
        model = models.get_model(name, weights=chosen, progress=False)
    except (RuntimeError, EOFError, pickle.UnpicklingError, KeyError, TypeError) as error:
        # A state that does not fit lists all of its names: its first line says enough.
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise ValueError(
            f"from_torchvision: {path} does not hold the weights {chosen} ({reason}); delete it "
            f"and take it again from {chosen.url}."
        ) from error
    return model.eval(), chosen.transforms()


def _short(path: Path) -> str:
    """A path as one would type it: ``~`` for the home folder."""
    home = Path.home()
    return f"~{os.sep}{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def replace_head(model: nn.Module, num_classes: int) -> nn.Linear:
    """Puts a new linear layer, with random weights, in place of a network's last one.

    Args:
        model: changed in place. Its last `nn.Linear`, in the order of its modules, is the head.
        num_classes: V, outputs of the new head.

    Returns:
        The new head, to be trained.

    Raises:
        ValueError: a number that is not positive, or a model without a linear layer within.
    """
    check_positive("replace_head", num_classes=num_classes)
    linear = [(n, m) for n, m in model.named_modules() if n and isinstance(m, nn.Linear)]
    if not linear:
        raise ValueError(
            "replace_head: the model has no linear layer within; put one in its place."
        )
    name, old = linear[-1]
    new = nn.Linear(
        old.in_features,
        num_classes,
        old.bias is not None,
        device=old.weight.device,
        dtype=old.weight.dtype,
    )
    parent, _, child = name.rpartition(".")
    setattr(model.get_submodule(parent), child, new)
    return new
