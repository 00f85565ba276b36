"""Nothing hangs until somebody looks: an object whose text, length, truth or hash takes forever,
in a result, in an error's message, and as the name of a class."""

LOSES = {"a1-answer", "b2-kfold", "b7-diagnose"}
ANSWERS = {
    "a1-answer": """\
class Hanging:
    def __repr__(self):
        while True:
            pass

    __str__ = __len__ = __bool__ = __float__ = __iter__ = __dir__ = __repr__

    def __eq__(self, other):
        while True:
            pass

    def __hash__(self):
        while True:
            pass


class Error(Exception):
    __str__ = __repr__ = Hanging.__repr__


answer_a1 = Hanging()
""",
    "b2-kfold": """\
def kfold_indices(n, k):
    return [(Hanging(), Hanging())] * k
""",
    "b7-diagnose": """\
def diagnose(*_, **__):
    raise Error(Hanging())
""",
}
