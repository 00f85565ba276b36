"""A result drawn beside what was expected, where somebody looks at it."""

import os
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from IPython.core.getipython import get_ipython
from IPython.display import display
from torch import Tensor

if TYPE_CHECKING:
    from dlcourse.plotting import Figure

LETTERS = 60  # of a call in a picture's description
LABEL = 24  # letters of a call along an axis


def draw_beside(
    call: str, got: object, expected: object, *, x: Sequence[float] | None = None
) -> None:
    """Show a student's result beside the expected one, in the notebook that the student works in.

    Nothing is drawn while a notebook is checked or graded, nor outside of a notebook, and nothing
    is said of a result that cannot be drawn: the checks that follow do that.

    Args:
        call: the call as a student would write it.
        got: what came back.
        expected: numbers (N,) are drawn as a curve, (rows, columns) as colors on one scale, and
            (3, H, W) as a picture.
        x: (N,), where the points of the curves lie; 0, 1, 2, … by default.
    """
    kernel = type(get_ipython()).__name__ == "ZMQInteractiveShell"
    if kernel and "NBGRADER_EXECUTION" not in os.environ:
        display(beside(call, got, expected, x))


def beside(call: str, got: object, expected: object, x: Sequence[float] | None = None) -> "Figure":
    """The figure that :func:`draw_beside` shows.

    Raises:
        ValueError: if ``expected``, which is the instructor's, cannot be drawn.
    """
    from dlcourse import plotting  # loads matplotlib, which most notebooks do without

    want, have = _numbers(expected), _numbers(got)
    if want is None:
        raise ValueError(f"expected is no tensor of numbers: {expected!r}")
    fits = (
        have is not None and have.ndim == want.ndim and (want.ndim == 2 or have.shape == want.shape)
    )
    panels = ({"yours": have} if fits else {}) | {"expected": want}
    head = call if len(call) <= LETTERS else f"{call[: LETTERS - 1]}…"
    alt = f"{head}: {'yours beside what is expected' if fits else 'what is expected'}."
    if want.ndim == 1:
        points = range(len(want)) if x is None else x
        label = call if len(call) <= LABEL else textwrap.fill(call.partition("(")[0], LABEL)
        return plotting.curves(points, panels, xlabel="", ylabel=label, alt=alt)
    if want.ndim == 2:
        return plotting.heat_maps(panels, xlabel="column", ylabel="row", alt=alt)
    if want.ndim == 3 and len(want) == 3:
        images = torch.stack(list(panels.values()))
        return plotting.image_grid(images, range(len(panels)), classes=list(panels), alt=alt)
    raise ValueError(
        f"numbers of shape {tuple(want.shape)} cannot be drawn: (N,), (rows, columns) or (3, H, W)"
    )


def _numbers(value: object) -> Tensor | None:
    """Finite numbers as a tensor on the CPU; None for anything else."""
    try:
        tensor = torch.as_tensor(value).detach().cpu().double()
    except (TypeError, ValueError, RuntimeError):
        return None
    return tensor if tensor.numel() and tensor.isfinite().all() else None
