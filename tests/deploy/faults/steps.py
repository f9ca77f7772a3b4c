"""The steps of a deployment, each of which a fault may strike: how a stage is set so that the step comes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from autocrea_lsp.deploy.errors import DeployError
from autocrea_lsp.store import DeploymentRow
from tests.deploy.faults.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The request of `op` (None: any) after `skip` others; `times` None: and all that follow. `fields`: of the run."""

    op: str | None
    skip: int = 0
    times: int | None = 1
    fields: Mapping[str, Any] = field(default_factory=dict)
    before: Callable[[Stage], None] = lambda _stage: None
    cancels: bool = False  # the user does, as soon as it builds
    minutes: int = 1


async def run(stage: Stage, step: Step, fault: StrEnum) -> DeploymentRow:
    """A deployment that meets the fault at that step."""
    step.before(stage)
    slow = stage.api.specs[fault].place == "slow"
    stage.api.fail(fault, op=step.op, skip=step.skip, times=step.times, seconds=0.002 if slow else 20)
    key = await stage.deployments.start(stage.request(**step.fields))
    if step.cancels:
        await stage.until(lambda update: update.row.state == "building" and update.row.remote_id != "")
        with contextlib.suppress(DeployError):  # the host would not
            await stage.deployments.cancel(key)
    return await stage.end(key)
