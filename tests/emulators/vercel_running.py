"""The emulator beside a test that is not asynchronous, and as a process of its own."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.emulators.hosting import running
from tests.emulators.vercel_server import CANARY, Emulator
from tests.emulators.vercel_things import HOBBY, Account


class Running(running.RunningHost[Emulator]):
    """`with Running(...) as api:` the emulator in a thread with a loop of its own."""

    def __init__(self, account: Account | None = None, **options: Any) -> None:
        super().__init__(Emulator, account=account, **options)


def serve(*, port: int = 0, **options: Any) -> None:
    """Run until standard input ends; prints `{"url": …, "token": …}` as its first line."""
    asyncio.run(running.serve(Emulator(port=port, **options)))


def main(arguments: list[str]) -> None:
    """`python -m tests.emulators.vercel`."""
    parser = running.parser("Vercel", CANARY)
    parser.add_argument("--hobby", action="store_true", help="the account is on the free plan")
    parsed = parser.parse_args(arguments)
    emulator = Emulator(HOBBY if parsed.hobby else None, **running.options_of(parsed))
    if parsed.plan:
        emulator.plan = emulator.plan_of(parsed.plan)
    asyncio.run(running.serve(emulator))
