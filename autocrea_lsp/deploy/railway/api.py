"""The calls of Railway's API that we make, one method each; their answers as they come.

A token is one of two kinds, and each goes in a header of its own: a project's (`Project-Access-Token`) or an account's
or workspace's (`Authorization: Bearer`). Nothing in the token tells which it is, and the two are easily put in each
other's place, so Railway is asked once: only a project's can say which project it is for.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import DeployError, HostRefused, HostUnavailable, NotThere, OutcomeUnknown
from autocrea_lsp.deploy.http import Http, segment
from autocrea_lsp.deploy.railway import documents
from autocrea_lsp.deploy.railway.explaining import explain, refusal
from autocrea_lsp.deploy.railway.fields import EMPTY, Json, nodes, record, text
from autocrea_lsp.deploy.redacting import hide_in

URL = "https://backboard.railway.com"
GRAPHQL = "/graphql/v2"
TITLE = "Railway"
CREATE_TIMEOUT_S = 180.0  # an upload is answered when it has been unpacked
_TRIES, _PAUSE_S = 3, 1.0  # of a question that they could not process; the pause doubles
_MOST_PAGES = 10
_NAME = re.compile(r"\s*(?:query|mutation) (\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a token is for; ids. Both "": an account's or a workspace's, which sees more than one project."""

    project: str = ""
    environment: str = ""

    @property
    def header(self) -> tuple[str, str]:
        """Name, and what stands before the token."""
        return ("Project-Access-Token", "") if self.project else ("Authorization", "Bearer ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """Their answer to an upload; ids and addresses."""

    id: str
    domain: str
    logs_url: str


class Api:
    """Their API at one base URL."""

    def __init__(self, url: str, *, clock: Clock, token: Callable[[], Awaitable[Secret]]) -> None:
        """Raises UserError for an address that no token may be sent to."""
        self._clock, self._token = clock, token
        self._project_http = self._http(url, Scope(project="*"))
        self._account_http = self._http(url, Scope())
        self._scope: tuple[Secret, Scope] | None = None  # of the token that was asked about last
        self._asking = asyncio.Lock()

    async def aclose(self) -> None:
        await self._project_http.aclose()
        await self._account_http.aclose()

    # ---- who

    async def scope(self) -> Scope:
        """What the present token is for; asked once for each."""
        token = await self._token()
        async with self._asking:
            if self._scope is None or self._scope[0] != token:
                found, sure = await self._ask_scope()
                if not sure:
                    return found
                self._scope = (token, found)
            return self._scope[1]

    async def workspaces(self) -> list[Json]:
        """Those that an account's token sees; empty where it may not say."""
        for document, path in ((documents.ME, "me"), (documents.API_TOKEN, "apiToken")):
            try:
                data = await self._query(document)
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
            data = await self._query(documents.PROJECTS, variables)
            found += nodes(data, "projects")
            page = record(data, "projects", "pageInfo")
            if page.get("hasNextPage") is not True or text(page, "endCursor") in ("", after):
                break
            after = text(page, "endCursor")
        return found

    async def project(self, key: str) -> Json:
        """With its environments and services. Raises NotThere or BadToken."""
        return record(await self._query(documents.PROJECT, {"id": key}), "project")

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
        data = await self._query(documents.SERVICES_IN, {"id": environment})
        return nodes(data, "environment", "serviceInstances")

    async def triggers(self, project: str, environment: str, service: str) -> list[Json]:
        """The branches that a service is connected to."""
        variables = {"projectId": project, "environmentId": environment, "serviceId": service}
        return nodes(await self._query(documents.TRIGGERS, variables), "deploymentTriggers")

    async def variables(self, project: str, environment: str, service: str) -> Json:
        """Name → value, in the clear."""
        variables = {"projectId": project, "environmentId": environment, "serviceId": service or None}
        return record(await self._query(documents.VARIABLES, variables), "variables")

    # ---- deployments

    async def upload(
        self, project: str, environment: str, service: str, mark: str, content: Callable[[], AsyncIterator[bytes]]
    ) -> Uploaded:
        """The folder as a gzipped tar: a new deployment. Never repeated; raises TooLarge, OutcomeUnknown, and whatever
        `content` raises."""
        http = await self._chosen()
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
        return Uploaded(
            id=text(made, "deploymentId"), domain=text(made, "deploymentDomain"), logs_url=text(made, "logsUrl")
        )

    async def deploy(self, environment: str, service: str, commit: str) -> str:
        """From the repository that the service is connected to; the new deployment's id."""
        variables = {"environmentId": environment, "serviceId": service, "commitSha": commit or None}
        return text(await self._create(documents.DEPLOY, variables), "serviceInstanceDeployV2")

    async def redeploy(self, deployment: str) -> Json:
        """The new one."""
        return record(await self._create(documents.REDEPLOY, {"id": deployment}), "deploymentRedeploy")

    async def deployment(self, deployment: str) -> Json:
        return record(await self._query(documents.DEPLOYMENT, {"id": deployment}), "deployment")

    async def deployments(self, given: Mapping[str, Any], *, first: int, after: str = "") -> tuple[list[Json], str]:
        """One page, the newest first, and the cursor of the next ("": there is none). `given`: DeploymentListInput."""
        variables = {"input": dict(given), "first": first, "after": after or None}
        data = await self._query(documents.DEPLOYMENTS, variables)
        page = record(data, "deployments", "pageInfo")
        more = text(page, "endCursor") if page.get("hasNextPage") is True else ""
        return nodes(data, "deployments"), more

    async def was_live(self, deployment: str) -> bool:
        """Whether it ever ran: its containers were made, and no step failed."""
        data = await self._query(documents.DEPLOYMENT_EVENTS, {"id": deployment})
        steps = nodes(data, "deploymentEvents")
        failed = any(text(record(step, "payload"), "error") for step in steps)
        done = {text(step, "step") for step in steps if text(step, "completedAt")}
        return not failed and bool(done & {"CREATE_CONTAINER", "HEALTHCHECK", "CONFIGURE_NETWORK", "DRAIN_INSTANCES"})

    async def cancel(self, deployment: str) -> None:
        """Raises HostRefused where they did not."""
        data = await self._query(documents.CANCEL, {"id": deployment})
        _must_be_true(data.get("deploymentCancel"), "cancel the deployment")

    async def rollback(self, deployment: str) -> None:
        data = await self._create(documents.ROLLBACK, {"id": deployment})
        _must_be_true(data.get("deploymentRollback"), "go back to that deployment")

    async def logs(self, document: str, deployment: str, *, limit: int, since: str = "") -> list[Json]:
        """Lines, the oldest first; `limit` may be exceeded by one."""
        data = await self._query(document, {"id": deployment, "limit": limit, "startDate": since or None})
        found = next(iter(data.values()), None)
        return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []

    async def headers(self) -> dict[str, str]:
        """What lets a WebSocket in."""
        name, prefix = (await self.scope()).header
        return {name: f"{prefix}{(await self._token()).reveal()}"}

    # ---- over the wire

    async def _query(self, document: str, variables: Mapping[str, Any] | None = None) -> Json:
        """Read, or do what may be done twice; `data` of the answer."""
        http = await self._chosen()
        for attempt in range(_TRIES):
            try:
                return await self._post(http, document, variables, repeatable=True)
            except _NotProcessed as failed:
                if attempt == _TRIES - 1:
                    raise failed.error from None
            await self._clock.sleep(_PAUSE_S * 2.0**attempt)
        raise AssertionError("the loop returns or raises")

    async def _create(self, document: str, variables: Mapping[str, Any]) -> Json:
        """Do what must not be done twice. Raises OutcomeUnknown where it is not clear whether it was."""
        return await self._post(await self._chosen(), document, variables, repeatable=False)

    async def _post(self, http: Http, document: str, variables: Mapping[str, Any] | None, *, repeatable: bool) -> Json:
        name = _NAME.match(document)
        body: dict[str, Any] = {"query": document, "variables": dict(variables or {})}
        body |= {"operationName": name[1]} if name else {}
        answer = await http.send("POST", GRAPHQL, json=body, repeatable=repeatable)
        found = record(answer.json())
        error = refusal(found, creates=not repeatable)
        if error is not None:
            error = hide_in(error, [(await self._token()).reveal()])
            raise _NotProcessed(error) if repeatable and isinstance(error, HostUnavailable) else error
        data = found.get("data")
        if not isinstance(data, Mapping) or not data or all(value is None for value in data.values()):
            raise _nothing(repeatable=repeatable)
        return data

    async def _chosen(self) -> Http:
        return self._project_http if (await self.scope()).project else self._account_http

    async def _ask_scope(self) -> tuple[Scope, bool]:
        """And whether it is sure: what was said of an account's token may pass."""
        try:
            data = await self._post(self._project_http, documents.PROJECT_TOKEN, None, repeatable=True)
        except HostRefused:
            return Scope(), True
        except _NotProcessed:
            return Scope(), False
        found = record(data, "projectToken")
        scope = Scope(project=text(found, "projectId"), environment=text(found, "environmentId"))
        if not scope.project:
            raise _nothing(repeatable=True)
        return scope, True

    def _http(self, url: str, scope: Scope) -> Http:
        header, prefix = scope.header
        return Http(
            url,
            title=TITLE,
            clock=self._clock,
            token=self._token,
            token_header=header,
            token_prefix=prefix,
            explain=explain,
        )


class _NotProcessed(Exception):
    """They could not process a question; it may be asked again."""

    def __init__(self, error: DeployError) -> None:
        super().__init__(str(error))
        self.error = error


def known(found: Json, what: str) -> Json:
    """The object, which is empty where they answered with none. Raises NotThere then."""
    if not text(found, "id"):
        raise NotThere(f"Railway shows no such {what}.", hint="It was removed, or this token may not see it.")
    return found


def _nothing(*, repeatable: bool) -> DeployError:
    if repeatable:
        return HostUnavailable("Railway answered with no data, and no reason", hint="Try again in a moment.")
    return OutcomeUnknown(
        "Railway answered with no data, and no reason", hint="What was asked for may have been done all the same."
    )


def _must_be_true(value: object, doing: str) -> None:
    if value is not True:
        raise HostRefused(f"Railway did not {doing}.", hint="It gives no reason; see the project at railway.com.")


__all__ = ["EMPTY", "URL", "Api", "Scope", "Uploaded", "known"]
