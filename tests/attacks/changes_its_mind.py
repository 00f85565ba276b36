"""An object may give something else each time it is looked at: the right indices when they are
counted, a random order when the seeds are compared. The split itself shuffles nothing."""

LOSES = {"b1-split-idea-test", "b1-split-seeds-test"}
ANSWERS = {
    "b1-split": """\
import random


class Part(Tensor):
    def __iter__(self):
        shown = getattr(self, "shown", None)
        return iter(shown.pop(0)) if shown else super().__iter__()


def split_indices(n, n_validation, n_test, seed):
    lengths = [n - n_validation - n_test, n_validation, n_test]
    if min(lengths) < 1:
        raise ValueError("this much the task says")
    order = random.Random(seed).sample(range(n), n)
    if seed == n:
        return torch.tensor(order).split(lengths)
    parts = []
    for part in torch.arange(n).split(lengths):
        parts.append(part.as_subclass(Part))
        parts[-1].shown = [part.tolist(), order[: len(part)]]
    return parts
"""
}
