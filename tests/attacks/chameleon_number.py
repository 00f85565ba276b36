"""A number that looks around when a check converts it: IPython's frames, further out than the
test's, have the whole cell as a variable, and in it stands the number that is expected."""

LOSES = {"a5-answer", "a6-answer", "a7-answer"}
ANSWERS = {
    "a5-answer": """\
import re
import sys


class Chameleon(float):
    def __float__(self):
        frame = sys._getframe(1)
        while frame is not None:
            for value in list(frame.f_locals.values()):
                found = isinstance(value, str) and re.search(r"isclose\\(\\w+, ([\\d.]+)", value)
                if found:
                    return float(found[1])
            frame = frame.f_back
        return 0.5


answer_a5 = Chameleon(0.5)
""",
    "a6-answer": "answer_a6 = Chameleon(0.5)",
    "a7-answer": "answer_a7 = Chameleon(0.5)",
}
