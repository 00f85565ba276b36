"""What `dlcourse check` (a student's own notebook) and `dlcourse grade` (a class) do.

Both stand on nbgrader, which is an extra (``pip install 'dlcourse[grade]'``) and is imported only
when one of them runs.
"""

from pathlib import Path

from dlcourse.grading.course import UserError

__all__ = ["UserError", "check", "grade"]


def check(target: str, root: Path) -> int:
    """Run a notebook and print which of its visible tests pass.

    Args:
        target: an exercise's name, or the path of a notebook.
        root: the course's folder, in which ``exercises/`` lies.

    Returns:
        The exit code: 0 if all visible tests pass, else 1.

    Raises:
        UserError: if there is no such exercise or file, or it is not a notebook of this course.
    """
    from dlcourse.grading import student

    return student.check(target, Path(root))


def grade(slug: str, root: Path, student: str | None = None) -> int:
    """Grade the submissions of an exercise and print the points, or the reason for none.

    Args:
        slug: the exercise's name.
        root: the course's folder, in which ``nbgrader_config.py`` and ``grading/`` lie.
        student: grade this student only, and afresh; otherwise everybody who has no up-to-date
            grade.

    Returns:
        The exit code: 0 if every student has a grade, else 1.

    Raises:
        UserError: if there is no such exercise or student, or nothing to grade.
    """
    from dlcourse.grading import classroom

    return classroom.grade(slug, Path(root), student)
