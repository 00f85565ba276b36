"""Names and texts that :mod:`.constructs` looks for, and how each is called in a report."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names, with everything below them, as they are called where they come from.
_NAMES = {
    "frames": """ctypes cffi faulthandler gc.callbacks gc.get_objects gc.get_referents
        gc.get_referrers inspect.currentframe inspect.getinnerframes inspect.getouterframes
        inspect.getsource inspect.getsourcelines inspect.stack inspect.trace sys._current_frames
        linecache sys._getframe sys.excepthook sys.setprofile sys.settrace""",
    "patches": """builtins dlcourse.checks mock torch._C torch.overrides torch.set_default_device
        torch.set_default_dtype torch.utils._python_dispatch unittest.mock""",
    "imports": """imp importlib pkgutil runpy site sys.meta_path sys.modules sys.path
        sys.path_hooks sys.path_importer_cache zipimport""",
    "process": """asyncio.create_subprocess_exec asyncio.create_subprocess_shell os._exit os.abort
        os.execl os.execle os.execlp os.execv os.execve os.execvp os.fork os.forkpty os.kill
        os.killpg os.popen os.posix_spawn os.setsid os.spawnl os.spawnv os.system pty subprocess
        sys.exit""",
    "background": """_thread atexit concurrent.futures multiprocessing signal threading
        torch.multiprocessing weakref.finalize""",
    "network": """aiohttp ftplib http.client http.server httpx requests smtplib socket socketserver
        ssl telnetlib torch.distributed torch.hub urllib.request urllib3 websockets xmlrpc""",
    "files": """os.chdir os.environ os.getenv os.listdir os.path.expanduser os.scandir os.walk
        pathlib.Path.home shutil.copy shutil.copyfile shutil.copytree shutil.move shutil.rmtree""",
    "grader": "dlcourse.grading dlcourse.testing.CheckError nbgrader",
    "notebook": """IPython.core IPython.display.HTML IPython.display.IFrame
        IPython.display.Javascript IPython.get_ipython""",
    "encoded": "base64 binascii cloudpickle codecs dill marshal pickle zlib",
}
NAMES = {name: kind for kind, names in _NAMES.items() for name in names.split()}
# These need no import.
BUILT_IN = {
    "eval": "dynamic",
    "exec": "dynamic",
    "compile": "dynamic",
    "globals": "patches",
    "__builtins__": "patches",
    "__import__": "imports",
    "exit": "process",
    "quit": "process",
    "get_ipython": "notebook",
    "In": "notebook",
    "_ih": "notebook",
    "_oh": "notebook",
}
SETTINGS = ("matplotlib", "pandas.options", "torch.backends")  # made to be assigned to
INNER = _words(
    """ag_frame cell_contents cr_frame f_back f_builtins f_globals f_locals gi_frame tb_frame
    tb_next __builtins__ __closure__ __code__ __globals__ __subclasses__ __traceback__"""
)
AGREEING = _words(
    """__array_function__ __array_ufunc__ __class__ __eq__ __getattribute__ __instancecheck__
    __ne__ __subclasscheck__ __torch_dispatch__ __torch_function__"""
)
BASES = _words("bool bytes complex float int list numpy.ndarray str torch.Tensor tuple")
# Built-in names that tests rely on; a variable called sum or max is too common to mention.
RELIED_ON = _words(
    """AssertionError Exception abs all any bool float getattr hasattr int isinstance len list print
    repr str tuple type"""
)
MAGICS = _words(
    """autoreload capture config load_ext matplotlib pinfo pinfo2 precision prun time timeit who"""
)
GRADER = re.compile(
    r"gradebook|nbgrader|formgrader|autograded|hidden.?tests?\b|\b(begin|end) solution\b"
    r"|\bsolutions[/\\]|^solutions$|dlcourse[./]grading",
    re.IGNORECASE,
)
ROOTS = r"/(?:proc|etc|home|root|tmp|usr|var|dev|mnt|opt|sys|run|Users)\b"
OUTSIDE = re.compile(rf"{ROOTS}|/\w[\w.-]*/\w|~[/\\]|[A-Za-z]:[/\\]\w|(?:.*[/\\])?\.\.(?:[/\\]|$)")
OUTSIDE_PART = re.compile(rf"{ROOTS}|~/|\.\./")  # as a part of an f-string, where "/s" is a unit
