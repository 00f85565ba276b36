"""IPython, run cell by cell in this process; what a cell puts out is kept as in a notebook."""

import builtins
import contextlib
import io
import os
import sys
import tempfile
import types

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any, Type
from traitlets.config import Config

CUT = "\n... more output is left out ...\n"
MAX_DISPLAYS = 100
MAX_DISPLAYED = 20_000_000  # characters of one cell's displays together
RULE = "-" * 75  # with which IPython begins a traceback


class Recorder:
    """Keeps outputs in nbformat's shape, up to a number of characters."""

    def __init__(self):
        self.limit = 1_000_000
        self.start()

    def start(self) -> None:
        """Forget everything."""
        self.outputs: list[dict] = []
        self._left, self._displays, self._displayed = self.limit, 0, 0

    def take(self) -> list[dict]:
        """What has come since the last time."""
        outputs, self.outputs = self.outputs, []
        return outputs

    def stream(self, name: str, text: str) -> None:
        """Add text of stdout or stderr."""
        if self._left <= 0 or not text:
            return
        self._left -= len(text)
        if self._left <= 0:
            text = text[: self._left or None] + CUT
        if self.outputs and self.outputs[-1].get("name") == name:
            self.outputs[-1]["text"] += text
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": text})

    def show(self, kind: str, data: dict, metadata: dict, **more) -> None:
        """Add a value or a display."""
        size = sum(len(item) for item in data.values() if isinstance(item, str | bytes))
        self._displays += 1
        self._displayed += size
        if (
            self._displays > MAX_DISPLAYS
            or size > 5 * self.limit
            or self._displayed > MAX_DISPLAYED
        ):
            self.stream("stdout", CUT)
            return
        self.outputs.append({"output_type": kind, "data": data, "metadata": metadata, **more})

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """Add an exception; it is never left out, since it decides a grade."""
        lines = [line[: self.limit // 50] for line in traceback]
        entry = {"ename": name, "evalue": value[: self.limit // 50], "traceback": lines}
        self.outputs.append({"output_type": "error", **entry})


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a cell."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, recorder: Recorder, name: str):
        self._recorder, self.name = recorder, f"<{name}>"
        self._stream = name

    def writable(self):
        """It is."""
        return True

    def write(self, text):
        """Record the text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._recorder.stream(self._stream, text)
        return len(text)


class Hook(DisplayHook):
    """Records the value of a cell's last expression."""

    def write_output_prompt(self):
        """Notebooks have none."""

    def write_format_data(self, format_dict, md_dict=None):
        """Record the value."""
        self.shell.recorder.show("execute_result", format_dict, md_dict or {}, execution_count=None)

    def log_output(self, format_dict):
        """There is no log."""


class Publisher(DisplayPublisher):
    """Records what is displayed."""

    def publish(self, data, metadata=None, *, transient=None, update=False, **kwargs):
        """Record it; an update of an earlier display is a display of its own."""
        self.shell.recorder.show("display_data", dict(data), dict(metadata or {}))

    def clear_output(self, wait=False):
        """Forget what the cell has put out."""
        self.shell.recorder.outputs.clear()


class Shell(InteractiveShell):
    """An IPython without a terminal."""

    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)
    recorder = Any()

    def init_readline(self):
        """There is nobody to type."""

    def enable_gui(self, gui=None):
        """There is no screen."""

    def showtraceback(self, exc_tuple=None, *args, **kwargs):
        """Show an exception; the grader's own frames would not help anybody."""
        kind, error, trace = exc_tuple or sys.exc_info()
        if error is not None:
            error.__traceback__ = trace = _without_grader(trace)
        super().showtraceback((kind, error, trace), *args, **kwargs)

    def _showtraceback(self, etype, evalue, stb):
        lines = [str(line) for line in stb]
        with contextlib.suppress(Exception):  # from the student's process; it may be gone by now
            entries = evalue.remote_traceback()
            entries = entries[entries[:1] == [RULE] and 2 :]
            called = (
                [f"In the call  {evalue.remote_call}\n"] if hasattr(evalue, "remote_call") else []
            )
            lines = [*lines[:-1], *called, *entries]
        try:
            text = str(evalue)
        except Exception:
            text = "(its message cannot be shown)"
        self.recorder.error(etype.__name__, text, lines)


def _without_grader(trace: types.TracebackType | None) -> types.TracebackType | None:
    if trace is None:
        return None
    after = _without_grader(trace.tb_next)
    if str(trace.tb_frame.f_globals.get("__name__")).startswith("dlcourse.grading"):
        return after
    return types.TracebackType(after, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)


def make() -> Shell:
    """The process's shell, without history or configuration files."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.autocall = 0
    recorder = Recorder()
    shell = Shell.instance(config=config, recorder=recorder)
    shell.recorder = recorder
    return shell


class Cells:
    """Runs cells and returns their outputs.

    Args:
        shell: of this process.
        limit: characters of one cell's output.
    """

    def __init__(self, shell: Shell, limit: int):
        self.shell, self._recorder = shell, shell.recorder
        self._recorder.limit = limit
        self._streams = [Stream(self._recorder, name) for name in ("stdout", "stderr")]
        self._builtins = dict(vars(builtins))
        # What programs that a cell starts print; a temporary file is as large as the disk allows.
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (as long as the kernel)
        for descriptor in (1, 2):
            os.dup2(self._file.fileno(), descriptor)
        self._read = 0

    def run(self, source: str) -> list[dict]:
        """Run one cell.

        Args:
            source: its text, IPython's syntax allowed.

        Returns:
            Its outputs.
        """
        self._recorder.start()
        # What an earlier cell did to them must not break the exercise's own cells, nor IPython.
        sys.stdout, sys.stderr = self._streams
        vars(builtins).update(self._builtins)
        try:
            result = self.shell.run_cell(source, store_history=True)
            shown = any(output["output_type"] == "error" for output in self._recorder.outputs)
            if not (result.success or shown):  # IPython could not format it: still no test passes
                raise result.error_before_exec or result.error_in_exec
        except BaseException as error:  # what IPython itself uses has been replaced
            self._recorder.error(type(error).__name__, "the cell broke the notebook itself", [])
        return self.outputs()

    def outputs(self) -> list[dict]:
        """What has been put out since the last time."""
        size = os.fstat(self._file.fileno()).st_size
        if size > self._read:
            new = os.pread(self._file.fileno(), min(size - self._read, 2_000_000), self._read)
            self._read = size
            self._recorder.stream("stdout", new.decode("utf-8", "replace"))
        return self._recorder.take()
