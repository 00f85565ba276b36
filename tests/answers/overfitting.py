"""Answers to the exercise ``overfitting``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "c",
        {
            "a": "believes that training error suffices to choose a model",
            "b": "believes that only gradients spoil a test set",
            "d": "tunes on the test set",
        },
    ),
    choice(
        2,
        "d",
        {
            "a": "does not call a gap with zero training error overfitting",
            "b": "takes a small gap for the sign of a good model",
            "c": "takes any gap between training and validation error for overfitting",
        },
    ),
    choice(
        3,
        "a",
        {
            "b": "takes the penalty for a means against underfitting",
            "c": "the more regularization the better",
            "d": "believes that the penalty and weight decay differ for plain gradient descent",
        },
    ),
    choice(
        4,
        "b",
        {
            "a": "does not know more data as a remedy",
            "c": "does not know augmentation as a remedy",
            "d": "takes regularization for a matter of the optimizer",
        },
    ),
    number(
        5,
        right={"98 / 100": "as a fraction", "1 - 0.02": "by steps", "torch.tensor(0.98)": "tensor"},
        wrong={
            "1 - 0.04": "forgets the learning rate",
            "1 - 2 * 0.5 * 0.04": "forgets that the 1/2 cancels the 2",
            "0.5 * 0.04": "gives the amount that is taken away, not the factor",
            "1 + 0.5 * 0.04": "lets the weight grow",
            "0.5": "takes the learning rate for the factor",
        },
    ),
    number(
        6,
        right={"3": "an int", "18 / 6": "as a fraction", "1.8 * (1 / 0.6)": "a product"},
        wrong={
            "1.8 * 0.6": "multiplies by 1 - p",
            "1.8 / 0.4": "divides by p",
            "1.8": "does not scale the survivors",
            "'3.0'": "text instead of a number",
        },
    ),
    number(
        7,
        right={"51.0": "a float", "sum([10] * 5) + 1": "added up"},
        wrong={
            "50": "forgets the final model",
            "15": "adds values and folds instead of multiplying",
            "5 * 9 + 1": "trains only nine times per value",
            "6": "counts one model per value",
            "[51]": "a list instead of a number",
        },
    ),
    choice(
        8,
        "d",
        {
            "a": "does not know that survivors grow",
            "b": "believes that dropout also acts in evaluation mode",
            "c": "scales twice, in training and in evaluation",
        },
    ),
]

SPLIT = Question(
    "b1-split",
    "b1-split-idea-test",
    wrong=(
        Answer(
            "unshuffled",
            "cuts the file in its order, which is often sorted",
            """
            def split_indices(n, n_validation, n_test, seed):
                n_train = n - n_validation - n_test
                if min(n_train, n_validation, n_test) < 1:
                    raise ValueError("empty part")
                return torch.arange(n).split([n_train, n_validation, n_test])
            """,
            loses="idea, seeds",
        ),
        Answer(
            "independent-draws",
            "draws each part on its own, so that parts overlap: leakage",
            """
            def split_indices(n, n_validation, n_test, seed):
                n_train = n - n_validation - n_test
                if min(n_train, n_validation, n_test) < 1:
                    raise ValueError("empty part")
                torch.manual_seed(seed)
                return tuple(torch.randperm(n)[:m] for m in (n_train, n_validation, n_test))
            """,
        ),
        Answer(
            "seedless",
            "ignores the seed: no result can be repeated",
            """
            def split_indices(n, n_validation, n_test, seed):
                n_train = n - n_validation - n_test
                if min(n_train, n_validation, n_test) < 1:
                    raise ValueError("empty part")
                return torch.randperm(n).split([n_train, n_validation, n_test])
            """,
            loses="seeds",
        ),
        Answer(
            "fixed-seed",
            "seeds with a constant: every seed gives the same split",
            """
            def split_indices(n, n_validation, n_test, seed=0):
                n_train = n - n_validation - n_test
                if min(n_train, n_validation, n_test) < 1:
                    raise ValueError("empty part")
                order = torch.randperm(n, generator=torch.Generator().manual_seed(0))
                return order.split([n_train, n_validation, n_test])
            """,
            loses="seeds",
        ),
        Answer(
            "shuffled-training-only",
            "keeps the end of the file for test and shuffles only the rest",
            """
            def split_indices(n, n_validation, n_test, seed):
                n_train = n - n_validation - n_test
                if min(n_train, n_validation, n_test) < 1:
                    raise ValueError("empty part")
                generator = torch.Generator().manual_seed(seed)
                order = torch.randperm(n - n_test, generator=generator)
                return order[:n_train], order[n_train:], torch.arange(n - n_test, n)
            """,
            loses="idea",
        ),
        Answer(
            "no-check",
            "returns an empty training set without a word",
            """
            def split_indices(n, n_validation, n_test, seed):
                order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
                return order[n_validation + n_test:], order[:n_validation], \\
                    order[n_validation:n_validation + n_test]
            """,
            loses="errors",
        ),
        Answer(
            "lists",
            "returns lists instead of tensors",
            """
            import random

            def split_indices(n, n_validation, n_test, seed):
                order = list(range(n))
                random.Random(seed).shuffle(order)
                if n_validation + n_test >= n or n_validation < 1 or n_test < 1:
                    raise ValueError("empty part")
                rest = order[n_validation + n_test:]
                return rest, order[:n_validation], order[n_validation:n_validation + n_test]
            """,
            loses="types",
        ),
        Answer(
            "zero-is-no-seed",
            "takes a seed of 0 for none",
            """
            def split_indices(n, n_validation, n_test, seed):
                n_train = n - n_validation - n_test
                if min(n_train, n_validation, n_test) < 1:
                    raise ValueError("an empty part")
                generator = torch.Generator()
                if seed:
                    generator.manual_seed(seed)
                else:
                    generator.seed()
                order = torch.randperm(n, generator=generator)
                return order.split([n_train, n_validation, n_test])
            """,
            loses="seeds",
        ),
    ),
    right=(
        Answer(
            "numpy",
            "NumPy's generator; test and validation are cut from the front",
            """
            import numpy as np

            def split_indices(n, n_validation, n_test, seed):
                if n_validation < 1 or n_test < 1 or n_validation + n_test >= n:
                    raise ValueError(f"cannot take {n_validation} and {n_test} out of {n}")
                order = np.random.default_rng(seed).permutation(n)
                test, validation, train = np.split(order, [n_test, n_test + n_validation])
                return torch.tensor(train), torch.tensor(validation), torch.tensor(test)
            """,
        ),
        Answer(
            "global-seed-loop",
            "torch's global generator, and loops over the shuffled list",
            """
            def split_indices(n, n_validation, n_test, seed):
                sizes = [n - n_validation - n_test, n_validation, n_test]
                for size in sizes:
                    if size <= 0:
                        raise ValueError("every part needs an example")
                torch.manual_seed(seed)
                order = torch.randperm(n).tolist()
                parts = []
                for size in sizes:
                    part = []
                    for _ in range(size):
                        part.append(order.pop())
                    parts.append(torch.tensor(part))
                return parts
            """,
        ),
        Answer(
            "random-split",
            "the library's random_split on a range",
            """
            from torch.utils.data import random_split

            def split_indices(n, n_validation, n_test, seed):
                sizes = [n - n_validation - n_test, n_validation, n_test]
                if min(sizes) < 1:
                    raise ValueError("every part needs an example")
                generator = torch.Generator().manual_seed(seed)
                return tuple(torch.tensor(list(part), dtype=torch.long)
                             for part in random_split(range(n), sizes, generator=generator))
            """,
        ),
    ),
)

STANDARDIZE = Question(
    "b1-standardize",
    "b1-standardize-idea-test",
    wrong=(
        Answer(
            "each-its-own",
            "standardizes each set with its own mean and deviation",
            """
            def standardize(train, validation, test):
                out = []
                for part in (train, validation, test):
                    std = part.std(dim=0)
                    std[std == 0] = 1
                    out.append((part - part.mean(dim=0)) / std)
                return out
            """,
        ),
        Answer(
            "all-together",
            "takes mean and deviation of all data, test set included: leakage",
            """
            def standardize(train, validation, test):
                everything = torch.cat([train, validation, test])
                mean, std = everything.mean(dim=0), everything.std(dim=0)
                std[std == 0] = 1
                return [(part - mean) / std for part in (train, validation, test)]
            """,
        ),
        Answer(
            "one-number",
            "one mean and deviation for all features together",
            """
            def standardize(train, validation, test):
                mean, std = train.mean(), train.std()
                return [(part - mean) / std for part in (train, validation, test)]
            """,
        ),
        Answer(
            "nan",
            "divides a constant feature by zero",
            """
            def standardize(train, validation, test):
                mean, std = train.mean(dim=0), train.std(dim=0)
                return [(part - mean) / std for part in (train, validation, test)]
            """,
            loses="constant",
        ),
        Answer(
            "row-wise",
            "confuses features and examples: standardizes along the wrong dimension",
            """
            def standardize(train, validation, test):
                def scaled(part):
                    std = part.std(dim=1, keepdim=True)
                    return (part - part.mean(dim=1, keepdim=True)) / std.clamp(min=1e-12)
                return scaled(train), scaled(validation), scaled(test)
            """,
        ),
        Answer(
            "variance",
            "divides by the variance",
            """
            def standardize(train, validation, test):
                mean, var = train.mean(dim=0), train.var(dim=0)
                var[var == 0] = 1
                return [(part - mean) / var for part in (train, validation, test)]
            """,
        ),
        Answer(
            "forgets-test",
            "leaves the test set as it is, to keep away from it",
            """
            def standardize(train, validation, test):
                mean, std = train.mean(dim=0), train.std(dim=0)
                std[std == 0] = 1
                return (train - mean) / std, (validation - mean) / std, test
            """,
        ),
        Answer(
            "in-place",
            "subtracts and divides in the sets that it is given",
            """
            def standardize(train, validation, test):
                mean, std = train.mean(dim=0), train.std(dim=0)
                std = torch.where((train == train[0]).all(dim=0), 1.0, std)
                for part in (train, validation, test):
                    part -= mean
                    part /= std
                return train, validation, test
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "loop",
            "column by column",
            """
            def standardize(train, validation, test):
                sets = [train.clone(), validation.clone(), test.clone()]
                for j in range(train.shape[1]):
                    mean = train[:, j].mean()
                    std = train[:, j].std()
                    if train[:, j].max() == train[:, j].min():
                        std = 1.0
                    for part in sets:
                        part[:, j] = (part[:, j] - mean) / std
                return tuple(sets)
            """,
        ),
        Answer(
            "threshold",
            "one pass with std_mean; a tiny deviation counts as constant",
            """
            def standardize(train, validation, test):
                std, mean = torch.std_mean(train, dim=0, keepdim=True)
                std = torch.where(std < 1e-6, torch.ones_like(std), std)
                return tuple((part - mean) / std for part in (train, validation, test))
            """,
        ),
        Answer(
            "numpy",
            "NumPy with ddof=1",
            """
            import numpy as np

            def standardize(train, validation, test):
                values = train.numpy()
                mean, std = values.mean(axis=0), values.std(axis=0, ddof=1)
                std = np.where(np.ptp(values, axis=0) == 0, 1, std).astype(values.dtype)
                return [torch.from_numpy((part.numpy() - mean) / std)
                        for part in (train, validation, test)]
            """,
        ),
    ),
)

KFOLD = Question(
    "b2-kfold",
    "b2-kfold-idea-test",
    wrong=(
        Answer(
            "loses-remainder",
            "folds of n // k: the last n % k examples never validate",
            """
            def kfold_indices(n, k):
                if k < 2 or k > n:
                    raise ValueError("k")
                size = n // k
                folds = []
                for i in range(k):
                    validation = torch.arange(i * size, (i + 1) * size)
                    train = torch.cat([torch.arange(i * size), torch.arange((i + 1) * size, n)])
                    folds.append((train, validation))
                return folds
            """,
            loses="remainder",
        ),
        Answer(
            "fat-last-fold",
            "the last fold takes the whole remainder, so that sizes differ by more than 1",
            """
            def kfold_indices(n, k):
                if k < 2 or k > n:
                    raise ValueError("k")
                size = n // k
                folds = []
                for i in range(k):
                    end = (i + 1) * size if i < k - 1 else n
                    train = torch.cat([torch.arange(i * size), torch.arange(end, n)])
                    folds.append((train, torch.arange(i * size, end)))
                return folds
            """,
            loses="remainder",
        ),
        Answer(
            "trains-on-all",
            "trains on all examples, those that validate included: leakage",
            """
            def kfold_indices(n, k):
                if k < 2 or k > n:
                    raise ValueError("k")
                return [(torch.arange(n), fold) for fold in torch.arange(n).tensor_split(k)]
            """,
        ),
        Answer(
            "no-check",
            "gives empty folds for k > n",
            """
            def kfold_indices(n, k):
                folds = torch.arange(n).tensor_split(k)
                return [(torch.cat(folds[:i] + folds[i + 1:]), folds[i]) for i in range(k)]
            """,
            loses="errors",
        ),
        Answer(
            "swapped",
            "returns (validation, training)",
            """
            def kfold_indices(n, k):
                if k < 2 or k > n:
                    raise ValueError("k")
                folds = torch.arange(n).tensor_split(k)
                return [(folds[i], torch.cat(folds[:i] + folds[i + 1:])) for i in range(k)]
            """,
        ),
        Answer(
            "random-holdout",
            "K random splits instead of K folds: some examples validate twice, some never",
            """
            def kfold_indices(n, k):
                if k < 2 or k > n:
                    raise ValueError("k")
                folds = []
                for i in range(k):
                    order = torch.randperm(n)
                    folds.append((order[n // k:], order[:n // k]))
                return folds
            """,
        ),
        Answer(
            "lists",
            "gives lists in place of tensors",
            """
            def kfold_indices(n, k):
                if k < 2 or k > n:
                    raise ValueError("k")
                folds = [list(range(i, n, k)) for i in range(k)]
                return [([j for j in range(n) if j not in fold], fold) for fold in folds]
            """,
            loses="types",
        ),
    ),
    right=(
        Answer(
            "strided",
            "every k-th example validates; masks; torch warns of the needless copies",
            """
            def kfold_indices(n, k):
                if not (2 <= k and k <= n):
                    raise ValueError(f"k={k} does not suit n={n}")
                index = torch.arange(n)
                return [(torch.tensor(index[index % k != i]), torch.tensor(index[index % k == i]))
                        for i in range(k)]
            """,
        ),
        Answer(
            "loops",
            "Python loops, the first n % k folds one larger, shuffled",
            """
            def kfold_indices(n, k):
                if k < 2:
                    raise ValueError("need two folds")
                if k > n:
                    raise ValueError("too many folds")
                order = torch.randperm(n).tolist()
                folds = []
                start = 0
                for i in range(k):
                    size = n // k + (1 if i < n % k else 0)
                    validation = order[start:start + size]
                    train = [j for j in order if j not in validation]
                    folds.append((torch.tensor(train), torch.tensor(validation)))
                    start += size
                return folds
            """,
        ),
        Answer(
            "sklearn",
            "scikit-learn's KFold, which also refuses a bad k",
            """
            import numpy as np
            from sklearn.model_selection import KFold

            def kfold_indices(n, k):
                if k > n:
                    raise ValueError("more folds than examples")
                splits = KFold(n_splits=k).split(np.zeros(n))
                return [(torch.from_numpy(a).long(), torch.from_numpy(b).long()) for a, b in splits]
            """,
        ),
    ),
)

PENALTY = Question(
    "b3-penalty",
    "b3-penalty-idea-test",
    wrong=(
        Answer(
            "with-biases",
            "penalizes the biases, too",
            """
            def l2_penalty(parameters, lam):
                return lam / 2 * sum((p ** 2).sum() for p in parameters.values())
            """,
        ),
        Answer(
            "no-half",
            "leaves out the factor 1/2",
            """
            def l2_penalty(parameters, lam):
                return lam * sum((p ** 2).sum() for name, p in parameters.items()
                                 if name.split(".")[-1] != "bias")
            """,
        ),
        Answer(
            "l1",
            "adds up absolute values: that is L1",
            """
            def l2_penalty(parameters, lam):
                return lam / 2 * sum(p.abs().sum() for name, p in parameters.items()
                                     if name.split(".")[-1] != "bias")
            """,
        ),
        Answer(
            "norm-not-squared",
            "adds up norms without squaring them",
            """
            def l2_penalty(parameters, lam):
                return lam / 2 * sum(p.norm() for name, p in parameters.items()
                                     if name.split(".")[-1] != "bias")
            """,
        ),
        Answer(
            "mean",
            "averages over the entries instead of summing",
            """
            def l2_penalty(parameters, lam):
                return lam / 2 * sum((p ** 2).mean() for name, p in parameters.items()
                                     if name.split(".")[-1] != "bias")
            """,
        ),
        Answer(
            "float",
            "returns a Python float, through which no gradient flows",
            """
            def l2_penalty(parameters, lam):
                return lam / 2 * sum((p ** 2).sum().item() for name, p in parameters.items()
                                     if name.split(".")[-1] != "bias")
            """,
            loses="gradients",
        ),
        Answer(
            "by-dimension",
            "takes every vector for a bias",
            """
            def l2_penalty(parameters, lam):
                return lam / 2 * sum((p ** 2).sum() for p in parameters.values() if p.dim() > 1)
            """,
            loses="names, gradients",
        ),
        Answer(
            "bias-anywhere",
            "takes every name that contains 'bias' for a bias",
            """
            def l2_penalty(parameters, lam):
                return lam / 2 * sum((p ** 2).sum() for name, p in parameters.items()
                                     if "bias" not in name)
            """,
            loses="names",
        ),
        Answer(
            "ends-in-bias",
            "takes every name that ends in bias for one",
            """
            def l2_penalty(parameters, lam):
                weights = [p for name, p in parameters.items() if not name.endswith("bias")]
                return lam / 2 * sum((w**2).sum() for w in weights)
            """,
            loses="names",
        ),
        Answer(
            "new-tensor",
            "puts a number into a new tensor, which knows no gradient",
            """
            def l2_penalty(parameters, lam):
                weights = [p for name, p in parameters.items() if name.split(".")[-1] != "bias"]
                total = sum((w**2).sum().item() for w in weights)
                return torch.tensor(lam / 2 * total, dtype=weights[0].dtype)
            """,
            loses="gradients",
        ),
        Answer(
            "pops-the-biases",
            "takes the biases out of the dict that it is given",
            """
            def l2_penalty(parameters, lam):
                for name in list(parameters):
                    if name.split(".")[-1] == "bias":
                        parameters.pop(name)
                return lam / 2 * sum((w**2).sum() for w in parameters.values())
            """,
            loses="names",
        ),
    ),
    right=(
        Answer(
            "endswith-loop",
            "a loop with endswith",
            """
            def l2_penalty(parameters, lam):
                total = 0
                for name in parameters:
                    if name == "bias" or name.endswith(".bias"):
                        continue
                    w = parameters[name].flatten()
                    total = total + torch.dot(w, w)
                return 0.5 * lam * total
            """,
        ),
        Answer(
            "cat-norm",
            "one long vector and its norm, squared",
            """
            def l2_penalty(parameters, lam):
                weights = [p.reshape(-1) for name, p in parameters.items()
                           if name.rpartition(".")[2] != "bias"]
                return lam * torch.linalg.vector_norm(torch.cat(weights)) ** 2 / 2
            """,
        ),
        Answer(
            "stack",
            "stacks the sums and sums them once more",
            """
            def l2_penalty(parameters, lam):
                squares = [p.square().sum() for n, p in parameters.items()
                           if not ("." + n).endswith(".bias")]
                return torch.stack(squares).sum().mul(lam).div(2)
            """,
        ),
    ),
)

STEP = Question(
    "b3-step",
    "b3-step-idea-test",
    wrong=(
        Answer(
            "decays-bias",
            "decays the biases, too",
            """
            def decayed_sgd_step(parameters, gradients, lr, weight_decay):
                return {name: p - lr * (gradients[name] + weight_decay * p)
                        for name, p in parameters.items()}
            """,
        ),
        Answer(
            "no-lr-in-decay",
            "shrinks by 1 - weight_decay instead of 1 - lr * weight_decay",
            """
            def decayed_sgd_step(parameters, gradients, lr, weight_decay):
                new = {}
                for name, p in parameters.items():
                    if name.split(".")[-1] != "bias":
                        p = (1 - weight_decay) * p
                    new[name] = p - lr * gradients[name]
                return new
            """,
        ),
        Answer(
            "decay-after-step",
            "decays the weight after the step instead of the one before it",
            """
            def decayed_sgd_step(parameters, gradients, lr, weight_decay):
                new = {}
                for name, p in parameters.items():
                    new[name] = p - lr * gradients[name]
                    if name.split(".")[-1] != "bias":
                        new[name] = new[name] * (1 - lr * weight_decay)
                return new
            """,
        ),
        Answer(
            "grows",
            "has the sign of the decay wrong",
            """
            def decayed_sgd_step(parameters, gradients, lr, weight_decay):
                return {name: p - lr * gradients[name]
                        + (0 if name.split(".")[-1] == "bias" else lr * weight_decay * p)
                        for name, p in parameters.items()}
            """,
        ),
        Answer(
            "double",
            "forgets that the 1/2 of the penalty cancels the 2 of its gradient",
            """
            def decayed_sgd_step(parameters, gradients, lr, weight_decay):
                return {name: p - lr * (gradients[name]
                        + (0 if name.split(".")[-1] == "bias" else 2 * weight_decay * p))
                        for name, p in parameters.items()}
            """,
        ),
        Answer(
            "weights-only",
            "leaves the biases out of the result",
            """
            def decayed_sgd_step(parameters, gradients, lr, weight_decay):
                return {name: p - lr * (gradients[name] + weight_decay * p)
                        for name, p in parameters.items() if name.split(".")[-1] != "bias"}
            """,
        ),
        Answer(
            "biases-frozen",
            "does not move the biases at all",
            """
            def decayed_sgd_step(parameters, gradients, lr, weight_decay):
                return {name: p if name.split(".")[-1] == "bias"
                        else p - lr * (gradients[name] + weight_decay * p)
                        for name, p in parameters.items()}
            """,
        ),
        Answer(
            "zip-order",
            "pairs parameters and gradients by position instead of by name",
            """
            def decayed_sgd_step(parameters, gradients, lr, weight_decay):
                new = {}
                for (name, p), g in zip(parameters.items(), gradients.values()):
                    decay = 0 if name.split(".")[-1] == "bias" else weight_decay
                    new[name] = p - lr * (g + decay * p)
                return new
            """,
            loses="names",
        ),
        Answer(
            "same-dict",
            "steps in the tensors that it is given",
            """
            def decayed_sgd_step(parameters, gradients, lr, weight_decay):
                for name, p in parameters.items():
                    decay = 0.0 if name.split(".")[-1] == "bias" else weight_decay
                    p -= lr * (gradients[name] + decay * p)
                return parameters
            """,
            loses="arguments",
        ),
        Answer(
            "decays-the-gradients",
            "adds the decay to the gradients that it is given",
            """
            def decayed_sgd_step(parameters, gradients, lr, weight_decay):
                updated = {}
                for name, p in parameters.items():
                    if name.split(".")[-1] != "bias":
                        gradients[name] += weight_decay * p
                    updated[name] = p - lr * gradients[name]
                return updated
            """,
            loses="arguments",
        ),
        Answer(
            "ends-in-bias",
            "takes every name that ends in bias for one",
            """
            def decayed_sgd_step(parameters, gradients, lr, weight_decay):
                updated = {}
                for name, p in parameters.items():
                    decay = 0.0 if name.endswith("bias") else weight_decay
                    updated[name] = p - lr * (gradients[name] + decay * p)
                return updated
            """,
            loses="names",
        ),
    ),
    right=(
        Answer(
            "torch-sgd",
            "torch.optim.SGD with two parameter groups",
            """
            def decayed_sgd_step(parameters, gradients, lr, weight_decay):
                new = {}
                for name, p in parameters.items():
                    new[name] = torch.nn.Parameter(p.clone())
                    new[name].grad = gradients[name].clone()
                bias = [p for name, p in new.items() if name.split(".")[-1] == "bias"]
                weight = [p for name, p in new.items() if name.split(".")[-1] != "bias"]
                torch.optim.SGD([{"params": weight, "weight_decay": weight_decay},
                                 {"params": bias}], lr=lr).step()
                return {name: p.detach() for name, p in new.items()}
            """,
        ),
        Answer(
            "shrink-first",
            "multiplies by 1 - lr * weight_decay, then takes the step",
            """
            def decayed_sgd_step(parameters, gradients, lr, weight_decay):
                new = {}
                for name, p in parameters.items():
                    is_bias = name == "bias" or name.endswith(".bias")
                    factor = 1.0 if is_bias else 1 - lr * weight_decay
                    new[name] = torch.sub(factor * p, gradients[name], alpha=lr)
                return new
            """,
        ),
    ),
)

DROPOUT = Question(
    "b4-dropout",
    "b4-dropout-idea-test",
    wrong=(
        Answer(
            "no-scaling",
            "does not scale the survivors: the expectation shrinks",
            """
            def dropout(x, p, training=True, seed=None):
                if p < 0 or p > 1:
                    raise ValueError("p")
                if not training:
                    return x
                generator = None if seed is None else torch.Generator().manual_seed(seed)
                return x * (torch.rand(x.shape, generator=generator) >= p)
            """,
            loses="idea, edges, gradients",
        ),
        Answer(
            "multiplies",
            "multiplies the survivors by 1 - p",
            """
            def dropout(x, p, training=True, seed=None):
                if p < 0 or p > 1:
                    raise ValueError("p")
                if not training:
                    return x
                generator = None if seed is None else torch.Generator().manual_seed(seed)
                return x * (torch.rand(x.shape, generator=generator) >= p) * (1 - p)
            """,
            loses="idea, edges, gradients",
        ),
        Answer(
            "p-keeps",
            "takes p for the probability to keep",
            """
            def dropout(x, p, training=True, seed=None):
                if p < 0 or p > 1:
                    raise ValueError("p")
                if not training:
                    return x
                if p == 0:
                    return x
                if p == 1:
                    return torch.zeros_like(x)
                generator = None if seed is None else torch.Generator().manual_seed(seed)
                return torch.where(torch.rand(x.shape, generator=generator) < p, x / p, 0)
            """,
            loses="idea, edges, gradients",
        ),
        Answer(
            "nan-at-1",
            "divides zero by zero for p = 1",
            """
            def dropout(x, p, training=True, seed=None):
                if p < 0 or p > 1:
                    raise ValueError("p")
                if not training:
                    return x
                generator = None if seed is None else torch.Generator().manual_seed(seed)
                return x * (torch.rand(x.shape, generator=generator) >= p).to(x.dtype) / (1 - p)
            """,
            loses="edges",
        ),
        Answer(
            "always-on",
            "drops at test time, too",
            """
            def dropout(x, p, training=True, seed=None):
                if p < 0 or p > 1:
                    raise ValueError("p")
                if p == 1:
                    return torch.zeros_like(x)
                generator = None if seed is None else torch.Generator().manual_seed(seed)
                return torch.where(torch.rand(x.shape, generator=generator) >= p, x / (1 - p), 0)
            """,
            loses="idea, edges, gradients",
        ),
        Answer(
            "classic",
            "classic dropout: scales by 1 - p at test time instead of in training",
            """
            def dropout(x, p, training=True, seed=None):
                if p < 0 or p > 1:
                    raise ValueError("p")
                if not training:
                    return x * (1 - p)
                generator = None if seed is None else torch.Generator().manual_seed(seed)
                return torch.where(torch.rand(x.shape, generator=generator) >= p, x, 0)
            """,
            loses="idea, edges, gradients",
        ),
        Answer(
            "whole-columns",
            "draws one mask and uses it for every row",
            """
            def dropout(x, p, training=True, seed=None):
                if p < 0 or p > 1:
                    raise ValueError("p")
                if not training:
                    return x
                if p == 1:
                    return torch.zeros_like(x)
                generator = None if seed is None else torch.Generator().manual_seed(seed)
                mask = torch.rand(x.shape[-1:], generator=generator) >= p
                return torch.where(mask, x / (1 - p), 0)
            """,
            loses="idea",
        ),
        Answer(
            "float32-only",
            "a float32 mask turns float16 into float32",
            """
            def dropout(x, p, training=True, seed=None):
                if p < 0 or p > 1:
                    raise ValueError("p")
                if not training or p == 0:
                    return x
                if p == 1:
                    return torch.zeros_like(x)
                generator = None if seed is None else torch.Generator().manual_seed(seed)
                mask = (torch.rand(x.shape, generator=generator) >= p).float()
                return x * mask / (1 - p)
            """,
            loses="edges",
        ),
        Answer(
            "same-mask-always",
            "seeds a constant where no seed is given: the same units drop in each step",
            """
            def dropout(x, p, training=True, seed=None):
                if p < 0 or p > 1:
                    raise ValueError("p")
                if not training:
                    return x
                if p == 1:
                    return torch.zeros_like(x)
                generator = torch.Generator().manual_seed(seed or 0)
                return torch.where(torch.rand(x.shape, generator=generator) >= p, x / (1 - p), 0)
            """,
            loses="seeds",
        ),
        Answer(
            "falsy-seed",
            "'if seed' takes seed 0 for no seed",
            """
            def dropout(x, p, training=True, seed=None):
                if p < 0 or p > 1:
                    raise ValueError("p")
                if not training:
                    return x
                if p == 1:
                    return torch.zeros_like(x)
                generator = torch.Generator().manual_seed(seed) if seed else None
                return torch.where(torch.rand(x.shape, generator=generator) >= p, x / (1 - p), 0)
            """,
            loses="seeds",
        ),
        Answer(
            "no-check",
            "accepts any p",
            """
            def dropout(x, p, training=True, seed=None):
                if not training:
                    return x
                if p >= 1:
                    return torch.zeros_like(x)
                generator = None if seed is None else torch.Generator().manual_seed(seed)
                return torch.where(torch.rand(x.shape, generator=generator) >= p, x / (1 - p), 0)
            """,
            loses="edges",
        ),
        Answer(
            "exact-count",
            "drops whole entries of the flattened tensor, the first share p of them",
            """
            def dropout(x, p, training=True, seed=None):
                if p < 0 or p > 1:
                    raise ValueError("p")
                if not training:
                    return x
                if p == 1:
                    return torch.zeros_like(x)
                flat = x.flatten() / (1 - p)
                flat[: round(p * flat.numel())] = 0
                return flat.reshape(x.shape)
            """,
            loses="idea, seeds",
        ),
        Answer(
            "detached",
            "takes the input for a constant",
            """
            def dropout(x, p, training=True, seed=None):
                if not 0 <= p <= 1:
                    raise ValueError("p")
                if not training:
                    return x
                if p == 1:
                    return torch.zeros_like(x)
                generator = torch.Generator()
                if seed is None:
                    generator.seed()
                else:
                    generator.manual_seed(seed)
                keep = torch.rand(x.shape, generator=generator) >= p
                return torch.where(keep, x.detach() / (1 - p), 0)
            """,
            loses="gradients",
        ),
        Answer(
            "in-place",
            "drops in the tensor that it is given",
            """
            def dropout(x, p, training=True, seed=None):
                if not 0 <= p <= 1:
                    raise ValueError("p")
                if not training:
                    return x
                if p == 1:
                    return torch.zeros_like(x)
                generator = torch.Generator()
                if seed is None:
                    generator.seed()
                else:
                    generator.manual_seed(seed)
                drop = torch.rand(x.shape, generator=generator) < p
                if x.requires_grad:
                    return x.masked_fill(drop, 0) / (1 - p)
                return x.masked_fill_(drop, 0) / (1 - p)
            """,
            loses="gradients",
        ),
        Answer(
            "global-seed",
            "seeds the generator of all, so that later draws follow from it",
            """
            def dropout(x, p, training=True, seed=None):
                if p > 1 or p < 0:
                    raise ValueError("p")
                if not training:
                    return x.clone()
                if seed is not None:
                    torch.manual_seed(seed)
                drop = torch.rand_like(x, dtype=torch.float32) < p
                out = x.clone()
                out[drop] = 0
                return out / (1 - p) if p < 1 else out
            """,
            loses="seeds",
        ),
    ),
    right=(
        Answer(
            "bernoulli",
            "a Bernoulli mask in the dtype of x",
            """
            def dropout(x, p, training=True, seed=None):
                if p < 0 or p > 1:
                    raise ValueError(f"p must be a probability, not {p}")
                if training and p == 1:
                    return torch.zeros_like(x)
                if training and p > 0:
                    generator = torch.Generator(device=x.device)
                    if seed is None:
                        generator.seed()
                    else:
                        generator.manual_seed(seed)
                    mask = torch.full(x.shape, 1.0 - p, device=x.device)
                    return x * torch.bernoulli(mask, generator=generator).to(x.dtype) / (1 - p)
                return x
            """,
        ),
        Answer(
            "library",
            "the library's dropout under a seed that leaves the global state alone",
            """
            import torch.nn.functional as F

            def dropout(x, p, training=True, seed=None):
                if not (p >= 0 and p <= 1):
                    raise ValueError("p")
                if seed is None:
                    return F.dropout(x, float(p), training)
                with torch.random.fork_rng():
                    torch.manual_seed(seed)
                    return F.dropout(x, float(p), training)
            """,
        ),
        Answer(
            "loop",
            "one draw after another",
            """
            import random

            def dropout(x, p, training=True, seed=None):
                if p < 0 or p > 1:
                    raise ValueError("p out of range")
                if not training:
                    return x
                draw = random.Random(seed).random
                keep = [float(draw() >= p) for _ in range(x.numel())]
                return x * torch.tensor(keep, dtype=x.dtype).view(x.shape) / max(1 - p, 1e-9)
            """,
        ),
    ),
)

EARLY_STOPPING = Question(
    "b5-early-stopping",
    "b5-early-stopping-idea-test",
    wrong=(
        Answer(
            "sees-the-future",
            "goes back to the minimum of all losses, also of those never trained",
            """
            def early_stopping(losses, patience, min_delta=0.0):
                if not losses or patience < 1:
                    raise ValueError("bad input")
                best, bad = losses[0], 0
                best_epoch = losses.index(min(losses))
                for epoch, loss in enumerate(losses[1:], start=1):
                    if loss < best - min_delta:
                        best, bad = loss, 0
                    else:
                        bad += 1
                    if bad == patience:
                        return epoch, best_epoch
                return len(losses) - 1, best_epoch
            """,
        ),
        Answer(
            "never-resets",
            "counts all bad epochs instead of those in a row",
            """
            def early_stopping(losses, patience, min_delta=0.0):
                if not losses or patience < 1:
                    raise ValueError("bad input")
                best, best_epoch, bad = losses[0], 0, 0
                for epoch in range(1, len(losses)):
                    if losses[epoch] < best - min_delta:
                        best, best_epoch = losses[epoch], epoch
                    else:
                        bad += 1
                        if bad == patience:
                            return epoch, best_epoch
                return len(losses) - 1, best_epoch
            """,
            loses="idea, delta",
        ),
        Answer(
            "one-too-patient",
            "stops after patience + 1 bad epochs",
            """
            def early_stopping(losses, patience, min_delta=0.0):
                if not losses or patience < 1:
                    raise ValueError("bad input")
                best, best_epoch, bad = losses[0], 0, 0
                for epoch in range(1, len(losses)):
                    if losses[epoch] < best - min_delta:
                        best, best_epoch, bad = losses[epoch], epoch, 0
                    else:
                        bad += 1
                        if bad > patience:
                            return epoch, best_epoch
                return len(losses) - 1, best_epoch
            """,
        ),
        Answer(
            "previous-epoch",
            "compares with the epoch before instead of the best one",
            """
            def early_stopping(losses, patience, min_delta=0.0):
                if not losses or patience < 1:
                    raise ValueError("bad input")
                best_epoch, bad = 0, 0
                for epoch in range(1, len(losses)):
                    if losses[epoch] < losses[epoch - 1] - min_delta:
                        best_epoch, bad = epoch, 0
                    else:
                        bad += 1
                        if bad == patience:
                            return epoch, best_epoch
                return len(losses) - 1, best_epoch
            """,
            loses="idea, delta",
        ),
        Answer(
            "no-min-delta",
            "ignores min_delta",
            """
            def early_stopping(losses, patience, min_delta=0.0):
                if not losses or patience < 1:
                    raise ValueError("bad input")
                best, best_epoch, bad = losses[0], 0, 0
                for epoch in range(1, len(losses)):
                    if losses[epoch] < best:
                        best, best_epoch, bad = losses[epoch], epoch, 0
                    else:
                        bad += 1
                        if bad == patience:
                            return epoch, best_epoch
                return len(losses) - 1, best_epoch
            """,
            loses="delta, edges",
        ),
        Answer(
            "moving-best",
            "lowers the best loss by steps too small to count, so that slow progress never counts",
            """
            def early_stopping(losses, patience, min_delta=0.0):
                if not losses or patience < 1:
                    raise ValueError("bad input")
                best, best_epoch, bad = losses[0], 0, 0
                for epoch in range(1, len(losses)):
                    if losses[epoch] < best - min_delta:
                        best_epoch, bad = epoch, 0
                    else:
                        bad += 1
                    best = min(best, losses[epoch])
                    if bad == patience:
                        return epoch, best_epoch
                return len(losses) - 1, best_epoch
            """,
            loses="delta",
        ),
        Answer(
            "equal-counts",
            "takes an equal loss for an improvement",
            """
            def early_stopping(losses, patience, min_delta=0.0):
                if not losses or patience < 1:
                    raise ValueError("bad input")
                best, best_epoch, bad = losses[0], 0, 0
                for epoch in range(1, len(losses)):
                    if losses[epoch] <= best - min_delta:
                        best, best_epoch, bad = losses[epoch], epoch, 0
                    else:
                        bad += 1
                        if bad == patience:
                            return epoch, best_epoch
                return len(losses) - 1, best_epoch
            """,
            loses="edges",
        ),
        Answer(
            "returns-loss",
            "returns the best loss instead of the best epoch",
            """
            def early_stopping(losses, patience, min_delta=0.0):
                if not losses or patience < 1:
                    raise ValueError("bad input")
                best, bad = losses[0], 0
                for epoch in range(1, len(losses)):
                    if losses[epoch] < best - min_delta:
                        best, bad = losses[epoch], 0
                    else:
                        bad += 1
                        if bad == patience:
                            return epoch, best
                return len(losses) - 1, best
            """,
        ),
        Answer(
            "no-check",
            "does not refuse an empty list or patience 0",
            """
            def early_stopping(losses, patience, min_delta=0.0):
                best, best_epoch, bad = math.inf, 0, 0
                for epoch, loss in enumerate(losses):
                    if loss < best - min_delta:
                        best, best_epoch, bad = loss, epoch, 0
                    else:
                        bad += 1
                        if bad == patience:
                            return epoch, best_epoch
                return len(losses) - 1, best_epoch
            """,
            loses="errors",
        ),
        Answer(
            "large-default",
            "asks for an improvement of 1 where no min_delta is given",
            """
            def early_stopping(losses, patience, min_delta=1.0):
                if not losses or patience < 1:
                    raise ValueError("losses or patience")
                best = 0
                for epoch, loss in enumerate(losses):
                    if loss < losses[best] - min_delta:
                        best = epoch
                    if epoch - best == patience:
                        return epoch, best
                return len(losses) - 1, best
            """,
            loses="edges",
        ),
        Answer(
            "eats-the-losses",
            "takes the losses out of the list that it is given",
            """
            def early_stopping(losses, patience, min_delta=0.0):
                if not losses or patience < 1:
                    raise ValueError("losses or patience")
                epoch = best = 0
                lowest = losses.pop(0)
                while losses and epoch - best < patience:
                    loss, epoch = losses.pop(0), epoch + 1
                    if loss < lowest - min_delta:
                        lowest, best = loss, epoch
                return epoch, best
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "counter",
            "the usual counter of bad epochs; infinity to begin with",
            """
            def early_stopping(losses, patience, min_delta=0.0):
                if patience <= 0:
                    raise ValueError("patience must be positive")
                best, best_epoch, bad, epoch = math.inf, None, 0, None
                for epoch, loss in enumerate(losses):
                    if loss < best - min_delta:
                        best, best_epoch, bad = loss, epoch, 0
                    else:
                        bad += 1
                    if bad >= patience:
                        break
                if epoch is None:
                    raise ValueError("no losses")
                return [epoch, best_epoch]
            """,
        ),
        Answer(
            "class",
            "a small class, with tensors",
            """
            class Stopper:
                def __init__(self, patience, min_delta):
                    self.patience, self.min_delta = patience, min_delta
                    self.best, self.best_epoch = None, -1

                def step(self, epoch, loss):
                    if self.best is None or self.best - loss > self.min_delta:
                        self.best, self.best_epoch = loss, epoch
                    return epoch - self.best_epoch >= self.patience


            def early_stopping(losses, patience, min_delta=0.0):
                if len(losses) < 1 or patience < 1:
                    raise ValueError("nothing to do")
                stopper = Stopper(patience, min_delta)
                for epoch, loss in enumerate(torch.tensor(losses, dtype=torch.float64)):
                    if stopper.step(epoch, loss):
                        break
                return torch.tensor(epoch), torch.tensor(stopper.best_epoch)
            """,
        ),
        Answer(
            "recursive",
            "jumps from improvement to improvement by looking at the next patience epochs",
            """
            def early_stopping(losses, patience, min_delta=0.0):
                if patience < 1 or len(losses) == 0:
                    raise ValueError("bad input")

                def follow(best):
                    window = range(best + 1, min(best + 1 + patience, len(losses)))
                    for epoch in window:
                        if losses[epoch] < losses[best] - min_delta:
                            return follow(epoch)
                    return min(best + patience, len(losses) - 1), best

                return follow(0)
            """,
        ),
    ),
)

CHOOSE_DEGREE = Question(
    "b6-choose-degree",
    "b6-choose-degree-idea-test",
    wrong=(
        Answer(
            "training-error",
            "chooses by training error, which always prefers the highest degree",
            """
            def choose_degree(x_train, y_train, x_validation, y_validation, degrees):
                errors = []
                for d in degrees:
                    a = torch.vander(x_train, d + 1)
                    c = torch.linalg.lstsq(a, y_train[:, None]).solution
                    errors.append(((a @ c)[:, 0] - y_train).square().mean().item())
                return min(zip(errors, degrees))[1], errors
            """,
        ),
        Answer(
            "fits-validation",
            "fits on the validation points, too: leakage",
            """
            def choose_degree(x_train, y_train, x_validation, y_validation, degrees):
                x, y = torch.cat([x_train, x_validation]), torch.cat([y_train, y_validation])
                errors = []
                for d in degrees:
                    c = torch.linalg.lstsq(torch.vander(x, d + 1), y[:, None]).solution
                    predicted = (torch.vander(x_validation, d + 1) @ c)[:, 0]
                    errors.append((predicted - y_validation).square().mean().item())
                return min(zip(errors, degrees))[1], errors
            """,
        ),
        Answer(
            "off-by-one",
            "takes d columns for degree d, so that the highest power is missing",
            """
            def choose_degree(x_train, y_train, x_validation, y_validation, degrees):
                errors = []
                for d in degrees:
                    d = max(d, 1)
                    c = torch.linalg.lstsq(torch.vander(x_train, d), y_train[:, None]).solution
                    predicted = (torch.vander(x_validation, d) @ c)[:, 0]
                    errors.append((predicted - y_validation).square().mean().item())
                return min(zip(errors, degrees))[1], errors
            """,
        ),
        Answer(
            "position",
            "returns the position in the list instead of the degree",
            """
            def choose_degree(x_train, y_train, x_validation, y_validation, degrees):
                errors = []
                for d in degrees:
                    c = torch.linalg.lstsq(torch.vander(x_train, d + 1), y_train[:, None]).solution
                    predicted = (torch.vander(x_validation, d + 1) @ c)[:, 0]
                    errors.append((predicted - y_validation).square().mean().item())
                return errors.index(min(errors)), errors
            """,
            loses="choice",
        ),
        Answer(
            "first-of-equals",
            "of equal errors takes the first in the list, not the lowest degree",
            """
            def choose_degree(x_train, y_train, x_validation, y_validation, degrees):
                errors = []
                for d in degrees:
                    c = torch.linalg.lstsq(torch.vander(x_train, d + 1), y_train[:, None]).solution
                    predicted = (torch.vander(x_validation, d + 1) @ c)[:, 0]
                    errors.append((predicted - y_validation).square().mean().item())
                return degrees[errors.index(min(errors))], errors
            """,
            loses="choice",
        ),
        Answer(
            "broadcast",
            "subtracts (n,) from (n, 1): a matrix of all pairs",
            """
            def choose_degree(x_train, y_train, x_validation, y_validation, degrees):
                errors = []
                for d in degrees:
                    c = torch.linalg.lstsq(torch.vander(x_train, d + 1), y_train[:, None]).solution
                    predicted = torch.vander(x_validation, d + 1) @ c
                    errors.append((predicted - y_validation).square().mean().item())
                return min(zip(errors, degrees))[1], errors
            """,
        ),
        Answer(
            "root",
            "returns the root of the mean squared error",
            """
            def choose_degree(x_train, y_train, x_validation, y_validation, degrees):
                errors = []
                for d in degrees:
                    c = torch.linalg.lstsq(torch.vander(x_train, d + 1), y_train[:, None]).solution
                    predicted = (torch.vander(x_validation, d + 1) @ c)[:, 0]
                    errors.append((predicted - y_validation).square().mean().sqrt().item())
                return min(zip(errors, degrees))[1], errors
            """,
            loses="idea, arguments",
        ),
        Answer(
            "sorts-the-degrees",
            "sorts the list of degrees that it is given",
            """
            def choose_degree(x_train, y_train, x_validation, y_validation, degrees):
                order = list(degrees)
                degrees.sort()
                found = {}
                for degree in degrees:
                    A, B = torch.vander(x_train, degree + 1), torch.vander(x_validation, degree + 1)
                    c = torch.linalg.lstsq(A, y_train[:, None]).solution[:, 0]
                    found[degree] = ((B @ c - y_validation) ** 2).mean().item()
                return min(degrees, key=found.get), [found[degree] for degree in order]
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "polyfit",
            "NumPy's polyfit and polyval",
            """
            import numpy as np

            def choose_degree(x_train, y_train, x_validation, y_validation, degrees):
                errors = []
                for d in degrees:
                    c = np.polyfit(x_train.numpy(), y_train.numpy(), d)
                    residual = np.polyval(c, x_validation.numpy()) - y_validation.numpy()
                    errors.append(np.mean(residual ** 2))
                best = min(degrees, key=lambda d: (errors[degrees.index(d)], d))
                return best, errors
            """,
        ),
        Answer(
            "pinv-tensor",
            "increasing powers, the pseudoinverse, errors as one tensor",
            """
            def choose_degree(x_train, y_train, x_validation, y_validation, degrees):
                def features(x, d):
                    return x[:, None] ** torch.arange(d + 1)

                fits = [torch.linalg.pinv(features(x_train, d)) @ y_train for d in degrees]
                errors = torch.stack([
                    torch.nn.functional.mse_loss(features(x_validation, d) @ c, y_validation)
                    for c, d in zip(fits, degrees)
                ])
                tied = [d for d, e in zip(degrees, errors) if e == errors.min()]
                return min(tied), errors
            """,
        ),
        Answer(
            "loops",
            "normal equations, and loops for the polynomial and the best degree",
            """
            def choose_degree(x_train, y_train, x_validation, y_validation, degrees):
                errors, best, best_error = [], None, math.inf
                for d in sorted(degrees):
                    a = torch.stack([x_train ** i for i in range(d + 1)], dim=1)
                    c = torch.linalg.solve(a.T @ a, a.T @ y_train).tolist()
                    total = 0.0
                    for x, y in zip(x_validation.tolist(), y_validation.tolist()):
                        total += (sum(c[i] * x ** i for i in range(d + 1)) - y) ** 2
                    error = total / len(x_validation)
                    errors.append((d, error))
                    if error < best_error:
                        best, best_error = d, error
                lookup = dict(errors)
                return best, [lookup[d] for d in degrees]
            """,
        ),
    ),
)

DIAGNOSE = Question(
    "b7-diagnose",
    "b7-diagnose-idea-test",
    wrong=(
        Answer(
            "unrepaired",
            "copies what was written in a hurry",
            """
            def diagnose(train_losses, validation_losses, target, gap):
                if len(train_losses) == 0:
                    raise ValueError("no losses")
                train = sum(train_losses[-3:]) / 3
                validation = min(validation_losses[-3:])
                if abs(validation - train) >= gap:
                    return "overfitting"
                if train > target:
                    return "underfitting"
                return "good"
            """,
        ),
        Answer(
            "lowest-of-three",
            "keeps the minimum of the validation losses",
            """
            def diagnose(train_losses, validation_losses, target, gap):
                if len(train_losses) != len(validation_losses) or not train_losses:
                    raise ValueError("curves")
                train = sum(train_losses[-3:]) / len(train_losses[-3:])
                validation = min(validation_losses[-3:])
                if train > target:
                    return "underfitting"
                return "overfitting" if validation - train > gap else "good"
            """,
            loses="level, edges",
        ),
        Answer(
            "gap-first",
            "asks for the gap first, and so calls an underfitting model overfitting",
            """
            def diagnose(train_losses, validation_losses, target, gap):
                if len(train_losses) != len(validation_losses) or not train_losses:
                    raise ValueError("curves")
                train = sum(train_losses[-3:]) / len(train_losses[-3:])
                validation = sum(validation_losses[-3:]) / len(validation_losses[-3:])
                if validation - train > gap:
                    return "overfitting"
                return "underfitting" if train > target else "good"
            """,
            loses="idea",
        ),
        Answer(
            "last-epoch",
            "reads only the last epoch, which jumps about",
            """
            def diagnose(train_losses, validation_losses, target, gap):
                if len(train_losses) != len(validation_losses) or not train_losses:
                    raise ValueError("curves")
                if train_losses[-1] > target:
                    return "underfitting"
                return "overfitting" if validation_losses[-1] - train_losses[-1] > gap else "good"
            """,
            loses="level, edges",
        ),
        Answer(
            "validation-target",
            "calls a high validation loss underfitting",
            """
            def diagnose(train_losses, validation_losses, target, gap):
                if len(train_losses) != len(validation_losses) or not train_losses:
                    raise ValueError("curves")
                train = sum(train_losses[-3:]) / len(train_losses[-3:])
                validation = sum(validation_losses[-3:]) / len(validation_losses[-3:])
                if validation > target:
                    return "underfitting"
                return "overfitting" if validation - train > gap else "good"
            """,
        ),
        Answer(
            "best-epoch",
            "reads the lowest point of each curve instead of its end",
            """
            def diagnose(train_losses, validation_losses, target, gap):
                if len(train_losses) != len(validation_losses) or not train_losses:
                    raise ValueError("curves")
                train, validation = min(train_losses), min(validation_losses)
                if train > target:
                    return "underfitting"
                return "overfitting" if validation - train > gap else "good"
            """,
            loses="level, edges",
        ),
        Answer(
            "inclusive",
            "takes exactly target and exactly gap for too much",
            """
            def diagnose(train_losses, validation_losses, target, gap):
                if len(train_losses) != len(validation_losses) or not train_losses:
                    raise ValueError("curves")
                train = sum(train_losses[-3:]) / len(train_losses[-3:])
                validation = sum(validation_losses[-3:]) / len(validation_losses[-3:])
                if train >= target:
                    return "underfitting"
                return "overfitting" if validation - train >= gap else "good"
            """,
            loses="edges",
        ),
        Answer(
            "divides-by-three",
            "divides by 3 where there are fewer epochs",
            """
            def diagnose(train_losses, validation_losses, target, gap):
                if len(train_losses) != len(validation_losses) or not train_losses:
                    raise ValueError("curves")
                train = sum(train_losses[-3:]) / 3
                validation = sum(validation_losses[-3:]) / 3
                if train > target:
                    return "underfitting"
                return "overfitting" if validation - train > gap else "good"
            """,
            loses="edges",
        ),
        Answer(
            "absolute-gap",
            "takes a validation loss below the training loss for overfitting",
            """
            def diagnose(train_losses, validation_losses, target, gap):
                if len(train_losses) != len(validation_losses) or not train_losses:
                    raise ValueError("curves")
                train = sum(train_losses[-3:]) / len(train_losses[-3:])
                validation = sum(validation_losses[-3:]) / len(validation_losses[-3:])
                if train > target:
                    return "underfitting"
                return "overfitting" if abs(validation - train) > gap else "good"
            """,
            loses="idea",
        ),
        Answer(
            "no-length-check",
            "accepts curves of different length",
            """
            def diagnose(train_losses, validation_losses, target, gap):
                if not train_losses:
                    raise ValueError("curves")
                train = sum(train_losses[-3:]) / len(train_losses[-3:])
                validation = sum(validation_losses[-3:]) / len(validation_losses[-3:])
                if train > target:
                    return "underfitting"
                return "overfitting" if validation - train > gap else "good"
            """,
            loses="errors",
        ),
        Answer(
            "cuts-the-curves",
            "cuts the lists that it is given to their last three values",
            """
            def diagnose(train_losses, validation_losses, target, gap):
                if not train_losses or len(train_losses) != len(validation_losses):
                    raise ValueError("curves")
                for curve in (train_losses, validation_losses):
                    del curve[:-3]
                train = sum(train_losses) / len(train_losses)
                validation = sum(validation_losses) / len(validation_losses)
                if train > target:
                    return "underfitting"
                return "overfitting" if validation - train > gap else "good"
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "statistics",
            "the standard library's mean",
            """
            from statistics import mean

            def diagnose(train_losses, validation_losses, target, gap):
                if len(train_losses) == 0:
                    raise ValueError("no epochs")
                if len(train_losses) != len(validation_losses):
                    raise ValueError("different numbers of epochs")
                train, validation = (mean(c[-3:]) for c in (train_losses, validation_losses))
                if train > target:
                    verdict = "underfitting"
                elif validation > train + gap:
                    verdict = "overfitting"
                else:
                    verdict = "good"
                return verdict
            """,
        ),
        Answer(
            "tensors",
            "tensors and a table of verdicts",
            """
            def diagnose(train_losses, validation_losses, target, gap):
                train = torch.tensor(train_losses, dtype=torch.float64)
                validation = torch.tensor(validation_losses, dtype=torch.float64)
                if train.shape != validation.shape or train.numel() == 0:
                    raise ValueError(f"shapes {train.shape} and {validation.shape}")
                level, difference = train[-3:].mean(), (validation - train)[-3:].mean()
                row = 0 if level > target else 1 if difference > gap else 2
                return ["underfitting", "overfitting", "good"][row]
            """,
        ),
    ),
)

QUESTIONS = [
    *CONCEPTS,
    SPLIT,
    STANDARDIZE,
    KFOLD,
    PENALTY,
    STEP,
    DROPOUT,
    EARLY_STOPPING,
    CHOOSE_DEGREE,
    DIAGNOSE,
]
