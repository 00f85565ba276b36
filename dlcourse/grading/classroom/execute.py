"""The step of nbgrader's ``Autograde`` that runs a notebook: in the sandbox, tests apart.

Experiments, which a person grades, are not run unless that is asked for: they show what was handed
in, and say so.

The step takes the place of nbgrader's own ``Execute``, so that ``nbgrader autograde`` and the
formgrader's button run submissions as `dlcourse grade` does.
"""

from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Integer

from dlcourse.grading.isolation import sandbox, session
from dlcourse.grading.isolation.task import Task, cells, files, imports
from dlcourse.grading.submissions import folder, tasks

NOT_RUN = "As handed in, not run at grading. {} as its author saved it."


class Execute(NbGraderPreprocessor):
    """Runs a sanitized notebook and puts the outputs into it."""

    sandbox = Bool(True, help="Run submissions inside bubblewrap.").tag(config=True)
    timeout = Float(180, help="Seconds for one cell.").tag(config=True)
    notebook_timeout = Float(600, help="Seconds for a whole notebook.").tag(config=True)
    memory = Integer(3 << 30, help="Bytes of memory for one submission.").tag(config=True)
    disk = Integer(256 << 20, help="Bytes of its scratch folder.").tag(config=True)
    processes = Integer(128, help="Processes and threads at once.").tag(config=True)
    output = Integer(1_000_000, help="Characters of one cell's output.").tag(config=True)
    experiments = Bool(
        False, help="Run the experiments that a person grades, and do not show what was handed in."
    ).tag(config=True)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._read: dict[str, tuple] = {}

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
        given, warm = self._instructors(source, slug)
        left_out = [] if self.experiments else [cell.id for cell in tasks.experiments(nb)]
        return Task(
            cells=cells(nb, without=left_out),
            files=given,
            own_files=own,
            limits=sandbox.Limits(
                cell_seconds=self.timeout,
                notebook_seconds=self.notebook_timeout,
                memory=self.memory,
                disk=self.disk,
                processes=self.processes,
                output=self.output,
            ),
            warm=warm,
            hidden=(course.root,),
            confined=self.sandbox,
        )

    def _instructors(self, source: Path, slug: str) -> tuple[dict[str, bytes], tuple[str, ...]]:
        """The exercise's files, and what it imports; read once."""
        if slug not in self._read:
            notebook = nbformat.read(source / f"{slug}.ipynb", as_version=4)
            self._read[slug] = files(source), imports(notebook)
        return self._read[slug]

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
        results: outputs by the cells' ids. Of an experiment without them, those that were handed in
            are shown, below a line that says what they are; that there are none is said of what
            was to be filled in.
    """
    count = 0
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        shown, own = results.get(cell.id), cell.metadata.get(tasks.OURS, {})
        saved = own.get(tasks.SAVED)
        if shown is None and isinstance(saved, list):
            if saved or utils.is_solution(cell):
                shown, own[tasks.SAVED] = handed_in(saved), True
            else:
                del own[tasks.SAVED]
        cell.outputs = [nbformat.from_dict(output) for output in shown or ()]
        if cell.id in results:
            count += 1
            cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count


def handed_in(saved: list[dict]) -> list[dict]:
    """Saved outputs, below a line that says that nothing was run."""
    text = NOT_RUN.format("All output of this cell is" if saved else "It has no output, which is")
    data = {"text/plain": text, "text/html": f"<p><strong>{text}</strong></p>"}
    return [{"output_type": "display_data", "data": data, "metadata": {}}, *saved]


_reasons: list[str] = []


def _missing() -> str:
    """Why there is no sandbox; asked once."""
    if not _reasons:
        _reasons.append(sandbox.missing())
    return _reasons[0]
