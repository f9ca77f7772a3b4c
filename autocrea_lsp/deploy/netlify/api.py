"""The calls of Netlify's REST API that we make, one method each; their answers as they come.

Whatever only reads, or has the same effect when it is sent twice, is repeated by `Http`; what creates never is. Lists
are arrays with a `Link` header; `page` counts from 1.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from autocrea_lsp.deploy.errors import NotThere
from autocrea_lsp.deploy.http import Answer, Http, segment
from autocrea_lsp.deploy.netlify.fields import EMPTY, Json, items, record

URL = "https://api.netlify.com/api/v1"
MANIFEST_TIMEOUT_S = 120.0  # a long list is compared with what they have before they answer
LARGEST_PAGE = 100
_MOST_PAGES = 10
_NEXT = re.compile(r"<[^>]*>\s*;[^,]*\brel\s*=\s*\"?next\"?", re.IGNORECASE)


class Api:
    """Their API at one base URL with one token."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def aclose(self) -> None:
        await self._http.aclose()

    # ---- accounts and sites

    async def accounts(self) -> list[Json]:
        return items((await self._http.get("/accounts")).json())

    async def site(self, site: str) -> Json | None:
        """By its id, or its domain. None: there is none, or this token may not see it."""
        try:
            return record((await self._http.get(f"/sites/{segment(site)}")).json())
        except NotThere:
            return None

    async def sites(self, name: str) -> list[Json]:
        """Those with something like this name."""
        found: list[Json] = []
        for page in range(1, _MOST_PAGES + 1):
            params: dict[str, str | int] = {"name": name, "filter": "all", "page": page, "per_page": LARGEST_PAGE}
            answer = await self._http.get("/sites", params=params)
            some = items(answer.json())
            found += some
            if not some or not _more(answer):
                break
        return found

    async def create_site(self, account: str, name: str) -> Json:
        """Raises HostRefused with 422 where the name is taken, by whomever."""
        path = f"/{segment(account)}/sites" if account else "/sites"
        answer = await self._http.send("POST", path, json={"name": name}, repeatable=False)
        return record(answer.json())

    # ---- deployments

    async def create(self, site: str, *, title: str, draft: bool) -> Json:
        """A deployment that waits for its list of files. Raises OutcomeUnknown."""
        answer = await self._http.send(
            "POST",
            f"/sites/{segment(site)}/deploys",
            params={"title": title or None},
            json={"draft": draft, "include_upload_url": False},
            repeatable=False,
        )
        return record(answer.json())

    async def say_files(self, site: str, deploy: str, body: Mapping[str, Any]) -> Json:
        """Give it its list of files."""
        answer = await self._http.send(
            "PUT",
            f"/sites/{segment(site)}/deploys/{segment(deploy)}",
            json=body,
            repeatable=True,
            timeout_s=MANIFEST_TIMEOUT_S,
        )
        return record(answer.json())

    async def upload(self, deploy: str, name: str, content: Callable[[], AsyncIterator[bytes]]) -> None:
        """One file; they check it against the list, so that sending it twice changes nothing."""
        await self._http.send(
            "PUT",
            f"/deploys/{segment(deploy)}/files/{path_of(name)}",
            content=content,
            headers={"Content-Type": "application/octet-stream"},
            repeatable=True,
        )

    async def build(self, site: str, *, branch: str, title: str) -> Json:
        """Let them build a branch, as `{id, deploy_id, …}`. Raises OutcomeUnknown."""
        params = {"branch": branch, "title": title or None}
        answer = await self._http.send("POST", f"/sites/{segment(site)}/builds", params=params, repeatable=False)
        return record(answer.json())

    async def deploy(self, site: str, deploy: str) -> Json:
        where = f"/sites/{segment(site)}" if site else ""
        return record((await self._http.get(f"{where}/deploys/{segment(deploy)}")).json())

    async def deploys(self, site: str, *, page: int = 1, per_page: int = LARGEST_PAGE) -> tuple[list[Json], bool]:
        """One page, the newest first; whether there are more."""
        params = {"page": page, "per_page": per_page}
        answer = await self._http.get(f"/sites/{segment(site)}/deploys", params=params)
        found = items(answer.json())
        return found, bool(found) and _more(answer)

    async def cancel(self, deploy: str) -> Json:
        answer = await self._http.send("POST", f"/deploys/{segment(deploy)}/cancel", repeatable=True)
        return record(answer.json()) if answer.body else EMPTY

    async def log(self, deploy: str) -> list[Json]:
        return items((await self._http.get(f"/deploys/{segment(deploy)}/log")).json())

    # ---- which one is live

    async def restore(self, site: str, deploy: str) -> None:
        """Publish it; one that is published already stays so."""
        path = f"/sites/{segment(site)}/deploys/{segment(deploy)}/restore"
        await self._http.send("POST", path, repeatable=True)

    async def rollback(self, site: str) -> None:
        """Publish the one before. Raises OutcomeUnknown: twice would be two back."""
        await self._http.send("PUT", f"/sites/{segment(site)}/rollback", repeatable=False)

    # ---- variables

    async def variables(self, account: str, site: str) -> list[Json]:
        params = {"site_id": site}
        return items((await self._http.get(f"/accounts/{segment(account)}/env", params=params)).json())


def path_of(name: str) -> str:
    """A file's name (relative, POSIX) as the end of a path."""
    return "/".join(segment(part) for part in name.split("/"))


def _more(answer: Answer) -> bool:
    return _NEXT.search(answer.headers.get("link", "")) is not None
