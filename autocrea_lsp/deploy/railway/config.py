"""Which project a folder is linked to, by Railway's own program: `projects` of `~/.railway/config.json`, by path.

It is read and never written, and nothing of it but ids and names is kept: the login in it is the business of `logins`.
"""

from __future__ import annotations

import asyncio
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from autocrea_lsp.deploy.logins import railway_place
from autocrea_lsp.deploy.railway.fields import Json, record, text

MAX_BYTES = 4 << 20
_FLAGS = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NONBLOCK", "O_CLOEXEC"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Ids; of a folder or one above it. `service` "": only the project was chosen."""

    project: str
    environment: str
    service: str


async def linked(folder: Path) -> Linked | None:
    """What the folder, or the nearest one above it, is linked to; None where nothing is known."""
    return await asyncio.to_thread(_linked, folder)


async def is_linked(folder: Path) -> bool:
    """Whether it is itself, not one above it: a home that is linked must not take every project along."""
    return await asyncio.to_thread(
        lambda: any(
            text(record(_read(), "projects", str(path)), "project") for path in {folder.absolute(), folder.resolve()}
        )
    )


def _linked(folder: Path) -> Linked | None:
    projects = record(_read(), "projects")
    for start in dict.fromkeys((folder.absolute(), folder.resolve())):
        for path in (start, *start.parents):
            found = record(projects, str(path))
            if text(found, "project"):
                return Linked(
                    project=text(found, "project"),
                    environment=text(found, "environment"),
                    service=text(found, "service"),
                )
    return None


def _read() -> Json:
    """The file; empty where there is none that can be read: it is another program's, and only a convenience."""
    try:
        descriptor = os.open(railway_place(os.environ, Path.home()), _FLAGS)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return {}
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(MAX_BYTES + 1)
        finally:
            os.close(descriptor)
        return record(json.loads(data.decode("utf-8-sig"))) if len(data) <= MAX_BYTES else {}
    except (OSError, RuntimeError, ValueError, RecursionError):
        return {}
