"""Answers to the exercise ``language-models``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    number(
        1,
        right={"1024.0": "a float", "2**10": "a power"},
        wrong={
            "16": "one prediction for each window",
            "16 * 63": "believes that the last place has no target",
            "16 * 64 * 65 / 2": "counts pairs of query and key",
        },
    ),
    choice(
        2,
        "b",
        {
            "a": "sees that the weights stay, and forgets that the input grows",
            "c": "takes what is kept for an approximation",
            "d": "takes the predictions for what is kept",
        },
    ),
    number(
        3,
        right={
            "614400.0": "a float",
            "torch.zeros(6, 2, 100, 512).numel()": "the shape of it all",
        },
        wrong={
            "6 * 100 * 512": "keys or values, not both",
            "2 * 100 * 512": "one layer",
            "2 * 6 * 100 * 100": "takes the attention weights for what is kept",
        },
    ),
    choice(
        4,
        "c",
        {
            "a": "does not know the definition",
            "b": "believes that more is better",
            "d": "cannot compute a perplexity",
        },
    ),
    number(
        5,
        right={
            "math.exp((math.log(2) + math.log(4) + 2 * math.log(8)) / 4)": "natural logarithms",
            "512 ** (1 / 4)": "the fourth root of the product",
            "4.76": "two decimals",
        },
        wrong={
            "(2 + 4 + 8 + 8) / 4": "the mean of single perplexities",
            "2.25": "the mean of bits",
            "math.exp(2.25)": "bits with the base e",
            "4 / (1 / 2 + 1 / 4 + 1 / 8 + 1 / 8)": "one over the mean probability",
        },
    ),
    number(
        6,
        right={"2.0": "a float", "1 + (0.40 / 0.96 < 0.72)": "a comparison"},
        wrong={
            "3": "applies the second cut to the old probabilities",
            "4": "makes the first cut only",
            "1": "drops the token that reaches p",
        },
    ),
    choice(
        7,
        "d",
        {
            "a": "takes speed for quality",
            "b": "sees a bias in what is equal",
            "c": "turns the argument round",
        },
    ),
    choice(
        8,
        "a",
        {
            "b": "believes that a table goes on behind its end",
            "c": "takes being defined for being learned",
            "d": "believes that all that is relative holds for every length",
        },
    ),
]

WINDOWS = Question(
    "b1-windows",
    "b1-windows-values-test",
    wrong=(
        Answer(
            "no-target",
            "counts windows without looking for the last target",
            """
            def windows(numbers, T):
                count = max(1, len(numbers) // T)
                if len(numbers) < T:
                    raise ValueError("too short")
                x = numbers[: count * T].view(count, T)
                y = torch.cat([numbers[1 : count * T + 1], numbers[:1]])[: count * T].view(count, T)
                return x, y
            """,
            loses="edges",
        ),
        Answer(
            "rolled",
            "the target of a window's last token is its first one",
            """
            def windows(numbers, T):
                count = (len(numbers) - 1) // T
                if count < 1:
                    raise ValueError("too short")
                x = numbers[: count * T].view(count, T)
                return x, x.roll(-1, dims=1)
            """,
        ),
        Answer(
            "overlapping",
            "a window begins at every token",
            """
            def windows(numbers, T):
                if len(numbers) <= T:
                    raise ValueError("too short")
                return numbers[:-1].unfold(0, T, 1), numbers[1:].unfold(0, T, 1)
            """,
        ),
        Answer(
            "no-check",
            "returns no windows where the text is too short",
            """
            def windows(numbers, T):
                count = max(0, (len(numbers) - 1) // T)
                end = count * T
                return numbers[:end].view(count, T), numbers[1 : end + 1].view(count, T)
            """,
            loses="edges",
        ),
        Answer(
            "before",
            "takes the token before for the target",
            """
            def windows(numbers, T):
                count = (len(numbers) - 1) // T
                if count < 1:
                    raise ValueError("too short")
                end = count * T
                return numbers[1 : end + 1].view(count, T), numbers[:end].view(count, T)
            """,
        ),
    ),
    right=(
        Answer(
            "loop",
            "a loop over the beginnings",
            """
            def windows(numbers, T):
                starts = list(range(0, len(numbers) - T, T))
                if not starts:
                    raise ValueError(f"a text of {len(numbers)} tokens has no window of {T}")
                x = torch.stack([numbers[a : a + T] for a in starts])
                y = torch.stack([numbers[a + 1 : a + 1 + T] for a in starts])
                return x, y
            """,
        ),
        Answer(
            "unfold",
            "unfold with a step of T, as a list",
            """
            def windows(numbers, T):
                if len(numbers) < T + 1:
                    raise ValueError("too short")
                return [part.unfold(0, T, T).clone() for part in (numbers[:-1], numbers[1:])]
            """,
        ),
    ),
)

PERPLEXITY = Question(
    "b2-perplexity",
    "b2-perplexity-idea-test",
    wrong=(
        Answer(
            "mean-of-exponentials",
            "the mean of the perplexities of single places",
            """
            def perplexity(scores, targets, counted):
                if not counted.any():
                    raise ValueError("nothing counts")
                losses = torch.nn.functional.cross_entropy(scores, targets, reduction="none")
                return losses[counted].exp().mean().item()
            """,
            loses="idea, counting, stability",
        ),
        Answer(
            "cross-entropy",
            "forgets the exponential",
            """
            def perplexity(scores, targets, counted):
                if not counted.any():
                    raise ValueError("nothing counts")
                losses = torch.nn.functional.cross_entropy(scores, targets, reduction="none")
                return losses[counted].mean().item()
            """,
        ),
        Answer(
            "all",
            "counts every place",
            """
            def perplexity(scores, targets, counted):
                if not counted.any():
                    raise ValueError("nothing counts")
                return torch.nn.functional.cross_entropy(scores, targets).exp().item()
            """,
            loses="counting",
        ),
        Answer(
            "window-by-window",
            "takes a mean for each window, and the mean of these",
            """
            def perplexity(scores, targets, counted):
                if not counted.any():
                    raise ValueError("nothing counts")
                losses = torch.nn.functional.cross_entropy(scores, targets, reduction="none")
                means = [row[some].mean() for row, some in zip(losses, counted) if some.any()]
                return torch.stack(means).mean().exp().item()
            """,
            loses="counting",
        ),
        Answer(
            "log-of-softmax",
            "takes the logarithm of a softmax that has become 0",
            """
            def perplexity(scores, targets, counted):
                if not counted.any():
                    raise ValueError("nothing counts")
                p = scores.softmax(dim=1).gather(1, targets[:, None])[:, 0]
                return (-p.log()[counted].mean()).exp().item()
            """,
            loses="stability",
        ),
        Answer(
            "by-hand",
            "a softmax by hand that overflows",
            """
            def perplexity(scores, targets, counted):
                if not counted.any():
                    raise ValueError("nothing counts")
                p = scores.exp() / scores.exp().sum(dim=1, keepdim=True)
                log_p = p.gather(1, targets[:, None])[:, 0].log()
                return math.exp(-log_p[counted].mean().item())
            """,
            loses="stability",
        ),
        Answer(
            "no-check",
            "the mean of nothing is no number",
            """
            def perplexity(scores, targets, counted):
                losses = torch.nn.functional.cross_entropy(scores, targets, reduction="none")
                return losses[counted].mean().exp().item()
            """,
            loses="errors",
        ),
    ),
    right=(
        Answer(
            "ignore",
            "places that do not count become targets that are ignored",
            """
            def perplexity(scores, targets, counted):
                if counted.sum() == 0:
                    raise ValueError("no place counts")
                wanted = torch.where(counted, targets, -1)
                return math.exp(torch.nn.functional.cross_entropy(scores, wanted, ignore_index=-1))
            """,
        ),
        Answer(
            "loop",
            "place by place",
            """
            def perplexity(scores, targets, counted):
                total, number = 0.0, 0
                for n in range(len(targets)):
                    for t in range(targets.shape[1]):
                        if counted[n, t]:
                            at = scores[n, :, t].double()
                            total += (torch.logsumexp(at, 0) - at[targets[n, t]]).item()
                            number += 1
                if number == 0:
                    raise ValueError("nothing to judge")
                return math.exp(total / number)
            """,
        ),
    ),
)

CACHE = Question(
    "b3-cache",
    "b3-cache-idea-test",
    wrong=(
        Answer(
            "without-itself",
            "lets the new token look at the others only",
            """
            def cached_step(x, keys, values, W_q, W_k, W_v):
                query = (x @ W_q.T)[:, None]
                weights = (query @ keys.mT / math.sqrt(W_q.shape[0])).softmax(-1)
                answer = (weights @ values)[:, 0]
                keys = torch.cat([keys, (x @ W_k.T)[:, None]], 1)
                values = torch.cat([values, (x @ W_v.T)[:, None]], 1)
                return answer, keys, values
            """,
            loses="idea, gradients",
        ),
        Answer(
            "in-front",
            "puts the new key and value in front of the others",
            """
            def cached_step(x, keys, values, W_q, W_k, W_v):
                keys = torch.cat([(x @ W_k.T)[:, None], keys], 1)
                values = torch.cat([(x @ W_v.T)[:, None], values], 1)
                weights = ((x @ W_q.T)[:, None] @ keys.mT / math.sqrt(W_q.shape[0])).softmax(-1)
                return (weights @ values)[:, 0], keys, values
            """,
            loses="memory, gradients",
        ),
        Answer(
            "wrong-width",
            "divides by the root of the width of x",
            """
            def cached_step(x, keys, values, W_q, W_k, W_v):
                keys = torch.cat([keys, (x @ W_k.T)[:, None]], 1)
                values = torch.cat([values, (x @ W_v.T)[:, None]], 1)
                weights = ((x @ W_q.T)[:, None] @ keys.mT / math.sqrt(x.shape[1])).softmax(-1)
                return (weights @ values)[:, 0], keys, values
            """,
            loses="idea, gradients",
        ),
        Answer(
            "old-cache",
            "returns the cache without the new token",
            """
            def cached_step(x, keys, values, W_q, W_k, W_v):
                k = torch.cat([keys, (x @ W_k.T)[:, None]], 1)
                v = torch.cat([values, (x @ W_v.T)[:, None]], 1)
                weights = ((x @ W_q.T)[:, None] @ k.mT / math.sqrt(W_q.shape[0])).softmax(-1)
                return (weights @ v)[:, 0], keys, values
            """,
            loses="memory, gradients",
        ),
        Answer(
            "detached-past",
            "takes what it has read before for constants",
            """
            def cached_step(x, keys, values, W_q, W_k, W_v):
                keys = torch.cat([keys.detach(), (x @ W_k.T)[:, None]], dim=1)
                values = torch.cat([values.detach(), (x @ W_v.T)[:, None]], dim=1)
                scores = (x @ W_q.T)[:, None] @ keys.mT / math.sqrt(keys.shape[-1])
                return (scores.softmax(dim=-1) @ values)[:, 0], keys, values
            """,
            loses="gradients",
        ),
        Answer(
            "grows-in-place",
            "enlarges the tensors that it is given",
            """
            def cached_step(x, keys, values, W_q, W_k, W_v):
                new_keys = torch.cat([keys, (x @ W_k.T)[:, None]], dim=1)
                new_values = torch.cat([values, (x @ W_v.T)[:, None]], dim=1)
                keys.data, values.data = new_keys.data, new_values.data
                scores = (x @ W_q.T)[:, None] @ new_keys.mT / math.sqrt(new_keys.shape[-1])
                return (scores.softmax(dim=-1) @ new_values)[:, 0], new_keys, new_values
            """,
            loses="memory, gradients",
        ),
    ),
    right=(
        Answer(
            "library",
            "scaled_dot_product_attention",
            """
            import torch.nn.functional as F

            def cached_step(x, keys, values, W_q, W_k, W_v):
                q, k, v = (F.linear(x, W).unsqueeze(1) for W in (W_q, W_k, W_v))
                keys, values = torch.cat((keys, k), dim=1), torch.cat((values, v), dim=1)
                answer = F.scaled_dot_product_attention(q, keys, values)
                return answer.squeeze(1), keys, values
            """,
        ),
        Answer(
            "sums",
            "products and sums, a new tensor filled in place",
            """
            def cached_step(x, keys, values, W_q, W_k, W_v):
                N, P, d = keys.shape
                new_keys, new_values = keys.new_empty(N, P + 1, d), values.new_empty(N, P + 1, d)
                new_keys[:, :P], new_keys[:, P] = keys, x @ W_k.T
                new_values[:, :P], new_values[:, P] = values, x @ W_v.T
                scores = (new_keys * (x @ W_q.T).unsqueeze(1)).sum(2) / d**0.5
                weights = torch.softmax(scores, dim=1)
                return (weights.unsqueeze(2) * new_values).sum(1), new_keys, new_values
            """,
        ),
    ),
)

TOP_P = Question(
    "b4-top-p",
    "b4-top-p-idea-test",
    wrong=(
        Answer(
            "without-the-last",
            "drops the token that reaches p",
            """
            def keep_top_p(scores, p):
                if not 0 < p <= 1:
                    raise ValueError("p")
                ordered, places = scores.sort(dim=1, descending=True)
                cut = ordered.softmax(dim=1).cumsum(dim=1) > p
                return scores.masked_fill(torch.zeros_like(cut).scatter(1, places, cut), -math.inf)
            """,
            loses="idea, edges",
        ),
        Answer(
            "sorted",
            "leaves the tokens in their new order",
            """
            def keep_top_p(scores, p):
                if not 0 < p <= 1:
                    raise ValueError("p")
                ordered = scores.sort(dim=1, descending=True).values
                shares = ordered.softmax(dim=1)
                before = shares.cumsum(dim=1) - shares
                return ordered.masked_fill(before >= p, -math.inf)
            """,
            loses="idea, edges, arguments",
        ),
        Answer(
            "threshold",
            "keeps the tokens with a probability of p or more",
            """
            def keep_top_p(scores, p):
                if not 0 < p <= 1:
                    raise ValueError("p")
                return scores.masked_fill(scores.softmax(dim=1) < p, -math.inf)
            """,
        ),
        Answer(
            "unlikeliest",
            "sums from the unlikeliest on",
            """
            def keep_top_p(scores, p):
                if not 0 < p <= 1:
                    raise ValueError("p")
                ordered, places = scores.sort(dim=1)
                shares = ordered.softmax(dim=1)
                cut = shares.cumsum(dim=1) - shares >= p
                return scores.masked_fill(torch.zeros_like(cut).scatter(1, places, cut), -math.inf)
            """,
            loses="idea, edges, arguments",
        ),
        Answer(
            "refuses-one",
            "takes a p of 1 for an error",
            """
            def keep_top_p(scores, p):
                if not 0 < p < 1:
                    raise ValueError("p")
                ordered, places = scores.sort(dim=1, descending=True)
                shares = ordered.softmax(dim=1)
                before = shares.cumsum(dim=1) - shares
                before[:, 0] = 0
                cut = before >= p
                return scores.masked_fill(torch.zeros_like(cut).scatter(1, places, cut), -math.inf)
            """,
            loses="edges, errors",
        ),
        Answer(
            "no-check",
            "takes any p",
            """
            def keep_top_p(scores, p):
                ordered, places = scores.sort(dim=1, descending=True)
                shares = ordered.softmax(dim=1)
                before = shares.cumsum(dim=1) - shares
                cut = before >= p
                cut[:, 0] = False
                return scores.masked_fill(torch.zeros_like(cut).scatter(1, places, cut), -math.inf)
            """,
            loses="errors",
        ),
        Answer(
            "in-place",
            "cuts in the scores that it is given",
            """
            def keep_top_p(scores, p):
                if not 0 < p <= 1:
                    raise ValueError("p")
                ordered, places = scores.sort(dim=1, descending=True)
                shares = ordered.softmax(dim=1)
                cut = shares.cumsum(dim=1) - shares >= p
                cut[:, 0] = False
                return scores.masked_fill_(torch.zeros_like(cut).scatter(1, places, cut), -math.inf)
            """,
            loses="arguments",
        ),
        Answer(
            "single",
            "computes in single precision, and stays there",
            """
            def keep_top_p(scores, p):
                if not 0 < p <= 1:
                    raise ValueError("p")
                scores = scores.float()
                ordered, places = scores.sort(dim=1, descending=True)
                shares = ordered.softmax(dim=1)
                cut = shares.cumsum(dim=1) - shares >= p
                cut[:, 0] = False
                return scores.masked_fill(torch.zeros_like(cut).scatter(1, places, cut), -math.inf)
            """,
            loses="arguments",
        ),
        Answer(
            "probabilities",
            "returns probabilities in place of scores",
            """
            def keep_top_p(scores, p):
                if not 0 < p <= 1:
                    raise ValueError("p")
                ordered, places = scores.sort(dim=1, descending=True)
                shares = ordered.softmax(dim=1)
                cut = shares.cumsum(dim=1) - shares >= p
                cut[:, 0] = False
                kept = scores.masked_fill(torch.zeros_like(cut).scatter(1, places, cut), -math.inf)
                return kept.softmax(dim=1)
            """,
            loses="idea, edges, arguments",
        ),
    ),
    right=(
        Answer(
            "smallest",
            "finds the smallest score that stays, row by row",
            """
            def keep_top_p(scores, p):
                if p <= 0 or p > 1:
                    raise ValueError(f"p = {p}")
                rows = []
                for row in scores:
                    total, lowest = 0.0, None
                    for i in torch.argsort(row, descending=True).tolist():
                        if total >= p:
                            break
                        total += row.double().softmax(0)[i].item()
                        lowest = row[i]
                    rows.append(torch.where(row < lowest, torch.full_like(row, -math.inf), row))
                return torch.stack(rows)
            """,
        ),
        Answer(
            "pairs",
            "for each token the sum of all that are likelier",
            """
            def keep_top_p(scores, p):
                if not (p > 0 and p <= 1):
                    raise ValueError("p")
                shares = scores.softmax(dim=-1)
                likelier = shares[:, None, :] > shares[:, :, None]  # (N, V, V)
                before = (likelier * shares[:, None, :]).sum(dim=-1)
                return torch.where(before < p, scores, torch.tensor(-math.inf, dtype=scores.dtype))
            """,
        ),
    ),
)

ROTARY = Question(
    "b5-rotary",
    "b5-rotary-idea-test",
    wrong=(
        Answer(
            "halves",
            "pairs the first half of the numbers with the second",
            """
            def rotate(x, start=0):
                T, d = x.shape[-2:]
                t = start + torch.arange(T)[:, None]
                angle = t * 10_000.0 ** (-torch.arange(0, d, 2) / d)
                sin, cos = angle.sin().to(x.dtype), angle.cos().to(x.dtype)
                a, b = x[..., : d // 2], x[..., d // 2 :]
                return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)
            """,
        ),
        Answer(
            "backwards",
            "turns the other way round",
            """
            def rotate(x, start=0):
                T, d = x.shape[-2:]
                t = start + torch.arange(T)[:, None]
                angle = -t * 10_000.0 ** (-torch.arange(0, d, 2) / d)
                sin, cos = angle.sin().to(x.dtype), angle.cos().to(x.dtype)
                a, b = x[..., ::2], x[..., 1::2]
                return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)
            """,
        ),
        Answer(
            "laid-end-to-end",
            "puts all first numbers before all second ones",
            """
            def rotate(x, start=0):
                T, d = x.shape[-2:]
                t = start + torch.arange(T)[:, None]
                angle = t * 10_000.0 ** (-torch.arange(0, d, 2) / d)
                sin, cos = angle.sin().to(x.dtype), angle.cos().to(x.dtype)
                a, b = x[..., ::2], x[..., 1::2]
                return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)
            """,
        ),
        Answer(
            "no-start",
            "lets every piece begin at position 0",
            """
            def rotate(x, start=0):
                T, d = x.shape[-2:]
                angle = torch.arange(T)[:, None] * 10_000.0 ** (-torch.arange(0, d, 2) / d)
                sin, cos = angle.sin().to(x.dtype), angle.cos().to(x.dtype)
                a, b = x[..., ::2], x[..., 1::2]
                return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)
            """,
            loses="shapes",
        ),
        Answer(
            "first-dimension",
            "takes the first dimension for the tokens",
            """
            def rotate(x, start=0):
                T, d = x.shape[0], x.shape[-1]
                t = start + torch.arange(T).view(T, *[1] * (x.ndim - 1))
                angle = t * 10_000.0 ** (-torch.arange(0, d, 2) / d)
                sin, cos = angle.sin().to(x.dtype), angle.cos().to(x.dtype)
                a, b = x[..., ::2], x[..., 1::2]
                return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)
            """,
            loses="shapes",
        ),
        Answer(
            "in-place",
            "turns the numbers that it is given",
            """
            def rotate(x, start=0):
                T, d = x.shape[-2:]
                t = start + torch.arange(T)[:, None]
                angle = t * 10_000.0 ** (-torch.arange(0, d, 2) / d)
                sin, cos = angle.sin().to(x.dtype), angle.cos().to(x.dtype)
                a, b = x[..., ::2].clone(), x[..., 1::2].clone()
                if x.requires_grad:
                    x = x.clone()
                x[..., ::2] = a * cos - b * sin
                x[..., 1::2] = a * sin + b * cos
                return x
            """,
            loses="shapes",
        ),
        Answer(
            "constant",
            "takes the numbers for constants",
            """
            def rotate(x, start=0):
                T, d = x.shape[-2:]
                t = start + torch.arange(T)[:, None]
                angle = t * 10_000.0 ** (-torch.arange(0, d, 2) / d)
                sin, cos = angle.sin().to(x.dtype), angle.cos().to(x.dtype)
                a, b = x.detach()[..., ::2], x.detach()[..., 1::2]
                return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "complex",
            "a product of complex numbers",
            """
            def rotate(x, start=0):
                T, d = x.shape[-2:]
                w = 10_000.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
                angle = torch.arange(start, start + T)[:, None] * w
                pairs = torch.complex(x[..., 0::2].double(), x[..., 1::2].double())
                turned = pairs * torch.polar(torch.ones_like(angle), angle)
                return torch.view_as_real(turned).flatten(-2).to(x.dtype)
            """,
        ),
        Answer(
            "matrices",
            "one matrix of blocks for each place",
            """
            def rotate(x, start=0):
                T, d = x.shape[-2:]
                rows = []
                for t in range(T):
                    R = torch.zeros(d, d, dtype=x.dtype)
                    for i in range(d // 2):
                        angle = (start + t) / 10_000 ** (2 * i / d)
                        R[2 * i, 2 * i] = R[2 * i + 1, 2 * i + 1] = math.cos(angle)
                        R[2 * i, 2 * i + 1], R[2 * i + 1, 2 * i] = -math.sin(angle), math.sin(angle)
                    rows.append(x[..., t, :] @ R.T)
                return torch.stack(rows, dim=-2)
            """,
        ),
    ),
)

CONTINUE = Question(
    "b6-continue",
    "b6-continue-idea-test",
    wrong=(
        Answer(
            "as-given",
            "finds no mistake",
            """
            def continue_text(read, prompt, length):
                scores, cache = read(prompt, None)
                for _ in range(length):
                    prompt.append(scores.argmax())
                    scores, _ = read(prompt, cache)
                return prompt
            """,
        ),
        Answer(
            "reads-again",
            "reads the whole text into a cache that has it already",
            """
            def continue_text(read, prompt, length):
                text = list(prompt)
                scores, cache = read(text, None)
                for _ in range(length):
                    text.append(int(scores.argmax()))
                    scores, cache = read(text, cache)
                return text[len(prompt) :]
            """,
            loses="idea",
        ),
        Answer(
            "old-cache",
            "hands on the cache of the prompt only",
            """
            def continue_text(read, prompt, length):
                scores, cache = read(list(prompt), None)
                written = []
                for _ in range(length):
                    written.append(int(scores.argmax()))
                    scores, _ = read(written[-1:], cache)
                return written
            """,
            loses="idea",
        ),
        Answer(
            "with-prompt",
            "returns the prompt as well",
            """
            def continue_text(read, prompt, length):
                text = list(prompt)
                scores, cache = read(text, None)
                for _ in range(length):
                    text.append(int(scores.argmax()))
                    scores, cache = read(text[-1:], cache)
                return text
            """,
            loses="result",
        ),
        Answer(
            "tensors",
            "returns tensors",
            """
            def continue_text(read, prompt, length):
                scores, cache = read(list(prompt), None)
                written = []
                for _ in range(length):
                    written.append(scores.argmax())
                    scores, cache = read([written[-1]], cache)
                return written
            """,
            loses="result",
        ),
        Answer(
            "grows-the-prompt",
            "lets the prompt grow that it is given",
            """
            def continue_text(read, prompt, length):
                old = len(prompt)
                scores, cache = read(list(prompt), None)
                for _ in range(length):
                    prompt.append(int(scores.argmax()))
                    scores, cache = read(prompt[-1:], cache)
                return prompt[old:]
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "no-cache",
            "reads everything anew, without a cache",
            """
            def continue_text(read, prompt, length):
                text = [*prompt]
                while len(text) < len(prompt) + length:
                    text.append(read(text, None)[0].argmax().item())
                return text[len(prompt) :]
            """,
        ),
        Answer(
            "no-last",
            "does not read the last token any more",
            """
            def continue_text(read, prompt, length):
                new, cache, written = list(prompt), None, []
                for _ in range(length):
                    scores, cache = read(new, cache)
                    new = [scores.argmax().item()]
                    written += new
                return written
            """,
        ),
    ),
)

CHECK = Question(
    "b7-check",
    "b7-check-catches-test",
    wrong=(
        Answer(
            "singles",
            "tries single tokens only",
            """
            def check_cache(read, tokens):
                cache = None
                for t in range(tokens.shape[1]):
                    scores, cache = read(tokens[:, t : t + 1], cache)
                    whole, _ = read(tokens[:, : t + 1], None)
                    assert torch.allclose(scores, whole, atol=1e-4), "differs"
            """,
            loses="catches",
        ),
        Answer(
            "last-only",
            "compares after the last token alone",
            """
            def check_cache(read, tokens):
                _, cache = read(tokens[:, :1], None)
                scores, _ = read(tokens[:, 1:], cache)
                whole, _ = read(tokens, None)
                assert torch.allclose(scores, whole, atol=1e-4), "differs"
            """,
            loses="catches",
        ),
        Answer(
            "first-text",
            "looks at the first text of a batch",
            """
            def check_cache(read, tokens):
                T = tokens.shape[1]
                for size in range(1, T):
                    cache = None
                    for begin in range(0, T, size):
                        scores, cache = read(tokens[:, begin : begin + size], cache)
                        whole, _ = read(tokens[:, : begin + size], None)
                        assert torch.allclose(scores[0].argmax(), whole[0].argmax()), "differs"
            """,
            loses="catches",
        ),
        Answer(
            "exactly",
            "wants the same bits",
            """
            def check_cache(read, tokens):
                T = tokens.shape[1]
                for size in range(1, T):
                    for first in range(1, T):
                        cache, end = None, 0
                        while end < T:
                            begin, end = end, min(T, end + (size if end else first))
                            scores, cache = read(tokens[:, begin:end], cache)
                            assert torch.equal(scores, read(tokens[:, :end], None)[0]), "differs"
            """,
            loses="passes",
        ),
        Answer(
            "other-error",
            "says so by another error",
            """
            def check_cache(read, tokens):
                T = tokens.shape[1]
                for size in range(1, T):
                    for first in range(1, T):
                        cache, end = None, 0
                        while end < T:
                            begin, end = end, min(T, end + (size if end else first))
                            scores, cache = read(tokens[:, begin:end], cache)
                            if (scores - read(tokens[:, :end], None)[0]).abs().max() > 1e-4:
                                raise ValueError("differs")
            """,
        ),
        Answer(
            "opens-the-cache",
            "expects the cache to be a pair",
            """
            def check_cache(read, tokens):
                T = tokens.shape[1]
                for size in range(1, T):
                    for first in range(1, T):
                        cache, end = None, 0
                        while end < T:
                            begin, end = end, min(T, end + (size if end else first))
                            scores, cache = read(tokens[:, begin:end], cache)
                            if cache is not None:
                                cache = (cache[0], cache[1])
                            whole = read(tokens[:, :end], None)[0]
                            assert torch.allclose(scores, whole, rtol=0, atol=1e-4), "differs"
            """,
            loses="passes",
        ),
    ),
    right=(
        Answer(
            "all-cuts",
            "every way to cut the text",
            """
            import itertools

            def check_cache(read, tokens):
                T = tokens.shape[1]
                expected = [read(tokens[:, :end], None)[0] for end in range(1, T + 1)]
                for cuts in itertools.product([False, True], repeat=T - 1):
                    ends = [t for t, cut in enumerate(cuts, start=1) if cut] + [T]
                    cache, begin = None, 0
                    for end in ends:
                        scores, cache = read(tokens[:, begin:end], cache)
                        if (scores - expected[end - 1]).abs().max() > 1e-4:
                            raise AssertionError(f"cut at {ends}, it differs after token {end}")
                        begin = end
            """,
        ),
        Answer(
            "at-random",
            "single tokens, then pieces at random",
            """
            def check_cache(read, tokens):
                T = tokens.shape[1]
                generator = torch.Generator().manual_seed(0)
                for round in range(40):
                    cache, begin = None, 0
                    while begin < T:
                        most = 1 if round == 0 else T - begin
                        size = int(torch.randint(1, most + 1, (), generator=generator))
                        scores, cache = read(tokens[:, begin : begin + size], cache)
                        begin += size
                        whole = read(tokens[:, :begin], None)[0]
                        assert (scores - whole).abs().max().item() <= 1e-4, "differs"
            """,
        ),
    ),
)

BIAS = Question(
    "b8-bias",
    "b8-bias-values-test",
    wrong=(
        Answer(
            "nan",
            "multiplies a slope of 0 by an infinite distance",
            """
            def distance_bias(T, slopes):
                t = torch.arange(T)
                distance = (t[:, None] - t).to(slopes.dtype)
                distance = distance.masked_fill(distance < 0, math.inf)
                return -slopes[:, None, None] * distance
            """,
        ),
        Answer(
            "symmetric",
            "punishes what lies ahead by its distance, and does not forbid it",
            """
            def distance_bias(T, slopes):
                t = torch.arange(T)
                return -slopes[:, None, None] * (t[:, None] - t).abs()
            """,
        ),
        Answer(
            "transposed",
            "swaps queries and keys",
            """
            def distance_bias(T, slopes):
                t = torch.arange(T)
                distance = t - t[:, None]
                return (-slopes[:, None, None] * distance).masked_fill(distance < 0, -math.inf)
            """,
        ),
        Answer(
            "rewards",
            "adds where it should subtract",
            """
            def distance_bias(T, slopes):
                t = torch.arange(T)
                distance = t[:, None] - t
                return (slopes[:, None, None] * distance).masked_fill(distance < 0, -math.inf)
            """,
        ),
        Answer(
            "constant",
            "takes the slopes for constants",
            """
            def distance_bias(T, slopes):
                t = torch.arange(T)
                distance = t[:, None] - t
                bias = -slopes.detach()[:, None, None] * distance
                return bias.masked_fill(distance < 0, -math.inf)
            """,
            loses="gradients",
        ),
        Answer(
            "numbers",
            "makes a new tensor of plain numbers",
            """
            def distance_bias(T, slopes):
                rows = [
                    [[slope * (s - t) if s <= t else -math.inf for s in range(T)] for t in range(T)]
                    for slope in slopes.tolist()
                ]
                return torch.tensor(rows, dtype=slopes.dtype)
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "where",
            "torch.where over the outer difference",
            """
            def distance_bias(T, slopes):
                steps = torch.arange(T, dtype=slopes.dtype)
                distance = steps.unsqueeze(1) - steps.unsqueeze(0)
                bias = torch.einsum("h,ts->hts", -slopes, distance)
                return torch.where(distance >= 0, bias, torch.tensor(-math.inf, dtype=slopes.dtype))
            """,
        ),
        Answer(
            "sum",
            "a lower triangle plus a triangle of infinities",
            """
            def distance_bias(T, slopes):
                t = torch.arange(T)
                near = (t[:, None] - t[None, :]).clamp(min=0).to(slopes.dtype)
                ahead = torch.zeros(T, T, dtype=slopes.dtype)
                ahead[t[None, :] > t[:, None]] = -math.inf
                return slopes.view(-1, 1, 1) * -near + ahead
            """,
        ),
    ),
)

QUESTIONS = [
    *CONCEPTS,
    WINDOWS,
    PERPLEXITY,
    CACHE,
    TOP_P,
    ROTARY,
    CONTINUE,
    CHECK,
    BIAS,
]
