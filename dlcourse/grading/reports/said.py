"""What grading and collecting had to say of each student, in the words of the class list."""

from dlcourse.grading.classroom import results
from dlcourse.grading.classroom.results import ByHand
from dlcourse.grading.content.text import printable
from dlcourse.grading.reports.sources import Course


def notes(course: Course, slug: str, student: str, refusal: str) -> tuple[str, ...]:
    """All notes of a student, a phrase each; points by hand and late work as they are now.

    Args:
        course: the class.
        slug: the exercise's name.
        student: the student's name or number.
        refusal: why the submission was refused; '' if it was not.
    """
    grades = course.grades.get(student, {})
    if not grades and student not in course.handed_in:
        return ()  # what was said once was of a grade that has been removed
    by_hand = [
        ByHand(name, grade.manual, grade.waiting)
        for name, grade in grades.items()
        if grade.waiting or grade.manual is not None
    ]
    said = results.notes(
        by_hand, course.late.get(student, 0.0), refusal, course.remarks.get(student, ())
    )
    if student in course.handed_in:
        said += course.collected.get(student, {}).get("notes", ())
    elif grades:
        said.append(f"no submission; {results.still_stands(slug, student)}")
    return tuple(map(printable, said))
