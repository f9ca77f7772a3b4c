"""Several calls at a time; the first that fails stops the others, and its error is the error."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def together(work: Callable[[T], Awaitable[R]], items: Iterable[T], *, at_once: int) -> list[R]:
    """The results in the order of `items`, with at most `at_once` under way."""
    todo = list(enumerate(items))
    results: dict[int, R] = {}
    todo.reverse()

    async def worker() -> None:
        while todo:
            at, item = todo.pop()
            results[at] = await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _worker in range(min(at_once, len(todo))):
                group.create_task(worker())
    except BaseExceptionGroup as failures:
        raise _first(failures) from None
    return [results[at] for at in sorted(results)]


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
