"""A matplotlib figure as an SVG that follows a page's theme and can stand within it."""

import hashlib
import re
from html import escape

from dlcourse.plotting.diagrams.look import FONT, themed

LARGEST = 60_000  # bytes; a larger one is shown as a PNG

_PLACES = re.compile(r' (d|x|y|points)="([^"]*)"')
_LONG = re.compile(r"-?\d+\.\d{3,}")
_MARKERS = re.compile(r"<g([^>]*)>((?:<use [^>]*/>)+)</g>")
_STYLE = re.compile(r' style="([^"]*)"')
_REFERENCE = re.compile(r'(?:url\(#|href="#)([^)"]+)')


def inline_svg(svg: str, alt: str, width: int, height: int) -> str | None:
    """Make a figure's SVG fit to stand in a page.

    Colors become variables, the white background goes, texts stay texts, and names that might occur
    twice in a page are made unlike or left out.

    Args:
        svg: as matplotlib writes it, with ``svg.fonttype`` "none".
        alt: alternative text.
        width: in CSS pixels.
        height: in CSS pixels.

    Returns:
        The element, or None if it is larger than a picture would be.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="patch_1">.*?</g>', "", svg, count=1, flags=re.DOTALL)  # the background
    svg = re.sub(r"<title>.*?</title>", "", svg, count=1, flags=re.DOTALL)
    svg = svg.replace("xlink:href", "href").replace(
        ' xmlns:xlink="http://www.w3.org/1999/xlink"', ""
    )
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)  # it would hold for the page
    svg = re.sub(r"'DejaVu Sans'[^;\"]*", FONT, svg)
    own = hashlib.sha256((alt + svg).encode()).hexdigest()[:8]  # a page may show a plot twice
    svg = re.sub(r">\s+<", "><", svg)
    svg = _MARKERS.sub(_styled_once, _PLACES.sub(_rounded, svg))
    used = {name: number for number, name in enumerate(dict.fromkeys(_REFERENCE.findall(svg)))}

    def name(match: re.Match) -> str:
        return f' id="{own}-{used[match[1]]}"' if match[1] in used else ""

    svg = re.sub(r' id="([^"]*)"', name, svg)
    svg = _REFERENCE.sub(lambda m: m[0].replace(f"#{m[1]}", f"#{own}-{used[m[1]]}"), svg)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="dlcourse-svg" role="img"'
        f' aria-label="{escape(alt, quote=True)}" width="{width}" height="{height}"'
        ' style="stroke-linejoin:round;stroke-linecap:butt"'
    )
    box = re.search(r' viewBox="[^"]*"', svg)
    svg = re.sub(r"<svg[^>]*>", lambda _: f"{head}{box[0]}>", svg, count=1)
    svg = themed(svg)
    return svg if len(svg.encode()) < LARGEST else None


def _rounded(match: re.Match) -> str:
    """An attribute with places to a hundredth of a point, which nobody sees."""

    def short(number: re.Match) -> str:
        return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")

    return f' {match[1]}="{_LONG.sub(short, " ".join(match[2].split()))}"'


def _styled_once(match: re.Match) -> str:
    """A group of markers, their style told by the group if they share it."""
    styles = set(_STYLE.findall(match[2]))
    if len(styles) != 1 or "style=" in match[1]:
        return match[0]
    return f'<g{match[1]} style="{styles.pop()}">{_STYLE.sub("", match[2])}</g>'
