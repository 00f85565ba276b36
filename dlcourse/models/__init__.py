"""The networks that the chapters build, each proved equal to the chapter's own code."""

from dlcourse.models.alexnet import AlexNet
from dlcourse.models.attention import AdditiveAttention, DotProductAttention, masked_softmax
from dlcourse.models.attention_seq2seq import AttentionSeq2Seq, alignment_accuracy
from dlcourse.models.conditional_gan import (
    ConditionalDiscriminator,
    ConditionalGenerator,
    SentenceCode,
    matching_loss,
)
from dlcourse.models.densenet import DenseBlock, DenseNet, Transition, densenet121
from dlcourse.models.diffusion import Diffusion
from dlcourse.models.gan import (
    DCDiscriminator,
    DCGenerator,
    discriminator_loss,
    generator_loss,
)
from dlcourse.models.googlenet import GoogLeNet, Inception
from dlcourse.models.initialize import initialize
from dlcourse.models.lenet import LeNet
from dlcourse.models.lora import LoRALinear, add_lora, merge_lora
from dlcourse.models.mlp import MLP
from dlcourse.models.multihead import MultiHeadAttention, causal_mask, padding_mask
from dlcourse.models.nin import NiN, nin_block
from dlcourse.models.positions import PositionalEncoding, PositionedEmbedding, sinusoids
from dlcourse.models.pretrained import from_torchvision, replace_head
from dlcourse.models.recurrent import RecurrentNet, sample
from dlcourse.models.resnet import BasicBlock, ResNet, resnet18
from dlcourse.models.search import beam_search, greedy_search, translate
from dlcourse.models.seq2seq import GRUEncoder, Seq2Seq
from dlcourse.models.skip_gram import (
    CBOW,
    SkipGram,
    factorize,
    glove_weight,
    noise_distribution,
    positive_pmi,
)
from dlcourse.models.text_classifiers import AveragedVectors, BidirectionalClassifier, TextCNN
from dlcourse.models.transformer import Transformer, TransformerLM
from dlcourse.models.transformer_layers import AddNorm, DecoderLayer, EncoderLayer, FeedForward
from dlcourse.models.vae import VAE, gaussian_kl, reparameterize
from dlcourse.models.vgg import VGG, vgg_block
from dlcourse.models.word_vectors import WordVectors

__all__ = [
    "CBOW",
    "MLP",
    "VAE",
    "VGG",
    "AddNorm",
    "AdditiveAttention",
    "AlexNet",
    "AttentionSeq2Seq",
    "AveragedVectors",
    "BasicBlock",
    "BidirectionalClassifier",
    "ConditionalDiscriminator",
    "ConditionalGenerator",
    "DCDiscriminator",
    "DCGenerator",
    "DecoderLayer",
    "DenseBlock",
    "DenseNet",
    "Diffusion",
    "DotProductAttention",
    "EncoderLayer",
    "FeedForward",
    "GRUEncoder",
    "GoogLeNet",
    "Inception",
    "LeNet",
    "LoRALinear",
    "MultiHeadAttention",
    "NiN",
    "PositionalEncoding",
    "PositionedEmbedding",
    "RecurrentNet",
    "ResNet",
    "SentenceCode",
    "Seq2Seq",
    "SkipGram",
    "TextCNN",
    "Transformer",
    "TransformerLM",
    "Transition",
    "WordVectors",
    "add_lora",
    "alignment_accuracy",
    "beam_search",
    "causal_mask",
    "densenet121",
    "discriminator_loss",
    "factorize",
    "from_torchvision",
    "gaussian_kl",
    "generator_loss",
    "glove_weight",
    "greedy_search",
    "initialize",
    "masked_softmax",
    "matching_loss",
    "merge_lora",
    "nin_block",
    "noise_distribution",
    "padding_mask",
    "positive_pmi",
    "reparameterize",
    "replace_head",
    "resnet18",
    "sample",
    "sinusoids",
    "translate",
    "vgg_block",
]
