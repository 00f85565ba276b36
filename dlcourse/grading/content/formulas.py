"""LaTeX as MathML, which browsers draw by themselves: a page with formulas needs no script."""

import html
import re
from xml.etree import ElementTree

from latex2mathml.converter import convert

MATHML = "{http://www.w3.org/1998/Math/MathML}"
TAGS = frozenset(
    re.findall(
        r"\w+",
        """math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover
        munderover mmultiscripts mprescripts mtable mtr mtd mstyle mpadded mphantom menclose""",
    )
)
ATTRIBUTES = frozenset(
    re.findall(
        r"\w+",
        """accent accentunder columnalign columnspacing depth display displaystyle fence form height
        largeop linebreak linethickness lspace mathsize mathvariant maxsize minsize movablelimits
        notation rowspacing rspace scriptlevel separator stretchy symmetric width""",
    )
)
LONGEST = 2000  # characters; what is longer is cut, so that nobody keeps the converter busy
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


def mathml(latex: str, display: str = "inline") -> str:
    """A formula for a page.

    Args:
        latex: its text, without the dollar signs; anybody may have written it.
        display: "inline" or "block".

    Returns:
        A ``math`` element whose elements and attributes are those of :data:`TAGS` and
        :data:`ATTRIBUTES`; where the formula cannot be read, its text in a ``code`` element.
    """
    try:
        # The converter knows the outer environment only, and leaves < and > in text as they are.
        text = re.sub(r"\\(begin|end)\{aligned\}", r"\\\1{align*}", latex[:LONGEST])
        root = ElementTree.fromstring(convert(CONTROL.sub("", text), display=display))
        _check(root)
    except Exception:  # of the converter, of the parser, or of the check: all mean the same
        return f"<code>{html.escape(latex.strip())}</code>"
    ElementTree.register_namespace("", MATHML.strip("{}"))
    return ElementTree.tostring(root, encoding="unicode")


def _check(element: ElementTree.Element) -> None:
    """Raise ValueError unless an element and all within it are harmless."""
    for part in element.iter():
        if part.tag.removeprefix(MATHML) not in TAGS or not part.tag.startswith(MATHML):
            raise ValueError(f"{part.tag} in a formula")
        for name in set(part.attrib) - ATTRIBUTES:
            del part.attrib[name]
