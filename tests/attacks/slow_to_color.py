"""What colors code and terminal output for a page takes time that grows with the square of some
texts' length: a long run of names and dots, and thousands of color codes."""

CODE = f"""\
if 0:
    é = {"é." * 40_000}é
print("\\x1b[1mx\\x1b[0m" * 60_000)
"""
