"""A process that deploys, to be killed: `python -m tests.deploy.faults.driver`.

It reads jobs, one line of JSON each, and forks for each one, so that what is imported is imported once. It writes lines
of JSON: {"pid"} of the fork, what the fork tells ({"state", "percent", "finished"}), {"ended": status} at its end,
whatever that was. The log goes to its error output. A token comes with the job, never by arguments or environment.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy.base import Ports, Question, Request
from autocrea_lsp.deploy.consent import YES
from autocrea_lsp.deploy.jobs import Deployments, Update
from autocrea_lsp.settings import Settings
from autocrea_lsp.store import Moment, Store
from autocrea_lsp.store.moments import moment
from autocrea_lsp.workspace.redact import redact
from tests.deploy.faults.cases import CASES
from tests.deploy.faults.stage import VARIABLE, OneHost

SPEED = 20.0  # seconds of the process's clock in one


class FastClock:
    """Everything of the machine's time, faster; the same in all processes that were given the same `since`."""

    def __init__(self, since: float) -> None:
        self._since = since
        begun = moment()
        self._boot, self._tick_s, self._wall_s = begun.boot, begun.tick_s, begun.wall_s

    def now(self) -> float:
        return self._since + (time.time() - self._since) * SPEED

    def monotonic(self) -> float:
        return time.monotonic() * SPEED

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)

    def moment(self) -> Moment:
        """For leases, which processes share."""
        return Moment(boot=self._boot, tick_s=moment().tick_s * SPEED, wall_s=self.now())


def main() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
            asyncio.run(_run(json.loads(line)))
            os._exit(0)
        _tell({"pid": pid})
        _, status = os.waitpid(pid, 0)
        _tell({"ended": status})


async def _run(job: dict[str, Any]) -> None:
    """`job`: host, database, url, token, folder, owner, since; `cancels`: the user does, as soon as it builds;
    `follows`: it follows what another has begun; `fast`: leases run out faster too, on which all who share the database
    agree."""
    clock = FastClock(job["since"])
    plain = Settings()
    case = CASES[job["host"]]
    settings = replace(plain, deploy=case.settings(plain.deploy, job["url"]))
    builds = asyncio.Event()

    def told(update: Update) -> None:
        _tell({"state": update.row.state, "percent": update.percent, "finished": update.finished})
        if update.row.state == "building":
            builds.set()

    async def token(_name: str) -> Secret:
        return Secret(job["token"])

    async def ask(_question: Question) -> str:
        return YES

    async def admit() -> None:
        return

    store = Store(Path(job["database"]), user="somebody", redact=redact, clock=clock.moment if job["fast"] else moment)
    deployments = Deployments(
        store=store,
        providers=OneHost(
            case.provider(Ports(settings=lambda: settings, token=token, clock=clock, ask=ask, state_dir=Path()))
        ),
        clock=clock,
        settings=lambda: settings,
        project=lambda: "shop",
        trusted=lambda: True,
        admit=admit,
        ask=ask,
        on_update=told,
        owner=job["owner"],
    )
    if job["follows"]:
        (key,) = await deployments.reattach()
    else:
        environment = {"KEY": Secret(VARIABLE)} if case.takes_variables else {}
        folder = Path(job["folder"])
        request = Request(folder=folder, provider=case.name, environment=environment, **case.fields)
        key = await deployments.start(request)
    if job["cancels"]:
        await builds.wait()
        await deployments.cancel(key)
    await deployments.wait(key)
    await deployments.aclose()
    await asyncio.to_thread(store.close)


def _tell(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
