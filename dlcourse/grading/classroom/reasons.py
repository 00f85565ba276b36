"""What the tests of an exercise know about an answer and say only to those who are wrong."""

import ast
import re

TASK = re.compile(r"[A-Z]\d+: ")  # "A1: ", with which an explanation begins


def reasons(source: str) -> tuple[list[str], list[str]]:
    """Read the explanations and hints in a test cell; nothing is run.

    Args:
        source: the cell's text, with its hidden tests.

    Returns:
        The explanations, which are the messages of ``testing.check`` that name the task; the last
        one is that of the right answer, those before it are of single wrong ones. And the hints
        of all other checks. Each once; nothing where the text is no Python.
    """
    why, think = [], []
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return [], []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        texts = [_text(argument) for argument in node.args]
        is_check = getattr(node.func, "attr", "") == "check" and len(texts) == 2
        if is_check and (task := TASK.match(texts[1])):
            why.append(texts[1][task.end() :])
        think += [_text(word.value) for word in node.keywords if word.arg == "hint"]
    why = [text[:1].upper() + text[1:] for text in dict.fromkeys(why)]
    return why, [text for text in dict.fromkeys(think) if text]


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
