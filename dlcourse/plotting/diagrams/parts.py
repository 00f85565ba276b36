"""What stands in a drawing: parts that know their size, their place and how they are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dlcourse.plotting.diagrams.look import GAP, SIZE, VARIABLES, fill_color, line_color
from dlcourse.plotting.diagrams.text import extent, plain, svg_text

SIDES = ("left", "right", "top", "bottom")


class Part:
    """A rectangle with its middle at (x, y), in CSS pixels; y grows downwards.

    Attributes:
        solid: whether arrows go around it.
    """

    solid = True

    def __init__(self, key: str, width: float, height: float):
        self.key, self.width, self.height = key, width, height
        self.x = self.y = 0.0
        self.link: str | None = None

    @property
    def left(self) -> float:
        """Its left edge."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height / 2

    def move(self, dx: float, dy: float) -> Part:
        """Move it, with all that belongs to it."""
        self.x, self.y = self.x + dx, self.y + dy
        return self

    def at(self, x: float, y: float) -> Part:
        """Put its middle at (x, y)."""
        return self.move(x - self.x, y - self.y)

    def right_of(self, other: Part, gap: float = GAP, align: str = "middle") -> Part:
        """Put it to the right of another; ``align`` is "middle", "top" or "bottom"."""
        self.move(other.right + gap - self.left, 0)
        return self._align(other, align)

    def left_of(self, other: Part, gap: float = GAP, align: str = "middle") -> Part:
        """Put it to the left of another; ``align`` as for :meth:`right_of`."""
        self.move(other.left - gap - self.right, 0)
        return self._align(other, align)

    def below(self, other: Part, gap: float = GAP, align: str = "center") -> Part:
        """Put it below another; ``align`` is "center", "left" or "right"."""
        self.move(0, other.bottom + gap - self.top)
        return self._align(other, align)

    def above(self, other: Part, gap: float = GAP, align: str = "center") -> Part:
        """Put it above another; ``align`` as for :meth:`below`."""
        self.move(0, other.top - gap - self.bottom)
        return self._align(other, align)

    def between(self, first: Part, second: Part) -> Part:
        """Put its middle half way between those of two others."""
        return self.at((first.x + second.x) / 2, (first.y + second.y) / 2)

    def _align(self, other: Part, align: str) -> Part:
        if align == "middle":
            return self.move(0, other.level - self.level)
        if align == "center":
            return self.move(other.x - self.x, 0)
        if align in ("left", "right"):
            return self.move(getattr(other, align) - getattr(self, align), 0)
        if align in ("top", "bottom"):
            return self.move(0, getattr(other, align) - getattr(self, align))
        raise ValueError(
            f"diagrams: align must be 'middle', 'center', 'left', 'right', 'top' or 'bottom', "
            f"not {align!r}."
        )

    def links_to(self, address: str) -> Part:
        """Make it a link, such as ``#transformer-heads`` to a label of the same page."""
        self.link = address
        return self

    def face(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what lines arrive at: all of it but a caption."""
        return self.left, self.top, self.right, self.bottom

    @property
    def level(self) -> float:
        """The height at which lines leave it to the left and right."""
        _, top, _, bottom = self.face()
        return (top + bottom) / 2

    def port(self, side: str, share: float = 0.5) -> tuple[float, float]:
        """The point on a side, ``share`` of it from the left or from the top."""
        left, top, right, bottom = self.face()
        if side in ("left", "right"):
            return left if side == "left" else right, top + share * (bottom - top)
        if side == "top":
            return left + share * (right - left), top
        if side == "bottom":  # below a caption, which a line would cross
            return left + share * (right - left), self.bottom
        raise ValueError(f"diagrams: a side is one of {', '.join(SIDES)}, not {side!r}.")

    def rim(self, x: float, y: float) -> tuple[float, float]:
        """Where the straight line from its middle to (x, y) leaves it."""
        dx, dy = x - self.x, y - self.y
        reach = max(abs(dx) / (self.width / 2 or 1), abs(dy) / (self.height / 2 or 1), 1e-9)
        return self.x + dx / reach, self.y + dy / reach

    def leaves(self) -> Iterator[Part]:
        """The parts that are drawn."""
        yield self

    def says(self) -> str:
        """What the list of parts says of it; nothing for what carries no text."""
        return ""

    def svg(self) -> str:
        """Its elements."""
        return ""


class Box(Part):
    """A rectangle with a text; ``note`` is a smaller text below it inside."""

    def __init__(
        self,
        key: str,
        text: str,
        *,
        note: str = "",
        color: str | None = None,
        width: float | None = None,
        height: float | None = None,
        dashed: bool = False,
        round: bool = False,
        bold: bool = False,
    ):
        self.text, self.note = text, note
        self.color, self.dashed, self.bold = color, dashed, bold
        fill_color(color)
        wide, high = extent(text, SIZE, bold)
        note_wide, note_high = extent(note, SIZE - 2) if note else (0, 0)
        super().__init__(
            key,
            width or max(wide + 24, note_wide + 20, 44),
            height or max(high + note_high + 16, 36),
        )
        self.radius = min(self.height, self.width) / 2 if round else 6

    def says(self) -> str:
        """Text and note."""
        return plain(self.text) + (f" ({plain(self.note)})" if self.note else "")

    def svg(self) -> str:
        """A rectangle and its text."""
        dash = ' stroke-dasharray="5 4"' if self.dashed else ""
        shape = (
            f'<rect x="{self.left:.1f}" y="{self.top:.1f}" width="{self.width:.1f}"'
            f' height="{self.height:.1f}" rx="{self.radius:.1f}"{dash}'
            f' style="fill:{fill_color(self.color)};stroke:{line_color(self.color)}"/>'
        )
        if not self.note:
            return shape + svg_text(self.text, self.x, self.y, bold=self.bold)
        high, below = extent(self.text, SIZE)[1], extent(self.note, SIZE - 2)[1]
        middle = self.y - (high + below) / 2
        return (
            shape
            + svg_text(self.text, self.x, middle + high / 2, bold=self.bold)
            + svg_text(self.note, self.x, middle + high + below / 2, SIZE - 2, kind="muted")
        )


class Operator(Part):
    """A circle with a sign such as + or ×, or a pill with a short word such as tanh."""

    def __init__(self, key: str, sign: str, color: str | None = None, say: str = ""):
        self.sign, self.color, self.say = sign, color, say
        fill_color(color)
        super().__init__(key, max(30, extent(sign)[0] + 16), 30)

    def rim(self, x: float, y: float) -> tuple[float, float]:
        """On the circle."""
        dx, dy = x - self.x, y - self.y
        length = (dx**2 + dy**2) ** 0.5 or 1.0
        if self.width > self.height:
            return super().rim(x, y)
        return self.x + dx / length * 15, self.y + dy / length * 15

    def says(self) -> str:
        """The sign, or what ``say`` gives for it."""
        return self.say or plain(self.sign)

    def svg(self) -> str:
        """A rectangle that is all corner."""
        return (
            f'<rect x="{self.left:.1f}" y="{self.top:.1f}" width="{self.width:.1f}" height="30"'
            f' rx="15" style="fill:{fill_color(self.color)};stroke:{line_color(self.color)}"/>'
            + svg_text(self.sign, self.x, self.y)
        )


class Label(Part):
    """Text without a frame."""

    solid = False

    def __init__(
        self, key: str, text: str, *, size: float = SIZE, kind: str = "ink", bold: bool = False
    ):
        self.text, self.size, self.kind, self.bold = text, size, kind, bold
        width, height = extent(text, size, bold)
        super().__init__(key, width + 8, height)

    def says(self) -> str:
        """The text."""
        return plain(self.text)

    def svg(self) -> str:
        """The text."""
        return svg_text(self.text, self.x, self.y, self.size, kind=self.kind, bold=self.bold)


class Dot(Part):
    """A small point, where a line branches; without color it is only a place."""

    solid = False

    def __init__(self, key: str, color: str | None = "gray", radius: float = 3):
        self.color = color
        super().__init__(key, 2 * radius, 2 * radius)

    def rim(self, x: float, y: float) -> tuple[float, float]:
        """Its middle: lines run through."""
        return self.x, self.y

    def port(self, side: str, share: float = 0.5) -> tuple[float, float]:
        """Its middle."""
        return self.x, self.y

    def svg(self) -> str:
        """A disk."""
        if self.color is None:
            return ""
        radius = self.width / 2
        return (
            f'<circle cx="{self.x:.1f}" cy="{self.y:.1f}" r="{radius:g}"'
            f' style="fill:{VARIABLES[self.color]}"/>'
        )


class Group(Part):
    """Parts that are placed together; it is as large as all of them, wherever they go."""

    solid = False

    def __init__(self, key: str, parts: Sequence[Part]):
        if not parts:
            raise ValueError(f"diagrams: the group {key!r} has no parts.")
        self.key, self.parts, self.link = key, list(parts), None

    def __getattr__(self, name: str) -> Any:
        if name not in ("x", "y", "width", "height"):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        low, high = ("left", "right") if name in ("x", "width") else ("top", "bottom")
        start = min(getattr(part, low) for part in self.parts)
        end = max(getattr(part, high) for part in self.parts)
        return (start + end) / 2 if name in ("x", "y") else end - start

    def __getitem__(self, place: int) -> Part:
        return self.parts[place]

    def move(self, dx: float, dy: float) -> Group:
        """Move every part, those in several groups inside once."""
        for part in {id(leaf): leaf for leaf in self.leaves()}.values():
            part.move(dx, dy)
        return self

    def leaves(self) -> Iterator[Part]:
        """The parts, and those of groups within."""
        for part in self.parts:
            yield from part.leaves()
