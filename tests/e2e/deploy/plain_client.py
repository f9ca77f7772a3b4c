"""A client that knows nothing of ours, a real server process, and Vercel's emulator on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.lsp_client import Server
from tests.emulators.vercel import Emulator

DEPLOY = "autocrea.server.deploy"
ASKED = "window/showMessageRequest"
PLAIN: dict[str, Any] = {"window": {"workDoneProgress": True, "showDocument": {"support": True}}}


@dataclass(slots=True)
class Client:
    """One editor on the folder. `picks`: what the user picks in each message with buttons, by a part of its text."""

    server: Server
    picks: dict[str, str]

    async def run(self, command: str = "", argument: dict[str, Any] | None = None) -> Any:
        name = f"{DEPLOY}.{command}" if command else DEPLOY
        answer = await self.server.execute(name, *([] if argument is None else [argument]))
        assert "error" not in answer, answer
        return answer["result"]

    async def progress(self, kind: str, text: str = "") -> None:
        await self.server.notification(
            "$/progress",
            lambda params: params["value"]["kind"] == kind and text in params["value"].get("message", ""),
        )

    async def asked(self, text: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.server.notification(ASKED, lambda params: text in params["message"])
        return found

    def values(self) -> list[dict[str, Any]]:
        return [each["value"] for each in self.server.sent("$/progress")]

    def endings(self) -> list[str]:
        """What the user was told of how something ended."""
        return [each["message"] for each in self.server.sent(ASKED) if "JoxCoder: shop" in each["message"]]

    def cancel_progress(self) -> None:
        token = self.server.sent("window/workDoneProgress/create")[-1]["token"]
        self.server.notify("window/workDoneProgress/cancel", {"token": token})


@asynccontextmanager
async def connected(folder: Path, api: Emulator, **picks: str) -> AsyncIterator[Client]:
    """A trusted workspace; the token is in the server's environment."""
    async with await Server.start(env={"VERCEL_TOKEN": api.token}) as server:
        client = Client(server, dict(picks))

        def pick(params: dict[str, Any]) -> dict[str, str] | None:
            shown = [each["title"] for each in params["actions"]]
            fits = (title for text, title in client.picks.items() if text in params["message"] and title in shown)
            return next(({"title": title} for title in fits), None)

        server.answers[ASKED] = pick
        server.answers["window/showDocument"] = lambda _params: {"success": True}
        await server.initialize(
            PLAIN,
            workspaceFolders=[{"uri": folder.as_uri(), "name": folder.name}],
            initializationOptions={
                "trusted": True,
                "settings": {"backend": "none", "deploy": {"vercel": {"apiUrl": api.url}}},
            },
        )
        yield client
