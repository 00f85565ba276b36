"""Messages between the processes of the grader: JSON, with raw bytes beside it.

A message is a JSON value and any number of blobs. Nothing here, nor in what reads a message, calls
anything that the sender names, so that a message may come from a process that lies.
"""

import json
import select
import socket
import struct
import time
from collections.abc import Sequence

HEADER = struct.Struct("!II")  # bytes of JSON, number of blobs
LENGTH = struct.Struct("!Q")
MAX_BLOBS = 100_000
MEGABYTE = 1 << 20


class ChannelError(Exception):
    """The other side has gone, or sends something that is no message."""


class Channel:
    """One end of a stream socket.

    Args:
        sock: connected; the channel owns it.
        limit: bytes of the largest message that is accepted.
    """

    def __init__(self, sock: socket.socket, limit: int = 256 * MEGABYTE):
        self._socket, self._limit = sock, limit

    def fileno(self) -> int:
        """The socket's, so that ``select`` takes a channel."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the socket; the other side reads an end of file."""
        self._socket.close()

    def send(self, message: object, blobs: Sequence[bytes | memoryview] = ()) -> None:
        """Send one message.

        Args:
            message: anything that JSON takes.
            blobs: bytes, in contiguous memory.

        Raises:
            ChannelError: if the other side has gone.
        """
        text = json.dumps(message, separators=(",", ":")).encode()
        sizes = [memoryview(blob).nbytes for blob in blobs]
        pieces = [HEADER.pack(len(text), len(blobs)), *map(LENGTH.pack, sizes), text]
        try:
            if sum(sizes) <= MEGABYTE:  # at once, or the other side would wake for each piece
                self._socket.sendall(b"".join([*pieces, *blobs]))
                return
            self._socket.sendall(b"".join(pieces))
            for blob in blobs:
                self._socket.sendall(blob)
        except OSError as error:
            raise ChannelError(f"the other side has gone: {error}") from error

    def receive(self, timeout: float | None = None) -> tuple[object, list[bytearray]]:
        """Wait for one message.

        Args:
            timeout: seconds for the whole message; None waits forever.

        Returns:
            The JSON value and the blobs.

        Raises:
            TimeoutError: if it is not there in time. What has come so far is lost: close the
                channel then, unless nothing had come.
            ChannelError: if the other side has gone, or what came is no message or too long.
        """
        end = None if timeout is None else time.monotonic() + timeout
        size, count = HEADER.unpack(self._exactly(HEADER.size, end))
        if count > MAX_BLOBS or size > self._limit:
            raise ChannelError("a message is too long")
        lengths = self._exactly(LENGTH.size * count, end)
        sizes = [length for (length,) in LENGTH.iter_unpack(lengths)]
        if size + sum(sizes) > self._limit:
            raise ChannelError("a message is too long")
        text = self._exactly(size, end)
        blobs = [self._exactly(length, end) for length in sizes]
        try:
            return json.loads(text), blobs
        except (ValueError, RecursionError) as error:
            raise ChannelError("what came is no message") from error

    def _exactly(self, size: int, end: float | None) -> bytearray:
        buffer = bytearray(size)
        view, got = memoryview(buffer), 0
        while got < size:
            if end is not None:
                left = end - time.monotonic()
                if left <= 0 or not select.select([self._socket], [], [], left)[0]:
                    raise TimeoutError("no message in time")
            try:
                n = self._socket.recv_into(view[got:])
            except OSError as error:
                raise ChannelError(f"the other side has gone: {error}") from error
            if n == 0:
                raise ChannelError("the other side has gone")
            got += n
        return buffer
