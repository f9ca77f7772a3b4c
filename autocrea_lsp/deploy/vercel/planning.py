"""What a deployment will be, found out by reading only.

A project's first deployment goes to production whatever was asked, so it counts as production: until one of it has ever
been ready.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path

from autocrea_lsp.deploy import bundle
from autocrea_lsp.deploy.base import PREVIEW, PRODUCTION, Again, Files, Git, Plan, Request
from autocrea_lsp.deploy.vercel import body
from autocrea_lsp.deploy.vercel.api import Api
from autocrea_lsp.deploy.vercel.body import Target
from autocrea_lsp.deploy.vercel.fields import EMPTY, Json, line, record, records, text
from autocrea_lsp.deploy.vercel.payload import ARCHIVE_FROM, RULES, way
from autocrea_lsp.deploy.vercel.projects import NAME, Found, Projects
from autocrea_lsp.deploy.vercel.states import ready_state, target_of
from autocrea_lsp.errors import UserError

MAX_CONFIGURATION_BYTES = 1_000_000
MUCH_BYTES = 100_000_000  # as much as a small plan is known to take


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Plan):
    """A plan with what the create needs of what was read for it."""

    name: str  # of the deployment
    destination: Target = field(default_factory=Target)
    repository: Json = field(default_factory=dict)  # the body's `gitSource`


async def plan(api: Api, projects: Projects, request: Request, *, default_account: str) -> Planned:
    """Raises UserError where the request cannot be done as it is."""
    body.project_settings(request.build)  # complains
    if isinstance(request.source, Again):
        return await _again(api, projects, request, request.source)
    found = await projects.find(
        request.folder, project=request.project, account=request.account, default_account=default_account
    )
    if not found.project:
        _may_create(request, found)
    destination, production = body.target(request.target, await _environments(api, request.target, found))
    notes = [f"The project is in the team {found.place.account_name}."] if found.elsewhere else []
    target = request.target
    if not production and target == PREVIEW and not await _was_ready(api, found):
        production, target = True, PRODUCTION
        notes.append(
            "No deployment of the project has been ready yet, and Vercel makes a project's first its production."
        )
    if request.environment:
        notes.append("The variables given are for this deployment alone; the project at Vercel does not keep them.")
    files = None
    if isinstance(request.source, Files):
        files = await _collect(request, found)
        notes += _about(files)
    return Planned(
        place=found.place,
        target=target,
        production=production,
        build_command=await _build_command(request, found),
        creates_project=not found.project,
        notes=tuple(notes),
        bundle=files,
        name=found.place.project_name,
        destination=destination,
        repository=body.git_source(request.source, record(found.project, "link"))
        if isinstance(request.source, Git)
        else EMPTY,
    )


async def _again(api: Api, projects: Projects, request: Request, source: Again) -> Planned:
    deployment = await api.deployment(source.ref.place.account, source.ref.id)
    project = await projects.at(source.ref.place)
    target = PRODUCTION if source.action == "promote" else target_of(deployment)
    destination, production = body.target(
        target, [*records(project, "customEnvironments"), record(deployment, "customEnvironment")]
    )
    return Planned(
        place=source.ref.place,
        target=target,
        production=production,
        build_command=line(text(project, "buildCommand")),
        notes=("It is built anew, with the project's variables of today.",),
        name=text(deployment, "name") or source.ref.place.project_name,
        destination=destination,
    )


def _may_create(request: Request, found: Found) -> None:
    name = found.place.project_name
    if not request.create_project:
        raise UserError(
            f"Vercel shows no project {line(name)} to this token.", hint="Name another, or let it be created."
        )
    if not NAME.fullmatch(name):
        raise UserError(
            f"There is no project {line(name)} at Vercel, and none may be called so.",
            hint="A name has small letters, digits, `.`, `_` and `-`, and 100 characters at most.",
        )


async def _environments(api: Api, target: str, found: Found) -> list[Json]:
    """The project's own, where `target` may be one of them."""
    if target in (PREVIEW, PRODUCTION, "staging") or not found.project:
        return []
    known = records(found.project, "customEnvironments")
    return known or await api.custom_environments(found.place.account, found.place.project)


async def _was_ready(api: Api, found: Found) -> bool:
    """Whether any deployment of the project has ever been."""
    if not found.project:
        return False
    if record(found.project, "targets", PRODUCTION):
        return True
    if any(ready_state(each) == "READY" for each in records(found.project, "latestDeployments")):
        return True
    query: dict[str, str | int] = {"projectId": found.place.project, "state": "READY", "limit": 1}
    return bool((await api.deployments(found.place.account, query))[0])


async def _build_command(request: Request, found: Found) -> str:
    """As far as it is known: a `vercel.json` goes before what was said, and that before the project's settings."""
    in_file = ""
    if isinstance(request.source, Files):
        inner = request.build.root_directory or text(found.project, "rootDirectory")
        in_file = await asyncio.to_thread(_command_in, request.folder / inner / "vercel.json")
    return in_file or request.build.build_command or line(text(found.project, "buildCommand"))


def _command_in(path: Path) -> str:
    try:
        if not path.is_file():  # a pipe would hold us
            return ""
        with path.open("rb") as file:
            found = json.loads(file.read(MAX_CONFIGURATION_BYTES))
    except (OSError, ValueError, RecursionError):
        return ""  # what is wrong with it, the host says
    return line(text(record(found), "buildCommand"))


async def _collect(request: Request, found: Found) -> bundle.Bundle:
    inner = request.build.root_directory or text(found.project, "rootDirectory")
    if inner and not await asyncio.to_thread(_folder_below, request.folder, inner):
        raise UserError(
            f"Vercel builds the project from its folder {line(inner)}, which is not in {request.folder.name}.",
            hint="Deploy from the folder above, or change the root directory in the project's settings at Vercel.",
        )
    return await bundle.collect(request.folder, RULES, include=request.include)


def _folder_below(folder: Path, inner: str) -> bool:
    inside = (folder / inner).resolve()
    return inside.is_dir() and inside.is_relative_to(folder.resolve())


def _about(files: bundle.Bundle) -> list[str]:
    notes = list(files.notes)
    if way(files) == "archive":
        notes.append(
            f"There are {len(files.files):,} files; above {ARCHIVE_FROM:,} they go as one archive, so as not to use up "
            "the account's uploads."
        )
    if files.total_bytes > MUCH_BYTES:
        largest = max(files.files, key=lambda file: file.size)
        notes.append(
            f"The files have {files.total_bytes / 1e6:,.0f} MB together, which not every plan takes; the largest is "
            f"{largest.name} ({largest.size / 1e6:,.1f} MB)."
        )
    return notes
