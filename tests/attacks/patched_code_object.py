"""A function can keep its identity and get other code: no copy of the function made before
helps."""

CODE = """\
from dlcourse import testing

testing._fail.__code__ = (lambda call, what, expected, got, hint: None).__code__
testing.check_equal.__defaults__ = ("",)
testing.check_raises.__kwdefaults__ = {"hint": ""}
"""
