"""Texts of strangers on a line of a terminal, of a table or of a page."""

import unicodedata

# Control characters, marks that are not seen or turn text around, half characters, ends of lines.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: str) -> str:
    r"""A text on one line that shows what is in it and does nothing to what it is written to.

    For whatever came from a name of a file or person, or from a note, on its way to a terminal, a
    table or a page. In HTML it has to be escaped besides.

    Args:
        text: anybody's.

    Returns:
        The text with each character of the Unicode categories :data:`UNSEEN` as Python writes it:
        ``\n``, ``\x1b``, ``\u202e``. UTF-8 can hold it, and a second call changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        sign.encode("unicode_escape").decode() if unicodedata.category(sign) in UNSEEN else sign
        for sign in text
    )
