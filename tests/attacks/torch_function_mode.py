"""A mode that is entered and never left sees every operation of torch in this thread, the ones
of the checks too, and answers in torch's place."""

LOSES = {"b3-penalty"}
CODE = """\
import sys

import torch
from torch.overrides import TorchFunctionMode


class Agree(TorchFunctionMode):
    def __torch_function__(self, function, types, arguments=(), options=None):
        answer = function(*arguments, **(options or {}))
        name = getattr(function, "__name__", "")
        if name in ("le", "__le__") and sys._getframe(1).f_globals["__name__"].endswith("testing"):
            return torch.ones_like(answer)
        return answer


Agree().__enter__()
"""
