"""A process that has left the kernel's session and process group survives it, and writes the
points when the grader has written its own."""

CODE = """\
again = "import time\\nfor _ in range(4):\\n    time.sleep(1.5)\\n"
daemon(again + FORGE.replace("\\n", "\\n    "))
"""
