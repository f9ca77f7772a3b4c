"""Railway, for the tests of faults: the steps of a deployment, and how they come about."""

from __future__ import annotations

import math
from dataclasses import replace

from autocrea_lsp.deploy.railway import RailwayProvider
from autocrea_lsp.settings.deploying import DeploySettings
from tests.deploy.faults.case import Case, Kill
from tests.deploy.faults.railway_table import EXPECTED
from tests.deploy.faults.stage import Stage
from tests.deploy.faults.steps import Step
from tests.emulators.hosting.calls import Recorded
from tests.emulators.railway import CANARY, Emulator, Fault, Line, Plan

BEFORE_CREATE = 8  # requests of a project's first deployment


def _builds_for(api: Emulator, seconds: float) -> None:
    api.plan = replace(api.plan, step_s=(1.0, seconds, 1.0))


def _long_build(stage: Stage) -> None:
    _builds_for(stage.api, math.inf)


def _unclear(stage: Stage) -> None:
    stage.api.fail(Fault.DROP_AFTER_ACTING, op="up")


def _no_socket(stage: Stage) -> None:
    stage.api.fail(Fault.SOCKET_REFUSED, times=None)


STEPS = {
    "token": Step(op="projectToken"),
    "me": Step(op="me"),
    "projects": Step(op="projects"),
    "make-project": Step(op="projectCreate"),
    "project": Step(op="project"),
    "make-service": Step(op="serviceCreate"),
    "domain": Step(op="serviceDomainCreate"),
    "create": Step(op="up"),
    "find": Step(op="deployments", before=_unclear),
    "status": Step(op="deployment"),
    "statuses": Step(op="deployment", times=None),
    "socket": Step(op="socket"),
    "sockets": Step(op="socket", times=None),
    "log": Step(op="buildLogs", before=_no_socket),
    "logs": Step(op="buildLogs", times=None, before=_no_socket),
    "cancel": Step(op="deploymentCancel", before=_long_build, cancels=True, minutes=3),
    "from-create": Step(op=None, skip=BEFORE_CREATE, times=None),
}


def _course(token: str, _variable: str) -> Plan:
    lines = (
        Line(text="> npm run build"),
        Line(text=f"with authorization: Bearer {token}"),
        Line(text="a chunk is large", severity="warn"),
    )
    return Plan(build_log=lines, step_s=3.0)


def _settings(plain: DeploySettings, url: str) -> DeploySettings:
    return replace(plain, railway=replace(plain.railway, api_url=url))


def _creates(request: Recorded) -> bool:
    return request.op in ("up", "serviceInstanceDeployV2") and request.acted


def _ours(api: Emulator) -> int:
    return sum("autocrea-" in str(each.meta) and each.status != "REMOVED" for each in api.world.deployments.values())


KILLS: tuple[Kill, ...] = (
    ("projectToken", 0, "before", "pending", "interrupted"),
    ("me", 0, "after", "pending", "interrupted"),
    ("projects", 0, "after", "pending", "interrupted"),
    ("projectCreate", 0, "before", "creating", "interrupted"),
    ("projectCreate", 0, "after", "creating", "interrupted"),
    ("serviceCreate", 0, "before", "creating", "interrupted"),
    ("serviceCreate", 0, "after", "creating", "interrupted"),
    ("serviceDomainCreate", 0, "after", "creating", "interrupted"),
    ("up", 0, "before", "creating", "interrupted"),
    ("up", 0, "after", "creating", "success"),
    ("deployment", 0, "before", "queued", "success"),
    ("deployment", 1, "after", "building", "success"),
)
CANCELED: tuple[Kill, ...] = (
    ("deploymentCancel", 0, "before", "building", "canceled"),
    ("deploymentCancel", 0, "after", "building", "canceled"),
)

RAILWAY = Case(
    name="railway",
    emulator=Emulator,
    provider=RailwayProvider,
    settings=_settings,
    course=_course,
    faults=Fault,
    steps=STEPS,
    expected=EXPECTED,
    creates=_creates,
    ours=_ours,
    carries=None,
    before_create=BEFORE_CREATE,
    status_op="deployment",
    log_ops=frozenset({"buildLogs", "socket"}),
    token=CANARY,
    kills=KILLS,
    canceled_kills=CANCELED,
    builds_for=_builds_for,
    takes_variables=False,
    fields={"target": "production"},
)
