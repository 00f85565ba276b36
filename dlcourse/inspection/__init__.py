"""What looks into a network: its layers and their cost, what they see, how large its signals are.

A model and an example enter; what leaves are rows of numbers. Nothing of the model is changed.
"""
