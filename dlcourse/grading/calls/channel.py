"""Messages between the processes of the grader: JSON, with raw bytes beside it.

A message is a JSON value and any number of blobs. Nothing here, nor in what reads a message, calls
anything that the sender names, so that a message may come from a process that lies. What is parsed
is looked through first: a text of a few megabytes can describe millions of lists.
"""

import contextlib
import json
import re
import select
import socket
import struct
import time
from collections.abc import Sequence

HEADER = struct.Struct("!II")  # bytes of JSON, number of blobs
LENGTH = struct.Struct("!Q")
MAX_BLOBS = 100_000
MEGABYTE = 1 << 20
MAX_JSON = 8 * MEGABYTE  # text beside the blobs
MAX_VALUES = 1_500_000  # numbers, texts, lists and dicts of one message
MAX_DEPTH = 400  # lists in lists
# A string of JSON; one that does not end takes the rest, so that nothing is looked at twice.
STRING = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)', re.DOTALL)


class ChannelError(Exception):
    """The other side has gone, or sends something that is no message."""


class Channel:
    """One end of a stream socket.

    Args:
        sock: connected; the channel owns it.
        limit: bytes of the largest message that is accepted.
        most_json: of these, bytes of its JSON.
    """

    def __init__(self, sock: socket.socket, limit: int = 256 * MEGABYTE, most_json: int = MAX_JSON):
        self._socket, self._limit, self._most_json = sock, limit, most_json

    def fileno(self) -> int:
        """The socket's, so that ``select`` takes a channel."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the socket; the other side reads an end of file."""
        self._socket.close()

    def waiting(self) -> bool:
        """Whether something has come that nobody has read, be it the end."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def send(
        self,
        message: object,
        blobs: Sequence[bytes | memoryview] = (),
        timeout: float | None = None,
    ) -> None:
        """Send one message.

        Args:
            message: anything that JSON takes.
            blobs: bytes, in contiguous memory.
            timeout: seconds for the whole message; None waits forever.

        Raises:
            TimeoutError: if the other side does not read it in time. Close the channel then: a
                part may have been sent.
            ChannelError: if the other side has gone.
        """
        end = None if timeout is None else time.monotonic() + timeout
        text = json.dumps(message, separators=(",", ":")).encode()
        sizes = [memoryview(blob).nbytes for blob in blobs]
        pieces = [HEADER.pack(len(text), len(blobs)), *map(LENGTH.pack, sizes), text]
        if sum(sizes) <= MEGABYTE:  # at once, or the other side would wake for each piece
            self._send_all(b"".join([*pieces, *blobs]), end)
            return
        for piece in [b"".join(pieces), *blobs]:
            self._send_all(piece, end)

    def _send_all(self, piece: bytes | memoryview, end: float | None) -> None:
        try:
            if end is None:
                self._socket.sendall(piece)
                return
            view = memoryview(piece).cast("B")
            while view.nbytes:
                left = end - time.monotonic()
                if left <= 0 or not select.select([], [self._socket], [], left)[1]:
                    raise TimeoutError("nobody reads")
                with contextlib.suppress(BlockingIOError):
                    view = view[self._socket.send(view, socket.MSG_DONTWAIT) :]
        except TimeoutError:
            raise
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
        if count > MAX_BLOBS or size > self._most_json:
            raise ChannelError("a message is too long")
        lengths = self._exactly(LENGTH.size * count, end)
        sizes = [length for (length,) in LENGTH.iter_unpack(lengths)]
        if size + sum(sizes) > self._limit:
            raise ChannelError("a message is too long")
        text = self._exactly(size, end)
        blobs = [self._exactly(length, end) for length in sizes]
        return parse(bytes(text)), blobs

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


def parse(text: bytes) -> object:
    """JSON from somebody who may lie, in memory of a few times its length.

    Args:
        text: one value.

    Returns:
        What :func:`json.loads` makes of it.

    Raises:
        ChannelError: if it is no JSON, or describes more values than MAX_VALUES or lists nested
            deeper than MAX_DEPTH.
    """
    quotes = text.count(b'"') - text.count(b'\\"')  # of strings, about; counted before a search
    skeleton = STRING.sub(b"", text) if quotes <= 2 * MAX_VALUES else b"," * (2 * MAX_VALUES + 1)
    if sum(map(skeleton.count, (b",", b"[", b"{", b"]", b"}"))) > 2 * MAX_VALUES:
        raise ChannelError("a message has too many values")
    depth = deepest = 0
    for bracket in re.findall(rb"[\[\]{}]", skeleton):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise ChannelError("a message is nested too deep")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ChannelError("what came is no message") from error
