"""Answers to the exercise ``embeddings``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "d",
        {
            "a": "overlooks what training costs",
            "b": "takes equal distances for an advantage",
            "c": "takes the length of one-hot vectors for that of learned ones",
        },
    ),
    choice(
        2,
        "a",
        {
            "b": "does not see what short vectors are good for",
            "c": "believes that one table can serve both roles",
            "d": "believes that something is learned from a single occurrence",
        },
    ),
    choice(
        3,
        "c",
        {
            "a": "takes GloVe for a method that reads pair by pair",
            "b": "forgets the biases",
            "d": "believes that large counts weigh less",
        },
    ),
    choice(
        4,
        "b",
        {
            "a": "believes that vectors do not depend on their text",
            "c": "takes a table for a reader of letters",
            "d": "believes that borrowed vectors must not be trained",
        },
    ),
    choice(
        5,
        "d",
        {
            "a": "believes that padding is there for the meaning",
            "b": "believes that tokens must be words",
            "c": "believes that unknown words cannot be read",
        },
    ),
    choice(
        6,
        "b",
        {
            "a": "believes that the directions wait for each other",
            "c": "takes one direction's view for that of both",
            "d": "takes the last step for the end of both directions",
        },
    ),
    number(
        7,
        right={
            "144.0": "a float",
            "torch.nn.Embedding(7, 12)(torch.zeros(4, 3, dtype=torch.int64)).numel()": "asks torch",
            "12 ** 2": "a square by chance",
        },
        wrong={
            "4 * 3 * 7": "one-hot vectors in place of the table's",
            "7 * 12": "the table's numbers",
            "4 * 3": "the numbers that go in",
            "4 * 3 * 7 * 12": "multiplies all that is given",
        },
    ),
    number(
        8,
        right={
            "2.0": "a float",
            "math.log(4) / math.log(2)": "another base, converted",
            "torch.tensor(4.0).log2()": "tensor",
        },
        wrong={
            "math.log(4)": "the natural logarithm",
            "4": "the quotient, not its logarithm",
            "-2": "the quotient upside down",
            "math.log2(30 * 16)": "forgets to divide by all pairs of the word",
        },
    ),
]

PAIRS = Question(
    "b1-pairs",
    "b1-pairs-idea-test",
    wrong=(
        Answer(
            "forward",
            "looks to the right only",
            """
            def word_pairs(words, window):
                if window < 1:
                    raise ValueError("window")
                return [(words[i], words[j]) for i in range(len(words))
                        for j in range(i + 1, min(len(words), i + window + 1))]
            """,
            loses="idea, edges",
        ),
        Answer(
            "itself",
            "counts a word as its own context",
            """
            def word_pairs(words, window):
                if window < 1:
                    raise ValueError("window")
                return [(words[i], words[j]) for i in range(len(words))
                        for j in range(max(0, i - window), min(len(words), i + window + 1))]
            """,
            loses="idea, edges",
        ),
        Answer(
            "equal-words",
            "compares words where places are meant",
            """
            def word_pairs(words, window):
                if window < 1:
                    raise ValueError("window")
                return [(words[i], words[j]) for i in range(len(words))
                        for j in range(max(0, i - window), min(len(words), i + window + 1))
                        if words[i] != words[j]]
            """,
            loses="edges",
        ),
        Answer(
            "around-the-start",
            "a negative start of a slice counts from the end",
            """
            def word_pairs(words, window):
                if window < 1:
                    raise ValueError("window")
                return [(word, other) for i, word in enumerate(words)
                        for other in words[i - window : i] + words[i + 1 : i + 1 + window]]
            """,
            loses="edges",
        ),
        Answer(
            "no-check",
            "no error for a window of 0",
            """
            def word_pairs(words, window):
                return [(words[i], words[j]) for i in range(len(words))
                        for j in range(max(0, i - window), min(len(words), i + window + 1))
                        if i != j]
            """,
            loses="arguments",
        ),
        Answer(
            "eats-the-text",
            "takes the words out of the list that it is given",
            """
            def word_pairs(words, window):
                if window < 1:
                    raise ValueError("window")
                pairs, before = [], []
                while words:
                    center = words.pop(0)
                    pairs += [(center, other) for other in before[-window:] + words[:window]]
                    before.append(center)
                return pairs
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "slices",
            "slices that begin at 0 at least",
            """
            def word_pairs(words, window):
                if window <= 0:
                    raise ValueError("the window is too small")
                pairs = []
                for i, word in enumerate(words):
                    around = words[max(0, i - window) : i] + words[i + 1 : i + 1 + window]
                    pairs += [(word, other) for other in around]
                return pairs
            """,
        ),
        Answer(
            "distances",
            "all pairs of places, filtered by their distance, as lists",
            """
            def word_pairs(words, window):
                if window < 1:
                    raise ValueError(window)
                n = range(len(words))
                return tuple((words[i], words[j]) for i in n for j in n if 0 < abs(i - j) <= window)
            """,
        ),
    ),
)

KEEP = Question(
    "b2-keep",
    "b2-keep-idea-test",
    wrong=(
        Answer(
            "drop",
            "gives the probability of dropping",
            """
            def keep_probability(counts, rate):
                if rate <= 0:
                    raise ValueError("rate")
                return (1 - (rate * counts.sum() / counts).sqrt()).clamp(min=0).float()
            """,
            loses="idea, edges",
        ),
        Answer(
            "no-limit",
            "lets probabilities grow beyond 1",
            """
            def keep_probability(counts, rate):
                if rate <= 0:
                    raise ValueError("rate")
                return (rate * counts.sum() / counts).sqrt().float()
            """,
            loses="edges",
        ),
        Answer(
            "no-root",
            "forgets the root",
            """
            def keep_probability(counts, rate):
                if rate <= 0:
                    raise ValueError("rate")
                return (rate * counts.sum() / counts).clamp(max=1).float()
            """,
            loses="idea, edges",
        ),
        Answer(
            "counts",
            "takes counts for shares",
            """
            def keep_probability(counts, rate):
                if rate <= 0:
                    raise ValueError("rate")
                return (rate / counts).sqrt().clamp(max=1).float()
            """,
            loses="idea, edges",
        ),
        Answer(
            "no-check",
            "no error for a rate of 0",
            """
            def keep_probability(counts, rate):
                return (rate * counts.sum() / counts).sqrt().clamp(max=1).float()
            """,
            loses="errors",
        ),
    ),
    right=(
        Answer(
            "list",
            "Python's math, word by word",
            """
            def keep_probability(counts, rate):
                if rate <= 0:
                    raise ValueError("the rate must be positive")
                total = counts.sum().item()
                kept = [min(1.0, math.sqrt(rate * total / n)) if n else 1.0
                        for n in counts.tolist()]
                return torch.tensor(kept)
            """,
        ),
        Answer(
            "minimum",
            "double precision, torch.minimum",
            """
            def keep_probability(counts, rate):
                if not rate > 0:
                    raise ValueError(rate)
                share = counts.double() / counts.sum()
                limit = torch.ones_like(share)
                return torch.minimum((rate / share) ** 0.5, limit).to(torch.float32)
            """,
        ),
    ),
)

PMI = Question(
    "b3-pmi",
    "b3-pmi-idea-test",
    wrong=(
        Answer(
            "negative",
            "keeps what is below 0",
            """
            def positive_pmi(counts):
                x = counts.double()
                p = x / x.sum(dim=1, keepdim=True)
                ratio = torch.where(x > 0, p / (x.sum(dim=0) / x.sum()), 1.0)
                return ratio.log().float()
            """,
            loses="sign",
        ),
        Answer(
            "nan",
            "leaves NaN where a row or column is empty",
            """
            def positive_pmi(counts):
                x = counts.double()
                p = x / x.sum(dim=1, keepdim=True)
                return (p / (x.sum(dim=0) / x.sum())).log().clamp(min=0).float()
            """,
            loses="zeros",
        ),
        Answer(
            "wrong-sum",
            "divides by the sum of the column twice",
            """
            def positive_pmi(counts):
                x = counts.double()
                p = x / x.sum(dim=0).clamp(min=1)
                ratio = torch.where(x > 0, p / (x.sum(dim=0).clamp(min=1) / x.sum()), 1.0)
                return ratio.clamp(min=1).log().float()
            """,
        ),
        Answer(
            "base-2",
            "the logarithm to base 2",
            """
            def positive_pmi(counts):
                x = counts.double()
                expected = x.sum(dim=1, keepdim=True) * x.sum(dim=0) / x.sum()
                return torch.where(x > 0, x / expected, 1.0).clamp(min=1).log2().float()
            """,
        ),
        Answer(
            "log-of-counts",
            "forgets chance",
            """
            def positive_pmi(counts):
                return counts.float().clamp(min=1).log()
            """,
        ),
        Answer(
            "twice-at-least",
            "leaves out what occurred once",
            """
            def positive_pmi(counts):
                counts = counts.double()
                expected = counts.sum(1, keepdim=True) * counts.sum(0) / counts.sum()
                ratio = torch.where(counts > 1, counts / expected, 1.0)
                return ratio.clamp(min=1).log().float()
            """,
            loses="sign, zeros",
        ),
    ),
    right=(
        Answer(
            "loops",
            "a loop over the cells",
            """
            def positive_pmi(counts):
                table, total = counts.tolist(), int(counts.sum())
                rows = [sum(row) for row in table]
                columns = [sum(column) for column in zip(*table)]
                made = torch.zeros(counts.shape)
                for i, row in enumerate(table):
                    for j, n in enumerate(row):
                        if n:
                            made[i, j] = max(0.0, math.log(n * total / (rows[i] * columns[j])))
                return made
            """,
        ),
        Answer(
            "differences",
            "differences of logarithms, repaired at the end",
            """
            def positive_pmi(counts):
                x = counts.double()
                pmi = (x.log() + x.sum().log() - x.sum(dim=1, keepdim=True).log()
                       - x.sum(dim=0).log())
                return pmi.nan_to_num(0.0, posinf=0.0, neginf=0.0).relu().float()
            """,
        ),
    ),
)

LOSS = Question(
    "b4-loss",
    "b4-loss-idea-test",
    wrong=(
        Answer(
            "unstable",
            "the logarithm of a sigmoid that has rounded to 0",
            """
            def negative_sampling_loss(v, u, noise):
                right = torch.sigmoid((u * v).sum(1)).log()
                wrong = torch.sigmoid(-(noise * v[:, None]).sum(2)).log().sum(1)
                return -(right + wrong).mean()
            """,
            loses="stability",
        ),
        Answer(
            "sign",
            "treats noise as true words",
            """
            def negative_sampling_loss(v, u, noise):
                f = torch.nn.functional.logsigmoid
                return -(f((u * v).sum(1)) + f((noise * v[:, None]).sum(2)).sum(1)).mean()
            """,
        ),
        Answer(
            "mean-of-noise",
            "averages over the noise words",
            """
            def negative_sampling_loss(v, u, noise):
                f = torch.nn.functional.logsigmoid
                return -(f((u * v).sum(1)) + f(-(noise * v[:, None]).sum(2)).mean(1)).mean()
            """,
            loses="idea, gradients",
        ),
        Answer(
            "sum",
            "sums over the examples",
            """
            def negative_sampling_loss(v, u, noise):
                f = torch.nn.functional.logsigmoid
                return -(f((u * v).sum(1)) + f(-(noise * v[:, None]).sum(2)).sum(1)).sum()
            """,
            loses="idea, gradients",
        ),
        Answer(
            "detached",
            "no gradient for the noise words",
            """
            def negative_sampling_loss(v, u, noise):
                f = torch.nn.functional.logsigmoid
                noise = noise.detach()
                return -(f((u * v).sum(1)) + f(-(noise * v[:, None]).sum(2)).sum(1)).mean()
            """,
            loses="gradients",
        ),
        Answer(
            "turns-in-place",
            "turns the signs of the noise that it is given",
            """
            def negative_sampling_loss(v, u, noise):
                noise = -noise if noise.requires_grad else noise.neg_()
                F = torch.nn.functional
                right = F.logsigmoid((u * v).sum(1))
                return -(right + F.logsigmoid((noise * v[:, None]).sum(2)).sum(1)).mean()
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "softplus",
            "softplus and einsum",
            """
            def negative_sampling_loss(v, u, noise):
                softplus = torch.nn.functional.softplus
                right = torch.einsum("bd,bd->b", u, v)
                wrong = torch.einsum("bkd,bd->bk", noise, v)
                return softplus(-right).mean() + softplus(wrong).sum() / len(v)
            """,
        ),
        Answer(
            "cross-entropy",
            "torch's binary cross-entropy with labels",
            """
            def negative_sampling_loss(v, u, noise):
                x = (torch.cat([u[:, None], noise], dim=1) @ v[:, :, None])[:, :, 0]
                labels = torch.zeros_like(x)
                labels[:, 0] = 1
                loss = torch.nn.functional.binary_cross_entropy_with_logits(
                    x, labels, reduction="none")
                return loss.sum(dim=1).mean()
            """,
        ),
    ),
)

GLOVE = Question(
    "b5-glove",
    "b5-glove-large-test",
    wrong=(
        Answer(
            "no-limit",
            "lets the weight grow beyond 1",
            """
            def glove_loss(v, u, a, b, counts, largest):
                error = (v * u).sum(1) + a + b - counts.log()
                return ((counts / largest) ** 0.75 * error ** 2).mean()
            """,
            loses="large",
        ),
        Answer(
            "no-weight",
            "forgets the weight",
            """
            def glove_loss(v, u, a, b, counts, largest):
                return (((v * u).sum(1) + a + b - counts.log()) ** 2).mean()
            """,
            loses="small",
        ),
        Answer(
            "no-logarithm",
            "fits counts in place of their logarithms",
            """
            def glove_loss(v, u, a, b, counts, largest):
                error = (v * u).sum(1) + a + b - counts
                return ((counts / largest).clamp(max=1) ** 0.75 * error ** 2).mean()
            """,
        ),
        Answer(
            "weight-inside",
            "squares the weight too",
            """
            def glove_loss(v, u, a, b, counts, largest):
                weight = (counts / largest).clamp(max=1) ** 0.75
                return ((weight * ((v * u).sum(1) + a + b - counts.log())) ** 2).mean()
            """,
            loses="small",
        ),
        Answer(
            "weighted-mean",
            "divides by the sum of the weights",
            """
            def glove_loss(v, u, a, b, counts, largest):
                weight = (counts / largest).clamp(max=1) ** 0.75
                error = (v * u).sum(1) + a + b - counts.log()
                return (weight * error ** 2).sum() / weight.sum()
            """,
            loses="small",
        ),
        Answer(
            "detached-contexts",
            "takes the contexts' vectors for constants",
            """
            def glove_loss(v, u, a, b, counts, largest):
                error = (v * u.detach()).sum(1) + a + b - counts.log()
                return ((counts / largest).clamp(max=1) ** 0.75 * error**2).mean()
            """,
            loses="slopes",
        ),
        Answer(
            "in-place",
            "takes the logarithm in the counts that it is given",
            """
            def glove_loss(v, u, a, b, counts, largest):
                weight = (counts / largest).clamp(max=1) ** 0.75
                return (weight * ((v * u).sum(1) + a + b - counts.log_()) ** 2).mean()
            """,
            loses="equal",
        ),
        Answer(
            "base-2",
            "keeps the logarithm to base 2",
            """
            def glove_loss(v, u, a, b, counts, largest):
                error = (v * u).sum(1) + a + b - counts.log2()
                return ((counts / largest).clamp(max=1) ** 0.75 * error**2).mean()
            """,
            loses="equal",
        ),
        Answer(
            "as-given",
            "copies the faults",
            """
            def glove_loss(v, u, a, b, counts, largest):
                error = (v * u.detach()).sum(dim=1) + a + b - counts.log2()
                weight = (counts / largest) ** 0.75
                return ((weight * error) ** 2).mean()
            """,
        ),
    ),
    right=(
        Answer(
            "einsum",
            "einsum and torch.where",
            """
            def glove_loss(v, u, a, b, counts, largest):
                fitted = torch.einsum("pd,pd->p", v, u) + a + b
                weight = torch.where(counts < largest, (counts / largest) ** 0.75, 1.0)
                return torch.mean(weight * (fitted - torch.log(counts)).square())
            """,
        ),
        Answer(
            "loop",
            "pair by pair",
            """
            def glove_loss(v, u, a, b, counts, largest):
                total = 0.0
                for i in range(len(counts)):
                    weight = min(1.0, (counts[i].item() / largest) ** 0.75)
                    total = total + weight * (v[i] @ u[i] + a[i] + b[i] - counts[i].log()) ** 2
                return total / len(counts)
            """,
        ),
    ),
)

ANALOGY = Question(
    "b6-analogy",
    "b6-analogy-idea-test",
    wrong=(
        Answer(
            "signs",
            "subtracts the wrong word",
            """
            def analogy(vectors, a, b, c, exclude=True):
                unit = vectors / vectors.norm(dim=1, keepdim=True)
                cosines = unit @ (unit[a] - unit[b] + unit[c])
                if exclude:
                    cosines[[a, b, c]] = -9
                return int(cosines.argmax())
            """,
        ),
        Answer(
            "products",
            "products in place of cosines",
            """
            def analogy(vectors, a, b, c, exclude=True):
                scores = vectors @ (vectors[b] - vectors[a] + vectors[c])
                if exclude:
                    scores[[a, b, c]] = -math.inf
                return int(scores.argmax())
            """,
            loses="lengths",
        ),
        Answer(
            "lengths-in-the-sum",
            "cosines, but a sum of vectors of different lengths",
            """
            def analogy(vectors, a, b, c, exclude=True):
                unit = vectors / vectors.norm(dim=1, keepdim=True)
                cosines = unit @ (vectors[b] - vectors[a] + vectors[c])
                if exclude:
                    cosines[[a, b, c]] = -math.inf
                return int(cosines.argmax())
            """,
            loses="lengths",
        ),
        Answer(
            "always-excluded",
            "excludes whatever is asked for",
            """
            def analogy(vectors, a, b, c, exclude=True):
                unit = vectors / vectors.norm(dim=1, keepdim=True)
                cosines = unit @ (unit[b] - unit[a] + unit[c])
                cosines[[a, b, c]] = -math.inf
                return int(cosines.argmax())
            """,
            loses="exclude",
        ),
        Answer(
            "only-c",
            "excludes c alone",
            """
            def analogy(vectors, a, b, c, exclude=True):
                unit = vectors / vectors.norm(dim=1, keepdim=True)
                cosines = unit @ (unit[b] - unit[a] + unit[c])
                if exclude:
                    cosines[c] = -math.inf
                return int(cosines.argmax())
            """,
            loses="exclude",
        ),
        Answer(
            "in-place",
            "makes the given vectors length 1 in place",
            """
            def analogy(vectors, a, b, c, exclude=True):
                vectors /= vectors.norm(dim=1, keepdim=True)
                cosines = vectors @ (vectors[b] - vectors[a] + vectors[c])
                if exclude:
                    cosines[[a, b, c]] = -math.inf
                return int(cosines.argmax())
            """,
            loses="lengths",
        ),
    ),
    right=(
        Answer(
            "sorted",
            "normalize, a sorted list, the first that is allowed",
            """
            def analogy(vectors, a, b, c, exclude=True):
                unit = torch.nn.functional.normalize(vectors.double(), dim=1)
                order = (unit @ (unit[b] - unit[a] + unit[c])).argsort(descending=True).tolist()
                return next(i for i in order if not exclude or i not in (a, b, c))
            """,
        ),
        Answer(
            "cosine",
            "torch's cosine similarity and a dict",
            """
            def analogy(vectors, a, b, c, exclude=True):
                unit = [row / row.norm() for row in vectors]
                wanted = unit[b] - unit[a] + unit[c]
                scores = {i: float(torch.cosine_similarity(row, wanted, dim=0))
                          for i, row in enumerate(unit) if not (exclude and i in (a, b, c))}
                return max(scores, key=scores.get)
            """,
        ),
    ),
)

MERGES = Question(
    "b7-merges",
    "b7-merges-idea-test",
    wrong=(
        Answer(
            "counted-once",
            "takes the pairs that are frequent at the beginning, without counting again",
            """
            def learn_merges(counts, number):
                if number < 0:
                    raise ValueError(number)
                often = {}
                for word, n in counts.items():
                    pieces = [*word, "·"]
                    for pair in zip(pieces, pieces[1:]):
                        often[pair] = often.get(pair, 0) + n
                return sorted(often, key=often.get, reverse=True)[:number]
            """,
        ),
        Answer(
            "words-not-weighed",
            "counts each word once, however often it occurs",
            """
            def learn_merges(counts, number):
                if number < 0:
                    raise ValueError(number)
                words, merges = [[*word, "·"] for word in counts], []
                while len(merges) < number:
                    often = {}
                    for pieces in words:
                        for pair in zip(pieces, pieces[1:]):
                            often[pair] = often.get(pair, 0) + 1
                    if not often:
                        break
                    best = max(often, key=often.get)
                    merges.append(best)
                    for pieces in words:
                        i = 0
                        while i + 1 < len(pieces):
                            if (pieces[i], pieces[i + 1]) == best:
                                pieces[i : i + 2] = ["".join(best)]
                            i += 1
                return merges
            """,
            loses="idea, repeats, ties",
        ),
        Answer(
            "no-end",
            "forgets the mark at the end of a word",
            """
            def learn_merges(counts, number):
                if number < 0:
                    raise ValueError(number)
                words, merges = [([*word], n) for word, n in counts.items()], []
                while len(merges) < number:
                    often = {}
                    for pieces, n in words:
                        for pair in zip(pieces, pieces[1:]):
                            often[pair] = often.get(pair, 0) + n
                    if not often:
                        break
                    best = max(often, key=often.get)
                    merges.append(best)
                    for pieces, _ in words:
                        i = 0
                        while i + 1 < len(pieces):
                            if (pieces[i], pieces[i + 1]) == best:
                                pieces[i : i + 2] = ["".join(best)]
                            i += 1
                return merges
            """,
        ),
        Answer(
            "alphabet",
            "takes of equally frequent pairs the last in the alphabet",
            """
            def learn_merges(counts, number):
                if number < 0:
                    raise ValueError(number)
                words, merges = [([*word, "·"], n) for word, n in counts.items()], []
                while len(merges) < number:
                    often = {}
                    for pieces, n in words:
                        for pair in zip(pieces, pieces[1:]):
                            often[pair] = often.get(pair, 0) + n
                    if not often:
                        break
                    best = max(often, key=lambda pair: (often[pair], pair))
                    merges.append(best)
                    for pieces, _ in words:
                        i = 0
                        while i + 1 < len(pieces):
                            if (pieces[i], pieces[i + 1]) == best:
                                pieces[i : i + 2] = ["".join(best)]
                            i += 1
                return merges
            """,
            loses="ties",
        ),
        Answer(
            "first-place-only",
            "merges a pair at its first place in a word only",
            """
            def learn_merges(counts, number):
                if number < 0:
                    raise ValueError(number)
                words, merges = [([*word, "·"], n) for word, n in counts.items()], []
                while len(merges) < number:
                    often = {}
                    for pieces, n in words:
                        for pair in zip(pieces, pieces[1:]):
                            often[pair] = often.get(pair, 0) + n
                    if not often:
                        break
                    best = max(often, key=often.get)
                    merges.append(best)
                    for pieces, _ in words:
                        for i in range(len(pieces) - 1):
                            if (pieces[i], pieces[i + 1]) == best:
                                pieces[i : i + 2] = ["".join(best)]
                                break
                return merges
            """,
            loses="repeats",
        ),
        Answer(
            "goes-on",
            "fails where no neighbors are left",
            """
            def learn_merges(counts, number):
                if number < 0:
                    raise ValueError(number)
                words, merges = [([*word, "·"], n) for word, n in counts.items()], []
                for _ in range(number):
                    often = {}
                    for pieces, n in words:
                        for pair in zip(pieces, pieces[1:]):
                            often[pair] = often.get(pair, 0) + n
                    best = max(often, key=often.get)
                    merges.append(best)
                    for pieces, _ in words:
                        i = 0
                        while i + 1 < len(pieces):
                            if (pieces[i], pieces[i + 1]) == best:
                                pieces[i : i + 2] = ["".join(best)]
                            i += 1
                return merges
            """,
            loses="ends",
        ),
    ),
    right=(
        Answer(
            "counter",
            "a Counter, tuples, a helper function",
            """
            from collections import Counter


            def joined(pieces, pair):
                done, rest = [], list(pieces)
                while rest:
                    if tuple(rest[:2]) == pair:
                        done.append(rest.pop(0) + rest.pop(0))
                    else:
                        done.append(rest.pop(0))
                return tuple(done)


            def learn_merges(counts, number):
                if number < 0:
                    raise ValueError("negative")
                words = {(*word, "·"): n for word, n in counts.items()}
                merges = []
                for _ in range(number):
                    often = Counter()
                    for pieces, n in words.items():
                        for pair in zip(pieces, pieces[1:]):
                            often[pair] += n
                    if not often:
                        return merges
                    merges.append(often.most_common(1)[0][0])
                    words = {joined(pieces, merges[-1]): n for pieces, n in words.items()}
                return merges
            """,
        ),
        Answer(
            "sorted",
            "sorts by count and by the first place",
            """
            def learn_merges(counts, number):
                if number < 0:
                    raise ValueError("negative")
                words, merges = [[*word, "·"] for word in counts], []
                times = list(counts.values())
                for _ in range(number):
                    found = {}
                    for place, (pieces, n) in enumerate(zip(words, times)):
                        for i in range(len(pieces) - 1):
                            pair = pieces[i], pieces[i + 1]
                            total, first = found.get(pair, (0, (place, i)))
                            found[pair] = total + n, first
                    if not found:
                        break
                    best = sorted(found, key=lambda pair: (-found[pair][0], found[pair][1]))[0]
                    merges.append(best)
                    for k, pieces in enumerate(words):
                        made = []
                        for piece in pieces:
                            if made and made[-1] is not None and (made[-1], piece) == best:
                                made[-1:] = [best[0] + best[1], None]
                            else:
                                made.append(piece)
                        words[k] = [piece for piece in made if piece is not None]
                return merges
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, PAIRS, KEEP, PMI, LOSS, GLOVE, ANALOGY, MERGES]
