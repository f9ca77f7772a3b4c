"""Tasks that do not outlive whoever began them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from autocrea_lsp.deploy.clock import Clock

T = TypeVar("T")


async def whole(work: Coroutine[Any, Any, T]) -> T:
    """Do it to its end, even if cancelled meanwhile; cancelled is who waits for it, then."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()
        raise


async def ended(task: asyncio.Future[Any]) -> None:
    """Cancel it and wait for its end; what came of it is not our concern."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()


async def wait_for(task: asyncio.Future[Any], clock: Clock, limit_s: float) -> bool:
    """Whether it has ended by then; it goes on if not."""
    limit = asyncio.ensure_future(clock.sleep(limit_s))
    try:
        await asyncio.wait({task, limit}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await ended(limit)
    return task.done()
