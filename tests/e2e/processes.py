"""What a server has started, seen from outside, and waiting for it to come or go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path


async def until(condition: Callable[[], Awaitable[bool]], within_s: float = 20) -> None:
    """Nothing tells of these changes but asking; a hang guard, not a measure."""
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def children(pid: int) -> set[int]:
    """Process ids of all descendants."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat[stat.rindex(")") + 2 :].split()[1])
    found: set[int] = set()
    todo = {pid}
    while todo:
        todo = {child for child, parent in parents.items() if parent in todo}
        found |= todo
    return found


def there(find: Callable[[], set[int]]) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return bool(find())

    return check


def gone(find: Callable[[], set[int]]) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return not find()

    return check
