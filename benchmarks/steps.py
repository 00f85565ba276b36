"""What a network's training steps cost at the least: on one resident batch, several ways."""

import copy
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext

import torch
import torch.nn.functional as F
from measuring import synchronize
from torch import Tensor, nn

Optimizer = Callable[..., torch.optim.Optimizer]  # (parameters, fused) -> an optimizer


def make_step(
    kind: str,
    network: nn.Module,
    optimizer: Optimizer,
    x: Tensor,
    y: Tensor,
    *,
    mixed: bool = False,
    clip: float | None = None,
) -> Callable[[], None]:
    """A training step of a copy of the network, always on the same batch, which is there already.

    Args:
        kind: ``"plain"``; ``"compiled"`` by torch.compile; ``"graph"``, captured once and replayed;
            ``"compiled graph"``, both.
        network: is left as it is.
        optimizer: makes one, of parameters and whether it is to be fused, as on a GPU.
        x: (N, …), a batch on its device.
        y: (N, …), its labels.
        mixed: bfloat16 and, for images, channels last.
        clip: the largest norm of the gradients.
    """
    model = copy.deepcopy(network).to(x.device).train()
    if mixed and x.dim() == 4:
        model = model.to(memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
    stepper = optimizer(model.parameters(), x.is_cuda)
    forward = torch.compile(model) if "compiled" in kind else model
    # Without the cache of cast weights: one that a capture has filled would stay as it was.
    context = torch.autocast(x.device.type, torch.bfloat16, cache_enabled="graph" not in kind)

    def step() -> None:
        stepper.zero_grad()
        with context if mixed else nullcontext():
            output = forward(x)
            loss = F.cross_entropy(output[0] if isinstance(output, tuple) else output, y)
        loss.backward()
        if clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        stepper.step()

    return captured(step) if "graph" in kind else step


def captured(step: Callable[[], None]) -> Callable[[], None]:
    """The step as one CUDA graph (https://pytorch.org/docs/stable/notes/cuda.html#cuda-graphs)."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()

    def replay() -> None:
        graph.replay()

    # The graph knows addresses, not tensors: the network, its optimizer and the batch have to live
    # as long as it does, or their memory is somebody else's.
    replay.keeps = step
    return replay


def seconds_a_step(step: Callable[[], None], count: int, device: torch.device) -> float:
    """The mean of so many steps, in seconds."""
    synchronize(device)
    start = time.perf_counter()
    for _ in range(count):
        step()
    synchronize(device)
    return (time.perf_counter() - start) / count


def fastest_step(step: Callable[[], None], device: torch.device, budget: float) -> float:
    """Seconds of one step: the fastest of five parts of the budget, which is in seconds."""
    for _ in range(3):
        step()
    count = max(1, int(budget / 5 / seconds_a_step(step, 1, device)))
    return min(seconds_a_step(step, count, device) for _ in range(5))


def possible(wanted: Iterable[str], network: nn.Module, *batch, **options) -> dict[str, Callable]:
    """A step of each wanted kind, as by `make_step`.

    A graph needs CUDA; what else fails, as a compiler that is not there, is named and left out.
    """
    found = {}
    for kind in wanted:
        if "graph" in kind and batch[1].device.type != "cuda":
            continue
        try:
            step = make_step(kind, network, *batch, **options)
            step()
            found[kind] = step
        except TimeoutError:
            raise
        except Exception as error:
            print(f"  a {kind} step fails: {type(error).__name__}: {error}"[:500], file=sys.stderr)
    if not found:
        raise RuntimeError("no kind of step is possible")
    return found
