"""A client that shows what failed builds complain about, and a small shop whose builds fail."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.lsp.deploy_client import DEPLOY, EVENT, OURS, DeployClient
from tests.lsp.deploy_host import World, finished

READING = ("with problems", "of a failed build", "what is deployed")
PUBLISHED = "textDocument/publishDiagnostics"
APP = "const a: number = 1;\n\nconst b: number = 'x';\nexport { a, b };\n"
LOG = "src/app.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'."
MESSAGE = "tsc: Type 'string' is not assignable to type 'number'."
WATCHES: dict[str, Any] = {**OURS, "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}


def plant(folder: Path) -> Path:
    """The shop's one source file."""
    (folder / "src").mkdir()
    path = folder / "src" / "app.ts"
    path.write_text(APP, encoding="utf-8")
    return path


async def begun(client: DeployClient, world: World, **more: Any) -> str:
    """A deployment that is being built; its id."""
    world.becomes("building")
    answer = await client.result(DEPLOY, {"provider": "fake", **more})
    key: str = answer["id"]
    await client.gets(EVENT, lambda each: each["deployment"]["id"] == key and each["deployment"]["remoteId"])
    return key


async def fails(client: DeployClient, world: World, key: str, *log: str) -> None:
    """It ends as failed, with this log."""
    world.wrote(*(log or (LOG,)))
    world.becomes("failed", error="The build ended with 1.")
    assert (await finished(client, key))["state"] == "failed"


async def failed(client: DeployClient, world: World, *log: str, **more: Any) -> str:
    key = await begun(client, world, **more)
    await fails(client, world, key, *log)
    return key


async def quiet() -> None:
    """Whatever is being read for problems has been read, and told."""
    await asyncio.sleep(0)
    while reading := {each for each in asyncio.all_tasks() if each.get_name().endswith(READING)}:
        await asyncio.wait(reading)
    await asyncio.sleep(0)


def shown(client: DeployClient, path: Path) -> list[dict[str, Any]] | None:
    """The diagnostics that the client was told last for that file; None: it was told nothing."""
    told = [each for each in client.sent(PUBLISHED) if each["uri"] == path.as_uri()]
    found: list[dict[str, Any]] | None = told[-1]["diagnostics"] if told else None
    return found


def places(client: DeployClient, path: Path) -> list[tuple[int, int, int]]:
    """Of what is shown: line, and the columns from and to."""
    return [
        (each["range"]["start"]["line"], each["range"]["start"]["character"], each["range"]["end"]["character"])
        for each in shown(client, path) or ()
    ]


async def published(client: DeployClient, path: Path, count: int = 1) -> list[dict[str, Any]]:
    """The diagnostics of the file, once there are that many."""
    await client.gets(PUBLISHED, lambda params: params["uri"] == path.as_uri() and len(params["diagnostics"]) == count)
    found = shown(client, path)
    assert found is not None
    assert len(found) == count, found
    return found


def edit(client: DeployClient, path: Path, version: int, *changes: Sequence[Any]) -> None:
    """Changes of an open document: (first line, column, last line, column, text)."""
    content = [
        {
            "range": {"start": {"line": a, "character": b}, "end": {"line": c, "character": d}},
            "text": text,
        }
        for a, b, c, d, text in changes
    ]
    identifier = {"uri": path.as_uri(), "version": version}
    client.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": content})
