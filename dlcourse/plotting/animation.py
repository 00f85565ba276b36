"""A moving picture that a reader can do without: the still of it says the same."""

import base64
import html
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from dlcourse.plotting.figure import PIXELS_PER_INCH, Figure, check_alt

if TYPE_CHECKING:
    import pandas

_DISTINCT = 20  # of 255: colors that lie closer are one
_SCALE = 1.5  # pixels of the GIF to a CSS pixel


class Animation:
    """Figures of one size, shown one after another, again and again.

    A notebook or page shows a GIF within a ``details`` element, which a reader closes to stop the
    movement; for who asked the system for less motion it shows the still instead. It needs neither
    scripts nor a network. Where HTML is not shown, there is the still.

    Args:
        frames: the figures, all of one size.
        alt: alternative text that states what the animation shows.
        still: the number of the figure that stands for all.
        seconds: how long each is shown.

    Raises:
        ValueError: no figure, figures of several sizes, or a still or time out of range.
    """

    def __init__(self, frames: Sequence[Figure], alt: str, still: int = 0, seconds: float = 0.9):
        self.alt = check_alt(alt, "Animation")
        self.frames = list(frames)
        if not self.frames:
            raise ValueError("Animation: there is no figure to show.")
        sizes = {frame._css_size() for frame in self.frames}
        if len(sizes) > 1:
            raise ValueError(f"Animation: the figures must have one size, not {sorted(sizes)}.")
        if not 0 <= still < len(self.frames):
            raise ValueError(f"Animation: still must be in 0..{len(self.frames) - 1}, not {still}.")
        # Three flashes a second and more can harm; and nobody could read that fast.
        if not seconds >= 0.4:
            raise ValueError(f"Animation: seconds must be at least 0.4, to be read, not {seconds}.")
        self.still, self.seconds = self.frames[still], seconds

    def table(self) -> "pandas.DataFrame":
        """The numbers that the still shows, as those of a :class:`Figure`."""
        return self.still.table()

    def save(self, path: str | os.PathLike) -> Path:
        """Write the moving picture as a ``.gif``.

        Raises:
            ValueError: another suffix.
        """
        path = Path(path)
        if path.suffix != ".gif":
            raise ValueError(f"Cannot save an animation as '{path.name}': end it in .gif.")
        path.write_bytes(self._gif())
        return path

    def _gif(self) -> bytes:
        frames = np.stack([_pixels(frame) for frame in self.frames])  # (frames, H, W)
        colors, places = np.unique(frames, return_inverse=True)
        palette, nearest = _palette(colors, np.bincount(places.ravel()))
        first, *others = (
            Image.fromarray(indices) for indices in nearest[places].reshape(frames.shape)
        )
        for picture in (first, *others):
            picture.putpalette(palette.astype(np.uint8).tobytes())
        buffer = io.BytesIO()
        first.save(
            buffer, "GIF", save_all=True, append_images=others, loop=0,
            duration=round(1000 * self.seconds), disposal=1,
        )  # fmt: skip
        return buffer.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        data, metadata = self.still._repr_mimebundle_()
        # The moving picture is shown as HTML, or else the still as a PNG.
        data.pop("image/svg+xml", None), metadata.pop("image/svg+xml", None)
        metadata["image/png"].pop("spare", None)
        metadata["image/png"]["alt"] = data["text/plain"] = self.alt
        width, height = self.still._css_size()
        gif = base64.b64encode(self._gif()).decode("ascii")
        data["text/html"] = (
            "<details open>\n<summary>Moving picture (close to stop it)</summary>\n<picture>\n"
            '<source media="(prefers-reduced-motion: reduce)" '
            f'srcset="data:image/png;base64,{data["image/png"]}">\n'
            f'<img src="data:image/gif;base64,{gif}" alt="{html.escape(self.alt)}" '
            f'width="{width}" height="{height}" style="max-width: 100%; height: auto">\n'
            "</picture>\n</details>"
        )
        return data, metadata


def _pixels(frame: Figure) -> np.ndarray:
    """The picture of a figure, (H, W), a color as one number."""
    buffer = io.BytesIO()
    frame.savefig(buffer, format="png", dpi=_SCALE * PIXELS_PER_INCH)
    rgb = np.asarray(Image.open(buffer).convert("RGB")).astype(np.int64)
    return (rgb << [16, 8, 0]).sum(axis=2)


def _palette(colors: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One palette for all frames, (n, 3), and the number in it of each color's nearest.

    The commonest colors that differ to the eye: flat areas keep theirs exactly, and the many
    shades at the edges of letters become a few.
    """
    rgb = (colors[:, None] >> [16, 8, 0]) & 255
    chosen: list[np.ndarray] = []
    for color in rgb[np.argsort(-counts, kind="stable")]:
        if all(np.abs(color - other).max() > _DISTINCT for other in chosen):
            chosen.append(color)
    palette = np.stack(chosen[:256])
    distances = ((rgb[:, None] - palette) ** 2).sum(axis=2)
    return palette, distances.argmin(axis=1).astype(np.uint8)
