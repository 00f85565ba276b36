"""The notebook is handed in with outputs that say that everything passed. Whoever grades by
saved outputs, or shows them as those of the tests, is taken in."""

from nbformat import v4

from tests.attacks._base import TEST, cell


def tamper(notebook):
    for each in notebook.cells:
        if each.cell_type == "code":
            passed = v4.new_output("stream", text="all visible and hidden tests passed")
            points = v4.new_output("execute_result", {"text/plain": "1000"}, execution_count=1)
            each.outputs, each.execution_count = [passed, points], 1
            each.metadata |= {"deletable": False, "editable": False, "tags": ["remove-input"]}
    code = cell(notebook, "c1-code")  # of an experiment, saved outputs are shown, and that is all
    code.source = "accuracy = 1.0"
    died = v4.new_output("error", ename="KernelDied", evalue="the grader's fault")
    code.outputs = [v4.new_output("display_data", {"text/html": "<script>1</script>"}), died]
    cell(notebook, TEST).metadata.nbgrader["checksum"] = "0" * 32
