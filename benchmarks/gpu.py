"""All that the course wants to know of a GPU, for a machine with a Python, torch and no network.

    python benchmarks/gpu.py pack DIR                  where there is a network and the data
    python benchmarks/gpu.py run --pack DIR --minutes 10 --out OUT      on the machine
    python benchmarks/gpu.py tables                    the tables of README.md, from the results

A run does the most valuable first, writes each result as soon as it has it, and goes on from
earlier results when it is called again.
"""

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path

from plan import plan
from rows import ROOT, commit
from schedule import Schedule
from tables import README, UnknownTableError, filled, results


def main() -> None:
    args = parse()
    {"pack": pack_command, "run": run_command, "tables": tables_command}[args.command](args)


def pack_command(args: argparse.Namespace) -> None:
    from packing import PackError, pack  # needs the course and its packages

    try:
        packed = pack(args.folder)
    except PackError as error:
        sys.exit(f"pack: {error}")
    names = ", ".join(f"{name} {version}" for name, version in packed["packages"].items())
    data = ", ".join(packed["data"]) or "no data set: name their folder in DLCOURSE_DATA"
    print(f"{args.folder}: {packed['bytes'] / 2**20:.1f} MiB; {names}; {data}")


def run_command(args: argparse.Namespace) -> None:
    deadline = time.monotonic() + 60 * args.minutes
    steps = plan(args.out.absolute() / "results.jsonl", args.device, args.minutes, args.quick)
    if args.only:
        steps = [s for s in steps if any(s.name.startswith(words) for words in args.only)]
        if not steps:
            sys.exit(f"run: no step begins with {' or '.join(args.only)}")
    args.out.mkdir(parents=True, exist_ok=True)
    results_file = args.out / "results.jsonl"
    if args.after and not results_file.exists():
        if not args.after.is_file():
            sys.exit(f"run: there is no file {args.after}, which --after names")
        shutil.copyfile(args.after, results_file)
    # One thread each: side by side they would wait for each other's.
    environment = packed(args.pack) | {"OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    schedule = Schedule(args.out, environment, deadline, cores)
    schedule.run(steps)
    print(f"results in {schedule.results}, what the steps printed in {schedule.log}")


def packed(folder: Path) -> dict[str, str]:
    """The environment in which the course and a packed folder serve."""
    file = folder / "pack.json"
    if not file.is_file():
        sys.exit(f"run: {folder} was not made by 'gpu.py pack': there is no {file}")
    contents = json.loads(file.read_text(encoding="utf-8"))
    site, data = (str(folder.absolute() / part) for part in ("site", "data"))
    added = {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), site, os.getenv("PYTHONPATH")]))
    }
    if contents["data"]:
        added["DLCOURSE_DATA"] = data
    # A course that travelled without its repository is of the commit that was packed.
    if commit() is None and contents["commit"]:
        added["DLCOURSE_COMMIT"] = contents["commit"]
    return added


def tables_command(args: argparse.Namespace) -> None:
    text = README.read_text(encoding="utf-8")
    try:
        new = filled(text, results(args.results))
    except (UnknownTableError, FileNotFoundError, ValueError) as error:
        sys.exit(f"tables: {error}")
    if args.check and new != text:
        sys.exit("tables: README.md does not show what the results say; run 'gpu.py tables'")
    if not args.check:
        README.write_text(new, encoding="utf-8")


def parse() -> argparse.Namespace:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = made.add_subparsers(dest="command", required=True)
    one = commands.add_parser("pack", help="gather what the machine lacks")
    one.add_argument("folder", type=Path, metavar="DIR", help="new, or packed before")
    one = commands.add_parser("run", help="measure")
    one.add_argument("--pack", type=Path, required=True, metavar="DIR", help="what was packed")
    one.add_argument("--minutes", type=float, required=True, help="after which it has ended")
    one.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the results")
    one.add_argument("--after", type=Path, metavar="FILE", help="the results of an earlier call")
    one.add_argument("--only", nargs="+", metavar="STEP", help="those that begin so")
    one.add_argument("--device", default="cuda", help="cuda (default); cpu for a rehearsal")
    one.add_argument("--quick", action="store_true", help="little data: a rehearsal")
    one = commands.add_parser("tables", help="write the tables of README.md")
    one.add_argument("--results", type=Path, nargs="+", metavar="FILE", help="(all committed ones)")
    one.add_argument("--check", action="store_true", help="write nothing; fail if they differ")
    args = made.parse_args()
    if args.command == "run" and args.minutes <= 0:
        made.error("--minutes takes more than 0")
    return args


if __name__ == "__main__":
    main()
