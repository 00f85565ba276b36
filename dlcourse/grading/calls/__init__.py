"""Calls between the two processes of a submission: the tests' and the student's.

Questions and values of the tests enter; what leaves are plain values, which the student's process
claims and no test has to believe.
"""
