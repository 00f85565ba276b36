r"""The ``quiz`` directive: one multiple-choice question with an explanation for every option.

Syntax::

    ```{quiz} Which statement about the test set is **wrong**?
    - [ ] It estimates the generalization error.
      : That is what it is for.
    - [x] It may be used to choose $\lambda$.
      : Whoever tunes on it overfits it; the validation set is for choosing.
    ```

* The question is the directive's argument. More of it (a formula, code) may follow in the body,
  before the first option.
* An option starts at the left margin with ``- [ ]`` (wrong) or ``- [x]`` (right; exactly one).
* Its explanation starts on an indented line with ``: ``. Both may run on over indented lines and
  may hold any MyST: inline code, math, roles, several paragraphs.
* ``:name: label`` makes the quiz a target for cross-references.

In HTML the options are radio buttons in a ``fieldset``; without JavaScript, a ``details`` element
holds the answers. Other builders print a plain list. A malformed quiz is a build warning.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

LOGGER = logging.getLogger(__name__)
CATALOG = "dlcourse"
_ = get_translation(CATALOG)

# About the choice, not the statement: many questions ask for the statement that is wrong.
RIGHT, WRONG = _("This is the answer."), _("Not the answer.")

_OPTION = re.compile(r"^[-*+] \[(?P<mark>[^\]]*)\](?:\s+(?P<text>.*))?$")
_EXPLANATION = re.compile(r"^\s+:(?:\s+(?P<text>.*))?$")


class quiz_node(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes in lower case)
    """A quiz: one ``quiz_part`` with the question, then one ``quiz_option`` per option."""


class quiz_option(nodes.Part, nodes.Element):  # noqa: N801
    """A ``quiz_part`` with the option's text and one with its explanation; ``right`` is a bool."""


class quiz_part(nodes.Part, nodes.Element):  # noqa: N801
    """Parsed content; ``role`` is "question", "option" or "explanation".

    The paragraphs inside are ordinary ones with source and line, so that gettext finds them and
    Sphinx's Locale transform can put a translation in their place.
    """


@dataclass
class Piece:
    """Lines of the directive's body that are parsed together."""

    offset: int
    lines: list[str] = field(default_factory=list)

    def empty(self) -> bool:
        """Whether there is nothing but white space."""
        return not any(line.strip() for line in self.lines)


@dataclass
class Option:
    """One option as written."""

    mark: str
    text: Piece
    explanation: Piece | None = None


def split(lines: list[str]) -> tuple[Piece, list[Option]]:
    """Split a quiz's body into the rest of the question and the options.

    Args:
        lines: the body, without the directive's own lines.

    Returns:
        The piece before the first option, and the options in order.
    """
    question, options = Piece(0), []
    for number, line in enumerate(lines):
        if start := _OPTION.match(line):
            options.append(Option(start["mark"].strip(), Piece(number, [start["text"] or ""])))
        elif not options:
            question.lines.append(line)
        elif options[-1].explanation is None and (start := _EXPLANATION.match(line)):
            options[-1].explanation = Piece(number, [start["text"] or ""])
        else:
            piece = options[-1].explanation or options[-1].text
            piece.lines.append(_dedent(line))
    return question, options


def _dedent(line: str) -> str:
    """Take away the two columns that hang below ``- `` or ``  : ``, and keep deeper indents."""
    margin = len(line) - len(line.lstrip(" "))
    return line[min(margin, 2) :]


class QuizDirective(SphinxDirective):
    """See the module's docstring."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Parse the quiz; a malformed one is reported and left out."""
        rest, options = split(list(self.content))
        fault = self._fault(rest, options)
        if fault:
            return self._refuse(*fault)
        quiz = quiz_node(serial=self.env.new_serialno("quiz"))
        self.set_source_info(quiz)
        question = self._part("question", rest)
        if self.arguments:
            # The argument stands on the directive's own line, one above the body's first.
            head = nodes.Element()
            text = StringList([self.arguments[0]], self.state.document.current_source)
            self.state.nested_parse(text, -1, head)
            question.insert(0, head.children)
        quiz += question
        for option in options:
            node = quiz_option(right=option.mark in ("x", "X"))
            node.source, node.line = quiz.source, self._line(option.text)
            node += self._part("option", option.text)
            node += self._part("explanation", option.explanation)
            quiz += node
        for part in quiz.findall(quiz_part):
            if not (part.children and isinstance(part[0], nodes.paragraph)):
                found = part[0].tagname if part.children else "blank"
                message = f"the {part['role']} must begin with text, not with a {found}."
                return self._refuse(message, part.line)
        self.add_name(quiz)
        return [quiz]

    def _refuse(self, message: str, line: int) -> list[nodes.Node]:
        where = self.env.docname, line
        LOGGER.warning("quiz: %s", message, location=where, type="dlcourse", subtype="quiz")
        return []

    def _line(self, piece: Piece) -> int:
        return self.lineno + 1 + self.content_offset + piece.offset

    def _part(self, role: str, piece: Piece) -> quiz_part:
        part = quiz_part(role=role)
        part.source, part.line = self.state.document.current_source, self._line(piece)
        lines = StringList(piece.lines, self.state.document.current_source)
        self.state.nested_parse(lines, self.content_offset + piece.offset, part)
        return part

    def _fault(self, rest: Piece, options: list[Option]) -> tuple[str, int] | None:
        if not self.arguments and rest.empty():
            return "it asks nothing; write the question after {quiz}.", self.lineno
        if len(options) < 2:
            found = f"it has {len(options)} option(s); it needs at least two lines like '- [ ] ...'"
            return f"{found} at the left margin.", self.lineno
        for letter, option in zip(string.ascii_lowercase, options, strict=False):
            line = self._line(option.text)
            if option.mark not in ("", "x", "X"):
                return f"option {letter} has the mark [{option.mark}]; use [ ] or [x].", line
            if option.text.empty():
                return f"option {letter} has no text.", line
            if option.explanation is None or option.explanation.empty():
                return f"option {letter} has no explanation; add an indented line ': why'.", line
        right = sum(option.mark in ("x", "X") for option in options)
        if right != 1:
            return f"{right} options are marked [x]; exactly one must be.", self.lineno
        return None


class PlainQuiz(SphinxPostTransform):
    """For builders other than HTML: the question, lettered options, then the answers."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Replace each quiz by ordinary nodes."""
        if self.app.builder.format == "html":
            return
        for quiz in list(self.document.findall(quiz_node)):
            quiz.replace_self(plain(quiz))


def plain(quiz: quiz_node) -> list[nodes.Node]:
    """The quiz as ordinary docutils nodes.

    Args:
        quiz: a parsed quiz.

    Returns:
        The question's paragraphs, an enumerated list of options, and one of explanations.
    """
    options, answers = (
        nodes.enumerated_list(enumtype="loweralpha", prefix="", suffix=")") for _i in range(2)
    )
    for option in quiz.findall(quiz_option):
        text, explanation = option.children
        options += nodes.list_item("", *text.children)
        verdict = nodes.strong("", RIGHT if option["right"] else WRONG)
        explanation[0].insert(0, [verdict, nodes.Text(" ")])
        answers += nodes.list_item("", *explanation.children)
    title = nodes.paragraph("", "", nodes.emphasis("", _("Answers")))
    return [*quiz[0].children, options, title, answers]


def _inline(translator: Any, part: quiz_part) -> None:
    """Write the first paragraph without its ``<p>``: legend and label hold phrasing content."""
    for child in part[0].children:
        child.walkabout(translator)


def _blocks(translator: Any, part: quiz_part, start: int = 0) -> None:
    for child in part.children[start:]:
        child.walkabout(translator)


def visit_quiz_html(translator: Any, node: quiz_node) -> None:
    """Write the whole quiz and skip its children, which are written here in their places."""
    out = translator.body.append
    ident = node["ids"][0] if node["ids"] else f"quiz-{node['serial'] + 1}"

    def escape(text: Any) -> str:
        return translator.attval(str(text))

    out(
        f'<div class="quiz" id="{ident}" data-right="{escape(RIGHT)}"'
        f' data-wrong="{escape(WRONG)}"'
        f' data-hint="{escape(_("Press Enter to check this answer."))}">\n'
        f'<fieldset>\n<legend><span class="quiz-kicker">{_("Check yourself")}</span> '
    )
    question = node[0]
    _inline(translator, question)
    out("</legend>\n")
    _blocks(translator, question, 1)
    options = list(node.findall(quiz_option))
    for letter, option in zip(string.ascii_lowercase, options, strict=False):
        text = option[0]
        extra = f' aria-describedby="{ident}-{letter}-more"' if len(text) > 1 else ""
        out(
            f'<div class="quiz-option"><input type="radio" name="{ident}" value="{letter}"'
            f' id="{ident}-{letter}" autocomplete="off"{extra}'
            f' data-right="{"true" if option["right"] else "false"}">'
            f'<label for="{ident}-{letter}"><span class="quiz-letter">{letter}</span> '
            '<span class="quiz-text">'
        )
        _inline(translator, text)
        out("</span></label>")
        if extra:
            out(f'<div class="quiz-more" id="{ident}-{letter}-more">')
            _blocks(translator, text, 1)
            out("</div>")
        out("</div>\n")
    out('<div class="quiz-status" role="status" aria-live="polite"></div>\n</fieldset>\n')
    out(f'<details class="quiz-answers"><summary>{_("All answers explained")}</summary>\n<ol>\n')
    for letter, option in zip(string.ascii_lowercase, options, strict=False):
        verdict = RIGHT if option["right"] else WRONG
        out(
            f'<li data-option="{letter}"><strong class="quiz-verdict">{verdict}</strong> '
            '<div class="quiz-why">'
        )
        _blocks(translator, option[1])
        out("</div></li>\n")
    out("</ol>\n</details>\n</div>\n")
    raise nodes.SkipNode


def setup_quiz(app: Sphinx) -> None:
    """Register the directive, its nodes and the plain form for other builders."""
    app.add_node(quiz_node, html=(visit_quiz_html, None))
    app.add_node(quiz_option)
    app.add_node(quiz_part)
    app.add_directive("quiz", QuizDirective)
    app.add_post_transform(PlainQuiz)
