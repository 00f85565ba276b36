"""Outputs from a process that is not trusted, as a notebook may hold them."""

import base64
import binascii

from dlcourse.grading.content.html import PICTURES, TEXTS, clean

MAX_OUTPUTS = 200
MAX_TEXT = 5_000_000  # characters of one output
BEYOND = "(more output is left out: the notebook has put out too much)\n"

KEYS = {
    "stream": {"name", "text"},
    "error": {"ename", "evalue", "traceback"},
    "display_data": {"data", "metadata"},
    "execute_result": {"data", "metadata"},
}


def well_formed(outputs: object) -> bool:
    """Whether something is a list of outputs in nbformat's shape; their texts are not looked at."""
    return isinstance(outputs, list) and all(
        isinstance(output, dict)
        and output.get("output_type") in KEYS
        and output.keys() >= KEYS[output["output_type"]]
        for output in outputs
    )


def trusted(outputs: object) -> list[dict]:
    """Keep of some outputs what is well formed, of limited size, and shows without acting.

    Args:
        outputs: anything; meant to be a list of outputs in nbformat's shape.

    Returns:
        Outputs that nbformat accepts, with text, pictures and harmless HTML.
    """
    if not isinstance(outputs, list):
        return []
    kept = [kept for output in outputs if (kept := _output(output)) is not None]
    # An error decides a grade, however much was put out before it.
    return kept[:MAX_OUTPUTS] + [o for o in kept[MAX_OUTPUTS:] if o["output_type"] == "error"][:1]


def within(outputs: list[dict], left: int) -> tuple[list[dict], int]:
    """Cut what goes beyond a budget; errors stay, since they decide a grade.

    Args:
        outputs: as :func:`trusted` returns them.
        left: characters that may still be put out.

    Returns:
        The outputs that fit, with a line that says so where some did not; and what is left.
    """
    kept, cut = [], False
    for output in outputs:
        texts = [output.get("text", ""), *output.get("data", {}).values()]
        size = sum(map(len, [*texts, *output.get("traceback", ())]))
        if size <= left or output["output_type"] == "error":
            kept.append(output)
            left = max(0, left - size)
        else:
            cut = True
    if cut:
        kept.append({"output_type": "stream", "name": "stdout", "text": BEYOND})
    return kept, left


def _text(value: str, limit: int = MAX_TEXT) -> str:
    """Text that a file in UTF-8 can hold: no half characters."""
    return value[:limit].encode("utf-8", "replace").decode()


def _output(output: object) -> dict | None:
    match output:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
            return {"output_type": "stream", "name": name, "text": _text(text)}
        case {"output_type": "error", "ename": str(), "evalue": str(), "traceback": list(lines)}:
            lines = [_text(line) for line in lines[:200] if isinstance(line, str)]
            text = {"ename": _text(output["ename"], 200), "evalue": _text(output["evalue"])}
            return {"output_type": "error", **text, "traceback": lines}
        case {"output_type": "display_data" | "execute_result" as kind, "data": dict(data)}:
            data = {name: value for name in data if (value := _shown(name, data[name])) is not None}
            more = {"execution_count": None} if kind == "execute_result" else {}
            return {"output_type": kind, "data": data, "metadata": {}, **more} if data else None
    return None


def _shown(kind: str, value: object) -> str | None:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        return None
    if kind in PICTURES:
        try:
            base64.b64decode(value.replace("\n", ""), validate=True)
        except (binascii.Error, ValueError):
            return None
        return value
    if kind in TEXTS:
        return clean(_text(value)) if kind == "text/html" else _text(value)
    return None
