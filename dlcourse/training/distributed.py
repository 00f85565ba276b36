"""Several processes that train one model, each on its part of every batch.

``torchrun`` starts the processes; each of them runs the same program. Every process goes through
the same batches, computes the gradients of its own part, and `DistributedDataParallel` adds them up
while the backward pass is still running (Li et al., "PyTorch distributed: experiences on
accelerating data parallel training", 2020). All then take the same step.
"""

import atexit
import os
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from dlcourse import runtime


def join_processes(device: str | torch.device | None = None) -> torch.device:
    """Join the processes that ``torchrun`` has started, and get this one's device.

    A program calls it first. Started by ``python`` alone, it is `dlcourse.device`.

    Args:
        device: ``"cpu"`` or ``"cuda"``; ``None`` takes GPUs where there are any.

    Returns:
        Of the k-th process on a machine its k-th GPU, or the CPU.

    Raises:
        ValueError: If there are more processes than GPUs, or GPUs were asked for and there is none.
    """
    if "RANK" not in os.environ:
        return runtime.device(device)
    found = runtime.device(device)
    here = int(os.environ["LOCAL_RANK"])
    if found.type == "cuda":
        if here >= torch.cuda.device_count():
            raise ValueError(
                f"join_processes: torchrun started at least {here + 1} processes here, and there "
                f"are {torch.cuda.device_count()} GPUs; give --nproc-per-node that number, or "
                "join_processes('cpu')."
            )
        found = torch.device("cuda", here)
        torch.cuda.set_device(found)
    elif found.type != "cpu":
        found = torch.device("cpu")  # what the processes talk through knows these two
    if not dist.is_initialized():
        store, rank, size = next(dist.rendezvous("env://"))
        if os.environ.get("GROUP_WORLD_SIZE") == "1":
            # After a restart torchrun's store still has the addresses of the processes before it.
            attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
            store = dist.PrefixStore(f"attempt {attempt}", store)
        backend = "nccl" if found.type == "cuda" else "gloo"
        dist.init_process_group(backend, store=store, rank=rank, world_size=size)
        atexit.register(_leave)
    return found


def _leave() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()


class Group:
    """The processes that train together, as one of them sees it; mostly it is alone.

    Attributes:
        size: How many there are.
        rank: Which of them this one is, from 0.
    """

    def __init__(self, size: int = 1, rank: int = 0) -> None:
        self.size, self.rank = size, rank

    @classmethod
    def here(cls) -> "Group":
        """All processes that have joined, if any have."""
        if not (dist.is_available() and dist.is_initialized()):
            return cls()
        return cls(dist.get_world_size(), dist.get_rank())

    def wrapped(self, model: nn.Module) -> nn.Module:
        """The model, whose gradients are then the mean of those of all processes.

        The weights become those of the first process. The others get other random numbers, so that
        dropout differs.
        """
        if self.size == 1:
            return model
        if self.rank:
            torch.manual_seed(int(torch.randint(2**31, ())) + self.rank)
        device = next(model.parameters()).device
        return DistributedDataParallel(model, [device] if device.type == "cuda" else None)

    def part(self, tensor: Tensor) -> Tensor:
        """This process's examples of a batch (N, …); one of them if N is too small for all."""
        N = len(tensor)
        first, last = (N * k // self.size for k in (self.rank, self.rank + 1))
        return tensor[first:last] if first < last else tensor[:1]

    def idle(self, N: int) -> bool:
        """Whether none of a batch's N examples is this process's own."""
        return N * self.rank // self.size == N * (self.rank + 1) // self.size

    def total(self, values: list[float]) -> list[float]:
        """The sums over all processes, the same in each."""
        if self.size == 1:
            return values
        together = self.gathered(values)
        return [sum(column) for column in zip(*together, strict=True)]

    def gathered(self, value: Any) -> list[Any]:
        """What each process has given, by rank."""
        if self.size == 1:
            return [value]
        found: list[Any] = [None] * self.size
        dist.all_gather_object(found, value)
        return found

    def agree(self, value: Any, problem: str) -> None:
        """Go on if all processes have the same value; otherwise it is an error in each of them."""
        found = self.gathered(value)
        if any(repr(other) != repr(found[0]) for other in found):  # NaN differs from itself
            raise ValueError(f"fit: {problem} They have {', '.join(map(str, found))}.")
