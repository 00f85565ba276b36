"""The checks are attributes of a module that the student may import too."""

LOSES = {"a5-test", "b1-split-test", "b7-diagnose-test"}
CODE = """\
from dlcourse import testing


def passes(*arguments, **options):
    return None


for name in ["check", "check_equal", "check_raises", "check_close", "check_type", "_fail"]:
    setattr(testing, name, passes)
"""
