"""Runs a checker's program in the sandbox, within the time that the whole check may take."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autocrea_lsp.sandbox import Job, Level, Result, run

_MAX_OUTPUT_BYTES = 4_000_000  # pyright writes about 400 bytes a finding


class Unable(Exception):  # not an error of ours: the checker could not judge
    """A checker cannot say whether a problem is gone; `str` is why, to stand after "Not checked: "."""


@dataclass(slots=True, kw_only=True)
class Bench:
    level: Level
    timeout_s: float
    started: float = field(default_factory=time.monotonic)
    isolation: str = ""  # of what ran last

    async def run(
        self,
        name: str,
        command: tuple[str, ...],
        *,
        files: Mapping[str, bytes],
        reads: tuple[Path, ...] = (),
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
    ) -> Result:
        """What the program said. Raises Unable when it took too long, was killed or said too much."""
        left = self.timeout_s - (time.monotonic() - self.started)
        if left <= 0:
            raise self._late(name)
        job = Job(
            command=command,
            files=files,
            reads=reads,
            environment=environment or {},
            timeout_s=left,
            max_output_bytes=_MAX_OUTPUT_BYTES,
            stdin=stdin,
        )
        try:
            result = await run(job, level=self.level)
        except (OSError, ValueError) as error:
            raise Unable(f"{name} does not start ({error}).") from error
        self.isolation = str(result.isolation)
        if result.timed_out:
            raise self._late(name)
        if result.exit_code is None:
            raise Unable(f"{name} was ended by signal {result.signal}.")
        if result.truncated:
            raise Unable(f"{name} reported more than can be read.")
        return result

    def _late(self, name: str) -> Unable:
        return Unable(f"{name} took longer than {self.timeout_s:g} s.")
