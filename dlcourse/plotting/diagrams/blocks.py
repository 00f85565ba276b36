"""Tensors as blocks to scale, grids of numbers, small pictures, frames around parts."""

import base64
import io
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image

from dlcourse.plotting.arrays import to_array
from dlcourse.plotting.diagrams.look import SIZE, VARIABLES, fill_color, line_color
from dlcourse.plotting.diagrams.parts import Group, Part
from dlcourse.plotting.diagrams.text import extent, plain, svg_text

_SLANT = (0.42, 0.3)  # how far the depth of a block goes to the right and up, per pixel
_CAPTION = 4  # pixels between a block and the text below it


def side_length(n: int) -> float:
    """The length in CSS pixels that stands for n entries: it grows as the square root."""
    return 3 + 6.5 * math.sqrt(n)


class Tensor(Part):
    """A block whose edges stand for a tensor's dimensions, with its shape below.

    (C, H, W) is a cuboid: C runs in the direction of the data, to the right, H upwards, and W into
    the depth.  (T, D) is a rectangle of T rows and D columns, (D,) a column.
    """

    def __init__(
        self,
        key: str,
        shape: Sequence[int],
        text: str = "",
        *,
        color: str | None = "blue",
        scale: Callable[[int], float] = side_length,
        show_shape: bool = True,
    ):
        self.shape = tuple(int(n) for n in shape)
        if not 1 <= len(self.shape) <= 3 or min(self.shape) < 1:
            raise ValueError(
                f"diagrams: the tensor {key!r} needs one to three sizes of at least 1, "
                f"got {self.shape}; leave out the batch."
            )
        self.text, self.color = text, color
        fill_color(color)
        self.lines = [line for line in (text, "×".join(map(str, self.shape))) if line]
        self.lines = self.lines if show_shape else [text] if text else []
        channels, high, deep = (*((1, 1, *self.shape))[-3:],)
        if len(self.shape) == 3:
            self.front = (scale(channels) * 0.62, scale(high))
            self.depth = (_SLANT[0] * scale(deep), _SLANT[1] * scale(deep))
        else:
            wide, high = (1, deep) if len(self.shape) == 1 else (deep, high)
            self.front, self.depth = (max(scale(wide), 12), max(scale(high), 12)), (0.0, 0.0)
        wide = max([self.front[0] + self.depth[0], *(extent(t, SIZE - 2)[0] for t in self.lines)])
        self.caption = sum(extent(t, SIZE - 2)[1] for t in self.lines)
        self.caption += _CAPTION if self.lines else 0
        super().__init__(key, wide, self.front[1] + self.depth[1] + self.caption)

    def face(self) -> tuple[float, float, float, float]:
        """The block without its caption."""
        wide = self.front[0] + self.depth[0]
        return self.x - wide / 2, self.top, self.x + wide / 2, self.bottom - self.caption

    def says(self) -> str:
        """Text and shape."""
        shape = "×".join(map(str, self.shape))
        return f"{plain(self.text)} ({shape})" if self.text else shape

    def svg(self) -> str:
        """Front, top and side, and the caption."""
        (wide, high), (dx, dy) = self.front, self.depth
        left = self.x - (wide + dx) / 2
        top = self.top + dy
        look = f'style="fill:{fill_color(self.color)};stroke:{line_color(self.color)}"'
        paths = [f"M{left:.1f} {top:.1f}h{wide:.1f}v{high:.1f}h{-wide:.1f}z"]
        if dx:
            paths.append(f"M{left:.1f} {top:.1f}l{dx:.1f} {-dy:.1f}h{wide:.1f}l{-dx:.1f} {dy:.1f}z")
            paths.append(
                f"M{left + wide:.1f} {top:.1f}l{dx:.1f} {-dy:.1f}v{high:.1f}l{-dx:.1f} {dy:.1f}z"
            )
        elements = [f'<path d="{path}" {look} stroke-linejoin="round"/>' for path in paths]
        y = self.bottom - self.caption + _CAPTION
        for text in self.lines:
            step = extent(text, SIZE - 2)[1]
            kind = "ink" if text == self.text else "muted"
            elements.append(svg_text(text, self.x, y + step / 2, SIZE - 2, kind=kind))
            y += step
        return "".join(elements)


class Cells(Part):
    """A grid of numbers or words: a matrix, a mask, a window of an image.

    Args:
        key: its name in the drawing.
        values: (rows, columns) of numbers or strings; None for an empty cell.
        text: below the grid.
        size: of a cell in CSS pixels, one number or width and height.
        color: of the shading, by value from 0 to the largest; None for no shading.
        shade: (rows, columns) in 0..1, where the values do not say how dark a cell is.
        numbers: whether the values are written.
        marked: cells (row, column) with a thick outline.
        digits: after the point.
    """

    def __init__(
        self,
        key: str,
        values: Any,
        text: str = "",
        *,
        size: float | tuple[float, float] = 26,
        color: str | None = "blue",
        shade: Any = None,
        numbers: bool = True,
        marked: Sequence[tuple[int, int]] = (),
        digits: int = 0,
    ):
        rows = (
            values
            if isinstance(values, list)
            else to_array(values, f"Cells {key!r}", (2,)).tolist()
        )
        if not rows or not isinstance(rows[0], list) or len({len(row) for row in rows}) != 1:
            raise ValueError(f"diagrams: the cells {key!r} need rows of equal length.")
        self.rows, self.text, self.numbers, self.digits = rows, text, numbers, digits
        self.cell = (size, size) if isinstance(size, int | float) else size
        self.color, self.marked = color, set(marked)
        fill_color(color)
        self.shade = None if color is None else self._shade(shade)
        self.caption = extent(text, SIZE - 2)[1] + _CAPTION if text else 0
        wide = self.cell[0] * len(rows[0])
        super().__init__(
            key,
            max(wide, extent(text, SIZE - 2)[0] if text else 0),
            self.cell[1] * len(rows) + self.caption,
        )

    def _shade(self, shade: Any) -> np.ndarray:
        if shade is not None:
            return to_array(shade, "shade", (2,)).astype(float).clip(0, 1)
        numbers = [
            [abs(v) if isinstance(v, int | float) else 0.0 for v in row] for row in self.rows
        ]
        values = np.array(numbers, dtype=float)
        return values / (values.max() or 1.0)

    def place(self, row: int, column: int) -> tuple[float, float]:
        """The middle of a cell."""
        left = self.x - self.cell[0] * len(self.rows[0]) / 2
        return left + (column + 0.5) * self.cell[0], self.top + (row + 0.5) * self.cell[1]

    def face(self) -> tuple[float, float, float, float]:
        """The grid without its caption."""
        wide = self.cell[0] * len(self.rows[0])
        return self.x - wide / 2, self.top, self.x + wide / 2, self.bottom - self.caption

    def says(self) -> str:
        """Text and size."""
        size = f"{len(self.rows)}×{len(self.rows[0])}"
        return f"{plain(self.text)} ({size})" if self.text else size

    def svg(self) -> str:
        """The cells, their shading and what is written in them."""
        wide, high = self.cell
        elements = []
        for i, row in enumerate(self.rows):
            for j, value in enumerate(row):
                x, y = self.place(i, j)
                box = (
                    f'x="{x - wide / 2:.1f}" y="{y - high / 2:.1f}" width="{wide:g}"'
                    f' height="{high:g}"'
                )
                look = f"fill:{VARIABLES['paper']};stroke:{line_color(None)};stroke-width:.8"
                elements.append(f'<rect {box} style="{look}"/>')
                if self.shade is not None and self.shade[i, j] > 0:
                    # At most so dark that ink on it is readable.
                    look = f"fill:{line_color(self.color)};opacity:{0.5 * self.shade[i, j]:.2f}"
                    elements.append(f'<rect {box} style="{look}"/>')
                if self.numbers and value is not None:
                    size = min(SIZE - 2, 0.52 * high)
                    elements.append(svg_text(self._written(value), x, y, size))
        for i, j in sorted(self.marked):
            x, y = self.place(i, j)
            elements.append(
                f'<rect x="{x - wide / 2:.1f}" y="{y - high / 2:.1f}" width="{wide:g}"'
                f' height="{high:g}"'
                f' style="fill:none;stroke:{VARIABLES["orange"]};stroke-width:2"/>'
            )
        if self.text:
            y = self.bottom - self.caption / 2 + _CAPTION / 2
            elements.append(svg_text(self.text, self.x, y, SIZE - 2))
        return "".join(elements)

    def _written(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        return f"{value:.{self.digits}f}".replace("-", "−")


class Picture(Part):
    """A small image (H, W) or (3, H, W), values in 0..1 or uint8, each pixel a sharp square."""

    def __init__(self, key: str, image: Any, text: str = "", width: float = 84):
        pixels = to_array(image, f"Picture {key!r}", (2, 3))
        if pixels.ndim == 3:
            pixels = pixels.transpose(1, 2, 0)
            pixels = pixels[..., 0] if pixels.shape[2] == 1 else pixels
        if pixels.dtype.kind == "f":
            pixels = (pixels.clip(0, 1) * 255).round()
        pixels = pixels.clip(0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
        self.data = base64.b64encode(buffer.getvalue()).decode("ascii")
        self.text = text
        self.high = width * pixels.shape[0] / pixels.shape[1]
        self.caption = extent(text, SIZE - 2)[1] + _CAPTION if text else 0
        super().__init__(key, width, self.high + self.caption)

    def says(self) -> str:
        """The text."""
        return plain(self.text)

    def svg(self) -> str:
        """The image within a line."""
        box = f'x="{self.left:.1f}" y="{self.top:.1f}" width="{self.width:g}"'
        box += f' height="{self.high:.1f}"'
        caption = ""
        if self.text:
            y = self.bottom - self.caption / 2 + _CAPTION / 2
            caption = svg_text(self.text, self.x, y, SIZE - 2)
        return (
            f'<image {box} href="data:image/png;base64,{self.data}" preserveAspectRatio="none"'
            f' style="image-rendering:pixelated"/>'
            f'<rect {box} style="fill:none;stroke:{line_color(None)}"/>{caption}'
        )


class Frame(Group):
    """A frame around parts, with a title at its upper left."""

    def __init__(
        self,
        key: str,
        parts: Sequence[Part],
        text: str = "",
        *,
        color: str | None = "gray",
        padding: float = 16,
        dashed: bool = False,
    ):
        super().__init__(key, parts)
        self.text, self.color, self.padding, self.dashed = text, color, padding, dashed
        fill_color(color)

    def __getattr__(self, name: str) -> Any:
        value = super().__getattr__(name)
        title = 20 if self.text else 0
        extra = {"x": 0, "y": -title / 2, "width": 2 * self.padding}
        return value + extra.get(name, 2 * self.padding + title)

    def says(self) -> str:
        """Its title and what is within."""
        inside = ", ".join(filter(None, (leaf.says() for leaf in self.leaves())))
        return f"{plain(self.text)}: {inside}" if self.text else ""

    def svg(self) -> str:
        """The frame and its title."""
        dash = ' stroke-dasharray="5 4"' if self.dashed else ""
        title = ""
        if self.text:
            x, y = self.left + 10, self.top + 14
            title = svg_text(self.text, x, y, SIZE - 1, "start", "muted", bold=True)
        return (
            f'<rect class="frame" x="{self.left:.1f}" y="{self.top:.1f}"'
            f' width="{self.width:.1f}" height="{self.height:.1f}" rx="10"{dash}'
            f' style="fill:{fill_color(self.color)};stroke:{line_color(self.color)}"/>{title}'
        )
