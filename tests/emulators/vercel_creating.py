"""Uploads and new deployments."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from tests.emulators import vercel_views as views
from tests.emulators.hosting.calls import Answer
from tests.emulators.vercel_calls import Call
from tests.emulators.vercel_rules import Refused, bad, check_create, not_found
from tests.emulators.vercel_things import Deployment, Project, SourceFile
from tests.emulators.vercel_world import World

MAX_UPLOAD_BYTES = 100_000_000
_FILE = 0o100644


def sha1(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()  # noqa: S324  # the host's own digest of a file


def upload_file(call: Call) -> Answer:
    """Keep a file under its digest; the same again changes nothing."""
    headers, data = call.request.headers, call.request.raw
    digest = headers.get("x-vercel-digest") or headers.get("x-now-digest")
    if not digest:
        raise bad("missing header `x-vercel-digest`", keyword="required", missingProperty="x-vercel-digest")
    if len(data) > MAX_UPLOAD_BYTES:
        raise Refused(413, "request_entity_too_large", "Request Entity Too Large")
    if (size := headers.get("x-now-size")) is not None and size != str(len(data)):
        raise Refused(400, "bad_request", "The size of the file is not the one that was announced.")
    if digest != sha1(data):
        raise Refused(400, "bad_request", "The digest of the file is not the one that was announced.")
    call.world.files[digest] = data
    return Answer(value={"urls": []})


def create_deployment(call: Call) -> Answer:
    """A deployment of files, of a repository's branch, or of what an earlier one was made from."""
    body, world = call.body, call.world
    check_create(body)
    original = _original(call, body)
    project = original.project if original else _project(call, body)
    _ask_for_settings(call, project, body)
    files = original.files if original else _files(world, body)
    _check_repository(world, body)
    if project and world.merges_identical and call.query.get("forceNew") != "1":
        for earlier in world.of_project(project):
            if earlier.body == body and earlier.state not in ("ERROR", "CANCELED"):
                return Answer(value=views.deployment(world, earlier), deployment=earlier)
    if project is None:
        project = world.add_project(body["name"], scope=call.scope)
    project.settings.update(
        {name: value for name, value in body.get("projectSettings", {}).items() if name not in project.settings}
    )
    environment = _environment(project, body)
    deployment = world.add_deployment(
        project,
        plan=call.plan,
        name=body["name"],
        target=_target(world, project, body),
        files=files,
        meta=dict(body.get("meta", {})),
        env=sorted({*body.get("env", {}), *(variable.key for variable in project.env.values())}),
        build_env=sorted(body.get("build", {}).get("env", {})),
        settings={**project.settings, **body.get("projectSettings", {})},
        source="redeploy" if original else body.get("source", "git" if "gitSource" in body else "cli"),
        git_source=original.git_source if original else _git_source(body),
        git_metadata=original.git_metadata if original else body.get("gitMetadata"),
        environment=environment,
        prebuilt=call.query.get("prebuilt") == "1",
        auto_assign=body.get("autoAssignCustomDomains", True),
        body=body,
    )
    return Answer(value=views.deployment(world, deployment), headers=dict(call.plan.notices), deployment=deployment)


def _original(call: Call, body: dict[str, Any]) -> Deployment | None:
    if "deploymentId" not in body:
        return None
    if (found := call.world.find_deployment(body["deploymentId"], call.scope)) is None:
        raise not_found("deployment")
    return found


def _project(call: Call, body: dict[str, Any]) -> Project | None:
    """None: it is made under the deployment's name."""
    if "project" not in body:
        return call.world.find_project(body["name"], call.scope)
    if (found := call.world.find_project(body["project"], call.scope)) is None:
        raise not_found("project")
    return found


def _ask_for_settings(call: Call, project: Project | None, body: dict[str, Any]) -> None:
    proposed = call.world.first_settings
    known = project is not None and (project.settings or call.world.of_project(project))
    asked = call.query.get("skipAutoDetectionConfirmation") != "1" and "projectSettings" not in body
    if proposed is not None and asked and not known:
        message = "The project's settings are not known yet."
        framework = {"slug": proposed.get("framework")}
        raise Refused(400, "missing_project_settings", message, framework=framework, projectSettings=proposed)


def _files(world: World, body: dict[str, Any]) -> list[SourceFile]:
    """Raises the refusal that names the digests which were not uploaded."""
    kept = []
    for item in body.get("files", ()):
        if "data" in item:
            data = item["data"].encode()
            if item.get("encoding") == "base64":
                data = base64.b64decode(data)
            world.files[sha1(data)] = data
            item = {**item, "sha": sha1(data), "size": len(data)}
        kept.append(
            SourceFile(name=item["file"], sha=item["sha"], size=item["size"], mode=item.get("mode", _FILE)),
        )
    missing = list(dict.fromkeys(file.sha for file in kept if file.sha not in world.files))
    if missing:
        raise missing_files(missing)
    return kept


def missing_files(digests: list[str]) -> Refused:
    return Refused(400, "missing_files", "Missing files", missing=digests)


def _check_repository(world: World, body: dict[str, Any]) -> None:
    git = body.get("gitSource", {})
    name = f"{git.get('org') or git.get('owner')}/{git.get('repo') or git.get('slug')}"
    if name in world.refused_repositories:
        message = "The repository does not exist, or the host's Git app may not read it."
        raise Refused(400, "incorrect_git_source_info", message)


def _git_source(body: dict[str, Any]) -> dict[str, Any] | None:
    """With the commit that the branch is at, where none is named."""
    if (git := body.get("gitSource")) is None:
        return None
    return {"sha": sha1(f"head of {git['ref']}".encode()), **git}


def _environment(project: Project, body: dict[str, Any]) -> dict[str, Any] | None:
    wanted = body.get("customEnvironmentSlugOrId")
    if wanted is None and body.get("target") not in (None, "production", "staging", "preview"):
        wanted = body["target"]
    if wanted is None:
        return None
    found = next((entry for entry in project.environments if wanted in (entry["id"], entry["slug"])), None)
    if found is None:
        raise Refused(400, "bad_request", "The project has no such custom environment.")
    return found


def _target(world: World, project: Project, body: dict[str, Any]) -> str | None:
    """None: a preview. The first of a project goes to production whatever it asked for."""
    if not world.of_project(project) or body.get("meta", {}).get("action") == "promote":
        return "production"
    return body.get("target") if body.get("target") in ("production", "staging") else None
