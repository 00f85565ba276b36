"""The figure that carries its alternative text and its numbers, and the one style of the course."""

import base64
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib.figure
import matplotlib.style
from cycler import cycler
from matplotlib.backends.backend_agg import FigureCanvasAgg

if TYPE_CHECKING:
    import pandas

# Okabe and Ito's colors (https://jfly.uni-koeln.de/color/) in an order that keeps neighbors apart.
# Purple, orange and sky blue are darkened to 3:1 on white, yellow cannot be and is left out.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#B0568A", "#B87A00", "#3C8DC5", "#4D4D4D")
# Color is never the only difference between two lines. 7 colors and 8 markers have no common
# divisor: 56 lines until a pair repeats.
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
DASHES = ("-", (0, (4, 1.6)), (0, (1.2, 1.4)), (0, (5, 1.5, 1.2, 1.5)))
INK = "#262626"
MUTED = "#595959"

# Sizes are in CSS pixels, 100 to the inch of matplotlib's; the PNG has twice as many.
PIXELS_PER_INCH = 100
NARROW, WIDE = 460, 700

_STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#8C8C8C",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.prop_cycle": cycler(color=PALETTE),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": "medium",
    "axes.formatter.useoffset": False,
    "figure.constrained_layout.h_pad": 0.06,
    "figure.constrained_layout.w_pad": 0.07,
    "figure.dpi": PIXELS_PER_INCH,
    "figure.facecolor": "white",
    "font.size": 10.5,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.7,
    "legend.borderaxespad": 0.2,
    "legend.columnspacing": 1.1,
    "legend.fontsize": 10.0,
    "legend.frameon": False,
    "legend.handlelength": 1.9,
    "legend.handletextpad": 0.4,
    "legend.labelspacing": 0.3,
    "lines.linewidth": 1.9,
    "lines.markersize": 5,
    "svg.fonttype": "none",  # texts that can be searched
    "svg.hashsalt": "dlcourse",
    "text.color": INK,
    "xtick.color": "#8C8C8C",
    "xtick.labelcolor": INK,
    "ytick.color": "#8C8C8C",
    "ytick.labelcolor": INK,
}


@contextmanager
def style(width: int = NARROW) -> Iterator[None]:
    """The course's style, from matplotlib's defaults up; the reader's own settings come back after.

    Args:
        width: of the figure in CSS pixels.  A wide one has larger type, because a phone shows it
            at half its size.
    """
    size = {"font.size": 12.0, "legend.fontsize": 12.0} if width > NARROW else {}
    with matplotlib.style.context(["default", _STYLE | size]):
        yield


class Figure(matplotlib.figure.Figure):
    """A matplotlib figure with alternative text and the table of its numbers.

    It belongs to no window and no list of open figures: it goes when its last reference goes.
    As the last expression of a notebook cell it is shown as an SVG whose colors a page may set,
    or, where that would be large, as a PNG of twice its size in CSS pixels, with ``alt``,
    ``width`` and ``height`` in the output's metadata.

    Args:
        alt: alternative text that states what the figure shows.
        size: width and height in CSS pixels.
        columns: the plotted numbers, a column each, all of one length.
        maker: name of the function that draws, for error messages.

    Raises:
        ValueError: ``alt`` is empty.
        TypeError: ``alt`` is not a str.
    """

    def __init__(
        self,
        alt: str,
        size: tuple[float, float] = (NARROW, 320),
        columns: Mapping[str, Sequence] | None = None,
        maker: str = "Figure",
    ):
        self.alt = check_alt(alt, maker)
        self._columns = dict(columns or {})
        with style(size[0]):
            super().__init__(
                figsize=(size[0] / PIXELS_PER_INCH, size[1] / PIXELS_PER_INCH),
                dpi=PIXELS_PER_INCH,
                layout="constrained",
            )
        FigureCanvasAgg(self)

    def table(self) -> "pandas.DataFrame":
        """The numbers that the figure shows, one observation a row, as a new frame."""
        import pandas

        return pandas.DataFrame(self._columns)

    def save(self, path: str | os.PathLike) -> Path:
        """Write the figure, and beside it its numbers (``.csv``) and alternative text (``.txt``).

        All three are made before the first is put in place, and each is put in place whole.

        Args:
            path: ends in ``.png`` (twice the size in CSS pixels) or ``.svg``.

        Returns:
            The path of the picture.

        Raises:
            ValueError: another suffix.
            FileNotFoundError: the folder does not exist.
            OSError: the folder cannot be written to.
        """
        path = Path(path)
        if path.suffix not in (".png", ".svg"):
            raise ValueError(f"Cannot save a figure as '{path.name}': end it in .png or .svg.")
        if not path.parent.is_dir():
            raise FileNotFoundError(
                f"Cannot save '{path.name}': there is no folder '{path.parent}'; make it first."
            )
        contents = {
            path: self._render(path.suffix[1:]),
            path.with_suffix(".csv"): self.table().to_csv(index=False).encode(),
            path.with_suffix(".txt"): (self.alt + "\n").encode(),
        }
        try:
            _write_all(contents)
        except OSError as error:
            raise type(error)(
                f"Cannot save '{path.name}' in '{path.parent}' ({error.strerror}): "
                "choose a folder that you may write to."
            ) from error
        return path

    def savefig(self, *args: Any, **kwargs: Any) -> None:
        """As matplotlib's, in the style that the figure was made in."""
        with style(self._css_size()[0]):
            super().savefig(*args, **kwargs)

    def _render(self, suffix: str) -> bytes:
        # A date or a version would make equal figures unequal files.
        if suffix == "png":
            metadata = {"Description": self.alt, "Software": None}
        else:
            metadata = {"Title": self.alt, "Date": None, "Creator": None}
        buffer = io.BytesIO()
        self.savefig(buffer, format=suffix, dpi=2 * PIXELS_PER_INCH, metadata=metadata)
        return buffer.getvalue()

    def _css_size(self) -> tuple[int, int]:
        width, height = self.get_size_inches() * PIXELS_PER_INCH
        return round(width), round(height)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        _keep_pyplot_from_drawing_it()
        from dlcourse.plotting.themed import inline_svg

        width, height = self._css_size()
        about = {"alt": self.alt, "width": width, "height": height}
        data = {
            "image/png": base64.b64encode(self._render("png")).decode("ascii"),
            "text/plain": self.alt,
        }
        svg = inline_svg(self._render("svg").decode("utf-8"), self.alt, width, height)
        if svg is None:
            return data, {"image/png": about}
        # The page takes the SVG and leaves the PNG to viewers that refuse what might be active.
        metadata = {
            "image/svg+xml": about | {"inline": "plot"},
            "image/png": about | {"spare": True},
        }
        return {"image/svg+xml": svg, **data}, metadata


def check_alt(alt: str, maker: str) -> str:
    """The alternative text without outer white space; an empty one is refused."""
    if not isinstance(alt, str):
        raise TypeError(
            f"plotting.{maker}: alt must be a str that says what the figure shows, "
            f"not {type(alt).__name__}."
        )
    if not alt.strip():
        raise ValueError(
            f"plotting.{maker}: alt is empty; write the sentence that the figure says, "
            "for readers who cannot see it."
        )
    return " ".join(alt.split())


def _keep_pyplot_from_drawing_it() -> None:
    """Keep IPython's inline backend, once pyplot is imported, from taking over this class.

    It registers printers for matplotlib's Figure and everything derived from it; they come before
    a class's own bundle and drop the alternative text.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        return
    for mime, formatter in shell.display_formatter.formatters.items():
        taken = matplotlib.figure.Figure in getattr(formatter, "type_printers", {})
        if taken and Figure not in formatter.type_printers:
            formatter.for_type(Figure, partial(_print, mime))


def _print(mime: str, figure: Figure) -> tuple[str, dict] | None:
    data, metadata = figure._repr_mimebundle_()
    return (data[mime], metadata[mime]) if mime in metadata else None


def _write_all(contents: Mapping[Path, bytes]) -> None:
    """Write every file beside its place, then move each into it; leave nothing behind."""
    temporary = {path: path.with_name(f".{path.name}.{os.getpid()}") for path in contents}
    try:
        for path, content in contents.items():
            temporary[path].write_bytes(content)
        for path, whole in temporary.items():
            os.replace(whole, path)
    finally:
        for whole in temporary.values():
            whole.unlink(missing_ok=True)
