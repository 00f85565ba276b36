"""The step of nbgrader's ``Autograde`` that runs a notebook: in the sandbox, tests apart.

It takes the place of nbgrader's own ``Execute``, so that ``nbgrader autograde`` and the
formgrader's button run submissions as `dlcourse grade` does.
"""

from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Integer

from dlcourse.grading.isolation import sandbox, session
from dlcourse.grading.isolation.task import Task, cells, files, imports
from dlcourse.grading.submissions import folder


class Execute(NbGraderPreprocessor):
    """Runs a sanitized notebook and puts the outputs into it."""

    sandbox = Bool(True, help="Run submissions inside bubblewrap.").tag(config=True)
    timeout = Float(180, help="Seconds for one cell.").tag(config=True)
    notebook_timeout = Float(600, help="Seconds for a whole notebook.").tag(config=True)
    memory = Integer(3 << 30, help="Bytes of memory for one submission.").tag(config=True)
    disk = Integer(256 << 20, help="Bytes of its scratch folder.").tag(config=True)
    processes = Integer(128, help="Processes and threads at once.").tag(config=True)
    output = Integer(1_000_000, help="Characters of one cell's output.").tag(config=True)

    def task(self, nb: NotebookNode, student: str, slug: str) -> Task:
        """All that is needed to run a notebook, here or on another machine.

        Args:
            nb: the notebook, as :mod:`dlcourse.grading.submissions.transplant` made it.
            student: the student's name or number.
            slug: the exercise's name.

        Returns:
            The task.
        """
        course = CourseDirectory(parent=self)
        source = Path(course.format_path(course.source_directory, ".", slug))
        submitted = Path(course.format_path(course.submitted_directory, ".", "."))
        try:
            folder.check(submitted, student, slug)
            own = files(submitted / student / slug, skip=("timestamp.txt", "submission_secret.txt"))
        except folder.RefusedError:  # the notebook says why
            own = {}
        instructors = nbformat.read(source / f"{slug}.ipynb", as_version=4)
        return Task(
            cells=cells(nb),
            files=files(source),
            own_files=own,
            limits=sandbox.Limits(
                cell_seconds=self.timeout,
                notebook_seconds=self.notebook_timeout,
                memory=self.memory,
                disk=self.disk,
                processes=self.processes,
                output=self.output,
            ),
            warm=imports(instructors),
            hidden=(course.root,),
            confined=self.sandbox,
        )

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Run the notebook.

        Args:
            nb: sanitized, changed in place.
            resources: nbgrader's.

        Returns:
            The notebook with outputs, and the resources.

        Raises:
            RuntimeError: if there can be no sandbox on this machine; the message says what to do.
        """
        if self.sandbox and (reason := _missing()):
            raise RuntimeError(f"{reason}. Or grade without protection: see the instructors' page.")
        names = resources["nbgrader"]
        put(nb, session.run(self.task(nb, names["student"], names["assignment"])))
        return nb, resources


def put(nb: NotebookNode, results: dict[str, list[dict]]) -> None:
    """Put outputs into a notebook's code cells.

    Args:
        nb: changed in place.
        results: outputs by the cells' ids.
    """
    count = 0
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs = [nbformat.from_dict(output) for output in results.get(cell.id, [])]
        if cell.id in results:
            count += 1
            cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count


_reasons: list[str] = []


def _missing() -> str:
    """Why there is no sandbox; asked once."""
    if not _reasons:
        _reasons.append(sandbox.missing())
    return _reasons[0]
