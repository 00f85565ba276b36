"""Run the code cells of chapters and notebooks where there is no Jupyter, assertions included.

``python benchmarks/cells.py FILE --json RESULTS`` goes on after a cell that fails, and says which
did. What a cell glues into the page's text goes nowhere here.
"""

import argparse
import json
import linecache
import os
import signal
import sys
import time
import traceback
import types
from pathlib import Path

from markdown_it import MarkdownIt
from rows import ROOT, Rows, processor


def code_cells(path: Path) -> list[str]:
    """The sources of a notebook's code cells, or of a MyST page's, without their options."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        return ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    fences = [t for t in MarkdownIt().parse(text) if t.type == "fence"]
    return [_without_options(t.content) for t in fences if t.info.startswith("{code-cell}")]


def _without_options(source: str) -> str:
    lines = source.strip("\n").split("\n")
    if lines[0].strip() == "---":
        lines = lines[lines.index("---", 1) + 1 :]
    while lines and (lines[0].startswith(":") or not lines[0].strip()):
        lines.pop(0)
    return "\n".join(lines)


def run(path: Path, rows: Rows, case: str) -> dict:
    """Run the cells in one namespace; the row says what failed, and is written even if stopped."""
    cells, failures, seconds = code_cells(path), [], []
    page = types.ModuleType("myst_nb")
    page.glue = lambda name, value, display=True: None
    main = types.ModuleType("__main__")  # as it is called, classes can be pickled
    stand_ins = {"myst_nb": page, "__main__": main}
    before = {name: sys.modules.get(name) for name in stand_ins}
    sys.modules.update(stand_ins)
    stopped = False
    try:
        for number, source in enumerate(cells, start=1):
            name, start = f"<{path.name}, cell {number}>", time.perf_counter()
            linecache.cache[name] = (len(source), None, source.splitlines(True), name)
            try:
                exec(compile(source, name, "exec"), main.__dict__)
            except (Stopped, KeyboardInterrupt):
                stopped = True
                break
            except BaseException as error:
                words = "".join(traceback.format_exception(error))
                failures.append({"cell": number, "error": words[-1500:]})
                print(f"{case}, cell {number}: {words}", flush=True)
            seconds.append(round(time.perf_counter() - start, 2))
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    return rows.add(
        case=case,
        cells=len(cells),
        passed=len(seconds) - len(failures),
        stopped=stopped,
        seconds=sum(seconds),
        slowest=sorted(((s, n) for n, s in enumerate(seconds, start=1)), reverse=True)[:5],
        failures=failures[:5],
    )


class Stopped(BaseException):
    """The time of this run is over."""


def stop(*_) -> None:
    raise Stopped


def main() -> None:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("file", type=Path, help="a chapter (.md) or a notebook (.ipynb)")
    made.add_argument("--json", type=Path, metavar="FILE", help="append the results to FILE")
    args = made.parse_args()
    if not args.file.is_file():
        made.error(f"there is no file {args.file}")
    os.environ["MPLBACKEND"] = "Agg"
    signal.signal(signal.SIGTERM, stop)
    import torch  # after the arguments were looked at: it takes seconds

    name = torch.cuda.get_device_name() if torch.cuda.is_available() else processor()
    path = args.file.resolve()
    case = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    row = run(path, Rows(args.json, "cells", name), case)
    print(f"{case}: {row['passed']} of {row['cells']} cells passed in {row['seconds']:.0f} s")
    sys.exit(row["passed"] < row["cells"])


if __name__ == "__main__":
    main()
