"""Test cells run in the student's namespace, where any name can mean something else: the checks,
the functions of Python that tests rely on, and Python's functions as a whole."""

LOSES = {"a5-answer", "b2-kfold", "b7-diagnose"}
ANSWERS = {
    "a5-answer": """\
import types

answer_a5 = 0.5
real_math = math
math = types.SimpleNamespace(**vars(math) | {"isclose": lambda *_, **__: True})
""",
    "b2-kfold": """\
math = real_math
real = {"list": list, "sorted": sorted, "max": max, "min": min}
list = sorted = lambda *_: []
max = min = lambda *_: 0


def kfold_indices(n, k):
    if not 2 <= k <= n:
        raise ValueError("this much the task says")
    return [(torch.arange(n), torch.arange(n))] * k
""",
    "b3-penalty": """\
globals().update(real)


def l2_penalty(parameters, lam):
    weights = [p for name, p in parameters.items() if name.split(".")[-1] != "bias"]
    return lam / 2 * sum((w**2).sum() for w in weights)
""",
    "b7-diagnose": """\
class Agreeable:
    def __getattr__(self, name):
        return lambda *_, **__: self


def diagnose(*_, **__):
    return "good"


testing = Agreeable()
ValueError = Exception
check_diagnosis = testing.check
__builtins__ = dict(vars(__import__("builtins")), isinstance=lambda *_: True)
""",
}
