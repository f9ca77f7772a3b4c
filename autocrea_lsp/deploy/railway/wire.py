"""GraphQL over HTTP to Railway, with either kind of token.

A token is one of two kinds, and each goes in a header of its own: a project's (`Project-Access-Token`) or an account's
or workspace's (`Authorization: Bearer`). Nothing in the token tells which it is, and the two are easily put in each
other's place, so Railway is asked once: only a project's can say which project it is for.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import BadToken, DeployError, HostUnavailable, NotThere, OutcomeUnknown
from autocrea_lsp.deploy.http import Http
from autocrea_lsp.deploy.railway import documents
from autocrea_lsp.deploy.railway.explaining import explain, refusal
from autocrea_lsp.deploy.railway.fields import Json, record, text
from autocrea_lsp.deploy.redacting import hide_in

GRAPHQL = "/graphql/v2"
TITLE = "Railway"
_TRIES, _PAUSE_S = 3, 1.0  # of a question that they could not process; the pause doubles
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


class Wire:
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

    async def headers(self) -> dict[str, str]:
        """What lets a WebSocket in."""
        name, prefix = (await self.scope()).header
        return {name: f"{prefix}{(await self._token()).reveal()}"}

    async def http(self) -> Http:
        """The one that sends the present token as what it is."""
        return self._project_http if (await self.scope()).project else self._account_http

    async def query(self, document: str, variables: Mapping[str, Any] | None = None) -> Json:
        """Read; `data` of the answer. Raises DeployError."""
        http = await self.http()
        for attempt in range(_TRIES):
            try:
                return await self._post(http, document, variables, repeatable=True)
            except _NotProcessed as failed:
                if attempt == _TRIES - 1:
                    raise failed.error from None
            await self._clock.sleep(_PAUSE_S * 2.0**attempt)
        raise AssertionError("the loop returns or raises")

    async def act(self, document: str, variables: Mapping[str, Any]) -> Json:
        """Do what may be done twice. What they could not process is not sent again: they say so of refusals too."""
        try:
            return await self._post(await self.http(), document, variables, repeatable=True)
        except _NotProcessed as failed:
            raise failed.error from None

    async def create(self, document: str, variables: Mapping[str, Any]) -> Json:
        """Do what must not be done twice. Raises OutcomeUnknown where it is not clear whether it was."""
        return await self._post(await self.http(), document, variables, repeatable=False)

    async def refused(self, found: Json, *, creates: bool) -> DeployError | None:
        """What the `errors` of an answer mean, without the token; None where there are none."""
        error = refusal(found, creates=creates)
        return None if error is None else hide_in(error, [(await self._token()).reveal()])

    async def _post(self, http: Http, document: str, variables: Mapping[str, Any] | None, *, repeatable: bool) -> Json:
        name = _NAME.match(document)
        body: dict[str, Any] = {"query": document, "variables": dict(variables or {})}
        body |= {"operationName": name[1]} if name else {}
        answer = await http.send("POST", GRAPHQL, json=body, repeatable=repeatable)
        found = record(answer.json())
        error = await self.refused(found, creates=not repeatable)
        if isinstance(error, BadToken):
            self._scope = None  # which may have been a mistake of the moment
        data = found.get("data")
        if error is None and (not isinstance(data, Mapping) or all(value is None for value in data.values())):
            error = _nothing(repeatable=repeatable)
        if error is not None:
            raise _NotProcessed(error) if repeatable and isinstance(error, HostUnavailable) else error
        return record(data)

    async def _ask_scope(self) -> tuple[Scope, bool]:
        """And whether it is sure: what was said of an account's token may pass."""
        try:
            data = await self._post(self._project_http, documents.PROJECT_TOKEN, None, repeatable=True)
        except (BadToken, NotThere):
            return Scope(), True
        except _NotProcessed:
            return Scope(), False
        found = record(data, "projectToken")
        scope = Scope(project=text(found, "projectId"), environment=text(found, "environmentId"))
        return scope, scope.project != ""

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


def _nothing(*, repeatable: bool) -> DeployError:
    if repeatable:
        return HostUnavailable("Railway answered with no data, and no reason", hint="Try again in a moment.")
    return OutcomeUnknown(
        "Railway answered with no data, and no reason", hint="What was asked for may have been done all the same."
    )
