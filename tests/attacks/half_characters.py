"""A str may hold half a character, which no file in UTF-8 can: printed, displayed, and in an
error's message it reaches the notebook, the feedback and the report."""

CODE = """\
import sys

half = "half \\ud83d \\udcff\\x00\\x1b\\x85\\u2028 a character"
print(half)
sys.stderr.write(half)
try:
    from IPython.display import display

    display({"text/plain": half, "text/html": half, half: half}, raw=True)
except ImportError:
    pass
raise type("Error", (Exception,), {"__module__": half})(half)
"""
ANSWERS = {
    "b7-diagnose": """\
def diagnose(*_, **__):
    print(half)
    raise KeyError(half)
"""
}
