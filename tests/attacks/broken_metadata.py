"""A newer version of nbgrader's metadata once stopped the grading of the whole class."""


def tamper(notebook):
    for number, each in enumerate(notebook.cells):
        if "nbgrader" in each.metadata:
            mark = each.metadata.nbgrader
            each.metadata.nbgrader = [
                "a string",
                {},
                mark | {"schema_version": 99},
                mark | {"grade_id": 7, "points": "many"},
            ][number % 4]
