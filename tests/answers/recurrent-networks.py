"""Answers to the exercise ``recurrent-networks``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "d",
        {
            "a": "takes what is written to for what decides",
            "b": "confuses what comes in with what is shown",
            "c": "confuses the gate of the old memory with that of the present input",
        },
    ),
    choice(
        2,
        "a",
        {
            "b": "takes width for depth",
            "c": "takes directions for layers",
            "d": "takes the width of the input for depth",
        },
    ),
    choice(
        3,
        "c",
        {
            "a": "gives the GRU a gate of the LSTM",
            "b": "swaps the roles of reset and update gate",
            "d": "gives the GRU a forget gate with the update gate's role",
        },
    ),
    choice(
        4,
        "b",
        {
            "a": "believes that gates have no parameters to initialize",
            "c": "forgets the output layer",
            "d": "believes that the recursion can start from nothing",
        },
    ),
    choice(
        5,
        "d",
        {
            "a": "does not know what gates are good for",
            "b": "does not know what the second direction is good for",
            "c": "believes that gates abolish vanishing gradients",
        },
    ),
    choice(
        6,
        "c",
        {
            "a": "adds the states instead of concatenating them",
            "b": "joins predictions instead of states",
            "d": "takes the summary of the sequence for its output at each step",
        },
    ),
    number(
        7,
        right={
            "4680.0": "a float",
            "sum(p.numel() for p in torch.nn.GRU(20, 30).parameters())": "asks torch",
            "3 * 30 * (20 + 30 + 2)": "factored",
        },
        wrong={
            "3 * (20 * 30 + 30 * 30 + 30)": "one bias per map",
            "4 * (20 * 30 + 30 * 30 + 2 * 30)": "counts an LSTM",
            "20 * 30 + 30 * 30 + 2 * 30": "counts a plain network",
            "2 * (20 * 30 + 30 * 30 + 2 * 30)": "forgets the candidate",
        },
    ),
    number(
        8,
        right={
            "2 ** ((1 + 2 + 3 + 2) / 4)": "in bits",
            "math.exp(-sum(map(math.log, (1/2, 1/4, 1/8, 1/4))) / 4)": "by the definition",
            "torch.tensor([2.0, 4.0, 8.0, 4.0]).log().mean().exp()": "tensor",
        },
        wrong={
            "(2 + 4 + 8 + 4) / 4": "the mean of the inverse probabilities",
            "1 / ((1/2 + 1/4 + 1/8 + 1/4) / 4)": "the inverse of the mean probability",
            "math.log(4)": "forgets the exponential: the cross-entropy",
            "2": "mean bits, not perplexity",
            "2 * 4 * 8 * 4": "forgets to take the mean",
            "0.25": "the geometric mean of the probabilities, not its inverse",
        },
    ),
]

WINDOWS = Question(
    "b1-windows",
    "b1-windows-idea-test",
    wrong=(
        Answer(
            "across",
            "cuts windows along the text: the batches' rows do not continue each other",
            """
            def sequential_batches(numbers, batch_size, num_steps):
                count = (len(numbers) - 1) // num_steps
                starts = [i * num_steps for i in range(count)]
                batches = []
                for k in range(count // batch_size):
                    chosen = starts[k * batch_size : (k + 1) * batch_size]
                    x = torch.stack([numbers[s : s + num_steps] for s in chosen])
                    y = torch.stack([numbers[s + 1 : s + num_steps + 1] for s in chosen])
                    batches.append((x, y))
                if not batches:
                    raise ValueError("too short")
                return batches
            """,
            loses="idea, edges",
        ),
        Answer(
            "same-targets",
            "takes the input itself for the target",
            """
            def sequential_batches(numbers, batch_size, num_steps):
                length = (len(numbers) - 1) // batch_size
                if length < num_steps:
                    raise ValueError("too short")
                x = numbers[: batch_size * length].view(batch_size, length)
                return [(x[:, t : t + num_steps], x[:, t : t + num_steps])
                        for t in range(0, length - num_steps + 1, num_steps)]
            """,
        ),
        Answer(
            "targets-in-the-row",
            "rolls each row for the targets: at its end the row's own first token",
            """
            def sequential_batches(numbers, batch_size, num_steps):
                length = (len(numbers) - 1) // batch_size
                if length < num_steps:
                    raise ValueError("too short")
                x = numbers[: batch_size * length].view(batch_size, length)
                y = x.roll(-1, dims=1)
                return [(x[:, t : t + num_steps], y[:, t : t + num_steps])
                        for t in range(0, length - num_steps + 1, num_steps)]
            """,
        ),
        Answer(
            "overlapping",
            "moves on by one token in place of one window",
            """
            def sequential_batches(numbers, batch_size, num_steps):
                length = (len(numbers) - 1) // batch_size
                if length < num_steps:
                    raise ValueError("too short")
                x = numbers[: batch_size * length].view(batch_size, length)
                y = numbers[1 : batch_size * length + 1].view(batch_size, length)
                return [(x[:, t : t + num_steps], y[:, t : t + num_steps])
                        for t in range(length - num_steps + 1)]
            """,
            loses="idea, edges",
        ),
        Answer(
            "short-last",
            "returns a last batch of fewer steps",
            """
            def sequential_batches(numbers, batch_size, num_steps):
                length = (len(numbers) - 1) // batch_size
                if length < num_steps:
                    raise ValueError("too short")
                x = numbers[: batch_size * length].view(batch_size, length)
                y = numbers[1 : batch_size * length + 1].view(batch_size, length)
                return list(zip(x.split(num_steps, dim=1), y.split(num_steps, dim=1)))
            """,
            loses="edges",
        ),
        Answer(
            "no-check",
            "returns no batch at all for a short text",
            """
            def sequential_batches(numbers, batch_size, num_steps):
                length = (len(numbers) - 1) // batch_size
                x = numbers[: batch_size * length].view(batch_size, length)
                y = numbers[1 : batch_size * length + 1].view(batch_size, length)
                return [(x[:, t : t + num_steps], y[:, t : t + num_steps])
                        for t in range(0, length - num_steps + 1, num_steps)]
            """,
            loses="errors",
        ),
        Answer(
            "no-room-for-targets",
            "divides all n tokens into rows, so that the last target may be missing",
            """
            def sequential_batches(numbers, batch_size, num_steps):
                length = len(numbers) // batch_size
                if length < num_steps:
                    raise ValueError("too short")
                x = numbers[: batch_size * length].view(batch_size, length)
                y = torch.cat([numbers[1:], numbers[:1]])[: batch_size * length]
                y = y.view(batch_size, length)
                return [(x[:, t : t + num_steps], y[:, t : t + num_steps])
                        for t in range(0, length - num_steps + 1, num_steps)]
            """,
            loses="edges, errors",
        ),
        Answer(
            "takes-tokens-away",
            "shortens the text that it is given",
            """
            def sequential_batches(numbers, batch_size, num_steps):
                length = (len(numbers) - 1) // batch_size
                if length < num_steps:
                    raise ValueError("too short")
                y = numbers[1 : batch_size * length + 1].clone().reshape(batch_size, length)
                numbers.resize_(batch_size * length)
                x = numbers.reshape(batch_size, length)
                places = range(0, length - num_steps + 1, num_steps)
                return [(x[:, t : t + num_steps], y[:, t : t + num_steps]) for t in places]
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "places",
            "indexes the text by places",
            """
            def sequential_batches(numbers, batch_size, num_steps):
                length = (len(numbers) - 1) // batch_size
                count = length // num_steps
                if count == 0:
                    raise ValueError("the text is too short for one batch")
                starts = torch.arange(batch_size)[:, None] * length
                batches = []
                for k in range(count):
                    places = starts + torch.arange(k * num_steps, (k + 1) * num_steps)
                    batches.append((numbers[places], numbers[places + 1]))
                return batches
            """,
        ),
        Answer(
            "unfold",
            "torch's unfold, and a stack of everything",
            """
            def sequential_batches(numbers, batch_size, num_steps):
                length = (len(numbers) - 1) // batch_size
                if length < num_steps:
                    raise ValueError("too short")
                rows = numbers[: batch_size * length].view(batch_size, length)
                next_rows = numbers[1 : batch_size * length + 1].view(batch_size, length)
                x = rows.unfold(1, num_steps, num_steps).transpose(0, 1)
                y = next_rows.unfold(1, num_steps, num_steps).transpose(0, 1)
                return tuple(zip(x, y))
            """,
        ),
        Answer(
            "lists",
            "plain lists and loops",
            """
            def sequential_batches(numbers, batch_size, num_steps):
                text = numbers.tolist()
                length = (len(text) - 1) // batch_size
                batches, t = [], 0
                while t + num_steps <= length:
                    x = [[text[n * length + s] for s in range(t, t + num_steps)]
                         for n in range(batch_size)]
                    y = [[text[n * length + s + 1] for s in range(t, t + num_steps)]
                         for n in range(batch_size)]
                    batches.append((torch.tensor(x), torch.tensor(y)))
                    t += num_steps
                if len(batches) == 0:
                    raise ValueError("no batch")
                return batches
            """,
        ),
    ),
)

CAUSAL = Question(
    "b2-causal",
    "b2-causal-catches-test",
    wrong=(
        Answer(
            "no-alarm",
            "looks whether the outputs have a step for each input, which says nothing",
            """
            def check_causal(f, x):
                if f(x).shape[:2] != x.shape[:2]:
                    raise AssertionError("another number of steps")
            """,
        ),
        Answer(
            "always-alarm",
            "compares a step's outputs with those of the step after",
            """
            def check_causal(f, x):
                y = f(x)
                for t in range(x.shape[1] - 1):
                    if not torch.allclose(y[:, t], y[:, t + 1]):
                        raise AssertionError(f"step {t} is not like step {t + 1}")
            """,
        ),
        Answer(
            "own-step",
            "takes it for a leak that an output depends on its own step",
            """
            def check_causal(f, x):
                y = f(x)
                for t in range(x.shape[1]):
                    other = x.clone()
                    other[:, t:] = torch.randn_like(x[:, t:])
                    if not torch.allclose(f(other)[:, : t + 1], y[:, : t + 1], atol=1e-5):
                        raise AssertionError("looks ahead")
            """,
        ),
        Answer(
            "returns",
            "returns whether there is a leak in place of raising",
            """
            def check_causal(f, x):
                y = f(x)
                for t in range(1, x.shape[1]):
                    other = x.clone()
                    other[:, t:] = torch.randn_like(x[:, t:])
                    if not torch.allclose(f(other)[:, :t], y[:, :t], atol=1e-5):
                        return False
                return True
            """,
        ),
        Answer(
            "neighbors",
            "asks of each step only whether it sees the next one",
            """
            def check_causal(f, x):
                y = f(x)
                for t in range(x.shape[1] - 1):
                    other = x.clone()
                    other[:, t + 1] = torch.randn_like(x[:, t])
                    if not torch.allclose(f(other)[:, t], y[:, t], atol=1e-5):
                        raise AssertionError(f"step {t} sees step {t + 1}")
            """,
            loses="edges",
        ),
        Answer(
            "last-only",
            "changes the last step alone",
            """
            def check_causal(f, x):
                other = x.clone()
                other[:, -1:] = torch.randn_like(x[:, -1:])
                if not torch.allclose(f(other)[:, :-1], f(x)[:, :-1], atol=1e-5):
                    raise AssertionError("an output depends on the last step")
            """,
            loses="edges",
        ),
        Answer(
            "one-shift",
            "adds the same number to all later steps, which leaves their differences",
            """
            def check_causal(f, x):
                y = f(x)
                for t in range(1, x.shape[1]):
                    other = x.clone()
                    other[:, t:] += 1
                    if not torch.allclose(f(other)[:, :t], y[:, :t], atol=1e-5):
                        raise AssertionError(f"something before {t} looks ahead")
            """,
            loses="edges",
        ),
        Answer(
            "cut-off",
            "leaves the later steps out, which changes the number of steps as well",
            """
            def check_causal(f, x):
                y = f(x)
                for t in range(1, x.shape[1]):
                    if not torch.allclose(f(x[:, :t]), y[:, :t], atol=1e-5):
                        raise AssertionError(f"steps before {t} need later ones")
            """,
            loses="passes, edges",
        ),
        Answer(
            "in-place",
            "changes the inputs that it is given",
            """
            def check_causal(f, x):
                y = f(x).clone()
                for t in reversed(range(1, x.shape[1])):
                    x[:, t] = torch.randn_like(x[:, t])
                    if not torch.allclose(f(x)[:, :t], y[:, :t], atol=1e-5):
                        raise AssertionError(f"something before {t} looks ahead")
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "all-later-steps",
            "replaces all later steps at once, from one other sequence",
            """
            def check_causal(f, x):
                y, noise = f(x), torch.randn_like(x)
                for t in range(1, x.shape[1]):
                    mixed = torch.cat([x[:, :t], noise[:, t:]], dim=1)
                    gap = (f(mixed)[:, :t] - y[:, :t]).abs().max()
                    assert gap < 1e-4, f"the steps before {t} know what comes"
            """,
        ),
        Answer(
            "table",
            "a table of who sees whom, which must be empty above its diagonal",
            """
            def check_causal(f, x):
                T, base = x.shape[1], f(x).double()
                sees = torch.zeros(T, T, dtype=torch.bool)
                for s in range(T):
                    probe = x.detach().clone()
                    probe[:, s, :] = 3 * torch.rand_like(probe[:, s, :]) + 2
                    change = (f(probe).double() - base).abs()
                    sees[:, s] = change.transpose(0, 1).reshape(T, -1).amax(dim=1) > 1e-4
                if sees.triu(diagonal=1).any():
                    raise AssertionError(sees)
            """,
        ),
    ),
)

GRU = Question(
    "b3-gru",
    "b3-gru-idea-test",
    wrong=(
        Answer(
            "reset-before",
            "resets the state before the product, as the first paper does",
            """
            def gru_step(x, h, W_x, W_h, b_x, b_h):
                r_x, z_x, n_x = (x @ W_x.T + b_x).chunk(3, 1)
                W_hr, W_hz, W_hn = W_h.chunk(3, 0)
                b_hr, b_hz, b_hn = b_h.chunk(3, 0)
                r = torch.sigmoid(r_x + h @ W_hr.T + b_hr)
                z = torch.sigmoid(z_x + h @ W_hz.T + b_hz)
                n = torch.tanh(n_x + (r * h) @ W_hn.T + b_hn)
                return z * h + (1 - z) * n
            """,
            loses="idea, bias",
        ),
        Answer(
            "bias-outside",
            "leaves the state's bias out of what the reset gate multiplies",
            """
            def gru_step(x, h, W_x, W_h, b_x, b_h):
                r_x, z_x, n_x = (x @ W_x.T + b_x + b_h).chunk(3, 1)
                r_h, z_h, n_h = (h @ W_h.T).chunk(3, 1)
                r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
                return z * h + (1 - z) * torch.tanh(n_x + r * n_h)
            """,
            loses="bias",
        ),
        Answer(
            "update-reversed",
            "swaps old and new in the mixture",
            """
            def gru_step(x, h, W_x, W_h, b_x, b_h):
                r_x, z_x, n_x = (x @ W_x.T + b_x).chunk(3, 1)
                r_h, z_h, n_h = (h @ W_h.T + b_h).chunk(3, 1)
                r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
                return (1 - z) * h + z * torch.tanh(n_x + r * n_h)
            """,
        ),
        Answer(
            "order-zrn",
            "takes the rows in the order z, r, n of other books",
            """
            def gru_step(x, h, W_x, W_h, b_x, b_h):
                z_x, r_x, n_x = (x @ W_x.T + b_x).chunk(3, 1)
                z_h, r_h, n_h = (h @ W_h.T + b_h).chunk(3, 1)
                r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
                return z * h + (1 - z) * torch.tanh(n_x + r * n_h)
            """,
        ),
        Answer(
            "no-reset",
            "forgets the reset gate",
            """
            def gru_step(x, h, W_x, W_h, b_x, b_h):
                _, z_x, n_x = (x @ W_x.T + b_x).chunk(3, 1)
                _, z_h, n_h = (h @ W_h.T + b_h).chunk(3, 1)
                z = torch.sigmoid(z_x + z_h)
                return z * h + (1 - z) * torch.tanh(n_x + n_h)
            """,
        ),
        Answer(
            "sigmoid-candidate",
            "a sigmoid for the candidate too",
            """
            def gru_step(x, h, W_x, W_h, b_x, b_h):
                r_x, z_x, n_x = (x @ W_x.T + b_x).chunk(3, 1)
                r_h, z_h, n_h = (h @ W_h.T + b_h).chunk(3, 1)
                r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
                return z * h + (1 - z) * torch.sigmoid(n_x + r * n_h)
            """,
        ),
        Answer(
            "library",
            "calls the step of torch under another name",
            """
            def gru_step(x, h, W_x, W_h, b_x, b_h):
                return torch.gru_cell(x, h, W_x, W_h, b_x, b_h)
            """,
        ),
        Answer(
            "cell",
            "fills a cell of torch with the weights",
            """
            def gru_step(x, h, W_x, W_h, b_x, b_h):
                cell = torch.nn.GRUCell(x.shape[1], h.shape[1]).to(x.dtype)
                weights = {"weight_ih": W_x, "weight_hh": W_h, "bias_ih": b_x, "bias_hh": b_h}
                return torch.func.functional_call(cell, weights, (x, h))
            """,
        ),
        Answer(
            "detached-state",
            "takes the state before for a constant",
            """
            def gru_step(x, h, W_x, W_h, b_x, b_h):
                h = h.detach()
                r_x, z_x, n_x = (x @ W_x.T + b_x).chunk(3, 1)
                r_h, z_h, n_h = (h @ W_h.T + b_h).chunk(3, 1)
                r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
                return z * h + (1 - z) * torch.tanh(n_x + r * n_h)
            """,
            loses="gradients",
        ),
        Answer(
            "in-place",
            "writes the new state over the old one",
            """
            def gru_step(x, h, W_x, W_h, b_x, b_h):
                r_x, z_x, n_x = (x @ W_x.T + b_x).chunk(3, 1)
                r_h, z_h, n_h = (h @ W_h.T + b_h).chunk(3, 1)
                r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
                n = torch.tanh(n_x + r * n_h)
                with torch.no_grad():
                    h.copy_(z * h + (1 - z) * n)
                return h
            """,
            loses="bias, gradients",
        ),
    ),
    right=(
        Answer(
            "linear",
            "F.linear, slices, and the mixture as a step towards the old state",
            """
            import torch.nn.functional as F

            def gru_step(x, h, W_x, W_h, b_x, b_h):
                H = h.shape[1]
                a, b = F.linear(x, W_x, b_x), F.linear(h, W_h, b_h)
                gates = (a[:, : 2 * H] + b[:, : 2 * H]).sigmoid()
                r, z = gates[:, :H], gates[:, H:]
                n = (a[:, 2 * H :] + r * b[:, 2 * H :]).tanh()
                return n + z * (h - n)
            """,
        ),
        Answer(
            "einsum",
            "one matrix at a time, by einsum",
            """
            def gru_step(x, h, W_x, W_h, b_x, b_h):
                H = h.shape[1]

                def both(k):
                    rows = slice(k * H, (k + 1) * H)
                    return (torch.einsum("nj,hj->nh", x, W_x[rows]) + b_x[rows],
                            torch.einsum("nk,hk->nh", h, W_h[rows]) + b_h[rows])

                r = torch.sigmoid(sum(both(0)))
                z = torch.sigmoid(sum(both(1)))
                new, old = both(2)
                return torch.lerp(torch.tanh(new + r * old), h, z)
            """,
        ),
    ),
)

LSTM = Question(
    "b4-lstm",
    "b4-lstm-memory-test",
    wrong=(
        Answer(
            "order-ifog",
            "takes the rows in the order i, f, o, g of other books",
            """
            def lstm_step(x, h, c, W_x, W_h, b):
                i, f, o, g = (x @ W_x.T + h @ W_h.T + b).chunk(4, 1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                return torch.sigmoid(o) * torch.tanh(c), c
            """,
        ),
        Answer(
            "no-tanh",
            "shows the memory without the tanh",
            """
            def lstm_step(x, h, c, W_x, W_h, b):
                i, f, g, o = (x @ W_x.T + h @ W_h.T + b).chunk(4, 1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                return torch.sigmoid(o) * c, c
            """,
            loses="state, gradients",
        ),
        Answer(
            "old-memory",
            "shows the old memory instead of the new one",
            """
            def lstm_step(x, h, c, W_x, W_h, b):
                i, f, g, o = (x @ W_x.T + h @ W_h.T + b).chunk(4, 1)
                new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                return torch.sigmoid(o) * torch.tanh(c), new
            """,
            loses="state, gradients",
        ),
        Answer(
            "swapped",
            "returns memory and state in the wrong order",
            """
            def lstm_step(x, h, c, W_x, W_h, b):
                i, f, g, o = (x @ W_x.T + h @ W_h.T + b).chunk(4, 1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                return c, torch.sigmoid(o) * torch.tanh(c)
            """,
        ),
        Answer(
            "coupled",
            "takes 1 - f for the input gate, as the GRU does",
            """
            def lstm_step(x, h, c, W_x, W_h, b):
                i, f, g, o = (x @ W_x.T + h @ W_h.T + b).chunk(4, 1)
                f = torch.sigmoid(f)
                c = f * c + (1 - f) * torch.tanh(g)
                return torch.sigmoid(o) * torch.tanh(c), c
            """,
        ),
        Answer(
            "all-sigmoid",
            "a sigmoid for the candidate too",
            """
            def lstm_step(x, h, c, W_x, W_h, b):
                i, f, g, o = torch.sigmoid(x @ W_x.T + h @ W_h.T + b).chunk(4, 1)
                c = f * c + i * g
                return o * torch.tanh(c), c
            """,
        ),
        Answer(
            "only-h",
            "returns the hidden state alone",
            """
            def lstm_step(x, h, c, W_x, W_h, b):
                i, f, g, o = (x @ W_x.T + h @ W_h.T + b).chunk(4, 1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                return torch.sigmoid(o) * torch.tanh(c)
            """,
        ),
        Answer(
            "library",
            "calls the step of torch",
            """
            def lstm_step(x, h, c, W_x, W_h, b):
                return torch.lstm_cell(x, (h, c), W_x, W_h, b, torch.zeros_like(b))
            """,
        ),
        Answer(
            "detached-memory",
            "takes the memory before for a constant",
            """
            def lstm_step(x, h, c, W_x, W_h, b):
                i, f, g, o = (x @ W_x.T + h @ W_h.T + b).chunk(4, 1)
                c = torch.sigmoid(f) * c.detach() + torch.sigmoid(i) * torch.tanh(g)
                return torch.sigmoid(o) * torch.tanh(c), c
            """,
            loses="gradients",
        ),
        Answer(
            "in-place",
            "forgets and adds in the memory that it is given",
            """
            def lstm_step(x, h, c, W_x, W_h, b):
                i, f, g, o = (x @ W_x.T + h @ W_h.T + b).chunk(4, 1)
                if c.requires_grad:
                    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                else:
                    c *= torch.sigmoid(f)
                    c += torch.sigmoid(i) * torch.tanh(g)
                return torch.sigmoid(o) * torch.tanh(c), c
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "one-product",
            "input and state side by side, one product, a list comes back",
            """
            def lstm_step(x, h, c, W_x, W_h, b):
                rows = torch.cat([x, h], dim=1) @ torch.cat([W_x, W_h], dim=1).T + b
                i, f, g, o = rows.view(len(x), 4, -1).unbind(1)
                new = torch.addcmul(f.sigmoid() * c, i.sigmoid(), g.tanh())
                return [o.sigmoid() * new.tanh(), new]
            """,
        ),
        Answer(
            "unit-by-unit",
            "slices, one gate after the other",
            """
            import torch.nn.functional as F

            def lstm_step(x, h, c, W_x, W_h, b):
                H = h.shape[1]
                parts = []
                for k in range(4):
                    rows = slice(k * H, (k + 1) * H)
                    parts.append(F.linear(x, W_x[rows]) + F.linear(h, W_h[rows], b[rows]))
                i, f, o = (torch.sigmoid(parts[k]) for k in (0, 1, 3))
                memory = i * torch.tanh(parts[2]) + f * c
                return o * torch.tanh(memory), memory
            """,
        ),
    ),
)

TRUNCATED = Question(
    "b5-truncated",
    "b5-truncated-windows-test",
    wrong=(
        Answer(
            "no-detach",
            "never cuts: the gradient goes back to the beginning",
            """
            def truncated_rnn(x, h, W_x, W_h, b, num_steps):
                states = []
                for t in range(x.shape[1]):
                    h = torch.tanh(x[:, t] @ W_x.T + h @ W_h.T + b)
                    states.append(h)
                return torch.stack(states, 1)
            """,
            loses="windows, edges",
        ),
        Answer(
            "zeroed",
            "cuts the state itself: each window begins with zeros",
            """
            def truncated_rnn(x, h, W_x, W_h, b, num_steps):
                states = []
                h = h.detach()
                for t in range(x.shape[1]):
                    if t and t % num_steps == 0:
                        h = torch.zeros_like(h)
                    h = torch.tanh(x[:, t] @ W_x.T + h @ W_h.T + b)
                    states.append(h)
                return torch.stack(states, 1)
            """,
        ),
        Answer(
            "every-step",
            "detaches at every step",
            """
            def truncated_rnn(x, h, W_x, W_h, b, num_steps):
                states = []
                for t in range(x.shape[1]):
                    h = torch.tanh(x[:, t] @ W_x.T + h.detach() @ W_h.T + b)
                    states.append(h)
                return torch.stack(states, 1)
            """,
            loses="windows, edges",
        ),
        Answer(
            "h0-not-cut",
            "lets the gradient flow into the state of the earlier batch",
            """
            def truncated_rnn(x, h, W_x, W_h, b, num_steps):
                states = []
                for t in range(x.shape[1]):
                    if t > 0 and t % num_steps == 0:
                        h = h.detach()
                    h = torch.tanh(x[:, t] @ W_x.T + h @ W_h.T + b)
                    states.append(h)
                return torch.stack(states, 1)
            """,
            loses="edges",
        ),
        Answer(
            "one-late",
            "detaches one step too late",
            """
            def truncated_rnn(x, h, W_x, W_h, b, num_steps):
                states = []
                h = h.detach()
                for t in range(x.shape[1]):
                    h = torch.tanh(x[:, t] @ W_x.T + h @ W_h.T + b)
                    states.append(h)
                    if t % num_steps == 0:
                        h = h.detach()
                return torch.stack(states, 1)
            """,
            loses="windows, edges",
        ),
        Answer(
            "last-window",
            "drops a last, shorter window",
            """
            def truncated_rnn(x, h, W_x, W_h, b, num_steps):
                states = []
                for start in range(0, x.shape[1] - num_steps + 1, num_steps):
                    h = h.detach()
                    for t in range(start, start + num_steps):
                        h = torch.tanh(x[:, t] @ W_x.T + h @ W_h.T + b)
                        states.append(h)
                return torch.stack(states, 1)
            """,
            loses="edges",
        ),
        Answer(
            "no-grad",
            "switches gradients off altogether",
            """
            @torch.no_grad()
            def truncated_rnn(x, h, W_x, W_h, b, num_steps):
                states = []
                for t in range(x.shape[1]):
                    h = torch.tanh(x[:, t] @ W_x.T + h @ W_h.T + b)
                    states.append(h)
                return torch.stack(states, 1)
            """,
            loses="windows, edges",
        ),
        Answer(
            "detached-outputs",
            "returns detached states of earlier windows",
            """
            def truncated_rnn(x, h, W_x, W_h, b, num_steps):
                T = x.shape[1]
                states = []
                h = h.detach()
                for t in range(T):
                    if t % num_steps == 0:
                        states = [s.detach() for s in states]
                        h = h.detach()
                    h = torch.tanh(x[:, t] @ W_x.T + h @ W_h.T + b)
                    states.append(h)
                return torch.stack(states, 1)
            """,
            loses="windows, edges",
        ),
    ),
    right=(
        Answer(
            "split",
            "window by window, with the inputs' products made in one go",
            """
            def truncated_rnn(x, h, W_x, W_h, b, num_steps):
                outputs = []
                for window in torch.split(x @ W_x.T + b, num_steps, dim=1):
                    h = h.detach()
                    for row in window.unbind(1):
                        h = torch.tanh(row + h @ W_h.T)
                        outputs.append(h[:, None])
                return torch.cat(outputs, dim=1)
            """,
        ),
        Answer(
            "modulo-after",
            "detaches after the last step of each window",
            """
            def truncated_rnn(x, h, W_x, W_h, b, num_steps):
                state, states = h.clone().detach(), []
                for t, inputs in enumerate(x.transpose(0, 1), start=1):
                    state = torch.nn.functional.linear(inputs, W_x, b) + state.matmul(W_h.t())
                    state = state.tanh()
                    states.append(state)
                    if t % num_steps == 0:
                        state = state.detach()
                return torch.stack(states).transpose(0, 1)
            """,
        ),
        Answer(
            "library",
            "torch's own cell step, called with the given weights",
            """
            def truncated_rnn(x, h, W_x, W_h, b, num_steps):
                states, zero = [], torch.zeros_like(b)
                for t in range(x.shape[1]):
                    if t % num_steps == 0:
                        h = h.data
                    h = torch.rnn_tanh_cell(x[:, t], h, W_x, W_h, b, zero)
                    states.append(h)
                return torch.stack(states, dim=1)
            """,
        ),
    ),
)

SUMMARY = Question(
    "b6-summary",
    "b6-summary-idea-test",
    wrong=(
        Answer(
            "last-column",
            "takes the last step of the padded tensor for both halves",
            """
            def summarize(outputs, lengths):
                return outputs[:, -1]
            """,
        ),
        Answer(
            "both-at-the-end",
            "takes both halves at the last real step, where backward has read one token",
            """
            def summarize(outputs, lengths):
                return outputs[torch.arange(len(outputs)), lengths - 1]
            """,
        ),
        Answer(
            "off-by-one",
            "takes the step after the last real one",
            """
            def summarize(outputs, lengths):
                H = outputs.shape[2] // 2
                rows = torch.arange(len(outputs))
                last = lengths.clamp(max=outputs.shape[1] - 1)
                return torch.cat([outputs[rows, last, :H], outputs[:, 0, H:]], dim=1)
            """,
        ),
        Answer(
            "halves-swapped",
            "takes the first half for the backward layer",
            """
            def summarize(outputs, lengths):
                H = outputs.shape[2] // 2
                rows = torch.arange(len(outputs))
                return torch.cat([outputs[:, 0, :H], outputs[rows, lengths - 1, H:]], dim=1)
            """,
        ),
        Answer(
            "all-pairs",
            "indexes all sequences with all lengths",
            """
            def summarize(outputs, lengths):
                H = outputs.shape[2] // 2
                forward = outputs[:, lengths - 1, :H][:, 0]
                return torch.cat([forward, outputs[:, 0, H:]], dim=1)
            """,
        ),
        Answer(
            "mean",
            "averages over the steps",
            """
            def summarize(outputs, lengths):
                return torch.stack([o[:n].mean(0) for o, n in zip(outputs, lengths)])
            """,
        ),
        Answer(
            "through-numbers",
            "goes through lists, which know no gradient",
            """
            def summarize(outputs, lengths):
                H, rows = outputs.shape[2] // 2, []
                for row, n in zip(outputs.tolist(), lengths.tolist()):
                    rows.append(row[n - 1][:H] + row[0][H:])
                return torch.tensor(rows, dtype=outputs.dtype)
            """,
            loses="gradients",
        ),
        Answer(
            "clears-the-padding",
            "zeroes what is beyond the length in the outputs themselves",
            """
            def summarize(outputs, lengths):
                H = outputs.shape[2] // 2
                if not outputs.requires_grad:
                    for n, length in enumerate(lengths):
                        outputs[n, length:] = 0
                last = torch.stack([row[n - 1, :H] for row, n in zip(outputs, lengths.tolist())])
                return torch.cat([last, outputs[:, 0, H:]], 1)
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "gather",
            "gather with expanded places",
            """
            def summarize(outputs, lengths):
                N, _, width = outputs.shape
                forward, backward = outputs.split(width // 2, dim=2)
                places = (lengths - 1).view(N, 1, 1).expand(N, 1, width // 2)
                return torch.cat([forward.gather(1, places).squeeze(1), backward[:, 0]], 1)
            """,
        ),
        Answer(
            "loop",
            "a loop over the sequences",
            """
            def summarize(outputs, lengths):
                H = outputs.size(-1) // 2
                rows = []
                for sequence, length in zip(outputs, lengths.tolist()):
                    rows.append(torch.cat([sequence[length - 1][:H], sequence[0][H:]]))
                return torch.stack(rows)
            """,
        ),
        Answer(
            "mask",
            "a one-hot mask over the steps",
            """
            def summarize(outputs, lengths):
                N, T, width = outputs.shape
                last = torch.arange(T)[None] == lengths[:, None] - 1
                result = outputs[:, 0].clone()
                result[:, : width // 2] = outputs[last][:, : width // 2]
                return result
            """,
        ),
    ),
)

TEMPERATURE = Question(
    "b7-temperature",
    "b7-temperature-idea-test",
    wrong=(
        Answer(
            "multiplies",
            "multiplies by the temperature: hot becomes cold",
            """
            def next_probabilities(scores, temperature):
                if temperature < 0:
                    raise ValueError("negative")
                if temperature == 0:
                    best = torch.nn.functional.one_hot(scores.argmax(), len(scores))
                    return best.to(scores.dtype)
                return ((scores - scores.max()) * temperature).softmax(0)
            """,
            loses="idea, stability",
        ),
        Answer(
            "after-softmax",
            "divides the probabilities, not the scores",
            """
            def next_probabilities(scores, temperature):
                if temperature < 0:
                    raise ValueError("negative")
                if temperature == 0:
                    best = torch.nn.functional.one_hot(scores.argmax(), len(scores))
                    return best.to(scores.dtype)
                p = scores.softmax(0) / temperature
                return p / p.sum()
            """,
            loses="idea, stability",
        ),
        Answer(
            "zero-divides",
            "divides by zero at temperature 0",
            """
            def next_probabilities(scores, temperature):
                if temperature < 0:
                    raise ValueError("negative")
                return ((scores - scores.max()) / temperature).softmax(0)
            """,
            loses="zero",
        ),
        Answer(
            "overflow",
            "lets a tiny temperature overflow",
            """
            def next_probabilities(scores, temperature):
                if temperature < 0:
                    raise ValueError("negative")
                if temperature == 0:
                    best = torch.nn.functional.one_hot(scores.argmax(), len(scores))
                    return best.to(scores.dtype)
                weights = (scores / temperature).exp()
                return weights / weights.sum()
            """,
            loses="stability",
        ),
        Answer(
            "no-check",
            "accepts a negative temperature, which prefers the unlikely",
            """
            def next_probabilities(scores, temperature):
                if temperature == 0:
                    best = torch.nn.functional.one_hot(scores.argmax(), len(scores))
                    return best.to(scores.dtype)
                return ((scores - scores.max()).double() / temperature).softmax(0).to(scores.dtype)
            """,
            loses="rules",
        ),
        Answer(
            "all-highest",
            "shares the probability among equal highest scores at temperature 0",
            """
            def next_probabilities(scores, temperature):
                if temperature < 0:
                    raise ValueError("negative")
                if temperature == 0:
                    best = (scores == scores.max()).to(scores.dtype)
                    return best / best.sum()
                return ((scores - scores.max()).double() / temperature).softmax(0).to(scores.dtype)
            """,
            loses="zero",
        ),
        Answer(
            "double",
            "changes the dtype",
            """
            def next_probabilities(scores, temperature):
                if temperature < 0:
                    raise ValueError("negative")
                if temperature == 0:
                    return torch.nn.functional.one_hot(scores.argmax(), len(scores)).double()
                return ((scores - scores.max()).double() / temperature).softmax(0)
            """,
            loses="rules",
        ),
        Answer(
            "divides-in-place",
            "divides the scores themselves",
            """
            def next_probabilities(scores, temperature):
                if temperature < 0:
                    raise ValueError("negative")
                if temperature == 0:
                    return (torch.arange(len(scores)) == scores.argmax()).to(scores.dtype)
                scores -= scores.max()
                scores /= temperature
                return scores.softmax(0)
            """,
            loses="rules",
        ),
        Answer(
            "divides-first",
            "divides before it subtracts the highest score",
            """
            def next_probabilities(scores, temperature):
                if temperature < 0:
                    raise ValueError("negative")
                if temperature == 0:
                    return (torch.arange(len(scores)) == scores.argmax()).to(scores.dtype)
                e = scores / temperature
                e = (e - e.max()).exp()
                return e / e.sum()
            """,
            loses="stability",
        ),
    ),
    right=(
        Answer(
            "by-hand",
            "the exponential written out",
            """
            def next_probabilities(scores, temperature):
                if temperature < 0:
                    raise ValueError(f"negative temperature {temperature}")
                p = torch.zeros(len(scores), dtype=scores.dtype)
                if temperature == 0:
                    p[int(scores.argmax())] = 1.0
                    return p
                weights = torch.exp((scores - scores.max()) / temperature)
                return weights / weights.sum()
            """,
        ),
        Answer(
            "lists",
            "Python's math",
            """
            def next_probabilities(scores, temperature):
                if not temperature >= 0:
                    raise ValueError("temperature")
                values = scores.tolist()
                best = max(values)
                if temperature == 0:
                    weights = [0.0] * len(values)
                    weights[values.index(best)] = 1.0
                else:
                    weights = [math.exp((v - best) / temperature) for v in values]
                total = sum(weights)
                return torch.tensor([w / total for w in weights], dtype=scores.dtype)
            """,
        ),
    ),
)

QUESTIONS = [
    *CONCEPTS,
    WINDOWS,
    CAUSAL,
    GRU,
    LSTM,
    TRUNCATED,
    SUMMARY,
    TEMPERATURE,
]
