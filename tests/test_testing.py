"""Each check lets right values pass and says of wrong ones what was expected and what came."""

import math
import sys
from fractions import Fraction

import numpy as np
import pytest
import torch

from dlcourse import testing

HINT = "think again"


def message(check, *args, **kwargs):
    with pytest.raises(testing.CheckError) as caught:
        check(*args, **kwargs)
    return str(caught.value)


def test_check():
    testing.check(True, "never seen")
    assert message(testing.check, False, "try again") == "try again"


@pytest.mark.parametrize("answer", ["c", "C", " c ", "c\n"])
def test_choice_forgives_case_and_spaces(answer):
    assert testing.check_choice("answer_a1", answer, "abcd") == "c"


@pytest.mark.parametrize("answer", ["e", "ab", "", 3, ["a"], True, object(), torch.tensor(1)])
def test_choice_that_is_no_option(answer):
    text = message(testing.check_choice, "answer_a1", answer, "abcd")
    assert text.startswith("answer_a1 is ")
    assert "'a', 'b', 'c', 'd'" in text


def test_missing_answers():
    assert "answer_a1 is still None" in message(testing.check_choice, "answer_a1", None, "ab")
    assert "answer_a2 is still None" in message(testing.check_number, "answer_a2", None)


@pytest.mark.parametrize(
    "answer",
    [
        3,
        3.0,
        Fraction(3),
        np.float32(3),
        np.int64(3),
        np.array(3),
        torch.tensor(3),
        torch.tensor(3.0),
    ],
)
def test_number_of_any_kind(answer):
    number = testing.check_number("answer_a5", answer)
    assert (number, type(number)) == (3.0, float)


@pytest.mark.parametrize(
    "answer", ["3", True, [3], math.nan, math.inf, 3j, torch.tensor([3.0]), torch.tensor(math.nan)]
)
def test_not_one_finite_number(answer):
    text = message(testing.check_number, "answer_a5", answer)
    assert text.startswith("answer_a5 is ")
    assert "one finite number" in text


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (3, 3),
        (3.0, 3),
        ("good", "good"),
        ((3, 1), [3, 1]),
        ([torch.tensor(3), np.int64(1)], (3, 1)),
        ({"a": (1, 2)}, {"a": [1, 2]}),
        (None, None),
    ],
)
def test_equal_values(got, expected):
    testing.check_equal("f(x)", got, expected)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (3, 4),
        ((3, 1), (1, 3)),
        ((3,), (3, 1)),
        (None, 0),
        ("good", "overfitting"),
        (True, 1),
        (1, True),
        ({"a": 1}, {"a": 1, "b": 2}),
        (torch.tensor([1, 2]).tolist(), [1, 2, 3]),
    ],
)
def test_unequal_values(got, expected):
    text = message(testing.check_equal, "f(x)", got, expected, hint=HINT)
    have = "None (does the function end with return?)" if got is None else repr(got)
    assert text == (
        f"f(x): gives another value.\n  expected: {expected!r}\n  got:      {have}\n  hint: {HINT}"
    )


def test_long_values_are_shortened():
    text = message(testing.check_equal, "f(x)", list(range(1000)), [])
    assert len(text) < 300
    assert "…" in text


def test_type_shape_dtype():
    x = torch.zeros(2, 3)
    testing.check_type("f(x)", {}, dict)
    testing.check_shape("f(x)", x, (2, 3))
    testing.check_shape("f(x)", torch.tensor(1.0), ())
    testing.check_dtype("f(x)", x, torch.float32)
    assert "expected: (3, 2)\n  got:      (2, 3)" in message(testing.check_shape, "f(x)", x, (3, 2))
    assert "expected: torch.int64\n  got:      torch.float32" in message(
        testing.check_dtype, "f(x)", x, torch.int64
    )
    assert "expected: a Tensor\n  got:      a list, [1]" in message(
        testing.check_shape, "f(x)", [1], (1,)
    )
    assert "does the function end with return?" in message(
        testing.check_dtype, "f(x)", None, torch.float32
    )
    assert "expected: an int" in message(testing.check_type, "f(x)", "3", int)
    assert "a tensor of shape (2, 3) and torch.float32" in message(
        testing.check_type, "f(x)", x, dict
    )


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (1.0000001, 1.0),
        (torch.tensor(1.0), 1.0),
        (np.float64(1), 1),
        (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0], dtype=torch.float64)),
        (torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([1.0, 2.0])),
        ([1.0, torch.tensor(2.0)], [1, 2]),
        (torch.tensor([1.0, 2.0]), [1, 2]),
        (torch.empty(0, 3), torch.empty(0, 3)),
        ([], []),
        (torch.tensor([True, False]), torch.tensor([1.0, 0.0])),
        (torch.tensor(2.0, dtype=torch.bfloat16), 2),
    ],
)
def test_close_values(got, expected):
    testing.check_close("f(x)", got, expected)


@pytest.mark.parametrize(
    ("got", "expected", "part"),
    [
        (1.1, 1.0, "expected: 1\n  got:      1.1"),
        (math.nan, 1.0, "got:      nan"),
        (math.nan, math.nan, "got:      nan"),
        (math.inf, 1.0, "got:      inf"),
        (torch.tensor([[1.0, 2.0], [3.0, 5.0]]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]), "[1, 1]"),
        (torch.tensor([[1.0, 2.0], [3.0, 5.0]]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]), "1 of 4"),
        (torch.tensor([1.0, math.nan]), torch.tensor([1.0, 2.0]), "index [1]"),
        (torch.zeros(2, 1), torch.zeros(2), "expected: (2,)\n  got:      (2, 1)"),
        (torch.zeros(1), 0.0, "expected: ()\n  got:      (1,)"),
        (0.0, torch.tensor(0.0), "expected: a Tensor\n  got:      a float"),
        ([0.0], torch.zeros(1), "expected: a Tensor"),
        ("1", 1.0, "expected: a number\n  got:      a str"),
        (True, 1.0, "expected: a number"),
        (None, 1.0, "does the function end with return?"),
        (["1"], [1.0], "a tensor or list of numbers"),
        ([1.0, [2.0]], [1.0, 2.0], "a tensor or list of numbers"),
        (torch.zeros(2, dtype=torch.complex64), torch.zeros(2), "is not numeric"),
    ],
)
def test_values_that_are_not_close(got, expected, part):
    text = message(testing.check_close, "f(x)", got, expected, hint=HINT)
    assert part in text
    assert text.startswith("f(x): ")
    assert text.endswith(f"hint: {HINT}")


def test_tolerances():
    testing.check_close("f(x)", 1.05, 1.0, rtol=0.1)
    testing.check_close("f(x)", 0.05, 0.0, atol=0.1)
    assert "got:      0.05" in message(testing.check_close, "f(x)", 0.05, 0.0, rtol=10)


def test_tensors_may_lie_on_a_gpu(gpu):
    testing.check_close("f(x)", torch.ones(2, device=gpu), torch.ones(2))


def test_raises():
    def refuse(x, limit=0):
        if x > limit:
            raise ValueError(f"{x} is too large")
        return x

    testing.check_raises("refuse(3)", ValueError, refuse, 3)
    testing.check_raises("refuse(3, limit=2)", ValueError, refuse, 3, limit=2)
    text = message(testing.check_raises, "refuse(3, limit=5)", ValueError, refuse, 3, limit=5)
    assert "does not complain" in text
    assert "expected: ValueError raised\n  got:      the value 3" in text
    text = message(testing.check_raises, "refuse(3)", KeyError, refuse, 3, hint=HINT)
    assert "raises another error" in text
    assert f"got:      ValueError: 3 is too large\n  hint: {HINT}" in text


def test_a_notebook_shows_the_message_without_traceback(capsys, monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setitem(
        sys.modules, "__main__", sys.modules["__main__"]
    )  # the shell brings its own
    shell = InteractiveShell()
    result = shell.run_cell("from dlcourse import testing\ntesting.check(False, 'B9: look again')")
    assert isinstance(result.error_in_exec, testing.CheckError)
    assert capsys.readouterr().out.strip() == "CheckError: B9: look again"


def test_prepare_notebook_leaves_nothing_on_stderr(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stderr", sys.stderr)  # restored after the test
    threads = torch.get_num_threads()
    try:
        testing.prepare_notebook()
        print("progress", file=sys.stderr)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(threads)
    assert capsys.readouterr() == ("progress\n", "")


def test_passed_names_the_task(capsys):
    testing.passed("B4, dropout")
    assert capsys.readouterr().out == "B4, dropout: all visible tests passed.\n"


INF = float("inf")


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (INF, INF),
        ([1.0, -INF], [1.0, -INF]),
        (torch.tensor([INF, 2.0]), torch.tensor([INF, 2.0])),
    ],
)
def test_infinities_agree_with_themselves(got, expected):
    testing.check_close("f()", got, expected)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (1e30, INF),
        (-INF, INF),
        (INF, 1.0),
        (torch.tensor([1.0, 2.0]), torch.tensor([INF, 2.0])),
        (float("nan"), INF),
    ],
)
def test_infinities_agree_with_nothing_else(got, expected):
    assert message(testing.check_close, "f()", got, expected, hint=HINT).endswith(HINT)


def test_a_number_too_large_to_be_one_is_said():
    assert "finite number" in message(testing.check_number, "answer_a3", 10**400)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ([1, 0], [True, False]),
        ([True, False], [1, 0]),
        (np.array([1, 2]), [1, 3]),
        (np.array([1, 2]), [1, 2, 3]),
        ({"a": [1]}, {"a": [True]}),
    ],
)
def test_truth_values_are_no_numbers_and_arrays_are_compared(got, expected):
    assert "f()" in message(testing.check_equal, "f()", got, expected)


@pytest.mark.parametrize(
    ("got", "expected"), [([np.int64(1), 2], [1, 2]), ([True], [True]), ((1, [2]), [1, (2,)])]
)
def test_numbers_of_arrays_equal_their_values(got, expected):
    testing.check_equal("f()", got, expected)


class Liar:
    """Claims three items and gives none."""

    def __len__(self):
        return 3

    def __iter__(self):
        return iter(())


@pytest.mark.parametrize("got", [Liar(), [1, 2], (n for n in range(9)), torch.zeros(4)])
def test_items_are_counted_as_they_come(got):
    assert "number of items" in message(testing.check_items, "f()", got, 3)


@pytest.mark.parametrize("got", [[1, 2, 3], (1, 2, 3), torch.tensor([1, 2, 3]), iter([1, 2, 3])])
def test_items_are_read_once_into_a_list(got):
    items = testing.check_items("f()", got, 3)
    assert type(items) is list
    assert [int(item) for item in items] == [1, 2, 3]


@pytest.mark.parametrize("got", ["abc", b"abc", {1: 2}, {1, 2, 3}, 7, None])
def test_text_and_sets_are_no_sequences(got):
    assert "is no sequence" in message(testing.check_items, "f()", got, 3)


@pytest.mark.parametrize("got", [2, 2.0, Fraction(2), np.float32(2), torch.tensor(2), math.inf])
def test_a_number_of_any_kind_becomes_a_float(got):
    value = testing.check_float("f()", got)
    assert type(value) is float
    assert value == got


@pytest.mark.parametrize("got", [None, "2", (), [2.0], torch.zeros(1), True, 10**400])
def test_what_is_no_number_is_said(got):
    text = message(testing.check_float, "f()", got, hint=HINT)
    assert text.startswith("f(): is not numeric.\n  expected: a number")
    assert HINT in text


def test_a_result_without_a_derivative_is_told_from_one_that_is_no_tensor():
    testing.check_requires_grad("f(x)", torch.ones(2, requires_grad=True) * 2)
    with pytest.raises(testing.CheckError, match="f\\(x\\): is cut off from its arguments"):
        testing.check_requires_grad("f(x)", torch.ones(2))
    with pytest.raises(testing.CheckError, match="None \\(does the function end with return\\?\\)"):
        testing.check_requires_grad("f(x)", None)
