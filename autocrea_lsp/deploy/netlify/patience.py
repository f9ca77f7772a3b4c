"""What was created just now may not be known to all of the host's machines yet: a 404 is asked about again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import NotThere

T = TypeVar("T")

PAUSES_S = (0.5, 1.0, 2.0, 4.0)
NEW_S = 15.0  # for so long after its creation a deployment may not be known


async def patiently(ask: Callable[[], Awaitable[T]], clock: Clock) -> T:
    """Raises NotThere when it still is not."""
    for pause_s in PAUSES_S:
        try:
            return await ask()
        except NotThere:
            await clock.sleep(pause_s)
    return await ask()
