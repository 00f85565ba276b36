"""Measures: of a model's output, of made examples, and of whole translations (:mod:`.bleu`)."""

from dlcourse.metrics.outputs import accuracy, confusion_matrix, log_rmse, mse, perplexity
from dlcourse.metrics.samples import coverage, frechet_distance

__all__ = [
    "accuracy",
    "confusion_matrix",
    "coverage",
    "frechet_distance",
    "log_rmse",
    "mse",
    "perplexity",
]
