"""The course's own package is imported by the setup cell, and a folder of this name lies beside
the notebook: with checks that check nothing."""

TEXT = """\
import sys


def check_choice(name, answer, options):
    return answer


def check_number(name, answer):
    return float(answer)


def __getattr__(name):
    return lambda *_, **__: None
"""


def files(folder, course):
    package = folder / "dlcourse"
    (package / "grading").mkdir(parents=True)
    (package / "testing.py").write_text(TEXT)
    for init in (package, package / "grading"):
        (init / "__init__.py").write_text("")
