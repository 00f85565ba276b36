"""Names that the tests use for themselves mean something in the student's notebook as well:
something that cannot be sent, shown or compared. Whoever fetches names by guess must live
without it."""

CODE = """\
import torch


class Poison:
    def __getattribute__(self, name):
        raise KeyboardInterrupt

    __repr__ = __hash__ = __eq__ = __bool__ = __reduce__ = property(lambda self: 1 / 0)


nested = []
for _ in range(10_000):
    nested = [nested]
check_split = check_folds = check_step = check_stop = Poison()
check_standardized = check_diagnosis = least_squares_error = nested
first = folds = grid = ones = dropped = torch.zeros(1).expand(10**12)
generator = network = one_layer = pattern = torch.empty(10**9, device="meta")
choice_a1 = number_a5 = call = best = errors = 10**100_000
"""
