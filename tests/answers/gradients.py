"""Answers to the exercise ``gradients``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "d",
        {
            "a": "does not know what vanishing gradients do",
            "b": "does not know what exploding gradients do",
            "c": "does not know that the initial weights matter",
        },
    ),
    number(
        2,
        right={
            "0.25": "by head",
            "(2 / 96 * 3) ** 0.5": "from the variance",
            "1 / 4": "as a fraction",
        },
        wrong={
            "(2 / 96) ** 0.5": "gives the standard deviation instead of the bound",
            "(6 / 64) ** 0.5": "counts the inputs only",
            "(3 / 96) ** 0.5": "forgets the factor 2",
            "6 / 96": "forgets the root",
        },
    ),
    number(
        3,
        right={"3": "an int", "6 * (5 / (36 + 64) ** 0.5)": "by the formula", "6 / 2.0": "halved"},
        wrong={
            "5": "clips the entry by itself",
            "6 * 5 / 14": "divides by the sum of absolute values",
            "6": "sees no norm above the bound",
            "0.6": "scales to a norm of 1",
        },
    ),
    number(
        4,
        right={"(1 / 4) ** 5": "as a power", "1 / 1024": "as a fraction", "0.000977": "rounded"},
        wrong={
            "0.5**5": "takes the sigmoid's value at 0 for its slope",
            "5 * 0.25": "adds instead of multiplying",
            "1": "believes that a sigmoid keeps a gradient's length",
            "0.25": "counts one activation",
        },
    ),
    choice(
        5,
        "b",
        {
            "a": "believes that symmetry harms models without a hidden layer too",
            "c": "believes that width breaks symmetry",
            "d": "believes that the kind of activation breaks symmetry",
        },
    ),
    number(
        6,
        right={"1 / 32": "as a fraction", "(1 / 2) ** 5": "as a power", "0.03125": "by head"},
        wrong={
            "0.5**10": "takes the mean square for its root",
            "1": "forgets that the ReLU drops half",
            "0.25**10": "halves the size, not the square, twice a layer",
            "2**5": "believes that the signal grows",
        },
    ),
    choice(
        7,
        "c",
        {
            "a": "believes that clipping breaks symmetry",
            "b": "believes that clipping lengthens small gradients",
            "d": "believes that clipping revives dead units",
        },
    ),
]

GRADIENT = Question(
    "b1-check",
    "b1-check-catches-test",
    wrong=(
        Answer(
            "one-sided",
            "takes the difference to one side only, which is off where f bends",
            """
            def check_gradient(f, gradient, x):
                claimed, h = gradient(x), 1e-5
                if claimed.shape != x.shape:
                    raise AssertionError("shape")
                slopes = torch.zeros_like(x)
                for i in range(x.numel()):
                    moved = x.clone()
                    moved.view(-1)[i] += h
                    slopes.view(-1)[i] = (f(moved) - f(x)) / h
                if not ((claimed - slopes).abs() <= 1e-6 + 1e-3 * slopes.abs().max()).all():
                    raise AssertionError("wrong")
            """,
            loses="accepts",
        ),
        Answer(
            "all-at-once",
            "moves all entries together, so that mistakes may cancel",
            """
            def check_gradient(f, gradient, x):
                claimed, h = gradient(x), 1e-5
                if claimed.shape != x.shape:
                    raise AssertionError("shape")
                slope = (f(x + h) - f(x - h)) / (2 * h)
                allowed = 1e-6 + 1e-3 * claimed.abs().max().item()
                if not abs(claimed.sum().item() - slope) <= allowed:
                    raise AssertionError("wrong")
            """,
            loses="catches, edges",
        ),
        Answer(
            "first-entry",
            "looks at the first entry alone",
            """
            def check_gradient(f, gradient, x):
                claimed, h = gradient(x), 1e-5
                if claimed.shape != x.shape:
                    raise AssertionError("shape")
                step = torch.zeros_like(x)
                step.view(-1)[0] = h
                slope = (f(x + step) - f(x - step)) / (2 * h)
                if not abs(claimed.reshape(-1)[0].item() - slope) <= 1e-6 + 1e-3 * abs(slope):
                    raise AssertionError("wrong")
            """,
            loses="catches, edges",
        ),
        Answer(
            "wide-step",
            "measures so far away that the curve has bent on the way",
            """
            def check_gradient(f, gradient, x):
                claimed, h = gradient(x), 0.5
                if claimed.shape != x.shape:
                    raise AssertionError("shape")
                slopes = torch.zeros_like(x)
                for i in range(x.numel()):
                    step = torch.zeros_like(x)
                    step.view(-1)[i] = h
                    slopes.view(-1)[i] = (f(x + step) - f(x - step)) / (2 * h)
                if not ((claimed - slopes).abs() <= 1e-6 + 1e-3 * slopes.abs().max()).all():
                    raise AssertionError("wrong")
            """,
            loses="catches, accepts",
        ),
        Answer(
            "tiny-step",
            "measures so near that rounding is all that is left",
            """
            def check_gradient(f, gradient, x):
                claimed, h = gradient(x), 1e-13
                if claimed.shape != x.shape:
                    raise AssertionError("shape")
                slopes = torch.zeros_like(x)
                for i in range(x.numel()):
                    step = torch.zeros_like(x)
                    step.view(-1)[i] = h
                    slopes.view(-1)[i] = (f(x + step) - f(x - step)) / (2 * h)
                if not ((claimed - slopes).abs() <= 1e-6 + 1e-3 * slopes.abs().max()).all():
                    raise AssertionError("wrong")
            """,
        ),
        Answer(
            "nan-passes",
            "asks whether something is too large, which NaN never is",
            """
            def check_gradient(f, gradient, x):
                claimed, h = gradient(x), 1e-5
                if claimed.shape != x.shape:
                    raise AssertionError("shape")
                slopes = torch.zeros_like(x)
                for i in range(x.numel()):
                    step = torch.zeros_like(x)
                    step.view(-1)[i] = h
                    slopes.view(-1)[i] = (f(x + step) - f(x - step)) / (2 * h)
                if ((claimed - slopes).abs() > 1e-6 + 1e-3 * slopes.abs().max()).any():
                    raise AssertionError("wrong")
            """,
            loses="edges",
        ),
        Answer(
            "any-shape",
            "does not look at the shape, so that a single number is stretched",
            """
            def check_gradient(f, gradient, x):
                claimed, h = gradient(x), 1e-5
                slopes = torch.zeros_like(x)
                for i in range(x.numel()):
                    step = torch.zeros_like(x)
                    step.view(-1)[i] = h
                    slopes.view(-1)[i] = (f(x + step) - f(x - step)) / (2 * h)
                if not ((claimed - slopes).abs() <= 1e-6 + 1e-3 * slopes.abs().max()).all():
                    raise AssertionError("wrong")
            """,
            loses="edges",
        ),
        Answer(
            "absolute",
            "allows the same distance, whether slopes are large or small",
            """
            def check_gradient(f, gradient, x):
                claimed, h = gradient(x), 1e-5
                if claimed.shape != x.shape:
                    raise AssertionError("shape")
                for i in range(x.numel()):
                    step = torch.zeros_like(x)
                    step.view(-1)[i] = h
                    slope = (f(x + step) - f(x - step)) / (2 * h)
                    if not abs(claimed.reshape(-1)[i].item() - slope) <= 1e-4:
                        raise AssertionError("wrong")
            """,
            loses="edges",
        ),
        Answer(
            "moves-x",
            "moves the place itself and does not put it back",
            """
            def check_gradient(f, gradient, x):
                claimed, h = gradient(x.clone()), 1e-5
                if claimed.shape != x.shape:
                    raise AssertionError("shape")
                slopes, flat = torch.zeros_like(x), x.view(-1)
                for i in range(x.numel()):
                    flat[i] += h
                    above = f(x)
                    flat[i] -= 2 * h
                    slopes.view(-1)[i] = (above - f(x)) / (2 * h)
                if not ((claimed - slopes).abs() <= 1e-6 + 1e-3 * slopes.abs().max()).all():
                    raise AssertionError("wrong")
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "identity-matrix",
            "the steps are the rows of a matrix; isclose compares",
            """
            def check_gradient(f, gradient, x):
                got, h = gradient(x.clone()), 1e-4
                assert got.shape == x.shape, "another shape"
                steps = h * torch.eye(x.numel(), dtype=x.dtype)
                slopes = torch.tensor([
                    (f(x + step.reshape(x.shape)) - f(x - step.reshape(x.shape))) / (2 * h)
                    for step in steps
                ], dtype=x.dtype).reshape(x.shape)
                allowed = slopes.abs().max().item() / 1000 + 1e-6
                assert torch.isclose(got, slopes, rtol=0, atol=allowed).all(), "another gradient"
            """,
        ),
        Answer(
            "numpy",
            "NumPy, with copies of the place",
            """
            import numpy as np

            def check_gradient(f, gradient, x):
                want = []
                for index in np.ndindex(*x.shape):
                    up, down = x.clone(), x.clone()
                    up[index] += 3e-5
                    down[index] -= 3e-5
                    want.append((float(f(up)) - float(f(down))) / 6e-5)
                claimed = gradient(x.clone()).numpy()
                if claimed.shape != tuple(x.shape) or np.isnan(claimed).any():
                    raise AssertionError("no gradient")
                want = np.array(want).reshape(claimed.shape)
                if np.abs(want - claimed).max() > 1e-6 + np.abs(want).max() * 1e-3:
                    raise AssertionError("another gradient")
            """,
        ),
    ),
)

NORMS = Question(
    "b2-norms",
    "b2-norms-idea-test",
    wrong=(
        Answer(
            "sum",
            "sums the squares instead of averaging them",
            """
            def gradient_norms(weights, x):
                weights = [w.clone().requires_grad_() for w in weights]
                h = x
                for w in weights:
                    h = torch.tanh(h @ w.T)
                grads = torch.autograd.grad((h ** 2).sum(), weights)
                return [g.norm().item() for g in grads]
            """,
            loses="idea",
        ),
        Answer(
            "linear-output",
            "leaves out the tanh of the last layer",
            """
            def gradient_norms(weights, x):
                weights = [w.clone().requires_grad_() for w in weights]
                h = x
                for w in weights[:-1]:
                    h = torch.tanh(h @ w.T)
                h = h @ weights[-1].T
                grads = torch.autograd.grad((h ** 2).mean(), weights)
                return [g.norm().item() for g in grads]
            """,
        ),
        Answer(
            "backwards",
            "lists the norms in the order of the backward pass",
            """
            def gradient_norms(weights, x):
                weights = [w.clone().requires_grad_() for w in weights]
                h = x
                for w in weights:
                    h = torch.tanh(h @ w.T)
                grads = torch.autograd.grad((h ** 2).mean(), weights)
                return [g.norm().item() for g in grads][::-1]
            """,
        ),
        Answer(
            "root-mean-square",
            "takes the root mean square for the norm",
            """
            def gradient_norms(weights, x):
                weights = [w.clone().requires_grad_() for w in weights]
                h = x
                for w in weights:
                    h = torch.tanh(h @ w.T)
                grads = torch.autograd.grad((h ** 2).mean(), weights)
                return [g.square().mean().sqrt().item() for g in grads]
            """,
            loses="idea, depth",
        ),
        Answer(
            "rounded",
            "rounds to six digits after the point, so that what has vanished is zero",
            """
            def gradient_norms(weights, x):
                weights = [w.clone().requires_grad_() for w in weights]
                h = x
                for w in weights:
                    h = torch.tanh(h @ w.T)
                grads = torch.autograd.grad((h ** 2).mean(), weights)
                return [round(g.norm().item(), 6) for g in grads]
            """,
            loses="depth",
        ),
        Answer(
            "wants-gradients",
            "asks for gradients in the weights that it is given",
            """
            def gradient_norms(weights, x):
                h = x
                for weight in weights:
                    weight.requires_grad_()
                    h = torch.tanh(h @ weight.T)
                gradients = torch.autograd.grad(h.square().mean(), weights)
                return [gradient.norm().item() for gradient in gradients]
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "backward",
            "backward() and .grad",
            """
            def gradient_norms(weights, x):
                params = [torch.nn.Parameter(w.clone()) for w in weights]
                h = x
                for p in params:
                    h = (h @ p.T).tanh()
                (h ** 2).mean().backward()
                return [float(torch.sqrt((p.grad ** 2).sum())) for p in params]
            """,
        ),
        Answer(
            "by-hand",
            "the chain rule written out",
            """
            def gradient_norms(weights, x):
                hs = [x]
                for w in weights:
                    hs.append(torch.tanh(hs[-1] @ w.T))
                d = 2 * hs[-1] / hs[-1].numel()
                norms = []
                for l in range(len(weights) - 1, -1, -1):
                    d = d * (1 - hs[l + 1] ** 2)
                    norms.insert(0, torch.linalg.norm(d.T @ hs[l]).item())
                    d = d @ weights[l]
                return norms
            """,
        ),
        Answer(
            "modules",
            "a network of linear layers that carry the weights",
            """
            from torch import nn

            def gradient_norms(weights, x):
                layers = []
                for w in weights:
                    layer = nn.Linear(w.shape[1], w.shape[0], bias=False, dtype=w.dtype)
                    layer.weight.data = w.clone()
                    layers += [layer, nn.Tanh()]
                out = nn.Sequential(*layers)(x)
                nn.functional.mse_loss(out, torch.zeros_like(out)).backward()
                return [layer.weight.grad.norm().item() for layer in layers[::2]]
            """,
        ),
    ),
)

CLIP = Question(
    "b3-clip",
    "b3-clip-idea-test",
    wrong=(
        Answer(
            "each-its-own",
            "clips each gradient by its own norm",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                total = sum(float((g.double() ** 2).sum()) for g in gradients if g is not None)
                norm = math.sqrt(total)
                if not math.isfinite(norm):
                    raise ValueError("norm")
                out = [g if g is None or g.norm() <= max_norm else g * (max_norm / g.norm())
                       for g in gradients]
                return out, norm
            """,
            loses="idea",
        ),
        Answer(
            "by-value",
            "clamps every entry",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                total = sum(float((g.double() ** 2).sum()) for g in gradients if g is not None)
                norm = math.sqrt(total)
                if not math.isfinite(norm):
                    raise ValueError("norm")
                clipped = [None if g is None else g.clamp(-max_norm, max_norm) for g in gradients]
                return clipped, norm
            """,
            loses="idea, edges, arguments",
        ),
        Answer(
            "always",
            "scales short gradients up to the bound as well",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                total = sum(float((g.double() ** 2).sum()) for g in gradients if g is not None)
                norm = math.sqrt(total)
                if not math.isfinite(norm):
                    raise ValueError("norm")
                factor = max_norm / norm if norm else 1.0
                return [None if g is None else g * factor for g in gradients], norm
            """,
            loses="idea",
        ),
        Answer(
            "in-place",
            "changes the gradients that it was given",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                total = sum(float((g.double() ** 2).sum()) for g in gradients if g is not None)
                norm = math.sqrt(total)
                if not math.isfinite(norm):
                    raise ValueError("norm")
                if norm > max_norm:
                    for g in gradients:
                        if g is not None:
                            g.mul_(max_norm / norm)
                return gradients, norm
            """,
            loses="arguments",
        ),
        Answer(
            "drops-none",
            "leaves out parameters without a gradient, so that the list gets shorter",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                gradients = [g for g in gradients if g is not None]
                norm = math.sqrt(sum(float((g.double() ** 2).sum()) for g in gradients))
                if not math.isfinite(norm):
                    raise ValueError("norm")
                factor = min(1.0, max_norm / norm) if norm else 1.0
                return [g * factor for g in gradients], norm
            """,
            loses="edges",
        ),
        Answer(
            "norm-after",
            "returns the norm after clipping",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                total = sum(float((g.double() ** 2).sum()) for g in gradients if g is not None)
                norm = math.sqrt(total)
                if not math.isfinite(norm):
                    raise ValueError("norm")
                factor = min(1.0, max_norm / norm) if norm else 1.0
                return [None if g is None else g * factor for g in gradients], min(norm, max_norm)
            """,
        ),
        Answer(
            "silent-nan",
            "lets a NaN spread into every gradient",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("bound")
                total = sum(float((g.double() ** 2).sum()) for g in gradients if g is not None)
                norm = math.sqrt(total)
                factor = min(1.0, max_norm / norm) if norm else 1.0
                return [None if g is None else g * factor for g in gradients], norm
            """,
            loses="errors",
        ),
        Answer(
            "norm-in-half",
            "squares in the dtype of the gradients, where 300² may be infinite",
            """
            def clip_gradients(gradients, max_norm):
                if not max_norm > 0:
                    raise ValueError("max_norm")
                norm = math.sqrt(sum(g.square().sum().item() for g in gradients if g is not None))
                if not math.isfinite(norm):
                    raise ValueError("norm")
                factor = max_norm / norm if norm > max_norm else 1.0
                return [None if g is None else g * factor for g in gradients], norm
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "stacked",
            "the norm of the norms, in torch",
            """
            def clip_gradients(gradients, max_norm):
                if max_norm <= 0:
                    raise ValueError("max_norm must be positive")
                norms = [g.norm(dtype=torch.float64) for g in gradients if g is not None]
                norm = torch.stack(norms).norm() if norms else torch.tensor(0.0)
                if not torch.isfinite(norm):
                    raise ValueError("the norm is not finite")
                result = []
                for g in gradients:
                    if g is not None:
                        g = g * (max_norm / norm).item() if norm > max_norm else g.clone()
                    result.append(g)
                return result, norm.item()
            """,
        ),
        Answer(
            "one-vector",
            "concatenates everything into one vector",
            """
            def clip_gradients(gradients, max_norm):
                assert_positive = max_norm > 0
                if not assert_positive:
                    raise ValueError("bound")
                flat = [g.double().reshape(-1) for g in gradients if g is not None]
                vector = torch.cat(flat) if flat else torch.zeros(1, dtype=torch.float64)
                norm = float(torch.linalg.vector_norm(vector))
                if norm != norm or norm == float("inf"):
                    raise ValueError("no finite norm")
                if norm <= max_norm:
                    return tuple(gradients), norm
                return tuple(None if g is None else (g.double() * max_norm / norm).to(g.dtype)
                             for g in gradients), norm
            """,
        ),
    ),
)

DEAD = Question(
    "b4-dead",
    "b4-dead-idea-test",
    wrong=(
        Answer(
            "any",
            "calls a unit dead that gives 0 for one input",
            """
            def dead_units(weight, bias, x):
                if x.shape[1:] != weight.shape[1:] or not len(x) or bias.shape != weight.shape[:1]:
                    raise ValueError("shapes")
                return (x @ weight.T + bias <= 0).any(0)
            """,
            loses="idea, zero",
        ),
        Answer(
            "on-average",
            "judges by the mean of the sums",
            """
            def dead_units(weight, bias, x):
                if x.shape[1:] != weight.shape[1:] or not len(x) or bias.shape != weight.shape[:1]:
                    raise ValueError("shapes")
                return (x @ weight.T + bias).mean(0) <= 0
            """,
            loses="idea, zero",
        ),
        Answer(
            "no-bias",
            "forgets the bias",
            """
            def dead_units(weight, bias, x):
                if x.shape[1:] != weight.shape[1:] or not len(x) or bias.shape != weight.shape[:1]:
                    raise ValueError("shapes")
                return (x @ weight.T <= 0).all(0)
            """,
            loses="idea, zero, arguments",
        ),
        Answer(
            "strictly-below",
            "believes that a sum of exactly 0 is alive",
            """
            def dead_units(weight, bias, x):
                if x.shape[1:] != weight.shape[1:] or not len(x) or bias.shape != weight.shape[:1]:
                    raise ValueError("shapes")
                return (x @ weight.T + bias < 0).all(0)
            """,
            loses="zero",
        ),
        Answer(
            "inputs",
            "asks of each input whether all units are silent",
            """
            def dead_units(weight, bias, x):
                if x.shape[1:] != weight.shape[1:] or not len(x) or bias.shape != weight.shape[:1]:
                    raise ValueError("shapes")
                return (x @ weight.T + bias <= 0).all(1)
            """,
        ),
        Answer(
            "empty",
            "calls every unit dead where there are no inputs",
            """
            def dead_units(weight, bias, x):
                return (torch.relu(x @ weight.T + bias) == 0).all(0)
            """,
            loses="errors",
        ),
        Answer(
            "bias-in-place",
            "adds the product to the bias that it is given",
            """
            def dead_units(weight, bias, x):
                H, D = weight.shape
                if bias.shape != (H,) or x.ndim != 2 or x.shape[1] != D or len(x) == 0:
                    raise ValueError("shapes")
                bias += (x @ weight.T).max(0).values
                return bias <= 0
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "largest-output",
            "the largest output of each unit, through torch's linear",
            """
            from torch.nn import functional as F

            def dead_units(weight, bias, x):
                H, D = weight.shape
                if tuple(bias.shape) != (H,) or x.dim() != 2 or x.size(1) != D or x.size(0) == 0:
                    raise ValueError("the shapes do not fit")
                return F.linear(x, weight, bias).relu().amax(dim=0).eq(0)
            """,
        ),
        Answer(
            "loop",
            "unit by unit, input by input",
            """
            def dead_units(weight, bias, x):
                if x.ndim != 2 or weight.shape[1] != x.shape[1] or bias.shape != weight.shape[:1]:
                    raise ValueError("the shapes do not fit")
                if not len(x):
                    raise ValueError("no inputs")
                dead = []
                for w, b in zip(weight, bias):
                    dead.append(not any((row @ w + b).item() > 0 for row in x))
                return torch.tensor(dead)
            """,
        ),
    ),
)

ORTHOGONAL = Question(
    "b5-orthogonal",
    "b5-orthogonal-idea-test",
    wrong=(
        Answer(
            "signs-of-the-library",
            "takes Q with the signs that the library happens to give",
            """
            def orthogonal(noise):
                if noise.ndim != 2:
                    raise ValueError("two axes")
                if noise.shape[0] < noise.shape[1]:
                    return orthogonal(noise.T).T
                return torch.linalg.qr(noise)[0]
            """,
            loses="signs",
        ),
        Answer(
            "rows-turned",
            "turns rows of Q around in place of columns",
            """
            def orthogonal(noise):
                if noise.ndim != 2:
                    raise ValueError("two axes")
                if noise.shape[0] < noise.shape[1]:
                    return orthogonal(noise.T).T
                q, r = torch.linalg.qr(noise)
                signs = torch.ones(len(q), dtype=q.dtype)
                signs[: len(r)] = r.diagonal().sign()
                return q * signs[:, None]
            """,
        ),
        Answer(
            "only-normalized",
            "gives each column length 1 and leaves the angles",
            """
            def orthogonal(noise):
                if noise.ndim != 2:
                    raise ValueError("two axes")
                if noise.shape[0] < noise.shape[1]:
                    return orthogonal(noise.T).T
                return noise / noise.norm(dim=0)
            """,
        ),
        Answer(
            "scaled-by-r",
            "multiplies by the diagonal of R, not by its signs",
            """
            def orthogonal(noise):
                if noise.ndim != 2:
                    raise ValueError("two axes")
                if noise.shape[0] < noise.shape[1]:
                    return orthogonal(noise.T).T
                q, r = torch.linalg.qr(noise)
                return q * r.diagonal()
            """,
        ),
        Answer(
            "wide-as-it-is",
            "does not transpose a wide matrix",
            """
            def orthogonal(noise):
                if noise.ndim != 2:
                    raise ValueError("two axes")
                q, r = torch.linalg.qr(noise)
                return q * r.diagonal().sign()
            """,
            loses="wide",
        ),
        Answer(
            "nearest",
            "takes the orthogonal matrix nearest to A",
            """
            def orthogonal(noise):
                if noise.ndim != 2:
                    raise ValueError("two axes")
                u, _, v = torch.linalg.svd(noise, full_matrices=False)
                return u @ v
            """,
        ),
        Answer(
            "in-place",
            "orthogonalizes the columns of the matrix that it is given",
            """
            def orthogonal(noise):
                if noise.ndim != 2:
                    raise ValueError("two axes")
                q = noise if noise.shape[0] >= noise.shape[1] else noise.T
                for j in range(q.shape[1]):
                    for _ in range(2):
                        q[:, j] -= q[:, :j] @ (q[:, :j].T @ q[:, j])
                    q[:, j] /= q[:, j].norm()
                return noise
            """,
            loses="rules",
        ),
    ),
    right=(
        Answer(
            "gram-schmidt",
            "column by column, each freed of those before, twice",
            """
            def orthogonal(noise):
                if noise.dim() != 2:
                    raise ValueError("noise must be a matrix")
                if noise.size(0) < noise.size(1):
                    return orthogonal(noise.t()).t()
                basis = []
                for column in noise.t().double():
                    for q in basis + basis:
                        column = column - torch.dot(q, column) * q
                    basis.append(column / torch.linalg.norm(column))
                return torch.stack(basis).t().to(noise.dtype)
            """,
        ),
        Answer(
            "cholesky",
            "R from the Cholesky factor of AᵀA",
            """
            def orthogonal(noise):
                if len(noise.shape) != 2:
                    raise ValueError("noise must be a matrix")
                n_out, n_in = noise.shape
                A = (noise if n_out >= n_in else noise.T).double()
                R = torch.linalg.cholesky(A.T @ A).T
                Q = torch.linalg.solve_triangular(R, A, upper=True, left=False)
                return (Q if n_out >= n_in else Q.T).to(noise.dtype)
            """,
        ),
        Answer(
            "numpy",
            "NumPy's QR",
            """
            import numpy as np

            def orthogonal(noise):
                if noise.ndim != 2:
                    raise ValueError("noise must be a matrix")
                wide = noise.shape[0] < noise.shape[1]
                A = noise.numpy()
                q, r = np.linalg.qr(A.T if wide else A)
                q = q * np.where(np.diag(r) < 0, -1, 1)
                return torch.from_numpy((q.T if wide else q).astype(A.dtype))
            """,
        ),
    ),
)

SCALED = Question(
    "b6-scaled",
    "b6-scaled-idea-test",
    wrong=(
        Answer(
            "old-signal",
            "sends the old signal on to the next layer",
            """
            def scaled_start(weights, x):
                scaled, h = [], x
                for w in weights:
                    z = h @ w.T
                    size = z.square().mean().sqrt()
                    if size == 0:
                        raise ValueError("0")
                    scaled.append(w / size)
                    h = z.relu()
                return scaled
            """,
            loses="idea, arguments",
        ),
        Answer(
            "after-the-relu",
            "measures after the ReLU",
            """
            def scaled_start(weights, x):
                scaled, h = [], x
                for w in weights:
                    h = (h @ w.T).relu()
                    size = h.square().mean().sqrt()
                    if size == 0:
                        raise ValueError("0")
                    scaled.append(w / size)
                    h = h / size
                return scaled
            """,
            loses="idea",
        ),
        Answer(
            "deviation",
            "takes the standard deviation for the root mean square",
            """
            def scaled_start(weights, x):
                scaled, h = [], x
                for w in weights:
                    z = h @ w.T
                    size = z.std(correction=0)
                    if z.square().mean() == 0:
                        raise ValueError("0")
                    scaled.append(w / size)
                    h = (z / size).relu()
                return scaled
            """,
        ),
        Answer(
            "no-relu",
            "leaves out the ReLU",
            """
            def scaled_start(weights, x):
                scaled, h = [], x
                for w in weights:
                    z = h @ w.T
                    size = z.square().mean().sqrt()
                    if size == 0:
                        raise ValueError("0")
                    scaled.append(w / size)
                    h = z / size
                return scaled
            """,
            loses="idea, errors",
        ),
        Answer(
            "in-place",
            "changes the weights that it was given",
            """
            def scaled_start(weights, x):
                h = x
                for w in weights:
                    z = h @ w.T
                    size = z.square().mean().sqrt()
                    if size == 0:
                        raise ValueError("0")
                    w /= size
                    h = (z / size).relu()
                return weights
            """,
            loses="arguments",
        ),
        Answer(
            "infinite",
            "divides by 0 where nothing comes through",
            """
            def scaled_start(weights, x):
                scaled, h = [], x
                for w in weights:
                    z = h @ w.T
                    size = z.square().mean().sqrt()
                    scaled.append(w / size)
                    h = (z / size).relu()
                return scaled
            """,
            loses="errors",
        ),
        Answer(
            "weight-size",
            "divides each weight by its own root mean square",
            """
            def scaled_start(weights, x):
                if any(not w.any() for w in weights):
                    raise ValueError("0")
                return [w / w.square().mean().sqrt() for w in weights]
            """,
        ),
    ),
    right=(
        Answer(
            "new-weight",
            "computes each layer again with its new weight",
            """
            from torch.nn import functional as F

            def scaled_start(weights, x):
                new = []
                for weight in weights:
                    before = F.linear(x, weight)
                    norm = before.norm() / math.sqrt(before.numel())
                    if not norm > 0:
                        raise ValueError("a layer gives only zeros")
                    new.append(weight.clone().div_(norm))
                    x = F.linear(x, new[-1]).clamp(min=0)
                return new
            """,
        ),
        Answer(
            "ratios",
            "ratios of sizes measured with the old weights, since ReLU is homogeneous",
            """
            def scaled_start(weights, x):
                sizes, h = [1.0], x.double()
                for w in weights:
                    z = h @ w.double().T
                    sizes.append(float((z * z).mean()) ** 0.5)
                    if sizes[-1] == 0.0:
                        raise ValueError("nothing comes through")
                    h = torch.relu(z)
                return [w * (sizes[i] / sizes[i + 1]) for i, w in enumerate(weights)]
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, GRADIENT, NORMS, CLIP, DEAD, ORTHOGONAL, SCALED]
