"""What the commands do: `dlcourse check` for a student's own notebook, the others for a class.

All of it stands on nbgrader, which is an extra (``pip install 'dlcourse[grade]'``) and is imported
only when one of them runs.
"""

from collections.abc import Sequence
from pathlib import Path

from dlcourse.grading.course import UserError, explained, require_nbgrader

__all__ = [
    "UserError",
    "check",
    "collect",
    "due",
    "explained",
    "feedback",
    "forget",
    "grade",
    "grades",
    "release",
    "report",
    "roster",
    "solutions",
]


def check(
    target: str,
    root: Path | None = None,
    tasks: Sequence[str] = (),
    experiments: bool = False,
) -> int:
    """Run a student's answers in the released exercise and print what came of each task.

    Args:
        target: an exercise's name, or the path of a notebook or of its folder.
        root: the course's folder, in which ``exercises/`` lies; if None it is looked for, from the
            notebook upward and from here.
        tasks: these only: ``B3``, or ``b3-penalty``; all if empty.
        experiments: run the code of those that a person grades, too.

    Returns:
        The exit code: 0 if all questions have an answer and all visible tests pass, else 1.

    Raises:
        UserError: if there is no such exercise, file or task, or it is not a notebook of this
            course.
    """
    require_nbgrader()
    from dlcourse.grading.validation import check as made

    return made.check(target, root and Path(root), tasks, experiments)


def roster(path: Path, root: Path) -> int:
    """Enter a list of students into the gradebook and print who is new, changed or gone.

    Args:
        path: a csv file, of a learning platform or with the columns ``id``, ``first name``,
            ``last name``, ``e-mail`` and ``platform id``.
        root: the course's folder.

    Returns:
        The exit code, 0.

    Raises:
        UserError: if it is no such table.
    """
    require_nbgrader()
    from dlcourse.grading.collection import collect

    return collect.enter_roster(Path(path), Path(root))


def collect(slug: str, root: Path, archives: list[Path]) -> int:
    """Put what a platform's archive holds where it is graded, and print what was done.

    Args:
        slug: the exercise's name.
        root: the course's folder.
        archives: zips, folders or single notebooks, named as the platform names them.

    Returns:
        The exit code, 0.

    Raises:
        UserError: if there is no such exercise or file, an archive is not safe to unpack, or no
            name in it says who handed it in.
    """
    require_nbgrader()
    from dlcourse.grading.collection import collect

    return collect.collect(slug, Path(root), [Path(path) for path in archives])


def grade(
    slug: str,
    root: Path,
    students: list[str] | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    force: bool = False,
    confined: bool = True,
    experiments: bool = False,
    tls: tuple[Path, Path, Path] | None = None,
) -> int:
    """Grade the submissions of an exercise and print the points, or the reason for none.

    Args:
        slug: the exercise's name.
        root: the course's folder, in which ``nbgrader_config.py`` and ``grading/`` lie.
        students: grade these only, and afresh; otherwise everybody whose grade is not up to date.
        workers: how many submissions run at once; the number of cores if None.
        scheduler: address of a dask.distributed cluster that runs them instead.
        force: grade everybody afresh.
        confined: whether submissions run in a sandbox.
        experiments: run the code of what a person grades, too, instead of showing the outputs that
            were handed in.
        tls: the files of the cluster's certificate authority, and of our certificate and key.

    Returns:
        The exit code: 0 if everybody has a grade for what they handed in, else 1.

    Raises:
        UserError: if there is no such exercise or student, nothing to grade, no sandbox or no
            cluster.
    """
    require_nbgrader()
    from dlcourse.grading.classroom import executor, grade

    files = tls and executor.Tls(*map(Path, tls))
    where = workers, scheduler
    return grade.grade(slug, Path(root), students, *where, force, confined, experiments, files)


def due(
    slug: str,
    root: Path,
    time: str | None = None,
    late: str | None = None,
    students: list[tuple[str, str]] = (),
) -> int:
    """Set when an exercise is due, and print it.

    Args:
        slug: the exercise's name.
        root: the course's folder.
        time: for the class; a day means its end, ``none`` no due date; None leaves it.
        late: ``none``, ``zero``, ``10%/day`` or ``10%/day:50%``; None leaves it.
        students: pairs of a student and a time for them; ``none`` takes it back.

    Returns:
        The exit code, 0.

    Raises:
        UserError: if there is no such exercise or student, or a time or rule cannot be read.
    """
    require_nbgrader()
    from dlcourse.grading.classroom import due as made

    return made.due(slug, Path(root), time, late, students)


def feedback(
    slug: str, root: Path, students: list[str] | None = None, archive: Path | None = None
) -> int:
    """Write a page for each graded student, where there is none or something on it has changed.

    Args:
        slug: the exercise's name.
        root: the course's folder.
        students: for these only.
        archive: a zip of all pages besides, under the names in which the platform's archive came.

    Returns:
        The exit code: 0 if everybody has a page, else 1.

    Raises:
        UserError: if there is no such exercise, or nothing of it or of a student has been graded.
    """
    require_nbgrader()
    from dlcourse.grading.classroom import handout

    return handout.feedback(slug, Path(root), students, archive and Path(archive))


def forget(slug: str, root: Path, students: list[str]) -> int:
    """Remove the grades of students whose submissions have been taken away.

    Args:
        slug: the exercise's name.
        root: the course's folder, in which ``nbgrader_config.py`` and ``grading/`` lie.
        students: who.

    Returns:
        The exit code, 0.

    Raises:
        UserError: if there is no such exercise or student, or one of them has handed it in.
    """
    require_nbgrader()
    from dlcourse.grading.classroom import grade

    return grade.forget(slug, Path(root), students)


def release(slug: str, root: Path, to: Path, force: bool = False) -> int:
    """Write what students get, and enter the exercise into the gradebook.

    Args:
        slug: the exercise's name.
        root: the course's folder.
        to: the folder in which ``SLUG/SLUG.ipynb`` is put.
        force: whether files there that differ are replaced.

    Returns:
        The exit code, 0.

    Raises:
        UserError: if there is no such exercise, something of a solution or hidden test would be
            released, or a file there differs.
    """
    require_nbgrader()
    from dlcourse.grading.classroom import release as made

    return made.release(slug, Path(root), Path(to), force)


def solutions(slug: str, root: Path, to: Path | None = None) -> int:
    """Write a page with each task, its solution and the reasons.

    Args:
        slug: the exercise's name.
        root: the course's folder.
        to: the page, or the folder for it; beside the reports if None.

    Returns:
        The exit code, 0.

    Raises:
        UserError: if there is no such exercise, or the page cannot be written.
    """
    require_nbgrader()
    from dlcourse.grading.classroom import solutions as made

    return made.solutions(slug, Path(root), to and Path(to))


def report(slug: str, root: Path) -> int:
    """Write what there is to say about a graded class, as a page and two tables.

    Args:
        slug: the exercise's name.
        root: the course's folder, in which ``nbgrader_config.py`` and ``grading/`` lie.

    Returns:
        The exit code, 0.

    Raises:
        UserError: if there is no such exercise, or nothing of it has been graded yet.
    """
    from dlcourse.grading.reports import page as report_page

    return report_page.report(slug, Path(root))


def grades(
    slugs: list[str], root: Path, table: Path, to: Path | None = None, column: str | None = None
) -> int:
    """Fill points into a copy of the table that a learning platform exported.

    Args:
        slugs: the exercises.
        root: the course's folder.
        table: a csv file of Canvas, Moodle or Gradescope, or a plain one.
        to: the copy; beside the reports if None.
        column: the head of the column to fill, where it cannot be told by the exercise's name.

    Returns:
        The exit code, 0.

    Raises:
        UserError: if there is no such exercise, table or column, or nobody in it is known.
    """
    require_nbgrader()
    from dlcourse.grading.reports import grades as made

    return made.fill(slugs, Path(root), Path(table), to and Path(to), column)
