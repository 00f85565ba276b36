"""Which names a cell gives and reads: nothing else is ever taken from a student."""

import pytest

from dlcourse.grading.submissions import names
from tests import courses


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = 1\ny: int = 2\nz += 3", {"x", "y", "z"}),
        ("def f(a):\n    b = a", {"f"}),
        ("class C:\n    d = 1\nasync def g(): pass", {"C", "g"}),
        ("for i in y:\n    j = i\nwith open('a') as k:\n    pass", {"i", "j", "k"}),
        ("try:\n    pass\nexcept E as error:\n    pass", {"error"}),
        ("m = [a for a in b if (n := a)]\nf = lambda q: q", {"m", "n", "f"}),
        (
            "match v:\n    case [o, *p]:\n        pass\n    case {'a': r, **s}:\n        pass",
            set("oprs"),
        ),
        ("if True:\n    t, (u, *w) = v", {"t", "u", "w"}),
        ("%matplotlib inline\nfiles = !ls\nx.y = 3\nz[0] = 1", {"files"}),
        ("not python", set()),
    ],
)
def test_names_that_a_cell_gives(source, found):
    assert names.answered(source) == names.bound(source) == found


def test_imports_and_global_names_are_given_but_are_no_answers():
    source = "import a.b, c as d\nfrom e import f\ndef g():\n    global h\n    h = 1"
    assert names.bound(source) == {"a", "d", "f", "g", "h"}
    assert names.answered(source) == {"g"}


def test_names_that_a_cell_reads_now_and_later():
    now, later = names.read("def f(a=b):\n    return a + c\nf(d)\ne = [g for g in h]")
    assert now == {"a", "b", "c", "f", "d", "g", "h"}
    assert later == {"a", "b", "c"}


@pytest.mark.parametrize("slug", courses.SLUGS)
def test_every_answer_that_tests_need_is_on_the_list(slug):
    cells = courses.source(slug).cells
    tests = [
        cell.source for cell in cells if courses.autograded(cell) or cell.id.endswith("-checks")
    ]
    own = set().union(*map(names.bound, tests))
    texts = {cell.id: cell.source for cell in cells}
    for answer, graded in courses.questions(courses.source(slug)).items():
        answers = names.answered(texts[answer])
        assert answers
        assert not answers & own, f"a test of {slug} binds the name of an answer"
        assert answers <= set().union(*(names.read(cell.source)[0] for cell in graded))
