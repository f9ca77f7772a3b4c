"""A client of the emulated Netlify for its own tests: each call is one request, and nothing is repeated."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx

from tests.emulators.netlify import Emulator

FILES = {"index.html": b"<h1>hello</h1>", "app.js": b"let a = 1", "copy.js": b"let a = 1"}


def digest(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()  # noqa: S324  # the host's own digest of a file


def manifest(files: Mapping[str, bytes] = FILES, *, later: bool = False, **fields: Any) -> dict[str, Any]:
    """As a right body of a create, or of the PUT that follows one."""
    return {"files": {name: digest(data) for name, data in files.items()}, "draft": False, "async": later, **fields}


class Asking:
    """`last`: the newest answer."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str, **query: Any) -> Any:
        return await self.send("GET", path, **query)

    async def send(self, method: str, path: str, value: Any = None, **query: Any) -> Any:
        self.last = await self.http.request(method, path, json=value, params=query or None)
        return self.last.json() if self.last.content else None

    async def upload(self, deploy: str, path: str, data: bytes, *, chunked: bool = False, **headers: str) -> Any:
        async def pieces() -> AsyncIterator[bytes]:
            yield data[:3]
            yield data[3:]

        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.last = await self.http.put(
            f"/deploys/{deploy}/files/{quote(path)}",
            content=pieces() if chunked else data,
            headers={"content-type": "application/octet-stream"} | named,
        )
        return self.last.json()

    async def until_lost(self, path: str) -> bytes:
        """What arrives of a body before its connection breaks. Fails when it does not."""
        got = bytearray()
        async with self.http.stream("GET", path) as answer:
            try:
                async for piece in answer.aiter_raw():
                    got += piece
            except httpx.RemoteProtocolError:
                return bytes(got)
        raise AssertionError("the answer came whole")

    async def create(self, site: str, files: Mapping[str, bytes] = FILES, **fields: Any) -> Any:
        """A deploy whose files are all uploaded; a path for each digest."""
        made = await self.send("POST", f"/sites/{site}/deploys", manifest(files, **fields))
        paths = {digest(data): name for name, data in files.items()}
        for sha in made["required"]:
            await self.upload(made["id"], paths[sha], files[paths[sha]])
        return await self.get(f"/deploys/{made['id']}")


@asynccontextmanager
async def asking(api: Emulator, **headers: str) -> AsyncIterator[Asking]:
    told = {"authorization": f"Bearer {api.token}", "user-agent": "tests", **headers}
    async with httpx.AsyncClient(base_url=f"{api.url}/api/v1", headers=told, timeout=5) as http:
        yield Asking(http)
