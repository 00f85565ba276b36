"""What leaves the course: the exercise without its answers, and the answers when it is time."""

import json

import nbformat
import pytest
from nbformat import v4

from dlcourse import cli, grading
from dlcourse.grading.classroom import release, solutions
from dlcourse.grading.classroom.reasons import reasons
from tests import courses
from tests.test_feedback import Page
from tests.test_records import SLUG, WHY, by_hand, copy_of, released  # noqa: F401 (a fixture)


@pytest.fixture
def course(released, tmp_path):  # noqa: F811
    return copy_of(released, tmp_path / "course")


@pytest.fixture
def fresh(tmp_path):
    """A course that nothing has been entered of, with the committed students' version."""
    (tmp_path / "fresh" / "grading").mkdir(parents=True)
    course = courses.SmallCourse(tmp_path / "fresh")
    (course.folder / "grading" / "gradebook.db").write_bytes(courses.empty_gradebook())
    return course


def test_grading_enters_the_exercise_itself(fresh, course):
    given = course.folder / "exercises" / SLUG / f"{SLUG}.ipynb"
    mine = fresh.folder / "exercises" / SLUG / f"{SLUG}.ipynb"
    mine.parent.mkdir(parents=True)
    # Somebody has solved it right there.
    solved = course.filled(WHY)
    nbformat.write(solved, mine)
    before = mine.read_bytes()
    assert before != given.read_bytes()
    fresh.submit("ada", solved)
    assert cli.main(["due", SLUG, "2026-10-01", "--root", str(fresh.folder)]) == 0
    assert grading.grade(SLUG, fresh.folder) == 0
    assert fresh.scores("ada") == {"test": 1}
    assert mine.read_bytes() == before
    with fresh.gradebook() as gradebook:
        assert gradebook.find_assignment(SLUG).duedate is not None
    # A second run finds it there, and leaves points by hand alone.
    by_hand(fresh, "ada", 17)
    assert grading.grade(SLUG, fresh.folder) == 0
    with fresh.gradebook() as gradebook:
        assert gradebook.find_submission(SLUG, "ada").score == 18


def test_release_is_the_committed_version_and_replaces_nothing_unasked(course, tmp_path, capsys):
    given = (course.folder / "exercises" / SLUG / f"{SLUG}.ipynb").read_bytes()
    command = ["release", SLUG, "--root", str(course.folder), "--to", str(tmp_path / "out")]
    for _ in range(2):
        assert cli.main(command) == 0
    made = tmp_path / "out" / SLUG / f"{SLUG}.ipynb"
    assert made.read_bytes() == given
    assert [path.name for path in made.parent.iterdir()] == [made.name]
    nbformat.write(course.filled(WHY), made)
    solved = made.read_bytes()
    capsys.readouterr()
    assert cli.main(command) == 2
    assert "perhaps with somebody's answers in it" in capsys.readouterr().err
    assert made.read_bytes() == solved
    assert cli.main([*command, "--force"]) == 0
    assert made.read_bytes() == given


def test_nbgraders_own_release_loses_no_solved_notebook(course):
    mine = course.folder / "exercises" / SLUG / f"{SLUG}.ipynb"
    given, kept = mine.read_bytes(), course.folder / "grading" / "replaced"
    course.generate(force=True)
    course.generate()
    assert not kept.exists()  # nothing was lost
    mine.chmod(0o644)
    solved = []
    for answer in ("Because.", "I know better now."):
        nbformat.write(course.filled(WHY | {"why": answer}), mine)
        solved.append(mine.read_bytes())
        course.generate()  # without --force it stays there
        assert mine.read_bytes() == solved[-1]
        assert len(list(kept.rglob("*.ipynb"))) == len(solved) - 1
        done = course.nbgrader("generate_assignment", SLUG, "--force")
        assert done.returncode == 0, done.stderr
        assert f"is kept in {kept / SLUG}" in done.stderr
        assert mine.read_bytes() == given
        mine.chmod(0o644)
    assert sorted(path.read_bytes() for path in kept.rglob("*.ipynb")) == sorted(solved)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.md", "Tell them later:\n    return x / 2\n"),
        ("tests.py", 'assert math.isclose(half(10), 5), "reached"\n'),
        ("other.py", "### BEGIN HIDDEN TESTS\n"),
        ("deep/old.json", json.dumps("x") + '\nassert math.isclose(half(10), 5), "reached"'),
    ],
)
def test_a_release_that_would_tell_is_refused(course, tmp_path, name, text):
    path = course.source.parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    with pytest.raises(grading.UserError, match=f"{name} would show what is not for students"):
        grading.release(SLUG, course.folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_files_that_tell_nothing_go_along(course, tmp_path):
    (course.source.parent / "data.csv").write_text("a,b\n1,2\n")
    assert grading.release(SLUG, course.folder, tmp_path / "out") == 0
    assert (tmp_path / "out" / SLUG / "data.csv").read_text() == "a,b\n1,2\n"


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_the_committed_exercises_tell_nothing(slug):
    assert release.leaks(courses.source(slug), courses.ROOT / "exercises" / slug) == []
    found = release.leaks(courses.source(slug), courses.ROOT / "solutions" / slug)
    assert len(found) > 50  # the same look sees all of it where it is


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_the_page_of_the_solution_has_the_answers_and_the_reasons(slug):
    page = Page(solutions.page(courses.source(slug)))
    assert not {"script", "iframe", "form", "link"} & {tag for tag, _ in page.tags}
    policy = [
        a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy[0].startswith("default-src 'none'")
    for word in (
        "BEGIN SOLUTION",
        "HIDDEN TESTS",
        "is not written yet",
        "For graders",
        "replace None",
    ):
        assert word not in page.text, word
    for cell in courses.source(slug).cells:
        if courses.autograded(cell) and "check_choice" in cell.source:
            why, _ = reasons(cell.source)
            assert why, cell.id
            assert all(" ".join(text.split()) in page.text for text in why)


def test_text_that_is_no_python_has_no_reasons():
    assert reasons("%matplotlib inline\n(") == ([], [])


def test_what_a_page_of_a_solution_is_made_of():
    source = (
        "def f(x):\n    '''Half.'''\n"
        "    ### BEGIN SOLUTION\n    return x / 2\n    ### END SOLUTION\n"
        '    raise NotImplementedError("B1: f is not written yet")'
    )
    assert solutions.solved(source) == "def f(x):\n    '''Half.'''\n    return x / 2"
    source = "a = None  # replace None with a number\n### BEGIN SOLUTION\na = 3\n### END SOLUTION\n"
    assert solutions.solved(source) == "a = 3"
    tests = (
        'testing.check(a == 3, "A1: three, since it is.")\n'
        'check_half(3, 1.5, hint="halves")\ncheck_half(4, 2, hint="halves")\n'
        'testing.check(a > 0, "no explanation of the task")\n'
    )
    assert reasons(tests) == (["Three, since it is."], ["halves"])


def test_the_solution_is_written_where_it_is_wanted(course, tmp_path, capsys):
    assert cli.main(["solutions", SLUG, "--root", str(course.folder)]) == 0
    made = course.folder / "grading" / "reports" / f"{SLUG}-solution.html"
    assert str(made) in capsys.readouterr().out
    assert "return x / 2" in Page(made.read_text()).text
    to = tmp_path / "page.html"
    assert cli.main(["solutions", SLUG, "--root", str(course.folder), "--to", str(to)]) == 0
    assert to.read_text() == made.read_text()


def test_a_solution_in_markdown_is_cleaned():
    cell = v4.new_markdown_cell("# T\n\n<script>alert(1)</script>\n\n*kept*")
    page = solutions.page(v4.new_notebook(cells=[cell]))
    assert "<script" not in page
    assert "<em>kept</em>" in page
