"""Updates of a deployment, as the machinery tells them, and a client that is told them."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from autocrea_lsp.deploy.base import Sent
from autocrea_lsp.deploy.jobs import Update
from autocrea_lsp.store import DeploymentRow
from tests.lsp.deploy_client import DeployClient

ID = "0123456789abcdef0123456789abcdef"
URL = "https://shop-abc.example"


def row(**changes: Any) -> DeploymentRow:
    plain = DeploymentRow(
        id=ID, provider="fake", target="preview", source="files", project_name="shop", created_at=time.time()
    )
    return replace(plain, **changes)


def update(state: str, text: str = "", percent: int | None = None, **more: Any) -> Update:
    changes = more.pop("changes", {})
    finished = state in ("success", "failed", "canceled", "interrupted")
    return Update(row=row(state=state, **changes), percent=percent, text=text or state, finished=finished, **more)


SUCCESS = update("success", "live", 100, changes={"url": URL, "finished_at": time.time()})
WHOLE = (
    update("pending", percent=0),
    update("uploading", percent=20, sent=Sent(files=12, total_files=34, bytes=5, total_bytes=9)),
    update("building", percent=15),
    update("building", percent=70),
    SUCCESS,
)


def from_now(updates: tuple[Update, ...]) -> tuple[Update, ...]:
    """The same of a deployment that begins now, not when these tests were loaded."""
    began = time.time()
    return tuple(replace(each, row=replace(each.row, created_at=began, updated_at=began)) for each in updates)


async def play(client: DeployClient, updates: tuple[Update, ...] = WHOLE) -> None:
    for each in updates:
        client.server.deploying.on_update(each)
        await client.settled()


async def ended(client: DeployClient) -> None:
    await client.gets("$/progress", lambda params: params["value"]["kind"] == "end")


def kinds(client: DeployClient) -> list[str]:
    return [each["kind"] for each in client.progress]
