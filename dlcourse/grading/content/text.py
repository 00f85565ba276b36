"""Texts of strangers on a line of a terminal, of a table or of a page."""

import re
import unicodedata

# Control characters, marks that are not seen or turn text around, half characters, ends of lines.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

ACCENTS = 4  # on one letter; more of them cover the lines above and below
COLOR = re.compile(r"\x1b\[.*?[@-~]")
LONGEST = 700  # characters of a message that are kept
LINES = 12
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # how spreadsheets know one


def printable(text: str) -> str:
    r"""A text on one line that shows what is in it and does nothing to what it is written to.

    For whatever came from a name of a file or person, or from a note, on its way to a terminal, a
    table or a page. In HTML it has to be escaped besides.

    Args:
        text: anybody's.

    Returns:
        The text with each character of the Unicode categories :data:`UNSEEN` as Python writes it:
        ``\n``, ``\x1b``, ``\u202e``; so is an accent after :data:`ACCENTS` others. UTF-8 can hold
        it, and a second call changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    shown, accents = [], 0
    for sign in text:
        kind = unicodedata.category(sign)
        accents = accents + 1 if kind in ("Mn", "Me") else 0
        unseen = kind in UNSEEN or accents > ACCENTS
        shown.append(sign.encode("unicode_escape").decode() if unseen else sign)
    return "".join(shown)


def plain(text: object, longest: int = LONGEST) -> str:
    """A message for a page: its lines printable, without the color codes of a terminal.

    Args:
        text: anybody's; of other types what ``str`` makes of them.
        longest: characters to keep; :data:`LINES` lines are kept besides.

    Returns:
        The text, with an ellipsis where it was cut.
    """
    lines = COLOR.sub("", str(text)[: 20 * longest]).expandtabs(4).strip().split("\n")
    clean = "\n".join(map(printable, lines[:LINES]))
    cut = len(clean) > longest or len(lines) > LINES
    return clean[:longest].rstrip() + " …" if cut else clean


def cell(value: object) -> object:
    """A value for a table; text on one printable line that no spreadsheet takes for a formula.

    Args:
        value: anything; what is no text stays as it is.

    Returns:
        The value.
    """
    if not isinstance(value, str):
        return value
    line = " / ".join(part.strip() for part in plain(value).splitlines())
    return f"'{line}" if line.startswith(FORMULA) else line
