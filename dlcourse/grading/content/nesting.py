"""HTML of a stranger's, made well nested before a parser sees it.

A parser that builds a tree as browsers do needs time that grows with the square of the depth, and
what it builds can be far longer than the text. Also, tags in pairs are not enough to stay inside
of the element around them: in ``<li><div><li></li></div></li>`` the second ``<li>`` ends the
``<div>``, so that ``</div>`` ends an element of the page. So tags are put here as the standard
wants them, in one pass: https://html.spec.whatwg.org/multipage/parsing.html
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping

MAX_DEPTH = 50  # elements within each other; tables of pandas need 5
MAX_TAGS = 100_000  # of a piece; a table of 10,000 cells has 40,000
MAX_LENGTH = 2_000_000  # characters of a piece
# Signs that a parser reads one by one, and for each copies the text that they stand in.
SLOW = re.compile("[&\xa0]")
MAX_SLOW = 10_000  # of them in a text between tags, or in a value

VOID = frozenset(["br", "hr", "img"])
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
BLOCKS = HEADINGS | {"blockquote", "div", "dl", "hr", "ol", "p", "pre", "table", "ul"}
# What may be in certain elements only, and what the standard adds where such a one is missing.
TABLE_PARTS = {
    "caption": {"table"},
    "thead": {"table"},
    "tbody": {"table"},
    "tfoot": {"table"},
    "tr": {"thead", "tbody", "tfoot"},
    "td": {"tr"},
    "th": {"tr"},
}
LIST_PARTS = {"li": {"ol", "ul"}, "dt": {"dl"}, "dd": {"dl"}}
MISSING = {"td": "tr", "th": "tr", "tr": "tbody"}
# Between these and the cells of a table there is no place for text.
HOLLOW = frozenset(["table", "thead", "tbody", "tfoot", "tr"])
WALLS = frozenset(["table", "caption", "td", "th"])  # no tag within ends what is outside
NOT_SHOWN = frozenset(["script", "style"])  # with their text

COMMENT = re.compile(r"!--(?:-?>|.*?(?:--!?>|\Z))|[!?/][^>]*+>?", re.DOTALL)
NAME = re.compile(r"(/?)([a-zA-Z][^\s/>]*+)")
ATTRIBUTE = re.compile(
    r"[\s/]*+(?:(?P<end>>)|(?P<name>[^\s/>][^\s/>=]*+)"
    r"(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"?|'(?P<single>[^']*+)'?|(?P<bare>[^\s>]*+)))?)"
)


def well_nested(
    text: str, tags: Collection[str], attributes: Mapping[str, Collection[str]]
) -> tuple[str, list[str]]:
    """Keep some tags of a piece of HTML and put them in order.

    Args:
        text: the piece; anybody may have written it.
        tags: names of the elements to keep, of those that this module knows or that hold text
            within a line. Of others the tag goes and what is in it stays.
        attributes: the names of those to keep, by tag. Their values are not looked at.

    Returns:
        HTML in which each element begins and ends where a browser sees it begin and end, and what
        was left out because there was too much of it, a phrase each.
    """
    nest = _Nest(tags)
    place, count = 0, 0
    while not nest.full:
        found = text.find("<", place)
        nest.text(text[place:] if found < 0 else text[place:found])
        if found < 0:
            break
        count += 1
        nest.full = nest.full or count > MAX_TAGS
        place = _markup(text, found + 1, nest, attributes)
    if nest.full:
        nest.left_out.add(f"what comes after {MAX_TAGS:,} tags or {MAX_LENGTH:,} characters")
    return nest.finish(), sorted(nest.left_out)


def _markup(text: str, place: int, nest: "_Nest", attributes: Mapping[str, Collection[str]]) -> int:
    """Read what follows a ``<``; no character is read twice. Returns where it ends."""
    head = NAME.match(text, place)
    if not head:
        if comment := COMMENT.match(text, place):
            return comment.end()
        nest.text("&lt;")
        return place
    end, name = head[1], head[2].lower()
    place, kept, closed = head.end(), [], False
    wanted = attributes.get(name, ())
    while part := ATTRIBUTE.match(text, place):
        place = part.end()
        if part["end"]:
            closed = True
            break
        if part["name"].lower() in wanted and len(kept) < len(wanted):
            value = (part["double"] or part["single"] or part["bare"] or "").replace('"', "&quot;")
            if len(SLOW.findall(value)) <= MAX_SLOW:
                kept.append(f' {part["name"].lower()}="{value}"')
    if not closed:  # nor does a browser show a tag that is not whole
        return len(text)
    if end:
        nest.end(name)
    elif name in NOT_SHOWN:
        closing = re.compile(rf"</{name}[\s/>]", re.IGNORECASE).search(text, place)
        return closing.start() if closing else len(text)
    else:
        nest.start(name, "".join(kept))
    return place


class _Nest:
    """Collects text and tags, and knows which elements are open."""

    def __init__(self, tags: Collection[str]):
        self._tags = tags
        self._open: list[str] = []
        self._pieces: list[str] = []
        self._length, self._count = 0, 0  # with the tags that end what is open
        self._slow = 0  # signs in the text since the last tag
        self._flat: Counter[str] = Counter()  # tags left out as too deep, by name
        self.left_out: set[str] = set()
        self.full = False

    def text(self, text: str) -> None:
        """Add text, in a cell of its own where only parts of a table may be."""
        if not text or self.full:
            return
        if text.strip():
            self._leave_hollow()
        self._slow += len(SLOW.findall(text))
        if self._slow > MAX_SLOW:
            self.left_out.add(f"what comes after {MAX_SLOW:,} ampersands or fixed spaces in a row")
            return
        if self._pieces and self._pieces[-1].startswith("<pre"):  # a first line end does not count
            text = text.lstrip("\r\n")
            if not text:
                return
        room = MAX_LENGTH - self._length
        self._pieces.append(text[:room])
        self._length += min(len(text), room)
        self.full = len(text) > room

    def start(self, name: str, attributes: str = "") -> None:
        """Add an element; what cannot be open around it ends."""
        if name not in self._tags or self.full:
            return
        if name in TABLE_PARTS or name in LIST_PARTS:
            if self._reach_parent(name):
                self._add(name, attributes)
            return
        self._leave_hollow()
        unfit = {"a"} if name == "a" else {"p"} if name in BLOCKS else set()
        self._leave(unfit | HEADINGS if name in HEADINGS else unfit)
        if len(self._open) < MAX_DEPTH or name in VOID:  # the few parts of a table may be deeper
            self._add(name, attributes)
        else:
            self._flat[name] += 1
            self.left_out.add(f"tags more than {MAX_DEPTH} deep")

    def end(self, name: str) -> None:
        """End the innermost open element of a name, and all within it."""
        if self._flat[name]:
            self._flat[name] -= 1
            return
        walls = {"table"} if name in TABLE_PARTS or name == "table" else WALLS
        found = self._innermost({name}, walls)
        if found is not None:
            self._close(found)

    def finish(self) -> str:
        """End all that is open; the whole."""
        self._close(0)
        return "".join(self._pieces)

    def _reach_parent(self, name: str) -> bool:
        """End what lies between here and an element that a part may be in; add what is missing."""
        if name in LIST_PARTS:
            found = self._innermost(LIST_PARTS[name], WALLS)
        else:
            found = self._innermost(TABLE_PARTS[name], {"table"})
            if found is None and name in MISSING and self._reach_parent(MISSING[name]):
                self._add(MISSING[name])
                found = len(self._open) - 1
        if found is not None:
            self._close(found + 1)
        return found is not None

    def _leave_hollow(self) -> None:
        if self._open and self._open[-1] in HOLLOW and self._reach_parent("td"):
            self._add("td")

    def _leave(self, unfit: set[str]) -> None:
        """End the outermost of some elements this side of a wall, and all within it."""
        wall = self._innermost(WALLS, set())
        for place in range(0 if wall is None else wall + 1, len(self._open)):
            if self._open[place] in unfit:
                self._close(place)
                return

    def _innermost(self, names: Collection[str], walls: Collection[str]) -> int | None:
        for place in reversed(range(len(self._open))):
            if self._open[place] in names:
                return place
            if self._open[place] in walls:
                return None
        return None

    def _add(self, name: str, attributes: str = "") -> None:
        tag, closing = f"<{name}{attributes}>", "" if name in VOID else f"</{name}>"
        self._count += 2
        if self._count > MAX_TAGS or self._length + len(tag) + len(closing) > MAX_LENGTH:
            self.full = True
            return
        self._pieces.append(tag)
        self._slow = 0
        self._length += len(tag) + len(closing)
        if closing:
            self._open.append(name)

    def _close(self, place: int) -> None:
        self._pieces += [f"</{name}>" for name in reversed(self._open[place:])]
        self._slow = self._slow if place == len(self._open) else 0
        del self._open[place:]
