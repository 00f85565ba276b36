"""Answers to the exercise ``house-prices``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "c",
        {
            "a": "designs the model before knowing what the prepared data look like",
            "b": "designs the model before there are data",
            "d": "validates before there is a model",
        },
    ),
    number(
        2,
        right={
            "math.log(2) / 2": "by the formula",
            "0.34657": "rounded",
            "(0.6931 ** 2 / 4) ** 0.5": "step by step",
        },
        wrong={
            "math.log(2)": "forgets the other three houses",
            "math.log(2) / 4": "takes the mean of the logarithms",
            "math.log(2) ** 2 / 4": "forgets the root",
            "math.log10(2) / 2": "takes the logarithm to base 10",
        },
    ),
    number(
        3,
        right={"10": "by head", "3 + 5 + 2": "column by column", "10.0": "a float"},
        wrong={
            "9": "forgets the gap",
            "11": "gives a gap to every column of text",
            "5": "keeps one column for each text",
            "8": "leaves out one entry of each text",
        },
    ),
    number(
        4,
        right={"1.5": "by head", "(130 - 100) / 20": "by the formula", "3 / 2": "as a fraction"},
        wrong={
            "(130 - 120) / 10": "standardizes by the test rows",
            "130 - 100": "forgets the deviation",
            "(130 - 100) / 10": "mixes both parts",
            "(130 - 110) / 15": "takes the means of both parts together",
        },
    ),
    choice(
        5,
        "a",
        {
            "b": "takes the right order for a leak",
            "c": "believes that a logarithm learns from other rows",
            "d": "believes that a fixed cut leaks",
        },
    ),
    choice(
        6,
        "c",
        {
            "a": "chooses by the test set",
            "b": "reports the error that was used to choose",
            "d": "goes on until the test set agrees",
        },
    ),
    choice(
        7,
        "d",
        {
            "a": "takes a baseline for a start",
            "b": "takes a baseline for a preparation",
            "c": "takes a baseline for a filter",
        },
    ),
    choice(
        8,
        "b",
        {
            "a": "compares with the spread over rounds, unpaired",
            "c": "generalizes from five rounds to every table",
            "d": "takes common rounds for a common model",
        },
    ),
]

LOG_RMSE = Question(
    "b1-log-rmse",
    "b1-log-rmse-idea-test",
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
            loses="idea, edges",
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
            loses="idea, edges",
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
            loses="edges, errors",
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
            loses="edges",
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
            loses="errors",
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
            loses="errors",
        ),
        Answer(
            "in-place",
            "takes the logarithms in the prices that it is given",
            """
            def log_rmse(predicted, actual):
                if predicted.shape != actual.shape or not len(predicted):
                    raise ValueError("shapes")
                if not ((predicted > 0) & (actual > 0)).all():
                    raise ValueError("prices")
                if not predicted.is_floating_point() or predicted.requires_grad:
                    return (predicted.log() - actual.log()).square().mean().sqrt()
                return (predicted.log_() - actual.log()).square().mean().sqrt()
            """,
            loses="errors",
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
    "b2-encode",
    "b2-encode-numbers-test",
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
            loses="numbers, edges",
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
            loses="gaps",
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
            loses="gaps",
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
            loses="gaps",
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
            loses="gaps, edges",
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
            loses="edges",
        ),
        Answer(
            "fills-the-gaps",
            "fills the gaps in the rows that it is given",
            """
            def encode_table(train, new, numbers, categories):
                stats = {}
                for name in numbers:
                    present = [float(r[name]) for r in train if r[name] is not None]
                    present = torch.tensor(present, dtype=torch.float64)
                    std = present.std().item() if present.min() < present.max() else 1.0
                    stats[name] = present.mean().item(), std
                seen = {name: {row[name] for row in train} for name in categories}
                order = [(c, v) for c in categories
                         for v in sorted(seen[c] - {None}) + [None] * (None in seen[c])]

                def encode(rows):
                    table = []
                    for row in rows:
                        for name in numbers:
                            if row[name] is None:
                                row[name] = stats[name][0]
                        table.append([(row[n] - stats[n][0]) / stats[n][1] for n in numbers]
                                     + [float(row[c] == v) for c, v in order])
                    D = len(numbers) + len(order)
                    return torch.tensor(table, dtype=torch.float32).reshape(len(rows), D)

                return encode(train), encode(new)
            """,
            loses="gaps",
        ),
        Answer(
            "as-they-come",
            "orders categories as they occur, not by the alphabet",
            """
            def encode_table(train, new, numbers, categories):
                columns = []
                for name in numbers:
                    values = torch.tensor([float(r[name]) for r in train if r[name] is not None])
                    std = values.std().item() or 1.0
                    columns.append((name, values.mean().item(), std))
                seen = [(name, list(dict.fromkeys(r[name] for r in train if r[name] is not None))
                         + [None] * any(r[name] is None for r in train)) for name in categories]

                def encode(rows):
                    made = [[0.0 if r[n] is None else (r[n] - m) / s for n, m, s in columns]
                            + [float(r[n] == v) for n, values in seen for v in values]
                            for r in rows]
                    width = len(columns) + sum(len(values) for _, values in seen)
                    return torch.tensor(made, dtype=torch.float32).reshape(len(rows), width)

                return encode(train), encode(new)
            """,
            loses="categories, gaps, edges",
        ),
        Answer(
            "zero-is-missing",
            "takes a 0 and an empty text for missing",
            """
            def encode_table(train, new, numbers, categories):
                columns = []
                for name in numbers:
                    present = torch.tensor([float(row[name]) for row in train if row[name]])
                    std = present.std() if present.min() < present.max() else 1.0
                    columns.append((name, lambda value, m=present.mean(), s=std:
                                    float((value - m) / s) if value else 0.0))
                for name in categories:
                    seen = {row[name] or None for row in train}
                    for known in sorted(seen - {None}) + [None] * (None in seen):
                        columns.append((name, lambda value, k=known: float((value or None) == k)))

                def encode(rows):
                    table = [[column(row[name]) for name, column in columns] for row in rows]
                    return torch.tensor(table).reshape(len(rows), len(columns))

                return encode(train), encode(new)
            """,
            loses="edges",
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
    "b4-folds",
    "b4-folds-rounds-test",
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
            loses="leaks, constant",
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
            loses="rounds, leaks",
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
            loses="leaks",
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
            loses="rounds, leaks",
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
            loses="rounds, leaks",
        ),
        Answer(
            "divides-by-zero",
            "divides by a deviation of 0",
            """
            def cross_validate(x, y, k, lam):
                if not 2 <= k <= len(x) // 2:
                    raise ValueError("k")
                errors = []
                for i in range(k):
                    valid = torch.arange(len(x)) % k == i
                    mean, std, center = x[~valid].mean(0), x[~valid].std(0), y[~valid].mean()
                    a, b = (x[~valid] - mean) / std, (x[valid] - mean) / std
                    w = torch.linalg.solve(a.T @ a + lam * torch.eye(x.shape[1]).double(),
                                           a.T @ (y[~valid] - center))
                    errors.append((b @ w + center - y[valid]).square().mean().sqrt().item())
                return errors
            """,
            loses="constant",
        ),
        Answer(
            "any-k",
            "takes any number of rounds",
            """
            def cross_validate(x, y, k, lam):
                errors = []
                for i in range(k):
                    valid = torch.arange(len(x)) % k == i
                    mean, std, center = x[~valid].mean(0), x[~valid].std(0), y[~valid].mean()
                    std[std == 0] = 1
                    a, b = (x[~valid] - mean) / std, (x[valid] - mean) / std
                    w = torch.linalg.solve(a.T @ a + lam * torch.eye(x.shape[1]).double(),
                                           a.T @ (y[~valid] - center))
                    errors.append((b @ w + center - y[valid]).square().mean().sqrt().item())
                return errors
            """,
            loses="arguments",
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
            loses="rounds, leaks, constant",
        ),
        Answer(
            "in-place",
            "standardizes the table that it is given, round after round",
            """
            def cross_validate(x, y, k, lam):
                if not 2 <= k <= len(x) // 2:
                    raise ValueError("k")
                errors, table = [], x.clone()
                for i in range(k):
                    valid = torch.arange(len(x)) % k == i
                    mean, std = table[~valid].mean(0), table[~valid].std(0)
                    x[:] = (table - mean) / torch.where(std > 0, std, 1.0)
                    A, center = x[~valid], y[~valid].mean()
                    eye = torch.eye(x.shape[1], dtype=x.dtype)
                    w = torch.linalg.solve(A.T @ A + lam * eye, A.T @ (y[~valid] - center))
                    errors.append((x[valid] @ w + center - y[valid]).square().mean().sqrt().item())
                return errors
            """,
            loses="arguments",
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

PRICES = Question(
    "b3-prices",
    "b3-prices-idea-test",
    wrong=(
        Answer(
            "exp-first",
            "takes exp before undoing the standardization",
            """
            def to_prices(outputs, train_prices):
                if len(train_prices) < 2 or not (train_prices > 0).all() or train_prices.std() == 0:
                    raise ValueError("prices")
                return outputs.exp() * train_prices.log().std() + train_prices.log().mean()
            """,
            loses="idea",
        ),
        Answer(
            "prices-not-logs",
            "takes mean and deviation of the prices themselves",
            """
            def to_prices(outputs, train_prices):
                if len(train_prices) < 2 or not (train_prices > 0).all() or train_prices.std() == 0:
                    raise ValueError("prices")
                return outputs * train_prices.std() + train_prices.mean()
            """,
            loses="idea",
        ),
        Answer(
            "log-of-the-mean",
            "takes the logarithm of the mean for the mean of the logarithms",
            """
            def to_prices(outputs, train_prices):
                if len(train_prices) < 2 or not (train_prices > 0).all() or train_prices.std() == 0:
                    raise ValueError("prices")
                return (outputs * train_prices.log().std()).exp() * train_prices.mean()
            """,
            loses="idea",
        ),
        Answer(
            "no-exp",
            "stays in logarithms",
            """
            def to_prices(outputs, train_prices):
                if len(train_prices) < 2 or not (train_prices > 0).all() or train_prices.std() == 0:
                    raise ValueError("prices")
                return outputs * train_prices.log().std() + train_prices.log().mean()
            """,
            loses="idea",
        ),
        Answer(
            "population",
            "divides by n in the deviation",
            """
            def to_prices(outputs, train_prices):
                if len(train_prices) < 2 or not (train_prices > 0).all() or train_prices.std() == 0:
                    raise ValueError("prices")
                logs = train_prices.log()
                return (outputs * logs.std(correction=0) + logs.mean()).exp()
            """,
            loses="idea",
        ),
        Answer(
            "double-precision",
            "gives float64 whatever comes in",
            """
            def to_prices(outputs, train_prices):
                if len(train_prices) < 2 or not (train_prices > 0).all() or train_prices.std() == 0:
                    raise ValueError("prices")
                logs = train_prices.double().log()
                return (outputs.double() * logs.std() + logs.mean()).exp()
            """,
            loses="shapes",
        ),
        Answer(
            "no-deviation",
            "adds the mean and forgets the deviation",
            """
            def to_prices(outputs, train_prices):
                if len(train_prices) < 2 or not (train_prices > 0).all() or train_prices.std() == 0:
                    raise ValueError("prices")
                return (outputs + train_prices.log().mean()).exp()
            """,
            loses="idea",
        ),
        Answer(
            "no-complaint",
            "lets one price alone become NaN",
            """
            def to_prices(outputs, train_prices):
                logs = train_prices.log()
                return (outputs * logs.std() + logs.mean()).exp()
            """,
            loses="errors",
        ),
    ),
    right=(
        Answer(
            "geometric",
            "geometric mean times a power",
            """
            def to_prices(outputs, train_prices):
                if train_prices.numel() < 2 or not bool((train_prices > 0).all()):
                    raise ValueError("need two prices above 0")
                if len(train_prices.unique()) == 1:
                    raise ValueError("all prices are equal")
                logs = torch.log(train_prices.double())
                level, factor = logs.mean().exp(), logs.std(unbiased=True).exp()
                return (level * factor ** outputs.double()).to(outputs.dtype)
            """,
        ),
        Answer(
            "plain-python",
            "statistics from the standard library",
            """
            import statistics

            def to_prices(outputs, train_prices):
                prices = train_prices.tolist()
                if len(prices) < 2 or not all(p > 0 for p in prices) or len(set(prices)) == 1:
                    raise ValueError("need different prices above 0")
                logs = [math.log(p) for p in prices]
                return torch.exp(outputs * statistics.stdev(logs) + statistics.mean(logs))
            """,
        ),
    ),
)

LEAKS = Question(
    "b5-leaks",
    "b5-leaks-training-test",
    wrong=(
        Answer(
            "training-alone",
            "looks at the training rows and not at the new ones",
            """
            def leaks(encode):
                g = torch.Generator().manual_seed(1)
                train, near = torch.randn(9, 3, generator=g), torch.randn(4, 3, generator=g)
                far = torch.cat([near, torch.full((1, 3), 99.0), torch.full((1, 3), -99.0)])
                return not torch.allclose(encode(train, near)[0], encode(train, far)[0])
            """,
            loses="new, extremes",
        ),
        Answer(
            "new-alone",
            "looks at a new row and not at the training rows",
            """
            def leaks(encode):
                g = torch.Generator().manual_seed(1)
                train, near = torch.randn(9, 3, generator=g), torch.randn(4, 3, generator=g)
                far = torch.cat([near, torch.full((1, 3), 99.0), torch.full((1, 3), -99.0)])
                return not torch.allclose(encode(train, near)[1], encode(train, far)[1][:4])
            """,
            loses="training, extremes",
        ),
        Answer(
            "within",
            "tries new rows that do not go beyond the training rows",
            """
            def leaks(encode):
                g = torch.Generator().manual_seed(1)
                inside, row, some, others = torch.randn(20, 3, generator=g).split([9, 1, 4, 6])
                train = torch.cat([inside, torch.tensor([[50.0] * 3, [-50.0] * 3])])
                first = encode(train, torch.cat([row, some]))
                second = encode(train, torch.cat([row, others + 5]))
                return not (torch.allclose(first[0], second[0], rtol=1e-4, atol=1e-5)
                            and torch.allclose(first[1][0], second[1][0], rtol=1e-4, atol=1e-5))
            """,
            loses="extremes",
        ),
        Answer(
            "upwards-alone",
            "tries rows far above, and none far below",
            """
            def leaks(encode):
                g = torch.Generator().manual_seed(1)
                train, row = torch.randn(9, 3, generator=g), torch.full((1, 3), 0.1)
                near = torch.cat([row, torch.full((1, 3), -0.1)])
                far = torch.cat([row, torch.full((1, 3), -0.1), torch.full((1, 3), 99.0)])
                first, second = encode(train, near), encode(train, far)
                return not (torch.allclose(first[0], second[0])
                            and torch.allclose(first[1][0], second[1][0]))
            """,
            loses="extremes",
        ),
        Answer(
            "mean-zero",
            "takes whoever does not give mean 0 and deviation 1 for leaking",
            """
            def leaks(encode):
                g = torch.Generator().manual_seed(1)
                given, others = torch.randn(18, 3, generator=g).split(9)
                train, new = encode(given, 5 + others)
                centered = train.mean(0).abs().max() < 1e-3
                return not (centered and (train.std(0) - 1).abs().max() < 1e-3)
            """,
        ),
        Answer(
            "other-training-rows",
            "changes the training rows, on which everything may depend",
            """
            def leaks(encode):
                g = torch.Generator().manual_seed(1)
                new, some, others = torch.randn(22, 3, generator=g).split([4, 9, 9])
                one, other = encode(some, new), encode(5 * others, new)
                return not torch.allclose(one[1], other[1])
            """,
        ),
        Answer(
            "turned-round",
            "says True for honest",
            """
            def leaks(encode):
                g = torch.Generator().manual_seed(1)
                train, row = torch.randn(9, 3, generator=g), torch.randn(1, 3, generator=g)
                first = encode(train, torch.cat([row, torch.randn(3, 3, generator=g)]))
                second = encode(train, torch.cat([row, 99 * torch.randn(9, 3, generator=g)]))
                return (torch.allclose(first[0], second[0])
                        and torch.allclose(first[1][0], second[1][0]))
            """,
        ),
    ),
    right=(
        Answer(
            "many-tables",
            "several tables, compared exactly up to rounding",
            """
            def leaks(encode):
                generator = torch.Generator().manual_seed(3)
                train = torch.randn(20, 4, generator=generator, dtype=torch.float64)
                common = torch.randn(2, 4, generator=generator, dtype=torch.float64)
                seen = []
                for factor in (0.1, 100.0, -100.0):
                    others = factor * torch.rand(5, 4, generator=generator, dtype=torch.float64)
                    made, new = encode(train, torch.cat([common, others]))
                    seen.append(torch.cat([made, new[:2]]))
                return any((one - seen[0]).abs().max().item() > 1e-6 for one in seen[1:])
            """,
        ),
        Answer(
            "plain-lists",
            "compares lists of rounded numbers",
            """
            def leaks(encode):
                train = torch.tensor([[1.0, 5.0], [2.0, 3.0], [4.0, 9.0]])
                row = [3.0, 4.0]
                outcomes = []
                for others in ([[2.0, 4.0]], [[500.0, 700.0]], [[-500.0, -700.0], [0.0, 0.0]]):
                    made, new = encode(train, torch.tensor([row, *others]))
                    outcomes.append([[round(v, 3) for v in line]
                                     for line in [*made.tolist(), new[0].tolist()]])
                return outcomes.count(outcomes[0]) < 3
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, LOG_RMSE, ENCODE, PRICES, FOLDS, LEAKS]
