"""The emulated Railway beside a test that is not asynchronous, and as a process of its own."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.emulators.hosting.running import RunningHost, options_of, parser, serve
from tests.emulators.railway_server import CANARY, PROJECT_CANARY, Emulator
from tests.emulators.railway_things import Account


class Running(RunningHost[Emulator]):
    """`with Running(...) as api:` the emulator in a thread with a loop of its own."""

    def __init__(self, account: Account | None = None, **options: Any) -> None:
        super().__init__(Emulator, account=account, **options)


def main(arguments: list[str]) -> None:
    """`python -m tests.emulators.railway`."""
    made = parser("Railway", CANARY)
    made.add_argument("--project-token", default=PROJECT_CANARY)
    options = made.parse_args(arguments)
    emulator = Emulator(**options_of(options), project_token=options.project_token)
    if options.plan:
        emulator.plan = emulator.plan_of(options.plan)
    asyncio.run(serve(emulator))
