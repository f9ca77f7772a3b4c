"""The emulated Netlify beside a test that is not asynchronous, and as a process of its own."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.emulators.hosting import running
from tests.emulators.netlify_server import CANARY, Emulator
from tests.emulators.netlify_things import Account


class Running(running.RunningHost[Emulator]):
    """`with Running(...) as api:` the emulator in a thread with a loop of its own."""

    def __init__(self, account: Account | None = None, **options: Any) -> None:
        super().__init__(Emulator, account=account, **options)


def serve(*, port: int = 0, **options: Any) -> None:
    """Run until standard input ends; prints `{"url": …, "token": …}` as its first line."""
    asyncio.run(running.serve(Emulator(port=port, **options)))


def main(arguments: list[str]) -> None:
    """`python -m tests.emulators.netlify`."""
    parser = running.parser("Netlify", CANARY)
    parser.add_argument("--site", action="append", default=[], help="name of a site that is there; may be repeated")
    parsed = parser.parse_args(arguments)
    emulator = Emulator(**running.options_of(parsed))
    for name in parsed.site:
        emulator.world.add_site(name)
    if parsed.plan:
        emulator.plan = emulator.plan_of(parsed.plan)
    asyncio.run(running.serve(emulator))
