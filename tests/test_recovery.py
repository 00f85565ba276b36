"""A grader that is killed loses nothing; one class is graded the same by a cluster."""

import contextlib
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dlcourse import cli
from dlcourse.grading import UserError
from dlcourse.grading.classroom import executor
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
    wrong = {"bob": "a1-answer", "cid": "b7-diagnose", "dee": "a5-answer"}
    tests = {name: courses.tests(SLUG)[answer] for name, answer in wrong.items()}
    scores = {name: POINTS | dict.fromkeys(tests.get(name, ()), 0) for name in CLASS}
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


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """The files that the instructors' page makes, by its own commands."""
    page = (Path(__file__).parents[1] / "instructors.md").read_text(encoding="utf-8")
    commands = [line for line in page.splitlines() if line.startswith("openssl ")]
    assert len(commands) == 3
    folder = tmp_path_factory.mktemp("certificates")
    for command in commands:
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return folder


def tls(folder):
    names = {"--tls-ca-file": "ca.pem", "--tls-cert": "cert.pem", "--tls-key": "key.pem"}
    return [str(part) for option, name in names.items() for part in (option, folder / name)]


@pytest.mark.skipif(
    shutil.which("openssl") is None and "DLCOURSE_REQUIRE_BROWSER" not in os.environ,
    reason="needs openssl",
)
def test_cluster_with_tls_and_without_a_shared_folder_survives_a_lost_worker(
    course, certificates, tmp_path_factory
):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = f"tls://127.0.0.1:{port}"
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
        options = ["--protocol", "tls", *tls(certificates), "--no-dashboard"]
        launch("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), *options)
        options += ["--nthreads", "1", "--no-nanny"]
        victim = launch("dask_worker", address, *options)
        launch("dask_worker", address, *options)
        from distributed import Client
        from distributed.security import Security

        with Client(address, timeout=60, security=secured(Security, certificates)) as client:
            client.wait_for_workers(2, timeout=60)
        with pytest.raises(ssl.SSLError):
            talk_without_certificate(port)
        grading = start(course, "--scheduler", address, *tls(certificates))
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


def talk_without_certificate(port):
    blank = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blank.check_hostname, blank.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        blank.wrap_socket(plain) as strange,
    ):
        strange.settimeout(30)
        strange.recv(1)


def secured(security, folder):
    files = {"tls_client_cert": "cert.pem", "tls_client_key": "key.pem", "tls_ca_file": "ca.pem"}
    paths = {option: str(folder / name) for option, name in files.items()}
    return security(require_encryption=True, **paths)


def test_certificates_that_do_not_fit_are_one_sentence(tmp_path):
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / name).write_text("no certificate")
    files = executor.Tls(*(tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem")))
    for address, given, words in (
        ("tls://127.0.0.1:9", None, "tls://127.0.0.1:9 needs certificates: give --tls-ca-file"),
        ("tcp://127.0.0.1:9", files, "with certificates the scheduler's address is tls://127.0"),
        ("127.0.0.1:9", files._replace(key=tmp_path / "no"), "there is no certificate"),
        ("tls://127.0.0.1:9", files, "the certificates cannot be used"),
    ):
        with pytest.raises(UserError, match=words), executor.executor(1, address, given):
            pass
    assert cli.main(["grade", SLUG, "--tls-key", str(files.key), "--root", str(tmp_path)]) == 2


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("tcp://127.0.0.1:8786", True),
        ("localhost:8786", True),
        ("tcp://[::1]:8786", True),
        ("tcp://192.0.2.1:8786", False),
        ("192.0.2.1:8786", False),
        ("tls://192.0.2.1:8786", False),
    ],
)
def test_a_scheduler_elsewhere_without_tls_is_warned_of(address, here, capsys, monkeypatch):
    import distributed

    def nobody(*_, **__):
        raise OSError("nobody answers")

    monkeypatch.setattr(distributed, "Client", nobody)
    assert executor.is_here(address) == here
    with pytest.raises(UserError), executor.executor(1, address):
        pass
    warned = "is on another machine and is used without TLS" in capsys.readouterr().err
    assert warned == (not here and not address.startswith("tls"))


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
