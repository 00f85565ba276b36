"""What a grade depends on. If any of it has changed, the submission is graded again."""

import hashlib
import json

from nbformat import NotebookNode
from nbgrader import utils
from traitlets.config import Config

import dlcourse
from dlcourse.grading.isolation.task import Task
from dlcourse.grading.submissions import tasks

# Sections of nbgrader_config.py that bear on a grade; limits come with the task.
SECTIONS = ("Autograde", "AssignLatePenalties", "LateSubmissionPlugin", "IgnorePattern")


def of_grade(task: Task, whole: NotebookNode, times: tuple[object, ...], config: Config) -> str:
    """The fingerprint of all that a grade depends on.

    Args:
        task: what runs: cells, files, limits.
        whole: the instructor's notebook with the student's text in it, and with its points.
        times: when it was handed in, when it was due, and what was granted.
        config: the course's.

    Returns:
        64 hexadecimal digits.
    """
    plugin = config.AssignLatePenalties.get("plugin_class", "")
    sections = {*SECTIONS, getattr(plugin, "__name__", plugin).rpartition(".")[2]}
    files = [sorted(some.items()) for some in (task.files, task.own_files)]
    parts = [
        dlcourse.__version__,
        repr((task.cells, files, task.limits, task.confined)),
        json.dumps(whole, sort_keys=True),
        repr(times),
        json.dumps({name: config.get(name) for name in sections}, sort_keys=True, default=_named),
    ]
    return _digest(*parts)


def of_answers(notebook: NotebookNode) -> dict[str, str]:
    """Digests of what each question gets its points for.

    A person who gave points by hand need not look again while the digest is the same: of an answer
    that is read, its text, its pictures, its points, and the experiments above it with the outputs
    that were handed in; of a test, all that the student wrote.

    Args:
        notebook: with outputs.

    Returns:
        The digests, by ``grade_id``.
    """
    theirs = _digest(*(cell.source for cell in notebook.cells if not utils.is_locked(cell)))
    experiments = {
        task.name: [[cell.source, _saved(cell)] for cell in task.cells]
        for task in tasks.tasks(notebook)
    }
    found = {}
    for cell in filter(utils.is_grade, notebook.cells):
        read = theirs
        if utils.is_solution(cell):
            read = [cell.get("attachments"), *experiments.get(tasks.name_of(cell), ())]
        seen = [cell.source, read, utils.determine_grade(cell)]
        found[cell.metadata["nbgrader"]["grade_id"]] = _digest(json.dumps(seen, sort_keys=True))
    return found


def _saved(cell: NotebookNode) -> list | None:
    return cell.outputs if tasks.SAVED in cell.metadata.get(tasks.OURS, {}) else None


def _digest(*texts: str) -> str:
    whole = json.dumps(texts)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _named(value: object) -> str:
    """How a setting that is no plain value enters: a class or a function by its name."""
    return getattr(value, "__qualname__", type(value).__qualname__)
