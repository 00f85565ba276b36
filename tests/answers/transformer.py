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
            "36864.0": "a float",
            "sum(p.numel() for p in torch.nn.MultiheadAttention(96, 6, bias=False).parameters())": (
                "asks torch"
            ),
        },
        wrong={
            "4 * 6 * 96 * 96": "gives each head the full width",
            "3 * 96 * 96": "forgets the output projection",
            "4 * 96 * 96 + 4 * 96": "counts biases",
        },
    ),
    number(
        3,
        right={
            "3 * 6 * 96 * 96 + 6 * 96 * 96": "projections and output apart",
            "221184.0": "a float",
            "sum(torch.nn.Linear(96, 6 * 96, bias=False).weight.numel() for _ in range(4))": (
                "four wide matrices"
            ),
        },
        wrong={
            "4 * 96 * 96": "lets the heads share the width",
            "(3 * 6 + 1) * 96 * 96": "an output projection for one head only",
            "3 * 6 * 96 * 96": "forgets the output projection",
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
    number(
        7,
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
    "b1-positions-test",
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
    "b2-heads-test",
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
        ),
        Answer(
            "no-check",
            "leaves the complaint to torch, which raises another error",
            """
            def split_heads(x, h):
                N, T, D = x.shape
                return x.reshape(N, T, h, D // h).transpose(1, 2)
            """,
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
    "b3-mask-test",
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
        ),
        Answer(
            "library",
            "takes the mask of the library",
            """
            from dlcourse import models

            def decoder_mask(lengths, T):
                return models.causal_mask(T) & (torch.arange(T) < lengths[:, None])[:, None]
            """,
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
    "b4-attention-test",
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
    "b5-add-norm-test",
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

COUNT = Question(
    "b6-count",
    "b6-count-test",
    wrong=(
        Answer(
            "one-reading",
            "knows heads that share the width only",
            """
            def attention_parameters(D, h, split, bias):
                if split and D % h:
                    raise ValueError("heads")
                return 4 * D * D + (4 * D if bias else 0)
            """,
        ),
        Answer(
            "output-forgotten",
            "forgets the output projection",
            """
            def attention_parameters(D, h, split, bias):
                if split and D % h:
                    raise ValueError("heads")
                inner = D if split else h * D
                return 3 * (D * inner + (inner if bias else 0))
            """,
        ),
        Answer(
            "wide-bias",
            "gives the output projection a bias for each of its inputs",
            """
            def attention_parameters(D, h, split, bias):
                if split and D % h:
                    raise ValueError("heads")
                inner = D if split else h * D
                return 4 * D * inner + (4 * inner if bias else 0)
            """,
        ),
        Answer(
            "always-divides",
            "wants the heads to divide the width even if each keeps all of it",
            """
            def attention_parameters(D, h, split, bias):
                if D % h:
                    raise ValueError("heads")
                inner = D if split else h * D
                return 4 * D * inner + (3 * inner + D if bias else 0)
            """,
        ),
    ),
    right=(
        Answer(
            "modules",
            "builds the layers and counts",
            """
            def attention_parameters(D, h, split, bias):
                if split and D % h != 0:
                    raise ValueError("the heads do not divide the width")
                width = D // h if split else D
                heads = [torch.nn.Linear(D, width, bias=bias) for _ in range(3 * h)]
                layers = torch.nn.ModuleList(heads + [torch.nn.Linear(h * width, D, bias=bias)])
                return sum(p.numel() for p in layers.parameters())
            """,
        ),
        Answer(
            "formula",
            "two formulas",
            """
            def attention_parameters(D, h, split, bias):
                if not split:
                    return 4 * h * D**2 + int(bias) * (3 * h * D + D)
                if D % h:
                    raise ValueError("h must divide D")
                return 4 * D**2 + int(bias) * 4 * D
            """,
        ),
    ),
)

CACHE = Question(
    "b7-cache",
    "b7-cache-test",
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

WARM_UP = Question(
    "b8-warm-up",
    "b8-warm-up-test",
    wrong=(
        Answer(
            "maximum",
            "takes the larger of the two",
            """
            def learning_rate(step, width, warm_up):
                if step < 1:
                    raise ValueError("step")
                return width**-0.5 * max(step**-0.5, step * warm_up**-1.5)
            """,
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
        ),
        Answer(
            "no-check",
            "returns a rate of 0 at step 0",
            """
            def learning_rate(step, width, warm_up):
                return width**-0.5 * min(abs(step) ** -0.5 if step else 0.0, step * warm_up**-1.5)
            """,
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
    COUNT,
    CACHE,
    WARM_UP,
]
