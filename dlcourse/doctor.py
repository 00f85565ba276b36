"""`dlcourse doctor`: what this machine has for the course, and what to do for what it lacks."""

import importlib
import importlib.metadata
import os
import platform
import shutil
import textwrap

import torch

import dlcourse

EXTRAS = {
    "data": "for house prices and the reference BLEU",
    "book": "to build the site",
    "grade": "to work on and grade exercises",
    "test": "to run the tests",
}
# Programs outside Python: the names under which systems install each, and what lacks without it.
TOOLS = {
    "bubblewrap": (("bwrap",), "submissions are not graded in a sandbox"),
    "chromium": (
        ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
        "the site's tests in a browser are skipped",
    ),
}


def report() -> str:
    """The whole report: one line for each thing, in one screen."""
    lines = [
        f"dlcourse     {dlcourse.__version__}",
        f"Python       {platform.python_version()} on {platform.system()} {platform.machine()}",
        f"torch        {torch.__version__}",
        f"torchvision  {_torchvision()}",
        f"device       {_device()}",
        "",
        "extras",
        *(f"  {name:<11}{_extra(name, purpose)}" for name, purpose in EXTRAS.items()),
        "",
        "tools",
        *(f"  {name:<11}{_tool(*about)}" for name, about in TOOLS.items()),
        "",
        "data sets",
        *(f"  {line}" for line in _datasets()),
    ]
    # Continuation lines are indented, so that a long path does not break up the columns.
    return "\n".join(textwrap.fill(line, 100, subsequent_indent=" " * 13) for line in lines)


def _torchvision() -> str:
    try:
        return importlib.import_module("torchvision").__version__
    # One built for another torch raises RuntimeError, not ImportError.
    except Exception as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        return f"cannot be imported ({first}): install the release that belongs to this torch"


def _device() -> str:
    device = dlcourse.device()
    count = torch.get_num_threads()
    threads = f"{count} thread{'s' * (count > 1)} of {os.cpu_count()} cores"
    if device.type == "cuda":
        about = torch.cuda.get_device_properties(device)
        return f"cuda: {about.name}, {_gibibytes(about.total_memory)}; CPU: {threads}"
    kind = "mps: Apple GPU; CPU" if device.type == "mps" else "cpu"
    return f"{kind}: {threads}, {_memory()}"


def _memory() -> str:
    try:
        return _gibibytes(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return "memory unknown"


def _gibibytes(count: int) -> str:
    return f"{count / 2**30:.0f} GiB of memory"


def _extra(name: str, purpose: str) -> str:
    from packaging.requirements import Requirement

    try:
        asked = [Requirement(text) for text in importlib.metadata.requires("dlcourse") or []]
    except importlib.metadata.PackageNotFoundError:
        return "unknown: dlcourse itself is not installed; run pip install -e . in its folder"
    lacking = []
    for requirement in asked:
        # Asked for by this extra, not by every installation.
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            continue
        if requirement.marker.evaluate({"extra": name}) and not _satisfied(requirement):
            lacking.append(f"{requirement.name}{requirement.specifier}")
    if not lacking:
        return f"installed ({purpose})"
    return f'lacks {", ".join(lacking)} ({purpose}): pip install "dlcourse[{name}]"'


def _satisfied(requirement) -> bool:
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return requirement.specifier.contains(version, prereleases=True)


def _tool(programs: tuple[str, ...], consequence: str) -> str:
    found = next(filter(None, map(shutil.which, programs)), None)
    return found or f"not found: {consequence}; install it with the system's package manager"


def _datasets() -> list[str]:
    from dlcourse import datasets

    known = datasets.available()
    width = max(map(len, known), default=0) + 2
    return [
        f"{name:<{width}}{'at hand' if status.at_hand else 'missing'}: {status.detail}"
        for name, status in known.items()
    ]
