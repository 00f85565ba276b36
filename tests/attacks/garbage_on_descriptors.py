"""Whatever the process shares with the grader gets bytes that are no message: some, a million,
and a header that promises four gigabytes."""

LOSES = {"b3-penalty", "b5-early-stopping", "b7-diagnose"}
ANSWERS = {
    "b3-penalty": """\
import os


def write(data):
    for number in range(3, 256):
        try:
            os.set_blocking(number, False)
            os.write(number, data)
        except OSError:
            pass
        try:
            os.set_blocking(number, True)
        except OSError:
            pass


def l2_penalty(parameters, lam):
    write(b"\\xff" * 16 + b"garbage\\n")
    return torch.tensor(0.0)
""",
    "b5-early-stopping": """\
def early_stopping(losses, patience, min_delta=0.0):
    write(os.urandom(1_000_000))
    return 0, 0
""",
    "b7-diagnose": """\
def diagnose(*_, **__):
    write(b"\\x7f\\xff\\xff\\xf0" + b"\\x00\\x00\\x00\\x01" * 3 + b"{}")
    return "good"
""",
}
