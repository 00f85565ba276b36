"""The code that the chapter writes from scratch does what its library twins do."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import Lasso, Ridge
from sklearn.model_selection import KFold
from torch import nn
from torch.nn import functional as F

from dlcourse import datasets, models, training
from tests.chapters import definitions

chapter = definitions("overfitting")


def test_decayed_sgd_step_equals_sgd_with_two_groups(rng):
    sizes = [rng.randint(1, 9) for _ in range(rng.randint(2, 4))]
    ours, twin = models.MLP(sizes), models.MLP(sizes)
    twin.load_state_dict(ours.state_dict())
    lr, decay = rng.uniform(0.01, 0.5), rng.uniform(0, 0.5)
    optimizer = torch.optim.SGD(chapter.two_groups(twin, decay), lr=lr)
    for _ in range(4):
        x, y = torch.randn(7, sizes[0]), torch.randint(0, sizes[-1], (7,))
        for model in (ours, twin):
            model.zero_grad()
            F.cross_entropy(model(x), y).backward()
        chapter.decayed_sgd_step(ours.named_parameters(), lr, decay)
        optimizer.step()
    for a, b in zip(ours.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_decayed_step_is_the_gradient_step_of_the_penalized_loss(rng):
    model = nn.Linear(rng.randint(1, 6), rng.randint(1, 6))
    twin = nn.Linear(model.in_features, model.out_features)
    twin.load_state_dict(model.state_dict())
    lr, decay = 0.3, rng.uniform(0, 1)
    x, y = torch.randn(5, model.in_features), torch.randn(5, model.out_features)
    F.mse_loss(model(x), y).backward()
    (F.mse_loss(twin(x), y) + decay / 2 * twin.weight.square().sum()).backward()
    chapter.decayed_sgd_step(model.named_parameters(), lr, decay)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter -= lr * parameter.grad
    torch.testing.assert_close(model.weight, twin.weight)
    torch.testing.assert_close(model.bias, twin.bias)


def test_dropout_equals_its_twin(rng):
    x = torch.randn([rng.randint(1, 6) for _ in range(rng.randint(1, 4))], requires_grad=True)
    p = rng.choice([0.0, 0.1, 0.5, 0.9, 1.0])
    torch.manual_seed(1)
    ours = chapter.dropout(x, p)
    torch.manual_seed(1)
    twin = nn.Dropout(p)(x)
    torch.testing.assert_close(ours, twin)
    assert chapter.dropout(x, p, training=False) is x


def test_dropout_passes_gradients_through_its_mask():
    x = torch.ones(1000, requires_grad=True)
    out = chapter.dropout(x, 0.25)
    out.sum().backward()
    torch.testing.assert_close(x.grad, out.detach())


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_dropout_refuses_what_is_no_probability(p):
    with pytest.raises(ValueError, match="probability"):
        chapter.dropout(torch.ones(3), p)


def test_scratch_dropout_network_equals_the_library_network():
    shared = [nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3)]
    ours = nn.Sequential(shared[0], shared[1], chapter.ScratchDropout(0.5), shared[2])
    twin = models.MLP([6, 5, 3], dropout=0.5)
    twin.load_state_dict(
        dict(zip(twin.state_dict(), nn.Sequential(*shared).state_dict().values(), strict=True))
    )
    x = torch.randn(4, 6)
    for mode in (True, False):
        torch.manual_seed(2)
        a = ours.train(mode)(x)
        torch.manual_seed(2)
        torch.testing.assert_close(a, twin.train(mode)(x))


def test_k_fold_cuts_as_its_twin_does(rng):
    n = rng.randint(2, 40)
    k = rng.randint(2, n)
    ours = list(chapter.k_fold(n, k))
    assert sorted(len(v) for _, v in ours) == sorted(len(v) for _, v in KFold(k).split(range(n)))
    assert torch.cat([v for _, v in ours]).sort().values.equal(torch.arange(n))
    for train, valid in ours:
        assert torch.cat([train, valid]).sort().values.equal(torch.arange(n))


@pytest.mark.parametrize("k", [0, 1, 6])
def test_k_fold_refuses_an_impossible_k(k):
    with pytest.raises(ValueError, match="between 2 and the number of items, 5"):
        list(chapter.k_fold(5, k))


def test_early_stop_agrees_with_the_library(rng):
    losses = [rng.choice([1.0, 2.0, 3.0, rng.random()]) for _ in range(rng.randint(1, 30))]
    patience = rng.randint(1, 6)
    stop_epoch, best_epoch = chapter.early_stop(losses, patience)

    class Scripted(nn.Module):
        """Its validation loss in epoch e is losses[e], whatever it is shown."""

        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.zeros(()))
            self.evaluated = 0

        def forward(self, x):
            self.evaluated += not self.training
            return self.w * 0 + (0.0 if self.training else losses[self.evaluated - 1]) + 0 * x

    batch = [(torch.ones(2, 1), torch.zeros(2, 1))]
    model = Scripted()
    history = training.fit(
        model,
        batch,
        batch,
        optimizer=torch.optim.SGD(model.parameters(), lr=0.1),
        epochs=len(losses),
        loss=lambda output, target: (output - target).mean(),
        metrics={},
        early_stopping=training.EarlyStopping(patience=patience),
        progress=False,
        device="cpu",
    )
    assert len(history) == stop_epoch + 1
    assert history.best("validation_loss")[0] == history.epochs[best_epoch]


def test_polynomial_fit_equals_numpy(rng):
    degree = rng.randint(0, 6)
    x, y = chapter.sample(20 + degree, seed=rng.randint(0, 99))
    ours = chapter.fit_polynomial(x, y, degree)
    twin = np.polyfit(x.numpy() / 2, y.numpy(), degree)[::-1].copy()
    torch.testing.assert_close(ours, torch.from_numpy(twin), atol=1e-6, rtol=1e-6)


def test_ridge_equals_scikit_learn(rng):
    x, y = chapter.sample(30, seed=rng.randint(0, 99))
    lam = 10 ** rng.uniform(-4, 1)
    ours = chapter.fit_ridge(x, y, 5, lam)
    twin = Ridge(alpha=30 * lam).fit(chapter.features(x, 5)[:, 1:].numpy(), y.numpy())
    torch.testing.assert_close(ours[1:], torch.from_numpy(twin.coef_), atol=1e-7, rtol=1e-6)
    assert ours[0].item() == pytest.approx(twin.intercept_)


def test_lasso_equals_scikit_learn(rng):
    X = torch.randn(40, rng.randint(2, 15), dtype=torch.float64)
    y = torch.randn(40, dtype=torch.float64)
    lam = rng.uniform(0.01, 0.3)
    twin = Lasso(alpha=lam, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(
        X.numpy(), y.numpy()
    )
    ours = chapter.fit_lasso(X, y, lam)
    torch.testing.assert_close(ours, torch.from_numpy(twin.coef_), atol=1e-6, rtol=1e-5)
    assert ((ours == 0) == torch.from_numpy(twin.coef_ == 0)).all()


def test_sample_has_the_truth_that_the_chapter_states():
    x, y = chapter.sample(5000, seed=0)
    powers = torch.stack([x**i for i in range(4)], dim=1)
    found = torch.linalg.lstsq(powers, y[:, None]).solution[:, 0]
    expected = torch.tensor([5, 1.2, -3.4 / 2, 5.6 / 6], dtype=torch.float64)
    torch.testing.assert_close(found, expected, atol=0.15, rtol=0)
    assert datasets.polynomial(7).x.abs().max() <= 2


@pytest.mark.parametrize("wide", [False, True])
def test_random_features_are_fitted_as_torch_fits_them(rng, wide):
    n = rng.randint(5, 12)
    d = n + rng.randint(1, 9) if wide else rng.randint(2, n)
    A, y = torch.randn(n, d).double(), torch.randn(n, 3).double()
    twin = torch.linalg.lstsq(A, y, driver="gelsd").solution
    torch.testing.assert_close(chapter.fit_features(A, y), twin)
    ridge = torch.linalg.solve(A.T @ A + n * 0.1 * torch.eye(d), A.T @ y)
    torch.testing.assert_close(chapter.fit_features(A, y, 0.1), ridge)


def test_the_standard_errors_are_those_of_repeated_test_sets(rng):
    n, p, q = 400, rng.uniform(0.6, 0.9), rng.uniform(0.3, 0.9)
    a = torch.rand(4000, n) < p
    b = torch.where(torch.rand(4000, n) < q, a, ~a)  # errs on much the same examples
    scores = a.double().mean(1)
    assert scores.std().item() == pytest.approx(chapter.standard_error(p, n), rel=0.06)
    found = [chapter.compare(x, y) for x, y in zip(a[:50], b[:50], strict=True)]
    differences = a.double().mean(1) - b.double().mean(1)
    assert found[0][0] == pytest.approx(differences[0].item())
    mean_error = sum(error for _, error in found) / len(found)
    assert differences.std().item() == pytest.approx(mean_error, rel=0.08)
