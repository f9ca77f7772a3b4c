"""The demo's second half: build a sample site, serve it as a preview, fetch it, change it, and go back."""

from __future__ import annotations

import asyncio
import os
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from autocrea_lsp.cli.demo import site
from autocrea_lsp.cli.demo.client import Client
from autocrea_lsp.lsp.wire.names import Command
from autocrea_lsp.sandbox import probe

END_S = 120.0  # for a build that takes a moment
_LOOK_S = 0.1
_FETCH_S = 10.0
_DONE = ("success", "failed", "canceled", "interrupted")


async def deploy_site(
    console: Console,
    folder: Path,
    *,
    server: Sequence[str],
    environment: Mapping[str, str],
    settings: Mapping[str, Any],
) -> bool:
    """Whether both versions were built and served, the log told of it, and going back showed the first again."""
    console.print("\n[bold]A deployment, to the preview on this machine[/]")
    isolation = await probe()
    if isolation.level != "bwrap":  # a build would have to be agreed to, and nobody is here who could
        console.print(f"  builds cannot be isolated here ({isolation.note}): the sample is served as it is")
    first = site.write(folder, built=isolation.level == "bwrap")
    client = await Client.start(server, environment=environment, settings=settings)
    try:
        await client.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder.as_uri(),
                "capabilities": {"workspace": {"configuration": True}},
                "initializationOptions": {"trusted": True},  # it is our own sample
            },
        )
        client.notify("initialized", {})
        good = await _whole(console, client, first)
        code = await client.stop()
        return good and code == 0
    finally:
        await client.kill()


async def _whole(console: Console, client: Client, first: site.Site) -> bool:
    one = await _deploy(console, client, first)
    if one is None:
        return False
    log = await _command(client, Command.DEPLOY_LOGS, {"id": one["id"]})
    for line in log["lines"]:
        console.print(f"    [dim]{escape(line['text'])}[/]")
    told = any(first.version in line["text"] or not first.built for line in log["lines"])
    second = first.changed()
    two = await _deploy(console, client, second)
    if two is None:
        return False
    back = await _command(client, Command.DEPLOY_ROLLBACK, {"provider": "preview"})
    page = await _fetch(two["url"])
    again = first.version in page
    console.print(f"  rolled back: {escape(back['text'])}")
    console.print(f"  the page shows {_mark(first.version, again)} again")
    return told and again


async def _deploy(console: Console, client: Client, made: site.Site) -> dict[str, Any] | None:
    """The deployment when its page shows the word, else None."""
    began = time.monotonic()
    params = {"provider": "preview", **made.options()}
    key = (await _command(client, Command.DEPLOY, params))["id"]
    row = await _ended(client, key)
    took = round((time.monotonic() - began) * 1000)
    what = site.BUILD if made.built else "a page"
    console.print(f"  {what}: {row['state']} after {took} ms {row['url']} {escape(row['error'])}")
    if row["state"] != "success":
        return None
    shown = made.version in await _fetch(row["url"])
    console.print(f"  the page shows {_mark(made.version, shown)}, which was drawn for this run")
    return row if shown else None


async def _ended(client: Client, key: str) -> dict[str, Any]:
    """The deployment at its end, or as it is when the time is up."""
    end = time.monotonic() + END_S
    while True:
        row: dict[str, Any] = await _command(client, Command.DEPLOY_STATUS, {"id": key})
        if row["state"] in _DONE or time.monotonic() > end:
            return row
        await asyncio.sleep(_LOOK_S)


async def _command(client: Client, command: str, argument: Mapping[str, Any]) -> Any:
    return await client.request("workspace/executeCommand", {"command": command, "arguments": [argument]})


async def _fetch(url: str) -> str:
    def read() -> str:
        # Never through a proxy: it is this machine's own.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=_FETCH_S) as answer:
            return str(answer.read().decode("utf-8"))

    return await asyncio.to_thread(read)


def _mark(text: str, good: bool) -> str:
    return f"[green]{text}[/]" if good else f"[red]not {text}[/]"
