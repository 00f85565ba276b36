"""A window that slides over an image of numbers: one position as a figure, all as an animation."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from dlcourse.inspection.receptive_field import Window
from dlcourse.plotting.animation import Animation
from dlcourse.plotting.arrays import to_array
from dlcourse.plotting.figure import INK, MUTED, PALETTE, WIDE, Figure, check_alt, style

OPERATIONS = ("sum", "max", "mean")
_MOST = 64  # positions; more would be long to watch and heavy to load
_CELL = 40  # CSS pixels, where the page is wide enough
_GAP = 1.4  # between the panels, in cells
_SEEN, _DONE, _FRAME = "#CFE4F3", "#FBE3D2", "#A6A6A6"


class _Scene(NamedTuple):
    """All numbers that the frames show."""

    padded: np.ndarray
    kernel: np.ndarray | None
    outputs: np.ndarray
    window: tuple[Window, Window]  # of rows, of columns
    operation: str


def sliding_window(
    image: Any,
    kernel: Any,
    *,
    alt: str,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    operation: str = "sum",
    step: int | None = None,
    seconds: float = 0.9,
) -> Animation | Figure:
    """Show how a window slides over an image and what it computes at each position.

    Args:
        image: (H, W), a few numbers each way.
        kernel: (h, w), the weights of a cross-correlation; or a whole number, the size of a square
            window without weights, for an operation other than ``"sum"``.
        alt: alternative text that states what the figure shows.
        stride: pixels from one position to the next, in both directions.
        padding: zeros added around the image for ``"sum"`` only.
        dilation: pixels from one place of the kernel to the next.
        operation: ``"sum"`` of the products with the kernel, ``"max"`` or ``"mean"`` of what is
            in the window.
        step: the position to show, counted from 0 in reading order, as one figure; by default all
            of them, one after another.
        seconds: how long each position is shown.

    Returns:
        An animation, or the figure of one position. The table has an output a row: ``row``,
        ``column`` and ``value``.

    Raises:
        ValueError: shapes or numbers that do not fit each other, or more than 64 positions.
    """
    check_alt(alt, "sliding_window")
    scene = _compute(image, kernel, stride, padding, dilation, operation)
    count = scene.outputs.size
    if count > _MOST:
        raise ValueError(
            f"sliding_window shows at most {_MOST} positions, not {count}: take a smaller image or "
            "a larger stride."
        )
    if step is not None:
        if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step < count:
            raise ValueError(
                f"sliding_window: step must be in 0..{count - 1}, the number of a position, got "
                f"{step!r}."
            )
        return _frame(scene, step, alt)
    frames = [_frame(scene, number, alt) for number in range(count)]
    # In the middle, a part of the output is there and a part is still to come.
    return Animation(frames, alt, still=count // 2, seconds=seconds)


def _compute(
    image: Any, kernel: Any, stride: int, padding: int, dilation: int, operation: str
) -> _Scene:
    if operation not in OPERATIONS:
        raise ValueError(
            f"sliding_window: operation must be one of {', '.join(OPERATIONS)}, not {operation!r}."
        )
    pixels = to_array(image, "sliding_window: image", (2,))
    weights = None
    if operation == "sum":
        weights = to_array(kernel, "sliding_window: kernel", (2,))
        sizes = weights.shape
    else:
        if isinstance(kernel, bool) or not isinstance(kernel, int):
            raise ValueError(
                f"sliding_window: for operation={operation!r}, kernel is the window's size, a "
                f"whole number, not {type(kernel).__name__}."
            )
        if padding:
            raise ValueError(f"sliding_window: padding goes with 'sum' only, not {operation!r}.")
        sizes = (kernel, kernel)
    rows, columns = (Window(size, stride, padding, dilation) for size in sizes)
    shape = rows.output_size(pixels.shape[0]), columns.output_size(pixels.shape[1])
    padded = np.pad(pixels, padding)
    outputs = np.empty(shape)
    for i, j in np.ndindex(shape):
        seen = padded[_places(rows, i)][:, _places(columns, j)]
        if weights is not None:
            seen = seen * weights
        outputs[i, j] = getattr(seen, operation)()
    return _Scene(padded, weights, outputs, (rows, columns), operation)


def _places(window: Window, position: int) -> slice:
    start = position * window.stride
    return slice(start, start + window.span, window.dilation)


def _frame(scene: _Scene, step: int, alt: str) -> Figure:
    """One position: the outputs up to it are there, and below stands how it was computed."""
    (H, W), outputs = scene.padded.shape, scene.outputs
    kernel_columns = 0 if scene.kernel is None else scene.kernel.shape[1] + _GAP
    across = W + _GAP + kernel_columns + outputs.shape[1]
    kernel_rows = 0 if scene.kernel is None else scene.kernel.shape[0]
    down = max(H, kernel_rows, outputs.shape[0])
    cell = min(_CELL, (WIDE - 20) / across)
    width, height = round(across * cell + 20), round(down * cell + 20 + 62)
    table = {
        "row": [i for i, _ in np.ndindex(outputs.shape)],
        "column": [j for _, j in np.ndindex(outputs.shape)],
        "value": outputs.ravel(),
    }
    figure = Figure(alt, (width, height), table, "sliding_window")
    figure.set_layout_engine("none")
    i, j = divmod(step, outputs.shape[1])
    with style(WIDE):
        box = (10 / width, 34 / height, across * cell / width, down * cell / height)
        axes = figure.add_axes(box, xlim=(0, across), ylim=(down, 0))
        axes.set_axis_off()
        _draw_image(axes, scene, i, j, cell)
        x = W + _GAP
        if scene.kernel is not None:
            _title(axes, x, scene.kernel.shape[1], "kernel")
            for place, weight in np.ndenumerate(scene.kernel):
                _square(axes, x + place[1], place[0], weight, cell, face="#EFEFEF")
            x += kernel_columns
        _title(axes, x, outputs.shape[1], "output")
        for number, (place, value) in enumerate(np.ndenumerate(outputs)):
            face = _DONE if number <= step else "white"
            known = value if number <= step else None
            _square(axes, x + place[1], place[0], known, cell, face=face)
        _border(axes, x + j, i, 1, 1, PALETTE[1])
        formula = figure.text(10 / width, 13 / height, _formula(scene, i, j), va="center")
        needed = formula.get_window_extent(figure.canvas.get_renderer()).width
        formula.set_fontsize(formula.get_fontsize() * min(1, (width - 30) / needed))
    return figure


def _draw_image(axes: Axes, scene: _Scene, i: int, j: int, cell: float) -> None:
    rows, columns = scene.window
    H, W = scene.padded.shape
    seen = np.zeros((H, W), dtype=bool)
    seen[_places(rows, i), _places(columns, j)] = True
    _title(axes, 0, W, "image with padding" if rows.padding else "image")
    for (y, x), value in np.ndenumerate(scene.padded):
        inside = rows.padding <= y < H - rows.padding and columns.padding <= x < W - columns.padding
        ink = INK if inside else MUTED
        face = _SEEN if seen[y, x] else "white" if inside else "#EFEFEF"
        _square(axes, x, y, value, cell, face=face, ink=ink, dashed=not inside)
    top, left = i * rows.stride, j * columns.stride
    _border(axes, left, top, columns.span, rows.span, PALETTE[0])


def _title(axes: Axes, x: float, across: float, text: str) -> None:
    axes.text(x + across / 2, -0.18, text, ha="center", va="bottom", fontsize=11.5)


def _square(
    axes: Axes, x: float, y: float, value: float | None, cell: float, *, face: str,
    ink: str = INK, dashed: bool = False,
) -> None:  # fmt: skip
    line = {"linestyle": (0, (2, 2)) if dashed else "-", "linewidth": 0.8, "edgecolor": _FRAME}
    axes.add_patch(Rectangle((x, y), 1, 1, facecolor=face, **line))
    if value is not None:
        text = _short(value)
        size = 14 * cell / _CELL * min(1, 3.5 / len(text))  # a long number is smaller
        axes.text(x + 0.5, y + 0.5, text, fontsize=size, color=ink, ha="center", va="center")


def _border(axes: Axes, x: float, y: float, across: float, down: float, color: str) -> None:
    axes.add_patch(
        Rectangle((x, y), across, down, fill=False, edgecolor=color, linewidth=3, clip_on=False)
    )


def _short(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _formula(scene: _Scene, i: int, j: int) -> str:
    rows, columns = scene.window
    seen = scene.padded[_places(rows, i)][:, _places(columns, j)]
    result = _short(scene.outputs[i, j])
    if scene.kernel is None:
        return f"{scene.operation} of {', '.join(map(_short, seen.ravel()))} = {result}"
    terms = [
        f"{_short(x)}·{f'({_short(w)})' if w < 0 else _short(w)}"
        for x, w in zip(seen.ravel(), scene.kernel.ravel(), strict=True)
    ]
    return f"{' + '.join(terms)} = {result}"
