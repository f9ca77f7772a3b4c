"""What one server remembers of the deployments that it has seen, until it ends: hints, which nothing depends on."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Memory:
    """By ids of deployments."""

    canceled: set[str] = field(default_factory=set)  # we have asked for it
    dropped: set[str] = field(
        default_factory=set
    )  # never got their files, and were canceled: as if they were not there
    ours: set[str] = field(default_factory=set)  # their files were or are sent by this process
    born: dict[str, float] = field(default_factory=dict)  # created here, at this time (`Clock.monotonic`)
    waiting: dict[tuple[str, str], float] = field(default_factory=dict)  # since when in a state that waits for files

    def create(self, deploy: str, at: float) -> None:
        self.ours.add(deploy)
        self.born[deploy] = at
