"""What this session has written, for a database that takes the place of the one in use. On the writer's thread.

Saved: it is on disk, and memory begins with it. Unsaved: it is in memory only, and the disk gets it when it is back,
as it was done: what others did there meanwhile decides what is still to be done. Texts are in neither; logs that came
in memory mode are taken from there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import islice

from autocrea_lsp.store.disk import Connection
from autocrea_lsp.store.writes import CountAct, SaveDeployment, Write

_REMEMBERED = 10_000  # writes: about 10 MB
_DEPLOYMENTS = 1000  # that are remembered: about 1 MB
_ROWS = 100  # what goes to the disk in one transaction when it is back


class Journal:
    """Bounded lists of writes, the oldest of which are forgotten; of each deployment on disk, how it was last."""

    def __init__(self) -> None:
        self._saved: deque[Write] = deque(maxlen=_REMEMBERED)
        self._deployments: dict[str, SaveDeployment] = {}
        self._unsaved: deque[Write] = deque(maxlen=_REMEMBERED)

    def note(self, writes: Iterable[Write], *, saved: bool) -> None:
        """They were done, on disk or in memory: as `Connection.remembered` says."""
        if not saved:
            self._unsaved.extend(writes)
            return
        for write in writes:
            if isinstance(write, SaveDeployment):
                self._deployments.pop(write.id, None)
                self._deployments[write.id] = write
            else:
                self._saved.append(write)
        while len(self._deployments) > _DEPLOYMENTS:
            del self._deployments[next(iter(self._deployments))]

    def forget_saved(self) -> None:
        """Somebody deleted the file: they meant those too."""
        self._saved.clear()
        self._deployments.clear()

    def fill(self, memory: Connection) -> None:
        """Write what is on disk into a new database in memory."""
        memory.write([*self._saved, *self._deployments.values()])

    def fill_beside(self, newer: Connection) -> None:
        """Write what a newer version's file cannot take into the memory beside it."""
        newer.write([write for write in self._saved if isinstance(write, CountAct)])
        newer.write(list(self._deployments.values()))

    def hand_over(self, memory: Connection, disk: Connection) -> None:
        """Write what only the memory has. What raises in the middle can be done again: nothing is there twice."""
        if disk.newer:
            self.fill_beside(disk)
        while self._unsaved:
            chunk = list(islice(self._unsaved, _ROWS))
            self._write(disk, chunk)
            for _ in chunk:
                self._unsaved.popleft()
        for log in memory.logs.all():
            self._write(disk, [log])

    def going_on(self) -> list[Write]:
        """The deployments that somebody drove when they were written last: a new file has them too."""
        return [each for each in self._deployments.values() if each.lease.owner and not each.row.finished]

    def _write(self, disk: Connection, writes: list[Write]) -> None:
        disk.write(writes)
        remembered = map(disk.remembered, writes)
        self.note([write for write in remembered if write is not None], saved=True)
