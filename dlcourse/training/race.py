"""Several networks on the same data with the same budget: who learns how much from what?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from dlcourse import runtime
from dlcourse.datasets.loader import TensorLoader
from dlcourse.inspection.summary import summary, total
from dlcourse.training.loop import evaluate, fit
from dlcourse.training.parts import NonFiniteLossError, bar

# Training on an example costs about three forward passes: the pass itself, then as many products
# for the gradients of the inputs and for those of the weights.
PASSES = 3
# What `fit` can be told for all runs alike; anything else is made for one model or one run.
OPTIONS = ("loss", "label_smoothing", "clip_grad_norm", "amp", "compile", "memory_format")


@dataclass
class Run:
    """One network from one seed; the lists have an entry for each epoch.

    Attributes:
        name: the network's name in the race.
        seed: of the weights, the order of the examples, and the dropout.
        parameters: of the network.
        multiply_adds: of one example's forward pass.
        examples: shown so far, each counted as often as it was shown.
        seconds: of training so far. Measuring on the validation set is not counted.
        train_loss: mean over the epoch, while the weights changed.
        loss: on the validation set, after the epoch.
        accuracy: on the validation set, after the epoch.
        diverged: whether it ended at a loss that was not finite; that epoch is not in the lists.
    """

    name: str
    seed: int
    parameters: int
    multiply_adds: int
    examples: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    diverged: bool = False

    @property
    def work(self) -> list[int]:
        """Multiply-adds of training so far, about: three forward passes an example."""
        return [PASSES * self.multiply_adds * n for n in self.examples]


def race(
    entrants: Mapping[str, Callable[[], nn.Module]],
    train: TensorDataset,
    validation: TensorDataset,
    *,
    optimizer: Callable[[nn.Module], torch.optim.Optimizer],
    epochs: int | None = None,
    multiply_adds: float | None = None,
    seconds: float | None = None,
    seeds: Sequence[int] = (0, 1, 2),
    batch_size: int = 128,
    transform: Callable[[Tensor], Tensor] | None = None,
    device: str | torch.device | None = None,
    progress: bool = False,
    **options: Any,
) -> list[Run]:
    """Train every network from every seed with the same budget, and measure after each epoch.

    A budget of epochs or of multiply-adds gives the same run again on the same machine; one of
    seconds does not, but is what somebody waits for. The networks of one seed run one after the
    other, so that a machine that grows slower does so for all of them.

    Args:
        entrants: what makes each network, by name; called after the seed is set.
        train: the training set.
        validation: held-out examples. To choose by them is to use them up: keep others for a test.
        optimizer: makes the optimizer of a network.
        epochs: the budget in examples: so many times the training set.
        multiply_adds: the budget in arithmetic of training (see `Run.work`): the number of whole
            epochs that comes nearest to it, at least one.
        seconds: the budget in time of training: no epoch begins after it.
        seeds: a run for each.
        batch_size: examples per step.
        transform: for the images of both sets, as in `TensorLoader`.
        device: where to compute; ``None`` is `dlcourse.device()`.
        progress: whether to show a progress bar over the runs.
        options: for `fit`: ``loss``, ``label_smoothing``, ``clip_grad_norm``, ``amp``, ``compile``
            or ``memory_format``. Loss and precision are those of the validation, too.

    Returns:
        The runs, in the order in which they were made.

    Raises:
        TypeError: an option that is none of these, as it would belong to a single run.
        ValueError: no network, no seed, or not exactly one budget above zero.
    """
    if strangers := sorted(options.keys() - set(OPTIONS)):
        raise TypeError(
            f"race: {', '.join(strangers)} cannot be passed on to fit; of its options a race takes "
            f"{', '.join(OPTIONS)}."
        )
    budgets = {"epochs": epochs, "multiply_adds": multiply_adds, "seconds": seconds}
    given = {name: value for name, value in budgets.items() if value is not None}
    if len(given) != 1 or not next(iter(given.values())) > 0:
        raise ValueError(
            "race: give exactly one budget above zero, epochs, multiply_adds or seconds, got "
            f"{', '.join(f'{n}={v}' for n, v in given.items()) or 'none'}."
        )
    if not entrants or not seeds:
        raise ValueError("race: there must be at least one network and one seed.")
    device = runtime.device(device)
    held_out = TensorLoader(validation, batch_size=500, transform=transform, device=device)
    runs = []
    shown = bar(total=len(seeds) * len(entrants), unit="run") if progress else None
    for seed in seeds:
        for name, build in entrants.items():
            if shown is not None:
                shown.set_description(f"{name}, seed {seed}")
            runtime.seed_everything(seed)
            model = build().to(device)
            batches = TensorLoader(train, batch_size, True, transform, seed=seed, device=device)
            cost = total(summary(model, next(iter(held_out))[0].shape[1:])).multiply_adds
            run = Run(name, seed, sum(p.numel() for p in model.parameters()), cost)
            runs.append(run)
            limit = epochs
            if multiply_adds is not None:
                limit = max(1, round(multiply_adds / (PASSES * cost * len(train))))
            _train(run, model, batches, held_out, optimizer(model), limit, seconds, options)
            if shown is not None:
                shown.update()
    if shown is not None:
        shown.close()
    return runs


def _train(
    run: Run,
    model: nn.Module,
    batches: TensorLoader,
    held_out: TensorLoader,
    optimizer: torch.optim.Optimizer,
    epochs: int | None,
    seconds: float | None,
    options: Mapping[str, Any],
) -> None:
    """Fill a run's lists, epoch by epoch, until one of the limits."""
    measured = {name: options[name] for name in ("loss", "amp") if name in options}
    while (epochs is None or len(run.seconds) < epochs) and (
        seconds is None or not run.seconds or run.seconds[-1] < seconds
    ):
        try:
            history = fit(model, batches, optimizer=optimizer, epochs=1, progress=False, **options)
        except NonFiniteLossError:
            run.diverged = True
            return
        if history.stopped == "interrupted":
            raise KeyboardInterrupt
        run.examples.append((len(run.examples) + 1) * len(batches.dataset))
        run.seconds.append(sum(history["seconds"], start=(run.seconds or [0.0])[-1]))
        run.train_loss += history["train_loss"]
        scores = evaluate(model, held_out, **measured)
        run.loss.append(scores["loss"])
        run.accuracy.append(scores["accuracy"])
