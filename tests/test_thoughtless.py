"""Who does not think earns nothing: functions that do no more than look like an answer.

Each is put in the place of every function that an exercise asks for, and no part of a task gives it
a point: not the parts about errors to what always raises, nor those about shapes to what returns
its argument.
"""

import ast
import contextlib
import io

import pytest
import torch

from tests import courses, mutants


def fails(*_, **__):
    raise ValueError("no")


def first_argument(*arguments, **options):
    return next(iter([*arguments, *options.values()]), None)


def zeros(*arguments, **options):
    given = [a for a in [*arguments, *options.values()] if isinstance(a, torch.Tensor)]
    return given[0] * 0 if given else torch.zeros(())


FUNCTIONS = {
    "None": lambda *_, **__: None,
    "zero": lambda *_, **__: 0,
    "one": lambda *_, **__: 1.0,
    "true": lambda *_, **__: True,
    "an empty list": lambda *_, **__: [],
    "two zeros": lambda *_, **__: (0, 0),
    "text": lambda *_, **__: "a",
    "raises": fails,
    "its argument": first_argument,
    "zeros": zeros,
}


def earned(slug):
    """The parts that give points to some function, by their test cells."""
    notebook = courses.source(slug)
    texts = {cell.id: cell.source for cell in notebook.cells}
    setup = mutants._prepared(slug)
    for answer, tests in courses.questions(notebook).items():
        functions = [
            n.name for n in ast.parse(texts[answer]).body if isinstance(n, ast.FunctionDef)
        ]
        if not (answer.startswith("b") and functions):
            continue
        checks = compile(texts.get(f"{answer}-checks", ""), f"{answer}-checks", "exec")
        for test in tests:
            code = compile(test.source, test.id, "exec")
            for kind, function in FUNCTIONS.items():
                space = setup | dict.fromkeys(functions, function)
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(checks, space)
                    try:
                        exec(code, space)
                    except Exception:
                        continue
                yield test.id, kind


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_no_part_is_earned_without_a_thought(slug):
    assert list(earned(slug)) == []
