"""The calls of Vercel's REST API that we make, one method each; their answers as they come.

Every call names the team (`teamId`), since an id of a team's looks like one that does not exist without it. Whatever
only reads, or has the same effect when it is sent twice, is repeated by `Http`; the others never are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from autocrea_lsp.deploy.errors import NotThere
from autocrea_lsp.deploy.http import Answer, Http, segment
from autocrea_lsp.deploy.vercel.fields import EMPTY, Json, line, record, records

URL = "https://api.vercel.com"
CREATE_TIMEOUT_S = 120.0  # they answer when all is checked; a deployment of small pages is ready by then
_NOTICES = ("warning", "notice", "tip")
_MOST_PAGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An answer to a create: the deployment, and what they want the user to read."""

    deployment: Json
    notices: tuple[str, ...]


class Api:
    """Their API at one base URL with one token."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def aclose(self) -> None:
        await self._http.aclose()

    # ---- who

    async def user(self) -> Json:
        return record(await self._json("/v2/user"), "user")

    async def team(self, id_or_slug: str) -> Json:
        return await self._json(f"/v2/teams/{segment(id_or_slug)}")

    async def teams(self) -> list[Json]:
        return await self._all("/v2/teams", "teams", {"limit": 100}, cursor="until")

    # ---- projects

    async def project(self, account: str, id_or_name: str, *, jobs: bool = False) -> Json | None:
        """None: there is none, or this token may not see it. `jobs`: with the last promote or rollback."""
        params = scope(account) | ({"rollbackInfo": "true"} if jobs else {})
        try:
            return await self._json(f"/v9/projects/{segment(id_or_name)}", params)
        except NotThere:
            return None

    async def create_project(self, account: str, body: Mapping[str, Any]) -> Json:
        """Raises HostRefused with 409 where there is one of that name."""
        answer = await self._http.send("POST", "/v11/projects", params=scope(account), json=body, repeatable=False)
        return record(answer.json())

    async def custom_environments(self, account: str, project: str) -> list[Json]:
        found = await self._json(f"/projects/{segment(project)}/custom-environments", scope(account))
        return records(found, "environments")

    # ---- deployments

    async def upload(self, account: str, digest: str, size: int, content: Callable[[], AsyncIterator[bytes]]) -> None:
        """One file, by its SHA-1; they keep it for the account, so that sending it twice changes nothing."""
        await self._http.send(
            "POST",
            "/v2/files",
            params=scope(account),
            content=content,
            size=size,
            headers={"Content-Type": "application/octet-stream", "x-vercel-digest": digest},
            repeatable=True,
        )

    async def create(self, account: str, body: Mapping[str, Any], query: Mapping[str, str]) -> Made:
        """A deployment. Raises MissingFiles where files of it are not there yet, and OutcomeUnknown."""
        answer = await self._http.send(
            "POST",
            "/v13/deployments",
            params=scope(account) | dict(query),
            json=body,
            repeatable=False,
            timeout_s=CREATE_TIMEOUT_S,
        )
        return Made(deployment=record(answer.json()), notices=_notices(answer))

    async def deployment(self, account: str, id_or_host: str) -> Json:
        return await self._json(f"/v13/deployments/{segment(id_or_host)}", scope(account))

    async def deployments(self, account: str, query: Mapping[str, str | int]) -> tuple[list[Json], str]:
        """One page, the newest first, and the cursor of the next (""; there is none)."""
        found = await self._json("/v6/deployments", scope(account) | {k: v for k, v in query.items() if v != ""})
        return records(found, "deployments"), _next(found)

    async def cancel(self, account: str, deployment: str) -> Json:
        path = f"/v12/deployments/{segment(deployment)}/cancel"
        answer = await self._http.send("PATCH", path, params=scope(account), repeatable=True)
        return record(answer.json()) if answer.body else EMPTY

    def events(
        self, account: str, deployment: str, query: Mapping[str, str]
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        path = f"/v3/deployments/{segment(deployment)}/events"
        return self._http.stream(path, params=scope(account) | dict(query))

    # ---- which one is live

    async def promote(self, account: str, project: str, deployment: str) -> int:
        """The status: 201, or 202 where it waits for another release."""
        return await self._point(f"/v10/projects/{segment(project)}/promote/{segment(deployment)}", account)

    async def rollback(self, account: str, project: str, deployment: str) -> int:
        return await self._point(f"/v1/projects/{segment(project)}/rollback/{segment(deployment)}", account)

    async def failed_aliases(self, account: str, project: str) -> list[Json]:
        """Of the last promote or rollback."""
        path = f"/v1/projects/{segment(project)}/promote/aliases"
        return await self._all(path, "aliases", scope(account) | {"failedOnly": "true", "limit": 20}, cursor="until")

    # ---- variables

    async def variables(self, account: str, project: str) -> list[Json]:
        path = f"/v10/projects/{segment(project)}/env"
        return records(await self._json(path, scope(account) | {"decrypt": "true"}), "envs")

    async def variable(self, account: str, project: str, key: str) -> Json:
        return await self._json(f"/v1/projects/{segment(project)}/env/{segment(key)}", scope(account))

    async def _json(self, path: str, params: Mapping[str, str | int] | None = None) -> Json:
        return record((await self._http.get(path, params=params)).json())

    async def _all(self, path: str, name: str, params: Mapping[str, str | int], *, cursor: str) -> list[Json]:
        items: list[Json] = []
        after = ""
        for _page in range(_MOST_PAGES):
            found = await self._json(path, dict(params) | ({cursor: after} if after else {}))
            items += records(found, name)
            before, after = after, _next(found)
            if not after or after == before:
                break
        return items

    async def _point(self, path: str, account: str) -> int:
        answer = await self._http.send("POST", path, params=scope(account), repeatable=False)
        return answer.status


def scope(account: str) -> dict[str, str | int]:
    """The query that names the team; a user's own account has none."""
    return {"teamId": account} if account.startswith("team_") else {}


def _next(answer: Json) -> str:
    cursor = record(answer, "pagination").get("next")
    return str(cursor) if isinstance(cursor, int | str) and not isinstance(cursor, bool) else ""


def _notices(answer: Answer) -> tuple[str, ...]:
    """From their headers `x-vercel-warning-<id>`, with the action and link of the same id."""
    found: list[str] = []
    for name, value in answer.headers.items():
        kind, _, key = name.removeprefix("x-vercel-").partition("-")
        if not name.startswith("x-vercel-") or kind not in _NOTICES or not key or not value.strip():
            continue
        link = answer.headers.get(f"x-vercel-link-{key}", "")
        action = answer.headers.get(f"x-vercel-action-{key}", "")
        said = value.strip() if value.strip().endswith((".", "!", "?")) else f"{value.strip()}."
        more = ": ".join(part for part in (action.strip(), link.strip()) if part)
        found.append(line(f"{said} {more}"))
    return tuple(found)
