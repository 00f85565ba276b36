"""The warm processes of this process: one for each kind of task that is at work."""

import contextlib
import threading
from collections.abc import Iterator

from dlcourse.grading.isolation.task import Task
from dlcourse.grading.isolation.zygote import NotStartedError, Zygote


class Pool:
    """Warm processes, shared by threads.

    One that nobody uses is kept for the next notebook of its kind, until another kind comes.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._all: dict[tuple, Zygote] = {}
        self._users: dict[tuple, int] = {}
        self._stopped = False

    @contextlib.contextmanager
    def used(self, task: Task) -> Iterator[tuple]:
        """Keep the process for a task alive; :meth:`get` takes what this yields."""
        key = (task.warm, task.limits, task.hidden, task.confined)
        with self._lock:
            self._users[key] = self._users.get(key, 0) + 1
        try:
            yield key
        finally:
            with self._lock:
                self._users[key] -= 1

    def get(self, key: tuple) -> Zygote:
        """The process; a new one if there is none, or if it has ended.

        Raises:
            NotStartedError: if the grading has been stopped.
        """
        with self._lock:
            if self._stopped:
                raise NotStartedError("the grading has been stopped")
            if key not in self._all or not self._all[key].alive():
                for other in [k for k in self._all if k == key or not self._users.get(k)]:
                    self._all.pop(other).close()
                self._all[key] = Zygote(*key)
            return self._all[key]

    def stop(self) -> None:
        """End all at once, those in use as well; none starts until :meth:`close`."""
        with self._lock:
            self._stopped = True
            for zygote in self._all.values():
                zygote.kill()

    def close(self) -> None:
        """End all, once nobody uses them, and be ready for more."""
        with self._lock:
            self._stopped = False
            while self._all:
                self._all.popitem()[1].close()


POOL = Pool()
