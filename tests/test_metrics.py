"""Metrics against hand-worked examples and slow definitions."""

import math

import pytest
import torch
from torch import nn

from dlcourse import metrics


def test_accuracy_by_hand():
    output = torch.tensor([[0.1, 0.9], [2.0, 1.0], [0.0, 1.0], [3.0, 4.0]])
    result = metrics.accuracy(output, torch.tensor([1, 0, 0, 1]))
    assert result.item() == 0.75
    assert result.shape == ()
    assert result.dtype == torch.float32


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int32, torch.int64])
@pytest.mark.parametrize("score", [torch.bfloat16, torch.float32, torch.float64])
def test_accuracy_takes_any_integer_labels_and_float_scores(dtype, score):
    output = torch.eye(5, dtype=score)
    assert metrics.accuracy(output, torch.arange(5, dtype=dtype)).item() == 1.0
    assert metrics.accuracy(output, torch.arange(5, dtype=dtype).flip(0)).item() == pytest.approx(
        0.2
    )


def test_accuracy_of_random_shapes_equals_counting():
    generator = torch.Generator().manual_seed(0)
    for N, V in [(1, 1), (7, 3), (128, 10), (33, 100)]:
        output = torch.randn(N, V, generator=generator)
        target = torch.randint(V, (N,), generator=generator)
        hits = sum(max(range(V), key=lambda v, n=n: output[n, v]) == target[n] for n in range(N))
        assert metrics.accuracy(output, target).item() == pytest.approx(int(hits) / N)


@pytest.mark.parametrize(
    ("output", "target"),
    [
        (torch.zeros(4), torch.zeros(4, dtype=torch.long)),
        (torch.zeros(4, 1), torch.zeros(4, 1)),
        (torch.zeros(4, 3), torch.zeros(5, dtype=torch.long)),
        (torch.zeros(0, 3), torch.zeros(0, dtype=torch.long)),
        (torch.zeros(4, 3), torch.zeros(4)),
        (torch.zeros(4, 3), torch.zeros(4, dtype=torch.bool)),
    ],
)
@pytest.mark.parametrize("metric", [metrics.accuracy, metrics.confusion_matrix])
def test_class_metrics_refuse_other_shapes_and_dtypes(metric, output, target):
    with pytest.raises(ValueError, match=metric.__name__):
        metric(output, target)


def test_mse_equals_torch_and_refuses_broadcasting():
    a, b = torch.randn(5, 3), torch.randn(5, 3)
    torch.testing.assert_close(metrics.mse(a, b), nn.MSELoss()(a, b))
    with pytest.raises(ValueError, match=r"\(5, 1\) and \(5,\)"):
        metrics.mse(torch.zeros(5, 1), torch.zeros(5))
    with pytest.raises(ValueError, match="non-empty"):
        metrics.mse(torch.zeros(0), torch.zeros(0))


def test_confusion_matrix_counts_rows_as_true_classes():
    target = torch.tensor([0, 0, 1, 2, 2, 2])
    predicted = torch.tensor([0, 1, 1, 0, 2, 2])
    matrix = metrics.confusion_matrix(nn.functional.one_hot(predicted, 4).float(), target)
    expected = torch.zeros(4, 4, dtype=torch.int64)
    for t, p in zip(target, predicted, strict=True):
        expected[t, p] += 1
    assert torch.equal(matrix, expected)
    assert matrix.dtype == torch.int64


def test_confusion_matrix_of_uint8_labels_does_not_overflow():
    target = torch.full((300,), 99, dtype=torch.uint8)
    matrix = metrics.confusion_matrix(torch.eye(100)[target.long()], target)
    assert matrix[99, 99] == 300
    assert matrix.sum() == 300


@pytest.mark.parametrize("label", [-1, 3])
def test_confusion_matrix_refuses_labels_out_of_range(label):
    with pytest.raises(ValueError, match=r"columns for 0 … 2"):
        metrics.confusion_matrix(torch.zeros(2, 3), torch.tensor([0, label]))


def test_log_rmse_is_the_rmse_of_logarithms():
    a, b = torch.tensor([1.0, 10.0, 200.0]), torch.tensor([2.0, 10.0, 100.0])
    expected = (2 / 3) ** 0.5 * math.log(2)
    assert metrics.log_rmse(a, b).item() == pytest.approx(expected)
    assert metrics.log_rmse(b, a).item() == pytest.approx(expected)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan")])
def test_log_rmse_refuses_what_has_no_logarithm(bad):
    good, wrong = torch.tensor([1.0, 2.0]), torch.tensor([1.0, bad])
    with pytest.raises(ValueError, match="output must be above zero"):
        metrics.log_rmse(wrong, good)
    with pytest.raises(ValueError, match=r"target must be above zero.* 1 of 2"):
        metrics.log_rmse(good, wrong)
    with pytest.raises(ValueError, match="same, non-empty shape"):
        metrics.log_rmse(good, good[:1])
