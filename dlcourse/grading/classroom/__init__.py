"""A class: everybody's submission, graded side by side and entered by one writer.

Submitted folders enter; what leaves are points in the gradebook, graded notebooks and feedback.
"""
