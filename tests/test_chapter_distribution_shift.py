"""The code that the chapter writes from scratch does what its library twins do."""

import pytest
import torch
from sklearn.linear_model import LogisticRegression

from tests.chapters import definitions

chapter = definitions("distribution-shift")


def test_logistic_regression_equals_scikit_learn(rng):
    X = torch.randn(60, rng.randint(1, 5), dtype=torch.float64)
    y = (X[:, 0] + torch.randn(60, dtype=torch.float64) > 0).double()
    penalty = rng.choice([0.1, 1.0, 10.0])
    twin = LogisticRegression(C=1 / penalty, fit_intercept=False, tol=1e-10, max_iter=1000)
    twin.fit(X.numpy(), y.numpy())
    torch.testing.assert_close(
        chapter.logistic_regression(X, y, penalty),
        torch.from_numpy(twin.coef_[0]),
        atol=1e-4,
        rtol=1e-4,
    )


def test_importance_weights_find_the_ratio_of_two_normals():
    generator = torch.Generator().manual_seed(0)
    old = 0.5 + 0.5 * torch.randn(40_000, dtype=torch.float64, generator=generator)
    new = 0.3 * torch.randn(10_000, dtype=torch.float64, generator=generator)
    found = chapter.importance_weights(chapter.powers(old, 2), chapter.powers(new, 2))
    middle = (old - 0.25).abs() < 0.5
    expected = chapter.true_ratio(old)
    torch.testing.assert_close(found[middle], expected[middle], atol=0.1, rtol=0.1)
    assert found.mean() == pytest.approx(1, abs=0.05)


def test_weighted_line_minimizes_the_weighted_error():
    x, y, w = torch.randn(3, 30, dtype=torch.float64).unbind()
    line = chapter.fit_weighted_line(x, y, w.exp())
    gradient = chapter.powers(x, 1).T @ (w.exp() * (chapter.powers(x, 1) @ line - y))
    torch.testing.assert_close(gradient, torch.zeros(2, dtype=torch.float64), atol=1e-9, rtol=0)


def test_label_weights_recover_exact_frequencies():
    # Row true, column predicted; 90 of each class validated.
    confusion = torch.tensor([[80, 10, 0], [5, 75, 10], [0, 20, 70]])
    q = torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64)
    predicted = (q[:, None] * confusion / 90).sum(0) * 9000
    torch.testing.assert_close(chapter.label_weights(confusion, predicted), 3 * q)


def test_luck_counts_standard_deviations_of_coin_flips():
    rows = torch.ones(50, 1, dtype=torch.float64)
    # Told apart without a mistake: 50 of 50 held-out rows, 25 above the mean, deviation √50 / 2.
    assert chapter.luck(-rows, rows) == pytest.approx(50**0.5)
    # Nothing but zeros: every score is 0, which is neither below nor above.
    assert chapter.luck(0 * rows, 0 * rows) == pytest.approx(-(50**0.5))


def test_luck_is_rarely_large_where_nothing_changed():
    generator = torch.Generator().manual_seed(0)
    found = [
        chapter.luck(*(chapter.powers(chapter.normal(60, 0, 1, generator), 1) for _ in range(2)))
        for _ in range(200)
    ]
    assert sum(z > 2 for z in found) < 20


def test_following_needs_the_updates():
    stale, fresh = (chapter.follow(update, days=60) for update in (False, True))
    assert stale.shape == fresh.shape == (60,)
    assert stale[0] == fresh[0]  # both are judged before they learn
    assert fresh[-10:].mean() > stale[-10:].mean() + 0.1


def test_small_samples_lack_classes():
    assert chapter.share_with_unseen_class(2, classes=2) == pytest.approx(0.5, abs=0.05)
    assert chapter.share_with_unseen_class(400, classes=2) == 0
