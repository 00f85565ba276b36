"""A grader that is killed loses nothing; one class is graded the same by a cluster."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from tests import courses

SLUG = "overfitting"
POINTS = courses.points(SLUG)
CLASS = {
    "amy": {},
    "bob": {"a1-answer": "answer_a1 = 'a'"},
    "cid": {"b7-diagnose": "def diagnose(*_, **__):\n    return 'good'"},
    "dee": {"a5-answer": "answer_a5 = 7"},
}
KILLS = 8

pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
    reason="needs bubblewrap",
)


@pytest.fixture
def course(tmp_path):
    course = courses.Course(tmp_path, SLUG)
    course.generate()
    for student, answers in CLASS.items():
        course.submit(student, courses.filled(SLUG, answers))
    course.submitted("eve").write_bytes(b"no notebook")
    return course


def start(course, *more):
    return subprocess.Popen(
        [sys.executable, "-m", "dlcourse.cli", "grade", SLUG, *more],
        cwd=course.folder,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def book(course):
    """Everything in the gradebook that a run decides."""
    with course.gradebook() as gradebook:
        return {
            submission.student.id: {
                grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(SLUG)
        }


def expected():
    wrong = {"bob": "a1-test", "cid": "b7-diagnose-test", "dee": "a5-test"}
    scores = {name: POINTS | ({wrong[name]: 0} if name in wrong else {}) for name in CLASS}
    return scores | {"eve": dict.fromkeys(POINTS, 0)}


def check(course):
    got = book(course)
    assert set(got) == set(expected())
    for student, points in expected().items():
        assert {test: got[student][test][0] for test in points} == points, student
    folders = sorted(path.name for path in (course.folder / "grading" / "autograded").iterdir())
    assert folders == sorted(expected())
    assert not (course.folder / "grading" / ".staging").exists()


def test_killed_at_any_moment_the_next_run_completes_the_class(course):
    before = time.monotonic()
    whole = start(course)
    assert whole.wait(300) == 0, whole.stdout.read()
    duration = time.monotonic() - before
    undisturbed = book(course)
    check(course)
    shutil.rmtree(course.folder / "grading" / "autograded")
    with course.gradebook() as gradebook:
        for student in undisturbed:
            gradebook.remove_submission(SLUG, student)
    moments = random.Random(7)
    for _ in range(KILLS):
        running = start(course)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(moments.uniform(0.2, 1.0) * duration)
        children = (
            psutil.Process(running.pid).children(recursive=True) if running.poll() is None else []
        )
        running.send_signal(signal.SIGKILL)
        running.wait()
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive, "the sandbox outlived the grader"
        for path in (course.folder / "grading" / "autograded").glob("*/*"):
            assert (path / f"{SLUG}.ipynb").exists()  # whole, or not there
            assert (path / "graded.sha256").exists()
    last = start(course)
    assert last.wait(300) == 0, last.stdout.read()
    check(course)
    assert book(course) == undisturbed


def test_cluster_without_a_shared_folder_survives_a_lost_worker(course, tmp_path_factory):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    running = []

    def launch(*command):
        folder = tmp_path_factory.mktemp("elsewhere")
        log = (folder / "log").open("w")
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + command[0], *command[1:]],
            cwd=folder,
            stdout=log,
            stderr=log,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        running.append(process)
        return process

    try:
        launch("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
        victim = launch("dask_worker", address, *options)
        launch("dask_worker", address, *options)
        from distributed import Client

        with Client(address, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
        grading = start(course, "--scheduler", address)
        deadline = time.monotonic() + 120
        while not psutil.Process(victim.pid).children() and time.monotonic() < deadline:
            time.sleep(0.1)  # until it has work
        victim.kill()
        assert grading.wait(300) == 0, grading.stdout.read()
        check(course)
    finally:
        for process in running:
            process.kill()
            process.wait()


def test_no_cluster_at_the_address_is_one_sentence(course):
    done = start(course, "--scheduler", "tcp://127.0.0.1:9")
    assert done.wait(120) == 2
    assert "no dask scheduler at tcp://127.0.0.1:9" in done.stdout.read()


def test_second_grader_of_a_course_waits_outside(course):
    import fcntl

    (course.folder / "grading").mkdir(exist_ok=True)
    with (course.folder / "grading" / ".grading.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = start(course)
        assert second.wait(120) == 2
        assert "being graded already" in second.stdout.read()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["killed", "Ctrl-C"])
def test_nothing_outlives_a_grader_that_is_ended_while_a_cell_loops(tmp_path, number):
    course = courses.Course(tmp_path, SLUG)
    course.generate()
    course.submit("amy", courses.filled(SLUG, {"b7-diagnose": "while True:\n    pass"}))
    # A shell ignores SIGINT in what it runs in the background, and children inherit that.
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    running = start(course)
    signal.signal(signal.SIGINT, ignored)
    try:
        deadline = time.monotonic() + 120
        while not (looping := burning(running.pid)) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert looping, "the cell never ran"
        children = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(number)
        running.wait(5)  # as promised; the cell itself would go on for 180 s
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive
    finally:
        running.kill()


def burning(pid):
    """Whether some process below has worked for longer than one takes to start."""
    for child in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.cpu_times().user > 8:
                return True
    return False
