"""Netlify, for the tests of faults: the steps of a deployment of files, and how they come about."""

from __future__ import annotations

import math
from dataclasses import replace

from autocrea_lsp.deploy.base import Git
from autocrea_lsp.deploy.netlify import NetlifyProvider
from autocrea_lsp.settings.deploying import DeploySettings
from tests.deploy.faults.case import Case, Kill
from tests.deploy.faults.netlify_table import EXPECTED
from tests.deploy.faults.stage import Stage
from tests.deploy.faults.steps import Step
from tests.emulators.hosting.calls import Recorded
from tests.emulators.netlify import CANARY, Emulator, Fault, Line, Plan

REPOSITORY = {
    "provider": "github",
    "repo_path": "acme/shop",
    "repo_url": "https://github.com/acme/shop",
    "repo_branch": "main",
}
FROM_GIT = {"source": Git(branch="main"), "environment": {}}  # for which the host takes no variables
BEFORE_CREATE = 3  # requests of a site's first deployment


def _known_site(stage: Stage) -> None:
    stage.api.world.add_site("shop")


def _unclear(stage: Stage) -> None:
    stage.api.fail(Fault.DROP_AFTER_ACTING, op="create_deploy")


def _connected_site(stage: Stage) -> None:
    """Its main branch is its production, whatever is asked for."""
    stage.api.world.add_site("shop", repo=REPOSITORY)
    stage.api.plan = Plan(log=(Line(text=f"with authorization: Bearer {stage.api.token}"),))


def _unclear_build(stage: Stage) -> None:
    _connected_site(stage)
    stage.api.fail(Fault.DROP_AFTER_ACTING, op="create_build")


def _builds_for(api: Emulator, seconds: float) -> None:
    api.plan = replace(api.plan, step_s=(1.0, seconds))


def _long_build(stage: Stage) -> None:
    _builds_for(stage.api, math.inf)


STEPS = {
    "sites": Step(op="list_sites"),
    "teams": Step(op="accounts"),
    "make-site": Step(op="create_team_site"),
    "create": Step(op="create_deploy"),
    "manifest": Step(op="set_manifest"),
    "upload": Step(op="upload_file"),
    "find": Step(op="list_deploys", before=_unclear),
    "status": Step(op="get_deploy", skip=2),
    "statuses": Step(op="get_deploy", skip=2, times=None),
    "log": Step(op="deploy_log"),
    "logs": Step(op="deploy_log", times=None),
    "live": Step(op="get_site", before=_known_site, fields={"target": "production"}),
    "cancel": Step(op="cancel_deploy", before=_long_build, cancels=True, minutes=3),
    "from-create": Step(op=None, skip=BEFORE_CREATE, times=None),
    "build": Step(op="create_build", before=_connected_site, fields=FROM_GIT),
    "find-build": Step(op="list_deploys", before=_unclear_build, fields=FROM_GIT),
    "socket": Step(op="build_socket", before=_connected_site, fields=FROM_GIT),
    "sockets": Step(op="build_socket", times=None, before=_connected_site, fields=FROM_GIT),
}


def _course(token: str, variable: str) -> Plan:
    lines = (
        Line(section="deploying", text="Starting post processing"),
        Line(section="postprocessing", text=f"KEY={variable}\nwith authorization: Bearer {token}"),
        Line(section="postprocessing", level="warn", text="a redirect leads nowhere"),
    )
    return Plan(log=lines)


def _settings(plain: DeploySettings, url: str) -> DeploySettings:
    return replace(
        plain,
        netlify=replace(plain.netlify, api_url=f"{url}/api/v1", log_url=f"{url.replace('http', 'ws', 1)}/build/logs"),
    )


def _creates(request: Recorded) -> bool:
    return request.op in ("create_deploy", "create_build") and request.acted


def _ours(api: Emulator) -> int:
    return sum(
        str(deploy.title).startswith("autocrea-") and deploy.state != "error" for deploy in api.world.deploys.values()
    )


KILLS: tuple[Kill, ...] = (
    ("list_sites", 0, "before", "pending", "interrupted"),
    ("accounts", 0, "after", "pending", "interrupted"),
    ("create_team_site", 0, "before", "creating", "interrupted"),
    ("create_team_site", 0, "after", "creating", "interrupted"),
    ("create_deploy", 0, "before", "creating", "interrupted"),
    ("create_deploy", 0, "after", "creating", "interrupted"),
    ("set_manifest", 0, "before", "uploading", "interrupted"),
    ("set_manifest", 0, "after", "uploading", "interrupted"),
    ("upload_file", 0, "before", "uploading", "interrupted"),
    ("upload_file", 1, "after", "uploading", "success"),
    ("get_deploy", 0, "before", "uploading", "success"),
    ("deploy_log", 0, "before", "uploading", "success"),
    ("get_deploy", 2, "after", "uploading", "success"),
)
CANCELED: tuple[Kill, ...] = (
    ("cancel_deploy", 0, "before", "building", "canceled"),
    ("cancel_deploy", 0, "after", "building", "canceled"),
)

NETLIFY = Case(
    name="netlify",
    emulator=Emulator,
    provider=NetlifyProvider,
    settings=_settings,
    course=_course,
    faults=Fault,
    steps=STEPS,
    expected=EXPECTED,
    creates=_creates,
    ours=_ours,
    carries=None,
    before_create=BEFORE_CREATE,
    status_op="get_deploy",
    log_ops=frozenset({"deploy_log"}),
    token=CANARY,
    kills=KILLS,
    canceled_kills=CANCELED,
    builds_for=_builds_for,
    found_later={"drop-after-acting": "interrupted"},  # it never got its files, and is canceled
)
