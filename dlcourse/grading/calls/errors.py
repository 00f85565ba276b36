"""What can go wrong between the two processes, told apart from what a student's code raises.

Neither is an ``Exception``: a test that expects one from the student's code must not take these
for it and go on.
"""


class StudentGoneError(BaseException):
    """The student's process has ended."""


class NotCarriedError(BaseException):
    """A value cannot be carried from one process to the other; the message says why."""
