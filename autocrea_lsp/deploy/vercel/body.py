"""What is sent to create a deployment.

It is the published subset of the body, and beside it only what the vendor's own client sends and the service takes: the
`mode` of a file (links and executables need it), and `env` and `build.env` where there are variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from autocrea_lsp.deploy.base import PREVIEW, Build, Git, Request
from autocrea_lsp.deploy.vercel.fields import Json, line, number, text
from autocrea_lsp.deploy.vercel.states import MARK
from autocrea_lsp.errors import UserError

LONGEST_SETTING = 256  # characters of a build command and its like, by their schema
_GITHUB = ("github", "github-limited")
_HOSTS = {"github.com": "github", "gitlab.com": "gitlab", "bitbucket.org": "bitbucket"}
_URL = re.compile(r"(?:(?:https?|ssh|git)://)?(?:[^@/\s]+@)?([a-z0-9.-]+\.[a-z]{2,})(?::\d+)?[/:](.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a deployment goes, in their words: `target` and `custom` are "" for a preview."""

    target: str = ""
    custom: str = ""  # slug of an environment of the project's own


def common(request: Request, *, name: str, project: str, target: Target) -> dict[str, Any]:
    """All but the source."""
    body: dict[str, Any] = {"name": name}
    if project:
        body["project"] = project
    if request.mark:
        body["meta"] = {MARK: request.mark}
    if target.target:
        body["target"] = target.target
    if target.custom:
        body["customEnvironmentSlugOrId"] = target.custom
    if settings := project_settings(request.build):
        body["projectSettings"] = settings
    if request.environment:
        values = {key: value.reveal() for key, value in request.environment.items()}
        body["env"] = values
        body["build"] = {"env": values}
    return body


def again(request: Request, *, name: str, deployment: str, action: str, target: Target) -> dict[str, Any]:
    """An earlier deployment, built once more."""
    body: dict[str, Any] = {"deploymentId": deployment, "name": name, "meta": {"action": action}}
    if request.mark:
        body["meta"][MARK] = request.mark
    if target.target:
        body["target"] = target.target
    if target.custom:
        body["customEnvironmentSlugOrId"] = target.custom
    return body


def project(name: str, build: Build) -> dict[str, Any]:
    """To create a project: their way to find out by themselves is to be told nothing."""
    settings = project_settings(build)
    settings.pop("sourceFilesOutsideRootDirectory", None)
    return {"name": name, **settings}


def project_settings(build: Build) -> dict[str, Any]:
    """Only what was said. Raises UserError for what they would refuse."""
    said = {
        "framework": build.framework,
        "installCommand": build.install_command,
        "buildCommand": build.build_command,
        "outputDirectory": build.output_directory,
        "rootDirectory": build.root_directory,
    }
    settings: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    for name, value in settings.items():
        if len(value) > LONGEST_SETTING:
            raise UserError(
                f"{name} has {len(value)} characters; Vercel takes {LONGEST_SETTING}.",
                hint="Put the command into a script of the project, and name that.",
            )
    if build.root_directory is not None:
        settings["sourceFilesOutsideRootDirectory"] = True  # the whole folder is sent, as for a monorepo
    return settings


def uploaded(files: Iterable[tuple[str, str, int, int]]) -> list[dict[str, Any]]:
    """Of (name, SHA-1, size, mode)."""
    return [{"file": name, "sha": sha, "size": size, "mode": mode} for name, sha, size, mode in files]


def git_source(source: Git, link: Json) -> dict[str, Any]:
    """The repository, by the ids of the one that the project is connected to (`link`), or by its name.

    Raises UserError where neither says which it is.
    """
    if not source.branch:
        raise UserError("A deployment from git needs a branch.", hint="Say which branch.")
    repository = _connected(link) if _same(source.repository, link) else _named(source.repository)
    return {**repository, "ref": source.branch, **({"sha": source.commit} if source.commit else {})}


def target(name: str, custom: Iterable[Json]) -> tuple[Target, bool]:
    """What to send for a target of ours, and whether it is production's kind.

    `custom`: the project's own environments. Raises UserError for one that it does not have.
    """
    if name == PREVIEW:
        return Target(), False
    if name in ("production", "staging"):
        return Target(target=name), name == "production"
    known = list(custom)
    for environment in known:
        if name in (text(environment, "slug"), text(environment, "id")):
            custom_name = text(environment, "slug") or text(environment, "id")
            return Target(custom=custom_name), text(environment, "type") == "production"
    names = ", ".join(["preview", "production", "staging", *(line(text(item, "slug")) for item in known)])
    raise UserError(f"The project has no target {line(name)}.", hint=f"It has these: {names}.")


def _same(repository: str, link: Json) -> bool:
    """Whether `repository` ("": the project's own) is the one of `link`."""
    if not repository:
        return True
    host, path = _split(repository)
    kind = text(link, "type")
    if not link or (host and _HOSTS.get(host, kind) != kind.removesuffix("-limited")):
        return False
    return path.casefold() in (name.casefold() for name in _paths(link))


def _paths(link: Json) -> list[str]:
    owner = text(link, "org") or text(link, "owner")
    names = [f"{owner}/{text(link, 'repo') or text(link, 'slug')}", text(link, "projectNameWithNamespace")]
    return [
        name.replace(" ", "") for name in [*names, text(link, "projectNamespace") + "/" + text(link, "projectName")]
    ]


def _connected(link: Json) -> dict[str, Any]:
    kind = text(link, "type")
    repository: Mapping[str, Any] = {}
    if kind in _GITHUB and (key := number(link, "repoId")) is not None:
        repository = {"type": kind, "repoId": int(key)}
    elif kind in _GITHUB and text(link, "repo"):
        repository = {"type": kind, "org": text(link, "org"), "repo": text(link, "repo")}
    elif kind == "gitlab" and text(link, "projectId"):
        repository = {"type": kind, "projectId": text(link, "projectId")}
    elif kind == "bitbucket" and text(link, "uuid"):
        repository = {"type": kind, "repoUuid": text(link, "uuid")}
        if workspace := text(link, "workspaceUuid"):
            repository = {**repository, "workspaceUuid": workspace}
    if not repository:
        raise UserError(
            "The project at Vercel is connected to no git repository that can be deployed by name."
            if link
            else "The project at Vercel is not connected to a git repository.",
            hint="Connect it in the project's settings at Vercel, name a repository, or deploy the files.",
        )
    return dict(repository)


def _named(repository: str) -> dict[str, Any]:
    host, path = _split(repository)
    owner, _, name = path.rpartition("/")
    kind = _HOSTS.get(host, "") if host else "github"
    if kind == "github" and owner and "/" not in owner:
        return {"type": kind, "org": owner, "repo": name}
    if kind == "bitbucket" and owner and "/" not in owner:
        return {"type": kind, "owner": owner, "slug": name}
    raise UserError(
        f"Vercel cannot fetch {line(repository)} by its name.",
        hint="Name a repository of GitHub or Bitbucket as owner/name or by its URL, or connect the project to it.",
    )


def _split(repository: str) -> tuple[str, str]:
    """(host, path); no host for "owner/name"."""
    match = _URL.fullmatch(repository)
    host, path = (match[1].lower(), match[2]) if match else ("", repository)
    return host, path.strip("/").removesuffix(".git")
