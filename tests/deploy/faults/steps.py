"""The steps of a deployment, each of which a fault may strike: how a stage is set so that the step comes."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from autocrea_lsp.deploy.errors import DeployError
from autocrea_lsp.deploy.jobs import Update
from autocrea_lsp.store import DeploymentRow
from tests.deploy.faults.stage import Stage
from tests.emulators.vercel import Fault

BEFORE_CREATE = 7  # requests of a project's first deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The request of `op` (None: any) after `skip` others; `times` None: and all that follow. `fields`: of the run."""

    op: str | None
    skip: int = 0
    times: int | None = 1
    fields: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[Stage], None] = lambda _stage: None
    cancels: bool = False  # the user does, as soon as it builds
    minutes: int = 1


def _never_ready(stage: Stage) -> None:
    stage.api.world.add_project("shop")


def _staging(stage: Stage) -> None:
    project = stage.api.world.add_project("shop")
    project.environments.append({"id": "env_staging1", "slug": "qa"})


def _unclear(stage: Stage) -> None:
    stage.api.fail(Fault.DROP_AFTER_ACTING, op="create_deployment", skip=1)


def _long_build(stage: Stage) -> None:
    stage.api.plan = replace(stage.api.plan, step_s=(1.0, 1.0, math.inf))


STEPS = {
    "user": Step(op="user"),
    "teams": Step(op="teams"),
    "team": Step(op="team", fields={"account": "team_emulated00000000000001"}),
    "project": Step(op="get_project", before=_never_ready),
    "was-ready": Step(op="list_deployments", before=_never_ready),
    "make-project": Step(op="create_project"),
    "handshake": Step(op="create_deployment"),
    "upload": Step(op="upload_file"),
    "create": Step(op="create_deployment", skip=1),
    "find": Step(op="list_deployments", before=_unclear),
    "found": Step(op="get_deployment", before=_unclear),
    "status": Step(op="get_deployment"),
    "statuses": Step(op="get_deployment", times=None),
    "log": Step(op="events"),
    "logs": Step(op="events", times=None),
    "live": Step(op="get_project", skip=1),
    "cancel": Step(op="cancel_deployment", before=_long_build, cancels=True, minutes=3),
    "from-create": Step(op=None, skip=BEFORE_CREATE, times=None),
}


async def run(stage: Stage, step: Step, fault: Fault) -> DeploymentRow:
    """A deployment that meets the fault at that step."""
    step.before(stage)
    stage.api.fail(fault, op=step.op, skip=step.skip, times=step.times, seconds=0.002 if fault is Fault.SLOW else 20)
    key = await stage.deployments.start(stage.request(**step.fields))
    if step.cancels:
        await stage.until(_builds)
        with contextlib.suppress(DeployError):  # the host would not
            await stage.deployments.cancel(key)
    return await stage.end(key)


def _builds(update: Update) -> bool:
    return update.row.state == "building" and update.text == "Building"
