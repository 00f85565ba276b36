"""No attack: a global variable as large as you like may have the name of a local one of a test. It
is not asked for. An answer that is too large spoils itself alone."""

LOSES = {"a6-answer"}
CODE = """\
import torch

losses = list(range(2_100_000))
x = torch.zeros(30_000_000)
seed = name = generator = call = expected = hint = [x, x]
"""
ANSWERS = {"a6-answer": "answer_a6 = list(range(2_100_000))"}
