"""`dlcourse solutions`: a page with each task, its solution, and the reasons.

The reasons are what the tests say to whoever is wrong: the explanations of part A, and in part B
the hints, which name what there is to think about. The tests themselves are not on the page.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from jinja2 import Environment, PackageLoader, StrictUndefined
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from dlcourse.grading.classroom.reasons import reasons
from dlcourse.grading.content.colors import highlight_code
from dlcourse.grading.content.html import markdown2html
from dlcourse.grading.course import UserError, course_config, find_exercise
from dlcourse.grading.submissions.template import grade_id, regions

SOLUTION = regions("SOLUTION")
STUB = re.compile(r"^ *raise NotImplementedError\(.*\)\n?", re.MULTILINE)
PLACEHOLDER = re.compile(r"^\w+ = None +# replace None .*\n", re.MULTILINE)
FOR_GRADERS = re.compile(r"(?ms)^\*For graders\..*?(?:\n\n|\Z)")


def solutions(slug: str, root: Path, to: Path | None = None) -> int:
    """See :func:`dlcourse.grading.solutions`."""
    source = find_exercise(slug, root / "solutions")
    course_config(root)
    path = to or root.resolve() / "grading" / "reports" / f"{slug}-solution.html"
    if path.is_dir():
        path = path / f"{slug}-solution.html"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(nbformat.read(source, as_version=4)), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error
    print(f"{path}\nPublish it when nobody may hand in any more.")
    return 0


def page(notebook: NotebookNode) -> str:
    """The page.

    Args:
        notebook: the instructor's.

    Returns:
        A whole HTML document without scripts.
    """
    environment = Environment(
        loader=PackageLoader("dlcourse.grading.classroom", "templates/feedback"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "markdown": lambda text: markdown2html({}, text),
        "code": highlight_code,
    }
    parts = list(_parts(notebook))
    title = re.search(r"(?m)^# +(.+)$", "\n".join(p["text"] for p in parts if p["kind"] == "text"))
    light, dark = (
        HtmlFormatter(style=style).get_style_defs(".highlight")
        for style in ("default", "github-dark")
    )
    return environment.get_template("solutions.html.j2").render(
        title=title[1] if title else "Solution", parts=parts, light=light, dark=dark
    )


def _parts(notebook: NotebookNode) -> Iterator[dict]:
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("solution") and cell.cell_type == "code":
            yield {"kind": "code", "text": solved(cell.source)}
        elif marks.get("solution"):
            yield {"kind": "answer", "text": FOR_GRADERS.sub("", cell.source).strip()}
        elif marks.get("grade") and cell.cell_type == "code":
            why, think = reasons(cell.source)
            if why or think:
                yield {"kind": "why", "why": why, "think": think, "name": grade_id(cell)}
        elif cell.cell_type == "markdown":
            yield {"kind": "text", "text": cell.source}


def solved(source: str) -> str:
    """A cell's text as it reads when it is filled in."""
    if not SOLUTION.search(source):
        return source
    source = STUB.sub("", PLACEHOLDER.sub("", source))
    return SOLUTION.sub(lambda found: found[2], source).strip("\n")
