"""LSP frames over stdio on asyncio, so that neither a silent nor a slow client ever blocks the loop.

Windows has no readiness events for pipes: there a daemon thread reads, and writes go through another.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import os
import queue
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

MAX_BODY = 64 << 20  # bytes; a larger message is refused and skipped. The largest document clients send is about 20 MB.
MAX_HEADER = 8 << 10  # bytes; a header block is two short lines, anything longer is not a header
CHUNK = 256 << 10  # bytes per read: one system call for a large paste, small enough to stay fair
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d+)[ \t]*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Garbage:
    """A frame that could not be read; the stream stays in step. `code` is JSON-RPC's, to be answered with id null."""

    code: int
    message: str


class FrameParser:
    """Bytes in, message bodies out. Header names are case-insensitive; unknown headers are ignored."""

    def __init__(self, max_body: int = MAX_BODY) -> None:
        self._max_body = max_body
        self._buffer = bytearray()
        self._skip = 0  # bytes of a refused body that are still to come
        self._length: int | None = None  # of the body that is being read

    def feed(self, data: bytes) -> list[bytes | Garbage]:
        if self._skip:
            taken = min(self._skip, len(data))
            self._skip -= taken
            data = data[taken:]
        self._buffer += data
        frames: list[bytes | Garbage] = []
        position = 0
        while True:
            if self._length is None:
                end = self._buffer.find(b"\r\n\r\n", position)
                if end < 0:
                    if len(self._buffer) - position > MAX_HEADER:
                        frames.append(Garbage(-32600, "not a header; send Content-Length, then an empty line"))
                        position = len(self._buffer) - 3  # the start of an empty line may be there
                    break
                block = bytes(self._buffer[position:end]).replace(b"\r\n", b"\n")
                position = end + 4
                found = _LENGTH.findall(block)
                if not found:
                    frames.append(Garbage(-32600, "header without a valid Content-Length"))
                    continue
                length = int(found[-1])
                if length > self._max_body:
                    frames.append(Garbage(-32600, f"message of {length} bytes; at most {self._max_body} are read"))
                    here = min(length, len(self._buffer) - position)
                    position += here
                    self._skip = length - here
                    continue
                self._length = length
            if len(self._buffer) - position < self._length:
                break
            frames.append(bytes(self._buffer[position : position + self._length]))
            position += self._length
            self._length = None
        del self._buffer[:position]
        return frames


class StdioReader:
    """Feeds a parser from a file descriptor until its end; `closed` is set then."""

    def __init__(self, fd: int, receive: Callable[[bytes | Garbage], None]) -> None:
        self._fd = fd
        self._receive = receive
        self._parser = FrameParser()
        self._loop = asyncio.get_running_loop()
        self.closed = asyncio.Event()

    def start(self) -> None:
        if sys.platform != "win32":
            with contextlib.suppress(OSError, ValueError):  # a regular file has no readiness: the thread reads it
                self._loop.add_reader(self._fd, self._on_readable)
                os.set_blocking(self._fd, False)
                return
        threading.Thread(target=self._read_in_thread, name="stdin", daemon=True).start()

    def stop(self) -> None:
        if sys.platform != "win32":
            with contextlib.suppress(OSError, ValueError):
                self._loop.remove_reader(self._fd)

    def _on_readable(self) -> None:
        try:
            data = os.read(self._fd, CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        self._feed(data)

    def _feed(self, data: bytes) -> None:
        if not data:
            self.stop()
            self.closed.set()
            return
        for frame in self._parser.feed(data):
            self._receive(frame)

    def _read_in_thread(self) -> None:
        data = b"-"
        while data:
            try:
                data = os.read(self._fd, CHUNK)
            except OSError:
                data = b""
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
                self._loop.call_soon_threadsafe(self._feed, data)


class StdioWriter:
    """Writes without ever blocking the loop: what the pipe does not take waits in memory, in order."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._pending: collections.deque[memoryview] = collections.deque()
        self._idle = asyncio.Event()
        self._idle.set()
        self._lost = False
        self._queue: queue.SimpleQueue[bytes] | None = None
        if sys.platform == "win32":
            self._start_thread()
        else:
            os.set_blocking(fd, False)

    @property
    def waiting_bytes(self) -> int:
        return sum(map(len, self._pending))

    def write(self, data: bytes) -> None:
        if self._lost:
            return
        if self._queue is not None:
            self._idle.clear()
            self._queue.put(data)
            return
        rest = memoryview(data)
        if not self._pending:
            rest = self._send(rest)
            if not rest:
                return
            self._wait_for_room()
        self._pending.append(rest)

    async def drain(self, timeout_s: float) -> None:
        """Wait until everything written is in the client's hands, but no longer than that."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), timeout_s)

    def close(self) -> None:
        """pygls' writer interface; the descriptor is closed with the process."""

    def _send(self, data: memoryview) -> memoryview:
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                self._lost = True
                return memoryview(b"")
        return data

    def _wait_for_room(self) -> None:
        try:
            self._loop.add_writer(self._fd, self._on_writable)
            self._idle.clear()
        except (OSError, ValueError):  # a regular file: it always takes everything
            os.set_blocking(self._fd, True)

    def _on_writable(self) -> None:
        while self._pending:
            rest = self._send(self._pending.popleft())
            if rest:
                self._pending.appendleft(rest)
                return
        self._loop.remove_writer(self._fd)
        self._idle.set()

    def _start_thread(self) -> None:
        waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._queue = waiting

        def idle() -> None:
            if waiting.empty():
                self._idle.set()

        def run() -> None:
            while not self._lost:
                rest = memoryview(waiting.get())
                try:
                    while rest:
                        rest = rest[os.write(self._fd, rest) :]
                except OSError:
                    self._lost = True
                if waiting.empty():
                    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                        self._loop.call_soon_threadsafe(idle)

        threading.Thread(target=run, name="stdout", daemon=True).start()


def take_over_stdio() -> tuple[int, int]:
    """Descriptors for the protocol; file descriptors 0 and 1 are then safe for everybody else.

    A stray `print` of a library goes to stderr, and a child never inherits the client's pipes.
    """
    protocol_in, protocol_out = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    for fd in (protocol_in, protocol_out):
        os.set_inheritable(fd, False)
    return protocol_in, protocol_out
