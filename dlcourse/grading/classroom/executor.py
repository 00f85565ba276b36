"""Where notebooks run: on this machine's cores, or on the machines of a cluster."""

import concurrent.futures
import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from dlcourse.grading.course import UserError
from dlcourse.grading.isolation import session

OPEN = (
    "dlcourse: the dask scheduler at {} is on another machine and is used without TLS. Whoever "
    "reaches its port can run programs there and here, and read students' work on the way: see "
    "the instructors' page for certificates."
)
CERTIFICATES = "give --tls-ca-file, --tls-cert and --tls-key, as to dask's own commands"


class Tls(NamedTuple):
    """The files of a cluster's certificates, in PEM format."""

    ca_file: Path
    cert: Path
    key: Path


@contextlib.contextmanager
def executor(workers: int | None, scheduler: str | None, tls: Tls | None = None) -> Iterator[tuple]:
    """Where notebooks run: threads here, each with a sandbox, or a cluster of dask.distributed.

    Args:
        workers: how many run at once here; the number of cores if None.
        scheduler: the cluster's address; None for this machine alone.
        tls: the cluster's certificates; those of Dask's own configuration, if any, if None.

    Yields:
        A ``concurrent.futures`` executor, and how many tasks it runs at once.

    Raises:
        UserError: if the cluster cannot be reached, certificates are missing, or dask.distributed
            is not installed.
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
    with _client(scheduler, tls) as client:
        width = sum(client.nthreads().values())
        if not width:
            raise UserError(f"the dask scheduler at {scheduler} has no workers: start some")
        yield client.get_executor(pure=False, retries=2), width


def _client(scheduler: str, tls: Tls | None):
    """A connected client of a cluster; encrypted where there are certificates for it."""
    try:
        from distributed import Client
        from distributed.security import Security
    except ImportError as error:
        raise UserError("--scheduler needs dask: run  pip install distributed") from error
    security = Security()  # of Dask's own configuration
    if tls is not None:
        if lost := [str(path) for path in tls if not path.is_file()]:
            raise UserError(f"there is no certificate {lost[0]}")
        names = {"tls_ca_file": tls.ca_file, "tls_client_cert": tls.cert, "tls_client_key": tls.key}
        security = Security(require_encryption=True, **{k: str(v) for k, v in names.items()})
    scheme, _, rest = scheduler.rpartition("://")
    encrypted = scheme == "tls" or (not scheme and tls is not None)
    if tls is not None and not encrypted:
        raise UserError(f"with certificates the scheduler's address is tls://{rest}")
    try:
        ready = security.get_connection_args("client").get("ssl_context")
    except OSError as error:
        raise UserError(f"the certificates cannot be used: {error}") from error
    if encrypted and not ready:
        raise UserError(f"{scheduler} needs certificates: {CERTIFICATES}")
    if not encrypted and not is_here(scheduler):
        print(OPEN.format(scheduler), file=sys.stderr)
    try:
        address = f"tls://{rest}" if encrypted else scheduler
        return Client(address, timeout=20, security=security)
    except (OSError, ValueError, TimeoutError) as error:
        raise UserError(f"there is no dask scheduler at {scheduler}: {error}") from error


def is_here(address: str) -> bool:
    """Whether an address is one of this machine's own."""
    host = urlsplit(address if "://" in address else f"//{address}").hostname
    with contextlib.suppress(OSError):
        for family, kind, _, _, place in socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM):
            with contextlib.suppress(OSError), socket.socket(family, kind) as probe:
                probe.bind(place)
                return True
    return False
