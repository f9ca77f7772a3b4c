"""Projects to preview, a provider of its own for each test, and a browser that says what it likes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Created, Event, Ports, Question, Ref, Remote, Request
from autocrea_lsp.deploy.clock import SystemClock
from autocrea_lsp.deploy.preview import PreviewProvider
from autocrea_lsp.settings import Settings
from autocrea_lsp.store import FINISHED

PATIENCE_S = 60.0


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return folder


def package(**fields: Any) -> str:
    return json.dumps({"name": "site", "version": "1.0.0", "private": True} | fields)


def no_token(name: str) -> Any:
    raise AssertionError(f"a preview needs no token, but asked for that of {name}")


@dataclass
class Here:
    """A provider, and what it was asked and answered."""

    provider: PreviewProvider
    asked: list[Question] = field(default_factory=list)

    async def start(self, folder: Path, **fields: Any) -> tuple[Remote, list[Event]]:
        """Deployed as far as `deploy` goes."""
        request = Request(folder=folder, provider="preview", **fields)
        plan = await self.provider.plan(request)
        async with aclosing(self.provider.deploy(request, plan)) as stream:
            events = [event async for event in stream]
        (created,) = [event for event in events if isinstance(event, Created)]
        return created.remote, events

    async def deploy(self, folder: Path, **fields: Any) -> Remote:
        """To its end."""
        remote, _ = await self.start(folder, **fields)
        return await self.finished(remote.ref)

    async def finished(self, ref: Ref) -> Remote:
        await self.log(ref, follow=True)
        remote = await self.provider.status(ref)
        assert remote.state in FINISHED
        return remote

    async def log(self, ref: Ref, *, follow: bool = False) -> str:
        async with asyncio.timeout(PATIENCE_S), aclosing(self.provider.logs(ref, follow=follow)) as pieces:  # type: ignore[type-var]
            return "\n".join([line.text async for piece in pieces for line in piece.lines])


Change = Callable[[Settings], Settings]


def settings_with(*, keep: int = 5, minutes: float = 2.0, level: Any = "auto") -> Settings:
    settings = Settings()
    preview = replace(settings.deploy.preview, keep=keep, build_timeout_minutes=minutes)
    return replace(
        settings,
        deploy=replace(settings.deploy, preview=preview),
        sandbox=replace(settings.sandbox, level=level),
    )


@asynccontextmanager
async def previews(
    state: Path, *, settings: Settings | None = None, answer: str | None = None, clock: Any = None
) -> AsyncIterator[Here]:
    """`answer`: what whoever is asked says; None: nobody is there."""
    used = settings or settings_with()
    asked: list[Question] = []

    async def ask(question: Question) -> str | None:
        asked.append(question)
        return answer

    ports = Ports(settings=lambda: used, token=no_token, clock=clock or SystemClock(), ask=ask, state_dir=state)
    here = Here(provider=PreviewProvider(ports), asked=asked)
    try:
        yield here
    finally:
        await here.provider.aclose()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


async def get(url: str, path: str | bytes = "/", *, method: str = "GET", **headers: str | None) -> Answer:
    """A request exactly as it is given: no library that would tidy it up. `host=None`: without that header."""
    address = url.removeprefix("http://").rstrip("/")
    host, _, port = address.partition(":")
    sent: dict[str, str | None] = {"host": address, "connection": "close"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    target = path.encode("latin-1") if isinstance(path, str) else path
    lines = [method.encode() + b" " + target + b" HTTP/1.1"]
    lines += [f"{name}: {value}".encode("latin-1") for name, value in sent.items() if value is not None]
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"\r\n".join(lines) + b"\r\n\r\n")
        answer = await reader.read()
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in fields)
    return Answer(status=int(status.split()[1]), headers={name.lower(): value for name, value in pairs}, body=body)


def secret_values(**values: str) -> dict[str, Secret]:
    return {name: Secret(value) for name, value in values.items()}
