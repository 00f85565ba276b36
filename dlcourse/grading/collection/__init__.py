"""What a platform hands over comes in: rosters, and archives of submissions under any name.

Into the gradebook go the people, into ``grading/submitted`` one notebook for each of them.
"""
