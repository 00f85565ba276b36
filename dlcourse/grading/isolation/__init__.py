"""Where a submission runs: a sandbox, a warm process in it, and two forks for each notebook.

Cells and files enter as a task; what leaves are the outputs of each cell, on any machine and
whatever the cells do.
"""
