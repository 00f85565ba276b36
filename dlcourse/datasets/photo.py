"""A photograph that arrives with a package: no download."""

import torch
from torch import Tensor

SIZE = (427, 640)


def photo(device: torch.device | str | None = None) -> Tensor:
    """A temple with bright walls, tiled roofs and railings: edges in many directions.

    It is ``china.jpg`` of scikit-learn, by the Flickr user danielbuechele, licensed under CC BY 2.0
    (https://creativecommons.org/licenses/by/2.0/): whoever shows it, or what was made of it, names
    the author.

    Args:
        device: where the image shall lie; ``None`` is the CPU.

    Returns:
        (3, 427, 640) uint8: red, green, blue.

    Raises:
        RuntimeError: the file is missing, damaged or another one.
    """
    from sklearn.datasets import load_sample_image  # here, since it takes a second

    try:
        pixels = load_sample_image("china.jpg")  # (H, W, C)
    except Exception as error:
        raise RuntimeError(
            "photo: scikit-learn's sample image china.jpg cannot be read "
            f"({type(error).__name__}: {error}); install scikit-learn again."
        ) from error
    if pixels.shape != (*SIZE, 3):
        raise RuntimeError(
            f"photo: scikit-learn's sample image china.jpg has shape {pixels.shape}, not "
            f"{(*SIZE, 3)}; install scikit-learn again."
        )
    return torch.tensor(pixels, device=device).permute(2, 0, 1).contiguous()
