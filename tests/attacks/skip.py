"""nbclient skips cells with the tag skip-execution, and a test without an error has full points."""


def tamper(notebook):
    for each in notebook.cells:
        each.metadata["tags"] = ["skip-execution", "raises-exception"]
