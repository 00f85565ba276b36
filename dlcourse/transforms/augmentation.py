"""Transforms that make other images of the same thing: by a draw of its own for each image."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from dlcourse.runtime import place_of, send
from dlcourse.transforms.base import Transform, floats, is_int, size_of


class RandomCrop(Transform):
    """Pads with zeros and cuts out a window, at a place drawn for each image.

    Args:
        size: height and width of the window, an int or a pair (H, W).
        padding: zeros added on each of the four sides first.
    """

    def __init__(self, size: int | tuple[int, int], padding: int = 0):
        self.size = size_of(size, "RandomCrop")
        if not is_int(padding) or padding < 0:
            raise ValueError(f"RandomCrop takes a padding of 0 or more pixels, not {padding!r}.")
        self.padding = padding

    def _apply(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        N, _, H, W = x.shape
        h, w = self.size
        rows, columns = H + 2 * self.padding - h + 1, W + 2 * self.padding - w + 1
        if rows < 1 or columns < 1:
            raise ValueError(
                f"RandomCrop cannot cut {h}x{w} pixels out of {H}x{W} ones "
                f"with padding {self.padding}; use a smaller size or more padding."
            )
        # Every possible window as a view (N, C, rows, columns, h, w), then one of them per image.
        windows = F.pad(x, (self.padding,) * 4).unfold(2, h, 1).unfold(3, w, 1)
        place = place_of(generator, "RandomCrop")
        corners = [
            torch.randint(places, (N,), generator=generator, device=place)
            for places in (rows, columns)
        ]
        top, left = send(torch.stack(corners), x.device)
        return windows[torch.arange(N, device=x.device), :, top, left]

    def __repr__(self) -> str:
        return f"RandomCrop({self.size}, padding={self.padding})"


class RandomHorizontalFlip(Transform):
    """Mirrors each image left to right with probability ``p``."""

    def __init__(self, p: float = 0.5):
        if not 0 <= p <= 1:
            raise ValueError(f"RandomHorizontalFlip takes a probability p in [0, 1], not {p}.")
        self.p = float(p)

    def _apply(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        place = place_of(generator, "RandomHorizontalFlip")
        flip = send(torch.rand(len(x), generator=generator, device=place) < self.p, x.device)
        return torch.where(flip.view(-1, 1, 1, 1), x.flip(-1), x)

    def __repr__(self) -> str:
        return f"RandomHorizontalFlip({self.p})"


class RandomAffine(Transform):
    """Rotates, shifts and scales each image about its center, by amounts drawn uniformly.

    Pixels are interpolated bilinearly; what comes from outside the image is 0. (torchvision rounds
    shifts to whole pixels and takes the nearest pixel by default.)

    Args:
        degrees: rotation from [-degrees, degrees], or a pair (low, high).
        translate: the largest shift as fractions (of the width, of the height), each in [0, 1].
        scale: pair (low, high) of factors > 0.
    """

    def __init__(
        self,
        degrees: float | tuple[float, float],
        translate: tuple[float, float] = (0.0, 0.0),
        scale: tuple[float, float] = (1.0, 1.0),
    ):
        self.degrees, self.translate, self.scale = map(floats, (degrees, translate, scale))
        if len(self.degrees) == 1:
            self.degrees = (-self.degrees[0], self.degrees[0])
        for name, pair in (("degrees", self.degrees), ("scale", self.scale)):
            if len(pair) != 2 or not -math.inf < pair[0] <= pair[1] < math.inf:
                raise ValueError(f"RandomAffine takes {name} as (low, high), not {pair}.")
        if self.scale[0] <= 0:
            raise ValueError(f"RandomAffine takes scale factors > 0, not {self.scale}.")
        if len(self.translate) != 2 or not all(0 <= v <= 1 for v in self.translate):
            raise ValueError(
                f"RandomAffine takes translate as 2 fractions in [0, 1], not {self.translate}."
            )

    def _apply(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        N, _, H, W = x.shape
        place = place_of(generator, "RandomAffine")
        u = torch.rand(4, N, generator=generator, dtype=torch.float64, device=place)
        angle = self.degrees[0] + u[0] * (self.degrees[1] - self.degrees[0])
        factor = self.scale[0] + u[1] * (self.scale[1] - self.scale[0])
        right, down = 2 * u[2:] - 1
        shift = torch.stack([right * (self.translate[0] * W), down * (self.translate[1] * H)], 1)
        return affine(x, angle, shift, factor)

    def __repr__(self) -> str:
        return f"RandomAffine({self.degrees}, translate={self.translate}, scale={self.scale})"


def affine(x: Tensor, angle: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Rotates by ``angle`` and scales about the center, then shifts, each image by its own values.

    Args:
        x: images (N, C, H, W), uint8 or floating point.
        angle: (N,) degrees, clockwise as the image is seen.
        shift: (N, 2) pixels to the right and down.
        scale: (N,) factors > 0.

    Returns:
        Images of the shape and dtype of ``x``, interpolated bilinearly, 0 outside the original.
    """
    N, _, H, W = x.shape
    values = x if x.is_floating_point() else x.float()
    # Where a target pixel (u right, v down of the center) comes from: undo the shift (a, b), then
    # rotate back and divide by the scale.
    #     source_u =  cos (u - a) + sin (v - b)
    #     source_v = -sin (u - a) + cos (v - b)
    cos, sin = torch.cos(torch.deg2rad(angle)) / scale, torch.sin(torch.deg2rad(angle)) / scale
    a, b = shift.unbind(1)
    # grid_sample measures in half widths and half heights, hence the ratios of H and W.
    numbers = [cos, sin * H / W, -(cos * a + sin * b) * 2 / W]
    numbers += [-sin * W / H, cos, (sin * a - cos * b) * 2 / H]
    numbers = send(torch.stack(numbers).to(values.dtype), values.device)
    xu, xv, x0, yu, yv, y0 = numbers.view(6, N, 1, 1)
    u, v = ((2 * torch.arange(n, device=x.device, dtype=values.dtype) + 1) / n - 1 for n in (W, H))
    v = v.view(H, 1)
    grid = torch.stack([xu * u + (xv * v + x0), yu * u + (yv * v + y0)], dim=-1)  # (N, H, W, 2)
    y = F.grid_sample(values, grid, align_corners=False)
    return y if x.is_floating_point() else y.round_().to(x.dtype)
