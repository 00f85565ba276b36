"""What comes in: whatever a student handed in.

Files enter; what leaves is the instructor's notebook with the student's text in it, or a refusal
with its reason.
"""
