"""The source of the exercise, the configuration, other students' work: what grades the next
student lies in files beside the kernel."""

CODE = """\
import glob

OURS = [
    "@COURSE@/nbgrader_config.py",
    "@COURSE@/solutions/overfitting/overfitting.ipynb",
    *glob.glob("@COURSE@/grading/submitted/*honest*/overfitting/overfitting.ipynb"),
    *glob.glob("@COURSE@/grading/autograded/*honest*/overfitting/overfitting.ipynb"),
]
for path in OURS:
    for way in ways(path):
        try:
            with open(way, "r+") as file:
                text = file.read()
                file.seek(0)
                if path.endswith(".py"):
                    text += "\\n# DLCOURSE_ATTACK\\nc.ExecutePreprocessor.enabled = False\\n"
                file.write(text.replace("### BEGIN SOLUTION", "### BEGIN PROBLEM "))
        except OSError:
            pass
for folder in ["@COURSE@", "@COURSE@/grading", "@COURSE@/solutions/overfitting", "..", "../.."]:
    try:
        open(f"{folder}/DLCOURSE_ATTACK", "w").close()
    except OSError:
        pass
"""
