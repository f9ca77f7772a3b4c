"""When something happened, by a clock that a person can set and by one that nobody can.

The second is the time since the system started, shared by all its processes and counting while it sleeps (Linux:
CLOCK_BOOTTIME); two readings of it compare only within one boot, so the boot's id goes with it. Where there is none,
each process is a boot of its own: acts of other processes are then aged by the wall clock.
"""

from __future__ import annotations

import functools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`wall_s` are seconds since the epoch, `tick_s` seconds since the beginning of `boot`."""

    boot: str
    tick_s: float
    wall_s: float


def moment() -> Moment:
    """Now."""
    boot, tick = _ticker()
    return Moment(boot=boot, tick_s=tick(), wall_s=time.time())


@functools.cache
def _ticker() -> tuple[str, Callable[[], float]]:
    clock: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    try:
        boot = _BOOT_ID.read_text("ascii").strip()
        if boot and clock is not None:
            time.clock_gettime(clock)  # an old kernel has the name and not the clock
            return boot, functools.partial(time.clock_gettime, clock)
    except (OSError, ValueError):
        pass  # not Linux, or a container that hides it
    return f"process {uuid.uuid4().hex}", time.monotonic
