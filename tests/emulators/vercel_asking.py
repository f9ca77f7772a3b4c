"""A client of the emulated host for its own tests: each call is one request, and nothing is repeated."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.emulators.vercel import Emulator

FILES = {"index.html": b"<h1>hello</h1>", "app.js": b"let a = 1", "copy.js": b"let a = 1"}


def digest(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()  # noqa: S324  # the host's own digest of a file


def references(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return [{"file": name, "sha": digest(data), "size": len(data)} for name, data in files.items()]


def body(files: Mapping[str, bytes] = FILES, **fields: Any) -> dict[str, Any]:
    return {"name": "site", "files": references(files), "projectSettings": {"framework": None}, **fields}


class Asking:
    """`last`: the newest answer."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def get(self, path: str, **query: Any) -> Any:
        self.last = await self.http.get(path, params=query or None)
        return self.last.json()

    async def send(self, method: str, path: str, value: Any = None, **query: Any) -> Any:
        self.last = await self.http.request(method, path, json=value, params=query or None)
        return self.last.json() if self.last.content else None

    async def upload(self, data: bytes, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        headers = {"x-vercel-digest": digest(data), "content-type": "application/octet-stream"} | named
        self.last = await self.http.post("/v2/files", content=data, headers=headers)
        return self.last.json()

    async def create(self, files: Mapping[str, bytes] = FILES, **fields: Any) -> Any:
        """The files are uploaded first."""
        for data in files.values():
            await self.upload(data)
        return await self.send("POST", "/v13/deployments", body(files, **fields))

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

    async def lines(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Of a stream, to its end."""
        async with self.http.stream("GET", path, params=query or None) as answer:
            return [json.loads(line) async for line in answer.aiter_lines()]


@asynccontextmanager
async def asking(api: Emulator, **headers: str) -> AsyncIterator[Asking]:
    bearer = {"authorization": f"Bearer {api.token}", **headers}
    async with httpx.AsyncClient(base_url=api.url, headers=bearer, timeout=5) as http:
        yield Asking(http)
