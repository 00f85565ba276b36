"""Environment, locale, folder, umask, signals, decimal point, limits: whatever a process hands
on to the next one, or to the one that started it."""

CODE = """\
import decimal
import gc
import locale
import os
import random
import signal

os.environ |= {"PYTHONPATH": "/tmp", "PYTHONSTARTUP": "/tmp/x.py", "OMP_NUM_THREADS": "64"}
os.environ |= {"JUPYTER_PATH": "/tmp", "HOME": "/tmp", "LC_ALL": "de_DE.UTF-8", "PATH": ""}
os.chdir("/")
os.umask(0o777)
for name in ["de_DE.UTF-8", "fr_FR.UTF-8", "C"]:
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        pass
decimal.getcontext().prec = 1
random.seed(0)
gc.disable()
for number in [signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE, signal.SIGHUP]:
    signal.signal(number, signal.SIG_IGN)
"""
ANSWERS = {
    "b7-diagnose": """\
def diagnose(*_, **__):
    import resource
    import sys
    import warnings

    warnings.simplefilter("error")
    sys.path[:] = ["/tmp"]
    sys.setswitchinterval(1000)
    sys.setrecursionlimit(100)
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    return "good"
"""
}
