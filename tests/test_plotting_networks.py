"""Figures that compare networks: runs at places of their own."""

import numpy as np
import pytest

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
