"""nbgrader takes a student's name for a pattern: grading this one means to grade them all."""

STUDENT = "*-honest"
REFUSED = "rename it"
