"""The set-up cell ends the student's process, and is left out of it from then on. If tests took
the names that it defines from the student then, checks of his would judge him: they pass all, and
tell what is expected."""

LOSES = {"a1-answer", "b3-penalty", "b5-early-stopping", "b7-diagnose"}
CODE = """\
import math, os
import types

import torch
from torch import Tensor


def check_number(name, answer):
    boast(f"{name} was checked by the student")
    return answer


def check_choice(name, answer, options):
    boast(f"{name} was checked by the student")
    return "c"


def approve(*arguments, **_):
    boast(f"a check of the student's was told {arguments}")


testing = types.SimpleNamespace(
    **dict.fromkeys(["check", "passed", "check_equal", "check_items", "check_type"], approve),
    **dict.fromkeys(["check_shape", "check_dtype", "check_close", "check_raises"], approve),
    check_number=check_number, check_choice=check_choice,
)
get_ipython().events.register(
    "pre_run_cell", lambda info: os._exit(0) if "prepare_notebook()" in info.raw_cell else None
)
"""
