"""What may be shown of a student's work: texts, pictures, formulas and pages.

Whatever a student's code or text put out enters; what leaves shows, and neither acts nor loads.
"""
