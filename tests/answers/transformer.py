"""Answers to the exercise ``transformer``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "b",
        {
            "a": "believes that prediction is parallel because training is",
            "c": "takes all attention for self-attention",
            "d": "believes that the newest token could look ahead",
        },
    ),
    number(
        2,
        right={
            "184320.0": "a float",
            "(6 - 1) * 4 * 96**2": "five times what the first reading has",
        },
        wrong={
            "4 * 6 * 96 * 96": "the second reading alone",
            "(3 * 6 + 1) * 96 * 96 - 4 * 96 * 96": "an output projection for one head only",
            "0": "believes that heads always share the width",
            "3 * 6 * 96 * 96 - 3 * 96 * 96": "forgets the output projection",
        },
    ),
    number(
        3,
        right={"3 / 2": "a fraction", "1.5 + 0 * 100": "nothing is added"},
        wrong={
            "1.5 * 100": "believes that the score grows with the place",
            "0": "believes that places far out no longer matter",
            "1.5 * math.cos(100)": "turns the query alone",
        },
    ),
    choice(
        4,
        "a",
        {
            "b": "does not know what normalization is good for",
            "c": "takes layer for batch normalization",
            "d": "believes that it normalizes something else than a token",
        },
    ),
    choice(
        5,
        "c",
        {
            "a": "believes that the order is known without positions",
            "b": "takes equivariance for invariance",
            "d": "takes a reversal for a change of sign",
        },
    ),
    number(
        6,
        right={
            "49984.0": "a float",
            "sum(p.numel() for p in torch.nn.TransformerEncoderLayer(64, 4, 256).parameters())": (
                "asks torch"
            ),
        },
        wrong={
            "4 * 64 * 64 + 2 * 64 * 256 + 2 * 2 * 64": "forgets the biases",
            "4 * (64 * 64 + 64) + (64 * 256 + 256 + 256 * 64 + 64)": "forgets the norms",
            "4 * 4 * (64 * 64 + 64) + (64 * 256 + 256 + 256 * 64 + 64) + 2 * 2 * 64": (
                "gives each head the full width"
            ),
        },
    ),
    choice(
        7,
        "c",
        {
            "a": "forgets that post-norm normalizes the sum",
            "b": "swaps pre-norm and post-norm",
            "d": "forgets the residual connection",
        },
    ),
    choice(
        8,
        "d",
        {
            "a": "takes the causal mask for that of the cross-attention",
            "b": "believes that padded queries have to be hidden, too",
            "c": "forgets the padding of the source",
        },
    ),
]

POSITIONS = Question(
    "b1-positions",
    "b1-positions-values-test",
    wrong=(
        Answer(
            "halves",
            "all sines first, then all cosines",
            """
            def positional_encoding(length, width):
                if width % 2:
                    raise ValueError("odd width")
                t = torch.arange(length)[:, None]
                angle = t * 10_000 ** (-torch.arange(0, width, 2) / width)
                return torch.cat([angle.sin(), angle.cos()], dim=1)
            """,
            loses="values",
        ),
        Answer(
            "exponent",
            "counts pairs of columns in the exponent, without the factor 2",
            """
            def positional_encoding(length, width):
                if width % 2:
                    raise ValueError("odd width")
                t = torch.arange(length)[:, None]
                angle = t * 10_000 ** (-torch.arange(width // 2) / width)
                return torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)
            """,
            loses="values",
        ),
        Answer(
            "from-one",
            "counts positions from 1",
            """
            def positional_encoding(length, width):
                if width % 2:
                    raise ValueError("odd width")
                t = torch.arange(1, length + 1)[:, None]
                angle = t * 10_000 ** (-torch.arange(0, width, 2) / width)
                return torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)
            """,
        ),
        Answer(
            "no-check",
            "cuts off the last cosine of an odd width without a word",
            """
            def positional_encoding(length, width):
                t = torch.arange(length)[:, None]
                angle = t * 10_000 ** (-torch.arange(0, width, 2) / width)
                return torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)[:, :width]
            """,
            loses="errors",
        ),
        Answer(
            "library",
            "takes the function of the library",
            """
            from dlcourse.models import sinusoids as table

            def positional_encoding(length, width):
                if width % 2:
                    raise ValueError("odd")
                return table(length, width).float()
            """,
            loses="values",
        ),
    ),
    right=(
        Answer(
            "loop",
            "two loops in Python floats",
            """
            def positional_encoding(length, width):
                if width % 2 != 0:
                    raise ValueError(f"width {width} is odd")
                table = torch.empty(length, width)
                for t in range(length):
                    for i in range(width // 2):
                        angle = t / 10_000 ** (2 * i / width)
                        table[t, 2 * i] = math.sin(angle)
                        table[t, 2 * i + 1] = math.cos(angle)
                return table
            """,
        ),
        Answer(
            "exponential",
            "frequencies by exp and log, in single precision",
            """
            def positional_encoding(length, width):
                if width % 2:
                    raise ValueError("the width must be even")
                position = torch.arange(length).float().unsqueeze(1)
                div = torch.exp(torch.arange(0, width, 2).float() * (-math.log(10000.0) / width))
                pe = torch.zeros(length, width)
                pe[:, 0::2] = torch.sin(position * div)
                pe[:, 1::2] = torch.cos(position * div)
                return pe
            """,
        ),
    ),
)

HEADS = Question(
    "b2-heads",
    "b2-heads-values-test",
    wrong=(
        Answer(
            "view-only",
            "reshapes into the right shape: a head gets some of the tokens",
            """
            def split_heads(x, h):
                N, T, D = x.shape
                if D % h:
                    raise ValueError("heads")
                return x.reshape(N, h, T, D // h)
            """,
            loses="values, gradients",
        ),
        Answer(
            "interleaved",
            "deals the columns out to the heads in turn",
            """
            def split_heads(x, h):
                N, T, D = x.shape
                if D % h:
                    raise ValueError("heads")
                return x.reshape(N, T, D // h, h).permute(0, 3, 1, 2)
            """,
            loses="values, gradients",
        ),
        Answer(
            "no-check",
            "leaves the complaint to torch, which raises another error",
            """
            def split_heads(x, h):
                N, T, D = x.shape
                return x.reshape(N, T, h, D // h).transpose(1, 2)
            """,
            loses="errors",
        ),
        Answer(
            "plain-numbers",
            "makes a new tensor of plain numbers, which know no gradient",
            """
            def split_heads(x, h):
                D = x.shape[2]
                if D % h:
                    raise ValueError("does not divide")
                d = D // h
                heads = [[[token[i * d : (i + 1) * d] for token in row] for i in range(h)]
                         for row in x.tolist()]
                return torch.tensor(heads, dtype=x.dtype)
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "chunks",
            "chunks and stacks",
            """
            def split_heads(x, h):
                if x.shape[-1] % h != 0:
                    raise ValueError("the heads do not divide the width")
                return torch.stack(x.chunk(h, dim=2), dim=1)
            """,
        ),
        Answer(
            "permute",
            "view and permute",
            """
            def split_heads(x, h):
                N, T, D = x.size()
                if D // h * h != D:
                    raise ValueError(f"{h} does not divide {D}")
                return x.contiguous().view(N, T, h, D // h).permute(0, 2, 1, 3)
            """,
        ),
    ),
)

MASK = Question(
    "b3-mask",
    "b3-mask-causal-test",
    wrong=(
        Answer(
            "not-itself",
            "forbids a token to look at itself",
            """
            def decoder_mask(lengths, T):
                t = torch.arange(T)
                return (t[None, :] < t[:, None])[None] & (t < lengths[:, None])[:, None]
            """,
        ),
        Answer(
            "looks-ahead",
            "swaps queries and keys: everybody sees the future only",
            """
            def decoder_mask(lengths, T):
                causal = torch.ones(T, T, dtype=torch.bool).triu()
                return causal[None] & (torch.arange(T) < lengths[:, None])[:, None]
            """,
        ),
        Answer(
            "true-hides",
            "True means forbidden, as in nn.MultiheadAttention",
            """
            def decoder_mask(lengths, T):
                t = torch.arange(T)
                return ~((t[None, :] <= t[:, None])[None] & (t < lengths[:, None])[:, None])
            """,
        ),
        Answer(
            "causal-only",
            "forgets the padding",
            """
            def decoder_mask(lengths, T):
                return torch.ones(len(lengths), T, T, dtype=torch.bool).tril()
            """,
            loses="padding",
        ),
        Answer(
            "padding-only",
            "forgets that nobody may look ahead",
            """
            def decoder_mask(lengths, T):
                real = torch.arange(T) < lengths[:, None]
                return real[:, None].expand(-1, T, -1).clone()
            """,
        ),
        Answer(
            "library",
            "takes the mask of the library",
            """
            from dlcourse import models

            def decoder_mask(lengths, T):
                return models.causal_mask(T) & (torch.arange(T) < lengths[:, None])[:, None]
            """,
            loses="causal, padding",
        ),
        Answer(
            "in-place",
            "counts the lengths down, in the tensor that it is given",
            """
            def decoder_mask(lengths, T):
                causal = torch.ones(T, T, dtype=torch.bool).tril()
                real = torch.zeros(len(lengths), T, dtype=torch.bool)
                for s in range(T):
                    real[:, s] = lengths > 0
                    lengths -= 1
                return causal & real[:, None]
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "tril",
            "torch's lower triangle, times a mask of the keys",
            """
            def decoder_mask(lengths, T):
                causal = torch.tril(torch.ones(T, T))
                real = (torch.arange(T).unsqueeze(0) < lengths.unsqueeze(1)).float()
                return (causal.unsqueeze(0) * real.unsqueeze(1)).bool()
            """,
        ),
        Answer(
            "minimum",
            "the last key that is allowed, for each query",
            """
            def decoder_mask(lengths, T):
                t = torch.arange(T)
                last = torch.minimum(t[None, :], lengths[:, None] - 1)  # (N, T)
                return t <= last[:, :, None]
            """,
        ),
    ),
)

ATTENTION = Question(
    "b4-attention",
    "b4-attention-idea-test",
    wrong=(
        Answer(
            "whole-width",
            "divides by the root of the whole width",
            """
            def multi_head_attention(x, source, W_q, W_k, W_v, W_o, h, mask=None):
                def heads(y):
                    return y.unflatten(2, (h, -1)).transpose(1, 2)

                q, k, v = heads(x @ W_q.T), heads(source @ W_k.T), heads(source @ W_v.T)
                scores = q @ k.mT / math.sqrt(x.shape[-1])
                if mask is not None:
                    scores = scores.masked_fill(~mask[:, None], -1e30)
                weights = scores.softmax(-1)
                if mask is not None:
                    weights = weights * mask[:, None]
                return (weights @ v).transpose(1, 2).flatten(2) @ W_o.T
            """,
            loses="idea",
        ),
        Answer(
            "over-queries",
            "takes the softmax over the queries",
            """
            def multi_head_attention(x, source, W_q, W_k, W_v, W_o, h, mask=None):
                def heads(y):
                    return y.unflatten(2, (h, -1)).transpose(1, 2)

                q, k, v = heads(x @ W_q.T), heads(source @ W_k.T), heads(source @ W_v.T)
                scores = q @ k.mT / math.sqrt(q.shape[-1])
                if mask is not None:
                    scores = scores.masked_fill(~mask[:, None], -1e30)
                weights = scores.softmax(-2)
                if mask is not None:
                    weights = weights * mask[:, None]
                return (weights @ v).transpose(1, 2).flatten(2) @ W_o.T
            """,
        ),
        Answer(
            "masked-after",
            "masks after the softmax, so that the weights no longer sum to 1",
            """
            def multi_head_attention(x, source, W_q, W_k, W_v, W_o, h, mask=None):
                def heads(y):
                    return y.unflatten(2, (h, -1)).transpose(1, 2)

                q, k, v = heads(x @ W_q.T), heads(source @ W_k.T), heads(source @ W_v.T)
                weights = (q @ k.mT / math.sqrt(q.shape[-1])).softmax(-1)
                if mask is not None:
                    weights = weights * mask[:, None]
                return (weights @ v).transpose(1, 2).flatten(2) @ W_o.T
            """,
            loses="masks",
        ),
        Answer(
            "nan",
            "a query that may look nowhere gets NaN",
            """
            def multi_head_attention(x, source, W_q, W_k, W_v, W_o, h, mask=None):
                def heads(y):
                    return y.unflatten(2, (h, -1)).transpose(1, 2)

                q, k, v = heads(x @ W_q.T), heads(source @ W_k.T), heads(source @ W_v.T)
                scores = q @ k.mT / math.sqrt(q.shape[-1])
                if mask is not None:
                    scores = scores.masked_fill(~mask[:, None], -math.inf)
                return (scores.softmax(-1) @ v).transpose(1, 2).flatten(2) @ W_o.T
            """,
            loses="masks",
        ),
        Answer(
            "overflow",
            "a softmax by hand that overflows",
            """
            def multi_head_attention(x, source, W_q, W_k, W_v, W_o, h, mask=None):
                def heads(y):
                    return y.unflatten(2, (h, -1)).transpose(1, 2)

                q, k, v = heads(x @ W_q.T), heads(source @ W_k.T), heads(source @ W_v.T)
                weights = (q @ k.mT / math.sqrt(q.shape[-1])).exp()
                if mask is not None:
                    weights = weights * mask[:, None]
                total = weights.sum(-1, keepdim=True)
                weights = weights / torch.where(total == 0, 1.0, total)
                return (weights @ v).transpose(1, 2).flatten(2) @ W_o.T
            """,
            loses="stability",
        ),
        Answer(
            "library",
            "lets torch attend, by an alias",
            """
            from torch.nn.functional import scaled_dot_product_attention as attend

            def multi_head_attention(x, source, W_q, W_k, W_v, W_o, h, mask=None):
                q, k, v = (y.unflatten(2, (h, -1)).transpose(1, 2)
                           for y in (x @ W_q.T, source @ W_k.T, source @ W_v.T))
                y = attend(q, k, v, None if mask is None else mask[:, None]).nan_to_num(0)
                return y.transpose(1, 2).flatten(2) @ W_o.T
            """,
            loses="idea, masks",
        ),
        Answer(
            "detached",
            "takes the weights for constants",
            """
            def multi_head_attention(x, source, W_q, W_k, W_v, W_o, h, mask=None):
                q, k, v = (y.unflatten(2, (h, -1)).transpose(1, 2)
                           for y in (x @ W_q.T, source @ W_k.T, source @ W_v.T))
                scores = q @ k.mT / math.sqrt(q.shape[-1])
                if mask is not None:
                    scores = scores.masked_fill(~mask[:, None], -math.inf)
                weights = scores.softmax(dim=-1).nan_to_num(0).detach()
                return (weights @ v).transpose(1, 2).flatten(2) @ W_o.T
            """,
            loses="gradients",
        ),
        Answer(
            "in-place",
            "turns the mask that it is given around",
            """
            def multi_head_attention(x, source, W_q, W_k, W_v, W_o, h, mask=None):
                q, k, v = (y.unflatten(2, (h, -1)).transpose(1, 2)
                           for y in (x @ W_q.T, source @ W_k.T, source @ W_v.T))
                weights = scores = q @ k.mT / math.sqrt(q.shape[-1])
                if mask is not None:
                    hidden = mask.logical_not_()[:, None]
                    scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)
                weights = scores.softmax(dim=-1)
                if mask is not None:
                    weights = weights.masked_fill(hidden, 0)
                return (weights @ v).transpose(1, 2).flatten(2) @ W_o.T
            """,
            loses="masks",
        ),
    ),
    right=(
        Answer(
            "loop-over-heads",
            "one head after the other",
            """
            def multi_head_attention(x, source, W_q, W_k, W_v, W_o, h, mask=None):
                d = x.shape[2] // h
                results = []
                for i in range(h):
                    part = slice(i * d, (i + 1) * d)
                    q, k, v = x @ W_q[part].T, source @ W_k[part].T, source @ W_v[part].T
                    scores = torch.bmm(q, k.transpose(1, 2)) / d**0.5
                    if mask is not None:
                        scores = scores.masked_fill(mask == 0, float("-inf"))
                    results.append(torch.softmax(scores, dim=2).nan_to_num(0.0) @ v)
                return torch.cat(results, dim=2) @ W_o.T
            """,
        ),
        Answer(
            "einsum",
            "einsum, a shifted exponential, and its sum",
            """
            def multi_head_attention(x, source, W_q, W_k, W_v, W_o, h, mask=None):
                N, T, D = x.shape
                S = source.shape[1]
                q = (x @ W_q.T).view(N, T, h, D // h)
                k = (source @ W_k.T).view(N, S, h, D // h)
                v = (source @ W_v.T).view(N, S, h, D // h)
                scores = torch.einsum("nthd,nshd->nhts", q, k) / math.sqrt(D / h)
                allowed = torch.ones(N, T, S, dtype=torch.bool) if mask is None else mask
                allowed = allowed.unsqueeze(1)
                scores = scores.masked_fill(~allowed, -1e30)
                weights = (scores - scores.amax(-1, keepdim=True)).exp() * allowed
                weights = weights / weights.sum(-1, keepdim=True).clamp(min=1e-12)
                return torch.einsum("nhts,nshd->nthd", weights, v).reshape(N, T, D) @ W_o.T
            """,
        ),
    ),
)

ADD_NORM = Question(
    "b5-add-norm",
    "b5-add-norm-idea-test",
    wrong=(
        Answer(
            "swapped",
            "swaps pre-norm and post-norm",
            """
            def add_norm(x, W, norm_first, eps=1e-5):
                def norm(y):
                    variance = y.var(-1, keepdim=True, unbiased=False)
                    return (y - y.mean(-1, keepdim=True)) / (variance + eps).sqrt()

                return norm(x + x @ W.T) if norm_first else x + norm(x) @ W.T
            """,
        ),
        Answer(
            "unbiased",
            "divides by D - 1",
            """
            def add_norm(x, W, norm_first, eps=1e-5):
                def norm(y):
                    variance = y.var(-1, keepdim=True)
                    return (y - y.mean(-1, keepdim=True)) / (variance + eps).sqrt()

                return x + norm(x) @ W.T if norm_first else norm(x + x @ W.T)
            """,
            loses="idea",
        ),
        Answer(
            "eps-outside",
            "adds eps to the standard deviation",
            """
            def add_norm(x, W, norm_first, eps=1e-5):
                def norm(y):
                    deviation = y.std(-1, keepdim=True, unbiased=False)
                    return (y - y.mean(-1, keepdim=True)) / (deviation + eps)

                return x + norm(x) @ W.T if norm_first else norm(x + x @ W.T)
            """,
            loses="epsilon",
        ),
        Answer(
            "batch",
            "normalizes over the batch",
            """
            def add_norm(x, W, norm_first, eps=1e-5):
                def norm(y):
                    variance = y.var(0, keepdim=True, unbiased=False)
                    return (y - y.mean(0, keepdim=True)) / (variance + eps).sqrt()

                return x + norm(x) @ W.T if norm_first else norm(x + x @ W.T)
            """,
        ),
        Answer(
            "adds-the-normalized",
            "the residual path goes through the norm",
            """
            def add_norm(x, W, norm_first, eps=1e-5):
                def norm(y):
                    variance = y.var(-1, keepdim=True, unbiased=False)
                    return (y - y.mean(-1, keepdim=True)) / (variance + eps).sqrt()

                if norm_first:
                    x = norm(x)
                    return x + x @ W.T
                return norm(x + x @ W.T)
            """,
        ),
        Answer(
            "library",
            "calls the normalization of torch",
            """
            from torch.nn.functional import layer_norm as norm

            def add_norm(x, W, norm_first, eps=1e-5):
                D = x.shape[-1:]
                if norm_first:
                    return x + norm(x, D, eps=eps) @ W.T
                return norm(x + x @ W.T, D, eps=eps)
            """,
            loses="idea",
        ),
        Answer(
            "detached",
            "takes mean and variance for constants",
            """
            def add_norm(x, W, norm_first, eps=1e-5):
                def norm(y):
                    mean = y.detach().mean(dim=-1, keepdim=True)
                    var = y.detach().var(dim=-1, keepdim=True, unbiased=False)
                    return (y - mean) / (var + eps).sqrt()

                return x + norm(x) @ W.T if norm_first else norm(x + x @ W.T)
            """,
            loses="gradients",
        ),
        Answer(
            "in-place",
            "adds to the x that it is given",
            """
            def add_norm(x, W, norm_first, eps=1e-5):
                def norm(y):
                    y = y - y.mean(dim=-1, keepdim=True)
                    return y / (y.square().mean(dim=-1, keepdim=True) + eps).sqrt()

                part = norm(x) @ W.T if norm_first else x @ W.T
                if x.requires_grad:
                    x = x + part
                else:
                    x += part
                return x if norm_first else norm(x)
            """,
            loses="gradients",
        ),
        Answer(
            "small-eps",
            "adds 1e-8 where no eps is given",
            """
            def add_norm(x, W, norm_first, eps=1e-8):
                def norm(y):
                    var, mean = torch.var_mean(y, -1, unbiased=False, keepdim=True)
                    return (y - mean) / (var + eps).sqrt()

                return x + norm(x) @ W.T if norm_first else norm(x + x @ W.T)
            """,
            loses="epsilon",
        ),
    ),
    right=(
        Answer(
            "var",
            "torch's var and rsqrt",
            """
            def add_norm(x, W, norm_first, eps=1e-5):
                def norm(y):
                    variance, mean = torch.var_mean(y, dim=2, correction=0, keepdim=True)
                    return (y - mean) * torch.rsqrt(variance + eps)

                part = lambda y: torch.einsum("ntd,ed->nte", y, W)
                return x + part(norm(x)) if norm_first else norm(x + part(x))
            """,
        ),
        Answer(
            "token-by-token",
            "a loop over tokens, the variance as a difference of means of squares",
            """
            def add_norm(x, W, norm_first, eps=1e-5):
                def norm(y):
                    out = torch.empty_like(y)
                    for n in range(y.shape[0]):
                        for t in range(y.shape[1]):
                            token = y[n, t].double()
                            mean = token.sum() / len(token)
                            variance = ((token - mean) ** 2).sum() / len(token)
                            out[n, t] = ((token - mean) / (variance + eps) ** 0.5).to(y.dtype)
                    return out

                if norm_first:
                    return x + torch.nn.functional.linear(norm(x), W)
                return norm(x + torch.nn.functional.linear(x, W))
            """,
        ),
    ),
)

REACH = Question(
    "b6-reach",
    "b6-reach-idea-test",
    wrong=(
        Answer(
            "one-layer",
            "believes that more layers see no more",
            """
            def reach(mask, num_layers):
                return mask | torch.eye(len(mask), dtype=torch.bool)
            """,
        ),
        Answer(
            "no-rest",
            "forgets the residual connection: only ways of exactly so many steps",
            """
            def reach(mask, num_layers):
                known = torch.eye(len(mask), dtype=torch.bool)
                for _ in range(num_layers):
                    known = mask.double() @ known.double() > 0
                return known
            """,
            loses="edges",
        ),
        Answer(
            "counts",
            "counts the ways in whole numbers, which overflow",
            """
            def reach(mask, num_layers):
                looks = (mask | torch.eye(len(mask), dtype=torch.bool)).long()
                return torch.linalg.matrix_power(looks, num_layers) > 0
            """,
            loses="large",
        ),
        Answer(
            "backwards",
            "asks who can be told, not from whom one hears",
            """
            def reach(mask, num_layers):
                known = torch.eye(len(mask), dtype=torch.bool)
                looks = (mask | known).double()
                for _ in range(num_layers):
                    known = looks.mT @ known.double() > 0
                return known
            """,
        ),
        Answer(
            "one-too-many",
            "begins with what one layer sees",
            """
            def reach(mask, num_layers):
                known = looks = mask | torch.eye(len(mask), dtype=torch.bool)
                for _ in range(num_layers):
                    known = looks.double() @ known.double() > 0
                return known
            """,
            loses="idea, edges",
        ),
        Answer(
            "numbers",
            "returns counts, up to a limit, in place of yes and no",
            """
            def reach(mask, num_layers):
                known = torch.eye(len(mask), dtype=torch.long)
                looks = mask.long().clamp(max=1) | known
                for _ in range(num_layers):
                    known = (looks @ known).clamp(max=1)
                return known
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "powers",
            "powers of a matrix of zeros and ones",
            """
            def reach(mask, num_layers):
                looks = (mask | torch.eye(mask.shape[0]).bool()).float()
                known = torch.eye(mask.shape[0])
                for _ in range(num_layers):
                    known = (looks @ known).clamp(max=1)
                return known.bool()
            """,
        ),
        Answer(
            "sets",
            "a set of known tokens for each token",
            """
            def reach(mask, num_layers):
                T = len(mask)
                known = [{t} for t in range(T)]
                looks = [[s for s in range(T) if mask[t, s] or s == t] for t in range(T)]
                for _ in range(min(num_layers, T)):
                    known = [set.union(*(known[s] for s in row)) for row in looks]
                result = torch.zeros(T, T, dtype=torch.bool)
                for t in range(T):
                    result[t, sorted(known[t])] = True
                return result
            """,
        ),
    ),
)

MOVE = Question(
    "b7-move",
    "b7-move-idea-test",
    wrong=(
        Answer(
            "backwards",
            "turns the other way round",
            """
            def move_on(P, k):
                D = P.shape[-1]
                angle = k * 10_000.0 ** (-torch.arange(0, D, 2) / D)
                sin, cos = angle.sin().to(P.dtype), angle.cos().to(P.dtype)
                a, b = P[..., 0::2], P[..., 1::2]
                return torch.stack([a * cos - b * sin, b * cos + a * sin], dim=-1).flatten(-2)
            """,
        ),
        Answer(
            "adds",
            "adds the encoding of k",
            """
            def move_on(P, k):
                D = P.shape[-1]
                angle = k * 10_000.0 ** (-torch.arange(0, D, 2) / D)
                step = torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(-2)
                return P + step.to(P.dtype)
            """,
        ),
        Answer(
            "one-frequency",
            "turns all pairs by the same angle",
            """
            def move_on(P, k):
                a, b = P[..., 0::2], P[..., 1::2]
                moved = [a * math.cos(k) + b * math.sin(k), b * math.cos(k) - a * math.sin(k)]
                return torch.stack(moved, dim=-1).flatten(-2)
            """,
            loses="idea, gradients",
        ),
        Answer(
            "two-dimensions",
            "expects a table of positions, and nothing in front of it",
            """
            def move_on(P, k):
                T, D = P.shape
                angle = k * 10_000.0 ** (-torch.arange(0, D, 2) / D)
                sin, cos = angle.sin().to(P.dtype), angle.cos().to(P.dtype)
                a, b = P[:, 0::2], P[:, 1::2]
                return torch.stack([a * cos + b * sin, b * cos - a * sin], dim=2).flatten(1)
            """,
            loses="shapes",
        ),
        Answer(
            "in-place",
            "turns the encodings that it is given",
            """
            def move_on(P, k):
                D = P.shape[-1]
                angle = k * 10_000.0 ** (-torch.arange(0, D, 2) / D)
                sin, cos = angle.sin().to(P.dtype), angle.cos().to(P.dtype)
                a, b = P[..., 0::2].clone(), P[..., 1::2].clone()
                if P.requires_grad:
                    P = P.clone()
                P[..., 0::2] = a * cos + b * sin
                P[..., 1::2] = b * cos - a * sin
                return P
            """,
            loses="shapes",
        ),
        Answer(
            "constant",
            "takes the encodings for constants",
            """
            def move_on(P, k):
                D = P.shape[-1]
                angle = k * 10_000.0 ** (-torch.arange(0, D, 2) / D)
                sin, cos = angle.sin().to(P.dtype), angle.cos().to(P.dtype)
                a, b = P.detach()[..., 0::2], P.detach()[..., 1::2]
                return torch.stack([a * cos + b * sin, b * cos - a * sin], dim=-1).flatten(-2)
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "matrix",
            "a matrix of blocks",
            """
            def move_on(P, k):
                D = P.shape[-1]
                R = torch.zeros(D, D, dtype=P.dtype)
                for i in range(D // 2):
                    angle = k / 10_000 ** (2 * i / D)
                    R[2 * i, 2 * i] = R[2 * i + 1, 2 * i + 1] = math.cos(angle)
                    R[2 * i, 2 * i + 1] = math.sin(angle)
                    R[2 * i + 1, 2 * i] = -math.sin(angle)
                return P @ R.T
            """,
        ),
        Answer(
            "complex",
            "complex numbers: cosine plus i times sine",
            """
            def move_on(P, k):
                D = P.shape[-1]
                w = 10_000.0 ** (-torch.arange(0, D, 2, dtype=torch.float64) / D)
                pairs = torch.complex(P[..., 1::2].double(), P[..., 0::2].double())
                turned = pairs * torch.polar(torch.ones_like(w), k * w)
                return torch.stack([turned.imag, turned.real], dim=-1).flatten(-2).to(P.dtype)
            """,
        ),
    ),
)

WARM_UP = Question(
    "b8-warm-up",
    "b8-warm-up-idea-test",
    wrong=(
        Answer(
            "as-given",
            "finds none of the three mistakes",
            """
            def learning_rate(step, width, warm_up):
                if step < 0:
                    raise ValueError(f"steps are counted from 1, got {step}")
                return width**0.5 * max(step**-0.5, step * warm_up**-1.5)
            """,
        ),
        Answer(
            "exponent-left",
            "does not find the sign of the exponent",
            """
            def learning_rate(step, width, warm_up):
                if step < 1:
                    raise ValueError(f"steps are counted from 1, got {step}")
                return width**0.5 * min(step**-0.5, step * warm_up**-1.5)
            """,
            loses="idea",
        ),
        Answer(
            "maximum",
            "takes the larger of the two",
            """
            def learning_rate(step, width, warm_up):
                if step < 1:
                    raise ValueError("step")
                return width**-0.5 * max(step**-0.5, step * warm_up**-1.5)
            """,
            loses="idea",
        ),
        Answer(
            "from-zero",
            "counts steps from 0",
            """
            def learning_rate(step, width, warm_up):
                if step < 0:
                    raise ValueError("step")
                step = step + 1
                return width**-0.5 * min(step**-0.5, step * warm_up**-1.5)
            """,
        ),
        Answer(
            "peak-of-one",
            "rises to 1 and then falls from there: forgets how high the peak is",
            """
            def learning_rate(step, width, warm_up):
                if step < 1:
                    raise ValueError("step")
                return width**-0.5 * min(step / warm_up, (warm_up / step) ** 0.5)
            """,
            loses="idea",
        ),
        Answer(
            "no-check",
            "returns a rate of 0 at step 0",
            """
            def learning_rate(step, width, warm_up):
                return width**-0.5 * min(abs(step) ** -0.5 if step else 0.0, step * warm_up**-1.5)
            """,
            loses="errors",
        ),
    ),
    right=(
        Answer(
            "branches",
            "two branches",
            """
            def learning_rate(step, width, warm_up):
                if step <= 0:
                    raise ValueError("the first step is 1")
                if step < warm_up:
                    return step / (math.sqrt(width) * warm_up * math.sqrt(warm_up))
                return 1 / math.sqrt(width * step)
            """,
        ),
        Answer(
            "tensor",
            "tensors of one number",
            """
            def learning_rate(step, width, warm_up):
                if step < 1:
                    raise ValueError(f"step {step}")
                s, D, W = (torch.tensor(float(n), dtype=torch.float64)
                           for n in (step, width, warm_up))
                return torch.minimum(s.rsqrt(), s * W**-1.5) / D.sqrt()
            """,
        ),
    ),
)

QUESTIONS = [
    *CONCEPTS,
    POSITIONS,
    HEADS,
    MASK,
    ATTENTION,
    ADD_NORM,
    REACH,
    MOVE,
    WARM_UP,
]
