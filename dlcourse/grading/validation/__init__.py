"""A student's own check: the notebook run as at grading, with the visible tests, unprotected.

What a student may see of all this is the released exercise; hidden tests run when work is graded.
"""
