"""A class of attackers and honest students: everybody gets what the answers deserve.

The class is graded one time, by the command that an instructor types; what came of it is written
down, and each test looks at one aspect. See :mod:`tests.attacks` for the attacks themselves.
"""

import contextlib
import csv
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from html.parser import HTMLParser
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from tests import courses
from tests.attacks import ATTACKS, MARK, SLUG

REQUIRED = os.environ.get("DLCOURSE_REQUIRE_BROWSER")
pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None and not REQUIRED,
    reason="needs bubblewrap: sudo apt install bubblewrap",
)

POINTS = courses.points(SLUG)
TESTS = courses.tests(SLUG)
WRONG = {"a1-answer": "answer_a1 = 'a'", "b7-diagnose": "def diagnose(*_):\n    return 'good'"}
HONEST = {
    "a-honest": POINTS,
    "g-honest-wrong": POINTS | dict.fromkeys((t for a in WRONG for t in TESTS[a]), 0),
    "m-honest-blank": dict.fromkeys(POINTS, 0),
    "s-honest": POINTS,
    "z-honest": POINTS,
}
# A cell may run 8 s, so that those who wait for the limit do not take long.
LIMITS = """
c.ExecutePreprocessor.timeout = 8
c.ExecutePreprocessor.iopub_timeout = 4
c.Execute.timeout = 8
c.DlcourseGrade.time_limit = 120
"""
SECRET = "ca5cade-of-secrets-4711"
LATER = 8  # seconds until what acts after the tests has acted
LARGEST = 20_000_000  # bytes of anything that grading writes for one student


@pytest.fixture(scope="session")
def outcome(tmp_path_factory):
    """What came of the class. One of pytest's workers grades it, and the others wait."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with FileLock(shared / "attacks.lock"):
        if not (shared / "attacks.json").exists():
            text = json.dumps(outcome_of_class(shared / "attacks"))
            (shared / "attacks.json").write_text(text, encoding="utf-8")
    return json.loads((shared / "attacks.json").read_text(encoding="utf-8"))


# --- grading the class ----------------------------------------------------------------------------
def outcome_of_class(folder):
    """Hand everything in, grade, wait, and write down what can be seen."""
    folder.mkdir()
    course = courses.Course(folder / "course", SLUG, LIMITS)
    course.generate()
    (folder / "canary").write_text(f"DLCOURSE_CANARY={SECRET}", encoding="utf-8")
    with Canary(folder) as canary:
        hand_in(course, folder, canary.port)
        files, marks = snapshot(course, folder), set(marked(course))
        done = command(course, "dlcourse.cli", "grade", SLUG)
        time.sleep(LATER)
        processes = survivors()
        found = {
            "status": done.returncode,
            "said": done.stdout + done.stderr,
            "connections": list(canary.seen),
            "processes": processes,
            "shared_memory": shared_memory(),
            "changed": differences(files, snapshot(course, folder)),
            "marks": clean_up(set(marked(course)) - marks),
        }
    found["gradebook"] = gradebook(course)
    found["notes"] = notes(course)
    command(course, "nbgrader", "generate_feedback", SLUG)
    command(course, "dlcourse.cli", "report", SLUG)
    found["pages"] = {
        str(path.relative_to(course.folder)): look_at(path)
        for path in (course.folder / "grading").rglob("*.html")
        if "submitted" not in path.relative_to(course.folder).parts
    }
    return found | written(course)


def hand_in(course, folder, port):
    for student in HONEST:
        notebook = courses.filled(SLUG, WRONG if student == "g-honest-wrong" else None)
        course.submit(student, courses.released(SLUG) if "blank" in student else notebook)
    facts = {
        "course": course.folder,
        "root": courses.ROOT,
        "canary": folder / "canary",
        "port": port,
        "pids": os.readlink("/proc/self/ns/pid"),
    }
    for attack in ATTACKS:
        course.submit(attack.student, attack.notebook(student=attack.student, **facts))
        if attack.files:
            attack.files(course.submitted(attack.student).parent, course)


def command(course, module, *arguments):
    """Run a command as the instructor, whose environment and files have secrets."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=course.folder,
        env=os.environ | {"OMP_NUM_THREADS": "1", "DLCOURSE_CANARY": SECRET},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=3600,
    )


class Canary:
    """Servers on this machine that nobody has a reason to talk to."""

    def __init__(self, folder):
        self.seen = []
        self._sockets = []
        tcp = self._open(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        self._open(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", self.port))
        self._open(socket.AF_UNIX, socket.SOCK_STREAM, f"\0dlcourse-canary-{self.port}")
        self._open(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "canary.socket"))

    def _open(self, family, kind, address):
        server = socket.socket(family, kind)
        server.bind(address)
        if kind == socket.SOCK_STREAM:
            server.listen()
        self._sockets.append(server)
        return server

    def _listen(self, server):
        while True:
            try:
                if server.type == socket.SOCK_STREAM:
                    server.accept()[0].close()
                elif not server.recv(1000):
                    return
            except OSError:
                return
            self.seen.append(str(server.getsockname()))

    def __enter__(self):
        for server in self._sockets:
            threading.Thread(target=self._listen, args=(server,), daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in self._sockets:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()


# --- what can be seen afterwards ------------------------------------------------------------------
def snapshot(course, folder):
    """All that grading has no business to change: kind, mode and content of each file, by path."""
    found = {}
    written = {course.folder / "grading" / name for name in ("autograded", "feedback", "reports")}
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        if here == course.folder / "grading":
            folders[:] = [name for name in folders if name == "submitted"]
            continue
        folders[:] = [name for name in folders if here / name not in written | {"__pycache__"}]
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in [*folders, *names]:
            path = here / name
            mode = path.lstat().st_mode
            if path.is_symlink():
                content = os.readlink(path)
            else:
                content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            found[os.fsencode(path).decode("utf-8", "replace")] = [mode, content]
    return found


def differences(before, after):
    return sorted(path for path in before | after if before.get(path) != after.get(path))


def marked(course):
    """Files with the attackers' mark in their names, wherever an attack might put one."""
    import torch

    import dlcourse

    shallow = ["/", "/run", "/home", "/home/student", "/root", "/tmp", "/var/tmp", "/dev/shm"]
    shallow += [Path.home(), courses.ROOT, sys.prefix, Path(sys.executable).parent, course.folder]
    shallow += [
        Path(os.__file__).parent,
        Path(torch.__file__).parent,
        Path(torch.__file__).parents[1],
    ]
    shallow += [
        course.folder.parent,
        course.folder / "grading",
        course.folder / "grading" / "submitted",
    ]
    package = Path(dlcourse.__file__).parent
    for place in [*map(Path, shallow), package, package / "__pycache__", package / "grading"]:
        with contextlib.suppress(OSError):
            yield from (str(path) for path in place.glob(f"*{MARK}*"))
    for path in (course.folder / "solutions").rglob(f"*{MARK}*"):
        yield str(path)


def clean_up(paths):
    """Remove what attacks have left, so that a failure here does not spoil the next run."""
    for path in paths:
        with contextlib.suppress(OSError):
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    return sorted(paths)


def survivors():
    """Processes of the attackers', which are then ended."""
    found = []
    for process in psutil.process_iter(["pid", "name", "cmdline"]):
        text = " ".join([process.info["name"] or "", *(process.info["cmdline"] or [])])
        with contextlib.suppress(psutil.Error):
            text += " " + " ".join(process.environ())
        dead = process.info["name"] is None or process.status() == psutil.STATUS_ZOMBIE
        if (MARK in text or "DLCATTACK" in text) and not dead and process.pid != os.getpid():
            found.append(text[:200])
            with contextlib.suppress(psutil.Error):
                process.kill()
    return found


def shared_memory():
    """Segments of System V with the attackers' key, which are then removed."""
    segments = Path("/proc/sysvipc/shm").read_text(encoding="utf-8").splitlines()[1:]
    found = [line.split()[1] for line in segments if int(line.split()[0]) % 2**32 == 0xD1C0A77A]
    for number in found:
        subprocess.run(["ipcrm", "-m", number], check=False)
    return found


def gradebook(course):
    """Everything in the gradebook that bears on grades."""
    with course.gradebook() as book:
        submissions = book.assignment_submissions(SLUG)
        grades = {}
        for submission in submissions:
            entries = [grade for notebook in submission.notebooks for grade in notebook.grades]
            grades[submission.student.id] = {
                grade.name: [grade.auto_score, grade.manual_score, grade.extra_credit]
                for grade in entries
                if grade.cell.cell_type == "code"
            }
        return {
            "students": sorted(student.id for student in book.students),
            "assignments": [assignment.name for assignment in book.assignments],
            "maximum": {
                cell.name: cell.max_score
                for notebook in book.find_assignment(SLUG).notebooks
                for cell in notebook.grade_cells
            },
            "comments": [
                comment.comment
                for submission in submissions
                for notebook in submission.notebooks
                for comment in notebook.comments
                if comment.manual_comment
            ],
            "penalties": [
                submission.student.id
                for submission in submissions
                for notebook in submission.notebooks
                if notebook.late_submission_penalty
            ],
            "grades": grades,
        }


def notes(course):
    """The reasons that students were given, from the report."""
    path = course.folder / "grading" / "reports" / f"{SLUG}.csv"
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        return {row["student"]: row["note"] for row in csv.DictReader(file)}


def written(course):
    """What grading wrote: boasts of attacks in outputs, secrets, and files that are huge."""
    boasts, secrets, huge = {}, [], []
    for path in (course.folder / "grading").rglob("*"):
        name = os.fsencode(path.relative_to(course.folder)).decode("utf-8", "replace")
        if name.startswith("grading/submitted") or not path.is_file():
            continue
        content = path.read_bytes()
        if SECRET.encode() in content:
            secrets.append(name)
        if len(content) > LARGEST and path.suffix != ".db":
            huge.append(name)
        # Texts of cells hold the boast in pieces only.
        if lines := re.findall(rf"{MARK}: [^\\\n\"<]*".encode(), content):
            boasts[name] = sorted({line.decode("utf-8", "replace") for line in lines})[:10]
    return {"boasts": boasts, "secrets": secrets, "huge": huge}


class Page(HTMLParser):
    """What acts in a page, and its text."""

    ACTIVE = frozenset(
        [
            "script",
            "style",
            "svg",
            "iframe",
            "frame",
            "object",
            "embed",
            "form",
            "input",
            "button",
            "textarea",
            "select",
            "link",
            "meta",
            "base",
            "template",
            "noscript",
            "audio",
            "video",
            "source",
            "details",
            "dialog",
            "applet",
        ]
    )

    def __init__(self, text):
        super().__init__()
        self.active, self.words, self.inside = [], [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.inside = tag if tag in ("script", "style") else None
        text = " ".join(f"{name}={value or ''}" for name, value in attributes)
        if tag in self.ACTIVE:
            self.active.append(f"<{tag} {text}>")
        for name, value in attributes:
            value = re.sub(r"[\x00-\x20]", "", value or "").lower()
            acts = name.startswith("on") or name in ("srcdoc", "formaction", "background", "ping")
            leads = name in ("href", "src", "xlink:href", "action", "data", "poster", "srcset")
            if acts or (
                leads and re.match(r"(java|vb)script:|data:(?!image/(png|jpeg|gif))", value)
            ):
                self.active.append(f"{name}={value}")
            if MARK.lower() in value and (leads or acts or name == "style"):
                self.active.append(f"{name}={value}")
            if name == "style" and re.search(r"url|@|position|expression", value):
                self.active.append(f"{name}={value}")

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside is None:
            self.words.append(data)
        elif MARK in data:
            self.active.append(f"<{self.inside}>{data[:100]}")


def look_at(path):
    """A page's size, what acts in it, and which hidden lines it shows."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if len(text) > LARGEST:
        return {"active": [], "hidden": [], "size": len(text)}
    page = Page(text)
    words = re.sub(r"\s+", " ", "".join(page.words))
    shown = [line for line in hidden_lines() if re.sub(r"\s+", " ", line) in words]
    return {"active": page.active, "hidden": shown, "size": len(text)}


def hidden_lines():
    """Lines of hidden tests that stand nowhere in the students' notebook and are no mere values."""
    released = "\n".join(cell.source for cell in courses.released(SLUG).cells)
    lines = {"### BEGIN HIDDEN TESTS"}
    for cell in filter(courses.autograded, courses.source(SLUG).cells):
        hidden = cell.source.split("### BEGIN HIDDEN TESTS")[1].split("### END")[0]
        lines |= {line.strip() for line in hidden.splitlines()}
    return sorted(line for line in lines if len(line) >= 25 and line not in released)


# --- the tests ------------------------------------------------------------------------------------
def test_there_are_many_attacks_and_each_has_a_name_and_a_reason():
    assert len(ATTACKS) >= 55
    assert len({attack.student for attack in ATTACKS}) == len(ATTACKS)
    for attack in ATTACKS:
        assert attack.reason.endswith((".", ")")), attack.name
        assert attack.loses <= set(TESTS) | set(POINTS), attack.name
        ids = {cell.id for cell in attack.notebook().cells}
        assert attack.only_tampers or set(POINTS) <= ids, attack.name


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_scores_what_its_answers_deserve(outcome, attack):
    scores = outcome["gradebook"]["grades"].get(attack.student, {})
    if attack.refused:
        assert attack.refused in outcome["notes"].get(attack.student, "no note"), attack.reason
        assert not any(any(grade) for grade in scores.values()), attack.reason
        return
    assert attack.note in outcome["notes"][attack.student]
    expected = POINTS | dict.fromkeys((t for a in attack.loses for t in TESTS.get(a, [a])), 0)
    assert {name: grade[0] for name, grade in scores.items()} == expected, attack.reason
    assert not any(manual or extra for _, manual, extra in scores.values()), attack.reason


@pytest.mark.parametrize("student", HONEST)
def test_honest_student_has_exactly_the_points_earned(outcome, student):
    scores = outcome["gradebook"]["grades"][student]
    assert scores == {name: [points, None, None] for name, points in HONEST[student].items()}


def test_class_is_graded_to_the_end(outcome):
    assert outcome["status"] in (0, 1)
    assert "Traceback" not in outcome["said"], outcome["said"][-3000:]
    missing = {attack.student for attack in ATTACKS} | set(HONEST)
    missing -= {student for student, grades in outcome["gradebook"]["grades"].items() if grades}
    assert missing <= {attack.student for attack in ATTACKS if attack.refused}


def test_gradebook_has_nothing_but_the_grades_of_this_class(outcome):
    book = outcome["gradebook"]
    assert set(book["students"]) <= {attack.student for attack in ATTACKS} | set(HONEST)
    assert book["assignments"] == [SLUG]
    assert book["maximum"] == POINTS | {"c1-report": 20}
    assert (book["comments"], book["penalties"]) == ([], [])


def test_nothing_has_changed_outside_of_what_grading_writes(outcome):
    assert outcome["changed"] == []


def test_nothing_is_left_behind(outcome):
    assert outcome["marks"] == []
    assert outcome["processes"] == []
    assert outcome["shared_memory"] == []


def test_nobody_has_been_called(outcome):
    assert outcome["connections"] == []


def test_no_attack_has_seen_or_done_what_it_was_after(outcome):
    assert outcome["boasts"] == {}
    assert f"{MARK}: " not in outcome["said"]


def test_no_name_or_note_of_a_student_acts_on_the_terminal(outcome):
    assert "\x1b[2J" not in outcome["said"]
    assert not [line for line in outcome["said"].splitlines() if line.startswith("zed ")]


def test_secrets_are_nowhere(outcome):
    assert outcome["secrets"] == []
    assert SECRET not in outcome["said"]


def test_everything_written_has_a_sensible_size(outcome):
    assert outcome["huge"] == []


def test_pages_show_no_hidden_test_and_nothing_in_them_acts(outcome):
    feedback = {name: page for name, page in outcome["pages"].items() if "/feedback/" in name}
    assert len(feedback) >= len(ATTACKS) + len(HONEST) - sum(bool(a.refused) for a in ATTACKS)
    # What a reader may fold depends on how a student did; all else is the same on every page.
    folds = {
        f"<details class={kind}{state}>"
        for kind in ("question", "question rest", "tests")
        for state in ("", " open=")
    }
    own = next(page for name, page in feedback.items() if "/a-honest/" in name)["active"]
    for name, page in feedback.items():
        others = [element for element in page["active"] if element not in folds]
        assert others == [element for element in own if element not in folds], name
    for name, page in outcome["pages"].items():
        assert page["hidden"] == [], name
        assert not [found for found in page["active"] if MARK.lower() in found.lower()], name


@pytest.mark.parametrize(
    "attack", [a for a in ATTACKS if a.code or a.answers], ids=lambda a: a.name
)
def test_payloads_are_programs(attack):
    # An attack that is a mere syntax error would prove nothing.
    notebook = attack.notebook(course="/c", root="/r", canary="/k", port=1, pids="p", student="s")
    for cell in notebook.cells:
        if cell.cell_type == "code" and not re.search(r"^[%!]", cell.source, re.MULTILINE):
            compile(cell.source, attack.name, "exec")
            assert not re.search(r"@[A-Z]+@", cell.source)
