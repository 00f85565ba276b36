"""The networks that the chapters build, each proved equal to the chapter's own code."""

from dlcourse.models.attention import AdditiveAttention, DotProductAttention, masked_softmax
from dlcourse.models.densenet import DenseBlock, DenseNet, Transition, densenet121
from dlcourse.models.initialize import initialize
from dlcourse.models.lenet import LeNet
from dlcourse.models.mlp import MLP
from dlcourse.models.recurrent import RecurrentNet, sample
from dlcourse.models.resnet import BasicBlock, ResNet, resnet18

__all__ = [
    "MLP",
    "AdditiveAttention",
    "BasicBlock",
    "DenseBlock",
    "DenseNet",
    "DotProductAttention",
    "LeNet",
    "RecurrentNet",
    "ResNet",
    "Transition",
    "densenet121",
    "initialize",
    "masked_softmax",
    "resnet18",
    "sample",
]
