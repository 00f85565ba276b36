"""What a sliding window does along one axis, and how large its output is."""

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class Window:
    """What a convolution or a pooling does along one axis; the order is that of ``nn.Conv2d``.

    Attributes:
        kernel_size: places of the kernel, at least 1.
        stride: pixels from one position of the window to the next, at least 1.
        padding: pixels added at *each* end, at least 0.
        dilation: pixels from one place of the kernel to the next, at least 1.
        ceil_mode: whether a last window that sticks out is taken in, as poolings may; it is never
            one that begins beyond the padded image.

    Raises:
        ValueError: a number is not a whole one or too small.
    """

    kernel_size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        for name, least in (("kernel_size", 1), ("stride", 1), ("padding", 0), ("dilation", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(
                    f"Window: {name} must be a whole number of at least {least}, got {value!r}."
                )

    @classmethod
    def of(cls, layer: nn.Module, axis: int = -1) -> "Window":
        """The window of a convolution or a pooling of torch.

        Args:
            layer: ``nn.Conv2d``, ``nn.MaxPool2d`` or ``nn.AvgPool2d``.
            axis: -2 for the height, -1 for the width.
        """

        def along(value: int | tuple[int, int]) -> int:
            return value if isinstance(value, int) else value[axis]

        dilation = along(getattr(layer, "dilation", 1))  # average pooling has none
        kernel_size, padding = along(layer.kernel_size), layer.padding
        if padding == "same":
            # Where the padding is odd, torch adds the larger part at the end.
            padding = dilation * (kernel_size - 1) // 2
        elif padding == "valid":
            padding = 0
        ceil_mode = getattr(layer, "ceil_mode", False)
        return cls(kernel_size, along(layer.stride), along(padding), dilation, ceil_mode)

    @property
    def span(self) -> int:
        """Pixels from the first to the last place of the kernel, both included."""
        return self.dilation * (self.kernel_size - 1) + 1

    def fits(self, size: int) -> bool:
        """Whether the window has a position on ``size`` pixels."""
        return self._positions(size) > 0

    def _positions(self, size: int) -> int:
        room = size + 2 * self.padding - self.span
        if not self.ceil_mode:
            return room // self.stride + 1
        after = -(-room // self.stride) + 1
        return after - 1 if (after - 1) * self.stride >= size + self.padding else after

    def output_size(self, size: int) -> int:
        """How many positions the window has on ``size`` pixels, rounded as torch does.

        Raises:
            ValueError: not even one, or the size is not a positive whole number.
        """
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError(f"output_size: size must be a positive whole number, got {size!r}.")
        padded = size + 2 * self.padding
        if not self.fits(size):
            raise ValueError(
                f"output_size: a window of {self.span} pixels (kernel_size {self.kernel_size}, "
                f"dilation {self.dilation}) does not fit into {padded} pixels ({size} and "
                f"2 · {self.padding} of padding): take a larger image, more padding or a smaller "
                "kernel."
            )
        return self._positions(size)


def output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Height or width of what a convolution or a pooling makes of ``size`` pixels.

    Args:
        size: pixels along the axis.
        kernel_size: places of the kernel.
        stride: pixels from one position of the window to the next.
        padding: pixels added at each end.
        dilation: pixels from one place of the kernel to the next.

    Returns:
        ⌊(size + 2 · padding − dilation · (kernel_size − 1) − 1) / stride⌋ + 1.

    Raises:
        ValueError: a number is out of range, or the window does not fit into the padded image.
    """
    return Window(kernel_size, stride, padding, dilation).output_size(size)
