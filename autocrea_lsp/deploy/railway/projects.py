"""Whose project and service a folder is: as named, by a project's token, by Railway's own program, or by its name.

A place is written "project/service" (ids, so that a row of ours finds both again), and only the project's id as long as
its service is yet to be made. Behind them stands what `listing.find` needs of a deployment that cannot carry our mark.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path

from autocrea_lsp.deploy.base import Place
from autocrea_lsp.deploy.errors import BadToken, CannotDo, NotThere
from autocrea_lsp.deploy.railway import config
from autocrea_lsp.deploy.railway.api import Api, known
from autocrea_lsp.deploy.railway.config import Linked
from autocrea_lsp.deploy.railway.fields import Json, line, nodes, record, text
from autocrea_lsp.deploy.railway.targets import Environment, environments
from autocrea_lsp.errors import UserError

LONGEST_NAME = 32  # of a service: it is the beginning of a domain
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A place. `project` empty: it is yet to be made, as `place.project_name`; so is the service without an id.

    `environment`: the id of the one that the token or the link is for; "": any. `bound`: no other one may be used.
    """

    place: Place
    project: Json = field(default_factory=dict)
    environments: tuple[Environment, ...] = ()
    service: str = ""
    service_name: str = ""
    environment: str = ""
    bound: bool = False


def split(place: Place) -> tuple[str, str]:
    """The ids of the project and the service; "" for what is not made yet."""
    project, _, rest = place.project.partition("/")
    return project, rest.partition("/")[0]


def anchored(place: Place, anchor: str) -> Place:
    """The place, for a deployment that will be the first behind `anchor`, the id of the newest one that there is."""
    return replace(place, project=f"{'/'.join(split(place))}/{anchor}")


def anchor_of(place: Place) -> str:
    """ "" where the deployment has our mark."""
    return place.project.partition("/")[2].partition("/")[2]


class Projects:
    """Finds places."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def find(self, folder: Path, *, project: str, account: str, default_account: str) -> Found:
        """`account`: a workspace, said for this time; `default_account` is the setting.

        Raises UserError where several would do, or a link leads nowhere.
        """
        scope = await self._api.scope()
        linked = await config.linked(folder) if not project else None
        if scope.project:
            return await self._by_token(folder, project, scope.project, scope.environment, linked)
        if linked is not None:
            return await self._linked(folder, linked)
        if _ID.fullmatch(project.partition("/")[0]):
            key, _, service = project.partition("/")
            return await self._in(folder, known(await self._api.project(key), "project"), service)
        return await self._named(folder, project, account or default_account)

    async def at(self, place: Place) -> Json:
        """The project of a place. Raises NotThere."""
        project, _service = split(place)
        if not project:
            raise NotThere(
                f"There is no project {line(place.project_name)} at Railway.", hint="Name another, or deploy first."
            )
        return known(await self._api.project(project), "project")

    async def _by_token(self, folder: Path, project: str, key: str, environment: str, linked: Linked | None) -> Found:
        found = known(await self._api.project(key), "project")
        wanted, name = project, text(found, "name")
        own, _, service = wanted.partition("/")
        if wanted and own.casefold() not in (key.casefold(), name.casefold()):
            if "/" in wanted or not _service(found, wanted):
                raise UserError(
                    f"The token is for the project {line(name)} at Railway, not for {line(own)}.",
                    hint="Use a token of that project, or an account's (RAILWAY_API_TOKEN).",
                )
            service = wanted
        if linked is not None and linked.project == key:
            service = service or linked.service
        place = await self._in(folder, found, service)
        return _bound(place, environment, bound=True)

    async def _linked(self, folder: Path, linked: Linked) -> Found:
        try:
            project = known(await self._api.project(linked.project), "project")
        except (NotThere, BadToken) as error:
            raise UserError(
                f"Railway's own program has linked {folder.name} to a project that this token does not see.",
                hint="Link it again (`railway link`), name a project, or use that workspace's token.",
            ) from error
        service = linked.service if _service(project, linked.service) else ""
        return _bound(await self._in(folder, project, service), linked.environment, bound=False)

    async def _named(self, folder: Path, project: str, account: str) -> Found:
        name = project or project_name(folder.name)
        workspaces = await self._api.workspaces()
        workspace = _workspace(account, workspaces) if account else ""
        keys = [workspace] if workspace else [text(each, "id") for each in workspaces] or [""]
        there = [each for key in keys for each in await self._api.projects(key)]
        whole, (first, _, service) = name, name.rpartition("/")
        names = [(whole, ""), (first, service)] if first else [(whole, "")]
        if not project:
            names.insert(0, (folder.name, ""))
        for wanted, of_service in names:
            hits = {text(each, "id"): each for each in there if text(each, "name").casefold() == wanted.casefold()}
            if len(hits) > 1:
                raise _several(wanted, list(hits.values()))
            for key in hits:
                return await self._in(folder, known(await self._api.project(key), "project"), of_service)
        home = next((each for each in workspaces if text(each, "id") in (workspace, "")), None) or next(
            iter(workspaces), {}
        )
        return Found(
            place=Place(
                account=workspace or text(home, "id"),
                account_name=line(text(home, "name")),
                project_name=first or name,
            ),
            service_name=project_name(service or name),
        )

    async def _in(self, folder: Path, project: Json, service: str) -> Found:
        """In a project that is there: its service."""
        chosen = _service(project, service) if service else await self._likely(folder, project)
        name = text(chosen, "name") or service or project_name(text(project, "name"))
        return Found(
            place=placed(project, chosen),
            project=project,
            environments=tuple(environments(project)),
            service=text(chosen, "id"),
            service_name=name,
        )

    async def _likely(self, folder: Path, project: Json) -> Json:
        """The service that a folder is meant for; empty where there is none. Raises UserError where several may be."""
        services = nodes(project, "services")
        if len(services) < 2:
            return services[0] if services else {}
        for name in (folder.name, project_name(folder.name), text(project, "name")):
            if hit := _service(project, name):
                return hit
        there = environments(project)
        instances = await self._api.services_in(there[0].id) if there else []
        images = {text(each, "serviceId") for each in instances if text(record(each, "source"), "image")}
        own = [each for each in services if text(each, "id") not in images]  # an image is a database, or the like
        if len(own) == 1:
            return own[0]
        name = line(text(project, "name"))
        names = ", ".join(sorted(line(text(each, "name")) for each in services))
        raise UserError(
            f"The project {name} at Railway has several services: {names}.",
            hint=f"Say which, as `{name}/SERVICE`.",
        )


def placed(project: Json, service: Json) -> Place:
    """A project and a service of it (empty: none yet) as a place."""
    key, name = text(project, "id"), line(text(project, "name"))
    own, own_name = text(service, "id"), line(text(service, "name"))
    return Place(
        account=text(record(project, "workspace"), "id"),
        account_name=line(text(record(project, "workspace"), "name")),
        project=f"{key}/{own}" if own else key,
        project_name=name if not own or own_name.casefold() == name.casefold() else f"{name}/{own_name}",
    )


def project_name(folder: str) -> str:
    """A name for a project and its service, from a folder's: "My Shop" → "my-shop"."""
    plain = unicodedata.normalize("NFKD", folder).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME].rstrip("-") or "project"


def no_link() -> CannotDo:
    """Railway's way to link a folder is not ours to use."""
    return CannotDo("Railway keeps no link in a folder, so a folder cannot be linked to a project.", hint=LINK_INSTEAD)


LINK_INSTEAD = (
    "Run `railway link` in the folder: what Railway's own program knows of it is read. Or name the project as "
    "`PROJECT/SERVICE`, or call the folder like the project."
)


def _service(project: Json, wanted: str) -> Json:
    services = nodes(project, "services")
    exact = [each for each in services if wanted in (text(each, "id"), text(each, "name"))]
    alike = [each for each in services if text(each, "name").casefold() == wanted.casefold()]
    return next(iter(exact or alike), {})


def _bound(found: Found, environment: str, *, bound: bool) -> Found:
    return replace(found, environment=environment, bound=bound)


def _workspace(wanted: str, workspaces: list[Json]) -> str:
    """The id of the one with that id or name."""
    for each in workspaces:
        if wanted == text(each, "id") or wanted.casefold() == text(each, "name").casefold():
            return text(each, "id")
    if not workspaces and _ID.fullmatch(wanted):
        return wanted  # a token that may not say which there are
    names = ", ".join(sorted(line(text(each, "name")) for each in workspaces)) or "none"
    raise UserError(
        f"Railway shows no workspace {line(wanted)} to this token.",
        hint=f"It shows these: {names}. Choose one of them.",
    )


def _several(name: str, hits: list[Json]) -> UserError:
    spaces = ", ".join(sorted(line(text(record(each, "workspace"), "name")) or text(each, "id") for each in hits))
    return UserError(
        f"There are several projects called {line(name)} at Railway: in {spaces}.",
        hint="Say which workspace, name the project by its id, or link the folder with `railway link`.",
    )
