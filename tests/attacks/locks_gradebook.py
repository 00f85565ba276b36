"""Whoever holds a transaction on an SQLite file open keeps everybody else from writing it: no
grade of the class is recorded any more."""

CODE = """\
text = '''
import sqlite3, time
book = sqlite3.connect("file:@COURSE@/grading/gradebook.db?mode=rw", uri=True, timeout=30)
book.isolation_level = None
book.execute("begin exclusive")
time.sleep(20)
'''
daemon(text)
"""
