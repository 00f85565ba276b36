"""Another kernel would report what it likes."""


def tamper(notebook):
    notebook.metadata.kernelspec = {"display_name": "Mine", "language": "R", "name": "mine"}
    notebook.metadata.language_info = {"name": "R"}
