"""Data sets that live whole on a device, and the loader that cuts them into batches."""

from dlcourse.datasets.contexts import context_pairs, number_words, subsample
from dlcourse.datasets.docstrings import DocParagraph, docstrings, words_of
from dlcourse.datasets.fashion_mnist import FashionMNIST
from dlcourse.datasets.glove import glove
from dlcourse.datasets.house_prices import ames_houses, kaggle_houses, write_submission
from dlcourse.datasets.idx import read_idx
from dlcourse.datasets.images import ImageDataset, with_noisy_labels
from dlcourse.datasets.letters import PrintedLetters
from dlcourse.datasets.loader import TensorLoader
from dlcourse.datasets.mnist5k import MNIST5k
from dlcourse.datasets.pairs import Pair, detokenize, split_pairs, tokenize
from dlcourse.datasets.photo import photo
from dlcourse.datasets.phrasebook import phrasebook
from dlcourse.datasets.registry import DatasetStatus, available, load
from dlcourse.datasets.split import k_fold, random_split
from dlcourse.datasets.subwords import BytePairEncoding
from dlcourse.datasets.synthetic import PolynomialDataset, polynomial, polynomial_features
from dlcourse.datasets.tatoeba import tatoeba_pairs
from dlcourse.datasets.text import python_docs, time_machine
from dlcourse.datasets.translation import PooledLoader, TranslationDataset
from dlcourse.datasets.vocabulary import Vocabulary
from dlcourse.datasets.windows import RandomWindows, SequentialWindows

__all__ = [
    "BytePairEncoding",
    "DatasetStatus",
    "DocParagraph",
    "FashionMNIST",
    "ImageDataset",
    "MNIST5k",
    "Pair",
    "PolynomialDataset",
    "PooledLoader",
    "PrintedLetters",
    "RandomWindows",
    "SequentialWindows",
    "TensorLoader",
    "TranslationDataset",
    "Vocabulary",
    "ames_houses",
    "available",
    "context_pairs",
    "detokenize",
    "docstrings",
    "glove",
    "k_fold",
    "kaggle_houses",
    "load",
    "number_words",
    "photo",
    "phrasebook",
    "polynomial",
    "polynomial_features",
    "python_docs",
    "random_split",
    "read_idx",
    "split_pairs",
    "subsample",
    "tatoeba_pairs",
    "time_machine",
    "tokenize",
    "with_noisy_labels",
    "words_of",
    "write_submission",
]
