"""The calls of Railway's API that we make, one method each; their answers as they come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import HostRefused, NotThere
from autocrea_lsp.deploy.http import segment
from autocrea_lsp.deploy.railway import documents
from autocrea_lsp.deploy.railway.fields import Json, nodes, record, seconds, text
from autocrea_lsp.deploy.railway.wire import Scope, Wire

URL = "https://backboard.railway.com"
CREATE_TIMEOUT_S = 180.0  # an upload is answered when it has been unpacked
LEAST_POLL_S = 5.0  # between two looks at a deployment: an account of the smallest plan has 100 requests an hour
_TIMER_S = 0.25  # that a timer may be wrong
_LIVED_S = 10.0  # from its start to its removal, at least, for one that was live
_MOST_PAGES = 10
_REMEMBERED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """Their answer to an upload. `domain`: without scheme; "" where there is none."""

    id: str
    domain: str


class Api:
    """Their API at one base URL."""

    def __init__(self, url: str, *, clock: Clock, token: Callable[[], Awaitable[Secret]]) -> None:
        """Raises UserError for an address that no token may be sent to."""
        self._wire = Wire(url, clock=clock, token=token)
        self._clock = clock
        self._looked: dict[str, tuple[float, Json]] = {}  # when, and what was there

    async def aclose(self) -> None:
        await self._wire.aclose()

    # ---- who

    async def scope(self) -> Scope:
        """What the present token is for."""
        return await self._wire.scope()

    async def headers(self) -> dict[str, str]:
        """What lets a WebSocket in."""
        return await self._wire.headers()

    async def workspaces(self) -> list[Json]:
        """Those that an account's token sees; empty where it may not say."""
        for document, path in ((documents.ME, "me"), (documents.API_TOKEN, "apiToken")):
            try:
                data = await self._wire.query(document)
            except HostRefused:  # a workspace's token is nobody's account; a login is no token of the API
                continue
            found = data.get(path)
            listed = found.get("workspaces") if isinstance(found, Mapping) else None
            return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
        return []

    # ---- projects

    async def projects(self, workspace: str) -> list[Json]:
        """Id, name and workspace of each; `workspace` "": of all that the token is for."""
        found: list[Json] = []
        after = ""
        for _page in range(_MOST_PAGES):
            variables = {"workspaceId": workspace or None, "after": after or None}
            data = await self._wire.query(documents.PROJECTS, variables)
            found += nodes(data, "projects")
            page = record(data, "projects", "pageInfo")
            if page.get("hasNextPage") is not True or text(page, "endCursor") in ("", after):
                break
            after = text(page, "endCursor")
        return found

    async def project(self, key: str) -> Json:
        """With its environments and services. Raises NotThere or BadToken."""
        return record(await self._wire.query(documents.PROJECT, {"id": key}), "project")

    async def create_project(self, name: str, workspace: str) -> Json:
        given = {"name": name, "defaultEnvironmentName": "production"}
        given |= {"workspaceId": workspace} if workspace else {}
        return record(await self._create(documents.PROJECT_CREATE, {"input": given}), "projectCreate")

    async def create_service(self, project: str, environment: str, name: str) -> Json:
        given = {"projectId": project, "environmentId": environment, "name": name}
        return record(await self._create(documents.SERVICE_CREATE, {"input": given}), "serviceCreate")

    async def create_domain(self, environment: str, service: str) -> str:
        given = {"environmentId": environment, "serviceId": service}
        data = await self._create(documents.SERVICE_DOMAIN_CREATE, {"input": given})
        return text(record(data, "serviceDomainCreate"), "domain")

    async def services_in(self, environment: str) -> list[Json]:
        """The services of an environment, with how they are built there."""
        data = await self._wire.query(documents.SERVICES_IN, {"id": environment})
        return nodes(data, "environment", "serviceInstances")

    async def triggers(self, project: str, environment: str, service: str) -> list[Json]:
        """The branches that a service is connected to."""
        variables = {"projectId": project, "environmentId": environment, "serviceId": service}
        return nodes(await self._wire.query(documents.TRIGGERS, variables), "deploymentTriggers")

    async def variables(self, project: str, environment: str, service: str) -> Json:
        """Name → value, in the clear."""
        variables = {"projectId": project, "environmentId": environment, "serviceId": service or None}
        return record(await self._wire.query(documents.VARIABLES, variables), "variables")

    # ---- deployments

    async def upload(
        self, project: str, environment: str, service: str, mark: str, content: Callable[[], AsyncIterator[bytes]]
    ) -> Uploaded:
        """The folder as a gzipped tar: a new deployment. Never repeated; raises TooLarge, OutcomeUnknown, and whatever
        `content` raises."""
        http = await self._wire.http()
        self._looked.clear()
        answer = await http.send(
            "POST",
            f"/project/{segment(project)}/environment/{segment(environment)}/up",
            params={"serviceId": service, "message": mark},
            content=content,
            headers={"Content-Type": "application/gzip"},
            repeatable=False,
            timeout_s=CREATE_TIMEOUT_S,
        )
        made = record(answer.json())
        if (error := await self._wire.refused(made, creates=True)) is not None:
            raise error
        return Uploaded(id=text(made, "deploymentId"), domain=text(made, "deploymentDomain"))

    async def deploy(self, environment: str, service: str, commit: str) -> str:
        """From the repository that the service is connected to; the new deployment's id."""
        variables = {"environmentId": environment, "serviceId": service, "commitSha": commit or None}
        return text(await self._create(documents.DEPLOY, variables), "serviceInstanceDeployV2")

    async def redeploy(self, deployment: str) -> Json:
        """The new one."""
        return record(await self._create(documents.REDEPLOY, {"id": deployment}), "deploymentRedeploy")

    async def deployment(self, key: str) -> Json:
        """As it is; asked too soon after the last time, with nothing done since, as it was then."""
        looked_at, found = self._looked.get(key, (float("-inf"), {}))
        if self._clock.monotonic() - looked_at >= LEAST_POLL_S - _TIMER_S:
            found = record(await self._wire.query(documents.DEPLOYMENT, {"id": key}), "deployment")
            self._looked[key] = (self._clock.monotonic(), found)
            while len(self._looked) > _REMEMBERED:
                del self._looked[next(iter(self._looked))]
        return found

    async def deployments(self, given: Mapping[str, Any], *, first: int, after: str = "") -> tuple[list[Json], str]:
        """One page, the newest first, and the cursor of the next ("": there is none). `given`: DeploymentListInput."""
        variables = {"input": dict(given), "first": first, "after": after or None}
        data = await self._wire.query(documents.DEPLOYMENTS, variables)
        page = record(data, "deployments", "pageInfo")
        more = text(page, "endCursor") if page.get("hasNextPage") is True else ""
        return nodes(data, "deployments"), more

    async def was_live(self, deployment: Json) -> bool:
        """Whether one that is REMOVED ever ran: its last step ended well, and a while before it was removed."""
        data = await self._wire.query(documents.DEPLOYMENT_EVENTS, {"id": text(deployment, "id")})
        steps = nodes(data, "deploymentEvents")
        done = {text(step, "step"): seconds(step, "completedAt") for step in steps}
        started_at = done.get("HEALTHCHECK", done.get("CREATE_CONTAINER", 0.0))
        if not started_at or any(text(record(step, "payload"), "error") for step in steps):
            return False
        return seconds(deployment, "statusUpdatedAt") - started_at >= _LIVED_S

    async def cancel(self, deployment: str) -> None:
        """Raises HostRefused, or HostUnavailable, where they did not; which of the two says nothing."""
        self._looked.clear()
        data = await self._wire.act(documents.CANCEL, {"id": deployment})
        _must_be_true(data.get("deploymentCancel"), "cancel the deployment")

    async def rollback(self, deployment: str) -> None:
        data = await self._create(documents.ROLLBACK, {"id": deployment})
        _must_be_true(data.get("deploymentRollback"), "go back to that deployment")

    async def logs(self, document: str, deployment: str, *, limit: int, since: str = "") -> list[Json]:
        """Lines, the oldest first; `limit` may be exceeded by one."""
        data = await self._wire.query(document, {"id": deployment, "limit": limit, "startDate": since or None})
        found = next(iter(data.values()), None)
        return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []

    async def _create(self, document: str, variables: Mapping[str, Any]) -> Json:
        self._looked.clear()
        return await self._wire.create(document, variables)


def known(found: Json, what: str) -> Json:
    """The object, which is empty where they answered with none. Raises NotThere then."""
    if not text(found, "id"):
        raise NotThere(f"Railway shows no such {what}.", hint="It was removed, or this token may not see it.")
    return found


def _must_be_true(value: object, doing: str) -> None:
    if value is not True:
        raise HostRefused(f"Railway did not {doing}.", hint="It gives no reason; see the project at railway.com.")
