"""Set a new process's limits and become the command, or stay and see to the end of all that the command started.

Run as a script, in a process of its own: standard library only, no site packages.

    enter.py become LIMITS COMMAND…        limits, then the command in this process with an empty environment
    enter.py watch FD LIMITS COMMAND…      the command as a child. When it ends, or when FD is closed at the other end
                                           (so also when the server dies), all its descendants are killed, those that
                                           left its session included; then its wait status is written to FD.

LIMITS is "CPU:10,NOFILE:512": names of RLIMIT_… and values, for soft and hard limit alike.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Iterator, Mapping

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
_LINUX = sys.platform == "linux"
_MOST_S = 5.0  # for killing; a process that hangs in the kernel can outlast any patience


def _limit(limits: str) -> None:
    import resource  # not on Windows, where the modules still have to import

    for part in filter(None, limits.split(",")):
        name, _, value = part.partition(":")
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        wanted = int(value) if hard == resource.RLIM_INFINITY else min(int(value), hard)
        resource.setrlimit(kind, (wanted, wanted))


def _become(limits: str, argv: list[str], environment: Mapping[str, str]) -> None:
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # by Python; the command wants the system's own way
        signal.signal(ignored, signal.SIG_DFL)
    _limit(limits)
    os.execve(argv[0], argv, environment)  # noqa: S606  # no shell wanted: argv is a fixed list


def _prctl(option: int, value: int) -> None:
    if _LINUX:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _watch(control: int, limits: str, argv: list[str]) -> None:
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)  # orphans among the descendants become our children
    bell, ring = os.pipe()
    os.set_blocking(ring, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(ring, warn_on_full_buffer=False)
    me = os.getpid()
    child = os.fork()
    if child == 0:
        _in_child(me, control, limits, argv)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # the reader at the other end sees the end of output when the command's processes end
        os.dup2(nowhere, stream)
    status = None
    while status is None:
        ready, _, _ = select.select([control, bell], [], [])
        if control in ready:
            break
        os.read(bell, 512)
        status = dict(_reap()).get(child)
    found = _kill_all(child)
    if status is None:
        status = found
    try:
        os.write(control, str(status).encode())
    except OSError:  # nobody listens any more
        return


def _in_child(parent: int, control: int, limits: str, argv: list[str]) -> None:
    try:
        os.close(control)
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == parent:
            _become(limits, argv, os.environ)
    except OSError as error:
        os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def _reap() -> Iterator[tuple[int, int]]:
    """The children that ended by now, with their wait status."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, status


def _kill_all(child: int) -> int:
    """Kill until nothing is left; the status of `child` where it ended only now, else that of a kill."""
    status = int(signal.SIGKILL)
    deadline = time.monotonic() + _MOST_S
    while time.monotonic() < deadline:
        for pid in _descendants() if _LINUX else [-child]:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        status = dict(_reap()).get(child, status)
        if not _has_children():
            break
        select.select([], [], [], 0.002)
    return status


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _descendants() -> list[int]:
    """All processes below this one."""
    below: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208  # no pathlib: this starts often
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                stat = file.read()
        except OSError:  # ended meanwhile
            continue
        parent = int(stat.rpartition(b")")[2].split()[1])  # the name before it may hold anything
        below.setdefault(parent, []).append(int(name))
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        children = below.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


if __name__ == "__main__":
    if sys.argv[1] == "become":
        _become(sys.argv[2], sys.argv[3:], {})  # Python has added LC_CTYPE to the empty one it was given
    else:
        _watch(int(sys.argv[2]), sys.argv[3], sys.argv[4:])
