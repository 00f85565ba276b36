"""Standard output and error that stand what terminals and pipes do to them."""

import codecs
import contextlib
import errno
import io
import sys
from collections.abc import Iterator

# For terminals that have no such signs; what is not here appears as Python writes it: \u5b66.
PLAIN = {
    "…": "...", "–": "-", "—": "-", "−": "-", "×": "x", "·": "*", "•": "*", "→": "->", "←": "<-",
    "≤": "<=", "≥": ">=", "≈": "~", "‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " ",
}  # fmt: skip
HANDLER = "dlcourse.plain"


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    shown = (PLAIN.get(sign) or sign.encode("unicode_escape").decode() for sign in signs)
    return "".join(shown), error.end


codecs.register_error(HANDLER, _plain)


class _Pipe(io.FileIO):
    """A descriptor that goes on when nobody reads any more: `dlcourse … | head` has what it wants.

    The command's work may not be left half done for that.
    """

    def write(self, data) -> int:
        try:
            return super().write(data)
        except OSError as error:  # Windows calls it an invalid argument
            if error.errno not in (errno.EPIPE, errno.EINVAL):
                raise
            return len(data)


@contextlib.contextmanager
def forgiving() -> Iterator[None]:
    """Let no sign that a terminal lacks, and no reader who has left, end the command."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(_forgiving, before)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        sys.stdout, sys.stderr = before


def _forgiving(stream):
    """A stream that writes where another one does."""
    try:
        descriptor = stream.fileno()
    except (AttributeError, OSError, ValueError):  # none, closed, or in memory
        return stream
    stream.flush()
    if sys.platform == "win32" and stream.isatty():  # the console has a way of its own
        stream.reconfigure(errors=HANDLER)
        return stream
    raw = _Pipe(descriptor, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=HANDLER,
        line_buffering=stream.line_buffering,
        write_through=stream is sys.stderr,
    )
