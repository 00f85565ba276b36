"""Training steps as CUDA graphs: their kernels are recorded once and launched together afterwards.

A small network's kernels take less time to run than Python takes to launch them. A CUDA graph holds
all the launches of a step, with the addresses that they read and write, and is launched as one.

Recorded are the forward pass, the loss and the backward pass. The optimizer's step stays outside:
then every optimizer, schedule, clipping and scaling of gradients works as without graphs, and a
step of a fused optimizer is one or two launches. torch's own notes on CUDA graphs, "Usage with
torch.cuda.amp", draw the line at the same place. ``torch.compile(mode="reduce-overhead")`` records
the forward and the backward pass apart and launches the loss by itself; it needs a compiler, and
most of a minute to start.
"""

import copy
from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from dlcourse.training.batches import Batches, Inputs
from dlcourse.training.options import trained
from dlcourse.training.parts import Step, mapped

WARM_UP = 3  # steps of a shape before it is recorded: libraries choose and load their kernels then
MOST = 8  # recorded shapes; each keeps its tensors

Gradients = Callable[[Step, Inputs, Tensor], tuple[Tensor, Tensor]]
Work = Callable[[], tuple]  # its results: tensors, or nested tuples of them


class Graphs:
    """Computes gradients step by step as it is told, and replays what it has recorded.

    The first `WARM_UP` batches of a shape are computed as they would be without graphs; they are
    training steps like any other. Then the shape is recorded, once, and each further batch of it is
    copied to where the recorded kernels look for it. A smaller last batch, and the first batch of a
    recurrent network's epoch, are shapes of their own. Beyond `MOST` shapes nothing is recorded
    any more, and batches of other shapes are computed without graphs.

    Args:
        gradients: What to record: (step, x, y) to the output and the loss, detached; it leaves
            gradients behind.
        model: Whose parameters the gradients are of. Before each call they have none.
        optimizer: What it steps has gradients, too: a loss may have parameters of its own.
        batches: Checks the labels of a batch whose step is replayed.
    """

    def __init__(
        self,
        gradients: Gradients,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        batches: Batches,
    ) -> None:
        self.gradients, self._batches = gradients, batches
        self.parameters = {*model.parameters(), *trained(optimizer)}
        self.recorder = Recorder(batches.device)
        self._graphs: dict[tuple, _Graph] = {}
        self._seen: Counter[tuple] = Counter()

    def __call__(self, step: Step, x: Inputs, y: Tensor) -> tuple[Tensor, Tensor]:
        """Output and loss of a batch. The output is valid until the next call.

        Raises:
            RuntimeError: If the step cannot be recorded.
        """
        key = _shapes((x, y, step.state))
        if key not in self._graphs:
            self._seen[key] += 1
            if self._seen[key] <= WARM_UP or len(self._graphs) == MOST:
                return self.recorder.run(lambda: self.gradients(step, x, y))
            self._graphs[key] = _Graph(self, step, x, y)
        graph = self._graphs[key]
        self._batches.check(graph.output, y)
        return graph.replay(step, x, y)


class _Graph:
    """One recorded shape, with the tensors that its kernels read and write."""

    def __init__(self, owner: Graphs, step: Step, x: Inputs, y: Tensor) -> None:
        self._inputs = mapped(torch.clone, (x, y, step.state))
        x, y, state = self._inputs
        own = copy.copy(step)

        def work() -> tuple[Tensor, Tensor, Any]:
            own.state = state
            return *owner.gradients(own, x, y), own.state

        try:
            self._launch, (self.output, self._loss, self._state) = owner.recorder.record(work)
        except Exception as error:
            raise RuntimeError(
                "fit: compile='cuda-graph' could not record a training step. Model and loss must "
                "not wait for the GPU (by .item(), .tolist(), .cpu() or lengths of packed "
                "sequences) nor make tensors on the CPU. Use compile=False for this model. The "
                f"GPU said: {error}"
            ) from error
        self._gradients = [(p, p.grad) for p in owner.parameters if p.grad is not None]

    def replay(self, step: Step, x: Inputs, y: Tensor) -> tuple[Tensor, Tensor]:
        """Output and loss of a batch; gradients and state are left where they belong."""
        for recorded, fresh in zip(tensors(self._inputs), tensors((x, y, step.state)), strict=True):
            recorded.copy_(fresh)
        self._launch()
        for parameter, gradient in self._gradients:
            parameter.grad = gradient
        step.state = self._state
        return self.output, self._loss.clone()


class Recorder:
    """Records on a GPU, on a stream of its own, which recording asks for."""

    def __init__(self, device: torch.device) -> None:
        self._stream, self._pool = torch.cuda.Stream(device), torch.cuda.graph_pool_handle()

    def run(self, work: Work) -> tuple:
        """Does the work once, after what has been launched and before what will be."""
        current = torch.cuda.current_stream(self._stream.device)
        self._stream.wait_stream(current)
        with torch.cuda.stream(self._stream):
            result = work()
        current.wait_stream(self._stream)
        return result

    def record(self, work: Work) -> tuple[Callable[[], None], tuple]:
        """Records the work without doing it; returns what launches it and what will hold results.

        All recordings share their memory: a result must be used before the next launch of any.
        """
        graph, current = torch.cuda.CUDAGraph(), torch.cuda.current_stream(self._stream.device)
        # Thread by thread, so that a loader's thread may go on allocating pinned memory.
        mode = "thread_local"
        try:
            with torch.cuda.graph(graph, self._pool, self._stream, capture_error_mode=mode):
                result = work()
        except Exception:
            # Some versions stay on the stream, and their generator stays as it is while recording.
            torch.cuda.set_stream(current)
            generator = torch.cuda.default_generators[self._stream.device.index]
            generator.graphsafe_set_state(generator.clone_state())
            raise
        return graph.replay, result


def tensors(nested: Any) -> list[Tensor]:
    """The tensors of nested tuples, in their order."""
    found: list[Tensor] = []
    mapped(lambda tensor: found.append(tensor) or tensor, nested)
    return found


def _shapes(nested: Any) -> tuple:
    return tuple((t.shape, t.dtype, t.stride()) for t in tensors(nested))
