"""What `dlcourse report` reads of a student: the graded notebook, answers and outputs."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from nbformat import NotebookNode

from dlcourse.grading.content.text import plain
from dlcourse.grading.reports.sources import Course
from dlcourse.grading.submissions.tasks import OURS, SAVED

REFUSAL = "refusal"  # id of the first cell of a refused submission's notebook; it has the reason
# Errors that are the grader's own.
EVENTS = frozenset({"KernelDied", "TimeLimit", "MemoryLimit", "OutputLimit", "NotRun"})
LARGEST = 100_000_000  # bytes of a graded notebook that is read


@dataclass(frozen=True)
class Event:
    """Where grading ran into a limit or the kernel died; ``question`` may be empty."""

    student: str
    question: str
    kind: str
    text: str


class Text(NamedTuple):
    """A cell of the student's: its id if it was there to be filled in, where it stands."""

    name: str
    place: str
    text: str
    is_prose: bool = False


@dataclass
class Work:
    """What a student's graded notebook shows.

    Attributes:
        missing: whether there is none, or none that can be read.
        refusal: the reason for which the submission was refused.
        blank: ids of questions whose cells are all as they were released.
        messages: of questions that ended with an error, by id.
        events: what the grader's limits ended.
        texts: the student's own code.
        prose: answers in words.
        saved: how many outputs were handed in with experiments that were not run; None without any.
    """

    missing: bool = False
    refusal: str = ""
    blank: set[str] = field(default_factory=set)
    messages: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    prose: list[Text] = field(default_factory=list)
    saved: int | None = None


def work(course: Course, student: str) -> Work:
    """Read a student's graded notebook.

    Args:
        course: the class.
        student: the student's name or number.
    """
    notebook = _notebook(course, student)
    if notebook is None:
        return Work(missing=True)
    cells, source = notebook.cells, course.source
    if cells and cells[0].get("id") == REFUSAL:
        reason = re.sub(r"\A\*\*[^*]*\*\*", "", cells[0].source)  # the heading says that much
        return Work(refusal=plain(reason) or "no reason given")
    here = Work()
    places = {cell: q.task for q in reversed(source.questions) for cell in q.cells}
    places |= {question.name: question.task for question in source.questions}
    filled, place = set(), ""
    for cell in reversed(cells):  # so that a cell of the student's own is known by what follows it
        mark = cell.metadata.get("nbgrader")
        name = mark.get("grade_id", "") if isinstance(mark, dict) else ""
        place = places.get(name, place)
        changed = (
            name in source.solutions and cell.source.strip() != course.stubs.get(name, "").strip()
        )
        filled |= {name} if changed else set()
        if cell.cell_type != "code":
            here.prose += [Text(name, place, cell.source, is_prose=True)] if changed else []
            continue
        if changed:
            here.texts.append(Text(name, place, cell.source))
        elif not name and cell.get("id") not in source.ids:
            before = f"own cell before {place}" if place else "own cell at the end"
            here.texts.append(Text("", before, cell.source))
        if SAVED in (cell.metadata.get(OURS) or {}):
            here.saved = (here.saved or 0) + len(cell.get("outputs", [])) - 1
            continue  # an error in what was handed in may be anybody's
        kind, message = _error(cell.get("outputs", []))
        if message:
            here.messages[name] = message
        if kind in EVENTS:
            text = message.removeprefix(f"{kind}: ")
            event = Event(student, places.get(name, ""), kind, text)
            here.events += [event] if event not in here.events else []  # once for all parts
    here.texts.reverse()
    here.events.reverse()
    here.blank = {q.name for q in source.questions if q.cells and filled.isdisjoint(q.cells)}
    return here


def _notebook(course: Course, student: str) -> NotebookNode | None:
    from nbformat import v4

    folder, name = course.autograded.parents[2], course.autograded.name
    path = folder / student / course.autograded.parent.name / name
    try:
        if path.stat().st_size > LARGEST:
            return None
        notebook = v4.reads_json(path.read_text(encoding="utf-8"))
        whole = all(
            isinstance(cell.source, str) and isinstance(cell.metadata, dict) and cell.cell_type
            for cell in notebook.cells
        )
        return notebook if whole else None
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError):
        return None


def _error(outputs: list) -> tuple[str, str]:
    """The name and the message of a cell's first error; empty where there is none.

    Of a failed check these are its own words, of any other error its name and message. The
    traceback, which quotes hidden tests, is not used.
    """
    for output in outputs:
        kind = output.get("output_type")
        if kind == "error":
            name, value = plain(output.get("ename", ""), 80), plain(output.get("evalue", ""))
            if name == "CheckError" and value:
                return name, value
            return name, f"{name}: {value}" if value else name
        if kind == "stream" and output.get("name") == "stderr":
            return "stderr", "Something was printed on stderr, for which nbgrader gives no points."
    return "", ""
