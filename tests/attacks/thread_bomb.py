"""As many threads as the machine has room for; they count like processes. (Here 3000 at most.)"""

CODE = """\
import threading
import time

threads = 0
while shut_in() and threads < 3000:
    try:
        threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    except (RuntimeError, MemoryError):
        break
    threads += 1
if threads == 3000:
    boast("3000 threads")
"""
ANSWERS = {
    "b7-diagnose": """\
def diagnose(*_, **__):
    while threads < 3000:
        threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
    return "good"
"""
}
