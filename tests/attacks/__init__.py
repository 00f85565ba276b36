"""Submissions that try to be graded by something else than their answers, or to do harm.

Each module here is one attack; its docstring says why it exists. What it may define:

``LOSES``
    The answers that deserve no points, by their cells; only B7 if omitted. Each is a wrong one
    unless the attack has its own. Where the attack's own answer is wrong in a part only, the test
    of that part stands here. All other answers are right, and keep their points.
``CODE``
    A cell of the student's own, the first of the notebook.
``ANSWERS``
    Whole texts of answer cells, by id.
``tamper(notebook)``
    Changes the finished notebook.
``files(folder, course)``
    Changes what is handed in, after the notebook has been written: ``folder`` is the student's,
    ``course`` the one that :class:`tests.courses.Course` made.
``REFUSED``
    A part of the reason that the student is given instead of a grade.
``NOTE``
    A part of the note in the class list.
``STUDENT``
    The name of the student's folder, if it is part of the attack.

Payloads may call what ``_base.PRELUDE`` defines.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode, from_dict, v4

from tests import courses
from tests.attacks._base import MARK, PRELUDE, SLUG, TARGET, TEST, WRONG, cell

__all__ = ["ATTACKS", "MARK", "SLUG", "TARGET", "TEST", "Attack", "cell"]


@dataclass(frozen=True)
class Attack:
    """One attack, as described above."""

    name: str
    reason: str
    student: str
    loses: frozenset[str]
    code: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    tamper: Callable[[NotebookNode], None] | None = None
    files: Callable[[Path, courses.Course], None] | None = None
    refused: str = ""
    note: str = ""

    @property
    def only_tampers(self) -> bool:
        """Whether all of it is in the notebook's cells and metadata, and none of it is code."""
        return self.tamper is not None and not (self.code or self.answers or self.files)

    def notebook(self, **facts: object) -> NotebookNode:
        """The notebook that is handed in, with ``@NAME@`` in its text replaced by each fact."""
        wrong = {answer: WRONG[answer] for answer in self.loses if answer in WRONG}
        notebook = courses.filled(SLUG, wrong | self.answers)
        if self.code or self.answers:
            texts = [PRELUDE, self.code] if self.code else [PRELUDE]
            own = [v4.new_code_cell(text, id=f"own-{n}") for n, text in enumerate(texts)]
            notebook.cells[:0] = own
        if self.tamper:
            self.tamper(notebook)
        for each in notebook.cells:
            for name, fact in ({"test": TEST} | facts).items():
                each["source"] = each["source"].replace(f"@{name.upper()}@", str(fact))
        return from_dict(notebook)  # some tamper with plain dictionaries


def _load(name: str) -> Attack:
    module = importlib.import_module(f"{__name__}.{name}")
    given = {key.lower(): value for key, value in vars(module).items() if not key.startswith("_")}
    name = name.replace("_", "-")
    return Attack(
        name=name,
        reason=" ".join(module.__doc__.split()),
        student=given.get("student", name),
        loses=frozenset(given.get("loses", {TARGET})),
        **{key: given[key] for key in OPTIONAL if key in given},
    )


OPTIONAL = ("code", "answers", "tamper", "files", "refused", "note")
ATTACKS = [
    _load(module.name)
    for module in pkgutil.iter_modules(__path__)
    if not module.name.startswith("_")
]
