"""nbgrader for this course: `nbgrader …`, JupyterLab's formgrader and `dlcourse grade` all read it.

Start them in this folder. A copy of this file beside a copy of ``solutions/`` is a whole separate
course with its own gradebook, which is how the tests work.
"""

import contextlib
import os
import sys
from pathlib import Path

import dlcourse
from dlcourse.grading import paths

c = get_config()  # noqa: F821 (traitlets puts it here)
root = Path(__file__).resolve().parent

# For a new gradebook nbgrader calls the command `alembic`, which lies beside this Python and is not
# found where the environment has not been activated.
bin_folder = str(Path(sys.executable).parent)
if not os.environ.get("PATH", "").startswith(bin_folder):
    # An empty entry would mean whatever folder one is in.
    os.environ["PATH"] = os.pathsep.join(filter(None, [bin_folder, os.environ.get("PATH", "")]))

# This folder may have any name, which nbgrader would read as a pattern.
paths.mend_nbgrader()

# Where things lie. Students' work and grades stay under grading/, which git ignores.
c.CourseDirectory.course_id = "dlcourse"
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.db_url = paths.sqlite_url(root / "grading" / "gradebook.db")
c.ExportPlugin.to = str(root / "grading" / "grades.csv")
# SQLite makes its file but not the folder; a student's read-only copy of the course needs neither.
with contextlib.suppress(OSError):
    (root / "grading").mkdir(exist_ok=True)
# The course's name would otherwise collide with the package's folder.
c.Exchange.path_includes_course = False

# Archives of learning platforms, as `dlcourse collect` reads them, by nbgrader's own command.
c.ZipCollectApp.collector_plugin = "dlcourse.grading.collection.plugin.Collector"
c.ZipCollectApp.downloaded_directory = "grading/downloaded"

# What a student sees in place of a solution. The stub's own line below it raises
# NotImplementedError with the task's name, so that nothing needs to be raised here.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"

# What is graded is the instructor's notebook with the student's text in it; only files that are
# what they seem to be are read; and it runs in a sandbox, the tests in a process that never ran the
# student's code (dlcourse/grading says how: submissions/, isolation/).
c.Autograde.exporter_class = "dlcourse.grading.submissions.intake.SubmissionExporter"
# The whole list: nbgrader's command reads this file twice, so that an insertion would be two.
c.Autograde.sanitize_preprocessors = [
    "dlcourse.grading.submissions.transplant.Transplant",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "dlcourse.grading.classroom.execute.Execute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "dlcourse.grading.classroom.record.SaveGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# What `dlcourse due` sets: due dates, extensions, and what late work loses.
c.AssignLatePenalties.plugin_class = "dlcourse.grading.classroom.deadlines.Deadline"
# Students see the message of a failed check, but no hidden test, and nothing in their page acts.
c.GenerateFeedback.exporter_class = "dlcourse.grading.classroom.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors.prepend(
    [
        "dlcourse.grading.classroom.feedback.HideTests",
        "dlcourse.grading.classroom.feedback.PlainOutputs",
    ]
)
# First what was lost, then what waits for a person, then what is right; each text in its box.
c.GenerateFeedback.preprocessors.extend(
    [
        "dlcourse.grading.classroom.questions.Questions",
        "dlcourse.grading.content.boxes.Boxes",
    ]
)
# The formgrader's pages are made with the same care. This folder's conf.json adds the boxes, after
# nbconvert's own step that collects the rules of a page.
c.HTMLExporter.extra_template_paths = [
    str(Path(dlcourse.__file__).parent / "grading" / "content" / "templates")
]
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {
    "markdown2html": "dlcourse.grading.content.html.markdown2html",
    "clean_html": "dlcourse.grading.content.html.clean",
    "highlight_code": "dlcourse.grading.content.colors.highlight_code",
    "ansi2html": "dlcourse.grading.content.colors.ansi2html",
}

# A student's own check runs the notebook in an ordinary kernel: seconds for one cell, for the
# kernel to start, and for its output to arrive on a busy machine (nbgrader's 30 and 4 are too few
# where torch has to be imported or a network trained).
c.ExecutePreprocessor.timeout = 180
c.ExecutePreprocessor.startup_timeout = 120
c.ExecutePreprocessor.iopub_timeout = 30
# A kernel of a checked notebook has nothing to save: do not wait 1.2 s for its farewell.
c.ExecutePreprocessor.shutdown_kernel = "immediate"
# Errors only: each kernel would warn that it talks over TCP, which stays within this machine.
c.ExecutePreprocessor.extra_arguments = ["--IPKernelApp.log_level=40"]
