"""JupyterLab's formgrader in headless Chromium, as an instructor uses it, on a real Jupyter server.

Without Chromium these tests are skipped, or fail if DLCOURSE_REQUIRE_BROWSER=1. When one of them
fails, ``failed.png`` in its temporary folder shows the page at that moment.
"""

import contextlib
import html
import json
import os
import re
import subprocess
import sys
import time

import pytest
from nbformat import v4

from tests import courses, test_feedback
from tests.browser import flood, strays

SLUG = "overfitting"
POINTS = courses.points(SLUG)
AUTO, MANUAL = sum(POINTS.values()), 20
REPORT = "Dropout helped on all three seeds; weight decay did not."
COMMENT = "Name the spread over the seeds, please."
WRONG = {"a1-answer": "answer_a1 = 'd'", "b7-diagnose": "def diagnose(*_): return 'good'"}
PATIENCE = 90  # seconds for a server to start or a notebook to run on a busy machine
KNOWS_GRADES = """() => new Promise(done => {
  const look = () => window.formgrader?.grades?.loaded && window.formgrader.comments.loaded
    ? done() : requestAnimationFrame(look);
  look();
})"""
# Reports whoever so much as mentions the name that active content in a submission calls.
ALARM = """
Object.defineProperty(window, "mark_of_evil", {
  get() { console.error("a submission acts"); return () => undefined; },
  set() { console.error("a submission acts"); },
});
"""


# -- a server and a browser -----------------------------------------------------------------------


@pytest.fixture
def course(tmp_path):
    """A course whose exchange, should anything touch it, is its own."""
    folder = tmp_path / "course"
    folder.mkdir()
    (tmp_path / "exchange").mkdir()
    return courses.Course(folder, SLUG, f"\nc.Exchange.root = {str(tmp_path / 'exchange')!r}\n")


@pytest.fixture
def lab(course, tmp_path):
    """The address of JupyterLab, started in the course's folder, that also logs the caller in."""
    runtime = tmp_path / "runtime"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")} | {
        "HOME": str(tmp_path),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--port=0"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with (tmp_path / "server.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=course.folder, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        found = wait_for_server(process, runtime, tmp_path / "server.log")
        yield f"{found['url']}lab?token={found['token']}"
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_server(process, runtime, log):
    """What the server writes about itself once it listens."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            with contextlib.suppress(json.JSONDecodeError):  # not yet written to its end
                return json.loads(path.read_text())
        time.sleep(0.1)
    pytest.fail(f"no Jupyter server: {log.read_text()[-2000:]}")


@pytest.fixture
def page(browser, tmp_path):
    """An empty page; what goes wrong in it stands in ``page.faults``."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: note(page, f"exception: {error}"))
    page.on("response", lambda r: note(page, f"{r.status}: {r.url}") if r.status >= 400 else None)
    yield page
    context.close()


def note(page, fault):
    # nbgrader's grading page asks another host for MathJax and does without where there is none.
    if "mathjax" not in fault.lower():
        page.faults.append(fault)


@contextlib.contextmanager
def photographed(page, folder):
    """Leave a picture of the page if what follows fails."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(Exception):  # the failure itself says more than a failed picture
            page.screenshot(path=folder / "failed.png")
        raise


# -- what an instructor does ----------------------------------------------------------------------


def open_formgrader(page, lab):
    """Open it through JupyterLab's menu, and return the frame that it is shown in."""
    page.goto(lab)
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader", exact=True).click()
    return page.frame_locator("iframe[src*=formgrader]")


def answer_of(frame, button):
    """Press a button that starts nbgrader; return whether it succeeded, and what it said."""
    button.click()
    dialog = frame.locator("#success-modal.in, #error-modal.in")
    dialog.wait_for()
    succeeded = dialog.get_attribute("id") == "success-modal"
    said = dialog.locator(".modal-body").inner_text()
    dialog.locator(".modal-footer button").click()
    dialog.wait_for(state="detached")
    return succeeded, said


def row_of(frame, student):
    return frame.locator("#main-table tr", has=frame.locator(f"td[data-order='{student}']"))


def autograde(frame, student):
    """Press a student's lightning; return the status and the score that are shown then."""
    row = row_of(frame, student)
    succeeded, said = answer_of(frame, row.locator("td.autograde a"))
    assert succeeded, said
    row.locator("td.status span").wait_for()
    return row.locator("td.status").inner_text(), row.locator("td.score").inner_text()


def open_submissions(frame):
    frame.get_by_role("link", name="Manage Assignments").click()
    frame.locator("td.num-submissions a").click()
    frame.locator("td.autograde a").first.wait_for()


def open_notebooks(frame):
    """The list of submissions to read, with the students' names shown.

    Each step waits for what only the page that it leads to has: a click finds the page that it
    leaves as long as the server is busy, and both of the first two have a link of this name.
    """
    frame.get_by_role("link", name="Manual Grading").click()
    for address in (f"gradebook/{SLUG}", f"gradebook/{SLUG}/{SLUG}"):
        frame.locator(f"#main-table td.name a[href$='/formgrader/{address}']").click()
    # The button shows the names of those rows that are there.
    frame.locator("#main-table a.name-hidden").first.wait_for()
    frame.locator("#toggle_names").click()


def saves(page, kind):
    """Wait until the page has stored a grade or a comment."""
    return page.expect_response(
        lambda r: f"/formgrader/api/{kind}/" in r.url and r.request.method == "PUT" and r.ok
    )


def shown(score):
    return f"{score:g} / {AUTO + MANUAL:g}"


# -- the tests ------------------------------------------------------------------------------------


def test_assignment_from_generate_to_feedback(course, lab, page, tmp_path):
    with photographed(page, tmp_path):
        frame = open_formgrader(page, lab)
        generate(course, frame)
        course.submit("ada", courses.filled(SLUG, {"c1-report": REPORT}))
        course.submit("ben", courses.filled(SLUG, {"c1-report": REPORT} | WRONG))
        course.submit("cleo", courses.released(SLUG))
        autograde_everybody(course, frame)
        grade_by_hand(page, frame)
        generate_feedback(course, frame)
        assert page.faults == []


def generate(course, frame):
    succeeded, said = answer_of(frame, frame.locator("td.assign a"))
    assert succeeded, said
    ours = course.folder / "exercises" / SLUG / f"{SLUG}.ipynb"
    assert ours.read_bytes() == (courses.ROOT / "exercises" / SLUG / ours.name).read_bytes()


def autograde_everybody(course, frame):
    open_submissions(frame)
    lost = {test for answer in WRONG for test in courses.tests(SLUG)[answer]}
    by_hand = "needs manual grading"
    assert autograde(frame, "ada") == (by_hand, shown(AUTO))
    assert autograde(frame, "ben") == (by_hand, shown(AUTO - sum(POINTS[name] for name in lost)))
    assert autograde(frame, "cleo") == ("graded", shown(0))
    assert course.scores("ada") == POINTS
    assert course.scores("ben") == {n: 0 if n in lost else p for n, p in POINTS.items()}


def grade_by_hand(page, frame):
    open_notebooks(frame)
    row = frame.locator("#main-table tr", has=frame.get_by_role("link", name="ada"))
    mark = row.locator("td.needs-manual-grade span")
    mark.wait_for()  # the table fills its rows one after another
    assert mark.count() == 1
    row.get_by_role("link", name="ada").click()
    score = frame.locator("input#c1-report")
    score.wait_for()
    # What is typed before the page knows the grades and comments would never be stored.
    frame.locator("body").evaluate(KNOWS_GRADES)
    # The rubric: each of its criteria, readable on the page where the points are given.
    [task] = [cell for cell in courses.source(SLUG).cells if cell.id == "c1-task"]
    criteria = re.findall(r"^\| \*\*(.+?)\*\* \|.*\| (\d+) \|$", task.source, re.MULTILINE)
    assert sum(int(points) for _, points in criteria) == MANUAL
    for name, points in criteria:
        criterion = frame.locator("tr", has=frame.locator("strong", has_text=name))
        criterion.wait_for()
        assert criterion.locator("td").last.inner_text().strip() == points
    assert frame.get_by_text(REPORT).is_visible()

    with saves(page, "grade"):
        score.fill("17")
        score.press("Tab")
    with saves(page, "comment"):
        frame.locator("textarea[id=c1-report-comment]").fill(COMMENT)
        frame.locator("textarea[id=c1-report-comment]").blur()
    open_notebooks(frame)
    assert row.locator("td.score").inner_text() == shown(AUTO + 17)
    assert row.locator("td.written-score").inner_text() == f"17 / {MANUAL}"
    assert row.locator("td.needs-manual-grade span").count() == 0


def generate_feedback(course, frame):
    frame.get_by_role("link", name="Manage Assignments").click()
    succeeded, said = answer_of(frame, frame.locator("td.generate-feedback a"))
    assert succeeded, said
    folder = course.folder / "grading" / "feedback"
    text = {
        student: test_feedback.Page((folder / student / SLUG / f"{SLUG}.html").read_text()).text
        for student in ("ada", "ben", "cleo")
    }
    assert COMMENT in text["ada"]
    assert COMMENT not in text["ben"]
    assert f"{AUTO + 17:g} of {AUTO + MANUAL:g} points" in text["ada"]
    assert "hoosing by test error is tuning on the test set" in text["ben"]
    lines = {re.sub(r"\s+", " ", line) for line in test_feedback.hidden_lines()}
    assert len(lines) > 50
    for student, feedback in text.items():
        assert [line for line in lines if line in html.unescape(feedback)] == [], student


def test_nothing_of_a_submission_acts_where_it_is_graded_by_hand(course, lab, page, tmp_path):
    # A script there would act with the instructor's rights: give points, open a terminal.
    page.add_init_script(ALARM)
    page.on("console", lambda m: note(page, m.text) if "submission acts" in m.text else None)
    page.on("request", lambda r: note(page, r.url) if "evil.example" in r.url else None)
    course.generate()
    script = "My report. <script>mark_of_evil()</script><img src=x onerror=mark_of_evil()>"
    code = f"from IPython.display import HTML\nHTML({script!r} + '<table><td>kept</td></table>')"
    notebook = courses.filled(SLUG, {"c1-report": script, "c1-code": "train()"})
    notebook.cells.insert(-1, v4.new_code_cell(code, id="saved"))
    table = {"text/html": f"{script}<table><td>kept</td></table>"}
    notebook.cells[-2].outputs = [v4.new_output("display_data", table)]
    course.submit("eve", notebook)
    # This one has everything; nbconvert's own pages break on it.
    notebook = courses.filled(SLUG, {"c1-report": test_feedback.REPORT})
    course.submit("mallory", test_feedback.acting(notebook))
    with photographed(page, tmp_path):
        frame = open_formgrader(page, lab)
        open_submissions(frame)
        for student in ("eve", "mallory"):
            assert autograde(frame, student)[1] == shown(AUTO)
        for student in ("eve", "mallory"):
            open_notebooks(frame)
            frame.get_by_role("link", name=student).click()
            there, broken = frame.locator("input#c1-report"), frame.get_by_text("Sorry, the form")
            there.or_(broken).wait_for()
            frame.locator("body").evaluate(
                "() => document.readyState == 'complete'"
                " || new Promise(done => window.addEventListener('load', () => done()))"
            )
            assert page.faults == [], student
            notebook = frame.locator("#notebook-container").first
            assert "My report." in notebook.inner_text()  # the words are there all the same
            assert "As handed in, not run at grading." in notebook.inner_text()
            assert notebook.locator("td", has_text="kept").count() > 0
            active = "script, style, link, meta, iframe, object, svg, form"
            assert notebook.locator(active).count() == 0, student
            for fill in (lambda _: None, flood):
                fill(frame.locator("body"))
                assert strays(frame.locator("body")) == [], student
            if there.count():
                there.click(timeout=5000)  # nothing lies over the field
