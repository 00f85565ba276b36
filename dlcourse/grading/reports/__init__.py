"""What there is to say about a graded class.

The gradebook and the graded notebooks enter; what leaves are a page and two tables.
"""
