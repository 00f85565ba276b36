"""Each step of grading by itself: with all of them an attack gains nothing, without one it does.

As in :mod:`tests.test_protections`, but a step is switched off by leaving its line out of the
course's configuration, so that what nbgrader itself does takes its place.
"""

import fcntl
import os
import shutil

import nbformat
import pytest
from nbformat import v4
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from dlcourse import grading
from dlcourse.grading.classroom import classroom
from dlcourse.grading.course import UserError, load_config
from dlcourse.grading.isolation import session
from tests import courses

pytestmark = [
    pytest.mark.skipif(
        shutil.which("bwrap") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
        reason="needs bubblewrap",
    ),
    # nbgrader's way of adding rows
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]


class SmallCourse(courses.SmallCourse):
    """Its students hand in a wrong answer after some cells of their own."""

    def do(self, config, what: str, *arguments) -> None:
        """One of nbgrader's commands, for the whole course or one student."""
        api = NbGraderAPI(CourseDirectory(config=config), config=config)
        done = getattr(api, what)(self.slug, *arguments)
        assert done["success"], done

    def hand_in(self, student: str, *cells: nbformat.NotebookNode, tags: tuple = ()) -> None:
        notebook = self.filled({"answer": "def half(x):\n    return 1"})
        notebook.cells[1].metadata["tags"] = list(tags)
        notebook.cells[:0] = cells
        self.submit(student, notebook)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = SmallCourse(tmp_path_factory.mktemp("small"))
    course.do(load_config(course.folder), "generate_assignment")
    yield course
    session.close()


def earns_points(course, student, config):
    return course.scores(student)["test"] > 0


def is_in_page(course, student, config):
    course.do(config, "generate_feedback", student)
    page = course.folder / "grading" / "feedback" / student / "small" / "small.html"
    text = page.read_text(encoding="utf-8")
    return "reached" in text or "data:image/svg+xml" in text  # which nbconvert packs


def skips_tests(course, student):
    course.hand_in(student, tags=("skip-execution",))


def patches_what_tests_use(course, student):
    course.hand_in(student, v4.new_code_cell("import math\nmath.isclose = lambda *_: True"))


def links_to_solution(course, student):
    course.submitted(student).symlink_to(course.source)


def writes_script(course, student):
    course.hand_in(student, v4.new_markdown_cell("<script>reached()</script>"))


def shows_drawing(course, student):
    drawing = "{'image/svg+xml': '<svg></svg>'}"
    text = f"from IPython.display import display\ndisplay({drawing}, raw=True)"
    course.hand_in(student, v4.new_code_cell(text))


def fails(course, student):
    course.hand_in(student)


def but_plain_outputs(config, patch):
    config.GenerateFeedback.preprocessors.prepend(
        ["dlcourse.grading.classroom.feedback.PlainOutputs"]
    )


def but_hidden_tests(config, patch):
    config.GenerateFeedback.preprocessors.prepend(["dlcourse.grading.classroom.feedback.HideTests"])
    patch.setattr(session.outputs, "trusted", list)  # the other layers
    config.HTMLExporter.sanitize_html = False


def but_filters(config, patch):
    del config.HTMLExporter["filters"]
    config.HTMLExporter.sanitize_html = False


# By the step's name: an attack, whether it succeeds, the setting to leave out, and what of that has
# to stay.
STEPS = {
    "intake": (links_to_solution, earns_points, "Autograde.exporter_class"),
    "transplant": (skips_tests, earns_points, "Autograde.sanitize_preprocessors"),
    "tests apart": (patches_what_tests_use, earns_points, "Autograde.autograde_preprocessors"),
    "hidden tests": (fails, is_in_page, "GenerateFeedback.preprocessors", but_plain_outputs),
    "plain outputs": (
        shows_drawing,
        is_in_page,
        "GenerateFeedback.preprocessors",
        but_hidden_tests,
    ),
    "harmless page": (
        writes_script,
        is_in_page,
        "GenerateFeedback.exporter_class",
        but_filters,
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_attack_succeeds_only_without_its_step(name, course, monkeypatch):
    attack, succeeds, setting, *others = STEPS[name]
    for off in (False, True):
        config = load_config(course.folder)
        if off:
            section, option = setting.split(".")
            del config[section][option]
            for but in others:
                but(config, monkeypatch)
        student = f"{name}-{off}".replace(" ", "-")
        attack(course, student)
        course.do(config, "autograde", student)
        assert succeeds(course, student, config) == off


def test_failure_of_the_graders_own_is_said_and_lasts_until_it_is_mended(tmp_path, capsys):
    course = SmallCourse(tmp_path)
    whole = nbformat.read(course.source, as_version=4)
    broken = nbformat.from_dict(whole)
    broken.cells = [v4.new_code_cell("table = missing", id="table"), *whole.cells]
    nbformat.write(broken, course.source)
    course.do(load_config(course.folder), "generate_assignment")
    course.submit("ann", course.filled({"answer": course.RIGHT}))
    for source, earned in [(broken, 0), (broken, 0), (whole, 1)]:
        nbformat.write(source, course.source)
        assert grading.grade("small", course.folder) == (earned == 0)
        said = capsys.readouterr().out
        failure = "the grader failed, not the student: the cell table: NameError"
        assert (failure in said) == (earned == 0)
        assert course.scores("ann") == {"test": earned}


def test_second_grader_gets_in_only_without_the_lock(course, monkeypatch):
    one, other = (classroom.Classroom("small", course.folder) for _ in range(2))
    with one.alone():
        with pytest.raises(UserError, match="being graded already"), other.alone():
            pass
        monkeypatch.setattr(fcntl, "flock", lambda *_: None)
        with other.alone():
            pass
