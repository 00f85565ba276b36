"""`fit` and `evaluate`."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from dlcourse.metrics import accuracy
from dlcourse.runtime import evaluating
from dlcourse.training import options
from dlcourse.training.batches import Batches, Inputs
from dlcourse.training.checkpoint import Checkpoint
from dlcourse.training.distributed import Group
from dlcourse.training.early_stopping import EarlyStopping
from dlcourse.training.freezing import training_mode
from dlcourse.training.graphs import Graphs
from dlcourse.training.history import History
from dlcourse.training.parts import Loss, Meter, Metric, Progress, Step, scalar

Data = Iterable[tuple[Inputs, Tensor]]
ACCURACY: Mapping[str, Metric] = MappingProxyType({"accuracy": accuracy})


def fit(
    model: nn.Module,
    train: Data,
    validation: Data | None = None,
    *,
    optimizer: torch.optim.Optimizer,
    epochs: int = 10,
    loss: Loss = F.cross_entropy,
    metrics: Mapping[str, Metric] | None = ACCURACY,
    scheduler: LRScheduler | ReduceLROnPlateau | None = None,
    schedule_per: str = "epoch",
    label_smoothing: float = 0.0,
    early_stopping: EarlyStopping | None = None,
    clip_grad_norm: float | None = None,
    amp: bool | torch.dtype = False,
    compile: bool | str = False,
    memory_format: torch.memory_format | None = None,
    checkpoint: str | os.PathLike | None = None,
    resume: bool = False,
    device: str | torch.device | None = None,
    progress: bool = True,
) -> History:
    """Train a model and report each epoch; `help(fit)` explains every argument."""
    metrics = {} if metrics is None else metrics
    columns = options.check(
        model, optimizer, validation, epochs, metrics, early_stopping, clip_grad_norm
    )
    options.check_schedule(scheduler, schedule_per, optimizer, validation, metrics)
    device = options.place(model, device, optimizer, memory_format)
    objective = options.smoothed(loss, label_smoothing)
    autocast, scaler = options.precision(amp, device, compile)  # pass everything without amp
    prepared = (loss, device, model, memory_format, Group.here())
    batches = Batches("train", train, *prepared)
    held_out = None if validation is None else Batches("validation", validation, *prepared)
    group, forward = batches.group, options.compiled(model, compile, batches)
    history = History()
    state = {"model": model, "optimizer": optimizer, "scheduler": scheduler, "scaler": scaler}
    state |= {"early_stopping": early_stopping, "history": history}
    saved = Checkpoint(checkpoint, (train, validation), state, columns, group, resume=resume)
    bar = Progress(progress and not group.rank, epochs, batches.length, done=len(history))

    def gradients(step: Step, x: Inputs, y: Tensor) -> tuple[Tensor, Tensor]:
        with autocast():
            output = step(x)
            batches.check(output, y)
            batch_loss = scalar(objective(output, y))
        scaler.scale(batches.shared(batch_loss)).backward()
        return output.detach(), batch_loss.detach()

    compute = Graphs(gradients, model, optimizer, batches) if compile == "cuda-graph" else gradients
    try:
        for epoch in options.epochs_to_go(epochs, history, early_stopping):
            started, lr = time.perf_counter(), float(optimizer.param_groups[0]["lr"])
            meter = Meter(metrics, group, epoch)  # keeps losses and metrics on the device
            training_mode(model)
            step = Step(forward, batches.continues)  # hands a recurrent network its state back
            for x, y in bar.follow(batches, epoch, meter):
                optimizer.zero_grad()
                model.zero_grad()  # also of what the optimizer leaves alone: it would pile up
                output, batch_loss = compute(step, x, y)
                meter.add(batch_loss, output, y, batches.count, batches.mass)
                if clip_grad_norm is not None:
                    options.clip(optimizer, clip_grad_norm, scaler)
                scaler.step(optimizer)
                scaler.update()
                if scheduler is not None and schedule_per == "batch":
                    scheduler.step()
            row = meter.means("train_")
            if held_out is not None:
                row |= measure(forward, held_out, loss, metrics, autocast, "validation_")
            if scheduler is not None and schedule_per == "epoch":
                options.step_scheduler(scheduler, row)
            history.append(row | {"lr": lr, "seconds": time.perf_counter() - started})
            if early_stopping is not None:
                early_stopping.update(epoch, row, model)
            saved.save()
            bar.show(row)
    except KeyboardInterrupt:
        history.stopped = "interrupted"
    finally:
        bar.close()
    if early_stopping is not None:
        early_stopping.restore(model)
    return history


# Here rather than in the function, so that a chapter can print the function on one screen.
fit.__doc__ = f"""{fit.__doc__}

Training stops at the first loss that is NaN or infinite. Ctrl-C ends the run and returns the
history of the whole epochs before it (``history.stopped == "interrupted"``); the model keeps the
weights of that moment unless early stopping restores the best ones. Without options the result is
exactly that of the plain loop: forward, loss, backward, step.

In a program that ``torchrun`` has started and that has called `join_processes`, each process gets
its part of each batch; all must be given the same batches. The means are over all parts, the first
process shows the progress and writes the checkpoint, and batch normalization sees one part.

Args:
    model: The network. It is left in training mode; parts of which nothing is to be trained (see
        `freeze`) stay in evaluation mode. One that returns a pair (output, state), as
        recurrent networks do, is scored by its output; if the loader's ``continues`` is true, as
        that of `SequentialWindows` is, the next batch of the epoch is computed as
        ``model(x, state)`` from the state, detached, that the batch before it ended with.
    train: The batches: a `TensorLoader`, a torch `DataLoader`, a list of pairs (x, y); anything
        that can be gone through once an epoch. x is (N, …), y is (N, …). Where x is a tuple of
        such tensors, as `PooledLoader` makes it, the model is called as ``model(*x)``. Arrays of
        NumPy become tensors: floats of torch's default dtype, whole numbers of int64.
        Labels, tokens and lengths out of range are found before they reach a GPU, where they would
        end the process's use of it. Only batches that lie on a GPU already and come from no loader
        or `TensorDataset` are looked at one in 50, as every look waits for the GPU.
    validation: Held-out batches, measured after each epoch in evaluation mode.
    optimizer: Built from ``model.parameters()`` or some of them, perhaps with parameters of the
        loss. One made with ``fused=True`` is faster on a GPU; with float16 it also spares a wait
        for the GPU in every step.
    epochs: Epochs in all, those before a resume included.
    loss: A function (output, y) that returns the batch's mean, a 0-d tensor. Of torch's losses over
        classes the ``weight`` of each class is known: the mean over an epoch, too, is divided by
        the weights of all its labels.
    metrics: Functions (output, y) by name, each returning a batch's mean as one number. Like the
        loss they are averaged over all examples or, where y holds several class numbers each,
        over all of these but those that the loss ignores (``ignore_index``).
        ``None`` or ``{{}}`` for none, as in regression.
    scheduler: A torch learning-rate scheduler of this optimizer. `ReduceLROnPlateau` is given the
        validation loss or, with ``mode="max"``, the first of the metrics of which more is better by
        its name, such as the accuracy.
    schedule_per: ``"epoch"`` or ``"batch"``: when the scheduler steps.
    label_smoothing: ε in [0, 1] for the training objective, where ``loss`` is a function that
        takes it, as `F.cross_entropy` does. Validation uses the plain loss.
    early_stopping: An `EarlyStopping`.
    clip_grad_norm: The largest norm of the gradients of all that the optimizer trains, together; a
        larger one is scaled down to it.
    amp: Mixed precision. ``True`` takes bfloat16, or float16 with scaled gradients on GPUs
        without bfloat16; or name one of the two dtypes.
    compile: ``True`` or a mode of `torch.compile`, such as ``"max-autotune"``, runs the model
        through that; it needs a C++ compiler, takes tens of seconds to start and pays on a GPU.
        ``"cuda-graph"`` needs none and starts at once: forward, loss and backward pass of each
        shape of batch become a CUDA graph after three steps, which pays where kernels are short.
        The result is that of the plain loop, as long as all that Python decides in the model's
        ``forward`` is the same in each step. A model that waits for the GPU, as packed sequences
        make it, is refused; so is a device other than an NVIDIA GPU.
    memory_format: ``torch.channels_last`` stores images and convolutions channel by channel within
        a pixel, which is faster in mixed precision; the model keeps it. ``None`` changes nothing.
    checkpoint: A file that is rewritten after every epoch with all that decides how the run goes
        on: model, optimizer, scheduler, early stopping, history, random states, the loaders'
        epochs and generators. Its folder must exist.
    resume: Whether to continue from ``checkpoint`` if that file exists; its values, the learning
        rate included, replace those of the objects passed. On a device with deterministic kernels
        the result is bit for bit that of a run without interruption, except with
        ``DataLoader(persistent_workers=True)``, whose workers keep random states of their own.
    device: Where to train; the model is moved there. ``None``: where the model is.
    progress: Whether to show a progress bar; without it nothing is printed.

Returns:
    The `History`: ``train_loss``, ``train_accuracy``, ``validation_loss``, … by epoch.

Raises:
    NonFiniteLossError: (a `RuntimeError`) if a loss is not finite; it names epoch and batch.
    TypeError, ValueError: If an argument, a batch or the checkpoint cannot be used.
    FileNotFoundError, PermissionError: If the checkpoint could not be written; before training.
"""


def evaluate(
    model: nn.Module,
    data: Data,
    *,
    loss: Loss = F.cross_entropy,
    metrics: Mapping[str, Metric] | None = ACCURACY,
    device: str | torch.device | None = None,
    amp: bool | torch.dtype = False,
) -> dict[str, float]:
    """Measure a model on data, in evaluation mode and without gradients.

    Args:
        model: The network; each of its modules is put back into the mode it was in. One that
            returns (output, state) is treated as in `fit`.
        data: Batches (x, y), as for `fit`.
        loss: A function (output, y) that returns the batch's mean, a 0-d tensor, as for `fit`.
        metrics: Functions (output, y) by name, each returning a batch's mean as one number.
        device: Where to compute; the model is moved there. ``None``: where the model is.
        amp: Mixed precision, as for `fit`.

    Returns:
        ``"loss"`` and each metric: means over all examples (of sequences over all labels that
        the loss does not ignore), so a short last batch weighs less.

    Raises:
        TypeError: If an argument or a batch is of the wrong kind.
        ValueError: If there is no data, or labels and output do not fit together.
    """
    metrics = {} if metrics is None else metrics
    options.check_model("evaluate", model)
    options.check_metrics("evaluate", metrics)
    device = options.place(model, device)
    autocast, _ = options.precision(amp, device)
    batches = Batches("data", data, loss, device, model)
    return measure(model, batches, loss, metrics, autocast)


@torch.no_grad()
def measure(
    model: nn.Module,
    batches: Batches,
    loss: Loss,
    metrics: Mapping[str, Metric],
    autocast: Callable[[], AbstractContextManager],
    prefix: str = "",
) -> dict[str, float]:
    """The core of `evaluate`, on batches and options already prepared."""
    meter, step = Meter(metrics, batches.group), Step(model, batches.continues)
    with evaluating(model):
        for x, y in batches:
            with autocast():
                output = step(x)
                batches.check(output, y)
                batch_loss = scalar(loss(output, y))
            meter.add(batch_loss, output, y, batches.count, batches.mass)
    return meter.means(prefix)
