"""Answers to the exercise ``gradients``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "d",
        {
            "a": "does not know what vanishing gradients do",
            "b": "does not know what exploding gradients do",
            "c": "does not know that the initial weights matter",
        },
    ),
    choice(
        2,
        "b",
        {
            "a": "takes changed inputs for a changed meaning",
            "c": "takes changed inputs for changed label frequencies",
            "d": "believes that regularization protects from a changed world",
        },
    ),
    choice(
        3,
        "c",
        {
            "a": "designs the model before knowing what the prepared data look like",
            "b": "designs the model before there are data",
            "d": "validates before there is a model",
        },
    ),
    choice(
        4,
        "a",
        {
            "b": "believes that only one shift can occur at a time",
            "c": "does not know what label shift is",
            "d": "does not know how slow concept shift is met",
        },
    ),
    number(
        5,
        right={
            "0.2": "by head",
            "(2 / 150 * 3) ** 0.5": "from the variance",
            "1 / 5": "as a fraction",
        },
        wrong={
            "(2 / 150) ** 0.5": "gives the standard deviation instead of the bound",
            "(6 / 100) ** 0.5": "counts the inputs only",
            "(3 / 150) ** 0.5": "forgets the factor 2",
            "6 / 150": "forgets the root",
        },
    ),
    number(
        6,
        right={"3": "an int", "6 * (5 / (36 + 64) ** 0.5)": "by the formula", "6 / 2.0": "halved"},
        wrong={
            "5": "clips the entry by itself",
            "6 * 5 / 14": "divides by the sum of absolute values",
            "6": "sees no norm above the bound",
            "0.6": "scales to a norm of 1",
        },
    ),
    number(
        7,
        right={"(1 / 4) ** 5": "as a power", "1 / 1024": "as a fraction", "0.000977": "rounded"},
        wrong={
            "0.5**5": "takes the sigmoid's value at 0 for its slope",
            "5 * 0.25": "adds instead of multiplying",
            "1": "believes that a sigmoid keeps a gradient's length",
            "0.25": "counts one activation",
        },
    ),
    choice(
        8,
        "b",
        {
            "a": "believes that symmetry harms models without a hidden layer too",
            "c": "believes that width breaks symmetry",
            "d": "believes that the kind of activation breaks symmetry",
        },
    ),
]

BOUND = Question(
    "b1-bound",
    "b1-bound-test",
    wrong=(
        Answer(
            "standard-deviation",
            "returns the standard deviation, without the 3 of the uniform distribution",
            """
            def uniform_bound(shape, rule):
                if len(shape) < 2 or rule not in ("xavier", "kaiming"):
                    raise ValueError("bad shape or rule")
                k = math.prod(shape[2:])
                n = (shape[0] + shape[1]) * k if rule == "xavier" else shape[1] * k
                return math.sqrt(2 / n)
            """,
        ),
        Answer(
            "inputs-first",
            "takes the first number of the shape for the inputs",
            """
            def uniform_bound(shape, rule):
                if len(shape) < 2 or rule not in ("xavier", "kaiming"):
                    raise ValueError("bad shape or rule")
                k = math.prod(shape[2:])
                n = (shape[0] + shape[1]) * k if rule == "xavier" else shape[0] * k
                return math.sqrt(6 / n)
            """,
        ),
        Answer(
            "no-kernel",
            "forgets the kernel of a convolution",
            """
            def uniform_bound(shape, rule):
                if len(shape) < 2 or rule not in ("xavier", "kaiming"):
                    raise ValueError("bad shape or rule")
                n = shape[0] + shape[1] if rule == "xavier" else shape[1]
                return math.sqrt(6 / n)
            """,
        ),
        Answer(
            "square-kernel",
            "believes that every kernel has two equal sides",
            """
            def uniform_bound(shape, rule):
                if len(shape) < 2 or rule not in ("xavier", "kaiming"):
                    raise ValueError("bad shape or rule")
                k = shape[-1] ** 2 if len(shape) > 2 else 1
                n = (shape[0] + shape[1]) * k if rule == "xavier" else shape[1] * k
                return math.sqrt(6 / n)
            """,
        ),
        Answer(
            "no-complaint",
            "takes every unknown rule for Kaiming's",
            """
            def uniform_bound(shape, rule):
                k = math.prod(shape[2:])
                if rule == "xavier":
                    return math.sqrt(6 / ((shape[0] + shape[1]) * k))
                return math.sqrt(6 / (shape[1] * k))
            """,
        ),
    ),
    right=(
        Answer(
            "torch",
            "asks torch.nn.init for the fans",
            """
            def uniform_bound(shape, rule):
                weight = torch.empty(shape)
                fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(weight)
                if rule == "xavier":
                    return (6 / (fan_in + fan_out)) ** 0.5
                if rule == "kaiming":
                    return (6 / fan_in) ** 0.5
                raise ValueError(rule)
            """,
        ),
        Answer(
            "loop",
            "loops over the kernel's sizes, a dict of rules, a tensor's square root",
            """
            def uniform_bound(shape, rule):
                if len(shape) < 2:
                    raise ValueError("too few axes")
                n_out, n_in = shape[:2]
                for size in shape[2:]:
                    n_out *= size
                    n_in *= size
                totals = {"xavier": n_in + n_out, "kaiming": n_in}
                if rule not in totals:
                    raise ValueError(f"no rule {rule}")
                return torch.tensor(6.0 / totals[rule], dtype=torch.float64).sqrt().item()
            """,
        ),
    ),
)

NORMS = Question(
    "b2-norms",
    "b2-norms-test",
    wrong=(
        Answer(
            "sum",
            "sums the squares instead of averaging them",
            """
            def gradient_norms(weights, x):
                weights = [w.clone().requires_grad_() for w in weights]
                h = x
                for w in weights:
                    h = torch.tanh(h @ w.T)
                grads = torch.autograd.grad((h ** 2).sum(), weights)
                return [g.norm().item() for g in grads]
            """,
        ),
        Answer(
            "linear-output",
            "leaves out the tanh of the last layer",
            """
            def gradient_norms(weights, x):
                weights = [w.clone().requires_grad_() for w in weights]
                h = x
                for w in weights[:-1]:
                    h = torch.tanh(h @ w.T)
                h = h @ weights[-1].T
                grads = torch.autograd.grad((h ** 2).mean(), weights)
                return [g.norm().item() for g in grads]
            """,
        ),
        Answer(
            "backwards",
            "lists the norms in the order of the backward pass",
            """
            def gradient_norms(weights, x):
                weights = [w.clone().requires_grad_() for w in weights]
                h = x
                for w in weights:
                    h = torch.tanh(h @ w.T)
                grads = torch.autograd.grad((h ** 2).mean(), weights)
                return [g.norm().item() for g in grads][::-1]
            """,
        ),
        Answer(
            "root-mean-square",
            "takes the root mean square for the norm",
            """
            def gradient_norms(weights, x):
                weights = [w.clone().requires_grad_() for w in weights]
                h = x
                for w in weights:
                    h = torch.tanh(h @ w.T)
                grads = torch.autograd.grad((h ** 2).mean(), weights)
                return [g.square().mean().sqrt().item() for g in grads]
            """,
        ),
        Answer(
            "rounded",
            "rounds to six digits after the point, so that what has vanished is zero",
            """
            def gradient_norms(weights, x):
                weights = [w.clone().requires_grad_() for w in weights]
                h = x
                for w in weights:
                    h = torch.tanh(h @ w.T)
                grads = torch.autograd.grad((h ** 2).mean(), weights)
                return [round(g.norm().item(), 6) for g in grads]
            """,
        ),
    ),
    right=(
        Answer(
            "backward",
            "backward() and .grad",
            """
            def gradient_norms(weights, x):
                params = [torch.nn.Parameter(w.clone()) for w in weights]
                h = x
                for p in params:
                    h = (h @ p.T).tanh()
                (h ** 2).mean().backward()
                return [float(torch.sqrt((p.grad ** 2).sum())) for p in params]
            """,
        ),
        Answer(
            "by-hand",
            "the chain rule written out",
            """
            def gradient_norms(weights, x):
                hs = [x]
                for w in weights:
                    hs.append(torch.tanh(hs[-1] @ w.T))
                d = 2 * hs[-1] / hs[-1].numel()
                norms = []
                for l in range(len(weights) - 1, -1, -1):
                    d = d * (1 - hs[l + 1] ** 2)
                    norms.insert(0, torch.linalg.norm(d.T @ hs[l]).item())
                    d = d @ weights[l]
                return norms
            """,
        ),
        Answer(
            "modules",
            "a network of linear layers that carry the weights",
            """
            from torch import nn

            def gradient_norms(weights, x):
                layers = []
                for w in weights:
                    layer = nn.Linear(w.shape[1], w.shape[0], bias=False, dtype=w.dtype)
                    layer.weight.data = w.clone()
                    layers += [layer, nn.Tanh()]
                out = nn.Sequential(*layers)(x)
                nn.functional.mse_loss(out, torch.zeros_like(out)).backward()
                return [layer.weight.grad.norm().item() for layer in layers[::2]]
            """,
        ),
    ),
)

CLIP = Question(
    "b3-clip",
    "b3-clip-test",
    wrong=(
        Answer(
            "each-its-own",
            "clips each gradient by its own norm",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                total = sum(float((g.double() ** 2).sum()) for g in gradients if g is not None)
                norm = math.sqrt(total)
                if not math.isfinite(norm):
                    raise ValueError("norm")
                out = [g if g is None or g.norm() <= max_norm else g * (max_norm / g.norm())
                       for g in gradients]
                return out, norm
            """,
        ),
        Answer(
            "by-value",
            "clamps every entry",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                total = sum(float((g.double() ** 2).sum()) for g in gradients if g is not None)
                norm = math.sqrt(total)
                if not math.isfinite(norm):
                    raise ValueError("norm")
                clipped = [None if g is None else g.clamp(-max_norm, max_norm) for g in gradients]
                return clipped, norm
            """,
        ),
        Answer(
            "always",
            "scales short gradients up to the bound as well",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                total = sum(float((g.double() ** 2).sum()) for g in gradients if g is not None)
                norm = math.sqrt(total)
                if not math.isfinite(norm):
                    raise ValueError("norm")
                factor = max_norm / norm if norm else 1.0
                return [None if g is None else g * factor for g in gradients], norm
            """,
        ),
        Answer(
            "in-place",
            "changes the gradients that it was given",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                total = sum(float((g.double() ** 2).sum()) for g in gradients if g is not None)
                norm = math.sqrt(total)
                if not math.isfinite(norm):
                    raise ValueError("norm")
                if norm > max_norm:
                    for g in gradients:
                        if g is not None:
                            g.mul_(max_norm / norm)
                return gradients, norm
            """,
        ),
        Answer(
            "drops-none",
            "leaves out parameters without a gradient, so that the list gets shorter",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                gradients = [g for g in gradients if g is not None]
                norm = math.sqrt(sum(float((g.double() ** 2).sum()) for g in gradients))
                if not math.isfinite(norm):
                    raise ValueError("norm")
                factor = min(1.0, max_norm / norm) if norm else 1.0
                return [g * factor for g in gradients], norm
            """,
        ),
        Answer(
            "norm-after",
            "returns the norm after clipping",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                total = sum(float((g.double() ** 2).sum()) for g in gradients if g is not None)
                norm = math.sqrt(total)
                if not math.isfinite(norm):
                    raise ValueError("norm")
                factor = min(1.0, max_norm / norm) if norm else 1.0
                return [None if g is None else g * factor for g in gradients], min(norm, max_norm)
            """,
        ),
        Answer(
            "silent-nan",
            "lets a NaN spread into every gradient",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                total = sum(float((g.double() ** 2).sum()) for g in gradients if g is not None)
                norm = math.sqrt(total)
                factor = min(1.0, max_norm / norm) if norm else 1.0
                return [None if g is None else g * factor for g in gradients], norm
            """,
        ),
    ),
    right=(
        Answer(
            "stacked",
            "the norm of the norms, in torch",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("max_norm must be positive")
                norms = [g.norm(dtype=torch.float64) for g in gradients if g is not None]
                norm = torch.stack(norms).norm() if norms else torch.tensor(0.0)
                if not torch.isfinite(norm):
                    raise ValueError("the norm is not finite")
                result = []
                for g in gradients:
                    if g is not None:
                        g = g * (max_norm / norm).item() if norm > max_norm else g.clone()
                    result.append(g)
                return result, norm.item()
            """,
        ),
        Answer(
            "one-vector",
            "concatenates everything into one vector",
            """
            def clip_gradients(gradients, max_norm):
                assert_positive = max_norm > 0
                if not assert_positive:
                    raise ValueError("bound")
                flat = [g.double().reshape(-1) for g in gradients if g is not None]
                vector = torch.cat(flat) if flat else torch.zeros(1, dtype=torch.float64)
                norm = float(torch.linalg.vector_norm(vector))
                if norm != norm or norm == float("inf"):
                    raise ValueError("no finite norm")
                if norm <= max_norm:
                    return tuple(gradients), norm
                return tuple(None if g is None else (g.double() * max_norm / norm).to(g.dtype)
                             for g in gradients), norm
            """,
        ),
    ),
)

WEIGHTS = Question(
    "b4-weights",
    "b4-weights-test",
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
        ),
        Answer(
            "infinite",
            "returns an infinite weight for a probability of 1",
            """
            def importance_weights(probability, n_train, n_new):
                return n_train / n_new * probability / (1 - probability)
            """,
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
    "b4-loss",
    "b4-loss-test",
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

LOG_RMSE = Question(
    "b5-log-rmse",
    "b5-log-rmse-test",
    wrong=(
        Answer(
            "no-root",
            "forgets the root",
            """
            def log_rmse(predicted, actual):
                if predicted.shape != actual.shape or not len(actual):
                    raise ValueError("shapes")
                if not (predicted > 0).all() or not (actual > 0).all():
                    raise ValueError("prices")
                return (predicted.log() - actual.log()).square().mean()
            """,
        ),
        Answer(
            "log-of-rmse",
            "takes the logarithm of the error instead of the error of the logarithms",
            """
            def log_rmse(predicted, actual):
                if predicted.shape != actual.shape or not len(actual):
                    raise ValueError("shapes")
                if not (predicted > 0).all() or not (actual > 0).all():
                    raise ValueError("prices")
                return (predicted.double() - actual).square().mean().sqrt().log()
            """,
        ),
        Answer(
            "clamped-at-one",
            "raises all prices below 1 to 1, as a well-known course does, and complains of none",
            """
            def log_rmse(predicted, actual):
                if predicted.shape != actual.shape or not len(actual):
                    raise ValueError("shapes")
                predicted = predicted.clamp(min=1)
                return (predicted.log() - actual.log()).square().mean().sqrt()
            """,
        ),
        Answer(
            "log1p",
            "uses log(1 + x), the score of another competition",
            """
            def log_rmse(predicted, actual):
                if predicted.shape != actual.shape or not len(actual):
                    raise ValueError("shapes")
                if not (predicted > 0).all() or not (actual > 0).all():
                    raise ValueError("prices")
                return (torch.log1p(predicted) - torch.log1p(actual)).square().mean().sqrt()
            """,
        ),
        Answer(
            "nan-passes",
            "looks for prices of zero and below, which NaN is not",
            """
            def log_rmse(predicted, actual):
                if predicted.shape != actual.shape or not len(actual):
                    raise ValueError("shapes")
                if (predicted <= 0).any() or (actual <= 0).any():
                    raise ValueError("prices")
                return (predicted.log() - actual.log()).square().mean().sqrt()
            """,
        ),
        Answer(
            "broadcast",
            "lets (N, 1) against (N,) broadcast to (N, N)",
            """
            def log_rmse(predicted, actual):
                if not len(actual) or not (predicted > 0).all() or not (actual > 0).all():
                    raise ValueError("prices")
                return (predicted.log() - actual.log()).square().mean().sqrt()
            """,
        ),
    ),
    right=(
        Answer(
            "library",
            "mse_loss of logarithms in float64",
            """
            import torch.nn.functional as F

            def log_rmse(predicted, actual):
                if tuple(predicted.shape) != tuple(actual.shape) or predicted.shape[0] == 0:
                    raise ValueError("shapes")
                if not (torch.all(predicted > 0) and torch.all(actual > 0)):
                    raise ValueError("prices")
                return F.mse_loss(predicted.double().log(), actual.double().log()) ** 0.5
            """,
        ),
        Answer(
            "ratio-loop",
            "the logarithm of ratios, in plain Python",
            """
            def log_rmse(predicted, actual):
                if predicted.shape != actual.shape or predicted.numel() < 1:
                    raise ValueError("shapes")
                total = 0.0
                for p, a in zip(predicted.tolist(), actual.tolist()):
                    if not (p > 0 and a > 0):
                        raise ValueError("prices")
                    total += math.log(p / a) ** 2
                return torch.tensor(math.sqrt(total / len(predicted)))
            """,
        ),
    ),
)

ENCODE = Question(
    "b6-encode",
    "b6-encode-test",
    wrong=(
        Answer(
            "own-statistics",
            "standardizes the new rows with their own mean and deviation",
            """
            def encode_table(train, new, numbers, categories):
                def encode(rows):
                    table = [[] for _ in rows]
                    for c in numbers:
                        present = torch.tensor([float(r[c]) for r in rows if r[c] is not None])
                        mean = present.mean() if len(present) else torch.tensor(0.0)
                        std = present.std() if len(present) > 1 and present.std() > 0 else 1.0
                        for line, r in zip(table, rows):
                            line.append(0.0 if r[c] is None else float((r[c] - mean) / std))
                    for c in categories:
                        seen = {r[c] for r in train}
                        known = sorted(seen - {None}) + [None] * (None in seen)
                        for line, r in zip(table, rows):
                            line += [float(r[c] == k) for k in known]
                    return torch.tensor(table).reshape(len(rows), -1) if rows else torch.zeros(
                        0, len(encode(train)[0]))
                return encode(train), encode(new)
            """,
        ),
        Answer(
            "all-rows",
            "learns means and categories from training and new rows together",
            """
            def encode_table(train, new, numbers, categories):
                learned, everything = {}, train + new
                for c in numbers:
                    present = torch.tensor([float(r[c]) for r in everything if r[c] is not None])
                    std = present.std().item()
                    learned[c] = present.mean().item(), std if std > 0 else 1.0
                for c in categories:
                    seen = {r[c] for r in everything}
                    learned[c] = sorted(seen - {None}) + [None] * (None in seen)
                def encode(rows):
                    table = []
                    for r in rows:
                        line = [0.0 if r[c] is None else (r[c] - learned[c][0]) / learned[c][1]
                                for c in numbers]
                        line += [float(r[c] == k) for c in categories for k in learned[c]]
                        table.append(line)
                    D = len(numbers) + sum(len(learned[c]) for c in categories)
                    return torch.tensor(table, dtype=torch.float32).reshape(len(rows), D)
                return encode(train), encode(new)
            """,
        ),
        Answer(
            "zero-then-standardize",
            "fills gaps with 0 before standardizing, which is far from the mean",
            """
            def encode_table(train, new, numbers, categories):
                learned = {}
                for c in numbers:
                    present = torch.tensor([float(r[c] or 0) for r in train])
                    std = present.std().item()
                    learned[c] = present.mean().item(), std if std > 0 else 1.0
                for c in categories:
                    seen = {r[c] for r in train}
                    learned[c] = sorted(seen - {None}) + [None] * (None in seen)
                def encode(rows):
                    table = []
                    for r in rows:
                        line = [((r[c] or 0) - learned[c][0]) / learned[c][1] for c in numbers]
                        line += [float(r[c] == k) for c in categories for k in learned[c]]
                        table.append(line)
                    D = len(numbers) + sum(len(learned[c]) for c in categories)
                    return torch.tensor(table, dtype=torch.float32).reshape(len(rows), D)
                return encode(train), encode(new)
            """,
        ),
        Answer(
            "no-gap-column",
            "gives gaps no column of their own",
            """
            def encode_table(train, new, numbers, categories):
                learned = {}
                for c in numbers:
                    present = torch.tensor([float(r[c]) for r in train if r[c] is not None])
                    std = present.std().item()
                    learned[c] = present.mean().item(), std if std > 0 else 1.0
                for c in categories:
                    learned[c] = sorted({r[c] for r in train} - {None})
                def encode(rows):
                    table = []
                    for r in rows:
                        line = [0.0 if r[c] is None else (r[c] - learned[c][0]) / learned[c][1]
                                for c in numbers]
                        line += [float(r[c] == k) for c in categories for k in learned[c]]
                        table.append(line)
                    D = len(numbers) + sum(len(learned[c]) for c in categories)
                    return torch.tensor(table, dtype=torch.float32).reshape(len(rows), D)
                return encode(train), encode(new)
            """,
        ),
        Answer(
            "always-gap-column",
            "adds a column for gaps even where training had none",
            """
            def encode_table(train, new, numbers, categories):
                learned = {}
                for c in numbers:
                    present = torch.tensor([float(r[c]) for r in train if r[c] is not None])
                    std = present.std().item()
                    learned[c] = present.mean().item(), std if std > 0 else 1.0
                for c in categories:
                    learned[c] = sorted({r[c] for r in train} - {None}) + [None]
                def encode(rows):
                    table = []
                    for r in rows:
                        line = [0.0 if r[c] is None else (r[c] - learned[c][0]) / learned[c][1]
                                for c in numbers]
                        line += [float(r[c] == k) for c in categories for k in learned[c]]
                        table.append(line)
                    D = len(numbers) + sum(len(learned[c]) for c in categories)
                    return torch.tensor(table, dtype=torch.float32).reshape(len(rows), D)
                return encode(train), encode(new)
            """,
        ),
        Answer(
            "crash-on-unseen",
            "looks up every category and fails at one that training never saw",
            """
            def encode_table(train, new, numbers, categories):
                learned = {}
                for c in numbers:
                    present = torch.tensor([float(r[c]) for r in train if r[c] is not None])
                    std = present.std().item()
                    learned[c] = present.mean().item(), std if std > 0 else 1.0
                for c in categories:
                    seen = {r[c] for r in train}
                    learned[c] = sorted(seen - {None}) + [None] * (None in seen)
                def encode(rows):
                    table = []
                    for r in rows:
                        line = [0.0 if r[c] is None else (r[c] - learned[c][0]) / learned[c][1]
                                for c in numbers]
                        for c in categories:
                            one_hot = [0.0] * len(learned[c])
                            one_hot[learned[c].index(r[c])] = 1.0
                            line += one_hot
                        table.append(line)
                    D = len(numbers) + sum(len(learned[c]) for c in categories)
                    return torch.tensor(table, dtype=torch.float32).reshape(len(rows), D)
                return encode(train), encode(new)
            """,
        ),
        Answer(
            "nan",
            "divides a constant column by zero",
            """
            def encode_table(train, new, numbers, categories):
                learned = {}
                for c in numbers:
                    present = torch.tensor([float(r[c]) for r in train if r[c] is not None])
                    learned[c] = present.mean(), present.std()
                for c in categories:
                    seen = {r[c] for r in train}
                    learned[c] = sorted(seen - {None}) + [None] * (None in seen)
                def encode(rows):
                    table = []
                    for r in rows:
                        line = [0.0 if r[c] is None else
                                float((r[c] - learned[c][0]) / learned[c][1]) for c in numbers]
                        line += [float(r[c] == k) for c in categories for k in learned[c]]
                        table.append(line)
                    D = len(numbers) + sum(len(learned[c]) for c in categories)
                    return torch.tensor(table, dtype=torch.float32).reshape(len(rows), D)
                return encode(train), encode(new)
            """,
        ),
    ),
    right=(
        Answer(
            "pandas",
            "with data frames",
            """
            import pandas as pd

            def encode_table(train, new, numbers, categories):
                columns = list(numbers) + list(categories)
                a = pd.DataFrame(train, columns=columns)
                b = pd.DataFrame(new, columns=columns)
                parts = []
                for frame in (a, b):
                    pieces = []
                    for c in numbers:
                        known = a[c].astype(float)
                        std = known.std()
                        scaled = (frame[c].astype(float) - known.mean()) / (std if std > 0 else 1)
                        pieces.append(scaled.fillna(0))
                    for c in categories:
                        for value in sorted(a[c].dropna().unique()):
                            pieces.append((frame[c] == value).astype(float))
                        if a[c].isna().any():
                            pieces.append(frame[c].isna().astype(float))
                    parts.append(torch.tensor([list(p) for p in pieces], dtype=torch.float32).T)
                return parts
            """,
        ),
        Answer(
            "tensors",
            "column by column, concatenated",
            """
            def encode_table(train, new, numbers, categories):
                results = []
                for rows in [train, new]:
                    columns = []
                    for name in numbers:
                        known = torch.tensor([float(r[name]) for r in train if r[name] is not None],
                                             dtype=torch.float64)
                        scale = known.std()
                        if scale == 0:
                            scale = torch.tensor(1.0)
                        values = torch.tensor([math.nan if r[name] is None else float(r[name])
                                               for r in rows], dtype=torch.float64)
                        columns.append(torch.nan_to_num((values - known.mean()) / scale)[:, None])
                    for name in categories:
                        known = []
                        for r in train:
                            if r[name] not in known:
                                known.append(r[name])
                        known.sort(key=lambda v: (v is None, v or ""))
                        hot = torch.zeros(len(rows), len(known), dtype=torch.float64)
                        for i, r in enumerate(rows):
                            if r[name] in known:
                                hot[i, known.index(r[name])] = 1
                        columns.append(hot)
                    results.append(torch.cat(columns, dim=1).float())
                return tuple(results)
            """,
        ),
    ),
)

FOLDS = Question(
    "b7-folds",
    "b7-folds-test",
    wrong=(
        Answer(
            "scaled-before",
            "standardizes once with all rows, before the rounds: leakage",
            """
            def cross_validate(x, y, k, lam):
                if not 2 <= k <= len(x) // 2:
                    raise ValueError("k")
                std = x.std(0)
                std[std == 0] = 1
                x = (x - x.mean(0)) / std
                errors = []
                for i in range(k):
                    valid = torch.arange(len(x)) % k == i
                    a, b, center = x[~valid], x[valid], y[~valid].mean()
                    w = torch.linalg.solve(a.T @ a + lam * torch.eye(x.shape[1]).double(),
                                           a.T @ (y[~valid] - center))
                    errors.append((b @ w + center - y[valid]).square().mean().sqrt().item())
                return errors
            """,
        ),
        Answer(
            "own-scale",
            "standardizes the validation rows with their own numbers",
            """
            def cross_validate(x, y, k, lam):
                if not 2 <= k <= len(x) // 2:
                    raise ValueError("k")
                def standardized(part):
                    std = part.std(0)
                    std[std == 0] = 1
                    return (part - part.mean(0)) / std
                errors = []
                for i in range(k):
                    valid = torch.arange(len(x)) % k == i
                    a, b, center = standardized(x[~valid]), standardized(x[valid]), y[~valid].mean()
                    w = torch.linalg.solve(a.T @ a + lam * torch.eye(x.shape[1]).double(),
                                           a.T @ (y[~valid] - center))
                    errors.append((b @ w + center - y[valid]).square().mean().sqrt().item())
                return errors
            """,
        ),
        Answer(
            "mean-of-all-targets",
            "centers the targets with the mean of all of them: a small leak",
            """
            def cross_validate(x, y, k, lam):
                if not 2 <= k <= len(x) // 2:
                    raise ValueError("k")
                center, errors = y.mean(), []
                for i in range(k):
                    valid = torch.arange(len(x)) % k == i
                    mean, std = x[~valid].mean(0), x[~valid].std(0)
                    std[std == 0] = 1
                    a, b = (x[~valid] - mean) / std, (x[valid] - mean) / std
                    w = torch.linalg.solve(a.T @ a + lam * torch.eye(x.shape[1]).double(),
                                           a.T @ (y[~valid] - center))
                    errors.append((b @ w + center - y[valid]).square().mean().sqrt().item())
                return errors
            """,
        ),
        Answer(
            "training-error",
            "measures the error on the rows that it was fitted to",
            """
            def cross_validate(x, y, k, lam):
                if not 2 <= k <= len(x) // 2:
                    raise ValueError("k")
                errors = []
                for i in range(k):
                    train = torch.arange(len(x)) % k != i
                    mean, std, center = x[train].mean(0), x[train].std(0), y[train].mean()
                    std[std == 0] = 1
                    a = (x[train] - mean) / std
                    w = torch.linalg.solve(a.T @ a + lam * torch.eye(x.shape[1]).double(),
                                           a.T @ (y[train] - center))
                    errors.append((a @ w + center - y[train]).square().mean().sqrt().item())
                return errors
            """,
        ),
        Answer(
            "blocks",
            "cuts consecutive blocks, so that the order of the file decides",
            """
            def cross_validate(x, y, k, lam):
                if not 2 <= k <= len(x) // 2:
                    raise ValueError("k")
                errors = []
                for block in torch.arange(len(x)).tensor_split(k):
                    valid = torch.zeros(len(x), dtype=torch.bool)
                    valid[block] = True
                    mean, std, center = x[~valid].mean(0), x[~valid].std(0), y[~valid].mean()
                    std[std == 0] = 1
                    a, b = (x[~valid] - mean) / std, (x[valid] - mean) / std
                    w = torch.linalg.solve(a.T @ a + lam * torch.eye(x.shape[1]).double(),
                                           a.T @ (y[~valid] - center))
                    errors.append((b @ w + center - y[valid]).square().mean().sqrt().item())
                return errors
            """,
        ),
        Answer(
            "average",
            "returns the average over the rounds, so that the spread is lost",
            """
            def cross_validate(x, y, k, lam):
                if not 2 <= k <= len(x) // 2:
                    raise ValueError("k")
                errors = []
                for i in range(k):
                    valid = torch.arange(len(x)) % k == i
                    mean, std, center = x[~valid].mean(0), x[~valid].std(0), y[~valid].mean()
                    std[std == 0] = 1
                    a, b = (x[~valid] - mean) / std, (x[valid] - mean) / std
                    w = torch.linalg.solve(a.T @ a + lam * torch.eye(x.shape[1]).double(),
                                           a.T @ (y[~valid] - center))
                    errors.append((b @ w + center - y[valid]).square().mean().sqrt().item())
                return [sum(errors) / k] * k
            """,
        ),
    ),
    right=(
        Answer(
            "slices",
            "slices, NumPy-like masks and lstsq on extended rows",
            """
            def cross_validate(x, y, k, lam):
                N, D = x.shape
                if k < 2 or k > N // 2:
                    raise ValueError(f"k = {k}")
                errors = []
                for i in range(k):
                    keep = torch.ones(N, dtype=torch.bool)
                    keep[i::k] = False
                    m, t = x[keep].mean(dim=0), y[keep].mean()
                    s = x[keep].std(dim=0)
                    s = s + (s == 0)
                    A = torch.cat([(x[keep] - m) / s, math.sqrt(lam) * torch.eye(D, dtype=x.dtype)])
                    b = torch.cat([y[keep] - t, torch.zeros(D, dtype=x.dtype)])
                    w = torch.linalg.lstsq(A, b.unsqueeze(1)).solution.squeeze(1)
                    residual = ((x[i::k] - m) / s) @ w + t - y[i::k]
                    errors.append(math.sqrt((residual ** 2).mean()))
                return errors
            """,
        ),
        Answer(
            "numpy",
            "NumPy throughout",
            """
            import numpy as np

            def cross_validate(x, y, k, lam):
                X, t = x.numpy(), y.numpy()
                if not (2 <= k and 2 * k <= len(X)):
                    raise ValueError("k is out of range")
                result = []
                for i in range(k):
                    inside = [j for j in range(len(X)) if j % k != i]
                    outside = [j for j in range(len(X)) if j % k == i]
                    mean, std = X[inside].mean(0), X[inside].std(0, ddof=1)
                    std = np.where(std == 0, 1.0, std)
                    A, B = (X[inside] - mean) / std, (X[outside] - mean) / std
                    level = t[inside].mean()
                    inverse = np.linalg.inv(A.T @ A + lam * np.eye(A.shape[1]))
                    w = inverse @ A.T @ (t[inside] - level)
                    result.append(float(np.sqrt(np.mean((B @ w + level - t[outside]) ** 2))))
                return result
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, BOUND, NORMS, CLIP, WEIGHTS, LOSS, LOG_RMSE, ENCODE, FOLDS]
