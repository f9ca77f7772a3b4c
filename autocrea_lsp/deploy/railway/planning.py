"""What a deployment will be, found out by reading only."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from autocrea_lsp.deploy import bundle
from autocrea_lsp.deploy.base import PREVIEW, PRODUCTION, Again, Build, Files, Git, Plan, Request
from autocrea_lsp.deploy.bundle import HostRules
from autocrea_lsp.deploy.errors import CannotDo, NotThere
from autocrea_lsp.deploy.railway.api import Api, known
from autocrea_lsp.deploy.railway.fields import EMPTY, Json, line, record, text
from autocrea_lsp.deploy.railway.git import connected
from autocrea_lsp.deploy.railway.listing import newest
from autocrea_lsp.deploy.railway.projects import Found, Projects, anchored
from autocrea_lsp.deploy.railway.targets import Environment, choose, environments
from autocrea_lsp.errors import UserError

MUCH_BYTES = 50_000_000  # uploads of this size have been refused; small plans take less
FIRST = "production"  # the environment of a new project

RULES = HostRules(
    title="Railway",
    ignore_files=(".railwayignore",),
    never=(".git", "node_modules"),
    symlinks="follow",
)
"""Their client's own list and ignore file; of a link what it leads to is sent, if that is in the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Plan):
    """A plan with what the create needs of what was read for it. Ids; "" for what is yet to be made."""

    environment: Environment | None = None
    service: str = ""
    service_name: str = ""
    root_directory: str | None = None  # below the folder, of what is sent


async def plan(api: Api, projects: Projects, request: Request, *, default_account: str) -> Planned:
    """Raises UserError and CannotDo where the request cannot be done as it is."""
    _no_settings(request.build)
    if isinstance(request.source, Again):
        return await _again(api, projects, request.source)
    found = await projects.find(
        request.folder, project=request.project, account=request.account, default_account=default_account
    )
    if not request.create_project:
        _is_there(found)
    environment = _environment(request.target, found) if found.project else _first(request.target)
    there = found.project and found.service
    instances = await api.services_in(environment.id) if there else []
    instance = next((each for each in instances if text(each, "serviceId") == found.service), EMPTY)
    notes = _notes(request, found)
    place = found.place
    if isinstance(request.source, Git):
        commits = await api.triggers(text(found.project, "id"), environment.id, found.service) if there else []
        branch = connected(request.source, commits, found.place.project_name)
        if not request.source.branch:
            notes.append(f"The branch is {line(branch)}, which the service is connected to.")
        place = anchored(place, await newest(api, place, environment))
    files = root = None
    if isinstance(request.source, Files):
        _takes_files(found, instance)
        root = await _root(request, instance)
        files = await bundle.collect(request.folder, RULES, root_directory=root, include=request.include)
        notes += _about(files)
    return Planned(
        place=place,
        target=environment.target,
        production=environment.production,
        build_command=line(text(instance, "buildCommand")),
        creates_project=not found.project,
        notes=tuple(notes),
        bundle=files,
        environment=environment if found.project else None,
        service=found.service,
        service_name=found.service_name,
        root_directory=root,
    )


async def _again(api: Api, projects: Projects, source: Again) -> Planned:
    deployment = known(await api.deployment(source.ref.id), "deployment")
    if deployment.get("canRedeploy") is not True:
        raise CannotDo(
            "Railway does not build this deployment once more: it is too old, or it has not ended.",
            hint="Deploy the folder or the branch anew.",
        )
    key, service = text(deployment, "projectId"), text(deployment, "serviceId")
    place = replace(source.ref.place, project=f"{key}/{service}")
    there = environments(await projects.at(place))
    environment = next((each for each in there if each.id == text(deployment, "environmentId")), None)
    if environment is None:
        raise NotThere("Its environment at Railway is gone.", hint="Deploy to another one.")
    return Planned(
        place=anchored(place, await newest(api, place, environment)),
        target=environment.target,
        production=environment.production,
        notes=("It is built anew, with the service's variables of today.",),
        environment=environment,
        service=service,
    )


def _no_settings(build: Build) -> None:
    said = (build.framework, build.install_command, build.build_command, build.output_directory)
    if any(each is not None for each in said):
        raise CannotDo(
            "Railway takes no build settings with a deployment.",
            hint="Write them into railway.json, or change the service's settings at Railway.",
        )


def _is_there(found: Found) -> None:
    name = line(found.place.project_name)
    if not found.project:
        raise UserError(f"Railway shows no project {name} to this token.", hint="Name another, or let it be created.")
    if not found.service:
        raise UserError(
            f"The project {name} at Railway has no service {line(found.service_name)}.",
            hint="Name another as `PROJECT/SERVICE`, or let it be created.",
        )


def _first(target: str) -> Environment:
    """Of a project that is yet to be made."""
    if target not in (PREVIEW, PRODUCTION):
        raise UserError(
            f"The project is yet to be made at Railway, and will have no environment {line(target)}.",
            hint="Deploy to production first, or make the project and its environments at Railway.",
        )
    return Environment(id="", name=FIRST, target=PRODUCTION, production=True)


def _environment(target: str, found: Found) -> Environment:
    """Where it goes, as the token or the link allows. Raises UserError."""
    name = found.place.project_name
    own = next((each for each in found.environments if each.id == found.environment), None)
    if own is not None and target == PREVIEW and not own.production:
        return own
    chosen = choose(target, list(found.environments), name)
    if found.bound and own is not None and chosen != own:
        raise UserError(
            f"The token is for the environment {own.name} of {name} at Railway, not for {chosen.name}.",
            hint=f"Name {own.target} as the target, or use an account's token (RAILWAY_API_TOKEN).",
        )
    return chosen


def _takes_files(found: Found, instance: Json) -> None:
    if text(record(instance, "source"), "image"):
        name = line(found.service_name)
        raise UserError(
            f"The service {name} at Railway runs a ready-made image, as databases do; files would replace it.",
            hint="Name another service as `PROJECT/SERVICE`; one that is not there is made.",
        )


async def _root(request: Request, instance: Json) -> str | None:
    """What is sent: the folder, or the part of it that was said. The service may look for its own part by itself."""
    said, theirs = request.build.root_directory, text(instance, "rootDirectory").strip("/")
    if theirs and said and said.strip("/") != theirs:
        raise UserError(
            f"Railway builds the service from its folder {line(theirs)}, and {line(said)} was asked for.",
            hint="Change the root directory in the service's settings at Railway, or leave it out here.",
        )
    if theirs and not await asyncio.to_thread(_folder_below, request.folder, theirs):
        raise UserError(
            f"Railway builds the service from its folder {line(theirs)}, which is not in {request.folder.name}.",
            hint="Deploy from the folder above, or change the root directory in the service's settings at Railway.",
        )
    return None if theirs else said


def _folder_below(folder: Path, inner: str) -> bool:
    inside = (folder / inner).resolve()
    return inside.is_dir() and inside.is_relative_to(folder.resolve())


def _notes(request: Request, found: Found) -> list[str]:
    notes = []
    if not found.project:
        notes.append(f"The project {found.place.project_name} is made at Railway; a new one has production alone.")
    if not found.service and not isinstance(request.source, Git):
        notes.append(f"The service {found.service_name} is made in it, with a public address of Railway's.")
    return notes


def _about(files: bundle.Bundle) -> list[str]:
    notes = list(files.notes)
    if files.total_bytes > MUCH_BYTES:
        largest = max(files.files, key=lambda file: file.size)
        notes.append(
            f"The files have {files.total_bytes / 1e6:,.0f} MB together, which Railway may not take; the largest is "
            f"{largest.name} ({largest.size / 1e6:,.1f} MB)."
        )
    return notes
