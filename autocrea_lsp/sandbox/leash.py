"""Run a command that cannot outlive the process that started it, not even when that one is killed.

Imported, `command` wraps an argument list; run as a script (`leash.py PARENT_PID COMMAND…`) this file asks Linux to
kill it when its parent dies and then becomes the command, so the process id stays the same. Elsewhere the command
runs as it is. Standard library only: the script starts without site packages.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def command(argv: Sequence[str]) -> list[str]:
    """`argv` (its first part an absolute path) on a leash.

    The leash is tied to the *thread* that starts the command: that thread has to live as long as the command may.
    """
    if sys.platform != "linux":
        return list(argv)
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *argv]


def _main(parent: int, argv: list[str]) -> None:
    import ctypes  # only the child needs it

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent died before we could ask")
    os.execv(argv[0], argv)  # noqa: S606  # no shell wanted: argv is a fixed list


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])
