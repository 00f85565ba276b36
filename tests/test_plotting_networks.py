"""Figures that compare networks: runs at places of their own, and blocks as boxes."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from dlcourse import plotting

LABELS = {"xlabel": "seconds", "ylabel": "accuracy", "alt": "One is faster."}


@pytest.mark.parametrize("case", range(3))
def test_paths_equal_their_table(case):
    rng = np.random.default_rng(case)
    seeds, points = rng.integers(1, 5, 2)
    runs = {
        "a": (rng.random((seeds, points)), rng.random((seeds, points))),
        "b": (rng.random(points + 3), rng.random(points + 3)),
    }
    figure = plotting.paths(runs, **LABELS)
    table = figure.table()
    for name, (x, y) in runs.items():
        rows = table[table["run"] == name]
        np.testing.assert_array_equal(rows["x"], x.ravel())
        np.testing.assert_array_equal(rows["y"], y.ravel())
        assert rows["seed"].nunique() == len(np.atleast_2d(x))
    thick = [line for line in figure.axes[0].lines if line.get_linewidth() > 1]
    for line, (x, y) in zip(thick, runs.values(), strict=True):
        np.testing.assert_allclose(line.get_xdata(), np.atleast_2d(x).mean(0))
        np.testing.assert_allclose(line.get_ydata(), np.atleast_2d(y).mean(0))
    thin = [line for line in figure.axes[0].lines if line.get_linewidth() < 1]
    assert len(thin) == (seeds if seeds > 1 else 0)


@pytest.mark.parametrize(
    ("runs", "kw", "error", "message"),
    [
        ({}, {}, ValueError, "empty dict"),
        ({"a": [1, 2]}, {}, TypeError, "must be a pair"),
        ({"a": ([1, 2], [1])}, {}, ValueError, r"same shape.*\(1, 2\) and \(1, 1\)"),
        ({"a": ([0, 2], [1, 2])}, {"logx": True}, ValueError, "logx"),
        ({"a": ([1, float("nan")], [1, 2])}, {}, ValueError, "finite"),
    ],
)
def test_paths_refuse(runs, kw, error, message):
    with pytest.raises(error, match=message):
        plotting.paths(runs, **LABELS, **kw)


def test_block_diagram_has_a_box_for_each_step_and_one_where_branches_meet():
    blocks = {"chain": [["1×1 conv", "pool"]], "split": [["1×1 conv"], ["pool", "5×5 conv"]]}
    figure = plotting.block_diagram(blocks, alt="A chain and a split.", join="add")
    [axes] = figure.axes
    boxes = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert len(boxes) == 5 + 1
    shown = [t.get_text() for t in axes.texts if t.get_text()]
    assert sorted(shown) == sorted(
        ["chain", "split", "add", "1×1 conv", "pool", "1×1 conv", "pool", "5×5 conv"]
    )
    colors = {t.get_text(): box.get_facecolor() for t, box in texts_in_boxes(axes, boxes)}
    assert colors["1×1 conv"] == colors["5×5 conv"] != colors["pool"]
    assert figure.table().to_dict("list") == {
        "block": ["chain", "chain", "split", "split", "split"],
        "branch": [0, 0, 0, 1, 1],
        "step": [0, 1, 0, 0, 1],
        "text": ["1×1 conv", "pool", "1×1 conv", "pool", "5×5 conv"],
    }


def test_texts_fit_into_their_boxes():
    six = {"a": [["11×11 conv", "3×3 pool"]], "b": [["1×1 conv"]] * 5}
    figure = plotting.block_diagram(six, alt="Six branches.")
    figure.draw_without_rendering()
    [axes] = figure.axes
    boxes = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    pairs = list(texts_in_boxes(axes, boxes))
    assert len(pairs) == 8
    for text, box in pairs:
        inner, outer = text.get_window_extent(), box.get_window_extent()
        assert outer.x0 <= inner.x0
        assert inner.x1 <= outer.x1


def texts_in_boxes(axes, boxes):
    for text in axes.texts:
        x, y = text.get_position()
        for box in boxes:
            (left, top), width, height = box.get_xy(), box.get_width(), box.get_height()
            if text.get_text() and left < x < left + width and top < y < top + height:
                yield text, box


@pytest.mark.parametrize("blocks", [{}, {"a": []}, {"a": [[]]}, {"a": "conv"}, {"a": ["conv"]}])
def test_block_diagram_refuses(blocks):
    with pytest.raises(ValueError, match="block_diagram"):
        plotting.block_diagram(blocks, alt="Nothing.")
