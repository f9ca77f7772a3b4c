"""Deployments that exist: read, list, cancel, delete, and what they consist of."""

from __future__ import annotations

import base64
from typing import Any

from tests.emulators import vercel_views as views
from tests.emulators.hosting.calls import Answer
from tests.emulators.vercel_calls import Call
from tests.emulators.vercel_plan import FINAL
from tests.emulators.vercel_rules import Refused, bad, not_found
from tests.emulators.vercel_things import Deployment

PAGE, MAX_PAGE = 20, 100
_DIRECTORY, _LINK_TYPE = 0o040755, 0o120000


def get_deployment(call: Call) -> Answer:
    deployment = call.deployment()
    return Answer(value=views.deployment(call.world, deployment), deployment=deployment)


def list_deployments(call: Call) -> Answer:
    """The newest first; `next` is the `until` of the next page."""
    limit = int(call.number("limit", PAGE))
    if not 0 < limit <= MAX_PAGE:
        raise bad(f"`limit` should be between 1 and {MAX_PAGE}", path=".limit", keyword="maximum")
    found = [deployment for deployment in call.world.deployments.values() if _matches(call, deployment)]
    found.sort(key=lambda deployment: -deployment.created_ms)
    page = found[:limit]
    more = page[-1].created_ms if len(found) > limit else None
    value = {
        "deployments": [views.listed(call.world, deployment) for deployment in page],
        "pagination": views.pagination(len(page), more, page[0].created_ms if page else None),
    }
    return Answer(value=value)


def _matches(call: Call, deployment: Deployment) -> bool:
    query, project = call.query, deployment.project
    until = call.number("until", call.number("to", float("inf")))
    since = call.number("since", call.number("from", float("-inf")))
    projects = [name for name in ("projectId", "projectIds") if query.get(name)]
    wanted = {entry for name in projects for entry in query[name].split(",")}
    checks = [
        deployment.scope == call.scope,
        since < deployment.created_ms < until,
        not wanted or bool(wanted & {project.id, project.name}),
        not query.get("app") or query["app"] == deployment.name,
        not query.get("target") or query["target"] == (deployment.target or "preview"),
        not query.get("state") or deployment.state in query["state"].upper().split(","),
        not query.get("branch") or query["branch"] == deployment.branch,
        not query.get("sha") or query["sha"] == deployment.commit,
        not query.get("users") or call.world.account.user in query["users"].split(","),
        query.get("rollbackCandidate") != "true" or call.world.can_roll_back_to(deployment),
        *(deployment.meta.get(key[5:]) == value for key, value in query.items() if key.startswith("meta-")),
    ]
    return all(checks)


def cancel_deployment(call: Call) -> Answer:
    """Only of one that has not finished."""
    deployment = call.deployment()
    if deployment.state in FINAL - {"BLOCKED"}:
        message = f"The deployment cannot be canceled: it is {deployment.state}."
        raise Refused(400, "bad_request", message)
    deployment.end("CANCELED")
    return Answer(value=views.deployment(call.world, deployment), deployment=deployment)


def delete_deployment(call: Call) -> Answer:
    wanted = call.query.get("url") or call.params["deployment"]
    deployment = call.world.find_deployment(wanted, call.scope)
    if deployment is None:
        raise not_found("deployment")
    call.world.remove(deployment)
    return Answer(value={"uid": deployment.id, "state": "DELETED"})


def builds(call: Call) -> Answer:
    deployment = call.deployment()
    build = {
        "id": f"bld_{deployment.id[4:13]}",
        "deploymentId": deployment.id,
        "entrypoint": ".",
        "use": "@vercel/static-build",
        "readyState": deployment.state,
        "readyStateAt": deployment.created_ms,
        "createdAt": deployment.created_ms,
        "createdIn": "iad1",
        "output": [],
    }
    return Answer(value={"builds": [build]})


def deployment_aliases(call: Call) -> Answer:
    deployment = call.deployment()
    return Answer(value={"aliases": [views.alias(host, deployment) for host in deployment.aliases]})


def file_tree(call: Call) -> Answer:
    """Nested, below one folder `src`."""
    root: dict[str, Any] = {"name": "src", "type": "directory", "mode": _DIRECTORY, "children": []}
    for file in call.deployment().files:
        *folders, name = file.name.split("/")
        place = root["children"]
        for folder in folders:
            entry = next((entry for entry in place if entry["name"] == folder), None)
            if entry is None:
                entry = {"name": folder, "type": "directory", "mode": _DIRECTORY, "children": []}
                place.append(entry)
            place = entry["children"]
        kind = "symlink" if file.mode & 0o170000 == _LINK_TYPE else "file"
        place.append({"name": name, "type": kind, "mode": file.mode, "uid": file.sha})
    return Answer(value=[root])


def file_content(call: Call) -> Answer:
    wanted = call.params["file"]
    if wanted not in {file.sha for file in call.deployment().files}:
        raise not_found("file")
    return Answer(value={"data": base64.b64encode(call.world.files[wanted]).decode()})
