"""Answers to the exercise ``machine-translation``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "d",
        {
            "a": "takes the cleaning before it for tokenizing",
            "b": "takes the look-up in the vocabulary after it for tokenizing",
            "c": "believes that tokenizing removes characters",
        },
    ),
    choice(
        2,
        "b",
        {
            "a": "takes unknown words for a matter of the model",
            "c": "takes the making of batches for a part of the model",
            "d": "takes tokenizing for a part of the model",
        },
    ),
    choice(
        3,
        "a",
        {
            "b": "does not see why a sentence needs an end",
            "c": "does not see what the first step would read",
            "d": "forgets words outside the vocabulary",
        },
    ),
    choice(
        4,
        "c",
        {
            "a": "does not know how a beam grows and is cut",
            "b": "believes that a beam can take back what it dropped",
            "d": "confuses the cost of a beam with that of exhaustive search",
        },
    ),
    choice(
        5,
        "b",
        {
            "a": "believes that an answer has a fixed length",
            "c": "takes speech recognition for a classification",
            "d": "believes that a summary is chosen out of a fixed set",
        },
    ),
    choice(
        6,
        "a",
        {
            "b": "takes the source for what the decoder reads",
            "c": "forgets what ends a sentence",
            "d": "does not see what padding does to a batch",
        },
    ),
    number(
        7,
        right={
            "(0.6 * 0.25) ** 0.5": "as decimals",
            "math.exp((math.log(3 / 5) + math.log(1 / 4)) / 2)": "by logarithms",
            "0.3873": "rounded",
        },
        wrong={
            "math.sqrt(5 / 5 * 2 / 4)": "forgets to clip",
            "3 / 5 * 1 / 4": "forgets the root",
            "(3 / 5 + 1 / 4) / 2": "takes the arithmetic mean",
        },
    ),
    number(
        8,
        right={
            "torch.tensor([1.0, 1, 2, 2, 2, 2]).mean()": "asks torch",
            "1 + 2 / 3": "by another calculation",
        },
        wrong={
            "10 / 8": "divides by all places",
            "(10 + 10) / 8": "counts padding as tokens",
            "(1 + 2) / 2": "the mean of the sentences' means",
            "10 / 2": "the mean per sentence",
        },
    ),
]

VOCABULARY = Question(
    "b1-vocabulary",
    "b1-vocabulary-idea-test",
    wrong=(
        Answer(
            "alphabetical",
            "orders by the alphabet alone",
            """
            def build_vocabulary(sentences, min_count):
                counts = Counter(t for s in sentences for t in s)
                specials = ["<pad>", "<bos>", "<eos>", "<unk>"]
                known = sorted(t for t, n in counts.items() if n >= min_count and t not in specials)
                return {t: i for i, t in enumerate(specials + known)}
            """,
        ),
        Answer(
            "more-than",
            "keeps what occurs more often than min_count",
            """
            def build_vocabulary(sentences, min_count):
                counts = Counter(t for s in sentences for t in s)
                specials = ["<pad>", "<bos>", "<eos>", "<unk>"]
                known = [t for t, n in counts.items() if n > min_count and t not in specials]
                known.sort(key=lambda t: (-counts[t], t))
                return {t: i for i, t in enumerate(specials + known)}
            """,
        ),
        Answer(
            "specials-twice",
            "a special that stands in the text gets a second number",
            """
            def build_vocabulary(sentences, min_count):
                counts = Counter(t for s in sentences for t in s)
                known = sorted(counts, key=lambda t: (-counts[t], t))
                known = [t for t in known if counts[t] >= min_count]
                tokens = ["<pad>", "<bos>", "<eos>", "<unk>"] + known
                return {t: i for i, t in enumerate(tokens)}
            """,
            loses="edges",
        ),
        Answer(
            "first-come",
            "of equally frequent tokens the one that came first",
            """
            def build_vocabulary(sentences, min_count):
                counts = Counter(t for s in sentences for t in s)
                specials = ["<pad>", "<bos>", "<eos>", "<unk>"]
                known = [t for t, n in counts.most_common() if n >= min_count and t not in specials]
                return {t: i for i, t in enumerate(specials + known)}
            """,
            loses="ties",
        ),
        Answer(
            "sorts-the-sentences",
            "sorts the sentences that it is given",
            """
            def build_vocabulary(sentences, min_count):
                for sentence in sentences:
                    sentence.sort()
                counts = Counter(token for sentence in sentences for token in sentence)
                specials = ["<pad>", "<bos>", "<eos>", "<unk>"]
                known = [t for t in counts if counts[t] >= min_count and t not in specials]
                known.sort(key=lambda t: (-counts[t], t))
                return {token: number for number, token in enumerate(specials + known)}
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "two-sorts",
            "a stable sort after another, counting by hand",
            """
            def build_vocabulary(sentences, min_count):
                counts = {}
                for sentence in sentences:
                    for token in sentence:
                        counts[token] = counts.get(token, 0) + 1
                numbers = {"<pad>": 0, "<bos>": 1, "<eos>": 2, "<unk>": 3}
                for token in sorted(sorted(counts), key=counts.get, reverse=True):
                    if counts[token] >= min_count and token not in numbers:
                        numbers[token] = len(numbers)
                return numbers
            """,
        ),
        Answer(
            "library",
            "the course's own Vocabulary where there is something to list",
            """
            def build_vocabulary(sentences, min_count):
                from dlcourse.datasets import Vocabulary

                specials = ["<pad>", "<bos>", "<eos>", "<unk>"]
                text = [t for s in sentences for t in s]
                try:
                    tokens = Vocabulary(text, min_count, specials).tokens
                except ValueError:  # nothing is frequent enough
                    tokens = specials
                return dict(zip(tokens, range(len(tokens))))
            """,
        ),
    ),
)

BATCH = Question(
    "b2-batch",
    "b2-batch-idea-test",
    wrong=(
        Answer(
            "end-behind-the-cut",
            "cuts the words and puts <eos> behind the cut",
            """
            def make_batch(sentences, numbers, max_length):
                if not sentences:
                    raise ValueError("no sentence")
                rows = [[numbers.get(t, numbers["<unk>"]) for t in s[: max_length - 1]]
                        + [numbers["<eos>"]] for s in sentences]
                width = max(map(len, rows))
                batch = [row + [numbers["<pad>"]] * (width - len(row)) for row in rows]
                return torch.tensor(batch), torch.tensor([len(row) for row in rows])
            """,
            loses="cut",
        ),
        Answer(
            "always-max-length",
            "pads every batch to max_length",
            """
            def make_batch(sentences, numbers, max_length):
                if not sentences:
                    raise ValueError("no sentence")
                rows = [([numbers.get(t, numbers["<unk>"]) for t in s] + [numbers["<eos>"]])
                        [:max_length] for s in sentences]
                batch = [row + [numbers["<pad>"]] * (max_length - len(row)) for row in rows]
                return torch.tensor(batch), torch.tensor([len(row) for row in rows])
            """,
            loses="idea, cut, edges",
        ),
        Answer(
            "end-not-counted",
            "valid lengths without <eos>",
            """
            def make_batch(sentences, numbers, max_length):
                if not sentences:
                    raise ValueError("no sentence")
                rows = [([numbers.get(t, numbers["<unk>"]) for t in s] + [numbers["<eos>"]])
                        [:max_length] for s in sentences]
                width = max(map(len, rows))
                batch = [row + [numbers["<pad>"]] * (width - len(row)) for row in rows]
                return torch.tensor(batch), torch.tensor([len(row) - 1 for row in rows])
            """,
        ),
        Answer(
            "fixed-numbers",
            "takes the specials' numbers for granted",
            """
            def make_batch(sentences, numbers, max_length):
                if not sentences:
                    raise ValueError("no sentence")
                rows = [([numbers.get(t, 3) for t in s] + [2])[:max_length] for s in sentences]
                width = max(map(len, rows))
                batch = [row + [0] * (width - len(row)) for row in rows]
                return torch.tensor(batch), torch.tensor([len(row) for row in rows])
            """,
            loses="edges",
        ),
        Answer(
            "counts-numbers",
            "takes every number of <pad> for padding",
            """
            def make_batch(sentences, numbers, max_length):
                if not sentences:
                    raise ValueError("no sentence")
                rows = [([numbers.get(t, numbers["<unk>"]) for t in s] + [numbers["<eos>"]])
                        [:max_length] for s in sentences]
                width = max(map(len, rows))
                batch = torch.tensor([row + [numbers["<pad>"]] * (width - len(row))
                                      for row in rows])
                return batch, (batch != numbers["<pad>"]).sum(dim=1)
            """,
            loses="edges",
        ),
        Answer(
            "appends-the-end",
            "appends the end to the sentences that it is given",
            """
            def make_batch(sentences, numbers, max_length):
                if not sentences:
                    raise ValueError("no sentence")
                rows = []
                for sentence in sentences:
                    sentence.append("<eos>")
                    rows.append([numbers.get(t, numbers["<unk>"]) for t in sentence][:max_length])
                width = max(map(len, rows))
                batch = [row + [numbers["<pad>"]] * (width - len(row)) for row in rows]
                return torch.tensor(batch), torch.tensor([len(row) for row in rows])
            """,
            loses="edges",
        ),
        Answer(
            "no-check",
            "makes a batch without rows where there is no sentence",
            """
            def make_batch(sentences, numbers, max_length):
                rows = [([numbers.get(t, numbers["<unk>"]) for t in s] + [numbers["<eos>"]])
                        [:max_length] for s in sentences]
                width = max(map(len, rows), default=0)
                batch = torch.full((len(rows), width), numbers["<pad>"])
                for place, row in enumerate(rows):
                    batch[place, : len(row)] = torch.tensor(row)
                return batch, torch.tensor([len(row) for row in rows], dtype=torch.int64)
            """,
            loses="errors",
        ),
    ),
    right=(
        Answer(
            "pad-sequence",
            "torch's pad_sequence",
            """
            def make_batch(sentences, numbers, max_length):
                if len(sentences) == 0:
                    raise ValueError("a batch needs a sentence")
                rows = []
                for sentence in sentences:
                    row = [numbers[t] if t in numbers else numbers["<unk>"] for t in sentence]
                    if len(row) < max_length:
                        row.append(numbers["<eos>"])
                    rows.append(torch.tensor(row[:max_length]))
                batch = torch.nn.utils.rnn.pad_sequence(
                    rows, batch_first=True, padding_value=numbers["<pad>"])
                return batch, torch.tensor(list(map(len, rows)))
            """,
        ),
        Answer(
            "zip-longest",
            "columns by zip_longest, a list in place of a tuple",
            """
            from itertools import zip_longest

            def make_batch(sentences, numbers, max_length):
                if not sentences:
                    raise ValueError("no sentences")
                rows = [[numbers.get(t, numbers["<unk>"]) for t in (*s, "<eos>")][:max_length]
                        for s in sentences]
                columns = list(zip_longest(*rows, fillvalue=numbers["<pad>"]))
                lengths = torch.LongTensor([len(r) for r in rows])
                return [torch.tensor(columns).T.contiguous(), lengths]
            """,
        ),
    ),
)

FORCING = Question(
    "b3-forcing",
    "b3-forcing-idea-test",
    wrong=(
        Answer(
            "not-shifted",
            "lets the decoder read what it should say",
            """
            def teacher_forcing(targets, lengths):
                beyond = torch.arange(targets.shape[1]) >= lengths[:, None]
                return targets.clone(), targets.masked_fill(beyond, -100)
            """,
        ),
        Answer(
            "end-is-read",
            "the shift leaves <eos> among the inputs of shorter rows",
            """
            def teacher_forcing(targets, lengths):
                beyond = torch.arange(targets.shape[1]) >= lengths[:, None]
                begin = torch.ones(len(targets), 1, dtype=torch.int64)
                inputs = torch.cat([begin, targets[:, :-1]], dim=1)
                return inputs, targets.masked_fill(beyond, -100)
            """,
            loses="padding, edges",
        ),
        Answer(
            "by-number",
            "takes every 0 for padding, whatever the lengths say",
            """
            def teacher_forcing(targets, lengths):
                padding = targets == 0
                inputs = targets.roll(1, dims=1)
                inputs[:, 0] = 1
                return inputs.masked_fill(padding, 0), targets.masked_fill(padding, -100)
            """,
            loses="edges",
        ),
        Answer(
            "padding-is-said",
            "padding stays among the labels",
            """
            def teacher_forcing(targets, lengths):
                beyond = torch.arange(targets.shape[1]) >= lengths[:, None]
                inputs = targets.roll(1, dims=1)
                inputs[:, 0] = 1
                return inputs.masked_fill(beyond, 0), targets
            """,
            loses="padding, edges",
        ),
        Answer(
            "in-place",
            "writes into the targets",
            """
            def teacher_forcing(targets, lengths):
                beyond = torch.arange(targets.shape[1]) >= lengths[:, None]
                labels = targets.masked_fill(beyond, -100)
                targets[:, 1:] = targets[:, :-1].clone()
                targets[:, 0] = 1
                targets[beyond] = 0
                return targets, labels
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "rows",
            "row by row, from lists",
            """
            def teacher_forcing(targets, lengths):
                inputs, labels = [], []
                for row, n in zip(targets.tolist(), lengths.tolist()):
                    rest = len(row) - n
                    inputs.append([1] + row[: n - 1] + [0] * rest)
                    labels.append(row[:n] + [-100] * rest)
                return torch.tensor(inputs), torch.tensor(labels)
            """,
        ),
        Answer(
            "where",
            "a concatenation and torch.where",
            """
            def teacher_forcing(targets, lengths):
                N, T = targets.shape
                valid = torch.arange(T).expand(N, T) < lengths.unsqueeze(1)
                begin = targets.new_ones(N, 1)
                shifted = torch.cat((begin, targets[:, : T - 1]), dim=1)
                return (torch.where(valid, shifted, torch.zeros_like(targets)),
                        torch.where(valid, targets, torch.full_like(targets, -100)))
            """,
        ),
    ),
)

LOSS = Question(
    "b4-loss",
    "b4-loss-idea-test",
    wrong=(
        Answer(
            "divides-by-all",
            "leaves padding out of the sum but divides by all places",
            """
            def masked_loss(scores, labels):
                real = labels != -100
                if not real.any():
                    raise ValueError("only padding")
                log_p = scores.log_softmax(1).gather(1, labels.clamp(min=0)[:, None])[:, 0]
                return (-log_p * real).mean()
            """,
            loses="idea, gradients",
        ),
        Answer(
            "padding-counts",
            "padding is a token like another, with the number 0",
            """
            def masked_loss(scores, labels):
                if (labels == -100).all():
                    raise ValueError("only padding")
                log_p = scores.log_softmax(1).gather(1, labels.clamp(min=0)[:, None])[:, 0]
                return -log_p.mean()
            """,
            loses="idea, gradients",
        ),
        Answer(
            "mean-of-means",
            "averages each sentence first, so that short ones weigh more",
            """
            def masked_loss(scores, labels):
                real = labels != -100
                if not real.any():
                    raise ValueError("only padding")
                log_p = scores.log_softmax(1).gather(1, labels.clamp(min=0)[:, None])[:, 0]
                return (-(log_p * real).sum(1) / real.sum(1)).mean()
            """,
            loses="idea, gradients",
        ),
        Answer(
            "wrong-axis",
            "normalizes over the steps in place of the tokens",
            """
            def masked_loss(scores, labels):
                real = labels != -100
                if not real.any():
                    raise ValueError("only padding")
                log_p = scores.log_softmax(2).gather(1, labels.clamp(min=0)[:, None])[:, 0]
                return -log_p[real].mean()
            """,
            loses="idea, gradients, stability",
        ),
        Answer(
            "nan",
            "returns NaN where everything is padding",
            """
            def masked_loss(scores, labels):
                return torch.nn.functional.cross_entropy(scores, labels)
            """,
            loses="errors",
        ),
        Answer(
            "log-of-stable-softmax",
            "takes the logarithm of a softmax that does not overflow, but underflows",
            """
            def masked_loss(scores, labels):
                real = labels != -100
                if not real.any():
                    raise ValueError("only padding")
                p = scores.softmax(1).gather(1, labels.clamp(min=0)[:, None])[:, 0]
                return -p[real].log().mean()
            """,
            loses="stability",
        ),
        Answer(
            "detached",
            "returns a new tensor with the number",
            """
            def masked_loss(scores, labels):
                if (labels == -100).all():
                    raise ValueError("only padding")
                loss = torch.nn.functional.cross_entropy(scores, labels)
                return torch.tensor(loss.item(), dtype=scores.dtype)
            """,
            loses="gradients",
        ),
        Answer(
            "clears-the-labels",
            "puts a 0 in place of the padding's labels, in the labels themselves",
            """
            def masked_loss(scores, labels):
                real = labels != -100
                if not real.any():
                    raise ValueError("only padding")
                labels[~real] = 0
                log_p = scores.log_softmax(1).gather(1, labels[:, None])[:, 0]
                return -log_p[real].mean()
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "library",
            "the library's cross_entropy, which leaves -100 out",
            """
            import torch.nn.functional as F

            def masked_loss(scores, labels):
                if labels.eq(-100).all():
                    raise ValueError("the batch holds nothing but padding")
                return F.cross_entropy(scores, labels, ignore_index=-100)
            """,
        ),
        Answer(
            "selected",
            "the real places first, then log-sum-exp minus the right score",
            """
            def masked_loss(scores, labels):
                chosen, right = scores.transpose(1, 2)[labels >= 0], labels[labels >= 0]
                if len(right) == 0:
                    raise ValueError("only padding")
                losses = chosen.logsumexp(dim=1) - chosen[torch.arange(len(right)), right]
                return losses.sum() / len(right)
            """,
        ),
    ),
)

CLIPPED = Question(
    "b5-clipped",
    "b5-clipped-idea-test",
    wrong=(
        Answer(
            "not-clipped",
            "counts every n-gram that the reference has",
            """
            def clipped_counts(hypothesis, reference, n):
                grams = [tuple(hypothesis[i : i + n]) for i in range(len(hypothesis) - n + 1)]
                known = [tuple(reference[i : i + n]) for i in range(len(reference) - n + 1)]
                return sum(g in known for g in grams), len(grams)
            """,
            loses="idea",
        ),
        Answer(
            "sets",
            "counts each different n-gram once",
            """
            def clipped_counts(hypothesis, reference, n):
                grams = {tuple(hypothesis[i : i + n]) for i in range(len(hypothesis) - n + 1)}
                known = {tuple(reference[i : i + n]) for i in range(len(reference) - n + 1)}
                return len(grams & known), len(grams)
            """,
            loses="idea",
        ),
        Answer(
            "recall",
            "divides by the n-grams of the reference",
            """
            def clipped_counts(hypothesis, reference, n):
                have = Counter(tuple(hypothesis[i : i + n]) for i in range(len(hypothesis) - n + 1))
                want = Counter(tuple(reference[i : i + n]) for i in range(len(reference) - n + 1))
                return (have & want).total(), want.total()
            """,
        ),
        Answer(
            "joined",
            "joins the tokens, so that different ones look the same",
            """
            def clipped_counts(hypothesis, reference, n):
                have = Counter("".join(hypothesis[i : i + n])
                               for i in range(len(hypothesis) - n + 1))
                want = Counter("".join(reference[i : i + n]) for i in range(len(reference) - n + 1))
                return (have & want).total(), have.total()
            """,
            loses="tokens",
        ),
        Answer(
            "strikes-out-in-place",
            "strikes out what it has found in the reference that it is given",
            """
            def clipped_counts(hypothesis, reference, n):
                if n > 1:
                    hypothesis = list(zip(*(hypothesis[i:] for i in range(n))))
                    reference = list(zip(*(reference[i:] for i in range(n))))
                matched = 0
                for gram in hypothesis:
                    if gram in reference:
                        reference.remove(gram)
                        matched += 1
                return matched, len(hypothesis)
            """,
            loses="tokens",
        ),
        Answer(
            "negative-total",
            "calculates the number of n-grams, which comes out below 0 for a short hypothesis",
            """
            def clipped_counts(hypothesis, reference, n):
                have = Counter(tuple(hypothesis[i : i + n]) for i in range(len(hypothesis) - n + 1))
                want = Counter(tuple(reference[i : i + n]) for i in range(len(reference) - n + 1))
                return (have & want).total(), len(hypothesis) - n + 1
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "strike-out",
            "strikes each match out of the reference's list",
            """
            def clipped_counts(hypothesis, reference, n):
                left = [reference[i : i + n] for i in range(len(reference) - n + 1)]
                matched = total = 0
                for i in range(len(hypothesis) - n + 1):
                    total += 1
                    gram = hypothesis[i : i + n]
                    if gram in left:
                        left.remove(gram)
                        matched += 1
                return matched, total
            """,
        ),
        Answer(
            "zip",
            "n-grams by zip, the smaller of two counts",
            """
            def clipped_counts(hypothesis, reference, n):
                def grams(tokens):
                    return Counter(zip(*(tokens[i:] for i in range(n))))

                have, want = grams(hypothesis), grams(reference)
                return [sum(min(k, want[g]) for g, k in have.items()), sum(have.values())]
            """,
        ),
    ),
)

BLEU = Question(
    "b6-bleu",
    "b6-bleu-mean-test",
    wrong=(
        Answer(
            "arithmetic",
            "takes the arithmetic mean of the precisions",
            """
            def bleu_from_counts(matched, totals, hypothesis_length, reference_length):
                if hypothesis_length == 0 or min(matched) == 0:
                    return 0.0
                shares = [m / t for m, t in zip(matched, totals)]
                brevity = min(1.0, math.exp(1 - reference_length / hypothesis_length))
                return 100 * brevity * sum(shares) / len(shares)
            """,
            loses="mean",
        ),
        Answer(
            "ratio-upside-down",
            "punishes what is long and rewards nothing that is short",
            """
            def bleu_from_counts(matched, totals, hypothesis_length, reference_length):
                if hypothesis_length == 0 or min(matched) == 0:
                    return 0.0
                shares = [m / t for m, t in zip(matched, totals)]
                brevity = min(1.0, math.exp(1 - hypothesis_length / reference_length))
                return 100 * brevity * math.prod(shares) ** (1 / len(shares))
            """,
            loses="brevity",
        ),
        Answer(
            "reward",
            "rewards a long hypothesis, since the minimum is missing",
            """
            def bleu_from_counts(matched, totals, hypothesis_length, reference_length):
                if hypothesis_length == 0 or min(matched) == 0:
                    return 0.0
                shares = [m / t for m, t in zip(matched, totals)]
                brevity = math.exp(1 - reference_length / hypothesis_length)
                return 100 * brevity * math.prod(shares) ** (1 / len(shares))
            """,
            loses="brevity",
        ),
        Answer(
            "always-four",
            "takes the fourth root whatever N is",
            """
            def bleu_from_counts(matched, totals, hypothesis_length, reference_length):
                if hypothesis_length == 0 or min(matched) == 0:
                    return 0.0
                shares = [m / t for m, t in zip(matched, totals)]
                brevity = min(1.0, math.exp(1 - reference_length / hypothesis_length))
                return 100 * brevity * math.prod(shares) ** 0.25
            """,
            loses="mean",
        ),
        Answer(
            "zero-division",
            "divides by the number of n-grams where there are none",
            """
            def bleu_from_counts(matched, totals, hypothesis_length, reference_length):
                shares = [m / t for m, t in zip(matched, totals)]
                brevity = min(1.0, math.exp(1 - reference_length / hypothesis_length))
                return 100 * brevity * math.prod(shares) ** (1 / len(shares))
            """,
            loses="zeros",
        ),
        Answer(
            "shares-in-place",
            "divides in the list that it is given",
            """
            def bleu_from_counts(matched, totals, hypothesis_length, reference_length):
                if 0 in matched or hypothesis_length == 0:
                    return 0.0
                for n, total in enumerate(totals):
                    matched[n] /= total
                brevity = min(1.0, math.exp(1 - reference_length / hypothesis_length))
                return 100 * brevity * math.prod(matched) ** (1 / len(totals))
            """,
            loses="zeros",
        ),
        Answer(
            "one-is-none",
            "takes a single token for an empty hypothesis",
            """
            def bleu_from_counts(matched, totals, hypothesis_length, reference_length):
                if hypothesis_length <= 1 or 0 in matched:
                    return 0.0
                mean = sum(math.log(m / t) for m, t in zip(matched, totals)) / len(totals)
                return 100 * math.exp(mean + min(0, 1 - reference_length / hypothesis_length))
            """,
            loses="zeros",
        ),
        Answer(
            "as-given",
            "hands in what was given",
            """
            def bleu_from_counts(matched, totals, hypothesis_length, reference_length):
                shares = [m / t for m, t in zip(matched, totals)]
                brevity = min(1.0, math.exp(1 - hypothesis_length / reference_length))
                return 100 * brevity * sum(shares) / len(shares)
            """,
        ),
    ),
    right=(
        Answer(
            "logarithms",
            "sums logarithms, as the formula is often given",
            """
            def bleu_from_counts(matched, totals, hypothesis_length, reference_length):
                if not hypothesis_length or not all(matched):
                    return 0
                mean_log = sum(math.log(m / t) for m, t in zip(matched, totals)) / len(matched)
                penalty = min(0, 1 - reference_length / hypothesis_length)
                return 100 * math.exp(mean_log + penalty)
            """,
        ),
        Answer(
            "tensors",
            "in torch; a tensor comes back",
            """
            def bleu_from_counts(matched, totals, hypothesis_length, reference_length):
                if hypothesis_length == 0 or 0 in list(totals) or 0 in list(matched):
                    return torch.tensor(0.0)
                shares = torch.tensor(matched).double() / torch.tensor(totals).double()
                score = 100 * shares.log().mean().exp()
                if hypothesis_length < reference_length:
                    score = score * math.exp(1 - reference_length / hypothesis_length)
                return score
            """,
        ),
    ),
)

BEAM = Question(
    "b7-beam",
    "b7-beam-idea-test",
    wrong=(
        Answer(
            "last-step-only",
            "ranks by the last step alone",
            """
            def beam_step(totals, log_p, finished, beam_size):
                V = log_p.shape[1]
                stay = torch.full_like(log_p, -torch.inf)
                stay[:, 2] = 0
                steps = torch.where(finished[:, None], stay, log_p)
                possible = int((steps > -torch.inf).sum())
                _, places = steps.flatten().topk(min(beam_size, possible))
                parents, tokens = places // V, places % V
                return parents, tokens, totals[parents] + steps[parents, tokens]
            """,
        ),
        Answer(
            "one-each",
            "lets each beginning keep its best continuation: greedy searches side by side",
            """
            def beam_step(totals, log_p, finished, beam_size):
                stay = torch.full_like(log_p, -torch.inf)
                stay[:, 2] = 0
                best, tokens = torch.where(finished[:, None], stay, log_p).max(dim=1)
                sums, order = (totals + best).sort(descending=True)
                order, sums = order[:beam_size], sums[:beam_size]
                return order, tokens[order], sums
            """,
        ),
        Answer(
            "finished-go-on",
            "lets finished beginnings be continued like the others",
            """
            def beam_step(totals, log_p, finished, beam_size):
                V = log_p.shape[1]
                sums = (totals[:, None] + log_p).flatten()
                possible = int((sums > -torch.inf).sum())
                best, places = sums.topk(min(beam_size, possible))
                return places // V, places % V, best
            """,
            loses="finished, edges",
        ),
        Answer(
            "finished-pay",
            "lets finished beginnings pay for a second <eos>",
            """
            def beam_step(totals, log_p, finished, beam_size):
                V = log_p.shape[1]
                stay = torch.full_like(log_p, -torch.inf)
                stay[:, 2] = log_p[:, 2]
                steps = torch.where(finished[:, None], stay, log_p)
                sums = (totals[:, None] + steps).flatten()
                possible = int((sums > -torch.inf).sum())
                best, places = sums.topk(min(beam_size, possible))
                return places // V, places % V, best
            """,
            loses="finished, edges",
        ),
        Answer(
            "multiplied",
            "multiplies logarithms as if they were probabilities",
            """
            def beam_step(totals, log_p, finished, beam_size):
                V = log_p.shape[1]
                stay = torch.full_like(log_p, -torch.inf)
                stay[:, 2] = 0
                steps = torch.where(finished[:, None], stay, log_p)
                sums = (totals[:, None] * steps).flatten()
                best, places = sums.topk(min(beam_size, len(sums)))
                return places // V, places % V, best
            """,
        ),
        Answer(
            "masks-in-place",
            "writes into the log-probabilities that it is given",
            """
            def beam_step(totals, log_p, finished, beam_size):
                log_p[finished] = -torch.inf
                log_p[finished, 2] = 0
                sums = (totals[:, None] + log_p).flatten()
                best, places = sums.topk(min(beam_size, int(sums.isfinite().sum())))
                return places // log_p.shape[1], places % log_p.shape[1], best
            """,
            loses="edges",
        ),
        Answer(
            "impossible",
            "fills the beam up with continuations that cannot be",
            """
            def beam_step(totals, log_p, finished, beam_size):
                V = log_p.shape[1]
                stay = torch.full_like(log_p, -torch.inf)
                stay[:, 2] = 0
                sums = (totals[:, None] + torch.where(finished[:, None], stay, log_p)).flatten()
                best, places = sums.topk(min(beam_size, len(sums)))
                return places // V, places % V, best
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "lists",
            "a list of all continuations, sorted",
            """
            def beam_step(totals, log_p, finished, beam_size):
                grown = []
                for k, total in enumerate(totals.tolist()):
                    if finished[k]:
                        grown.append((total, k, 2))
                        continue
                    for token, cost in enumerate(log_p[k].tolist()):
                        if cost > -math.inf:
                            grown.append((total + cost, k, token))
                grown = sorted(grown, reverse=True)[:beam_size]
                return (torch.tensor([k for _, k, _ in grown]),
                        torch.tensor([t for _, _, t in grown]),
                        torch.tensor([s for s, _, _ in grown], dtype=totals.dtype))
            """,
        ),
        Answer(
            "best-of-each-first",
            "the best few of each beginning, then the best of those",
            """
            def beam_step(totals, log_p, finished, beam_size):
                steps = log_p.clone()
                steps[finished] = -torch.inf
                steps[finished, 2] = 0.0
                few = min(beam_size, steps.shape[1])
                costs, tokens = steps.topk(few, dim=1)
                sums = (totals.unsqueeze(1) + costs).reshape(-1)
                order = sums.argsort(descending=True)
                order = order[sums[order] > -torch.inf][:beam_size]
                return order // few, tokens.reshape(-1)[order], sums[order]
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, VOCABULARY, BATCH, FORCING, LOSS, CLIPPED, BLEU, BEAM]
