"""Deployments with a scripted server: what tests of `:Autocrea deploy` share."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tests.e2e.neovim.conftest import Start
from tests.e2e.neovim.screen import Nvim, Stub

DEPLOY, STATUS, LOGS = "autocrea.server.deploy", "autocrea.server.deploy.status", "autocrea.server.deploy.logs"
EVENT = "autocrea/deploy/event"
URL = "https://site1-abc.vercel.app"


def row(state: str = "building", **fields: Any) -> dict[str, Any]:
    return {
        "id": "d1",
        "provider": "vercel",
        "target": "preview",
        "source": "files",
        "state": state,
        "detail": "",
        "error": "",
        "url": "",
        "inspectUrl": "",
        "project": "site1",
        "account": "me",
        "createdAt": time.time(),
        "updatedAt": time.time(),
        "finishedAt": None,
        "remoteId": "",
        "live": False,
        "environment": None,
        **fields,
    }


def event(deployment: dict[str, Any], text: str = "", *, finished: bool = False, **fields: Any) -> dict[str, Any]:
    value = {"deployment": deployment, "text": text or deployment["state"], "finished": finished, **fields}
    return {"method": EVENT, "params": value}


def commands(stub: Stub, name: str) -> list[Any]:
    """The arguments of each time that the command was sent."""
    return [arguments[0] for command, arguments in stub.commands() if command == name]


def trusts(stub: Stub) -> list[Any]:
    return [params["trusted"] for params in stub.received("autocrea/trust")]


def tell(nvim: Nvim, message: dict[str, Any]) -> None:
    """Have the server send a message, until Neovim has dealt with it; whatever buffer it shows."""
    nvim.lua(
        """
        local params = { command = 'stub.send', arguments = { ... } }
        vim.lsp.get_clients({ name = 'autocrea' })[1]:request_sync('workspace/executeCommand', params, 20000)
        """,
        message,
    )


def opened(start: Start, stub: Stub, file: Path, **answers: Any) -> Nvim:
    stub.script(answers={DEPLOY: {"id": "d1"}, **answers})
    nvim = start()
    nvim.edit(file, "x = 1\n")
    return nvim
