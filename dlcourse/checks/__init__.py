"""What is checked while an answer runs, drawn beside what was expected, or made to run at last."""
