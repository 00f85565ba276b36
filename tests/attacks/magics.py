"""Magics are text for the shell as well as for Python: commands, files, another language."""

from nbformat import v4

CODE = """\
!cat /proc/*/environ | tr '\\0' '\\n'; cat @CANARY@; ls -la @COURSE@ ~ / ..
"""


def tamper(notebook):
    texts = [
        "%%bash\ntouch /tmp/DLCOURSE_ATTACK /dev/shm/DLCOURSE_ATTACK @COURSE@/DLCOURSE_ATTACK",
        "%%writefile @COURSE@/grading/DLCOURSE_ATTACK\nwritten by a magic",
        "%%javascript\nDLCOURSE_ATTACK()",
        "%system curl --max-time 2 http://127.0.0.1:@PORT@/",
        "%pdb on",
        "%reset -f",
    ]
    notebook.cells[2:2] = [v4.new_code_cell(text) for text in texts]
