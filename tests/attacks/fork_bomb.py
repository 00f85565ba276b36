"""Processes that start processes, until there is room for no other on the machine. (Here there
are at most 400, and they say so if they all could be started.)"""

CODE = """\
import os
import time

children = 0
while shut_in() and children < 400:
    try:
        child = os.fork()
    except OSError:
        break
    if child == 0:
        os.setsid()
        sign()
        time.sleep(100)
        os._exit(0)
    children += 1
if children == 400:
    boast("400 processes")
"""
