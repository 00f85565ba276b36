"""Training a network: `fit`, `evaluate`, early stopping, checkpoints and the history they report.

`fit` itself is short and stands in ``loop.py``; what it leans on is in the modules beside it.
"""

from dlcourse.training.distributed import join_processes
from dlcourse.training.early_stopping import EarlyStopping
from dlcourse.training.freezing import freeze, is_frozen, training_mode, unfreeze
from dlcourse.training.groups import rates_by_depth, two_groups
from dlcourse.training.history import History
from dlcourse.training.loop import evaluate, fit
from dlcourse.training.parts import NonFiniteLossError
from dlcourse.training.race import Run, race

__all__ = [
    "EarlyStopping",
    "History",
    "NonFiniteLossError",
    "Run",
    "evaluate",
    "fit",
    "freeze",
    "is_frozen",
    "join_processes",
    "race",
    "rates_by_depth",
    "training_mode",
    "two_groups",
    "unfreeze",
]
