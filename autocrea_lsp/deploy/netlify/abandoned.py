"""Deployments whose files nobody sends any more: the program that did has died, and the host would wait for ever."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from autocrea_lsp.deploy.base import Place, Remote
from autocrea_lsp.deploy.clock import Clock
from autocrea_lsp.deploy.errors import NotThere
from autocrea_lsp.deploy.netlify.api import Api
from autocrea_lsp.deploy.netlify.fields import Json, text
from autocrea_lsp.deploy.netlify.memory import Memory
from autocrea_lsp.deploy.netlify.states import MARK, UNSENT, remote, source_of, word

PATIENCE_S = 60.0  # in the same state: the last file may have come just before
_TOLD = "Its files did not all get there before the program that sent them ended; it was canceled. Deploy again."


async def look(api: Api, clock: Clock, deploy: Json, place: Place, memory: Memory) -> Remote | None:
    """It as it has ended, if it is one of those by now: it is canceled at the host. None: it goes on.

    Asked by whoever drives it, and there is one of those: else another might be sending them this moment.
    """
    key, state = text(deploy, "id"), word(deploy)
    ours = text(deploy, "title").startswith(MARK)
    if key in memory.ours or not ours or state not in UNSENT or source_of(deploy) != "files":
        return None
    since = memory.waiting.setdefault((key, state), clock.monotonic())
    if clock.monotonic() - since < PATIENCE_S:
        return None
    memory.dropped.add(key)
    with suppress(NotThere):
        await api.cancel(key)
    return replace(remote(deploy, place, now=clock.now()), state="interrupted", detail=_TOLD)
