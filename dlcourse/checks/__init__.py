"""What is checked while an answer runs: bans, gradients, untouched arguments; answers at work, and drawn."""
