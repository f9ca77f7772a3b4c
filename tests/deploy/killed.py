"""`python -m tests.deploy.killed DATABASE HOST POINT`: a process that begins a deployment, and is killed at POINT."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from autocrea_lsp.deploy.base import Step
from autocrea_lsp.deploy.clock import SystemClock
from autocrea_lsp.deploy.jobs import Deployments
from autocrea_lsp.settings import Settings
from autocrea_lsp.store import Store
from tests.deploy.desk import REQUEST
from tests.deploy.fake_host import FakeHosts, Host


async def main(database: str, path: str, point: str) -> None:
    host = Host(Path(path))
    host.before = [Step(state="uploading")]
    host.script = ["building"]

    async def nobody(_question: object = None) -> None: ...

    deployments = Deployments(
        store=Store(Path(database), user="somebody"),
        providers=FakeHosts(host),
        clock=SystemClock(),
        settings=Settings,
        project=lambda: "site",
        trusted=lambda: True,
        admit=nobody,
        ask=nobody,
        on_update=lambda _update: None,
        owner="the one that is killed",
    )
    with host.held(point) as held:
        key = await deployments.start(REQUEST)
        await held.reached.wait()
        sys.stdout.write(f"{key}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
