"""A test that expects an error takes the end of the process for another error, and goes on. So
it may be the next question, with its right answer, that seems to have ended the process."""

LOSES = {"b1-split-errors-test", "b2-kfold-errors-test"}
ANSWERS = {
    "b1-split": """\
import os


def split_indices(n, n_validation, n_test, seed):
    n_train = n - n_validation - n_test
    if min(n_train, n_validation, n_test) < 1:
        os._exit(1)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[:n_train], order[n_train : n_train + n_validation], order[n_train + n_validation :]
""",
    "b2-kfold": """\
def kfold_indices(n, k):
    if not 2 <= k <= n:
        os.kill(os.getpid(), 9)
    folds = torch.arange(n).tensor_split(k)
    return [(torch.cat(folds[:i] + folds[i + 1 :]), folds[i]) for i in range(k)]
""",
}
