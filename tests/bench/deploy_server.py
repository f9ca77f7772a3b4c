"""Deployments by the real server, which an editor has asked for them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from tests.bench.client import Client
from tests.bench.report import BenchError
from tests.bench.servers import Server, ours
from tests.e2e.vercel_process import VercelProcess

EVENT = "autocrea/deploy/event"
TIMEOUT_S = 120.0  # a hang guard


def server(host: VercelProcess, settings: Mapping[str, Any]) -> Server:
    """Ours, with any number of deployments allowed."""
    deploys = {"deploy": {"vercel": {"apiUrl": host.url}}, "limits": {"apply": "nobody"}}
    return ours("autocrea-lsp", deploys | dict(settings))


def variables(host: VercelProcess) -> dict[str, str]:
    return {"VERCEL_TOKEN": host.token, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


def know(host: VercelProcess, name: str) -> None:
    """The host has a project of that name with a deployment, so that a preview needs nobody's consent."""
    project = host.command("project", name=name)["id"]
    host.command("deployment", project=project)


class Deployer:
    """The deployments of one client. `state`: of the one that runs, "" where none does."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ended: asyncio.Future[dict[str, Any]] | None = None
        self.state = ""
        client.on_notification = self._take

    async def deploy(self) -> None:
        """The workspace's folder, to its end. Raises BenchError when it does not succeed."""
        self._ended = asyncio.get_running_loop().create_future()
        params = {"command": "autocrea.server.deploy", "arguments": [{"provider": "vercel"}]}
        answer = await self._client.request("workspace/executeCommand", params)
        if answer.error_code is not None:
            raise BenchError(f"the server did not deploy: {answer}")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                end = await self._ended
        except TimeoutError as error:
            raise BenchError(f"a deployment did not end; it is {self.state!r}") from error
        finally:
            self.state = ""
        if end["state"] != "success":
            raise BenchError(f"a deployment ended so: {end}")

    def _take(self, method: str, params: Any) -> None:
        if method != EVENT or self._ended is None or self._ended.done():
            return
        self.state = params["deployment"]["state"]
        if params["finished"]:
            self._ended.set_result(params["deployment"])
