"""Programs that check or run code, locked in as well as this machine can; each result says how well that was.

- job        what is run: a command, its files, what it may read, its limits; and what came of it
- isolation  how well a job is locked in, and the probe that finds out by really running bubblewrap
- bubblewrap the mount plan: no network, no home, no environment of ours, one writable directory
- enter      the script that sets limits in the new process; without bubblewrap it also sees to the end of all children
- process    starts, reads, stops; nothing is left afterwards, neither a process nor a file
- output     what it says: kept up to a limit, told in lines
- folder     the private directory of a job
- leash      for other children of ours: a command that cannot outlive the process that started it
- running    `run(job)`, which puts these together
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autocrea_lsp.sandbox.isolation import Isolation, Level, probe
    from autocrea_lsp.sandbox.job import Job, Result
    from autocrea_lsp.sandbox.output import OnLines, Stream
    from autocrea_lsp.sandbox.running import run

__all__ = ["Isolation", "Job", "Level", "OnLines", "Result", "Stream", "probe", "run"]

_WHERE = {
    "Isolation": "isolation", "Level": "isolation", "probe": "isolation", "Job": "job", "Result": "job",
    "OnLines": "output", "Stream": "output", "run": "running",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Loaded when it is used: every server has children on a leash, and few run anything in the sandbox."""
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
