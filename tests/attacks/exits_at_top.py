"""The same in a cell that only defines something, and that would end each new process again."""

LOSES = {"a2-answer", "b7-diagnose"}
CODE = """\
import os

os._exit(0)
"""
ANSWERS = {"a2-answer": "import os\n\nos.abort()"}
