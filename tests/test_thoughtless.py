"""Who does not think earns nothing, and who returns something else is told so in words.

Functions that do no more than look like an answer are put in the place of every function that an
exercise asks for, and no part of a task gives them a point: not the parts about errors to what
always raises, nor those about shapes to what returns its argument.

A solution whose results are turned into something else (it forgets ``return``, gives a list for a
tensor, a tuple for a number) fails by a check, which names the call, what was expected and what
came, and not by an error that the test cell stumbles over.
"""

import ast
import contextlib
import io

import pytest
import torch

from dlcourse.checks.failures import CheckError
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


def deep(change):
    """The same change for each item of lists, tuples and dicts."""

    def changed(result):
        if isinstance(result, dict):
            return {key: changed(item) for key, item in result.items()}
        if isinstance(result, list | tuple):
            return type(result)(map(changed, result))
        return change(result)

    return changed


# What becomes of a right result.
RESULTS = {
    "no return": lambda _: None,
    "zero": lambda _: 0,
    "text": lambda _: "a",
    "an empty tuple": lambda _: (),
    "an empty dict": lambda _: {},
    "two zeros": lambda _: (0, 0),
    "three times None": lambda _: [None] * 3,
    "a tensor of one number": lambda _: torch.zeros(()),
    "a tensor of two numbers": lambda _: torch.zeros(2),
    "a tuple around it": lambda result: (result,),
    "None for each item": deep(lambda _: None),
    "lists for tensors": deep(lambda r: r.tolist() if isinstance(r, torch.Tensor) else r),
    "tensors for numbers": deep(lambda r: torch.tensor(r) if isinstance(r, int | float) else r),
}


def tasks(slug):
    """The answer, the names of its functions, its checks and its tests of each code task."""
    notebook = courses.source(slug)
    texts = {cell.id: cell.source for cell in notebook.cells}
    for answer, tests in courses.questions(notebook).items():
        body = ast.parse(texts[answer]).body
        functions = [node.name for node in body if isinstance(node, ast.FunctionDef)]
        if answer.startswith("b") and functions:
            checks = compile(texts.get(f"{answer}-checks", ""), f"{answer}-checks", "exec")
            yield texts[answer], functions, checks, tests


def earned(slug):
    """The parts that give points to some function, by their test cells."""
    setup = mutants._prepared(slug)
    for _, functions, checks, tests in tasks(slug):
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


def stumbled(slug):
    """The test cells that fail by an error of their own, the visible and the hidden tests alike.

    The hidden ones meet an answer that has passed the visible ones.
    """
    for answer, functions, checks, tests in tasks(slug):
        right = mutants._run(mutants._prepared(slug), answer)
        for test in tests:
            visible, _, hidden = test.source.partition("### BEGIN HIDDEN TESTS")
            for kind, turned in RESULTS.items():
                for before, now in (("", visible), (visible, hidden)):
                    space = dict(right)
                    with contextlib.redirect_stdout(io.StringIO()):
                        exec(checks, space)
                        exec(before, space)
                        space |= {name: then(right[name], turned) for name in functions}
                        try:
                            exec(now, space)
                        except CheckError:
                            continue
                        except Exception as error:
                            yield test.id, kind, repr(error)


def then(function, turned):
    """A function whose results are turned into something else."""
    return lambda *arguments, **options: turned(function(*arguments, **options))


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_no_part_is_earned_without_a_thought(slug):
    assert list(earned(slug)) == []


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_what_a_result_is_not_is_said_by_a_check(slug):
    assert list(stumbled(slug)) == []
