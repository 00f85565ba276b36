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
    "b1-softmax-test",
    wrong=(
        Answer(
            "infinity",
            "fills with minus infinity: NaN where the length is 0",
            """
            def masked_softmax(scores, lengths):
                there = torch.arange(scores.shape[-1]) < lengths[:, None, None]
                return scores.masked_fill(~there, -math.inf).softmax(dim=-1)
            """,
        ),
        Answer(
            "million",
            "fills with -1e6: equal weights where the length is 0",
            """
            def masked_softmax(scores, lengths):
                there = torch.arange(scores.shape[-1]) < lengths[:, None, None]
                return scores.masked_fill(~there, -1e6).softmax(dim=-1)
            """,
        ),
        Answer(
            "million-and-zero",
            "fills with -1e6, which need not be lower than the scores",
            """
            def masked_softmax(scores, lengths):
                there = torch.arange(scores.shape[-1]) < lengths[:, None, None]
                return scores.masked_fill(~there, -1e6).softmax(dim=-1) * there
            """,
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
    "b2-kernel-test",
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
    "b3-additive-test",
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
    "b4-dot-test",
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
    "b5-alignment-test",
    wrong=(
        Answer(
            "pairs",
            "counts pairs: a token with two sources can be half right only",
            """
            def alignment_accuracy(weights, known):
                best = weights.argmax(dim=1).tolist()
                return sum(best[t] == s for t, s in known) / len(known)
            """,
        ),
        Answer(
            "all-rows",
            "counts tokens of which nothing is known, and padding",
            """
            def alignment_accuracy(weights, known):
                best = weights.argmax(dim=1).tolist()
                return sum((t, s) in known for t, s in enumerate(best)) / len(best)
            """,
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

CONTEXT = Question(
    "b6-context",
    "b6-context-test",
    wrong=(
        Answer(
            "no-mask",
            "looks at padding",
            """
            def decoder_input(word, hidden, states, lengths):
                scores = (states @ hidden[:, :, None])[:, :, 0] / math.sqrt(hidden.shape[1])
                weights = scores.softmax(dim=1)
                context = (weights[:, None] @ states)[:, 0]
                return torch.cat([word, context], dim=1), weights
            """,
        ),
        Answer(
            "context-first",
            "lays the context before the word",
            """
            def decoder_input(word, hidden, states, lengths):
                scores = (states @ hidden[:, :, None])[:, :, 0] / math.sqrt(hidden.shape[1])
                padding = torch.arange(states.shape[1]) >= lengths[:, None]
                weights = scores.masked_fill(padding, -math.inf).softmax(dim=1)
                context = (weights[:, None] @ states)[:, 0]
                return torch.cat([context, word], dim=1), weights
            """,
        ),
        Answer(
            "best-only",
            "the one best state in place of a mean",
            """
            def decoder_input(word, hidden, states, lengths):
                scores = (states @ hidden[:, :, None])[:, :, 0] / math.sqrt(hidden.shape[1])
                padding = torch.arange(states.shape[1]) >= lengths[:, None]
                weights = scores.masked_fill(padding, -math.inf).softmax(dim=1)
                context = states[torch.arange(len(states)), weights.argmax(dim=1)]
                return torch.cat([word, context], dim=1), weights
            """,
        ),
        Answer(
            "last-state",
            "the one context of a model without attention",
            """
            def decoder_input(word, hidden, states, lengths):
                scores = (states @ hidden[:, :, None])[:, :, 0] / math.sqrt(hidden.shape[1])
                padding = torch.arange(states.shape[1]) >= lengths[:, None]
                weights = scores.masked_fill(padding, -math.inf).softmax(dim=1)
                context = states[torch.arange(len(states)), lengths - 1]
                return torch.cat([word, context], dim=1), weights
            """,
        ),
        Answer(
            "off-by-one",
            "masks the last real token, too",
            """
            def decoder_input(word, hidden, states, lengths):
                scores = (states @ hidden[:, :, None])[:, :, 0] / math.sqrt(hidden.shape[1])
                padding = torch.arange(states.shape[1]) >= lengths[:, None] - 1
                weights = scores.masked_fill(padding, -1e30).softmax(dim=1)
                context = (weights[:, None] @ states)[:, 0]
                return torch.cat([word, context], dim=1), weights
            """,
        ),
        Answer(
            "no-scale",
            "forgets the root",
            """
            def decoder_input(word, hidden, states, lengths):
                scores = (states @ hidden[:, :, None])[:, :, 0]
                padding = torch.arange(states.shape[1]) >= lengths[:, None]
                weights = scores.masked_fill(padding, -math.inf).softmax(dim=1)
                context = (weights[:, None] @ states)[:, 0]
                return torch.cat([word, context], dim=1), weights
            """,
        ),
        Answer(
            "detached-states",
            "takes the encoder's states for constants",
            """
            def decoder_input(word, hidden, states, lengths):
                states = states.detach()
                scores = (states @ hidden[:, :, None])[:, :, 0] / math.sqrt(hidden.shape[1])
                padding = torch.arange(states.shape[1]) >= lengths[:, None]
                weights = scores.masked_fill(padding, -math.inf).softmax(dim=1)
                return torch.cat([word, (weights[:, None] @ states)[:, 0]], dim=1), weights
            """,
        ),
    ),
    right=(
        Answer(
            "loop",
            "a loop over the examples",
            """
            def decoder_input(word, hidden, states, lengths):
                rows, weights = [], []
                for n, length in enumerate(lengths.tolist()):
                    real = states[n, :length]
                    alpha = (real @ hidden[n] / hidden.shape[1] ** 0.5).softmax(dim=0)
                    rows.append(torch.cat([word[n], alpha @ real]))
                    weights.append(torch.cat([alpha, alpha.new_zeros(len(states[n]) - length)]))
                return torch.stack(rows), torch.stack(weights)
            """,
        ),
        Answer(
            "torch",
            "torch's attention for the context, a product for the weights",
            """
            def decoder_input(word, hidden, states, lengths):
                mask = (torch.arange(states.shape[1]) < lengths[:, None])[:, None]
                query = hidden.unsqueeze(1)
                attend = torch.nn.functional.scaled_dot_product_attention
                context = attend(query, states, states, attn_mask=mask).squeeze(1)
                scores = torch.einsum("nh,nsh->ns", hidden, states) / hidden.shape[1] ** 0.5
                lowest = torch.finfo(scores.dtype).min
                weights = scores.masked_fill(~mask.squeeze(1), lowest).softmax(dim=1)
                return torch.hstack([word, context]), weights
            """,
        ),
    ),
)

ENTROPY = Question(
    "b7-entropy",
    "b7-entropy-test",
    wrong=(
        Answer(
            "nan",
            "0 times minus infinity is NaN",
            """
            def entropy(weights):
                return -(weights * weights.log()).sum(dim=-1)
            """,
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

QUESTIONS = [*CONCEPTS, SOFTMAX, KERNEL, ADDITIVE, DOT, ALIGNMENT, CONTEXT, ENTROPY]
