"""Where no cell is known by its marks any more nothing is an answer; that has to be said, or an
honest student has 0 points and never learns why."""

REFUSED = "none of the cells to be filled in was found"


def tamper(notebook):
    for number, each in enumerate(notebook.cells):
        each.id = f"id-{number}"
        each.metadata = {"nbgrader": {"grade_id": f"grade-{number}"}}
