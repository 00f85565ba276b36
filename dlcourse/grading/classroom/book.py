"""nbgrader's tables, as grading reads and writes them: some statements a student.

nbgrader itself opens the gradebook anew for each of its steps, asks for each cell by its name, and
commits after it, which takes a fifth of a second a student; a class of a thousand then waits for
nobody else. The rows are the same (``tests/test_term.py`` compares the databases).
"""

import contextlib
import datetime
from collections.abc import Iterable, Iterator, Mapping

from nbformat import NotebookNode
from nbgrader import api, utils
from nbgrader.api import Gradebook
from sqlalchemy import insert, select, update

from dlcourse.grading.classroom import fingerprint, ledger
from dlcourse.grading.classroom.results import ByHand, Standing
from dlcourse.grading.classroom.works import Sheet, Work
from dlcourse.grading.submissions.transplant import REFUSED

STUDENT, WORK = api.Student.__table__, api.SubmittedAssignment.__table__
SHEET = api.SubmittedNotebook.__table__
GRADE, COMMENT = api.Grade.__table__, api.Comment.__table__
NO_RESPONSE = "No response."  # nbgrader's words


class Book:
    """One exercise in an open gradebook.

    Args:
        gradebook: open; it stays so.
        slug: the exercise's name, which is its notebook's, too.

    Attributes:
        gradebook: as it was given.
        notebook: nbgrader's id of the exercise's notebook.
        due: when the exercise is due; None for at no time.

    Raises:
        MissingEntry: if the gradebook does not have the exercise.
    """

    def __init__(self, gradebook: Gradebook, slug: str):
        self.gradebook, self._db = gradebook, gradebook.db
        self.notebook = gradebook.find_notebook(slug, slug).id
        assignment = gradebook.find_assignment(slug)
        self._assignment, self.due = assignment.id, assignment.duedate
        self._most = 0.0
        self._graded: dict[str, dict[str, str]] = {}  # names of cells, by notebook and id
        self._commented: dict[str, dict[str, str]] = {}
        for notebook in assignment.notebooks:
            points = [*notebook.grade_cells, *notebook.task_cells]
            words = [*notebook.solution_cells, *notebook.task_cells]
            self._graded[notebook.id] = {cell.id: cell.name for cell in points}
            self._commented[notebook.id] = {cell.id: cell.name for cell in words}
            self._most += sum(cell.max_score for cell in points)
        ledger.ensure(gradebook, ledger.TABLE)
        self._db.commit()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is written within, or nothing."""
        try:
            yield
            self._db.commit()
        except BaseException:
            self._db.rollback()
            raise

    def own(self, work: Work) -> Sheet:
        """The sheet of the exercise's notebook."""
        return work.sheets[self.notebook]

    def commit(self) -> None:
        """Let others see what has been written."""
        self._db.commit()

    # -- reading ----------------------------------------------------------------------------------

    def works(self, student: str | None = None) -> dict[str, Work]:
        """What has been handed in, by student: the whole class's, or one student's."""
        whose = [WORK.c.assignment_id == self._assignment, SHEET.c.notebook_id.in_(self._graded)]
        if student is not None:
            whose.append(WORK.c.student_id == student)
        columns = WORK.c.student_id, WORK.c.timestamp, WORK.c.extension
        sheet = SHEET.c.notebook_id, SHEET.c.late_submission_penalty
        query = select(*columns, WORK.c.id.label("work"), SHEET.c.id, *sheet)
        found: dict[str, Work] = {}
        sheets: dict[str, Sheet] = {}
        for row in self._db.execute(
            query.join(SHEET, SHEET.c.assignment_id == WORK.c.id).where(*whose)
        ):
            work = found.setdefault(row.student_id, Work(row.work, row.timestamp, row.extension))
            sheets[row.id] = Sheet(row.id, row.late_submission_penalty)
            work.sheets[row.notebook_id] = sheets[row.id]
        cells = [cell for names in self._graded.values() for cell in names]
        # By their cells, for which nbgrader's table has an index.
        these = [GRADE.c.cell_id.in_(cells)]
        if student is not None:
            these.append(GRADE.c.notebook_id.in_(list(sheets)))
        if sheets:
            for row in self._db.execute(select(GRADE).where(*these)):
                if row.notebook_id in sheets:
                    sheets[row.notebook_id].grades[row.cell_id] = row
        return found

    def work(self, student: str) -> Work | None:
        """What a student has handed in; None for nothing."""
        return self.works(student).get(student)

    def standing(self, student: str) -> Standing | None:
        """What the gradebook has for a student; None if it is nothing."""
        with self.transaction():
            work = self.work(student)
            if work is None or self.notebook not in work.sheets:
                return None
            return self._standing(work, ledger.read(self.gradebook, work.sheets[self.notebook].id))

    def standings(self) -> dict[str, Standing]:
        """What the gradebook has for everybody, without what it was made of."""
        with self.transaction():
            works = {
                who: work for who, work in self.works().items() if self.notebook in work.sheets
            }
        return {who: self._standing(work, ledger.Entry()) for who, work in works.items()}

    def _standing(self, work: Work, entry: ledger.Entry) -> Standing:
        own = work.sheets[self.notebook]
        by_hand = sorted(
            (self._graded[self.notebook][cell], grade.manual_score, grade.needs_manual_grade)
            for cell, grade in own.grades.items()
            if grade.needs_manual_grade or grade.manual_score is not None
        )
        penalty = sum(sheet.penalty or 0.0 for sheet in work.sheets.values())
        return Standing(
            max(0.0, sum(sheet.score for sheet in work.sheets.values()) - penalty),
            self._most,
            penalty,
            entry.inputs,
            work.extension,
            tuple(ByHand(*each) for each in by_hand),
        )

    # -- writing ----------------------------------------------------------------------------------

    def hand_in(self, student: str, timestamp: datetime.datetime | None) -> Work:
        """See to it that all rows of a submission are there.

        Args:
            student: whose; a new one is entered.
            timestamp: when it was handed in; None if that is not known.
        """
        work = self.work(student)
        if work is None:
            if not self._db.execute(select(STUDENT.c.id).where(STUDENT.c.id == student)).first():
                self._db.execute(insert(STUDENT).values(id=student))
            work = Work(api.new_uuid(), timestamp, None, entry=ledger.Entry())
            keys = {"assignment_id": self._assignment, "student_id": student}
            values = {"id": work.id, "timestamp": timestamp, "extension": None}
            self._db.execute(insert(WORK).values(**keys, **values))
        elif work.timestamp != timestamp:
            self._set(WORK, [{"id": work.id, "timestamp": timestamp}])
            work.timestamp = timestamp
        for notebook in self._graded.keys() - work.sheets.keys():
            sheet = work.sheets[notebook] = Sheet(api.new_uuid(), None, new=True)
            keys = {"notebook_id": notebook, "assignment_id": work.id}
            self._db.execute(
                insert(SHEET).values(id=sheet.id, late_submission_penalty=None, **keys)
            )
        return work

    def enter(self, work: Work, notebook: NotebookNode) -> None:
        """Enter points and comments; what the grade was made of, :meth:`sign` notes afterwards.

        nbgrader's own step asks for a new look at all points that were given by hand whenever a
        submission is graded again. Here what was graded by hand stays so while the answer is the
        same, and what waits for a person waits on when a file comes in that cannot be read.

        Args:
            work: as :meth:`hand_in` returns it.
            notebook: graded, with outputs and checksums.
        """
        sheet, refused = work.sheets[self.notebook], REFUSED in notebook.metadata
        before, now = self._entry(work).answers, fingerprint.of_answers(notebook)
        marks, comments = {}, {}
        for cell in notebook.cells:
            if utils.is_grade(cell):
                name = cell.metadata["nbgrader"]["grade_id"]
                auto, _ = utils.determine_grade(cell)
                marks[name] = auto, before.get(name) == now[name], refused and name in before
            if utils.is_solution(cell) or utils.is_task(cell):
                mark = cell.metadata["nbgrader"]
                blank = mark.get("checksum") == utils.compute_checksum(cell)
                said = NO_RESPONSE if blank and not utils.is_task(cell) else None
                comments[mark["grade_id"]] = said
        self._grade(sheet, self._graded[self.notebook], marks)
        self._comment(sheet, self._commented[self.notebook], comments)
        # An exercise has one notebook. Were there others, nothing of them has been handed in.
        for other in work.sheets.keys() - {self.notebook}:
            names = self._graded[other]
            nothing = dict.fromkeys(names.values(), (0.0, False, False))
            self._grade(work.sheets[other], names, nothing)
            self._comment(work.sheets[other], self._commented[other], {})
        work.answers = now

    def _grade(self, sheet: Sheet, names: Mapping[str, str], marks: Mapping) -> None:
        """Enter automatic points, by cell: points, whether the answer is the same, or unread."""
        new, changed = [], []
        for cell, name in names.items():
            row = sheet.grades.get(cell)
            auto, same, unread = marks.get(name, (None, True, False))
            given = row.manual_score if row else None
            waited = row.needs_manual_grade if row else True
            waits = waited if same or (waited and unread) else given is not None or auto is None
            if row is None:
                keys = {"cell_id": cell, "notebook_id": sheet.id, "id": api.new_uuid()}
                new.append(keys | {"auto_score": auto, "needs_manual_grade": waits})
            elif name in marks and (row.auto_score, waited) != (auto, waits):
                changed.append({"id": row.id, "auto_score": auto, "needs_manual_grade": waits})
        if new:
            self._db.execute(insert(GRADE), new)
        self._set(GRADE, changed)
        if new or changed:
            these = GRADE.c.cell_id.in_(names), GRADE.c.notebook_id == sheet.id
            rows = self._db.execute(select(GRADE).where(*these))
            sheet.grades = {row.cell_id: row for row in rows}

    def _comment(self, sheet: Sheet, names: Mapping[str, str], texts: Mapping) -> None:
        there = {}
        if not sheet.new:
            these = COMMENT.c.cell_id.in_(names), COMMENT.c.notebook_id == sheet.id
            columns = COMMENT.c.id, COMMENT.c.cell_id, COMMENT.c.auto_comment
            there = {row.cell_id: row for row in self._db.execute(select(*columns).where(*these))}
        new = [
            {
                "id": api.new_uuid(),
                "cell_id": cell,
                "notebook_id": sheet.id,
                "auto_comment": texts.get(name),
            }
            for cell, name in names.items()
            if cell not in there
        ]
        if new:
            self._db.execute(insert(COMMENT), new)
        self._set(
            COMMENT,
            [
                {"id": row.id, "auto_comment": texts[names[cell]]}
                for cell, row in there.items()
                if names[cell] in texts and texts[names[cell]] != row.auto_comment
            ],
        )

    def sign(self, work: Work, inputs: str) -> None:
        """Note what the grade was made of; '' if it is to be made again."""
        before = self._entry(work)
        answers = before.answers if work.answers is None else work.answers
        work.entry = ledger.Entry(inputs, answers)
        if work.entry != before:
            ledger.write(self.gradebook, work.sheets[self.notebook].id, work.entry)

    def _entry(self, work: Work) -> ledger.Entry:
        """What was noted of a grade; read once."""
        if work.entry is None:
            work.entry = ledger.read(self.gradebook, work.sheets[self.notebook].id)
        return work.entry

    def amend(
        self,
        work: Work,
        extension: datetime.timedelta | None,
        penalties: Mapping[str, float | None],
    ) -> None:
        """Change what was granted, and what the sheets lose, by the ids of their notebooks."""
        if extension != work.extension:
            self._set(WORK, [{"id": work.id, "extension": extension}])
            work.extension = extension
        for notebook, penalty in penalties.items():
            sheet = work.sheets[notebook]
            if penalty != sheet.penalty:
                self._set(SHEET, [{"id": sheet.id, "late_submission_penalty": penalty}])
                sheet.penalty = penalty

    def _set(self, table, rows: Iterable[Mapping]) -> None:
        for row in rows:
            values = {name: value for name, value in row.items() if name != "id"}
            self._db.execute(update(table).where(table.c.id == row["id"]).values(**values))
