"""The way of source files to the host: a gzip-compressed archive, which is unpacked and becomes a deployment."""

from __future__ import annotations

import io
import re
import tarfile
import zlib
from dataclasses import dataclass
from typing import Any

from tests.emulators.hosting.calls import Answer
from tests.emulators.railway_queries import Call
from tests.emulators.railway_rules import Denied, Unspoken
from tests.emulators.railway_things import Deployment, Project, Service

PATH = re.compile(r"/project/([^/]+)/environment/([^/]+)/up")


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """`files`: contents by name as it stands there; `folders`; `others`: names of what is neither."""

    files: dict[str, bytes]
    folders: list[str]
    others: list[str]
    twice: list[str]


def unpack(body: bytes) -> Archive:
    """Raises ValueError for what is no such archive, or only a part of one."""
    files: dict[str, bytes] = {}
    folders: list[str] = []
    others: list[str] = []
    twice: list[str] = []
    try:
        with tarfile.open(fileobj=io.BytesIO(_plain(body))) as archive:
            for member in archive:
                if member.name in files:
                    twice.append(member.name)
                if member.isfile():
                    content = archive.extractfile(member)
                    assert content is not None
                    files[member.name] = content.read()
                else:
                    (folders if member.isdir() else others).append(member.name)
    except (tarfile.TarError, zlib.error, OSError) as error:
        raise ValueError(f"no gzip-compressed archive: {error}") from None
    return Archive(files=files, folders=folders, others=others, twice=twice)


def up(call: Call, project_id: str, environment_id: str, query: dict[str, str], body: bytes) -> Answer:
    """A deployment of what is in the archive."""
    try:
        owner = call.scope.project(project_id)
        place = call.scope.environment(environment_id, owner)
        service = _service(call, owner, query.get("serviceId", ""))
    except Denied as denied:
        status = 401 if call.scope.kind == "none" else 404 if "not found" in denied.message else 403
        raise Unspoken(status, denied.message) from None
    if len(body) > call.world.max_up_bytes:
        raise Unspoken(413, "Payload Too Large", plain=True)
    try:
        archive = unpack(body)
    except ValueError:
        raise Unspoken(400, "The archive could not be read") from None
    if not archive.files:
        raise Unspoken(400, "The archive has no files")
    meta: dict[str, Any] = {"reason": "deploy", "cliCaller": "cli", "message": query.get("message")}
    made = call.world.add_deployment(
        service,
        place,
        plan=call.plan,
        files={name.removeprefix("./"): content for name, content in archive.files.items()},
        meta={name: value for name, value in meta.items() if value is not None},
    )
    call.notes["made"] = made.id
    return Answer(value=_shown(made), deployment=made)


def _service(call: Call, owner: Project, id_: str) -> Service:
    """The one that is named; without a name the project's only one, made where there is none."""
    if id_:
        return call.scope.service(id_, owner)
    if len(owner.services) > 1:
        raise Unspoken(400, "Multiple services found. Please specify a service")
    return owner.services[0] if owner.services else call.world.add_service(owner, owner.name)


def _shown(made: Deployment) -> dict[str, str]:
    page = f"https://railway.com/project/{made.project.id}/service/{made.service.id}?id={made.id}"
    return {
        "deploymentId": made.id,
        "url": page,
        "logsUrl": page,
        "deploymentDomain": made.url or "",
    }


def _plain(body: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)  # 31: a gzip header, nothing else
    plain = unpacking.decompress(body)
    if not unpacking.eof:
        raise ValueError("no gzip-compressed archive: it ends in the middle")
    return plain
