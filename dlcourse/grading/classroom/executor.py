"""Where notebooks run: on this machine's cores, or on the machines of a cluster."""

import concurrent.futures
import contextlib
import os
from collections.abc import Iterator

from dlcourse.grading.course import UserError
from dlcourse.grading.isolation import session


@contextlib.contextmanager
def executor(workers: int | None, scheduler: str | None) -> Iterator[tuple]:
    """Where notebooks run: threads here, each with a sandbox, or a cluster of dask.distributed.

    Args:
        workers: how many run at once here; the number of cores if None.
        scheduler: the cluster's address; None for this machine alone.

    Yields:
        A ``concurrent.futures`` executor, and how many tasks it runs at once.

    Raises:
        UserError: if the cluster cannot be reached or dask.distributed is not installed.
    """
    if scheduler is None:
        width = workers or os.cpu_count() or 1
        pool = concurrent.futures.ThreadPoolExecutor(width)
        try:
            yield pool, width
        except BaseException:  # Ctrl-C above all: nobody waits for what runs now
            session.stop()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise UserError("--scheduler needs dask: run  pip install distributed") from error
    try:
        client = Client(scheduler, timeout=20)
    except (OSError, ValueError, TimeoutError) as error:
        raise UserError(f"there is no dask scheduler at {scheduler}: {error}") from error
    with client:
        width = sum(client.nthreads().values())
        if not width:
            raise UserError(f"the dask scheduler at {scheduler} has no workers: start some")
        yield client.get_executor(pure=False, retries=2), width
