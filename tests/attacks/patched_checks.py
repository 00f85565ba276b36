"""The checks are attributes of a module that the student may import too."""

LOSES = {"a5-answer", "b1-split", "b7-diagnose"}
CODE = """\
from dlcourse import testing


def passes(*arguments, **options):
    return None


for name in ["check", "check_equal", "check_raises", "check_close", "check_type", "_fail"]:
    setattr(testing, name, passes)
"""
