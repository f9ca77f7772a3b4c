"""New deploys: of a manifest whose files are then uploaded, of an archive, or of a repository's branch."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from tests.emulators import netlify_views as views
from tests.emulators.hosting.calls import Answer
from tests.emulators.netlify_calls import Call, Refusal, not_found, unprocessable
from tests.emulators.netlify_things import Deploy, Site

_SHA = re.compile(r"[0-9a-f]{40}")
_SETTABLE = ("new", "preparing", "prepared", "uploading")
_OPEN = ("prepared", "uploading", "uploaded", "processing", "processed", "ready")


def sha1(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()  # noqa: S324  # the host's own digest of a file


def create_deploy(call: Call) -> Answer:
    """Of a manifest, of an archive (raw zip), or a shell whose manifest comes later."""
    site = call.site()
    if call.request.headers.get("content-type", "").startswith("application/zip"):
        deploy = _new(call, site, {})
        files = _unpacked(call.request.raw)
        call.world.files.update({sha1(data): data for data in files.values()})
        call.world.set_files(deploy, {path: sha1(data) for path, data in files.items()}, later=False)
        return Answer(value=views.deploy(call.world, deploy), deployment=deploy)
    body = call.fields
    files_asked = _manifest(body) if "files" in body else None
    deploy = _new(call, site, body)
    if files_asked is not None:
        deploy.manifest = body
        call.world.set_files(deploy, files_asked, later=bool(body.get("async")))
    return Answer(value=views.deploy(call.world, deploy), deployment=deploy)


def set_manifest(call: Call) -> Answer:
    """The files of a shell; the same ones again change nothing."""
    deploy, body = call.deploy(), call.fields
    files = _manifest(body)
    if deploy.manifest is None or files != _manifest(deploy.manifest):
        if deploy.state not in _SETTABLE or deploy.build:
            raise unprocessable("The deploy takes no files any more")
        deploy.manifest = body
        deploy.framework = body.get("framework", deploy.framework)
        deploy.draft = body.get("draft", deploy.draft)
        call.world.set_files(deploy, files, later=bool(body.get("async")))
    return Answer(value=views.deploy(call.world, deploy), deployment=deploy)


def upload_file(call: Call) -> Answer:
    """The content of a path of the manifest; of one path for each digest, or of every path, as often as wanted."""
    world, request = call.world, call.request
    if request.notes.get("parallel", 1) > world.max_parallel_uploads:
        raise Refusal(429, "Too many concurrent uploads", retry_after="1")
    deploy, path = call.deploy(), call.params["path"].lstrip("/")
    if deploy.state not in _OPEN:
        raise unprocessable(f"The deploy takes no files while it is {deploy.state}")
    if (unwanted := _unwanted(deploy, path, request.raw)) is not None:
        request.notes["unwanted"] = unwanted  # for the contract, which does not see the manifest
        raise unprocessable(unwanted)
    size = call.query.get("size")
    if size is not None and size != str(len(request.raw)):
        raise unprocessable(f"The size of {path!r} is not the one that was announced")
    world.files[deploy.files[path]] = request.raw
    if deploy.state == "prepared" and not world.complete(deploy):
        deploy.course.go(world.clock.now(), ["uploading"], [])
    world.settle()
    return Answer(value=views.file(path, deploy.files[path], len(request.raw)), deployment=deploy)


def create_build(call: Call) -> Answer:
    """Of the repository's branch as it is now."""
    site = call.site()
    if site.repo is None:
        raise not_found()
    branch = call.query.get("branch") or site.production_branch
    build = call.world.start_build(site, call.plan, branch=branch, title=call.query.get("title"))
    return Answer(value=views.build(build), deployment=build.deploy)


def list_builds(call: Call) -> Answer:
    site = call.site()
    found = sorted((build for build in call.world.builds.values() if build.site is site), key=lambda one: -one.number)
    page, headers = call.page(found)
    return Answer(value=[views.build(build) for build in page], headers=headers)


def get_build(call: Call) -> Answer:
    if (found := call.world.builds.get(call.params["build"])) is None:
        raise not_found()
    return Answer(value=views.build(found), deployment=found.deploy)


def _new(call: Call, site: Site, body: Mapping[str, Any]) -> Deploy:
    branch, draft = call.query.get("branch") or body.get("branch"), body.get("draft") is True
    return call.world.add_deploy(
        site,
        plan=call.plan,
        draft=draft,
        branch=branch or site.production_branch,
        context="branch-deploy" if branch else "deploy-preview" if draft else "production",
        title=call.query.get("title"),
        framework=body.get("framework"),
        source=body.get("deploy_source", "api"),
    )


def _unwanted(deploy: Deploy, path: str, data: bytes) -> str | None:
    if path not in deploy.files:
        return f"the manifest has no file {path!r}"
    return None if sha1(data) == deploy.files[path] else f"the digest of {path!r} is not that of the manifest"


def _manifest(body: Mapping[str, Any]) -> dict[str, str]:
    files = body.get("files")
    if not isinstance(files, dict):
        raise unprocessable("files must be an object of paths and SHA-1 digests")
    for path, sha in files.items():
        if not isinstance(sha, str) or not _SHA.fullmatch(sha):
            raise unprocessable(f"The digest of {path!r} is no SHA-1")
        if not path.strip("/") or "#" in path or "?" in path or ".." in path.split("/"):
            raise unprocessable(f"Invalid filename {path!r}")
    return files


def _unpacked(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    except zipfile.BadZipFile:
        raise unprocessable("The archive is no zip") from None
