"""Answers to the exercise ``foundations``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "c",
        {
            "a": "takes the shape in which nn.Linear stores its weights",
            "b": "gives each example a bias of its own",
            "d": "takes the batch for the inputs",
        },
    ),
    choice(
        2,
        "d",
        {
            "a": "believes that a flattened prediction is broadcast",
            "b": "believes that a column of targets is broadcast",
            "c": "does not see that both get one shape",
        },
    ),
    number(
        3,
        right={
            "0.54 / 6": "a decimal",
            "torch.tensor([0.5, -0.5, 0.2], dtype=torch.float64).square().mean() / 2": "a tensor",
        },
        wrong={
            "0.18": "forgets the half",
            "0.27": "forgets the mean",
            "(0.5 + 0.5 + 0.2) / 6": "takes absolute errors",
            "((0.5 - 0.5 + 0.2) / 3) ** 2 / 2": "squares the mean error",
        },
    ),
    number(
        4,
        right={
            "0.625": "a decimal",
            "torch.tensor([0.0, 2.0, 5.0]).log().exp()[2] / 8": "with torch",
        },
        wrong={
            "(40 + 5) / (120 + 8)": "believes that the 40 counts",
            "math.log(5) / (math.log(1) + math.log(2) + math.log(5))": "divides scores",
            "5 / (1 + 2)": "odds, not a probability",
        },
    ),
    choice(
        5,
        "b",
        {
            "a": "believes that more examples are learned less well",
            "c": "takes validation for a part of training",
            "d": "blames regularization, which would make it stronger",
        },
    ),
    choice(
        6,
        "a",
        {
            "b": "does not know that affine after affine is affine",
            "c": "does not know dead units",
            "d": "does not know the sigmoid's slope",
        },
    ),
    number(
        7,
        right={"2_051_500": "an integer", "500 * (64**2 + 7)": "factored"},
        wrong={
            "2_052_007": "counts the biases",
            "64 * 64 * 500": "forgets the output layer",
            "64 * 500 + 500 * 7": "takes one row of the image",
            "64 * 64 + 500 + 7": "adds widths",
        },
    ),
    choice(
        8,
        "b",
        {
            "a": "believes that an output can be undone",
            "c": "forgets that the gradient of a product holds the other factor",
            "d": "takes a slope for all that is needed",
        },
    ),
]

MSE = Question(
    "b1-mse",
    "b1-mse-idea-test",
    wrong=(
        Answer(
            "accident",
            "leaves the table of all differences",
            """
            def mean_squared_error(y_hat, y):
                if len(y_hat) != len(y):
                    raise ValueError("lengths differ")
                return ((y_hat - y) ** 2).mean()
            """,
            loses="idea",
        ),
        Answer(
            "squeeze-predictions",
            "mends the predictions and leaves the targets",
            """
            def mean_squared_error(y_hat, y):
                if len(y_hat) != len(y):
                    raise ValueError("lengths differ")
                return ((y_hat.reshape(-1) - y) ** 2).mean()
            """,
            loses="idea, tensors",
        ),
        Answer(
            "no-check",
            "one prediction is broadcast over all targets",
            """
            def mean_squared_error(y_hat, y):
                return ((y_hat.reshape(-1) - y.reshape(-1)) ** 2).mean()
            """,
            loses="errors",
        ),
        Answer(
            "detached",
            "returns a number that has forgotten where it comes from",
            """
            def mean_squared_error(y_hat, y):
                if len(y_hat) != len(y):
                    raise ValueError("lengths differ")
                errors = (y_hat.reshape(-1) - y.reshape(-1)).tolist()
                return torch.tensor(sum(e * e for e in errors) / len(errors), dtype=y.dtype)
            """,
            loses="tensors",
        ),
        Answer(
            "squeezes-in-place",
            "takes the last axis off the tensors that it is given",
            """
            def mean_squared_error(y_hat, y):
                if len(y_hat) != len(y):
                    raise ValueError("lengths")
                for t in (y_hat, y):
                    if t.ndim == 2 and not t.requires_grad:
                        t.squeeze_(1)
                return (y_hat.flatten() - y.flatten()).square().mean()
            """,
            loses="tensors",
        ),
    ),
    right=(
        Answer(
            "library",
            "torch's own, on columns",
            """
            def mean_squared_error(y_hat, y):
                if y_hat.shape[0] != y.shape[0]:
                    raise ValueError("as many predictions as targets are needed")
                return F.mse_loss(y_hat.view(-1, 1), y.view(-1, 1))
            """,
        ),
        Answer(
            "loop",
            "example by example",
            """
            def mean_squared_error(y_hat, y):
                if len(y_hat) != len(y):
                    raise ValueError("lengths differ")
                total = 0.0
                for a, b in zip(y_hat.flatten(), y.flatten()):
                    total = total + (a - b) * (a - b)
                return total / len(y)
            """,
        ),
    ),
)

SOFTMAX = Question(
    "b2-softmax",
    "b2-softmax-idea-test",
    wrong=(
        Answer(
            "shares",
            "divides the scores themselves by their sum",
            """
            def softmax(scores, dim):
                scores = scores - scores.amin(dim, keepdim=True)
                return scores / scores.sum(dim, keepdim=True).clamp(min=1e-9)
            """,
        ),
        Answer(
            "overflows",
            "takes exponentials of the scores as they are",
            """
            def softmax(scores, dim):
                e = scores.exp()
                return e / e.sum(dim, keepdim=True)
            """,
            loses="stability",
        ),
        Answer(
            "one-number",
            "subtracts the largest score of all rows",
            """
            def softmax(scores, dim):
                e = (scores - scores.max()).exp()
                return e / e.sum(dim, keepdim=True)
            """,
            loses="stability",
        ),
        Answer(
            "last-axis",
            "ignores the axis",
            """
            def softmax(scores, dim):
                return torch.softmax(scores, dim=-1)
            """,
            loses="axes",
        ),
        Answer(
            "axis-1",
            "adds up along axis 1, whatever axis is asked for",
            """
            def softmax(scores, dim):
                e = (scores - scores.amax(dim, keepdim=True)).exp()
                return e / e.sum(1, keepdim=True)
            """,
            loses="axes",
        ),
        Answer(
            "in-place",
            "changes the scores",
            """
            def softmax(scores, dim):
                scores -= scores.amax(dim, keepdim=True)
                e = scores.exp()
                return e / e.sum(dim, keepdim=True)
            """,
            loses="tensors",
        ),
    ),
    right=(
        Answer(
            "library",
            "torch's own",
            """
            def softmax(scores, dim):
                return F.softmax(scores, dim)
            """,
        ),
        Answer(
            "log-sum-exp",
            "by way of the logarithm",
            """
            def softmax(scores, dim):
                return torch.exp(scores - torch.logsumexp(scores, dim, keepdim=True))
            """,
        ),
    ),
)

CROSS_ENTROPY = Question(
    "b3-cross-entropy",
    "b3-cross-entropy-idea-test",
    wrong=(
        Answer(
            "log-of-softmax",
            "the probability rounds to 0 before its logarithm is taken",
            """
            def cross_entropy(scores, labels):
                if labels.min() < 0 or labels.max() >= scores.shape[1]:
                    raise ValueError("label out of range")
                p = scores.softmax(1)
                return -p[torch.arange(len(labels)), labels].log()
            """,
            loses="stability",
        ),
        Answer(
            "mean",
            "returns the mean in place of each loss",
            """
            def cross_entropy(scores, labels):
                if labels.min() < 0 or labels.max() >= scores.shape[1]:
                    raise ValueError("label out of range")
                return F.cross_entropy(scores, labels)
            """,
        ),
        Answer(
            "negative-label",
            "a label of -1 counts from the end",
            """
            def cross_entropy(scores, labels):
                if labels.max() >= scores.shape[1]:
                    raise ValueError("label out of range")
                log_p = scores.log_softmax(1)
                return -log_p[torch.arange(len(labels)), labels]
            """,
            loses="errors",
        ),
        Answer(
            "numbers",
            "computes with numbers, which have no derivative",
            """
            def cross_entropy(scores, labels):
                if labels.min() < 0 or labels.max() >= scores.shape[1]:
                    raise ValueError("label out of range")
                log_p = scores.detach().log_softmax(1)
                return -log_p[torch.arange(len(labels)), labels]
            """,
            loses="tensors",
        ),
        Answer(
            "shifts-in-place",
            "subtracts the largest score from the scores themselves",
            """
            def cross_entropy(scores, labels):
                if labels.min() < 0 or labels.max() >= scores.shape[1]:
                    raise ValueError("labels")
                largest = scores.amax(1, keepdim=True)
                if scores.requires_grad:
                    scores = scores - largest
                else:
                    scores -= largest
                return scores.exp().sum(1).log() - scores[torch.arange(len(labels)), labels]
            """,
            loses="tensors",
        ),
    ),
    right=(
        Answer(
            "by-hand",
            "log-sum-exp from scratch",
            """
            def cross_entropy(scores, labels):
                V = scores.shape[1]
                if any(not 0 <= label < V for label in labels.tolist()):
                    raise ValueError(f"labels must lie in 0 … {V - 1}")
                top = scores.max(dim=1, keepdim=True).values
                total = torch.log(torch.exp(scores - top).sum(dim=1)) + top[:, 0]
                return total - scores.gather(1, labels[:, None])[:, 0]
            """,
        ),
        Answer(
            "library",
            "torch's own without the mean",
            """
            def cross_entropy(scores, labels):
                if labels.min() < 0 or labels.max() >= scores.shape[1]:
                    raise ValueError("label out of range")
                return F.cross_entropy(scores, labels, reduction="none")
            """,
        ),
    ),
)

SLOPES = Question(
    "b4-slopes",
    "b4-slopes-idea-test",
    wrong=(
        Answer(
            "not-finite",
            "computes exp(-z) / (1 + exp(-z))², which is infinity over infinity far to the left",
            """
            def slope(name, z):
                if name == "sigmoid":
                    return torch.exp(-z) / (1 + torch.exp(-z)) ** 2
                if name == "tanh":
                    return 1 - torch.tanh(z) ** 2
                if name == "relu":
                    return (z > 0).to(z.dtype)
                if name == "leaky_relu":
                    return torch.where(z > 0, 1.0, 0.01).to(z.dtype)
                raise ValueError(name)
            """,
            loses="edges",
        ),
        Answer(
            "leak-of-value",
            "takes the leaky ReLU's value for its slope",
            """
            def slope(name, z):
                if name == "sigmoid":
                    s = torch.sigmoid(z)
                    return s * (1 - s)
                if name == "tanh":
                    return 1 - torch.tanh(z) ** 2
                if name == "relu":
                    return (z > 0).to(z.dtype)
                if name == "leaky_relu":
                    return torch.where(z > 0, torch.ones_like(z), 0.01 * z)
                raise ValueError(name)
            """,
            loses="idea, edges",
        ),
        Answer(
            "zero-is-right",
            "takes the slope of the right side at 0",
            """
            def slope(name, z):
                if name == "sigmoid":
                    s = torch.sigmoid(z)
                    return s * (1 - s)
                if name == "tanh":
                    return 1 - torch.tanh(z) ** 2
                if name in ("relu", "leaky_relu"):
                    left = 0.01 if "leaky" in name else 0.0
                    return (z >= 0).to(z.dtype) + left * (z < 0).to(z.dtype)
                raise ValueError(name)
            """,
            loses="edges",
        ),
        Answer(
            "plain-float",
            "makes constants of float32, whatever z is",
            """
            def slope(name, z):
                if name == "sigmoid":
                    return torch.sigmoid(z) * torch.sigmoid(-z)
                if name == "tanh":
                    return 1 - torch.tanh(z) ** 2
                if name in ("relu", "leaky_relu"):
                    return torch.where(z > 0, 1.0, 0.01 * (name == "leaky_relu")).float()
                raise ValueError(name)
            """,
            loses="tensors",
        ),
        Answer(
            "default",
            "takes any other name for a ReLU",
            """
            def slope(name, z):
                if name == "sigmoid":
                    s = torch.sigmoid(z)
                    return s * (1 - s)
                if name == "tanh":
                    return 1 - torch.tanh(z) ** 2
                if name == "leaky_relu":
                    return torch.where(z > 0, 1.0, 0.01).to(z.dtype)
                return (z > 0).to(z.dtype)
            """,
            loses="errors",
        ),
        Answer(
            "in-place",
            "works in the tensor that it is given",
            """
            def slope(name, z):
                if name == "sigmoid":
                    s = z.sigmoid_()
                    return s * (1 - s)
                if name == "tanh":
                    return 1 - torch.tanh(z) ** 2
                if name in ("relu", "leaky_relu"):
                    return torch.where(z > 0, 1.0, 0.01 * (name == "leaky_relu")).to(z.dtype)
                raise ValueError(name)
            """,
            loses="tensors",
        ),
    ),
    right=(
        Answer(
            "autograd",
            "lets torch differentiate",
            """
            def slope(name, z):
                functions = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu,
                             "leaky_relu": lambda t: F.leaky_relu(t, 0.01)}
                if name not in functions:
                    raise ValueError(f"unknown activation {name}")
                with torch.enable_grad():
                    leaf = z.detach().clone().requires_grad_()
                    (g,) = torch.autograd.grad(functions[name](leaf).sum(), leaf)
                return g
            """,
        ),
        Answer(
            "from-values",
            "slopes from the activations' values",
            """
            def slope(name, z):
                table = {
                    "sigmoid": lambda: torch.sigmoid(z) - torch.sigmoid(z) ** 2,
                    "tanh": lambda: 1 - torch.tanh(z).square(),
                    "relu": lambda: (z > 0).type_as(z),
                    "leaky_relu": lambda: 0.01 + 0.99 * (z > 0).type_as(z),
                }
                try:
                    return table[name]()
                except KeyError:
                    raise ValueError(f"no slope for {name}") from None
            """,
        ),
    ),
)

BACKWARD = Question(
    "b5-backward",
    "b5-backward-output-test",
    wrong=(
        Answer(
            "no-mean",
            "adds the examples' derivatives up",
            """
            def gradients(x, y, W1, b1, W2, b2):
                h = (x @ W1 + b1).relu()
                d = (h @ W2 + b2).softmax(1) - F.one_hot(y, len(b2))
                da = (d @ W2.T) * (h > 0)
                return {"W1": x.T @ da, "b1": da.sum(0), "W2": h.T @ d, "b2": d.sum(0)}
            """,
            loses="output, hidden",
        ),
        Answer(
            "no-relu",
            "lets inactive units pass the gradient on",
            """
            def gradients(x, y, W1, b1, W2, b2):
                h = (x @ W1 + b1).relu()
                d = ((h @ W2 + b2).softmax(1) - F.one_hot(y, len(b2))) / len(y)
                da = d @ W2.T
                return {"W1": x.T @ da, "b1": da.sum(0), "W2": h.T @ d, "b2": d.sum(0)}
            """,
            loses="hidden",
        ),
        Answer(
            "bias-mean",
            "averages the biases a second time",
            """
            def gradients(x, y, W1, b1, W2, b2):
                h = (x @ W1 + b1).relu()
                d = ((h @ W2 + b2).softmax(1) - F.one_hot(y, len(b2))) / len(y)
                da = (d @ W2.T) * (h > 0)
                return {"W1": x.T @ da, "b1": da.mean(0), "W2": h.T @ d, "b2": d.mean(0)}
            """,
            loses="output, hidden",
        ),
        Answer(
            "plain-exp",
            "a softmax that overflows",
            """
            def gradients(x, y, W1, b1, W2, b2):
                h = (x @ W1 + b1).relu()
                e = (h @ W2 + b2).exp()
                d = (e / e.sum(1, keepdim=True) - F.one_hot(y, len(b2))) / len(y)
                da = (d @ W2.T) * (h > 0)
                return {"W1": x.T @ da, "b1": da.sum(0), "W2": h.T @ d, "b2": d.sum(0)}
            """,
            loses="stability",
        ),
        Answer(
            "pre-activation",
            "multiplies with what was before the ReLU",
            """
            def gradients(x, y, W1, b1, W2, b2):
                a = x @ W1 + b1
                d = ((a.relu() @ W2 + b2).softmax(1) - F.one_hot(y, len(b2))) / len(y)
                da = (d @ W2.T) * (a > 0)
                return {"W1": x.T @ da, "b1": da.sum(0), "W2": a.T @ d, "b2": d.sum(0)}
            """,
            loses="output",
        ),
        Answer(
            "wants-gradients",
            "leaves parameters behind that want gradients",
            """
            def gradients(x, y, W1, b1, W2, b2):
                for p in (W1, b1, W2, b2):
                    p.requires_grad_()
                h = (x @ W1 + b1).relu()
                d = ((h @ W2 + b2).softmax(1) - F.one_hot(y, len(b2))) / len(y)
                da = (d @ W2.T) * (h > 0)
                return {"W1": x.T @ da, "b1": da.sum(0), "W2": h.T @ d, "b2": d.sum(0)}
            """,
            loses="arguments",
        ),
        Answer(
            "autograd",
            "lets autograd do it, which the text forbids",
            """
            def gradients(x, y, W1, b1, W2, b2):
                names = ("W1", "b1", "W2", "b2")
                with torch.enable_grad():
                    P = [w.detach().clone().requires_grad_() for w in (W1, b1, W2, b2)]
                    o = (x @ P[0] + P[1]).relu() @ P[2] + P[3]
                    grads = torch.autograd.grad(F.cross_entropy(o, y), P)
                return dict(zip(names, grads))
            """,
        ),
        Answer(
            "forward-mode",
            "lets autograd do it, forwards",
            """
            def gradients(x, y, W1, b1, W2, b2):
                def loss(W1, b1, W2, b2):
                    return F.cross_entropy((x @ W1 + b1).relu() @ W2 + b2, y)

                grads = torch.func.jacfwd(loss, argnums=(0, 1, 2, 3))(W1, b1, W2, b2)
                return dict(zip(("W1", "b1", "W2", "b2"), grads))
            """,
        ),
        Answer(
            "one-direction-at-a-time",
            "gives one number of a parameter a slope, and lets autograd carry it to the loss",
            """
            from torch.autograd import forward_ad


            def gradients(x, y, W1, b1, W2, b2):
                given = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
                found = {name: torch.zeros_like(value) for name, value in given.items()}
                for name, value in given.items():
                    for i in range(value.numel()):
                        direction = torch.zeros_like(value)
                        direction.view(-1)[i] = 1
                        with forward_ad.dual_level():
                            P = given | {name: forward_ad.make_dual(value, direction)}
                            o = (x @ P["W1"] + P["b1"]).relu() @ P["W2"] + P["b2"]
                            slope = forward_ad.unpack_dual(F.cross_entropy(o, y)).tangent
                        found[name].view(-1)[i] = 0 if slope is None else slope
                return found
            """,
        ),
    ),
    right=(
        Answer(
            "loop",
            "example by example",
            """
            def gradients(x, y, W1, b1, W2, b2):
                out = {"W1": torch.zeros_like(W1), "b1": torch.zeros_like(b1),
                       "W2": torch.zeros_like(W2), "b2": torch.zeros_like(b2)}
                for row, label in zip(x, y.tolist()):
                    h = torch.clamp(row @ W1 + b1, min=0)
                    o = h @ W2 + b2
                    d = torch.exp(o - torch.logsumexp(o, 0))
                    d[label] -= 1
                    d = d / len(y)
                    dh = W2 @ d
                    dh[h <= 0] = 0
                    out["W2"] += torch.outer(h, d)
                    out["b2"] += d
                    out["W1"] += torch.outer(row, dh)
                    out["b1"] += dh
                return out
            """,
        ),
        Answer(
            "index-sums",
            "the products as sums over named indices",
            """
            def gradients(x, y, W1, b1, W2, b2):
                a = torch.einsum("bd,dh->bh", x, W1) + b1
                h = torch.where(a > 0, a, torch.zeros_like(a))
                o = torch.einsum("bh,hv->bv", h, W2) + b2
                d = (o - o.logsumexp(1, keepdim=True)).exp()
                d = (d - F.one_hot(y, W2.shape[1])) / y.numel()
                da = torch.einsum("bv,hv->bh", d, W2) * (a > 0).to(d.dtype)
                return {"W1": torch.einsum("bd,bh->dh", x, da), "b1": torch.einsum("bh->h", da),
                        "W2": torch.einsum("bh,bv->hv", h, d), "b2": torch.einsum("bv->v", d)}
            """,
        ),
    ),
)

ORDER = Question(
    "b6-order",
    "b6-order-idea-test",
    wrong=(
        Answer(
            "recursive",
            "calls itself as deep as the graph is",
            """
            def topological(graph):
                order, state = [], {}

                def visit(node):
                    if state.get(node) == "done":
                        return
                    if state.get(node) == "open":
                        raise ValueError("cycle")
                    state[node] = "open"
                    for parent in graph[node]:
                        visit(parent)
                    state[node] = "done"
                    order.append(node)

                for node in graph:
                    visit(node)
                return order
            """,
            loses="depth",
        ),
        Answer(
            "breadth-first",
            "goes level by level from the results, which puts a parent used twice too early",
            """
            def topological(graph):
                parents = {p for ps in graph.values() for p in ps}
                level = [n for n in graph if n not in parents]
                if graph and not level:
                    raise ValueError("cycle")
                seen = []
                while level:
                    if len(seen) > len(graph):
                        raise ValueError("cycle")
                    seen += [n for n in level if n not in seen]
                    level = [p for n in level for p in graph[n] if p not in seen]
                return seen[::-1]
            """,
            loses="idea, edges",
        ),
        Answer(
            "no-cycles",
            "leaves out what is in a cycle, without a word",
            """
            def topological(graph):
                order, placed = [], set()
                waiting = list(graph)
                while waiting:
                    ready = [n for n in waiting if all(p in placed for p in graph[n])]
                    if not ready:
                        return order
                    order += ready
                    placed |= set(ready)
                    waiting = [n for n in waiting if n not in placed]
                return order
            """,
            loses="cycles",
        ),
        Answer(
            "children-first",
            "the order of the backward pass",
            """
            def topological(graph):
                import graphlib
                try:
                    return list(graphlib.TopologicalSorter(graph).static_order())[::-1]
                except graphlib.CycleError as error:
                    raise ValueError("cycle") from error
            """,
        ),
        Answer(
            "parents-counted-twice",
            "crosses off a parent once for each time it is named",
            """
            def topological(graph):
                missing = {node: len(set(parents)) for node, parents in graph.items()}
                order = [node for node, count in missing.items() if count == 0]
                children = {node: [] for node in graph}
                for node, parents in graph.items():
                    for parent in parents:
                        children[parent].append(node)
                for node in order:
                    for child in children[node]:
                        missing[child] -= 1
                        if missing[child] == 0:
                            order.append(child)
                if len(order) < len(graph):
                    raise ValueError("a cycle")
                return order
            """,
            loses="edges",
        ),
        Answer(
            "takes-apart",
            "takes the graph apart that it is given",
            """
            def topological(graph):
                order, done = [], set()
                while graph:
                    ready = [node for node, parents in graph.items() if done.issuperset(parents)]
                    if not ready:
                        raise ValueError("a cycle")
                    for node in ready:
                        del graph[node]
                    order += ready
                    done.update(ready)
                return order
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "library",
            "Python has it",
            """
            import graphlib


            def topological(graph):
                try:
                    return list(graphlib.TopologicalSorter(graph).static_order())
                except graphlib.CycleError as error:
                    raise ValueError(f"a cycle: {error}") from error
            """,
        ),
        Answer(
            "stack",
            "depth first with a stack of its own",
            """
            def topological(graph):
                order, done, opened = [], set(), set()
                for root in graph:
                    stack = [root]
                    while stack:
                        node = stack[-1]
                        if node in done:
                            stack.pop()
                        elif node in opened:
                            stack.pop()
                            opened.discard(node)
                            done.add(node)
                            order.append(node)
                        else:
                            opened.add(node)
                            for parent in graph[node]:
                                if parent in opened:
                                    raise ValueError(f"cycle through {parent}")
                                if parent not in done:
                                    stack.append(parent)
                return order
            """,
        ),
    ),
)

CHECK = Question(
    "b7-check",
    "b7-check-idea-test",
    wrong=(
        Answer(
            "one-side",
            "takes a step to one side only",
            """
            def gradient_error(f, slopes, x, step=1e-5):
                if x.dtype != torch.float64 or x.shape != slopes.shape:
                    raise ValueError("dtype or shape")
                worst = 0.0
                for i in range(x.numel()):
                    up = x.clone()
                    up.view(-1)[i] += step
                    rise = (float(f(up)) - float(f(x))) / step
                    worst = max(worst, abs(rise - slopes.flatten()[i].item()))
                return worst
            """,
            loses="idea",
        ),
        Answer(
            "divides-by-the-step",
            "forgets that two steps lie between the two values",
            """
            def gradient_error(f, slopes, x, step=1e-5):
                if x.dtype != torch.float64 or x.shape != slopes.shape:
                    raise ValueError("dtype or shape")
                worst = 0.0
                for i in range(x.numel()):
                    up, down = x.clone(), x.clone()
                    up.view(-1)[i] += step
                    down.view(-1)[i] -= step
                    rise = (float(f(up)) - float(f(down))) / step
                    worst = max(worst, abs(rise - slopes.flatten()[i].item()))
                return worst
            """,
        ),
        Answer(
            "with-its-sign",
            "lets a slope that is too small pass, since the difference is negative",
            """
            def gradient_error(f, slopes, x, step=1e-5):
                if x.dtype != torch.float64 or x.shape != slopes.shape:
                    raise ValueError("dtype or shape")
                errors = []
                for i in range(x.numel()):
                    up, down = x.clone(), x.clone()
                    up.view(-1)[i] += step
                    down.view(-1)[i] -= step
                    rise = (float(f(up)) - float(f(down))) / (2 * step)
                    errors.append(slopes.flatten()[i].item() - rise)
                return max(errors)
            """,
            loses="idea",
        ),
        Answer(
            "all-at-once",
            "moves all numbers together",
            """
            def gradient_error(f, slopes, x, step=1e-5):
                if x.dtype != torch.float64 or x.shape != slopes.shape:
                    raise ValueError("dtype or shape")
                rise = (f(x + step) - f(x - step)) / (2 * step)
                return (torch.as_tensor(rise) - slopes).abs().max().item()
            """,
        ),
        Answer(
            "stays-moved",
            "moves the numbers of what is given, and does not put them back",
            """
            def gradient_error(f, slopes, x, step=1e-5):
                if x.dtype != torch.float64 or x.shape != slopes.shape:
                    raise ValueError("dtype or shape")
                worst = 0.0
                for i in range(x.numel()):
                    x.view(-1)[i] += step
                    up = float(f(x))
                    x.view(-1)[i] -= 2 * step
                    down = float(f(x))
                    error = (up - down) / (2 * step) - slopes.reshape(-1)[i].item()
                    worst = max(worst, abs(error))
                return worst
            """,
            loses="shapes",
        ),
        Answer(
            "flat",
            "gives the function a flattened tensor",
            """
            def gradient_error(f, slopes, x, step=1e-5):
                if x.dtype != torch.float64 or x.shape != slopes.shape:
                    raise ValueError("dtype or shape")
                x, slopes, worst = x.flatten(), slopes.flatten(), 0.0
                for i in range(len(x)):
                    move = torch.zeros_like(x)
                    move[i] = step
                    rise = (float(f(x + move)) - float(f(x - move))) / (2 * step)
                    worst = max(worst, abs(rise - slopes[i].item()))
                return worst
            """,
            loses="shapes",
        ),
        Answer(
            "as-many",
            "counts the slopes, and does not look at their shape",
            """
            def gradient_error(f, slopes, x, step=1e-5):
                if x.dtype != torch.float64 or x.numel() != slopes.numel():
                    raise ValueError("dtype or number")
                worst = 0.0
                for i in range(x.numel()):
                    up, down = x.clone(), x.clone()
                    up.view(-1)[i] += step
                    down.view(-1)[i] -= step
                    rise = (float(f(up)) - float(f(down))) / (2 * step)
                    worst = max(worst, abs(rise - slopes.reshape(-1)[i].item()))
                return worst
            """,
            loses="errors",
        ),
    ),
    right=(
        Answer(
            "units",
            "all directions as a table of ones and zeros",
            """
            def gradient_error(f, slopes, x, step=1e-5):
                if x.shape != slopes.shape or not x.dtype == torch.double:
                    raise ValueError("a slope for each number of a float64 tensor, please")
                moves = step * torch.eye(x.numel(), dtype=x.dtype).view(-1, *x.shape)
                rises = [(float(f(x + m)) - float(f(x - m))) / (2 * step) for m in moves]
                return (torch.tensor(rises, dtype=x.dtype) - slopes.reshape(-1)).abs().max().item()
            """,
        ),
        Answer(
            "indices",
            "goes through the places by their indices and puts each number back",
            """
            import itertools


            def gradient_error(f, slopes, x, step=1e-5):
                if x.dtype is not torch.float64:
                    raise ValueError("float64 is needed")
                if tuple(x.shape) != tuple(slopes.shape):
                    raise ValueError("shapes differ")
                mine, errors = x.clone(), [0.0]
                for place in itertools.product(*map(range, x.shape)):
                    mine[place] = x[place] + step
                    up = f(mine)
                    mine[place] = x[place] - step
                    down = f(mine)
                    mine[place] = x[place]
                    rise = (float(up) - float(down)) / (2 * step)
                    errors.append(abs(rise - float(slopes[place])))
                return torch.tensor(max(errors))
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, MSE, SOFTMAX, CROSS_ENTROPY, SLOPES, BACKWARD, ORDER, CHECK]
