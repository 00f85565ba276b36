"""JSON may hold half a character, which no file in UTF-8 can: writing the graded notebook, the
log or the gradebook then fails, and with it perhaps the whole class."""

import json

CODE = "half = 'a character'"


def files(folder, course):
    path = folder / "overfitting.ipynb"
    text = path.read_text(encoding="utf-8")
    text = text.replace("'a character'", r"'\ud83d' # \u0000 \u2028 \ufeff \u202e")
    json.loads(text)
    path.write_text(text, encoding="utf-8")
