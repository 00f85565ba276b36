"""TableEncoder: learns from the training rows alone, and agrees with scikit-learn."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from dlcourse.datasets.tabular import TableEncoder


def table(seed=0, n=40):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "area": rng.normal(1000, 300, n),
            "kind": rng.choice(["flat", "house", "hut"], n),
            "rooms": rng.integers(1, 9, n),
            "code": rng.choice(["20", "60"], n),
        }
    )


@pytest.mark.parametrize("seed", range(4))
def test_equals_scikit_learn(seed):
    train, new = table(seed), table(seed + 100)
    ours = TableEncoder().fit(train).transform(new)
    scaled = StandardScaler().fit(train[["area", "rooms"]])
    # scikit-learn divides by n, the encoder by n - 1, as torch.std does.
    numbers = scaled.transform(new[["area", "rooms"]]) * np.sqrt(39 / 40)
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(
        train[["kind", "code"]]
    )
    categories = one_hot.transform(new[["kind", "code"]])
    twin = np.hstack([numbers[:, :1], categories[:, :3], numbers[:, 1:], categories[:, 3:]])
    torch.testing.assert_close(ours, torch.from_numpy(twin).float())
    assert ours.dtype == torch.float32


def test_gaps_unseen_categories_and_names():
    train = pd.DataFrame({"a": [1.0, 3.0, np.nan], "c": ["x", None, "y"], "d": ["p", "q", "p"]})
    encoder = TableEncoder().fit(train)
    assert encoder.names == ["a", "c=x", "c=y", "c=missing", "d=p", "d=q"]
    new = pd.DataFrame({"d": [None, "p"], "c": [np.nan, "z"], "a": [np.nan, 4.0], "more": [1, 2]})
    expected = [[0, 0, 0, 1, 0, 0], [2 / 2**0.5, 0, 0, 0, 1, 0]]
    torch.testing.assert_close(encoder.transform(new), torch.tensor(expected))
    assert "3 columns to 6 numbers" in repr(encoder)


def test_the_new_rows_teach_nothing():
    train = table()
    encoder = TableEncoder().fit(train)
    before = encoder.transform(train)
    encoder.transform(table(1) * 2)
    assert torch.equal(encoder.transform(train), before)
    alone = encoder.transform(train[:1])
    torch.testing.assert_close(alone, before[:1])


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1, 1e9])
def test_a_constant_column_is_not_scaled(value):
    encoder = TableEncoder().fit(pd.DataFrame({"a": [value] * 5}))
    new = encoder.transform(pd.DataFrame({"a": [value, value + 2]}))
    torch.testing.assert_close(new, torch.tensor([[0.0], [2.0]]))


def test_a_column_of_gaps_and_single_rows():
    empty = pd.DataFrame({"a": [np.nan, np.nan], "b": [1, 2]})
    assert TableEncoder().fit_transform(empty)[:, 0].tolist() == [0, 0]
    assert TableEncoder().fit_transform(table(n=1)).shape == (1, 4)


def test_booleans_and_pandas_categories_are_categories():
    frame = pd.DataFrame({"a": [True, False], "b": pd.Categorical(["u", "v"])})
    assert TableEncoder().fit(frame).names == ["a=False", "a=True", "b=u", "b=v"]


@pytest.mark.parametrize("kind", [float, np.float32, object, "Float64"])
def test_a_code_is_the_same_with_gaps_in_its_column_and_without(kind):
    train = pd.DataFrame({"code": [20, 60, 75]}).astype(object)  # a category, not a number
    new = pd.DataFrame({"code": pd.Series([60.0, None, 20.0], dtype="float64").astype(kind)})
    encoder = TableEncoder().fit(train)
    assert encoder.names == ["code=20", "code=60", "code=75"]
    assert encoder.transform(new).tolist() == [[0, 1, 0], [0, 0, 0], [1, 0, 0]]
    other = TableEncoder().fit(pd.DataFrame({"code": [60.0, None, 2.5]}).astype(object))
    assert other.names == ["code=2.5", "code=60", "code=missing"]
    assert other.transform(train).tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_bad_tables():
    encoder = TableEncoder().fit(table())
    with pytest.raises(ValueError, match="lacks the columns area, code"):
        encoder.transform(table()[["kind", "rooms"]])
    with pytest.raises(ValueError, match=r"column rooms held numbers .* now it has 'many'"):
        encoder.transform(table().assign(rooms="many"))
    with pytest.raises(ValueError, match="column area holds an infinite"):
        TableEncoder().fit(table().assign(area=np.inf))
    with pytest.raises(ValueError, match="nothing to learn"):
        TableEncoder().fit(table()[:0])
    with pytest.raises(ValueError, match="same name"):
        TableEncoder().fit(pd.concat([table(), table()], axis=1))
    with pytest.raises(RuntimeError, match="call fit"):
        TableEncoder().transform(table())
    assert repr(TableEncoder()) == "TableEncoder, not fitted"
