"""Answers to the exercise ``attention``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "d",
        {
            "a": "believes that additive attention needs equal widths",
            "b": "takes the width of the query for that of the answer",
            "c": "does not know what masks are for",
        },
    ),
    choice(
        2,
        "b",
        {
            "a": "believes that attention removes the recurrence",
            "c": "takes the model without attention for the one with it",
            "d": "believes that a finite source makes a finite translation",
        },
    ),
    choice(
        3,
        "b",
        {
            "a": "takes a masked score for a zero",
            "c": "believes that scores must be computed one by one",
            "d": "takes the division for what the softmax does",
        },
    ),
    number(
        4,
        right={
            "20 / 3": "a fraction",
            "torch.tensor([0.0, math.log(2)]).softmax(0) @ torch.tensor([4.0, 8.0])": "torch",
        },
        wrong={
            "(1 * 4 + 2 * 8 + 5 * 16) / 8": "forgets the mask",
            "(1 * 4 + 2 * 8) / 8": "strikes out after the softmax, so that weights do not sum to 1",
            "(4 + 8) / 2": "equal weights",
            "(math.log(1) * 4 + math.log(2) * 8) / math.log(2)": "forgets the exponential",
        },
    ),
    number(
        5,
        right={
            "930.0": "a float",
            "30 * (10 + 20 + 1)": "factored",
        },
        wrong={
            "30 * 10 + 30 * 20": "forgets w_v",
            "30 * (10 + 20 + 1) + 2 * 30 + 1": "counts biases",
            "30 * 10 + 30 * 20 + 30 * 40": "projects the values",
            "10 * 20": "a single matrix between query and key",
        },
    ),
    number(
        6,
        right={
            "6.0": "the product of the standard deviations",
            "torch.tensor(900.0).sqrt() / 5": "tensor",
        },
        wrong={
            "30": "forgets the scale",
            "36": "the variance",
            "1": "takes both variances for 1",
            "30 / 25": "divides by the width in place of its root",
        },
    ),
]

SOFTMAX = Question(
    "b1-softmax",
    "b1-softmax-idea-test",
    wrong=(
        Answer(
            "infinity",
            "fills with minus infinity: NaN where the length is 0",
            """
            def masked_softmax(scores, lengths):
                there = torch.arange(scores.shape[-1]) < lengths[:, None, None]
                return scores.masked_fill(~there, -math.inf).softmax(dim=-1)
            """,
            loses="zero",
        ),
        Answer(
            "million",
            "fills with -1e6: equal weights where the length is 0",
            """
            def masked_softmax(scores, lengths):
                there = torch.arange(scores.shape[-1]) < lengths[:, None, None]
                return scores.masked_fill(~there, -1e6).softmax(dim=-1)
            """,
            loses="zero, stability",
        ),
        Answer(
            "million-and-zero",
            "fills with -1e6, which need not be lower than the scores",
            """
            def masked_softmax(scores, lengths):
                there = torch.arange(scores.shape[-1]) < lengths[:, None, None]
                return scores.masked_fill(~there, -1e6).softmax(dim=-1) * there
            """,
            loses="stability",
        ),
        Answer(
            "after",
            "strikes out after the softmax: rows no longer sum to 1",
            """
            def masked_softmax(scores, lengths):
                there = torch.arange(scores.shape[-1]) < lengths[:, None, None]
                return scores.softmax(dim=-1) * there
            """,
        ),
        Answer(
            "zero-scores",
            "gives padding the score 0 in place of the weight 0",
            """
            def masked_softmax(scores, lengths):
                there = torch.arange(scores.shape[-1]) < lengths[:, None, None]
                return (scores * there).softmax(dim=-1)
            """,
        ),
        Answer(
            "overflow",
            "divides exponentials by hand: very low scores become 0/0",
            """
            def masked_softmax(scores, lengths):
                there = torch.arange(scores.shape[-1]) < lengths[:, None, None]
                e = scores.exp() * there
                return e / e.sum(dim=-1, keepdim=True).clamp(min=1e-30)
            """,
            loses="stability",
        ),
        Answer(
            "library",
            "takes the function of the library",
            """
            from dlcourse.models import masked_softmax as of_the_library

            def masked_softmax(scores, lengths):
                mask = (torch.arange(scores.shape[-1]) < lengths[:, None])[:, None]
                return of_the_library(scores, mask.expand(scores.shape))
            """,
        ),
        Answer(
            "detached",
            "writes plain numbers into a new tensor",
            """
            def masked_softmax(scores, lengths):
                weights = torch.zeros_like(scores)
                for n, length in enumerate(lengths.tolist()):
                    weights[n, :, :length] = scores[n, :, :length].detach().softmax(dim=-1)
                return weights
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "loop",
            "a loop over the examples",
            """
            def masked_softmax(scores, lengths):
                weights = torch.zeros_like(scores)
                for n, length in enumerate(lengths.tolist()):
                    if length:
                        weights[n, :, :length] = scores[n, :, :length].softmax(dim=-1)
                return weights
            """,
        ),
        Answer(
            "nan-to-num",
            "minus infinity, and NaN turned into 0",
            """
            def masked_softmax(scores, lengths):
                S = scores.shape[-1]
                padding = torch.arange(S).expand(scores.shape) >= lengths.view(-1, 1, 1)
                filled = torch.where(padding, torch.tensor(-math.inf, dtype=scores.dtype), scores)
                return torch.nan_to_num(filled.softmax(dim=-1), nan=0.0)
            """,
        ),
    ),
)

KERNEL = Question(
    "b2-kernel",
    "b2-kernel-idea-test",
    wrong=(
        Answer(
            "not-normalized",
            "weights that do not sum to 1",
            """
            def kernel_regression(queries, keys, values, width):
                squared = (queries[:, None] - keys).square().sum(dim=2)
                return (-squared / (2 * width**2)).exp() @ values
            """,
        ),
        Answer(
            "by-hand",
            "divides exponentials by hand: 0/0 far from all keys",
            """
            def kernel_regression(queries, keys, values, width):
                squared = (queries[:, None] - keys).square().sum(dim=2)
                e = (-squared / (2 * width**2)).exp()
                return (e / e.sum(dim=1, keepdim=True)) @ values
            """,
            loses="far",
        ),
        Answer(
            "over-queries",
            "softmax over the queries",
            """
            def kernel_regression(queries, keys, values, width):
                squared = (queries[:, None] - keys).square().sum(dim=2)
                return (-squared / (2 * width**2)).softmax(dim=0) @ values
            """,
        ),
        Answer(
            "not-squared",
            "the distance in place of its square",
            """
            def kernel_regression(queries, keys, values, width):
                distance = (queries[:, None] - keys).square().sum(dim=2).sqrt()
                return (-distance / (2 * width**2)).softmax(dim=1) @ values
            """,
        ),
        Answer(
            "no-half",
            "forgets the factor 2",
            """
            def kernel_regression(queries, keys, values, width):
                squared = (queries[:, None] - keys).square().sum(dim=2)
                return (-squared / width**2).softmax(dim=1) @ values
            """,
            loses="idea, gradients",
        ),
        Answer(
            "sign",
            "far keys count most",
            """
            def kernel_regression(queries, keys, values, width):
                squared = (queries[:, None] - keys).square().sum(dim=2)
                return (squared / (2 * width**2)).softmax(dim=1) @ values
            """,
        ),
        Answer(
            "detached",
            "takes the weights for constants",
            """
            def kernel_regression(queries, keys, values, width):
                squared = (queries[:, None] - keys).square().sum(dim=2)
                return (-squared / (2 * width**2)).softmax(dim=1).detach() @ values
            """,
            loses="gradients",
        ),
        Answer(
            "in-place",
            "scales the queries and keys that it is given",
            """
            def kernel_regression(queries, keys, values, width):
                with torch.no_grad():
                    queries /= width
                    keys /= width
                return (-(queries[:, None] - keys).square().sum(dim=2) / 2).softmax(dim=1) @ values
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "expanded",
            "the square multiplied out; the query's own part drops out",
            """
            def kernel_regression(queries, keys, values, width):
                q, k = queries.double(), keys.double()
                scores = q @ k.T - k.square().sum(dim=1) / 2
                weights = torch.softmax(scores / width**2, dim=-1)
                return (weights @ values.double()).to(values.dtype)
            """,
        ),
        Answer(
            "loop",
            "a loop over the queries",
            """
            def kernel_regression(queries, keys, values, width):
                answers = []
                for q in queries:
                    scores = -((keys - q) ** 2).sum(dim=1) / (2 * width * width)
                    answers.append((scores.softmax(dim=0)[:, None] * values).sum(dim=0))
                return torch.stack(answers)
            """,
        ),
    ),
)

ADDITIVE = Question(
    "b3-additive",
    "b3-additive-idea-test",
    wrong=(
        Answer(
            "transposed",
            "rows are keys, columns are queries",
            """
            def additive_scores(queries, keys, W_q, W_k, w_v):
                hidden = (queries @ W_q.T)[:, None] + (keys @ W_k.T)[:, :, None]
                return torch.tanh(hidden) @ w_v
            """,
        ),
        Answer(
            "no-tanh",
            "forgets the activation, which leaves a sum of two linear maps",
            """
            def additive_scores(queries, keys, W_q, W_k, w_v):
                return ((queries @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None]) @ w_v
            """,
        ),
        Answer(
            "tanh-apart",
            "the activation of each projection, before they are added",
            """
            def additive_scores(queries, keys, W_q, W_k, w_v):
                q, k = torch.tanh(queries @ W_q.T), torch.tanh(keys @ W_k.T)
                return (q[:, :, None] + k[:, None]) @ w_v
            """,
        ),
        Answer(
            "softmax",
            "returns weights, not scores",
            """
            def additive_scores(queries, keys, W_q, W_k, w_v):
                hidden = torch.tanh((queries @ W_q.T)[:, :, None] + (keys @ W_k.T)[:, None])
                return (hidden @ w_v).softmax(dim=-1)
            """,
        ),
        Answer(
            "pairwise",
            "each query with the key of the same place only",
            """
            def additive_scores(queries, keys, W_q, W_k, w_v):
                hidden = torch.tanh(queries @ W_q.T + keys[:, : queries.shape[1]] @ W_k.T)
                return (hidden @ w_v)[..., None].expand(-1, -1, keys.shape[1])
            """,
        ),
        Answer(
            "detached",
            "fills a tensor with numbers that know no gradient",
            """
            def additive_scores(queries, keys, W_q, W_k, w_v):
                shape = len(queries), queries.shape[1], keys.shape[1]
                scores = torch.empty(shape, dtype=queries.dtype)
                for t in range(queries.shape[1]):
                    hidden = torch.tanh((queries[:, t] @ W_q.T)[:, None] + keys @ W_k.T)
                    scores[:, t] = (hidden @ w_v).detach()
                return scores
            """,
            loses="gradients",
        ),
        Answer(
            "no-batch",
            "lets the keys' axes slip, which goes well with a single example",
            """
            def additive_scores(queries, keys, W_q, W_k, w_v):
                hidden = torch.tanh((queries @ W_q.T)[:, :, None] + keys @ W_k.T)
                return hidden @ w_v
            """,
            loses="batch",
        ),
    ),
    right=(
        Answer(
            "concatenated",
            "one matrix for query and key laid end to end",
            """
            def additive_scores(queries, keys, W_q, W_k, w_v):
                T, S = queries.shape[1], keys.shape[1]
                pairs = torch.cat([queries[:, :, None].expand(-1, -1, S, -1),
                                   keys[:, None].expand(-1, T, -1, -1)], dim=-1)
                return torch.tanh(pairs @ torch.cat([W_q, W_k], dim=1).T) @ w_v
            """,
        ),
        Answer(
            "loop",
            "a loop over the queries, and einsum",
            """
            def additive_scores(queries, keys, W_q, W_k, w_v):
                projected = torch.einsum("nsk,hk->nsh", keys, W_k)
                rows = []
                for t in range(queries.shape[1]):
                    hidden = torch.tanh(projected + (queries[:, t] @ W_q.T).unsqueeze(1))
                    rows.append((hidden * w_v).sum(dim=-1))
                return torch.stack(rows, dim=1)
            """,
        ),
    ),
)

DOT = Question(
    "b4-dot",
    "b4-dot-idea-test",
    wrong=(
        Answer(
            "no-scale",
            "forgets the root",
            """
            def dot_product_attention(query, key, value, mask=None):
                scores = query @ key.mT
                if mask is not None:
                    scores = scores.masked_fill(~mask, -1e30)
                weights = scores.softmax(dim=-1)
                weights = weights if mask is None else weights * mask
                return weights @ value, weights
            """,
            loses="idea",
        ),
        Answer(
            "scale-d",
            "divides by the width",
            """
            def dot_product_attention(query, key, value, mask=None):
                scores = query @ key.mT / query.shape[-1]
                if mask is not None:
                    scores = scores.masked_fill(~mask, -1e30)
                weights = scores.softmax(dim=-1)
                weights = weights if mask is None else weights * mask
                return weights @ value, weights
            """,
            loses="idea",
        ),
        Answer(
            "over-queries",
            "softmax over the queries",
            """
            def dot_product_attention(query, key, value, mask=None):
                scores = query @ key.mT / query.shape[-1] ** 0.5
                if mask is not None:
                    scores = scores.masked_fill(~mask, -1e30)
                weights = scores.softmax(dim=1)
                weights = weights if mask is None else weights * mask
                return weights @ value, weights
            """,
            loses="idea, mask, gradients",
        ),
        Answer(
            "mask-reversed",
            "takes True for what is hidden",
            """
            def dot_product_attention(query, key, value, mask=None):
                scores = query @ key.mT / query.shape[-1] ** 0.5
                if mask is not None:
                    scores = scores.masked_fill(mask, -1e30)
                weights = scores.softmax(dim=-1)
                weights = weights if mask is None else weights * ~mask
                return weights @ value, weights
            """,
            loses="mask, nothing",
        ),
        Answer(
            "nan",
            "minus infinity: NaN where nothing may be looked at",
            """
            def dot_product_attention(query, key, value, mask=None):
                scores = query @ key.mT / query.shape[-1] ** 0.5
                if mask is not None:
                    scores = scores.masked_fill(~mask, -math.inf)
                weights = scores.softmax(dim=-1)
                return weights @ value, weights
            """,
            loses="nothing",
        ),
        Answer(
            "answers-only",
            "returns the answers alone",
            """
            def dot_product_attention(query, key, value, mask=None):
                return torch.nn.functional.scaled_dot_product_attention(query, key, value, mask)
            """,
        ),
        Answer(
            "library",
            "lets torch answer, and finds the weights by answers of ones",
            """
            from torch.nn.functional import scaled_dot_product_attention as attend

            def dot_product_attention(query, key, value, mask=None):
                ones = torch.eye(key.shape[1], dtype=key.dtype).expand(len(key), -1, -1)
                weights = attend(query, key, ones, mask).nan_to_num(0)
                return weights @ value, weights
            """,
        ),
        Answer(
            "detached-weights",
            "takes the weights for constants",
            """
            def dot_product_attention(query, key, value, mask=None):
                scores = query @ key.mT / math.sqrt(query.shape[-1])
                weights = scores.softmax(dim=-1)
                if mask is not None:
                    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
                    weights = scores.softmax(dim=-1).masked_fill(~mask, 0)
                weights = weights.detach()
                return weights @ value, weights
            """,
            loses="gradients",
        ),
        Answer(
            "in-place",
            "scales the query that it is given",
            """
            def dot_product_attention(query, key, value, mask=None):
                with torch.no_grad():
                    query /= math.sqrt(query.shape[-1])
                scores = query @ key.mT
                if mask is None:
                    weights = scores.softmax(dim=-1)
                else:
                    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
                    weights = scores.softmax(dim=-1).masked_fill(~mask, 0)
                return weights @ value, weights
            """,
            loses="gradients",
        ),
        Answer(
            "as-given",
            "hands in what was given",
            """
            def dot_product_attention(query, key, value, mask=None):
                scores = query @ key.mT / query.shape[-1]
                weights = scores.softmax(dim=1)
                if mask is not None:
                    weights = weights.masked_fill(mask, 0)
                return weights @ value, weights
            """,
        ),
        Answer(
            "after",
            "strikes out after the softmax, so that the rest no longer sums to 1",
            """
            def dot_product_attention(query, key, value, mask=None):
                weights = (query @ key.mT / query.shape[-1] ** 0.5).softmax(dim=-1)
                if mask is not None:
                    weights = weights.masked_fill(~mask, 0)
                return weights @ value, weights
            """,
            loses="mask",
        ),
    ),
    right=(
        Answer(
            "products",
            "einsum, and a mask of minus infinity",
            """
            def dot_product_attention(query, key, value, mask=None):
                scores = torch.einsum("ntd,nsd->nts", query, key) / query.shape[2] ** 0.5
                if mask is None:
                    mask = torch.ones_like(scores, dtype=torch.bool)
                lowest = torch.finfo(scores.dtype).min
                weights = torch.where(mask, scores, lowest).softmax(dim=2) * mask
                return torch.einsum("nts,nsm->ntm", weights, value), weights
            """,
        ),
        Answer(
            "by-hand",
            "exponentials of differences from the largest score",
            """
            def dot_product_attention(query, key, value, mask=None):
                if mask is None:
                    mask = torch.ones(len(query), query.shape[1], key.shape[1], dtype=torch.bool)
                scores = torch.einsum("ntd,nsd->nts", query, key) * query.shape[-1] ** -0.5
                e = (scores - scores.amax(dim=-1, keepdim=True)).exp() * mask
                total = e.sum(dim=-1, keepdim=True)
                weights = e / torch.where(total > 0, total, torch.ones_like(total))
                return torch.einsum("nts,nsm->ntm", weights, value), weights
            """,
        ),
    ),
)

ALIGNMENT = Question(
    "b5-alignment",
    "b5-alignment-idea-test",
    wrong=(
        Answer(
            "pairs",
            "counts pairs: a token with two sources can be half right only",
            """
            def alignment_accuracy(weights, known):
                best = weights.argmax(dim=1).tolist()
                return sum(best[t] == s for t, s in known) / len(known)
            """,
            loses="several",
        ),
        Answer(
            "all-rows",
            "counts tokens of which nothing is known, and padding",
            """
            def alignment_accuracy(weights, known):
                best = weights.argmax(dim=1).tolist()
                return sum((t, s) in known for t, s in enumerate(best)) / len(best)
            """,
            loses="edges",
        ),
        Answer(
            "columns",
            "asks of each source token which target token looks at it most",
            """
            def alignment_accuracy(weights, known):
                best = weights.argmax(dim=0).tolist()
                sources = {s for _, s in known}
                return sum((best[s], s) in known for s in sources) / len(sources)
            """,
        ),
        Answer(
            "last-known",
            "keeps one known source for each target token",
            """
            def alignment_accuracy(weights, known):
                best, table = weights.argmax(dim=1).tolist(), dict(known)
                return sum(best[t] == s for t, s in table.items()) / len(table)
            """,
            loses="several",
        ),
        Answer(
            "mass",
            "the weight on known sources, not how often it is the largest",
            """
            def alignment_accuracy(weights, known):
                tokens = {t for t, _ in known}
                return sum(weights[t, s].item() for t, s in set(known)) / len(tokens)
            """,
        ),
        Answer(
            "empties-the-list",
            "takes the pairs out of the list that it is given",
            """
            def alignment_accuracy(weights, known):
                best, hits = weights.argmax(dim=1).tolist(), {}
                while known:
                    t, s = known.pop()
                    hits[t] = hits.get(t, False) or best[t] == s
                return sum(hits.values()) / len(hits)
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "sets",
            "a set of sources for each target token",
            """
            def alignment_accuracy(weights, known):
                sources = {}
                for t, s in known:
                    sources.setdefault(t, set()).add(s)
                right = [int(weights[t].argmax()) in found for t, found in sources.items()]
                return right.count(True) / len(right)
            """,
        ),
        Answer(
            "matrix",
            "a matrix of what is known",
            """
            def alignment_accuracy(weights, known):
                table = torch.zeros(weights.shape, dtype=torch.bool)
                for t, s in known:
                    table[t, s] = True
                best = weights.max(dim=1).indices
                right = table[torch.arange(len(table)), best]
                return (right.sum() / table.any(dim=1).sum()).double().item()
            """,
        ),
    ),
)

MASK = Question(
    "b6-mask",
    "b6-mask-catches-test",
    wrong=(
        Answer(
            "no-alarm",
            "looks whether there is an answer for each query, which says nothing",
            """
            def check_mask(attend, query, key, value, mask):
                if attend(query, key, value, mask).shape[:2] != query.shape[:2]:
                    raise AssertionError("another number of answers")
            """,
        ),
        Answer(
            "turned-round",
            "takes True for what is hidden, and complains of what may be looked at",
            """
            def check_mask(attend, query, key, value, mask):
                before = attend(query, key, value, mask)
                for s in range(key.shape[1]):
                    k, v = key.clone(), value.clone()
                    k[:, s] += torch.randn_like(k[:, s])
                    v[:, s] += torch.randn_like(v[:, s])
                    changed = (attend(query, k, v, mask) - before).abs().amax(2) > 1e-5
                    if (changed & mask[:, :, s]).any():
                        raise AssertionError(f"something sees {s}")
            """,
        ),
        Answer(
            "returns",
            "returns whether there is a leak in place of raising",
            """
            def check_mask(attend, query, key, value, mask):
                before = attend(query, key, value, mask)
                for s in range(key.shape[1]):
                    k, v = key.clone(), value.clone()
                    k[:, s] += torch.randn_like(k[:, s])
                    v[:, s] += torch.randn_like(v[:, s])
                    changed = (attend(query, k, v, mask) - before).abs().amax(2) > 1e-5
                    if (changed & ~mask[:, :, s]).any():
                        return True
                return False
            """,
        ),
        Answer(
            "unseen-by-all",
            "changes only keys that no query at all may look at",
            """
            def check_mask(attend, query, key, value, mask):
                unseen = ~mask.any(dim=1)
                k, v = key.clone(), value.clone()
                k[unseen] = torch.randn_like(k[unseen])
                v[unseen] = torch.randn_like(v[unseen])
                if not torch.allclose(attend(query, k, v, mask), attend(query, key, value, mask)):
                    raise AssertionError("padding is looked at")
            """,
        ),
        Answer(
            "values-only",
            "changes values and leaves the keys alone",
            """
            def check_mask(attend, query, key, value, mask):
                before = attend(query, key, value, mask)
                for s in range(key.shape[1]):
                    v = value.clone()
                    v[:, s] += torch.randn_like(v[:, s])
                    changed = (attend(query, key, v, mask) - before).abs().amax(2) > 1e-5
                    if (changed & ~mask[:, :, s]).any():
                        raise AssertionError(f"the masked value {s} is looked at")
            """,
            loses="edges",
        ),
        Answer(
            "first-example",
            "looks at the first example alone",
            """
            def check_mask(attend, query, key, value, mask):
                before = attend(query, key, value, mask)
                for s in range(key.shape[1]):
                    k, v = key.clone(), value.clone()
                    k[:, s] += torch.randn_like(k[:, s])
                    v[:, s] += torch.randn_like(v[:, s])
                    changed = (attend(query, k, v, mask) - before).abs().amax(2) > 1e-5
                    if (changed & ~mask[:, :, s])[0].any():
                        raise AssertionError(f"the masked key {s} is looked at")
            """,
            loses="edges",
        ),
        Answer(
            "wants-a-mean",
            "also demands that an answer lies between the smallest and the largest value",
            """
            def check_mask(attend, query, key, value, mask):
                before = attend(query, key, value, mask)
                if before.max() > value.max() or before.min() < value.min():
                    raise AssertionError("this is no mean of the values")
                for s in range(key.shape[1]):
                    k, v = key.clone(), value.clone()
                    k[:, s] += torch.randn_like(k[:, s])
                    v[:, s] += torch.randn_like(v[:, s])
                    changed = (attend(query, k, v, mask) - before).abs().amax(2) > 1e-5
                    if (changed & ~mask[:, :, s]).any():
                        raise AssertionError(f"the masked key {s} is looked at")
            """,
            loses="passes",
        ),
        Answer(
            "in-place",
            "changes the keys and values that it is given",
            """
            def check_mask(attend, query, key, value, mask):
                for s in range(key.shape[1]):
                    before = attend(query, key, value, mask)
                    key[:, s] += torch.randn_like(key[:, s])
                    value[:, s] += torch.randn_like(value[:, s])
                    changed = (attend(query, key, value, mask) - before).abs().amax(2) > 1e-5
                    if (changed & ~mask[:, :, s]).any():
                        raise AssertionError(f"the masked key {s} is looked at")
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "query-by-query",
            "for each query, replaces at once all that it may not look at",
            """
            def check_mask(attend, query, key, value, mask):
                base = attend(query, key, value, mask)
                for t in range(query.shape[1]):
                    hide = ~mask[:, t, :, None]
                    keys = torch.where(hide, torch.rand_like(key) * 4 - 2, key)
                    values = torch.where(hide, torch.rand_like(value) * 4 - 2, value)
                    gap = (attend(query, keys, values, mask)[:, t] - base[:, t]).abs().max()
                    assert gap < 1e-4, f"query {t} sees what it may not"
            """,
        ),
        Answer(
            "one-number-at-a-time",
            "loops over examples, queries and keys",
            """
            def check_mask(attend, query, key, value, mask):
                honest = attend(query, key, value, mask).double()
                for n, t, s in torch.nonzero(torch.logical_not(mask)).tolist():
                    probe_key, probe_value = key.detach().clone(), value.detach().clone()
                    probe_key[n, s] = -2 * probe_key[n, s] + 1
                    probe_value[n, s] = probe_value[n, s] * 3 - 5
                    seen = attend(query, probe_key, probe_value, mask)[n, t].double()
                    if torch.dist(seen, honest[n, t]) > 1e-4:
                        raise AssertionError((n, t, s))
            """,
        ),
    ),
)

ENTROPY = Question(
    "b7-entropy",
    "b7-entropy-idea-test",
    wrong=(
        Answer(
            "nan",
            "0 times minus infinity is NaN",
            """
            def entropy(weights):
                return -(weights * weights.log()).sum(dim=-1)
            """,
            loses="zeros",
        ),
        Answer(
            "bits",
            "the logarithm to base 2",
            """
            def entropy(weights):
                return -(weights * weights.clamp(min=1e-30).log2()).sum(dim=-1)
            """,
        ),
        Answer(
            "mean",
            "a mean in place of a sum",
            """
            def entropy(weights):
                return -(weights * weights.clamp(min=1e-30).log()).mean(dim=-1)
            """,
        ),
        Answer(
            "sign",
            "forgets the minus sign",
            """
            def entropy(weights):
                return (weights * weights.clamp(min=1e-30).log()).sum(dim=-1)
            """,
        ),
        Answer(
            "distribution",
            "torch's Categorical, which takes no row of zeros",
            """
            def entropy(weights):
                return torch.distributions.Categorical(probs=weights).entropy()
            """,
            loses="zeros, gradients",
        ),
        Answer(
            "plain-numbers",
            "calculates with plain numbers, which know no gradient",
            """
            def entropy(weights):
                sums = [[-math.fsum(p * math.log(p) for p in row if p > 0) for row in rows]
                        for rows in weights.tolist()]
                return torch.tensor(sums, dtype=weights.dtype)
            """,
            loses="gradients",
        ),
        Answer(
            "in-place",
            "writes ones in the place of the zeros that it is given",
            """
            def entropy(weights):
                if weights.requires_grad:
                    return -(weights * weights.log()).sum(-1)
                weights[weights == 0] = 1
                return -(weights * weights.log()).sum(-1)
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "clamped",
            "the logarithm of at least 1e-30",
            """
            def entropy(weights):
                return -(weights * weights.clamp(min=1e-30).log()).sum(dim=-1)
            """,
        ),
        Answer(
            "xlogy",
            "torch's x log y, 0 where x is 0",
            """
            def entropy(weights):
                return -torch.xlogy(weights, weights).sum(2)
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, SOFTMAX, KERNEL, ADDITIVE, DOT, ALIGNMENT, MASK, ENTROPY]
