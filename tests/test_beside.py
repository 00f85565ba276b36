"""testing.draw_beside and testing.bonus: what a student sees in the notebook, and only there."""

import nbformat
import pytest
import torch
from matplotlib.text import Text
from nbclient import NotebookClient
from nbformat import v4

from dlcourse import testing
from dlcourse.checks.pictures import beside

EXPECTED = {
    "a curve": torch.tensor([1.0, 2.0, 4.0]),
    "a matrix": torch.tensor([[True, False], [True, True]]),
    "a picture": torch.rand(3, 4, 5, generator=torch.Generator().manual_seed(0)),
    "a list": [0, 1, 5],
}


@pytest.mark.parametrize("expected", EXPECTED.values(), ids=EXPECTED)
def test_both_are_drawn(expected):
    got = torch.as_tensor(expected).double() * 0.5
    figure = beside("f(x)", got.requires_grad_(), expected)
    assert figure.alt == "f(x): yours beside what is expected."
    names = {text.get_text() for text in figure.findobj(Text)}
    assert {"yours", "expected"} <= {name.split("\n")[0] for name in names}


@pytest.mark.parametrize(
    "call", [f"keep({list(range(20))})", "keep the rates of each of the many parts, from below"]
)
def test_a_long_call_leaves_the_label_of_a_curve_whole(call):
    figure = beside(call, [1.0, 2.0], [1.0, 3.0])
    figure.canvas.draw()
    [label] = [text for text in figure.findobj(Text) if text.get_text().startswith("keep")]
    height = label.get_window_extent()
    assert 0 <= height.y0 < height.y1 <= figure.bbox.height


@pytest.mark.parametrize(
    "got", [None, "text", float("nan"), [1.0, float("inf"), 2.0], [1.0], object()]
)
def test_a_result_that_cannot_be_drawn_is_left_out(got):
    assert beside("f(x)", got, [1.0, 2.0, 3.0]).alt == "f(x): what is expected."


def test_a_matrix_of_another_shape_is_shown():
    assert "yours" in beside("f(x)", torch.ones(2, 5), torch.eye(3)).alt


def test_an_instructors_mistake_is_said():
    with pytest.raises(ValueError, match="no tensor of numbers"):
        beside("f(x)", [1.0], "text")
    with pytest.raises(ValueError, match=r"shape \(2, 2, 2\)"):
        beside("f(x)", [1.0], torch.ones(2, 2, 2))


@pytest.mark.parametrize(("graded", "shown"), [(None, 1), ("autograde", 0), ("validate", 0)])
def test_it_draws_in_a_notebook_that_nobody_grades(graded, shown, monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    if graded:
        monkeypatch.setenv("NBGRADER_EXECUTION", graded)
    cell = "from dlcourse import testing\ntesting.draw_beside('f(1)', [1.0, 2.0], [1.0, 3.0])"
    notebook = v4.new_notebook(cells=[v4.new_code_cell(cell)])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    nbformat.validate(notebook)
    pictures = [
        output for output in notebook.cells[0].outputs if output.output_type == "display_data"
    ]
    assert len(pictures) == shown
    for output in pictures:
        assert {"image/svg+xml", "image/png"} & output.data.keys()


def test_outside_of_a_notebook_nothing_is_drawn(capsys):
    testing.draw_beside("f(1)", [1.0], "not even a tensor")
    assert capsys.readouterr().out == ""


def test_a_bonus_is_not_tried_solved_or_wrong(capsys):
    with testing.bonus("f"):
        raise NotImplementedError("bonus: f is not written yet")
    with testing.bonus("f"):
        testing.check_equal("f(1)", 2, 2)
    assert capsys.readouterr().out == "Bonus, f: not tried.\nBonus, f: solved.\n"
    with (
        pytest.raises(testing.CheckError, match=r"f\(1\): gives another value"),
        testing.bonus("f"),
    ):
        testing.check_equal("f(1)", 2, 3)
