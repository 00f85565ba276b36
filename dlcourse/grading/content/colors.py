"""Code and terminal output in color, where that does not take long.

Both ways of nbconvert's take time that grows with the square of the length: Pygments's for a long
run of names and dots, that for a terminal's color codes for their number and for the length of one.
"""

import functools
import html
import re

from nbconvert.filters import ansi2html as nbconvert_ansi2html
from nbconvert.filters import strip_ansi
from nbconvert.filters.highlight import Highlight2HTML

MAX_CODE = 50_000  # characters of a cell; a long answer has 5,000
MAX_LINE = 1000
MAX_CODES = 1000  # of color in one output; a traceback has 200
LONG_CODE = re.compile(r"\x1b\[[^@-~\n]{50}")  # of color; "1;38;2;255;255;255" is a long one
LONG_LINE = re.compile(rf".{{{MAX_LINE + 1}}}")
highlight = Highlight2HTML(pygments_lexer="ipython3")


def takes_long(source: str) -> bool:
    """Whether code is too long, or a line of it, to be put in color."""
    return len(source) > MAX_CODE or LONG_LINE.search(source) is not None


def highlight_code(source: str, language: str | None = None, metadata: dict | None = None) -> str:
    """Code as HTML, in color unless it or a line of it is too long; a filter for templates.

    Args:
        source: the code.
        language: its language for Pygments; that of notebooks if None.
        metadata: the cell's; not used.

    Returns:
        HTML with all of the code.
    """
    if takes_long(source):
        return f'<div class="highlight"><pre>{html.escape(source)}\n</pre></div>\n'
    return _colored(source, language)


@functools.lru_cache(maxsize=500)  # most cells of a class's notebooks are the instructor's
def _colored(source: str, language: str | None) -> str:
    return highlight(source, language=language)


def ansi2html(text: str) -> str:
    """A terminal's output as HTML, in color unless that changes too often; a filter for templates.

    Args:
        text: the output.

    Returns:
        HTML with all of the text.
    """
    if text.count("\x1b[") > MAX_CODES or LONG_CODE.search(text):
        text = strip_ansi(text)
    return nbconvert_ansi2html(text)
