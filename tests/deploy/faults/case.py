"""What the tests of faults must know of a host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from autocrea_lsp.deploy.base import Ports, Provider
from autocrea_lsp.settings.deploying import DeploySettings
from autocrea_lsp.store import DeploymentState
from tests.emulators.hosting.calls import Recorded

if TYPE_CHECKING:
    from tests.deploy.faults.steps import Step


When = Literal["before", "after"]
Kill = tuple[str, int, When, DeploymentState, DeploymentState]
"""Which request of an operation is killed (from 0), whether the host had acted; what the store says then, and how it
ends after the restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`emulator(speed=0)` makes the host. `course(token, variable)`: the plan of a build that prints both.

    `settings(plain, url)`: with the host's address. `creates`: whether that request, once it has acted, has created a
    deployment. `ours`: how many at the host bear our mark and were not canceled. `carries(request)`: whether the
    variable's value must be in that request; None: the host never gets it. `before_create`: requests of a first
    deployment until the one that creates it. `log_ops`: in whose answers the log is.
    """

    name: str
    emulator: Callable[..., Any]
    provider: Callable[[Ports], Provider]
    settings: Callable[[DeploySettings, str], DeploySettings]
    course: Callable[[str, str], Any]
    faults: type[StrEnum]
    steps: Mapping[str, Step]
    expected: Mapping[str, Mapping[Any, str]]
    creates: Callable[[Recorded], bool]
    ours: Callable[[Any], int]
    carries: Callable[[Recorded], bool] | None
    before_create: int
    status_op: str
    log_ops: frozenset[str]
    token: str  # the emulator's
    kills: tuple[Kill, ...]
    canceled_kills: tuple[Kill, ...]  # of one that the user cancels as soon as it builds
    builds_for: Callable[[Any, float], None]  # seconds: how long the next builds take
    takes_variables: bool = True
    fields: Mapping[str, Any] = field(default_factory=dict)  # of every request
    # how one ends at the next start of which it could not be found out whether it was created, by what had happened,
    # where that is not "interrupted" for one that was not and "success" for one that was
    found_later: Mapping[str, str] = field(default_factory=dict)
