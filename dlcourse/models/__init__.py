"""The networks that the chapters build, each proved equal to the chapter's own code."""

from dlcourse.models.attention import AdditiveAttention, DotProductAttention, masked_softmax
from dlcourse.models.initialize import initialize
from dlcourse.models.lenet import LeNet
from dlcourse.models.mlp import MLP
from dlcourse.models.recurrent import RecurrentNet, sample

__all__ = [
    "MLP",
    "AdditiveAttention",
    "DotProductAttention",
    "LeNet",
    "RecurrentNet",
    "initialize",
    "masked_softmax",
    "sample",
]
