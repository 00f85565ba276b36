"""The first step of autograding: the student's text goes into the instructor's notebook.

What runs is built from ``solutions/SLUG/SLUG.ipynb`` and the gradebook: the order, the types and
the metadata of the cells, the tests, the locked cells, the kernel. From the submission comes text
alone, so that nothing a student does to a cell's tags, id, type, points or place can change what
is tested. The rules:

* A cell belongs to the exercise's cell with the same ``grade_id``, or else with the same cell id,
  or else to the one to be filled in that defines the same names or stands below the same text
  (:mod:`matching`). What was found otherwise than by both is said.
* For a cell to be filled in, the text of its first copy that differs from the released one counts.
  Without one the released stub stays.
* Of a locked cell (tests above all) and of the exercise's own text nothing is taken, whatever was
  changed, copied or deleted. What code this leaves out is said at the head of the notebook.
  Imports added to such a cell, unless it is a test, become a cell of the student's below it.
* What the student added, and further copies of a cell to be filled in, stay in place as plain code
  or text: before the exercise's cell that follows them in the submission. So an honest notebook
  runs in the order in which its author ran it.
* Outputs and metadata are dropped. What remains is what a person reads: pictures pasted into an
  answer, and the outputs of experiments, made harmless (:mod:`tasks`).
"""

from collections.abc import Iterable

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from dlcourse.grading.submissions import changes, matching, tasks, template
from dlcourse.grading.submissions.intake import REFUSAL
from dlcourse.grading.submissions.template import grade_id

PICTURES = ("image/png", "image/jpeg", "image/gif")
# In the metadata of the notebook to grade, which is ours: why nothing of the submission is in it,
# what of it was not taken, what it lacks, and what was found otherwise than by name and id.
REFUSED, LEFT_OUT, LACKS = "dlcourse_refused", "dlcourse_left_out", "dlcourse_lacks"
MATCHED = "dlcourse_matched"
# Ids of cells that are ours and tell the student something at the head of the notebook.
HEADS = ("refusal", "lacks", "matched", "left-out")
FREE = "free-cell-"  # the ids of a student's own cells begin so
NOT_USED = (
    "**Not all that you handed in was used.** The exercise is run with its own copies of the cells "
    "below. They differ from yours, which adds what is quoted here. Put code of your own into your "
    "answers, or into new cells."
)
NOT_FOUND = (
    "**Not all of the exercise was found in what you handed in.** The cells below are missing, or "
    "have lost the marks by which they are known, so that they count as not filled in. Copy your "
    "answers into a fresh copy of the exercise and hand that in."
)
LOOK = (
    "**Some of your cells had lost the marks by which they are known.** They were taken for the "
    "answers below. If that is not what you meant, copy your answers into a fresh copy of the "
    "exercise and hand that in."
)
ELSEWHERE = "# Answered in another cell."
NOTHING_FOUND = (
    "none of the cells to be filled in was found in it: their marks have been lost or changed. "
    "Copy your answers into a fresh copy of the exercise and hand that in."
)


class Transplant(NbGraderPreprocessor):
    """Put it first in ``Autograde.sanitize_preprocessors``."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Build the notebook to grade.

        Args:
            nb: the submission.
            resources: nbgrader's: the names of the exercise and the notebook, and the gradebook;
                and from the intake why the submission is refused, if it is.

        Returns:
            The instructor's notebook with the student's answers, and the resources.

        Raises:
            UserError: if the instructor's notebook is missing, or has changed since it was
                entered into the gradebook.
        """
        given = resources["nbgrader"]
        course = CourseDirectory(parent=self)
        with Gradebook(given["db_url"]) as gradebook:
            exercise = template.read(course, gradebook, given["assignment"], given["notebook"])
        return grafted(exercise, nb, resources.get(REFUSAL, "")), resources


def grafted(exercise: NotebookNode, submission: NotebookNode, reason: str = "") -> NotebookNode:
    """What is graded: the exercise with a student's text, or headed by the reason why without.

    Args:
        exercise: with stubs and all tests, as :mod:`template` reads it. Not changed.
        submission: the student's notebook.
        reason: why it is refused; '' if it is not.

    Returns:
        The notebook to grade.
    """
    if not reason:
        notebook = transplant(exercise, submission)
        lacks = notebook.metadata.get(LACKS, [])
        if not lacks or len(lacks) < sum(map(_missed, exercise.cells)):
            return notebook
        reason = NOTHING_FOUND
    return refusal(exercise, reason)


def _missed(cell: NotebookNode) -> bool:
    """Whether somebody whose notebook lacks a cell should be told so."""
    return utils.is_solution(cell) and not tasks.is_bonus(cell)


def refusal(exercise: NotebookNode, reason: str) -> NotebookNode:
    """The exercise without answers, headed by the reason why there are none.

    Args:
        exercise: with stubs and all tests, as :mod:`template` reads it. Not changed.
        reason: a sentence for the student.

    Returns:
        The notebook to grade; it earns nothing, and its author reads why.
    """
    notebook = nbformat.from_dict(exercise)  # a copy
    notebook.metadata[REFUSED] = reason
    text = f"**This submission could not be graded.** {reason}"
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text, id="refusal"))
    return notebook


def transplant(exercise: NotebookNode, submission: NotebookNode) -> NotebookNode:
    """Put the student's text into the exercise, by the rules above.

    Args:
        exercise: with stubs and all tests, as :mod:`template` reads it. Not changed.
        submission: the student's notebook; only its cells' text, types, ids, order and outputs are
            read.

    Returns:
        The notebook to grade.
    """
    notebook = nbformat.from_dict(exercise)  # a copy
    matches = matching.match(exercise, submission)
    released = [cell.source for cell in exercise.cells]
    own_text = {text.strip() for source in released for text in (source, changes.visible(source))}

    found: dict[int, str] = {}
    filled: set[int] = set()
    left_out: list[str] = []
    waiting: list[NotebookNode] = []  # free cells, until the exercise's cell that follows them
    around: dict[int, tuple[list[NotebookNode], list[NotebookNode]]] = {}
    for cell, match in zip(submission.cells, matches, strict=True):
        if match is None:
            waiting.extend(_free(cell, own_text))
            continue
        place, ours = match.place, notebook.cells[match.place]
        before, after = around.setdefault(place, ([], []))
        found.setdefault(place, match.how)
        if not utils.is_solution(ours):
            tasks.save(cell, ours)
            rest, imports = changes.without_imports(cell, ours)
            if imports:
                after.extend(_free(nbformat.v4.new_code_cell(imports), own_text))
            if difference := changes.difference(rest, ours):
                left_out.append(f"{_name(ours)}: {difference}")
        elif place in filled:
            waiting.extend(_free(cell, own_text))
            continue
        elif cell.source.strip() != exercise.cells[place].source.strip():
            filled.add(place)
            found[place] = match.how
            ours.source = cell.source
            tasks.save(cell, ours)
            if pictures := _pictures(cell, ours):
                ours.attachments = pictures
        before.extend(waiting)
        waiting = []
    theirs = [
        cell.source
        for cell, match in zip(submission.cells, matches, strict=True)
        if cell.cell_type == "code"
        and (match is None or utils.is_solution(exercise.cells[match.place]))
    ]
    found |= _elsewhere(notebook, exercise, theirs, found)

    cells = []
    for place, cell in enumerate(notebook.cells):
        before, after = around.get(place, ([], []))
        cells += [*before, cell, *after]
    notebook.cells = [*cells, *waiting]
    _number(notebook, known={cell.id for cell in exercise.cells})
    tasks.keep(notebook)
    fillable = [i for i, cell in enumerate(exercise.cells) if utils.is_solution(cell)]
    _tell(
        notebook,
        lacks=[_name(c) for i, c in enumerate(exercise.cells) if _missed(c) and i not in found],
        matched=matching.said((found[i], _name(exercise.cells[i])) for i in fillable if i in found),
        left_out=left_out,
    )
    return notebook


def _elsewhere(
    notebook: NotebookNode, exercise: NotebookNode, theirs: list[str], found: dict[int, str]
) -> dict[int, str]:
    """Places of cells that are gone, but whose names the student defines in some other cell.

    The stub of such a cell, which would put itself in the place of the answer, is taken out.
    """
    defined = set().union(*map(matching.defined, theirs))
    gone = [
        place
        for place, names in matching.answers(exercise).items()
        if place not in found and names <= defined
    ]
    for place in gone:
        notebook.cells[place].source = ELSEWHERE
    return dict.fromkeys(gone, matching.DEFINED)


def _tell(
    notebook: NotebookNode, lacks: list[str], matched: dict[str, list[str]], left_out: list[str]
) -> None:
    """Say what was not found, found by less than all marks, or not taken: to us and its author."""
    if lacks:
        notebook.metadata[LACKS] = lacks
        _head(notebook, "lacks", NOT_FOUND, lacks)
    if matched:
        notebook.metadata[MATCHED] = matched
        lost = [name for how in matching.LOST for name in matched.get(how, [])]
        if lost:
            _head(notebook, "matched", LOOK, lost)
    if left_out:
        more = f" and {len(left_out) - 3} more" if len(left_out) > 3 else ""
        notebook.metadata[LEFT_OUT] = "; ".join(left_out[:3]) + more
        _head(notebook, "left-out", NOT_USED, left_out)


def _head(notebook: NotebookNode, name: str, text: str, lines: list[str]) -> None:
    """Tell the student something at the head of the notebook."""
    text = "\n".join([text, "", *(f"* `{line}`" for line in lines)])
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text, id=name))


def _name(cell: NotebookNode) -> str:
    """What one of the exercise's cells is called."""
    return grade_id(cell) or cell.id


def _free(cell: NotebookNode, own_text: set[str]) -> Iterable[NotebookNode]:
    """A cell of the student's own as plain code or text; nothing for a copy of the exercise's."""
    if not cell.source.strip() or cell.source.strip() in own_text:
        return
    if cell.cell_type == "code":
        own = nbformat.v4.new_code_cell(cell.source, metadata={"dlcourse": {"role": "student"}})
        tasks.save(cell, own)
        yield own
    elif cell.cell_type == "markdown":
        plain = nbformat.v4.new_markdown_cell(cell.source)
        if pictures := _pictures(cell, plain):
            plain.attachments = pictures
        yield plain


def _pictures(cell: NotebookNode, ours: NotebookNode) -> dict:
    """Pictures pasted into text, by name."""
    if ours.cell_type != "markdown":
        return {}
    found = {}
    for name, content in (cell.get("attachments") or {}).items():
        if pictures := {kind: content[kind] for kind in PICTURES if kind in content}:
            found[name] = pictures
    return found


def _number(notebook: NotebookNode, known: set[str]) -> None:
    """Give the free cells ids that are the same each time a submission is graded."""
    free = [cell for cell in notebook.cells if cell.id not in known]
    for number, cell in enumerate(free, start=1):
        cell.id = f"{FREE}{number}"


def is_free(cell: NotebookNode) -> bool:
    """Whether a cell of a graded notebook is one that the student added."""
    return cell.get("id", "").startswith(FREE)
