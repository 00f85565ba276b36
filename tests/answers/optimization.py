"""Answers to the exercise ``optimization``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "b",
        {
            "a": "counts the curvatures in place of looking at their signs",
            "c": "takes small curvatures for none",
            "d": "does not trust the Hessian where it decides",
        },
    ),
    number(
        2,
        right={"0.4": "a decimal", "2 * (1 / 5)": "twice the inverse"},
        wrong={
            "10": "takes the smallest curvature",
            "1 / 5": "takes the rate that arrives in one step for the largest",
            "2 / (5 + 0.2)": "the best rate, not the limit",
        },
    ),
    number(
        3,
        right={"0.9": "a decimal", "(9.5 - 0.5) / (9.5 + 0.5)": "with the curvatures themselves"},
        wrong={
            "19": "the condition number itself",
            "18 / 19": "1 less the inverse of the condition number",
            "(19**0.5 - 1) / (19**0.5 + 1)": "the factor with momentum",
        },
    ),
    choice(
        4,
        "a",
        {
            "b": "takes the variance for the distance",
            "c": "takes an estimate that is right on average for an exact one",
            "d": "believes that noise adds up and is not averaged",
        },
    ),
    choice(
        5,
        "d",
        {
            "a": "believes that the steps of SGD shrink by themselves",
            "b": "takes velocity for friction",
            "c": "believes that Adam's steps shrink where gradients stay the same",
        },
    ),
    number(
        6,
        right={
            "1e-3": "in powers of ten",
            "-0.001 * (-0.02 / abs(-0.02))": "the rate times minus the sign of the gradient",
        },
        wrong={
            "-0.001": "steps uphill",
            "0.001 * 0.02": "the step of SGD",
            "0.001 * 0.1 / 0.001**0.5": "forgets the corrections",
            "0.0001": "corrects the average of squares only",
        },
    ),
    choice(
        7,
        "c",
        {
            "a": "does not know that decay and penalty agree for SGD",
            "b": "does not know what becomes of a penalty's gradient in Adam",
            "d": "does not know what AdamW decouples",
        },
    ),
    choice(
        8,
        "b",
        {
            "a": "compares at one learning rate",
            "c": "takes any lower score for overfitting",
            "d": "throws away what was measured",
        },
    ),
]

MOMENTUM = Question(
    "b1-momentum",
    "b1-momentum-idea-test",
    wrong=(
        Answer(
            "old-velocity",
            "steps with the velocity from before",
            """
            def momentum_step(w, g, v, rate, beta, nesterov=False):
                new = beta * v + g
                return w - rate * (g + beta * v if nesterov else v), new
            """,
        ),
        Answer(
            "average",
            "takes an average in place of the sum",
            """
            def momentum_step(w, g, v, rate, beta, nesterov=False):
                v = beta * v + (1 - beta) * g
                return w - rate * (g + beta * v if nesterov else v), v
            """,
        ),
        Answer(
            "no-nesterov",
            "ignores the argument",
            """
            def momentum_step(w, g, v, rate, beta, nesterov=False):
                v = beta * v + g
                return w - rate * v, v
            """,
            loses="nesterov",
        ),
        Answer(
            "in-place",
            "changes what it is given",
            """
            def momentum_step(w, g, v, rate, beta, nesterov=False):
                v *= beta
                v += g
                w -= rate * (g + beta * v if nesterov else v)
                return w, v
            """,
            loses="arguments",
        ),
        Answer(
            "nesterov-by-default",
            "steps as Nesterov does where nothing is said",
            """
            def momentum_step(w, g, v, rate, beta, nesterov=True):
                v = beta * v + g
                return w - rate * (g + beta * v if nesterov else v), v
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "two-cases",
            "case by case",
            """
            def momentum_step(w, g, v, rate, beta, nesterov=False):
                velocity = torch.add(g, v, alpha=beta)
                if nesterov:
                    direction = torch.add(g, velocity, alpha=beta)
                else:
                    direction = velocity
                return torch.sub(w, direction, alpha=rate), velocity
            """,
        ),
        Answer(
            "copies",
            "on copies, in place",
            """
            def momentum_step(w, g, v, rate, beta, nesterov=False):
                w, v = w.clone(), v.clone()
                v.mul_(beta).add_(g)
                w.sub_(rate * (g.add(beta * v) if nesterov else v))
                return [w, v]
            """,
        ),
    ),
)

ADAM = Question(
    "b2-adam",
    "b2-adam-idea-test",
    wrong=(
        Answer(
            "unrepaired",
            "copies what was written in a hurry",
            """
            def adam_step(w, g, state, rate, beta1=0.9, beta2=0.999, eps=1e-8):
                if not state:
                    state.update(t=0, m=torch.zeros_like(w), s=torch.zeros_like(w))
                t = state["t"] + 1
                m = beta1 * state["m"] + (1 - beta1) * g
                s = beta2 * state["s"] + (1 - beta1) * g * g
                step = m / (1 - beta1**t) / (s / (1 - beta2) + eps).sqrt()
                state.update(t=t, m=m, s=s)
                return w - rate * step, state
            """,
        ),
        Answer(
            "first-correction-kept",
            "corrects the average of squares in each step as in the first",
            """
            def adam_step(w, g, state, rate, beta1=0.9, beta2=0.999, eps=1e-8):
                t = state.get("t", 0) + 1
                m = beta1 * state.get("m", 0) + (1 - beta1) * g
                s = beta2 * state.get("s", 0) + (1 - beta2) * g * g
                step = m / (1 - beta1**t) / ((s / (1 - beta2)).sqrt() + eps)
                return w - rate * step, {"t": t, "m": m, "s": s}
            """,
            loses="idea",
        ),
        Answer(
            "no-correction",
            "forgets that the averages start at zero",
            """
            def adam_step(w, g, state, rate, beta1=0.9, beta2=0.999, eps=1e-8):
                t = state.get("t", 0) + 1
                m = beta1 * state.get("m", 0) + (1 - beta1) * g
                s = beta2 * state.get("s", 0) + (1 - beta2) * g * g
                return w - rate * m / (s.sqrt() + eps), {"t": t, "m": m, "s": s}
            """,
            loses="idea, eps",
        ),
        Answer(
            "late-count",
            "corrects with the number of steps before this one",
            """
            def adam_step(w, g, state, rate, beta1=0.9, beta2=0.999, eps=1e-8):
                t = state.get("t", 0)
                m = beta1 * state.get("m", 0) + (1 - beta1) * g
                s = beta2 * state.get("s", 0) + (1 - beta2) * g * g
                k = max(t, 1)
                step = m / (1 - beta1**k) / ((s / (1 - beta2**k)).sqrt() + eps)
                return w - rate * step, {"t": t + 1, "m": m, "s": s}
            """,
            loses="idea",
        ),
        Answer(
            "corrected-kept",
            "keeps the corrected averages as the state",
            """
            def adam_step(w, g, state, rate, beta1=0.9, beta2=0.999, eps=1e-8):
                t = state.get("t", 0) + 1
                m = (beta1 * state.get("m", 0) + (1 - beta1) * g) / (1 - beta1**t)
                s = (beta2 * state.get("s", 0) + (1 - beta2) * g * g) / (1 - beta2**t)
                return w - rate * m / (s.sqrt() + eps), {"t": t, "m": m, "s": s}
            """,
            loses="idea, state",
        ),
        Answer(
            "same-dict",
            "changes the state that it is given",
            """
            def adam_step(w, g, state, rate, beta1=0.9, beta2=0.999, eps=1e-8):
                state["t"] = t = state.get("t", 0) + 1
                state["m"] = m = beta1 * state.get("m", 0) + (1 - beta1) * g
                state["s"] = s = beta2 * state.get("s", 0) + (1 - beta2) * g * g
                step = m / (1 - beta1**t) / ((s / (1 - beta2**t)).sqrt() + eps)
                return w - rate * step, state
            """,
            loses="arguments",
        ),
        Answer(
            "eps-inside",
            "adds eps under the root",
            """
            def adam_step(w, g, state, rate, beta1=0.9, beta2=0.999, eps=1e-8):
                t = state.get("t", 0) + 1
                m = beta1 * state.get("m", 0) + (1 - beta1) * g
                s = beta2 * state.get("s", 0) + (1 - beta2) * g * g
                step = m / (1 - beta1**t) / (s / (1 - beta2**t) + eps).sqrt()
                return w - rate * step, {"t": t, "m": m, "s": s}
            """,
            loses="eps",
        ),
        Answer(
            "larger-eps",
            "adds 1e-6 where no eps is given",
            """
            def adam_step(w, g, state, rate, beta1=0.9, beta2=0.999, eps=1e-6):
                t = state.get("t", 0) + 1
                m = beta1 * state.get("m", 0 * w) + (1 - beta1) * g
                s = beta2 * state.get("s", 0 * w) + (1 - beta2) * g * g
                step = (m / (1 - beta1**t)) / ((s / (1 - beta2**t)).sqrt() + eps)
                return w - rate * step, {"t": t, "m": m, "s": s}
            """,
            loses="eps",
        ),
        Answer(
            "fills-an-empty-state",
            "fills the empty dict that it is given",
            """
            def adam_step(w, g, state, rate, beta1=0.9, beta2=0.999, eps=1e-8):
                if not state:
                    state.update(t=0, m=torch.zeros_like(w), s=torch.zeros_like(w))
                t = state["t"] + 1
                m = beta1 * state["m"] + (1 - beta1) * g
                s = beta2 * state["s"] + (1 - beta2) * g * g
                step = (m / (1 - beta1**t)) / ((s / (1 - beta2**t)).sqrt() + eps)
                return w - rate * step, {"t": t, "m": m, "s": s}
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "torch-form",
            "the corrections moved into the rate and eps, as torch does it",
            """
            def adam_step(w, g, state, rate, beta1=0.9, beta2=0.999, eps=1e-8):
                new = {"t": 1, "m": g * (1 - beta1), "s": g.square() * (1 - beta2)}
                if state:
                    new["t"] = state["t"] + 1
                    new["m"] = new["m"] + state["m"] * beta1
                    new["s"] = new["s"] + state["s"] * beta2
                size = rate / (1 - beta1 ** new["t"])
                root = new["s"].sqrt() / math.sqrt(1 - beta2 ** new["t"]) + eps
                return w - size * new["m"] / root, new
            """,
        ),
        Answer(
            "lerp",
            "averages by lerp",
            """
            def adam_step(w, g, state, rate, beta1=0.9, beta2=0.999, eps=1e-8):
                zero = torch.zeros_like(w)
                t = 1 + state.get("t", 0)
                m = torch.lerp(g, state.get("m", zero), beta1)
                s = torch.lerp(g * g, state.get("s", zero), beta2)
                bias1, bias2 = 1 - beta1**t, 1 - beta2**t
                return w - rate * (m / bias1) / (torch.sqrt(s / bias2) + eps), dict(t=t, m=m, s=s)
            """,
        ),
    ),
)

ADAGRAD = Question(
    "b3-adagrad",
    "b3-adagrad-idea-test",
    wrong=(
        Answer(
            "in-place",
            "adds to the sum that it is given",
            """
            def adaptive_step(w, g, s, rate, alpha=None, eps=1e-10):
                if alpha is None:
                    s += g * g
                else:
                    s.mul_(alpha).add_((1 - alpha) * g * g)
                return w - rate * g / (s.sqrt() + eps), s
            """,
            loses="arguments",
        ),
        Answer(
            "old-sum",
            "divides by the s from before",
            """
            def adaptive_step(w, g, s, rate, alpha=None, eps=1e-10):
                new = s + g * g if alpha is None else alpha * s + (1 - alpha) * g * g
                return w - rate * g / (s.sqrt() + eps), new
            """,
        ),
        Answer(
            "no-root",
            "forgets the root",
            """
            def adaptive_step(w, g, s, rate, alpha=None, eps=1e-10):
                s = s + g * g if alpha is None else alpha * s + (1 - alpha) * g * g
                return w - rate * g / (s + eps), s
            """,
        ),
        Answer(
            "eps-inside",
            "adds eps under the root",
            """
            def adaptive_step(w, g, s, rate, alpha=None, eps=1e-10):
                s = s + g * g if alpha is None else alpha * s + (1 - alpha) * g * g
                return w - rate * g / (s + eps).sqrt(), s
            """,
            loses="edges",
        ),
        Answer(
            "sum-of-sizes",
            "adds up sizes in place of squares",
            """
            def adaptive_step(w, g, s, rate, alpha=None, eps=1e-10):
                a, b = (1, 1) if alpha is None else (alpha, 1 - alpha)
                s = a * s + b * g.abs()
                return w - rate * g / (s.sqrt() + eps), s
            """,
        ),
        Answer(
            "always-a-sum",
            "forgets that RMSprop forgets",
            """
            def adaptive_step(w, g, s, rate, alpha=None, eps=1e-10):
                s = s + g * g if alpha is None else alpha * s + g * g
                return w - rate * g / (s.sqrt() + eps), s
            """,
            loses="average",
        ),
        Answer(
            "zero-is-none",
            "takes an alpha of 0 for none",
            """
            def adaptive_step(w, g, s, rate, alpha=None, eps=1e-10):
                s = alpha * s + (1 - alpha) * g * g if alpha else s + g * g
                return w - rate * g / (s.sqrt() + eps), s
            """,
            loses="edges",
        ),
        Answer(
            "larger-eps",
            "adds 1e-8 where no eps is given",
            """
            def adaptive_step(w, g, s, rate, alpha=None, eps=1e-8):
                s = s + g * g if alpha is None else alpha * s + (1 - alpha) * g * g
                return w - rate * g / (s.sqrt() + eps), s
            """,
            loses="edges",
        ),
    ),
    right=(
        Answer(
            "addcmul",
            "by torch's fused operations",
            """
            def adaptive_step(w, g, s, rate, alpha=None, eps=1e-10):
                if alpha is None:
                    total = torch.addcmul(s, g, g)
                else:
                    total = torch.lerp(g * g, s, alpha)
                return torch.addcdiv(w, g, total.sqrt() + eps, value=-rate), total
            """,
        ),
        Answer(
            "power",
            "by powers",
            """
            def adaptive_step(w, g, s, rate, alpha=None, eps=1e-10):
                keep, add = (1, 1) if alpha is None else (alpha, 1 - alpha)
                new = keep * s + add * g**2
                step = g / (new**0.5 + eps)
                return w - step * rate, new
            """,
        ),
    ),
)

SCHEDULE = Question(
    "b4-schedule",
    "b4-schedule-cosine-test",
    wrong=(
        Answer(
            "whole-cosine",
            "lets the cosine go over the whole run",
            """
            def learning_rate(step, steps, rate, warm=0):
                if not (0 <= step < steps and 0 <= warm < steps):
                    raise ValueError("out of range")
                if step < warm:
                    return rate * (step + 1) / warm
                return rate * (1 + math.cos(math.pi * step / steps)) / 2
            """,
            loses="cosine",
        ),
        Answer(
            "from-zero",
            "begins the warm-up with a rate of 0",
            """
            def learning_rate(step, steps, rate, warm=0):
                if not (0 <= step < steps and 0 <= warm < steps):
                    raise ValueError("out of range")
                if step < warm:
                    return rate * step / warm
                return rate * (1 + math.cos(math.pi * (step - warm) / (steps - warm))) / 2
            """,
            loses="warm",
        ),
        Answer(
            "reaches-zero",
            "reaches 0 at the last step already",
            """
            def learning_rate(step, steps, rate, warm=0):
                if not (0 <= step < steps and 0 <= warm < steps):
                    raise ValueError("out of range")
                if step < warm:
                    return rate * (step + 1) / warm
                rest = max(1, steps - warm - 1)
                return rate * (1 + math.cos(math.pi * (step - warm) / rest)) / 2
            """,
            loses="cosine, default",
        ),
        Answer(
            "no-check",
            "goes on beyond the end",
            """
            def learning_rate(step, steps, rate, warm=0):
                if step < warm:
                    return rate * (step + 1) / warm
                return rate * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm))) / 2
            """,
            loses="errors",
        ),
        Answer(
            "warm-by-default",
            "warms up for a step where nothing is said",
            """
            def learning_rate(step, steps, rate, warm=1):
                if not (0 <= step < steps and 0 <= warm < steps):
                    if not (steps == 1 and step == 0 and warm <= 1):
                        raise ValueError("range")
                    return rate
                if step < warm:
                    return rate * (step + 1) / warm
                return rate * (1 + math.cos(math.pi * (step - warm) / (steps - warm))) / 2
            """,
            loses="default",
        ),
    ),
    right=(
        Answer(
            "sine",
            "half a wave as the square of a cosine",
            """
            def learning_rate(step, steps, rate, warm=0):
                if step < 0 or step >= steps:
                    raise ValueError(f"no step {step} in a run of {steps}")
                if warm < 0 or warm >= steps:
                    raise ValueError(f"a warm-up of {warm} steps in a run of {steps}")
                if step + 1 <= warm:
                    return rate / warm * (step + 1)
                part = (step - warm) / (steps - warm)
                return rate * math.cos(math.pi * part / 2) ** 2
            """,
        ),
        Answer(
            "tensor",
            "with a tensor",
            """
            def learning_rate(step, steps, rate, warm=0):
                if step not in range(steps) or warm not in range(steps):
                    raise ValueError("out of range")
                if step < warm:
                    return torch.linspace(rate / warm, rate, warm, dtype=torch.float64)[step]
                angle = torch.tensor(math.pi * (step - warm) / (steps - warm), dtype=torch.float64)
                return rate * (1 + torch.cos(angle)) / 2
            """,
        ),
    ),
)

STABLE = Question(
    "b5-stable",
    "b5-stable-condition-test",
    wrong=(
        Answer(
            "one-over",
            "gives the rate that arrives in one step",
            """
            def condition_and_limit(H):
                if not torch.allclose(H, H.T) or torch.linalg.eigvalsh(H).min() <= 0:
                    raise ValueError("not positive definite")
                e = torch.linalg.eigvalsh(H)
                return (e[-1] / e[0]).item(), (1 / e[-1]).item()
            """,
            loses="limit",
        ),
        Answer(
            "smallest",
            "lets the flattest direction decide",
            """
            def condition_and_limit(H):
                if not torch.allclose(H, H.T) or torch.linalg.eigvalsh(H).min() <= 0:
                    raise ValueError("not positive definite")
                e = torch.linalg.eigvalsh(H)
                return (e[-1] / e[0]).item(), (2 / e[0]).item()
            """,
            loses="limit",
        ),
        Answer(
            "diagonal",
            "reads the curvatures off the diagonal",
            """
            def condition_and_limit(H):
                if not torch.allclose(H, H.T) or torch.linalg.eigvalsh(H).min() <= 0:
                    raise ValueError("not positive definite")
                d = H.diagonal()
                return (d.max() / d.min()).item(), (2 / d.max()).item()
            """,
            loses="condition, limit, arguments",
        ),
        Answer(
            "no-check",
            "takes any matrix",
            """
            def condition_and_limit(H):
                e = torch.linalg.eigvalsh(H)
                return (e[-1] / e[0]).item(), (2 / e[-1]).item()
            """,
            loses="errors",
        ),
        Answer(
            "half-check",
            "looks at the curvatures, not at the symmetry",
            """
            def condition_and_limit(H):
                e = torch.linalg.eigvalsh(H)
                if e[0] <= 0:
                    raise ValueError("not positive definite")
                return (e[-1] / e[0]).item(), (2 / e[-1]).item()
            """,
            loses="errors",
        ),
        Answer(
            "symmetrized-in-place",
            "makes the matrix that it is given symmetric",
            """
            def condition_and_limit(H):
                if not torch.allclose(H, H.T):
                    raise ValueError("not symmetric")
                H += H.T.clone()
                values = torch.linalg.eigvalsh(H)
                if values[0] <= 0:
                    raise ValueError("not positive definite")
                return (values[-1] / values[0]).item(), (4 / values[-1]).item()
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "cond",
            "by the condition number and the norm that torch has",
            """
            def condition_and_limit(H):
                symmetric = torch.allclose(H, H.mT, rtol=1e-6, atol=1e-9)
                if not symmetric or torch.linalg.cholesky_ex(H).info != 0:
                    raise ValueError("H must be symmetric and positive definite")
                return float(torch.linalg.cond(H)), 2 / float(torch.linalg.matrix_norm(H, 2))
            """,
        ),
        Answer(
            "svd",
            "by singular values, which are the eigenvalues here",
            """
            def condition_and_limit(H):
                if (H - H.T).abs().max() > 1e-8 * H.abs().max():
                    raise ValueError("not symmetric")
                smallest = torch.linalg.eigh(H).eigenvalues.min()
                if not smallest > 0:
                    raise ValueError("a direction without upward curvature")
                values = torch.linalg.svdvals(H)
                return values[0] / values[-1], 2 / values[0]
            """,
        ),
    ),
)

SEARCH = Question(
    "b6-search",
    "b6-search-idea-test",
    wrong=(
        Answer(
            "uniform",
            "draws values, not logarithms, uniformly",
            """
            def search(f, low, high, tries, seed):
                if not 0 < low < high:
                    raise ValueError("no range")
                parts = [i / (tries - 1) for i in range(tries)]
                if seed is not None:
                    g = torch.Generator().manual_seed(seed)
                    parts = torch.rand(tries, generator=g).tolist()
                values = [low + (high - low) * part for part in parts]
                found = [(f(v), v) for v in values]
                found = [(r, v) for r, v in found if math.isfinite(r)]
                if not found:
                    raise ValueError("all exploded")
                result, value = min(found)
                return value, result
            """,
            loses="idea, grid",
        ),
        Answer(
            "nan-wins",
            "compares results that may be NaN",
            """
            def search(f, low, high, tries, seed):
                if not 0 < low < high:
                    raise ValueError("no range")
                g = torch.Generator().manual_seed(seed or 0)
                best, result = None, math.inf
                for i in range(tries):
                    part = torch.rand((), generator=g).item()
                    if seed is None:
                        part = i / (tries - 1)
                    v = math.exp(math.log(low) + math.log(high / low) * part)
                    r = f(v)
                    if not r >= result:
                        best, result = v, r
                if best is None:
                    raise ValueError("all exploded")
                return best, result
            """,
            loses="explosions",
        ),
        Answer(
            "unseeded",
            "draws from the global generator and forgets the seed",
            """
            def search(f, low, high, tries, seed):
                if not 0 < low < high:
                    raise ValueError("no range")
                parts = [i / (tries - 1) for i in range(tries)]
                if seed is not None:
                    parts = torch.rand(tries).tolist()
                values = [low * (high / low) ** part for part in parts]
                found = [(f(v), v) for v in values]
                found = [(r, v) for r, v in found if math.isfinite(r)]
                if not found:
                    raise ValueError("all exploded")
                result, value = min(found)
                return value, result
            """,
            loses="idea",
        ),
        Answer(
            "swapped",
            "returns the result first",
            """
            def search(f, low, high, tries, seed):
                if not 0 < low < high:
                    raise ValueError("no range")
                parts = [i / (tries - 1) for i in range(tries)]
                if seed is not None:
                    g = torch.Generator().manual_seed(seed)
                    parts = torch.rand(tries, generator=g).tolist()
                values = [low * (high / low) ** part for part in parts]
                found = [(f(v), v) for v in values]
                found = [(r, v) for r, v in found if math.isfinite(r)]
                if not found:
                    raise ValueError("all exploded")
                return min(found)
            """,
        ),
        Answer(
            "no-range-check",
            "takes any range",
            """
            def search(f, low, high, tries, seed):
                parts = [i / (tries - 1) for i in range(tries)]
                if seed is not None:
                    g = torch.Generator().manual_seed(seed)
                    parts = torch.rand(tries, generator=g).tolist()
                values = [abs(low) * abs(high / (low or 1)) ** part for part in parts]
                found = [(f(v), v) for v in values]
                found = [(r, v) for r, v in found if math.isfinite(r)]
                if not found:
                    raise ValueError("all exploded")
                result, value = min(found)
                return value, result
            """,
            loses="errors",
        ),
        Answer(
            "grid-without-its-end",
            "divides by the number of values, so that the grid stops before its end",
            """
            def search(f, low, high, tries, seed):
                if not 0 < low < high:
                    raise ValueError("no range")
                parts = [i / tries for i in range(tries)]
                if seed is not None:
                    g = torch.Generator().manual_seed(seed)
                    parts = torch.rand(tries, generator=g).tolist()
                values = [low * (high / low) ** part for part in parts]
                found = [(f(v), v) for v in values]
                found = [(r, v) for r, v in found if math.isfinite(r)]
                if not found:
                    raise ValueError("all exploded")
                result, value = min(found)
                return value, result
            """,
            loses="grid",
        ),
        Answer(
            "even-grid",
            "spaces the values of the grid evenly, not their logarithms",
            """
            def search(f, low, high, tries, seed):
                if not 0 < low < high:
                    raise ValueError("no range")
                values = [low + (high - low) * i / (tries - 1) for i in range(tries)]
                if seed is not None:
                    g = torch.Generator().manual_seed(seed)
                    parts = torch.rand(tries, generator=g).tolist()
                    values = [low * (high / low) ** part for part in parts]
                found = [(f(v), v) for v in values]
                found = [(r, v) for r, v in found if math.isfinite(r)]
                if not found:
                    raise ValueError("all exploded")
                result, value = min(found)
                return value, result
            """,
            loses="grid",
        ),
        Answer(
            "zero-is-no-seed",
            "takes a seed of 0 for none",
            """
            def search(f, low, high, tries, seed):
                if not 0 < low < high:
                    raise ValueError("range")
                if seed:
                    generator = torch.Generator().manual_seed(seed)
                    parts = torch.rand(tries, generator=generator, dtype=torch.float64).tolist()
                else:
                    parts = [place / (tries - 1) for place in range(tries)]
                values = [low * (high / low) ** part for part in parts]
                found = [(f(value), value) for value in values]
                result, value = min(pair for pair in found if math.isfinite(pair[0]))
                return value, result
            """,
            loses="grid",
        ),
    ),
    right=(
        Answer(
            "python-random",
            "by Python's own generator",
            """
            import random


            def search(f, low, high, tries, seed):
                if low <= 0 or high <= low:
                    raise ValueError(f"not a range: {low} to {high}")
                draw = random.Random(seed)
                best, a, b = None, math.log(low), math.log(high)
                for i in range(tries):
                    log = draw.uniform(a, b) if seed is not None else a + (b - a) * i / (tries - 1)
                    value = math.exp(log)
                    result = f(value)
                    if not math.isfinite(result):
                        continue
                    if best is None or result < best[1]:
                        best = value, result
                if best is None:
                    raise ValueError("every try exploded")
                return best
            """,
        ),
        Answer(
            "all-at-once",
            "draws all logarithms at once",
            """
            def search(f, low, high, tries, seed):
                if not (low > 0 and high > low):
                    raise ValueError("need 0 < low < high")
                a, b = math.log(low), math.log(high)
                if seed is None:
                    logs = torch.linspace(a, b, tries, dtype=torch.float64)
                else:
                    g = torch.Generator()
                    g.manual_seed(seed)
                    logs = torch.empty(tries, dtype=torch.float64).uniform_(a, b, generator=g)
                values = logs.exp().tolist()
                results = [f(v) for v in values]
                kept = [i for i, r in enumerate(results) if r - r == 0]
                if len(kept) == 0:
                    raise ValueError("nothing finite")
                i = min(kept, key=lambda i: results[i])
                return values[i], results[i]
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, MOMENTUM, ADAM, ADAGRAD, SCHEDULE, STABLE, SEARCH]
