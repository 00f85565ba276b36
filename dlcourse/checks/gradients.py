"""One backward pass through an answer, against one through a reference."""

from collections.abc import Callable

import torch
from torch import Tensor

from dlcourse.checks import trees
from dlcourse.checks.failures import CheckError, fail

ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]


def check_gradients(
    call: str,
    function: Callable,
    reference: Callable,
    *arguments: object,
    rtol: float = 1e-4,
    atol: float = 1e-5,
    hint: str = "",
) -> None:
    """Check that a function passes gradients back to its arguments as a reference does.

    Both get copies of the arguments whose tensors of floats want gradients. A weighted sum of all
    that comes out, with weights drawn from a fixed seed, is differentiated once.

    Args:
        call: the call as a student would write it.
        function: the student's.
        reference: what it should equal, differentiable.
        *arguments: tensors, and lists, tuples and dicts of them, among other values.
        rtol: relative tolerance.
        atol: absolute tolerance.
        hint: what to think about.

    Raises:
        CheckError: if a result is cut off from the arguments or a gradient is off.
    """
    want, wanted = _differentiated(call, reference, arguments, None, hint)
    _, got = _differentiated(call, function, arguments, want, hint)
    for number, (mine, theirs) in enumerate(zip(wanted, got, strict=True)):
        if not torch.allclose(theirs, mine, rtol=rtol, atol=atol):
            place = tuple((theirs - mine).abs().nan_to_num(torch.inf).argmax().reshape(1).tolist())
            numbers = [f"{gradient.flatten()[place].item():.6g}" for gradient in (mine, theirs)]
            tensor = f"the {_ordinal(number)} tensor" if len(wanted) > 1 else "the tensor"
            what = f"passes another gradient back to {tensor} among its arguments"
            fail(call, what, *numbers, hint)


def _differentiated(
    call: str, function: Callable, arguments: tuple, like: list[Tensor] | None, hint: str
) -> tuple[list[Tensor], list[Tensor]]:
    """The results that carry gradients, and the gradients of all tensors of the arguments."""
    own = trees.copied(arguments, _leaf)
    leaves = list(trees.tensors(own))
    results = list(trees.tensors(function(*own)))
    if like is None:
        like = results
    if [tuple(r.shape) for r in results] != [tuple(r.shape) for r in like]:
        shapes = [str([tuple(r.shape) for r in each]) for each in (like, results)]
        fail(call, "gives tensors of other shapes", *shapes, hint)
    generator, total = torch.Generator().manual_seed(0), 0
    for result, other in zip(results, like, strict=True):
        weights = torch.randn(other.shape, generator=generator, dtype=torch.float64)
        if not other.requires_grad:
            continue
        if not result.requires_grad:
            advice = hint or "detach(), item(), tolist(), no_grad() and torch.tensor(…) cut it off"
            raise CheckError(
                f"{call}: no gradient flows back through the result.\n  hint: {advice}"
            )
        total = total + (result.double() * weights.to(result.device)).sum()
    gradients = torch.autograd.grad(total, leaves, allow_unused=True)
    pairs = zip(gradients, leaves, strict=True)
    return results, [torch.zeros_like(leaf) if g is None else g for g, leaf in pairs]


def _ordinal(number: int) -> str:
    """The word for a place, counted from 0."""
    return ORDINALS[number] if number < len(ORDINALS) else f"{number + 1}th"


def _leaf(tensor: Tensor) -> Tensor:
    copy = tensor.detach().clone()
    return copy.requires_grad_() if copy.is_floating_point() else copy
