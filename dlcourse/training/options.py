"""The options of `fit`: checked before the first step, and turned into what the loop calls."""

import contextlib
import functools
import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

from dlcourse import runtime
from dlcourse.training.batches import Batches
from dlcourse.training.early_stopping import EarlyStopping
from dlcourse.training.history import History, mode_of
from dlcourse.training.parts import Loss, Metric

CUDA_GRAPH = "cuda-graph"
HELD_OUT = "validation_"
COMPILE_MODES = ("default", "reduce-overhead", "max-autotune", "max-autotune-no-cudagraphs")


def check(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    validation: Any,
    epochs: int,
    metrics: Mapping[str, Metric],
    early_stopping: EarlyStopping | None,
    clip_grad_norm: float | None,
) -> list[str]:
    """Refuse what cannot be trained with, each with what to do.

    Returns:
        The columns that the history will have.

    Raises:
        TypeError: If the model, the optimizer or a metric is of the wrong kind.
        ValueError: If a value is out of range or two arguments do not go together.
    """
    check_model("fit", model)
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(
            "fit: optimizer must be an optimizer over model.parameters(), such as "
            f"torch.optim.SGD(model.parameters(), lr=0.1), got {type(optimizer).__name__}."
        )
    if isinstance(optimizer, torch.optim.LBFGS):
        raise ValueError("fit: LBFGS needs several passes a step; use another optimizer.")
    ours = {id(p) for p in model.parameters()}
    if not any(id(p) in ours for p in trained(optimizer)):
        raise ValueError(
            "fit: the optimizer holds none of this model's parameters; build it from this "
            "model.parameters()."
        )
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"fit: epochs must be a whole number, at least 1, got {epochs!r}.")
    check_metrics("fit", metrics)
    if clip_grad_norm is not None and not 0 < clip_grad_norm < math.inf:
        raise ValueError(f"fit: clip_grad_norm must be a positive norm, got {clip_grad_norm}.")
    parts = ["train"] if validation is None else ["train", "validation"]
    columns = [f"{part}_{name}" for part in parts for name in ("loss", *metrics)]
    if early_stopping is not None:
        if early_stopping.monitor not in columns:
            advice = "pass validation data" if validation is None else "watch one of these"
            raise ValueError(
                f"fit: early stopping watches {early_stopping.monitor!r}, but the run will report "
                f"only {', '.join(columns)}; {advice}."
            )
        early_stopping.reset()
    return [*columns, "lr", "seconds"]


def trained(optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
    """All that an optimizer steps: perhaps a part of the model, perhaps more than it."""
    return [p for group in optimizer.param_groups for p in group["params"]]


def clip(optimizer: torch.optim.Optimizer, most: float, scaler: torch.amp.GradScaler) -> None:
    """Scale an optimizer's gradients down to a norm, if theirs, unscaled, is larger."""
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(trained(optimizer), most)


def check_model(caller: str, model: nn.Module) -> None:
    """Refuse what is not a network."""
    if not isinstance(model, nn.Module):
        raise TypeError(
            f"{caller}: the model must be a torch.nn.Module, got {type(model).__name__}."
        )


def check_metrics(caller: str, metrics: Mapping[str, Metric]) -> None:
    """Refuse metrics that are not functions by name, or whose name the loss has already."""
    if not isinstance(metrics, Mapping) or not all(callable(m) for m in metrics.values()):
        raise TypeError(
            f"{caller}: metrics must be a dict from names to functions (output, target) -> number."
        )
    if "loss" in metrics:
        raise ValueError(f"{caller}: the loss is always reported; give the metric another name.")


def check_schedule(
    scheduler: Any, per: str, optimizer: Any, validation: Any, metrics: Mapping[str, Metric]
) -> None:
    """Refuse a schedule that could not be stepped or would move another optimizer."""
    if per not in ("epoch", "batch"):
        raise ValueError(f"fit: schedule_per must be 'epoch' or 'batch', got {per!r}.")
    if scheduler is None:
        return
    if getattr(scheduler, "optimizer", optimizer) is not optimizer:
        raise ValueError("fit: the scheduler was built for another optimizer; build it for this.")
    if isinstance(scheduler, ReduceLROnPlateau) and (validation is None or per == "batch"):
        raise ValueError(
            "fit: ReduceLROnPlateau looks at the validation loss after each epoch; pass validation "
            "data and schedule_per='epoch'."
        )
    if isinstance(scheduler, ReduceLROnPlateau) and not watched(scheduler, metrics):
        raise ValueError(
            "fit: ReduceLROnPlateau(mode='max') waits for a measure to grow, and there is "
            f"{', '.join(('loss', *metrics))}; pass a metric of which more is better by its name, "
            "such as accuracy, or take mode='min', which looks at the loss."
        )


def place(
    model: nn.Module,
    device: str | torch.device | None,
    optimizer: torch.optim.Optimizer | None = None,
    memory_format: torch.memory_format | None = None,
) -> torch.device:
    """Move the model, and the optimizer's state, to a device; None leaves them where they are.

    Returns:
        The device for the batches.

    Raises:
        ValueError: If the memory format is not one of images.
    """
    if memory_format not in (None, torch.contiguous_format, torch.channels_last):
        raise ValueError(
            "memory_format must be torch.channels_last, torch.contiguous_format or None, got "
            f"{memory_format}."
        )
    if device is None:
        runtime.device()  # decides about TF32
        device = next((p.device for p in model.parameters()), torch.device("cpu"))
    else:
        device = runtime.device(device)
        model.to(device)
        if optimizer is not None and optimizer.state:
            # Loading casts each tensor of the state to its parameter's device.
            optimizer.load_state_dict(optimizer.state_dict())
    if memory_format is not None:
        model.to(memory_format=memory_format)
        for state in optimizer.state.values() if optimizer is not None else ():
            for name, value in state.items():  # fused steps go through both in order of memory
                if isinstance(value, torch.Tensor) and value.ndim == 4:
                    state[name] = value.contiguous(memory_format=memory_format)
    return device


def compiled(model: nn.Module, compile: bool | str, batches: Batches) -> nn.Module:
    """The model as `fit` calls it: shared with other processes, and through `torch.compile`.

    Raises:
        ValueError: If it is asked for something unknown, or something that cannot work here.
    """
    device, continues = batches.device, batches.continues
    if compile not in (False, True, CUDA_GRAPH, *COMPILE_MODES):
        raise ValueError(
            f"fit: compile must be False, True, {CUDA_GRAPH!r} or a mode of torch.compile, "
            f"{', '.join(map(repr, COMPILE_MODES))}; got {compile!r}."
        )
    if compile == CUDA_GRAPH and batches.group.size > 1:
        raise ValueError(
            f"fit: compile={CUDA_GRAPH!r} records the steps of a single process; leave it out "
            "under torchrun."
        )
    if compile == CUDA_GRAPH and device.type != "cuda":
        raise ValueError(
            f"fit: compile={CUDA_GRAPH!r} needs an NVIDIA GPU, and the model is on {device}; "
            "leave compile out there."
        )
    if compile in ("reduce-overhead", "max-autotune") and continues and device.type == "cuda":
        raise ValueError(
            f"fit: compile={compile!r} reuses the memory of a recurrent network's state, which "
            f"these batches hand on; use {CUDA_GRAPH!r}, True or batches that begin anew."
        )
    model = batches.group.wrapped(model)
    if compile in (False, CUDA_GRAPH):
        return model
    return torch.compile(model, mode=None if compile is True else compile)


def smoothed(loss: Loss, label_smoothing: float) -> Loss:
    """The loss to minimize: with label smoothing where that is asked for.

    A target is then 1 - ε + ε/V for its class and ε/V for every other one (Szegedy et al.,
    "Rethinking the Inception architecture", 2016, §7).
    """
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"fit: label_smoothing must lie in [0, 1], got {label_smoothing}.")
    if not label_smoothing:
        return loss
    takes = not isinstance(loss, nn.Module) and "label_smoothing" in _parameters(loss)
    if not takes:
        raise ValueError(
            "fit: label_smoothing needs a loss function that takes it, such as "
            "torch.nn.functional.cross_entropy; a loss module takes it when it is built."
        )
    return functools.partial(loss, label_smoothing=label_smoothing)


def _parameters(function: Callable) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except ValueError:  # built-ins have none
        return {}


def precision(
    amp: bool | torch.dtype, device: torch.device, compile: bool | str = False
) -> tuple[Callable[[], contextlib.AbstractContextManager], torch.amp.GradScaler]:
    """The context to compute output and loss in, and the scaler of the gradients.

    bfloat16 has float32's range and needs no scaling. float16 does: small gradients would become
    zero (Micikevicius et al., "Mixed precision training", 2018, §3.2). A scaler that is not
    enabled passes everything through.

    Args:
        amp: As for `fit`.
        device: Where the model is.
        compile: As for `fit`. A CUDA graph must not rely on weights that were cast outside it.

    Raises:
        ValueError: If ``amp`` is neither a bool nor one of these two dtypes.
    """
    if amp is True:
        # Emulated bfloat16 on older GPUs is slower than float32.
        old = device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False)
        amp = torch.float16 if old else torch.bfloat16
    if amp not in (False, torch.bfloat16, torch.float16):
        raise ValueError(f"amp must be True, False, torch.bfloat16 or torch.float16, got {amp!r}.")
    scaler = torch.amp.GradScaler(device.type, enabled=amp == torch.float16)
    if amp is False:
        return contextlib.nullcontext, scaler
    cached = compile != CUDA_GRAPH
    return functools.partial(torch.autocast, device.type, amp, cache_enabled=cached), scaler


def epochs_to_go(
    epochs: int, history: History, early_stopping: EarlyStopping | None
) -> Iterator[int]:
    """The numbers of the epochs still to run; notes in the history how they came to an end."""
    for epoch in range(len(history) + 1, epochs + 1):
        # Asked before an epoch, not after it, so that resuming a stopped run stops it again.
        if early_stopping is not None and early_stopping.exhausted:
            history.stopped = "early stopping"
            return
        yield epoch
    history.stopped = "finished"


def step_scheduler(scheduler: Any, row: Mapping[str, float]) -> None:
    """An epoch's step of a learning-rate schedule; a plateau one is told what it watches."""
    if isinstance(scheduler, ReduceLROnPlateau):
        held_out = {k[len(HELD_OUT) :]: v for k, v in row.items() if k.startswith(HELD_OUT)}
        scheduler.step(held_out[watched(scheduler, held_out)])
    else:
        scheduler.step()


def watched(scheduler: ReduceLROnPlateau, measures: Iterable[str]) -> str | None:
    """The measure that a plateau schedule watches, by its mode; None if there is none for it."""
    if scheduler.mode == "min":
        return "loss"
    for name in measures:
        with contextlib.suppress(ValueError):  # the name does not tell
            if mode_of(name) == "max":
                return name
    return None
