"""Once a reason that the student had written into the notebook's metadata was printed in the list of
the class, where its second line looked like another student's."""


def tamper(notebook):
    notebook.metadata["dlcourse_refused"] = "Your file is fine.\nzed          100 of 100"
    for each in notebook.cells:
        each.metadata["dlcourse"] = {"role": "shared", "answers": ["check_diagnosis"]}
