"""Printed letters in many fonts, drawn from the font files that arrive with matplotlib."""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dlcourse.datasets.images import ImageDataset

# Capitals, and the small letters that do not look like theirs once both are drawn equally large.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"
_STYLES = ("", "-Bold", "-Oblique", "-BoldOblique")
_TRAIN = (
    *(f"DejaVuSans{style}" for style in _STYLES),
    *(f"DejaVuSansMono{style}" for style in _STYLES),
    *(f"DejaVuSerif{style}" for style in ("-Bold", "-Italic", "-BoldItalic")),
    *("STIXGeneral", "STIXGeneralBol", "STIXGeneralBolIta"),
    *("cmb10", "cmr10", "cmti10", "cmtt10"),
)
_TEST = ("DejaVuSerif", "STIXGeneralItalic", "cmss10")
SIZE, BOX = 28, 20  # of an image, and of the square within it that a letter fills: as in MNIST


class PrintedLetters(ImageDataset):
    """37 letters in 21 fonts: white on black, 28x28 gray pixels, in the middle, as MNIST's digits.

    A letter is drawn as large as fits into 20x20 pixels. There are 26 capitals and the 11 small
    letters whose form is not that of the capital. Nothing is random; a transform such as
    `RandomAffine` makes more images of these.

    Args:
        train: ``True`` for 18 fonts, ``False`` for three others, one of each family but the
            typewriter's, ``None`` for all 21.
        device: where the set shall lie; ``None`` is the CPU.

    Raises:
        RuntimeError: a font of matplotlib is missing or damaged.
    """

    def __init__(self, train: bool | None = True, device: torch.device | str | None = None):
        if train not in (True, False, None):
            raise ValueError(f"PrintedLetters takes train=True, False or None, not {train!r}.")
        fonts = {True: _TRAIN, False: _TEST, None: _TRAIN + _TEST}[train]
        images = torch.cat([_alphabet(font) for font in fonts])
        labels = torch.arange(len(LETTERS)).repeat(len(fonts))
        kind = {True: " training set", False: " test set", None: ""}[train]
        name = f"PrintedLetters{kind}"
        whole = ImageDataset(images, labels, list(LETTERS), name)
        whole = whole if device is None else whole.to(device)
        super().__init__(whole.images, whole.labels, whole.classes, name)


@cache
def _alphabet(font: str) -> Tensor:
    """The letters of one font, (37, 1, 28, 28) uint8."""
    import matplotlib
    from PIL import ImageFont

    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    try:
        with path.open("rb") as file:  # by its name, Pillow would look in other folders as well
            face = ImageFont.truetype(file, 3 * BOX)
    except OSError as error:
        raise RuntimeError(
            f"PrintedLetters cannot read the font {path} ({error}); "
            "pip install --force-reinstall matplotlib restores it."
        ) from error
    return torch.from_numpy(np.stack([_draw(letter, face) for letter in LETTERS]))[:, None]


def _draw(letter: str, face: object) -> np.ndarray:
    from PIL import Image, ImageDraw

    left, top, right, bottom = face.getbbox(letter)
    drawn = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(drawn).text((-left, -top), letter, fill=255, font=face)
    drawn = drawn.crop(drawn.getbbox())  # the font's box has margins of its own
    scale = BOX / max(drawn.size)
    size = tuple(max(1, round(scale * n)) for n in drawn.size)
    image = Image.new("L", (SIZE, SIZE))
    image.paste(drawn.resize(size, Image.Resampling.BOX), tuple((SIZE - n) // 2 for n in size))
    return np.array(image)
