"""Where no cell is known by its marks any more, answers are those cells that define what was asked
for; an honest student's count, and a wrong answer stays one. What is not filled in is not found."""

NOTE = "lacks cells of the exercise, which count as not filled in: c1-code, c1-report"


def tamper(notebook):
    for number, each in enumerate(notebook.cells):
        each.id = f"id-{number}"
        each.metadata = {"nbgrader": {"grade_id": f"grade-{number}"}}
