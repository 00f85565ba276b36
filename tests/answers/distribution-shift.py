"""Answers to the exercise ``distribution-shift``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "b",
        {
            "a": "takes changed inputs for a changed meaning",
            "c": "takes changed inputs for changed label frequencies",
            "d": "believes that regularization protects from a changed world",
        },
    ),
    choice(
        2,
        "a",
        {
            "b": "believes that only one shift can occur at a time",
            "c": "does not know what label shift is",
            "d": "does not know how slow concept shift is met",
        },
    ),
    number(
        3,
        right={
            "0.75": "by head",
            "3 * (0.2 / 0.8)": "by the formula",
            "900 * 0.2 / (300 * 0.8)": "as one fraction",
        },
        wrong={
            "0.25": "leaves out the numbers of examples",
            "0.2": "takes the probability for the ratio",
            "1 / 12": "divides by the ratio of the numbers",
            "0.6": "multiplies the probability by the ratio of the numbers",
        },
    ),
    number(
        4,
        right={
            "3.6": "by head",
            "6**2 / (4 + 4 + 1 + 1)": "by the formula",
            "18 / 5": "a fraction",
        },
        wrong={
            "2": "counts the largest weights",
            "4": "counts the examples",
            "6": "adds the weights",
            "0.6": "forgets to square the sum",
        },
    ),
    number(
        5,
        right={
            "(0.31 - 0.1) / (0.8 - 0.1)": "by the formula",
            "3 / 10": "as a fraction",
            "0.3": "by head",
        },
        wrong={
            "0.31": "takes the alarms for the ill",
            "0.31 / 0.8": "forgets the false alarms",
            "0.21": "takes the false alarms from all people",
            "0.31 * 0.8": "applies the test twice",
        },
    ),
    choice(
        6,
        "b",
        {
            "a": "believes that a missing example is noticed",
            "c": "believes that weights pull a model to the mean",
            "d": "believes that weights stand in for missing examples",
        },
    ),
    choice(
        7,
        "c",
        {
            "a": "weighs inputs although their meaning changed",
            "b": "takes a changed meaning for changed frequencies",
            "d": "believes that a change must show in the inputs",
        },
    ),
    choice(
        8,
        "d",
        {
            "a": "takes a coin's luck for a finding",
            "b": "infers something about labels from inputs",
            "c": "takes no alarm for a proof",
        },
    ),
]

WEIGHTS = Question(
    "b1-weights",
    "b1-weights-ratio-test",
    wrong=(
        Answer(
            "no-counts",
            "forgets that the classifier saw unequal numbers",
            """
            def importance_weights(probability, n_train, n_new):
                if not ((probability >= 0) & (probability < 1)).all():
                    raise ValueError("probability")
                return probability / (1 - probability)
            """,
            loses="numbers",
        ),
        Answer(
            "counts-swapped",
            "multiplies by the ratio of the numbers instead of dividing it out",
            """
            def importance_weights(probability, n_train, n_new):
                if not ((probability >= 0) & (probability < 1)).all():
                    raise ValueError("probability")
                return n_new / n_train * probability / (1 - probability)
            """,
            loses="numbers",
        ),
        Answer(
            "upside-down",
            "gives p/q: weight to what is rare in the new world",
            """
            def importance_weights(probability, n_train, n_new):
                if not ((probability >= 0) & (probability < 1)).all():
                    raise ValueError("probability")
                return n_new / n_train * (1 - probability) / probability
            """,
            loses="ratio, numbers",
        ),
        Answer(
            "probability",
            "takes the probability itself for the weight",
            """
            def importance_weights(probability, n_train, n_new):
                if not ((probability >= 0) & (probability < 1)).all():
                    raise ValueError("probability")
                return n_train / n_new * probability
            """,
            loses="ratio, numbers",
        ),
        Answer(
            "infinite",
            "returns an infinite weight for a probability of 1",
            """
            def importance_weights(probability, n_train, n_new):
                return n_train / n_new * probability / (1 - probability)
            """,
            loses="arguments",
        ),
        Answer(
            "in-place",
            "divides in the tensor that it is given",
            """
            def importance_weights(probability, n_train, n_new):
                if not ((probability >= 0) & (probability < 1)).all():
                    raise ValueError("probability")
                rest = 1 - probability
                return probability.mul_(n_train / n_new).div_(rest)
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "logit",
            "through the logit",
            """
            def importance_weights(probability, n_train, n_new):
                if not bool((probability >= 0).all() and (probability < 1).all()):
                    raise ValueError("a probability must lie in [0, 1)")
                return torch.exp(torch.logit(probability)) * (n_train / n_new)
            """,
        ),
        Answer(
            "loop",
            "number by number",
            """
            def importance_weights(probability, n_train, n_new):
                out = torch.empty_like(probability)
                for i, p in enumerate(probability.flatten().tolist()):
                    if not 0 <= p < 1:
                        raise ValueError(p)
                    out.view(-1)[i] = (p / n_new) / ((1 - p) / n_train)
                return out
            """,
        ),
    ),
)

LOSS = Question(
    "b2-loss",
    "b2-loss-idea-test",
    wrong=(
        Answer(
            "mean",
            "divides by the number of examples, not by the sum of the weights",
            """
            def weighted_mse(predicted, target, weights):
                if not predicted.shape == target.shape == weights.shape or weights.sum() <= 0:
                    raise ValueError("shapes or weights")
                return (weights * (predicted - target) ** 2).mean()
            """,
            loses="idea, gradients",
        ),
        Answer(
            "weights-inside",
            "squares the weights too",
            """
            def weighted_mse(predicted, target, weights):
                if not predicted.shape == target.shape == weights.shape or weights.sum() <= 0:
                    raise ValueError("shapes or weights")
                return ((weights * (predicted - target)) ** 2).sum() / weights.sum()
            """,
            loses="idea, gradients",
        ),
        Answer(
            "number",
            "returns a detached number, through which no gradient flows",
            """
            def weighted_mse(predicted, target, weights):
                if not predicted.shape == target.shape == weights.shape or weights.sum() <= 0:
                    raise ValueError("shapes or weights")
                total = (weights * (predicted - target) ** 2).sum() / weights.sum()
                return torch.tensor(total.item(), dtype=predicted.dtype)
            """,
            loses="gradients",
        ),
        Answer(
            "broadcast",
            "lets shapes broadcast",
            """
            def weighted_mse(predicted, target, weights):
                if weights.sum() <= 0:
                    raise ValueError("weights")
                return (weights * (predicted - target) ** 2).sum() / weights.sum()
            """,
            loses="arguments",
        ),
        Answer(
            "nan",
            "divides zero by zero",
            """
            def weighted_mse(predicted, target, weights):
                if not predicted.shape == target.shape == weights.shape:
                    raise ValueError("shapes")
                return (weights * (predicted - target) ** 2).sum() / weights.sum()
            """,
            loses="arguments",
        ),
        Answer(
            "weights-in-place",
            "divides the weights that it is given by their sum",
            """
            def weighted_mse(predicted, target, weights):
                if not predicted.shape == target.shape == weights.shape:
                    raise ValueError("shapes")
                if weights.sum() == 0:
                    raise ValueError("weights")
                weights /= weights.sum()
                return (weights * (predicted - target) ** 2).sum()
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "dot",
            "as a scalar product with normalized weights",
            """
            def weighted_mse(predicted, target, weights):
                if len({tuple(t.shape) for t in (predicted, target, weights)}) > 1:
                    raise ValueError("shapes")
                if not weights.sum() > 0:
                    raise ValueError("weights")
                shares = weights / weights.sum()
                return shares @ (predicted - target).square()
            """,
        ),
        Answer(
            "loop",
            "a loop over the examples",
            """
            def weighted_mse(predicted, target, weights):
                if predicted.shape != target.shape or target.shape != weights.shape:
                    raise ValueError("shapes")
                if float(weights.sum()) == 0:
                    raise ValueError("weights")
                total = 0
                for p, t, w in zip(predicted, target, weights):
                    total = total + w * (p - t) ** 2
                return total / sum(weights)
            """,
        ),
        Answer(
            "library",
            "mse_loss without reduction",
            """
            import torch.nn.functional as F

            def weighted_mse(predicted, target, weights):
                if not (predicted.shape == target.shape and weights.shape == target.shape):
                    raise ValueError("shapes")
                if weights.sum() == 0:
                    raise ValueError("weights")
                losses = F.mse_loss(predicted, target, reduction="none")
                return torch.sum(losses * weights) / torch.sum(weights)
            """,
        ),
    ),
)

EFFECTIVE = Question(
    "b3-effective",
    "b3-effective-idea-test",
    wrong=(
        Answer(
            "as-they-are",
            "squares weights as they are, so that large ones overflow",
            """
            def effective_size(weights):
                if not (weights.isfinite() & (weights >= 0)).all() or not (weights > 0).any():
                    raise ValueError("weights")
                return (weights.sum() ** 2 / (weights ** 2).sum()).item()
            """,
            loses="scale",
        ),
        Answer(
            "counted",
            "counts the weights above 0",
            """
            def effective_size(weights):
                if not (weights.isfinite() & (weights >= 0)).all() or not (weights > 0).any():
                    raise ValueError("weights")
                return float((weights > 0).sum())
            """,
            loses="idea, scale",
        ),
        Answer(
            "sum-not-squared",
            "forgets to square the sum",
            """
            def effective_size(weights):
                if not (weights.isfinite() & (weights >= 0)).all() or not (weights > 0).any():
                    raise ValueError("weights")
                w = weights / weights.max()
                return (w.sum() / w.square().sum()).item()
            """,
            loses="idea, scale",
        ),
        Answer(
            "sample-variance",
            "takes the variance with n - 1",
            """
            def effective_size(weights):
                if not (weights.isfinite() & (weights >= 0)).all() or not (weights > 0).any():
                    raise ValueError("weights")
                w = weights / weights.max()
                if len(w) == 1:
                    return 1.0
                return (len(w) / (1 + w.var() / w.mean() ** 2)).item()
            """,
            loses="idea, scale",
        ),
        Answer(
            "in-place",
            "scales the weights that it was given",
            """
            def effective_size(weights):
                if not (weights.isfinite() & (weights >= 0)).all() or not (weights > 0).any():
                    raise ValueError("weights")
                weights /= weights.max()
                return (weights.sum() ** 2 / (weights ** 2).sum()).item()
            """,
            loses="arguments",
        ),
        Answer(
            "no-complaint",
            "takes negative weights as they come",
            """
            def effective_size(weights):
                if not weights.isfinite().all() or not (weights != 0).any():
                    raise ValueError("weights")
                w = weights / weights.abs().max()
                return (w.sum() ** 2 / w.square().sum()).item()
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "shares",
            "weights as shares, then one over the sum of their squares",
            """
            def effective_size(weights):
                values = weights.tolist()
                if not all(math.isfinite(v) and v >= 0 for v in values) or not any(values):
                    raise ValueError("bad weights")
                top = max(values)
                total = math.fsum(v / top for v in values)
                return 1 / math.fsum((v / top / total) ** 2 for v in values)
            """,
        ),
        Answer(
            "spread",
            "by the coefficient of variation",
            """
            def effective_size(weights):
                if weights.numel() == 0 or not torch.isfinite(weights).all():
                    raise ValueError("bad weights")
                if weights.min() < 0 or weights.max() == 0:
                    raise ValueError("bad weights")
                w = weights / weights.max()
                w = w / w.mean()
                return float(len(w) / (1 + w.var(unbiased=False)))
            """,
        ),
    ),
)

SHARES = Question(
    "b4-shares",
    "b4-shares-idea-test",
    wrong=(
        Answer(
            "counted",
            "takes the predictions for the classes",
            """
            def class_shares(confusion, predicted):
                V = len(predicted)
                if confusion.shape != (V, V) or not predicted.any() or not confusion.any(1).all():
                    raise ValueError("counts")
                if torch.linalg.matrix_rank(confusion.double()) < V:
                    raise ValueError("rank")
                return predicted.double() / predicted.sum()
            """,
        ),
        Answer(
            "not-transposed",
            "solves with true and predicted class exchanged",
            """
            def class_shares(confusion, predicted):
                V = len(predicted)
                if confusion.shape != (V, V) or not predicted.any() or not confusion.any(1).all():
                    raise ValueError("counts")
                R = confusion.double() / confusion.sum(1, keepdim=True)
                if torch.linalg.matrix_rank(R) < V:
                    raise ValueError("rank")
                q = torch.linalg.solve(R, predicted.double() / predicted.sum()).clamp(min=0)
                return q / q.sum()
            """,
            loses="idea, errors",
        ),
        Answer(
            "columns",
            "divides columns by their sums in place of rows",
            """
            def class_shares(confusion, predicted):
                V = len(predicted)
                if confusion.shape != (V, V) or not predicted.any() or not confusion.any(1).all():
                    raise ValueError("counts")
                R = confusion.double() / confusion.sum(0)
                if torch.linalg.matrix_rank(R) < V:
                    raise ValueError("rank")
                q = torch.linalg.solve(R.T, predicted.double() / predicted.sum()).clamp(min=0)
                return q / q.sum()
            """,
            loses="idea, errors",
        ),
        Answer(
            "ratios",
            "returns new share over old share",
            """
            def class_shares(confusion, predicted):
                V = len(predicted)
                if confusion.shape != (V, V) or not predicted.any() or not confusion.any(1).all():
                    raise ValueError("counts")
                C = confusion.T.double() / confusion.sum()
                if torch.linalg.matrix_rank(C) < V:
                    raise ValueError("rank")
                return torch.linalg.solve(C, predicted.double() / predicted.sum()).clamp(min=0)
            """,
        ),
        Answer(
            "negative",
            "leaves shares below 0",
            """
            def class_shares(confusion, predicted):
                V = len(predicted)
                if confusion.shape != (V, V) or not predicted.any() or not confusion.any(1).all():
                    raise ValueError("counts")
                R = confusion.double() / confusion.sum(1, keepdim=True)
                if torch.linalg.matrix_rank(R) < V:
                    raise ValueError("rank")
                return torch.linalg.solve(R.T, predicted.double() / predicted.sum())
            """,
            loses="repair, errors",
        ),
        Answer(
            "sum-above-one",
            "sets shares below 0 to 0 and leaves the sum above 1",
            """
            def class_shares(confusion, predicted):
                V = len(predicted)
                if confusion.shape != (V, V) or not predicted.any() or not confusion.any(1).all():
                    raise ValueError("counts")
                R = confusion.double() / confusion.sum(1, keepdim=True)
                if torch.linalg.matrix_rank(R) < V:
                    raise ValueError("rank")
                return torch.linalg.solve(R.T, predicted.double() / predicted.sum()).clamp(min=0)
            """,
            loses="repair, errors",
        ),
        Answer(
            "a-column-passes",
            "takes a column of counts for a row",
            """
            def class_shares(confusion, predicted):
                predicted = predicted.flatten()
                V = len(predicted)
                if confusion.shape != (V, V) or predicted.sum() == 0 or not confusion.sum(1).all():
                    raise ValueError("counts")
                R = confusion.double() / confusion.sum(1, keepdim=True)
                if torch.linalg.matrix_rank(R) < V:
                    raise ValueError("no unique solution")
                q = torch.linalg.solve(R.T, predicted.double() / predicted.sum()).clamp(min=0)
                return q / q.sum()
            """,
            loses="errors",
        ),
    ),
    right=(
        Answer(
            "joint",
            "ratios from the joint shares, times the old shares",
            """
            def class_shares(confusion, predicted):
                if predicted.dim() != 1 or tuple(confusion.shape) != (len(predicted),) * 2:
                    raise ValueError("shapes")
                old = confusion.sum(dim=1).double() / max(int(confusion.sum()), 1)
                if not old.all() or not predicted.any():
                    raise ValueError("something was never counted")
                C = confusion.double() / confusion.sum()
                if torch.linalg.cond(C / old[:, None]) > 1e12:
                    raise ValueError("no unique solution")
                mu = (predicted / predicted.sum()).double()
                ratio = torch.linalg.lstsq(C.T, mu[:, None]).solution[:, 0]
                share = torch.relu(ratio * old)
                return share / share.sum()
            """,
        ),
        Answer(
            "numpy",
            "NumPy's inverse",
            """
            import numpy as np

            def class_shares(confusion, predicted):
                C, m = confusion.numpy().astype(float), predicted.numpy().astype(float)
                if m.ndim != 1 or C.shape != (m.size, m.size):
                    raise ValueError("shapes")
                rows = C.sum(axis=1)
                if (rows == 0).any() or m.sum() == 0:
                    raise ValueError("something was never counted")
                R = C / rows[:, None]
                if np.linalg.matrix_rank(R) < m.size:
                    raise ValueError("no unique solution")
                q = np.maximum(np.linalg.inv(R.T) @ (m / m.sum()), 0)
                return torch.from_numpy(q / q.sum())
            """,
        ),
    ),
)

CORRECTED = Question(
    "b5-corrected",
    "b5-corrected-ratio-test",
    wrong=(
        Answer(
            "not-divided",
            "does not divide by the sum of the row",
            """
            def corrected(probabilities, old, new):
                if probabilities.ndim != 2 or not old.shape == new.shape == probabilities.shape[1:]:
                    raise ValueError("shapes")
                product = probabilities * new / old
                if not (old > 0).all() or not (product.sum(1) > 0).all():
                    raise ValueError("shares")
                return product
            """,
            loses="rows",
        ),
        Answer(
            "upside-down",
            "multiplies by old over new",
            """
            def corrected(probabilities, old, new):
                if probabilities.ndim != 2 or not old.shape == new.shape == probabilities.shape[1:]:
                    raise ValueError("shapes")
                if not (old > 0).all() or not ((probabilities * new).sum(1) > 0).all():
                    raise ValueError("shares")
                product = probabilities * old / new
                return product / product.sum(1, keepdim=True)
            """,
            loses="ratio",
        ),
        Answer(
            "old-forgotten",
            "multiplies by the new shares alone",
            """
            def corrected(probabilities, old, new):
                if probabilities.ndim != 2 or not old.shape == new.shape == probabilities.shape[1:]:
                    raise ValueError("shapes")
                product = probabilities * new
                if not (old > 0).all() or not (product.sum(1) > 0).all():
                    raise ValueError("shares")
                return product / product.sum(1, keepdim=True)
            """,
            loses="ratio, rows",
        ),
        Answer(
            "columns",
            "divides by the sums of the columns",
            """
            def corrected(probabilities, old, new):
                if probabilities.ndim != 2 or not old.shape == new.shape == probabilities.shape[1:]:
                    raise ValueError("shapes")
                product = probabilities * new / old
                if not (old > 0).all() or not (product.sum(1) > 0).all():
                    raise ValueError("shares")
                return product / product.sum(0)
            """,
            loses="ratio, rows",
        ),
        Answer(
            "nan",
            "lets 0 / 0 pass as NaN",
            """
            def corrected(probabilities, old, new):
                if probabilities.ndim != 2 or not old.shape == new.shape == probabilities.shape[1:]:
                    raise ValueError("shapes")
                if not (old > 0).all():
                    raise ValueError("shares")
                product = probabilities * new / old
                return product / product.sum(1, keepdim=True)
            """,
            loses="errors",
        ),
        Answer(
            "softmax",
            "adds the ratio to the probabilities and takes a softmax",
            """
            def corrected(probabilities, old, new):
                if probabilities.ndim != 2 or not old.shape == new.shape == probabilities.shape[1:]:
                    raise ValueError("shapes")
                if not (old > 0).all() or not ((probabilities * new).sum(1) > 0).all():
                    raise ValueError("shares")
                return (probabilities + new / old).softmax(1)
            """,
            loses="ratio, rows",
        ),
        Answer(
            "as-given",
            "copies the faults",
            """
            def corrected(probabilities, old, new):
                product = probabilities * (old / new)
                return product / product.sum(0)
            """,
        ),
        Answer(
            "multiplies-in-place",
            "multiplies the probabilities that it is given",
            """
            def corrected(probabilities, old, new):
                if probabilities.ndim != 2 or not old.shape == new.shape == probabilities.shape[1:]:
                    raise ValueError("shapes")
                if not (old > 0).all():
                    raise ValueError("old")
                probabilities *= new / old
                total = probabilities.sum(1, keepdim=True)
                if not (total > 0).all():
                    raise ValueError("nothing left")
                return probabilities / total
            """,
            loses="errors",
        ),
        Answer(
            "any-number-of-axes",
            "asks the last axes only",
            """
            def corrected(probabilities, old, new):
                if not old.shape == new.shape == probabilities.shape[1:]:
                    raise ValueError("shapes")
                product = probabilities * (new / old)
                total = product.sum(1, keepdim=True)
                if not (old > 0).all() or not (total > 0).all():
                    raise ValueError("shares")
                return product / total
            """,
            loses="errors",
        ),
    ),
    right=(
        Answer(
            "logarithms",
            "a softmax of logarithms",
            """
            def corrected(probabilities, old, new):
                V = probabilities.shape[1:]
                if len(V) != 1 or not V == old.shape == new.shape:
                    raise ValueError("shapes")
                if old.min() <= 0:
                    raise ValueError("old shares")
                scores = probabilities.log() + new.log() - old.log()
                if scores.isinf().all(dim=1).any():
                    raise ValueError("nothing is left")
                return torch.softmax(scores, dim=1)
            """,
        ),
        Answer(
            "rows",
            "row by row in plain Python",
            """
            def corrected(probabilities, old, new):
                if probabilities.dim() != 2 or old.dim() != 1 or new.dim() != 1:
                    raise ValueError("shapes")
                if not probabilities.size(1) == old.numel() == new.numel():
                    raise ValueError("shapes")
                if any(share <= 0 for share in old.tolist()):
                    raise ValueError("old shares")
                ratio = [b / a for a, b in zip(old.tolist(), new.tolist())]
                rows = []
                for row in probabilities.tolist():
                    row = [p * r for p, r in zip(row, ratio)]
                    if sum(row) == 0:
                        raise ValueError("nothing is left")
                    rows.append([p / sum(row) for p in row])
                return torch.tensor(rows, dtype=probabilities.dtype)
            """,
        ),
    ),
)

DAYS = Question(
    "b6-days",
    "b6-days-order-test",
    wrong=(
        Answer(
            "learns-first",
            "learns from a day before it is judged by it",
            """
            def keep_learning(days, w, lr):
                accuracies = []
                for X, y in days:
                    if not len(X):
                        raise ValueError("empty")
                    w = w - lr * X.T @ ((X @ w).sigmoid() - y) / len(y)
                    accuracies.append(((X @ w > 0) == (y == 1)).double().mean().item())
                return accuracies, w.clone()
            """,
            loses="order",
        ),
        Answer(
            "sum",
            "steps by the sum over the day",
            """
            def keep_learning(days, w, lr):
                accuracies = []
                for X, y in days:
                    if not len(X):
                        raise ValueError("empty")
                    accuracies.append(((X @ w > 0) == (y == 1)).double().mean().item())
                    w = w - lr * X.T @ ((X @ w).sigmoid() - y)
                return accuracies, w.clone()
            """,
            loses="steps",
        ),
        Answer(
            "perceptron",
            "puts the decision in place of the probability",
            """
            def keep_learning(days, w, lr):
                accuracies = []
                for X, y in days:
                    if not len(X):
                        raise ValueError("empty")
                    decided = (X @ w > 0).double()
                    accuracies.append((decided == y).double().mean().item())
                    w = w - lr * X.T @ (decided - y) / len(y)
                return accuracies, w.clone()
            """,
            loses="steps",
        ),
        Answer(
            "uphill",
            "steps along the gradient",
            """
            def keep_learning(days, w, lr):
                accuracies = []
                for X, y in days:
                    if not len(X):
                        raise ValueError("empty")
                    accuracies.append(((X @ w > 0) == (y == 1)).double().mean().item())
                    w = w + lr * X.T @ ((X @ w).sigmoid() - y) / len(y)
                return accuracies, w.clone()
            """,
            loses="order, steps",
        ),
        Answer(
            "in-place",
            "changes the weights that it was given",
            """
            def keep_learning(days, w, lr):
                accuracies = []
                for X, y in days:
                    if not len(X):
                        raise ValueError("empty")
                    accuracies.append(((X @ w > 0) == (y == 1)).double().mean().item())
                    w -= lr * X.T @ ((X @ w).sigmoid() - y) / len(y)
                return accuracies, w
            """,
            loses="edges",
        ),
        Answer(
            "last-weights",
            "judges every day by the weights of the last evening",
            """
            def keep_learning(days, w, lr):
                for X, y in days:
                    if not len(X):
                        raise ValueError("empty")
                    w = w - lr * X.T @ ((X @ w).sigmoid() - y) / len(y)
                right = [(X @ w > 0) == (y == 1) for X, y in days]
                return [r.double().mean().item() for r in right], w.clone()
            """,
            loses="order",
        ),
        Answer(
            "zero-is-one",
            "takes a score of 0 for class 1",
            """
            def keep_learning(days, w, lr):
                accuracies = []
                for X, y in days:
                    if len(X) == 0:
                        raise ValueError("a day without examples")
                    scores = X @ w
                    accuracies.append(((scores >= 0) == (y == 1)).double().mean().item())
                    w = w - lr * X.T @ (scores.sigmoid() - y) / len(y)
                return accuracies, w
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "autograd",
            "the gradient by autograd",
            """
            from torch.nn import functional as F

            def keep_learning(days, w, lr):
                scores_of_days = []
                w = w.detach().clone()
                for X, y in days:
                    if X.shape[0] == 0:
                        raise ValueError("a day without examples")
                    w.requires_grad_()
                    z = X @ w
                    scores_of_days.append(((z > 0).double() == y).sum().item() / len(y))
                    (gradient,) = torch.autograd.grad(F.binary_cross_entropy_with_logits(z, y), w)
                    w = (w - lr * gradient).detach()
                return scores_of_days, w
            """,
        ),
        Answer(
            "examples",
            "example by example",
            """
            def keep_learning(days, w, lr):
                accuracies, current = [], w.clone()
                for X, y in days:
                    if len(y) == 0:
                        raise ValueError("a day without examples")
                    right, step = 0, torch.zeros_like(current)
                    for x, label in zip(X, y):
                        score = torch.dot(x, current)
                        right += int((score > 0) == (label > 0.5))
                        step += (torch.sigmoid(score) - label) * x
                    accuracies.append(right / len(y))
                    current = current - lr / len(y) * step
                return accuracies, current
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, WEIGHTS, LOSS, EFFECTIVE, SHARES, CORRECTED, DAYS]
