"""The marks of hidden tests and solutions in the student's own text. Whoever looks for them in
every cell hides the wrong lines, shows the right ones, or stops at an unmatched one."""

from nbformat import v4

CODE = """\
### END HIDDEN TESTS
### BEGIN HIDDEN TESTS
### END SOLUTION
text = '''
### BEGIN SOLUTION
'''
"""
ANSWERS = {
    "b7-diagnose": """\
### BEGIN HIDDEN TESTS
def diagnose(*_):
    return "good"
### BEGIN SOLUTION
""",
    "a1-answer": "### END HIDDEN TESTS\nanswer_a1 = 'c'\n### BEGIN HIDDEN TESTS",
}


def tamper(notebook):
    notebook.cells.append(v4.new_markdown_cell("### BEGIN HIDDEN TESTS\n=== BEGIN MARK SCHEME ==="))
