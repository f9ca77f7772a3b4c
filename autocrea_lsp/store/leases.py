"""Who drives a deployment, and until when: a lease that survives a clock which somebody sets.

Within a boot its end is told by the ticks that nobody can set. To another boot (the machine was restarted, or the file
is shared with another) it ends by the wall clock; one that would last longer than it was given for was taken before
the clock was set back, and is made to end that much later than now. The end alone changes nothing: whoever holds a
lease holds it until somebody else takes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from autocrea_lsp.store.moments import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """`tick_s` (of `boot`) and `wall_s` are its end, `length_s` what it was given for. No owner: nobody has it."""

    owner: str = ""
    boot: str = ""
    tick_s: float = 0.0
    wall_s: float = 0.0
    length_s: float = 0.0


NOBODYS = Lease()


def lease(owner: str, length_s: float, now: Moment) -> Lease:
    """From now on."""
    if not owner:
        return NOBODYS
    length_s = max(0.0, length_s)
    return Lease(
        owner=owner, boot=now.boot, tick_s=now.tick_s + length_s, wall_s=now.wall_s + length_s, length_s=length_s
    )


def is_free(held: Lease, now: Moment) -> bool:
    """Nobody has it, or it has ended."""
    if not held.owner:
        return True
    return now.tick_s >= held.tick_s if held.boot == now.boot else now.wall_s >= held.wall_s


def renewed(held: Lease, length_s: float, now: Moment) -> Lease:
    """Its holder's, from now on; never shorter than it was."""
    new = lease(held.owner, length_s, now)
    return held if held.boot == now.boot and held.tick_s > new.tick_s else new


def adopted(held: Lease, now: Moment) -> Lease:
    """The same, with an end that comes: see above."""
    if held.owner and held.boot != now.boot and held.wall_s - now.wall_s > held.length_s:
        return lease(held.owner, held.length_s, now)
    return held
