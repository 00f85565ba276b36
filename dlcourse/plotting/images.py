"""Images in rows, with what they are and what a model takes them for."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from dlcourse.plotting.arrays import to_array
from dlcourse.plotting.figure import INK, PALETTE, WIDE, Figure, check_alt, style


def image_grid(
    images: Any,
    labels: Any = None,
    predictions: Any = None,
    classes: Sequence[str] | None = None,
    columns: int = 8,
    *,
    alt: str,
    value_range: tuple[float, float] | None = None,
) -> Figure:
    """Draw images in rows, with what they are and what a model takes them for.

    A right prediction reads "✓ 7"; a wrong one reads "✗ 9 ≠ 7" (prediction, label) in a thick
    frame.

    Args:
        images: (N, C, H, W) with C of 1 or 3, or (N, H, W), uint8 or floating point.
        labels: (N,) class indices, or None.
        predictions: (N,) class indices, or None.
        classes: a name for each index; by default the index itself.
        columns: images in a row, at most; fewer where the names are long.
        alt: alternative text that states what the figure shows.
        value_range: the values shown as black and white.  By default 0 and 255 for integers, 0
            and 1 for floating point, or the least and greatest of all images beyond these.

    Returns:
        A figure; its table has an ``image`` index a row, with ``label``, ``prediction`` (each
        also by name if there are ``classes``) and ``correct`` as far as given.

    Raises:
        ValueError: shapes that do not fit each other, or an index without a class.
    """
    check_alt(alt, "image_grid")
    pixels = _pixels(images, value_range)
    if isinstance(columns, bool) or not isinstance(columns, int) or columns < 1:
        raise ValueError(f"columns must be a whole number of at least 1, not {columns!r}.")
    table: dict[str, Any] = {"image": np.arange(len(pixels))}
    indices = {}
    for what, given in (("label", labels), ("prediction", predictions)):
        if given is not None:
            indices[what] = _class_indices(given, what, len(pixels), classes)
            table[what] = indices[what]
            if classes is not None:
                table[f"{what}_name"] = [classes[i] for i in indices[what]]
    correct = None
    if len(indices) == 2:
        correct = table["correct"] = indices["prediction"] == indices["label"]

    captions = [_caption(i, indices, classes) for i in range(len(pixels))]
    figure, grid = _image_axes(alt, captions, columns, table, pixels.shape[1] / pixels.shape[2])
    with style(WIDE):
        for i, (axes, image) in enumerate(zip(grid, pixels, strict=True)):
            wrong = correct is not None and not correct[i]
            axes.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            axes.set(xticks=[], yticks=[])
            axes.grid(False)
            axes.spines[:].set(
                visible=True,
                color=PALETTE[1] if wrong else "#B3B3B3",
                linewidth=3 if wrong else 0.8,
            )
            axes.set_title(
                captions[i], loc="center", pad=5, fontsize=_CAPTION, linespacing=1.05,
                color="#A34700" if wrong else INK, weight="bold" if wrong else "normal",
            )  # fmt: skip
        if correct is not None:
            key = "✓ prediction = label     ✗ prediction ≠ label"
            figure.text(0.5, 8 / figure.bbox.height, key, ha="center", fontsize=_CAPTION)
    return figure


_CAPTION = 12  # points
_MOST = 200


def _pixels(images: Any, value_range: tuple[float, float] | None) -> np.ndarray:
    """Images as (N, H, W) or (N, H, W, 3) between 0 and 1."""
    if len(images) > _MOST:
        raise ValueError(
            f"image_grid draws at most {_MOST} images, not {len(images)}: pass a few, images[:32]."
        )
    array = to_array(images, "images", (3, 4))
    if array.ndim == 4:
        if array.shape[1] not in (1, 3):
            raise ValueError(
                f"images must have 1 or 3 channels as (N, C, H, W), but the shape is {array.shape}."
            )
        array = array[:, 0] if array.shape[1] == 1 else array.transpose(0, 2, 3, 1)
    if value_range is not None:
        low, high = value_range
        if not low < high:
            raise ValueError(f"value_range must be (low, high) with low < high, not {value_range}.")
    elif array.dtype.kind == "i":
        low, high = 0, 255
    else:
        low, high = min(0.0, array.min()), max(1.0, array.max())
    return np.clip((array - low) / (high - low), 0, 1)


def _class_indices(given: Any, what: str, count: int, classes: Sequence[str] | None) -> np.ndarray:
    array = to_array(given, f"{what}s", (1, 2))
    if array.ndim == 2:
        raise ValueError(
            f"{what}s must be class indices (N,), not {array.shape}: take .argmax(1) of scores."
        )
    if array.dtype.kind != "i":
        raise ValueError(f"{what}s must be whole numbers, not floating point.")
    if len(array) != count:
        raise ValueError(f"There are {len(array)} {what}s for {count} images.")
    if classes is not None and (array.min() < 0 or array.max() >= len(classes)):
        bad = array[(array < 0) | (array >= len(classes))][0]
        raise ValueError(f"{what} {bad} has no name: classes has {len(classes)} of them, from 0.")
    return array


def _caption(i: int, indices: Mapping[str, np.ndarray], classes: Sequence[str] | None) -> str:
    names = {
        what: str(classes[array[i]] if classes is not None else array[i])
        for what, array in indices.items()
    }
    if len(names) < 2:
        return "".join(names.values())
    if indices["label"][i] == indices["prediction"][i]:
        return f"✓ {names['label']}"
    short = max(len(name) for name in names.values()) <= 3
    return f"✗ {names['prediction']}{' ' if short else chr(10)}≠ {names['label']}"


def _image_axes(
    alt: str, captions: Sequence[str], columns: int, table: Mapping, ratio: float
) -> tuple[Figure, list[Axes]]:
    """A figure with room for the captions: fewer columns if a caption is wider than its image.

    Places are computed, not left to a layout engine: those meet images of a fixed ratio only by
    repeated drawing, so that the second picture of a figure would differ from the first.
    """
    ruler = Figure(alt)
    renderer = ruler.canvas.get_renderer()
    with style(WIDE):
        texts = [ruler.text(0, 0, text, fontsize=_CAPTION, weight="bold") for text in set(captions)]
        widest = max(text.get_window_extent(renderer).width for text in texts)
    pad, gap, line, key = 8, 10, 19, 30 if "correct" in table else 0
    columns = min(columns, len(captions), max(1, int((WIDE - 2 * pad + gap) // (widest + gap))))
    # 100 pixels for the shorter side: a strip may be as wide as the page.
    cell = min((WIDE - 2 * pad + gap) / columns - gap, max(100.0 / min(ratio, 1), widest))
    rows = [captions[i : i + columns] for i in range(0, len(captions), columns)]
    lines = [max(text.count("\n") + 1 if text else 0 for text in row) for row in rows]
    tops = np.cumsum([pad] + [cell * ratio + gap + line * n + (4 if n else 0) for n in lines])
    height = round(tops[-1] - gap + pad + key)
    # The key to the marks needs its width even under a single image.
    width = round(max((cell + gap) * columns - gap + 2 * pad, 390 if key else 0))
    left = (width - (cell + gap) * columns + gap) / 2
    figure = Figure(alt, (width, height), table, "image_grid")
    figure.set_layout_engine("none")
    axes = []
    with style(WIDE):
        for row, below in zip(rows, tops[1:], strict=True):
            bottom = height - below + gap
            for i in range(len(row)):
                x = left + i * (cell + gap)
                box = (x / width, bottom / height, cell / width, cell * ratio / height)
                axes.append(figure.add_axes(box))
    return figure, axes
