"""What may be shown of a stranger's text: on a line, in a page, as a formula."""

import pytest

from dlcourse.grading.content.text import printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[2J\nzed  100 of 100", "a\\x1b[2J\\nzed  100 of 100"),
        (
            "Your file is fine.\nmallory      100 of 100",
            "Your file is fine.\\nmallory      100 of 100",
        ),
        ("a\r\x08\x7f\x9b2J\x85\u2028\u2029b", "a\\r\\x08\\x7f\\x9b2J\\x85\\u2028\\u2029b"),
        ("\u202etxt.\u2066exe\ufeff", "\\u202etxt.\\u2066exe\\ufeff"),
        ("\udcff\ud800", "\\udcff\\ud800"),  # a file's name that is not UTF-8
        ("Ada Łovelace, 李明\u3000(β) 🎓", "Ada Łovelace, 李明\u3000(β) 🎓"),
        ("", ""),
    ],
)
def test_printable(text, expected):
    assert printable(text) == expected
    assert printable(expected) == expected
    expected.encode("utf-8")


def test_whatever_is_printable_stays_on_its_line():
    every = "".join(map(chr, range(0x110000)))
    assert len(printable(every).splitlines()) == 1
    assert "\x1b" not in printable(every)
