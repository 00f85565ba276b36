"""A matplotlib figure as an SVG that follows a page's theme and can stand within it."""

import hashlib
import re
from html import escape

from dlcourse.plotting.diagrams.look import FONT, themed

LARGEST = 60_000  # bytes; a larger one is shown as a PNG

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
    used = set(_REFERENCE.findall(svg))
    own = hashlib.sha256(svg.encode()).hexdigest()[:8]

    def name(match: re.Match) -> str:
        return f' id="{own}-{match[1]}"' if match[1] in used else ""

    svg = re.sub(r' id="([^"]*)"', name, svg)
    svg = _REFERENCE.sub(lambda m: m[0].replace("#", f"#{own}-"), svg)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="dlcourse-svg" role="img"'
        f' aria-label="{escape(alt, quote=True)}" width="{width}" height="{height}"'
        ' style="stroke-linejoin:round;stroke-linecap:butt"'
    )
    box = re.search(r' viewBox="[^"]*"', svg)
    svg = re.sub(r"<svg[^>]*>", lambda _: f"{head}{box[0]}>", svg, count=1)
    svg = themed(re.sub(r">\s+<", "><", svg))
    return svg if len(svg.encode()) < LARGEST else None
