"""The host's things as JSON values, in the shapes that the contract (`contract_vercel`) holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.emulators.vercel_plan import Event
from tests.emulators.vercel_things import SETTINGS, Account, Deployment, Project, Team, Variable
from tests.emulators.vercel_world import World

Json = dict[str, Any]
_BORN_MS = 1_700_000_000_000  # when the account was made


def user(account: Account) -> Json:
    value: Json = {
        "id": account.user,
        "email": account.email,
        "name": account.username.title(),
        "username": account.username,
        "avatar": None,
        "defaultTeamId": account.default_team,
        "createdAt": _BORN_MS,
        "softBlock": None,
        "billing": {"plan": account.plan},
        "resourceConfig": {},
        "stagingPrefix": account.username,
        "hasTrialAvailable": False,
    }
    if account.default_team:
        value["version"] = "northstar"
    return {"user": value}


def team(account: Account, value: Team) -> Json:
    member = {"confirmed": True, "role": "OWNER", "createdAt": _BORN_MS, "created": _BORN_MS, "uid": account.user}
    return {
        "id": value.id,
        "slug": value.slug,
        "name": value.name,
        "avatar": None,
        "creatorId": account.user,
        "createdAt": _BORN_MS,
        "created": _BORN_MS,
        "updatedAt": _BORN_MS,
        "description": None,
        "stagingPrefix": value.slug,
        "billing": {"plan": value.plan},
        "membership": member,
    }


def pagination(count: int, next_: Any = None, prev: Any = None) -> Json:
    return {"count": count, "next": next_, "prev": prev}


def project(world: World, value: Project) -> Json:
    """`targets.production`: who is live. `lastAliasRequest`: the newest promote or rollback."""
    now_s = world.clock.now()
    newest = world.of_project(value)
    live = world.deployments.get(value.lived[-1]) if value.lived else None
    shown: Json = {
        "id": value.id,
        "name": value.name,
        "accountId": value.scope,
        "createdAt": value.created_ms,
        "updatedAt": max([value.created_ms, *(deployment.created_ms for deployment in newest)]),
        "nodeVersion": "22.x",
        "directoryListing": False,
        "resourceConfig": {"functionDefaultRegions": ["iad1"]},
        "defaultResourceConfig": {"functionDefaultRegions": ["iad1"]},
        **{name: value.settings.get(name) for name in SETTINGS},
        "autoAssignCustomDomains": value.auto_assign,
        "alias": [],  # and the next: the SDK demands both, though the older contract knows no such field
        "deploymentExpiration": {},
        "live": live is not None,
        "latestDeployments": [brief(world, deployment) for deployment in newest[:10]],
        "targets": {"production": brief(world, live)} if live else {},
    }
    if value.link:
        shown["link"] = value.link
    if value.rollback_description:
        shown["rollbackDescription"] = {
            "userId": world.account.user,
            "username": world.account.username,
            "description": value.rollback_description,
            "createdAt": value.created_ms,
        }
    if job := value.job:
        shown["lastAliasRequest"] = {
            "fromDeploymentId": job.from_deployment,
            "toDeploymentId": job.to_deployment,
            "jobStatus": job.status(now_s),
            "requestedAt": int(job.started_s * 1000),
            "type": job.kind,
        }
        if value.rolled_back_from:
            shown["lastRollbackTarget"] = {"toDeploymentId": job.to_deployment}
    return shown


def brief(world: World, value: Deployment) -> Json:
    """A deployment inside of its project."""
    return {
        "id": value.id,
        "name": value.name,
        "url": value.url,
        "alias": value.aliases,
        "aliasAssigned": value.created_ms if value.assigned else None,
        "aliasError": _alias_error(value),
        "createdAt": value.created_ms,
        "createdIn": "sfo1",
        "creator": {"email": world.account.email, "uid": world.account.user, "username": world.account.username},
        "deploymentHostname": value.url,
        "forced": False,
        "meta": value.meta,
        "plan": world.account.plan_of(value.scope),
        "private": True,
        "readyState": value.state,
        "target": value.target,
        "teamId": value.scope if world.account.team(value.scope) else None,
        "type": "LAMBDAS",
        "userId": world.account.user,
    }


def deployment(world: World, value: Deployment) -> Json:
    """As GET, create and cancel answer it to its owner."""
    settings = {name: value.settings.get(name) for name in SETTINGS if name != "rootDirectory"}
    shown = public(world, value) | {
        "projectId": value.project.id,
        "ownerId": value.scope,
        "plan": world.account.plan_of(value.scope),
        "createdIn": "sfo1",
        "routes": None,
        "env": value.env,
        "build": {"env": value.build_env},
        "inspectorUrl": f"https://vercel.com/{world.account.slug_of(value.scope)}/{value.project.name}/{value.id[4:]}",
        "isInConcurrentBuildsQueue": value.state == "QUEUED",
        "isInSystemBuildsQueue": False,
        "projectSettings": settings,
    }
    if value.blocked:
        shown["seatBlock"] = {"blockCode": "TEAM_ACCESS_REQUIRED", "gitProvider": "github"}
    return shown


def public(world: World, value: Deployment) -> Json:
    """As anybody may see it: nothing of its settings, variables and project."""
    course, now_s, state = value.course, value.clock.now(), value.state
    shown: Json = {
        "id": value.id,
        "name": value.name,
        "url": value.url,
        "createdAt": value.created_ms,
        "bootedAt": value.created_ms,
        "buildingAt": _ms(course.since(now_s, "BUILDING")) or value.created_ms,
        "buildSkipped": False,
        "readyState": state,
        "status": state,
        "type": "LAMBDAS",
        "version": 2,
        "public": False,
        "regions": ["iad1"],
        "meta": value.meta,
        "creator": {"uid": world.account.user, "username": world.account.username},
        "project": {"id": value.project.id, "name": value.project.name, "framework": value.settings.get("framework")},
        "target": value.target,
        "source": value.source,
        "alias": value.aliases,
        "aliasAssigned": value.assigned,
        "aliasError": _alias_error(value),
        "prebuilt": value.prebuilt,
    }
    if found := world.account.team(value.scope):
        shown["team"] = {"id": found.id, "name": found.name, "slug": found.slug}
    if value.environment:
        shown["customEnvironment"] = value.environment
    if value.git_source:
        shown["gitSource"] = value.git_source
    for name, states in (("ready", ("READY",)), ("canceledAt", ("CANCELED",)), ("buildErrorAt", ("ERROR",))):
        if (at := course.since(now_s, *states)) is not None:
            shown[name] = _ms(at)
    if state == "ERROR":
        code, message = course.plan.error or ("BUILD_FAILED", "The build failed.")
        shown |= {"errorCode": code, "errorMessage": message, "errorStep": "buildStep", "readyStateReason": message}
    if state == "READY":
        shown |= _checks(value)
        if value.production:
            shown["readySubstate"] = "PROMOTED" if value.id in value.project.lived else "STAGED"
    return shown


def listed(world: World, value: Deployment) -> Json:
    """As an entry of the list: `uid`, not `id`; `aliasAssigned` is a time."""
    shown: Json = {
        "uid": value.id,
        "name": value.name,
        "projectId": value.project.id,
        "url": value.url,
        "created": value.created_ms,
        "createdAt": value.created_ms,
        "type": "LAMBDAS",
        "state": value.state,
        "readyState": value.state,
        "creator": {"uid": world.account.user, "email": world.account.email, "username": world.account.username},
        "inspectorUrl": deployment(world, value)["inspectorUrl"],
        "meta": value.meta,
        "target": value.target,
        "source": value.source,
        "aliasError": _alias_error(value),
        "aliasAssigned": value.created_ms if value.assigned else None,
        "isRollbackCandidate": world.can_roll_back_to(value),
        "projectSettings": {},
    }
    whole = public(world, value)
    shown |= {name: whole[name] for name in ("ready", "readySubstate", "errorCode", "errorMessage") if name in whole}
    return shown


def event(value: Event, deployment: Deployment, *, legacy: bool) -> Json:
    """One of the log, in the present flat shape or the older one with a payload."""
    build = {"type": "build", "name": f"bld_{deployment.id[4:13]}", "entrypoint": "."}
    info = {**build, "readyState": value.state} if value.state else build
    common: Json = {"deploymentId": deployment.id, "id": value.id, "date": value.at_ms, "serial": value.serial}
    common["info"] = info
    if value.text:
        common["text"] = value.text
    if legacy:
        return {"type": value.type, "created": value.at_ms, "payload": common}
    if value.level:
        common["level"] = value.level
    return {"type": value.type, "created": value.at_ms, **common}


def alias_event(value: Deployment) -> Json:
    """The last of a followed log: traffic comes, or why not."""
    at_ms = int(value.course.alias_s * 1000)
    error = _alias_error(value)
    shown = {"type": "alias-assigned", "deploymentId": value.id, "date": at_ms, "alias": value.aliases}
    return {**shown, "aliasError": error, "aliasWarning": None}


def variable(value: Variable, *, decrypted: bool) -> Json:
    """`sensitive` ones keep their value for ever; others show it when asked, and encrypted ones a cipher otherwise."""
    shown: Json = {
        "id": value.id,
        "key": value.key,
        "type": value.type,
        "target": value.target,
        "value": _value(value, decrypted),
        "createdAt": value.created_ms,
        "updatedAt": value.updated_ms,
        "comment": value.comment,
        "customEnvironmentIds": value.environments,
        "securityIssues": [],
    }
    if value.git_branch:
        shown["gitBranch"] = value.git_branch
    if value.type == "encrypted":
        shown["decrypted"] = decrypted
    return shown


def alias(host: str, value: Deployment) -> Json:
    made = dt.datetime.fromtimestamp(value.created_ms / 1000, tz=dt.UTC).isoformat(timespec="milliseconds")
    return {"uid": f"als_{host}", "alias": host, "created": made.replace("+00:00", "Z"), "redirect": None}


def _value(value: Variable, decrypted: bool) -> str:
    if value.type in ("sensitive", "secret"):
        return ""
    return value.value if decrypted or value.type in ("plain", "system") else "eyJ2IjoiZW11bGF0ZWQifQ=="


def _alias_error(value: Deployment) -> Json | None:
    if value.settled and (error := value.course.plan.alias_error):
        return {"code": error[0], "message": error[1]}
    return None


def _checks(value: Deployment) -> Json:
    conclusion, state = value.course.plan.checks, "pending"
    if value.settled:
        state = "succeeded" if value.assigned else "failed"
    ready_ms = _ms(value.course.since(value.clock.now(), "READY"))
    shown: Json = {"checks": {"deployment-alias": {"state": state, "startedAt": ready_ms}}}
    if conclusion and value.settled:
        shown |= {"checksState": "completed", "checksConclusion": conclusion}
    elif conclusion:
        shown |= {"checksState": "running"}
    return shown


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * 1000)
