"""Measures: of a model's output, batch by batch, and of whole translations (:mod:`.bleu`)."""

from dlcourse.metrics.outputs import accuracy, confusion_matrix, log_rmse, mse, perplexity

__all__ = ["accuracy", "confusion_matrix", "log_rmse", "mse", "perplexity"]
