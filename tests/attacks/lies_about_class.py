"""isinstance believes what an object says of its own class. This one is a Tensor when asked, and
does arithmetic like none."""

LOSES = {"b3-penalty"}
ANSWERS = {
    "b3-penalty": """\
class Liar:
    __class__ = property(lambda self: Tensor)
    shape, ndim, requires_grad = (), 0, False

    def __init__(self, dtype):
        self.dtype = dtype

    def __getattr__(self, name):
        return lambda *_, **__: self

    def __le__(self, other):
        return torch.tensor(True)

    def __sub__(self, other):
        return self

    @classmethod
    def __torch_function__(cls, *_, **__):
        return torch.tensor(True)

    def is_complex(self):
        return False


def l2_penalty(parameters, lam):
    return Liar(parameters[list(parameters)[0]].dtype)
"""
}
