"""Parts of a network that stand still while others are trained."""

from torch import nn


def freeze(*modules: nn.Module) -> None:
    """Their parameters get no gradient any more; `fit` then keeps their statistics too.

    A part stands still only if `training_mode` puts the network into training mode: plain
    ``model.train()`` lets frozen batch normalization use its batches, and remember them.

    Raises:
        ValueError: there is no parameter to freeze.
    """
    _require(False, modules, "freeze")


def unfreeze(*modules: nn.Module) -> None:
    """Their parameters are trained again.

    Raises:
        ValueError: there is no parameter to unfreeze.
    """
    _require(True, modules, "unfreeze")


def is_frozen(module: nn.Module) -> bool:
    """Whether a module has parameters, and none of them is to be trained."""
    parameters = list(module.parameters())
    return bool(parameters) and not any(p.requires_grad for p in parameters)


def training_mode(model: nn.Module) -> nn.Module:
    """Training mode for what is trained, evaluation mode for each part that `is_frozen`.

    So frozen batch normalization goes on with the means and variances that it remembers, and
    leaves them alone; dropout within a frozen part is off.

    Args:
        model: changed in place; a network that is frozen as a whole is in evaluation mode.

    Returns:
        The model.
    """
    model.train()
    for module in model.modules():
        if is_frozen(module):
            module.eval()
    return model


def _require(gradient: bool, modules: tuple[nn.Module, ...], caller: str) -> None:
    parameters = [p for module in modules for p in module.parameters()]
    if not parameters:
        raise ValueError(f"{caller}: there is no parameter in what was given.")
    for p in parameters:
        p.requires_grad_(gradient)
