"""Vercel, for the tests of faults: the steps of a deployment, and how they come about."""

from __future__ import annotations

import math
from dataclasses import replace

from autocrea_lsp.deploy.vercel import VercelProvider
from autocrea_lsp.settings.deploying import DeploySettings
from tests.deploy.faults.case import Case, Kill
from tests.deploy.faults.stage import Stage
from tests.deploy.faults.steps import Step
from tests.deploy.faults.vercel_table import EXPECTED
from tests.emulators.hosting.calls import Recorded
from tests.emulators.vercel import CANARY, Emulator, Fault, Line, Plan

BEFORE_CREATE = 7  # requests of a project's first deployment


def _never_ready(stage: Stage) -> None:
    stage.api.world.add_project("shop")


def _staging(stage: Stage) -> None:
    project = stage.api.world.add_project("shop")
    project.environments.append({"id": "env_staging1", "slug": "qa"})


def _unclear(stage: Stage) -> None:
    stage.api.fail(Fault.DROP_AFTER_ACTING, op="create_deployment", skip=1)


def _builds_for(api: Emulator, seconds: float) -> None:
    api.plan = replace(api.plan, step_s=(1.0, 1.0, seconds))


def _long_build(stage: Stage) -> None:
    _builds_for(stage.api, math.inf)


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


def _course(token: str, variable: str) -> Plan:
    lines = (
        Line(type="command", text="npm run build"),
        Line(text=f"KEY={variable}\nwith authorization: Bearer {token}"),
        Line(type="stderr", level="warning", text="a chunk is large"),
    )
    return Plan(log=lines)


def _settings(plain: DeploySettings, url: str) -> DeploySettings:
    return replace(plain, vercel=replace(plain.vercel, api_url=url))


def _creates(request: Recorded) -> bool:
    return request.op == "create_deployment" and request.acted


def _ours(api: Emulator) -> int:
    deployments = api.world.deployments.values()
    return sum("autocreaId" in each.meta and each.state != "CANCELED" for each in deployments)


KILLS: tuple[Kill, ...] = (
    ("user", 0, "before", "pending", "interrupted"),
    ("teams", 0, "after", "pending", "interrupted"),
    ("get_project", 0, "after", "pending", "interrupted"),
    ("create_project", 0, "before", "creating", "interrupted"),
    ("create_project", 0, "after", "creating", "interrupted"),
    ("create_deployment", 0, "before", "creating", "interrupted"),
    ("create_deployment", 0, "after", "creating", "interrupted"),
    ("upload_file", 0, "before", "uploading", "interrupted"),
    ("upload_file", 1, "after", "uploading", "interrupted"),
    ("create_deployment", 1, "before", "creating", "interrupted"),
    ("create_deployment", 1, "after", "creating", "success"),
    ("get_deployment", 0, "before", "queued", "success"),
    ("events", 0, "before", "queued", "success"),
    ("events", 0, "after", "queued", "success"),
    ("get_deployment", 2, "after", "building", "success"),
    ("get_project", 1, "after", "building", "success"),
)
CANCELED: tuple[Kill, ...] = (
    ("cancel_deployment", 0, "before", "building", "canceled"),
    ("cancel_deployment", 0, "after", "building", "canceled"),
)

VERCEL = Case(
    name="vercel",
    emulator=Emulator,
    provider=VercelProvider,
    settings=_settings,
    course=_course,
    faults=Fault,
    steps=STEPS,
    expected=EXPECTED,
    creates=_creates,
    ours=_ours,
    carries=_creates,
    before_create=BEFORE_CREATE,
    status_op="get_deployment",
    log_ops=frozenset({"events"}),
    token=CANARY,
    kills=KILLS,
    canceled_kills=CANCELED,
    builds_for=_builds_for,
)
