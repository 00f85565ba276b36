"""Answers to the exercise ``fine-tuning``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "b",
        {
            "a": "takes rows of other classes for a head start",
            "c": "does not see that the layer has another size",
            "d": "keeps outputs that no class needs",
        },
    ),
    choice(
        2,
        "c",
        {
            "a": "turns the advice around",
            "b": "takes rates for a part of the loss",
            "d": "takes one way for the only one",
        },
    ),
    choice(
        3,
        "d",
        {
            "a": "does not see that variation makes a property useless",
            "b": "does not see what the changed images stand for",
            "c": "does not see augmentation as a means against overfitting",
        },
    ),
    choice(
        4,
        "a",
        {
            "b": "takes mirroring for no change",
            "c": "believes that noise spoils the label",
            "d": "takes brightness for no change",
        },
    ),
    choice(
        5,
        "c",
        {
            "a": "takes the axis for the direction",
            "b": "takes a mirror for a turn",
            "d": "takes the probability for a part of the image",
        },
    ),
    number(
        6,
        right={
            "14336": "written out",
            "8 * (768 + 1024)": "factored",
            "torch.zeros(8, 768).numel() + torch.zeros(1024, 8).numel()": "counts tensors",
        },
        wrong={
            "768 * 1024": "counts the frozen weight",
            "8 * 768": "counts one of the two matrices",
            "8 * (768 + 1024) + 1024": "trains the bias as well",
            "8 * 768 * 1024": "multiplies in place of adding",
            "768 + 1024": "leaves out the rank",
        },
    ),
    number(
        7,
        right={
            "0.000625": "written out",
            "0.01 / 16": "a sixteenth",
            "torch.tensor(0.01) * 0.5 ** 4": "a tensor",
        },
        wrong={
            "0.01 * 0.5**5": "counts one step too many",
            "0.01 / 5": "divides by the number of parts",
            "0.01 * 2**4": "lets the rates grow towards the input",
            "0.01 * 0.5": "halves once",
        },
    ),
    choice(
        8,
        "d",
        {
            "a": "believes that weights without a gradient decay",
            "b": "believes that a gradient that passes changes a weight",
            "c": "takes dropout for a change of weights",
        },
    ),
]

LORA = Question(
    "b1-lora",
    "b1-lora-values-test",
    wrong=(
        Answer(
            "no-scale",
            "forgets the scale",
            """
            def lora_forward(x, W, b, A, B, alpha):
                return x @ W.detach().T + b.detach() + x @ A.T @ B.T
            """,
        ),
        Answer(
            "alpha-alone",
            "does not divide by the rank",
            """
            def lora_forward(x, W, b, A, B, alpha):
                return x @ W.detach().T + b.detach() + alpha * (x @ A.T @ B.T)
            """,
        ),
        Answer(
            "width-for-rank",
            "divides by the width of A",
            """
            def lora_forward(x, W, b, A, B, alpha):
                return x @ W.detach().T + b.detach() + alpha / A.shape[1] * (x @ A.T @ B.T)
            """,
        ),
        Answer(
            "not-frozen",
            "lets gradients reach W and b",
            """
            def lora_forward(x, W, b, A, B, alpha):
                return F.linear(x, W, b) + alpha / A.shape[0] * (x @ A.T @ B.T)
            """,
            loses="frozen",
        ),
        Answer(
            "no-gradient",
            "cuts x off, too",
            """
            def lora_forward(x, W, b, A, B, alpha):
                with torch.no_grad():
                    frozen = F.linear(x, W, b)
                return frozen + alpha / A.shape[0] * (x @ A.T @ B.T)
            """,
            loses="frozen",
        ),
        Answer(
            "matrices-only",
            "calls functions that take matrices and nothing else",
            """
            def lora_forward(x, W, b, A, B, alpha):
                low = torch.mm(torch.mm(x, A.T), B.T)
                return torch.addmm(b.detach(), x, W.detach().T) + alpha / len(A) * low
            """,
            loses="shapes",
        ),
        Answer(
            "bias-free",
            "forgets the bias",
            """
            def lora_forward(x, W, b, A, B, alpha):
                return x @ W.detach().T + alpha / A.shape[0] * (x @ A.T @ B.T)
            """,
            loses="values, shapes",
        ),
    ),
    right=(
        Answer(
            "one-matrix",
            "adds the product to the weight first",
            """
            def lora_forward(x, W, b, A, B, alpha):
                weight = W.detach() + (alpha / A.shape[0]) * (B @ A)
                return F.linear(x, weight, b.detach())
            """,
        ),
        Answer(
            "einsum",
            "in Einstein's notation",
            """
            def lora_forward(x, W, b, A, B, alpha):
                rank = B.shape[-1]
                low = torch.einsum("...d,rd->...r", x, A)
                high = torch.einsum("...r,kr->...k", low, B)
                plain = torch.einsum("...d,kd->...k", x, W.detach()) + b.detach()
                return plain + high * alpha / rank
            """,
        ),
    ),
)

MERGE = Question(
    "b2-merge",
    "b2-merge-sum-test",
    wrong=(
        Answer(
            "no-scale",
            "forgets the scale",
            """
            def merged_weight(W, A, B, alpha):
                if A.shape[0] != B.shape[1] or (B.shape[0], A.shape[1]) != tuple(W.shape):
                    raise ValueError("shapes do not fit")
                return W + B @ A
            """,
            loses="sum",
        ),
        Answer(
            "no-check",
            "lets shapes that do not fit be broadcast",
            """
            def merged_weight(W, A, B, alpha):
                return W + alpha / A.shape[0] * (B @ A)
            """,
            loses="errors",
        ),
        Answer(
            "in-place",
            "changes W",
            """
            def merged_weight(W, A, B, alpha):
                if A.shape[0] != B.shape[1] or (B.shape[0], A.shape[1]) != tuple(W.shape):
                    raise ValueError("shapes do not fit")
                W += alpha / A.shape[0] * (B @ A)
                return W
            """,
            loses="untouched",
        ),
        Answer(
            "ranks-only",
            "leaves the check as it was",
            """
            def merged_weight(W, A, B, alpha):
                if A.shape[0] != B.shape[1]:
                    raise ValueError("A and B have different ranks")
                return W + alpha / A.shape[0] * B @ A
            """,
            loses="errors",
        ),
        Answer(
            "width-for-rank",
            "overlooks that the scale is divided by the width",
            """
            def merged_weight(W, A, B, alpha):
                if A.shape[0] != B.shape[1] or (B.shape[0], A.shape[1]) != tuple(W.shape):
                    raise ValueError("shapes do not fit")
                return W + alpha / A.shape[1] * B @ A
            """,
            loses="sum",
        ),
        Answer(
            "product-alone",
            "returns what is added, not the sum",
            """
            def merged_weight(W, A, B, alpha):
                if A.shape[0] != B.shape[1] or (B.shape[0], A.shape[1]) != tuple(W.shape):
                    raise ValueError("shapes do not fit")
                return alpha / A.shape[0] * (B @ A)
            """,
            loses="sum, untouched",
        ),
    ),
    right=(
        Answer(
            "addmm",
            "asks torch for sum and product",
            """
            def merged_weight(W, A, B, alpha):
                rank = A.size(0)
                if B.size(1) != rank or B.size(0) != W.size(0) or A.size(1) != W.size(1):
                    raise ValueError("shapes do not fit")
                return torch.addmm(W, B, A, alpha=alpha / rank)
            """,
        ),
        Answer(
            "ranks-one-by-one",
            "adds one outer product after another",
            """
            def merged_weight(W, A, B, alpha):
                if B.shape != (W.shape[0], len(A)) or A.shape[1] != W.shape[1]:
                    raise ValueError("shapes do not fit")
                merged = W.clone()
                for row, column in zip(A, B.T):
                    merged = merged + alpha / len(A) * torch.outer(column, row)
                return merged
            """,
        ),
    ),
)

RATES = Question(
    "b3-rates",
    "b3-rates-rates-test",
    wrong=(
        Answer(
            "prefix",
            "takes layer10 for a part of layer1",
            """
            def rates_by_name(names, parts, lr, decay):
                rates = {}
                for name in names:
                    places = [i for i, part in enumerate(parts) if name.startswith(part)]
                    if not places:
                        raise ValueError(name)
                    rates[name] = lr * decay ** (len(parts) - 1 - places[0])
                return rates
            """,
            loses="names, errors",
        ),
        Answer(
            "reversed",
            "gives the largest rate to the input",
            """
            def rates_by_name(names, parts, lr, decay):
                rates = {}
                for name in names:
                    fits = [name == p or name.startswith(p + ".") for p in parts]
                    places = [i for i, fit in enumerate(fits) if fit]
                    if not places:
                        raise ValueError(name)
                    rates[name] = lr * decay ** places[0]
                return rates
            """,
            loses="rates, names",
        ),
        Answer(
            "one-too-many",
            "gives the last part a rate that has fallen already",
            """
            def rates_by_name(names, parts, lr, decay):
                rates = {}
                for name in names:
                    fits = [name == p or name.startswith(p + ".") for p in parts]
                    places = [i for i, fit in enumerate(fits) if fit]
                    if not places:
                        raise ValueError(name)
                    rates[name] = lr * decay ** (len(parts) - places[0])
                return rates
            """,
            loses="rates, names",
        ),
        Answer(
            "forgotten",
            "leaves out parameters that belong to no part",
            """
            def rates_by_name(names, parts, lr, decay):
                rates = {}
                for name in names:
                    for i, p in enumerate(parts):
                        if name == p or name.startswith(p + "."):
                            rates[name] = lr * decay ** (len(parts) - 1 - i)
                return rates
            """,
            loses="errors",
        ),
        Answer(
            "first-word",
            "takes what stands before the first point for the part",
            """
            def rates_by_name(names, parts, lr, decay):
                rates = {}
                for name in names:
                    part = name.split(".")[0]
                    if part not in parts:
                        raise ValueError(name)
                    rates[name] = lr * decay ** (len(parts) - 1 - parts.index(part))
                return rates
            """,
            loses="names",
        ),
    ),
    right=(
        Answer(
            "backwards",
            "goes through the parts from the output",
            """
            def rates_by_name(names, parts, lr, decay):
                rate_of = {}
                for part in reversed(parts):
                    rate_of[part] = lr
                    lr = lr * decay

                def find(name):
                    for part in parts:
                        if (name + ".").startswith(part + "."):
                            return rate_of[part]
                    raise ValueError(f"{name} belongs to no part")

                return {name: find(name) for name in names}
            """,
        ),
        Answer(
            "by-pieces",
            "compares the pieces of the names",
            """
            def rates_by_name(names, parts, lr, decay):
                rates = {}
                for name in names:
                    pieces = name.split(".")
                    ends = [".".join(pieces[:k]) for k in range(1, len(pieces) + 1)]
                    owner = next((p for p in parts if p in ends), None)
                    if owner is None:
                        raise ValueError(name)
                    rates[name] = lr * decay ** (len(parts) - parts.index(owner) - 1)
                return rates
            """,
        ),
    ),
)

CARRY = Question(
    "b4-carry",
    "b4-carry-weights-test",
    wrong=(
        Answer(
            "names-alone",
            "does not compare the shapes",
            """
            def carry_over(old, new):
                kept = [name for name in new if name not in old]
                if len(kept) == len(new):
                    raise ValueError("nothing fits")
                state = {
                    n: (v if n in kept else old[n].to(v.dtype)).clone() for n, v in new.items()
                }
                return state, kept
            """,
            loses="weights, names, errors",
        ),
        Answer(
            "number-of-elements",
            "compares the numbers of elements in place of the shapes",
            """
            def carry_over(old, new):
                kept = [n for n in new if n not in old or old[n].numel() != new[n].numel()]
                if len(kept) == len(new):
                    raise ValueError("nothing fits")
                state = {
                    n: (v if n in kept else old[n].to(v.dtype)).clone() for n, v in new.items()
                }
                return state, kept
            """,
            loses="weights",
        ),
        Answer(
            "old-dtype",
            "keeps the old state's dtype",
            """
            def carry_over(old, new):
                kept = [n for n in new if n not in old or old[n].shape != new[n].shape]
                if len(kept) == len(new):
                    raise ValueError("nothing fits")
                return {n: (v if n in kept else old[n]).clone() for n, v in new.items()}, kept
            """,
            loses="edges",
        ),
        Answer(
            "old-names-too",
            "keeps names that the new network does not have",
            """
            def carry_over(old, new):
                kept = [n for n in new if n not in old or old[n].shape != new[n].shape]
                if len(kept) == len(new):
                    raise ValueError("nothing fits")
                state = {n: v.clone() for n, v in old.items()}
                for n, v in new.items():
                    state[n] = (v if n in kept else old[n].to(v.dtype)).clone()
                return state, kept
            """,
            loses="names",
        ),
        Answer(
            "in-place",
            "writes into the new state",
            """
            def carry_over(old, new):
                kept = [n for n in new if n not in old or old[n].shape != new[n].shape]
                if len(kept) == len(new):
                    raise ValueError("nothing fits")
                for n in new:
                    if n not in kept:
                        new[n].copy_(old[n])
                return new, kept
            """,
            loses="edges",
        ),
        Answer(
            "no-check",
            "goes on where nothing fits",
            """
            def carry_over(old, new):
                kept = [n for n in new if n not in old or old[n].shape != new[n].shape]
                state = {
                    n: (v if n in kept else old[n].to(v.dtype)).clone() for n, v in new.items()
                }
                return state, kept
            """,
            loses="errors",
        ),
        Answer(
            "sorted",
            "sorts the names that were not taken over",
            """
            def carry_over(old, new):
                kept = [n for n in new if n not in old or old[n].shape != new[n].shape]
                if len(kept) == len(new):
                    raise ValueError("nothing fits")
                state = {
                    n: (v if n in kept else old[n].to(v.dtype)).clone() for n, v in new.items()
                }
                return state, sorted(kept)
            """,
            loses="names",
        ),
    ),
    right=(
        Answer(
            "loop",
            "one name after another",
            """
            def carry_over(old, new):
                state, kept = {}, []
                for name, value in new.items():
                    source = old.get(name)
                    if source is None or source.size() != value.size():
                        kept.append(name)
                        state[name] = value.detach().clone()
                    else:
                        state[name] = torch.empty_like(value).copy_(source)
                if len(kept) == len(state):
                    raise ValueError("nothing was taken over")
                return state, kept
            """,
        ),
        Answer(
            "update",
            "a copy of the new state, updated",
            """
            def carry_over(old, new):
                state = {name: value.clone() for name, value in new.items()}
                fitting = [n for n in new if n in old and old[n].shape == new[n].shape]
                if not fitting:
                    raise ValueError("nothing fits")
                state.update({n: old[n].clone().type(new[n].dtype) for n in fitting})
                return [state, [n for n in state if n not in fitting]]
            """,
        ),
    ),
)

PROBE = Question(
    "b5-probe",
    "b5-probe-classes-test",
    wrong=(
        Answer(
            "not-centered",
            "does not subtract the means",
            """
            def probe(features, labels, others, classes, penalty):
                Y = F.one_hot(labels, classes).to(features.dtype)
                eye = torch.eye(features.shape[1], dtype=features.dtype)
                V = torch.linalg.solve(features.T @ features + penalty * eye, features.T @ Y)
                return (others @ V).argmax(1)
            """,
            loses="means",
        ),
        Answer(
            "own-mean",
            "subtracts from the others their own mean",
            """
            def probe(features, labels, others, classes, penalty):
                goal = F.one_hot(labels, classes).to(features.dtype)
                X, Y = features - features.mean(0), goal - goal.mean(0)
                eye = torch.eye(X.shape[1], dtype=X.dtype)
                V = torch.linalg.solve(X.T @ X + penalty * eye, X.T @ Y)
                return ((others - others.mean(0)) @ V + goal.mean(0)).argmax(1)
            """,
            loses="means",
        ),
        Answer(
            "no-mean-goal",
            "does not add the mean of the goals again",
            """
            def probe(features, labels, others, classes, penalty):
                goal = F.one_hot(labels, classes).to(features.dtype)
                X, Y = features - features.mean(0), goal - goal.mean(0)
                eye = torch.eye(X.shape[1], dtype=X.dtype)
                V = torch.linalg.solve(X.T @ X + penalty * eye, X.T @ Y)
                return ((others - features.mean(0)) @ V).argmax(1)
            """,
            loses="means, edges",
        ),
        Answer(
            "classes-seen",
            "makes as many columns as classes occur",
            """
            def probe(features, labels, others, classes, penalty):
                seen, number = labels.unique(return_inverse=True)
                goal = F.one_hot(number).to(features.dtype)
                X, Y = features - features.mean(0), goal - goal.mean(0)
                eye = torch.eye(X.shape[1], dtype=X.dtype)
                V = torch.linalg.solve(X.T @ X + penalty * eye, X.T @ Y)
                return ((others - features.mean(0)) @ V + goal.mean(0)).argmax(1)
            """,
            loses="edges",
        ),
        Answer(
            "one-number",
            "fits the class's number and rounds, as if classes were ordered",
            """
            def probe(features, labels, others, classes, penalty):
                goal = labels.to(features.dtype)
                X, center = features - features.mean(0), features.mean(0)
                eye = torch.eye(X.shape[1], dtype=X.dtype)
                v = torch.linalg.solve(X.T @ X + penalty * eye, X.T @ (goal - goal.mean()))
                return ((others - center) @ v + goal.mean()).round().clamp(0, classes - 1).long()
            """,
        ),
        Answer(
            "no-penalty",
            "leaves the penalty out",
            """
            def probe(features, labels, others, classes, penalty):
                goal = F.one_hot(labels, classes).to(features.dtype)
                X, Y = features - features.mean(0), goal - goal.mean(0)
                V = torch.linalg.pinv(X) @ Y
                return ((others - features.mean(0)) @ V + goal.mean(0)).argmax(1)
            """,
            loses="classes, means",
        ),
        Answer(
            "least-squares",
            "lets lstsq do it",
            """
            def probe(features, labels, others, classes, penalty):
                goal = F.one_hot(labels, classes).to(features.dtype)
                X, Y = features - features.mean(0), goal - goal.mean(0)
                eye = torch.eye(X.shape[1], dtype=X.dtype)
                zeros = torch.zeros(X.shape[1], classes, dtype=X.dtype)
                both = torch.cat([X, penalty**0.5 * eye]), torch.cat([Y, zeros])
                V = torch.linalg.lstsq(*both).solution
                return ((others - features.mean(0)) @ V + goal.mean(0)).argmax(1)
            """,
            loses="classes, means",
        ),
        Answer(
            "scores",
            "returns the scores",
            """
            def probe(features, labels, others, classes, penalty):
                goal = F.one_hot(labels, classes).to(features.dtype)
                X, Y = features - features.mean(0), goal - goal.mean(0)
                eye = torch.eye(X.shape[1], dtype=X.dtype)
                V = torch.linalg.solve(X.T @ X + penalty * eye, X.T @ Y)
                return (others - features.mean(0)) @ V + goal.mean(0)
            """,
        ),
    ),
    right=(
        Answer(
            "kernel",
            "solves for the examples in place of the features",
            """
            def probe(features, labels, others, classes, penalty):
                center = features.mean(dim=0, keepdim=True)
                goal = torch.eye(classes, dtype=features.dtype)[labels]
                X, Y = features - center, goal - goal.mean(0)
                gram = X @ X.T + penalty * torch.eye(len(X), dtype=X.dtype)
                scores = (others - center) @ X.T @ torch.linalg.inv(gram) @ Y
                return torch.argmax(scores + goal.mean(0), dim=-1)
            """,
        ),
        Answer(
            "svd",
            "by singular values",
            """
            def probe(features, labels, others, classes, penalty):
                center = features.mean(0)
                goal = F.one_hot(labels, num_classes=classes).type_as(features)
                U, S, Vh = torch.linalg.svd(features - center, full_matrices=False)
                V = Vh.T @ ((S / (S**2 + penalty))[:, None] * (U.T @ (goal - goal.mean(0))))
                return ((others - center) @ V + goal.mean(0)).max(1).indices
            """,
        ),
    ),
)

PAIRED = Question(
    "b6-paired",
    "b6-paired-mean-test",
    wrong=(
        Answer(
            "unpaired",
            "adds the variances of the two ways",
            """
            def paired(a, b):
                if len(a) != len(b) or len(a) < 2:
                    raise ValueError("seeds")
                a, b = torch.tensor(a).double(), torch.tensor(b).double()
                error = ((a.var() + b.var()) / len(a)) ** 0.5
                return (a - b).mean().item(), error.item(), int((a > b).sum())
            """,
            loses="error",
        ),
        Answer(
            "deviation",
            "gives the standard deviation, not that of the mean",
            """
            def paired(a, b):
                if len(a) != len(b) or len(a) < 2:
                    raise ValueError("seeds")
                d = torch.tensor(a).double() - torch.tensor(b).double()
                return d.mean().item(), d.std().item(), int((d > 0).sum())
            """,
            loses="error",
        ),
        Answer(
            "biased",
            "divides by N in the standard deviation",
            """
            def paired(a, b):
                if len(a) != len(b) or len(a) < 2:
                    raise ValueError("seeds")
                d = torch.tensor(a).double() - torch.tensor(b).double()
                error = d.std(unbiased=False) / len(a) ** 0.5
                return d.mean().item(), error.item(), int((d > 0).sum())
            """,
            loses="error",
        ),
        Answer(
            "b-minus-a",
            "subtracts a from b",
            """
            def paired(a, b):
                if len(a) != len(b) or len(a) < 2:
                    raise ValueError("seeds")
                d = torch.tensor(b).double() - torch.tensor(a).double()
                return d.mean().item(), d.std().item() / len(a) ** 0.5, int((d > 0).sum())
            """,
            loses="mean, wins",
        ),
        Answer(
            "ties-count",
            "counts equal seeds as won",
            """
            def paired(a, b):
                if len(a) != len(b) or len(a) < 2:
                    raise ValueError("seeds")
                d = torch.tensor(a).double() - torch.tensor(b).double()
                return d.mean().item(), d.std().item() / len(a) ** 0.5, int((d >= 0).sum())
            """,
            loses="wins",
        ),
        Answer(
            "sorted",
            "sorts both before the comparison",
            """
            def paired(a, b):
                if len(a) != len(b) or len(a) < 2:
                    raise ValueError("seeds")
                d = torch.tensor(sorted(a)).double() - torch.tensor(sorted(b)).double()
                return d.mean().item(), d.std().item() / len(a) ** 0.5, int((d > 0).sum())
            """,
            loses="error, wins",
        ),
        Answer(
            "shorter",
            "pairs as far as the shorter list goes",
            """
            def paired(a, b):
                d = [x - y for x, y in zip(a, b)]
                n = len(d)
                if n < 2:
                    raise ValueError("seeds")
                mean = sum(d) / n
                error = (sum((x - mean) ** 2 for x in d) / (n - 1) / n) ** 0.5
                return mean, error, sum(x > 0 for x in d)
            """,
            loses="errors",
        ),
    ),
    right=(
        Answer(
            "plain",
            "without tensors",
            """
            def paired(a, b):
                n = len(a)
                if n != len(b) or n < 2:
                    raise ValueError("the same two seeds or more")
                d = [x - y for x, y in zip(a, b)]
                mean = sum(d) / n
                error = (sum((x - mean) ** 2 for x in d) / (n - 1) / n) ** 0.5
                return mean, error, sum(x > y for x, y in zip(a, b))
            """,
        ),
        Answer(
            "statistics",
            "with the standard library",
            """
            import statistics

            def paired(a, b):
                if len(a) < 2 or len(b) != len(a):
                    raise ValueError("the same two seeds or more")
                d = [x - y for x, y in zip(a, b)]
                wins = len([x for x in d if x > 0])
                return [statistics.mean(d), statistics.stdev(d) / len(d) ** 0.5, wins]
            """,
        ),
    ),
)

AUGMENT = Question(
    "b7-augment",
    "b7-augment-flip-test",
    wrong=(
        Answer(
            "roll",
            "lets pixels come in again at the other side",
            """
            def augment(x, flip, shift):
                images = [image.flip(-1) if f else image for image, f in zip(x, flip)]
                return torch.stack([i.roll(int(s), -1) for i, s in zip(images, shift)])
            """,
            loses="shift, order, edges",
        ),
        Answer(
            "other-way",
            "moves to the left",
            """
            def augment(x, flip, shift):
                out = torch.zeros_like(x)
                W = x.shape[3]
                for n in range(len(x)):
                    image = x[n].flip(-1) if flip[n] else x[n]
                    for c in range(W):
                        if 0 <= c - int(shift[n]) < W:
                            out[n, :, :, c - int(shift[n])] = image[:, :, c]
                return out
            """,
            loses="shift, order, edges",
        ),
        Answer(
            "shift-first",
            "shifts before it mirrors",
            """
            def augment(x, flip, shift):
                out = torch.zeros_like(x)
                W = x.shape[3]
                for n in range(len(x)):
                    for c in range(W):
                        if 0 <= c + int(shift[n]) < W:
                            out[n, :, :, c + int(shift[n])] = x[n, :, :, c]
                    if flip[n]:
                        out[n] = out[n].flip(-1)
                return out
            """,
            loses="order",
        ),
        Answer(
            "upside-down",
            "swaps top and bottom",
            """
            def augment(x, flip, shift):
                out = torch.zeros_like(x)
                W = x.shape[3]
                for n in range(len(x)):
                    image = x[n].flip(-2) if flip[n] else x[n]
                    for c in range(W):
                        if 0 <= c + int(shift[n]) < W:
                            out[n, :, :, c + int(shift[n])] = image[:, :, c]
                return out
            """,
            loses="flip, order",
        ),
        Answer(
            "edge",
            "fills with the pixels at the border",
            """
            def augment(x, flip, shift):
                x = torch.where(flip.view(-1, 1, 1, 1), x.flip(3), x)
                source = (torch.arange(x.shape[3]) - shift[:, None]).clamp(0, x.shape[3] - 1)
                return x.gather(3, source[:, None, None].expand(x.shape))
            """,
            loses="shift, order, edges",
        ),
        Answer(
            "small-shifts",
            "slices, and does not think of shifts beyond the image",
            """
            def augment(x, flip, shift):
                x = torch.where(flip.view(-1, 1, 1, 1), x.flip(3), x)
                out = torch.zeros_like(x)
                W = x.shape[3]
                for n, s in enumerate(shift.tolist()):
                    if s >= 0:
                        out[n, :, :, s:] = x[n, :, :, : W - s]
                    else:
                        out[n, :, :, : W + s] = x[n, :, :, -s:]
                return out
            """,
            loses="edges",
        ),
        Answer(
            "floats",
            "returns floats, whatever came in",
            """
            def augment(x, flip, shift):
                out = torch.zeros(x.shape)
                W = x.shape[3]
                for n in range(len(x)):
                    image = x[n].flip(-1) if flip[n] else x[n]
                    for c in range(W):
                        if 0 <= c + int(shift[n]) < W:
                            out[n, :, :, c + int(shift[n])] = image[:, :, c].float()
                return out
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "slices",
            "cuts each image and puts it into zeros",
            """
            def augment(x, flip, shift):
                out = torch.zeros_like(x)
                W = x.shape[-1]
                for n, (mirror, s) in enumerate(zip(flip.tolist(), shift.tolist())):
                    image = x[n].flip(-1) if mirror else x[n]
                    if s >= 0:
                        out[n, ..., s:] = image[..., : max(0, W - s)]
                    else:
                        out[n, ..., : max(0, W + s)] = image[..., -s:]
                return out
            """,
        ),
        Answer(
            "padded",
            "pads with zeros and cuts a window",
            """
            def augment(x, flip, shift):
                W = x.shape[3]
                images = []
                for image, mirror, s in zip(x, flip, shift.clamp(-W, W).tolist()):
                    image = torch.flip(image, [2]) if mirror else image
                    wide = torch.zeros(*image.shape[:2], 3 * W, dtype=x.dtype)
                    wide[:, :, W : 2 * W] = image
                    images.append(wide[:, :, W - s : 2 * W - s])
                return torch.stack(images)
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, LORA, MERGE, RATES, CARRY, PROBE, PAIRED, AUGMENT]
